// The kernel's device `webgpu`, from its sources, on the machine's adapter.
import { startWebGpu } from '../../../kernel/tensors/backends/webgpu/index.ts';
import { differentOnPurpose } from '../exceptions.ts';
import type { Device, DeviceOptions } from '../specs.ts';

const exceptions = {
  ...differentOnPurpose('webgpu'),
  'gather webgpu {} throws when index is out of bound':
    'a program in WGSL cannot raise an error, and the spec "fills with zero when index is out of bound" asks for zeros of a backend of this name',
};

export async function start({ dist, hardware = false }: DeviceOptions): Promise<Device> {
  const { detail } = await startWebGpu({ dist, software: !hardware });
  return { backendName: 'webgpu', isDataSync: false, detail, exceptions };
}
