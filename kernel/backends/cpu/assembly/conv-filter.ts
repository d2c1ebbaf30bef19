// The gradient of 2-D convolutions with respect to their filters, channels last: sums over pixels, each thread's own, then those of the threads.
import { packColumns } from './gemm';
import { args, bound, chunksOf, parallel, scratch, scratchBytes, threadCount } from './pool';
import { padRows } from './rows';
import { outerTile } from './tile';

/** With fewer channels those of several pixels are taken together for the gradient of the filter. */
const FEW_FILTER: i32 = 8;

@unmanaged
class FilterArgs {
  x: usize; // [batch, inHeight, inWidth, inDepth]
  dy: usize; // [batch, outHeight, outWidth, outDepth]
  partials: usize; // [chunks, taps, inDepth, columns]
  dw: usize;
  batch: i32;
  inHeight: i32;
  inWidth: i32;
  inDepth: i32;
  outHeight: i32;
  outWidth: i32;
  outDepth: i32;
  columns: i32; // outDepth, rounded up to 8
  filterHeight: i32;
  filterWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  top: i32;
  left: i32;
  chunks: i32;
}

/** Into how many parts the sum over pixels is cut, each with a sum of its own. */
export function filterChunks(rows: i32): i32 {
  return max(1, min(threadCount(), rows));
}

/**
 * dw = the gradient of conv2d with respect to its filter: dw[ky, kx, c, o] = Σ over pixels p of x[p · stride + (ky, kx) · dilation, c] · dy[p, o].
 * @param x [batch, inHeight, inWidth, inDepth] float32
 * @param dy [batch, outHeight, outWidth, outDepth]
 * @param dw [filterHeight, filterWidth, inDepth, outDepth]
 * @param work `filterChunks(batch · outHeight)` arrays as large as dw with outDepth rounded up to 8
 */
export function conv2dBackpropFilter(
  x: usize,
  dy: usize,
  dw: usize,
  work: usize,
  batch: i32,
  inHeight: i32,
  inWidth: i32,
  inDepth: i32,
  outHeight: i32,
  outWidth: i32,
  outDepth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
): void {
  const t = args<FilterArgs>();
  t.x = x;
  t.dy = dy;
  t.partials = work;
  t.dw = dw;
  t.batch = batch;
  t.inHeight = inHeight;
  t.inWidth = inWidth;
  t.inDepth = inDepth;
  t.outHeight = outHeight;
  t.outWidth = outWidth;
  t.outDepth = outDepth;
  t.columns = (outDepth + 7) & ~7;
  t.filterHeight = filterHeight;
  t.filterWidth = filterWidth;
  t.strideY = strideY;
  t.strideX = strideX;
  t.dilationY = dilationY;
  t.dilationX = dilationX;
  t.top = top;
  t.left = left;
  t.chunks = filterChunks(batch * outHeight);
  const packed = <usize>4096 + (<usize>(t.columns * rowsTogether(outWidth) * outWidth) << 2);
  const byRows = inDepth < FEW_FILTER && dilationX == 1 && packed + filterRowsBytes(t) <= scratchBytes();
  if (byRows) parallel(filterRowsTask.index, t.chunks);
  else parallel(filterTask.index, t.chunks);
  const rows = filterHeight * filterWidth * inDepth;
  parallel(sumTask.index, chunksOf(rows, max(1, 8192 / t.columns)));
}

/** Adds up the partial sums. */
function sumTask(chunk: i32, chunks: i32): void {
  const t = args<FilterArgs>();
  const rows = t.filterHeight * t.filterWidth * t.inDepth;
  const end = bound(rows, 1, chunk + 1, chunks);
  const size = <usize>(rows * t.columns) << 2;
  for (let r = bound(rows, 1, chunk, chunks); r < end; r++) {
    const to = t.dw + (<usize>(r * t.outDepth) << 2);
    const from = t.partials + (<usize>(r * t.columns) << 2);
    let j: usize = 0;
    const wide = (<usize>t.outDepth & ~3) << 2;
    for (; j < wide; j += 16) {
      let sum = v128.load(from + j);
      for (let q = 1; q < t.chunks; q++) sum = f32x4.add(sum, v128.load(from + <usize>q * size + j));
      v128.store(to + j, sum);
    }
    for (; j < <usize>t.outDepth << 2; j += 4) {
      let sum = load<f32>(from + j);
      for (let q = 1; q < t.chunks; q++) sum += load<f32>(from + <usize>q * size + j);
      store<f32>(to + j, sum);
    }
  }
}

/** Rows of dy that are worked on together: so many that they have about 128 pixels. */
// @ts-ignore: decorator
@inline
function rowsTogether(width: i32): i32 {
  return max(1, 128 / width);
}

/** The first pixel of a row of dy whose tap at `offset` lies inside of the image; and past the last one. */
// @ts-ignore: decorator
@inline
function firstInside(offset: i32, stride: i32, width: i32): i32 {
  return offset >= 0 ? 0 : min(width, (-offset + stride - 1) / stride);
}
// @ts-ignore: decorator
@inline
function pastInside(offset: i32, stride: i32, width: i32, inWidth: i32): i32 {
  const last = inWidth - 1 - offset;
  return last < 0 ? 0 : min(width, last / stride + 1);
}

function filterTask(chunk: i32, chunks: i32): void {
  const t = args<FilterArgs>();
  const taps = t.filterHeight * t.filterWidth;
  const ldc = <usize>t.columns << 2;
  const partial = t.partials + (<usize>chunk * taps * t.inDepth) * ldc;
  memory.fill(partial, 0, <usize>(taps * t.inDepth) * ldc);
  const rows = t.batch * t.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  const together = rowsTogether(t.outWidth);
  const panels = t.columns >> 3;
  const table = scratch();
  const packed = table + 16 * 256;
  const xRow = <usize>(t.inWidth * t.inDepth) << 2;
  const aStride = <usize>(t.strideX * t.inDepth) << 2;
  for (let first = bound(rows, 1, chunk, chunks); first < end; first += together) {
    const count = min(together, end - first);
    const pixels = count * t.outWidth;
    packColumns(packed, t.dy + (<usize>(first * t.outWidth * t.outDepth) << 2), <usize>t.outDepth << 2, pixels, t.outDepth);
    for (let ky = 0; ky < t.filterHeight; ky++) {
      for (let kx = 0; kx < t.filterWidth; kx++) {
        const offset = kx * t.dilationX - t.left;
        const from = firstInside(offset, t.strideX, t.outWidth);
        const to = pastInside(offset, t.strideX, t.outWidth, t.inWidth);
        if (to <= from) continue;
        let segments = 0;
        for (let r = 0; r < count; r++) {
          const image = (first + r) / t.outHeight;
          const y = ((first + r) - image * t.outHeight) * t.strideY + ky * t.dilationY - t.top;
          if (<u32>y >= <u32>t.inHeight) continue;
          const entry = table + (<usize>segments << 4);
          store<u32>(
            entry,
            <u32>(t.x + <usize>(image * t.inHeight + y) * xRow + (<usize>((from * t.strideX + offset) * t.inDepth) << 2)),
          );
          store<u32>(entry, <u32>(r * t.outWidth + from) << 5, 4);
          store<i32>(entry, to - from, 8);
          segments++;
        }
        const sums = partial + <usize>((ky * t.filterWidth + kx) * t.inDepth) * ldc;
        for (let p = 0; p < panels; p++) {
          const panel = packed + ((<usize>p * pixels) << 5);
          for (let c = 0; c < t.inDepth; c += 6) {
            const at = sums + <usize>c * ldc + (<usize>p << 5);
            outerTile(table, segments, <usize>c << 2, aStride, panel, 32, at, ldc, min(6, t.inDepth - c), at, ldc);
          }
        }
      }
    }
  }
}

/** What `filterRowsTask` needs for its rows of the image, at most, beside the packed rows of dy. */
// @ts-ignore: decorator
@inline
function filterRowsBytes(t: FilterArgs): usize {
  const count = rowsTogether(t.outWidth);
  const images = count / t.outHeight + 2;
  const rows = count * t.strideY + images * ((t.filterHeight - 1) * t.dilationY + 1);
  return <usize>rows * filterRowBytes(t) + 64;
}

/** Bytes of a row of the image with the padding that the filter looks at. */
// @ts-ignore: decorator
@inline
function filterRowBytes(t: FilterArgs): usize {
  return <usize>(((t.outWidth - 1) * t.strideX + t.filterWidth) * t.inDepth) << 2;
}

/**
 * As filterTask for few channels: those of the neighbouring pixels that a row of the filter meets lie side by side, and are taken
 * together, from rows copied out with their padding where there is one.
 */
function filterRowsTask(chunk: i32, chunks: i32): void {
  const t = args<FilterArgs>();
  const ldc = <usize>t.columns << 2;
  const width = t.filterWidth * t.inDepth;
  const partial = t.partials + <usize>(chunk * t.filterHeight * width) * ldc;
  memory.fill(partial, 0, <usize>(t.filterHeight * width) * ldc);
  const rows = t.batch * t.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  const together = rowsTogether(t.outWidth);
  const panels = t.columns >> 3;
  const table = scratch();
  const packed = table + 4096;
  const band = packed + (<usize>(panels * together * t.outWidth) << 5);
  const inImage =
    t.top == 0 &&
    t.left == 0 &&
    (t.outHeight - 1) * t.strideY + (t.filterHeight - 1) * t.dilationY < t.inHeight &&
    (t.outWidth - 1) * t.strideX + t.filterWidth <= t.inWidth;
  const imageRow = <usize>(t.inWidth * t.inDepth) << 2;
  const rowBytes = inImage ? imageRow : filterRowBytes(t);
  const base = inImage ? t.x : band;
  const aStride = <usize>(t.strideX * t.inDepth) << 2;
  for (let first = bound(rows, 1, chunk, chunks); first < end; first += together) {
    const count = min(together, end - first);
    const pixels = count * t.outWidth;
    packColumns(packed, t.dy + (<usize>(first * t.outWidth * t.outDepth) << 2), <usize>t.outDepth << 2, pixels, t.outDepth);
    let to = band;
    for (let r = 0; r < count; ) {
      const image = (first + r) / t.outHeight;
      const y = first + r - image * t.outHeight;
      const same = min(count - r, t.outHeight - y);
      let from = t.x + <usize>(image * t.inHeight) * imageRow;
      if (inImage) from += <usize>(y * t.strideY) * imageRow;
      else {
        const copied = (same - 1) * t.strideY + (t.filterHeight - 1) * t.dilationY + 1;
        const pixelsOfRow = (t.outWidth - 1) * t.strideX + t.filterWidth;
        padRows(to, from, y * t.strideY - t.top, copied, t.inHeight, t.inWidth, t.inDepth, t.left, pixelsOfRow);
        from = to;
        to += <usize>copied * rowBytes;
      }
      for (let q = 0; q < same; q++, r++) {
        const entry = table + (<usize>r << 4);
        store<u32>(entry, <u32>(from - base + <usize>(q * t.strideY) * rowBytes));
        store<u32>(entry, <u32>(r * t.outWidth) << 5, 4);
        store<i32>(entry, t.outWidth, 8);
      }
    }
    for (let ky = 0; ky < t.filterHeight; ky++) {
      const left = base + <usize>(ky * t.dilationY) * rowBytes;
      const sums = partial + <usize>(ky * width) * ldc;
      for (let p = 0; p < panels; p++) {
        const panel = packed + (<usize>(p * pixels) << 5);
        for (let c = 0; c < width; c += 6) {
          const at = sums + <usize>c * ldc + (<usize>p << 5);
          outerTile(table, count, left + (<usize>c << 2), aStride, panel, 32, at, ldc, min(6, width - c), at, ldc);
        }
      }
    }
  }
}
