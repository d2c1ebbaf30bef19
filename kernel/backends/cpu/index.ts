// The device `cpu`: TensorFlow.js's own WASM backend (SIMD, one thread), with every op kernel that it lacks, or has wrong, made good.
// The convolution's gradients are WASM convolutions, max pooling's is here; what is left, and what the WASM
// op kernels get wrong, runs through the stock JavaScript backend.
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths, version_wasm, type BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import path from 'node:path';
import { route } from './route.ts';
import { conv2DBackpropFilter, conv2DBackpropInput } from './conv.ts';
import { maxPoolGrad } from './pool.ts';

const NAME = 'wasm';
/**
 * Starts the device and makes it the engine's backend.
 * @param wasmDir folder with tfjs-backend-wasm's `.wasm` files
 * @returns what it is, for people
 * @throws Error when WebAssembly cannot be started
 */
export async function startCpu(wasmDir: string): Promise<string> {
  setWasmPaths(wasmDir + path.sep);
  const started = await withoutProcessListeners(() => tf.setBackend(NAME));
  if (!started) throw new Error('The device "cpu" cannot be started: tfjs-backend-wasm did not initialise.');
  await tf.ready();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const input = tf.getKernel('Conv2DBackpropInput', NAME).kernelFunc;
  const own = new Map<string, tf.KernelFunc>([
    ['Conv2DBackpropFilter', conv2DBackpropFilter],
    ['Conv2DBackpropInput', conv2DBackpropInput(input)],
    ['MaxPoolGrad', maxPoolGrad],
    ['Identity', identity],
  ]);
  const stock = new MathBackendCPU();
  (stock as unknown as { firstUse: boolean }).firstUse = false; // it would advertise tfjs-node in the cell
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    const theirs = tf.getKernel(kernelName, NAME);
    const wasm = own.get(kernelName) ?? theirs?.kernelFunc;
    if (theirs) tf.unregisterKernel(kernelName, NAME);
    tf.registerKernel({
      ...theirs,
      kernelName,
      backendName: NAME,
      kernelFunc: route(kernelName, wasm, kernelFunc, stock),
    });
  }
  return `tfjs-backend-wasm ${version_wasm}${simd ? ', SIMD' : ''}, 1 thread`;
}

/** Emscripten's start-up code has the process end at any uncaught error; what `start` adds to the process is taken off again. */
async function withoutProcessListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = new Map(events.map((e) => [e, new Set(process.listeners(e as 'exit'))]));
  try {
    return await start();
  } finally {
    for (const e of events) {
      for (const listener of process.listeners(e as 'exit'))
        if (!before.get(e)!.has(listener)) process.off(e, listener);
    }
  }
}

/**
 * A clone shares its original's memory, as on every other backend of TensorFlow.js; the WASM backend's own copies. What is saved for the
 * backward pass is cloned, and gradients of TensorFlow.js rely on a clone to outlive its own disposal (`logSigmoid`).
 */
const identity: tf.KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs;
  (backend as unknown as BackendWasm).incRef(x!.dataId);
  return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype };
};
