// 2-D convolutions and the gradients of their images, channels last, as matrix products whose left operand is gathered
// from the image: each row of it is a pixel's receptive field, and only the addresses of its parts are written down
// (Dukhan, "The Indirect Convolution Algorithm", 2019). Few input channels are copied out instead ("im2col").
import { packColumns, packColumnsTransposed, rectify } from './matmul';
import { args, bound, chunksOf, parallel, scratch, scratchBytes, threadCount } from './pool';
import { padRow, padRows } from './rows';
import { ConvArgs, ConvShape, shape } from './shape';
import { gatherTile, outerTile, SEGMENT } from './tile';

/** Blocks of six pixels whose addresses are written down together. */
const GROUP: i32 = 8;
/** With fewer channels the receptive fields are copied out. */
const FEW: i32 = 3;
// The scratch memory of a thread, in bytes. All tasks: addresses of pixels of the result; a tile of the result, and
// behind it the bias where it has fewer than eight numbers left.
const TILE_AT: usize = 256;
const BIAS_AT: usize = TILE_AT + 256;
// `gatherTask`: of each block how many segments there are, and their length; of six pixels the row and column in the
// source and where the image begins; tables of segments.
const BLOCKS_AT: usize = 768;
const SIX_AT: usize = 896;
const TABLE_AT: usize = 1024;
// `copyTask`: the table of one segment, with the six pixels behind it; the copied receptive fields, with a table for
// each tap behind them
const COPIED_SIX_AT: usize = TABLE_AT + 64;
const COPY_AT: usize = 4096;
// `rowTask`: a tile with the bias behind it; a table of at most 4096 segments, of 16 bytes each; rows of the image
const ROW_BIAS_AT: usize = 256;
const ROW_TABLE_AT: usize = 512;
const ROWS_AT: usize = 4096 + 16 * 4096;

/** Multiplications below which a chunk of its own costs more than it saves. */
const GRAIN: i32 = 131072;
/** Numbers of a copied image that are worth a chunk. */
const PAD_GRAIN: i32 = 65536;

/**
 * A convolution as a gather: each pixel of the result adds up the pixels of the source that its taps of the filter
 * meet.
 */
@unmanaged
class GatherTask extends ConvArgs {
  src: usize; // [batch, srcHeight, srcWidth, k] the image that is read
  packed: usize; // panels of eight columns: [ceil(n / 8), taps of the filter, k, 8]
  dst: usize; // [batch, dstHeight, dstWidth, n]
  taps: usize; // per tap: row and column of the source relative to the pixel, offset in a panel, and an unused word
  zeros: usize; // a run of zeros
  tapCount: i32;
  run: i32; // as many taps in a row of the filter read neighboring pixels, whose channels lie side by side
  panelBytes: usize;
  srcHeight: i32;
  srcWidth: i32;
  k: i32;
  dstHeight: i32;
  dstWidth: i32;
  n: i32;
  // The pixels (y0 + i · stepY, x0 + j · stepX), i < height, j < width, of the result are computed; they read from the
  // source around (i · readStepY, j · readStepX).
  height: i32;
  width: i32;
  y0: i32;
  x0: i32;
  stepY: i32;
  stepX: i32;
  readStepY: i32;
  readStepX: i32;
  // Of `padTask` alone: the image as it is, and how many pixels of padding a row gets before it
  plain: usize;
  plainWidth: i32;
  before: i32;
}

/** y = conv2d(x, w) (+ bias) (then ReLU). */
export function conv2d(args: ConvArgs): void {
  const t = changetype<GatherTask>(args);
  const taps = t.filterHeight * t.filterWidth;
  t.src = t.x;
  t.dst = t.y;
  t.run = t.dilationX == 1 ? t.filterWidth : 1;
  t.tapCount = taps;
  t.srcHeight = t.inHeight;
  t.srcWidth = t.inWidth;
  t.k = t.inDepth;
  t.dstHeight = t.outHeight;
  t.dstWidth = t.outWidth;
  t.n = t.outDepth;
  t.height = t.outHeight;
  t.width = t.outWidth;
  t.y0 = 0;
  t.x0 = 0;
  t.stepY = 1;
  t.stepX = 1;
  t.readStepY = t.strideY;
  t.readStepX = t.strideX;
  layOut(t);
  const left = t.padded ? 0 : t.left;
  for (let ky = 0, tap = 0; ky < t.filterHeight; ky++)
    for (let kx = 0; kx < t.filterWidth; kx++, tap++)
      setTap(t, tap, ky * t.dilationY - t.top, kx * t.dilationX - left, tap);
  packColumns(t.packed, t.w, <usize>t.n << 2, taps * t.k, t.n);
  const byRows = t.k == 1 && t.strideX == 1 && t.dilationX == 1 && ROWS_AT + rowsBytes(1) <= scratchBytes();
  if (byRows) {
    const rowWork = <i64>t.outWidth * taps * t.n;
    parallel(rowTask.index, chunksOf(t.batch * t.outHeight, <i32>(GRAIN / max<i64>(1, rowWork))));
    return;
  }
  if (t.padded) pad(t, t.left);
  runGather(t);
}

/**
 * x = the gradient of conv2d with respect to its image, from that with respect to its result, y: each pixel gathers
 * from the pixels of y that it contributed to. The pixels of x fall into strideY · strideX classes, each of which meets
 * its own taps of the filter.
 */
export function conv2dBackpropInput(args: ConvArgs): void {
  const t = changetype<GatherTask>(args);
  t.src = t.y;
  t.dst = t.x;
  // With the taps of a row in reverse order, neighboring ones read neighboring pixels
  t.run = t.strideX == 1 && t.dilationX == 1 ? t.filterWidth : 1;
  t.srcHeight = t.outHeight;
  t.srcWidth = t.outWidth;
  t.k = t.outDepth;
  t.dstHeight = t.inHeight;
  t.dstWidth = t.inWidth;
  t.n = t.inDepth;
  t.stepY = t.strideY;
  t.stepX = t.strideX;
  t.readStepY = 1;
  t.readStepX = 1;
  layOut(t);
  const row = <usize>t.k << 2;
  for (let p = 0; p < t.n; p += 8) {
    const panel = t.packed + <usize>(p >> 3) * t.panelBytes;
    for (let tap = 0; tap < t.filterHeight * t.filterWidth; tap++)
      packColumnsTransposed(
        panel + ((<usize>reversed(tap, t.filterWidth) * t.k) << 5),
        t.w + <usize>(tap * t.n + p) * row,
        row,
        t.k,
        min(8, t.n - p),
      );
  }
  const before = t.filterWidth - 1 - t.left;
  if (t.padded) pad(t, before);
  for (let py = 0; py < min(t.strideY, t.inHeight); py++) {
    for (let px = 0; px < min(t.strideX, t.inWidth); px++) {
      t.y0 = py;
      t.x0 = px;
      t.height = (t.inHeight - py + t.strideY - 1) / t.strideY;
      t.width = (t.inWidth - px + t.strideX - 1) / t.strideX;
      let count = 0;
      for (let ky = 0; ky < t.filterHeight; ky++) {
        const oy = py + t.top - ky * t.dilationY;
        if (oy % t.strideY) continue;
        for (let kx = t.filterWidth - 1; kx >= 0; kx--) {
          const ox = px + t.left - kx * t.dilationX;
          if (ox % t.strideX) continue;
          const tap = reversed(ky * t.filterWidth + kx, t.filterWidth);
          setTap(t, count++, oy / t.strideY, ox / t.strideX + (t.padded ? before : 0), tap);
        }
      }
      t.tapCount = count;
      runGather(t);
    }
  }
}

/** Shares out `work`: a run of zeros, which is set, the taps and the packed filter. */
function layOut(t: GatherTask): void {
  const taps = <usize>(t.filterHeight * t.filterWidth);
  const zeros = zeroBytes(t.k * t.filterWidth);
  t.zeros = t.work;
  t.taps = t.work + zeros;
  t.packed = t.taps + (taps << 4);
  t.panelBytes = (taps * t.k) << 5;
  memory.fill(t.work, 0, zeros);
}

/** @param packed the number of the tap in the packed filter */
function setTap(t: GatherTask, tap: i32, y: i32, x: i32, packed: i32): void {
  const at = t.taps + (<usize>tap << 4);
  store<i32>(at, y);
  store<i32>(at, x, 4);
  store<u32>(at, (<u32>(packed * t.k)) << 5, 8);
}

/**
 * Copies the image behind the working memory, and has it read from there: with `before` pixels of zeros before each row
 * and more behind it, so that no tap leaves its row.
 */
function pad(t: GatherTask, before: i32): void {
  t.plain = t.src;
  t.plainWidth = t.srcWidth;
  t.before = before;
  t.src = t.work + workBytes(t, t.k, t.n);
  t.srcWidth = t.padded;
  parallel(padTask.index, chunksOf(t.batch * t.srcHeight, max(1, PAD_GRAIN / (t.srcWidth * t.k))));
}

function padTask(chunk: i32, chunks: i32): void {
  const t = args<GatherTask>();
  const rows = shape().batch * t.srcHeight;
  const first = bound(rows, 1, chunk, chunks);
  const end = bound(rows, 1, chunk + 1, chunks);
  const pixel = <usize>t.k << 2;
  const plainBytes = <usize>t.plainWidth * pixel;
  const rowBytes = <usize>t.srcWidth * pixel;
  const before = <usize>min(t.before, t.srcWidth) * pixel;
  const inside = <usize>max(0, min(t.plainWidth, t.srcWidth - t.before)) * pixel;
  const after = rowBytes - before - inside;
  let to = t.src + <usize>first * rowBytes;
  let from = t.plain + <usize>first * plainBytes;
  for (let r = first; r < end; r++, to += rowBytes, from += plainBytes) padRow(to, from, before, inside, after);
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

/**
 * Bytes of working memory of a convolution over `k` channels with `n` results, without the padded copy of the image.
 */
// @ts-ignore: decorator
@inline
function workBytes(s: ConvShape, k: i32, n: i32): usize {
  const taps = <usize>(s.filterHeight * s.filterWidth);
  return zeroBytes(k * s.filterWidth) + (taps << 4) + ((<usize>((n + 7) >> 3) * taps * k) << 5);
}

/** Bytes of working memory of `conv2d`. */
export function convWorkBytes(args: ConvArgs): f64 {
  const copy = 4 * <f64>(args.batch * args.inHeight) * <f64>(args.padded * args.inDepth);
  return <f64>workBytes(args, args.inDepth, args.outDepth) + copy;
}

/** Bytes of working memory of `conv2dBackpropInput`. */
export function convInputWorkBytes(args: ConvArgs): f64 {
  const copy = 4 * <f64>(args.batch * args.outHeight) * <f64>(args.padded * args.outDepth);
  return <f64>workBytes(args, args.outDepth, args.inDepth) + copy;
}

function runGather(t: GatherTask): void {
  const pixels = shape().batch * t.height * t.width;
  const work = <i64>pixels * t.tapCount * t.k * t.n;
  const groups = (pixels + 6 * GROUP - 1) / (6 * GROUP);
  const chunks = threadCount() == 1 ? 1 : max(1, min(min(groups, threadCount() * 8), <i32>min<i64>(1 << 20, work / GRAIN)));
  if (t.k < FEW) parallel(copyTask.index, chunks);
  else parallel(gatherTask.index, chunks);
}

/** Where a pixel of the grid is written to. */
// @ts-ignore: decorator
@inline
function target(t: GatherTask, image: i32, i: i32, j: i32): usize {
  const y = t.y0 + i * t.stepY;
  const x = t.x0 + j * t.stepX;
  return t.dst + ((<usize>((image * t.dstHeight + y) * t.dstWidth + x) * t.n) << 2);
}

/**
 * Whether the pixels of the grid are all pixels of the result, in their order: a tile can then be written where it
 * belongs.
 */
// @ts-ignore: decorator
@inline
function isWhole(t: GatherTask): bool {
  return t.stepY == 1 && t.stepX == 1;
}

function gatherTask(chunk: i32, chunks: i32): void {
  const t = args<GatherTask>();
  const whole = isWhole(t);
  const ldc = <usize>t.n << 2;
  const pixels = shape().batch * t.height * t.width;
  const end = bound(pixels, 6 * GROUP, chunk + 1, chunks);
  const targets = scratch(); // addresses of the 6 · GROUP pixels of the result
  const tile = targets + TILE_AT;
  const blocksAt = targets + BLOCKS_AT;
  const six = targets + SIX_AT;
  const table = targets + TABLE_AT;
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
        const x = j * t.readStepX;
        store<i32>(at, i * t.readStepY);
        store<i32>(at, x, 4);
        store<u32>(at, <u32>(t.src + <usize>(image * t.srcHeight) * rowBytes), 8);
        inRow = inRow && x + left >= 0 && x + left + t.run <= t.srcWidth;
        if (!whole) store<u32>(targets + (<usize>(b * 6 + q) << 2), <u32>target(t, image, i, j));
        // The last pixel is repeated past the end
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
        const init = biasOf(t, p, targets + BIAS_AT);
        const segments = load<i32>(blocksAt + <usize>(b << 3));
        const k = load<i32>(blocksAt + <usize>(b << 3), 4);
        const at = t.dst + <usize>(first + b * 6) * ldc + (<usize>p << 5);
        // A single panel writes past its columns; the next pixels overwrite that, if they are this thread's
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
  const t = args<GatherTask>();
  const pixels = shape().batch * t.height * t.width;
  const end = bound(pixels, 6 * GROUP, chunk + 1, chunks);
  const targets = scratch();
  const tile = targets + TILE_AT;
  const table = targets + TABLE_AT;
  const block = targets + COPY_AT;
  const panels = (t.n + 7) >> 3;
  const depth = t.tapCount * t.k;
  // Where the taps in use are not all of the filter's, the panels are not contiguous: one segment for each tap
  const segments = t.tapCount;
  const tapTable = block + <usize>(depth * 24) + 64;
  for (let s = 0; s < segments; s++) {
    const entry = tapTable + (<usize>s << 4);
    store<u32>(entry, <u32>(s * t.k * 24));
    store<u32>(entry, load<u32>(t.taps + (<usize>s << 4), 8), 4);
    store<i32>(entry, t.k, 8);
  }
  const oneSegment = t.panelBytes == <usize>depth << 5;
  const whole = isWhole(t);
  const ldc = <usize>t.n << 2;
  store<u64>(table, 0);
  store<i32>(table, depth, 8);
  const six = targets + COPIED_SIX_AT;
  for (let first = bound(pixels, 6 * GROUP, chunk, chunks); first < end; first += 6) {
    const rows = min(6, end - first);
    let j = first % t.width;
    const rest = first / t.width;
    let i = rest % t.height;
    let image = rest / t.height;
    for (let q = 0; q < 6; q++) {
      const at = six + (<usize>q << 4);
      store<i32>(at, i * t.readStepY);
      store<i32>(at, j * t.readStepX, 4);
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
        const at = six + (<usize>q << 4);
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
      const init = biasOf(t, p, targets + BIAS_AT);
      const panel = t.packed + <usize>p * t.panelBytes;
      const direct = whole && (p << 3) + 8 <= t.n;
      const out = direct ? t.dst + <usize>first * ldc + (<usize>p << 5) : tile;
      const ld: usize = direct ? ldc : 32;
      if (oneSegment) outerTile(table, 1, block, 24, panel, 32, out, ld, rows, init, 0);
      else outerTile(tapTable, segments, block, 24, panel, 32, out, ld, rows, init, 0);
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

/** About as many bytes of rows are kept in scratch memory. */
const ROWS: usize = 1 << 15;

/**
 * Bytes of a row of one channel with its padding, and of the rows that `count` rows of the result are computed from.
 */
// @ts-ignore: decorator
@inline
function paddedBytes(): usize {
  const s = shape();
  return <usize>(s.outWidth + s.filterWidth - 1) << 2;
}
// @ts-ignore: decorator
@inline
function rowsBytes(count: i32): usize {
  const s = shape();
  return <usize>((count - 1) * s.strideY + (s.filterHeight - 1) * s.dilationY + 1) * paddedBytes() + 64;
}

/**
 * As gatherTask for images of one channel, filters that move by single pixels: neighboring numbers of a row belong to
 * neighboring pixels of the result, so that the rows themselves, with their padding, are the left operand.
 */
function rowTask(chunk: i32, chunks: i32): void {
  const t = args<GatherTask>();
  const s = shape();
  const end = bound(s.batch * s.outHeight, 1, chunk + 1, chunks);
  const tile = scratch();
  const table = tile + ROW_TABLE_AT;
  const band = tile + ROWS_AT;
  const ldc = <usize>t.n << 2;
  const panels = (t.n + 7) >> 3;
  const inImage =
    s.top == 0 &&
    s.left == 0 &&
    (s.outHeight - 1) * s.strideY + (s.filterHeight - 1) * s.dilationY < s.inHeight &&
    s.outWidth + s.filterWidth - 1 <= s.inWidth;
  const srcBytes = <usize>s.inWidth << 2;
  const rowBytes = inImage ? srcBytes : paddedBytes();
  for (let ky = 0; ky < s.filterHeight; ky++) {
    const entry = table + (<usize>ky << 4);
    store<u32>(entry, <u32>(<usize>(ky * s.dilationY) * rowBytes));
    store<u32>(entry, <u32>(ky * s.filterWidth) << 5, 4);
    store<i32>(entry, s.filterWidth, 8);
  }
  let together = 1;
  while (together < s.outHeight && rowsBytes(together * 2) <= ROWS) together *= 2;
  for (let row = bound(s.batch * s.outHeight, 1, chunk, chunks); row < end; ) {
    const image = row / s.outHeight;
    const y = row - image * s.outHeight;
    const count = min(min(together, s.outHeight - y), end - row);
    let from = t.src + <usize>(image * s.inHeight) * srcBytes;
    if (inImage) from += <usize>(y * s.strideY) * srcBytes;
    else {
      const rows = (count - 1) * s.strideY + (s.filterHeight - 1) * s.dilationY + 1;
      padRows(s, band, from, y * s.strideY - s.top, rows, s.outWidth + s.filterWidth - 1);
      from = band;
    }
    for (let r = 0; r < count; r++, row++) {
      const a = from + <usize>(r * s.strideY) * rowBytes;
      const out = t.dst + <usize>(row * s.outWidth) * ldc;
      for (let p = 0; p < panels; p++) {
        const panel = t.packed + <usize>p * t.panelBytes;
        const init = biasOf(t, p, tile + ROW_BIAS_AT);
        for (let j = 0; j < s.outWidth; j += 6) {
          const columns = min(6, s.outWidth - j);
          const at = out + <usize>j * ldc + (<usize>p << 5);
          // A single panel writes past its columns; the next pixels overwrite that, if they are this thread's
          const direct = (p << 3) + 8 <= t.n || (panels == 1 && (row * s.outWidth + j + columns - 1) * t.n + 8 <= end * s.outWidth * t.n);
          const to = direct ? at : tile;
          const ld: usize = direct ? ldc : 32;
          outerTile(table, s.filterHeight, a + (<usize>j << 2), 4, panel, 32, to, ld, columns, init, 0);
          if (t.relu) rectify(to, ld, columns);
          if (!direct) copyRows(at, ldc, tile, columns, t.n - (p << 3));
        }
      }
    }
  }
}

/** Address of eight numbers of the bias, past its end 0; copied to `room` if it has fewer. */
// @ts-ignore: decorator
@inline
function biasOf(t: GatherTask, panel: i32, room: usize): usize {
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
