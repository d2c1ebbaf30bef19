// The geometry of convolutions, for the op kernels of all devices.
import * as tf from '@tensorflow/tfjs-core';

type Four = [number, number, number, number];

export type Geometry = tf.backend_util.Conv2DInfo;

export interface ConvAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat?: string;
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes, strides and padding of a convolution; undefined for data whose channels are not the last axis. */
export function geometryOf(
  xShape: number[],
  filterShape: number[],
  { strides, pad, dataFormat, dilations, dimRoundingMode }: ConvAttrs,
  depthwise: boolean,
): Geometry | undefined {
  if (dataFormat && dataFormat !== 'NHWC') return undefined;
  const [x, filter] = [xShape as Four, filterShape as Four];
  return tf.backend_util.computeConv2DInfo(x, filter, strides, dilations ?? 1, pad, dimRoundingMode, depthwise);
}
