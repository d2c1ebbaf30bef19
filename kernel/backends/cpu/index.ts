// The device `cpu`: TensorFlow.js's own WASM backend (SIMD, one thread), with every op kernel that it lacks, or has wrong, made good.
// The convolution's gradients are WASM convolutions, max pooling's is here; the rest runs through the stock JavaScript backend.
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths, version_wasm, type BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import path from 'node:path';
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
  const own = new Map<string, tf.KernelFunc>([
    ['Conv2DBackpropFilter', conv2DBackpropFilter],
    ['Conv2DBackpropInput', conv2DBackpropInput(tf.getKernel('Conv2DBackpropInput', NAME).kernelFunc)],
    ['MaxPoolGrad', maxPoolGrad],
  ]);
  for (const [kernelName, kernelFunc] of own) replace(kernelName, kernelFunc);
  const stock = new MathBackendCPU();
  (stock as unknown as { firstUse: boolean }).firstUse = false; // it would advertise tfjs-node in the cell
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (!tf.getKernel(kernelName, NAME)) replace(kernelName, throughStock(kernelName, kernelFunc, stock));
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

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, NAME)) tf.unregisterKernel(kernelName, NAME);
  tf.registerKernel({ kernelName, backendName: NAME, kernelFunc });
}

/** Runs a kernel of the JavaScript backend on tensors of the WASM backend: copied in, copied out. */
function throughStock(kernelName: string, kernel: tf.KernelFunc, stock: MathBackendCPU): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as unknown as BackendWasm;
    const moved: tf.TensorInfo[] = [];
    const move = (t: tf.TensorInfo): tf.TensorInfo => {
      if (t.dtype === 'complex64')
        throw new Error(
          `${kernelName}: the device "cpu" has no complex64 tensors in this version; keep real and imaginary part in two tensors.`,
        );
      const info = stock.makeTensorInfo(
        t.shape,
        t.dtype,
        wasm.readSync(t.dataId) as tf.DataTypeMap[tf.NumericDataType],
      );
      moved.push(info);
      return info;
    };
    const theirs: tf.NamedTensorInfoMap = {};
    for (const [name, t] of Object.entries(inputs)) {
      if (Array.isArray(t)) (theirs as Record<string, unknown>)[name] = (t as tf.TensorInfo[]).map(move);
      else if (t) theirs[name] = move(t);
    }
    const results = kernel({ inputs: theirs, attrs: attrs as tf.NamedAttrMap, backend: stock });
    const list = Array.isArray(results) ? results : [results];
    const ours = list.map((r) => {
      if (r.dtype === 'complex64')
        throw new Error(`${kernelName}: the device "cpu" has no complex64 tensors in this version.`);
      return wasm.makeOutput(r.shape, r.dtype, undefined, stock.readSync(r.dataId));
    });
    for (const t of new Set([...moved, ...list])) stock.disposeData(t.dataId, true);
    return Array.isArray(results) ? ours : ours[0]!;
  };
}
