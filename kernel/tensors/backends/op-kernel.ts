// What an op kernel of the devices `cpu` and `webgpu` is: a function from a call to its results.
import type * as tf from '@tensorflow/tfjs-core';

export interface OpCall<Backend> {
  inputs: tf.NamedTensorInfoMap;
  attrs: Record<string, unknown>;
  backend: Backend;
}

/** Computes an op; undefined for a case that it leaves to TensorFlow.js's op kernel. */
export type OpKernel<Backend> = (call: OpCall<Backend>) => tf.TensorInfo | tf.TensorInfo[] | undefined;
