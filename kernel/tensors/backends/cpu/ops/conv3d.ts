// Convolutions of volumes [batch, depth, height, width, channels] and their gradients, as matrix products of blocks of
// rows. How large a block is does not depend on the number of threads.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { ColumnsArgs, MatMulArgs } from '../exports.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';
import { volumeShape, type Volume } from './volume.ts';

/** Numbers of a block of the matrix: it is read again from the cache, and large enough for the threads. */
const BLOCK = 2 ** 20;
const LEAST_ROWS = 64;

type Five = [number, number, number, number, number];
interface Conv3DAttrs {
  strides: number | [number, number, number];
  pad: 'valid' | 'same' | number;
  dilations?: number | [number, number, number];
}

/** Undefined where there is nothing to compute or that is left to the JavaScript op kernel. */
function geometry(xShape: number[], filterShape: number[], attrs: Record<string, unknown>): Volume | undefined {
  const { strides, pad, dilations } = attrs as unknown as Conv3DAttrs;
  if (xShape.length !== 5 || filterShape.length !== 5 || xShape.includes(0) || filterShape.includes(0))
    return undefined;
  const info = tf.backend_util.computeConv3DInfo(
    xShape as Five,
    filterShape as Five,
    strides,
    dilations ?? 1,
    pad as 'valid',
  );
  const { outDepth, outHeight, outWidth } = info;
  if (outDepth <= 0 || outHeight <= 0 || outWidth <= 0 || info.inChannels !== filterShape[3]) return undefined;
  return info;
}

const isFloat = (...tensors: tf.TensorInfo[]) => tensors.every((t) => t.dtype === 'float32');
const taps = (info: Volume) => info.filterDepth * info.filterHeight * info.filterWidth;
const cells = (info: Volume) => info.batchSize * info.outDepth * info.outHeight * info.outWidth;

type Product = Pick<MatMulArgs, 'a' | 'b' | 'c' | 'm' | 'n' | 'k'> & { transposeA?: boolean };

function multiply({ program: { exports } }: CpuBackend, { a, b, c, m, n, k, transposeA = false }: Product): void {
  const one = { batch: 1, aBatch: false, bBatch: false, transposeB: false, bias: 0, relu: false };
  exports.matMul({ ...one, a, b, c, m, n, k, transposeA });
}

/** Calls `use` for each block of rows of the matrix, which lies at `columns.to`. */
function inBlocks(
  backend: CpuBackend,
  { shape, from, to, gradient }: Omit<ColumnsArgs, 'first' | 'count'>,
  [rows, block]: readonly [number, number],
  use: (first: number, count: number) => void,
): void {
  for (let first = 0; first < rows; first += block) {
    const count = Math.min(block, rows - first);
    backend.program.exports.columns3d({ shape, from, to, gradient, first, count });
    use(first, count);
  }
}

const blockOf = (rows: number, width: number) => Math.min(rows, Math.max(LEAST_ROWS, Math.floor(BLOCK / width)));

const conv3d: OpKernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
  if (!isFloat(x, filter)) return undefined;
  const info = geometry(x.shape, filter.shape, attrs);
  if (!info) return undefined;
  const { inChannels, outChannels } = info;
  const y = backend.output(info.outShape, 'float32');
  const [rows, width] = [cells(info), taps(info) * inChannels];
  const block = blockOf(rows, width);
  return backend.withMemory(block * width * 4, [y], (to) => {
    const columns = { shape: volumeShape(info, inChannels), from: backend.address(x), to, gradient: false };
    const [b, c] = [backend.address(filter), backend.address(y)];
    inBlocks(backend, columns, [rows, block], (first, m) => {
      multiply(backend, { a: to, b, c: c + first * outChannels * 4, m, n: outChannels, k: width });
    });
    return y;
  });
};

const backpropInput: OpKernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const inputShape = attrs['inputShape'] as number[];
  if (!isFloat(dy, filter)) return undefined;
  const info = geometry(inputShape, filter.shape, attrs);
  // A transposed convolution may ask for a volume that no convolution turns into one of dy's size
  if (!info || !tf.util.arraysEqual(dy.shape, info.outShape)) return undefined;
  const { inChannels, outChannels } = info;
  const dx = backend.output(inputShape, 'float32');
  const [rows, width] = [sizeOf(inputShape) / inChannels, taps(info) * outChannels];
  const block = blockOf(rows, width);
  const filterBytes = sizeOf(filter.shape) * 4;
  return backend.withMemory(filterBytes + block * width * 4, [dx], (turned) => {
    const { exports } = backend.program;
    // The filter [taps, inChannels, outChannels] with its last axes exchanged
    exports.moveStart();
    exports.moveDim(taps(info), inChannels * outChannels, inChannels * outChannels);
    exports.moveDim(outChannels, inChannels, 1);
    exports.moveDim(inChannels, 1, outChannels);
    exports.move(turned, backend.address(filter), 4);
    const to = turned + filterBytes;
    const columns = { shape: volumeShape(info, outChannels), from: backend.address(dy), to, gradient: true };
    const c = backend.address(dx);
    inBlocks(backend, columns, [rows, block], (first, m) => {
      multiply(backend, { a: to, b: turned, c: c + first * inChannels * 4, m, n: inChannels, k: width });
    });
    return dx;
  });
};

const backpropFilter: OpKernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const filterShape = attrs['filterShape'] as number[];
  if (!isFloat(x, dy)) return undefined;
  const info = geometry(x.shape, filterShape, attrs);
  if (!info || !tf.util.arraysEqual(dy.shape, info.outShape)) return undefined;
  const { inChannels, outChannels } = info;
  const dw = backend.output(filterShape, 'float32');
  const [rows, width] = [cells(info), taps(info) * inChannels];
  const block = blockOf(rows, width);
  const n = width * outChannels;
  return backend.withMemory((n + block * width) * 4, [dw], (sum) => {
    const to = sum + n * 4;
    const columns = { shape: volumeShape(info, inChannels), from: backend.address(x), to, gradient: false };
    const [b, y] = [backend.address(dy), backend.address(dw)];
    inBlocks(backend, columns, [rows, block], (first, k) => {
      const c = first === 0 ? y : sum;
      multiply(backend, { a: to, b: b + first * outChannels * 4, c, m: width, n: outChannels, k, transposeA: true });
      if (first > 0) backend.program.exports.accumulate({ x: sum, y, n });
    });
    return dw;
  });
};

export const convolution3d: Record<string, OpKernel> = {
  Conv3D: conv3d,
  Conv3DBackpropInputV2: backpropInput,
  Conv3DBackpropFilterV2: backpropFilter,
};
