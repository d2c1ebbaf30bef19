// Sums, means, norms, statistics and gradients of biases over many numbers are right to 1e-6, on the device under test.
import { describe, expect, it } from 'vitest';
import { device, tf, type Tensor } from './device.ts';

const read = async (t: Tensor) => Array.from(await t.data());

describe('sums and means of many numbers', () => {
  /** Relative error that sums may have. */
  const RIGHT = 1e-6;
  const near = async (t: Tensor, expected: number) => {
    for (const v of await read(t)) expect(Math.abs(v / expected - 1)).toBeLessThan(RIGHT);
  };
  const c = Math.fround(1.1);
  // A graphics card in software is slow
  const n = device === 'cpu' ? 1 << 20 : 1 << 15;

  it.each<[string, number[], number | number[] | undefined]>([
    ['a vector', [n + 5], undefined],
    ['rows', [3, n / 2 + 1], 1],
    ['columns, few', [n, 3], 0],
    ['columns, 8', [n / 4, 8], 0],
    ['columns, 17', [n / 8 + 3, 17], 0],
    ['columns, many', [n / 256, 601], 0],
    ['a middle axis', [2, n / 8, 5], 1],
    ['first and last axis', [n / 64, 3, 33], [0, 2]],
    ['all of several axes', [n / 128, 8, 17], undefined],
  ])('%s', async (_, shape, axis) => {
    const x = tf.fill(shape, c);
    const sum = tf.sum(x, axis);
    const count = x.size / sum.size;
    await near(sum, count * c);
    await near(tf.mean(x, axis), c);
    await near(tf.norm(x.flatten()), c * Math.sqrt(x.size));
    tf.dispose([x, sum]);
  });

  it('statistics', async () => {
    const x = tf.tile(tf.tensor2d([[1.1, 2.3]]), [n / 8, 4]);
    const { mean, variance } = tf.moments(x);
    await near(mean, (c + Math.fround(2.3)) / 2);
    const deviation = (Math.fround(2.3) - c) / 2;
    await near(variance, deviation ** 2);
    tf.dispose([x, mean, variance]);
  });

  it('the gradient of a bias', async () => {
    const f = (b: Tensor) => tf.add(tf.zeros([n / 2, 3]), b).mul(c);
    await near(tf.grad(f)(tf.zeros([3])), (n / 2) * c);
  });

  it('random numbers of either sign', async () => {
    const values = Float32Array.from({ length: 300_007 }, (_, i) => Math.sin(i) * 10 ** (i % 5));
    const sum = values.reduce((s, v) => s + v, 0);
    const size = values.reduce((s, v) => s + Math.abs(v), 0);
    const [ours] = await read(tf.sum(tf.tensor1d(values)));
    expect(Math.abs(ours! - sum) / size).toBeLessThan(1e-7);
  });

  it('of nothing is 0', async () => {
    expect(await read(tf.sum(tf.zeros([0])))).toEqual([0]);
    expect(await read(tf.sum(tf.zeros([0, 2]), 0))).toEqual([0, 0]);
    expect(tf.sum(tf.zeros([2, 0, 3]), 1, true).shape).toEqual([2, 1, 3]);
  });
});

describe('normalizations over many numbers', () => {
  it('softmax of a long row', async () => {
    const n = 32_771;
    // Terms of e^-0.7 but for one of 1
    const x = tf.fill([n - 1], -0.7).concat(tf.zeros([1]));
    const e = Math.exp(Math.fround(-0.7));
    const expected = e / (e * (n - 1) + 1);
    const y = await read(tf.softmax(x as import('@tensorflow/tfjs').Tensor1D));
    // The card adds up a row in single precision, a part in each of its lanes
    expect(Math.abs(y[0]! / expected - 1)).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5);
  });

  it('statistics of batch and layer normalization', async () => {
    const layer = tf.layers.batchNormalization({ momentum: 0 });
    const values = [1.1, 3.3].map(Math.fround);
    const x = tf.tile(tf.tensor2d(values.map((v) => [v])), [4096, 3]);
    layer.apply(x, { training: true });
    const [mean, variance] = await Promise.all(layer.getWeights().slice(2).map(read));
    for (const v of mean!) expect(Math.abs(v / ((values[0]! + values[1]!) / 2) - 1)).toBeLessThan(1e-6);
    for (const v of variance!) expect(Math.abs(v / ((values[1]! - values[0]!) / 2) ** 2 - 1)).toBeLessThan(2e-6);
  });
});
