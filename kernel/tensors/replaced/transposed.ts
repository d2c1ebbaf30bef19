// The gradients of convolutions with respect to their input, as `tf.conv2dTranspose` and `tf.conv3dTranspose` call them:
// with a shape of the result that the user chooses. This module replaces tfjs-core's ops/conv2d_backprop_input and
// ops/conv3d_backprop_input there (modules.js), which do not compare that shape with the input, and so read past its end.
import type * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropInput as stock2D } from '@tensorflow/tfjs-core/dist/ops/conv2d_backprop_input';
import { conv3DBackpropInput as stock3D } from '@tensorflow/tfjs-core/dist/ops/conv3d_backprop_input';
import { runningOp } from '../engine/running-op.ts';
import { computeConv2DInfo, computeConv3DInfo } from './conv-util.ts';

type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

const withBatch = (shape: readonly number[], rank: number) => (shape.length === rank - 1 ? [1, ...shape] : [...shape]);

function check(result: readonly number[], x: readonly number[], wanted: readonly number[]): void {
  if (wanted.every((n, i) => n === x[i])) return;
  throw new Error(
    `${runningOp('convTranspose')}: the output shape [${result.join(', ')}] takes an input [${wanted.join(', ')}] ` +
      `with this kernel, strides and padding, but the input is [${x.join(', ')}].`,
  );
}

/** As tfjs-core's; shapes [batch, height, width, channels] or without batch. */
export const conv2DBackpropInput: typeof stock2D = (...args) => {
  const [xShape, dy, filter, strides, pad, dataFormat = 'NHWC', rounding] = args;
  if (xShape.length === dy.rank && filter.rank === 4 && (dy.rank === 3 || dy.rank === 4) && dataFormat === 'NHWC') {
    const [shape, input] = [withBatch(xShape, 4) as Four, withBatch(dy.shape, 4)];
    const info = computeConv2DInfo(shape, filter.shape, strides, 1, pad, rounding, false, 'channelsLast');
    check(xShape, input, info.outShape);
  }
  return stock2D(...args);
};

/** As tfjs-core's; shapes [batch, depth, height, width, channels] or without batch. */
export const conv3DBackpropInput: typeof stock3D = (...args) => {
  const [xShape, dy, filter, strides, pad] = args;
  if (xShape.length === dy.rank && filter.rank === 5 && (dy.rank === 4 || dy.rank === 5)) {
    const [shape, input] = [withBatch(xShape, 5) as Five, withBatch((dy as tf.Tensor).shape, 5)];
    check(xShape, input, computeConv3DInfo(shape, filter.shape, strides, 1, pad).outShape);
  }
  return stock3D(...args);
};
