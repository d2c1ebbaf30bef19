// The op kernels that replace those of the JavaScript backend, by name.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import { elementwise } from './elementwise.ts';

export interface OpCall {
  inputs: tf.NamedTensorInfoMap;
  attrs: Record<string, unknown>;
  backend: CpuBackend;
}

/** Computes an op; undefined where it leaves a case to the JavaScript backend. */
export type OpKernel = (call: OpCall) => tf.TensorInfo | tf.TensorInfo[] | undefined;

export const opKernels: Record<string, OpKernel> = { ...elementwise };
