// Convolutions and their gradients.
import type * as tf from '@tensorflow/tfjs-core';
import { fused, isBias } from './activation.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { geometryOf, type ConvAttrs, type Geometry } from '../../geometry.ts';
import { setShape } from './shape.ts';

/** Addresses and numbers. */
type N = number;

// All after `setShape`
declare module '../program.ts' {
  interface Exports {
    convWorkBytes(k: N, n: N): N;
    conv2d(x: N, w: N, y: N, bias: N, work: N, padded: N, relu: boolean): void;
    conv2dBackpropInput(dy: N, w: N, dx: N, work: N, padded: N): void;
    filterChunks(): N;
    conv2dBackpropFilter(x: N, dy: N, dw: N, work: N): void;
    convFewWorkBytes(): N;
    conv2dFew(x: N, w: N, y: N, bias: N, work: N, relu: boolean): void;
    inputRowsWorkBytes(): N;
    conv2dBackpropInputRows(dy: N, w: N, dx: N, work: N): void;
    winogradWorkBytes(inDepth: N, outDepth: N): N;
    winogradFilterBytes(inDepth: N, outDepth: N): N;
    winogradConv2d(x: N, w: N, y: N, bias: N, work: N, adjoint: boolean, relu: boolean): void;
    winogradFilter(x: N, dy: N, dw: N, work: N): void;
    winogradInput(dy: N, w: N, dx: N, work: N): void;
  }
}

/** Undefined where that is left to the JavaScript op kernel. */
function geometry(xShape: number[], filterShape: number[], attrs: Record<string, unknown>): Geometry | undefined {
  const c = geometryOf(xShape, filterShape, attrs as unknown as ConvAttrs, false);
  // Working memory of a thread holds a row of the result
  if (!c || c.outWidth * (c.outChannels + 8) * 4 > 2 ** 21 || c.filterHeight * c.filterWidth > 2 ** 12)
    return undefined;
  return c;
}

const isFloat = (...tensors: tf.TensorInfo[]) => tensors.every((t) => t.dtype === 'float32');

/** A 1 × 1 convolution of stride 1 is a matrix product of pixels and filter. */
const isPointwise = (c: Geometry) =>
  c.filterHeight === 1 &&
  c.filterWidth === 1 &&
  c.strideHeight === 1 &&
  c.strideWidth === 1 &&
  c.outHeight === c.inHeight &&
  c.outWidth === c.inWidth;

/**
 * Whether Winograd's algorithm is the faster one: with few pixels its transformations of the filter cost more than they save, and its
 * tiles of 4 × 4 pixels waste too much of a tiny image.
 */
function isWinograd(c: Geometry): boolean {
  return (
    c.filterHeight === 3 &&
    c.filterWidth === 3 &&
    c.strideHeight === 1 &&
    c.strideWidth === 1 &&
    c.dilationHeight === 1 &&
    c.dilationWidth === 1 &&
    c.inChannels % 4 === 0 &&
    c.outChannels % 4 === 0 &&
    c.inChannels >= 8 &&
    c.outChannels >= 8 &&
    c.inChannels <= 512 &&
    c.outChannels <= 512 &&
    c.outHeight >= 3 &&
    c.outWidth >= 3 &&
    c.batchSize * c.outHeight * c.outWidth >= 256
  );
}

/** With fewer images they are not work enough for all threads, one image after the other. */
const FEW_IMAGES = 8;
/** How many of Winograd's tiles an image has. */
const tiles = (height: number, width: number) => Math.ceil(height / 4) * Math.ceil(width / 4);

/** With more channels than that, looking at the image's borders costs little beside the work itself. */
const PADDED_DEPTH = 32;

/**
 * Pixels of a row of the image that is read, with the padding that a filter moving by single pixels looks at on both sides: `before`, and
 * `after` from the last one on. 0 where copying the image so does not pay, or nothing lies outside.
 */
function paddedWidth(c: Geometry, width: number, depth: number, before: number, after: number): number {
  if (c.strideWidth !== 1 || c.dilationWidth !== 1 || c.filterWidth === 1 || depth > PADDED_DEPTH) return 0;
  if (before < 0 || (before === 0 && after <= 0)) return 0;
  return before + width + Math.max(0, after);
}

/** So few results a pixel are computed for several pixels at a time: they fill a tile. */
const FEW_RESULTS = 6;

/**
 * Whether that pays: the last tile of a row may be filled badly, and the image is copied.
 */
function isFew(c: Geometry): boolean {
  return (
    c.strideWidth === 1 &&
    c.dilationWidth === 1 &&
    c.padInfo.left < c.filterWidth &&
    c.outChannels <= FEW_RESULTS &&
    (c.inChannels > 1 || c.outChannels <= 4) &&
    c.outWidth >= 7 &&
    c.filterHeight * Math.min(c.filterWidth, c.inChannels) <= 1024
  );
}

/**
 * Whether the gradient of the image is made row by row: for few channels, which alone would not fill a tile, and where most pixels of the
 * image are met by no more than one tap.
 */
function isByRows(c: Geometry): boolean {
  const sparse = c.strideWidth >= c.filterWidth && c.strideHeight >= c.filterHeight;
  return (
    c.dilationWidth === 1 &&
    c.filterHeight <= 64 &&
    c.filterWidth * c.inChannels <= 1024 &&
    (c.inChannels <= FEW_RESULTS || sparse)
  );
}

function convolve({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
  if (!isFloat(x, filter) || x.shape.length !== 4) return undefined;
  const c = geometry(x.shape, filter.shape, attrs);
  if (!c || c.inChannels !== filter.shape[2]) return undefined;
  if (!isBias(bias, c.outChannels)) return undefined;
  const y = backend.output([c.batchSize, c.outHeight, c.outWidth, c.outChannels], 'float32');
  if (c.batchSize * c.outHeight * c.outWidth * c.outChannels === 0) return y;
  const { exports } = backend.program;
  const [xs, ws, ys] = [x, filter, y].map((t) => backend.address(t)) as [number, number, number];
  const bs = bias ? backend.address(bias) : 0;
  const relu = attrs['activation'] === 'relu';
  if (isPointwise(c)) {
    const pixels = c.batchSize * c.outHeight * c.outWidth;
    exports.matMul(xs, ws, ys, bs, 1, pixels, c.outChannels, c.inChannels, false, false, false, false, relu);
    return y;
  }
  setShape(backend, c);
  if (isWinograd(c)) {
    const bytes = exports.winogradWorkBytes(c.inChannels, c.outChannels);
    backend.withMemory(bytes, [y], (work) => exports.winogradConv2d(xs, ws, ys, bs, work, false, relu));
    return y;
  }
  if (isFew(c)) {
    backend.withMemory(exports.convFewWorkBytes(), [y], (work) => exports.conv2dFew(xs, ws, ys, bs, work, relu));
    return y;
  }
  const { left } = c.padInfo;
  const width = paddedWidth(c, c.inWidth, c.inChannels, left, c.outWidth + c.filterWidth - 1 - left - c.inWidth);
  const copy = 4 * c.batchSize * c.inHeight * width * c.inChannels;
  const bytes = exports.convWorkBytes(c.inChannels, c.outChannels) + copy;
  backend.withMemory(bytes, [y], (work) => exports.conv2d(xs, ws, ys, bs, work, width, relu));
  return y;
}

export const convolution: Record<string, OpKernel> = {
  Conv2D: convolve,

  FusedConv2D: fused(convolve),

  Conv2DBackpropInput: ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    if (!isFloat(dy, filter) || dy.shape.length !== 4) return undefined;
    const inputShape = attrs['inputShape'] as number[];
    const c = geometry(inputShape, filter.shape, attrs);
    // A transposed convolution may ask for an image that no convolution would make dy's size of
    if (!c || dy.shape[1] !== c.outHeight || dy.shape[2] !== c.outWidth) return undefined;
    const dx = backend.output(inputShape, 'float32');
    if (inputShape.includes(0)) return dx;
    const { exports } = backend.program;
    const [dys, ws, dxs] = [dy, filter, dx].map((t) => backend.address(t)) as [number, number, number];
    if (isPointwise(c)) {
      const pixels = c.batchSize * c.outHeight * c.outWidth;
      exports.matMul(dys, ws, dxs, 0, 1, pixels, c.inChannels, c.outChannels, false, false, false, true, false);
      return dx;
    }
    setShape(backend, c);
    if (isWinograd(c)) {
      const byTiles = c.batchSize >= FEW_IMAGES && tiles(c.outHeight, c.outWidth) < tiles(c.inHeight, c.inWidth);
      backend.withMemory(exports.winogradWorkBytes(c.outChannels, c.inChannels), [dx], (work) => {
        if (byTiles) exports.winogradInput(dys, ws, dxs, work);
        else exports.winogradConv2d(dys, ws, dxs, 0, work, true, false);
      });
      return dx;
    }
    if (isByRows(c)) {
      const bytes = exports.inputRowsWorkBytes();
      backend.withMemory(bytes, [dx], (work) => exports.conv2dBackpropInputRows(dys, ws, dxs, work));
      return dx;
    }
    const { left } = c.padInfo;
    const width = paddedWidth(c, c.outWidth, c.outChannels, c.filterWidth - 1 - left, c.inWidth + left - c.outWidth);
    const copy = 4 * c.batchSize * c.outHeight * width * c.outChannels;
    const bytes = exports.convWorkBytes(c.outChannels, c.inChannels) + copy;
    backend.withMemory(bytes, [dx], (work) => exports.conv2dBackpropInput(dys, ws, dxs, work, width));
    return dx;
  },

  Conv2DBackpropFilter: ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    if (!isFloat(x, dy) || x.shape.length !== 4) return undefined;
    const filterShape = attrs['filterShape'] as number[];
    const c = geometry(x.shape, filterShape, attrs);
    if (!c || dy.shape[1] !== c.outHeight || dy.shape[2] !== c.outWidth) return undefined;
    const dw = backend.output(filterShape, 'float32');
    if (filterShape.includes(0)) return dw;
    if (dy.shape.includes(0)) {
      const at = backend.address(dw) >>> 2;
      backend.floats().fill(0, at, at + filterShape.reduce((a, b) => a * b));
      return dw;
    }
    const { exports } = backend.program;
    const [xs, dys, dws] = [x, dy, dw].map((t) => backend.address(t)) as [number, number, number];
    if (isPointwise(c)) {
      const pixels = c.batchSize * c.outHeight * c.outWidth;
      exports.matMul(xs, dys, dws, 0, 1, c.inChannels, c.outChannels, pixels, false, false, true, false, false);
      return dw;
    }
    setShape(backend, c);
    if (isWinograd(c)) {
      const bytes = exports.winogradFilterBytes(c.inChannels, c.outChannels);
      backend.withMemory(bytes, [dw], (work) => exports.winogradFilter(xs, dys, dws, work));
      return dw;
    }
    const columns = (c.outChannels + 7) & ~7;
    const bytes = 4 * columns * c.filterHeight * c.filterWidth * c.inChannels * exports.filterChunks();
    backend.withMemory(bytes, [dw], (work) => exports.conv2dBackpropFilter(xs, dys, dws, work));
    return dw;
  },
};
