// `tf.softmax` and `tf.logSoftmax` along any axis. This module replaces two of tfjs-core's (modules.js), which take the
// last axis only.
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { logSoftmax as stockLogSoftmax } from '@tensorflow/tfjs-core/dist/ops/log_softmax';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { softmax as stockSoftmax } from '@tensorflow/tfjs-core/dist/ops/softmax';
import { transpose } from '@tensorflow/tfjs-core/dist/ops/transpose';
import { convertToTensor } from '@tensorflow/tfjs-core/dist/tensor_util_env';
import { isTensor } from '../engine/is-tensor.ts';

/**
 * Runs a function of the last axis along another one.
 * @throws Error if x is a scalar or has no such axis
 */
export function alongAxis(name: string, x: Tensor, axis: number, along: (x: Tensor) => Tensor): Tensor {
  const { rank } = x;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new Error(
      `${name}: ${rank === 0 ? 'a scalar has no axis' : `x [${x.shape}] has no axis ${axis}; axes are ${-rank} to ${rank - 1}`}`,
    );
  const from = axis < 0 ? axis + rank : axis;
  if (from === rank - 1) return along(x);
  // The axis and the last one change places, which is its own inverse
  const order = [...x.shape.keys()].with(from, rank - 1).with(rank - 1, from);
  return transpose(along(transpose(x, order)), order);
}

/** Whether the axis is the last one of a tensor, which needs nothing but TensorFlow.js's function. */
const isLast = (x: unknown, axis: number): x is Tensor =>
  isTensor(x) && x.rank > 0 && (axis === -1 || axis === x.rank - 1);

function softmax_(logits: Tensor | TensorLike, dim = -1): Tensor {
  const x = convertToTensor(logits, 'logits', 'softmax', 'float32');
  return alongAxis('softmax', x, dim, (x) => stockSoftmax(x));
}
const softmaxAlong = op({ softmax_ });

/** `tf.softmax`. */
export function softmax(logits: Tensor | TensorLike, dim = -1): Tensor {
  return isLast(logits, dim) ? stockSoftmax(logits) : softmaxAlong(logits, dim);
}

function logSoftmax_(logits: Tensor | TensorLike, axis = -1): Tensor {
  const x = convertToTensor(logits, 'logits', 'logSoftmax');
  return alongAxis('logSoftmax', x, axis, (x) => stockLogSoftmax(x));
}
const logSoftmaxAlong = op({ logSoftmax_ });

/** `tf.logSoftmax`. */
export function logSoftmax(logits: Tensor | TensorLike, axis = -1): Tensor {
  return isLast(logits, axis) ? stockLogSoftmax(logits) : logSoftmaxAlong(logits, axis);
}
