// The device `webgpu`: TensorFlow.js's WebGPU op kernels on Dawn, on a backend of our own. Our own op kernels replace
// those that are slow or wrong; ops that have no WebGPU op kernel run on the processor.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu';
import '@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels';
import { WebGpuBackend } from './backend.ts';
import { createGpu } from './dawn.ts';
import { isOnHost, onHost } from './host.ts';
import { preferHost } from './ops/corrections.ts';
import { corrections, opKernels } from './ops/index.ts';

const NAME = 'webgpu';
/** Higher than that of the backend `cpu`, as in tfjs-backend-webgpu. */
const PRIORITY = 3;
/** TensorFlow.js's op kernels for the processor, before the device `cpu` replaces them. */
const hostKernels = tf.getKernelsForBackend('cpu');

export interface WebGpuOptions {
  /** Folder of the build, which has Dawn. */
  dist: string;
  /** Whether an adapter may be a program on the processor: correct but slow, for tests. */
  software?: boolean;
  /** Dawn's options, such as `backend=null`, which computes nothing, for measurements. */
  dawn?: string[];
}

export interface WebGpuDevice {
  /** Names the device to the user. */
  detail: string;
  /** To be told to the user once. */
  notice?: string;
  backend: WebGpuBackend;
  /** Resolves with the reason when the device is lost. */
  lost: Promise<string>;
}

/** Names an adapter to the user. */
export function describeAdapter({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an unnamed graphics card';
}

/**
 * Starts the device and makes it the engine's backend.
 * @throws Error whose message tells the user why there is no such device here
 */
export async function startWebGpu({ dist, software = false, dawn = [] }: WebGpuOptions): Promise<WebGpuDevice> {
  const gpu = createGpu(dist, dawn);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error(`no graphics card with a ${driverName()} driver was found`);
  const { info } = adapter;
  const name = describeAdapter(info);
  if (info.isFallbackAdapter && !software)
    throw new Error(`the only adapter is ${name}, a program on the processor, which is slower than the device cpu`);
  const device = await adapter.requestDevice(wanted(adapter));
  const backend = new WebGpuBackend(device, info);
  const lost = device.lost.then(({ message, reason }) => {
    const why = message || reason;
    backend.lose(
      new Error(
        `The graphics card was lost (${why}). What was on it is gone; other variables are as they were. ` +
          'Restart the kernel, or restart it on the device "cpu".',
      ),
    );
    return why;
  });
  device.addEventListener('uncapturederror', ({ error }) => backend.fail(faultOf(error)));
  register(backend);
  await tf.setBackend(NAME);
  return { detail: info.isFallbackAdapter ? `${name}, in software` : name, backend, lost };
}

const driverName = () =>
  process.platform === 'darwin' ? 'Metal' : process.platform === 'win32' ? 'Direct3D 12' : 'Vulkan';

/** Asks for the adapter's own features and limits: otherwise WebGPU gives the least that it guarantees. */
function wanted({ features, limits }: GPUAdapter): GPUDeviceDescriptor {
  const names = [
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxComputeWorkgroupSizeX',
    'maxComputeWorkgroupSizeY',
    'maxComputeInvocationsPerWorkgroup',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxBufferSize',
  ] as const;
  return {
    requiredFeatures: (['shader-f16', 'subgroups', 'timestamp-query'] as const).filter((f) => features.has(f)),
    requiredLimits: Object.fromEntries(names.map((name) => [name, limits[name]])),
  };
}

function faultOf(error: GPUError): Error {
  const isFull = error.constructor.name === 'GPUOutOfMemoryError';
  return new Error(
    isFull
      ? 'The graphics card has no memory left. Use smaller batches or a smaller model, close programs that use the card, or choose the ' +
          `device "cpu"; restart the kernel first. (${error.message})`
      : `The graphics card refused a command, which is a fault in DLNB: ${error.message}`,
  );
}

function register(backend: WebGpuBackend): void {
  tf.registerBackend(NAME, () => backend, PRIORITY);
  const set = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (tf.getKernel(kernelName, NAME)) tf.unregisterKernel(kernelName, NAME);
    tf.registerKernel({ kernelName, backendName: NAME, kernelFunc });
  };
  for (const { kernelName, kernelFunc } of hostKernels) {
    const stock = tf.getKernel(kernelName, NAME)?.kernelFunc;
    const host = onHost(kernelName, kernelFunc);
    if (!stock) set(kernelName, host);
    else if (preferHost.has(kernelName)) set(kernelName, (call) => (isOnHost(call) ? host : stock)(call));
  }
  for (const [kernelName, correct] of Object.entries(corrections)) {
    const stock = tf.getKernel(kernelName, NAME)!.kernelFunc;
    set(kernelName, (call) => correct(call as never, stock as never));
  }
  for (const [kernelName, ours] of Object.entries(opKernels)) {
    const stock = tf.getKernel(kernelName, NAME)?.kernelFunc;
    set(kernelName, (call) => {
      const out = ours({
        inputs: call.inputs as tf.NamedTensorInfoMap,
        attrs: (call.attrs ?? {}) as Record<string, unknown>,
        backend: call.backend as WebGpuBackend,
      });
      if (out) return out;
      if (!stock) throw new Error(`${kernelName}: the device "webgpu" has no op kernel for these inputs.`);
      return stock(call);
    });
  }
}
