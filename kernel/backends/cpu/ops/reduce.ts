// Reductions.
import type { OpKernel } from './index.ts';

export const reduction: Record<string, OpKernel> = {};
