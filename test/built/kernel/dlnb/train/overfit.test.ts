// `train.overfitOneBatch`: its verdict, the causes that it finds, and a model that is as before afterwards.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { overfitOneBatch, type OverfitOptions } from '../../../../../kernel/dlnb/train/overfit.ts';
import { DISPLAY } from '../../../../../kernel/wire/displayable.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
afterEach(() => tf.disposeVariables());

type T = tfTypes.Tensor;
type Dense = Parameters<typeof tf.layers.dense>[0];
const overfit = (m: LayersModel, x: T, y: T, options: OverfitOptions = {}) => overfitOneBatch(tf, m, x, y, options);

interface Made {
  rate?: number;
  last?: Partial<Dense>;
  hidden?: Partial<Dense>;
  loss?: string;
  between?: tfTypes.NamedTensorMap | ReturnType<typeof tf.layers.dropout>;
}
function network({ rate = 0.05, last = {}, hidden = {}, loss = 'meanSquaredError', between }: Made = {}): LayersModel {
  const init = (seed: number) => tf.initializers.randomUniform({ minval: -0.7, maxval: 0.7, seed });
  const m = tf.sequential();
  m.add(
    tf.layers.dense({
      units: 16,
      inputShape: [3],
      activation: 'tanh',
      name: 'hidden',
      kernelInitializer: init(1),
      ...hidden,
    }),
  );
  if (between) m.add(between as ReturnType<typeof tf.layers.dropout>);
  m.add(tf.layers.dense({ units: 1, name: 'last', kernelInitializer: init(2), ...last }));
  m.compile({ optimizer: tf.train.adam(rate), loss });
  return m;
}
const x = () => numbers([6, 3], 4);
const y = () => numbers([6, 1], 5);

describe('a network that learns', () => {
  it('overfits, in fewer steps than allowed', async () => {
    const result = await overfit(network(), x(), y());
    expect(result).toMatchObject({ overfits: true, causes: [] });
    expect(result.losses.length).toBeLessThan(300);
    expect(result.losses.at(-1)!).toBeLessThan(0.01 * result.losses[0]!);
    const bundle = result[DISPLAY]() as Record<string, string>;
    expect(bundle['text/plain']).toMatch(/^✓ The network learns one batch by heart: loss \S+ → \S+ in \d+ steps$/);
  });

  it('is as before afterwards: the same next steps, bit for bit, also in the middle of a training', async () => {
    const train = async (m: LayersModel, look: boolean) => {
      await m.trainOnBatch(x(), y());
      if (look) await overfit(m, x(), y(), { steps: 20 });
      await m.trainOnBatch(x(), y());
      return m.getWeights().map((w) => Array.from(w.dataSync()));
    };
    expect(await train(network(), true)).toEqual(await train(network(), false));
    const m = network();
    const [xs, ys] = [x(), y()];
    await m.trainOnBatch(xs, ys);
    const before = tf.memory().numTensors;
    const { optimizer } = m;
    await overfit(m, xs, ys, { steps: 5 });
    expect(tf.memory().numTensors).toBe(before);
    expect(m.optimizer).toBe(optimizer);
  });
});

describe('a network that does not', () => {
  const cases: [string, () => LayersModel, () => [T, T], RegExp][] = [
    ['cannot reach the targets', () => network({ last: { activation: 'sigmoid' } }), () => [x(), tf.mul(y(), 9)], /^the targets go from -?\d.* to .*, and last ends with sigmoid, whose values are from 0 to 1$/], // prettier-ignore
    ['has a softmax of one unit', () => network({ last: { activation: 'softmax' } }), () => [x(), tf.zeros([6, 1])], /softmax of one unit, which is always 1/], // prettier-ignore
    ['has contradictory data', () => network(), () => [tf.ones([4, 3]), tf.tensor2d([1, 2, 1, 2], [4, 1])], /^2 inputs occur twice with different targets/], // prettier-ignore
    ['has NaN in its data', () => network(), () => [tf.tensor2d([[1, NaN, 2]]), tf.ones([1, 1])], /^x has 1 values that are NaN/], // prettier-ignore
    ['has dead units', () => network({ hidden: { activation: 'relu', kernelInitializer: 'zeros', biasInitializer: tf.initializers.constant({ value: -1 }) }, last: { useBias: false } }), () => [x(), y()], /^the gradient of all weights is 0/], // prettier-ignore
    ['is regularized', () => network({ hidden: { kernelRegularizer: tf.regularizers.l2({ l2: 0.03 }) } }), () => [x(), y()], /the regularization of hidden/], // prettier-ignore
    ['is noisy', () => network({ between: tf.layers.dropout({ rate: 0.9, seed: 3, name: 'off' }) }), () => [x(), y()], /^off changes the outputs at random/], // prettier-ignore
    ['learns too slowly', () => network({ rate: 1e-6 }), () => [x(), y()], /hardly moves/],
    ['learns, but is not done', () => network({ rate: 0.002 }), () => [x(), tf.mul(y(), 3)], /still falling/],
    ['diverges', () => { const m = network(); m.compile({ optimizer: tf.train.sgd(1e6), loss: 'meanSquaredError' }); return m; }, () => [x(), y()], /^the loss is (NaN|Infinity) after \d+ steps: the learning rate is too large/], // prettier-ignore
    ['is frozen', () => { const m = network(); m.layers.forEach((l) => (l.trainable = false)); m.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }); return m; }, () => [x(), y()], /^no weight is trainable/], // prettier-ignore
  ];
  it.each(cases)('%s', async (_, make, data, cause) => {
    const m = make();
    const result = await overfit(m, ...data(), { steps: 60 }).catch((e: Error) => e);
    if (result instanceof Error) return expect(result.message).toMatch(/trainable/);
    expect(result.overfits).toBe(false);
    expect(result.causes.join('\n')).toMatch(new RegExp(cause, 'm'));
    expect((result[DISPLAY]() as Record<string, string>)['text/plain']).toMatch(/^✗ .*\nProbable causes:\n- /);
  });
});

it('names what is wrong with its arguments', async () => {
  await expect(overfit(5 as never, x(), y())).rejects.toThrow('give a model of tf.layers, got 5');
  await expect(overfit(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] }), x(), y())).rejects.toThrow('compiled first'); // prettier-ignore
  await expect(overfit(network(), [1] as never, y())).rejects.toThrow('x must be a tensor');
  await expect(overfit(network(), tf.zeros([0, 3]), tf.zeros([0, 1]))).rejects.toThrow('no examples');
  await expect(overfit(network(), x(), y(), { step: 3 } as never)).rejects.toThrow('no option "step"');
  await expect(overfit(network(), x(), y(), { target: 2 })).rejects.toThrow('target must be a number from 0 to 1');
});
