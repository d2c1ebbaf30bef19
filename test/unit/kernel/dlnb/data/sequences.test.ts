// Tasks on sequences by their definitions, Gabor points on their curve, and what is wrong with options.
import { describe, expect, it } from 'vitest';
import { gabor, sequences } from '../../../../../kernel/dlnb/data/sequences.ts';
import { dataIn } from './files/host.ts';

const data = dataIn('.');
const row = (values: Int32Array, i: number, steps: number) => [...values.slice(i * steps, (i + 1) * steps)];

describe('copy', () => {
  it('asks for the first symbols after the mark', () => {
    const set = sequences.copy({ n: 50, length: 3, delay: 4, symbols: 5 });
    expect([set.shape, set.symbols]).toEqual([
      [50, 10, 7],
      ['a', 'b', 'c', 'd', 'e', 'blank', 'mark'],
    ]);
    for (let i = 0; i < 50; i++) {
      const [tokens, targets] = [row(set.tokens, i, 10), row(set.targets, i, 10)];
      const symbols = tokens.slice(0, 3);
      expect(symbols.every((s) => s < 5)).toBe(true);
      expect(tokens.slice(3)).toEqual([5, 5, 5, 6, 5, 5, 5]);
      expect(targets).toEqual([5, 5, 5, 5, 5, 5, 5, ...symbols]);
    }
    expect(new Set(set.tokens)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(sequences.copy({ n: 1 }).shape).toEqual([1, 40, 10]);
  });

  it('is one-hot, and becomes a data set', () => {
    const source = sequences.copy({ n: 4, length: 2, delay: 1, symbols: 2 });
    const set = data.dataset(source);
    expect([set.shape, set.targetShape]).toEqual([[5, 4], [5, 4]]); // prettier-ignore
    const [first] = set;
    for (let t = 0; t < 5; t++) {
      const one = [0, 0, 0, 0];
      one[source.tokens[t]!] = 1;
      expect([...first!.x.slice(4 * t, 4 * t + 4)]).toEqual(one);
    }
  });
});

it('recall has the first symbol as its class', () => {
  const set = sequences.recall({ n: 200, steps: 6, symbols: 4, seed: 2 });
  expect([set.shape, set.classNames]).toEqual([
    [200, 6, 4],
    ['a', 'b', 'c', 'd'],
  ]);
  set.labels.forEach((label, i) => expect(label).toBe(set.tokens[i * 6]));
  expect(new Set(set.tokens.filter((_, i) => i % 6 === 5)).size).toBe(4);
  expect(data.dataset(set).oneHot().targetShape).toEqual([4]);
});

it('sine goes on as it began', () => {
  const set = sequences.sine({ n: 20, steps: 12, period: [8, 9] });
  expect(set.shape).toEqual([20, 12, 1]);
  for (let i = 0; i < 20; i++) {
    const wave = [...set.x.slice(i * 12, (i + 1) * 12), set.y[i]!];
    // Of a sine wave, (left + right) / middle is the same everywhere: 2 cos(rate)
    const t = wave.slice(1, -1).reduce((best, v, k) => (Math.abs(v) > Math.abs(wave[best]!) ? k + 1 : best), 1);
    const twice = (wave[t - 1]! + wave[t + 1]!) / wave[t]!;
    expect(twice).toBeGreaterThan(2 * Math.cos((2 * Math.PI) / 8) - 1e-4);
    expect(twice).toBeLessThan(2 * Math.cos((2 * Math.PI) / 9) + 1e-4);
    for (let k = 1; k < 12; k++) expect(wave[k - 1]! + wave[k + 1]!).toBeCloseTo(twice * wave[k]!, 4);
  }
  const noisy = sequences.sine({ n: 20, steps: 12, period: [8, 9], noise: 0.5 });
  expect(Math.max(...noisy.x)).toBeGreaterThan(1.2);
  expect(data.dataset(set).targetShape).toEqual([1]);
});

it('anbn has as many b as a, and the next symbol as its target', () => {
  const set = sequences.anbn({ n: 60, counts: [1, 4] });
  expect([set.shape, set.symbols]).toEqual([
    [60, 9, 3],
    ['end', 'a', 'b'],
  ]);
  expect(new Set(set.counts)).toEqual(new Set([1, 2, 3, 4]));
  set.counts.forEach((count, i) => {
    const word = [0, ...Array<number>(count).fill(1), ...Array<number>(count).fill(2)];
    const full = [...word, ...Array<number>(10 - word.length).fill(0)];
    expect(row(set.tokens, i, 9)).toEqual(full.slice(0, 9));
    expect(row(set.targets, i, 9)).toEqual(full.slice(1));
  });
});

it('gabor is the curve with noise', () => {
  const set = gabor({ n: 5000, noise: 0.1, parameters: [1, 10], seed: 3 });
  // sin(u) · exp(−u²/32) by hand at x = 5: u = 1 + 0.06 · 10 · 5 = 4
  expect(set.curve(5, 1, 10)).toBeCloseTo(Math.sin(4) * Math.exp(-0.5), 12);
  const off = set.x.map((x, i) => set.y[i]! - set.curve(x, 1, 10));
  expect(Math.sqrt(off.reduce((sum, v) => sum + v * v, 0) / 5000)).toBeCloseTo(0.1, 2);
  expect(Math.min(...set.x)).toBeGreaterThanOrEqual(-15);
  expect(Math.max(...set.x)).toBeLessThanOrEqual(15);
  expect([gabor().shape, gabor().parameters]).toEqual([[30, 1], [0, 16.6]]); // prettier-ignore
  expect(data.dataset(gabor()).size).toBe(30);
});

it('is all the same for the same seed', () => {
  for (const make of [sequences.copy, sequences.recall, sequences.sine, sequences.anbn, gabor] as ((
    o: object,
  ) => unknown)[]) {
    const values = (o: object) => JSON.stringify(make(o));
    expect(values({ n: 5, seed: 7 })).toBe(values({ n: 5, seed: 7 }));
    expect(values({ n: 5, seed: 8 })).not.toBe(values({ n: 5, seed: 7 }));
  }
});

describe('options', () => {
  it.each<[(o: never) => unknown, object, RegExp]>([
    [sequences.copy, { n: 0 }, /^sequences\.copy: n must be an integer of at least 1/],
    [sequences.copy, { symbols: 1 }, /symbols must be an integer of at least 2/],
    [sequences.copy, { delay: 0 }, /delay must be an integer of at least 1/],
    [sequences.copy, { lenght: 3 }, /no option "lenght".*did you mean "length"/],
    [sequences.recall, { steps: 1.5 }, /^sequences\.recall: steps must be an integer/],
    [sequences.sine, { period: [1, 5] }, /period\[0\] must be a number of at least 2/],
    [sequences.sine, { period: 5 }, /period must be \[least, most\]/],
    [sequences.sine, { noise: -1 }, /noise must be a number of at least 0/],
    [sequences.anbn, { counts: [0, 5] }, /counts\[0\] must be an integer of at least 1/],
    [sequences.anbn, { counts: [5, 2] }, /counts\[1\] must be an integer of at least 5/],
    [gabor, { range: [5, 2] }, /^gabor: range must be \[low, high\]/],
    [gabor, { parameters: [1] }, /parameters must be two numbers/],
    [gabor, { noise: NaN }, /noise must be a number/],
  ])('that are wrong are told: %o %j', (make, options, message) => {
    expect(() => make(options as never)).toThrow(message);
  });
});
