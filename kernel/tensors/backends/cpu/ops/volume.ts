// The geometry of convolutions and pooling of volumes, as the WebAssembly program takes it.
import type * as tf from '@tensorflow/tfjs-core';
import type { VolumeShape } from '../exports.ts';

export type Volume = ReturnType<typeof tf.backend_util.computeConv3DInfo>;

/** @param channels of what is read */
export function volumeShape(info: Volume, channels: number): VolumeShape {
  return {
    batch: info.batchSize,
    inDepth: info.inDepth,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    channels,
    outDepth: info.outDepth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterDepth: info.filterDepth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideZ: info.strideDepth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationZ: info.dilationDepth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    front: info.padInfo.front,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}
