// Rows that are written by index, sums and means of rows by segment, and absolute values of complex numbers.
import { args, bound, chunksOf, parallel } from './pool';

/** Numbers that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/** y[rows[i]] = updates[i], one after the other: of several updates of a row the last one stays. */
@unmanaged
export class ScatterArgs {
  /** Rows of `bytes` bytes. */
  updates: usize;
  /** [count] int32, each the number of a row of y. */
  rows: usize;
  /** Rows of `bytes` bytes. */
  y: usize;
  count: i32;
  /** Of a row: a multiple of four, or 1. */
  bytes: i32;
  /** From an update to the next; 0 if all are the same. */
  step: i32;
}

/** Writes rows. */
export function scatterRows(args: ScatterArgs): void {
  const bytes = <usize>args.bytes;
  const end = args.rows + (<usize>args.count << 2);
  let from = args.updates;
  const y = args.y;
  const step = <usize>args.step;
  for (let at = args.rows; at < end; at += 4, from += step) {
    const to = y + load<usize>(at) * bytes;
    if (bytes == 4) store<u32>(to, load<u32>(from));
    else if (bytes == 1) store<u8>(to, load<u8>(from));
    else if (bytes >= 512) memory.copy(to, from, bytes);
    else {
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) v128.store(to + c, v128.load(from + c));
      for (; c + 4 <= bytes; c += 4) store<u32>(to + c, load<u32>(from + c));
      for (; c < bytes; c++) store<u8>(to + c, load<u8>(from + c));
    }
  }
}

/** y[s] = the sum or mean of the x[indices[i]] with ids[i] = s, added in the order of i; 0 where there is none. */
@unmanaged
export class SegmentArgs {
  /** [rows, words] float32 or int32. */
  x: usize;
  /** [count] int32. */
  indices: usize;
  /** [count] int32, in ascending order. */
  ids: usize;
  /** [segments, words], written. */
  y: usize;
  rows: i32;
  count: i32;
  /** One more than the last id. */
  segments: i32;
  words: i32;
  mean: bool;
  /** Whether the numbers are int32. */
  integers: bool;
}

/** Reduces segments. @returns false, with y unfinished, if the ids do not ascend or an index is outside */
export function sparseSegments(args: SegmentArgs): bool {
  const a = args;
  let last = 0;
  for (let i: usize = 0; i < <usize>a.count << 2; i += 4) {
    const id = load<i32>(a.ids + i);
    if (id < last || load<u32>(a.indices + i) >= <u32>a.rows) return false;
    last = id;
  }
  const each = (<i64>a.count * <i64>a.words) / max(1, a.segments) + <i64>a.words + 1;
  parallel(segmentsTask.index, chunksOf(a.segments, <i32>(GRAIN / each)));
  return true;
}

function segmentsTask(chunk: i32, chunks: i32): void {
  if (args<SegmentArgs>().integers) reduceSegments(true, chunk, chunks);
  else reduceSegments(false, chunk, chunks);
}

/** The first place of [count] ascending numbers that holds `id` or more. */
function firstFrom(ids: usize, count: i32, id: i32): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(ids + (<usize>middle << 2)) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

// @ts-ignore: decorator
@inline
function reduceSegments(integers: bool, chunk: i32, chunks: i32): void {
  const a = args<SegmentArgs>();
  const bytes = <usize>a.words << 2;
  const begin = bound(a.segments, 1, chunk, chunks);
  const end = bound(a.segments, 1, chunk + 1, chunks);
  let i = firstFrom(a.ids, a.count, begin);
  for (let s = begin; s < end; s++) {
    const y = a.y + <usize>s * bytes;
    memory.fill(y, 0, bytes);
    const first = i;
    for (; i < a.count && load<i32>(a.ids + (<usize>i << 2)) == s; i++) {
      const x = a.x + load<usize>(a.indices + (<usize>i << 2)) * bytes;
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) {
        const sum = v128.load(y + c);
        const v = v128.load(x + c);
        v128.store(y + c, integers ? i32x4.add(sum, v) : f32x4.add(sum, v));
      }
      for (; c < bytes; c += 4) {
        if (integers) store<i32>(y + c, load<i32>(y + c) + load<i32>(x + c));
        else store<f32>(y + c, load<f32>(y + c) + load<f32>(x + c));
      }
    }
    if (!a.mean || i - first <= 1) continue;
    for (let c: usize = 0; c < bytes; c += 4) {
      if (integers) store<i32>(y + c, load<i32>(y + c) / (i - first));
      else store<f32>(y + c, load<f32>(y + c) / <f32>(i - first));
    }
  }
}

/** y = √(real² + imag²), each [n] float32. */
@unmanaged
export class ComplexAbsArgs {
  real: usize;
  imag: usize;
  /** Written. */
  y: usize;
  n: i32;
}

/** Absolute values. */
export function complexAbs(args: ComplexAbsArgs): void {
  parallel(complexAbsTask.index, chunksOf(args.n, GRAIN));
}

function complexAbsTask(chunk: i32, chunks: i32): void {
  const a = args<ComplexAbsArgs>();
  const last = <usize>bound(a.n, 16, chunk + 1, chunks) << 2;
  let i = <usize>bound(a.n, 16, chunk, chunks) << 2;
  for (; i + 16 <= last; i += 16) {
    const re = v128.load(a.real + i);
    const im = v128.load(a.imag + i);
    const low = hypotenuse(f64x2.promote_low_f32x4(re), f64x2.promote_low_f32x4(im));
    const high = hypotenuse(
      f64x2.promote_low_f32x4(v128.shuffle<i32>(re, re, 2, 3, 2, 3)),
      f64x2.promote_low_f32x4(v128.shuffle<i32>(im, im, 2, 3, 2, 3)),
    );
    const y = v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    v128.store(a.y + i, y);
  }
  for (; i < last; i += 4) {
    const h = hypotenuse(f64x2.splat(<f64>load<f32>(a.real + i)), f64x2.splat(<f64>load<f32>(a.imag + i)));
    store<f32>(a.y + i, <f32>f64x2.extract_lane(h, 0));
  }
}

/** Squares of float32 numbers neither overflow nor vanish in float64. With an infinity it is infinite, beside NaN too. */
// @ts-ignore: decorator
@inline
function hypotenuse(re: v128, im: v128): v128 {
  const infinity = f64x2.splat(Infinity);
  const infinite = v128.or(f64x2.eq(f64x2.abs(re), infinity), f64x2.eq(f64x2.abs(im), infinity));
  const h = f64x2.sqrt(f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im)));
  return v128.bitselect(infinity, h, infinite);
}
