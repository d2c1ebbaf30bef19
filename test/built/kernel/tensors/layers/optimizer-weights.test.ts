// Training that goes on after saving and loading has the same bits as training that was not interrupted.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);
type Train = typeof tf.train & Record<'adamw' | 'lion', (rate: number) => import('@tensorflow/tfjs-core').Optimizer>;
const train = tf.train as Train;

it.each([
  ['sgd', () => train.sgd(0.1)],
  ['momentum', () => train.momentum(0.1, 0.9)],
  ['rmsprop', () => train.rmsprop(0.01)],
  ['centered rmsprop', () => train.rmsprop(0.01, 0.9, 0.5, 1e-7, true)],
  ['adagrad', () => train.adagrad(0.1)],
  ['adadelta', () => train.adadelta(0.5)],
  ['adam', () => train.adam(0.01)],
  ['adam with other betas', () => train.adam(0.01, 0.8, 0.97)],
  ['adamax', () => train.adamax(0.01)],
  ['adamax with decay', () => train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1)],
  ['adamw', () => train.adamw(0.01)],
  ['lion', () => train.lion(0.01)],
] as const)('%s', async (_, optimizer) => {
  const [x, y] = [numbers([16, 3]), numbers([16, 2], 7)];
  const fit = (model: import('@tensorflow/tfjs-layers').LayersModel, epochs: number) =>
    model.fit(x, y, { epochs, batchSize: 4, shuffle: false, verbose: 0 });
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'tanh' })] });
  model.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
  await fit(model, 3);
  const loaded = await reloaded(model);
  await fit(model, 3);
  await fit(loaded, 3);
  const [a, b] = [model, loaded].map((m) => m.getWeights().flatMap((w: Tensor) => [...w.dataSync()]));
  expect(b).toEqual(a);
});
