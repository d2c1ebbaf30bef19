// Matrix products of int32: exact in two's complement, as all of WebAssembly's integers.
import { args, bound, chunksOf, parallel } from './pool';

/** Multiplications that are worth a chunk of their own. */
const GRAIN: i64 = 65536;

/** c = a · b. */
@unmanaged
export class MatMulIntArgs {
  /** [batch or 1, m, k] int32. */
  a: usize;
  /** [batch or 1, k, n] int32. */
  b: usize;
  /** [batch, m, n], written. */
  c: usize;
  batch: i32;
  m: i32;
  n: i32;
  k: i32;
  /** Whether `a` has a matrix for each of the batch, or one for all. */
  aBatch: bool;
  /** The same of `b`. */
  bBatch: bool;
}

/** Matrix products of int32. */
export function matMulInt(args: MatMulIntArgs): void {
  const a = args;
  const each = max<i64>(1, <i64>a.n * <i64>a.k);
  parallel(matMulIntTask.index, chunksOf(a.batch * ((a.m + 3) >> 2), <i32>max<i64>(1, GRAIN / (4 * each))));
}

// The unit is four rows of a result
function matMulIntTask(chunk: i32, chunks: i32): void {
  const t = args<MatMulIntArgs>();
  const m = t.m;
  const n = <usize>t.n << 2;
  const k = t.k;
  const kBytes = <usize>k << 2;
  const blocks = (m + 3) >> 2;
  const end = bound(t.batch * blocks, 1, chunk + 1, chunks);
  for (let u = bound(t.batch * blocks, 1, chunk, chunks); u < end; u++) {
    const matrix = u / blocks;
    const row = (u % blocks) << 2;
    const rows = min(4, m - row);
    const a = t.a + <usize>((t.aBatch ? matrix * m : 0) + row) * kBytes;
    const b = t.b + (t.bBatch ? <usize>matrix * <usize>k * n : 0);
    const c = t.c + <usize>(matrix * m + row) * n;
    // Rows past the last repeat it
    const a1 = a + <usize>min(1, rows - 1) * kBytes;
    const a2 = a + <usize>min(2, rows - 1) * kBytes;
    const a3 = a + <usize>min(3, rows - 1) * kBytes;
    let j: usize = 0;
    for (; j + 32 <= n; j += 32) {
      let c00 = i32x4.splat(0), c01 = i32x4.splat(0);
      let c10 = i32x4.splat(0), c11 = i32x4.splat(0);
      let c20 = i32x4.splat(0), c21 = i32x4.splat(0);
      let c30 = i32x4.splat(0), c31 = i32x4.splat(0);
      let from = b + j;
      for (let i: usize = 0; i < kBytes; i += 4, from += n) {
        const b0 = v128.load(from), b1 = v128.load(from, 16);
        let v = v128.load32_splat(a + i);
        c00 = i32x4.add(c00, i32x4.mul(v, b0));
        c01 = i32x4.add(c01, i32x4.mul(v, b1));
        v = v128.load32_splat(a1 + i);
        c10 = i32x4.add(c10, i32x4.mul(v, b0));
        c11 = i32x4.add(c11, i32x4.mul(v, b1));
        v = v128.load32_splat(a2 + i);
        c20 = i32x4.add(c20, i32x4.mul(v, b0));
        c21 = i32x4.add(c21, i32x4.mul(v, b1));
        v = v128.load32_splat(a3 + i);
        c30 = i32x4.add(c30, i32x4.mul(v, b0));
        c31 = i32x4.add(c31, i32x4.mul(v, b1));
      }
      let to = c + j;
      v128.store(to, c00);
      v128.store(to, c01, 16);
      if (rows == 1) continue;
      to += n;
      v128.store(to, c10);
      v128.store(to, c11, 16);
      if (rows == 2) continue;
      to += n;
      v128.store(to, c20);
      v128.store(to, c21, 16);
      if (rows == 3) continue;
      to += n;
      v128.store(to, c30);
      v128.store(to, c31, 16);
    }
    for (; j < n; j += 4) {
      for (let r = 0; r < rows; r++) {
        const left = a + <usize>r * kBytes;
        let sum: i32 = 0;
        let from = b + j;
        for (let i: usize = 0; i < kBytes; i += 4, from += n) sum += load<i32>(left + i) * load<i32>(from);
        store<i32>(c + <usize>r * n + j, sum);
      }
    }
  }
}
