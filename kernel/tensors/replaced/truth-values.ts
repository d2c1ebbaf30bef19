// Arithmetic of truth values whose result is whole: `add`, `addN`, `sub`, `neg`, `matMul` and scans. TensorFlow.js computes it
// in bytes that stand for truth values, so that 2 and 255 came out as "bool", and products of matrices were cut to a
// byte. Here true is the int32 1, as in sums of truth values. This module replaces tensor_util and tensor_util_env in
// the modules of those ops (modules.js); truth-quotients.ts is the same for results that need not be whole.
import type * as tf from '@tensorflow/tfjs-core';
import { makeTypesMatch as match } from '@tensorflow/tfjs-core/dist/tensor_util';
import { convertToTensor as convert } from './tensor-values.ts';

/** `convertToTensor` that gives truth values as numbers of a type. */
export const convertingTo = (dtype: 'int32' | 'float32'): typeof convert =>
  ((...args: Parameters<typeof convert>) => {
    const x = convert(...args) as tf.Tensor;
    return x.dtype === 'bool' ? x.cast(dtype) : x;
  }) as typeof convert;

/** `makeTypesMatch` that gives two tensors of truth values as numbers of a type. */
export const matchingTo = (dtype: 'int32' | 'float32'): typeof match =>
  ((a: tf.Tensor, b: tf.Tensor) =>
    a.dtype === 'bool' && b.dtype === 'bool' ? [a.cast(dtype), b.cast(dtype)] : match(a, b)) as typeof match;

export const convertToTensor = convertingTo('int32');
export const makeTypesMatch = matchingTo('int32');
