// The device `webgpu` as the kernel loads it (dist/tf.js): on the graphics card where there may be one, else on SwiftShader.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import type { compileStep as compileStepOf } from '../../kernel/dl/compile-step.ts';
import type { startWebGpu as startWebGpuOf, WebGpuOptions } from '../../kernel/backends/webgpu/index.ts';
import { adapterEnv, defaultAdapter } from '../swiftshader.mts';

interface Built {
  tf: typeof tfTypes;
  startWebGpu: typeof startWebGpuOf;
  compileStep: typeof compileStepOf;
  collectTensors(): number;
}

const dist = join(import.meta.dirname, '../../dist');
Object.assign(process.env, adapterEnv(defaultAdapter()));
const built = createRequire(import.meta.url)(join(dist, 'tf.js')) as Built;

export const { tf, compileStep, collectTensors } = built;
export const start = (options: Partial<WebGpuOptions> = {}) => built.startWebGpu({ dist, software: true, ...options });
