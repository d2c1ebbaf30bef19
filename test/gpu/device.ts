// The device `webgpu` as the kernel loads it (dist/tf.js): on a graphics card if the machine may have one, else on
// SwiftShader.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import type { compileStep as compileStepOf } from '../../kernel/tensors/engine/compile-step.ts';
import type { startWebGpu as startWebGpuOf, WebGpuOptions } from '../../kernel/tensors/backends/webgpu/index.ts';
import { adapterEnv, defaultAdapter } from '../swiftshader.mts';
import { dist } from '../paths.ts';

interface Built {
  tf: typeof tfTypes;
  startWebGpu: typeof startWebGpuOf;
  collectTensors(): number;
}

Object.assign(process.env, adapterEnv(defaultAdapter()));
const built = createRequire(import.meta.url)(join(dist, 'tf.js')) as Built;

export const { tf, collectTensors } = built;
export const { compileStep } = tf.train as typeof tf.train & { compileStep: typeof compileStepOf };
export const start = (options: Partial<WebGpuOptions> = {}) => built.startWebGpu({ dist, software: true, ...options });
