// Op kernels that treat each element for itself: functions of one tensor, of two with broadcasting, choices, casts and fills. What they
// leave to the JavaScript backend is rare dtypes; the gradients at the end are ops that TensorFlow.js composes of several (kernel/tensors/ops.ts).
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import { Binary, Unary } from '../assembly/codes.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

declare module '../program.ts' {
  interface Exports {
    unary(op: Unary, x: number, y: number, n: number, p: number, q: number, grain: number): void;
    binary(
      op: Binary,
      a: number,
      b: number,
      y: number,
      n: number,
      aInner: number,
      bInner: number,
      p: number,
      q: number,
      grain: number,
    ): void;
    broadcast(
      op: Binary,
      a: number,
      b: number,
      y: number,
      n: number,
      inner: number,
      aInner: number,
      bInner: number,
      length: number,
      aStride: number,
      bStride: number,
      outer: number,
      axes: number,
      grain: number,
    ): void;
    select(condition: number, t: number, e: number, y: number, n: number, bytes: number): void;
    widen(x: number, y: number, n: number, toFloat: number): void;
    addN(list: number, count: number, y: number, n: number, float: number): void;
    fill(y: number, n: number, bits: number): void;
  }
}

type Dtype = 'float32' | 'int32' | 'bool';

/** Elements below which a second thread is not worth its start: for ops of a few instructions, with polynomials, one element at a time */
const GRAIN = 16384;
const GRAIN_SLOW = 4096;
const GRAIN_EACH = 1024;

function sameShape(a: number[], b: number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** y = f(x), of x's shape */
function map(
  backend: CpuBackend,
  op: Unary,
  x: tf.TensorInfo,
  dtype: Dtype,
  grain: number,
  p = 0,
  q = 0,
): tf.TensorInfo {
  const y = backend.output(x.shape, dtype);
  backend.program.exports.unary(op, backend.address(x), backend.address(y), sizeOf(x.shape), p, q, grain);
  return y;
}

const unary =
  (float: Unary, int: Unary | undefined = undefined, grain = GRAIN): OpKernel =>
  ({ inputs, backend }) => {
    const x = inputs['x']!;
    if (x.dtype === 'float32') return map(backend, float, x, 'float32', grain);
    if (x.dtype === 'int32' && int !== undefined) return map(backend, int, x, 'int32', GRAIN);
    return undefined;
  };
const slow = (op: Unary) => unary(op, undefined, GRAIN_SLOW);
const each = (op: Unary) => unary(op, undefined, GRAIN_EACH);

/** Rounding ops: an integer is its own result. */
const rounding =
  (op: Unary): OpKernel =>
  ({ inputs, backend }) => {
    const x = inputs['x']!;
    if (x.dtype === 'float32') return map(backend, op, x, 'float32', GRAIN);
    return x.dtype === 'int32' ? backend.share(x) : undefined;
  };

/** A question about a float32, answered by a bool */
const property =
  (op: Binary): OpKernel =>
  ({ inputs, backend }) => {
    const x = inputs['x']!;
    return x.dtype === 'float32' ? flags(backend, op, x) : undefined;
  };

function flags(backend: CpuBackend, op: Binary, x: tf.TensorInfo): tf.TensorInfo {
  const y = backend.output(x.shape, 'bool');
  const at = backend.address(x);
  backend.program.exports.binary(op, at, at, backend.address(y), sizeOf(x.shape), 1, 1, 0, 0, GRAIN);
  return y;
}

/** y = f(a, b) for tensors of one shape */
function zip(
  backend: CpuBackend,
  op: Binary,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  dtype: Dtype,
  grain: number,
  p = 0,
  q = 0,
): tf.TensorInfo {
  const y = backend.output(a.shape, dtype);
  const { exports } = backend.program;
  exports.binary(op, backend.address(a), backend.address(b), backend.address(y), sizeOf(a.shape), 1, 1, p, q, grain);
  return y;
}

/** At most so many axes of a broadcast can be told to the program: one row and seven outer ones. */
const AXES = 8;
const lengths = new Int32Array(AXES);
const aStrides = new Int32Array(AXES);
const bStrides = new Int32Array(AXES);

/**
 * y = f(a, b) with NumPy's broadcasting. Neighbouring axes along which the operands behave alike are treated as one.
 * @returns undefined where shapes do not fit each other, or more than `AXES` axes remain
 */
function broadcast(
  backend: CpuBackend,
  op: Binary,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  dtype: Dtype,
  grain: number,
): tf.TensorInfo | undefined {
  if (sameShape(a.shape, b.shape)) return zip(backend, op, a, b, dtype, grain);
  const { exports } = backend.program;
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = new Array<number>(rank);
  let [axes, n, aStride, bStride] = [0, 1, 1, 1];
  // 1: only a varies along the axis, 2: only b, 3: both; 0 before the first axis
  let last = 0;
  for (let i = 1; i <= rank; i++) {
    const aLength = i <= a.shape.length ? a.shape[a.shape.length - i]! : 1;
    const bLength = i <= b.shape.length ? b.shape[b.shape.length - i]! : 1;
    if (aLength !== bLength && aLength !== 1 && bLength !== 1) return undefined;
    const length = aLength === 1 ? bLength : aLength;
    shape[rank - i] = length;
    n *= length;
    if (length === 1) continue;
    const now = aLength === bLength ? 3 : bLength === 1 ? 1 : 2;
    if (now === last) lengths[axes - 1]! *= length;
    else {
      if (axes === AXES) return undefined;
      lengths[axes] = length;
      aStrides[axes] = now === 2 ? 0 : aStride;
      bStrides[axes] = now === 1 ? 0 : bStride;
      axes++;
      last = now;
    }
    aStride *= aLength;
    bStride *= bLength;
  }
  const y = backend.output(shape, dtype);
  if (n === 0) return y;
  if (axes <= 1) {
    const [aInner, bInner] = axes === 0 ? [1, 1] : [aStrides[0]!, bStrides[0]!];
    exports.binary(op, backend.address(a), backend.address(b), backend.address(y), n, aInner, bInner, 0, 0, grain);
    return y;
  }
  if (axes === 2) runBroadcast(backend, op, a, b, y, n, 1, 0, grain);
  else
    backend.withMemory(12 * (axes - 2), [y], (list) => {
      const ints = backend.ints();
      for (let i = 2, to = list >>> 2; i < axes; i++) {
        ints[to++] = lengths[i]!;
        ints[to++] = aStrides[i]!;
        ints[to++] = bStrides[i]!;
      }
      runBroadcast(backend, op, a, b, y, n, axes - 1, list, grain);
    });
  return y;
}

/** @param list where the program finds the lengths and strides of the axes after the second */
function runBroadcast(
  backend: CpuBackend,
  op: Binary,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  y: tf.TensorInfo,
  n: number,
  outer: number,
  list: number,
  grain: number,
): void {
  backend.program.exports.broadcast(
    op,
    backend.address(a),
    backend.address(b),
    backend.address(y),
    n,
    lengths[0]!,
    aStrides[0]!,
    bStrides[0]!,
    lengths[1]!,
    aStrides[1]!,
    bStrides[1]!,
    outer,
    list,
    grain,
  );
}

const binary =
  (float: Binary, int: Binary | undefined = undefined, grain = GRAIN): OpKernel =>
  ({ inputs, backend }) => {
    const [a, b] = [inputs['a']!, inputs['b']!];
    if (a.dtype !== b.dtype) return undefined;
    if (a.dtype === 'float32') return broadcast(backend, float, a, b, 'float32', grain);
    if (a.dtype === 'int32' && int !== undefined) return broadcast(backend, int, a, b, 'int32', grain);
    return undefined;
  };

/** A comparison; `swapped` where it is that of b with a */
const comparison =
  (float: Binary, int: Binary, bool: Binary, swapped = false): OpKernel =>
  ({ inputs, backend }) => {
    const a = inputs[swapped ? 'b' : 'a']!;
    const b = inputs[swapped ? 'a' : 'b']!;
    if (a.dtype !== b.dtype) return undefined;
    if (a.dtype === 'float32') return broadcast(backend, float, a, b, 'bool', GRAIN);
    if (a.dtype === 'int32') return broadcast(backend, int, a, b, 'bool', GRAIN);
    return a.dtype === 'bool' ? broadcast(backend, bool, a, b, 'bool', GRAIN) : undefined;
  };

const logical =
  (op: Binary): OpKernel =>
  ({ inputs, backend }) => {
    const [a, b] = [inputs['a']!, inputs['b']!];
    return a.dtype === 'bool' && b.dtype === 'bool' ? broadcast(backend, op, a, b, 'bool', GRAIN) : undefined;
  };

/** Powers that have ops of their own; the tensor itself for 1 */
const powers = new Map<number, Unary>([
  [2, Unary.Square],
  [0.5, Unary.PowHalf],
  [3, Unary.Cube],
  [-1, Unary.Reciprocal],
  [-0.5, Unary.PowMinusHalf],
  [-2, Unary.PowMinusTwo],
]);

function pow({ inputs, backend }: OpCall): tf.TensorInfo | undefined {
  const [a, b] = [inputs['a']!, inputs['b']!];
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  if (b.shape.length <= a.shape.length && sizeOf(b.shape) === 1) {
    const exponent = backend.floats()[backend.address(b) >>> 2]!;
    if (exponent === 1) return backend.share(a);
    const op = powers.get(exponent);
    if (op !== undefined) return map(backend, op, a, 'float32', GRAIN);
  }
  return broadcast(backend, Binary.Pow, a, b, 'float32', GRAIN_SLOW);
}

/** A gradient, of dy and the op's input or output of that name */
const gradient =
  (op: Binary, of: 'x' | 'y', grain = GRAIN): OpKernel =>
  ({ inputs, attrs, backend }) => {
    const [dy, v] = [inputs['dy']!, inputs[of]!];
    if (dy.dtype !== 'float32' || v.dtype !== 'float32' || !sameShape(dy.shape, v.shape)) return undefined;
    const p = (attrs['alpha'] ?? attrs['clipValueMin'] ?? 0) as number;
    return zip(backend, op, dy, v, 'float32', grain, p, (attrs['clipValueMax'] ?? 0) as number);
  };

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

/**
 * Here each dtype has its own layout in memory, so that no cast can leave the data as they are. From float32 to int32 as JavaScript's
 * typed arrays convert: towards 0, modulo 2³², and 0 for ±∞ and NaN.
 */
function cast({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  const to = attrs['dtype'] as tf.DataType;
  const from = x.dtype;
  if (from !== 'float32' && from !== 'int32' && from !== 'bool') return undefined;
  if (to === from) return backend.share(x);
  if (to === 'bool') return flags(backend, from === 'float32' ? Binary.NonZero : Binary.NonZeroInt, x);
  if (to !== 'float32' && to !== 'int32') return undefined;
  if (from !== 'bool') return map(backend, to === 'int32' ? Unary.FloatToInt : Unary.IntToFloat, x, to, GRAIN);
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

export const elementwise: Record<string, OpKernel> = {
  // of one tensor
  Abs: unary(Unary.Abs, Unary.AbsInt),
  Acos: each(Unary.Acos),
  Acosh: each(Unary.Acosh),
  Asin: each(Unary.Asin),
  Asinh: each(Unary.Asinh),
  Atan: each(Unary.Atan),
  Atanh: each(Unary.Atanh),
  Ceil: rounding(Unary.Ceil),
  ClipByValue: ({ inputs: { x }, attrs, backend }) =>
    x!.dtype === 'float32'
      ? map(
          backend,
          Unary.ClipByValue,
          x!,
          'float32',
          GRAIN,
          attrs['clipValueMin'] as number,
          attrs['clipValueMax'] as number,
        )
      : undefined,
  Cos: slow(Unary.Cos),
  Cosh: each(Unary.Cosh),
  Elu: slow(Unary.Elu),
  Erf: slow(Unary.Erf),
  Exp: slow(Unary.Exp),
  Expm1: slow(Unary.Expm1),
  Floor: rounding(Unary.Floor),
  [ops.Gelu.name]: slow(Unary.Gelu),
  IsFinite: property(Binary.IsFinite),
  IsInf: property(Binary.IsInf),
  IsNan: property(Binary.IsNan),
  LeakyRelu: ({ inputs: { x }, attrs, backend }) =>
    x!.dtype === 'float32' ? map(backend, Unary.LeakyRelu, x!, 'float32', GRAIN, attrs['alpha'] as number) : undefined,
  Log: slow(Unary.Log),
  Log1p: slow(Unary.Log1p),
  LogicalNot: ({ inputs: { x }, backend }) => (x!.dtype === 'bool' ? flags(backend, Binary.Not, x!) : undefined),
  Neg: unary(Unary.Neg, Unary.NegInt),
  Reciprocal: unary(Unary.Reciprocal),
  Relu: unary(Unary.Relu, Unary.ReluInt),
  Relu6: unary(Unary.Relu6, Unary.Relu6Int),
  Round: rounding(Unary.Round),
  Rsqrt: unary(Unary.Rsqrt),
  Selu: slow(Unary.Selu),
  Sigmoid: slow(Unary.Sigmoid),
  Sign: unary(Unary.Sign, Unary.SignInt),
  Sin: slow(Unary.Sin),
  Sinh: each(Unary.Sinh),
  Softplus: slow(Unary.Softplus),
  Sqrt: unary(Unary.Sqrt),
  Square: unary(Unary.Square, Unary.SquareInt),
  Step: ({ inputs: { x }, attrs, backend }) =>
    x!.dtype === 'float32' ? map(backend, Unary.Step, x!, 'float32', GRAIN, attrs['alpha'] as number) : undefined,
  Tan: each(Unary.Tan),
  Tanh: slow(Unary.Tanh),

  // of two
  Add: binary(Binary.Add, Binary.AddInt),
  Atan2: binary(Binary.Atan2, undefined, GRAIN_EACH),
  BitwiseAnd: ({ inputs: { a, b }, backend }) =>
    a!.dtype === 'int32' && b!.dtype === 'int32'
      ? broadcast(backend, Binary.BitwiseAndInt, a!, b!, 'int32', GRAIN)
      : undefined,
  Equal: comparison(Binary.Equal, Binary.EqualInt, Binary.EqualBool),
  FloorDiv: ({ inputs: { a, b }, backend }) => {
    if (a!.dtype !== b!.dtype || (a!.dtype !== 'float32' && a!.dtype !== 'int32')) return undefined;
    const op = a!.dtype === 'float32' ? Binary.FloorDiv : Binary.FloorDivInt;
    return broadcast(backend, op, a!, b!, 'int32', GRAIN_EACH);
  },
  Greater: comparison(Binary.Greater, Binary.GreaterInt, Binary.GreaterBool),
  GreaterEqual: comparison(Binary.GreaterEqual, Binary.GreaterEqualInt, Binary.GreaterEqualBool),
  Less: comparison(Binary.Greater, Binary.GreaterInt, Binary.GreaterBool, true),
  LessEqual: comparison(Binary.GreaterEqual, Binary.GreaterEqualInt, Binary.GreaterEqualBool, true),
  LogicalAnd: logical(Binary.And),
  LogicalOr: logical(Binary.Or),
  Maximum: binary(Binary.Maximum, Binary.MaximumInt),
  Minimum: binary(Binary.Minimum, Binary.MinimumInt),
  Mod: binary(Binary.Mod, Binary.ModInt, GRAIN_EACH),
  Multiply: binary(Binary.Multiply, Binary.MultiplyInt),
  NotEqual: comparison(Binary.NotEqual, Binary.NotEqualInt, Binary.NotEqualBool),
  Pow: pow,
  Prelu: ({ inputs: { x, alpha }, backend }) =>
    x!.dtype === 'float32' && alpha!.dtype === 'float32'
      ? broadcast(backend, Binary.Prelu, x!, alpha!, 'float32', GRAIN)
      : undefined,
  RealDiv: binary(Binary.RealDiv),
  SquaredDifference: binary(Binary.SquaredDifference, Binary.SquaredDifferenceInt),
  Sub: binary(Binary.Sub, Binary.SubInt),

  // the others
  AddN: addN,
  Cast: cast,
  Fill: ({ attrs, backend }) => {
    const { shape, value, dtype } = attrs as unknown as tf.FillAttrs;
    return typeof value === 'number' ? filled(backend, shape, value, dtype ?? 'float32') : undefined;
  },
  OnesLike: like(1),
  Select: select,
  ZerosLike: like(0),

  // gradients
  [ops.AbsGrad.name]: gradient(Binary.AbsGrad, 'x'),
  [ops.ClipByValueGrad.name]: gradient(Binary.ClipByValueGrad, 'x'),
  EluGrad: gradient(Binary.EluGrad, 'y'),
  [ops.GeluGrad.name]: gradient(Binary.GeluGrad, 'x', GRAIN_SLOW),
  [ops.LeakyReluGrad.name]: gradient(Binary.LeakyReluGrad, 'x'),
  [ops.Relu6Grad.name]: gradient(Binary.Relu6Grad, 'x'),
  [ops.ReluGrad.name]: gradient(Binary.ReluGrad, 'y'),
  [ops.SeluGrad.name]: gradient(Binary.SeluGrad, 'x', GRAIN_SLOW),
  [ops.SigmoidGrad.name]: gradient(Binary.SigmoidGrad, 'y'),
  [ops.SoftplusGrad.name]: gradient(Binary.SoftplusGrad, 'x', GRAIN_SLOW),
  [ops.SqrtGrad.name]: gradient(Binary.SqrtGrad, 'y'),
  [ops.SquareGrad.name]: gradient(Binary.SquareGrad, 'x'),
  [ops.TanhGrad.name]: gradient(Binary.TanhGrad, 'y'),
};
