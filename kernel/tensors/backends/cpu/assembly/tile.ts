// The innermost loops of matrix products and convolutions: tiles of 6 × 8 or 4 × 8 numbers of the result, kept in
// registers while the sums run. 12 accumulators, two vectors of the right operand and one number of the left fill the
// 16 registers of x86-64.
import { madd } from './simd';

/** Bytes of a segment in the table of `gatherTile` */
export const SEGMENT: usize = 32;

/**
 * C[i, j] = init[i, j] + Σ over segments s and n < k of A(s, i)[n] · B(s)[n, j], for i < rows ≤ 6 and j < 8.
 * @param table for each segment the addresses of the six rows of A, whose numbers follow each other (rows past `rows`
 *   repeat a valid one), and where B begins, from `panel`; the rows of B, eight numbers each, are `bStride` bytes apart
 * @param init address of what is added, rows `initStride` bytes apart; 0 for nothing
 * @param relu whether negative results become 0
 */
export function gatherTile(
  table: usize,
  segments: i32,
  k: i32,
  panel: usize,
  bStride: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  init: usize,
  initStride: usize,
  relu: bool,
): void {
  if (rows > 4) tile<Six, Gather>(table, segments, k, 0, 0, panel, bStride, c, ldc, rows, init, initStride, relu);
  else tile<Four, Gather>(table, segments, k, 0, 0, panel, bStride, c, ldc, rows, init, initStride, relu);
}

/**
 * C[i, j] = init[i, j] + Σ over segments s and n < k(s) of A(s)[n, i] · B(s)[n, j], for i < rows ≤ 6 and j < 8.
 * @param table for each segment where A begins, from `a`; where B begins, from `panel`; k; and a word that is not used
 * @param aStride bytes from one n to the next in A, whose numbers for i = 0…5 follow each other (all six are read)
 */
export function outerTile(
  table: usize,
  segments: i32,
  a: usize,
  aStride: usize,
  panel: usize,
  bStride: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  init: usize,
  initStride: usize,
): void {
  if (rows > 4) tile<Six, Outer>(table, segments, 0, a, aStride, panel, bStride, c, ldc, rows, init, initStride, false);
  else tile<Four, Outer>(table, segments, 0, a, aStride, panel, bStride, c, ldc, rows, init, initStride, false);
}

/** How many rows a tile holds in registers */
@unmanaged
class Six {
  @inline six(): bool {
    return true;
  }
}
@unmanaged
class Four {
  @inline six(): bool {
    return false;
  }
}

/** Where a row of the left operand is: at an address of its own, or behind the first row */
@unmanaged
class Gather {
  @inline gather(): bool {
    return true;
  }
}
@unmanaged
class Outer {
  @inline gather(): bool {
    return false;
  }
}

/**
 * `gatherTile` or `outerTile`, by its `Source`, for as many rows as `Rows` says. The compiler decides what depends on
 * these: the loop has no branch, and what the other tiles need falls away.
 */
function tile<Rows, Source>(
  table: usize,
  segments: i32,
  k: i32,
  a: usize,
  aStride: usize,
  panel: usize,
  bStride: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  init: usize,
  initStride: usize,
  relu: bool,
): void {
  const six = changetype<Rows>(0).six();
  const gather = changetype<Source>(0).gather();
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    if (rows > 1) init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    if (rows > 2) init += initStride;
    c20 = v128.load(init);
    c21 = v128.load(init, 16);
    if (rows > 3) init += initStride;
    c30 = v128.load(init);
    c31 = v128.load(init, 16);
    if (six) {
      if (rows > 4) init += initStride;
      c40 = v128.load(init);
      c41 = v128.load(init, 16);
      if (rows > 5) init += initStride;
      c50 = v128.load(init);
      c51 = v128.load(init, 16);
    }
  }
  for (let s = 0; s < segments; s++) {
    let a0: usize, a1: usize = 0, a2: usize = 0, a3: usize = 0, a4: usize = 0, a5: usize = 0;
    let b: usize, n: i32;
    if (gather) {
      a0 = <usize>load<u32>(table, 0);
      a1 = <usize>load<u32>(table, 4);
      a2 = <usize>load<u32>(table, 8);
      a3 = <usize>load<u32>(table, 12);
      if (six) {
        a4 = <usize>load<u32>(table, 16);
        a5 = <usize>load<u32>(table, 20);
      }
      b = panel + <usize>load<u32>(table, 24);
      n = k;
      table += SEGMENT;
    } else {
      a0 = a + <usize>load<u32>(table);
      b = panel + <usize>load<u32>(table, 4);
      n = load<i32>(table, 8);
      table += 16;
    }
    for (; n > 0; n--) {
      const b0 = v128.load(b),
        b1 = v128.load(b, 16);
      let v = v128.load32_splat(a0);
      c00 = madd(v, b0, c00);
      c01 = madd(v, b1, c01);
      v = gather ? v128.load32_splat(a1) : v128.load32_splat(a0, 4);
      c10 = madd(v, b0, c10);
      c11 = madd(v, b1, c11);
      v = gather ? v128.load32_splat(a2) : v128.load32_splat(a0, 8);
      c20 = madd(v, b0, c20);
      c21 = madd(v, b1, c21);
      v = gather ? v128.load32_splat(a3) : v128.load32_splat(a0, 12);
      c30 = madd(v, b0, c30);
      c31 = madd(v, b1, c31);
      if (six) {
        v = gather ? v128.load32_splat(a4) : v128.load32_splat(a0, 16);
        c40 = madd(v, b0, c40);
        c41 = madd(v, b1, c41);
        v = gather ? v128.load32_splat(a5) : v128.load32_splat(a0, 20);
        c50 = madd(v, b0, c50);
        c51 = madd(v, b1, c51);
      }
      a0 += gather ? 4 : aStride;
      if (gather) {
        a1 += 4;
        a2 += 4;
        a3 += 4;
        if (six) {
          a4 += 4;
          a5 += 4;
        }
      }
      b += bStride;
    }
  }
  if (relu) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
    c40 = f32x4.max(c40, zero);
    c41 = f32x4.max(c41, zero);
    c50 = f32x4.max(c50, zero);
    c51 = f32x4.max(c51, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  if (rows == 1) return;
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  if (rows == 2) return;
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  if (rows == 3) return;
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  if (!six || rows == 4) return;
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  if (rows == 5) return;
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}
