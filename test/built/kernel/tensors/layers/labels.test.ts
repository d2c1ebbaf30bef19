// Labels of sparse losses that are no whole numbers.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from './library.ts';

const tf = libraryOf(dist);

it('a label between two classes is an error, and not the class below', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const [x, y] = [tf.ones([2, 2]), tf.tensor1d([0, 1.5])];
  await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/label of example 1 is 1.5.*integers from 0 to 2/);
  expect(() => model.evaluate(x, y)).toThrow(/label of example 1 is 1.5/);
});
