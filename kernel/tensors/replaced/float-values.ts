// Functions whose values are not whole, as `atan`, `log1p` and `softplus`, of whole numbers and of truth values.
// TensorFlow.js computed some of them in the type of their input, so that atan(1) was 0. Here they are of float32, as
// those always are that TensorFlow.js computes in float32. This module replaces tensor_util and tensor_util_env in the
// modules of those ops (modules.js).
import type * as tf from '@tensorflow/tfjs-core';
import { makeTypesMatch as match } from '@tensorflow/tfjs-core/dist/tensor_util';
import { convertToTensor as convert } from './tensor-values.ts';

const asFloat = (x: tf.Tensor): tf.Tensor => (x.dtype === 'int32' || x.dtype === 'bool' ? x.cast('float32') : x);

/** `convertToTensor` that gives whole numbers and truth values as float32. */
export const convertToTensor: typeof convert = ((...args: Parameters<typeof convert>) =>
  asFloat(convert(...args) as tf.Tensor)) as typeof convert;

/** `makeTypesMatch` that gives whole numbers and truth values as float32. */
export const makeTypesMatch: typeof match = ((a: tf.Tensor, b: tf.Tensor) =>
  match(asFloat(a), asFloat(b))) as typeof match;
