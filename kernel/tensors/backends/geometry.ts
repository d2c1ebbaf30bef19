// The geometry of convolutions, as op kernels of every device need it.
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

/** The numbers of a convolution; undefined where the channels are not last. */
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
