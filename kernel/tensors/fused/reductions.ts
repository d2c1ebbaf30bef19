// Gradients of sums and means, by one op kernel that repeats and scales where the device has it.
import * as tf from '@tensorflow/tfjs-core';
import { has, run } from '../engine/call.ts';
import { register, registerOwn } from '../gradients/register.ts';
import { ops } from '../ops.ts';

/** Repeats dy over the axes that were reduced, and multiplies it: dx [shape]. */
function repeated(dy: tf.Tensor, axis: number | number[] | null, shape: number[], factor: number): tf.Tensor {
  if (has(ops.SumGrad) && dy.dtype === 'float32') return run(ops.SumGrad, { dy }, { axis, inputShape: shape, factor });
  const kept = shape.slice();
  for (const i of tf.util.parseAxisParam(axis!, shape)) kept[i] = 1;
  return tf.mul(tf.reshape(dy, kept), tf.fill(shape, factor));
}

/** Registers the gradients of `Sum` and `Mean`, and that of `SumGrad`, their own gradient. */
export function fuseReductions(): void {
  type Axis = number | number[] | null;
  register(tf.Sum, { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => repeated(dy, attrs['axis'] as Axis, x!.shape, 1),
  }));
  register(tf.Mean, { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => repeated(dy, attrs['axis'] as Axis, x!.shape, dy.size / x!.size),
  }));
  registerOwn(ops.SumGrad, { inputsToSave: ['dy'] }, (ddx, [dy], attrs) => ({
    dy: () => {
      const sum = tf.sum(ddx, attrs.axis ?? undefined);
      return tf.reshape(tf.mul(sum, attrs.factor), dy!.shape);
    },
  }));
}
