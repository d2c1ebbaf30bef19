// The library of cells: TensorFlow.js with what is ours. A bundle of its own (dist/tf.js), loaded when a cell first
// imports it.
//
// A function is ours in one of five ways:
// 1. It takes the place of TensorFlow.js's, or is new, in what is exported here: `all` below.
// 2. Its module is replaced while bundling, by replaced/modules.js: `fused.conv2d` and `fused.matMul`, `randomUniform`,
//    `randomNormal`, `truncatedNormal` and `dropout`, how values become tensors, the geometry of convolutions, `conv1d`,
//    checks of arguments; losses, metrics and the computation of models of `tf.layers`.
// 3. Its gradient is registered over TensorFlow.js's: gradients/, and in fused/ those that op kernels of ours compute.
// 4. Methods are replaced: those of the engine and of optimizers (engine/), updates of optimizers
//    (fused/optimizers.ts), `call` of LSTM and normalization layers (fused/), `fit`, `evaluate` and their like (layers/,
//    engine/compile-step.ts), `toString` and `print` of tensors (printing.ts).
// 5. It is an entry in a table of TensorFlow.js's: op kernels of devices (backends/), the activations `gelu` and
//    `logSoftmax` (fused/), losses and metrics of `compile` (layers/), `tf.train.adamw`, `lion` and
//    `compileStep`, and addresses `file://` (files.ts). What 3 to 5 install is listed in parts.ts; the op kernels that
//    only we have are in ops.ts.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as layers from '@tensorflow/tfjs-layers';
import * as converter from '@tensorflow/tfjs-converter';
import { version_data } from '@tensorflow/tfjs-data';

import * as cpu from './backends/cpu/index.ts';
import * as cuda from './backends/cuda/index.ts';
import * as webgpu from './backends/webgpu/index.ts';
import { checkMethodCalls } from './calls/methods.ts';
import { withCheckedCalls } from './calls/named.ts';
import { withCheckedSpaces } from './calls/spaces.ts';
import { collectTensors } from './engine/install.ts';
import { logSoftmax, softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './fused/losses.ts';
import { AdamWOptimizer, LionOptimizer } from './fused/optimizers.ts';
import { decode } from './image.ts';
import { callbacks, metrics } from './layers/exports.ts';
import * as checked from './layers/options.ts';
import { parts } from './parts.ts';
import { print } from './printing.ts';
import { copyRegisteredKernels, registerBackend, registerGradient, registerKernel, setBackend } from './registry.ts';

export {
  beginCell,
  callBeforeEachKernel,
  collectTensors,
  engineState,
  idleEngine,
  restoreEngine,
} from './engine/install.ts';

const { version_core } = tf;
const own = {
  ...tf,
  ...layers,
  ...converter,
  ...checked,
  AdamWOptimizer,
  LionOptimizer,
  image: { ...tf.image, decode },
  logSoftmax,
  callbacks,
  metrics,
  losses: { ...tf.losses, softmaxCrossEntropy, sparseSoftmaxCrossEntropy },
  print,
  registerKernel,
  copyRegisteredKernels,
  registerGradient,
  registerBackend,
  setBackend,
  version: {
    'tfjs-core': version_core,
    'tfjs-layers': layers.version_layers,
    'tfjs-data': version_data,
    'tfjs-converter': converter.version_converter,
    tfjs: version_core,
  },
};
const all = withCheckedSpaces(withCheckedCalls(own));
export { all as tf };
export { isOn, peekValues } from './peek.ts';
export { seedRandom } from './random-source.ts';

for (const install of parts) install();
// Over what the parts have installed
checkMethodCalls();

/** Starts the device `cpu`. When its memory is full, tensors that nothing refers to are freed before an op fails. */
export async function startCpu(options: cpu.CpuOptions): Promise<cpu.CpuDevice> {
  const device = await cpu.startCpu(options);
  device.backend.whenFull = collectTensors;
  return device;
}

export interface WebGpuOptions extends webgpu.WebGpuOptions {
  /** Called when the graphics card had no memory for a tensor. */
  outOfMemory?: (reason: string) => void;
}

/**
 * Starts the device `webgpu`. It reports that its memory is full only after the op: tensors that nothing refers to are
 * then freed for the next ops.
 * @throws Error whose message is the reason why the device is not available
 */
export async function startWebGpu({ outOfMemory, ...options }: WebGpuOptions): Promise<webgpu.WebGpuDevice> {
  const started = await webgpu.startWebGpu(options);
  // The backend "cpu" runs the ops that the card has no op kernel for; at its first one it would recommend another
  // package
  Object.assign(tf.findBackend('cpu'), { firstUse: false });
  const { backend, detail } = started;
  backend.device.addEventListener('uncapturederror', ({ error }) => {
    if (error.constructor.name !== 'GPUOutOfMemoryError') return;
    collectTensors();
    outOfMemory?.('the graphics card has no memory left');
  });
  const slow = `The device "webgpu" is ${detail}: a program on the processor, correct but slower than the device "cpu".`;
  const isSoftware = backend.device.adapterInfo.isFallbackAdapter;
  return { ...started, ...(isSoftware && { notice: slow }) };
}

/**
 * Starts the device `cuda`. It comes with a package that the user installs, which shares this copy of TensorFlow.js.
 */
export function startCuda(options: Omit<cuda.CudaOptions, 'library'>): Promise<cuda.CudaDevice> {
  return cuda.startCuda({ ...options, library: all });
}
