// Random tensors of the device `cpu`: their distributions, by the test of Kolmogorov and Smirnov, and that they depend
// on nothing but Math.random, or the seed.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;

let device: CpuDevice;
async function start(threads: number): Promise<void> {
  device?.backend.program.stop();
  device = await library.startCpu({ dist, threads });
}
beforeAll(() => start(2));
afterAll(() => device.backend.program.stop());
afterEach(() => vi.restoreAllMocks());

/** Math.random from a seed, so that a test that passes does so always. */
function fixed(seed: number): void {
  let state = seed;
  vi.spyOn(Math, 'random').mockImplementation(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const N = 200_003;

/** The distribution function of the standard normal distribution; erf by Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function phi(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - series * Math.exp((-x * x) / 2);
  return 0.5 * (1 + Math.sign(x) * erf);
}

/**
 * The largest distance between the values' distribution and `cdf`, times √n; beyond 1.95 in one of a thousand samples.
 */
function distance(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let worst = 0;
  sorted.forEach((x, i) => (worst = Math.max(worst, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n))));
  return worst * Math.sqrt(n);
}

/** The correlation of each value with the one `lag` further, times √n: mostly between −3 and 3. */
function correlation(values: Float32Array, lag: number): number {
  const n = values.length - lag;
  const mean = values.reduce((a, b) => a + b) / values.length;
  let [product, square] = [0, 0];
  for (let i = 0; i < n; i++) {
    product += (values[i]! - mean) * (values[i + lag]! - mean);
    square += (values[i]! - mean) ** 2;
  }
  return (product / square) * Math.sqrt(n);
}

describe('numbers without a seed', () => {
  const data = async (x: ReturnType<typeof tf.tensor>) => (await x.data()) as Float32Array;

  it('are uniform', async () => {
    fixed(1);
    const values = await data(tf.randomUniform([N], -3, 5));
    expect(distance(values, (x) => (x + 3) / 8)).toBeLessThan(1.95);
    expect(values.every((x) => x >= -3 && x < 5)).toBe(true);
  });

  it('are normal', async () => {
    fixed(2);
    const values = await data(tf.randomNormal([N], 2, 0.5));
    expect(distance(values, (x) => phi((x - 2) / 0.5))).toBeLessThan(1.95);
    // The tails are there: of 200,000 one is further than 4 standard deviations in most samples
    expect(values.reduce((a, b) => Math.max(a, b))).toBeGreaterThan(2 + 0.5 * 3.9);
  });

  it('are normal within two standard deviations', async () => {
    fixed(3);
    const values = await data(tf.truncatedNormal([N], -1, 3));
    const [low, high] = [phi(-2), phi(2)];
    expect(distance(values, (x) => (phi((x + 1) / 3) - low) / (high - low))).toBeLessThan(1.95);
    expect(values.every((x) => Math.abs(x + 1) <= 6.00001)).toBe(true);
  });

  it('do not hang together, neither in a block nor from block to block nor from lane to lane', async () => {
    fixed(4);
    for (const values of [await data(tf.randomUniform([N])), await data(tf.randomNormal([N]))])
      for (const lag of [1, 2, 3, 4, 5, 8, 16, 64, 4095, 4096, 4097, 8192])
        expect(Math.abs(correlation(values, lag)), `lag ${lag}`).toBeLessThan(3.5);
  });

  it('drop elements out with the probability that is asked for', async () => {
    fixed(5);
    const values = await data(tf.dropout(tf.ones([N]), 0.3));
    const kept = values.filter((x) => x !== 0);
    expect(Math.abs(kept.length / N - 0.7) * Math.sqrt(N)).toBeLessThan(3 * Math.sqrt(0.7 * 0.3));
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
    // One mask for all rows
    const rows = await data(tf.dropout(tf.ones([50, 40]), 0.5, [1, 40]));
    expect(rows.slice(40, 80)).toEqual(rows.slice(0, 40));
    expect(new Set(rows)).toEqual(new Set([0, 2]));
  });

  it.each([1, 3])('depend on Math.random and not on the threads: %i instead of 2', async (threads) => {
    const draw = async () => {
      fixed(6);
      return [
        await data(tf.randomNormal([N])),
        await data(tf.randomUniform([N])),
        await data(tf.truncatedNormal([777])),
      ];
    };
    await start(2);
    const expected = await draw();
    await start(threads);
    expect(await draw()).toEqual(expected);
    fixed(7);
    expect(await data(tf.randomNormal([N]))).not.toEqual(expected[0]);
  });

  it('come in any shape', () => {
    expect(tf.randomUniform([]).shape).toEqual([]);
    expect(tf.randomNormal([0, 3]).size).toBe(0);
    expect(tf.truncatedNormal([2, 3, 5]).shape).toEqual([2, 3, 5]);
    expect(() => tf.randomUniform([-1])).toThrow('positive integers');
  });
});

describe('numbers with a seed', () => {
  it('are those of TensorFlow.js', async () => {
    const [first, second] = [tf.randomUniform([5], 0, 1, 'float32', 42), tf.randomUniform([5], 0, 1, 'float32', 42)];
    expect(await first.data()).toEqual(await second.data());
    // Alea of seed 42, as seedrandom computes it
    const { alea } = createRequire(import.meta.url)('seedrandom') as { alea: (seed: string) => () => number };
    const next = alea('42');
    expect(Array.from(await first.data())).toEqual(Array.from({ length: 5 }, () => Math.fround(next())));
  });
});
