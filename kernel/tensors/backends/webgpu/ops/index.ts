// The op kernels of the device `webgpu` that are our own, by name.
import type { OpKernel } from '../op-kernel.ts';
import { columns } from './columns.ts';
import { convolution } from './conv.ts';
import { scans } from './corrections.ts';
import { elementwise } from './elementwise.ts';
import { matmul } from './matmul.ts';
import { moving } from './move.ts';
import { optimizer } from './optimizer.ts';
import { random } from './random.ts';
import { rows } from './rows.ts';

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
