// Rates of dropout at the end of their range.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf } from './library.ts';

const tf = libraryOf(dist);
const training = { training: true };

it('dropout of all leaves nothing, and passes no gradient on', () => {
  const layer = tf.layers.dropout({ rate: 1 });
  expectTensor(layer.apply(tf.tensor1d([1, 2]), training) as never, [2], [0, 0]);
  expectTensor(layer.apply(tf.tensor1d([1, 2])) as never, [2], [1, 2]);
  const gradient = tf.grad((x) => layer.apply(x, training) as never);
  expectTensor(gradient(tf.tensor1d([1, 2])), [2], [0, 0]);
});

it('rates of Gaussian and alpha dropout that have no meaning are an error', () => {
  for (const rate of [1, 1.5, -0.1, NaN]) {
    expect(() => tf.layers.gaussianDropout({ rate })).toThrow(/gaussianDropout: rate must be .* below 1, and is/);
    expect(() => tf.layers.alphaDropout({ rate })).toThrow(/alphaDropout: rate must be .* below 1, and is/);
  }
  expect(() => tf.layers.gaussianDropout({ rate: 0 })).not.toThrow();
});
