// Weights of examples, and masks, as factors of losses and of the values of metrics.
import * as tf from '@tensorflow/tfjs-core';

/**
 * A mask with as many axes as `x`, as float32, so that the two can be multiplied.
 * @param weights mask or weights [batch, ...] @param x [batch, ...]
 * @throws Error if its axes are not the first ones of `x`
 */
export function alignTo(x: tf.Tensor, weights: tf.Tensor, what: string): tf.Tensor {
  let w = weights.dtype === 'float32' ? weights : tf.cast(weights, 'float32');
  if (w.rank === x.rank + 1 && w.shape.at(-1) === 1) w = tf.reshape(w, w.shape.slice(0, -1));
  if (w.rank < x.rank) w = tf.reshape(w, [...w.shape, ...new Array<number>(x.rank - w.rank).fill(1)]);
  if (w.rank > x.rank || w.shape.some((n, i) => n !== 1 && n !== x.shape[i]))
    throw new Error(`${what} of shape [${weights.shape}] does not fit losses of shape [${x.shape}]`);
  return w;
}
