// `losses`: values and gradients against PyTorch (fixtures.json, made by make.py), second derivatives, extreme numbers,
// weights and masks, `compile`, and what is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { makeLosses } from '../../../../../kernel/dlnb/losses/index.ts';
import type { Loss } from '../../../../../kernel/dlnb/losses/loss.ts';
import { logBesselI0, logGamma } from '../../../../../kernel/dlnb/losses/special.ts';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers } from '../../tensors/layers/library.ts';

interface Stored {
  shape: number[];
  values: number[];
}
interface Case {
  name: string;
  options: object | null;
  y: Stored;
  p: Stored;
  loss: Stored;
  gradient: Stored;
}
const fixtures = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures.json'), 'utf8')) as {
  cases: Case[];
  special: Record<'x' | 'logGamma' | 'digamma' | 'trigamma' | 'k' | 'logI0' | 'ratio', number[]>;
  gaussianKl: { mean: number[][]; logVariance: number[][]; kl: number[] };
};

const tf = libraryOf(dist);
const losses = makeLosses(() => tf);
const make = (name: string, options: object | null): Loss =>
  (losses as unknown as Record<string, (options?: object) => Loss>)[name]!(options ?? undefined);
const tensor = ({ values, shape }: Stored) => tf.tensor(values, shape);

/** Expects numbers within a part, or an amount, of others. */
function expectClose(got: ArrayLike<number>, wanted: readonly number[], close: number, what: string): void {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((w, i) => {
    if (!(Math.abs(got[i]! - w) <= close * Math.max(1, Math.abs(w))))
      expect.fail(`${what} ${i} is ${got[i]}, not ${w}`);
  });
}

describe('values and gradients are those of PyTorch', () => {
  it.each(fixtures.cases.map((c) => [`${c.name} ${JSON.stringify(c.options ?? {})} [${c.p.shape}]`, c] as const))(
    '%s',
    (_, c) => {
      const loss = make(c.name, c.options);
      const [y, p] = [tensor(c.y), tensor(c.p)];
      const value = loss(y, p);
      expect(value.shape).toEqual(c.loss.shape);
      expectClose(value.dataSync(), c.loss.values, 3e-6, 'loss');
      const weights = tf.reshape(tf.range(1, value.size + 1), value.shape);
      const gradient = tf.grad((x: Tensor) => tf.sum(tf.mul(loss(y, x), weights)))(p);
      expectClose(gradient.dataSync(), c.gradient.values, 1e-4, 'gradient');
      expectClose(
        loss.mean(y, p).dataSync(),
        [c.loss.values.reduce((a, b) => a + b) / c.loss.values.length],
        2e-6,
        'mean',
      );
    },
  );

  it('gaussianKl', () => {
    const { mean, logVariance, kl } = fixtures.gaussianKl;
    expectTensor(losses.gaussianKl(tf.tensor2d(mean), tf.tensor2d(logVariance)), [4], kl);
  });

  it('labels as rows and as numbers, with and without a last axis, of any type, are the same', () => {
    const x = numbers([5, 4]);
    const labels = [0, 3, 1, 2, 2];
    const wanted = [
      ...losses
        .softmaxCrossEntropy()(tf.oneHot(tf.tensor1d(labels, 'int32'), 4), x)
        .dataSync(),
    ];
    for (const y of [tf.tensor1d(labels), tf.tensor1d(labels, 'int32'), tf.tensor2d(labels, [5, 1])])
      for (const loss of [
        losses.softmaxCrossEntropy(),
        losses.softmaxCrossEntropy({ classWeights: [1, 1, 1, 1] }),
        losses.softmaxFocalCrossEntropy({ gamma: 0 }),
        losses.categoricalNll(),
      ])
        expectTensor(loss(y, x), [5], wanted);
    const targets = numbers([5, 1], 3);
    const wide = numbers([5, 2], 4);
    expectTensor(
      losses.gaussianNll()(tf.reshape(targets, [5]), wide),
      [5],
      losses.gaussianNll()(targets, wide).dataSync(),
    );
  });
});

describe('special functions', () => {
  const { x, k, ...wanted } = fixtures.special;
  it('log Γ, with its first and second derivative', () => {
    const f = (t: Tensor) => logGamma(tf, t);
    const at = tf.tensor1d(x);
    expectClose(f(at).dataSync(), wanted.logGamma, 3e-6, 'log Γ');
    const derivative = tf.grad(f);
    expectClose(derivative(at).dataSync(), wanted.digamma, 3e-6, 'digamma');
    expectClose(
      tf
        .grad((t: Tensor) => tf.sum(derivative(t)))(at)
        .dataSync(),
      wanted.trigamma,
      2e-5,
      'trigamma',
    );
  });
  it('log I₀, with its derivative', () => {
    const f = (t: Tensor) => logBesselI0(tf, t);
    expectClose(f(tf.tensor1d(k)).dataSync(), wanted.logI0, 1e-6, 'log I₀');
    expectClose(tf.grad(f)(tf.tensor1d(k)).dataSync(), wanted.ratio, 2e-6, 'I₁/I₀');
  });
});

it('no loss, and no gradient, overflows for large numbers of a network', () => {
  const likelihoods: [string, object | null, number, number][] = [
    ['gaussianNll', {}, 1, 2],
    ['laplaceNll', {}, 1, 2],
    ['studentTNll', {}, 1, 3],
    ['gaussianMixtureNll', { components: 2 }, 1, 6],
    ['exponentialNll', {}, 1, 1],
    ['gammaNll', {}, 1, 2],
    ['betaNll', {}, 1, 2],
    ['multivariateNormalNll', {}, 2, 5],
    ['vonMisesNll', {}, 1, 2],
    ['bernoulliNll', null, 1, 1],
    ['categoricalNll', null, 1, 3],
    ['plackettLuceNll', null, 3, 3],
    ['sigmoidCrossEntropy', {}, 1, 1],
    ['softmaxCrossEntropy', { classWeights: [1, 2, 3] }, 1, 3],
    ['sigmoidFocalCrossEntropy', {}, 1, 1],
    ['softmaxFocalCrossEntropy', { gamma: 0.5 }, 1, 3],
  ];
  for (const [name, options, n, width] of likelihoods)
    for (const size of [0, 50, -50, 1000, -1000]) {
      const y = name === 'plackettLuceNll' ? tf.tensor2d([[2, 0, 1]]) : tf.ones([1, n]);
      const p = tf.mul(tf.ones([1, width]), size);
      const loss = make(name, options);
      const [value, gradient] = [loss(y, p), tf.grad((x: Tensor) => tf.sum(loss(y, x)))(p)];
      const all = [...value.dataSync(), ...gradient.dataSync()];
      expect(all.every(Number.isFinite), `${name} of ${size}: ${all}`).toBe(true);
    }
});

it('weights and masks reach the mean', () => {
  const loss = losses.meanSquaredError();
  const [y, p] = [tf.zeros([2, 3, 1]), tf.tensor3d([[[1], [2], [3]], [[4], [5], [6]]])]; // prettier-ignore
  const mean = (o: object) => loss.mean(y, p, o).dataSync()[0];
  expect(mean({})).toBeCloseTo(91 / 6, 5);
  expect(mean({ sampleWeight: [1, 0] })).toBeCloseTo(14 / 6, 5);
  const mask = tf.tensor2d([[1, 1, 0], [1, 0, 0]], undefined, 'bool'); // prettier-ignore
  expect(mean({ mask })).toBeCloseTo(21 / 3, 5);
  expect(mean({ mask, sampleWeight: tf.tensor1d([2, 0]) })).toBeCloseTo(10 / 3, 5);
  expect(mean({ mask: tf.zeros([2, 3]) })).toBe(0);
  expect(() => mean({ mask: tf.ones([3]) })).toThrow(
    /losses.meanSquaredError: mask has shape \[3\], and must have the first axes of \[2, 3\]/,
  );
});

describe('compile', () => {
  const dense = (units: number, inputShape = [2]) =>
    tf.sequential({ layers: [tf.layers.dense({ units, inputShape })] });

  it.each([
    ['gaussianNll', () => losses.gaussianNll(), 4, [8, 2]],
    ['gaussianNll of numbers', () => losses.gaussianNll(), 2, [8]],
    ['studentTNll', () => losses.studentTNll(), 3, [8, 1]],
    ['gaussianMixtureNll', () => losses.gaussianMixtureNll({ components: 3 }), 9, [8, 1]],
    ['multivariateNormalNll', () => losses.multivariateNormalNll(), 9, [8, 3]],
    ['huber', () => losses.huber(), 3, [8, 3]],
  ] as [string, () => Loss, number, number[]][])('trains with %s', async (_, loss, units, shape) => {
    const model = dense(units);
    model.compile({ optimizer: tf.train.adam(0.05), loss: loss() });
    const [x, y] = [numbers([8, 2]), numbers(shape, 5)];
    const first = (model.evaluate(x, y) as Tensor).dataSync()[0]!;
    expect(first).toBeCloseTo(
      loss()
        .mean(y, model.predict(x) as Tensor)
        .dataSync()[0]!,
      4,
    );
    const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(first as never);
    const weighted = model.evaluate(x, y, { sampleWeight: tf.tensor1d([1, 0, 0, 0, 0, 0, 0, 0]) } as never) as Tensor;
    const own = loss().mean(y, model.predict(x) as Tensor, { sampleWeight: [1, 0, 0, 0, 0, 0, 0, 0] });
    expect(weighted.dataSync()[0]).toBeCloseTo(own.dataSync()[0]!, 4);
  });

  it('takes numbers of classes, with class weights and masks', async () => {
    const model = dense(3);
    model.compile({ optimizer: tf.train.adam(0.1), loss: losses.softmaxCrossEntropy({ labelSmoothing: 0.1 }) });
    const x = numbers([12, 2]);
    const y = tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const { history } = await model.fit(x, y, { epochs: 5, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0] as number);
    await expect(model.fit(x, tf.add(y, 1), { verbose: 0 })).rejects.toThrow(
      /label \d+ is 3, and there are 3 classes.*lowered by 1/,
    );

    const masked = tf.sequential({
      layers: [
        tf.layers.masking({ inputShape: [3, 1] }),
        tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' }),
      ],
    });
    masked.compile({ optimizer: 'sgd', loss: losses.meanAbsoluteError() });
    const sequences = tf.tensor3d([[[1], [2], [0]]]); // prettier-ignore
    const padded = masked.evaluate(sequences, tf.tensor3d([[[0], [0], [100]]])) as Tensor; // prettier-ignore
    expect(padded.dataSync()[0]).toBeCloseTo(1.5, 5);
  });

  it('says which targets a loss takes', async () => {
    const model = dense(4);
    model.compile({ optimizer: 'sgd', loss: losses.gaussianNll() });
    await expect(model.fit(tf.ones([8, 2]), tf.ones([8, 4]), { verbose: 0 })).rejects.toThrow(
      /each example has shape \[2\].*each with shape \[4\]/,
    );
    const odd = dense(3);
    odd.compile({ optimizer: 'sgd', loss: losses.gaussianNll() });
    await expect(odd.fit(tf.ones([8, 2]), tf.ones([8, 1]), { verbose: 0 })).rejects.toThrow(
      /losses.gaussianNll: the last axis of yPred must be a multiple of 2.*it is 3/,
    );
  });
});

it.each([
  [() => losses.huber({ delta: 0 }), /losses.huber: delta must be a number/],
  [() => losses.gaussianNll({ sigma: -1 }), /losses.gaussianNll: sigma must be a number/],
  [() => losses.gaussianMixtureNll({} as never), /components must be an integer of at least 1/],
  [() => losses.laplaceNll({ link: 'square' as never }), /link must be "softplus" or "exp"/],
  [() => losses.softmaxCrossEntropy({ smoothing: 1 } as never), /there is no option "smoothing"/],
  [
    () => losses.softmaxCrossEntropy({ classWeights: [1, -1] }),
    /classWeights must be an array of numbers of at least 0/,
  ],
  [
    () => losses.softmaxCrossEntropy({ classWeights: [1] })(tf.ones([2, 3]), tf.ones([2, 3])),
    /there are 1 class weights, and yPred has 3 classes/,
  ],
  [
    () => losses.softmaxCrossEntropy()(tf.ones([2, 2]), tf.ones([2, 3])),
    /yTrue has shape \[2, 2\]; for predictions \[2, 3\] it must be rows/,
  ],
  [
    () => losses.softmaxCrossEntropy()(tf.tensor1d([0, 1.5]), tf.ones([2, 3])),
    /label 1 is 1.5, and there are 3 classes/,
  ],
  [
    () => losses.meanSquaredError()(tf.ones([3]), tf.ones([3, 3])),
    /losses.meanSquaredError: yTrue has shape \[3\], and must have \[3, 3\]/,
  ],
  [() => losses.meanSquaredError()([1] as never, tf.ones([1])), /losses.meanSquaredError: yTrue must be a tensor/],
  [
    () => losses.gaussianMixtureNll({ components: 2 })(tf.ones([1, 1]), tf.ones([1, 7])),
    /must be 2 · \(1 \+ 2n\) for targets of n numbers, such as 6 for one; it is 7/,
  ],
  [() => losses.multivariateNormalNll()(tf.ones([1, 1]), tf.ones([1, 4])), /2, 5, 9, 14 …; it is 4/],
  [
    () => losses.infoNce()(tf.ones([2, 3]), tf.ones([3, 3])),
    /both views must be \[batch, n\], and are \[2, 3\] and \[3, 3\]/,
  ],
  [() => losses.gaussianKl(tf.ones([2]), tf.ones([3])), /must have one shape/],
  [() => makeLosses(() => undefined).huber(), /losses.huber needs TensorFlow.js. Import it first/],
])('wrong arguments: %s', (f, message) => {
  expect(f).toThrow(message);
});
