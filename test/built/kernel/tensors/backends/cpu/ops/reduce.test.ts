// Reductions, softmax, cross-entropy and normalization of the device `cpu`, each against TensorFlow.js's own op
// kernels.
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
  void tf.setBackend(backend);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([k, g]) => [k, tf.tensor(g.values, g.shape, g.dtype)]),
  );
  const before = tf.engine().backend.numDataIds();
  const result = tf.engine().runKernel(kernel, tensors as never, attrs as never);
  const list = (Array.isArray(result) ? result : [result]) as tf.Tensor[];
  expect(tf.engine().backend.numDataIds(), `data left by ${kernel} on ${backend}`).toBe(before + list.length);
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

  it.each(['ArgMax', 'ArgMin'])('%s: the first of equals, or the first NaN', (kernel) => {
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
        const nan = kernel === 'ArgMax' ? Infinity : -Infinity;
        const given = (v: Float32Array): Inputs => ({ x: { values: v, shape, dtype: 'float32' } });
        // TensorFlow.js passes over NaN
        const [expected] = outputs('stock', kernel, given(withNaN.map((v) => (Number.isNaN(v) ? nan : v))), { axis });
        const [actual] = outputs('cpu', kernel, given(withNaN), { axis });
        close(actual!.values, expected!.values, 0, `${kernel} of [${shape}] with NaN, axis ${axis}`);
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
    void tf.setBackend('cpu');
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

/** What a function makes of the inputs, by the stock op kernels. */
function expectedOf(inputs: Inputs, f: (t: Record<string, tf.Tensor>) => tf.Tensor[]): ArrayLike<number>[] {
  void tf.setBackend('stock');
  return tf.tidy(() =>
    f(Object.fromEntries(Object.entries(inputs).map(([k, g]) => [k, tf.tensor(g.values, g.shape, g.dtype)]))).map((t) =>
      t.dataSync(),
    ),
  );
}

/** An op kernel that the stock backend lacks has the results of a function. */
function equals(
  kernel: string,
  inputs: Inputs,
  attrs: object,
  f: (t: Record<string, tf.Tensor>) => tf.Tensor[],
  tolerance = 1e-5,
): void {
  const what = `${kernel} ${JSON.stringify(attrs)} of ${Object.values(inputs).map((g) => `${g.dtype} [${g.shape}]`)}`;
  const expected = expectedOf(inputs, f);
  const actual = outputs('cpu', kernel, inputs, attrs);
  expected.forEach((values, i) => close(actual[i]!.values, values, tolerance, `${what}, output ${i}`));
}

describe.each([2, 1])('softmax and normalization, threads: %i', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await startCpu({ dist, threads });
  });
  afterAll(() => device.backend.program.stop());

  const rows = channels.flatMap((c): [number, number][] => [
    [1, c],
    [5, c],
    [Math.ceil(20000 / c / 8), c],
  ]);

  it('softmax', () => {
    for (const [n, c] of rows) {
      for (const scale of [1, 30, 1000]) same('Softmax', { logits: float([n, c], scale) }, { dim: 1 }, 2e-6);
      same('Softmax', { logits: float([n, 1, c]) }, { dim: 2 }, 2e-6);
    }
    for (const bad of [NaN, Infinity, -Infinity]) {
      const logits = float([3, 11]);
      logits.values[13] = bad;
      same('Softmax', { logits }, { dim: 1 }, 2e-6);
      same('Softmax', { logits: { ...logits, values: new Float32Array(33).fill(bad) } }, { dim: 1 });
    }
  });

  it('the logarithm of softmax, and both gradients', () => {
    for (const [n, c] of rows) {
      const logits = float([n, c], 20);
      equals('LogSoftmax', { logits }, { axis: 1 }, ({ logits }) => [tf.logSoftmax(logits!)], 1e-6);
      const y: Given = {
        ...logits,
        values: expectedOf({ logits }, ({ logits }) => [tf.softmax(logits!)])[0] as Float32Array,
      };
      const log: Given = { ...y, values: y.values.map(Math.log) as Float32Array };
      const dy = float([n, c]);
      equals('SoftmaxGrad', { dy, y }, {}, ({ dy, y }) => {
        const product = tf.mul(dy!, y!);
        return [tf.sub(product, tf.mul(tf.sum(product, -1, true), y!))];
      });
      equals('LogSoftmaxGrad', { dy, y: log }, {}, ({ dy, y }) => [
        tf.sub(dy!, tf.mul(tf.exp(y!), tf.sum(dy!, -1, true))),
      ]);
    }
  });

  it('cross-entropy from logits, smoothed or not, and its gradient', () => {
    for (const [n, c] of rows)
      for (const labelSmoothing of [0, 0.1]) {
        const [logits, labels, dy] = [float([n, c], 10), float([n, c]), float([n])];
        labels.values.forEach((v, i) => (labels.values[i] = Math.abs(v) / c));
        const smoothed = (t: tf.Tensor) => tf.add(tf.mul(t, 1 - labelSmoothing), labelSmoothing / c);
        const inputs = { logits, labels };
        const attrs = { labelSmoothing };
        equals(
          'SoftmaxCrossEntropy',
          inputs,
          attrs,
          ({ logits, labels }) => [tf.neg(tf.sum(tf.mul(smoothed(labels!), tf.logSoftmax(logits!)), -1))],
          1e-4,
        );
        const [, normalizer] = outputs('cpu', 'SoftmaxCrossEntropy', inputs, attrs);
        const saved: Given = { values: normalizer!.values as Float32Array, shape: [n, 2], dtype: 'float32' };
        equals(
          'SoftmaxCrossEntropyGrad',
          { dy, ...inputs, normalizer: saved },
          attrs,
          ({ dy, logits, labels }) => {
            const l = smoothed(labels!);
            const ofSum = tf.mul(tf.softmax(logits!), tf.sum(l, -1, true));
            return [tf.mul(tf.reshape(dy!, [n, 1]), tf.sub(ofSum, l))];
          },
          2e-5,
        );
      }
  });

  it('cross-entropy with the numbers of classes, and its gradient', () => {
    for (const [n, c] of rows) {
      const [logits, dy] = [float([n, c], 10), float([n])];
      const labels: Given = {
        values: Int32Array.from(floats(n), (v) => (v + 1) * 0.499 * c),
        shape: [n],
        dtype: 'int32',
      };
      const onehot = (t: tf.Tensor) => tf.cast(tf.equal(tf.reshape(t, [n, 1]), tf.range(0, c, 1, 'int32')), 'float32');
      const inputs = { logits, labels };
      equals('SparseSoftmaxCrossEntropy', inputs, {}, ({ logits, labels }) => [
        tf.neg(tf.sum(tf.mul(onehot(labels!), tf.logSoftmax(logits!)), -1)),
      ]);
      const [, normalizer] = outputs('cpu', 'SparseSoftmaxCrossEntropy', inputs, {});
      const saved: Given = { values: normalizer!.values as Float32Array, shape: [n, 2], dtype: 'float32' };
      equals('SparseSoftmaxCrossEntropyGrad', { dy, ...inputs, normalizer: saved }, {}, ({ dy, logits, labels }) => [
        tf.mul(tf.reshape(dy!, [n, 1]), tf.sub(tf.softmax(logits!), onehot(labels!))),
      ]);
    }
    const wrong: Given = { values: Int32Array.of(-1, 0, 3), shape: [3], dtype: 'int32' };
    const [loss] = outputs('cpu', 'SparseSoftmaxCrossEntropy', { logits: float([3, 3]), labels: wrong }, {});
    expect(Array.from(loss!.values, Number.isNaN)).toEqual([true, false, true]);
  });

  /** [rows, channels], and some that are many rows. */
  const shapes = [...rows, [3000, 16], [20000, 3], [900, 64], [50, 1100], [3, 2050]] as [number, number][];
  const positive = (shape: number[]): Given => ({ ...float(shape), values: floats(sizeOf(shape)).map((v) => v + 1.5) });

  it('batch normalization with given statistics', () => {
    for (const [n, c] of shapes) {
      const [mean, variance, scale, offset] = [float([c]), positive([c]), float([c]), float([c])];
      const x = float([n, 1, 1, c], 3);
      for (const more of [{}, { scale }, { scale, offset }] as Inputs[])
        same('FusedBatchNorm', { x, mean, variance, ...more }, { varianceEpsilon: 1e-3 });
    }
    // parameters as large as x itself, and some that recur at different lengths
    const [x, mean, variance] = [float([2, 3, 4, 5]), float([2, 3, 4, 5]), positive([2, 3, 4, 5])];
    same('FusedBatchNorm', { x, mean, variance }, { varianceEpsilon: 1e-3 });
    same('FusedBatchNorm', { x, mean: float([5]), variance: positive([1]) }, { varianceEpsilon: 1e-3 });
    same('FusedBatchNorm', { x, mean: float([5]), variance: positive([5]), scale: float([1]) }, {});
  });

  it('batch normalization in training, and its gradient', () => {
    const epsilon = 1e-3;
    for (const [n, c] of shapes) {
      // a mean that is large beside the deviation: sums of squares would cancel
      const x = { ...float([n, c]), values: floats(n * c).map((v) => v + 10) };
      const [scale, offset, dy, dmean, dvariance] = [float([c]), float([c]), float([n, c]), float([c]), float([c])];
      const statistics = (x: tf.Tensor) => {
        const shifted = tf.sub(x, 10);
        const { mean, variance } = tf.moments(shifted, 0);
        const rstd = tf.rsqrt(tf.add(variance, epsilon));
        const deviation = tf.sub(shifted, mean);
        return { mean: tf.add(mean, 10), variance, rstd, deviation, normed: tf.mul(deviation, rstd) };
      };
      equals(
        'BatchNormTrain',
        { x, scale, offset },
        { epsilon },
        ({ x, scale, offset }) => {
          const { normed, mean, variance } = statistics(x!);
          return [tf.add(tf.mul(normed, scale!), offset!), mean, variance];
        },
        2e-5,
      );
      const [, mean, variance] = outputs('cpu', 'BatchNormTrain', { x }, { epsilon });
      const saved = (t: { values: ArrayLike<number> } | undefined): Given => ({
        values: t!.values as Float32Array,
        shape: [c],
        dtype: 'float32',
      });
      equals(
        'BatchNormTrainGrad',
        { dy, x, mean: saved(mean), variance: saved(variance), scale, dmean, dvariance },
        { epsilon },
        ({ dy, x, scale, dmean, dvariance }) => {
          const { deviation, rstd, normed } = statistics(x!);
          const g = tf.mul(dy!, scale!);
          const along = tf.mul(normed, tf.mean(tf.mul(g, normed), 0));
          const dx = tf.mul(rstd, tf.sub(tf.sub(g, tf.mean(g, 0)), along));
          const more = tf.add(tf.div(dmean!, n), tf.mul(tf.mul(dvariance!, 2 / n), deviation));
          return [tf.add(dx, more), tf.sum(tf.mul(dy!, normed), 0), tf.sum(dy!, 0)];
        },
        // one row has no deviation: what is 0 there is divided by √epsilon
        1e-6 * n + (n < 6 ? 1e-3 : 1e-4),
      );
    }
  });

  it('moving averages', () => {
    for (const c of channels)
      equals('MovingAverage', { average: float([c]), value: float([c]) }, { decay: 0.01 }, ({ average, value }) => [
        tf.sub(average!, tf.mul(tf.sub(average!, value!), 0.01)),
      ]);
  });

  it('layer normalization and its gradient', () => {
    const epsilon = 1e-3;
    for (const [n, c] of shapes) {
      const x = { ...float([n, c]), values: floats(n * c).map((v) => v + 10) };
      const [gamma, beta, dy] = [float([c]), float([c]), float([n, c])];
      const statistics = (x: tf.Tensor) => {
        const shifted = tf.sub(x, 10);
        const { mean, variance } = tf.moments(shifted, 1, true);
        const rstd = tf.rsqrt(tf.add(variance, epsilon));
        return { mean: tf.add(mean, 10), rstd, normed: tf.mul(tf.sub(shifted, mean), rstd) };
      };
      equals(
        'LayerNorm',
        { x, gamma, beta },
        { epsilon },
        ({ x, gamma, beta }) => {
          const { normed, mean, rstd } = statistics(x!);
          return [tf.add(tf.mul(normed, gamma!), beta!), mean, rstd];
        },
        5e-5,
      );
      const [, mean, rstd] = outputs('cpu', 'LayerNorm', { x, gamma, beta }, { epsilon });
      const saved = (t: { values: ArrayLike<number> } | undefined): Given => ({
        values: t!.values as Float32Array,
        shape: [n],
        dtype: 'float32',
      });
      equals(
        'LayerNormGrad',
        { dy, x, gamma, mean: saved(mean), rstd: saved(rstd) },
        {},
        ({ dy, x, gamma }) => {
          const { rstd, normed } = statistics(x!);
          const g = tf.mul(dy!, gamma!);
          const along = tf.mul(normed, tf.mean(tf.mul(g, normed), 1, true));
          const dx = tf.mul(rstd, tf.sub(tf.sub(g, tf.mean(g, 1, true)), along));
          return [dx, tf.sum(tf.mul(dy!, normed), 0), tf.sum(dy!, 0)];
        },
        1e-6 * n + (c < 6 ? 1e-3 : 1e-4),
      );
    }
  });
});
