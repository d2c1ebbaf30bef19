// Op kernels that do the work of many and that only some devices have: whether the current one has them, and how their gradients are
// registered. A gradient that is itself being recorded, for a second derivative, is made of TensorFlow.js's own ops instead.
import * as tf from '@tensorflow/tfjs-core';

/** Gradients with respect to the inputs, by name, from those with respect to the outputs: a tensor, or a list if there are several. */
export type Gradient<DY extends tf.Tensor | tf.Tensor[]> = (
  dy: DY,
  saved: tf.Tensor[],
  attrs: Record<string, unknown>,
) => Record<string, () => tf.Tensor>;

/** Whether the device has an op kernel. */
export const has = (kernelName: string): boolean => tf.getKernel(kernelName, tf.getBackend()) !== undefined;

interface EngineState {
  state: { gradientDepth: number; kernelDepth: number };
}

/** Whether ops are being recorded. In the function that computes a gradient this means that its own gradient is wanted. */
export function recording(): boolean {
  const { gradientDepth, kernelDepth } = (tf.engine() as unknown as EngineState).state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Whether ops are being recorded for a second derivative. */
export const recordingTwice = (): boolean =>
  (tf.engine() as unknown as EngineState).state.gradientDepth > 1 && recording();

/** Whether a gradient may be computed by an op kernel that has none itself. */
export const canFuse = (kernelName: string): boolean => has(kernelName) && !recording();

/** Runs an op kernel with one output. */
export const run = (kernelName: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs as never, attrs as never) as tf.Tensor;

/** Runs an op kernel with several outputs. */
export const runAll = <T extends tf.Tensor[]>(
  kernelName: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): T => tf.engine().runKernel(kernelName, inputs as never, attrs as never) as unknown as T;

/** Registers a gradient, in the place of the one that there may be. */
export function register<DY extends tf.Tensor | tf.Tensor[]>(
  kernelName: string,
  what: Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'>,
  gradient: Gradient<DY>,
): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...what, gradFunc: gradient as unknown as tf.GradFunc });
}
