// Labels of classes without a last axis of size 1, for outputs of several axes, as Keras takes them. The values are
// those of the same labels with the axis, and by hand.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, type Tensor } from './library.ts';

const tf = libraryOf(dist);

/** Outputs [batch, 2, 2, 3], whose largest class is the first. */
function imageModel() {
  const layer = tf.layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 1], activation: 'softmax' });
  const model = tf.sequential({ layers: [layer] });
  model.setWeights([tf.tensor4d([0, 0, 0], [1, 1, 1, 3]), tf.tensor1d([Math.log(2), 0, 0])]);
  model.compile({ loss: 'sparseCategoricalCrossentropy', optimizer: tf.train.sgd(0.1), metrics: ['accuracy'] });
  return model;
}
const labels = (dtype: 'int32' | 'float32', shape: number[]) => tf.tensor([0, 1, 2, 0, 0, 0, 1, 0], shape, dtype);
const values = (scalars: unknown) => (scalars as Tensor[]).map((x) => x.dataSync()[0]!);

it.each(['int32', 'float32'] as const)('of type %s in evaluate, fit and trainOnBatch', async (dtype) => {
  const x = numbers([2, 2, 2, 1]);
  const plain = labels(dtype, [2, 2, 2]);
  // Probabilities 1/2, 1/4, 1/4: five labels are the first class
  const loss = (5 * Math.log(2) + 3 * Math.log(4)) / 8;
  const [got, accuracy] = values(imageModel().evaluate(x, plain));
  expect(got).toBeCloseTo(loss, 5);
  expect(accuracy).toBeCloseTo(5 / 8, 6);
  expect(values(imageModel().evaluate(x, labels(dtype, [2, 2, 2, 1])))[0]).toBe(got);

  const [model, same] = [imageModel(), imageModel()];
  const options = { epochs: 2, batchSize: 1, shuffle: false, verbose: 0 } as const;
  const tensors = tf.memory().numTensors;
  const { history } = await model.fit(x, plain, { ...options, validationData: [x, plain] });
  const { history: other } = await same.fit(x, plain.expandDims(-1), options);
  expect(history['loss']).toEqual(other['loss']);
  expect(history['acc']).toEqual(other['acc']);
  expect(history['val_acc']).toHaveLength(2);
  expect(tf.memory().numTensors - tensors).toBeLessThan(3);
  const [batchLoss] = (await imageModel().trainOnBatch(x, plain)) as number[];
  expect(batchLoss).toBeCloseTo(loss, 5);
  const dataset = tf.data.array([{ xs: x, ys: plain }]);
  const fromData = await imageModel().fitDataset(dataset as never, { epochs: 1, verbose: 0 });
  expect(fromData.history['loss']![0]).toBeCloseTo(loss, 5);
});

it('of sequences, and of several outputs by name', async () => {
  const input = tf.input({ shape: [4, 2] });
  const outputs = ['a', 'b'].map(
    (name) => tf.layers.dense({ units: 3, activation: 'softmax', name }).apply(input) as ReturnType<typeof tf.input>,
  );
  const model = tf.model({ inputs: input, outputs });
  model.compile({ loss: ['sparseCategoricalCrossentropy', 'meanSquaredError'], optimizer: 'sgd' });
  const ys = { a: labels('int32', [2, 4]), b: numbers([2, 4, 3]) };
  const { history } = await model.fit(numbers([2, 4, 2]), ys, { epochs: 1, verbose: 0 });
  expect(history['loss']![0]).toBeGreaterThan(0);
  await model.fit(numbers([2, 4, 2]), [ys.a, ys.b], { epochs: 1, verbose: 0 });
});

it('of another shape are an error', async () => {
  const x = numbers([2, 2, 2, 1]);
  await expect(imageModel().fit(x, tf.zeros([2, 2, 3], 'int32'))).rejects.toThrow(/target expected a batch/);
  await expect(imageModel().fit(x, tf.zeros([2, 8], 'int32'))).rejects.toThrow(/expected .* dimension/);
});
