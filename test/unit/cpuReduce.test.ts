// Reductions, softmax, cross-entropy and normalisation of the device `cpu`, each against TensorFlow.js's own op kernels.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../kernel/backends/cpu/index.ts';

const dist = path.resolve(import.meta.dirname, '../../dist');

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
/** Random numbers, made once. */
const pool = new Float32Array(2 ** 20).map(() => 2 * random() - 1);
function floats(n: number, scale = 1): Float32Array {
  const from = Math.floor(random() * 1000);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = scale * pool[(from + i) & (pool.length - 1)]!;
  return values;
}
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

interface Given {
  values: Float32Array | Int32Array | Uint8Array;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
}
type Inputs = Record<string, Given>;

const float = (shape: number[], scale = 1): Given => ({
  values: floats(sizeOf(shape), scale),
  shape,
  dtype: 'float32',
});

/** The outputs of an op kernel on one backend, and that nothing but them is left of it. */
function outputs(backend: string, kernel: string, inputs: Inputs, attrs: object) {
  tf.setBackend(backend);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([k, g]) => [k, tf.tensor(g.values, g.shape, g.dtype)]),
  );
  const before = tf.engine().backend.numDataIds();
  const result = tf.engine().runKernel(kernel, tensors as never, attrs as never);
  const list = (Array.isArray(result) ? result : [result]) as tf.Tensor[];
  expect(tf.engine().backend.numDataIds()).toBe(before + list.length);
  const read = list.map((t) => ({ shape: t.shape, dtype: t.dtype, values: t.dataSync() }));
  tf.dispose([list, Object.values(tensors)] as never);
  return read;
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))))
      expect.fail(`${what}: element ${i} is ${a}, not ${e}`);
  }
}

/** An op kernel has the same result on both backends. */
function same(kernel: string, inputs: Inputs, attrs: object, tolerance = 1e-5): void {
  const what = `${kernel} ${JSON.stringify(attrs)} of ${Object.values(inputs).map((g) => `${g.dtype} [${g.shape}]`)}`;
  const expected = outputs('stock', kernel, inputs, attrs);
  const actual = outputs('cpu', kernel, inputs, attrs);
  expect(
    actual.map(({ shape, dtype }) => ({ shape, dtype })),
    what,
  ).toEqual(expected.map(({ shape, dtype }) => ({ shape, dtype })));
  actual.forEach(({ values }, i) => close(values, expected[i]!.values, tolerance, what));
}

const channels = [1, 2, 3, 5, 10, 16, 31, 32, 33, 64, 128, 512, 700];

describe.each([2, 1])('reductions, threads: %i', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await startCpu({ dist, threads });
  });
  afterAll(() => device.backend.program.stop());

  const patterns: [number[], number | number[] | null][] = [
    [[], null],
    [[1], 0],
    [[7], null],
    [[4, 1, 5], 1],
    [
      [2, 3, 4],
      [2, 0],
    ],
    [[2, 3, 4], []],
    [
      [3, 4, 5, 6],
      [0, 2],
    ],
    [
      [3, 4, 5, 6],
      [1, 3],
    ],
    [
      [2, 3, 4, 5, 3],
      [0, 2, 4],
    ],
    [
      [2, 3, 4, 5, 3],
      [1, 3],
    ],
    [[5, 40, 3], 1],
    [[70000], null],
    [[3, 60000], 1],
    [[60000, 3], 0],
    [[2, 30000, 2], 1],
    [[2, 20000], 0],
    [[130, 1000], 0],
    [[130, 1000], -1],
    [[64, 20, 70], 1],
    [
      [4, 13, 13, 32],
      [0, 1, 2],
    ],
    [
      [4, 60, 50, 8],
      [1, 2],
    ],
  ];
  for (const c of channels) patterns.push([[37, c], 0], [[1300, c], 0], [[9, c], 1], [[3, 11, c], 1]);

  const kernels = ['Sum', 'Mean', 'Max', 'Min', 'Prod'];
  it.each(kernels)('%s of float32, over any axes', (kernel) => {
    const name = kernel === 'Max' ? 'reductionIndices' : 'axis';
    for (const [shape, axis] of patterns) {
      const x =
        kernel === 'Prod' ? { ...float(shape), values: floats(sizeOf(shape), 0.01).map((v) => 1 + v) } : float(shape);
      // the error of a sum is relative to what it is a sum of
      const tolerance = kernel === 'Prod' ? 3e-4 : kernel === 'Sum' ? 1e-6 + 1e-7 * sizeOf(shape) : 1e-6;
      for (const keepDims of [false, true]) same(kernel, { x }, { [name]: axis, keepDims }, tolerance);
    }
  });

  it.each(['Sum', 'Mean', 'Max', 'Min', 'Prod'])('%s of int32', (kernel) => {
    const name = kernel === 'Max' ? 'reductionIndices' : 'axis';
    for (const [shape, axis] of patterns) {
      const big = kernel === 'Prod' ? 2 : 2 ** 31;
      const x: Given = { values: Int32Array.from(floats(sizeOf(shape), big)), shape, dtype: 'int32' };
      // the stock mean divides each element, in float32
      same(kernel, { x }, { [name]: axis, keepDims: false }, kernel === 'Mean' ? 1e9 * 1e-4 : 0);
    }
  });

  it.each(['All', 'Any', 'Mean'])('%s of bool', (kernel) => {
    for (const [shape, axis] of patterns)
      for (const share of [0.02, 0.98]) {
        const values = new Uint8Array(sizeOf(shape));
        floats(sizeOf(shape)).forEach((v, i) => (values[i] = Math.abs(v) < share ? 1 : 0));
        same(kernel, { x: { values, shape, dtype: 'bool' } }, { axis, keepDims: true });
      }
  });

  it('propagates NaN and infinities as the stock kernels do', () => {
    for (const c of [1, 3, 7, 33, 100])
      for (const bad of [NaN, Infinity, -Infinity])
        for (const axis of [0, 1]) {
          const x = float([9, c]);
          x.values[Math.floor(random() * x.values.length)] = bad;
          for (const kernel of ['Sum', 'Mean', 'Min', 'Prod']) same(kernel, { x }, { axis, keepDims: false });
          same('Max', { x }, { reductionIndices: axis, keepDims: false });
        }
  });

  it('sums a million numbers as exactly as float32 can tell', () => {
    for (const shape of [[1_000_000], [1_000_000, 1], [250_000, 4], [1_000_000 / 32, 32]]) {
      const x = { ...float(shape), values: floats(sizeOf(shape)).map((v) => v + 3) };
      same('Sum', { x }, { axis: 0, keepDims: false }, 1e-6);
    }
  });

  it.each(['ArgMax', 'ArgMin'])('%s: the first of equals, past NaN', (kernel) => {
    const shapes: [number[], number][] = [
      [[32, 10], 1],
      [[32, 10], -1],
      [[10, 33], 0],
      [[3, 5, 70], 1],
      [[1000], 0],
      [[3, 40000], 1],
      [[40000, 3], 0],
      [[7, 1], 1],
      [[300, 200], 0],
    ];
    for (const [shape, axis] of shapes) {
      for (const steps of [3, 1e6]) {
        const values = floats(sizeOf(shape)).map((v) => Math.round(v * steps) / steps);
        same(kernel, { x: { values, shape, dtype: 'float32' } }, { axis });
        const withNaN = values.map((v) => (random() < 0.3 ? NaN : v));
        same(kernel, { x: { values: withNaN, shape, dtype: 'float32' } }, { axis });
        same(kernel, { x: { values: Int32Array.from(values, (v) => v * 1000), shape, dtype: 'int32' } }, { axis });
      }
    }
    same(
      kernel,
      { x: { values: new Float32Array(40).fill(-Infinity), shape: [2, 20], dtype: 'float32' } },
      { axis: 1 },
    );
  });

  it.each(['Cumsum', 'Cumprod'])('%s along any axis, exclusive and reverse', (kernel) => {
    for (const [shape, axis] of [
      [[7], 0],
      [[4, 33], 1],
      [[33, 6], 0],
      [[3, 5, 7], 1],
      [[5, 1], 1],
      [[300, 200], 0],
      [[300, 200], 1],
      [[6, 100, 90], 1],
    ] as [number[], number][])
      for (const exclusive of [false, true])
        for (const reverse of [false, true]) {
          same(kernel, { x: float(shape) }, { axis, exclusive, reverse }, 0);
          const values = Int32Array.from(floats(sizeOf(shape), kernel === 'Cumsum' ? 2 ** 31 : 3));
          same(kernel, { x: { values, shape, dtype: 'int32' } }, { axis, exclusive, reverse }, 0);
        }
  });

  it('repeats a gradient over the axes that were summed', () => {
    tf.setBackend('cpu');
    for (const [shape, axis] of patterns) {
      const axes = axis === null ? shape.map((_, i) => i) : [axis].flat().map((a) => (a < 0 ? a + shape.length : a));
      const kept = shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const dy = tf.tensor(floats(sizeOf(kept)), kept);
      const attrs = { axis, inputShape: shape, factor: 0.5 } as never;
      const dx = tf.engine().runKernel('SumGrad', { dy } as never, attrs) as tf.Tensor;
      const expected = tf.mul(dy, tf.fill(shape, 0.5));
      close(dx.dataSync(), expected.dataSync(), 1e-7, `SumGrad [${shape}] over ${axis}`);
    }
  });
});
