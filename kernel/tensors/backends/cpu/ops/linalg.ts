// Linear algebra and sorting: in JavaScript, in double precision.
import { hostKernels } from '../../../linalg/host.ts';
import type { OpKernel } from '../op-kernel.ts';

export const linalg = hostKernels as Record<string, OpKernel>;
