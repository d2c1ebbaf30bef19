// Tensors made from some of their elements: updates by index, diagonals, and sums and means of rows by segment. Invalid
// arguments are left to the JavaScript op kernels, which report them.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { bitsOf, bytesOf, withRows, type Movable } from './move.ts';
import { sizeOf } from './size.ts';

/** Writes the elements of a new tensor of a shape, given its address, before rows of it are replaced. */
type Begin = (at: number) => void;

/**
 * A tensor with rows replaced by updates; the last one of a row stays.
 * @returns undefined if an index is outside, or for what the program does not take
 */
function scattered(
  backend: CpuBackend,
  { indices, updates }: { indices: tf.TensorInfo; updates: tf.TensorInfo },
  shape: number[],
  begin: Begin,
): tf.TensorInfo | undefined {
  const bytes = bytesOf(updates.dtype);
  const info = tf.backend_util.calculateShapes(updates, indices, shape);
  const { sliceRank: rank, numUpdates: count, sliceSize, strides, outputSize } = info;
  if (bytes === 0 || indices.dtype !== 'int32' || outputSize === 0 || count === 0 || rank === 0) return undefined;
  // One number is for all updates
  const isOne = updates.shape.length === 0;
  if (isOne ? sliceSize !== 1 : sizeOf(updates.shape) !== count * sliceSize) return undefined;
  return withRows(backend, { indices, strides, count, rank, limit: outputSize / sliceSize }, (rows) => {
    const y = backend.output(shape, updates.dtype as Movable);
    const at = backend.address(y);
    begin(at);
    backend.program.exports.scatterRows({
      updates: backend.address(updates),
      rows,
      y: at,
      count,
      bytes: sliceSize * bytes,
      step: isOne ? 0 : sliceSize * bytes,
    });
    return y;
  });
}

const tensorScatterUpdate: OpKernel = ({ inputs, backend }) => {
  const { tensor, indices, updates } = inputs as Record<'tensor' | 'indices' | 'updates', tf.TensorInfo>;
  if (tensor.dtype !== updates.dtype) return undefined;
  return scattered(backend, { indices, updates }, tensor.shape, (at) => {
    const { exports } = backend.program;
    exports.moveStart();
    exports.moveDim(sizeOf(tensor.shape), 1, 1);
    exports.move(at, backend.address(tensor), bytesOf(tensor.dtype));
  });
};

/** Sets `n` elements of a type to a number. */
function fill(backend: CpuBackend, at: number, n: number, value: number, dtype: tf.DataType): void {
  if (bytesOf(dtype) === 1) backend.bytes().fill(value, at, at + n);
  else backend.program.exports.fill(at, n, bitsOf(value, dtype));
}

const sparseToDense: OpKernel = ({ inputs, attrs, backend }) => {
  const { sparseIndices: indices, sparseValues: updates, defaultValue } = inputs as Record<string, tf.TensorInfo>;
  const shape = attrs['outputShape'] as number[];
  const { dtype } = updates!;
  if (defaultValue!.dtype !== dtype || bytesOf(dtype) === 0) return undefined;
  const at = backend.address(defaultValue!);
  const value =
    dtype === 'bool' ? backend.bytes()[at]! : (dtype === 'int32' ? backend.ints() : backend.floats())[at >>> 2]!;
  return scattered(backend, { indices: indices!, updates: updates! }, shape, (to) =>
    fill(backend, to, sizeOf(shape), value, dtype),
  );
};

const diag: OpKernel = ({ inputs, backend }) => {
  const x = inputs['x']!;
  const bytes = bytesOf(x.dtype);
  const n = sizeOf(x.shape);
  if (bytes === 0) return undefined;
  const y = backend.output([...x.shape, ...x.shape], x.dtype as Movable);
  if (n === 0) return y;
  const to = backend.address(y);
  fill(backend, to, n * n, 0, x.dtype);
  const { exports } = backend.program;
  exports.moveStart();
  exports.moveDim(n, n + 1, 1);
  exports.move(to, backend.address(x), bytes);
  return y;
};

const segments =
  (mean: boolean): OpKernel =>
  ({ inputs, backend }) => {
    const { data: x, indices, segmentIds: ids } = inputs as Record<'data' | 'indices' | 'segmentIds', tf.TensorInfo>;
    const { dtype } = x;
    const n = sizeOf(ids.shape);
    const lists = indices.dtype === 'int32' && ids.dtype === 'int32' && indices.shape.length === 1;
    if (!lists || ids.shape.length !== 1 || indices.shape[0] !== n || x.shape.length === 0) return undefined;
    if ((dtype !== 'float32' && dtype !== 'int32') || n === 0 || sizeOf(x.shape) === 0) return undefined;
    const count = backend.ints()[(backend.address(ids) >>> 2) + n - 1]! + 1;
    if (count <= 0) return undefined;
    const rows = x.shape[0]!;
    const y = backend.output([count, ...x.shape.slice(1)], dtype);
    const valid = backend.program.exports.sparseSegments({
      x: backend.address(x),
      indices: backend.address(indices),
      ids: backend.address(ids),
      y: backend.address(y),
      ...{ rows, count: n, segments: count, words: sizeOf(x.shape) / rows, mean },
      integers: dtype === 'int32',
    });
    if (valid) return y;
    backend.disposeIntermediateTensorInfo(y);
    return undefined;
  };

export const sparse: Record<string, OpKernel> = {
  TensorScatterUpdate: tensorScatterUpdate,
  SparseToDense: sparseToDense,
  Diag: diag,
  SparseSegmentMean: segments(true),
  SparseSegmentSum: segments(false),
};
