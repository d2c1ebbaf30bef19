// Where several elements are the largest or smallest, they share the gradient equally, as in PyTorch and TensorFlow:
// TensorFlow.js gives each of them all of it. And powers at 0.
import * as tf from '@tensorflow/tfjs-core';
import { attr, register, sumTo } from './register.ts';

export function extremaGradients(): void {
  register('Max', { inputsToSave: ['x'], outputsToSave: [true] }, (dy, [x, y], attrs) =>
    shared(dy, y!, x!, attr<tf.MaxAttrs>(attrs).reductionIndices),
  );
  register('Min', { inputsToSave: ['x'], outputsToSave: [true] }, (dy, [x, y], attrs) =>
    shared(dy, y!, x!, attr<tf.MinAttrs>(attrs).axis),
  );
  powers();
}

function shared(dy: tf.Tensor, y: tf.Tensor, x: tf.Tensor, axis: number | number[]) {
  return {
    x: () => {
      const axes = tf.util.parseAxisParam(axis, x.shape);
      const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const isExtremum = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
      const share = tf.div(tf.reshape(dy, kept), tf.sum(isExtremum, axes, true));
      return tf.mul(share, isExtremum);
    },
  };
}

/**
 * aᵇ. The gradient of a where b is 0 is 0, also at a = 0, where b aᵇ⁻¹ would be 0 · ∞. That of b is 0 for a ≤ 0, as in
 * TensorFlow.
 */
function powers(): void {
  register('Pow', { inputsToSave: ['a', 'b'], outputsToSave: [true] }, (dy, [a, b, y]) => ({
    a: () => {
      const exponent = tf.cast(b!, 'float32');
      const less = tf.sub(exponent, tf.cast(tf.notEqual(exponent, 0), 'float32'));
      return sumTo(tf.mul(dy, tf.mul(exponent, tf.pow(a!, less))), a!.shape);
    },
    b: () => {
      const log = tf.where(tf.greater(a!, 0), tf.log(a!), tf.zerosLike(a!));
      return sumTo(tf.mul(dy, tf.mul(y!, log)), b!.shape);
    },
  }));
}
