// The measured process of the device `webgpu`, on the built library as the kernel loads it. Its arguments are the
// folder of the build, the adapter, and `eager` or `replayed`.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import type * as Library from '../../../kernel/tensors/index.ts';
import { serve } from '../cpu/serve.ts';
import { composedOps, prepareTf, reading, type TF } from '../cpu/tf-works.ts';
import { dawnOptions, onAdapter, readLater } from './steps.ts';

const [dist, adapter, mode] = process.argv.slice(2) as [string, string, string];
type Replay = { compileStep?: (step: () => Tensor) => () => Tensor };
const library = createRequire(join(dist, 'tf.js'))('./tf.js') as Replay & Omit<typeof Library, 'compileStep'>;

void serve(async (work) => {
  const tf = library.tf as unknown as TF;
  const { compileStep } = library;
  if (mode === 'replayed' && !compileStep) throw new Error('this build cannot replay: it has no compileStep');
  const { detail, backend } = await library.startWebGpu({
    dist,
    software: adapter !== 'hardware',
    dawn: dawnOptions(adapter),
  });
  const trained = await prepareTf(tf, work, composedOps(tf), readLater);
  if (mode === 'replayed') trained.once = compileStep!(trained.once);
  trained.step = reading(trained.once, readLater);
  const deviceMb = () => backend.memory().numBytesAllocatedInGPU / 1e6;
  return onAdapter(trained, adapter, { about: `${detail}, ${mode}`, deviceMb });
});
