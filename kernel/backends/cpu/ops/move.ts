// Op kernels that only move data.
import type { OpKernel } from './index.ts';

export const movement: Record<string, OpKernel> = {};
