// Convolutions and their gradients. Each is computed in one of several ways, chosen by its geometry; the first that
// applies is taken: a matrix product, Winograd's algorithm, a way for few channels, the general one.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { ConvArgs, Exports, MatMulArgs } from '../exports.ts';
import { fused, isBias } from './activation.ts';
import { channelsFirst } from './channels-first.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { geometryOf, type ConvAttrs, type Geometry } from '../../geometry.ts';
import { shapeOf } from './shape.ts';

/** Bytes of a row of the result, with its edges, that the scratch memory of a thread has room for. */
const ROW_BYTES = 2 ** 21;
/** Taps of a filter that the scratch memory has room for: each has an entry in a table. */
const TAPS = 2 ** 12;
/** The program writes results in groups of eight channels: the last group may reach this far beyond a row. */
const GROUP = 8;

/** Undefined where that is left to the JavaScript op kernel. */
function geometry(xShape: number[], filterShape: number[], attrs: Record<string, unknown>): Geometry | undefined {
  const c = geometryOf(xShape, filterShape, attrs as unknown as ConvAttrs, false);
  if (!c || c.outWidth * (c.outChannels + GROUP) * 4 > ROW_BYTES || c.filterHeight * c.filterWidth > TAPS)
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
 * Winograd's algorithm works on vectors of four channels; with fewer than two vectors its transformations cost more
 * than they save.
 */
const WINOGRAD_MULTIPLE = 4;
const WINOGRAD_LEAST_CHANNELS = 8;
/** With more channels the blocks of transformed tiles would not fit into the scratch memory of a thread. */
const WINOGRAD_MOST_CHANNELS = 512;
/** Its tiles of 4 × 4 pixels waste too much of a smaller image. */
const WINOGRAD_LEAST_SIDE = 3;
/** With fewer pixels the transformations of the filter cost more than they save. */
const WINOGRAD_LEAST_PIXELS = 256;

const fitsWinograd = (channels: number) =>
  channels % WINOGRAD_MULTIPLE === 0 && channels >= WINOGRAD_LEAST_CHANNELS && channels <= WINOGRAD_MOST_CHANNELS;

/** Whether Winograd's algorithm is possible, and the fastest one. */
const isWinograd = (c: Geometry) =>
  c.filterHeight === 3 &&
  c.filterWidth === 3 &&
  c.strideHeight === 1 &&
  c.strideWidth === 1 &&
  c.dilationHeight === 1 &&
  c.dilationWidth === 1 &&
  fitsWinograd(c.inChannels) &&
  fitsWinograd(c.outChannels) &&
  c.outHeight >= WINOGRAD_LEAST_SIDE &&
  c.outWidth >= WINOGRAD_LEAST_SIDE &&
  c.batchSize * c.outHeight * c.outWidth >= WINOGRAD_LEAST_PIXELS;

/** With more channels, looking at the image's borders costs little beside the work itself. */
const PADDED_DEPTH = 32;

/**
 * An image that is read: pixels of a row, channels, and how many pixels a filter reads before a row and after its end.
 */
interface Source {
  width: number;
  depth: number;
  before: number;
  after: number;
}

/**
 * Pixels of a row of the image with its padding, for filters that move by single pixels. 0 where copying the image so
 * does not pay, or nothing lies outside.
 */
function paddedWidth(c: Geometry, { width, depth, before, after }: Source): number {
  if (c.strideWidth !== 1 || c.dilationWidth !== 1 || c.filterWidth === 1 || depth > PADDED_DEPTH) return 0;
  if (before < 0 || (before === 0 && after <= 0)) return 0;
  return before + width + Math.max(0, after);
}

/**
 * At most this many results a pixel are computed for several pixels at a time: together they fill a tile of six rows.
 */
const FEW_RESULTS = 6;
/** With a single channel the general way is faster from this many results on. */
const FEW_RESULTS_OF_ONE_CHANNEL = 4;
/** A row that is shorter fills a tile of eight pixels badly. */
const FEW_LEAST_WIDTH = 7;
/** Segments of a tile that its table in scratch memory has room for. */
const SEGMENTS = 1024;

/** Whether the way for few results pays: the last tile of a row may be filled badly, and the image is copied. */
const isFew = (c: Geometry) =>
  c.strideWidth === 1 &&
  c.dilationWidth === 1 &&
  c.padInfo.left < c.filterWidth &&
  c.outChannels <= FEW_RESULTS &&
  (c.inChannels > 1 || c.outChannels <= FEW_RESULTS_OF_ONE_CHANNEL) &&
  c.outWidth >= FEW_LEAST_WIDTH &&
  c.filterHeight * Math.min(c.filterWidth, c.inChannels) <= SEGMENTS;

/** Rows of a filter, and numbers of one, that the scratch memory has room for when gradients are made row by row. */
const ROW_TAPS = 64;
const ROW_NUMBERS = 1024;

/**
 * Whether the gradient of the image is made row by row: for few channels, which alone would not fill a tile, and where
 * most pixels of the image are met by no more than one tap.
 */
function isByRows(c: Geometry): boolean {
  const sparse = c.strideWidth >= c.filterWidth && c.strideHeight >= c.filterHeight;
  return (
    c.dilationWidth === 1 &&
    c.filterHeight <= ROW_TAPS &&
    c.filterWidth * c.inChannels <= ROW_NUMBERS &&
    (c.inChannels <= FEW_RESULTS || sparse)
  );
}

type Names<Function> = { [Name in keyof Exports]: Exports[Name] extends Function ? Name : never }[keyof Exports];
/** A way to compute: the function that says how many bytes of working memory it needs, and the one that computes. */
type Way = [bytes: Names<(args: ConvArgs) => number>, run: Names<(args: ConvArgs) => void>];

/** A convolution or one of its gradients, as the ways to compute it. */
interface Direction {
  /** As a matrix product of pixels [pixels, channels] and filter [inChannels, outChannels]. */
  product: (c: Geometry, pixels: number, args: ConvArgs) => Partial<MatMulArgs> & Product;
  winograd: Way;
  /** The way for few channels, and when it is taken. */
  few?: { way: Way; applies: (c: Geometry) => boolean };
  general: Way;
  /** `padded` of the general way; 0 by default. */
  padded?: (c: Geometry) => number;
}
type Product = Pick<MatMulArgs, 'a' | 'b' | 'c' | 'm' | 'n' | 'k'>;

const forward: Direction = {
  product: (c, pixels, { x, w, y }) => ({ a: x, b: w, c: y, m: pixels, n: c.outChannels, k: c.inChannels }),
  winograd: ['winogradWorkBytes', 'winogradConv2d'],
  few: { way: ['convFewWorkBytes', 'conv2dFew'], applies: isFew },
  general: ['convWorkBytes', 'conv2d'],
  padded: (c) => {
    const before = c.padInfo.left;
    const after = c.outWidth + c.filterWidth - 1 - before - c.inWidth;
    return paddedWidth(c, { width: c.inWidth, depth: c.inChannels, before, after });
  },
};

const backpropInput: Direction = {
  product: (c, pixels, { x, w, y }) => ({
    ...{ a: y, b: w, c: x, m: pixels, n: c.inChannels, k: c.outChannels },
    transposeB: true,
  }),
  winograd: ['winogradInputWorkBytes', 'winogradBackpropInput'],
  few: { way: ['convInputRowsWorkBytes', 'conv2dBackpropInputRows'], applies: isByRows },
  general: ['convInputWorkBytes', 'conv2dBackpropInput'],
  padded: (c) => {
    const { left } = c.padInfo;
    const after = c.inWidth + left - c.outWidth;
    return paddedWidth(c, { width: c.outWidth, depth: c.outChannels, before: c.filterWidth - 1 - left, after });
  },
};

const backpropFilter: Direction = {
  product: (c, pixels, { x, w, y }) => ({
    ...{ a: x, b: y, c: w, m: c.inChannels, n: c.outChannels, k: pixels },
    transposeA: true,
  }),
  winograd: ['winogradFilterWorkBytes', 'winogradBackpropFilter'],
  general: ['convFilterWorkBytes', 'conv2dBackpropFilter'],
};

/**
 * The tensors of a convolution or of a gradient: the image, the filter and the result, or the gradients with respect to
 * these.
 */
interface Tensors {
  x: tf.TensorInfo;
  w: tf.TensorInfo;
  y: tf.TensorInfo;
  bias?: tf.TensorInfo | undefined;
  relu?: boolean;
}

/** Computes `result`, which is one of the tensors, the first way that applies. */
function compute(
  backend: CpuBackend,
  c: Geometry,
  direction: Direction,
  tensors: Tensors,
  result: tf.TensorInfo,
): tf.TensorInfo {
  const { exports } = backend.program;
  const { bias, relu = false } = tensors;
  const args: ConvArgs = {
    shape: shapeOf(c),
    x: backend.address(tensors.x),
    w: backend.address(tensors.w),
    y: backend.address(tensors.y),
    bias: bias ? backend.address(bias) : 0,
    work: 0,
    padded: 0,
    relu,
  };
  if (isPointwise(c)) {
    const pixels = c.batchSize * c.outHeight * c.outWidth;
    const one = { batch: 1, aBatch: false, bBatch: false, transposeA: false, transposeB: false };
    exports.matMul({ ...one, bias: args.bias, relu, ...direction.product(c, pixels, args) });
    return result;
  }
  let way = direction.general;
  if (isWinograd(c)) way = direction.winograd;
  else if (direction.few?.applies(c)) ({ way } = direction.few);
  else args.padded = direction.padded?.(c) ?? 0;
  const [bytes, run] = way;
  return backend.withMemory(exports[bytes](args), [result], (work) => {
    args.work = work;
    exports[run](args);
    return result;
  });
}

function convolve({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
  if (!isFloat(x, filter) || x.shape.length !== 4) return undefined;
  const c = geometry(x.shape, filter.shape, attrs);
  if (!c || c.inChannels !== filter.shape[2]) return undefined;
  if (!isBias(bias, c.outChannels)) return undefined;
  const y = backend.output([c.batchSize, c.outHeight, c.outWidth, c.outChannels], 'float32');
  if (c.batchSize * c.outHeight * c.outWidth * c.outChannels === 0) return y;
  return compute(backend, c, forward, { x, w: filter, y, bias, relu: attrs['activation'] === 'relu' }, y);
}

export const convolution: Record<string, OpKernel> = {
  Conv2D: channelsFirst(['x'], convolve),

  FusedConv2D: channelsFirst(['x'], fused(convolve)),

  Conv2DBackpropInput: channelsFirst(['dy'], ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    if (!isFloat(dy, filter) || dy.shape.length !== 4) return undefined;
    const inputShape = attrs['inputShape'] as number[];
    const c = geometry(inputShape, filter.shape, attrs);
    // A transposed convolution may ask for an image that no convolution turns into one of dy's size
    if (!c || dy.shape[1] !== c.outHeight || dy.shape[2] !== c.outWidth) return undefined;
    const dx = backend.output(inputShape, 'float32');
    if (inputShape.includes(0)) return dx;
    return compute(backend, c, backpropInput, { x: dx, w: filter, y: dy }, dx);
  }),

  Conv2DBackpropFilter: channelsFirst(
    ['x', 'dy'],
    ({ inputs, attrs, backend }) => {
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
      return compute(backend, c, backpropFilter, { x, w: dw, y: dy }, dw);
    },
    false,
  ),
};
