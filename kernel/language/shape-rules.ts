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

const transpose: Rule = ([x, perm]) => {
  const shape = shapeOf(x);
  if (!shape) return undefined;
  if (absent(perm)) return { shape: shape.toReversed() };
  const order = sizes(perm);
  if (!order || order.length !== shape.length || order.some((n) => n === null || n < 0 || n >= shape.length))
    return undefined;
  return { shape: order.map((n) => shape[n!]!) };
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

const expandDims: Rule = ([x, axis]) => {
  const shape = shapeOf(x);
  const a = absent(axis) ? 0 : axis!.number;
  const at = shape && a !== undefined ? axisOf(a, shape.length + 1) : undefined;
  return shape && at !== undefined ? { shape: shape.toSpliced(at, 0, 1) } : undefined;
};

const squeeze: Rule = ([x, axis]) => {
  const shape = shapeOf(x);
  if (!shape || shape.includes(null)) return undefined;
  if (absent(axis)) return { shape: shape.filter((n) => n !== 1) };
  const along = axes(axis, shape.length)?.map((a) => axisOf(a, shape.length));
  if (!along || along.some((a) => a === undefined || shape[a] !== 1)) return undefined;
  return { shape: shape.filter((_, i) => !along.includes(i)) };
};

const concat: Rule = ([list, axis], name) => {
  const shapes = list?.list?.map(shapeOf);
  const a = absent(axis) ? 0 : axis!.number;
  if (!shapes || shapes.length === 0 || a === undefined) return undefined;
  const known = shapes.filter((s) => s !== undefined);
  const [first] = known;
  if (!first) return undefined;
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
  return at === undefined ? undefined : { shape: first!.toSpliced(at, 0, shapes.length) };
};

const oneHot: Rule = ([indices, depth]) => {
  const shape = shapeOf(indices);
  return shape && { shape: [...shape, depth?.number ?? null] };
};

const eye: Rule = ([rows, columns]) =>
  rows?.number === undefined || (columns && columns.number === undefined && !columns.isAbsent)
    ? undefined
    : { shape: [rows.number, columns?.number ?? rows.number] };

/** One number or two. */
export const pair = (arg: Argument | undefined, otherwise: number | null): (number | null)[] | undefined =>
  absent(arg) ? [otherwise, otherwise] : arg!.number !== undefined ? [arg!.number, arg!.number] : sizes(arg);

const conv2d: Rule = ([x, filter, strides, pad, format, dilations], name) => {
  const [image, kernel] = [shapeOf(x), shapeOf(filter)];
  if (!image || !kernel || !(absent(format) || format!.constant === 'NHWC')) return undefined;
  if (kernel.length !== 4)
    return { misfit: `${name}: the filter is [height, width, in, out], and this one is ${text(kernel)}` };
  if (image.length !== 3 && image.length !== 4)
    return { misfit: `${name}: the image is [batch, height, width, channels], and this one is ${text(image)}` };
  const [channels, takes] = [image.at(-1)!, kernel[2]!];
  if (channels !== null && takes !== null && channels !== takes)
    return {
      misfit: `${name}: the image ${text(image)} has ${channels} channels, and the filter ${text(kernel)} takes ${takes}`,
    };
  const [by, rate] = [pair(strides, 1), pair(dilations, 1)];
  const space = [0, 1].map((i): number | null => {
    const [size, k, s, d] = [image.at(i - 3)!, kernel[i]!, by?.[i] ?? null, rate?.[i] ?? null];
    if (size === null || s === null || s <= 0) return null;
    if (pad?.constant === 'same') return Math.ceil(size / s);
    if (pad?.constant !== 'valid' || k === null || d === null) return null;
    return Math.ceil((size - (k - 1) * d) / s);
  });
  const small = space.findIndex((n) => n !== null && n < 1);
  if (small >= 0) return { misfit: `${name}: the filter ${text(kernel)} is larger than the image ${text(image)}` };
  return { shape: [...image.slice(0, -3), ...space, kernel[3]!] };
};

const each = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** Functions that make tensors: no methods. */
const makers: Record<string, Rule> = {
  ...{ tensor: created(), tensor1d: created(1), tensor2d: created(2), tensor3d: created(3), tensor4d: created(4) },
  scalar: () => ({ shape: [] }),
  ...each('zeros ones fill randomNormal randomUniform randomStandardNormal truncatedNormal', ofShape),
  eye,
  variable: ([x]) => (x?.tensor ? { shape: x.tensor } : undefined),
};

/** Functions of tensors, which are methods too. */
const functions: Record<string, Rule> = {
  ...each('zerosLike onesLike clone relu relu6 elu selu leakyRelu sigmoid logSigmoid softplus tanh sinh cosh', same),
  ...each('exp expm1 log log1p sqrt rsqrt square reciprocal neg abs sign sin cos tan asin acos atan erf step', same),
  ...each('floor ceil round cast toFloat toInt toBool softmax logSoftmax clipByValue logicalNot isNaN', same),
  ...each('add sub mul div divNoNan pow maximum minimum mod squaredDifference floorDiv atan2', binary),
  ...each('equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr logicalXor', binary),
  ...{ matMul, reshape, transpose, expandDims, squeeze, conv2d },
  ...each('sum mean max min prod any all logSumExp', reduce),
  ...each('argMax argMin', argument),
};

/** Functions of lists and of other values: no methods here. */
const others: Record<string, Rule> = { concat, stack, oneHot };

/** The ops whose shapes are known. */
export const NAMES: ReadonlySet<string> = new Set(Object.keys({ ...makers, ...functions, ...others }));

/**
 * The shape of what an op returns.
 * @param args the tensor of a method first
 * @param isMethod whether it is called as a method of a tensor
 */
export function apply(name: string, args: readonly Argument[], isMethod: boolean): Result | undefined {
  const rule = functions[name] ?? (isMethod ? undefined : (makers[name] ?? others[name]));
  return rule?.(args, name);
}
