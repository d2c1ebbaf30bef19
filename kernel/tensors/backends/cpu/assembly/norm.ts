// Batch and layer normalization with their gradients, in as few passes over memory as possible.
import { args, bound, chunksOf, parallel, scratch, scratchBytes } from './pool';
import { sideBySide } from './reduce';
import { madd, nmadd, sum4 } from './simd';
import { loadSome, rowGrain, rowSum, storeSome } from './softmax';

// --- Batch normalization ---
//
// x [rows, channels] is worked on as [groups, width]: `side` rows side by side make whole vectors, so each channel has
// `side` columns. Each chunk has its statistics for each column, by blocks that stay in the nearest cache; statistics
// of two parts are joined by the formulas of Chan, Golub and LeVeque (1979), which lose nothing where the mean is
// large. Rows that fill no group are taken one by one.

/** Numbers of a block of groups. A block is read twice: the second time it is in the nearest cache. */
const BLOCK: i32 = 4096;

/** Batch normalization over all rows of x [rows, channels]. Vectors have `channels` numbers. */
@unmanaged
export class BatchNormArgs {
  /** [rows, channels]. */
  x: usize;
  /** [rows, channels], written. */
  y: usize;
  /** Given, or written by `batchNormTrain`. */
  mean: usize;
  /** Given, or written by `batchNormTrain`: the biased one. */
  variance: usize;
  /** 0 for all ones. */
  scale: usize;
  /** 0 for all zeros. */
  offset: usize;
  rows: i32;
  channels: i32;
  epsilon: f32;
  /** Working memory, `batchNormBytes(rows, channels)` bytes. */
  work: usize;
}

/** The gradients of `batchNormTrain` with respect to x, scale and offset. */
@unmanaged
export class BatchNormGradArgs extends BatchNormArgs {
  /** [rows, channels], the gradient with respect to y; that with respect to x is written to y. */
  dy: usize;
  /** The gradients with respect to the mean and the variance that `batchNormTrain` wrote; 0 for none. */
  dmean: usize;
  dvariance: usize;
  /** Written. */
  dscale: usize;
  /** Written. */
  doffset: usize;
}

/** How the tensors are cut. */
@unmanaged
class BatchTask extends BatchNormGradArgs {
  partials: usize; // [chunks, 2, width], of the gradient float64
  params: usize; // [4, width]
  groups: i32;
  width: i32;
}

/** Numbers that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

// @ts-ignore: decorator
@inline
function batchChunks(rows: i32, channels: i32): i32 {
  const groups = rows / sideBySideWhole(channels);
  return max(1, min(groups, chunksOf(rows * channels, GRAIN)));
}

/** As sideBySide, but always whole vectors. */
// @ts-ignore: decorator
@inline
function sideBySideWhole(channels: i32): i32 {
  return channels > 512 ? (channels % 4 == 0 ? 1 : channels % 2 == 0 ? 2 : 4) : sideBySide(channels);
}

/** Bytes of working memory of batch normalization and its gradient. */
export function batchNormBytes(rows: i32, channels: i32): usize {
  const width = <usize>(channels * sideBySideWhole(channels));
  return (width * (<usize>batchChunks(rows, channels) * 4 + 4)) << 2;
}

/**
 * Joins the statistics of a block of `count` groups at x, of one or four vectors' columns, to `mean` and `m2`, the sum
 * of squared deviations, of the `before` groups; `stride` in bytes.
 */
// @ts-ignore: decorator
@inline
function blockStatistics(
  vectors: i32,
  x: usize,
  count: i32,
  stride: usize,
  first: bool,
  before: f32,
  mean: usize,
  m2: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let p = x;
  // Sums of sixteen groups are added to the rest
  for (let g = 0; g < count; ) {
    const stop = min(count, g + 16);
    let t0 = f32x4.splat(0);
    let t1 = t0;
    let t2 = t0;
    let t3 = t0;
    for (; g < stop; g++) {
      t0 = f32x4.add(t0, v128.load(p));
      if (vectors == 4) {
        t1 = f32x4.add(t1, v128.load(p, 16));
        t2 = f32x4.add(t2, v128.load(p, 32));
        t3 = f32x4.add(t3, v128.load(p, 48));
      }
      p += stride;
    }
    s0 = f32x4.add(s0, t0);
    if (vectors == 4) {
      s1 = f32x4.add(s1, t1);
      s2 = f32x4.add(s2, t2);
      s3 = f32x4.add(s3, t3);
    }
  }
  const n = f32x4.splat(<f32>count);
  const a0 = f32x4.div(s0, n);
  const a1 = f32x4.div(s1, n);
  const a2 = f32x4.div(s2, n);
  const a3 = f32x4.div(s3, n);
  s0 = f32x4.splat(0);
  s1 = s0;
  s2 = s0;
  s3 = s0;
  p = x;
  for (let g = 0; g < count; g++) {
    const d0 = f32x4.sub(v128.load(p), a0);
    s0 = madd(d0, d0, s0);
    if (vectors == 4) {
      const d1 = f32x4.sub(v128.load(p, 16), a1);
      const d2 = f32x4.sub(v128.load(p, 32), a2);
      const d3 = f32x4.sub(v128.load(p, 48), a3);
      s1 = madd(d1, d1, s1);
      s2 = madd(d2, d2, s2);
      s3 = madd(d3, d3, s3);
    }
    p += stride;
  }
  const share: f32 = <f32>count / (before + <f32>count);
  const weight: f32 = before * share;
  join(first, share, weight, a0, s0, mean, m2);
  if (vectors == 4) {
    join(first, share, weight, a1, s1, mean + 16, m2 + 16);
    join(first, share, weight, a2, s2, mean + 32, m2 + 32);
    join(first, share, weight, a3, s3, mean + 48, m2 + 48);
  }
}

/** Joins the mean and the squared deviations of a part to those at `mean` and `m2`, of which it is `share`. */
// @ts-ignore: decorator
@inline
function join(first: bool, share: f32, weight: f32, m: v128, s: v128, mean: usize, m2: usize): void {
  if (first) {
    v128.store(mean, m);
    v128.store(m2, s);
    return;
  }
  const old = v128.load(mean);
  const delta = f32x4.sub(m, old);
  v128.store(mean, madd(delta, f32x4.splat(share), old));
  v128.store(m2, f32x4.add(madd(f32x4.mul(delta, delta), f32x4.splat(weight), s), v128.load(m2)));
}

function statisticsTask(chunk: i32, chunks: i32): void {
  const a = args<BatchTask>();
  const width = a.width;
  const stride = (<usize>width) << 2;
  const from = bound(a.groups, 1, chunk, chunks);
  const to = bound(a.groups, 1, chunk + 1, chunks);
  const mean = a.partials + <usize>chunk * 2 * stride;
  const m2 = mean + stride;
  const block = max(8, BLOCK / width);
  for (let g = from; g < to; g += block) {
    const count = min(block, to - g);
    const x = a.x + <usize>g * stride;
    const first = g == from;
    const before = <f32>(g - from);
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) blockStatistics(4, x + c, count, stride, first, before, mean + c, m2 + c);
    for (; c < stride; c += 16) blockStatistics(1, x + c, count, stride, first, before, mean + c, m2 + c);
  }
}

/** y = (x − mean) · factor + offset for each group, with params [mean, factor, offset]. */
function scaleTask(chunk: i32, chunks: i32): void {
  const a = args<BatchTask>();
  const width = a.width;
  const stride = (<usize>width) << 2;
  const to = bound(a.groups, 1, chunk + 1, chunks);
  const block = max(4, BLOCK / 2 / width);
  for (let g = bound(a.groups, 1, chunk, chunks); g < to; g += block) {
    const count = min(block, to - g);
    const at = <usize>g * stride;
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) scaleBlock(4, a.x + at + c, a.y + at + c, count, stride, a.params + c);
    for (; c < stride; c += 16) scaleBlock(1, a.x + at + c, a.y + at + c, count, stride, a.params + c);
  }
}

// @ts-ignore: decorator
@inline
function scaleBlock(vectors: i32, x: usize, y: usize, count: i32, stride: usize, params: usize): void {
  const factors = params + stride;
  const offsets = factors + stride;
  const m0 = v128.load(params);
  const f0 = v128.load(factors);
  const o0 = v128.load(offsets);
  if (vectors == 1) {
    for (let g = 0; g < count; g++) {
      v128.store(y, madd(f32x4.sub(v128.load(x), m0), f0, o0));
      x += stride;
      y += stride;
    }
    return;
  }
  const m1 = v128.load(params, 16);
  const m2 = v128.load(params, 32);
  const m3 = v128.load(params, 48);
  const f1 = v128.load(factors, 16);
  const f2 = v128.load(factors, 32);
  const f3 = v128.load(factors, 48);
  const o1 = v128.load(offsets, 16);
  const o2 = v128.load(offsets, 32);
  const o3 = v128.load(offsets, 48);
  for (let g = 0; g < count; g++) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m0), f0, o0));
    v128.store(y, madd(f32x4.sub(v128.load(x, 16), m1), f1, o1), 16);
    v128.store(y, madd(f32x4.sub(v128.load(x, 32), m2), f2, o2), 32);
    v128.store(y, madd(f32x4.sub(v128.load(x, 48), m3), f3, o3), 48);
    x += stride;
    y += stride;
  }
}

/** Cuts the tensors, and shares out the working memory. */
// @ts-ignore: decorator
@inline
function setUpBatch(args: BatchNormArgs): BatchTask {
  const a = changetype<BatchTask>(args);
  const side = sideBySideWhole(a.channels);
  a.width = a.channels * side;
  a.groups = a.rows / side;
  a.params = a.work;
  a.partials = a.work + (<usize>a.width << 4);
  return a;
}

/**
 * Scales the groups on all threads and the remaining rows here, with a channel's parameters repeated for each of its
 * columns.
 */
function scaleAll(): void {
  const a = args<BatchTask>();
  const rows = a.rows;
  const channels = a.channels;
  const stride = (<usize>a.width) << 2;
  const side = a.width / channels;
  spread(3, channels, side);
  if (a.groups > 0) parallel(scaleTask.index, batchChunks(rows, channels));
  let at = <usize>a.groups * stride;
  for (let r = a.groups * side; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      const p = a.params + ((<usize>c) << 2);
      store<f32>(a.y + at, (load<f32>(a.x + at) - load<f32>(p)) * load<f32>(p + stride) + load<f32>(p + 2 * stride));
      at += 4;
    }
  }
}

/** Repeats the first `channels` of each of `count` rows of parameters, `side` times in all. */
// @ts-ignore: decorator
@inline
function spread(count: i32, channels: i32, side: i32): void {
  if (side == 1) return;
  const a = args<BatchTask>();
  const row = (<usize>channels) << 2;
  for (let i = 0; i < count; i++) {
    const p = a.params + <usize>i * ((<usize>a.width) << 2);
    const end = p + <usize>side * row;
    for (let q = p + row; q < end; q += 4) store<f32>(q, load<f32>(q - row));
  }
}

/** With given statistics: y = (x − mean) · scale / √(variance + epsilon) + offset. */
export function batchNorm(args: BatchNormArgs): void {
  const a = setUpBatch(args);
  const channels = a.channels;
  const epsilon = a.epsilon;
  const stride = (<usize>a.width) << 2;
  const mean = a.mean;
  const variance = a.variance;
  const scale = a.scale;
  const offset = a.offset;
  for (let c = 0; c < channels; c++) {
    const i = (<usize>c) << 2;
    const p = a.params + i;
    const rstd: f32 = 1 / sqrt<f32>(load<f32>(variance + i) + epsilon);
    store<f32>(p, load<f32>(mean + i));
    store<f32>(p + stride, scale ? load<f32>(scale + i) * rstd : rstd);
    store<f32>(p + 2 * stride, offset ? load<f32>(offset + i) : 0);
  }
  scaleAll();
}

/** With the batch's own statistics (Ioffe and Szegedy 2015, algorithm 1), which are written. */
export function batchNormTrain(args: BatchNormArgs): void {
  const a = setUpBatch(args);
  const rows = a.rows;
  const channels = a.channels;
  const epsilon = a.epsilon;
  const mean = a.mean;
  const variance = a.variance;
  const scale = a.scale;
  const offset = a.offset;
  const stride = (<usize>a.width) << 2;
  const side = a.width / channels;
  const groups = a.groups;
  if (groups > 0) {
    const chunks = batchChunks(rows, channels);
    parallel(statisticsTask.index, chunks);
    let before = bound(groups, 1, 1, chunks);
    for (let i = 1; i < chunks; i++) {
      const count = bound(groups, 1, i + 1, chunks) - bound(groups, 1, i, chunks);
      const share: f32 = <f32>count / <f32>(before + count);
      const weight: f32 = <f32>before * share;
      const part = a.partials + <usize>i * 2 * stride;
      for (let c: usize = 0; c < stride; c += 16) {
        const m = v128.load(part + c);
        const s = v128.load(part + stride + c);
        join(false, share, weight, m, s, a.partials + c, a.partials + stride + c);
      }
      before += count;
    }
  }
  const rest = a.x + <usize>groups * stride;
  const remaining = rows - groups * side;
  for (let c = 0; c < channels; c++) {
    const i = (<usize>c) << 2;
    // The columns of a channel have the same number of rows each
    let m: f64 = 0;
    let m2: f64 = 0;
    let n: f64 = 0;
    if (groups > 0) {
      for (let s = 0; s < side; s++) {
        const at = a.partials + ((<usize>(s * channels + c)) << 2);
        const delta = <f64>load<f32>(at) - m;
        const total = n + <f64>groups;
        m += (delta * <f64>groups) / total;
        m2 += <f64>load<f32>(at + stride) + (delta * delta * n * <f64>groups) / total;
        n = total;
      }
    }
    for (let r = 0; r < remaining; r++) {
      const v = <f64>load<f32>(rest + ((<usize>(r * channels + c)) << 2));
      n += 1;
      const delta = v - m;
      m += delta / n;
      m2 += delta * (v - m);
    }
    const meanHere = <f32>m;
    const varianceHere = <f32>(m2 / n);
    store<f32>(mean + i, meanHere);
    store<f32>(variance + i, varianceHere);
    const rstd: f32 = 1 / sqrt<f32>(varianceHere + epsilon);
    const p = a.params + i;
    store<f32>(p, meanHere);
    store<f32>(p + stride, scale ? load<f32>(scale + i) * rstd : rstd);
    store<f32>(p + 2 * stride, offset ? load<f32>(offset + i) : 0);
  }
  scaleAll();
}

/** Σ dy and Σ dy · (x − mean) of each column, with params [mean]. Sums of blocks are added in float64. */
function gradSumsTask(chunk: i32, chunks: i32): void {
  const a = args<BatchTask>();
  const width = a.width;
  const stride = (<usize>width) << 2;
  const from = bound(a.groups, 1, chunk, chunks);
  const to = bound(a.groups, 1, chunk + 1, chunks);
  const sums = a.partials + <usize>chunk * 4 * stride;
  const block = max(8, BLOCK / width);
  for (let g = from; g < to; g += block) {
    const count = min(block, to - g);
    const at = <usize>g * stride;
    const first = g == from;
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) {
      gradSumsBlock(4, a.dy + at + c, a.x + at + c, count, stride, first, a.params + c, sums + 2 * c);
    }
    for (; c < stride; c += 16) {
      gradSumsBlock(1, a.dy + at + c, a.x + at + c, count, stride, first, a.params + c, sums + 2 * c);
    }
  }
}

// @ts-ignore: decorator
@inline
function gradSumsBlock(
  vectors: i32,
  dy: usize,
  x: usize,
  count: i32,
  stride: usize,
  first: bool,
  params: usize,
  sums: usize,
): void {
  const zero = f32x4.splat(0);
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  let t0 = zero;
  let t1 = zero;
  let t2 = zero;
  let t3 = zero;
  const m0 = v128.load(params);
  const m1 = vectors == 4 ? v128.load(params, 16) : zero;
  const m2 = vectors == 4 ? v128.load(params, 32) : zero;
  const m3 = vectors == 4 ? v128.load(params, 48) : zero;
  // Sums of sixteen groups are added to the rest
  for (let g = 0; g < count; ) {
    const stop = min(count, g + 16);
    let u0 = zero;
    let u1 = zero;
    let u2 = zero;
    let u3 = zero;
    let v0 = zero;
    let v1 = zero;
    let v2 = zero;
    let v3 = zero;
    for (; g < stop; g++) {
      const d0 = v128.load(dy);
      u0 = f32x4.add(u0, d0);
      v0 = madd(d0, f32x4.sub(v128.load(x), m0), v0);
      if (vectors == 4) {
        const d1 = v128.load(dy, 16);
        const d2 = v128.load(dy, 32);
        const d3 = v128.load(dy, 48);
        u1 = f32x4.add(u1, d1);
        u2 = f32x4.add(u2, d2);
        u3 = f32x4.add(u3, d3);
        v1 = madd(d1, f32x4.sub(v128.load(x, 16), m1), v1);
        v2 = madd(d2, f32x4.sub(v128.load(x, 32), m2), v2);
        v3 = madd(d3, f32x4.sub(v128.load(x, 48), m3), v3);
      }
      dy += stride;
      x += stride;
    }
    s0 = f32x4.add(s0, u0);
    t0 = f32x4.add(t0, v0);
    if (vectors == 4) {
      s1 = f32x4.add(s1, u1);
      s2 = f32x4.add(s2, u2);
      s3 = f32x4.add(s3, u3);
      t1 = f32x4.add(t1, v1);
      t2 = f32x4.add(t2, v2);
      t3 = f32x4.add(t3, v3);
    }
  }
  addTo(first, sums, s0, t0, stride);
  if (vectors == 4) {
    addTo(first, sums + 32, s1, t1, stride);
    addTo(first, sums + 64, s2, t2, stride);
    addTo(first, sums + 96, s3, t3, stride);
  }
}

/** Adds to the sums of s in float64, and to those of t two strides behind. */
// @ts-ignore: decorator
@inline
function addTo(first: bool, sums: usize, s: v128, t: v128, stride: usize): void {
  addWide(first, sums, s);
  addWide(first, sums + 2 * stride, t);
}

// @ts-ignore: decorator
@inline
function addWide(first: bool, sums: usize, s: v128): void {
  const low = f64x2.promote_low_f32x4(s);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(s, s, 2, 3, 0, 1));
  v128.store(sums, first ? low : f64x2.add(low, v128.load(sums)));
  v128.store(sums, first ? high : f64x2.add(high, v128.load(sums, 16)), 16);
}

/** y = dy · a + (x − mean) · b + c for each group, with params [mean, a, b, c]. */
function gradTask(chunk: i32, chunks: i32): void {
  const a = args<BatchTask>();
  const width = a.width;
  const stride = (<usize>width) << 2;
  const to = bound(a.groups, 1, chunk + 1, chunks);
  const block = max(4, BLOCK / 2 / width);
  for (let g = bound(a.groups, 1, chunk, chunks); g < to; g += block) {
    const count = min(block, to - g);
    const at = <usize>g * stride;
    let c: usize = 0;
    for (; c + 32 <= stride; c += 32) gradBlock(2, a.dy + at + c, a.x + at + c, a.y + at + c, count, stride, a.params + c);
    for (; c < stride; c += 16) gradBlock(1, a.dy + at + c, a.x + at + c, a.y + at + c, count, stride, a.params + c);
  }
}

// @ts-ignore: decorator
@inline
function gradBlock(vectors: i32, dy: usize, x: usize, y: usize, count: i32, stride: usize, params: usize): void {
  const m0 = v128.load(params);
  const a0 = v128.load(params + stride);
  const b0 = v128.load(params + 2 * stride);
  const c0 = v128.load(params + 3 * stride);
  const m1 = vectors == 2 ? v128.load(params, 16) : m0;
  const a1 = vectors == 2 ? v128.load(params + stride, 16) : a0;
  const b1 = vectors == 2 ? v128.load(params + 2 * stride, 16) : b0;
  const c1 = vectors == 2 ? v128.load(params + 3 * stride, 16) : c0;
  for (let g = 0; g < count; g++) {
    v128.store(y, madd(v128.load(dy), a0, madd(f32x4.sub(v128.load(x), m0), b0, c0)));
    if (vectors == 2) v128.store(y, madd(v128.load(dy, 16), a1, madd(f32x4.sub(v128.load(x, 16), m1), b1, c1)), 16);
    dy += stride;
    x += stride;
    y += stride;
  }
}

/** The gradient of `batchNormTrain` (Ioffe and Szegedy 2015, section 3), for gradients of all three of its results. */
export function batchNormTrainGrad(args: BatchNormGradArgs): void {
  const a = setUpBatch(args);
  const rows = a.rows;
  const channels = a.channels;
  const epsilon = a.epsilon;
  const dy = a.dy;
  const x = a.x;
  const dx = a.y;
  const mean = a.mean;
  const variance = a.variance;
  const scale = a.scale;
  const dmean = a.dmean;
  const dvariance = a.dvariance;
  const dscale = a.dscale;
  const doffset = a.doffset;
  const stride = (<usize>a.width) << 2;
  const side = a.width / channels;
  const groups = a.groups;
  for (let c: usize = 0; c < (<usize>channels) << 2; c += 4) store<f32>(a.params + c, load<f32>(mean + c));
  spread(1, channels, side);
  if (groups > 0) {
    const chunks = batchChunks(rows, channels);
    parallel(gradSumsTask.index, chunks);
    for (let i = 1; i < chunks; i++) {
      const part = a.partials + <usize>i * 4 * stride;
      for (let c: usize = 0; c < 4 * stride; c += 16) {
        v128.store(a.partials + c, f64x2.add(v128.load(a.partials + c), v128.load(part + c)));
      }
    }
  }
  const restAt = <usize>groups * stride;
  const remaining = rows - groups * side;
  const n = <f32>rows;
  for (let c = 0; c < channels; c++) {
    const i = (<usize>c) << 2;
    const meanHere = load<f32>(mean + i);
    // Σ dy and Σ dy · (x − mean)
    let wideS: f64 = 0;
    let wideT: f64 = 0;
    if (groups > 0) {
      for (let k = 0; k < side; k++) {
        const at = a.partials + ((<usize>(k * channels + c)) << 3);
        wideS += load<f64>(at);
        wideT += load<f64>(at + 2 * stride);
      }
    }
    for (let r = 0; r < remaining; r++) {
      const at = restAt + ((<usize>(r * channels + c)) << 2);
      const d = load<f32>(dy + at);
      wideS += <f64>d;
      wideT += <f64>(d * (load<f32>(x + at) - meanHere));
    }
    const s = <f32>wideS;
    const t = <f32>wideT;
    const rstd: f32 = 1 / sqrt<f32>(load<f32>(variance + i) + epsilon);
    store<f32>(dscale + i, t * rstd);
    store<f32>(doffset + i, s);
    const factor = scale ? load<f32>(scale + i) * rstd : rstd;
    let b = (-factor * rstd * rstd * t) / n;
    let k = (-factor * s) / n;
    if (dvariance) b += (2 * load<f32>(dvariance + i)) / n;
    if (dmean) k += load<f32>(dmean + i) / n;
    const p = a.params + i;
    store<f32>(p + stride, factor);
    store<f32>(p + 2 * stride, b);
    store<f32>(p + 3 * stride, k);
  }
  spread(4, channels, side);
  if (groups > 0) parallel(gradTask.index, batchChunks(rows, channels));
  let at = restAt;
  for (let r = 0; r < remaining; r++) {
    for (let c = 0; c < channels; c++) {
      const p = a.params + ((<usize>c) << 2);
      const deviation = load<f32>(x + at) - load<f32>(p);
      const d = load<f32>(dy + at) * load<f32>(p + stride);
      store<f32>(dx + at, d + (deviation * load<f32>(p + 2 * stride) + load<f32>(p + 3 * stride)));
      at += 4;
    }
  }
}

// --- Layer normalization ---

/** Layer normalization of each row of x [rows, columns]. */
@unmanaged
export class LayerNormArgs {
  /** [rows, columns]. */
  x: usize;
  /** [rows, columns], written. */
  y: usize;
  /** [columns]. */
  gamma: usize;
  /** [columns]; the gradient does not use it. */
  beta: usize;
  /** [rows], written by `layerNorm`. */
  mean: usize;
  /** [rows], written by `layerNorm`: 1 / √(variance + epsilon). */
  rstd: usize;
  rows: i32;
  columns: i32;
  /** The gradient does not use it. */
  epsilon: f32;
}

/** The gradients of `layerNorm` with respect to x, gamma and beta. */
@unmanaged
export class LayerNormGradArgs extends LayerNormArgs {
  /** [rows, columns], the gradient with respect to y; that with respect to x is written to y. */
  dy: usize;
  /** [columns], written. */
  dgamma: usize;
  /** [columns], written. */
  dbeta: usize;
  /** Working memory, `layerNormBytes(rows, columns)` bytes: partial sums [chunks, 2, columns]. */
  work: usize;
}

/**
 * y = (x − mean) · rstd · gamma + beta (Ba, Kiros and Hinton 2016), with the mean of each row and rstd = 1 / √(variance
 * + epsilon).
 */
export function layerNorm(args: LayerNormArgs): void {
  parallel(layerNormTask.index, chunksOf(args.rows, 2 * rowGrain(args.columns)));
}

function layerNormTask(chunk: i32, chunks: i32): void {
  const a = args<LayerNormArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const gamma = a.gamma;
  const beta = a.beta;
  const zero = f32x4.splat(0);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.x + <usize>r * bytes;
    const y = a.y + <usize>r * bytes;
    const mean: f32 = rowSum(x, n) / <f32>n;
    const m = f32x4.splat(mean);
    let s0 = zero;
    let s1 = zero;
    let i: usize = 0;
    for (; i + 32 <= whole; i += 32) {
      const d0 = f32x4.sub(v128.load(x + i), m);
      const d1 = f32x4.sub(v128.load(x + i, 16), m);
      s0 = madd(d0, d0, s0);
      s1 = madd(d1, d1, s1);
    }
    if (i < whole) {
      const d = f32x4.sub(v128.load(x + i), m);
      s0 = madd(d, d, s0);
    }
    if (rest) {
      const d = f32x4.sub(loadSome(x + whole, rest, m), m);
      s1 = madd(d, d, s1);
    }
    const variance: f32 = sum4(f32x4.add(s0, s1)) / <f32>n;
    const rstd: f32 = 1 / sqrt<f32>(variance + a.epsilon);
    const f = f32x4.splat(rstd);
    for (i = 0; i < whole; i += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x + i), m), f);
      v128.store(y + i, madd(v, v128.load(gamma + i), v128.load(beta + i)));
    }
    if (rest) {
      const v = f32x4.mul(f32x4.sub(loadSome(x + whole, rest, m), m), f);
      storeSome(y + whole, madd(v, loadSome(gamma + whole, rest, zero), loadSome(beta + whole, rest, zero)), rest);
    }
    store<f32>(a.mean + ((<usize>r) << 2), mean);
    store<f32>(a.rstd + ((<usize>r) << 2), rstd);
  }
}

/**
 * Rows whose contributions to dgamma and dbeta are summed before they are added to the rest, which keeps rounding
 * errors small.
 */
const LAYER_BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function layerChunks(rows: i32, columns: i32): i32 {
  return max(1, min(rows, chunksOf(rows, 2 * rowGrain(columns))));
}

/** Bytes of working memory of `layerNormGrad`. */
export function layerNormBytes(rows: i32, columns: i32): usize {
  return ((<usize>layerChunks(rows, columns) * 2 + 2) * <usize>columns) << 2;
}

/** The gradient of `layerNorm`. */
export function layerNormGrad(args: LayerNormGradArgs): void {
  const a = args;
  const rows = a.rows;
  const columns = a.columns;
  const work = a.work;
  const dgamma = a.dgamma;
  const dbeta = a.dbeta;
  const chunks = layerChunks(rows, columns);
  parallel(layerNormGradTask.index, chunks);
  const bytes = (<usize>columns) << 2;
  for (let i: usize = 0; i < bytes; i += 4) {
    let g: f32 = 0;
    let b: f32 = 0;
    let p = work + i;
    for (let k = 0; k < chunks; k++) {
      g += load<f32>(p);
      b += load<f32>(p + bytes);
      p += 2 * bytes;
    }
    store<f32>(dgamma + i, g);
    store<f32>(dbeta + i, b);
  }
}

function layerNormGradTask(chunk: i32, chunks: i32): void {
  const a = args<LayerNormGradArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const sums = a.work + <usize>chunk * 2 * bytes;
  const from = bound(a.rows, 1, chunk, chunks);
  const to = bound(a.rows, 1, chunk + 1, chunks);
  // A row too long for the working memory has few beside it: they need no blocks
  const blocks = scratchBytes() >= bytes * 2;
  const size = blocks ? LAYER_BLOCK : to - from;
  for (let b = from; b < to; b += size) {
    const first = b == from;
    const acc = first ? sums : scratch();
    const end = min(to, b + size);
    memory.fill(acc, 0, 2 * bytes);
    for (let r = b; r < end; r++) layerNormGradRow(r, acc);
    if (!first) {
      let i: usize = 0;
      for (; i + 16 <= 2 * bytes; i += 16) v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(acc + i)));
      for (; i < 2 * bytes; i += 4) store<f32>(sums + i, load<f32>(sums + i) + load<f32>(acc + i));
    }
  }
}

/** acc [2, columns] gets the row's dy · x̂ and dy. */
// @ts-ignore: decorator
@inline
function layerNormGradRow(r: i32, acc: usize): void {
  const a = args<LayerNormGradArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const gamma = a.gamma;
  const dy = a.dy + <usize>r * bytes;
  const x = a.x + <usize>r * bytes;
  const dx = a.y + <usize>r * bytes;
  const offsets = acc + bytes;
  const zero = f32x4.splat(0);
  const m = v128.load32_splat(a.mean + ((<usize>r) << 2));
  const rstd = v128.load32_splat(a.rstd + ((<usize>r) << 2));
  let s = zero;
  let t = zero;
  for (let i: usize = 0; i < whole; i += 16) {
    const d = v128.load(dy + i);
    const normed = f32x4.mul(f32x4.sub(v128.load(x + i), m), rstd);
    const g = f32x4.mul(d, v128.load(gamma + i));
    v128.store(acc + i, madd(d, normed, v128.load(acc + i)));
    v128.store(offsets + i, f32x4.add(d, v128.load(offsets + i)));
    s = f32x4.add(s, g);
    t = madd(g, normed, t);
  }
  if (rest) {
    const d = loadSome(dy + whole, rest, zero);
    const normed = f32x4.mul(f32x4.sub(loadSome(x + whole, rest, m), m), rstd);
    const g = f32x4.mul(d, loadSome(gamma + whole, rest, zero));
    storeSome(acc + whole, madd(d, normed, loadSome(acc + whole, rest, zero)), rest);
    storeSome(offsets + whole, f32x4.add(d, loadSome(offsets + whole, rest, zero)), rest);
    s = f32x4.add(s, g);
    t = madd(g, normed, t);
  }
  // dx = rstd · (dy · γ − mean(dy · γ) − x̂ · mean(dy · γ · x̂))
  const s1 = f32x4.splat(sum4(s) / <f32>n);
  const t1 = f32x4.splat(sum4(t) / <f32>n);
  for (let i: usize = 0; i < whole; i += 16) {
    const normed = f32x4.mul(f32x4.sub(v128.load(x + i), m), rstd);
    const g = f32x4.sub(f32x4.mul(v128.load(dy + i), v128.load(gamma + i)), s1);
    v128.store(dx + i, f32x4.mul(nmadd(normed, t1, g), rstd));
  }
  if (rest) {
    const normed = f32x4.mul(f32x4.sub(loadSome(x + whole, rest, m), m), rstd);
    const g = f32x4.sub(f32x4.mul(loadSome(dy + whole, rest, zero), loadSome(gamma + whole, rest, zero)), s1);
    storeSome(dx + whole, f32x4.mul(nmadd(normed, t1, g), rstd), rest);
  }
}

/** y = average − (average − value) · decay; all [n]. */
@unmanaged
export class MovingAverageArgs {
  average: usize;
  value: usize;
  /** Written. */
  y: usize;
  n: i32;
  decay: f32;
}

/** y = average − (average − value) · decay. There are few numbers: on one thread. */
export function movingAverage(args: MovingAverageArgs): void {
  const average = args.average;
  const value = args.value;
  const y = args.y;
  const n = args.n;
  const decay = args.decay;
  const bytes = (<usize>n) << 2;
  const d = f32x4.splat(decay);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const a = v128.load(average + i);
    v128.store(y + i, f32x4.sub(a, f32x4.mul(f32x4.sub(a, v128.load(value + i)), d)));
  }
  for (; i < bytes; i += 4) {
    const a = load<f32>(average + i);
    store<f32>(y + i, a - (a - load<f32>(value + i)) * decay);
  }
}
