// Convolutions and their gradients.
import type { OpKernel } from './index.ts';

export const convolution: Record<string, OpKernel> = {};
