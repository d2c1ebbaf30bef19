// Pooling and its gradients.
import type { OpKernel } from './index.ts';

export const pooling: Record<string, OpKernel> = {};
