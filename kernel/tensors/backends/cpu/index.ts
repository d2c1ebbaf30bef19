// The device `cpu`: TensorFlow.js's JavaScript backend on WebAssembly memory, with SIMD op kernels on several threads.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { MAX_THREADS } from '../../../wire/limits.ts';
import type { KernelOptions } from '../../../wire/options.ts';
import { CpuBackend } from './backend.ts';
import type { OpCall, OpKernel } from './op-kernel.ts';
import { opKernels } from './ops/index.ts';
import { physicalCores, startProgram } from './program.ts';

const NAME = 'cpu';
const GIGABYTE = 2 ** 30;

export interface CpuOptions extends Pick<KernelOptions, 'threads'> {
  /** Folder with the built programs: `wasm/cpu-*.wasm` and `cpu-worker.js`. */
  dist: string;
  /** Bytes that all tensors may take; at most 4 GiB, the default. */
  limit?: number | undefined;
}

export interface CpuDevice {
  /** A description for users. */
  detail: string;
  /** A message for the user, to be shown once. */
  notice?: string;
  backend: CpuBackend;
}

/**
 * Starts the device and makes it the engine's backend, under the name of the JavaScript one whose place it takes.
 * @throws Error when WebAssembly cannot be started
 */
export async function startCpu({ dist, threads, limit = 4 * GIGABYTE }: CpuOptions): Promise<CpuDevice> {
  const wanted = Math.min(threads ?? physicalCores(), MAX_THREADS);
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new Error(`The device "cpu" takes 1 to ${MAX_THREADS} threads, not ${wanted}.`);
  const program = await startProgram(dist, wanted);
  const backend = new CpuBackend(program, limit);
  const stock = tf.getKernelsForBackend(NAME);
  tf.removeBackend(NAME);
  for (const { kernelName } of tf.getKernelsForBackend(NAME)) tf.unregisterKernel(kernelName, NAME);
  tf.registerBackend(NAME, () => backend, 1);
  for (const config of stock) {
    const ours = opKernels[config.kernelName];
    const theirs: tf.KernelFunc = (call) => (call.backend as CpuBackend).runStock(config.kernelFunc, call);
    tf.registerKernel({ ...config, kernelFunc: ours ? preferring(ours, theirs) : theirs });
  }
  const known = new Set(stock.map((k) => k.kernelName));
  for (const [kernelName, ours] of Object.entries(opKernels)) {
    if (known.has(kernelName)) continue;
    const missing = () => {
      throw new Error(`${kernelName}: the device "cpu" has no op kernel for such inputs.`);
    };
    tf.registerKernel({ kernelName, backendName: NAME, kernelFunc: preferring(ours, missing) });
  }
  await tf.setBackend(NAME);
  const { relaxed, notice } = program;
  const cores = `${program.threads} thread${program.threads > 1 ? 's' : ''}`;
  return {
    detail: `WebAssembly, ${relaxed ? 'relaxed SIMD' : 'SIMD'}, ${cores}`,
    ...(notice ? { notice } : {}),
    backend,
  };
}

function preferring(ours: OpKernel, stock: tf.KernelFunc): tf.KernelFunc {
  return (call) => ours((call.attrs ? call : { ...call, attrs: {} }) as OpCall) ?? stock(call);
}
