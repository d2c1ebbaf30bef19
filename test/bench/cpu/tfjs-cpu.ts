// The measured process of TensorFlow.js's own JavaScript backend.
import * as tf from '@tensorflow/tfjs';
import { serve } from './serve.ts';
import { prepareTf } from './tf-works.ts';

void serve(async (work) => {
  await tf.setBackend('cpu');
  return { ...(await prepareTf(tf, work)), about: `TensorFlow.js ${tf.version.tfjs}, backend cpu, 1 thread` };
});
