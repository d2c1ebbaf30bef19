// The random number generator: reproducible streams, and the moments of its distributions.
import { describe, expect, it } from 'vitest';
import { random } from '../../../../../kernel/dlnb/data/random.ts';
import { mean, variance } from './statistics.ts';

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);

describe('random', () => {
  it('gives the same stream for the same seed, and another for a neighboring one', () => {
    const [a, b, c] = [random(7), random(7), random(8)];
    const first = draws(100, () => a.bits());
    expect(draws(100, () => b.bits())).toEqual(first);
    const other = draws(100, () => c.bits());
    expect(other.filter((v, i) => v === first[i])).toHaveLength(0);
  });

  it('is sfc32: the words of its reference recurrence', () => {
    // Chris Doty-Humphrey's update in 32-bit BigInt arithmetic, seeded with (42, 0, 0, 1) and 15 words thrown away
    const mask = 0xffffffffn;
    let [a, b, c, counter] = [42n, 0n, 0n, 1n];
    const next = () => {
      const out = (a + b + counter) & mask;
      counter = (counter + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = ((((c << 21n) | (c >> 11n)) & mask) + out) & mask;
      return Number(out);
    };
    for (let i = 0; i < 15; i++) next();
    const rng = random(42);
    expect(draws(50, () => rng.bits())).toEqual(draws(50, next));
  });

  it('tells seeds apart that differ above bit 32, and negative ones', () => {
    const words = [3, 3 + 2 ** 32, -3, Number.MAX_SAFE_INTEGER].map((seed) => random(seed).bits());
    expect(new Set(words).size).toBe(4);
  });

  it('draws uniform numbers with the mean and variance of the interval, never its upper end', () => {
    const rng = random(1);
    const v = draws(20000, () => rng.uniform(-2, 4));
    expect(Math.min(...v)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...v)).toBeLessThan(4);
    expect(mean(v)).toBeCloseTo(1, 1);
    expect(variance(v)).toBeCloseTo(3, 1);
  });

  it('draws normal numbers: moments and tails', () => {
    const rng = random(2);
    const v = draws(40000, () => rng.normal());
    expect(Math.abs(mean(v))).toBeLessThan(0.02);
    expect(Math.abs(variance(v) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(v.map((z) => z ** 3)))).toBeLessThan(0.06);
    expect(Math.abs(mean(v.map((z) => z ** 4)) - 3)).toBeLessThan(0.2);
    expect(v.filter((z) => Math.abs(z) > 1.96).length / v.length).toBeCloseTo(0.05, 2);
    const shifted = draws(20000, () => rng.normal(10, 0.5));
    expect(mean(shifted)).toBeCloseTo(10, 1);
    expect(Math.sqrt(variance(shifted))).toBeCloseTo(0.5, 1);
  });

  it('draws every integer below n equally often (chi-square)', () => {
    const rng = random(3);
    const seen = new Array<number>(7).fill(0);
    for (let i = 0; i < 14000; i++) seen[rng.int(7)]!++;
    const chi2 = seen.reduce((sum, k) => sum + (k - 2000) ** 2 / 2000, 0);
    expect(chi2).toBeLessThan(22.46); // 6 degrees of freedom, p = 0.001
    expect(rng.int(1)).toBe(0);
    expect(rng.int(2 ** 32)).toBeGreaterThanOrEqual(0);
  });

  it('shuffles in place without losing anything, each element to each place equally often', () => {
    const rng = random(4);
    const items = ['a', 'b', 'c', 'd'];
    expect(rng.shuffle(items)).toBe(items);
    expect([...items].sort()).toEqual(['a', 'b', 'c', 'd']);
    const firstAt = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) firstAt[rng.permutation(4).indexOf(0)]!++;
    for (const n of firstAt) expect(Math.abs(n - 2000)).toBeLessThan(200);
    expect(rng.shuffle(new Float32Array([5]))).toEqual(new Float32Array([5]));
  });

  it('refuses a seed or a bound that is no integer', () => {
    expect(() => random(0.5)).toThrow(/seed must be an integer, got 0.5/);
    expect(() => random(NaN)).toThrow(/seed/);
    expect(() => random(1).int(0)).toThrow(/from 1 to 2\^32, got 0/);
    expect(() => random(1).int(2.5)).toThrow(RangeError);
  });
});
