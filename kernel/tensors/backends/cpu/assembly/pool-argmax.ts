// Max pooling of images [batch, height, width, channels] that also says where the largest elements are.
import { args, bound, chunksOf, parallel } from './pool';
import { ConvShape, shape } from './shape';

/** Element operations that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/** `filter…` in the shape is the size of the windows. */
@unmanaged
export class ArgmaxPoolArgs extends ConvShape {
  /** [batch, inHeight, inWidth, inDepth] float32 or int32. */
  x: usize;
  /** [batch, outHeight, outWidth, inDepth] of the same type, written. */
  y: usize;
  /** The same shape, int32, written: numbers of elements of x. */
  places: usize;
  /** Whether elements are numbered through all images, or in each image from 0. */
  through: bool;
  /** Whether the numbers are int32. */
  integers: bool;
}

/**
 * y = the largest element of each window and the number of the first one; NaN is ignored. Where no element is above −∞,
 * it is −∞ with the window's first element.
 */
export function maxPoolWithArgmax(args: ArgmaxPoolArgs): void {
  const a = args;
  const operations = <i64>a.outWidth * <i64>a.inDepth * <i64>a.filterHeight * <i64>a.filterWidth;
  parallel(argmaxTask.index, chunksOf(a.batch * a.outHeight, <i32>(GRAIN / max<i64>(1, operations))));
}

function argmaxTask(chunk: i32, chunks: i32): void {
  if (args<ArgmaxPoolArgs>().integers) argmaxRows<i32>(chunk, chunks);
  else argmaxRows<f32>(chunk, chunks);
}

// @ts-ignore: decorator
@inline
function argmaxRows<T>(chunk: i32, chunks: i32): void {
  const a = args<ArgmaxPoolArgs>();
  const s = shape();
  const channels = s.inDepth;
  const rows = s.batch * s.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  const least: T = isFloat<T>() ? <T>-Infinity : i32.MIN_VALUE;
  for (let row = bound(rows, 1, chunk, chunks); row < end; row++) {
    const image = row / s.outHeight;
    const top = (row - image * s.outHeight) * s.strideY - s.top;
    const y0 = max(0, top);
    const y1 = min(s.inHeight, top + s.filterHeight);
    const first = image * s.inHeight * s.inWidth * channels;
    const from = a.through ? 0 : first;
    let out = <usize>row * <usize>s.outWidth * <usize>channels;
    for (let x = 0; x < s.outWidth; x++) {
      const left = x * s.strideX - s.left;
      const x0 = max(0, left);
      const x1 = min(s.inWidth, left + s.filterWidth);
      for (let c = 0; c < channels; c++, out++) {
        let best = least;
        let place = first + (y0 * s.inWidth + x0) * channels + c;
        for (let iy = y0; iy < y1; iy++) {
          let at = first + (iy * s.inWidth + x0) * channels + c;
          for (let ix = x0; ix < x1; ix++, at += channels) {
            const e = load<T>(a.x + (<usize>at << 2));
            if (e > best) {
              best = e;
              place = at;
            }
          }
        }
        store<T>(a.y + (out << 2), best);
        store<i32>(a.places + (out << 2), place - from);
      }
    }
  }
}
