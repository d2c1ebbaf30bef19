// The innermost loops of matrix products and convolutions: tiles of 6 × 8 numbers of the result, kept in registers while the sums run.
// 12 accumulators, two vectors of the right operand and one number of the left fill the 16 registers of x86-64.
import { madd } from './simd';

/** Bytes of one entry of a gather table: six addresses of the left operand, and an offset in the right one. */
export const SEGMENT: usize = 32;

/**
 * C[i, j] = init[i, j] + Σ over segments s and n < k of A(s, i)[n] · B(s)[n, j], for i < rows ≤ 6 and j < 8.
 * @param table of each segment: addresses of the six rows of A, whose numbers follow each other (rows past `rows` repeat a valid
 *   one), and where B begins, from `panel`; B's rows of eight are `bStride` bytes apart
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
  if (rows > 4) gather6x8(table, segments, k, panel, bStride, c, ldc, rows, init, initStride, relu);
  else gather4x8(table, segments, k, panel, bStride, c, ldc, rows, init, initStride, relu);
}

/**
 * C[i, j] = init[i, j] + Σ over segments s and n < k(s) of A(s)[n, i] · B(s)[n, j], for i < rows ≤ 6 and j < 8.
 * @param table of each segment: where A begins, from `a`; where B begins, from `panel`; k; a word that is not used
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
  if (rows > 4) outer6x8(table, segments, a, aStride, panel, bStride, c, ldc, rows, init, initStride);
  else outer4x8(table, segments, a, aStride, panel, bStride, c, ldc, rows, init, initStride);
}

/** `gatherTile` for 6 rows. */
function gather6x8(
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
    if (rows > 4) init += initStride;
    c40 = v128.load(init);
    c41 = v128.load(init, 16);
    if (rows > 5) init += initStride;
    c50 = v128.load(init);
    c51 = v128.load(init, 16);
  }
  for (let s = 0; s < segments; s++) {
    let a0 = <usize>load<u32>(table, 0);
    let a1 = <usize>load<u32>(table, 4);
    let a2 = <usize>load<u32>(table, 8);
    let a3 = <usize>load<u32>(table, 12);
    let a4 = <usize>load<u32>(table, 16);
    let a5 = <usize>load<u32>(table, 20);
    let b = panel + <usize>load<u32>(table, 24);
    table += SEGMENT;
    for (let n = k; n > 0; n--) {
      const b0 = v128.load(b),
        b1 = v128.load(b, 16);
      let a = v128.load32_splat(a0);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      a = v128.load32_splat(a1);
      c10 = madd(a, b0, c10);
      c11 = madd(a, b1, c11);
      a = v128.load32_splat(a2);
      c20 = madd(a, b0, c20);
      c21 = madd(a, b1, c21);
      a = v128.load32_splat(a3);
      c30 = madd(a, b0, c30);
      c31 = madd(a, b1, c31);
      a = v128.load32_splat(a4);
      c40 = madd(a, b0, c40);
      c41 = madd(a, b1, c41);
      a = v128.load32_splat(a5);
      c50 = madd(a, b0, c50);
      c51 = madd(a, b1, c51);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      a4 += 4;
      a5 += 4;
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
  if (rows == 4) return;
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  if (rows == 5) return;
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** `gatherTile` for 4 rows. */
function gather4x8(
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
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
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
  }
  for (let s = 0; s < segments; s++) {
    let a0 = <usize>load<u32>(table, 0);
    let a1 = <usize>load<u32>(table, 4);
    let a2 = <usize>load<u32>(table, 8);
    let a3 = <usize>load<u32>(table, 12);
    let b = panel + <usize>load<u32>(table, 24);
    table += SEGMENT;
    for (let n = k; n > 0; n--) {
      const b0 = v128.load(b),
        b1 = v128.load(b, 16);
      let a = v128.load32_splat(a0);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      a = v128.load32_splat(a1);
      c10 = madd(a, b0, c10);
      c11 = madd(a, b1, c11);
      a = v128.load32_splat(a2);
      c20 = madd(a, b0, c20);
      c21 = madd(a, b1, c21);
      a = v128.load32_splat(a3);
      c30 = madd(a, b0, c30);
      c31 = madd(a, b1, c31);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
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
}

/** `outerTile` for 6 rows. */
function outer6x8(
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
    if (rows > 4) init += initStride;
    c40 = v128.load(init);
    c41 = v128.load(init, 16);
    if (rows > 5) init += initStride;
    c50 = v128.load(init);
    c51 = v128.load(init, 16);
  }
  for (let s = 0; s < segments; s++) {
    let p = a + <usize>load<u32>(table);
    let b = panel + <usize>load<u32>(table, 4);
    let n = load<i32>(table, 8);
    table += 16;
    for (; n > 0; n--) {
      const b0 = v128.load(b),
        b1 = v128.load(b, 16);
      let v = v128.load32_splat(p);
      c00 = madd(v, b0, c00);
      c01 = madd(v, b1, c01);
      v = v128.load32_splat(p, 4);
      c10 = madd(v, b0, c10);
      c11 = madd(v, b1, c11);
      v = v128.load32_splat(p, 8);
      c20 = madd(v, b0, c20);
      c21 = madd(v, b1, c21);
      v = v128.load32_splat(p, 12);
      c30 = madd(v, b0, c30);
      c31 = madd(v, b1, c31);
      v = v128.load32_splat(p, 16);
      c40 = madd(v, b0, c40);
      c41 = madd(v, b1, c41);
      v = v128.load32_splat(p, 20);
      c50 = madd(v, b0, c50);
      c51 = madd(v, b1, c51);
      p += aStride;
      b += bStride;
    }
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
  if (rows == 4) return;
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  if (rows == 5) return;
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** `outerTile` for 4 rows. */
function outer4x8(
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
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
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
  }
  for (let s = 0; s < segments; s++) {
    let p = a + <usize>load<u32>(table);
    let b = panel + <usize>load<u32>(table, 4);
    let n = load<i32>(table, 8);
    table += 16;
    for (; n > 0; n--) {
      const b0 = v128.load(b),
        b1 = v128.load(b, 16);
      let v = v128.load32_splat(p);
      c00 = madd(v, b0, c00);
      c01 = madd(v, b1, c01);
      v = v128.load32_splat(p, 4);
      c10 = madd(v, b0, c10);
      c11 = madd(v, b1, c11);
      v = v128.load32_splat(p, 8);
      c20 = madd(v, b0, c20);
      c21 = madd(v, b1, c21);
      v = v128.load32_splat(p, 12);
      c30 = madd(v, b0, c30);
      c31 = madd(v, b1, c31);
      p += aStride;
      b += bStride;
    }
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
}
