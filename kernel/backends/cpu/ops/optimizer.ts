// Updates of parameters.
import type { OpKernel } from './index.ts';

export const optimizer: Record<string, OpKernel> = {};
