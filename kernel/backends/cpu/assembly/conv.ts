// 2-D convolutions and their gradients, channels last, as matrix products whose left operand is gathered from the image: each row of it
// is a pixel's receptive field, and only the addresses of its parts are written down (Dukhan, "The Indirect Convolution Algorithm", 2019).
// Few input channels are copied out instead ("im2col").
import { packColumns, packColumnsTransposed, rectify } from './gemm';
import { args, bound, chunksOf, parallel, scratch, scratchBytes, threadCount } from './pool';
import { gatherTile, outerTile, SEGMENT } from './tile';

/** Blocks of six pixels whose addresses are written down together. */
const GROUP: i32 = 8;
/** With fewer channels the receptive fields are copied out. */
const FEW: i32 = 3;
/** With fewer channels those of several pixels are taken together for the gradient of the filter. */
const FEW_FILTER: i32 = 8;

@unmanaged
class GatherArgs {
  src: usize; // [batch, srcHeight, srcWidth, k] the image that is read
  packed: usize; // panels of eight columns: [ceil(n / 8), taps of the filter, k, 8]
  dst: usize; // [batch, dstHeight, dstWidth, n]
  bias: usize; // [n], or 0
  taps: usize; // per tap: row and column of the source relative to the pixel, offset in a panel, and an unused word
  zeros: usize; // a run of zeros
  tapCount: i32;
  run: i32; // so many taps in a row of the filter read neighbouring pixels, whose channels lie side by side
  panelBytes: usize;
  batch: i32;
  srcHeight: i32;
  srcWidth: i32;
  k: i32;
  dstHeight: i32;
  dstWidth: i32;
  n: i32;
  // The pixels (y0 + i · step, x0 + j · step), i < height, j < width, of the result are computed; they read from the source around
  // (i · stride, j · stride).
  height: i32;
  width: i32;
  y0: i32;
  x0: i32;
  stepY: i32;
  stepX: i32;
  strideY: i32;
  strideX: i32;
  // Of `padTask` alone: the image as it is, and how many pixels of padding a row gets before it
  plain: usize;
  plainWidth: i32;
  before: i32;
  // Of `rowTask` alone
  filterHeight: i32;
  filterWidth: i32;
  dilationY: i32;
  top: i32;
  left: i32;
  relu: bool;
}

/**
 * y = conv2d(x, w) (+ bias) (then ReLU).
 * @param x [batch, inHeight, inWidth, inDepth] float32
 * @param w [filterHeight, filterWidth, inDepth, outDepth]
 * @param y [batch, outHeight, outWidth, outDepth]
 * @param bias [outDepth], or 0
 * @param work `convWorkBytes` bytes
 * @param padded pixels of a row of x with the padding that the filter reads, for a copy of x behind `work`; 0 for no copy
 */
export function conv2d(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
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
  padded: i32,
  relu: bool,
): void {
  const t = args<GatherArgs>();
  const taps = filterHeight * filterWidth;
  t.src = x;
  t.dst = y;
  t.bias = bias;
  t.run = dilationX == 1 ? filterWidth : 1;
  t.zeros = work;
  t.taps = work + zeroBytes(inDepth * filterWidth);
  t.packed = t.taps + (<usize>taps << 4);
  t.tapCount = taps;
  t.panelBytes = (<usize>taps * inDepth) << 5;
  t.batch = batch;
  t.srcHeight = inHeight;
  t.srcWidth = inWidth;
  t.k = inDepth;
  t.dstHeight = outHeight;
  t.dstWidth = outWidth;
  t.n = outDepth;
  t.height = outHeight;
  t.width = outWidth;
  t.y0 = 0;
  t.x0 = 0;
  t.stepY = 1;
  t.stepX = 1;
  t.strideY = strideY;
  t.strideX = strideX;
  t.relu = relu;
  memory.fill(t.zeros, 0, zeroBytes(inDepth * filterWidth));
  for (let ky = 0, tap = 0; ky < filterHeight; ky++)
    for (let kx = 0; kx < filterWidth; kx++, tap++)
      setTap(t.taps, tap, ky * dilationY - top, kx * dilationX - (padded ? 0 : left), (<usize>tap * inDepth) << 5);
  packColumns(t.packed, w, <usize>outDepth << 2, taps * inDepth, outDepth);
  t.filterHeight = filterHeight;
  t.filterWidth = filterWidth;
  t.dilationY = dilationY;
  t.top = top;
  t.left = left;
  const byRows = inDepth == 1 && strideX == 1 && dilationX == 1 && ROWS_AT + rowsBytes(t, 1) <= scratchBytes();
  if (byRows) {
    const work = <i64>batch * outHeight * outWidth * taps * outDepth;
    parallel(rowTask.index, chunksOf(batch * outHeight, <i32>(131072 / max<i64>(1, work / (batch * outHeight)))));
    return;
  }
  if (padded) pad(t, work + convWorkBytes(taps, filterWidth, inDepth, outDepth), padded, left);
  runGather(t);
}

/**
 * dx = the gradient of conv2d with respect to its input: each pixel gathers from the pixels of dy that it went into. The pixels of dx fall
 * into strideY · strideX classes, each of which meets its own taps of the filter.
 * @param dy [batch, outHeight, outWidth, outDepth] float32
 * @param w [filterHeight, filterWidth, inDepth, outDepth]
 * @param dx [batch, inHeight, inWidth, inDepth]
 * @param work `convWorkBytes` bytes
 * @param padded as in `conv2d`, of dy
 */
export function conv2dBackpropInput(
  dy: usize,
  w: usize,
  dx: usize,
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
  padded: i32,
): void {
  const t = args<GatherArgs>();
  const taps = filterHeight * filterWidth;
  t.src = dy;
  t.dst = dx;
  t.bias = 0;
  // With the taps of a row in reverse order, neighbouring ones read neighbouring pixels
  t.run = strideX == 1 && dilationX == 1 ? filterWidth : 1;
  t.zeros = work;
  t.taps = work + zeroBytes(outDepth * filterWidth);
  t.packed = t.taps + (<usize>taps << 4);
  t.panelBytes = (<usize>taps * outDepth) << 5;
  t.batch = batch;
  t.srcHeight = outHeight;
  t.srcWidth = outWidth;
  t.k = outDepth;
  t.dstHeight = inHeight;
  t.dstWidth = inWidth;
  t.n = inDepth;
  t.stepY = strideY;
  t.stepX = strideX;
  t.strideY = 1;
  t.strideX = 1;
  t.relu = false;
  memory.fill(t.zeros, 0, zeroBytes(outDepth * filterWidth));
  const row = <usize>outDepth << 2;
  for (let p = 0; p < inDepth; p += 8) {
    const panel = t.packed + <usize>(p >> 3) * t.panelBytes;
    for (let tap = 0; tap < taps; tap++)
      packColumnsTransposed(
        panel + ((<usize>reversed(tap, filterWidth) * outDepth) << 5),
        w + <usize>(tap * inDepth + p) * row,
        row,
        outDepth,
        min(8, inDepth - p),
      );
  }
  if (padded) pad(t, work + convWorkBytes(taps, filterWidth, outDepth, inDepth), padded, filterWidth - 1 - left);
  for (let py = 0; py < min(strideY, inHeight); py++) {
    for (let px = 0; px < min(strideX, inWidth); px++) {
      t.y0 = py;
      t.x0 = px;
      t.height = (inHeight - py + strideY - 1) / strideY;
      t.width = (inWidth - px + strideX - 1) / strideX;
      let count = 0;
      for (let ky = 0; ky < filterHeight; ky++) {
        const oy = py + top - ky * dilationY;
        if (oy % strideY) continue;
        for (let kx = filterWidth - 1; kx >= 0; kx--) {
          const ox = px + left - kx * dilationX;
          if (ox % strideX) continue;
          const tap = reversed(ky * filterWidth + kx, filterWidth);
          setTap(t.taps, count++, oy / strideY, ox / strideX + (padded ? filterWidth - 1 - left : 0), (<usize>tap * outDepth) << 5);
        }
      }
      t.tapCount = count;
      runGather(t);
    }
  }
}

/** Has the image read from a copy at `at` with `before` pixels of zeros before each row and more behind, so that no tap leaves its row. */
function pad(t: GatherArgs, at: usize, width: i32, before: i32): void {
  t.plain = t.src;
  t.plainWidth = t.srcWidth;
  t.before = before;
  t.src = at;
  t.srcWidth = width;
  parallel(padTask.index, chunksOf(t.batch * t.srcHeight, max(1, 65536 / (width * t.k))));
}

function padTask(chunk: i32, chunks: i32): void {
  const t = args<GatherArgs>();
  const rows = t.batch * t.srcHeight;
  const first = bound(rows, 1, chunk, chunks);
  const to = t.src + (<usize>(first * t.srcWidth * t.k) << 2);
  const count = bound(rows, 1, chunk + 1, chunks) - first;
  padRows(to, t.plain, first, count, rows, t.plainWidth, t.k, t.before, t.srcWidth);
}

/** The place of a tap if the taps of each row are in reverse order. */
// @ts-ignore: decorator
@inline
function reversed(tap: i32, width: i32): i32 {
  const x = tap % width;
  return tap - x + width - 1 - x;
}

// @ts-ignore: decorator
@inline
function zeroBytes(k: i32): usize {
  return ((<usize>k << 2) + 127) & ~63;
}

/** Bytes of working memory that a convolution over `k` channels with `n` results needs. */
export function convWorkBytes(taps: i32, filterWidth: i32, k: i32, n: i32): i32 {
  return <i32>(zeroBytes(k * filterWidth) + (<usize>taps << 4) + ((<usize>((n + 7) >> 3) * taps * k) << 5));
}

function setTap(taps: usize, tap: i32, y: i32, x: i32, offset: usize): void {
  const at = taps + (<usize>tap << 4);
  store<i32>(at, y);
  store<i32>(at, x, 4);
  store<u32>(at, <u32>offset, 8);
}

function runGather(t: GatherArgs): void {
  const pixels = t.batch * t.height * t.width;
  const work = <i64>pixels * t.tapCount * t.k * t.n;
  const groups = (pixels + 6 * GROUP - 1) / (6 * GROUP);
  const chunks = threadCount() == 1 ? 1 : max(1, min(min(groups, threadCount() * 8), <i32>min<i64>(1 << 20, work / 131072)));
  if (t.k < FEW) parallel(copyTask.index, chunks);
  else parallel(gatherTask.index, chunks);
}

/** Where a pixel of the grid is written to. */
// @ts-ignore: decorator
@inline
function target(t: GatherArgs, image: i32, i: i32, j: i32): usize {
  const y = t.y0 + i * t.stepY;
  const x = t.x0 + j * t.stepX;
  return t.dst + ((<usize>((image * t.dstHeight + y) * t.dstWidth + x) * t.n) << 2);
}

/** Whether the pixels of the grid are all pixels of the result, in their order: a tile can then be written where it belongs. */
// @ts-ignore: decorator
@inline
function isWhole(t: GatherArgs): bool {
  return t.stepY == 1 && t.stepX == 1;
}

function gatherTask(chunk: i32, chunks: i32): void {
  const t = args<GatherArgs>();
  const whole = isWhole(t);
  const ldc = <usize>t.n << 2;
  const pixels = t.batch * t.height * t.width;
  const end = bound(pixels, 6 * GROUP, chunk + 1, chunks);
  const targets = scratch(); // addresses of the 6 · GROUP pixels of the result
  const tile = targets + 256;
  const blocksAt = targets + 768; // of each block: how many segments, and their length
  const six = targets + 896; // of six pixels: row and column in the source, and where its image begins
  const table = targets + 1024;
  const tableBytes = <usize>t.tapCount * SEGMENT;
  const panels = (t.n + 7) >> 3;
  const rowBytes = <usize>(t.srcWidth * t.k) << 2;
  const pixelBytes = <usize>t.k << 2;
  for (let first = bound(pixels, 6 * GROUP, chunk, chunks); first < end; first += 6 * GROUP) {
    const count = min(6 * GROUP, end - first);
    const blocks = (count + 5) / 6;
    let j = first % t.width;
    let rest = first / t.width;
    let i = rest % t.height;
    let image = rest / t.height;
    for (let b = 0; b < blocks; b++) {
      const left = load<i32>(t.taps, 4);
      let inRow = t.run > 1;
      for (let q = 0; q < 6; q++) {
        const at = six + <usize>(q << 4);
        const x = j * t.strideX;
        store<i32>(at, i * t.strideY);
        store<i32>(at, x, 4);
        store<u32>(at, <u32>(t.src + <usize>(image * t.srcHeight) * rowBytes), 8);
        inRow = inRow && x + left >= 0 && x + left + t.run <= t.srcWidth;
        if (!whole) store<u32>(targets + (<usize>(b * 6 + q) << 2), <u32>target(t, image, i, j));
        // Past the last pixel that one is repeated
        if (b * 6 + q + 1 < count && ++j == t.width) {
          j = 0;
          if (++i == t.height) {
            i = 0;
            image++;
          }
        }
      }
      const step = inRow ? t.run : 1;
      let entry = table + <usize>b * tableBytes;
      let segments = 0;
      let tap = t.taps;
      for (let s = 0; s < t.tapCount; s += step) {
        const tapY = load<i32>(tap);
        const tapX = load<i32>(tap, 4);
        let some = false;
        for (let q: usize = 0; q < 6; q++) {
          const at = six + (q << 4);
          const y = load<i32>(at) + tapY;
          const x = load<i32>(at, 4) + tapX;
          const inside = <u32>y < <u32>t.srcHeight && <u32>x < <u32>t.srcWidth;
          const from = <usize>load<u32>(at, 8) + <usize>y * rowBytes + <usize>x * pixelBytes;
          store<u32>(entry + (q << 2), <u32>(inside ? from : t.zeros));
          some = some || inside;
        }
        // Where all six look past the image there is nothing to add
        if (some) {
          store<u32>(entry, load<u32>(tap, 8), 24);
          entry += SEGMENT;
          segments++;
        }
        tap += <usize>step << 4;
      }
      store<i32>(blocksAt + <usize>(b << 3), segments);
      store<i32>(blocksAt + <usize>(b << 3), step * t.k, 4);
    }
    for (let p = 0; p < panels; p++) {
      const panel = t.packed + <usize>p * t.panelBytes;
      for (let b = 0; b < blocks; b++) {
        const rows = min(6, count - b * 6);
        const init = biasOf(t, p, tile + 256);
        const segments = load<i32>(blocksAt + <usize>(b << 3));
        const k = load<i32>(blocksAt + <usize>(b << 3), 4);
        const at = t.dst + <usize>(first + b * 6) * ldc + (<usize>p << 5);
        // What a lone panel writes past its columns is overwritten by the next pixels, if those are this thread's
        if (whole && ((p << 3) + 8 <= t.n || (panels == 1 && (first + b * 6 + rows - 1) * t.n + 8 <= end * t.n))) {
          gatherTile(table + <usize>b * tableBytes, segments, k, panel, 32, at, ldc, rows, init, 0, t.relu);
          continue;
        }
        gatherTile(table + <usize>b * tableBytes, segments, k, panel, 32, tile, 32, rows, init, 0, t.relu);
        if (whole) copyRows(at, ldc, tile, rows, t.n - (p << 3));
        else scatter(tile, targets + <usize>(b * 24), rows, p << 3, t.n);
      }
    }
  }
}

/** As gatherTask, with the receptive fields of six pixels copied into one block: [taps · k, 6]. */
function copyTask(chunk: i32, chunks: i32): void {
  const t = args<GatherArgs>();
  const pixels = t.batch * t.height * t.width;
  const end = bound(pixels, 6 * GROUP, chunk + 1, chunks);
  const targets = scratch();
  const tile = targets + 256;
  const table = targets + 1024;
  const block = targets + 4096;
  const panels = (t.n + 7) >> 3;
  const depth = t.tapCount * t.k;
  // Where the taps in use are not all of the filter's, the panels are not contiguous: one segment for each tap
  const segments = t.tapCount;
  const table2 = block + <usize>(depth * 24) + 64;
  for (let s = 0; s < segments; s++) {
    const entry = table2 + (<usize>s << 4);
    store<u32>(entry, <u32>(s * t.k * 24));
    store<u32>(entry, load<u32>(t.taps + (<usize>s << 4), 8), 4);
    store<i32>(entry, t.k, 8);
  }
  const oneSegment = t.panelBytes == <usize>depth << 5;
  const whole = isWhole(t);
  const ldc = <usize>t.n << 2;
  store<u64>(table, 0);
  store<i32>(table, depth, 8);
  const y6 = table + 64; // row, column and image of the six pixels
  for (let first = bound(pixels, 6 * GROUP, chunk, chunks); first < end; first += 6) {
    const rows = min(6, end - first);
    let j = first % t.width;
    const rest = first / t.width;
    let i = rest % t.height;
    let image = rest / t.height;
    for (let q = 0; q < 6; q++) {
      const at = y6 + (<usize>q << 4);
      store<i32>(at, i * t.strideY);
      store<i32>(at, j * t.strideX, 4);
      store<u32>(at, <u32>(t.src + (<usize>(image * t.srcHeight * t.srcWidth * t.k) << 2)), 8);
      store<u32>(targets + (<usize>q << 2), <u32>target(t, image, i, j));
      if (q + 1 < rows && ++j == t.width) {
        j = 0;
        if (++i == t.height) {
          i = 0;
          image++;
        }
      }
    }
    let fields = block;
    for (let s = 0; s < t.tapCount; s++) {
      const tapY = load<i32>(t.taps + (<usize>s << 4));
      const tapX = load<i32>(t.taps + (<usize>s << 4), 4);
      for (let q = 0; q < 6; q++) {
        const at = y6 + (<usize>q << 4);
        const y = load<i32>(at) + tapY;
        const x = load<i32>(at, 4) + tapX;
        let to = fields + (<usize>q << 2);
        if (<u32>y < <u32>t.srcHeight && <u32>x < <u32>t.srcWidth) {
          let from = <usize>load<u32>(at, 8) + (<usize>((y * t.srcWidth + x) * t.k) << 2);
          for (let c = 0; c < t.k; c++) {
            store<f32>(to, load<f32>(from));
            to += 24;
            from += 4;
          }
        } else {
          for (let c = 0; c < t.k; c++) {
            store<f32>(to, 0);
            to += 24;
          }
        }
      }
      fields += <usize>(t.k * 24);
    }
    for (let p = 0; p < panels; p++) {
      const init = biasOf(t, p, tile + 256);
      const panel = t.packed + <usize>p * t.panelBytes;
      const direct = whole && (p << 3) + 8 <= t.n;
      const out = direct ? t.dst + <usize>first * ldc + (<usize>p << 5) : tile;
      const ld: usize = direct ? ldc : 32;
      if (oneSegment) outerTile(table, 1, block, 24, panel, 32, out, ld, rows, init, 0);
      else outerTile(table2, segments, block, 24, panel, 32, out, ld, rows, init, 0);
      if (direct) {
        if (t.relu) rectify(out, ld, rows);
        continue;
      }
      if (t.relu) {
        const zero = f32x4.splat(0);
        for (let q: usize = 0; q < 192; q += 16) v128.store(tile + q, f32x4.max(v128.load(tile + q), zero));
      }
      scatter(tile, targets, rows, p << 3, t.n);
    }
  }
}

/** Where `rowTask` keeps rows of the image in its scratch memory. */
const ROWS_AT: usize = 4096 + 16 * 4096;
/** About so many bytes of rows are kept. */
const ROWS: usize = 1 << 15;

/** Bytes of a row of one channel with its padding, and of the rows that `count` rows of the result are computed from. */
// @ts-ignore: decorator
@inline
function paddedBytes(t: GatherArgs): usize {
  return <usize>(t.width + t.filterWidth - 1) << 2;
}
// @ts-ignore: decorator
@inline
function rowsBytes(t: GatherArgs, count: i32): usize {
  return <usize>((count - 1) * t.strideY + (t.filterHeight - 1) * t.dilationY + 1) * paddedBytes(t) + 64;
}

/**
 * As gatherTask for images of one channel, filters that move by single pixels: neighbouring numbers of a row belong to neighbouring
 * pixels of the result, so that the rows themselves, with their padding, are the left operand.
 */
function rowTask(chunk: i32, chunks: i32): void {
  const t = args<GatherArgs>();
  const end = bound(t.batch * t.height, 1, chunk + 1, chunks);
  const tile = scratch();
  const table = tile + 512;
  const band = tile + ROWS_AT;
  const ldc = <usize>t.n << 2;
  const panels = (t.n + 7) >> 3;
  const inImage =
    t.top == 0 &&
    t.left == 0 &&
    (t.height - 1) * t.strideY + (t.filterHeight - 1) * t.dilationY < t.srcHeight &&
    t.width + t.filterWidth - 1 <= t.srcWidth;
  const srcBytes = <usize>t.srcWidth << 2;
  const rowBytes = inImage ? srcBytes : paddedBytes(t);
  for (let ky = 0; ky < t.filterHeight; ky++) {
    const entry = table + (<usize>ky << 4);
    store<u32>(entry, <u32>(<usize>(ky * t.dilationY) * rowBytes));
    store<u32>(entry, <u32>(ky * t.filterWidth) << 5, 4);
    store<i32>(entry, t.filterWidth, 8);
  }
  let together = 1;
  while (together < t.height && rowsBytes(t, together * 2) <= ROWS) together *= 2;
  for (let row = bound(t.batch * t.height, 1, chunk, chunks); row < end; ) {
    const image = row / t.height;
    const y = row - image * t.height;
    const count = min(min(together, t.height - y), end - row);
    let from = t.src + <usize>(image * t.srcHeight) * srcBytes;
    if (inImage) from += <usize>(y * t.strideY) * srcBytes;
    else {
      const rows = (count - 1) * t.strideY + (t.filterHeight - 1) * t.dilationY + 1;
      padRows(band, from, y * t.strideY - t.top, rows, t.srcHeight, t.srcWidth, 1, t.left, t.width + t.filterWidth - 1);
      from = band;
    }
    for (let r = 0; r < count; r++, row++) {
      const a = from + <usize>(r * t.strideY) * rowBytes;
      const out = t.dst + <usize>(row * t.width) * ldc;
      for (let p = 0; p < panels; p++) {
        const panel = t.packed + <usize>p * t.panelBytes;
        const init = biasOf(t, p, tile + 256);
        for (let j = 0; j < t.width; j += 6) {
          const columns = min(6, t.width - j);
          const at = out + <usize>j * ldc + (<usize>p << 5);
          // What a lone panel writes past its columns is overwritten by the next pixels, if those are this thread's
          const direct = (p << 3) + 8 <= t.n || (panels == 1 && (row * t.width + j + columns - 1) * t.n + 8 <= end * t.width * t.n);
          const to = direct ? at : tile;
          const ld: usize = direct ? ldc : 32;
          outerTile(table, t.filterHeight, a + (<usize>j << 2), 4, panel, 32, to, ld, columns, init, 0);
          if (t.relu) rectify(to, ld, columns);
          if (!direct) copyRows(at, ldc, tile, columns, t.n - (p << 3));
        }
      }
    }
  }
}

/**
 * Copies rows of an image with zeros around: to[r][x] = from[first + r][x − left], `width` pixels of `depth` numbers a row.
 * @param height of the image
 * @param imageWidth pixels of a row of the image
 */
function padRows(
  to: usize,
  from: usize,
  first: i32,
  rows: i32,
  height: i32,
  imageWidth: i32,
  depth: i32,
  left: i32,
  width: i32,
): void {
  const pixel = <usize>depth << 2;
  const rowBytes = <usize>width * pixel;
  const before = <usize>min(left, width) * pixel;
  const inside = <usize>max(0, min(imageWidth, width - left)) * pixel;
  for (let r = 0; r < rows; r++, to += rowBytes) {
    const y = first + r;
    if (<u32>y >= <u32>height) {
      clear(to, rowBytes);
      continue;
    }
    clear(to, before);
    copy(to + before, from + <usize>(y * imageWidth) * pixel, inside);
    clear(to + before + inside, rowBytes - before - inside);
  }
}

// The engine's own memory.copy and memory.fill are calls, too dear for a few dozen bytes
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

// @ts-ignore: decorator
@inline
function clear(to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.splat(0));
  for (; i < bytes; i += 4) store<f32>(to + i, 0);
}

/** Address of eight numbers of the bias, past its end 0; copied to `room` if it has not so many. */
// @ts-ignore: decorator
@inline
function biasOf(t: GatherArgs, panel: i32, room: usize): usize {
  if (!t.bias) return 0;
  const at = t.bias + (<usize>panel << 5);
  const rest = t.n - (panel << 3);
  if (rest >= 8) return at;
  memory.fill(room, 0, 32);
  memory.copy(room, at, <usize>rest << 2);
  return room;
}

/** Writes a tile to where its rows belong, from column j on. */
// @ts-ignore: decorator
@inline
function scatter(tile: usize, targets: usize, rows: i32, j: i32, n: i32): void {
  const columns = n - j;
  for (let q = 0; q < rows; q++) {
    const to = <usize>load<u32>(targets + (<usize>q << 2)) + (<usize>j << 2);
    const from = tile + (<usize>q << 5);
    if (columns >= 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else copyRows(to, 0, from, 1, columns);
  }
}

/** Copies rows of fewer than eight numbers out of a tile. */
// @ts-ignore: decorator
@inline
function copyRows(to: usize, ldc: usize, tile: usize, rows: i32, columns: i32): void {
  for (let q = 0; q < rows; q++) {
    let j = 0;
    if (columns >= 4) {
      v128.store(to, v128.load(tile));
      j = 4;
    }
    for (; j < columns; j++) store<f32>(to + (<usize>j << 2), load<f32>(tile + (<usize>j << 2)));
    to += ldc;
    tile += 32;
  }
}

// Up to six results a pixel are computed for eight pixels at a time, each with registers of its own.

@unmanaged
class FewArgs {
  src: usize; // [batch, srcHeight, srcWidth, k]
  planar: usize; // [batch, srcHeight, k, width + filterWidth − 1, rounded up for tiles of eight] with the padding
  packed: usize; // [filterHeight, filterWidth, k, 6]
  dst: usize; // [batch, height, width, n]
  bias: usize;
  batch: i32;
  srcHeight: i32;
  srcWidth: i32;
  k: i32;
  height: i32;
  width: i32;
  n: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideY: i32;
  stepY: i32; // a tap of row ky of the filter reads row y · strideY + firstY + ky · stepY of the image
  firstY: i32;
  before: i32;
  planarWidth: i32;
  relu: bool;
}

/** Floats of a row of one channel with its padding, for whole tiles of eight pixels. */
// @ts-ignore: decorator
@inline
function planarWidth(width: i32, filterWidth: i32): i32 {
  return ((width + 7) & ~7) + filterWidth - 1;
}

/** Bytes of working memory of `conv2dFew`, and of `conv2dBackpropInputFew` with the sides exchanged. */
export function convFewWorkBytes(rows: i32, width: i32, k: i32, filterHeight: i32, filterWidth: i32): i32 {
  return <i32>(<usize>(rows * k * planarWidth(width, filterWidth) + filterHeight * filterWidth * k * 6) << 2) + 64;
}

/**
 * As `conv2d`, for at most 6 results a pixel and filters that move along x by single pixels.
 * @param work `convFewWorkBytes(batch · inHeight, outWidth, inDepth, …)` bytes
 */
export function conv2dFew(
  x: usize,
  w: usize,
  y: usize,
  bias: usize,
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
  dilationY: i32,
  top: i32,
  left: i32,
  relu: bool,
): void {
  const t = args<FewArgs>();
  t.bias = bias;
  t.strideY = strideY;
  t.stepY = dilationY;
  t.firstY = -top;
  t.before = left;
  t.relu = relu;
  few(t, x, y, work, batch, inHeight, inWidth, inDepth, outHeight, outWidth, outDepth, filterHeight, filterWidth);
  let from = w;
  for (let r = 0, to = t.packed; r < filterHeight * filterWidth * inDepth; r++, to += 24)
    for (let o: usize = 0; o < 6; o++) {
      store<f32>(to + (o << 2), o < <usize>outDepth ? load<f32>(from) : 0);
      if (o < <usize>outDepth) from += 4;
    }
  runFew(t);
}

/**
 * As `conv2dBackpropInput`, for at most 6 channels of the image and strides of 1.
 * @param work `convFewWorkBytes(batch · outHeight, inWidth, outDepth, …)` bytes
 */
export function conv2dBackpropInputFew(
  dy: usize,
  w: usize,
  dx: usize,
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
  dilationY: i32,
  top: i32,
  left: i32,
): void {
  const t = args<FewArgs>();
  t.bias = 0;
  t.strideY = 1;
  t.stepY = -dilationY;
  t.firstY = top;
  t.before = filterWidth - 1 - left;
  t.relu = false;
  few(t, dy, dx, work, batch, outHeight, outWidth, outDepth, inHeight, inWidth, inDepth, filterHeight, filterWidth);
  let to = t.packed;
  for (let ky = 0; ky < filterHeight; ky++)
    for (let kx = filterWidth - 1; kx >= 0; kx--)
      for (let o = 0; o < outDepth; o++, to += 24)
        for (let c = 0; c < 6; c++) {
          const at = w + (<usize>(((ky * filterWidth + kx) * inDepth + c) * outDepth + o) << 2);
          store<f32>(to + (<usize>c << 2), c < inDepth ? load<f32>(at) : 0);
        }
  runFew(t);
}

function few(
  t: FewArgs,
  src: usize,
  dst: usize,
  work: usize,
  batch: i32,
  srcHeight: i32,
  srcWidth: i32,
  k: i32,
  height: i32,
  width: i32,
  n: i32,
  filterHeight: i32,
  filterWidth: i32,
): void {
  t.src = src;
  t.dst = dst;
  t.planarWidth = planarWidth(width, filterWidth);
  t.planar = work;
  t.packed = work + (<usize>(batch * srcHeight * k * t.planarWidth) << 2);
  t.batch = batch;
  t.srcHeight = srcHeight;
  t.srcWidth = srcWidth;
  t.k = k;
  t.height = height;
  t.width = width;
  t.n = n;
  t.filterHeight = filterHeight;
  t.filterWidth = filterWidth;
}

function runFew(t: FewArgs): void {
  parallel(planarTask.index, chunksOf(t.batch * t.srcHeight, max(1, 16384 / (t.planarWidth * t.k))));
  const work = <i64>t.filterHeight * t.filterWidth * t.k * t.width * 8;
  parallel(fewTask.index, chunksOf(t.batch * t.height, max(1, <i32>(131072 / work))));
}

/** Each channel of each row of the image as a row of its own, with zeros around. */
function planarTask(chunk: i32, chunks: i32): void {
  const t = args<FewArgs>();
  const k = t.k;
  const pixel = <usize>k << 2;
  const inside = max(0, min(t.srcWidth, t.planarWidth - t.before));
  const end = bound(t.batch * t.srcHeight, 1, chunk + 1, chunks);
  for (let row = bound(t.batch * t.srcHeight, 1, chunk, chunks); row < end; row++) {
    const from = t.src + <usize>(row * t.srcWidth) * pixel;
    let to = t.planar + (<usize>(row * k * t.planarWidth) << 2);
    const stride = <usize>t.planarWidth << 2;
    for (let c = 0; c < k; c++, to += stride) {
      clear(to, <usize>t.before << 2);
      clear(to + (<usize>(t.before + inside) << 2), <usize>(t.planarWidth - t.before - inside) << 2);
      if (c & 3 || c + 4 > k) {
        if (c < (k & ~3)) continue;
        let at = from + (<usize>c << 2);
        for (let x = 0; x < inside; x++, at += pixel) store<f32>(to + (<usize>(t.before + x) << 2), load<f32>(at));
        continue;
      }
      // Four channels of four pixels at a time
      let at = from + (<usize>c << 2);
      let out = to + (<usize>t.before << 2);
      let x = 0;
      for (; x + 4 <= inside; x += 4, at += pixel << 2, out += 16) {
        const v0 = v128.load(at),
          v1 = v128.load(at + pixel),
          v2 = v128.load(at + pixel * 2),
          v3 = v128.load(at + pixel * 3);
        const u0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5),
          u1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
        const u2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5),
          u3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
        v128.store(out, v128.shuffle<f32>(u0, u2, 0, 1, 4, 5));
        v128.store(out + stride, v128.shuffle<f32>(u0, u2, 2, 3, 6, 7));
        v128.store(out + stride * 2, v128.shuffle<f32>(u1, u3, 0, 1, 4, 5));
        v128.store(out + stride * 3, v128.shuffle<f32>(u1, u3, 2, 3, 6, 7));
      }
      for (; x < inside; x++, at += pixel, out += 4)
        for (let q: usize = 0; q < 4; q++) store<f32>(out + q * stride, load<f32>(at + (q << 2)));
    }
  }
}

/** Tiles of up to six results by eight pixels of a row. */
function fewTask(chunk: i32, chunks: i32): void {
  const t = args<FewArgs>();
  const end = bound(t.batch * t.height, 1, chunk + 1, chunks);
  const tile = scratch();
  const init = tile + 256;
  const table = tile + 512;
  const n = t.n;
  const stride = <usize>t.planarWidth << 2;
  const rowBytes = stride * <usize>t.k;
  // The inner loop runs over the channels, or over the filter's row if that is longer
  const overChannels = t.k >= t.filterWidth;
  const bStride = overChannels ? stride : 4;
  const aStride: usize = overChannels ? 24 : <usize>t.k * 24;
  for (let o = 0; o < 6; o++) {
    const v = f32x4.splat(t.bias && o < n ? load<f32>(t.bias + (<usize>o << 2)) : 0);
    v128.store(init + (<usize>o << 5), v);
    v128.store(init + (<usize>o << 5), v, 16);
  }
  for (let row = bound(t.batch * t.height, 1, chunk, chunks); row < end; row++) {
    const image = row / t.height;
    const y = (row - image * t.height) * t.strideY + t.firstY;
    const from = t.planar + <usize>(image * t.srcHeight) * rowBytes;
    let segments = 0;
    for (let ky = 0; ky < t.filterHeight; ky++) {
      const at = y + ky * t.stepY;
      if (<u32>at >= <u32>t.srcHeight) continue;
      const count = overChannels ? t.filterWidth : t.k;
      for (let q = 0; q < count; q++) {
        const entry = table + (<usize>segments << 4);
        segments++;
        const weights = overChannels ? (ky * t.filterWidth + q) * t.k : ky * t.filterWidth * t.k + q;
        store<u32>(entry, <u32>(weights * 24));
        store<u32>(entry, <u32>(<usize>at * rowBytes + (overChannels ? <usize>q << 2 : <usize>q * stride)), 4);
        store<i32>(entry, overChannels ? t.k : t.filterWidth, 8);
      }
    }
    let out = t.dst + (<usize>(row * t.width * n) << 2);
    for (let x = 0; x < t.width; x += 8) {
      outerTile(table, segments, t.packed, aStride, from + (<usize>x << 2), bStride, tile, 32, n, init, 32);
      if (t.relu) rectify(tile, 32, n);
      const pixels = min(8, t.width - x);
      for (let q: usize = 0; q < <usize>pixels << 2; q += 4)
        for (let o = 0, at = tile + q; o < n; o++, at += 32, out += 4) store<f32>(out, load<f32>(at));
    }
  }
}

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
