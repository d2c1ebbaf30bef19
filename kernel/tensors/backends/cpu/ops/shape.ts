// The geometry of a convolution or pooling, as the WebAssembly program takes it.
import type { Geometry } from '../../geometry.ts';
import type { ConvShape } from '../exports.ts';

export function shapeOf(info: Geometry): ConvShape {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inDepth: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outDepth: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}
