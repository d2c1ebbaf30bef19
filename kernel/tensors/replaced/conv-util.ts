// The geometry of convolutions and poolings, for all devices. This module replaces tfjs-core's ops/conv_util
// (modules.js), which takes the output's width from the height of kernel and stride if the padding is a number, gives
// negative padding in three dimensions where the kernel is smaller than the stride ('same'), and negative sizes where
// the kernel does not fit. Formulas as in TensorFlow, tf.nn.convolution; rounding up as in PyTorch's `ceil_mode`.
import type * as tf from '@tensorflow/tfjs-core';
import type * as stock from '@tensorflow/tfjs-core/dist/ops/conv_util';
import {
  computeConv2DInfo as stockConv2DInfo,
  computeConv3DInfo as stockConv3DInfo,
  computePool2DInfo as stockPool2DInfo,
  convertConv2DDataFormat,
} from '@tensorflow/tfjs-core/dist/ops/conv_util';
import { runningOp } from '../engine/running-op.ts';

export * from '@tensorflow/tfjs-core/dist/ops/conv_util';

type Two = number | [number, number];
type Three = number | [number, number, number];
type Four = [number, number, number, number];
type Five = [number, number, number, number, number];
type Channels = 'channelsFirst' | 'channelsLast';
type Rounding = 'floor' | 'round' | 'ceil';
type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

/** What the axes have in common. */
interface Call {
  inShape: readonly number[];
  /** Sizes of the kernel along the axes, without dilation. */
  kernel: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  pad: Pad;
  rounding: Rounding | undefined;
  format: Channels;
  isPool: boolean;
}

/** How the kernel moves along one axis. */
interface Steps {
  /** Number of positions. */
  out: number;
  before: number;
  after: number;
  /** The kernel's size with dilation. */
  covered: number;
}

/** Devices count in 32 bits. */
const MAX_STEP = 2 ** 31 - 1;

const names: Record<number, readonly string[]> = { 2: ['height', 'width'], 3: ['depth', 'height', 'width'] };

const list = (shape: readonly unknown[]) => `[${shape.join(', ')}]`;

function fail(call: Call, why: string): never {
  const { inShape, kernel, isPool } = call;
  const name = runningOp(isPool ? 'pool' : 'conv');
  throw new Error(
    `${name}: ${why}. The input is ${list(inShape)}, the ${isPool ? 'window' : 'kernel'} ${list(kernel)}.`,
  );
}

/** A number for all axes, or one for each. */
function each(value: number | readonly number[], axes: number): readonly number[] {
  if (typeof value === 'number') return Array<number>(axes).fill(value);
  return value.length > axes ? value.slice(0, axes) : value;
}

function checkNumbers(call: Call): void {
  const { kernel, strides, dilations } = call;
  const parts = { [call.isPool ? 'window' : 'kernel']: kernel, strides, dilations };
  for (const [what, values] of Object.entries(parts))
    if (values.length !== kernel.length || !values.every((n) => Number.isInteger(n) && n > 0))
      fail(call, `${what} ${list(values)} must be ${kernel.length} whole numbers, 1 or more`);
    else if (values.some((n) => n > MAX_STEP)) fail(call, `${what} ${list(values)} must be ${MAX_STEP} at most`);
}

function round(x: number, rounding: Rounding | undefined): number {
  if (rounding === undefined || rounding === null) return Math.trunc(x);
  if (rounding === 'round' || rounding === 'ceil' || rounding === 'floor') return Math[rounding](x);
  throw new Error(`Unknown roundingMode ${rounding as string}: there are 'floor', 'round' and 'ceil'`);
}

/** Padding before and behind the data along one axis; undefined where it follows from the sizes. */
function paddingOf(call: Call, axis: number): readonly [number, number] | undefined {
  const { pad, format } = call;
  if (pad === 'same') return undefined;
  if (pad === 'valid') return [0, 0];
  const both =
    typeof pad === 'number' ? [pad, pad] : Array.isArray(pad) && pad[axis + (format === 'channelsLast' ? 1 : 2)];
  if (!Array.isArray(both))
    throw new Error(`${runningOp('conv')}: Unknown padding parameter: ${pad}. There are 'same', 'valid' and numbers.`);
  if (!both.every((n) => Number.isInteger(n) && n >= 0))
    fail(call, `the padding ${both[0] === both[1] ? both[0] : list(both)} must be a whole number, 0 or more`);
  return both as [number, number];
}

function along(call: Call, axis: number): Steps {
  const size = call.inShape[axis + (call.format === 'channelsLast' ? 1 : 2)]!;
  const [kernel, stride, dilation] = [call.kernel[axis]!, call.strides[axis]!, call.dilations[axis]!];
  const covered = kernel + (kernel - 1) * (dilation - 1);
  const padding = paddingOf(call, axis);
  if (!padding) {
    const out = Math.ceil(size / stride);
    const missing = Math.max(0, (out - 1) * stride + covered - size);
    const before = Math.floor(missing / 2);
    return { out, before, after: missing - before, covered };
  }
  const [before, after] = padding;
  const name = names[call.kernel.length]![axis]!;
  if (call.isPool && (before >= covered || after >= covered))
    fail(call, `padding of ${Math.max(before, after)} leaves windows of ${name} ${covered} with nothing in them`);
  const rounding = call.pad === 'valid' ? undefined : call.rounding;
  let out = round((size - covered + before + after) / stride + 1, rounding);
  // A window that begins behind the data has nothing in it
  if (call.isPool && out > 1 && (out - 1) * stride >= size + before) out--;
  if (!(out > 0)) {
    const padded = before + after > 0 ? ` (${size + before + after} with padding)` : '';
    const dilated = covered > kernel ? ` (${covered} with dilation ${dilation})` : '';
    fail(
      call,
      `the ${call.isPool ? 'window' : 'kernel'} does not fit: its ${name} is ${kernel}${dilated}, ` +
        `that of the input ${size}${padded}; axes are in the order ${orderOf(call)}, and padding 'same' always fits`,
    );
  }
  return { out, before, after, covered };
}

function orderOf({ format, kernel }: Call): string {
  const spatial = names[kernel.length]!.join(', ');
  return format === 'channelsLast' ? `[batch, ${spatial}, channels]` : `[batch, channels, ${spatial}]`;
}

function typeOf(pad: Pad, steps: readonly Steps[]): 'SAME' | 'VALID' | 'NUMBER' | 'EXPLICIT' {
  if (pad === 'same') return 'SAME';
  if (steps.every(({ before, after }) => before === 0 && after === 0)) return 'VALID';
  return typeof pad === 'number' ? 'NUMBER' : 'EXPLICIT';
}

function sizesOf(
  shape: readonly number[],
  format: Channels,
): { batch: number; spatial: readonly number[]; channels: number } {
  if (format === 'channelsLast') return { batch: shape[0]!, spatial: shape.slice(1, -1), channels: shape.at(-1)! };
  if (format === 'channelsFirst') return { batch: shape[0]!, spatial: shape.slice(2), channels: shape[1]! };
  throw new Error(`Unknown dataFormat ${format as string}`);
}

const outShapeOf = (batch: number, steps: readonly Steps[], channels: number, format: Channels): number[] =>
  format === 'channelsLast'
    ? [batch, ...steps.map(({ out }) => out), channels]
    : [batch, channels, ...steps.map(({ out }) => out)];

interface Options {
  strides: number | readonly number[];
  dilations: number | readonly number[];
  pad: Pad;
  rounding: Rounding | null | undefined;
  depthwise: boolean;
  format: Channels;
  isPool: boolean;
}

/** @throws Error if the input has not as many axes as the op is for */
function checkRank(inShape: readonly number[], filterShape: readonly number[], rank: number): void {
  if (inShape.length === rank && filterShape.length === rank) return;
  const [input, filter] = [list(inShape), list(filterShape)];
  throw new Error(
    `${runningOp('conv')}: input and kernel of rank ${rank} are wanted, but they are ${input} and ${filter}.`,
  );
}

function info2D(inShape: Four, filterShape: Four, options: Options): tf.backend_util.Conv2DInfo {
  checkRank(inShape, filterShape, 4);
  const { pad, rounding, depthwise, format, isPool } = options;
  const { batch, spatial, channels } = sizesOf(inShape, format);
  const kernel = filterShape.slice(0, 2);
  const [strides, dilations] = [each(options.strides, 2), each(options.dilations ?? 1, 2)];
  const call: Call = { inShape, kernel, strides, dilations, pad, rounding: rounding ?? undefined, format, isPool };
  checkNumbers(call);
  const steps = [along(call, 0), along(call, 1)] as const;
  const [high, wide] = steps;
  const outChannels = depthwise ? filterShape[3] * channels : filterShape[3];
  return {
    batchSize: batch,
    dataFormat: format,
    inHeight: spatial[0]!,
    inWidth: spatial[1]!,
    inChannels: channels,
    outHeight: high.out,
    outWidth: wide.out,
    outChannels,
    padInfo: { top: high.before, bottom: high.after, left: wide.before, right: wide.after, type: typeOf(pad, steps) },
    strideHeight: strides[0]!,
    strideWidth: strides[1]!,
    filterHeight: kernel[0]!,
    filterWidth: kernel[1]!,
    effectiveFilterHeight: high.covered,
    effectiveFilterWidth: wide.covered,
    dilationHeight: dilations[0]!,
    dilationWidth: dilations[1]!,
    inShape,
    outShape: outShapeOf(batch, steps, outChannels, format) as Four,
    filterShape,
  };
}

function info3D(inShape: Five, filterShape: Five, options: Options): tf.backend_util.Conv3DInfo {
  checkRank(inShape, filterShape, 5);
  const { pad, rounding, depthwise, format, isPool } = options;
  const { batch, spatial, channels } = sizesOf(inShape, format);
  const kernel = filterShape.slice(0, 3);
  const [strides, dilations] = [each(options.strides, 3), each(options.dilations ?? 1, 3)];
  const call: Call = { inShape, kernel, strides, dilations, pad, rounding: rounding ?? undefined, format, isPool };
  checkNumbers(call);
  const steps = [along(call, 0), along(call, 1), along(call, 2)] as const;
  const [deep, high, wide] = steps;
  const outChannels = depthwise ? filterShape[4] * channels : filterShape[4];
  return {
    batchSize: batch,
    dataFormat: format,
    inDepth: spatial[0]!,
    inHeight: spatial[1]!,
    inWidth: spatial[2]!,
    inChannels: channels,
    outDepth: deep.out,
    outHeight: high.out,
    outWidth: wide.out,
    outChannels,
    padInfo: {
      front: deep.before,
      back: deep.after,
      top: high.before,
      bottom: high.after,
      left: wide.before,
      right: wide.after,
      type: typeOf(pad, steps) as 'SAME',
    },
    strideDepth: strides[0]!,
    strideHeight: strides[1]!,
    strideWidth: strides[2]!,
    filterDepth: kernel[0]!,
    filterHeight: kernel[1]!,
    filterWidth: kernel[2]!,
    effectiveFilterDepth: deep.covered,
    effectiveFilterHeight: high.covered,
    effectiveFilterWidth: wide.covered,
    dilationDepth: dilations[0]!,
    dilationHeight: dilations[1]!,
    dilationWidth: dilations[2]!,
    inShape,
    outShape: outShapeOf(batch, steps, outChannels, format) as Five,
    filterShape,
  };
}

// Below: the functions of tfjs-core's module, with its parameters, of which there are more than six

const isCount = (n: number) => (n | 0) === n && n > 0;

/** Whether stock's geometry for 'same' and 'valid', which takes less time, has nothing in it that is to be refused. */
const isSound = (i: tf.backend_util.Conv2DInfo): boolean =>
  isCount(i.outHeight) &&
  isCount(i.outWidth) &&
  isCount(i.strideHeight) &&
  isCount(i.strideWidth) &&
  isCount(i.dilationHeight) &&
  isCount(i.dilationWidth) &&
  isCount(i.filterHeight) &&
  isCount(i.filterWidth) &&
  i.inShape.length === 4;

/** The same in three dimensions, where padding must not be negative either. */
const isSound3D = (i: tf.backend_util.Conv3DInfo): boolean =>
  isCount(i.outDepth) &&
  isCount(i.outHeight) &&
  isCount(i.outWidth) &&
  isCount(i.strideDepth) &&
  isCount(i.strideHeight) &&
  isCount(i.strideWidth) &&
  isCount(i.dilationDepth) &&
  isCount(i.dilationHeight) &&
  isCount(i.dilationWidth) &&
  isCount(i.filterDepth) &&
  isCount(i.filterHeight) &&
  isCount(i.filterWidth) &&
  i.padInfo.front >= 0 &&
  i.padInfo.top >= 0 &&
  i.padInfo.left >= 0 &&
  i.padInfo.back >= 0 &&
  i.padInfo.bottom >= 0 &&
  i.padInfo.right >= 0;

/** A number for all axes, or one for each of three: stock takes two for three, and more than that. */
const isThree = (value: number | readonly number[] | undefined) =>
  typeof value === 'number' || (Array.isArray(value) && value.length === 3);

/** The geometry of a convolution; filterShape [height, width, inChannels, outChannels]. */
export const computeConv2DInfo: typeof stock.computeConv2DInfo = (...args) => {
  const [inShape, filterShape, strides, dilations, pad, rounding, depthwise = false, format = 'channelsLast'] = args;
  if ((pad === 'same' || pad === 'valid') && filterShape.length === 4) {
    const info = stockConv2DInfo(inShape, filterShape, strides, dilations, pad, rounding, depthwise, format);
    if (isSound(info)) return info;
  }
  return info2D(inShape, filterShape, { strides, dilations, pad, rounding, depthwise, format, isPool: false });
};

/** The geometry of a dilation; filterShape [height, width, channels]. */
export const computeDilation2DInfo: typeof stock.computeDilation2DInfo = (...args) => {
  const [inShape, filterShape, strides, pad, dataFormat = 'NHWC', dilations] = args;
  const format = convertConv2DDataFormat(dataFormat);
  const filter: Four = [...filterShape, inShape[3]];
  const options = { strides, dilations, pad, rounding: undefined, depthwise: false, format, isPool: false };
  return info2D(inShape, filter, options);
};

/** The geometry of a pooling. */
export const computePool2DInfo: typeof stock.computePool2DInfo = (...args) => {
  const [inShape, filterSize, strides, dilations, pad, rounding, format = 'channelsLast'] = args;
  if (pad === 'same' || pad === 'valid') {
    const info = stockPool2DInfo(inShape, filterSize, strides, dilations, pad, rounding, format);
    if (isSound(info)) return info;
  }
  const { channels } = sizesOf(inShape, format);
  const filter = [...each(filterSize as Two, 2), channels, channels] as Four;
  return info2D(inShape, filter, { strides, dilations, pad, rounding, depthwise: false, format, isPool: true });
};

/** The geometry of a convolution; filterShape [depth, height, width, inChannels, outChannels]. */
export const computeConv3DInfo: typeof stock.computeConv3DInfo = (...args) => {
  const [inShape, filterShape, strides, dilations, pad, depthwise = false, format = 'channelsLast', rounding] = args;
  // Stock rounds sizes of 'valid'
  const isNamed = pad === 'same' || (pad === 'valid' && rounding === undefined);
  const isPlain = isNamed && isThree(strides) && isThree(dilations);
  if (isPlain && inShape.length === 5 && filterShape.length === 5) {
    const info = stockConv3DInfo(inShape, filterShape, strides, dilations, pad, depthwise, format, rounding);
    if (isSound3D(info)) return info;
  }
  return info3D(inShape, filterShape, { strides, dilations, pad, rounding, depthwise, format, isPool: false });
};

/** The geometry of a pooling. */
export const computePool3DInfo: typeof stock.computePool3DInfo = (...args) => {
  const [inShape, filterSize, strides, dilations, pad, rounding, dataFormat = 'NDHWC'] = args;
  if (dataFormat !== 'NDHWC' && dataFormat !== 'NCDHW') throw new Error(`Unknown dataFormat ${dataFormat as string}`);
  const format = dataFormat === 'NDHWC' ? 'channelsLast' : 'channelsFirst';
  const { channels } = sizesOf(inShape, format);
  const filter = [...each(filterSize as Three, 3), channels, channels] as Five;
  return info3D(inShape, filter, { strides, dilations, pad, rounding, depthwise: false, format, isPool: true });
};
