// TensorFlow.js 4.22 without our library, on its own JavaScript backend: shows which specs of 3.9 it fails itself.
import * as tf from '@tensorflow/tfjs-core';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import type { Device, DeviceOptions } from '../../conformance/specs.ts';
import type { Peer } from '../bundle.mts';
import { stockExceptions } from '../exceptions.mts';

export async function start(_: DeviceOptions, peer: Peer): Promise<Device> {
  await tf.setBackend('cpu');
  const detail = `TensorFlow.js ${tf.version_core}, tfjs-backend-cpu ${version_cpu}`;
  return { backendName: 'cpu', isDataSync: true, detail, exceptions: stockExceptions(peer) };
}
