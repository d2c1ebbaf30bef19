// Op kernels that only move data. Invalid arguments are left to the JavaScript op kernels, which report them.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

export type Movable = 'float32' | 'int32' | 'bool';

/** Bytes of an element; 0 for those that are not in the memory as they are. */
export function bytesOf(dtype: tf.DataType): 0 | 1 | 4 {
  return dtype === 'float32' || dtype === 'int32' ? 4 : dtype === 'bool' ? 1 : 0;
}

/** Steps between the elements of each dimension. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

export const natural = (n: number) => n >= 0 && (n | 0) === n;

/** A new tensor of the same type. */
const like = (backend: CpuBackend, x: tf.TensorInfo, shape: number[]) => backend.output(shape, x.dtype as Movable);

/** Several new tensors: all, or none if there is no memory for one of them. */
function several(backend: CpuBackend, x: tf.TensorInfo, shapes: number[][]): tf.TensorInfo[] {
  const tensors: tf.TensorInfo[] = [];
  try {
    for (const shape of shapes) tensors.push(like(backend, x, shape));
  } catch (e) {
    for (const t of tensors) backend.disposeIntermediateTensorInfo(t);
    throw e;
  }
  return tensors;
}

/** Rows of a matrix in memory: the address of the first element, and elements from one row to the next. */
interface Rows {
  at: number;
  stride: number;
}

/** Bytes that are copied faster by one thread than by several. */
const FEW_BYTES = 65536;

/** Copies a matrix between places; elements have `size` bytes. */
function copyMatrix(
  { program: { exports } }: CpuBackend,
  [rows, columns]: readonly [number, number],
  to: Rows,
  from: Rows,
  size: number,
): void {
  if (rows === 1 && columns * size <= FEW_BYTES) {
    exports.copyBytes(to.at, from.at, columns * size);
    return;
  }
  exports.moveStart();
  exports.moveDim(rows, to.stride, from.stride);
  exports.moveDim(columns, 1, 1);
  exports.move(to.at, from.at, size);
}

/** A tensor with its axes in another order, where the type lies in the memory. */
export function transposed(backend: CpuBackend, x: tf.TensorInfo, perm: number[]): tf.TensorInfo | undefined {
  const size = bytesOf(x.dtype);
  const rank = x.shape.length;
  if (size === 0 || perm.length !== rank) return undefined;
  const shape = new Array<number>(rank);
  let last = -1;
  let sorted = true;
  for (let i = 0; i < rank; i++) {
    const n = (shape[i] = x.shape[perm[i]!]!);
    if (n === 1) continue;
    if (perm[i]! < last) sorted = false;
    last = perm[i]!;
  }
  const n = sizeOf(shape);
  if (sorted || n === 0) return backend.share(x, shape);
  const y = like(backend, x, shape);
  const { exports } = backend.program;
  const strides = stridesOf(x.shape);
  exports.moveStart();
  for (let i = 0, to = n; i < rank; i++) exports.moveDim(shape[i]!, (to /= shape[i]!), strides[perm[i]!]!);
  exports.move(backend.address(y), backend.address(x), size);
  return y;
}

/** The elements from `begin` on, of each dimension `size` at every `step`-th place; of the shape `shape`. */
function picked(
  backend: CpuBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[] | undefined,
  shape: number[],
): tf.TensorInfo | undefined {
  const bytes = bytesOf(x.dtype);
  if (bytes === 0) return undefined;
  const y = like(backend, x, shape);
  let to = sizeOf(size);
  if (to === 0) return y;
  const { exports } = backend.program;
  let from = sizeOf(x.shape);
  let first = 0;
  exports.moveStart();
  for (let i = 0; i < x.shape.length; i++) {
    from /= x.shape[i]!;
    to /= size[i]!;
    first += begin[i]! * from;
    exports.moveDim(size[i]!, to, step ? from * step[i]! : from);
  }
  exports.move(backend.address(y), backend.address(x) + first * bytes, bytes);
  return y;
}

const slice: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  // Both may be numbers, for the first dimension, or shorter than the shape
  const { begin, size } = attrs as unknown as { begin: number | number[]; size?: number | number[] };
  const rank = x.shape.length;
  if (rank === 0 || bytesOf(x.dtype) === 0) return undefined;
  if (typeof begin !== 'number' && begin.length > rank) return undefined;
  if (size != null && typeof size !== 'number' && size.length > rank) return undefined;
  const from = new Array<number>(rank);
  const shape = new Array<number>(rank);
  let whole = true;
  for (let i = 0; i < rank; i++) {
    const b = (typeof begin === 'number' ? (i === 0 ? begin : 0) : begin[i]) ?? 0;
    let n = (size == null ? -1 : typeof size === 'number' ? (i === 0 ? size : -1) : size[i]) ?? -1;
    if (n === -1) n = x.shape[i]! - b;
    if (!natural(b) || !natural(n) || b + n > x.shape[i]!) return undefined;
    if (n !== x.shape[i]) whole = false;
    from[i] = b;
    shape[i] = n;
  }
  return whole ? backend.share(x, shape) : picked(backend, x, from, shape, undefined, shape);
};

const stridedSlice: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  if (bytesOf(x.dtype) === 0) return undefined;
  const a = attrs as unknown as tf.StridedSliceAttrs;
  const info = tf.slice_util.sliceInfo(
    x.shape,
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  if (info.isIdentity) return backend.share(x, info.finalShape);
  const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
  if (sizeOf(size) !== sizeOf(info.finalShape)) return undefined;
  return picked(backend, x, info.begin, size, info.strides, info.finalShape);
};

/** Cuts x along an axis into parts of the given sizes, of the given shapes. */
function cut(
  backend: CpuBackend,
  x: tf.TensorInfo,
  axis: number,
  sizes: number[],
  shapes: number[][],
): tf.TensorInfo[] {
  const bytes = bytesOf(x.dtype);
  const parts = several(backend, x, shapes);
  const rows = sizeOf(x.shape, 0, axis);
  const inner = sizeOf(x.shape, axis + 1);
  const stride = x.shape[axis]! * inner;
  let from = backend.address(x);
  for (let i = 0; i < parts.length; i++) {
    const columns = sizes[i]! * inner;
    const to = { at: backend.address(parts[i]!), stride: columns };
    if (rows * columns > 0) copyMatrix(backend, [rows, columns], to, { at: from, stride }, bytes);
    from += columns * bytes;
  }
  return parts;
}

const split: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  if (bytesOf(x.dtype) === 0) return undefined;
  const { numOrSizeSplits, axis } = attrs as unknown as tf.SplitVAttrs;
  const at = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at);
  for (const n of sizes) if (!natural(n)) return undefined;
  const shapes = sizes.map((n) => x.shape.map((s, i) => (i === at ? n : s)));
  return cut(backend, x, at, sizes, shapes);
};

const unpack: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['value']!;
  const rank = x.shape.length;
  let axis = attrs['axis'] as number;
  if (axis < 0) axis += rank;
  if (bytesOf(x.dtype) === 0 || !natural(axis) || axis >= rank) return undefined;
  const shape = x.shape.slice();
  shape.splice(axis, 1);
  const n = x.shape[axis]!;
  return cut(backend, x, axis, new Array<number>(n).fill(1), new Array<number[]>(n).fill(shape));
};

/** Joins tensors of `rows` rows each, one behind the other in every row. */
function joined(backend: CpuBackend, tensors: readonly tf.TensorInfo[], rows: number, shape: number[]): tf.TensorInfo {
  const first = tensors[0]!;
  const bytes = bytesOf(first.dtype);
  const y = like(backend, first, shape);
  const stride = rows === 0 ? 0 : sizeOf(shape) / rows;
  let to = backend.address(y);
  for (const t of tensors) {
    const n = sizeOf(t.shape);
    if (n === 0) continue;
    const columns = n / rows;
    const from = { at: backend.address(t), stride: columns };
    copyMatrix(backend, [rows, columns], { at: to, stride }, from, bytes);
    to += columns * bytes;
  }
  return y;
}

const concat: OpKernel = ({ inputs, attrs, backend }) => {
  const tensors = inputs as unknown as tf.TensorInfo[];
  const first = tensors[0]!;
  if (bytesOf(first.dtype) === 0) return undefined;
  const rank = first.shape.length;
  let axis = attrs['axis'] as number;
  if (axis < 0) axis += rank;
  if (!natural(axis) || axis >= rank) return undefined;
  const shape = first.shape.slice();
  shape[axis] = 0;
  let full: tf.TensorInfo | undefined;
  let others = 0;
  for (const t of tensors) {
    if (t.dtype !== first.dtype || t.shape.length !== rank) return undefined;
    for (let i = 0; i < rank; i++) if (i !== axis && t.shape[i] !== shape[i]) return undefined;
    shape[axis]! += t.shape[axis]!;
    if (t.shape[axis] === 0) continue;
    if (full) others++;
    else full = t;
  }
  if (full && others === 0) return backend.share(full, shape);
  return joined(backend, tensors, sizeOf(shape, 0, axis), shape);
};

const pack: OpKernel = ({ inputs, attrs, backend }) => {
  const tensors = inputs as unknown as tf.TensorInfo[];
  const first = tensors[0]!;
  const rank = first.shape.length;
  let axis = attrs['axis'] as number;
  if (axis < 0) axis += rank + 1;
  if (bytesOf(first.dtype) === 0 || !natural(axis) || axis > rank) return undefined;
  for (const t of tensors) {
    if (t.dtype !== first.dtype || t.shape.length !== rank) return undefined;
    for (let i = 0; i < rank; i++) if (t.shape[i] !== first.shape[i]) return undefined;
  }
  const shape = first.shape.slice();
  shape.splice(axis, 0, tensors.length);
  if (tensors.length === 1) return backend.share(first, shape);
  return joined(backend, tensors, sizeOf(shape, 0, axis), shape);
};

const word = new Int32Array(1);
const number = new Float32Array(word.buffer);

/** The bits of a number as an element of a type. */
export function bitsOf(value: number, dtype: tf.DataType): number {
  if (dtype !== 'float32') return dtype === 'int32' ? value | 0 : value & 255;
  number[0] = value;
  return word[0]!;
}

function padded(
  backend: CpuBackend,
  x: tf.TensorInfo,
  paddings: readonly (readonly number[])[],
  value: number,
): tf.TensorInfo | undefined {
  const bytes = bytesOf(x.dtype);
  const rank = x.shape.length;
  if (bytes === 0 || paddings.length !== rank) return undefined;
  const shape = new Array<number>(rank);
  // Dimensions without padding are made one with the next outer one. All lists from the innermost dimension.
  const sizes: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  for (let i = rank - 1; i >= 0; i--) {
    const [b = 0, a = 0] = paddings[i]!;
    if (!natural(b) || !natural(a)) return undefined;
    shape[i] = b + x.shape[i]! + a;
    const last = sizes.length - 1;
    const inner = last >= 0 && before[last] === 0 && after[last] === 0 ? sizes[last]! : 0;
    const at = inner > 0 ? last : last + 1;
    sizes[at] = x.shape[i]! * (inner || 1);
    before[at] = b * (inner || 1);
    after[at] = a * (inner || 1);
  }
  if (sizeOf(shape) === sizeOf(x.shape)) return backend.share(x, shape);
  const y = like(backend, x, shape);
  const { exports } = backend.program;
  const to = backend.address(y);
  const bits = bitsOf(value, x.dtype);
  const dims = sizes.length;
  if (sizeOf(x.shape) === 0) {
    if (sizeOf(shape) === 0) return y;
    exports.moveStart();
    exports.moveDim(sizeOf(shape), 1, 0);
    exports.moveConstant(to, bits, bytes);
    return y;
  }
  // What the dimensions up to the k-th make, in y; and where x begins
  const strides = new Array<number>(dims);
  let start = 0;
  for (let k = 0, step = 1; k < dims; k++) {
    strides[k] = step;
    start += before[k]! * step;
    step *= before[k]! + sizes[k]! + after[k]!;
  }
  exports.moveStart();
  for (let k = dims - 1, from = sizeOf(x.shape); k >= 0; k--)
    exports.moveDim(sizes[k]!, strides[k]!, (from /= sizes[k]!));
  exports.move(to + start * bytes, backend.address(x), bytes);
  // The borders: in dimension k, of the inside of those that are further out, all of those that are further in
  for (let k = dims - 1, outside = 0; k >= 0; k--) {
    for (const side of [0, 1]) {
      const n = side === 0 ? before[k]! : after[k]!;
      if (n === 0) continue;
      exports.moveStart();
      for (let j = dims - 1; j > k; j--) exports.moveDim(sizes[j]!, strides[j]!, 0);
      exports.moveDim(n * strides[k]!, 1, 0);
      const at = outside + (side === 0 ? 0 : (before[k]! + sizes[k]!) * strides[k]!);
      exports.moveConstant(to + at * bytes, bits, bytes);
    }
    outside += before[k]! * strides[k]!;
  }
  return y;
}

/** Each element of a border is the one as far inside as it is outside; each part of the result is copied separately. */
const mirrorPad: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { paddings, mode } = attrs as unknown as tf.MirrorPadAttrs;
  const bytes = bytesOf(x.dtype);
  const rank = x.shape.length;
  if (bytes === 0 || paddings.length !== rank || sizeOf(x.shape) === 0) return undefined;
  const repeated = mode === 'reflect' ? 0 : 1; // whether the element at the border is in the border too
  const shape = new Array<number>(rank);
  let parts = 1;
  for (let i = 0; i < rank; i++) {
    const [b, a] = paddings[i]!;
    const n = x.shape[i]!;
    if (!natural(b) || !natural(a) || Math.max(b, a) > n - 1 + repeated) return undefined;
    shape[i] = b + n + a;
    if (b + a > 0) parts *= 3;
  }
  if (parts === 1) return backend.share(x);
  const y = like(backend, x, shape);
  const { exports } = backend.program;
  const toStrides = stridesOf(shape);
  const fromStrides = stridesOf(x.shape);
  for (let part = 0; part < parts; part++) {
    let to = 0;
    let from = 0;
    let empty = false;
    let code = part;
    exports.moveStart();
    for (let i = 0; i < rank; i++) {
      const [b, a] = paddings[i]!;
      const n = x.shape[i]!;
      const ts = toStrides[i]!;
      const fs = fromStrides[i]!;
      const where = b + a > 0 ? code % 3 : 0;
      if (b + a > 0) code = Math.floor(code / 3);
      if (where === 0) {
        to += b * ts;
        exports.moveDim(n, ts, fs);
      } else if (where === 1) {
        from += (b - repeated) * fs;
        if (b === 0) empty = true;
        exports.moveDim(b, ts, -fs);
      } else {
        to += (b + n) * ts;
        from += (n - 2 + repeated) * fs;
        if (a === 0) empty = true;
        exports.moveDim(a, ts, -fs);
      }
    }
    if (!empty) exports.move(backend.address(y) + to * bytes, backend.address(x) + from * bytes, bytes);
  }
  return y;
};

const tile: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const reps = attrs['reps'] as number[];
  const bytes = bytesOf(x.dtype);
  const rank = x.shape.length;
  if (bytes === 0 || reps.length !== rank) return undefined;
  for (const n of reps) if (!natural(n)) return undefined;
  const shape = x.shape.map((n, i) => n * reps[i]!);
  let to = sizeOf(shape);
  let from = sizeOf(x.shape);
  if (to === from) return backend.share(x, shape);
  const y = like(backend, x, shape);
  if (to === 0) return y;
  const { exports } = backend.program;
  exports.moveStart();
  for (let i = 0; i < rank; i++) {
    exports.moveDim(reps[i]!, (to /= reps[i]!), 0);
    exports.moveDim(x.shape[i]!, (to /= x.shape[i]!), (from /= x.shape[i]!));
  }
  exports.move(backend.address(y), backend.address(x), bytes);
  return y;
};

const reverse: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const bytes = bytesOf(x.dtype);
  if (bytes === 0) return undefined;
  const dims = tf.util.parseAxisParam(attrs['dims'] as number[], x.shape);
  let step = sizeOf(x.shape);
  if (step <= 1) return backend.share(x);
  const y = like(backend, x, x.shape);
  const { exports } = backend.program;
  let first = 0;
  exports.moveStart();
  for (let i = 0; i < x.shape.length; i++) {
    const n = x.shape[i]!;
    step /= n;
    const turned = dims.includes(i);
    if (turned) first += (n - 1) * step;
    exports.moveDim(n, step, turned ? -step : step);
  }
  exports.move(backend.address(y), backend.address(x) + first * bytes, bytes);
  return y;
};

const gather: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const indices = inputs['indices']!;
  const bytes = bytesOf(x.dtype);
  if (bytes === 0 || indices.dtype !== 'int32') return undefined;
  const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
  const at = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    at,
    batchDims ?? 0,
  );
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const each = sizeOf(indices.shape) / batchSize;
  if (sizeOf(outputShape) === 0) return undefined;
  const y = like(backend, x, outputShape);
  const valid = backend.program.exports.gatherRows({
    x: backend.address(x),
    indices: backend.address(indices),
    y: backend.address(y),
    batch: batchSize,
    outer: outerSize,
    count: each,
    dim: dimSize,
    bytes: sliceSize * bytes,
  });
  if (valid) return y;
  backend.disposeIntermediateTensorInfo(y);
  return undefined;
};

const unsortedSegmentSum: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const ids = inputs['segmentIds']!;
  const segments = attrs['numSegments'] as number;
  const n = sizeOf(x.shape);
  if (x.dtype !== 'float32' || ids.dtype !== 'int32' || ids.shape.length !== 1 || ids.shape[0] !== x.shape[0])
    return undefined;
  if (n === 0 || !natural(segments) || segments === 0) return undefined;
  const shape = x.shape.slice();
  shape[0] = segments;
  const y = backend.output(shape, 'float32');
  const rows = x.shape[0]!;
  backend.program.exports.segmentSum({
    x: backend.address(x),
    ids: backend.address(ids),
    y: backend.address(y),
    count: rows,
    segments,
    words: n / rows,
    integers: false,
  });
  return y;
};

/** What coordinates [count, rank] refer to: rows, `limit` of them, with steps between the rows of each dimension. */
interface Coordinates {
  indices: tf.TensorInfo;
  strides: number[];
  count: number;
  rank: number;
  limit: number;
}

/**
 * Hands `use` the address of the numbers of the rows that the coordinates refer to.
 * @returns undefined if a coordinate is outside
 */
export function withRows<T>(
  backend: CpuBackend,
  { indices, strides, count, rank, limit }: Coordinates,
  use: (rows: number) => T,
): T | undefined {
  return backend.withMemory((count + rank) * 4, [], (flat) => {
    const at = flat + count * 4;
    for (let i = 0; i < rank; i++) backend.ints()[(at >>> 2) + i] = strides[i]!;
    const from = backend.address(indices);
    const valid = backend.program.exports.flattenIndices({ indices: from, strides: at, flat, count, rank, limit });
    return valid ? use(flat) : undefined;
  });
}

const gatherNd: OpKernel = ({ inputs, backend }) => {
  const params = inputs['params']!;
  const indices = inputs['indices']!;
  const bytes = bytesOf(params.dtype);
  if (bytes === 0 || indices.dtype !== 'int32') return undefined;
  const [shape, n, sliceSize, strides] = tf.backend_util.prepareAndValidate(params as tf.Tensor, indices as tf.Tensor);
  if (n === 0) return undefined;
  const rank = indices.shape.at(-1)!;
  const limit = sizeOf(params.shape) / sliceSize;
  return withRows(backend, { indices, strides, count: n, rank, limit }, (rows) => {
    const y = like(backend, params, shape);
    backend.program.exports.gatherRows({
      x: backend.address(params),
      indices: rows,
      y: backend.address(y),
      batch: 1,
      outer: 1,
      count: n,
      dim: limit,
      bytes: sliceSize * bytes,
    });
    return y;
  });
};

const scatterNd: OpKernel = ({ inputs, attrs, backend }) => {
  const indices = inputs['indices']!;
  const updates = inputs['updates']!;
  const shape = attrs['shape'] as number[];
  const { dtype } = updates;
  if ((dtype !== 'float32' && dtype !== 'int32') || indices.dtype !== 'int32') return undefined;
  const info = tf.backend_util.calculateShapes(updates, indices, shape);
  const { sliceRank, numUpdates, sliceSize, strides, outputSize } = info;
  if (outputSize === 0 || numUpdates === 0 || sizeOf(updates.shape) !== numUpdates * sliceSize) return undefined;
  const segments = outputSize / sliceSize;
  const coordinates = { indices, strides, count: numUpdates, rank: sliceRank, limit: segments };
  return withRows(backend, coordinates, (rows) => {
    const y = backend.output(shape, dtype);
    backend.program.exports.segmentSum({
      x: backend.address(updates),
      ids: rows,
      y: backend.address(y),
      count: numUpdates,
      segments,
      words: sliceSize,
      integers: dtype === 'int32',
    });
    return y;
  });
};

const oneHot: OpKernel = ({ inputs, attrs, backend }) => {
  const indices = inputs['indices']!;
  const { dtype, depth, onValue, offValue } = attrs as unknown as tf.OneHotAttrs;
  const type = dtype === undefined ? 'int32' : dtype;
  const bytes = bytesOf(type);
  const n = sizeOf(indices.shape);
  if (bytes === 0 || indices.dtype !== 'int32' || !natural(depth) || n * depth === 0) return undefined;
  const y = backend.output([...indices.shape, depth], type as Movable);
  backend.program.exports.oneHot({
    indices: backend.address(indices),
    y: backend.address(y),
    n,
    depth,
    on: bitsOf(onValue, type),
    off: bitsOf(offValue, type),
    size: bytes,
  });
  return y;
};

const reshape: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const shape = attrs['shape'] as number[];
  const n = sizeOf(x.shape);
  let known = 1;
  let implicit = -1;
  for (let i = 0; i < shape.length; i++) {
    const s = shape[i]!;
    if (s === -1 && implicit < 0) implicit = i;
    else if (s >= 0) known *= s;
    else return undefined;
  }
  if (implicit < 0) return known === n ? backend.share(x, shape) : undefined;
  if (known === 0 || n % known !== 0) return undefined;
  const full = shape.slice();
  full[implicit] = n / known;
  return backend.share(x, full);
};

const expandDims: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['input']!;
  let dim = attrs['dim'] as number;
  if (dim < 0) dim += x.shape.length + 1;
  if (!natural(dim) || dim > x.shape.length) return undefined;
  const shape = x.shape.slice();
  shape.splice(dim, 0, 1);
  return backend.share(x, shape);
};

const { getReshaped, getPermuted, getReshapedPermuted, getSliceBeginCoords, getSliceSize } = tf.backend_util;

const spaceToBatch: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { blockShape, paddings } = attrs as unknown as tf.SpaceToBatchNDAttrs;
  const all = x.shape.map((_, i) => paddings[i - 1] ?? [0, 0]);
  const wide = padded(backend, x, all, 0);
  if (!wide) return undefined;
  const block = sizeOf(blockShape);
  const blocks = backend.share(wide, getReshaped(wide.shape, blockShape, block, false));
  const moved = transposed(backend, blocks, getPermuted(blocks.shape.length, blockShape.length, false))!;
  backend.disposeIntermediateTensorInfo(wide);
  backend.disposeIntermediateTensorInfo(blocks);
  moved.shape = getReshapedPermuted(wide.shape, blockShape, block, false);
  return moved;
};

const batchToSpace: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { blockShape, crops } = attrs as unknown as tf.BatchToSpaceNDAttrs;
  if (bytesOf(x.dtype) === 0 || sizeOf(x.shape) === 0) return undefined;
  const block = sizeOf(blockShape);
  const blocks = backend.share(x, getReshaped(x.shape, blockShape, block));
  const moved = transposed(backend, blocks, getPermuted(blocks.shape.length, blockShape.length))!;
  backend.disposeIntermediateTensorInfo(blocks);
  const whole = getReshapedPermuted(x.shape, blockShape, block);
  const size = getSliceSize(whole, crops, blockShape.length);
  for (let i = size.length; i < whole.length; i++) size.push(whole[i]!);
  const begin = getSliceBeginCoords(crops, blockShape.length);
  while (begin.length < whole.length) begin.push(0);
  moved.shape = whole;
  if (size.every((n, i) => n === whole[i])) return moved;
  const y = size.every((n, i) => n >= 0 && begin[i]! >= 0 && begin[i]! + n <= whole[i]!)
    ? picked(backend, moved, begin, size, undefined, size)
    : undefined;
  backend.disposeIntermediateTensorInfo(moved);
  return y;
};

const depthToSpace: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { blockSize: b, dataFormat } = attrs as unknown as tf.DepthToSpaceAttrs;
  const last = dataFormat === 'NHWC';
  const [batch = 0, h = 0, w = 0, depth = 0] = last ? x.shape : [x.shape[0], x.shape[2], x.shape[3], x.shape[1]];
  const d = depth / (b * b);
  if ((!last && dataFormat !== 'NCHW') || x.shape.length !== 4 || !natural(d) || bytesOf(x.dtype) === 0)
    return undefined;
  const blocks = backend.share(x, last ? [batch, h, w, b, b, d] : [batch, b, b, d, h, w]);
  const y = transposed(backend, blocks, last ? [0, 1, 3, 2, 4, 5] : [0, 3, 4, 1, 5, 2])!;
  backend.disposeIntermediateTensorInfo(blocks);
  y.shape = last ? [batch, h * b, w * b, d] : [batch, d, h * b, w * b];
  return y;
};

/** The columns of images from right to left. */
const flipLeftRight: OpKernel = ({ inputs, backend }) =>
  reverse({ inputs: { x: inputs['image']! }, attrs: { dims: [2] }, backend });

const padV2 = ({ inputs, attrs, backend }: OpCall) => {
  const { paddings, constantValue } = attrs as unknown as tf.PadV2Attrs;
  return padded(backend, inputs['x']!, paddings, constantValue);
};

export const movement: Record<string, OpKernel> = {
  Identity: ({ inputs, backend }) => backend.share(inputs['x']!),
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: ({ inputs, attrs, backend }) => transposed(backend, inputs['x']!, attrs['perm'] as number[]),
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: split,
  Unpack: unpack,
  Concat: concat,
  Pack: pack,
  PadV2: padV2,
  MirrorPad: mirrorPad,
  Tile: tile,
  Reverse: reverse,
  GatherV2: gather,
  UnsortedSegmentSum: unsortedSegmentSum,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  OneHot: oneHot,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  FlipLeftRight: flipLeftRight,
};
