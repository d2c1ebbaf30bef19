// The measured process of TensorFlow.js's own WebGPU backend on the same Dawn. Its arguments are the folder of the
// build and the adapter.
import * as tf from '@tensorflow/tfjs';
import { start } from '../../conformance/devices/stock-webgpu.ts';
import { serve } from '../cpu/serve.ts';
import { composedOps, prepareTf } from '../cpu/tf-works.ts';
import { dawnOptions, onAdapter, readLater } from './steps.ts';

const [dist, adapter] = process.argv.slice(2) as [string, string];

void serve(async (work) => {
  const { detail } = await start({ dist, dawn: dawnOptions(adapter) });
  const trained = await prepareTf(tf, work, composedOps(tf), readLater);
  const deviceMb = () => (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU! / 1e6;
  return onAdapter(trained, adapter, { about: `${detail}, TensorFlow.js ${tf.version.tfjs}`, deviceMb });
});
