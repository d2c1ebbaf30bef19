// `tf.pool` with dilation and padding. This module replaces tfjs-core's ops/pool (modules.js): where windows are
// dilated, that one leaves out numeric padding, and takes the padding of `same` for zeros among the numbers.
import * as tf from '@tensorflow/tfjs-core';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { pool as stockPool } from '@tensorflow/tfjs-core/dist/ops/pool';
import { convertToTensor } from '@tensorflow/tfjs-core/dist/tensor_util_env';

type Call = typeof stockPool;
type Pair = [number, number];
type Pad = Parameters<Call>[3];

const pool_ = ((input, windowShape, type, pad, dilations, strides, rounding) => {
  const isPlain = [dilations ?? 1].flat().every((d) => d === 1);
  if (isPlain || pad === 'valid' || pad === 0)
    return stockPool(input, windowShape, type, pad, dilations, strides, rounding);
  const given = convertToTensor(input, 'input', 'pool') as tf.Tensor4D;
  const isBatch = given.rank === 4;
  const x = isBatch ? given : (tf.expandDims(given, 0) as tf.Tensor4D);
  // It checks sizes and padding, and stock below that strides are 1
  const info = tf.backend_util.computePool2DInfo(x.shape, windowShape, strides ?? 1, dilations!, pad, rounding);
  const paddings: Pair[] = [[0, 0], ...sides(pad, info), [0, 0]];
  const valid = (t: tf.Tensor4D) => stockPool(t, windowShape, type, 'valid', dilations, strides, rounding);
  let y: tf.Tensor4D;
  if (type === 'max') y = valid(tf.pad(x, paddings, x.dtype === 'int32' ? -(2 ** 31) : -Infinity));
  else {
    // The mean of what is not padding
    const ones = tf.ones([1, info.inHeight, info.inWidth, 1]) as tf.Tensor4D;
    y = tf.div(valid(tf.pad(x, paddings)), valid(tf.pad(ones, paddings)));
  }
  return isBatch ? y : tf.squeeze(y, [0]);
}) as Call;

/** Padding before and after along height and width. */
function sides(pad: Pad, { padInfo, ...info }: ReturnType<typeof tf.backend_util.computePool2DInfo>): [Pair, Pair] {
  if (pad !== 'same')
    return [
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
    ];
  // As without dilation: one more at the end where the number is odd
  const ofAxis = (size: number): Pair => [(size - 1) >> 1, size >> 1];
  return [ofAxis(info.effectiveFilterHeight), ofAxis(info.effectiveFilterWidth)];
}

/**
 * `tf.pool`: the maximum or mean of windows whose elements are `dilations` apart; input [batch, height, width, channels]
 * or [height, width, channels]. Padding is part of neither.
 * @throws Error if the window does not fit into the padded input, or neither strides nor dilations are 1
 */
export const pool: Call = op({ pool_ });
