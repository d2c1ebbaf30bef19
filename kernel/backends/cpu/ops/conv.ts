// Convolutions and their gradients.
import * as tf from '@tensorflow/tfjs-core';
import { activate, isActivation, type ActivationAttrs } from './activation.ts';
import type { OpCall, OpKernel } from './index.ts';

/** batch, inHeight, inWidth, inDepth, outHeight, outWidth, outDepth, filterHeight, filterWidth, strides, dilations, top, left */
type Geometry = [
  ...[number, number, number, number, number, number, number],
  ...[number, number, number, number, number, number, number, number],
];

/** As `Geometry`, of the stride and the dilation only those along y; and of the dilation only. */
type Few = [...FewSizes, strideY: number, dilationY: number, top: number, left: number];
type InputRows = [...FewSizes, strideY: number, strideX: number, dilationY: number, top: number, left: number];
type FewSizes = [number, number, number, number, number, number, number, number, number];

/** batch, height, width and depth of the input and of the output, top, left */
type Sizes = [number, number, number, number, number, number, number, number, number];
type WinogradArgs = [x: number, w: number, y: number, bias: number, work: number, ...Sizes];
type WinogradFilterArgs = [x: number, dy: number, dw: number, work: number, ...Sizes];

declare module '../program.ts' {
  interface Exports {
    convWorkBytes(taps: number, filterWidth: number, k: number, n: number): number;
    filterChunks(rows: number): number;
    conv2d(
      x: number,
      w: number,
      y: number,
      bias: number,
      work: number,
      ...geometry: [...Geometry, number, boolean]
    ): void;
    conv2dBackpropInput(dy: number, w: number, dx: number, work: number, ...geometry: [...Geometry, number]): void;
    conv2dBackpropFilter(x: number, dy: number, dw: number, work: number, ...geometry: Geometry): void;
    convFewWorkBytes(rows: number, width: number, k: number, filterHeight: number, filterWidth: number): number;
    conv2dFew(...args: [x: number, w: number, y: number, bias: number, work: number, ...Few, relu: boolean]): void;
    inputRowsWorkBytes(filterHeight: number, filterWidth: number, inDepth: number, outDepth: number): number;
    conv2dBackpropInputRows(dy: number, w: number, dx: number, work: number, ...geometry: InputRows): void;
    winogradWorkBytes(inDepth: number, outDepth: number): number;
    winogradFilterBytes(inDepth: number, outDepth: number): number;
    winogradConv2d(...args: [...WinogradArgs, flip: boolean, relu: boolean]): void;
    winogradFilter(...args: WinogradFilterArgs): void;
    winogradInput(dy: number, w: number, dx: number, work: number, ...sizes: Sizes): void;
  }
}

type Shape4D = [number, number, number, number];

interface ConvAttrs extends ActivationAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The numbers of a convolution; undefined where the channels are not last. */
function geometry(xShape: number[], filterShape: number[], attrs: Record<string, unknown>): Conv | undefined {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as unknown as ConvAttrs;
  if (dataFormat && dataFormat !== 'NHWC') return undefined;
  const info = tf.backend_util.computeConv2DInfo(
    xShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  // Working memory of a thread holds a row of the result
  if (info.outWidth * (info.outChannels + 8) * 4 > 2 ** 21 || info.filterHeight * info.filterWidth > 2 ** 12)
    return undefined;
  return info;
}

type Conv = tf.backend_util.Conv2DInfo;

const numbers = (c: Conv): Geometry => [
  c.batchSize,
  c.inHeight,
  c.inWidth,
  c.inChannels,
  c.outHeight,
  c.outWidth,
  c.outChannels,
  c.filterHeight,
  c.filterWidth,
  c.strideHeight,
  c.strideWidth,
  c.dilationHeight,
  c.dilationWidth,
  c.padInfo.top,
  c.padInfo.left,
];

const isFloat = (...tensors: tf.TensorInfo[]) => tensors.every((t) => t.dtype === 'float32');

/** A 1 × 1 convolution of stride 1 is a matrix product of pixels and filter. */
const isPointwise = (c: Conv) =>
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
function isWinograd(c: Conv): boolean {
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
function paddedWidth(c: Conv, width: number, depth: number, before: number, after: number): number {
  if (c.strideWidth !== 1 || c.dilationWidth !== 1 || c.filterWidth === 1 || depth > PADDED_DEPTH) return 0;
  if (before < 0 || (before === 0 && after <= 0)) return 0;
  return before + width + Math.max(0, after);
}

const sizes = (c: Conv): FewSizes => [
  c.batchSize,
  c.inHeight,
  c.inWidth,
  c.inChannels,
  c.outHeight,
  c.outWidth,
  c.outChannels,
  c.filterHeight,
  c.filterWidth,
];

/** So few results a pixel are computed for several pixels at a time: they fill a tile. */
const FEW_RESULTS = 6;

/**
 * Whether that pays: the last tile of a row may be filled badly, and the image is copied.
 */
function isFew(c: Conv): boolean {
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
function isByRows(c: Conv): boolean {
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
  if (bias && (bias.dtype !== 'float32' || bias.shape.length !== 1 || bias.shape[0] !== c.outChannels))
    return undefined;
  const y = backend.output([c.batchSize, c.outHeight, c.outWidth, c.outChannels], 'float32');
  if (c.batchSize * c.outHeight * c.outWidth * c.outChannels === 0) return y;
  const { exports } = backend.program;
  const [xs, ws, ys, bs] = [x, filter, y, bias].map((t) => (t ? backend.address(t) : 0)) as [
    number,
    number,
    number,
    number,
  ];
  const relu = attrs['activation'] === 'relu';
  if (isPointwise(c)) {
    const pixels = c.batchSize * c.outHeight * c.outWidth;
    exports.matMul(xs, ws, ys, bs, 1, pixels, c.outChannels, c.inChannels, false, false, false, false, relu);
    return y;
  }
  if (isWinograd(c)) {
    const { top, left } = c.padInfo;
    backend.withMemory(exports.winogradWorkBytes(c.inChannels, c.outChannels), [y], (work) =>
      exports.winogradConv2d(
        ...([xs, ws, ys, bs, work, c.batchSize] as const),
        ...([c.inHeight, c.inWidth, c.inChannels, c.outHeight, c.outWidth, c.outChannels] as const),
        ...([top, left, false, relu] as const),
      ),
    );
    return y;
  }
  const { top, left } = c.padInfo;
  if (isFew(c)) {
    const { inChannels, outWidth, filterHeight, filterWidth } = c;
    const bytes = exports.convFewWorkBytes(c.batchSize * c.inHeight, outWidth, inChannels, filterHeight, filterWidth);
    backend.withMemory(bytes, [y], (work) =>
      exports.conv2dFew(xs, ws, ys, bs, work, ...sizes(c), c.strideHeight, c.dilationHeight, top, left, relu),
    );
    return y;
  }
  const width = paddedWidth(c, c.inWidth, c.inChannels, left, c.outWidth + c.filterWidth - 1 - left - c.inWidth);
  const bytes =
    exports.convWorkBytes(c.filterHeight * c.filterWidth, c.filterWidth, c.inChannels, c.outChannels) +
    4 * c.batchSize * c.inHeight * width * c.inChannels;
  backend.withMemory(bytes, [y], (work) => exports.conv2d(xs, ws, ys, bs, work, ...numbers(c), width, relu));
  return y;
}

export const convolution: Record<string, OpKernel> = {
  Conv2D: convolve,

  FusedConv2D: (call) => {
    if (!isActivation(call.attrs)) return undefined;
    const y = convolve(call);
    if (!y || call.attrs['activation'] === 'relu') return y;
    return activate(call.backend, y, call.attrs, call.inputs['preluActivationWeights']);
  },

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
    if (isWinograd(c)) {
      const { top, left } = c.padInfo;
      const adjoint = c.batchSize >= FEW_IMAGES && tiles(c.outHeight, c.outWidth) < tiles(c.inHeight, c.inWidth);
      backend.withMemory(exports.winogradWorkBytes(c.outChannels, c.inChannels), [dx], (work) => {
        const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = c;
        const inSizes = [inHeight, inWidth, inChannels] as const;
        const outSizes = [outHeight, outWidth, outChannels] as const;
        if (adjoint) exports.winogradInput(dys, ws, dxs, work, batchSize, ...inSizes, ...outSizes, top, left);
        else {
          const sizes = [...outSizes, ...inSizes, 2 - top, 2 - left] as const;
          exports.winogradConv2d(dys, ws, dxs, 0, work, batchSize, ...sizes, true, false);
        }
      });
      return dx;
    }
    const { top, left } = c.padInfo;
    if (isByRows(c)) {
      const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth, dilationHeight } = c;
      const bytes = exports.inputRowsWorkBytes(filterHeight, filterWidth, inChannels, outChannels);
      const steps = [strideHeight, strideWidth, dilationHeight] as const;
      backend.withMemory(bytes, [dx], (work) =>
        exports.conv2dBackpropInputRows(dys, ws, dxs, work, ...sizes(c), ...steps, top, left),
      );
      return dx;
    }
    const width = paddedWidth(c, c.outWidth, c.outChannels, c.filterWidth - 1 - left, c.inWidth + left - c.outWidth);
    const bytes =
      exports.convWorkBytes(c.filterHeight * c.filterWidth, c.filterWidth, c.outChannels, c.inChannels) +
      4 * c.batchSize * c.outHeight * width * c.outChannels;
    backend.withMemory(bytes, [dx], (work) => exports.conv2dBackpropInput(dys, ws, dxs, work, ...numbers(c), width));
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
    if (isWinograd(c)) {
      const { top, left } = c.padInfo;
      backend.withMemory(exports.winogradFilterBytes(c.inChannels, c.outChannels), [dw], (work) =>
        exports.winogradFilter(
          ...([xs, dys, dws, work, c.batchSize] as const),
          ...([c.inHeight, c.inWidth, c.inChannels, c.outHeight, c.outWidth, c.outChannels] as const),
          ...([top, left] as const),
        ),
      );
      return dw;
    }
    const columns = (c.outChannels + 7) & ~7;
    const chunks = exports.filterChunks(c.batchSize * c.outHeight);
    const bytes = 4 * columns * c.filterHeight * c.filterWidth * c.inChannels * chunks;
    backend.withMemory(bytes, [dw], (work) => exports.conv2dBackpropFilter(xs, dys, dws, work, ...numbers(c)));
    return dw;
  },
};
