import type { OpKernel } from './index.ts';
export const rows: Record<string, OpKernel> = {};
