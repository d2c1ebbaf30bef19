// `tf.spectral.irfft` of any rank. This module replaces tfjs-core's (modules.js).
import * as tf from '@tensorflow/tfjs-core';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { irfft as stockIrfft } from '@tensorflow/tfjs-core/dist/ops/spectral/irfft';

function irfft_(input: tf.Tensor): tf.Tensor {
  const bins = input.shape.at(-1)!;
  const y = stockIrfft(tf.reshape(input, [input.size / bins, bins]));
  return tf.reshape(y, [...input.shape.slice(0, -1), y.shape.at(-1)!]);
}
/** `tf.spectral.irfft`: [..., bins] → [..., 2 (bins − 1)]. TensorFlow.js adds an axis to a vector. */
export const irfft = op({ irfft_ });
