// Matrix products.
import type { OpKernel } from './index.ts';

export const matmul: Record<string, OpKernel> = {};
