// Dilation of images by a filter of one depth (the maximum of sums), and its gradients.
import { args, bound, chunksOf, parallel } from './pool';
import { ConvShape } from './shape';

// @ts-ignore: decorator
@inline
const FORWARD = 0;
// @ts-ignore: decorator
@inline
const TO_INPUT = 1;
// @ts-ignore: decorator
@inline
const TO_FILTER = 2;

/** Element operations that are worth a chunk of their own. */
const GRAIN: i32 = 32768;

/** What a window has where it meets no pixel, as TensorFlow.js has it: −(2⁵³ − 1). */
const LOWEST: f64 = -9007199254740991;

/** y[b, p, c] = max over taps of x[b, pixel, c] + w[tap, c], or a gradient of it. */
@unmanaged
export class DilationArgs extends ConvShape {
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: usize;
  /** [filterHeight, filterWidth, inDepth] float32. */
  w: usize;
  /** [batch, outHeight, outWidth, inDepth] float32: written, or the gradient with respect to it. */
  y: usize;
  /** The gradient with respect to x or w, written; not used forward. */
  gradient: usize;
}

/** Dilation. */
export function dilation2d(args: DilationArgs): void {
  run(dilationTask.index, args, args.batch * args.outHeight, args.outWidth * args.inDepth);
}

/** The gradient of the image: it goes to the first largest sum of each window. */
export function dilation2dBackpropInput(args: DilationArgs): void {
  const n = args.batch * args.inHeight * args.inWidth * args.inDepth;
  memory.fill(args.gradient, 0, <usize>n << 2);
  run(inputTask.index, args, args.batch * args.inDepth, args.outHeight * args.outWidth);
}

/** The gradient of the filter. */
export function dilation2dBackpropFilter(args: DilationArgs): void {
  memory.fill(args.gradient, 0, <usize>(args.filterHeight * args.filterWidth * args.inDepth) << 2);
  run(filterTask.index, args, args.inDepth, args.batch * args.outHeight * args.outWidth);
}

function run(task: i32, a: DilationArgs, units: i32, each: i32): void {
  const operations = max<i64>(1, <i64>each * <i64>(a.filterHeight * a.filterWidth));
  parallel(task, chunksOf(units, <i32>(GRAIN / operations)));
}

function dilationTask(chunk: i32, chunks: i32): void {
  const a = args<DilationArgs>();
  const rows = a.batch * a.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < end; row++) {
    const b = row / a.outHeight;
    for (let x = 0; x < a.outWidth; x++)
      for (let c = 0; c < a.inDepth; c++) window(FORWARD, a, b, row % a.outHeight, x, c);
  }
}

// A chunk has whole channels of whole images, since windows may overlap
function inputTask(chunk: i32, chunks: i32): void {
  const a = args<DilationArgs>();
  const units = a.batch * a.inDepth;
  const end = bound(units, 1, chunk + 1, chunks);
  for (let u = bound(units, 1, chunk, chunks); u < end; u++)
    for (let y = 0; y < a.outHeight; y++)
      for (let x = 0; x < a.outWidth; x++) window(TO_INPUT, a, u / a.inDepth, y, x, u % a.inDepth);
}

function filterTask(chunk: i32, chunks: i32): void {
  const a = args<DilationArgs>();
  const end = bound(a.inDepth, 1, chunk + 1, chunks);
  for (let c = bound(a.inDepth, 1, chunk, chunks); c < end; c++)
    for (let b = 0; b < a.batch; b++)
      for (let y = 0; y < a.outHeight; y++) for (let x = 0; x < a.outWidth; x++) window(TO_FILTER, a, b, y, x, c);
}

/** One window of one channel. Sums are compared in double precision. */
// @ts-ignore: decorator
@inline
function window(what: i32, a: DilationArgs, b: i32, y: i32, x: i32, c: i32): void {
  const pixel = <usize>a.inDepth << 2;
  const channel = <usize>c << 2;
  const top = y * a.strideY - a.top;
  const left = x * a.strideX - a.left;
  const image = a.x + <usize>(b * a.inHeight * a.inWidth) * pixel + channel;
  let most = LOWEST;
  let atY = max(0, top);
  let atX = max(0, left);
  let tap = 0;
  for (let ky = 0; ky < a.filterHeight; ky++) {
    const iy = top + ky * a.dilationY;
    if (<u32>iy >= <u32>a.inHeight) continue;
    for (let kx = 0; kx < a.filterWidth; kx++) {
      const ix = left + kx * a.dilationX;
      if (<u32>ix >= <u32>a.inWidth) continue;
      const k = ky * a.filterWidth + kx;
      const sum =
        <f64>load<f32>(image + <usize>(iy * a.inWidth + ix) * pixel) + <f64>load<f32>(a.w + <usize>k * pixel + channel);
      if (sum <= most || sum != sum) continue;
      most = sum;
      atY = iy;
      atX = ix;
      tap = k;
    }
  }
  const out = a.y + <usize>((b * a.outHeight + y) * a.outWidth + x) * pixel + channel;
  if (what == FORWARD) {
    store<f32>(out, <f32>most);
    return;
  }
  if (what == TO_INPUT && (atY >= a.inHeight || atX >= a.inWidth)) return;
  const place = what == TO_INPUT ? (b * a.inHeight + atY) * a.inWidth + atX : tap;
  const to = a.gradient + <usize>place * pixel + channel;
  store<f32>(to, load<f32>(to) + load<f32>(out));
}
