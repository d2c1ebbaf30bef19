// TensorFlow.js's own JavaScript backend, for reference: a spec that fails here too is not our fault.
import * as tf from '@tensorflow/tfjs-core';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import type { Device } from '../specs.ts';

export async function start(): Promise<Device> {
  await tf.setBackend('cpu');
  return { backendName: 'cpu', isDataSync: true, detail: `tfjs-backend-cpu ${version_cpu}` };
}
