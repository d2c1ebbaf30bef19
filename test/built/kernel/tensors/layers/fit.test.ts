// Options and data of compile, fit, evaluate and predict: each has its effect or is refused, with an error that says
// what came and what is wanted.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const tf = library.tf as unknown as typeof import('@tensorflow/tfjs-layers') & typeof import('@tensorflow/tfjs-core');
// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => device.backend.program.stop());

function made(): Any {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}
const x = () => tf.ones([4, 2]);
const y = () => tf.ones([4, 1]);

describe('unknown options', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'fit',
      () => made().fit(x(), y(), { batch_size: 2 }),
      /^fit: there is no option "batch_size"; did you mean "batchSize"\?/,
    ],
    ['fit', () => made().fit(x(), y(), { validation_split: 0.1 }), /did you mean "validationSplit"/],
    ['fit', () => made().fit(x(), y(), { epoch: 2 }), /did you mean "epochs"/],
    [
      'fit',
      () => made().fit(x(), y(), { nonsense: 2 }),
      /^fit: there is no option "nonsense"\. The options are: batchSize/,
    ],
    ['fit', () => made().fit(x(), y(), 5), /^fit: the options must be an object, and are 5/],
    ['fit', () => made().fit(x(), y(), { validationSteps: 1 }), /use fitDataset/],
    ['evaluate', async () => made().evaluate(x(), y(), { batchsize: 2 }), /^evaluate: .* did you mean "batchSize"/],
    ['predict', async () => made().predict(x(), { batch_size: 2 }), /^predict: .* did you mean "batchSize"/],
    [
      'compile',
      async () => made().compile({ optimizer: 'sgd', loss: 'mse', metric: ['acc'] }),
      /^compile: .* did you mean "metrics"/,
    ],
    [
      'fitDataset',
      () => made().fitDataset({}, { epochs: 1, batchSize: 2 }),
      /^fitDataset: there is no option "batchSize"/,
    ],
    [
      'trainOnBatch',
      () => made().trainOnBatch(x(), y(), { weights: 2 }),
      /^trainOnBatch: there is no option "weights"/,
    ],
  ])('of %s', async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

describe('values of options', () => {
  it.each<[string, object, RegExp]>([
    ['validationSplit: 1', { validationSplit: 1 }, /validationSplit must be a number from 0 to below 1, and is 1/],
    ['validationSplit: -1', { validationSplit: -1 }, /and is -1/],
    ['validationSplit: 0.9', { validationSplit: 0.9 }, /0\.9 of 4 examples leaves none to train with/],
    ['epochs: 1.5', { epochs: 1.5 }, /epochs must be a whole number, 0 or more, and is 1\.5/],
    ['batchSize: 0', { batchSize: 0 }, /batchSize must be a whole number, 1 or more, and is 0/],
    [
      'callbacks: [undefined]',
      { callbacks: [undefined] },
      /callbacks\[0\] is undefined, and must be one of tf\.callbacks/,
    ],
    ['callbacks: [() => {}]', { callbacks: [() => {}] }, /callbacks\[0\] is a function/],
    [
      'callbacks: { onEpochEnds }',
      { callbacks: { onEpochEnds() {} } },
      /no option "onEpochEnds"; did you mean "onEpochEnd"/,
    ],
  ])('%s', async (_, args, message) => {
    const model = made();
    await expect(model.fit(x(), y(), { verbose: 0, ...args })).rejects.toThrow(message);
    // The model can still be trained
    await model.fit(x(), y(), { verbose: 0 });
  });

  it('callbacks of both kinds in one list are all called', async () => {
    const called: string[] = [];
    class Own extends tf.Callback {
      override async onEpochEnd() {
        called.push('class');
      }
    }
    const object = { onEpochEnd: async () => void called.push('object') };
    await made().fit(x(), y(), { verbose: 0, callbacks: [object, new Own()] });
    await made().fit(x(), y(), { verbose: 0, callbacks: [new Own(), object] });
    expect(called).toEqual(['object', 'class', 'class', 'object']);
  });
});

describe('data that is no tensor, or of another shape', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'predict([[1, 2]])',
      () => made().predict([[1, 2]]),
      /^predict: x is an array of arrays, and must be a tensor of shape \[null, 2\]; make one with tf\.tensor/,
    ],
    ['predict(undefined)', () => made().predict(undefined), /^predict: x is undefined, and must be a tensor/],
    ['predict([])', () => made().predict(new Float32Array(2)), /^predict: x is a Float32Array/],
    [
      'predict(one example)',
      () => made().predict(tf.tensor1d([1, 2])),
      /x has shape \[2\], and must have shape \[null, 2\]\. It looks like one example.*\[1, 2\]/,
    ],
    [
      'predict(nothing)',
      () => made().predict(tf.zeros([0, 2])),
      /^predict: x has shape \[0, 2\], so there are 0 examples/,
    ],
    ['evaluate([[…]])', () => made().evaluate([[1, 2]], y()), /^evaluate: x is an array of arrays/],
    [
      'fit([[…]])',
      () =>
        made().fit(
          [
            [1, 2],
            [3, 4],
          ],
          y(),
        ),
      /^fit: x is an array of arrays, and must be a tensor of shape/,
    ],
    [
      'fit(x, [1])',
      () => made().fit(x(), [1, 2, 3, 4]),
      /^fit: y is an array, and must be a tensor; make one with tf\.tensor1d/,
    ],
    [
      'fit(nothing)',
      () => made().fit(tf.zeros([0, 2]), tf.zeros([0, 1])),
      /^fit: x has shape \[0, 2\], so there are 0 examples/,
    ],
    ['trainOnBatch', () => made().trainOnBatch(x(), [[1]]), /^trainOnBatch: y is an array of arrays/],
    ['fit(x)', () => made().fit(x()), /^fit: y is undefined/],
  ])('%s', async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  it('takes what it took before', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 2, 3]), { verbose: 0, batchSize: 2 });
    expect((model.predict(tf.tensor1d([1, 2, 3])) as Any).shape).toEqual([3, 1]);
    expect((model.predict([tf.ones([2, 1])]) as Any).shape).toEqual([2, 1]);
    const a = tf.input({ shape: [2], name: 'first' });
    const b = tf.input({ shape: [2], name: 'second' });
    const two = tf.model({ inputs: [a, b], outputs: tf.layers.add().apply([a, b]) as Any });
    two.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(() => two.evaluate({ first: x(), second: x() } as Any, x())).not.toThrow();
    expect(() => two.predict([x()])).toThrow();
  });
});

it('the last, smaller batch counts by its examples', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })] });
  model.compile({ optimizer: tf.train.sgd(0), loss: 'mse', metrics: ['mse'] });
  const [a, b] = [tf.ones([5, 1]), tf.tensor2d([[0], [0], [0], [0], [5]])];
  const { history } = await model.fit(a, b, { verbose: 0, batchSize: 2, shuffle: false });
  expect(history['loss']![0]).toBeCloseTo(5, 5);
  expect((model.evaluate(a, b, { batchSize: 2 }) as Any).map((t: Any) => t.dataSync()[0])).toEqual([5, 5]);
});
