// The op kernels of the device `webgpu`, as types.
import type * as op from '../op-kernel.ts';
import type { WebGpuBackend } from './backend.ts';

export type OpCall = op.OpCall<WebGpuBackend>;
export type OpKernel = op.OpKernel<WebGpuBackend>;
