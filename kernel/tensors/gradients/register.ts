// How a gradient is registered, over TensorFlow.js's own or where it has none, and what several of them need.
import * as tf from '@tensorflow/tfjs-core';

/** From the gradient of the result to those of the inputs, by their names. */
export type Grad = (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;
type Config = Omit<tf.GradConfig, 'kernelName' | 'gradFunc'>;

export function gradient(kernelName: string, config: Config, gradFunc: Grad): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...config, gradFunc: gradFunc as tf.GradFunc });
}

/** Of a kernel with several results. Of a single one the engine gives the gradient itself, not a list of one. */
export function gradientOfSeveral(
  kernelName: string,
  config: Config,
  gradFunc: (dys: tf.Tensor[], saved: tf.Tensor[], attrs: tf.NamedAttrMap) => ReturnType<Grad>,
): void {
  gradient(kernelName, config, (dys, saved, attrs) => gradFunc([dys].flat(), saved, attrs));
}

/** The attributes as those of a kernel. */
export const attr = <T>(attrs: tf.NamedAttrMap) => attrs as unknown as T;

export const zeros = (t: tf.Tensor) => tf.zeros(t.shape);

export const run = (kernelName: string, inputs: tf.NamedTensorMap, attrs: object = {}) =>
  tf.engine().runKernel(kernelName, inputs as never, attrs as tf.NamedAttrMap) as tf.Tensor;

export const product = (list: readonly number[]) => list.reduce((n, d) => n * d, 1);

/** The gradient of what was broadcast from `shape`: summed over the copies. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return (axes.length > 0 ? tf.sum(dy, axes) : dy).reshape(shape);
}
