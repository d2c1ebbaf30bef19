// `train.detectAnomaly`: which op is named, forwards and in gradients, and that nothing stays behind.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { detectAnomaly } from '../../../../../kernel/dlnb/train/anomaly.ts';
import { engineOf } from '../../../../../kernel/dlnb/viz/graph/engine.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
afterEach(() => {
  expect(engineOf(tf).hooks.observer).toBeUndefined();
  tf.disposeVariables();
});

type T = tfTypes.Tensor;
const found = (f: () => unknown, options = {}) =>
  detectAnomaly(tf, f, options).then(
    () => 'nothing',
    (e: Error) => e.message,
  );

function model(optimizer: tfTypes.Optimizer, loss: string | ((a: T, b: T) => T) = 'meanSquaredError') {
  const m = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [2], name: 'first', kernelInitializer: tf.initializers.ones() }),
      tf.layers.dense({ units: 1, name: 'last', kernelInitializer: tf.initializers.ones() }),
    ],
  });
  m.compile({ optimizer, loss: loss as 'meanSquaredError' });
  return m;
}
const fit = (m: tfTypes.NamedTensorMap | ReturnType<typeof model>, x: T) =>
  (m as ReturnType<typeof model>).fit(x, tf.zeros([x.shape[0]!, 1]), { epochs: 5, verbose: 0 });

describe('the first op that makes NaN or ∞', () => {
  const x = () => tf.tensor([4, 0, -1, 0]);

  it.each<[string, () => unknown, RegExp]>([
    [
      'log',
      () => tf.log(x()),
      /^NaN and ±∞ made by log of x \[4\]: 3 of 4 values, the first at \[1\] \(log\(0\) is -∞/,
    ],
    ['a later one', () => tf.mean(tf.sqrt(tf.add(x(), 0.5))), /^NaN made by sqrt of x \[4\]: 1 of 4 values, the first at \[2\]/], // prettier-ignore
    ['division', () => tf.div(tf.ones([2, 2]), tf.tensor([[1, 2], [3, 0]])), /^±∞ made by div of a \[2, 2\], b \[2, 2\]: 1 of 4 values, the first at \[1, 1\] \(x \/ 0/], // prettier-ignore
    ['overflow', () => tf.exp(tf.tensor([1, 100])), /^±∞ made by exp .*88\.7/],
    ['a product', () => tf.matMul(tf.fill([1, 2], 1e30), tf.fill([2, 1], 1e30)), /^±∞ made by (matMul|batchMatMul|fusedMatMul) /], // prettier-ignore
    ['complex numbers', () => tf.complex(tf.log(tf.tensor([0])), tf.tensor([1])), /^±∞ made by log/],
    ['data', () => tf.mul(tf.tensor([1, NaN]), 2), /^NaN in the input a \[2\] of mul, before any op has computed with it: 1 of 2 values, the first at \[1\]/], // prettier-ignore
    ['a weight', () => tf.mul(tf.variable(tf.tensor([Infinity]), true, 'w'), 2), /^±∞ in the weight w of mul/],
    ['what an inner op hides', () => tf.where(tf.greater(x(), 0), tf.log(x()), tf.zeros([4])), /made by log/],
  ])('%s', async (_, f, wanted) => {
    expect(await found(() => tf.tidy(f as () => T))).toMatch(wanted);
  });

  it('is found in async functions, and the rest does not run', async () => {
    let after = false;
    const message = await found(async () => {
      await Promise.resolve();
      tf.log(tf.scalar(0));
      after = true;
    });
    expect([message.slice(0, 15), after]).toEqual(['±∞ made by log ', false]);
  });

  it('leaves what is right as it is, and ops inside ops alone', async () => {
    // softmax subtracts the maximum; the loss from logits has a gradient of its own
    const logits = tf.tensor([[1000, -1000]]);
    expect(await found(() => tf.grad((l: T) => tf.losses.softmaxCrossEntropy(tf.tensor([[1, 0]]), l))(logits))).toBe('nothing'); // prettier-ignore
    expect(await detectAnomaly(tf, () => 7)).toBe(7);
    expect(await found(() => Promise.reject(new Error('its own')))).toBe('its own');
  });

  it('may be ∞ where that is allowed', async () => {
    const mask = () => tf.softmax(tf.add(tf.zeros([2]), tf.tensor([0, -Infinity])));
    expect(await found(mask)).toMatch(/^±∞ in the input b/);
    expect(await found(mask, { infinity: false })).toBe('nothing');
    expect(await found(() => tf.sqrt(tf.scalar(-1)), { infinity: false })).toMatch(/^NaN made by sqrt/);
  });

  it('takes right options only, and does not run inside itself', async () => {
    expect(await found(() => 1, { infinite: true })).toContain('there is no option "infinite"');
    expect(await found(7 as never)).toContain('give a function');
    expect(await found(() => detectAnomaly(tf, () => 1))).toContain('running already');
  });
});

describe('a gradient', () => {
  it.each<[string, (x: T) => T, number[], RegExp]>([
    ['of sqrt at 0', (x) => tf.sum(tf.sqrt(x)), [4, 0], /^±∞ in the gradient of sqrt with respect to its input x \[2\]: 1 of 2 values, the first at \[1\] \(the slope of √x/], // prettier-ignore
    ['of a root of squares', (x) => tf.sqrt(tf.sum(tf.square(x))), [0, 0], /in the gradient of sqrt /],
    ['of a branch not taken', (x) => tf.sum(tf.where(tf.greater(x, 0), tf.sqrt(x), tf.zerosLike(x))), [0, 1], /^NaN in the gradient of sqrt /], // prettier-ignore
    ['of a power', (x) => tf.sum(tf.pow(x, 0.5)), [0], /in the gradient of pow /],
  ])('%s', async (_, f, x, wanted) => {
    expect(await found(() => tf.grad(f)(tf.tensor(x)))).toMatch(wanted);
  });

  it('points at the call of the op whose gradient it is', async () => {
    const f = function theForwardLine(x: T) {
      return tf.sum(tf.sqrt(x));
    };
    const error = await detectAnomaly(tf, () => tf.grad(f)(tf.tensor([0]))).catch((e: Error) => e);
    expect((error as Error).stack).toContain('theForwardLine');
    expect((error as Error).name).toBe('AnomalyError');
  });
});

describe('a training', () => {
  it('names the layer', async () => {
    const m = model(tf.train.sgd(1e30));
    expect(await found(() => fit(m, tf.ones([4, 2])))).toMatch(/, in the layer (first|last) \(Dense\): /);
  });

  it('names the op of a loss, data with NaN, and a weight that an update has made wrong', async () => {
    const log = model(tf.train.adam(0.1), (_, p) => tf.mean(tf.log(tf.sub(p, 9))));
    expect(await found(() => fit(log, tf.ones([2, 2])))).toMatch(/^NaN made by log /);
    expect(await found(() => fit(model(tf.train.sgd(0.1)), tf.tensor2d([[1, NaN]])))).toMatch(/^NaN in the input /);
    const far = model(tf.train.adam(Infinity));
    expect(await found(() => fit(far, tf.ones([2, 2])))).toMatch(/in the weight (first|last)\/(kernel|bias)(_\d+)? after the optimizer's update/); // prettier-ignore
  });

  it('that is right gives the same weights as without, and keeps no tensors', async () => {
    const weights = async (through: (f: () => Promise<unknown>) => Promise<unknown>) => {
      const m = model(tf.train.adam(0.1));
      const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
      await through(() => fit(m, x));
      return m.getWeights().map((w) => Array.from(w.dataSync()));
    };
    const plain = await weights((f) => f());
    expect(await weights((f) => detectAnomaly(tf, f))).toEqual(plain);
    const x = tf.tensor([1, 2]);
    const before = tf.memory().numTensors;
    await detectAnomaly(tf, () => tf.tidy(() => void tf.grad((v: T) => tf.sum(tf.log(v)))(x)));
    await found(() => tf.tidy(() => void tf.grad((v: T) => tf.sum(tf.sqrt(v)))(tf.zerosLike(x))));
    expect(tf.memory().numTensors).toBe(before);
  });
});
