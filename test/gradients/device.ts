// The device under test, as the kernel loads it (dist/tf.js, corrected gradients), and the reference in double
// precision. DLNB_TEST_DEVICE names the device, DLNB_TEST_THREADS the number of its threads.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { referenceFile } from './global-setup.ts';
import { dist } from '../paths.ts';

export type TF = typeof import('@tensorflow/tfjs');
type Tensor = import('@tensorflow/tfjs').Tensor;
export type { Tensor };

interface Built {
  tf: TF;
  startCpu(options: { dist: string; threads?: number }): Promise<unknown>;
  startWebGpu(options: { dist: string; software: boolean }): Promise<unknown>;
}

const load = createRequire(import.meta.url);
const { DLNB_TEST_DEVICE: name = 'cpu', DLNB_TEST_THREADS: threads } = process.env;

const starters: Record<string, (built: Built) => Promise<unknown>> = {
  cpu: ({ startCpu }) => startCpu({ dist, ...(threads ? { threads: Number(threads) } : {}) }),
  webgpu: ({ startWebGpu }) => startWebGpu({ dist, software: true }),
  // TensorFlow.js's own, to tell faults of a device from faults of a gradient
  'stock-cpu': ({ tf }) => tf.setBackend('cpu'),
};

async function start(): Promise<TF> {
  const starter = starters[name];
  if (!starter) throw new Error(`DLNB_TEST_DEVICE=${name}: there are ${Object.keys(starters).join(', ')}`);
  const built = load(join(dist, 'tf.js')) as Built;
  await starter(built);
  return built.tf;
}

/** The name of the device under test. */
export const device = name;
export const tf = await start();
export const reference = (load(referenceFile) as { tf: TF }).tf;
