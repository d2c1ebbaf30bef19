// The gradient of matrix products.
import * as tf from '@tensorflow/tfjs-core';
import { attr, register } from './register.ts';

/** Unlike the stock gradient, it is right where batch axes are broadcast. */
export function matrixProductGradients(): void {
  register('BatchMatMul', { inputsToSave: ['a', 'b'] }, (dy, [a, b], attrs) => {
    const { transposeA, transposeB } = attr<tf.BatchMatMulAttrs>(attrs);
    const fit = (d: tf.Tensor, shape: number[]) => {
      const axes = tf.broadcast_util.getReductionAxes(shape.slice(0, -2), d.shape.slice(0, -2));
      return axes.length > 0 ? tf.sum(d, axes).reshape(shape) : d.reshape(shape);
    };
    return {
      a: () => fit(transposeA ? tf.matMul(b!, dy, transposeB, true) : tf.matMul(dy, b!, false, !transposeB), a!.shape),
      b: () => fit(transposeB ? tf.matMul(dy, a!, true, transposeA) : tf.matMul(a!, dy, !transposeA, false), b!.shape),
    };
  });
}
