// Operators of ONNX that work element by element, along axes, or on shapes. https://onnx.ai/onnx/operators/
import type { Tensor } from '@tensorflow/tfjs-core';
import { axisOf, type Compute, type NodeCall } from './execution.ts';

const unary =
  (f: (tf: NodeCall['tf'], x: Tensor) => Tensor): Compute =>
  (c) =>
    f(c.tf, c.input(0));

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'maximum' | 'minimum' | 'equal' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual' | 'logicalAnd' | 'logicalOr'; // prettier-ignore

const binary =
  (name: Binary): Compute =>
  ({ tf, inputs }) =>
    (inputs as Tensor[]).reduce((a, b) => tf[name](a, b));

/** Whole numbers are divided as in C: towards zero. */
const divide: Compute = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const { tf } = c;
  if (a.dtype !== 'int32' || b.dtype !== 'int32') return tf.div(a, b);
  const quotient = tf.div(tf.cast(a, 'float32'), tf.cast(b, 'float32'));
  return tf.cast(tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient))), 'int32');
};

type Reduction = 'mean' | 'sum' | 'max' | 'min' | 'prod';

const reduce =
  (name: Reduction, before?: (c: NodeCall, x: Tensor) => Tensor, after?: (c: NodeCall, x: Tensor) => Tensor): Compute =>
  (c) => {
    const x = before ? before(c, c.input(0)) : c.input(0);
    const axes = c.ints(1, 'axes')?.map((axis) => axisOf(axis, x.rank));
    if (axes?.length === 0 && c.int('noop_with_empty_axes', 0) === 1) return x;
    const y = c.tf[name](x, axes?.length ? axes : undefined, c.int('keepdims', 1) === 1);
    return after ? after(c, y) : y;
  };

const softmaxLike =
  (name: 'softmax' | 'logSoftmax'): Compute =>
  (c) => {
    const x = c.input(0);
    const { tf } = c;
    if (c.opset < 13) {
      // Older versions flatten the axes from the given one on
      const axis = axisOf(c.int('axis', 1), x.rank);
      const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
      return tf.reshape(tf[name](tf.reshape(x, [rows, -1])), x.shape);
    }
    const axis = axisOf(c.int('axis', -1), x.rank);
    if (axis === x.rank - 1) return tf[name](x);
    const order = x.shape.map((_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
    return tf.transpose(tf[name](tf.transpose(x, order)), order);
  };

const reshape: Compute = (c) => {
  const x = c.input(0);
  const given = c.ints(1, 'shape')!;
  const keep = c.int('allowzero', 0) === 0;
  return c.tf.reshape(x, given.map((n, i) => (n === 0 && keep ? x.shape[i]! : n))); // prettier-ignore
};

const flatten: Compute = (c) => {
  const x = c.input(0);
  const axis = axisOf(c.int('axis', 1), x.rank);
  const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return c.tf.reshape(x, [rows, x.size / rows]);
};

const squeeze: Compute = (c) => {
  const x = c.input(0);
  return c.tf.squeeze(x, c.ints(1, 'axes')?.map((axis) => axisOf(axis, x.rank))); // prettier-ignore
};

const unsqueeze: Compute = (c) => {
  const x = c.input(0);
  const axes = c.ints(1, 'axes')!;
  const rank = x.rank + axes.length;
  const own = new Set(axes.map((axis) => axisOf(axis, rank)));
  let at = 0;
  return c.tf.reshape(x, Array.from({ length: rank }, (_, i) => (own.has(i) ? 1 : x.shape[at++]!))); // prettier-ignore
};

const slice: Compute = (c) => {
  const x = c.input(0);
  const starts = c.ints(1, 'starts')!;
  const ends = c.ints(2, 'ends')!;
  const axes = c.ints(3, 'axes') ?? starts.map((_, i) => i);
  const steps = c.ints(4) ?? starts.map(() => 1);
  let y = x;
  axes.forEach((given, k) => {
    const axis = axisOf(given, x.rank);
    const [size, step] = [x.shape[axis]!, steps[k]!];
    const clamp = (n: number, low: number, high: number) => Math.min(Math.max(n < 0 ? n + size : n, low), high);
    const start = step > 0 ? clamp(starts[k]!, 0, size) : clamp(starts[k]!, 0, size - 1);
    const end = step > 0 ? clamp(ends[k]!, 0, size) : clamp(ends[k]!, -1, size - 1);
    const count = Math.max(0, Math.ceil((end - start) / step));
    if (step === 1) {
      const begin = y.shape.map((_, i) => (i === axis ? start : 0));
      y = c.tf.slice(y, begin, y.shape.map((n, i) => (i === axis ? count : n))); // prettier-ignore
    } else {
      const places = Int32Array.from({ length: count }, (_, i) => start + i * step);
      y = c.tf.gather(y, c.tf.tensor1d(places, 'int32'), axis);
    }
  });
  return y;
};

const gather: Compute = (c) => {
  const [x, indices] = [c.input(0), c.input(1)];
  const axis = axisOf(c.int('axis', 0), x.rank);
  const size = x.shape[axis]!;
  const places = Int32Array.from(indices.dataSync(), (n) => (n < 0 ? n + size : n));
  const wrong = places.find((n) => !(n >= 0 && n < size));
  if (wrong !== undefined) throw new Error(`it asks for place ${wrong} of an axis of size ${size}`);
  const flat = c.tf.gather(x, c.tf.tensor1d(places, 'int32'), axis);
  return c.tf.reshape(flat, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
};

const split: Compute = (c) => {
  const x = c.input(0);
  const axis = axisOf(c.int('axis', 0), x.rank);
  const n = c.node.outputs.length;
  const each = Math.ceil(x.shape[axis]! / n);
  const sizes = c.ints(1, 'split') ?? Array.from({ length: n }, (_, i) => (i < n - 1 ? each : x.shape[axis]! - each * (n - 1))); // prettier-ignore
  return c.tf.split(x, sizes, axis);
};

const pad: Compute = (c) => {
  const x = c.input(0);
  const given = c.ints(1, 'pads')!;
  const axes = c.ints(3) ?? x.shape.map((_, i) => i);
  const pads = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, i) => (pads[axisOf(axis, x.rank)] = [given[i]!, given[i + axes.length]!]));
  const mode = c.text('mode', 'constant');
  // What is cut off instead has a negative number
  const cut = c.tf.slice(
    x,
    pads.map(([before]) => Math.max(0, -before)),
    x.shape.map((n, i) => n - Math.max(0, -pads[i]![0]) - Math.max(0, -pads[i]![1])),
  );
  const own = pads.map(([a, b]): [number, number] => [Math.max(0, a), Math.max(0, b)]);
  if (mode === 'reflect') return c.tf.mirrorPad(cut, own, 'reflect');
  if (mode !== 'constant') throw new Error(`its mode is ${mode}; constant and reflect are computed`);
  return c.tf.pad(cut, own, c.inputs[2] ? Number(c.inputs[2].dataSync()[0]) : c.float('value', 0));
};

/** TensorFlow.js's type for a number of ONNX's types. */
export const DTYPES: Record<number, 'float32' | 'int32' | 'bool'> = {
  1: 'float32',
  2: 'int32',
  3: 'int32',
  4: 'int32',
  5: 'int32',
  6: 'int32',
  7: 'int32',
  9: 'bool',
  10: 'float32',
  11: 'float32',
  12: 'int32',
  16: 'float32',
};

const cast: Compute = (c) => {
  const to = DTYPES[c.int('to', 1)];
  if (!to) throw new Error(`its type ${c.int('to', 1)} is not one of tensors`);
  return c.tf.cast(c.input(0), to);
};

const constantOfShape: Compute = (c) => {
  const shape = c.ints(0)!;
  const fill = c.constant;
  return fill ? c.tf.mul(c.tf.ones(shape, fill.dtype as 'float32'), fill) : c.tf.zeros(shape);
};

const shapeOf: Compute = (c) => {
  const { shape } = c.input(0);
  const [start, end] = [c.int('start', 0), c.int('end', shape.length)];
  return c.tf.tensor1d(shape.slice(start, end), 'int32');
};

const range: Compute = (c) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => Number(c.input(i).dataSync()[0])) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const dtype = c.input(0).dtype as 'int32';
  return c.tf.tensor1d(Array.from({ length: count }, (_, i) => start + i * delta), dtype); // prettier-ignore
};

/** Ones, as many as a shape says, times x: x broadcast to it. */
const expand: Compute = (c) => {
  const x = c.input(0);
  const shape = c.ints(1)!;
  const rank = Math.max(x.rank, shape.length);
  const size = (list: readonly number[], i: number) => list[i - (rank - list.length)] ?? 1;
  const out = Array.from({ length: rank }, (_, i) => Math.max(size(x.shape, i), size(shape, i)));
  return c.tf.broadcastTo(x, out);
};

const clip: Compute = (c) => {
  const bound = (i: number, name: string, fallback: number) =>
    c.inputs[i] ? Number(c.inputs[i].dataSync()[0]) : c.float(name, fallback);
  const [low, high] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  let x = c.input(0);
  if (low > -Infinity) x = c.tf.maximum(x, c.tf.scalar(low, x.dtype as 'float32'));
  return high < Infinity ? c.tf.minimum(x, c.tf.scalar(high, x.dtype as 'float32')) : x;
};

const hardSigmoid: Compute = (c) =>
  c.tf.clipByValue(c.tf.add(c.tf.mul(c.input(0), c.float('alpha', 0.2)), c.float('beta', 0.5)), 0, 1);

const gelu: Compute = (c) => {
  const { tf } = c;
  const x = c.input(0);
  const inner =
    c.text('approximate', 'none') === 'tanh'
      ? tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x))))))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
};

const argMax: Compute = (c) => {
  const x = c.input(0);
  const axis = axisOf(c.int('axis', 0), x.rank);
  const y = c.tf[c.node.op === 'ArgMax' ? 'argMax' : 'argMin'](x, axis);
  return c.int('keepdims', 1) === 1 ? c.tf.expandDims(y, axis) : y;
};

const einsum: Compute = (c) => c.tf.einsum(c.text('equation', ''), ...(c.inputs as Tensor[]));

/** The operators, by their names. */
export const OPERATORS: Record<string, Compute> = {
  Identity: unary((_, x) => x),
  Dropout: (c) => [c.input(0), c.tf.onesLike(c.input(0))].slice(0, c.node.outputs.length),
  Relu: unary((tf, x) => tf.relu(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Reciprocal: unary((tf, x) => tf.reciprocal(x)),
  Neg: unary((tf, x) => tf.neg(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  Round: unary((tf, x) => tf.round(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Softplus: unary((tf, x) => tf.softplus(x)),
  Softsign: unary((tf, x) => tf.div(x, tf.add(tf.abs(x), 1))),
  HardSwish: unary((tf, x) => tf.mul(x, tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1))),
  Mish: unary((tf, x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  Not: unary((tf, x) => tf.logicalNot(x)),
  LeakyRelu: (c) => c.tf.leakyRelu(c.input(0), c.float('alpha', 0.01)),
  Elu: (c) => {
    const x = c.input(0);
    return c.tf.where(c.tf.greater(x, 0), x, c.tf.mul(c.tf.expm1(c.tf.minimum(x, 0)), c.float('alpha', 1)));
  },
  Selu: unary((tf, x) => tf.selu(x)),
  ThresholdedRelu: (c) => c.tf.mul(c.input(0), c.tf.cast(c.tf.greater(c.input(0), c.float('alpha', 1)), 'float32')),
  PRelu: (c) => c.tf.add(c.tf.relu(c.input(0)), c.tf.mul(c.input(1), c.tf.minimum(c.input(0), 0))),
  HardSigmoid: hardSigmoid,
  Gelu: gelu,
  Clip: clip,
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: divide,
  Pow: binary('pow'),
  Sum: binary('add'),
  Max: binary('maximum'),
  Min: binary('minimum'),
  Equal: binary('equal'),
  Less: binary('less'),
  LessOrEqual: binary('lessEqual'),
  Greater: binary('greater'),
  GreaterOrEqual: binary('greaterEqual'),
  And: binary('logicalAnd'),
  Or: binary('logicalOr'),
  Mean: (c) => c.tf.div(binary('add')(c) as Tensor, c.inputs.length),
  Where: (c) => c.tf.where(c.tf.cast(c.input(0), 'bool'), c.input(1), c.input(2)),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  ReduceProd: reduce('prod'),
  ReduceSumSquare: reduce('sum', ({ tf }, x) => tf.square(x)),
  ReduceL1: reduce('sum', ({ tf }, x) => tf.abs(x)),
  ReduceL2: reduce('sum', ({ tf }, x) => tf.square(x), ({ tf }, x) => tf.sqrt(x)), // prettier-ignore
  Softmax: softmaxLike('softmax'),
  LogSoftmax: softmaxLike('logSoftmax'),
  ArgMax: argMax,
  ArgMin: argMax,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: (c) => c.tf.transpose(c.input(0), c.list('perm')),
  Concat: (c) => c.tf.concat(c.inputs as Tensor[], axisOf(c.int('axis', 0), c.input(0).rank)),
  Slice: slice,
  Split: split,
  Gather: gather,
  Pad: pad,
  Tile: (c) => c.tf.tile(c.input(0), c.ints(1)!),
  Expand: expand,
  Shape: shapeOf,
  Size: (c) => c.tf.scalar(c.input(0).size, 'int32'),
  Range: range,
  ConstantOfShape: constantOfShape,
  Cast: cast,
  Einsum: einsum,
};
