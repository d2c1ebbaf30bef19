// Resizing of images [batch, height, width, channels] and its gradients. Where each row and column of the result comes
// from is given by tables, which the caller makes by the convention for a pixel's place.
import { args, bound, chunksOf, parallel } from './pool';
import { madd } from './simd';

/** Numbers that are worth a chunk of their own. */
const GRAIN = 16384;

/** Resizing of images, none of whose dimensions is 0, or its gradient, which reads dy at y and writes dx at x. */
@unmanaged
export class ResizeArgs {
  /** [batch, height, width, channels]. */
  x: usize;
  /** [batch, newHeight, newWidth, channels]. */
  y: usize;
  /**
   * Per row of y: the row of x, or the one above, the one below and the weight of that. i32 [height], i32 [height], f32
   * [height].
   */
  rows: usize;
  /** The same per column. */
  columns: usize;
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  newHeight: i32;
  newWidth: i32;
}

/** y[b, i, j] = x[b, rows[i], columns[j]]; words of 4 bytes. */
export function resizeNearest(args: ResizeArgs): void {
  const a = args;
  parallel(resizeNearestTask.index, chunksOf(a.batch * a.newHeight, GRAIN / (a.newWidth * a.channels)));
}

function resizeNearestTask(chunk: i32, chunks: i32): void {
  const a = args<ResizeArgs>();
  const pixel = <usize>a.channels << 2;
  const rowBytes = <usize>a.width * pixel;
  const newRowBytes = <usize>a.newWidth * pixel;
  const newHeight = a.newHeight;
  const newWidth = <usize>a.newWidth << 2;
  const columns = a.columns;
  const end = bound(a.batch * newHeight, 1, chunk + 1, chunks);
  let last: usize = 0;
  for (let u = bound(a.batch * newHeight, 1, chunk, chunks); u < end; u++) {
    const image = u / newHeight;
    const i = u - image * newHeight;
    const from = a.x + (<usize>(image * a.height) + load<usize>(a.rows + (<usize>i << 2))) * rowBytes;
    const to = a.y + <usize>u * newRowBytes;
    if (from == last) {
      memory.copy(to, to - newRowBytes, newRowBytes);
      continue;
    }
    last = from;
    if (pixel >= 16) {
      let t = to;
      for (let j: usize = 0; j < newWidth; j += 4, t += pixel) {
        const s = from + load<usize>(columns + j) * pixel;
        for (let c: usize = 0; c + 16 < pixel; c += 16) v128.store(t + c, v128.load(s + c));
        v128.store(t + pixel - 16, v128.load(s + pixel - 16));
      }
    } else {
      let t = to;
      for (let j: usize = 0; j < newWidth; j += 4, t += pixel) {
        const s = from + load<usize>(columns + j) * pixel;
        for (let c: usize = 0; c < pixel; c += 4) store<u32>(t + c, load<u32>(s + c));
      }
    }
  }
}

/** dL/dx of `resizeNearest`, from dL/dy at y: the sum over all copies of each pixel. Rows and columns ascend. */
export function resizeNearestGrad(args: ResizeArgs): void {
  const a = args;
  const each = (a.newHeight * a.newWidth * a.channels) / a.height + 1;
  parallel(resizeNearestGradTask.index, chunksOf(a.batch * a.height, GRAIN / each));
}

function resizeNearestGradTask(chunk: i32, chunks: i32): void {
  const a = args<ResizeArgs>();
  const pixel = <usize>a.channels << 2;
  const rowBytes = <usize>a.width * pixel;
  const newRowBytes = <usize>a.newWidth * pixel;
  const newHeight = a.newHeight;
  const newWidth = <usize>a.newWidth << 2;
  const columns = a.columns;
  const height = a.height;
  const end = bound(a.batch * height, 1, chunk + 1, chunks);
  for (let u = bound(a.batch * height, 1, chunk, chunks); u < end; u++) {
    const image = u / height;
    const row = u - image * height;
    const dx = a.x + <usize>u * rowBytes;
    memory.fill(dx, 0, rowBytes);
    for (let i = firstFrom(a.rows, newHeight, row); i < newHeight; i++) {
      if (load<i32>(a.rows + (<usize>i << 2)) != row) break;
      let g = a.y + <usize>(image * newHeight + i) * newRowBytes;
      for (let j: usize = 0; j < newWidth; j += 4, g += pixel) {
        const t = dx + load<usize>(columns + j) * pixel;
        let c: usize = 0;
        for (; c + 16 <= pixel; c += 16) v128.store(t + c, f32x4.add(v128.load(t + c), v128.load(g + c)));
        for (; c < pixel; c += 4) store<f32>(t + c, load<f32>(t + c) + load<f32>(g + c));
      }
    }
  }
}

/** The first of the `n` ascending numbers at `table` that is `least` or more. */
function firstFrom(table: usize, n: i32, least: i32): i32 {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(table + (<usize>middle << 2)) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Each element of y is the weighted mean of four of x. */
export function resizeBilinear(args: ResizeArgs): void {
  const a = args;
  parallel(resizeBilinearTask.index, chunksOf(a.batch * a.newHeight, GRAIN / (a.newWidth * a.channels * 4)));
}

function resizeBilinearTask(chunk: i32, chunks: i32): void {
  const a = args<ResizeArgs>();
  const pixel = <usize>a.channels << 2;
  const rowBytes = <usize>a.width * pixel;
  const newHeight = a.newHeight;
  const newWidth = <usize>a.newWidth << 2;
  const rowTable = <usize>newHeight << 2;
  const columns = a.columns;
  const end = bound(a.batch * newHeight, 1, chunk + 1, chunks);
  let t = a.y + <usize>bound(a.batch * newHeight, 1, chunk, chunks) * <usize>a.newWidth * pixel;
  for (let u = bound(a.batch * newHeight, 1, chunk, chunks); u < end; u++) {
    const image = u / newHeight;
    const i = <usize>(u - image * newHeight) << 2;
    const above = a.x + (<usize>(image * a.height) + load<usize>(a.rows + i)) * rowBytes;
    const below = a.x + (<usize>(image * a.height) + load<usize>(a.rows + rowTable + i)) * rowBytes;
    const fy = load<f32>(a.rows + 2 * rowTable + i);
    const fy4 = f32x4.splat(fy);
    for (let j: usize = 0; j < newWidth; j += 4, t += pixel) {
      const left = load<usize>(columns + j) * pixel;
      const right = load<usize>(columns + newWidth + j) * pixel;
      const fx = load<f32>(columns + 2 * newWidth + j);
      const fx4 = f32x4.splat(fx);
      let c: usize = 0;
      for (; c + 16 <= pixel; c += 16) {
        const a0 = v128.load(above + left + c);
        const b0 = v128.load(below + left + c);
        const top = madd(f32x4.sub(v128.load(above + right + c), a0), fx4, a0);
        const bottom = madd(f32x4.sub(v128.load(below + right + c), b0), fx4, b0);
        v128.store(t + c, madd(f32x4.sub(bottom, top), fy4, top));
      }
      for (; c < pixel; c += 4) {
        const a0 = load<f32>(above + left + c);
        const b0 = load<f32>(below + left + c);
        const top = a0 + (load<f32>(above + right + c) - a0) * fx;
        const bottom = b0 + (load<f32>(below + right + c) - b0) * fx;
        store<f32>(t + c, top + (bottom - top) * fy);
      }
    }
  }
}

/** dL/dx of `resizeBilinear`, from dL/dy at y. */
export function resizeBilinearGrad(args: ResizeArgs): void {
  const a = args;
  const each = (a.newHeight * a.newWidth * a.channels * 4) / a.height + 1;
  parallel(resizeBilinearGradTask.index, chunksOf(a.batch * a.height, GRAIN / each));
}

// A chunk has rows of dx for its own. Rows of dy that reach into those of two chunks are walked by both.
function resizeBilinearGradTask(chunk: i32, chunks: i32): void {
  const a = args<ResizeArgs>();
  const rowBytes = <usize>(a.width * a.channels) << 2;
  const newRowBytes = <usize>(a.newWidth * a.channels) << 2;
  const newHeight = a.newHeight;
  const rowTable = <usize>newHeight << 2;
  const height = a.height;
  let row = bound(a.batch * height, 1, chunk, chunks);
  const end = bound(a.batch * height, 1, chunk + 1, chunks);
  memory.fill(a.x + <usize>row * rowBytes, 0, <usize>(end - row) * rowBytes);
  while (row < end) {
    const image = row / height;
    const first = row - image * height;
    const last = min(height, first + end - row);
    row += last - first;
    const dx = a.x + <usize>(image * height) * rowBytes;
    // The rows below are the second table
    for (let i = firstFrom(a.rows + rowTable, newHeight, first); i < newHeight; i++) {
      const at = <usize>i << 2;
      const above = load<i32>(a.rows + at);
      const below = load<i32>(a.rows + rowTable + at);
      if (above >= last) break;
      const fy = load<f32>(a.rows + 2 * rowTable + at);
      const g = a.y + <usize>(image * newHeight + i) * newRowBytes;
      if (above >= first) spreadRow(g, 1 - fy, dx + <usize>above * rowBytes);
      if (below >= first && below < last) spreadRow(g, fy, dx + <usize>below * rowBytes);
    }
  }
}

/** Adds a row of dy times `weight` to a row of dx. */
function spreadRow(g: usize, weight: f32, dx: usize): void {
  const a = args<ResizeArgs>();
  const pixel = <usize>a.channels << 2;
  const newWidth = <usize>a.newWidth << 2;
  const columns = a.columns;
  for (let j: usize = 0; j < newWidth; j += 4, g += pixel) {
    const left = dx + load<usize>(columns + j) * pixel;
    const right = dx + load<usize>(columns + newWidth + j) * pixel;
    const fx = load<f32>(columns + 2 * newWidth + j);
    const l = weight * (1 - fx);
    const r = weight * fx;
    const l4 = f32x4.splat(l);
    const r4 = f32x4.splat(r);
    let c: usize = 0;
    for (; c + 16 <= pixel; c += 16) {
      const v = v128.load(g + c);
      // Left and right may be the same pixel
      v128.store(left + c, madd(v, l4, v128.load(left + c)));
      v128.store(right + c, madd(v, r4, v128.load(right + c)));
    }
    for (; c < pixel; c += 4) {
      const v = load<f32>(g + c);
      store<f32>(left + c, load<f32>(left + c) + v * l);
      store<f32>(right + c, load<f32>(right + c) + v * r);
    }
  }
}
