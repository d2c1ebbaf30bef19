// Op kernels that only move data. Most are one walk over the dimensions of a result, with a stride in bytes for each in
// the result and in the source: transpose, concatenate, slice, pad, tile, reverse. The others pick rows by index:
// gather, scatter, one-hot.
import { args, bound, chunksOf, parallel, threadCount } from './pool';

/** Bytes that are worth a chunk of their own. */
const GRAIN = 65536;

// How the elements of the innermost dimension lie
// @ts-ignore: decorator
@inline
const ROWS = 0; // side by side in both
// @ts-ignore: decorator
@inline
const TURN = 1; // side by side in the result; those of another dimension are so in the source
// @ts-ignore: decorator
@inline
const STRIDED = 2; // any way

@unmanaged
class Dim {
  n: i32;
  /** Stride in the result, in bytes modulo 2³². */
  to: usize;
  from: usize;
}

@unmanaged
class MoveArgs {
  to: usize;
  from: usize;
  /** Bytes of an element, or of a short row that is moved as one. */
  size: i32;
  rank: i32;
  kind: i32;
  /** The dimension whose elements lie side by side in the source, if `kind` is TURN. */
  turned: i32;
  constant: i32;
}

// @ts-ignore: decorator
@inline
function dim(i: i32): Dim {
  return changetype<Dim>(changetype<usize>(args<MoveArgs>()) + 64 + <usize>i * offsetof<Dim>());
}

/** Begins a walk: `moveDim` for each dimension from the outermost one, then `move` or `moveConstant`. */
export function moveStart(): void {
  args<MoveArgs>().rank = 0;
}

/** A dimension of `n` elements, with strides in elements. It is merged with the last one where they step alike. */
export function moveDim(n: i32, to: i32, from: i32): void {
  const a = args<MoveArgs>();
  if (n == 1) return;
  if (a.rank > 0) {
    const last = dim(a.rank - 1);
    if (<i32>last.to == n * to && <i32>last.from == n * from) {
      last.n *= n;
      last.to = to;
      last.from = from;
      return;
    }
  }
  const d = dim(a.rank++);
  d.n = n;
  d.to = to;
  d.from = from;
}

/** Sets the elements of the walk to a constant, given by its bits. */
export function moveConstant(to: usize, bits: i32, size: i32): void {
  const a = args<MoveArgs>();
  a.constant = bits;
  move(to, changetype<usize>(a) + offsetof<MoveArgs>('constant'), size);
}

/** Copies bytes that are too few for several threads. */
export function copyBytes(to: usize, from: usize, bytes: i32): void {
  memory.copy(to, from, bytes);
}

/** Copies elements of `size` bytes (1 or 4). There are no empty dimensions. */
export function move(to: usize, from: usize, size: i32): void {
  const a = args<MoveArgs>();
  a.to = to;
  a.from = from;
  if (a.rank == 0) {
    a.rank = 1;
    dim(0).n = 1;
    dim(0).to = 1;
    dim(0).from = 1;
  }
  for (let i = 0; i < a.rank; i++) {
    dim(i).to *= size;
    dim(i).from *= size;
  }
  // Short rows are moved as one element each
  while (a.rank > 1) {
    const last = dim(a.rank - 1);
    const bytes = <i32>last.to * last.n;
    if (last.to != size || last.from != size || (bytes != 4 && bytes != 8 && bytes != 16)) break;
    size = bytes;
    a.rank--;
  }
  a.size = size;
  // A long last dimension is cut, so that several threads can share it
  let others = 1;
  for (let i = 0; i < a.rank - 1; i++) others *= dim(i).n;
  const last = dim(a.rank - 1);
  const part = 8192;
  if (others >= 16 || last.n < 2 * part) {
    dispatch();
    return;
  }
  const rest = last.n % part;
  const whole = last.n - rest;
  const next = dim(a.rank++);
  next.n = part;
  next.to = last.to;
  next.from = last.from;
  last.n = whole / part;
  last.to *= part;
  last.from *= part;
  dispatch();
  if (rest == 0) return;
  const end = dim(--a.rank);
  const cut = dim(a.rank - 1);
  a.to += <usize>cut.n * cut.to;
  a.from += <usize>cut.n * cut.from;
  cut.n = rest;
  cut.to = end.to;
  cut.from = end.from;
  dispatch();
}

/** Chooses a way to walk, and walks. */
function dispatch(): void {
  const a = args<MoveArgs>();
  const size = a.size;
  let last = dim(a.rank - 1);
  a.kind = last.to == size && last.from == size ? ROWS : STRIDED;
  if (a.kind == STRIDED && size == 4 && last.to == 4 && last.n >= 4) {
    for (let i = 0; i < a.rank - 1; i++) {
      if (dim(i).from != 4 || dim(i).n < 4) continue;
      a.kind = TURN;
      a.turned = i;
    }
  }
  if (a.kind == STRIDED && a.rank > 1 && last.n < 8 && dim(a.rank - 2).n > last.n) {
    // The longer dimension is the inner loop
    const other = dim(a.rank - 2);
    swap(last, other);
  }
  last = dim(a.rank - 1);
  let units = 1;
  for (let i = 0; i < a.rank - 1; i++) units *= i == a.turned && a.kind == TURN ? (dim(i).n + 15) >> 4 : dim(i).n;
  const bytes = last.n * size * (a.kind == TURN ? 16 : 1);
  const chunks = chunksOf(units, GRAIN / bytes);
  if (a.kind == ROWS) parallel(rowsTask.index, chunks);
  else if (a.kind == TURN) parallel(turnTask.index, chunks);
  else parallel(stridedTask.index, chunks);
}

function swap(a: Dim, b: Dim): void {
  const n = a.n;
  const to = a.to;
  const from = a.from;
  a.n = b.n;
  a.to = b.to;
  a.from = b.from;
  b.n = n;
  b.to = to;
  b.from = from;
}

/**
 * How far element `index` of the first `rank` dimensions is from the first one: in the result or, if `source`, in the
 * source.
 */
// @ts-ignore: decorator
@inline
function offset(source: bool, index: i32, rank: i32, without: i32): usize {
  let sum: usize = 0;
  for (let i = rank - 1; i >= 0; i--) {
    if (i == without) continue;
    const d = dim(i);
    const rest = index / d.n;
    sum += <usize>(index - rest * d.n) * (source ? d.from : d.to);
    index = rest;
  }
  return sum;
}

function rowsTask(chunk: i32, chunks: i32): void {
  const a = args<MoveArgs>();
  const rank = a.rank;
  const bytes = <usize>(dim(rank - 1).n * a.size);
  // Rows are walked a plane at a time
  const height = rank > 1 ? dim(rank - 2).n : 1;
  const toStride = rank > 1 ? dim(rank - 2).to : 0;
  const fromStride = rank > 1 ? dim(rank - 2).from : 0;
  let rows = height;
  for (let i = 0; i < rank - 2; i++) rows *= dim(i).n;
  let row = bound(rows, 1, chunk, chunks);
  const end = bound(rows, 1, chunk + 1, chunks);
  while (row < end) {
    const plane = row / height;
    const y = row - plane * height;
    const n = min(height - y, end - row);
    const to = a.to + offset(false, plane, rank - 2, -1) + <usize>y * toStride;
    const from = a.from + offset(true, plane, rank - 2, -1) + <usize>y * fromStride;
    copyRows(to, from, n, toStride, fromStride, bytes);
    row += n;
  }
}

// @ts-ignore: decorator
@inline
function copyRows(to: usize, from: usize, n: i32, toStride: usize, fromStride: usize, bytes: usize): void {
  if (bytes >= 1024) {
    for (; n > 0; n--, to += toStride, from += fromStride) memory.copy(to, from, bytes);
  } else {
    for (; n > 0; n--, to += toStride, from += fromStride) copyShort(to, from, bytes);
  }
}

/** Copies a few bytes: calling a function would cost more. */
// @ts-ignore: decorator
@inline
function copyShort(to: usize, from: usize, bytes: usize): void {
  // The last elements are copied by a word that ends where they do
  if (bytes >= 16) {
    for (let i: usize = 0; i + 16 < bytes; i += 16) v128.store(to + i, v128.load(from + i));
    v128.store(to + bytes - 16, v128.load(from + bytes - 16));
  } else if (bytes >= 8) {
    store<u64>(to, load<u64>(from));
    store<u64>(to + bytes - 8, load<u64>(from + bytes - 8));
  } else if (bytes >= 4) {
    store<u32>(to, load<u32>(from));
    store<u32>(to + bytes - 4, load<u32>(from + bytes - 4));
  } else {
    for (let i: usize = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

// The unit is sixteen rows of the result in a plane whose columns are the rows of the source
function turnTask(chunk: i32, chunks: i32): void {
  const a = args<MoveArgs>();
  const rank = a.rank;
  const turned = a.turned;
  const height = dim(turned).n;
  const toStride = dim(turned).to;
  const width = dim(rank - 1).n;
  const fromStride = dim(rank - 1).from;
  const blocks = (height + 15) >> 4;
  let units = blocks;
  for (let i = 0; i < rank - 1; i++) if (i != turned) units *= dim(i).n;
  const end = bound(units, 1, chunk + 1, chunks);
  for (let u = bound(units, 1, chunk, chunks); u < end; u++) {
    const plane = u / blocks;
    const first = (u - plane * blocks) << 4;
    const last = min(height, first + 16);
    const to = a.to + offset(false, plane, rank - 1, turned);
    const from = a.from + offset(true, plane, rank - 1, turned);
    // 64 columns at a time: the second eight rows find the source's lines in the cache
    for (let x = 0; x < width; x += 64) {
      const w = min(64, width - x);
      const p = to + (<usize>x << 2);
      const q = from + <usize>x * fromStride;
      let y = first;
      for (; y + 8 <= last; y += 8)
        turnRows(true, p + <usize>y * toStride, toStride, q + (<usize>y << 2), fromStride, w);
      for (; y + 4 <= last; y += 4)
        turnRows(false, p + <usize>y * toStride, toStride, q + (<usize>y << 2), fromStride, w);
      for (; y < last; y++) {
        let s = q + (<usize>y << 2);
        const t = p + <usize>y * toStride;
        for (let i = 0; i < w; i++, s += fromStride) store<u32>(t + (<usize>i << 2), load<u32>(s));
      }
    }
  }
}

/** Fills four rows of `width` elements, or eight, from as many columns. */
// @ts-ignore: decorator
@inline
function turnRows(eight: bool, to: usize, toStride: usize, from: usize, fromStride: usize, width: i32): void {
  const rows: usize = eight ? 8 : 4;
  let x = 0;
  for (; x + 4 <= width; x += 4) {
    turn4(to, toStride, from, fromStride);
    if (eight) turn4(to + 4 * toStride, toStride, from + 16, fromStride);
    to += 16;
    from += 4 * fromStride;
  }
  for (; x < width; x++) {
    for (let y: usize = 0; y < rows; y++) store<u32>(to + y * toStride, load<u32>(from + (y << 2)));
    to += 4;
    from += fromStride;
  }
}

/** Transposes 4 × 4 words. */
// @ts-ignore: decorator
@inline
function turn4(to: usize, toStride: usize, from: usize, fromStride: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStride);
  const c = v128.load(from + 2 * fromStride);
  const d = v128.load(from + 3 * fromStride);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + toStride, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * toStride, v128.shuffle<i64>(ef, gh, 0, 2));
  v128.store(to + 3 * toStride, v128.shuffle<i64>(ef, gh, 1, 3));
}

function stridedTask(chunk: i32, chunks: i32): void {
  const a = args<MoveArgs>();
  const rank = a.rank;
  const last = dim(rank - 1);
  const height = rank > 1 ? dim(rank - 2).n : 1;
  const toStride = rank > 1 ? dim(rank - 2).to : 0;
  const fromStride = rank > 1 ? dim(rank - 2).from : 0;
  let rows = height;
  for (let i = 0; i < rank - 2; i++) rows *= dim(i).n;
  let row = bound(rows, 1, chunk, chunks);
  const end = bound(rows, 1, chunk + 1, chunks);
  while (row < end) {
    const plane = row / height;
    const y = row - plane * height;
    let n = min(height - y, end - row);
    row += n;
    let to = a.to + offset(false, plane, rank - 2, -1) + <usize>y * toStride;
    let from = a.from + offset(true, plane, rank - 2, -1) + <usize>y * fromStride;
    for (; n > 0; n--, to += toStride, from += fromStride) moveStrided(a.size, to, last.to, from, last.from, last.n);
  }
}

// @ts-ignore: decorator
@inline
function moveStrided(size: i32, to: usize, toStride: usize, from: usize, fromStride: usize, n: i32): void {
  switch (size) {
    case 1:
      if (toStride == 1 && fromStride == 0) memory.fill(to, load<u8>(from), n);
      else strided<u8>(to, toStride, from, fromStride, n);
      break;
    case 4:
      if (toStride == 4 && fromStride == 0) fill(to, load<u32>(from), n);
      else if (toStride == 4 && <i32>fromStride == -4) reversed(to, from, n);
      else strided<u32>(to, toStride, from, fromStride, n);
      break;
    case 8:
      strided<u64>(to, toStride, from, fromStride, n);
      break;
    default:
      for (; n > 0; n--, to += toStride, from += fromStride) v128.store(to, v128.load(from));
  }
}

// @ts-ignore: decorator
@inline
function strided<T>(to: usize, toStride: usize, from: usize, fromStride: usize, n: i32): void {
  for (; n > 0; n--, to += toStride, from += fromStride) store<T>(to, load<T>(from));
}

// @ts-ignore: decorator
@inline
function fill(to: usize, bits: u32, n: i32): void {
  const v = i32x4.splat(bits);
  for (; n >= 4; n -= 4, to += 16) v128.store(to, v);
  for (; n > 0; n--, to += 4) store<u32>(to, bits);
}

/** `from` is the last of the elements in memory. */
// @ts-ignore: decorator
@inline
function reversed(to: usize, from: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16, from -= 16) {
    const v = v128.load(from - 12);
    v128.store(to, v128.shuffle<i32>(v, v, 3, 2, 1, 0));
  }
  for (; n > 0; n--, to += 4, from -= 4) store<u32>(to, load<u32>(from));
}

/** y[b, o, i] = x[b, o, indices[b, i]]: picks rows by index. */
@unmanaged
export class GatherArgs {
  /** [batch, outer, dim] rows. */
  x: usize;
  /** [batch, count] int32. */
  indices: usize;
  /** [batch, outer, count] rows, written. */
  y: usize;
  batch: i32;
  outer: i32;
  count: i32;
  dim: i32;
  /** Of a row. */
  bytes: i32;
}

/** Copies rows picked by index. @returns false, with y unfinished, if an index is not in 0 … dim − 1 */
export function gatherRows(args: GatherArgs): bool {
  const a = args;
  const n = a.batch * a.count;
  const indices = a.indices;
  const dim = <u32>a.dim;
  for (let i = 0; i < n; i++) if (load<u32>(indices + (<usize>i << 2)) >= dim) return false;
  // Finding a row costs as much as copying some
  parallel(gatherRowsTask.index, chunksOf(a.batch * a.outer * a.count, GRAIN / (a.bytes + 32)));
  return true;
}

function gatherRowsTask(chunk: i32, chunks: i32): void {
  const a = args<GatherArgs>();
  const bytes = <usize>a.bytes;
  const count = a.count;
  const rows = a.batch * a.outer * count;
  let row = bound(rows, 1, chunk, chunks);
  const end = bound(rows, 1, chunk + 1, chunks);
  while (row < end) {
    const block = row / count;
    const first = row - block * count;
    const last = min(count, first + end - row);
    const indices = a.indices + ((<usize>(block / a.outer) * <usize>count) << 2);
    const x = a.x + <usize>block * <usize>a.dim * bytes;
    let y = a.y + <usize>row * bytes;
    if (bytes == 4) {
      for (let i = first; i < last; i++, y += 4)
        store<u32>(y, load<u32>(x + (load<usize>(indices + (<usize>i << 2)) << 2)));
    } else {
      for (let i = first; i < last; i++, y += bytes) {
        const from = x + load<usize>(indices + (<usize>i << 2)) * bytes;
        if (bytes >= 1024) memory.copy(y, from, bytes);
        else copyShort(y, from, bytes);
      }
    }
    row += last - first;
  }
}

/** Coordinates [count, rank] as numbers of rows: flat[i] = Σⱼ indices[i, j] · strides[j]. */
@unmanaged
export class FlattenArgs {
  /** [count, rank] int32. */
  indices: usize;
  /** [rank] int32. */
  strides: usize;
  /** [count] int32, written. */
  flat: usize;
  count: i32;
  rank: i32;
  /** How many rows there are. */
  limit: i32;
}

/** Turns coordinates into numbers of rows. @returns false if one is not in 0 … limit − 1 */
export function flattenIndices(args: FlattenArgs): bool {
  const indices = args.indices;
  const strides = args.strides;
  const flat = args.flat;
  const count = args.count;
  const rank = args.rank;
  const limit = args.limit;
  for (let i = 0; i < count; i++) {
    let sum: i64 = 0;
    for (let j = 0; j < rank; j++) {
      const at = <usize>(i * rank + j) << 2;
      sum += <i64>load<i32>(indices + at) * <i64>load<i32>(strides + (<usize>j << 2));
    }
    if (sum < 0 || sum >= <i64>limit) return false;
    store<i32>(flat + (<usize>i << 2), <i32>sum);
  }
  return true;
}

/** y[s] = Σ of the x[i] with ids[i] = s, added in the order of i; ids that are no row of y are ignored. */
@unmanaged
export class SegmentSumArgs {
  /** [count, words] float32 or int32. */
  x: usize;
  /** [count] int32. */
  ids: usize;
  /** [segments, words], written. */
  y: usize;
  count: i32;
  segments: i32;
  words: i32;
  /** Whether the numbers are int32. */
  integers: bool;
}

@unmanaged
class SegmentSumTask extends SegmentSumArgs {
  byColumns: bool; // whether a chunk has some columns, or some rows of the result
}

/** Numbers that are worth a chunk of their own. */
const SUM_GRAIN: i32 = 16384;
/** A chunk of columns is at least this wide. */
const WIDE: i32 = 32;

/** Sums of rows by segment. */
export function segmentSum(args: SegmentSumArgs): void {
  const a = changetype<SegmentSumTask>(args);
  // A chunk has columns, as wide as possible: all have the same work, whatever the ids. Narrow rows are shared out
  // instead.
  a.byColumns = a.words >= WIDE * threadCount();
  const work = ((<i64>a.count + <i64>a.segments) * <i64>a.words) / SUM_GRAIN;
  const most = a.byColumns ? threadCount() : a.segments;
  parallel(segmentSumTask.index, min(most, chunksOf(<i32>min<i64>(work, 1024), 1)));
}

function segmentSumTask(chunk: i32, chunks: i32): void {
  const a = args<SegmentSumTask>();
  if (a.integers) sumSegments(true, chunk, chunks);
  else sumSegments(false, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function sumSegments(integers: bool, chunk: i32, chunks: i32): void {
  const a = args<SegmentSumTask>();
  const bytes = <usize>a.words << 2;
  let first: usize = 0;
  let rows = <usize>a.segments;
  let from: usize = 0;
  let width = bytes;
  if (a.byColumns) {
    from = <usize>bound(a.words, 16, chunk, chunks) << 2;
    width = (<usize>bound(a.words, 16, chunk + 1, chunks) << 2) - from;
  } else {
    first = bound(a.segments, 1, chunk, chunks);
    rows = <usize>bound(a.segments, 1, chunk + 1, chunks) - first;
  }
  const y = a.y + first * bytes + from;
  if (width == bytes) memory.fill(y, 0, rows * bytes);
  else for (let r: usize = 0; r < rows; r++) memory.fill(y + r * bytes, 0, width);
  let x = a.x + from;
  for (let i = 0; i < a.count; i++, x += bytes) {
    const r = load<usize>(a.ids + (<usize>i << 2)) - first;
    if (r >= rows) continue;
    const row = y + r * bytes;
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const sum = v128.load(row + c);
      const v = v128.load(x + c);
      v128.store(row + c, integers ? i32x4.add(sum, v) : f32x4.add(sum, v));
    }
    for (; c < width; c += 4) {
      if (integers) store<i32>(row + c, load<i32>(row + c) + load<i32>(x + c));
      else store<f32>(row + c, load<f32>(row + c) + load<f32>(x + c));
    }
  }
}

/** y[i, j] = `on` where j = indices[i], else `off`. */
@unmanaged
export class OneHotArgs {
  /** [n] int32. */
  indices: usize;
  /** [n, depth], written. */
  y: usize;
  n: i32;
  depth: i32;
  /** The bits of an element. */
  on: i32;
  /** The bits of an element. */
  off: i32;
  /** Bytes of an element: 1 or 4. */
  size: i32;
}

/** One-hot rows. */
export function oneHot(args: OneHotArgs): void {
  parallel(oneHotTask.index, chunksOf(args.n, GRAIN / (args.depth * args.size)));
}

function oneHotTask(chunk: i32, chunks: i32): void {
  const a = args<OneHotArgs>();
  const depth = a.depth;
  const begin = bound(a.n, 1, chunk, chunks);
  const end = bound(a.n, 1, chunk + 1, chunks);
  if (a.size == 1) memory.fill(a.y + <usize>begin * <usize>depth, <u8>a.off, <usize>(end - begin) * <usize>depth);
  else fill(a.y + ((<usize>begin * <usize>depth) << 2), a.off, (end - begin) * depth);
  for (let i = begin; i < end; i++) {
    const index = load<usize>(a.indices + (<usize>i << 2));
    if (index >= <usize>depth) continue;
    const at = <usize>i * <usize>depth + index;
    if (a.size == 1) store<u8>(a.y + at, <u8>a.on);
    else store<i32>(a.y + (at << 2), a.on);
  }
}
