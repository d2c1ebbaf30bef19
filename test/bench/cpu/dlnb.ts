// The measured process of the device `cpu`: loads the built library as the kernel does. Argument: the folder of the
// build.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Library from '../../../kernel/tensors/index.ts';
import { serve } from './serve.ts';
import { composedOps, prepareTf, type TF } from './tf-works.ts';

const dist = process.argv[2]!;
const library = createRequire(join(dist, 'tf.js'))('./tf.js') as typeof Library;

void serve(async (work, threads) => {
  const { detail } = await library.startCpu({ dist, threads });
  const tf = library.tf as unknown as TF;
  return { ...(await prepareTf(tf, work, { ...composedOps(tf) })), about: detail };
});
