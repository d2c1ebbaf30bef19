// The op kernels of the device `webgpu`, as types.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type * as op from '../op-kernel.ts';
import type { WebGpuBackend } from './backend.ts';

export type OpCall = op.OpCall<WebGpuBackend>;
export type OpKernel = op.OpKernel<WebGpuBackend>;

/** Computes an op by TensorFlow.js's op kernel `stock`: it changes the inputs, or the result. */
export type Correction = (
  call: OpCall,
  stock: (call: OpCall) => TensorInfo | TensorInfo[],
) => TensorInfo | TensorInfo[];
