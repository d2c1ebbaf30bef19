// The gradient of 2-D convolutions with respect to their filters, channels last: sums over pixels, each thread's own,
// then those of the threads.
import { packColumns } from './matmul';
import { args, bound, chunksOf, parallel, scratch, scratchBytes, threadCount } from './pool';
import { padRows } from './rows';
import { ConvArgs, ConvShape, shape } from './shape';
import { outerTile } from './tile';

/** With fewer channels those of several pixels are taken together for the gradient of the filter. */
const FEW_FILTER: i32 = 8;

/** About as many pixels of the gradient y are worked on together; their table has 16 bytes for each row. */
const PIXELS_TOGETHER: i32 = 128;
/** Where the packed rows of y begin in scratch memory, behind the table. */
const PACKED_AT: usize = 4096;
/** Numbers of the sums that are worth a chunk. */
const SUM_GRAIN: i32 = 8192;

/** `work` holds partial sums: [chunks, taps, inDepth, columns]. */
@unmanaged
class FilterTask extends ConvArgs {
  columns: i32; // outDepth, rounded up to 8
  chunks: i32;
}

/** How many parts the sum over pixels is cut into, each with a sum of its own. */
function filterChunks(s: ConvShape): i32 {
  return max(1, min(threadCount(), s.batch * s.outHeight));
}

/** Bytes of working memory of `conv2dBackpropFilter`: as many filters as chunks, with outDepth rounded up to 8. */
export function convFilterWorkBytes(args: ConvArgs): f64 {
  const columns = (args.outDepth + 7) & ~7;
  return 4 * <f64>(columns * args.filterHeight * args.filterWidth * args.inDepth) * <f64>filterChunks(args);
}

/**
 * w = the gradient of conv2d with respect to its filter, from that with respect to its result, y:
 * w[ky, kx, c, o] = Σ over pixels p of x[p · stride + (ky, kx) · dilation, c] · y[p, o].
 */
export function conv2dBackpropFilter(args: ConvArgs): void {
  const t = changetype<FilterTask>(args);
  const s = shape();
  t.columns = (s.outDepth + 7) & ~7;
  t.chunks = filterChunks(s);
  const packed = PACKED_AT + (<usize>(t.columns * rowsTogether(s.outWidth) * s.outWidth) << 2);
  const byRows = s.inDepth < FEW_FILTER && s.dilationX == 1 && packed + filterRowsBytes() <= scratchBytes();
  if (byRows) parallel(filterRowsTask.index, t.chunks);
  else parallel(filterTask.index, t.chunks);
  const rows = s.filterHeight * s.filterWidth * s.inDepth;
  parallel(sumTask.index, chunksOf(rows, max(1, SUM_GRAIN / t.columns)));
}

/** Adds up the partial sums. */
function sumTask(chunk: i32, chunks: i32): void {
  const t = args<FilterTask>();
  const s = shape();
  const rows = s.filterHeight * s.filterWidth * s.inDepth;
  const end = bound(rows, 1, chunk + 1, chunks);
  const size = <usize>(rows * t.columns) << 2;
  for (let r = bound(rows, 1, chunk, chunks); r < end; r++) {
    const to = t.w + (<usize>(r * s.outDepth) << 2);
    const from = t.work + (<usize>(r * t.columns) << 2);
    let j: usize = 0;
    const wide = (<usize>s.outDepth & ~3) << 2;
    for (; j < wide; j += 16) {
      let sum = v128.load(from + j);
      for (let q = 1; q < t.chunks; q++) sum = f32x4.add(sum, v128.load(from + <usize>q * size + j));
      v128.store(to + j, sum);
    }
    for (; j < <usize>s.outDepth << 2; j += 4) {
      let sum = load<f32>(from + j);
      for (let q = 1; q < t.chunks; q++) sum += load<f32>(from + <usize>q * size + j);
      store<f32>(to + j, sum);
    }
  }
}

/** Rows of the gradient y that are worked on together. */
// @ts-ignore: decorator
@inline
function rowsTogether(width: i32): i32 {
  return max(1, PIXELS_TOGETHER / width);
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
  const t = args<FilterTask>();
  const s = shape();
  const taps = s.filterHeight * s.filterWidth;
  const ldc = <usize>t.columns << 2;
  const partial = t.work + (<usize>chunk * taps * s.inDepth) * ldc;
  memory.fill(partial, 0, <usize>(taps * s.inDepth) * ldc);
  const rows = s.batch * s.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  const together = rowsTogether(s.outWidth);
  const panels = t.columns >> 3;
  const table = scratch();
  const packed = table + PACKED_AT;
  const xRow = <usize>(s.inWidth * s.inDepth) << 2;
  const aStride = <usize>(s.strideX * s.inDepth) << 2;
  for (let first = bound(rows, 1, chunk, chunks); first < end; first += together) {
    const count = min(together, end - first);
    const pixels = count * s.outWidth;
    packColumns(packed, t.y + (<usize>(first * s.outWidth * s.outDepth) << 2), <usize>s.outDepth << 2, pixels, s.outDepth);
    for (let ky = 0; ky < s.filterHeight; ky++) {
      for (let kx = 0; kx < s.filterWidth; kx++) {
        const offset = kx * s.dilationX - s.left;
        const from = firstInside(offset, s.strideX, s.outWidth);
        const to = pastInside(offset, s.strideX, s.outWidth, s.inWidth);
        if (to <= from) continue;
        let segments = 0;
        for (let r = 0; r < count; r++) {
          const image = (first + r) / s.outHeight;
          const y = ((first + r) - image * s.outHeight) * s.strideY + ky * s.dilationY - s.top;
          if (<u32>y >= <u32>s.inHeight) continue;
          const entry = table + (<usize>segments << 4);
          store<u32>(
            entry,
            <u32>(t.x + <usize>(image * s.inHeight + y) * xRow + (<usize>((from * s.strideX + offset) * s.inDepth) << 2)),
          );
          store<u32>(entry, <u32>(r * s.outWidth + from) << 5, 4);
          store<i32>(entry, to - from, 8);
          segments++;
        }
        const sums = partial + <usize>((ky * s.filterWidth + kx) * s.inDepth) * ldc;
        for (let p = 0; p < panels; p++) {
          const panel = packed + ((<usize>p * pixels) << 5);
          for (let c = 0; c < s.inDepth; c += 6) {
            const at = sums + <usize>c * ldc + (<usize>p << 5);
            outerTile(table, segments, <usize>c << 2, aStride, panel, 32, at, ldc, min(6, s.inDepth - c), at, ldc);
          }
        }
      }
    }
  }
}

/** What `filterRowsTask` needs for its rows of the image, at most, beside the packed rows of dy. */
// @ts-ignore: decorator
@inline
function filterRowsBytes(): usize {
  const s = shape();
  const count = rowsTogether(s.outWidth);
  const images = count / s.outHeight + 2;
  const rows = count * s.strideY + images * ((s.filterHeight - 1) * s.dilationY + 1);
  return <usize>rows * filterRowBytes() + 64;
}

/** Bytes of a row of the image with the padding that the filter looks at. */
// @ts-ignore: decorator
@inline
function filterRowBytes(): usize {
  const s = shape();
  return <usize>(((s.outWidth - 1) * s.strideX + s.filterWidth) * s.inDepth) << 2;
}

/**
 * As filterTask for few channels: those of the neighboring pixels that a row of the filter meets lie side by side, and
 * are taken together, from rows copied out with their padding where there is one.
 */
function filterRowsTask(chunk: i32, chunks: i32): void {
  const t = args<FilterTask>();
  const s = shape();
  const ldc = <usize>t.columns << 2;
  const width = s.filterWidth * s.inDepth;
  const partial = t.work + <usize>(chunk * s.filterHeight * width) * ldc;
  memory.fill(partial, 0, <usize>(s.filterHeight * width) * ldc);
  const rows = s.batch * s.outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  const together = rowsTogether(s.outWidth);
  const panels = t.columns >> 3;
  const table = scratch();
  const packed = table + PACKED_AT;
  const band = packed + (<usize>(panels * together * s.outWidth) << 5);
  const inImage =
    s.top == 0 &&
    s.left == 0 &&
    (s.outHeight - 1) * s.strideY + (s.filterHeight - 1) * s.dilationY < s.inHeight &&
    (s.outWidth - 1) * s.strideX + s.filterWidth <= s.inWidth;
  const imageRow = <usize>(s.inWidth * s.inDepth) << 2;
  const rowBytes = inImage ? imageRow : filterRowBytes();
  const base = inImage ? t.x : band;
  const aStride = <usize>(s.strideX * s.inDepth) << 2;
  for (let first = bound(rows, 1, chunk, chunks); first < end; first += together) {
    const count = min(together, end - first);
    const pixels = count * s.outWidth;
    packColumns(packed, t.y + (<usize>(first * s.outWidth * s.outDepth) << 2), <usize>s.outDepth << 2, pixels, s.outDepth);
    let to = band;
    for (let r = 0; r < count; ) {
      const image = (first + r) / s.outHeight;
      const y = first + r - image * s.outHeight;
      const same = min(count - r, s.outHeight - y);
      let from = t.x + <usize>(image * s.inHeight) * imageRow;
      if (inImage) from += <usize>(y * s.strideY) * imageRow;
      else {
        const copied = (same - 1) * s.strideY + (s.filterHeight - 1) * s.dilationY + 1;
        const pixelsOfRow = (s.outWidth - 1) * s.strideX + s.filterWidth;
        padRows(s, to, from, y * s.strideY - s.top, copied, pixelsOfRow);
        from = to;
        to += <usize>copied * rowBytes;
      }
      for (let q = 0; q < same; q++, r++) {
        const entry = table + (<usize>r << 4);
        store<u32>(entry, <u32>(from - base + <usize>(q * s.strideY) * rowBytes));
        store<u32>(entry, <u32>(r * s.outWidth) << 5, 4);
        store<i32>(entry, s.outWidth, 8);
      }
    }
    for (let ky = 0; ky < s.filterHeight; ky++) {
      const left = base + <usize>(ky * s.dilationY) * rowBytes;
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
