// TensorFlow.js's own WebGPU backend on Dawn, unchanged, to compare our device `webgpu` with.
import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu';
import '@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels';
import { createGpu } from '../../../kernel/tensors/backends/webgpu/dawn.ts';
import type { Device, DeviceOptions } from '../specs.ts';

export async function start({ dist, dawn }: DeviceOptions & { dawn?: string[] }): Promise<Device> {
  const gpu = createGpu(dist, dawn);
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('there is no adapter');
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } =
    adapter.limits;
  const requiredLimits = {
    maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
  };
  const device = await adapter.requestDevice({ requiredLimits });
  tf.registerBackend('webgpu', () => new WebGPUBackend(device as never, adapter.info as never));
  await tf.setBackend('webgpu');
  return { backendName: 'webgpu', isDataSync: false, detail: `tfjs-backend-webgpu, ${adapter.info.description}` };
}
