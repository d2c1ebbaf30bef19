// Gradients of sums and means: one op kernel that repeats and scales, where the device has it.
import * as tf from '@tensorflow/tfjs-core';
import { has, register, run } from './fused.ts';

/** Repeats dy over the axes that were reduced, and multiplies it: dx [shape]. */
function repeated(dy: tf.Tensor, axis: number | number[] | null, shape: number[], factor: number): tf.Tensor {
  if (has('SumGrad') && dy.dtype === 'float32') return run('SumGrad', { dy }, { axis, inputShape: shape, factor });
  const kept = shape.slice();
  for (const i of tf.util.parseAxisParam(axis!, shape)) kept[i] = 1;
  return tf.mul(tf.reshape(dy, kept), tf.fill(shape, factor));
}

/** Registers the gradients of `Sum`, `Mean` and of the op kernel that is one of them. Call it once. */
export function fuseReductions(): void {
  type Axis = number | number[] | null;
  register<tf.Tensor>('Sum', { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => repeated(dy, attrs['axis'] as Axis, x!.shape, 1),
  }));
  register<tf.Tensor>('Mean', { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => repeated(dy, attrs['axis'] as Axis, x!.shape, dy.size / x!.size),
  }));
  register<tf.Tensor>('SumGrad', { inputsToSave: ['dy'] }, (ddx, [dy], attrs) => ({
    dy: () => {
      const sum = tf.sum(ddx, (attrs['axis'] as Axis) ?? undefined);
      return tf.reshape(tf.mul(sum, attrs['factor'] as number), dy!.shape);
    },
  }));
}
