// What a data set makes of its examples: kept, standardized, folded, weighted; NaN refused; and nothing leaks tensors.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../../../../../kernel/dlnb/data/plan.ts';
import { dataIn } from './files/host.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
const data = dataIn('.');

/** n examples of two numbers each, x = [i, 100 + i], of classes 0, 1, 2 in turn. */
const numbered = (n: number) =>
  data.dataset({
    points: Float32Array.from({ length: 2 * n }, (_, k) => (k % 2) * 100 + Math.floor(k / 2)),
    labels: Int32Array.from({ length: n }, (_, i) => i % 3),
    shape: [n, 2],
  });
const ids = (set: Iterable<Example>) => Array.from(set, ({ x }) => x[0]!);
const ascending = (list: number[]) => [...list].sort((a, b) => a - b);

describe('cache', () => {
  it('makes each example once, also in another order and in part', () => {
    let calls = 0;
    const set = numbered(6)
      .map(({ x, y }) => (calls++, { x, y }))
      .cache();
    const part = set.skip(4);
    expect([ids(part), calls]).toEqual([[4, 5], 2]);
    for (const pass of [0, 1]) expect([ascending(ids(set.shuffle(pass))), calls]).toEqual([[0, 1, 2, 3, 4, 5], 6]);
    expect([...set.labels]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('keeps what is random, whoever comes first, and not what comes behind', () => {
    const set = () => numbered(5).map(({ x, y }, rng) => ({ x: x.map(() => rng.normal()), y }));
    const kept = set().cache();
    const first = ids(kept);
    expect(new Set(first).size).toBe(5);
    expect(ids(kept)).toEqual(first);
    expect(ids(set().cache().skip(3))).toEqual(first.slice(3));
    expect(ascending(ids(set().shuffle(3).cache()))).toEqual(ascending(first));
    const noisy = data
      .dataset(data.digits({ n: 2 }))
      .cache()
      .augment({ noise: 0.1 });
    expect(Array.from(noisy, String)).not.toEqual(Array.from(noisy, ({ x }) => String(x)));
  });

  it('gives copies, keeps shuffling, and one-hot rows', () => {
    const set = numbered(40).shuffle(2).cache();
    const orders = [ids(set), ids(set)];
    expect(orders[0]).not.toEqual(orders[1]);
    for (const { x } of set) x.fill(9);
    expect(ascending(ids(set))).toEqual(ids(numbered(40)));
    const rows = numbered(4).oneHot().cache();
    expect([rows.targetShape, rows.oneHot().targetShape, rows.classNames]).toEqual([[3], [3], ['0', '1', '2']]);
    expect(Array.from(rows, ({ y }) => [...y])[1]).toEqual([0, 1, 0]);
  });
});

describe('standardize', () => {
  it('gives mean 0 and deviation 1 to each feature', () => {
    const set = data.dataset({ x: [1, 10, 3, 10, 5, 10], shape: [3, 2], y: [0, 0, 0] });
    // Deviation of 1, 3, 5 divided by their number: √(8/3); a feature without spread becomes 0
    const s = Math.sqrt(8 / 3);
    expect(set.statistics()).toEqual({ mean: Float64Array.of(3, 10), deviation: Float64Array.of(s, 0) });
    const made = Array.from(set.standardize(), ({ x }) => [...x]);
    expect(made).toEqual(
      [
        [-2 / s, 0],
        [0, 0],
        [2 / s, 0],
      ].map((row) => row.map(Math.fround)),
    );
  });

  it('takes the numbers of the training data for others, and channels of images', () => {
    const [train, test] = numbered(20).split([0.5, 0.5]);
    const { mean, deviation } = train!.statistics();
    const [one] = test!.standardize(train);
    const [raw] = test!;
    expect(one!.x[0]).toBe(Math.fround((raw!.x[0]! - mean[0]!) / deviation[0]!));
    expect(data.dataset(data.shapes({ n: 10 })).statistics().mean).toHaveLength(3);
    const digits = data
      .dataset(data.shapes({ n: 20 }))
      .standardize()
      .statistics();
    for (const k of [0, 1, 2]) {
      expect(digits.mean[k]).toBeCloseTo(0, 6);
      expect(digits.deviation[k]).toBeCloseTo(1, 6);
    }
  });

  it('keeps the digits of numbers far from 0', () => {
    const set = data.dataset({ x: Float64Array.of(1e6 + 1, 1e6 + 2, 1e6 + 3), shape: [3, 1], y: [0, 0, 0] });
    expect(set.statistics().deviation[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it('leaves what a function has returned as it is', () => {
    const own = Float32Array.of(5, 7);
    const set = numbered(2).map(({ y }) => ({ x: own, y })).standardize(numbered(3)); // prettier-ignore
    ids(set);
    expect([...own]).toEqual([5, 7]);
  });

  it('says what it needs', () => {
    expect(() => numbered(3).standardize(data.dataset(data.digits({ n: 2 })))).toThrow(
      /have the shape \[2\], and those of the argument \[28, 28, 1\]/,
    );
    for (const wrong of [null, 5, {}]) expect(() => numbered(3).standardize(wrong as never)).toThrow(/^standardize: /);
  });
});

describe('kFold', () => {
  it.each([2, 3, 7, 10])('uses every example once for validation, and never in its training: %i parts', (k) => {
    const folds = numbered(23).kFold(k, { seed: 4 });
    expect(folds).toHaveLength(k);
    expect(ascending(folds.flatMap(({ validation }) => ids(validation)))).toEqual(ids(numbered(23)));
    for (const { train, validation } of folds) {
      expect(ascending([...ids(train), ...ids(validation)])).toEqual(ids(numbered(23)));
      expect(Math.abs(validation.size - 23 / k)).toBeLessThan(1);
    }
  });

  it('is the same in each run, and gives all parts the same share of each class', () => {
    const folds = () => numbered(30).kFold(5, { stratify: true, seed: 1 });
    expect(folds().map(({ train }) => ids(train))).toEqual(folds().map(({ train }) => ids(train)));
    for (const { validation } of folds())
      expect([0, 1, 2].map((c) => validation.labels.filter((l) => l === c).length)).toEqual([2, 2, 2]);
  });

  it('says what is wrong', () => {
    for (const k of [0, 1, 1.5, '2', undefined])
      expect(() => numbered(5).kFold(k as never)).toThrow(/kFold: k must be an integer of at least 2/);
    expect(() => numbered(5).kFold(6)).toThrow(/5 examples cannot be divided into 6 parts; take a smaller k/);
    expect(() => numbered(5).kFold(2, { stratified: true } as never)).toThrow(
      /no option "stratified"; there are "seed", "stratify"/,
    );
    expect(() => data.dataset({ x: [1, 2], y: [1, 2], shape: [2, 1] }).kFold(2, { stratify: true })).toThrow(
      /not classes/,
    );
  });
});

describe('classWeights', () => {
  it('are those that scikit-learn calls balanced', () => {
    const set = data.dataset({ points: [0, 0, 0, 0], labels: [0, 0, 0, 2], shape: [4, 1] });
    // n / (classes · count), of the classes that there are: 4 / (2 · 3), 4 / (2 · 1)
    expect(set.classWeights()).toEqual({ 0: 4 / 6, 1: 1, 2: 2 });
    expect(() => data.dataset({ x: [1], y: [1], shape: [1, 1] }).classWeights()).toThrow(/not classes/);
  });

  it('go into fitDataset', async () => {
    const set = data.dataset(data.blobs({ n: 20, seed: 1 }));
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], activation: 'sigmoid' })] });
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    type Fit = Parameters<typeof model.fitDataset>[0];
    const { history } = await model.fitDataset(set.batch(5) as unknown as Fit, {
      epochs: 1,
      verbose: 0,
      classWeight: set.classWeights(),
    });
    expect(Number.isFinite(history['loss']![0])).toBe(true);
  });
});

describe('a data set', () => {
  it('refuses NaN and what is no number, with the example', () => {
    const make =
      (x: ArrayLike<number>, y: ArrayLike<number> = [0, 0]) =>
      () =>
        data.dataset({ x, y, shape: [2, 2] });
    expect(make([1, 2, NaN, 4])).toThrow(
      /x of example 1 holds NaN \(number 0 of 2\), with which nothing can be learned/,
    );
    expect(make([1, 2, 3, 4], [0, NaN])).toThrow(/y of example 1 holds NaN/);
    expect(make([1, '2', 3, 4] as never)).toThrow(/x of example 0 holds 2/);
    expect(make([1, 2, 3, Infinity])).not.toThrow();
    expect(() => data.dataset({ points: [1, 2], labels: [0, 0.5], shape: [2, 1], classNames: ['a', 'b'] })).toThrow(
      /labels\[1\] must be the number of a class, from 0, got 0\.5/,
    );
  });

  it('takes and leaves examples, in loops that wait too', async () => {
    expect([ids(numbered(5).take(2)), ids(numbered(5).skip(3))]).toEqual([[0, 1], [3, 4]]); // prettier-ignore
    expect(numbered(2).skip(5).size).toBe(0);
    const seen: number[] = [];
    for await (const { x } of numbered(3)) seen.push(x[0]!);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('makes the same batches ahead where there is no thread, and leaks no tensor', async () => {
    const set = numbered(9).shuffle(1).standardize();
    const before = tf.memory().numTensors;
    const values = async (batches: AsyncIterable<{ xs: tf.Tensor; ys: tf.Tensor }>) => {
      const out: unknown[] = [];
      for await (const { xs, ys } of batches) {
        out.push(xs.arraySync(), ys.arraySync());
        tf.dispose([xs, ys]);
      }
      return out;
    };
    const [plain, ahead] = [numbered(9).shuffle(1).standardize(), set];
    expect(await values(ahead.batch(4).prefetch())).toEqual(await values(plain.batch(4)));
    for (const { xs, ys } of set
      .batch(4)
      .prefetch(1)
      .map(({ xs, ys }) => ({ xs: xs.mul(2), ys })))
      tf.dispose([xs, ys]);
    expect(tf.memory().numTensors).toBe(before);
    for (const wrong of [0, 1.5, 'x']) expect(() => set.batch(2).prefetch(wrong as never)).toThrow(/prefetch: the number of batches must be an integer/); // prettier-ignore
  });
});
