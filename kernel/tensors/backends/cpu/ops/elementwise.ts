// The elementwise op kernels: functions of one tensor and of two with broadcasting, made from the table that all
// devices share (kernel/tensors/backends/elementwise.ts); choices, casts, sums of many and fills. Rare dtypes fall back
// to the JavaScript kernels.
import type * as tf from '@tensorflow/tfjs-core';
import * as table from '../../elementwise.ts';
import type { CpuBackend } from '../backend.ts';
import { AXES } from '../assembly/memory-map.ts';
import { AXIS_BYTES, writeAxis, type Axis, type BinaryArgs, type UnaryArgs } from '../exports.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

/** A cell of the table, as the program knows it */
interface Loop {
  /** Its number */
  op: number;
  /** Bytes of an operand's element */
  bytes: number;
  to: table.Dtype;
  attrs: readonly string[];
  grain: number;
}

const loops = new Map<string, Loop>();
for (const list of [table.cells.unary, table.cells.binary])
  list.forEach(({ op: name, from, to, attrs, cost }, op) => {
    const bytes = from === 'bool' ? 1 : 4;
    loops.set(`${name} ${from}`, { op, bytes, to, attrs, grain: table.costs[cost].grain });
  });
const loopOf = (op: string, dtype: table.Dtype) => loops.get(`${op} ${dtype}`);

/** The loop of an op for operands of a dtype */
function chosen(op: string): (dtype: tf.DataType) => Loop | undefined {
  const [float32, int32, bool] = [loopOf(op, 'float32'), loopOf(op, 'int32'), loopOf(op, 'bool')];
  return (dtype) => (dtype === 'float32' ? float32 : dtype === 'int32' ? int32 : dtype === 'bool' ? bool : undefined);
}

function sameShape(a: number[], b: number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// The arguments of the running op: one object of each kind for all ops, because an allocation counts for small tensors.
// An op without attributes leaves `p` and `q` as they are, and its loop ignores them.
const unaryArgs: UnaryArgs = { op: 0, x: 0, y: 0, n: 0, p: 0, q: 0, grain: 0 };
const binaryArgs: BinaryArgs = {
  op: 0,
  a: 0,
  b: 0,
  y: 0,
  n: 0,
  inner: 0,
  aInner: 0,
  bInner: 0,
  p: 0,
  q: 0,
  bytes: 0,
  outer: 0,
  axes: AXES,
  grain: 0,
};

type Attrs = Record<string, unknown>;
const noAttrs: Attrs = {};

/** y = f(x), of x's shape */
function map(backend: CpuBackend, loop: Loop, x: tf.TensorInfo, attrs = noAttrs): tf.TensorInfo {
  const y = backend.output(x.shape, loop.to);
  unaryArgs.op = loop.op;
  unaryArgs.x = backend.address(x);
  unaryArgs.y = backend.address(y);
  unaryArgs.n = sizeOf(x.shape);
  unaryArgs.grain = loop.grain;
  if (loop.attrs.length > 0) unaryArgs.p = attrs[loop.attrs[0]!] as number;
  if (loop.attrs.length > 1) unaryArgs.q = attrs[loop.attrs[1]!] as number;
  backend.program.exports.unary(unaryArgs);
  return y;
}

/** Sets the arguments of y = f(a, b) for tensors of one shape. */
function prepare(backend: CpuBackend, loop: Loop, a: tf.TensorInfo, b: tf.TensorInfo, y: tf.TensorInfo): void {
  const n = sizeOf(y.shape);
  binaryArgs.op = loop.op;
  binaryArgs.a = backend.address(a);
  binaryArgs.b = backend.address(b);
  binaryArgs.y = backend.address(y);
  binaryArgs.n = n;
  binaryArgs.inner = n;
  binaryArgs.aInner = 1;
  binaryArgs.bInner = 1;
  binaryArgs.bytes = loop.bytes;
  binaryArgs.outer = 0;
  binaryArgs.grain = loop.grain;
}

/** y = f(a, b) for tensors of one shape */
function zip(backend: CpuBackend, loop: Loop, a: tf.TensorInfo, b: tf.TensorInfo, attrs = noAttrs): tf.TensorInfo {
  const y = backend.output(a.shape, loop.to);
  prepare(backend, loop, a, b, y);
  if (loop.attrs.length > 0) binaryArgs.p = attrs[loop.attrs[0]!] as number;
  if (loop.attrs.length > 1) binaryArgs.q = attrs[loop.attrs[1]!] as number;
  backend.program.exports.binary(binaryArgs);
  return y;
}

/** The axes of the running broadcast: a row and at most seven outer axes */
const axes: readonly Axis[] = Array.from({ length: 8 }, () => ({ length: 0, aStride: 0, bStride: 0 }));

/**
 * Fills `axes` with the axes of f(a, b) from the inside out, and `shape` with its shape. Neighboring axes along which
 * the operands behave alike become one.
 * @returns the number of axes; −1 where the shapes do not fit each other, or `axes` is too short
 */
function joinAxes(a: number[], b: number[], shape: number[]): number {
  const rank = shape.length;
  let [count, aStride, bStride] = [0, 1, 1];
  // 1: only a varies along the axis, 2: only b, 3: both; 0 before the first axis
  let last = 0;
  for (let i = 1; i <= rank; i++) {
    const aLength = i <= a.length ? a[a.length - i]! : 1;
    const bLength = i <= b.length ? b[b.length - i]! : 1;
    if (aLength !== bLength && aLength !== 1 && bLength !== 1) return -1;
    const length = aLength === 1 ? bLength : aLength;
    shape[rank - i] = length;
    if (length === 1) continue;
    const now = aLength === bLength ? 3 : bLength === 1 ? 1 : 2;
    if (now === last) axes[count - 1]!.length *= length;
    else {
      if (count === axes.length) return -1;
      const axis = axes[count++]!;
      axis.length = length;
      axis.aStride = now === 2 ? 0 : aStride;
      axis.bStride = now === 1 ? 0 : bStride;
      last = now;
    }
    aStride *= aLength;
    bStride *= bLength;
  }
  return count;
}

/**
 * y = f(a, b) with NumPy's broadcasting.
 * @returns undefined where shapes do not fit each other, or have too many axes
 */
function broadcast(backend: CpuBackend, loop: Loop, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo | undefined {
  if (sameShape(a.shape, b.shape)) return zip(backend, loop, a, b);
  const shape = new Array<number>(Math.max(a.shape.length, b.shape.length));
  const count = joinAxes(a.shape, b.shape, shape);
  if (count < 0) return undefined;
  const y = backend.output(shape, loop.to);
  prepare(backend, loop, a, b, y);
  if (binaryArgs.n === 0) return y;
  if (count > 0) {
    const row = axes[0]!;
    binaryArgs.inner = row.length;
    binaryArgs.aInner = row.aStride;
    binaryArgs.bInner = row.bStride;
    binaryArgs.outer = count - 1;
  }
  const ints = backend.ints();
  for (let i = 1; i < count; i++) writeAxis(ints, AXES + (i - 1) * AXIS_BYTES, axes[i]!);
  backend.program.exports.binary(binaryArgs);
  return y;
}

/** An op of one tensor; where an integer is its own result, it is shared. */
function unary(op: string, { int32 }: table.Op): OpKernel {
  const loop = chosen(op);
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const here = loop(x.dtype);
    if (!here) return int32 === 'same' && x.dtype === 'int32' ? backend.share(x) : undefined;
    return here.to === 'bool' ? zip(backend, here, x, x) : map(backend, here, x, attrs);
  };
}

/** An op of two tensors of one dtype */
function binary(op: string, [first, second]: readonly string[] = ['a', 'b']): OpKernel {
  const loop = chosen(op);
  return ({ inputs, backend }) => {
    const [a, b] = [inputs[first!]!, inputs[second!]!];
    const here = a.dtype === b.dtype ? loop(a.dtype) : undefined;
    return here && broadcast(backend, here, a, b);
  };
}

/** A gradient, of dy and the op's input or output */
function gradient(op: string, [first, second]: readonly string[]): OpKernel {
  const loop = loopOf(op, 'float32')!;
  return ({ inputs, attrs, backend }) => {
    const [dy, v] = [inputs[first!]!, inputs[second!]!];
    if (dy.dtype !== 'float32' || v.dtype !== 'float32' || !sameShape(dy.shape, v.shape)) return undefined;
    return zip(backend, loop, dy, v, attrs);
  };
}

/** Powers that have loops of their own */
const powers = new Map<number, Loop>([
  [2, loopOf('Square', 'float32')!],
  [0.5, loopOf('PowHalf', 'float32')!],
  [3, loopOf('Cube', 'float32')!],
  [-1, loopOf('Reciprocal', 'float32')!],
  [-0.5, loopOf('PowMinusHalf', 'float32')!],
  [-2, loopOf('PowMinusTwo', 'float32')!],
]);
const anyPower = loopOf('Pow', 'float32')!;

function pow({ inputs, backend }: OpCall): tf.TensorInfo | undefined {
  const [a, b] = [inputs['a']!, inputs['b']!];
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  if (b.shape.length <= a.shape.length && sizeOf(b.shape) === 1) {
    const exponent = backend.floats()[backend.address(b) >>> 2]!;
    if (exponent === 1) return backend.share(a);
    const loop = powers.get(exponent);
    if (loop) return map(backend, loop, a);
  }
  return broadcast(backend, anyPower, a, b);
}

function select({ inputs, backend }: OpCall): tf.TensorInfo | undefined {
  const [condition, t, e] = [inputs['condition']!, inputs['t']!, inputs['e']!];
  const { dtype } = t;
  if (condition.dtype !== 'bool' || e.dtype !== dtype) return undefined;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return undefined;
  if (!sameShape(condition.shape, t.shape) || !sameShape(t.shape, e.shape)) return undefined;
  const y = backend.output(t.shape, dtype);
  backend.program.exports.select(
    backend.address(condition),
    backend.address(t),
    backend.address(e),
    backend.address(y),
    sizeOf(t.shape),
    dtype === 'bool' ? 1 : 4,
  );
  return y;
}

function addN({ inputs, backend }: OpCall): tf.TensorInfo | undefined {
  const list = inputs as unknown as tf.TensorInfo[];
  const { dtype, shape } = list[0]!;
  if (dtype !== 'float32' && dtype !== 'int32') return undefined;
  for (const x of list) if (x.dtype !== dtype || !sameShape(x.shape, shape)) return undefined;
  const y = backend.output(shape, dtype);
  backend.withMemory(4 * list.length, [y], (at) => {
    const ints = backend.ints();
    for (let i = 0; i < list.length; i++) ints[(at >>> 2) + i] = backend.address(list[i]!);
    backend.program.exports.addN(at, list.length, backend.address(y), sizeOf(shape), dtype === 'float32' ? 1 : 0);
  });
  return y;
}

const nonZero = loopOf('NonZero', 'float32')!;
const nonZeroInt = loopOf('NonZero', 'int32')!;
const floatToInt = loopOf('FloatToInt', 'float32')!;
const intToFloat = loopOf('IntToFloat', 'int32')!;

/**
 * Each dtype has its own layout in memory: no cast leaves the data as they are. From float32 to int32 as JavaScript's
 * typed arrays convert: towards 0, modulo 2³², and 0 for ±∞ and NaN.
 */
function cast({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  const to = attrs['dtype'] as tf.DataType;
  const from = x.dtype;
  if (from !== 'float32' && from !== 'int32' && from !== 'bool') return undefined;
  if (to === from) return backend.share(x);
  if (to === 'bool') return zip(backend, from === 'float32' ? nonZero : nonZeroInt, x, x);
  if (to !== 'float32' && to !== 'int32') return undefined;
  if (from !== 'bool') return map(backend, to === 'int32' ? floatToInt : intToFloat, x);
  const y = backend.output(x.shape, to);
  const { exports } = backend.program;
  exports.widen(backend.address(x), backend.address(y), sizeOf(x.shape), to === 'float32' ? 1 : 0);
  return y;
}

const word = new Float32Array(1);
const bitsOfWord = new Uint32Array(word.buffer);

function filled(backend: CpuBackend, shape: number[], value: number, dtype: tf.DataType): tf.TensorInfo | undefined {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return undefined;
  const y = backend.output(shape, dtype);
  const [at, n] = [backend.address(y), sizeOf(shape)];
  if (dtype === 'bool') backend.bytes().fill(value, at, at + n);
  else {
    word[0] = value;
    backend.program.exports.fill(at, n, dtype === 'float32' ? bitsOfWord[0]! : value);
  }
  return y;
}

const like =
  (value: number): OpKernel =>
  ({ inputs: { x }, backend }) =>
    filled(backend, x!.shape, value, x!.dtype);

/** Op kernels of all entries of a part of the table */
const all = (
  ops: Record<string, table.Op>,
  make: (op: string, entry: table.Op) => OpKernel,
): Record<string, OpKernel> => Object.fromEntries(Object.entries(ops).map(([op, entry]) => [op, make(op, entry)]));

export const elementwise: Record<string, OpKernel> = {
  ...all(table.unary, unary),
  ...all(table.own, unary),
  ...all(table.binary, (op, { inputs }) => binary(op, inputs)),
  ...all(table.gradients, (op, { inputs }) => gradient(op, inputs!)),
  Less: binary('Greater', ['b', 'a']),
  LessEqual: binary('GreaterEqual', ['b', 'a']),
  Pow: pow,
  AddN: addN,
  Cast: cast,
  Fill: ({ attrs, backend }) => {
    const { shape, value, dtype } = attrs as unknown as tf.FillAttrs;
    return typeof value === 'number' ? filled(backend, shape, value, dtype ?? 'float32') : undefined;
  },
  OnesLike: like(1),
  Select: select,
  ZerosLike: like(0),
};
