// The op kernels of the device `webgpu` that are our own, by name.
import type * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import { columns } from './columns.ts';
import { convolution } from './conv.ts';
import { scans } from './corrections.ts';
import { elementwise } from './elementwise.ts';
import { matmul } from './matmul.ts';
import { moving } from './move.ts';
import { optimizer } from './optimizer.ts';
import { random } from './random.ts';
import { rows } from './rows.ts';

export interface OpCall {
  inputs: tf.NamedTensorInfoMap;
  attrs: Record<string, unknown>;
  backend: WebGpuBackend;
}

/** Computes an op; undefined where it leaves a case to TensorFlow.js's op kernel. */
export type OpKernel = (call: OpCall) => tf.TensorInfo | tf.TensorInfo[] | undefined;

export const opKernels: Record<string, OpKernel> = {
  ...elementwise,
  ...convolution,
  ...matmul,
  ...scans,
  ...rows,
  ...columns,
  ...moving,
  ...optimizer,
  ...random,
};
