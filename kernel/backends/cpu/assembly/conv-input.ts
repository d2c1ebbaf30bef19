// The gradient of 2-D convolutions with respect to an image of few channels: row by row, as the adjoint of what the convolution does. A
// pixel of dy gives numbers to as many neighbouring pixels as the filter is wide; their channels lie side by side and fill a tile together.
import { packColumnsTransposed } from './gemm';
import { args, bound, chunksOf, parallel, scratch } from './pool';
import { clear, copy } from './rows';
import { gatherTile, SEGMENT } from './tile';

@unmanaged
class InputRowsArgs {
  dy: usize; // [batch, outHeight, outWidth, outDepth]
  packed: usize; // [filterHeight, panels, outDepth, 8], the columns being those of [filterWidth, inDepth]
  dx: usize; // [batch, inHeight, inWidth, inDepth]
  batch: i32;
  inHeight: i32;
  inWidth: i32;
  inDepth: i32;
  outHeight: i32;
  outWidth: i32;
  outDepth: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  top: i32;
  left: i32;
  panels: i32;
}

/** Bytes of working memory of `conv2dBackpropInputRows`. */
export function inputRowsWorkBytes(filterHeight: i32, filterWidth: i32, inDepth: i32, outDepth: i32): i32 {
  return filterHeight * ((filterWidth * inDepth + 7) >> 3) * outDepth * 32;
}

/**
 * dx = the gradient of conv2d with respect to its image, for filters whose columns are not dilated.
 * @param dy [batch, outHeight, outWidth, outDepth] float32
 * @param w [filterHeight, filterWidth, inDepth, outDepth]
 * @param dx [batch, inHeight, inWidth, inDepth]
 * @param work `inputRowsWorkBytes` bytes
 */
export function conv2dBackpropInputRows(
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
  top: i32,
  left: i32,
): void {
  const t = args<InputRowsArgs>();
  t.dy = dy;
  t.packed = work;
  t.dx = dx;
  t.batch = batch;
  t.inHeight = inHeight;
  t.inWidth = inWidth;
  t.inDepth = inDepth;
  t.outHeight = outHeight;
  t.outWidth = outWidth;
  t.outDepth = outDepth;
  t.filterHeight = filterHeight;
  t.filterWidth = filterWidth;
  t.strideY = strideY;
  t.strideX = strideX;
  t.dilationY = dilationY;
  t.top = top;
  t.left = left;
  const columns = filterWidth * inDepth;
  t.panels = (columns + 7) >> 3;
  const filterRow = <usize>(columns * outDepth) << 2;
  for (let ky = 0; ky < filterHeight; ky++)
    packColumnsTransposed(
      work + <usize>(ky * t.panels * outDepth) * 32,
      w + <usize>ky * filterRow,
      <usize>outDepth << 2,
      outDepth,
      columns,
    );
  const rowWork = <i64>filterHeight * outWidth * outDepth * t.panels * 8;
  parallel(inputRowsTask.index, chunksOf(batch * inHeight, max(1, <i32>(65536 / rowWork))));
}

/** Rows of dx. */
function inputRowsTask(chunk: i32, chunks: i32): void {
  const t = args<InputRowsArgs>();
  const end = bound(t.batch * t.inHeight, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + <usize>t.filterHeight * SEGMENT + 64;
  const ldc = <usize>t.panels << 5;
  // A row of dx with all that the filter reaches on both sides, and what the last panel has too many
  const row = tile + 6 * ldc;
  const step = <usize>(t.strideX * t.inDepth) << 2;
  const rowBytes = <usize>(t.outWidth - 1) * step + ldc;
  const panelBytes = <usize>t.outDepth << 5;
  const pixel = <usize>t.outDepth << 2;
  const first = <usize>(t.left * t.inDepth) << 2;
  const bytes = <usize>(t.inWidth * t.inDepth) << 2;
  // Numbers of a pixel of dy that are added: the last panel's second half may be empty
  const used = <usize>((t.filterWidth * t.inDepth + 3) & ~3) << 2;
  for (let r = bound(t.batch * t.inHeight, 1, chunk, chunks); r < end; r++) {
    const image = r / t.inHeight;
    const y = r - image * t.inHeight + t.top;
    clear(row, max(rowBytes, first + bytes));
    for (let x = 0; x < t.outWidth; x += 6) {
      const pixels = min(6, t.outWidth - x);
      let segments = 0;
      for (let ky = 0; ky < t.filterHeight; ky++) {
        const at = y - ky * t.dilationY;
        const oy = at / t.strideY;
        if (at < 0 || oy >= t.outHeight || oy * t.strideY != at) continue;
        const entry = table + <usize>segments * SEGMENT;
        let from = t.dy + <usize>((image * t.outHeight + oy) * t.outWidth + x) * pixel;
        for (let q = 0; q < 6; q++) {
          store<u32>(entry + (<usize>q << 2), <u32>from);
          if (q + 1 < pixels) from += pixel;
        }
        store<u32>(entry, <u32>(<usize>(ky * t.panels) * panelBytes), 24);
        segments++;
      }
      if (segments == 0) break;
      for (let p: usize = 0; p < <usize>t.panels; p++)
        gatherTile(table, segments, t.outDepth, t.packed + p * panelBytes, 32, tile + (p << 5), ldc, pixels, 0, 0, false);
      let to = row + <usize>x * step;
      for (let q: usize = 0; q < <usize>pixels; q++, to += step) {
        const from = tile + q * ldc;
        for (let j: usize = 0; j < used; j += 16)
          v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)));
      }
    }
    copy(t.dx + <usize>r * bytes, row + first, bytes);
  }
}
