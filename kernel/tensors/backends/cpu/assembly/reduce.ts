// Reductions: sums, means, products, extrema, the places of the extrema; and the gradient of sums and means, which
// repeats elements. A tensor is seen as [outer, reduced, inner]; inner is 1 where the last axes are reduced.
import { Op } from './reductions';
import { args, bound, chunksOf, parallel, scratch, scratchBytes } from './pool';

/** Elements that are worth a chunk of their own. */
const GRAIN: i32 = 16384;
/** Rows whose sum is taken before it is added to the rest: rounding errors grow with the blocks, not with the rows. */
const BLOCK: i32 = 128;
/** Columns that are reduced at a time, so that their sums stay in the nearest cache. */
const TILE: i32 = 2048;
/** A chunk of columns is at least this wide, or rows are split instead. */
const WIDE: i32 = 256;

/**
 * `op` is a literal wherever this is called, so that one case remains. NaN makes NaN, in extrema too: `pmax` keeps it
 * where it is the first operand, and a comparison says whether the second is (all ones are a NaN). `f32x4.max` does the
 * same in thrice the time.
 */
// @ts-ignore: decorator
@inline
export function combine(op: i32, a: v128, b: v128): v128 {
  if (op == Op.Sum) return f32x4.add(a, b);
  if (op == Op.Max) return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b));
  if (op == Op.Min) return v128.or(f32x4.pmin(a, b), f32x4.ne(b, b));
  if (op == Op.Prod) return f32x4.mul(a, b);
  if (op == Op.SumInt) return i32x4.add(a, b);
  if (op == Op.MaxInt) return i32x4.max_s(a, b);
  return i32x4.min_s(a, b);
}

/** Four numbers of float64, rounded. */
// @ts-ignore: decorator
@inline
function toFloats(low: v128, high: v128): v128 {
  const a = f32x4.demote_f64x2_zero(low);
  const b = f32x4.demote_f64x2_zero(high);
  return v128.shuffle<i32>(a, b, 0, 1, 4, 5);
}

/** One of the n numbers at x in the first lane of the result. */
// @ts-ignore: decorator
@inline
function reduceRow(op: i32, x: usize, n: i32): v128 {
  let p = x;
  const end = x + ((<usize>n) << 2);
  if (n < 4) {
    let r = v128.load32_splat(p);
    for (p += 4; p < end; p += 4) r = combine(op, r, v128.load32_splat(p));
    return r;
  }
  let total = v128.load(p);
  p += 16;
  // Of long rows, sums of blocks are added in float64
  const isLong = op == Op.Sum && n > 2048;
  let isWide = false;
  let low = f64x2.splat(0);
  let high = low;
  while (p + 128 <= end) {
    let a = v128.load(p);
    let b = v128.load(p, 16);
    let c = v128.load(p, 32);
    let d = v128.load(p, 48);
    let e = v128.load(p, 64);
    let f = v128.load(p, 80);
    let g = v128.load(p, 96);
    let h = v128.load(p, 112);
    p += 128;
    const stop = min(end, p + 31 * 128);
    for (; p + 128 <= stop; p += 128) {
      a = combine(op, a, v128.load(p));
      b = combine(op, b, v128.load(p, 16));
      c = combine(op, c, v128.load(p, 32));
      d = combine(op, d, v128.load(p, 48));
      e = combine(op, e, v128.load(p, 64));
      f = combine(op, f, v128.load(p, 80));
      g = combine(op, g, v128.load(p, 96));
      h = combine(op, h, v128.load(p, 112));
    }
    a = combine(op, combine(op, a, b), combine(op, c, d));
    e = combine(op, combine(op, e, f), combine(op, g, h));
    a = combine(op, a, e);
    if (op == Op.Sum && isLong) {
      if (!isWide) {
        isWide = true;
        low = f64x2.promote_low_f32x4(total);
        high = f64x2.promote_low_f32x4(v128.shuffle<i32>(total, total, 2, 3, 0, 1));
      }
      low = f64x2.add(low, f64x2.promote_low_f32x4(a));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(a, a, 2, 3, 0, 1)));
    } else total = combine(op, total, a);
  }
  if (isWide) total = toFloats(low, high);
  for (; p + 16 <= end; p += 16) total = combine(op, total, v128.load(p));
  total = combine(op, total, v128.shuffle<i32>(total, total, 2, 3, 0, 1));
  total = combine(op, total, v128.shuffle<i32>(total, total, 1, 0, 3, 2));
  for (; p < end; p += 4) total = combine(op, total, v128.load32_splat(p));
  return total;
}

/** acc [width] gets eight rows, or is set to them if they are the first. `stride` in bytes. */
// @ts-ignore: decorator
@inline
function eightRows(op: i32, first: bool, x: usize, stride: usize, width: usize, acc: usize): void {
  const x2 = x + stride + stride;
  const x4 = x2 + stride + stride;
  const x6 = x4 + stride + stride;
  let c: usize = 0;
  for (; c + 4 <= width; c += 4) {
    const at = c << 2;
    const a = combine(op, v128.load(x + at), v128.load(x + stride + at));
    const b = combine(op, v128.load(x2 + at), v128.load(x2 + stride + at));
    const d = combine(op, v128.load(x4 + at), v128.load(x4 + stride + at));
    const e = combine(op, v128.load(x6 + at), v128.load(x6 + stride + at));
    let v = combine(op, combine(op, a, b), combine(op, d, e));
    if (!first) v = combine(op, v128.load(acc + at), v);
    v128.store(acc + at, v);
  }
  for (; c < width; c++) {
    const at = c << 2;
    let v = v128.load32_splat(x + at);
    let p = x + at;
    for (let i = 1; i < 8; i++) v = combine(op, v, v128.load32_splat((p += stride)));
    if (!first) v = combine(op, v128.load32_splat(acc + at), v);
    v128.store32_lane(acc + at, v, 0);
  }
}

/** acc [width] gets the row x [width]. */
// @ts-ignore: decorator
@inline
function oneRow(op: i32, x: usize, width: usize, acc: usize): void {
  let c: usize = 0;
  for (; c + 4 <= width; c += 4) {
    const at = c << 2;
    v128.store(acc + at, combine(op, v128.load(acc + at), v128.load(x + at)));
  }
  for (; c < width; c++) {
    const at = c << 2;
    v128.store32_lane(acc + at, combine(op, v128.load32_splat(acc + at), v128.load32_splat(x + at)), 0);
  }
}

// @ts-ignore: decorator
@inline
function copyRow(x: usize, width: usize, y: usize): void {
  const bytes = width << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.load(x + at));
  for (; at < bytes; at += 4) store<i32>(y + at, load<i32>(x + at));
}

/** acc [width], of float64, gets the row x [width], or is set to it if it is the first. */
// @ts-ignore: decorator
@inline
function addWide(first: bool, x: usize, width: usize, acc: usize): void {
  let c: usize = 0;
  for (; c + 2 <= width; c += 2) {
    const at = acc + (c << 3);
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x + (c << 2)));
    v128.store(at, first ? v : f64x2.add(v128.load(at), v));
  }
  for (; c < width; c++) {
    const at = acc + (c << 3);
    const v = <f64>load<f32>(x + (c << 2));
    store<f64>(at, first ? v : load<f64>(at) + v);
  }
}

/**
 * y [width] = the rows of x [rows, width] as one. `stride` in bytes. It uses 3 TILE numbers of the scratch memory. Sums
 * of blocks are added in float64, from the third block on.
 */
// @ts-ignore: decorator
@inline
function reduceColumns(op: i32, x: usize, rows: i32, stride: usize, width: i32, y: usize): void {
  const spare = scratch();
  const sums = spare + ((<usize>TILE) << 2);
  const isWide = op == Op.Sum && rows > 2 * BLOCK;
  for (let from: i32 = 0; from < width; from += TILE) {
    const w = <usize>min(TILE, width - from);
    const out = y + ((<usize>from) << 2);
    for (let b = 0; b < rows; b += BLOCK) {
      const end = min(rows, b + BLOCK);
      const acc = b == 0 ? out : spare;
      let p = x + ((<usize>from) << 2) + <usize>b * stride;
      let r = b;
      if (r + 8 <= end) {
        eightRows(op, true, p, stride, w, acc);
        p += stride << 3;
        r += 8;
      } else {
        copyRow(p, w, acc);
        p += stride;
        r++;
      }
      for (; r + 8 <= end; r += 8) {
        eightRows(op, false, p, stride, w, acc);
        p += stride << 3;
      }
      for (; r < end; r++) {
        oneRow(op, p, w, acc);
        p += stride;
      }
      if (isWide) addWide(b == 0, acc, w, sums);
      else if (b > 0) oneRow(op, spare, w, out);
    }
    if (isWide) {
      for (let c: usize = 0; c < w; c++) store<f32>(out + (c << 2), <f32>load<f64>(sums + (c << 3)));
    }
  }
}

/**
 * y [inner] = the rows of x [rows, inner] as one. A narrow matrix is taken as one with several rows side by side, so
 * that rows are whole vectors and enough of them are under way at a time.
 */
// @ts-ignore: decorator
@inline
function reduceMatrix(op: i32, x: usize, rows: i32, inner: i32, y: usize): void {
  const side = sideBySide(inner);
  if (side == 1 || rows < 2 * side) {
    reduceColumns(op, x, rows, (<usize>inner) << 2, inner, y);
    return;
  }
  const wide = inner * side;
  const sums = scratch() + 3 * ((<usize>TILE) << 2);
  const groups = rows / side;
  reduceColumns(op, x, groups, (<usize>wide) << 2, wide, sums);
  reduceColumns(op, sums, side, (<usize>inner) << 2, inner, y);
  const rest = rows - groups * side;
  if (rest == 0) return;
  let p = x + ((<usize>(groups * wide)) << 2);
  if (op == Op.Sum && rest > 1) {
    // Together first: one by one, many small numbers would be added to a large one
    reduceColumns(op, p, rest, (<usize>inner) << 2, inner, sums);
    oneRow(op, sums, <usize>inner, y);
    return;
  }
  for (let r = groups * side; r < rows; r++) {
    oneRow(op, p, <usize>inner, y);
    p += (<usize>inner) << 2;
  }
}

/** How many rows of `inner` numbers are taken side by side: whole vectors, and about 32 numbers. */
export function sideBySide(inner: i32): i32 {
  let side = inner % 4 == 0 ? 1 : inner % 2 == 0 ? 2 : 4;
  if (inner > 512) return 1;
  while (inner * side < 32) side <<= 1;
  return side;
}

// @ts-ignore: decorator
@inline
function divide(y: usize, n: i32, divisor: f32): void {
  if (divisor == 1) return;
  const d = f32x4.splat(divisor);
  let p = y;
  const end = y + ((<usize>n) << 2);
  for (; p + 16 <= end; p += 16) v128.store(p, f32x4.div(v128.load(p), d));
  for (; p < end; p += 4) store<f32>(p, load<f32>(p) / divisor);
}

/** What is cut into chunks. */
const BY_OUTER: i32 = 0;
const BY_INNER: i32 = 1;
/** Each chunk makes a result of its own from a part of the reduced axis; they are reduced in their order afterwards. */
const BY_REDUCED: i32 = 2;

/** A reduction along the middle axis. */
@unmanaged
export class ReduceArgs {
  /** An `Op`. */
  op: i32;
  /** [outer, reduced, inner]. */
  x: usize;
  /** [outer, inner], written. */
  y: usize;
  outer: i32;
  reduced: i32;
  inner: i32;
  /** What the results are divided by; 1 for integers. */
  divisor: f32;
}

@unmanaged
class ReduceTask extends ReduceArgs {
  partials: usize;
  by: i32;
}

/** y [outer, inner] = x [outer, reduced, inner] reduced along the middle axis. */
export function reduce(args: ReduceArgs): void {
  const a = changetype<ReduceTask>(args);
  const outer = a.outer;
  const reduced = a.reduced;
  const inner = a.inner;
  a.by = BY_OUTER;
  let chunks = chunksOf(outer * reduced * inner, GRAIN);
  if (chunks > outer) {
    const room = <i32>(scratchBytes() >> 1);
    const results = outer * inner;
    if (inner >= WIDE * chunks || results > room >> 3) {
      a.by = BY_INNER;
      chunks = max(1, min(chunks, inner / 16));
    } else {
      a.by = BY_REDUCED;
      chunks = min(min(chunks, room / (results << 2)), reduced);
    }
  }
  // The first thread's upper half: the reductions themselves use less than the lower one
  a.partials = scratch() + (scratchBytes() >> 1);
  parallel(reduceTask.index, chunks);
  if (a.by == BY_REDUCED) {
    a.x = a.partials;
    a.outer = 1;
    a.reduced = chunks;
    a.inner = outer * inner;
    a.by = BY_OUTER;
    parallel(reduceTask.index, 1);
  }
}

function reduceTask(chunk: i32, chunks: i32): void {
  const op = args<ReduceTask>().op;
  if (op == Op.Sum) reduceChunk(Op.Sum, chunk, chunks);
  else if (op == Op.Max) reduceChunk(Op.Max, chunk, chunks);
  else if (op == Op.Min) reduceChunk(Op.Min, chunk, chunks);
  else if (op == Op.Prod) reduceChunk(Op.Prod, chunk, chunks);
  else if (op == Op.SumInt) reduceChunk(Op.SumInt, chunk, chunks);
  else if (op == Op.MaxInt) reduceChunk(Op.MaxInt, chunk, chunks);
  else reduceChunk(Op.MinInt, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function reduceChunk(op: i32, chunk: i32, chunks: i32): void {
  const a = args<ReduceTask>();
  const outer = a.outer;
  const reduced = a.reduced;
  const inner = a.inner;
  const outerBytes = ((<usize>reduced) * (<usize>inner)) << 2;
  let from = 0;
  let to = outer;
  let x = a.x;
  let y = a.y;
  let rows = reduced;
  let width = inner;
  if (a.by == BY_OUTER) {
    from = bound(outer, 1, chunk, chunks);
    to = bound(outer, 1, chunk + 1, chunks);
  } else if (a.by == BY_INNER) {
    const column = bound(inner, 16, chunk, chunks);
    width = bound(inner, 16, chunk + 1, chunks) - column;
    x += (<usize>column) << 2;
    y += (<usize>column) << 2;
    if (width == 0) return;
  } else {
    const row = bound(reduced, 1, chunk, chunks);
    rows = bound(reduced, 1, chunk + 1, chunks) - row;
    x += ((<usize>row) * (<usize>inner)) << 2;
    y = a.partials + ((<usize>chunk * <usize>outer * <usize>inner) << 2);
  }
  x += <usize>from * outerBytes;
  y += (<usize>from * <usize>inner) << 2;
  const start = y;
  if (a.by == BY_INNER) {
    for (let o = from; o < to; o++) {
      reduceColumns(op, x, rows, (<usize>inner) << 2, width, y);
      divide(y, width, a.divisor);
      x += outerBytes;
      y += (<usize>inner) << 2;
    }
    return;
  }
  if (inner == 1) {
    for (let o = from; o < to; o++) {
      v128.store32_lane(y, reduceRow(op, x, rows), 0);
      x += outerBytes;
      y += 4;
    }
  } else {
    for (let o = from; o < to; o++) {
      reduceMatrix(op, x, rows, inner, y);
      x += outerBytes;
      y += (<usize>inner) << 2;
    }
  }
  if (a.by == BY_OUTER) divide(start, (to - from) * inner, a.divisor);
}

/** The gradient of a sum or mean. */
@unmanaged
export class RepeatArgs {
  /** [outer, inner]. */
  x: usize;
  /** [outer, times, inner], written. */
  y: usize;
  outer: i32;
  times: i32;
  inner: i32;
  factor: f32;
}

/** y [outer, times, inner] = factor · x [outer, inner]: the gradient of a sum or mean. */
export function repeat(args: RepeatArgs): void {
  const rows = args.outer * args.times;
  parallel(repeatTask.index, min(rows, chunksOf(rows * args.inner, GRAIN)));
}

function repeatTask(chunk: i32, chunks: i32): void {
  const a = args<RepeatArgs>();
  const times = a.times;
  const inner = a.inner;
  const factor = f32x4.splat(a.factor);
  let row = bound(a.outer * times, 1, chunk, chunks);
  const end = bound(a.outer * times, 1, chunk + 1, chunks);
  let y = a.y + ((<usize>row * <usize>inner) << 2);
  while (row < end) {
    const o = row / times;
    const stop = min(end, (o + 1) * times);
    const x = a.x + ((<usize>o * <usize>inner) << 2);
    if (inner == 1) {
      const v = f32x4.mul(v128.load32_splat(x), factor);
      const last = y + ((<usize>(stop - row)) << 2);
      for (; y + 16 <= last; y += 16) v128.store(y, v);
      for (; y < last; y += 4) v128.store32_lane(y, v, 0);
    } else {
      const bytes = (<usize>inner) << 2;
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) v128.store(y + c, f32x4.mul(v128.load(x + c), factor));
      for (; c < bytes; c += 4) store<f32>(y + c, load<f32>(x + c) * a.factor);
      const first = y;
      y += bytes;
      // Doubling keeps the copies of narrow rows long
      let done = 1;
      const count = stop - row;
      while (done < count) {
        const more = min(done, count - done);
        memory.copy(y, first, <usize>more * bytes);
        y += <usize>more * bytes;
        done += more;
        if (<usize>done * bytes > 8192) break;
      }
      const piece = done;
      while (done < count) {
        const more = min(piece, count - done);
        memory.copy(y, first, <usize>more * bytes);
        y += <usize>more * bytes;
        done += more;
      }
    }
    row = stop;
  }
}

/** y [n] float32 = x [n] int32 */
export function floatsOfInts(x: usize, y: usize, n: i32): void {
  let i: usize = 0;
  const bytes = (<usize>n) << 2;
  for (; i + 16 <= bytes; i += 16) v128.store(y + i, f32x4.convert_i32x4_s(v128.load(x + i)));
  for (; i < bytes; i += 4) store<f32>(y + i, <f32>load<i32>(x + i));
}

/** y [n] float32 = x [n] bool */
export function floatsOfBools(x: usize, y: usize, n: i32): void {
  let i: usize = 0;
  const count = <usize>n;
  for (; i + 4 <= count; i += 4) {
    const bytes = v128.load32_zero(x + i);
    const ints = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    v128.store(y + (i << 2), f32x4.convert_i32x4_s(ints));
  }
  for (; i < count; i++) store<f32>(y + (i << 2), <f32>load<u8>(x + i));
}

/** Whether all, or any, of x are true along the middle axis; bytes. */
@unmanaged
export class ReduceBoolsArgs {
  /** [outer, reduced, inner]. */
  x: usize;
  /** [outer, inner], written. */
  y: usize;
  outer: i32;
  reduced: i32;
  inner: i32;
  /** Whether it asks for all, or for any. */
  all: bool;
}

/** y [outer, inner] = whether all, or any, of x [outer, reduced, inner] are true. */
export function reduceBools(args: ReduceBoolsArgs): void {
  const all = args.all;
  let x = args.x;
  let y = args.y;
  const outer = args.outer;
  const reduced = args.reduced;
  const inner = args.inner;
  const matrix = <usize>reduced * <usize>inner;
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      let p = x;
      const end = x + matrix;
      let result = all;
      if (all) {
        while (p + 16 <= end && i8x16.all_true(v128.load(p))) p += 16;
        while (p < end && load<u8>(p) != 0) p++;
        result = p == end;
      } else {
        while (p + 16 <= end && !v128.any_true(v128.load(p))) p += 16;
        while (p < end && load<u8>(p) == 0) p++;
        result = p < end;
      }
      store<u8>(y, <u8>result);
    } else {
      memory.copy(y, x, inner);
      for (let r = 1; r < reduced; r++) {
        const row = x + <usize>r * <usize>inner;
        let c: usize = 0;
        for (; c + 16 <= <usize>inner; c += 16) {
          const a = v128.load(y + c);
          const b = v128.load(row + c);
          v128.store(y + c, all ? i8x16.min_u(a, b) : i8x16.max_u(a, b));
        }
        for (; c < <usize>inner; c++) {
          const a = load<u8>(y + c);
          const b = load<u8>(row + c);
          store<u8>(y + c, all ? min(a, b) : max(a, b));
        }
      }
    }
    x += matrix;
    y += inner;
  }
}

/** The place of an extremum along the middle axis. */
@unmanaged
export class ArgExtremumArgs {
  /** An `Op`: one of the extrema. */
  op: i32;
  /** [outer, reduced, inner]. */
  x: usize;
  /** [outer, inner] int32, written. */
  y: usize;
  outer: i32;
  reduced: i32;
  inner: i32;
}

@unmanaged
class ArgExtremumTask extends ArgExtremumArgs {
  parts: i32; // parts that the columns are cut into
}

/** Where columns are shared out among threads, each gets at least this number. */
const COLUMNS: i32 = 64;

/** Whether a is beyond b, all ones or zeros in each lane. Never so for NaN. */
// @ts-ignore: decorator
@inline
function beyond(kind: i32, a: v128, b: v128): v128 {
  if (kind == Op.Max) return f32x4.gt(a, b);
  if (kind == Op.Min) return f32x4.lt(a, b);
  if (kind == Op.MaxInt) return i32x4.gt_s(a, b);
  return i32x4.lt_s(a, b);
}

/**
 * y [outer, inner] int32 = where along the middle axis of x [outer, reduced, inner] the first of the largest, or
 * smallest, elements is. The first NaN counts as beyond all numbers, as in NumPy: max and min are NaN there too.
 */
export function argExtremum(args: ArgExtremumArgs): void {
  const a = changetype<ArgExtremumTask>(args);
  const chunks = chunksOf(a.outer * a.reduced * a.inner, GRAIN);
  // Columns are split where there are too few matrices
  a.parts = a.inner == 1 || a.outer >= chunks ? 1 : min(max(1, a.inner / COLUMNS), chunks);
  parallel(argExtremumTask.index, min(chunks, a.outer * a.parts));
}

function argExtremumTask(chunk: i32, chunks: i32): void {
  const kind = args<ArgExtremumTask>().op;
  if (kind == Op.Max) argExtremumChunk(Op.Max, chunk, chunks);
  else if (kind == Op.Min) argExtremumChunk(Op.Min, chunk, chunks);
  else if (kind == Op.MaxInt) argExtremumChunk(Op.MaxInt, chunk, chunks);
  else argExtremumChunk(Op.MinInt, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function argExtremumChunk(kind: i32, chunk: i32, chunks: i32): void {
  const a = args<ArgExtremumTask>();
  const reduced = a.reduced;
  const inner = a.inner;
  const end = bound(a.outer * a.parts, 1, chunk + 1, chunks);
  for (let t = bound(a.outer * a.parts, 1, chunk, chunks); t < end; t++) {
    const o = t / a.parts;
    const part = t % a.parts;
    const x = a.x + (((<usize>o * <usize>reduced) * <usize>inner) << 2);
    const y = a.y + ((<usize>o * <usize>inner) << 2);
    if (inner == 1) store<i32>(y, argRow(kind, x, reduced));
    else {
      const stop = bound(inner, 16, part + 1, a.parts);
      let c = bound(inner, 16, part, a.parts);
      for (; c + 16 <= stop; c += 16) {
        const at = (<usize>c) << 2;
        argSixteenColumns(kind, x + at, reduced, inner, y + at);
      }
      for (; c + 4 <= stop; c += 4) {
        const at = (<usize>c) << 2;
        argColumns(kind, false, x + at, reduced, inner, y + at);
      }
      for (; c < stop; c++) {
        const at = (<usize>c) << 2;
        argColumns(kind, true, x + at, reduced, inner, y + at);
      }
    }
  }
}

/** Lane by lane the larger, or smaller, number; `a` where they are equal or b is NaN. */
// @ts-ignore: decorator
@inline
function extreme(kind: i32, a: v128, b: v128): v128 {
  if (kind == Op.Max) return f32x4.pmax(a, b);
  if (kind == Op.Min) return f32x4.pmin(a, b);
  return kind == Op.MaxInt ? i32x4.max_s(a, b) : i32x4.min_s(a, b);
}

// The sum of numbers is NaN where one of them is, or where ∞ meets −∞: only then is NaN looked for.

/** Whether numbers are looked through for NaN. */
// @ts-ignore: decorator
@inline
function isFloatKind(kind: i32): bool {
  return kind == Op.Max || kind == Op.Min;
}

/** Whether a lane is NaN. */
// @ts-ignore: decorator
@inline
function hasNan(v: v128): bool {
  return v128.any_true(f32x4.ne(v, v));
}

/** Sets `where`, of `columns` columns, to the place of the first NaN of each that has one. */
function placeNans(x: usize, rows: i32, stride: usize, columns: i32, where: usize): void {
  for (let c: usize = 0; c < <usize>columns; c++) {
    let p = x + (c << 2);
    for (let r = 0; r < rows; r++, p += stride) {
      const v = load<f32>(p);
      if (v != v) {
        store<i32>(where + (c << 2), r);
        break;
      }
    }
  }
}

/** A cache line's columns at a time. */
// @ts-ignore: decorator
@inline
function argSixteenColumns(kind: i32, x: usize, rows: i32, inner: i32, y: usize): void {
  const stride = (<usize>inner) << 2;
  let b0 = v128.load(x);
  let b1 = v128.load(x, 16);
  let b2 = v128.load(x, 32);
  let b3 = v128.load(x, 48);
  let w0 = i32x4.splat(0);
  let w1 = w0;
  let w2 = w0;
  let w3 = w0;
  const begin = x;
  let sum = f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3));
  for (let r = 1; r < rows; r++) {
    x += stride;
    const at = i32x4.splat(r);
    const v0 = v128.load(x);
    const v1 = v128.load(x, 16);
    const v2 = v128.load(x, 32);
    const v3 = v128.load(x, 48);
    if (isFloatKind(kind)) sum = f32x4.add(sum, f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)));
    const m0 = beyond(kind, v0, b0);
    const m1 = beyond(kind, v1, b1);
    const m2 = beyond(kind, v2, b2);
    const m3 = beyond(kind, v3, b3);
    b0 = extreme(kind, b0, v0);
    b1 = extreme(kind, b1, v1);
    b2 = extreme(kind, b2, v2);
    b3 = extreme(kind, b3, v3);
    w0 = v128.bitselect(at, w0, m0);
    w1 = v128.bitselect(at, w1, m1);
    w2 = v128.bitselect(at, w2, m2);
    w3 = v128.bitselect(at, w3, m3);
  }
  v128.store(y, w0);
  v128.store(y, w1, 16);
  v128.store(y, w2, 32);
  v128.store(y, w3, 48);
  if (isFloatKind(kind) && hasNan(sum)) placeNans(begin, rows, stride, 16, y);
}

/** Of four columns, or of one. */
// @ts-ignore: decorator
@inline
function argColumns(kind: i32, single: bool, x: usize, rows: i32, inner: i32, y: usize): void {
  const stride = (<usize>inner) << 2;
  const begin = x;
  let best = single ? v128.load32_splat(x) : v128.load(x);
  let sum = best;
  let where = i32x4.splat(0);
  for (let r = 1; r < rows; r++) {
    x += stride;
    const v = single ? v128.load32_splat(x) : v128.load(x);
    if (isFloatKind(kind)) sum = f32x4.add(sum, v);
    const better = beyond(kind, v, best);
    best = extreme(kind, best, v);
    where = v128.bitselect(i32x4.splat(r), where, better);
  }
  if (single) v128.store32_lane(y, where, 0);
  else v128.store(y, where);
  if (isFloatKind(kind) && hasNan(sum)) placeNans(begin, rows, stride, single ? 1 : 4, y);
}

/** Of one to three numbers. */
// @ts-ignore: decorator
@inline
function argThree<T extends number>(isMax: bool, x: usize, n: i32): i32 {
  let best = load<T>(x);
  let where = 0;
  if (best != best) return 0;
  for (let i = 1; i < n; i++) {
    const v = load<T>(x + ((<usize>i) << 2));
    if (v != v) return i;
    if (isMax ? v > best : v < best) {
      best = v;
      where = i;
    }
  }
  return where;
}

/** Bit i is set where the i-th lane of v is as `best` is, for the lanes from column `at` on. */
// @ts-ignore: decorator
@inline
function placesOf(kind: i32, v: v128, best: v128, at: i32): i32 {
  return i32x4.bitmask(isFloatKind(kind) ? f32x4.eq(v, best) : i32x4.eq(v, best)) << at;
}

/** Of 4 to 15 numbers: four vectors that overlap, without branches that depend on the numbers. */
// @ts-ignore: decorator
@inline
function argFew(kind: i32, x: usize, n: i32): i32 {
  const last = n - 4;
  const second = min(4, last);
  const third = min(8, last);
  const v0 = v128.load(x);
  const v1 = v128.load(x + ((<usize>second) << 2));
  const v2 = v128.load(x + ((<usize>third) << 2));
  const v3 = v128.load(x + ((<usize>last) << 2));
  if (isFloatKind(kind) && hasNan(f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)))) {
    const at = firstNan(x, n);
    if (at < n) return at;
  }
  let best = extreme(kind, extreme(kind, v0, v1), extreme(kind, v2, v3));
  best = extreme(kind, best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  best = extreme(kind, best, v128.shuffle<i32>(best, best, 1, 0, 3, 2));
  return ctz(
    placesOf(kind, v0, best, 0) |
      placesOf(kind, v1, best, second) |
      placesOf(kind, v2, best, third) |
      placesOf(kind, v3, best, last),
  );
}

/** Where the first NaN of a row is; n if there is none. */
function firstNan(x: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const v = load<f32>(x + ((<usize>i) << 2));
    if (v != v) return i;
  }
  return n;
}

// @ts-ignore: decorator
@inline
function argRow(kind: i32, x: usize, n: i32): i32 {
  const isFloat = isFloatKind(kind);
  if (n < 4) return isFloat ? argThree<f32>(kind == Op.Max, x, n) : argThree<i32>(kind == Op.MaxInt, x, n);
  if (n < 16) return argFew(kind, x, n);
  // First the extremum, then the first element that equals it
  let b0 = v128.load32_splat(x);
  let b1 = b0;
  let sum = f32x4.splat(0);
  let p = x;
  const end = x + ((<usize>n) << 2);
  for (; p + 32 <= end; p += 32) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    if (isFloat) sum = f32x4.add(sum, f32x4.add(v0, v1));
    b0 = extreme(kind, b0, v0);
    b1 = extreme(kind, b1, v1);
  }
  for (; p < end; p += 4) {
    const v = v128.load32_splat(p);
    if (isFloat) sum = f32x4.add(sum, v);
    b0 = extreme(kind, b0, v);
  }
  if (isFloat && hasNan(sum)) {
    const at = firstNan(x, n);
    if (at < n) return at;
  }
  b0 = v128.bitselect(b1, b0, beyond(kind, b1, b0));
  b1 = v128.shuffle<i32>(b0, b0, 2, 3, 0, 1);
  b0 = v128.bitselect(b1, b0, beyond(kind, b1, b0));
  b1 = v128.shuffle<i32>(b0, b0, 1, 0, 3, 2);
  b0 = v128.bitselect(b1, b0, beyond(kind, b1, b0));
  p = x;
  for (; p + 16 <= end; p += 16) {
    const v = v128.load(p);
    const mask = i32x4.bitmask(isFloat ? f32x4.eq(v, b0) : i32x4.eq(v, b0));
    if (mask != 0) return <i32>((p - x) >> 2) + ctz(mask);
  }
  while (i32x4.bitmask(isFloat ? f32x4.eq(v128.load32_splat(p), b0) : i32x4.eq(v128.load32_splat(p), b0)) == 0) p += 4;
  return <i32>((p - x) >> 2);
}
