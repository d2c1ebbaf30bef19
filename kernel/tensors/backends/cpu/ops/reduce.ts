// Reductions: turns the axes of a tensor into [outer, reduced, inner], and leaves rare cases to the JavaScript backend.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import { Op } from '../assembly/reductions.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

type Axis = number | number[] | null | undefined;

/** The axes of a shape, joined: neighbors that are both reduced, or both kept, are one. Filled by `join`. */
const sizes: number[] = [];
const reducedFlags: boolean[] = [];
let groups = 0;

/** The axes as bits, or −1 if they are not valid: the stock op kernel says why. */
export function axesMask(axis: Axis, rank: number): number {
  if (rank > 30) return -1;
  if (axis === null || axis === undefined) return (1 << rank) - 1;
  if (typeof axis === 'number') {
    const a = axis < 0 ? axis + rank : axis;
    return a >= 0 && a < rank && Number.isInteger(a) ? 1 << a : -1;
  }
  if (!Array.isArray(axis)) return -1;
  let mask = 0;
  for (let i = 0; i < axis.length; i++) {
    const bit = typeof axis[i] === 'number' ? axesMask(axis[i], rank) : -1;
    if (bit < 0 || (mask & bit) !== 0) return -1;
    mask |= bit;
  }
  return mask;
}

function join(shape: number[], mask: number): void {
  groups = 0;
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if (n === 1) continue;
    const flag = ((mask >> i) & 1) === 1;
    if (groups > 0 && reducedFlags[groups - 1] === flag) sizes[groups - 1]! *= n;
    else {
      sizes[groups] = n;
      reducedFlags[groups++] = flag;
    }
  }
}

/** @param keepDims whether reduced axes stay, with size 1 */
function reducedShape(shape: number[], mask: number, keepDims: boolean): number[] {
  const result: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (((mask >> i) & 1) === 0) result.push(shape[i]!);
    else if (keepDims) result.push(1);
  }
  return result;
}

/**
 * Reduces the joined axes of the numbers at `x` into `y`: in one pass if the reduced axes are side by side, else the
 * last ones first, each pass on the result of the one before.
 */
function reduceJoined(backend: CpuBackend, op: Op, x: number, y: TensorInfo, divisor: number): void {
  let [last, passes] = [-1, 0];
  for (let i = 0; i < groups; i++) {
    if (!reducedFlags[i]) continue;
    last = i;
    passes++;
  }
  let [outer, inner] = [1, 1];
  for (let i = 0; i < last; i++) outer *= sizes[i]!;
  for (let i = last + 1; i < groups; i++) inner *= sizes[i]!;
  const reduced = last < 0 ? 1 : sizes[last]!;
  const { exports } = backend.program;
  if (passes <= 1) {
    exports.reduce({ op, x, y: backend.address(y), outer, reduced, inner, divisor });
    return;
  }
  // The kept axes on both sides of the reduced ones become neighbors
  if (last + 1 < groups) sizes[last - 1]! *= sizes[last + 1]!;
  for (let i = last; i + 2 < groups; i++) {
    sizes[i] = sizes[i + 2]!;
    reducedFlags[i] = reducedFlags[i + 2]!;
  }
  groups = last + 1 < groups ? groups - 2 : groups - 1;
  backend.withMemory(outer * inner * 4, [y], (to) => {
    exports.reduce({ op, x, y: to, outer, reduced, inner, divisor: 1 });
    reduceJoined(backend, op, to, y, divisor);
  });
}

/** @param integer the op for int32; undefined if that is left to the JavaScript backend */
function reduces(axisName: string, float: Op, integer: Op | undefined): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const op = x.dtype === 'float32' ? float : x.dtype === 'int32' ? integer : undefined;
    const mask = axesMask(attrs[axisName] as Axis, x.shape.length);
    if (op === undefined || mask < 0 || sizeOf(x.shape) === 0) return undefined;
    const y = backend.output(reducedShape(x.shape, mask, Boolean(attrs['keepDims'])), x.dtype as 'float32' | 'int32');
    join(x.shape, mask);
    reduceJoined(backend, op, backend.address(x), y, 1);
    return y;
  };
}

const mean: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { dtype, shape } = x;
  const mask = axesMask(attrs['axis'] as Axis, shape.length);
  const size = sizeOf(shape);
  if ((dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') || mask < 0 || size === 0) return undefined;
  const resultShape = reducedShape(shape, mask, Boolean(attrs['keepDims']));
  const y = backend.output(resultShape, 'float32');
  const count = size / sizeOf(resultShape);
  const from = backend.address(x);
  join(shape, mask);
  if (dtype === 'float32') reduceJoined(backend, Op.Sum, from, y, count);
  else
    backend.withMemory(size * 4, [y], (floats) => {
      const { exports } = backend.program;
      if (dtype === 'int32') exports.floatsOfInts(from, floats, size);
      else exports.floatsOfBools(from, floats, size);
      reduceJoined(backend, Op.Sum, floats, y, count);
    });
  return y;
};

/** Logical and, or. All axes of one kind must be side by side; others are left to the JavaScript backend. */
function logical(all: boolean): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const mask = axesMask(attrs['axis'] as Axis, x.shape.length);
    if (x.dtype !== 'bool' || mask < 0 || sizeOf(x.shape) === 0) return undefined;
    join(x.shape, mask);
    let [outer, reduced, inner, blocks] = [1, 1, 1, 0];
    for (let i = 0; i < groups; i++) {
      if (reducedFlags[i]) {
        reduced = sizes[i]!;
        blocks++;
      } else if (blocks === 0) outer = sizes[i]!;
      else inner = sizes[i]!;
    }
    if (blocks > 1) return undefined;
    const y = backend.output(reducedShape(x.shape, mask, Boolean(attrs['keepDims'])), 'bool');
    const [from, to] = [backend.address(x), backend.address(y)];
    backend.program.exports.reduceBools({ x: from, y: to, outer, reduced, inner, all });
    return y;
  };
}

/** Where the extremum along one axis is. */
function argExtremum(float: Op, integer: Op): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const { shape, dtype } = x;
    const given = attrs['axis'] as Axis;
    // Of several axes the stock op kernel takes the first; that is left to it
    const axis = Array.isArray(given) ? (given.length === 1 ? given[0]! : NaN) : (given ?? NaN);
    const mask = axesMask(axis, shape.length);
    if ((dtype !== 'float32' && dtype !== 'int32') || mask < 0 || sizeOf(shape) === 0) return undefined;
    const at = axis < 0 ? axis + shape.length : axis;
    const [outer, inner] = [sizeOf(shape, 0, at), sizeOf(shape, at + 1)];
    const y = backend.output(reducedShape(shape, mask, false), 'int32');
    const op = dtype === 'float32' ? float : integer;
    const [from, to] = [backend.address(x), backend.address(y)];
    backend.program.exports.argExtremum({ op, x: from, y: to, outer, reduced: shape[at]!, inner });
    return y;
  };
}

/** Numbers at an address: groups of `inner` numbers, which belong to the axes from `end` on. */
interface Groups {
  x: number;
  end: number;
  outer: number;
  inner: number;
}

/**
 * Repeats the numbers of `from`, times `factor`, along the reduced ones of the first `end` joined axes: the last of
 * them first, before there are more elements.
 */
function repeatJoined(backend: CpuBackend, from: Groups, y: TensorInfo, factor: number): void {
  const { x } = from;
  let { outer, inner } = from;
  let at = from.end - 1;
  for (; at >= 0 && !reducedFlags[at]; at--) {
    inner *= sizes[at]!;
    outer /= sizes[at]!;
  }
  const times = at < 0 ? 1 : sizes[at]!;
  const { exports } = backend.program;
  // Every other axis is reduced
  if (at < 2) {
    exports.repeat({ x, y: backend.address(y), outer, times, inner, factor });
    return;
  }
  backend.withMemory(outer * times * inner * 4, [y], (to) => {
    exports.repeat({ x, y: to, outer, times, inner, factor });
    repeatJoined(backend, { x: to, end: at, outer, inner: inner * times }, y, 1);
  });
}

/**
 * The gradient of a sum or mean. dy: the result's gradient, with or without the reduced axes. Attributes: `axis`,
 * `inputShape`, and `factor`, which each element is multiplied by. Result: dx [inputShape].
 */
const sumGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const dy = inputs['dy']!;
  const shape = attrs['inputShape'] as number[];
  const mask = axesMask(attrs['axis'] as Axis, shape.length);
  const size = sizeOf(shape);
  if (dy.dtype !== 'float32' || mask < 0) return undefined;
  const dx = backend.output(shape, 'float32');
  if (size === 0) return dx;
  join(shape, mask);
  const from = { x: backend.address(dy), end: groups, outer: sizeOf(dy.shape), inner: 1 };
  repeatJoined(backend, from, dx, attrs['factor'] as number);
  return dx;
};

export const reduction: Record<string, OpKernel> = {
  Sum: reduces('axis', Op.Sum, Op.SumInt),
  Mean: mean,
  Max: reduces('reductionIndices', Op.Max, Op.MaxInt),
  Min: reduces('axis', Op.Min, Op.MinInt),
  Prod: reduces('axis', Op.Prod, undefined),
  All: logical(true),
  Any: logical(false),
  ArgMax: argExtremum(Op.Max, Op.MaxInt),
  ArgMin: argExtremum(Op.Min, Op.MinInt),
  [ops.SumGrad.name]: sumGrad,
};
