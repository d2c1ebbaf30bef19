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
    expect(Math.abs(y[0]! / expected - 1)).toBeLessThan(2e-6);
  });

  it('gradients of the softmax of a long row', async () => {
    const n = 32_771;
    const values = Float32Array.from({ length: n }, (_, i) => Math.sin(i));
    const weights = Float32Array.from({ length: n }, (_, i) => 1 + Math.cos(i * i));
    const e = Array.from(values, Math.exp);
    const total = e.reduce((s, v) => s + v, 0);
    const mean = e.reduce((s, v, i) => s + (v / total) * weights[i]!, 0);
    const sum = weights.reduce((s, v) => s + v, 0);
    const x = tf.tensor1d(values);
    const f = (g: (x: import('@tensorflow/tfjs').Tensor1D) => Tensor) => tf.grad(g as (x: Tensor) => Tensor);
    const ofSoftmax = await read(f((t) => tf.softmax(t))(x, tf.tensor1d(weights)));
    ofSoftmax.forEach((v, i) => expect(Math.abs(v - (weights[i]! - mean) * (e[i]! / total))).toBeLessThan(2e-6 * (e[i]! / total) * 2)); // prettier-ignore
    const ofLog = await read(f((t) => tf.logSoftmax(t))(x, tf.tensor1d(weights)));
    ofLog.forEach((v, i) => expect(Math.abs(v - (weights[i]! - (e[i]! / total) * sum))).toBeLessThan(4e-6));
  });

  it.each([1, 3, 16, 40])('gradients of batch normalization over many rows, %i channels', async (channels) => {
    const rows = Math.floor((device === 'cpu' ? 1 << 19 : 1 << 15) / channels) + 3;
    const x = Float32Array.from({ length: rows * channels }, (_, i) => Math.sin(i * 0.7));
    const dy = x.map((v, i) => 1.1 + (i % 2 ? 0.01 : -0.01) + v / 8);
    const layer = tf.layers.batchNormalization({ epsilon: 0.01 });
    const input = tf.tensor2d(x, [rows, channels]);
    layer.build([rows, channels]);
    const [gamma, beta] = layer.trainableWeights.map((w) => w.read() as import('@tensorflow/tfjs').Variable);
    const f = () => tf.sum(tf.mul(layer.apply(input, { training: true }) as Tensor, tf.tensor2d(dy, [rows, channels])));
    const { grads } = tf.variableGrads(f as () => import('@tensorflow/tfjs').Scalar, [gamma!, beta!]);
    const [dgamma, dbeta] = [await read(grads[gamma!.name]!), await read(grads[beta!.name]!)];
    for (let c = 0; c < channels; c++) {
      let [sum, mean, variance, along, size] = [0, 0, 0, 0, 0];
      for (let i = c; i < x.length; i += channels) mean += x[i]! / rows;
      for (let i = c; i < x.length; i += channels) variance += (x[i]! - mean) ** 2 / rows;
      for (let i = c; i < x.length; i += channels) {
        const normed = (x[i]! - mean) / Math.sqrt(variance + Math.fround(0.01));
        sum += dy[i]!;
        along += dy[i]! * normed;
        size += Math.abs(dy[i]! * normed);
      }
      expect(Math.abs(dbeta[c]! / sum - 1)).toBeLessThan(1e-6);
      expect(Math.abs(dgamma[c]! - along) / size).toBeLessThan(1e-6);
    }
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
