// Depthwise convolution and its gradients.
import type { OpKernel } from './index.ts';

export const depthwise: Record<string, OpKernel> = {};
