// The measured process of TensorFlow.js's own JavaScript backend: one op kernel.
import * as tf from '@tensorflow/tfjs';
import { serve } from '../cpu/serve.ts';
import { prepareOp } from './prepare.ts';

void serve(async (work) => {
  await tf.setBackend('cpu');
  const about = `TensorFlow.js ${tf.version.tfjs}, backend cpu, 1 thread`;
  return prepareOp(tf, work, about);
});
