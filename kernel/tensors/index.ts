// The kernel's own copy of TensorFlow.js, a bundle of its own that is loaded when a cell first imports it.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as layers from '@tensorflow/tfjs-layers';
import * as converter from '@tensorflow/tfjs-converter';
import * as data from '@tensorflow/tfjs-data';

import { valuesNow, withValues, type TensorReads } from '../outputs/tensor/read.ts';
import { MAX_PRINTED, type TensorLike } from '../outputs/tensor/values.ts';
import * as cpu from './backends/cpu/index.ts';
import * as cuda from './backends/cuda/index.ts';
import * as webgpu from './backends/webgpu/index.ts';
import { collectTensors, installEngine } from './engine/install.ts';
import { registerFiles } from './files.ts';
import { correctGradients } from './gradients/index.ts';
import { fuseActivations, gelu } from './fused/activations.ts';
import { gradientsOfFusedOps } from './replaced/fused-ops.ts';
import { fuseLosses, logSoftmax, softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './fused/losses.ts';
import { batchNormTrain, fuseNormalization, layerNorm } from './fused/normalization.ts';
import { fuseReductions } from './fused/reductions.ts';
import { fuseLstm } from './fused/recurrent.ts';
import { compileFit, compileStep } from './engine/compile-step.ts';
import { AdamWOptimizer, LionOptimizer, extendOptimizers } from './fused/optimizers.ts';

export { compileStep } from './engine/compile-step.ts';
export { callBeforeEachKernel, collectTensors, engineState, idleEngine, restoreEngine } from './engine/install.ts';

const { version_core } = tf;
const all = {
  ...tf,
  ...layers,
  ...converter,
  data,
  AdamWOptimizer,
  LionOptimizer,
  logSoftmax,
  losses: { ...tf.losses, softmaxCrossEntropy },
  version: {
    'tfjs-core': version_core,
    'tfjs-layers': layers.version_layers,
    'tfjs-data': data.version_data,
    'tfjs-converter': converter.version_converter,
    tfjs: version_core,
  },
};
export { all as tf };

/** What TensorFlow.js does not have as functions. */
export const nn = { batchNormTrain, gelu, layerNorm, logSoftmax, sparseSoftmaxCrossEntropy };

installEngine();
correctGradients();
fuseActivations();
gradientsOfFusedOps();
fuseReductions();
fuseLosses();
fuseNormalization();
fuseLstm();
extendOptimizers();
Object.assign(tf.train, { compileStep });
compileFit();
registerFiles();

// The bundle renames classes of the same name; console.log shows a layer under its own
for (const [layer] of Object.values(tf.serialization.SerializationMap.getMap().classNameMap))
  if (layer.name === `${layer.className}${layer.name.slice(-1)}`)
    Object.defineProperty(layer, 'name', { value: layer.className });

// A tensor in console.log, or inside another value, is one line or a few, not the engine's internals; also where its values have to be waited for
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');
Object.defineProperty(tf.Tensor.prototype, inspectSymbol, {
  configurable: true,
  value(this: tf.Tensor, _depth: number, options?: { tensors?: TensorReads }) {
    const head = `Tensor ${this.dtype} [${this.shape.join(', ')}]`;
    const read = options?.tensors?.values.get(this);
    if (!read && this.isDisposed) return `${head} (disposed)`;
    if (this.size > MAX_PRINTED) return head;
    const data = read ?? valuesNow(this as object as TensorLike);
    if (data)
      return `${head}\n${withValues(this, data)
        .toString()
        .replace(/^Tensor\n/, '')}`;
    options?.tensors?.missing.add(this as object as TensorLike);
    return `${head} (${whereabouts()})`;
  },
});

/** Where values are that are not here. */
const whereabouts = () => `values on ${tf.getBackend()}: await x.data()`;

const { toString } = tf.Tensor.prototype;
tf.Tensor.prototype.toString = function (verbose) {
  const data = valuesNow(this as object as TensorLike);
  if (data) return toString.call(withValues(this, data), verbose);
  return `Tensor\n    ${this.dtype} [${this.shape.join(', ')}] (${whereabouts()})`;
};

const { print } = tf;
/** As TensorFlow.js prints it; where its values have to be waited for, as `console.log` does. */
all.print = function (x, verbose) {
  if (valuesNow(x as object as TensorLike)) print(x, verbose);
  else console.log(x);
};
tf.Tensor.prototype.print = function (verbose) {
  all.print(this, verbose);
};

/** Starts the device `cpu`; when its memory is full, tensors that nothing refers to are freed before it gives up. */
export async function startCpu(options: cpu.CpuOptions): Promise<cpu.CpuDevice> {
  const device = await cpu.startCpu(options);
  device.backend.whenFull = collectTensors;
  return device;
}

export interface WebGpuOptions extends webgpu.WebGpuOptions {
  /** Hears that the graphics card had no memory for a tensor. */
  outOfMemory?: (reason: string) => void;
}

/**
 * Starts the device `webgpu`. It says later that its memory is full, when the op has gone on: then tensors that nothing refers to are
 * freed for the next ones.
 * @throws Error whose message is the reason why there is no such device here
 */
export async function startWebGpu({ outOfMemory, ...options }: WebGpuOptions): Promise<webgpu.WebGpuDevice> {
  const started = await webgpu.startWebGpu(options);
  // The backend "cpu" computes what the graphics card has no op kernel for; at its first op it would recommend another package
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

/** Starts the device `cuda`, which comes with a package of the user's that shares this copy of TensorFlow.js. */
export function startCuda(options: Omit<cuda.CudaOptions, 'library'>): Promise<cuda.CudaDevice> {
  return cuda.startCuda({ ...options, library: all });
}
