// The kernel's device `cpu`, from its sources, with the WebAssembly and the worker of the build.
import '@tensorflow/tfjs-backend-cpu';
import { startCpu } from '../../../kernel/tensors/backends/cpu/index.ts';
import { differentOnPurpose } from '../exceptions.ts';
import type { Device, DeviceOptions } from '../specs.ts';

export async function start(options: DeviceOptions): Promise<Device> {
  const { detail } = await startCpu(options);
  return { backendName: 'cpu', isDataSync: true, detail, exceptions: differentOnPurpose('cpu') };
}
