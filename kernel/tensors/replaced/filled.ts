// `tf.zeros`, `tf.ones` and `tf.fill`. This module replaces three of tfjs-core's (modules.js). Two of those fill an array
// of JavaScript first: gigabytes of it, and a minute of time, before a device can say that the tensor is too large. Here
// the device fills large tensors itself.
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { complex } from '@tensorflow/tfjs-core/dist/ops/complex';
import { fill as stockFill } from '@tensorflow/tfjs-core/dist/ops/fill';
import { ones as stockOnes } from '@tensorflow/tfjs-core/dist/ops/ones';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { zeros as stockZeros } from '@tensorflow/tfjs-core/dist/ops/zeros';
import { assertNonNegativeIntegerDimensions } from './util-base.ts';

/** Elements from which on a tensor is filled by the device. */
const LARGE = 2 ** 20;

/** Whether a shape, which may be anything, has that many. */
function isLarge(shape: unknown): shape is number[] {
  if (!Array.isArray(shape)) return false;
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number;
  return size >= LARGE;
}

/** `op` gives the errors of the device the name of the function. */
const large = {
  fill: op({ fill_: stockFill }),
  zeros: op({ zeros_: (shape: number[], dtype: DataType): Tensor => filled(shape, 0, dtype) }),
  ones: op({ ones_: (shape: number[], dtype: DataType): Tensor => filled(shape, 1, dtype) }),
};

function filled(shape: number[], value: number, dtype: DataType): Tensor {
  assertNonNegativeIntegerDimensions(shape);
  if (dtype !== 'complex64') return stockFill(shape as [number], value, dtype as 'float32');
  return complex(filled(shape, value, 'float32'), filled(shape, 0, 'float32'));
}

/** `tf.zeros`. */
export const zeros = ((shape: number[], dtype: DataType = 'float32') =>
  isLarge(shape) && dtype !== 'string'
    ? large.zeros(shape, dtype)
    : stockZeros(shape as never, dtype as 'float32')) as typeof stockZeros;

/** `tf.ones`. */
export const ones = ((shape: number[], dtype: DataType = 'float32') =>
  isLarge(shape) && dtype !== 'string'
    ? large.ones(shape, dtype)
    : stockOnes(shape as never, dtype as 'float32')) as typeof stockOnes;

/** `tf.fill`. */
export const fill: typeof stockFill = (shape, value, dtype) =>
  isLarge(shape) ? large.fill(shape, value, dtype) : stockFill(shape, value, dtype);
