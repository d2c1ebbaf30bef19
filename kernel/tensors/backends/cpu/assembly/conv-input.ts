// The gradient of 2-D convolutions with respect to an image of few channels: row by row, as the adjoint of what the
// convolution does. A pixel of dy gives numbers to as many neighboring pixels as the filter is wide; their channels lie
// side by side and fill a tile together.
import { packColumnsTransposed } from './matmul';
import { args, bound, chunksOf, parallel, scratch } from './pool';
import { clear, copy } from './rows';
import { ConvArgs, shape } from './shape';
import { gatherTile, SEGMENT } from './tile';

/** Multiplications below which a chunk of its own costs more than it saves. */
const GRAIN: i32 = 65536;

/** `work` holds the packed filter: [filterHeight, panels, outDepth, 8], with the columns of [filterWidth, inDepth]. */
@unmanaged
class InputRowsTask extends ConvArgs {
  panels: i32;
}

/** Bytes of working memory of `conv2dBackpropInputRows`. */
export function convInputRowsWorkBytes(s: ConvArgs): i32 {
  return s.filterHeight * ((s.filterWidth * s.inDepth + 7) >> 3) * s.outDepth * 32;
}

/** As `conv2dBackpropInput`, for filters whose columns are not dilated. */
export function conv2dBackpropInputRows(args: ConvArgs): void {
  const t = changetype<InputRowsTask>(args);
  const s = shape();
  const columns = s.filterWidth * s.inDepth;
  t.panels = (columns + 7) >> 3;
  const pixel = <usize>s.outDepth << 2;
  const panelRow = <usize>(t.panels * s.outDepth) << 5;
  for (let ky: usize = 0; ky < <usize>s.filterHeight; ky++)
    packColumnsTransposed(t.work + ky * panelRow, t.w + ky * columns * pixel, pixel, s.outDepth, columns);
  const rowWork = <i64>s.filterHeight * s.outWidth * s.outDepth * t.panels * 8;
  parallel(inputRowsTask.index, chunksOf(s.batch * s.inHeight, max(1, <i32>(GRAIN / rowWork))));
}

/** Rows of dx. */
function inputRowsTask(chunk: i32, chunks: i32): void {
  const t = args<InputRowsTask>();
  const s = shape();
  const end = bound(s.batch * s.inHeight, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + <usize>s.filterHeight * SEGMENT + 64;
  const ldc = <usize>t.panels << 5;
  // A row of dx with all that the filter reaches on both sides, and what the last panel has too many
  const row = tile + 6 * ldc;
  const step = <usize>(s.strideX * s.inDepth) << 2;
  const rowBytes = <usize>(s.outWidth - 1) * step + ldc;
  const panelBytes = <usize>s.outDepth << 5;
  const pixel = <usize>s.outDepth << 2;
  const first = <usize>(s.left * s.inDepth) << 2;
  const bytes = <usize>(s.inWidth * s.inDepth) << 2;
  // Numbers of a pixel of dy that are added: the last panel's second half may be empty
  const used = <usize>((s.filterWidth * s.inDepth + 3) & ~3) << 2;
  for (let r = bound(s.batch * s.inHeight, 1, chunk, chunks); r < end; r++) {
    const image = r / s.inHeight;
    const y = r - image * s.inHeight + s.top;
    clear(row, max(rowBytes, first + bytes));
    for (let x = 0; x < s.outWidth; x += 6) {
      const pixels = min(6, s.outWidth - x);
      let segments = 0;
      for (let ky = 0; ky < s.filterHeight; ky++) {
        const at = y - ky * s.dilationY;
        const oy = at / s.strideY;
        if (at < 0 || oy >= s.outHeight || oy * s.strideY != at) continue;
        const entry = table + <usize>segments * SEGMENT;
        let from = t.y + <usize>((image * s.outHeight + oy) * s.outWidth + x) * pixel;
        for (let q = 0; q < 6; q++) {
          store<u32>(entry + (<usize>q << 2), <u32>from);
          if (q + 1 < pixels) from += pixel;
        }
        store<u32>(entry, <u32>(<usize>(ky * t.panels) * panelBytes), 24);
        segments++;
      }
      if (segments == 0) break;
      for (let p: usize = 0; p < <usize>t.panels; p++)
        gatherTile(table, segments, s.outDepth, t.work + p * panelBytes, 32, tile + (p << 5), ldc, pixels, 0, 0, false);
      let to = row + <usize>x * step;
      for (let q: usize = 0; q < <usize>pixels; q++, to += step) {
        const from = tile + q * ldc;
        for (let j: usize = 0; j < used; j += 16)
          v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)));
      }
    }
    copy(t.x + <usize>r * bytes, row + first, bytes);
  }
}
