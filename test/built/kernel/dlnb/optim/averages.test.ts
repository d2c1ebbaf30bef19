// Averages of weights: their formulas by hand, exchange, `fit`, and what is saved.
import type { Variable } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { makeOptim } from '../../../../../kernel/dlnb/optim/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const optim = makeOptim(() => tf);
afterEach(() => tf.disposeVariables());
const read = (v: Variable) => v.dataSync()[0]!;

describe('ema', () => {
  it('keeps the given part of the averages', () => {
    const w = tf.variable(tf.scalar(1));
    const ema = optim.ema([w], { momentum: 0.9 });
    let wanted = 1;
    for (const value of [2, 4, -3]) {
      w.assign(tf.scalar(value));
      ema.update();
      wanted = 0.9 * wanted + 0.1 * value;
    }
    expect(ema.updates).toBe(3);
    expect(ema.use(() => read(w))).toBeCloseTo(wanted, 5);
    expect(read(w)).toBe(-3);
    ema.swap();
    ema.swap();
    expect(read(w)).toBe(-3);
    ema.copyTo();
    expect(read(w)).toBeCloseTo(wanted, 5);
  });

  it('follows the weights in place of an optimizer, without changing them', () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const ema = optim.ema([w], { momentum: 0, warmup: true });
    const optimizer = optim.sgd({ learningRate: 0.5 });
    optimizer.minimize(() => tf.sum(w).asScalar());
    ema.update();
    optimizer.minimize(() => tf.sum(w).asScalar());
    expect([...w.dataSync()]).toEqual([0, 1]);
    expect(ema.use(() => [...w.dataSync()])).toEqual([0.5, 1.5]);
    expect([...w.dataSync()]).toEqual([0, 1]);
  });

  it('gives weights back after an error, and after an async function', async () => {
    const w = tf.variable(tf.scalar(1));
    const ema = optim.ema([w], { momentum: 1 });
    w.assign(tf.scalar(5));
    expect(() => ema.use(() => { throw new Error('stop'); })).toThrow('stop'); // prettier-ignore
    expect(read(w)).toBe(5);
    await expect(ema.use(async () => read(w))).resolves.toBe(1);
    expect(read(w)).toBe(5);
  });

  it('is what fit ends with, by its callback', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: optim.sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' });
    const ema = optim.ema(model, { momentum: 0.5 });
    await model.fit(tf.ones([4, 1]), tf.zeros([4, 1]), {
      batchSize: 2,
      epochs: 3,
      verbose: 0,
      callbacks: ema.callback(),
    });
    let [w, average] = [1, 1];
    for (let i = 0; i < 6; i++) {
      w -= 0.2 * w;
      average = 0.5 * average + 0.5 * w;
    }
    expect(model.getWeights()[0]!.dataSync()[0]).toBeCloseTo(average, 5);
    expect(ema.updates).toBe(6);
  });
});

describe('swa', () => {
  it('is the mean of the weights of its epochs', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: optim.sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' });
    const swa = optim.swa(model, { startEpoch: 2, every: 2 });
    await model.fit(tf.ones([4, 1]), tf.zeros([4, 1]), {
      batchSize: 4,
      epochs: 7,
      verbose: 0,
      callbacks: swa.callback(),
    });
    const weights = Array.from({ length: 8 }, (_, i) => 0.8 ** i);
    expect(swa.updates).toBe(3);
    // After epochs 2, 4 and 6 there were 3, 5 and 7 steps
    expect(model.getWeights()[0]!.dataSync()[0]).toBeCloseTo((weights[3]! + weights[5]! + weights[7]!) / 3, 5);
  });
});

it('averages are saved and go on, bit for bit', async () => {
  const w = tf.variable(tf.tensor1d([0.1, 0.2, 0.3]));
  for (const make of [() => optim.ema([w], { warmup: true, momentum: 0.999 }), () => optim.swa([w])]) {
    const [one, two] = [make(), make()];
    const step = (i: number) => w.assign(tf.tensor1d([Math.sin(i), Math.cos(i), i]));
    for (let i = 0; i < 3; i++) {
      step(i);
      one.update();
    }
    const saved = one.getWeights();
    await two.setWeights(saved);
    tf.dispose(saved.map(({ tensor }) => tensor));
    for (let i = 3; i < 6; i++) {
      step(i);
      one.update();
      two.update();
    }
    expect(two.updates).toBe(6);
    expect(two.use(() => [...w.dataSync()])).toEqual(one.use(() => [...w.dataSync()]));
    one.dispose();
    expect(() => one.update()).toThrow(/have been disposed of/);
  }
});

it.each([
  [() => optim.ema([] as never), /optim.ema: the weights must be a model, or an array of variables/],
  [() => optim.ema([tf.scalar(1)] as never), /must be a model, or an array of variables/],
  [() => optim.ema(tf.sequential()), /optim.ema: the model has no weights yet/],
  [() => optim.ema([tf.variable(tf.scalar(1))], { momentum: 1.5 }), /momentum must be a number from 0 to 1/],
  [() => optim.swa([tf.variable(tf.scalar(1))], { every: 0 }), /every must be an integer of at least 1/],
])('wrong arguments: %s', (f, message) => {
  expect(f).toThrow(message);
});
