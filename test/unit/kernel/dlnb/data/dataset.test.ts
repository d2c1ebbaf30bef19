// Data sets and batches: order, shares and shapes; a pass is reproducible and the next pass differs; batches are
// tensors of the right shape, which training does not leak. The tensor library is tfjs's own.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Batches } from '../../../../../kernel/dlnb/data/batches.ts';
import type { Example } from '../../../../../kernel/dlnb/data/plan.ts';
import { makeDataset } from '../../../../../kernel/dlnb/data/dataset.ts';
import { blobs, digits, shapes } from '../../../../../kernel/dlnb/data/index.ts';
import { makeProgress } from '../../../../../kernel/dlnb/progress/index.ts';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

let shown = 0;
const cell = {};
const host = {
  loaded: () => tf as unknown as TensorLibrary,
  progress: makeProgress({ display: () => void shown++, run: () => cell, clock: () => performance.now() }).progress,
};
const dataset = makeDataset(host);

/** n examples of two numbers each, x = [i, 100 + i], of classes 0, 1, 2 in turn. */
const numbered = (n: number) =>
  dataset({
    points: Float32Array.from({ length: 2 * n }, (_, k) => (k % 2) * 100 + Math.floor(k / 2)),
    labels: Int32Array.from({ length: n }, (_, i) => i % 3),
    shape: [n, 2],
  });
const ids = (set: Iterable<Example>) => Array.from(set, ({ x }) => x[0]!);
const ascending = (list: number[]) => [...list].sort((a, b) => a - b);

describe('a data set', () => {
  it('gives its examples in order, with their targets', () => {
    const [first, second] = numbered(5);
    expect(first).toEqual({ x: Float32Array.of(0, 100), y: Float32Array.of(0) });
    expect(second).toEqual({ x: Float32Array.of(1, 101), y: Float32Array.of(1) });
    expect(numbered(5).labels).toEqual(Int32Array.of(0, 1, 2, 0, 1));
  });

  it('has a new order in each pass, and the same orders in each run', () => {
    const [a, b] = [numbered(50).shuffle(7), numbered(50).shuffle(7)];
    const passes = [ids(a), ids(a), ids(a)];
    expect(passes.map(ascending)).toEqual([0, 1, 2].map(() => ids(numbered(50))));
    expect(new Set(passes.map(String)).size).toBe(3);
    expect([ids(b), ids(b), ids(b)]).toEqual(passes);
    expect(ids(numbered(50).shuffle(8))).not.toEqual(passes[0]);
  });

  it('keeps targets with their inputs when it is shuffled', () => {
    for (const { x, y } of numbered(40).shuffle(1)) expect(y[0]).toBe(x[0]! % 3);
  });

  it('splits without overlap, and the same way in each run', () => {
    const [train, test] = numbered(100).split([0.8, 0.2], { seed: 3 });
    expect([train!.size, test!.size]).toEqual([80, 20]);
    expect(ascending([...ids(train!), ...ids(test!)])).toEqual(ids(numbered(100)));
    expect(ids(numbered(100).split([0.8, 0.2], { seed: 3 })[1]!)).toEqual(ids(test!));
    expect(numbered(10).split([0.5])).toHaveLength(1);
  });

  it('splits every class alike when asked to', () => {
    const set = dataset(digits({ n: 100 }));
    for (const part of set.split([0.7, 0.3], { stratify: true })) {
      const counts = Array.from({ length: 10 }, (_, k) => part.labels.filter((l) => l === k).length);
      expect(new Set(counts)).toEqual(new Set([part.size / 10]));
    }
  });

  it('says why it cannot be split', () => {
    expect(() => numbered(10).split([0.8, 0.3])).toThrow(/add up to at most 1/);
    expect(() => numbered(3).split([0.9, 0.1])).toThrow(/a share of 0.1 of 3 examples is less than one example/);
    expect(() => dataset({ x: [1, 2], y: [1, 2], shape: [2] }).split([0.5], { stratify: true })).toThrow(/not classes/);
  });

  it('maps examples, and says what is wrong with the result of a function', () => {
    const set = numbered(3).map(({ x, y }) => ({ x: x.map((v) => -v), y }));
    expect(ids(set)).toEqual([-0, -1, -2]);
    const wider = numbered(3).map(({ x, y }) => ({ x: Float32Array.of(...x, 1), y }), { shape: [3] });
    expect(wider.shape).toEqual([3]);
    expect(() => [...numbered(3).map(({ x, y }) => ({ x: x.slice(1), y }))]).toThrow(/2 numbers for the shape \[2\]/);
  });

  it('does not let a map change its source', () => {
    const set = numbered(3);
    for (const example of set.map((e) => (e.x.fill(9), e))) expect(example.x[0]).toBe(9);
    expect(ids(set)).toEqual([0, 1, 2]);
  });

  it('makes one-hot rows of classes', () => {
    const rows = Array.from(numbered(4).oneHot(), ({ y }) => [...y]);
    expect(rows).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]); // prettier-ignore
    expect(numbered(4).oneHot().oneHot().targetShape).toEqual([3]);
  });

  it('refuses arrays that do not belong together', () => {
    expect(() => dataset({ x: [1, 2, 3], y: [1, 2], shape: [2] })).toThrow(
      /the shape \[2\] means 2 numbers, and there are 3/,
    );
    expect(() => dataset({ x: [1, 2], y: [1], shape: [2] })).toThrow(/2 examples need 2 numbers as targets, got 1/);
    expect(() => dataset({ points: [1, 2], labels: [0, -1], shape: [2, 1] })).toThrow(/labels\[1\]/);
    expect(() => dataset({} as never)).toThrow(/must be the result of a generator or loader of data/);
  });
});

describe('batches', () => {
  it('are tensors of the right shape, the last one smaller or left out', () => {
    const set = dataset(digits({ n: 10 })).oneHot();
    const batches = [...set.batch(4)];
    expect(batches.map(({ xs, ys }) => [xs.shape, ys.shape])).toEqual([
      [[4, 28, 28, 1], [4, 10]],
      [[4, 28, 28, 1], [4, 10]],
      [[2, 28, 28, 1], [2, 10]],
    ]); // prettier-ignore
    expect([set.batch(4).size, set.batch(4, { dropRemainder: true }).size]).toEqual([3, 2]);
    expect([...set.batch(4, { dropRemainder: true })]).toHaveLength(2);
  });

  it('hold the numbers of the examples', () => {
    const { xs, ys } = numbered(3).tensors();
    expect(xs.arraySync()).toEqual([[0, 100], [1, 101], [2, 102]]); // prettier-ignore
    expect(ys.arraySync()).toEqual([[0], [1], [2]]);
    const plain = dataset({ x: [1, 2, 3, 4], shape: [2, 2], y: [5, 6, 7, 8], yShape: [2, 2] });
    expect(plain.tensors().ys.arraySync()).toEqual([[5, 6], [7, 8]]); // prettier-ignore
  });

  it('are changed by ops, whose intermediates are freed', () => {
    const batches = numbered(4).batch(2).map(({ xs, ys }) => ({ xs: xs.add(1).mul(2), ys })); // prettier-ignore
    const before = tf.memory().numTensors;
    const values = Array.from(batches, ({ xs }) => xs.arraySync());
    expect(values).toEqual([[[2, 202], [4, 204]], [[6, 206], [8, 208]]]); // prettier-ignore
    expect(tf.memory().numTensors - before).toBe(4);
  });

  it('show a bar in for await, one only also inside progress()', async () => {
    shown = 0;
    let n = 0;
    for await (const { xs } of numbered(20).batch(2)) n += xs.shape[0]!;
    expect(n).toBe(20);
    expect(shown).toBeGreaterThan(0);
    for await (const { xs } of host.progress(numbered(20).batch(2) as Iterable<{ xs: tf.Tensor }>)) n += xs.shape[0]!;
    expect(n).toBe(40);
  });

  it('train a model by fitDataset, which leaves no tensor behind', async () => {
    const [train, test] = dataset(blobs({ n: 200, seed: 1, spread: 0.3 })).split([0.8, 0.2]);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], activation: 'sigmoid' })] });
    model.compile({ optimizer: tf.train.adam(0.1), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    type Fit = Parameters<typeof model.fitDataset>[0];
    const fit = (batches: Batches) => model.fitDataset(batches as unknown as Fit, { epochs: 3, verbose: 0 });
    const batches = train!.shuffle(1).batch(16);
    await fit(batches);
    const before = tf.memory().numTensors;
    await fit(batches);
    expect(tf.memory().numTensors).toBe(before);
    type Evaluated = Parameters<typeof model.evaluateDataset>[0];
    const [, accuracy] = (await model.evaluateDataset(test!.batch(40) as unknown as Evaluated, {})) as tf.Scalar[];
    expect(accuracy!.dataSync()[0]).toBe(1);
  });
});

describe('augmentation', () => {
  it('is drawn anew in each pass, and leaves the data as it is', () => {
    const set = dataset(digits({ n: 2 }));
    const augmented = set.augment({ shift: 3, seed: 5 });
    const passes = [0, 1].map(() => Array.from(augmented, ({ x }) => String(x)));
    expect(passes[0]).not.toEqual(passes[1]);
    expect(Array.from(set, ({ x }) => x)).toEqual(Array.from(dataset(digits({ n: 2 })), ({ x }) => x));
  });

  it('is for images only', () => {
    expect(() => numbered(3).augment({ flipX: true })).toThrow(
      /images of shape \[height, width, channels\], got \[2\]/,
    );
  });
});

describe('options', () => {
  it('that are unknown are named, with the known ones', () => {
    const wrong = { stratified: true } as object;
    expect(() => shapes(wrong)).toThrow(/^shapes: there is no option "stratified"; there are .*"contrast"/);
    const set = dataset(digits({ n: 10 }));
    expect(() => set.split([0.5], wrong)).toThrow(
      'split: there is no option "stratified"; there are "seed", "stratify"',
    );
    expect(() => set.augment(wrong)).toThrow(/^augment: there is no option "stratified"; there are "flipX", /);
    expect(() => set.batch(2, wrong)).toThrow(/^batch: there is no option "stratified"; there are "dropRemainder"/);
    expect(() => set.map((e) => e, wrong)).toThrow(/^map: there is no option "stratified"; there are "shape", "seed"/);
  });
});
