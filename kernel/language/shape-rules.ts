// How shapes of tensors follow from those of the arguments of an op, and where they cannot fit.

import { shapeText as text, type Argument, type Result, type Shape } from './known.ts';

type Rule = (args: readonly Argument[], name: string) => Result | undefined;

/** Whether an argument is not given. */
export const absent = (arg: Argument | undefined) => arg === undefined || arg.isAbsent === true;

/** A list of numbers; null for those that are not known. Undefined if it is no list. */
export const sizes = (arg: Argument | undefined): (number | null)[] | undefined =>
  arg?.list?.map(({ number }) => (number !== undefined && Number.isInteger(number) ? number : null));

/** The shape of nested lists of values; undefined if they are not equally long, or hold what is not known to be one. */
function nested(arg: Argument): Shape | undefined {
  if (!arg.list) return arg.number !== undefined || typeof arg.constant === 'boolean' ? [] : undefined;
  const [first, ...others] = arg.list.map(nested);
  if (arg.list.length === 0) return [0];
  if (!first || others.some((other) => !other || text(other) !== text(first))) return undefined;
  return [arg.list.length, ...first];
}
/** A tensor, or values that become one. */
const shapeOf = (arg: Argument | undefined): Shape | undefined => arg && (arg.tensor ?? nested(arg));

/** How many elements a shape has; undefined if that is not known. */
export const count = (shape: Shape): number | undefined =>
  shape.includes(null) ? undefined : (shape as number[]).reduce((a, b) => a * b, 1);

/** Values and a shape: `tf.tensor([1, 2, 3, 4], [2, 2])`. */
const created =
  (rank?: number): Rule =>
  ([values = {}, shape], name) => {
    const of = nested(values);
    // `tf.tensor1d` has the dtype second
    if (absent(shape) || typeof shape?.constant === 'string')
      return of && (rank === undefined || of.length === rank) ? { shape: of } : undefined;
    const wanted = sizes(shape);
    if (!wanted) return undefined;
    const [has, needs] = [of && count(of), count(wanted)];
    if (has !== undefined && needs !== undefined && has !== needs && values.list)
      return { misfit: `${name}: ${has} values do not fit into the shape ${text(wanted)}, which has ${needs}` };
    return { shape: wanted };
  };
const ofShape: Rule = ([shape]) => {
  const found = sizes(shape);
  return found && !found.some((n) => n !== null && n < 0) ? { shape: found } : undefined;
};
const same: Rule = ([x]) => {
  const shape = shapeOf(x);
  return shape && { shape };
};

/** The shape of a result of broadcasting; `misfit` if sizes of an axis do not fit. */
export function broadcast(a: Shape, b: Shape): Shape | 'misfit' {
  const rank = Math.max(a.length, b.length);
  const out: (number | null)[] = [];
  for (let i = 0; i < rank; i++) {
    const x = i < rank - a.length ? 1 : a[i - (rank - a.length)]!;
    const y = i < rank - b.length ? 1 : b[i - (rank - b.length)]!;
    if (x === 1) out.push(y);
    else if (y === 1) out.push(x);
    else if (x === null || y === null) out.push(x ?? y);
    else if (x === y) out.push(x);
    else return 'misfit';
  }
  return out;
}

const binary: Rule = ([a, b], name) => {
  const [x, y] = [shapeOf(a), shapeOf(b)];
  if (!x || !y) return undefined;
  const shape = broadcast(x, y);
  return shape === 'misfit'
    ? { misfit: `${name}: the shapes ${text(x)} and ${text(y)} cannot be broadcast: sizes of an axis are equal or 1` }
    : { shape };
};

/** A flag that is known, or false if it is not given. */
const flag = (arg: Argument | undefined): boolean | undefined =>
  absent(arg) ? false : typeof arg?.constant === 'boolean' ? arg.constant : undefined;

const matMul: Rule = ([a, b, ta, tb], name) => {
  const [x, y, fx, fy] = [shapeOf(a), shapeOf(b), flag(ta), flag(tb)];
  if (!x || !y || fx === undefined || fy === undefined) return undefined;
  if (x.length < 2 || y.length < 2)
    return { misfit: `${name}: both are matrices or batches of them, and these are ${text(x)} and ${text(y)}` };
  const [rows, inner] = fx ? [x.at(-1)!, x.at(-2)!] : [x.at(-2)!, x.at(-1)!];
  const [outer, columns] = fy ? [y.at(-1)!, y.at(-2)!] : [y.at(-2)!, y.at(-1)!];
  const shown = `${text(x)}${fx ? ' transposed' : ''} and ${text(y)}${fy ? ' transposed' : ''}`;
  if (inner !== null && outer !== null && inner !== outer)
    return { misfit: `${name}: ${shown} do not fit: ${inner} columns, and ${outer} rows` };
  const batch = broadcast(x.slice(0, -2), y.slice(0, -2));
  if (batch === 'misfit') return { misfit: `${name}: the batches of ${shown} do not fit` };
  return { shape: [...batch, rows, columns] };
};

const reshape: Rule = ([x, to], name) => {
  const wanted = sizes(to);
  if (!wanted) return undefined;
  const from = shapeOf(x);
  const size = from && count(from);
  const open = wanted.filter((n) => n === -1).length;
  const rest = count(wanted.filter((n) => n !== -1));
  if (open > 1) return { misfit: `${name}: only one size can be -1, and ${text(wanted)} has ${open}` };
  if (size === undefined || rest === undefined) return { shape: wanted.map((n) => (n === -1 ? null : n)) };
  if (open === 0 ? rest !== size : rest === 0 || size % rest !== 0)
    return { misfit: `${name}: ${text(from!)} has ${size} elements, which do not fit into ${text(wanted)}` };
  return { shape: wanted.map((n) => (n === -1 ? size / rest : n)) };
};

/** An axis from the front; undefined if there is none. */
export const axisOf = (axis: number, rank: number): number | undefined =>
  Number.isInteger(axis) && axis >= -rank && axis < rank ? (axis < 0 ? axis + rank : axis) : undefined;

const noAxis = (name: string, axis: number, shape: Shape): Result => ({
  misfit: `${name}: there is no axis ${axis} in the shape ${text(shape)}`,
});

const noNewAxis = (name: string, axis: number, shape: Shape): Result => ({
  misfit: `${name}: an axis ${axis} cannot be added to the shape ${text(shape)}`,
});

const transpose: Rule = ([x, perm], name) => {
  const shape = shapeOf(x);
  if (!shape) return undefined;
  if (absent(perm)) return { shape: shape.toReversed() };
  const order = sizes(perm);
  if (!order || order.includes(null)) return undefined;
  const isOne = order.toSorted((a, b) => a! - b!).every((n, i) => n === i);
  if (order.length === shape.length && isOne) return { shape: order.map((n) => shape[n!]!) };
  const isWrong = order.length !== shape.length || order.some((n) => n! < 0 || n! >= shape.length);
  // What one axis twice means is the device's own affair
  return isWrong ? { misfit: `${name}: ${text(order)} is no order of the axes of ${text(shape)}` } : undefined;
};

/** One axis, several, or all; undefined if that is not known. */
function axes(arg: Argument | undefined, rank: number): number[] | undefined {
  if (absent(arg)) return Array.from({ length: rank }, (_, i) => i);
  if (arg!.number !== undefined) return [arg!.number];
  const list = sizes(arg);
  return list?.some((n) => n === null) ? undefined : (list as number[] | undefined);
}

const reduce: Rule = ([x, axis, keep], name) => {
  const [shape, keepDims] = [shapeOf(x), flag(keep)];
  const along = shape && axes(axis, shape.length);
  if (!shape || !along || keepDims === undefined) return undefined;
  const gone = new Set<number>();
  for (const a of along) {
    const at = axisOf(a, shape.length);
    if (at === undefined) return noAxis(name, a, shape);
    gone.add(at);
  }
  return { shape: keepDims ? shape.map((n, i) => (gone.has(i) ? 1 : n)) : shape.filter((_, i) => !gone.has(i)) };
};

const argument: Rule = ([x, axis], name) => reduce([x ?? {}, absent(axis) ? { number: 0 } : axis!], name);

const expandDims: Rule = ([x, axis], name) => {
  const shape = shapeOf(x);
  const a = absent(axis) ? 0 : axis!.number;
  if (!shape || a === undefined) return undefined;
  const at = axisOf(a, shape.length + 1);
  return at === undefined ? noNewAxis(name, a, shape) : { shape: shape.toSpliced(at, 0, 1) };
};

const squeeze: Rule = ([x, axis], name) => {
  const shape = shapeOf(x);
  if (!shape || shape.includes(null)) return undefined;
  if (absent(axis)) return { shape: shape.filter((n) => n !== 1) };
  const list = axes(axis, shape.length);
  const along = list?.map((a) => axisOf(a, shape.length));
  if (!list || !along) return undefined;
  for (const [i, at] of along.entries()) {
    if (at === undefined) return noAxis(name, list[i]!, shape);
    if (shape[at] !== 1)
      return { misfit: `${name}: axis ${list[i]} of ${text(shape)} has the size ${shape[at]}, not 1` };
  }
  return new Set(along).size < along.length ? undefined : { shape: shape.filter((_, i) => !along.includes(i)) };
};

/** The shape stays, and there must be such an axis. */
const along: Rule = ([x, axis], name) => {
  const shape = shapeOf(x);
  const list = shape && axes(axis, shape.length);
  const wrong = list?.find((a) => axisOf(a, shape!.length) === undefined);
  if (!shape || !list) return undefined;
  return wrong === undefined ? { shape } : noAxis(name, wrong, shape);
};

const concat: Rule = ([list, axis], name) => {
  const shapes = list?.list?.map(shapeOf);
  const a = absent(axis) ? 0 : axis!.number;
  if (!shapes || shapes.length === 0 || a === undefined) return undefined;
  const known = shapes.filter((s) => s !== undefined);
  const [first] = known;
  if (!first) return undefined;
  // One alone is given back
  if (shapes.length === 1) return { shape: first };
  const at = axisOf(a, first.length);
  if (at === undefined) return noAxis(name, a, first);
  for (const other of known)
    if (
      other.length !== first.length ||
      other.some((n, i) => i !== at && n !== null && first[i] !== null && n !== first[i])
    )
      return { misfit: `${name}: ${text(first)} and ${text(other)} differ in more than axis ${at}` };
  if (known.length < shapes.length) return undefined;
  const total = known.reduce<number | null>((sum, s) => (sum === null || s[at] === null ? null : sum + s[at]!), 0);
  return { shape: first.map((n, i) => (i === at ? total : n)) };
};

const stack: Rule = ([list, axis], name) => {
  const shapes = list?.list?.map(shapeOf);
  const a = absent(axis) ? 0 : axis!.number;
  if (!shapes || shapes.length === 0 || a === undefined || shapes.some((s) => !s)) return undefined;
  const [first, ...others] = shapes as Shape[];
  const odd = others.find(
    (o) => o.length !== first!.length || o.some((n, i) => n !== null && first![i] !== null && n !== first![i]),
  );
  if (odd) return { misfit: `${name}: the shapes are equal, and these are ${text(first!)} and ${text(odd)}` };
  const at = axisOf(a, first!.length + 1);
  return at === undefined ? noNewAxis(name, a, first!) : { shape: first!.toSpliced(at, 0, shapes.length) };
};

const oneHot: Rule = ([indices, depth]) => {
  const shape = shapeOf(indices);
  // Of less than two classes TensorFlow.js makes no rows
  const classes = depth?.number ?? null;
  return shape && (classes === null || classes >= 2) ? { shape: [...shape, classes] } : undefined;
};

const eye: Rule = ([rows, columns, batch]) => {
  const before = absent(batch) ? [] : sizes(batch);
  if (rows?.number === undefined || !before || !(absent(columns) || columns!.number !== undefined)) return undefined;
  return { shape: [...before, rows.number, columns?.number ?? rows.number] };
};

const flatten: Rule = ([x]) => {
  const shape = shapeOf(x);
  return shape && { shape: [count(shape) ?? null] };
};

const where: Rule = ([condition, a, b], name) => {
  const shapes = [condition, a, b].map(shapeOf);
  let whole: Shape = [];
  for (const shape of shapes) {
    const next = shape && broadcast(whole, shape);
    if (!next) return undefined;
    if (next === 'misfit')
      return { misfit: `${name}: the shapes ${(shapes as Shape[]).map(text).join(', ')} cannot be broadcast` };
    whole = next;
  }
  return { shape: whole };
};

const dot: Rule = ([a, b], name) => {
  const [x, y] = [shapeOf(a), shapeOf(b)];
  if (!x || !y) return undefined;
  const isOne = (shape: Shape) => shape.length === 1 || shape.length === 2;
  if (!isOne(x) || !isOne(y))
    return { misfit: `${name} takes vectors and matrices, and these are ${text(x)} and ${text(y)}` };
  const [inner, outer] = [x.at(-1)!, y[0]!];
  if (inner !== null && outer !== null && inner !== outer)
    return { misfit: `${name}: ${text(x)} and ${text(y)} do not fit: ${inner} and ${outer} values` };
  return { shape: [...x.slice(0, -1), ...y.slice(1)] };
};

const outerProduct: Rule = ([a, b], name) => {
  const [x, y] = [shapeOf(a), shapeOf(b)];
  if (!x || !y) return undefined;
  return x.length === 1 && y.length === 1
    ? { shape: [...x, ...y] }
    : { misfit: `${name} takes two vectors, and these are ${text(x)} and ${text(y)}` };
};

const tile: Rule = ([x, times], name) => {
  const [shape, by] = [shapeOf(x), sizes(times)];
  if (!shape || !by) return undefined;
  if (by.length !== shape.length)
    return { misfit: `${name}: one number for each axis of ${text(shape)}, and these are ${by.length}` };
  return { shape: shape.map((n, i) => (n === null || by[i] == null ? null : n * by[i]!)) };
};

const pad: Rule = ([x, paddings], name) => {
  const shape = shapeOf(x);
  const by = paddings?.list?.map(sizes);
  if (!shape || !by || by.some((pair) => pair?.length !== 2)) return undefined;
  if (by.length !== shape.length)
    return { misfit: `${name}: [before, after] for each axis of ${text(shape)}, and these are ${by.length}` };
  const sum = (list: readonly (number | null)[]) => list.reduce((a, b) => (a === null || b === null ? null : a + b), 0);
  return { shape: shape.map((n, i) => sum([n, ...by[i]!])) };
};

const gather: Rule = ([x, indices, axis, batchDims], name) => {
  const [shape, of] = [shapeOf(x), shapeOf(indices)];
  const a = absent(axis) ? 0 : axis!.number;
  if (!shape || !of || a === undefined || !(absent(batchDims) || batchDims!.number === 0)) return undefined;
  const at = axisOf(a, shape.length);
  return at === undefined ? noAxis(name, a, shape) : { shape: shape.toSpliced(at, 1, ...of) };
};

/** A number for the first axis, or a list for the first ones. */
const first = (arg: Argument | undefined, rank: number, otherwise: number): (number | null)[] | undefined => {
  const list = absent(arg) ? [] : arg!.number !== undefined ? [arg!.number] : sizes(arg);
  return list && [...list, ...Array.from({ length: Math.max(0, rank - list.length) }, () => otherwise)];
};

const slice: Rule = ([x, begin, size], name) => {
  const shape = shapeOf(x);
  const [from, many] = [shape && first(begin, shape.length, 0), shape && first(size, shape.length, -1)];
  if (!shape || shape.length === 0 || !from || !many) return undefined;
  const isPlain =
    from.length === shape.length && many.length === shape.length && from.every((n) => n === null || n >= 0);
  if (!isPlain) return undefined;
  const out: (number | null)[] = [];
  for (const [i, n] of shape.entries()) {
    const [start, length] = [from[i]!, many[i]!];
    const end = start === null || length === null || length < 0 ? start : start + length;
    if (n !== null && end !== null && end > n)
      return { misfit: `${name}: axis ${i} of ${text(shape)} ends at ${n}, and this part of it at ${end}` };
    if (length === null || length >= 0) out.push(length);
    else out.push(n === null || start === null ? null : n - start);
  }
  return { shape: out };
};

const linspace: Rule = (args) => ({ shape: [args[2]?.number ?? null] });

const range: Rule = ([start, stop, step]) => {
  const [a, b] = [start?.number, stop?.number];
  const by = absent(step) ? 1 : step!.number;
  if (a === undefined || b === undefined || by === undefined || by === 0) return { shape: [null] };
  if ((b > a && by < 0) || (b < a && by > 1) || a === b) return { shape: [0] };
  return { shape: [Math.abs(Math.ceil((b - a) / (b < a && by === 1 ? -1 : by)))] };
};

const norm: Rule = ([x, , axis, keep], name) =>
  // Of two axes, the norm of a matrix
  axis?.list || shapeOf(x)?.length === 0
    ? undefined
    : reduce([x ?? {}, axis ?? { isAbsent: true }, keep ?? { isAbsent: true }], name);

/** Lists of a tensor and others: `x.concat(y)`, `x.stack([y, z])`. */
const joined =
  (rule: Rule): Rule =>
  ([x, others, axis], name) =>
    rule([{ list: [x!, ...(others?.list ?? [others ?? {}])] }, axis ?? { isAbsent: true }], name);

const resize: Rule = ([images, size], name) => {
  const [shape, to] = [shapeOf(images), sizes(size)];
  if (!shape || to?.length !== 2) return undefined;
  return shape.length === 3 || shape.length === 4
    ? { shape: [...shape.slice(0, -3), ...to, shape.at(-1)!] }
    : { misfit: `${name}: images are [batch, height, width, channels], and these are ${text(shape)}` };
};

/** One number or two. */
export const pair = (arg: Argument | undefined, otherwise: number | null): (number | null)[] | undefined =>
  absent(arg) ? [otherwise, otherwise] : arg!.number !== undefined ? [arg!.number, arg!.number] : sizes(arg);

/** A window that moves over height and width. */
interface Window {
  size: (number | null)[] | undefined;
  strides: Argument | undefined;
  pad: Argument | undefined;
  dilations: Argument | undefined;
}

/** The height and width of the result. */
function moved(image: Shape, { size, strides, pad, dilations }: Window): (number | null)[] {
  const [by, rate] = [pair(strides, 1), pair(dilations, 1)];
  return [0, 1].map((i): number | null => {
    const [length, k, s, d] = [image.at(i - 3)!, size?.[i] ?? null, by?.[i] ?? null, rate?.[i] ?? null];
    if (length === null || s === null || s <= 0) return null;
    if (pad?.constant === 'same') return Math.ceil(length / s);
    if (pad?.constant !== 'valid' || k === null || d === null) return null;
    return Math.ceil((length - (k - 1) * d) / s);
  });
}

const isImage = (shape: Shape) => shape.length === 3 || shape.length === 4;
const noImage = (name: string, shape: Shape): Result => ({
  misfit: `${name}: the image is [batch, height, width, channels], and this one is ${text(shape)}`,
});

/** @param isDepthwise whether each channel has filters of its own */
const convolution =
  (isDepthwise: boolean): Rule =>
  ([x, filter, strides, pad, format, dilations], name) => {
    const [image, kernel] = [shapeOf(x), shapeOf(filter)];
    if (!image || !kernel || !(absent(format) || format!.constant === 'NHWC')) return undefined;
    if (kernel.length !== 4)
      return {
        misfit: `${name}: the filter is [height, width, in, ${isDepthwise ? 'times' : 'out'}], and this one is ${text(kernel)}`,
      };
    if (!isImage(image)) return noImage(name, image);
    const [channels, takes, gives] = [image.at(-1)!, kernel[2]!, kernel[3]!];
    if (channels !== null && takes !== null && channels !== takes)
      return {
        misfit: `${name}: the image ${text(image)} has ${channels} channels, and the filter ${text(kernel)} takes ${takes}`,
      };
    const space = moved(image, { size: [...kernel.slice(0, 2)], strides, pad, dilations });
    if (space.some((n) => n !== null && n < 1))
      return { misfit: `${name}: the filter ${text(kernel)} is larger than the image ${text(image)}` };
    const out = !isDepthwise ? gives : channels === null || gives === null ? null : channels * gives;
    return { shape: [...image.slice(0, -3), ...space, out] };
  };

const pooling: Rule = ([x, size, strides, pad], name) => {
  const image = shapeOf(x);
  if (!image) return undefined;
  if (!isImage(image)) return noImage(name, image);
  const space = moved(image, { size: pair(size, null), strides, pad, dilations: undefined });
  if (space.some((n) => n !== null && n < 1))
    return { misfit: `${name}: the window is larger than the image ${text(image)}` };
  return { shape: [...image.slice(0, -3), ...space, image.at(-1)!] };
};

const each = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** Functions that are no methods of tensors. */
const makers: Record<string, Rule> = {
  ...{ tensor: created(), tensor1d: created(1), tensor2d: created(2), tensor3d: created(3), tensor4d: created(4) },
  scalar: () => ({ shape: [] }),
  ...each('zeros ones fill randomNormal randomUniform randomStandardNormal truncatedNormal', ofShape),
  ...{ eye, linspace, range, where, outerProduct, concat, stack },
  dropout: same,
  variable: ([x]) => (x?.tensor ? { shape: x.tensor } : undefined),
};

/** Methods that are no functions, or have their arguments in another order. */
const methods: Record<string, Rule> = {
  ...each('toFloat toInt toBool', same),
  ...{ flatten, concat: joined(concat), stack: joined(stack) },
  ...each('resizeBilinear resizeNearestNeighbor', resize),
};

/** Functions of tensors, which are methods too. */
const functions: Record<string, Rule> = {
  ...each('zerosLike onesLike clone relu relu6 elu selu leakyRelu sigmoid logSigmoid softplus tanh sinh cosh', same),
  ...each('exp expm1 log log1p sqrt rsqrt square reciprocal neg abs sign sin cos tan asin acos atan erf step', same),
  ...each('floor ceil round cast softmax logSoftmax clipByValue logicalNot isNaN', same),
  ...each('add sub mul div divNoNan pow maximum minimum mod squaredDifference floorDiv atan2', binary),
  ...each('equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr logicalXor', binary),
  ...{ matMul, dot, reshape, transpose, expandDims, squeeze, tile, pad, gather, slice, oneHot, norm },
  ...{ conv2d: convolution(false), depthwiseConv2d: convolution(true) },
  ...each('maxPool avgPool', pooling),
  ...each('sum mean max min prod any all logSumExp', reduce),
  ...each('argMax argMin', argument),
  reverse: along,
};

/** Functions of `tf.image`. */
const images: Record<string, Rule> = each('resizeBilinear resizeNearestNeighbor', resize);

/** How an op is called: as a function of a part of the library, or as a method of a tensor. */
export type Caller = 'tf' | 'image' | 'tensor';
const tables: Record<Caller, Record<string, Rule>> = {
  tf: { ...makers, ...functions },
  image: images,
  tensor: { ...functions, ...methods },
};

/** The ops whose shapes are known. */
export const OPS: Readonly<Record<Caller, readonly string[]>> = {
  tf: Object.keys(tables.tf),
  image: Object.keys(images),
  tensor: Object.keys(tables.tensor),
};

/** Whether the shape of what an op returns can be known. */
export const isKnown = (caller: Caller, name: string): boolean => Object.hasOwn(tables[caller], name);

/**
 * The shape of what an op returns.
 * @param args the tensor of a method first
 */
export const apply = (caller: Caller, name: string, args: readonly Argument[]): Result | undefined =>
  isKnown(caller, name) ? tables[caller][name]!(args, name) : undefined;
