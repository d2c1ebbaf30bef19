// The geometry of a convolution or pooling, handed to the WebAssembly program.
import type { Geometry } from '../../geometry.ts';
import type { CpuBackend } from '../backend.ts';

type Four = [number, number, number, number];

declare module '../program.ts' {
  interface Exports {
    /** batch; height, width and depth of the image and of the result; those of the filter; strides, dilations, top, left */
    convShape(...geometry: [...Four, ...Four, ...Four, number, number, number]): void;
  }
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
