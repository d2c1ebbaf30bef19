// The measured process of the device `cpu`: one op kernel of the built library. Argument: the folder of the build.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TF from '@tensorflow/tfjs';
import type * as Library from '../../../kernel/tensors/index.ts';
import { serve } from '../cpu/serve.ts';
import { prepareOp } from './prepare.ts';

const dist = process.argv[2]!;
const library = createRequire(join(dist, 'tf.js'))('./tf.js') as typeof Library;

let device: ReturnType<typeof library.startCpu> | undefined;

void serve(async (work, threads) => {
  device ??= library.startCpu({ dist, threads });
  const { detail } = await device;
  return prepareOp(library.tf as unknown as typeof TF, work, detail);
});
