// The measured process of @tensorflow/tfjs-node-gpu, from the folder that is its argument.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../cpu/serve.ts';
import { prepareTf, type TF } from '../cpu/tf-works.ts';

const require = createRequire(join(process.argv[2]!, 'notebook.dlnb'));
// Otherwise it takes all memory of the card
process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
// Node 23 has removed them
Object.assign(require('node:util') as object, {
  isArray: (x: unknown) => Array.isArray(x),
  isNullOrUndefined: (x: unknown) => x == null,
});

void serve(async (work) => {
  const tf = require('@tensorflow/tfjs-node-gpu') as TF;
  await tf.ready();
  return { ...(await prepareTf(tf, work)), about: `tfjs-node-gpu ${tf.version.tfjs}, backend ${tf.getBackend()}` };
});
