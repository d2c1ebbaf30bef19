// The types of the module `@tensorflow/tfjs` in cells, with the optimizers that the kernel adds.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import type { train as stock } from '@tensorflow/tfjs-core';
import type { adamw, lion } from '../../../../../../kernel/tensors/fused/optimizers.ts';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export declare const train: typeof stock & { adamw: typeof adamw; lion: typeof lion };
