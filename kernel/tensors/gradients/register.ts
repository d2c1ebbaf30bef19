// How a gradient is registered, and what several gradients need.
import * as tf from '@tensorflow/tfjs-core';
import type { AttrsOf, OutputsOf, OwnOp } from '../ops.ts';

/**
 * Gradients with respect to the inputs, by their names.
 * @param dy the gradient with respect to the output; a list if the op has several outputs
 */
type Gradient<DY, Attrs> = (dy: DY, saved: tf.Tensor[], attrs: Attrs) => Record<string, () => tf.Tensor>;

/** The tensors that a gradient is given beside dy: first these inputs, then the outputs that are marked. */
type Saved = Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'>;

/** Registers the gradient of an op of TensorFlow.js's, replacing any existing one. */
export function register<DY extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
  kernelName: string,
  saved: Saved,
  gradient: Gradient<DY, tf.NamedAttrMap>,
): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...saved, gradFunc: gradient as unknown as tf.GradFunc });
}

/** Registers the gradient of an op of ours; dy is a list if the op has several outputs. */
export function registerOwn<Op extends OwnOp & { gradient: 'registered' }>(
  op: Op,
  saved: Saved,
  gradient: Gradient<OutputsOf<Op>, AttrsOf<Op>>,
): void {
  register(op.name, saved, gradient as unknown as Gradient<tf.Tensor, tf.NamedAttrMap>);
}

/**
 * As `register`, for an op with any number of outputs: where there is one, the engine passes its gradient without a
 * list.
 */
export function registerList(kernelName: string, saved: Saved, gradient: Gradient<tf.Tensor[], tf.NamedAttrMap>): void {
  register<tf.Tensor | tf.Tensor[]>(kernelName, saved, (dys, ...rest) => gradient([dys].flat(), ...rest));
}

/** The attributes of an op, as the type that they have. */
export const attr = <T>(attrs: tf.NamedAttrMap) => attrs as unknown as T;

export const zeros = (t: tf.Tensor) => tf.zeros(t.shape);

export const product = (list: readonly number[]) => list.reduce((n, d) => n * d, 1);

/** The gradient of what was broadcast from `shape`: summed over the copies. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return (axes.length > 0 ? tf.sum(dy, axes) : dy).reshape(shape);
}
