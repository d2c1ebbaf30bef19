// Softmax and the cross-entropy of softmax and labels, with their gradients: a row at a time, which stays in the
// nearest cache.
import { log4 } from './math';
import { args, bound, chunksOf, parallel } from './pool';
import { madd, nmadd, sum4 } from './simd';

/** The first k (1…3) numbers at p, and those of `rest` in the lanes behind them. */
// @ts-ignore: decorator
@inline
export function loadSome(p: usize, k: i32, rest: v128): v128 {
  if (k == 1) return v128.load32_lane(p, rest, 0);
  const two = v128.load64_lane(p, rest, 0);
  return k == 2 ? two : v128.load32_lane(p, two, 2, 8);
}

/** Stores the first k (1…3) lanes. */
// @ts-ignore: decorator
@inline
export function storeSome(p: usize, v: v128, k: i32): void {
  if (k == 1) v128.store32_lane(p, v, 0);
  else {
    v128.store64_lane(p, v, 0);
    if (k == 3) v128.store32_lane(p, v, 2, 8);
  }
}

/** The largest lane, in all lanes. A NaN may or may not be passed over. */
// @ts-ignore: decorator
@inline
function largest(v: v128): v128 {
  const w = f32x4.pmax(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.pmax(w, v128.shuffle<i32>(w, w, 1, 0, 3, 2));
}

/**
 * The numbers of expDown: 1.5 · 2²³, the addition of which rounds to an integer in the low bits; log₂ e; ln 2 in two
 * parts, the product of the first with a small integer being exact; the polynomial of SLEEF's expf (N. Shibata); 1; the
 * least x. They are loaded from memory, since V8 builds a vector constant of two words again at each use: twice as slow
 * in all.
 */
const EXP: usize = memory.data<f32>([
  12582912, 1.4426950408889634, 0.693145751953125, 1.428606765330187e-6, 0.00019852761, 0.0013930436, 0.008333361,
  0.041666485, 0.16666667, 0.5, 1, -88,
]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(EXP + (i << 2));
}

/** eˣ for x of at most about 0, which spares half of the general function's steps: 0 from −88 down, NaN for NaN. */
// @ts-ignore: decorator
@inline
function expDown(v: v128): v128 {
  const round = constant(0);
  const one = constant(10);
  const x = f32x4.pmax(v, constant(11));
  const rounded = madd(x, constant(1), round);
  const k = f32x4.sub(rounded, round);
  const r = nmadd(k, constant(3), nmadd(k, constant(2), x));
  let p = madd(constant(4), r, constant(5));
  p = madd(p, r, constant(6));
  p = madd(p, r, constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = f32x4.add(one, madd(f32x4.mul(r, r), p, r));
  // The integer alone is left of `rounded` when it is moved into the exponent; the exponent of 1 makes it a power of 2
  return f32x4.mul(p, i32x4.add(i32x4.shl(rounded, 23), one));
}

/** Numbers that are worth a chunk: about ten microseconds of exponentials. */
const GRAIN: i32 = 8192;

/** Rows that are worth a chunk. */
// @ts-ignore: decorator
@inline
export function rowGrain(columns: i32): i32 {
  return max(1, GRAIN / columns);
}

/** Numbers of a row whose sum is taken before it is added to the rest, if there are at least twice as many. */
const LONG: i32 = 256;

/** The largest of the row's n numbers, in all lanes. */
// @ts-ignore: decorator
@inline
function rowMax(x: usize, n: i32): v128 {
  const low = f32x4.splat(-Infinity);
  let a = low;
  let b = low;
  let p = x;
  const end = x + ((<usize>(n & ~3)) << 2);
  for (; p + 32 <= end; p += 32) {
    a = f32x4.pmax(a, v128.load(p));
    b = f32x4.pmax(b, v128.load(p, 16));
  }
  if (p < end) a = f32x4.pmax(a, v128.load(p));
  const rest = n & 3;
  if (rest) b = f32x4.pmax(b, loadSome(end, rest, low));
  return largest(f32x4.pmax(a, b));
}

/** Σ exp(x − shift) over the row's n numbers; with `keep` the exponentials are stored at y. */
// @ts-ignore: decorator
@inline
function rowExp(x: usize, n: i32, shift: v128, keep: bool, y: usize): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let i: usize = 0;
  const end = (<usize>(n & ~3)) << 2;
  // As in rowSum
  let before: f64 = 0;
  let stop = n >= 2 * LONG ? <usize>(LONG << 2) : end;
  for (; i + 32 <= end; i += 32) {
    if (i >= stop) {
      before += <f64>sum4(f32x4.add(a, b));
      a = f32x4.splat(0);
      b = a;
      stop += LONG << 2;
    }
    const e0 = expDown(f32x4.sub(v128.load(x + i), shift));
    const e1 = expDown(f32x4.sub(v128.load(x + i, 16), shift));
    if (keep) {
      v128.store(y + i, e0);
      v128.store(y + i, e1, 16);
    }
    a = f32x4.add(a, e0);
    b = f32x4.add(b, e1);
  }
  if (i < end) {
    const e = expDown(f32x4.sub(v128.load(x + i), shift));
    if (keep) v128.store(y + i, e);
    a = f32x4.add(a, e);
  }
  const rest = n & 3;
  if (rest) {
    // The lanes behind the row are exp(−∞) = 0, unless the shift is −∞ too: then the row's sum is NaN in any case
    const e = expDown(f32x4.sub(loadSome(x + end, rest, f32x4.splat(-Infinity)), shift));
    if (keep) storeSome(y + end, e, rest);
    b = f32x4.add(b, e);
  }
  const last = sum4(f32x4.add(a, b));
  return n >= 2 * LONG ? <f32>(before + <f64>last) : last;
}

/** A function of each row of a matrix [rows, columns]. */
@unmanaged
export class RowsArgs {
  x: usize;
  /** Written. */
  y: usize;
  rows: i32;
  columns: i32;
}

/** The gradient of such a function, computed from its result; all [rows, columns]. */
@unmanaged
export class RowsGradArgs {
  dy: usize;
  y: usize;
  /** Written. */
  dx: usize;
  rows: i32;
  columns: i32;
}

/** y = exp(x) / Σ exp(x) in each row; x, y [rows, columns] */
export function softmax(args: RowsArgs): void {
  parallel(softmaxTask.index, chunksOf(args.rows, rowGrain(args.columns)));
}

function softmaxTask(chunk: i32, chunks: i32): void {
  const a = args<RowsArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.x + <usize>r * bytes;
    const y = a.y + <usize>r * bytes;
    const sum = rowExp(x, n, rowMax(x, n), true, y);
    const scale: f32 = 1 / sum;
    const v = f32x4.splat(scale);
    let p = y;
    const last = y + bytes;
    for (; p + 16 <= last; p += 16) v128.store(p, f32x4.mul(v128.load(p), v));
    for (; p < last; p += 4) store<f32>(p, load<f32>(p) * scale);
  }
}

/** y = x − log Σ exp(x) in each row; x, y [rows, columns] */
export function logSoftmax(args: RowsArgs): void {
  parallel(logSoftmaxTask.index, chunksOf(args.rows, rowGrain(args.columns)));
}

function logSoftmaxTask(chunk: i32, chunks: i32): void {
  const a = args<RowsArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.x + <usize>r * bytes;
    const y = a.y + <usize>r * bytes;
    const shift = rowMax(x, n);
    const logSum = log4(f32x4.splat(rowExp(x, n, shift, false, 0)));
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(y + i, f32x4.sub(f32x4.sub(v128.load(x + i), shift), logSum));
    const rest = n & 3;
    if (rest) storeSome(y + i, f32x4.sub(f32x4.sub(loadSome(x + i, rest, shift), shift), logSum), rest);
  }
}

/** dx = (dy − Σ dy·y) · y in each row, y being the softmax; all [rows, columns] */
export function softmaxGrad(args: RowsGradArgs): void {
  parallel(softmaxGradTask.index, chunksOf(args.rows, 2 * rowGrain(args.columns)));
}

function softmaxGradTask(chunk: i32, chunks: i32): void {
  const a = args<RowsGradArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const rest = n & 3;
  const zero = f32x4.splat(0);
  const whole = (<usize>(n & ~3)) << 2;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const at = <usize>r * bytes;
    const dy = a.dy + at;
    const y = a.y + at;
    const dx = a.dx + at;
    let s0 = zero;
    let s1 = zero;
    let i: usize = 0;
    for (; i + 32 <= whole; i += 32) {
      s0 = madd(v128.load(dy + i), v128.load(y + i), s0);
      s1 = madd(v128.load(dy + i, 16), v128.load(y + i, 16), s1);
    }
    if (i < whole) s0 = madd(v128.load(dy + i), v128.load(y + i), s0);
    if (rest) s1 = madd(loadSome(dy + whole, rest, zero), loadSome(y + whole, rest, zero), s1);
    const sum = f32x4.splat(sum4(f32x4.add(s0, s1)));
    for (i = 0; i < whole; i += 16) {
      v128.store(dx + i, f32x4.mul(f32x4.sub(v128.load(dy + i), sum), v128.load(y + i)));
    }
    if (rest) {
      const v = f32x4.mul(f32x4.sub(loadSome(dy + whole, rest, zero), sum), loadSome(y + whole, rest, zero));
      storeSome(dx + whole, v, rest);
    }
  }
}

/** dx = dy − exp(y) · Σ dy in each row, y being the logarithm of the softmax; all [rows, columns] */
export function logSoftmaxGrad(args: RowsGradArgs): void {
  parallel(logSoftmaxGradTask.index, chunksOf(args.rows, rowGrain(args.columns)));
}

function logSoftmaxGradTask(chunk: i32, chunks: i32): void {
  const a = args<RowsGradArgs>();
  const n = a.columns;
  const bytes = (<usize>n) << 2;
  const rest = n & 3;
  const zero = f32x4.splat(0);
  const whole = (<usize>(n & ~3)) << 2;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const at = <usize>r * bytes;
    const dy = a.dy + at;
    const y = a.y + at;
    const dx = a.dx + at;
    const sum = f32x4.splat(rowSum(dy, n));
    let i: usize = 0;
    for (; i < whole; i += 16) v128.store(dx + i, nmadd(expDown(v128.load(y + i)), sum, v128.load(dy + i)));
    if (rest) {
      const v = nmadd(expDown(loadSome(y + whole, rest, zero)), sum, loadSome(dy + whole, rest, zero));
      storeSome(dx + whole, v, rest);
    }
  }
}

/** The sum of the row's n numbers. */
// @ts-ignore: decorator
@inline
export function rowSum(x: usize, n: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let p = x;
  const end = x + ((<usize>(n & ~3)) << 2);
  // Of long rows the sums of blocks are added in float64: rounding errors do not grow with the row
  let before: f64 = 0;
  for (; n >= 2 * LONG && p + (LONG << 2) <= end; ) {
    let stop = p + (LONG << 2);
    for (; p < stop; p += 64) {
      a = f32x4.add(a, v128.load(p));
      b = f32x4.add(b, v128.load(p, 16));
      c = f32x4.add(c, v128.load(p, 32));
      d = f32x4.add(d, v128.load(p, 48));
    }
    before += <f64>sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    a = f32x4.splat(0);
    b = a;
    c = a;
    d = a;
  }
  for (; p + 64 <= end; p += 64) {
    a = f32x4.add(a, v128.load(p));
    b = f32x4.add(b, v128.load(p, 16));
    c = f32x4.add(c, v128.load(p, 32));
    d = f32x4.add(d, v128.load(p, 48));
  }
  for (; p < end; p += 16) a = f32x4.add(a, v128.load(p));
  const rest = n & 3;
  if (rest) b = f32x4.add(b, loadSome(end, rest, f32x4.splat(0)));
  const last = sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  return n >= 2 * LONG ? <f32>(before + <f64>last) : last;
}

/** The cross-entropy of the softmax of logits with labels, or its gradient with respect to the logits. */
@unmanaged
export class CrossEntropyArgs {
  /** [rows, classes]. */
  logits: usize;
  /**
   * [rows, classes], smoothed to keep · labels + add; or, of the sparse ones, [rows] int32: the number of the right
   * class.
   */
  labels: usize;
  /** [rows], written by the cross-entropy. */
  loss: usize;
  /** [rows, 2], written by the cross-entropy: the largest logit m, and log Σ exp(logits − m). */
  normalizer: usize;
  /** [rows], the gradient with respect to the loss. */
  dy: usize;
  /** [rows, classes], written by the gradient. */
  dlogits: usize;
  rows: i32;
  classes: i32;
  /** Label smoothing: what labels are multiplied by. */
  keep: f32;
  /** Label smoothing: what is then added to them. */
  add: f32;
}

/** loss = −Σ labels · log softmax(logits) in each row. */
export function softmaxCrossEntropy(args: CrossEntropyArgs): void {
  parallel(crossEntropyTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

function crossEntropyTask(chunk: i32, chunks: i32): void {
  const a = args<CrossEntropyArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const keep = f32x4.splat(a.keep);
  const add = f32x4.splat(a.add);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.logits + <usize>r * bytes;
    const l = a.labels + <usize>r * bytes;
    const shift = rowMax(x, n);
    const logSum = log4(f32x4.splat(rowExp(x, n, shift, false, 0)));
    let s = f32x4.splat(0);
    for (let i: usize = 0; i < whole; i += 16) {
      const minusLog = f32x4.sub(logSum, f32x4.sub(v128.load(x + i), shift));
      s = madd(madd(v128.load(l + i), keep, add), minusLog, s);
    }
    let loss = sum4(s);
    for (let i = whole; i < bytes; i += 4) {
      const minusLog = f32x4.extract_lane(logSum, 0) - (load<f32>(x + i) - f32x4.extract_lane(shift, 0));
      loss += (load<f32>(l + i) * a.keep + a.add) * minusLog;
    }
    store<f32>(a.loss + ((<usize>r) << 2), loss);
    const at = a.normalizer + ((<usize>r) << 3);
    v128.store32_lane(at, shift, 0);
    v128.store32_lane(at, logSum, 0, 4);
  }
}

/** dlogits = (softmax(logits) · Σ labels − labels) · dy, of `softmaxCrossEntropy`. */
export function softmaxCrossEntropyGrad(args: CrossEntropyArgs): void {
  parallel(crossEntropyGradTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

function crossEntropyGradTask(chunk: i32, chunks: i32): void {
  const a = args<CrossEntropyArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const keep = f32x4.splat(a.keep);
  const add = f32x4.splat(a.add);
  const zero = f32x4.splat(0);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const at = <usize>r * bytes;
    const x = a.logits + at;
    const l = a.labels + at;
    const dx = a.dlogits + at;
    const total = f32x4.splat(rowSum(l, n) * a.keep + <f32>n * a.add);
    const dy = v128.load32_splat(a.dy + ((<usize>r) << 2));
    const shift = v128.load32_splat(a.normalizer + ((<usize>r) << 3));
    const logSum = v128.load32_splat(a.normalizer + ((<usize>r) << 3), 4);
    for (let i: usize = 0; i < whole; i += 16) {
      const p = expDown(f32x4.sub(f32x4.sub(v128.load(x + i), shift), logSum));
      const label = madd(v128.load(l + i), keep, add);
      v128.store(dx + i, f32x4.mul(f32x4.sub(f32x4.mul(p, total), label), dy));
    }
    if (rest) {
      const p = expDown(f32x4.sub(f32x4.sub(loadSome(x + whole, rest, zero), shift), logSum));
      const label = madd(loadSome(l + whole, rest, zero), keep, add);
      storeSome(dx + whole, f32x4.mul(f32x4.sub(f32x4.mul(p, total), label), dy), rest);
    }
  }
}

/** loss = −log softmax(logits) of the right class in each row; NaN where the label is no class. */
export function sparseSoftmaxCrossEntropy(args: CrossEntropyArgs): void {
  parallel(sparseCrossEntropyTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

function sparseCrossEntropyTask(chunk: i32, chunks: i32): void {
  const a = args<CrossEntropyArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.logits + <usize>r * bytes;
    const shift = rowMax(x, n);
    const logSum = log4(f32x4.splat(rowExp(x, n, shift, false, 0)));
    const label = load<i32>(a.labels + ((<usize>r) << 2));
    let loss: f32 = NaN;
    if (<u32>label < <u32>n) {
      const logit = load<f32>(x + ((<usize>label) << 2));
      loss = f32x4.extract_lane(logSum, 0) - (logit - f32x4.extract_lane(shift, 0));
    }
    store<f32>(a.loss + ((<usize>r) << 2), loss);
    const at = a.normalizer + ((<usize>r) << 3);
    v128.store32_lane(at, shift, 0);
    v128.store32_lane(at, logSum, 0, 4);
  }
}

/** dlogits = (softmax(logits) − one-hot labels) · dy, of `sparseSoftmaxCrossEntropy`. */
export function sparseSoftmaxCrossEntropyGrad(args: CrossEntropyArgs): void {
  parallel(sparseCrossEntropyGradTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

function sparseCrossEntropyGradTask(chunk: i32, chunks: i32): void {
  const a = args<CrossEntropyArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const zero = f32x4.splat(0);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.logits + <usize>r * bytes;
    const dx = a.dlogits + <usize>r * bytes;
    const label = load<i32>(a.labels + ((<usize>r) << 2));
    const known = <u32>label < <u32>n;
    const scale = known ? load<f32>(a.dy + ((<usize>r) << 2)) : NaN;
    const dy = f32x4.splat(scale);
    const shift = v128.load32_splat(a.normalizer + ((<usize>r) << 3));
    const logSum = v128.load32_splat(a.normalizer + ((<usize>r) << 3), 4);
    for (let i: usize = 0; i < whole; i += 16) {
      const p = expDown(f32x4.sub(f32x4.sub(v128.load(x + i), shift), logSum));
      v128.store(dx + i, f32x4.mul(p, dy));
    }
    if (rest) {
      const p = expDown(f32x4.sub(f32x4.sub(loadSome(x + whole, rest, zero), shift), logSum));
      storeSome(dx + whole, f32x4.mul(p, dy), rest);
    }
    if (known) {
      const at = dx + ((<usize>label) << 2);
      store<f32>(at, load<f32>(at) - scale);
    }
  }
}

/**
 * The cross-entropy of probabilities with labels, as Keras defines it, or its gradient with respect to the
 * probabilities. With q the probabilities over their sum, kept between ε and 1 − ε.
 */
@unmanaged
export class ProbabilityArgs {
  /** [rows, classes]. */
  probabilities: usize;
  /** [rows, classes]. */
  labels: usize;
  /** [rows], written by the cross-entropy. */
  loss: usize;
  /** [rows], the gradient with respect to the loss. */
  dy: usize;
  /** [rows, classes], written by the gradient. */
  dx: usize;
  rows: i32;
  classes: i32;
  epsilon: f32;
}

/** loss = −Σ labels · log q in each row. */
export function categoricalCrossEntropy(args: ProbabilityArgs): void {
  parallel(categoricalTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

function categoricalTask(chunk: i32, chunks: i32): void {
  const a = args<ProbabilityArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const low = f32x4.splat(a.epsilon);
  const high = f32x4.splat(1 - a.epsilon);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const p = a.probabilities + <usize>r * bytes;
    const l = a.labels + <usize>r * bytes;
    const total = f32x4.splat(rowSum(p, n));
    let s = f32x4.splat(0);
    for (let i: usize = 0; i < whole; i += 16) {
      const q = f32x4.min(f32x4.max(f32x4.div(v128.load(p + i), total), low), high);
      s = f32x4.sub(s, f32x4.mul(v128.load(l + i), log4(q)));
    }
    if (rest) {
      const q = f32x4.min(f32x4.max(f32x4.div(loadSome(p + whole, rest, total), total), low), high);
      s = f32x4.sub(s, f32x4.mul(loadSome(l + whole, rest, f32x4.splat(0)), log4(q)));
    }
    store<f32>(a.loss + ((<usize>r) << 2), sum4(s));
  }
}

/** The gradient of `categoricalCrossEntropy`. Where q was held at a bound, its gradient is 0. */
export function categoricalCrossEntropyGrad(args: ProbabilityArgs): void {
  parallel(categoricalGradTask.index, chunksOf(args.rows, rowGrain(args.classes)));
}

/** labels where q lies between the bounds, else 0. */
// @ts-ignore: decorator
@inline
function counted(q: v128, labels: v128, low: v128, high: v128): v128 {
  return v128.and(labels, v128.and(f32x4.ge(q, low), f32x4.le(q, high)));
}

function categoricalGradTask(chunk: i32, chunks: i32): void {
  const a = args<ProbabilityArgs>();
  const n = a.classes;
  const bytes = (<usize>n) << 2;
  const whole = (<usize>(n & ~3)) << 2;
  const rest = n & 3;
  const zero = f32x4.splat(0);
  const low = f32x4.splat(a.epsilon);
  const high = f32x4.splat(1 - a.epsilon);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const p = a.probabilities + <usize>r * bytes;
    const l = a.labels + <usize>r * bytes;
    const dx = a.dx + <usize>r * bytes;
    const total = f32x4.splat(rowSum(p, n));
    // dL/dpⱼ = (Σ labels − labelsⱼ / qⱼ) / total, over the labels that count
    let s = zero;
    for (let i: usize = 0; i < whole; i += 16)
      s = f32x4.add(s, counted(f32x4.div(v128.load(p + i), total), v128.load(l + i), low, high));
    if (rest) {
      const q = f32x4.div(loadSome(p + whole, rest, total), total);
      s = f32x4.add(s, counted(q, loadSome(l + whole, rest, zero), low, high));
    }
    const sum = f32x4.splat(sum4(s));
    const scale = f32x4.div(v128.load32_splat(a.dy + ((<usize>r) << 2)), total);
    for (let i: usize = 0; i < whole; i += 16) {
      const q = f32x4.div(v128.load(p + i), total);
      const label = counted(q, v128.load(l + i), low, high);
      const ratio = v128.and(f32x4.div(label, q), f32x4.ne(label, zero));
      v128.store(dx + i, f32x4.mul(f32x4.sub(sum, ratio), scale));
    }
    if (rest) {
      const q = f32x4.div(loadSome(p + whole, rest, total), total);
      const label = counted(q, loadSome(l + whole, rest, zero), low, high);
      const ratio = v128.and(f32x4.div(label, q), f32x4.ne(label, zero));
      storeSome(dx + whole, f32x4.mul(f32x4.sub(sum, ratio), scale), rest);
    }
  }
}
