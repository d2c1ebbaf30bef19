// `tf.divNoNan` with a gradient that is 0 where the divisor is, as in TensorFlow. This module replaces tfjs-core's
// ops/div_no_nan (modules.js), which divides by 0 and then chooses the zero: the gradient of the division, 0 / 0, is NaN.
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core/dist/ops/add';
import { cast } from '@tensorflow/tfjs-core/dist/ops/cast';
import { divNoNan as stock } from '@tensorflow/tfjs-core/dist/ops/div_no_nan';
import { div } from '@tensorflow/tfjs-core/dist/ops/div';
import { equal } from '@tensorflow/tfjs-core/dist/ops/equal';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { where } from '@tensorflow/tfjs-core/dist/ops/where';
import { zerosLike } from '@tensorflow/tfjs-core/dist/ops/zeros_like';
import { convertToTensor } from '@tensorflow/tfjs-core/dist/tensor_util_env';
import { recording } from '../engine/call.ts';
import { makeTypesMatch } from './truth-quotients.ts';

function divNoNan_(a: Tensor | TensorLike, b: Tensor | TensorLike): Tensor {
  if (!recording()) return stock(a, b);
  const [x, y] = makeTypesMatch(convertToTensor(a, 'a', 'divNoNan'), convertToTensor(b, 'b', 'divNoNan'));
  // Divided by 1 where the divisor is 0, so that nothing infinite is multiplied by 0
  const isZero = equal(y, zerosLike(y));
  const quotient = div(x, add(y, cast(isZero, y.dtype)));
  return where(equal(y, zerosLike(quotient)), zerosLike(quotient), quotient);
}

/** `tf.divNoNan`: a / b, and 0 where b is 0; shapes that broadcast. */
export const divNoNan = op({ divNoNan_ });
