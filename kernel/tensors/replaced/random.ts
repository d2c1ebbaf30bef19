// Random tensors by an op kernel where the device has one. This module replaces four of tfjs-core's (modules.js), which
// draw one number after the other in JavaScript. Calls with a seed are left to those, so that a seed means the same
// numbers on every device.
import * as tf from '@tensorflow/tfjs-core';
import { dropout as stockDropout } from '@tensorflow/tfjs-core/dist/ops/dropout';
import { getNoiseShape } from '@tensorflow/tfjs-core/dist/ops/dropout_util';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { randomNormal as stockNormal } from '@tensorflow/tfjs-core/dist/ops/random_normal';
import { randomUniform as stockUniform } from '@tensorflow/tfjs-core/dist/ops/random_uniform';
import { truncatedNormal as stockTruncated } from '@tensorflow/tfjs-core/dist/ops/truncated_normal';
import { has, run } from '../engine/call.ts';
import { ops, type RandomAttrs } from '../ops.ts';
import { assertNonNegativeIntegerDimensions } from './util-base.ts';

type Shape = readonly number[];

const isDrawn = (dtype: tf.DataType | undefined, seed: unknown) =>
  (dtype ?? 'float32') === 'float32' && seed === undefined && has(ops.Random);

function draw(shape: Shape, kind: RandomAttrs['kind'], a: number, b: number): tf.Tensor {
  assertNonNegativeIntegerDimensions(shape as number[]);
  // From the seed of the session (random-source.ts), or a seeded Math.random of a cell
  const word = () => Math.floor(Math.random() * 2 ** 32) | 0;
  const attrs: RandomAttrs = { shape: [...shape], kind, a, b, seed: [word(), word()] };
  return run(ops.Random, {}, attrs);
}

function randomUniform_(shape: Shape, minval = 0, maxval = 1, dtype: tf.DataType = 'float32', seed?: number | string) {
  if (isDrawn(dtype, seed)) return draw(shape, 'uniform', minval, maxval);
  return stockUniform(shape as number[], minval, maxval, dtype as 'float32', seed);
}
/** `tf.randomUniform`. */
export const randomUniform = op({ randomUniform_ });

function randomNormal_(shape: Shape, mean = 0, stdDev = 1, dtype?: 'float32' | 'int32', seed?: number) {
  if (isDrawn(dtype, seed)) return draw(shape, 'normal', mean, stdDev);
  return stockNormal(shape as number[], mean, stdDev, dtype, seed);
}
/** `tf.randomNormal`. */
export const randomNormal = op({ randomNormal_ });

function truncatedNormal_(shape: Shape, mean = 0, stdDev = 1, dtype?: 'float32' | 'int32', seed?: number) {
  // Otherwise no number would lie in the range, and the search for one would not end
  if (!(mean - 2 * stdDev <= mean + 2 * stdDev))
    throw new Error(
      `truncatedNormal: mean and stdDev must be numbers, stdDev 0 or more; they are ${mean} and ${stdDev}`,
    );
  if (isDrawn(dtype, seed)) return draw(shape, 'truncatedNormal', mean, stdDev);
  return stockTruncated(shape as number[], mean, stdDev, dtype, seed);
}
/** `tf.truncatedNormal`: no number is further than two standard deviations from the mean. */
export const truncatedNormal = op({ truncatedNormal_ });

function dropout_(x: tf.Tensor | tf.TensorLike, rate: number, noiseShape?: number[], seed?: number | string) {
  const isUsual = x instanceof tf.Tensor && isDrawn(x.dtype, seed) && rate > 0 && rate < 1;
  if (!isUsual) return stockDropout(x, rate, noiseShape, seed);
  return tf.mul(x, draw(getNoiseShape(x, noiseShape), 'mask', 1 - rate, 1 / (1 - rate)));
}
/** `tf.dropout`: elements become 0 with probability `rate`, those that stay are divided by 1 − rate. */
export const dropout = op({ dropout_ });
