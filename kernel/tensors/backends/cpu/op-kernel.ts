// The op kernels of the device `cpu`, as types.
import type * as op from '../op-kernel.ts';
import type { CpuBackend } from './backend.ts';

export type OpCall = op.OpCall<CpuBackend>;
export type OpKernel = op.OpKernel<CpuBackend>;
