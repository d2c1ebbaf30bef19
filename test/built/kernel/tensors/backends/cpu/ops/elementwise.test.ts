// Elementwise op kernels of the device `cpu`, each against TensorFlow.js's own, and the fused gradients against the
// formulas they stand for.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

beforeAll(() => {
  tf.copyRegisteredKernels('cpu', 'stock');
  tf.registerBackend('stock', () => new MathBackendCPU());
});

let seed = 1;
/** A number in [0, 1), the same in every run. */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

type Dtype = 'float32' | 'int32' | 'bool';
interface Given {
  values: Float32Array | Int32Array | Uint8Array;
  shape: number[];
  dtype: Dtype;
}

const specialFloats = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 6, 7, NaN, Infinity, -Infinity, 1e-45, -1e-40, 3e38];
specialFloats.push(-3e38, 88, 89.5, -87.5, -103, -105, 17, -17, 1e5, -1e5, 2 ** 31, -(2 ** 31), 2 ** 33 + 1024);
const specialInts = [0, 1, -1, 2, -2, 7, -7, 2 ** 31 - 1, -(2 ** 31), 65536, -46341];

const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** Random values; with `special`, those where functions have their corners are among them. */
function given(shape: number[], dtype: Dtype, scale = 3, special = true): Given {
  const n = sizeOf(shape);
  const corner = (list: number[]) => list[Math.floor(random() * list.length)]!;
  if (dtype === 'bool') return { shape, dtype, values: Uint8Array.from({ length: n }, () => (random() < 0.5 ? 0 : 1)) };
  if (dtype === 'int32') {
    const one = () => (special && random() < 0.3 ? corner(specialInts) : Math.round((random() - 0.5) * 20));
    return { shape, dtype, values: Int32Array.from({ length: n }, one) };
  }
  const one = () => (special && random() < 0.3 ? corner(specialFloats) : (random() * 2 - 1) * scale);
  return { shape, dtype, values: Float32Array.from({ length: n }, one) };
}

/** The output of an op kernel on one backend, and that nothing but it is left of the op. */
function output(backend: string, kernel: string, inputs: Record<string, Given> | Given[], attrs: object) {
  void tf.setBackend(backend);
  const make = (g: Given) => tf.tensor(g.values, g.shape, g.dtype);
  const tensors = Array.isArray(inputs)
    ? inputs.map(make)
    : Object.fromEntries(Object.entries(inputs).map(([k, g]) => [k, make(g)]));
  const before = tf.engine().backend.numDataIds();
  const y = tf.engine().runKernel(kernel, tensors as never, attrs as never) as tf.Tensor;
  const shares = Object.values(tensors).some((t) => (t as tf.Tensor).dataId === y.dataId);
  expect(tf.engine().backend.numDataIds(), kernel).toBe(before + (shares ? 0 : 1));
  const result = { shape: y.shape, dtype: y.dtype, values: y.dataSync() };
  tf.dispose([y, tensors] as never);
  return result;
}

interface Tolerance {
  /** of what is expected */
  relative?: number;
  absolute?: number;
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance: Tolerance = {}): void {
  const { relative = 4e-7, absolute = 3e-45 } = tolerance;
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e))) expect.fail(`${what}: [${i}] is ${a}, not ${e}`);
  }
}

/** The device against the JavaScript backend. */
function same(kernel: string, inputs: Record<string, Given> | Given[], attrs: object = {}, tolerance?: Tolerance) {
  const expected = output('stock', kernel, inputs, attrs);
  const actual = output('cpu', kernel, inputs, attrs);
  const what = `${kernel} of ${Object.values(inputs).map((g) => `${g.dtype} [${g.shape}]`)}`;
  expect({ shape: actual.shape, dtype: actual.dtype }, what).toEqual({ shape: expected.shape, dtype: expected.dtype });
  close(actual.values, expected.values, what, tolerance);
}

const sizes = [0, ...Array.from({ length: 70 }, (_, i) => i + 1), 1000, 20_001, 70_003];

const unary: [string, object?, Tolerance?][] = [
  ['Abs'],
  ['Acos'],
  ['Acosh'],
  ['Asin'],
  ['Asinh'],
  ['Atan'],
  ['Atanh'],
  ['Ceil'],
  ['ClipByValue', { clipValueMin: -1.25, clipValueMax: 2 }],
  ['Cos', {}, { absolute: 1e-7 }],
  ['Cosh'],
  // the JavaScript kernel subtracts 1 from eˣ
  ['Elu', {}, { absolute: 1e-15 }],
  // the JavaScript kernel's formula is good to 1.5e-7
  ['Erf', {}, { absolute: 3e-7 }],
  ['Exp'],
  ['Expm1'],
  ['Floor'],
  ['IsFinite'],
  ['IsInf'],
  ['IsNan'],
  ['LeakyRelu', { alpha: 0.25 }],
  ['Log'],
  ['Log1p'],
  ['Neg'],
  ['Reciprocal'],
  ['Relu'],
  ['Relu6'],
  ['Round'],
  ['Rsqrt'],
  ['Selu', {}, { absolute: 1e-15 }],
  ['Sigmoid'],
  ['Sign'],
  ['Sin', {}, { absolute: 1e-7 }],
  ['Sinh'],
  // the JavaScript kernel takes eˣ or x itself from ±13.9 on
  ['Softplus', {}, { relative: 2e-6 }],
  ['Sqrt'],
  ['Square'],
  ['Step', { alpha: 0.5 }],
  ['Tan'],
  ['Tanh'],
  ['OnesLike'],
  ['ZerosLike'],
];
const unaryInt = ['Abs', 'Neg', 'Relu', 'Relu6', 'Sign', 'Square', 'Floor', 'Ceil', 'Round', 'OnesLike', 'ZerosLike'];
unaryInt.push('Exp', 'Sqrt', 'Step');

const arithmetic = ['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'SquaredDifference', 'Mod', 'FloorDiv'];
const floatOnly = ['RealDiv', 'Pow', 'Atan2'];
const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];

/** Shapes of a and b */
const broadcasts: [number[], number[]][] = [
  [[], []],
  [[1], []],
  [[], [3, 5]],
  [[37], [1]],
  [[1, 1], [5]],
  [[4, 4], [4]],
  [[3], [5, 3]],
  [
    [13, 10],
    [1, 10],
  ],
  [[33, 64], [64]],
  [
    [7, 5],
    [7, 1],
  ],
  [
    [1, 6],
    [9, 1],
  ],
  [
    [2, 3, 4],
    [2, 1, 4],
  ],
  [
    [2, 1, 5, 1],
    [3, 1, 7],
  ],
  [[3, 4, 5, 33], [33]],
  [[5, 0], [1]],
  [
    [2, 1, 3, 1, 2, 1],
    [1, 3, 1, 2, 1, 5],
  ],
  // eight axes that cannot be joined
  [
    [2, 1, 2, 1, 2, 1, 2, 1],
    [1, 2, 1, 2, 1, 2, 1, 3],
  ],
  [[70, 1001], [1001]],
  [
    [33, 1, 700],
    [1, 5, 700],
  ],
  [
    [5000, 7],
    [1, 7],
  ],
  [
    [5000, 1],
    [1, 7],
  ],
];

describe.each([1, 2])('on %i thread(s)', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await startCpu({ dist, threads });
  });
  afterAll(() => device.backend.dispose());

  it.each(unary)('%s', (kernel, attrs, tolerance) => {
    expect(device.backend.program.threads).toBe(threads);
    for (const n of sizes) same(kernel, { x: given([n], 'float32') }, attrs, tolerance);
    same(kernel, { x: given([1000], 'float32', 100) }, attrs, tolerance);
    same(kernel, { x: given([1000], 'float32', 1e-3) }, attrs, tolerance);
  });
  it.each(unaryInt)('%s of integers', (kernel) => {
    // float32 is what the JavaScript kernels compute Abs and Square in
    for (const n of sizes) same(kernel, { x: given([n], 'int32', 0, false) }, { alpha: 3 });
  });
  it('LogicalNot', () => {
    for (const n of sizes) same('LogicalNot', { x: given([n], 'bool') });
  });

  it.each([...arithmetic, ...floatOnly])('%s, with broadcasting', (kernel) => {
    // a product and a sum of a square are rounded once less where they are fused
    for (const [a, b] of broadcasts) same(kernel, { a: given(a, 'float32'), b: given(b, 'float32') });
    for (const n of sizes) same(kernel, { a: given([n], 'float32'), b: given([n], 'float32') });
    for (const n of [1, 5, 66]) same(kernel, { a: given([n], 'float32'), b: given([], 'float32') });
  });
  it.each([...arithmetic, 'BitwiseAnd'])('%s of integers, with broadcasting', (kernel) => {
    // products of large numbers are exact here, rounded in JavaScript
    const special = !['Multiply', 'SquaredDifference'].includes(kernel);
    for (const [a, b] of broadcasts)
      same(kernel, { a: given(a, 'int32', 0, special), b: given(b, 'int32', 0, special) });
  });
  it.each(comparisons)('%s, with broadcasting', (kernel) => {
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      for (const [a, b] of broadcasts) same(kernel, { a: given(a, dtype, 1), b: given(b, dtype, 1) });
      for (const n of sizes) same(kernel, { a: given([n], dtype, 1), b: given([n], dtype, 1) });
    }
  });
  it.each(['LogicalAnd', 'LogicalOr'])('%s, with broadcasting', (kernel) => {
    for (const [a, b] of broadcasts) same(kernel, { a: given(a, 'bool'), b: given(b, 'bool') });
    for (const n of sizes) same(kernel, { a: given([n], 'bool'), b: given([n], 'bool') });
  });
  it('Prelu', () => {
    for (const [x, alpha] of broadcasts) same('Prelu', { x: given(x, 'float32'), alpha: given(alpha, 'float32') });
  });
  it('Pow with one exponent for all', () => {
    for (const exponent of [0, 0.5, 1, 2, 3, 4, -0.5, -1, -2, 1.5, NaN, Infinity]) {
      const b: Given = { values: Float32Array.of(exponent), shape: [], dtype: 'float32' };
      for (const n of [1, 7, 70, 1000]) same('Pow', { a: given([n], 'float32'), b });
    }
  });

  it('AddN', () => {
    for (const n of [1, 3, 17, 64, 30_001])
      for (const count of [1, 2, 3, 30])
        for (const dtype of ['float32', 'int32'] as const)
          same(
            'AddN',
            Array.from({ length: count }, () => given([n], dtype, 3, false)),
          );
  });
  it('Select', () => {
    for (const n of sizes)
      for (const dtype of ['float32', 'int32', 'bool'] as const)
        same('Select', { condition: given([n], 'bool'), t: given([n], dtype), e: given([n], dtype) });
    same('Select', { condition: given([3], 'bool'), t: given([3], 'float32'), e: given([3], 'int32') });
  });
  it('Cast, between all numbers', () => {
    for (const from of ['float32', 'int32', 'bool'] as const)
      for (const dtype of ['float32', 'int32', 'bool'])
        for (const n of sizes) same('Cast', { x: given([n], from) }, { dtype });
    // and what is made of a cast tensor has the memory of its own dtype
    const x = tf.tensor1d([1, 0, 1], 'bool');
    expect([...tf.add(x.cast('float32'), 0.5).dataSync()]).toEqual([1.5, 0.5, 1.5]);
    expect([...tf.mul(x.cast('int32'), tf.scalar(3, 'int32')).cast('float32').dataSync()]).toEqual([3, 0, 3]);
  });
  it('Fill', () => {
    for (const [dtype, value] of [
      ['float32', 0],
      ['float32', 2.5],
      ['float32', -0],
      ['int32', -7],
      ['int32', 2.9],
      ['bool', 1],
    ] as const)
      for (const n of [0, 1, 2, 3, 4, 5, 63, 64, 65, 200_001]) same('Fill', {}, { shape: [n], value, dtype });
    same('Fill', {}, { shape: [2, 2], value: 3 });
  });

  const phi = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  /** The normal distribution function by its series, for |x| ≤ 6 */
  const Phi = (x: number) => {
    let [sum, term] = [x, x];
    for (let k = 1; k < 100; k++) sum += term *= (x * x) / (2 * k + 1);
    return 0.5 + phi(x) * sum;
  };
  const derivatives: [string, 'x' | 'y', (v: number) => number, object?][] = [
    ['AbsGrad', 'x', (x) => Math.sign(x)],
    ['ClipByValueGrad', 'x', (x) => (x >= -0.5 && x <= 1 ? 1 : 0), { clipValueMin: -0.5, clipValueMax: 1 }],
    ['EluGrad', 'y', (y) => (y >= 0 ? 1 : y + 1)],
    ['GeluGrad', 'x', (x) => Phi(x) + x * phi(x)],
    ['LeakyReluGrad', 'x', (x) => (x > 0 ? 1 : 0.25), { alpha: 0.25 }],
    ['Relu6Grad', 'x', (x) => (x > 0 && x <= 6 ? 1 : 0)],
    ['ReluGrad', 'y', (y) => (y > 0 ? 1 : 0)],
    ['SeluGrad', 'x', (x) => (x > 0 ? 1.05070098735548 : 1.758099340847377 * Math.exp(x))],
    ['SigmoidGrad', 'y', (y) => y * (1 - y)],
    ['SoftplusGrad', 'x', (x) => 1 / (1 + Math.exp(-x))],
    ['SqrtGrad', 'y', (y) => 1 / (2 * y)],
    ['SquareGrad', 'x', (x) => 2 * x],
    ['TanhGrad', 'y', (y) => 1 - y * y],
  ];
  it.each(derivatives)('%s', (kernel, of, derivative, attrs = {}) => {
    for (const n of [1, 3, 8, 17, 70, 1000, 40_001]) {
      const [dy, v] = [given([n], 'float32', 2, false), given([n], 'float32', 5, false)];
      for (let i = 0; i < n; i += 5) v.values[i] = [0, 6, 1, -0.5][i % 4]!;
      const expected = Array.from(dy.values, (d, i) => d * derivative(v.values[i]!));
      close(output('cpu', kernel, { dy, [of]: v }, attrs).values, expected, kernel, { absolute: 2e-6, relative: 1e-6 });
    }
  });
  it('Gelu', () => {
    const x = given([1000], 'float32', 5, false);
    const expected = Array.from(x.values, (v) => v * Phi(v));
    close(output('cpu', 'Gelu', { x }, {}).values, expected, 'Gelu', { absolute: 5e-7 });
  });
});
