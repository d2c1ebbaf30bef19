// Our library, from its sources, on the device `cpu`, with the WebAssembly and the worker of the build.
import { startCpu } from '../../../kernel/tensors/index.ts';
import type { Device, DeviceOptions } from '../../conformance/specs.ts';
import type { Peer } from '../bundle.mts';
import { exceptions } from '../exceptions.mts';

export async function start(options: DeviceOptions, peer: Peer): Promise<Device> {
  const { detail } = await startCpu(options);
  return { backendName: 'cpu', isDataSync: true, detail, exceptions: exceptions(peer) };
}
