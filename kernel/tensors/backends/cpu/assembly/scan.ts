// Running sums and products (cumsum, cumprod) along the middle axis of a tensor [outer, n, inner].
import { combine } from './reduce';
import { Op } from './reductions';
import { args, bound, chunksOf, parallel } from './pool';

/** Elements that are worth a chunk of their own. */
const GRAIN: i32 = 16384;
/** Where columns are shared out among threads, each gets at least this number. */
const COLUMNS: i32 = 64;

/** Running sums or products along the middle axis. */
@unmanaged
export class ScanArgs {
  /** An `Op`: Sum, Prod or SumInt. */
  op: i32;
  /** [outer, n, inner]. */
  x: usize;
  /** [outer, n, inner], written. */
  y: usize;
  outer: i32;
  n: i32;
  inner: i32;
  /** Whether an element is left out of its own result. */
  exclusive: bool;
  /** Whether it runs from the last to the first. */
  reverse: bool;
}

@unmanaged
class ScanTask extends ScanArgs {
  parts: i32; // parts that the columns are cut into
}

/** Running sums or products along the middle axis. */
export function scan(args: ScanArgs): void {
  const a = changetype<ScanTask>(args);
  const chunks = chunksOf(a.outer * a.n * a.inner, GRAIN);
  a.parts = a.inner == 1 || a.outer >= chunks ? 1 : min(max(1, a.inner / COLUMNS), chunks);
  parallel(scanTask.index, min(chunks, a.outer * a.parts));
}

function scanTask(chunk: i32, chunks: i32): void {
  const op = args<ScanTask>().op;
  if (op == Op.Sum) scanChunk(Op.Sum, chunk, chunks);
  else if (op == Op.Prod) scanChunk(Op.Prod, chunk, chunks);
  else scanChunk(Op.SumInt, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function scanChunk(op: i32, chunk: i32, chunks: i32): void {
  const a = args<ScanTask>();
  const n = a.n;
  const inner = a.inner;
  const rowBytes = (<usize>inner) << 2;
  // Going backwards the step is negative: unsigned arithmetic wraps it
  const step: usize = a.reverse ? <usize>0 - rowBytes : rowBytes;
  const begin = a.reverse ? <usize>(n - 1) * rowBytes : 0;
  const end = bound(a.outer * a.parts, 1, chunk + 1, chunks);
  const neutral = op == Op.Prod ? f32x4.splat(1) : i32x4.splat(0);
  const exclusive = a.exclusive;
  for (let t = bound(a.outer * a.parts, 1, chunk, chunks); t < end; t++) {
    const matrix = (<usize>(t / a.parts) * <usize>n) * rowBytes + begin;
    const part = t % a.parts;
    const from = matrix + ((<usize>bound(inner, 16, part, a.parts)) << 2);
    const bytes = matrix + ((<usize>bound(inner, 16, part + 1, a.parts)) << 2) - from;
    let x = a.x + from;
    let y = a.y + from;
    if (inner == 1) {
      let running = neutral;
      for (let i = 0; i < n; i++) {
        const v = v128.load32_splat(x);
        // The first element is taken as it is: 0 + −0 would be 0
        const next = i == 0 ? v : combine(op, v, running);
        v128.store32_lane(y, exclusive ? running : next, 0);
        running = next;
        x += step;
        y += step;
      }
      continue;
    }
    // Row by row: each adds to the row before it
    let c: usize = 0;
    for (; c + 16 <= bytes; c += 16) v128.store(y + c, exclusive ? neutral : v128.load(x + c));
    for (; c < bytes; c += 4) v128.store32_lane(y + c, exclusive ? neutral : v128.load32_splat(x + c), 0);
    for (let i = 1; i < n; i++) {
      const before = y;
      y += step;
      if (!exclusive) x += step;
      for (c = 0; c + 16 <= bytes; c += 16) {
        v128.store(y + c, combine(op, v128.load(x + c), v128.load(before + c)));
      }
      for (; c < bytes; c += 4) {
        v128.store32_lane(y + c, combine(op, v128.load32_splat(x + c), v128.load32_splat(before + c)), 0);
      }
      if (exclusive) x += step;
    }
  }
}
