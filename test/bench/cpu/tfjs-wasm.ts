// The measured process of TensorFlow.js's own WASM backend. Argument: the folder with the backend's `.wasm` files.
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { sep } from 'node:path';
import { serve } from './serve.ts';
import { prepareTf } from './tf-works.ts';

void serve(async (work, threads) => {
  setWasmPaths(process.argv[2]! + sep);
  setThreadsCount(threads); // no effect in Node, where the backend uses the program without threads
  if (!(await tf.setBackend('wasm'))) throw new Error('the backend wasm did not start');
  const threaded = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) as boolean;
  const count = threaded ? getThreadsCount() : 1;
  const about = `TensorFlow.js ${tf.version.tfjs}, backend wasm, ${count} thread${count > 1 ? 's' : ''}`;
  return { ...(await prepareTf(tf, work)), about };
});
