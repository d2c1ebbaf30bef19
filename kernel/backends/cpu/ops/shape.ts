// The geometry of a convolution or pooling, handed to the WebAssembly program.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';

type Four = [number, number, number, number];

declare module '../program.ts' {
  interface Exports {
    /** batch; height, width and depth of the image and of the result; those of the filter; strides, dilations, top, left */
    convShape(...geometry: [...Four, ...Four, ...Four, number, number, number]): void;
  }
}

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

/** To be called right before each call of the program that says "After `convShape`". */
export function setShape({ program }: CpuBackend, info: Geometry): void {
  program.exports.convShape(
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.outChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
  );
}
