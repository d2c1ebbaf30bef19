// Convolutions of volumes as matrix products: what each result, or each gradient, is a sum of becomes a row of a
// matrix.
import { args, bound, chunksOf, parallel } from './pool';
import { clear, copy } from './rows';
import { VolumeShape } from './shape3d';

/** Numbers that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/**
 * Some rows of the matrix: of a convolution, row (b, z, y, x) of the result has the channels of the image at each tap
 * of the filter; of the gradient of the image, row (b, z, y, x) of the image has the channels of dy at each tap. Zeros
 * stand for what is outside.
 */
@unmanaged
export class ColumnsArgs extends VolumeShape {
  /** [batch, depth, height, width, channels] float32: the image, or dy. */
  from: usize;
  /** [count, taps · channels] float32, written. */
  to: usize;
  first: i32;
  count: i32;
  /** Whether it is dy that is read. */
  gradient: bool;
}

/** Fills the matrix. */
export function columns3d(args: ColumnsArgs): void {
  const numbers = args.filterDepth * args.filterHeight * args.filterWidth * args.channels;
  parallel(columnsTask.index, chunksOf(args.count, GRAIN / max(1, numbers)));
}

function columnsTask(chunk: i32, chunks: i32): void {
  if (args<ColumnsArgs>().gradient) columns(true, chunk, chunks);
  else columns(false, chunk, chunks);
}

/** Where a tap looks at, along one axis; −1 where that is outside. */
// @ts-ignore: decorator
@inline
function place(gradient: bool, at: i32, tap: i32, stride: i32, before: i32, size: i32): i32 {
  if (gradient) {
    const steps = at + before - tap;
    const i = steps / stride;
    return steps >= 0 && i < size && i * stride == steps ? i : -1;
  }
  const i = at * stride + tap - before;
  return <u32>i < <u32>size ? i : -1;
}

// @ts-ignore: decorator
@inline
function columns(gradient: bool, chunk: i32, chunks: i32): void {
  const a = args<ColumnsArgs>();
  const pixel = <usize>a.channels << 2;
  const depth = gradient ? a.outDepth : a.inDepth;
  const height = gradient ? a.outHeight : a.inHeight;
  const width = gradient ? a.outWidth : a.inWidth;
  const rowsY = gradient ? a.inHeight : a.outHeight;
  const rowsX = gradient ? a.inWidth : a.outWidth;
  const rowsZ = gradient ? a.inDepth : a.outDepth;
  const fw = a.filterWidth;
  const line = <usize>fw * pixel;
  const begin = bound(a.count, 1, chunk, chunks);
  const end = bound(a.count, 1, chunk + 1, chunks);
  let to = a.to + <usize>begin * <usize>(a.filterDepth * a.filterHeight) * line;
  for (let row = begin; row < end; row++) {
    let rest = a.first + row;
    const x = rest % rowsX;
    rest /= rowsX;
    const y = rest % rowsY;
    rest /= rowsY;
    const z = rest % rowsZ;
    const image = a.from + <usize>(rest / rowsZ) * <usize>(depth * height * width) * pixel;
    const firstX = x * a.strideX - a.left;
    // The taps of a line lie side by side in the image, and all are inside
    const whole = !gradient && a.dilationX == 1 && firstX >= 0 && firstX + fw <= width;
    for (let kz = 0; kz < a.filterDepth; kz++) {
      const iz = place(gradient, z, kz * a.dilationZ, a.strideZ, a.front, depth);
      for (let ky = 0; ky < a.filterHeight; ky++, to += line) {
        const iy = place(gradient, y, ky * a.dilationY, a.strideY, a.top, height);
        if (iz < 0 || iy < 0) {
          clear(to, line);
          continue;
        }
        const from = image + <usize>((iz * height + iy) * width) * pixel;
        if (whole) {
          copy(to, from + <usize>firstX * pixel, line);
          continue;
        }
        let t = to;
        for (let kx = 0; kx < fw; kx++, t += pixel) {
          const ix = place(gradient, x, kx * a.dilationX, a.strideX, a.left, width);
          if (ix < 0) clear(t, pixel);
          else copy(t, from + <usize>ix * pixel, pixel);
        }
      }
    }
  }
}

/** y += x. */
@unmanaged
export class AccumulateArgs {
  /** [n] float32. */
  x: usize;
  /** [n] float32. */
  y: usize;
  n: i32;
}

/** Adds numbers to others in place. */
export function accumulate(args: AccumulateArgs): void {
  parallel(accumulateTask.index, chunksOf(args.n, GRAIN));
}

function accumulateTask(chunk: i32, chunks: i32): void {
  const a = args<AccumulateArgs>();
  const end = <usize>bound(a.n, 4, chunk + 1, chunks) << 2;
  let i = <usize>bound(a.n, 4, chunk, chunks) << 2;
  for (; i + 16 <= end; i += 16) v128.store(a.y + i, f32x4.add(v128.load(a.y + i), v128.load(a.x + i)));
  for (; i < end; i += 4) store<f32>(a.y + i, load<f32>(a.y + i) + load<f32>(a.x + i));
}
