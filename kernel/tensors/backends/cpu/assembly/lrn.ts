// Local response normalization across channels, and its gradient, in double precision.
import { args, bound, chunksOf, parallel, scratch } from './pool';

/** Element operations that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/** y = x / (bias + alpha · Σ x²)^beta, the sum over the channels within `radius`; or dx from dy. */
@unmanaged
export class LrnArgs {
  /** [pixels, channels] float32. */
  x: usize;
  /** [pixels, channels] float32: written, or what it was for the gradient. */
  y: usize;
  /** [pixels, channels] float32, for the gradient. */
  dy: usize;
  /** [pixels, channels] float32, written. */
  dx: usize;
  pixels: i32;
  /** At most as many as the scratch memory of a thread has room for: sixteen bytes each. */
  channels: i32;
  radius: i32;
  bias: f64;
  alpha: f64;
  beta: f64;
}

/** Normalizes. */
export function lrn(args: LrnArgs): void {
  parallel(lrnTask.index, chunksOf(args.pixels, GRAIN / max(1, args.channels * 8)));
}

/** The gradient. */
export function lrnGrad(args: LrnArgs): void {
  parallel(lrnGradTask.index, chunksOf(args.pixels, GRAIN / max(1, args.channels * 16)));
}

/** norm^(−beta): what most networks use needs no logarithm. */
// @ts-ignore: decorator
@inline
function power(norm: f64, beta: f64): f64 {
  if (beta == 0.5) return 1 / Math.sqrt(norm);
  if (beta == 0.75) return 1 / (Math.sqrt(norm) * Math.sqrt(Math.sqrt(norm)));
  if (beta == 1) return 1 / norm;
  return NativeMath.pow(norm, -beta);
}

/** bias + alpha · Σ x² around channel c. */
// @ts-ignore: decorator
@inline
function normOf(a: LrnArgs, x: usize, c: i32): f64 {
  const last = min(a.channels - 1, c + a.radius);
  let sum: f64 = 0;
  for (let k = max(0, c - a.radius); k <= last; k++) {
    const v = <f64>load<f32>(x + (<usize>k << 2));
    sum += v * v;
  }
  return a.bias + a.alpha * sum;
}

function lrnTask(chunk: i32, chunks: i32): void {
  const a = args<LrnArgs>();
  const end = bound(a.pixels, 1, chunk + 1, chunks);
  for (let p = bound(a.pixels, 1, chunk, chunks); p < end; p++) {
    const at = (<usize>p * <usize>a.channels) << 2;
    for (let c = 0; c < a.channels; c++) {
      const i = at + (<usize>c << 2);
      store<f32>(a.y + i, <f32>(<f64>load<f32>(a.x + i) * power(normOf(a, a.x + at, c), a.beta)));
    }
  }
}

// dx[k] = dy[k] · norm[k]^−β − 2αβ · x[k] · Σ over the channels c within `radius` of k of y[c] · dy[c] / norm[c]
function lrnGradTask(chunk: i32, chunks: i32): void {
  const a = args<LrnArgs>();
  const terms = scratch();
  const factor = -2 * a.alpha * a.beta;
  const end = bound(a.pixels, 1, chunk + 1, chunks);
  for (let p = bound(a.pixels, 1, chunk, chunks); p < end; p++) {
    const at = (<usize>p * <usize>a.channels) << 2;
    for (let c = 0; c < a.channels; c++) {
      const i = at + (<usize>c << 2);
      const norm = normOf(a, a.x + at, c);
      const dy = <f64>load<f32>(a.dy + i);
      store<f64>(terms + (<usize>c << 4), (<f64>load<f32>(a.y + i) * dy) / norm);
      store<f64>(terms + (<usize>c << 4), dy * power(norm, a.beta), 8);
    }
    for (let k = 0; k < a.channels; k++) {
      const last = min(a.channels - 1, k + a.radius);
      let sum: f64 = 0;
      for (let c = max(0, k - a.radius); c <= last; c++) sum += load<f64>(terms + (<usize>c << 4));
      const i = at + (<usize>k << 2);
      const own = load<f64>(terms + (<usize>k << 4), 8);
      store<f32>(a.dx + i, <f32>(own + factor * <f64>load<f32>(a.x + i) * sum));
    }
  }
}
