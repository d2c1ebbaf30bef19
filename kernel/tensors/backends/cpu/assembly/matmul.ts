// Matrix products C = A · B, single or in batches, either operand transposed, with bias and ReLU: cut into tiles for
// the threads, the right operand packed so that the innermost loop reads it in one stream. Goto & van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication" (2008), without its packing of a left operand for few columns.
import { args, bound, parallel, scratch, threadCount } from './pool';
import { gatherTile, outerTile, SEGMENT } from './tile';

/**
 * The most of the summed dimension that is worked on at a time: a packed panel of 8 columns then fills half of the L1
 * cache.
 */
const KC: i32 = 512;
/** Rows of a block of A: with KC of them it takes about half of the L2 cache. */
const MC: i32 = 192;
/** Columns of a block of B. */
const NC: i32 = 256;
/** From this many panels of B on, packing A costs less than it saves. */
const MANY_PANELS: i32 = 8;
// The scratch memory of a thread, in bytes: the table of a tile, a tile of 6 × 8 where C has fewer columns, the packed
// blocks of B and A
const EDGE_AT: usize = 1024;
const PACKED_AT: usize = 4096;
/** Multiplications below which a chunk of its own costs more than it saves. */
const GRAIN: i32 = 131072;

/** c = a · b (+ bias) (then ReLU). */
@unmanaged
export class MatMulArgs {
  /** [batch or 1, m, k] float32, or [.., k, m] if `transposeA`. */
  a: usize;
  /** [batch or 1, k, n], or [.., n, k] if `transposeB`. */
  b: usize;
  /** [batch, m, n], written. */
  c: usize;
  /** [n], or 0 for none. */
  bias: usize;
  batch: i32;
  m: i32;
  n: i32;
  k: i32;
  /** Whether `a` has a matrix for each of the batch, or one for all. */
  aBatch: bool;
  /** The same of `b`. */
  bBatch: bool;
  transposeA: bool;
  transposeB: bool;
  relu: bool;
}

@unmanaged
class MatMulTask extends MatMulArgs {
  aStep: usize; // bytes from one matrix of the batch to the next; 0 if all use the same
  bStep: usize;
  mc: i32; // rows of a chunk
  nc: i32; // columns of a chunk
}

/** c = a · b (+ bias) (then ReLU). */
export function matMul(args: MatMulArgs): void {
  const t = changetype<MatMulTask>(args);
  t.aStep = t.aBatch ? <usize>(t.m * t.k) << 2 : 0;
  t.bStep = t.bBatch ? <usize>(t.k * t.n) << 2 : 0;
  plan(t);
  const tiles = t.batch * ((t.m + t.mc - 1) / t.mc) * ((t.n + t.nc - 1) / t.nc);
  // Small matrices of a batch share a chunk
  const work = <i64>t.batch * t.m * t.n * t.k;
  parallel(matMulTask.index, threadCount() == 1 ? 1 : max(1, min(tiles, <i32>min<i64>(1 << 20, work / GRAIN))));
}

/**
 * Cuts C into tiles. Each packs its part of B again (and of a transposed A), so tiles should be tall or wide, yet
 * enough of them for all threads to finish at about the same time.
 */
function plan(t: MatMulTask): void {
  let mc = min(t.m, MC);
  let nc = min(t.n, NC);
  const wanted = threadCount() == 1 ? 1 : threadCount() * 4;
  while (t.batch * ((t.m + mc - 1) / mc) * ((t.n + nc - 1) / nc) < wanted) {
    if (<i64>mc * nc * t.k < 2 * GRAIN) break;
    // Halving the columns packs nothing twice, unless A is packed too
    if (nc >= 32 && (!t.transposeA || nc >= mc)) nc = ((nc >> 1) + 7) & ~7;
    else if (mc >= 24) mc = ((mc >> 1) + 5) / 6 * 6;
    else if (nc >= 16) nc = ((nc >> 1) + 7) & ~7;
    else break;
  }
  t.mc = mc;
  t.nc = nc;
}

function matMulTask(chunk: i32, chunks: i32): void {
  const t = args<MatMulTask>();
  const rows = (t.m + t.mc - 1) / t.mc;
  const columns = (t.n + t.nc - 1) / t.nc;
  const tiles = t.batch * rows * columns;
  const end = bound(tiles, 1, chunk + 1, chunks);
  for (let tile = bound(tiles, 1, chunk, chunks); tile < end; tile++) {
    const matrix = tile / (rows * columns);
    const rest = tile - matrix * rows * columns;
    const row = rest / columns;
    const i = row * t.mc;
    const j = (rest - row * columns) * t.nc;
    block(t, matrix, i, min(t.mc, t.m - i), j, min(t.nc, t.n - j));
  }
}

/** The tile of the product `matrix` of the batch with the rows i … i + mc and the columns j … j + nc. */
function block(t: MatMulTask, matrix: i32, i: i32, mc: i32, j: i32, nc: i32): void {
  const a = t.a + <usize>matrix * t.aStep;
  const b = t.b + <usize>matrix * t.bStep;
  const c = t.c + ((<usize>matrix * t.m * t.n) << 2);
  const m = t.m;
  const n = t.n;
  const k = t.k;
  const ldc = <usize>n << 2;
  const blocks = max(1, (k + KC - 1) / KC);
  const kc = (k + blocks - 1) / blocks;
  const panels = (nc + 7) >> 3;
  const table = scratch();
  const edge = table + EDGE_AT;
  const packedB = table + PACKED_AT;
  const packedA = packedB + ((<usize>panels * kc) << 5);
  if (k == 0) {
    for (let r = 0; r < mc; r++) {
      const at = c + ((<usize>(i + r) * n + j) << 2);
      for (let x = 0; x < nc; x++) {
        const v: f32 = t.bias ? load<f32>(t.bias + (<usize>(j + x) << 2)) : 0;
        store<f32>(at + (<usize>x << 2), t.relu ? max<f32>(v, 0) : v);
      }
    }
    return;
  }
  for (let k0 = 0; k0 < k; k0 += kc) {
    const kn = min(kc, k - k0);
    const first = k0 == 0;
    const relu = t.relu && k0 + kn == k;
    // With few rows, packing would cost more than it saves
    const direct = mc <= 6 && !t.transposeB && (nc & 7) == 0;
    if (!direct) {
      if (t.transposeB) packColumnsTransposed(packedB, b + ((<usize>j * k + k0) << 2), <usize>k << 2, kn, nc);
      else packColumns(packedB, b + ((<usize>k0 * n + j) << 2), ldc, kn, nc);
    }
    const packed = t.transposeA || panels >= MANY_PANELS;
    if (t.transposeA) packRowsTransposed(packedA, a + ((<usize>k0 * m + i) << 2), <usize>m << 2, kn, mc);
    else if (packed) packRows(packedA, a + ((<usize>i * k + k0) << 2), <usize>k << 2, kn, mc);
    for (let p = 0; p < panels; p++) {
      const columns = min(8, nc - (p << 3));
      const panel = direct ? b + ((<usize>k0 * n + j + (p << 3)) << 2) : packedB + ((<usize>p * kn) << 5);
      const bStride: usize = direct ? ldc : 32;
      const bias = t.bias ? t.bias + (<usize>(j + (p << 3)) << 2) : 0;
      for (let r = 0; r < mc; r += 6) {
        const rows = min(6, mc - r);
        const at = c + ((<usize>(i + r) * n + j + (p << 3)) << 2);
        let out = at;
        let ld = ldc;
        let init = first ? bias : at;
        let initStride = first ? <usize>0 : ldc;
        if (columns < 8) {
          out = edge;
          ld = 32;
          if (init) {
            for (let q = 0; q < rows; q++)
              copyFew(edge + (<usize>q << 5), init + <usize>q * initStride, columns);
            init = edge;
            initStride = 32;
          }
        }
        if (packed) {
          store<u64>(table, 0);
          store<i32>(table, kn, 8);
          outerTile(table, 1, packedA + (<usize>(r * kn) << 2), 24, panel, bStride, out, ld, rows, init, initStride);
          if (relu) rectify(out, ld, rows);
        } else {
          const left = a + ((<usize>(i + r) * k + k0) << 2);
          for (let q = 0; q < 6; q++)
            store<u32>(table + (<usize>q << 2), <u32>(left + ((<usize>min(q, rows - 1) * k) << 2)));
          store<u32>(table, 0, 24);
          gatherTile(table, 1, kn, panel, bStride, out, ld, rows, init, initStride, relu);
        }
        if (columns < 8)
          for (let q = 0; q < rows; q++)
            copyFew(at + <usize>q * ldc, edge + (<usize>q << 5), columns);
      }
    }
  }
}

/** Copies fewer than eight numbers. */
// @ts-ignore: decorator
@inline
function copyFew(to: usize, from: usize, n: i32): void {
  for (let j: usize = 0; j < <usize>n << 2; j += 4) store<f32>(to + j, load<f32>(from + j));
}

/** max(c, 0) of a tile of `rows` × 8. */
export function rectify(c: usize, ldc: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    v128.store(c, f32x4.max(v128.load(c), zero));
    v128.store(c, f32x4.max(v128.load(c, 16), zero), 16);
    c += ldc;
  }
}

/**
 * Panels of eight columns, one after the other: to[p][x][0…7] = from[x][8p…8p + 7], with 0 past the last column.
 * @param stride bytes from one row of `from` to the next
 */
export function packColumns(to: usize, from: usize, stride: usize, k: i32, n: i32): void {
  const panel = <usize>k << 5;
  let j = 0;
  // Four panels at a time read whole cache lines
  for (; j + 32 <= n; j += 32) {
    let at = from + (<usize>j << 2);
    for (let x = 0; x < k; x++) {
      let out = to;
      v128.store(out, v128.load(at));
      v128.store(out, v128.load(at, 16), 16);
      out += panel;
      v128.store(out, v128.load(at, 32));
      v128.store(out, v128.load(at, 48), 16);
      out += panel;
      v128.store(out, v128.load(at, 64));
      v128.store(out, v128.load(at, 80), 16);
      out += panel;
      v128.store(out, v128.load(at, 96));
      v128.store(out, v128.load(at, 112), 16);
      at += stride;
      to += 32;
    }
    to += panel * 3;
  }
  for (; j < n; j += 8) {
    let at = from + (<usize>j << 2);
    if (n - j >= 8) {
      for (let x = 0; x < k; x++) {
        v128.store(to, v128.load(at));
        v128.store(to, v128.load(at, 16), 16);
        at += stride;
        to += 32;
      }
    } else {
      // Reads past the last column stay in the memory, and are masked
      const rest = i32x4.splat(n - j);
      const low = i32x4.lt_s(i32x4(0, 1, 2, 3), rest);
      const high = i32x4.lt_s(i32x4(4, 5, 6, 7), rest);
      for (let x = 0; x < k; x++) {
        v128.store(to, v128.and(v128.load(at), low));
        v128.store(to, v128.and(v128.load(at, 16), high), 16);
        at += stride;
        to += 32;
      }
    }
  }
}

/** As `packColumns`, of a transposed matrix: to[p][x][y] = from[8p + y][x]. */
export function packColumnsTransposed(to: usize, from: usize, stride: usize, k: i32, n: i32): void {
  for (let j = 0; j < n; j += 8) {
    for (let h = 0; h < 8; h += 4) {
      const rest = n - j - h;
      let at = from + <usize>(j + h) * stride;
      let out = to + (<usize>h << 2);
      if (rest >= 4) {
        const r0 = at,
          r1 = at + stride,
          r2 = r1 + stride,
          r3 = r2 + stride;
        let x: usize = 0;
        const end = (<usize>k & ~3) << 2;
        for (; x < end; x += 16) {
          const v0 = v128.load(r0 + x),
            v1 = v128.load(r1 + x),
            v2 = v128.load(r2 + x),
            v3 = v128.load(r3 + x);
          const u0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5),
            u1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
          const u2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5),
            u3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
          v128.store(out, v128.shuffle<f32>(u0, u2, 0, 1, 4, 5));
          v128.store(out, v128.shuffle<f32>(u0, u2, 2, 3, 6, 7), 32);
          v128.store(out, v128.shuffle<f32>(u1, u3, 0, 1, 4, 5), 64);
          v128.store(out, v128.shuffle<f32>(u1, u3, 2, 3, 6, 7), 96);
          out += 128;
        }
        for (; x < <usize>k << 2; x += 4) {
          store<f32>(out, load<f32>(r0 + x));
          store<f32>(out, load<f32>(r1 + x), 4);
          store<f32>(out, load<f32>(r2 + x), 8);
          store<f32>(out, load<f32>(r3 + x), 12);
          out += 32;
        }
      } else {
        for (let x = 0; x < k; x++) {
          for (let y = 0; y < 4; y++)
            store<f32>(out + (<usize>y << 2), y < rest ? load<f32>(at + <usize>y * stride) : 0);
          at += 4;
          out += 32;
        }
      }
    }
    to += <usize>k << 5;
  }
}

/** Panels of six rows of a left operand: to[p][x][y] = from[6p + y][x], with 0 past the last row. */
function packRows(to: usize, from: usize, stride: usize, k: i32, m: i32): void {
  const end = (<usize>k & ~3) << 2;
  for (let i = 0; i < m; i += 6) {
    const rest = m - i;
    const r0 = from + <usize>i * stride;
    if (rest >= 6) {
      const r1 = r0 + stride,
        r2 = r1 + stride,
        r3 = r2 + stride,
        r4 = r3 + stride,
        r5 = r4 + stride;
      let x: usize = 0;
      for (; x < end; x += 16, to += 96) {
        const v0 = v128.load(r0 + x),
          v1 = v128.load(r1 + x),
          v2 = v128.load(r2 + x),
          v3 = v128.load(r3 + x);
        const u0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5),
          u1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
        const u2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5),
          u3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
        const v4 = v128.load(r4 + x),
          v5 = v128.load(r5 + x);
        const u4 = v128.shuffle<f32>(v4, v5, 0, 4, 1, 5),
          u5 = v128.shuffle<f32>(v4, v5, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f32>(u0, u2, 0, 1, 4, 5));
        v128.store(to, v128.shuffle<f32>(u0, u2, 2, 3, 6, 7), 24);
        v128.store(to, v128.shuffle<f32>(u1, u3, 0, 1, 4, 5), 48);
        v128.store(to, v128.shuffle<f32>(u1, u3, 2, 3, 6, 7), 72);
        v128.store64_lane(to, u4, 0, 16);
        v128.store64_lane(to, u4, 1, 40);
        v128.store64_lane(to, u5, 0, 64);
        v128.store64_lane(to, u5, 1, 88);
      }
      for (; x < <usize>k << 2; x += 4, to += 24) {
        store<f32>(to, load<f32>(r0 + x));
        store<f32>(to, load<f32>(r1 + x), 4);
        store<f32>(to, load<f32>(r2 + x), 8);
        store<f32>(to, load<f32>(r3 + x), 12);
        store<f32>(to, load<f32>(r4 + x), 16);
        store<f32>(to, load<f32>(r5 + x), 20);
      }
    } else {
      for (let x: usize = 0; x < <usize>k << 2; x += 4, to += 24)
        for (let y = 0; y < 6; y++)
          store<f32>(to + (<usize>y << 2), y < rest ? load<f32>(r0 + <usize>y * stride + x) : 0);
    }
  }
}

/** Panels of six rows of a transposed left operand: to[p][x][y] = from[x][6p + y], with 0 past the last row. */
export function packRowsTransposed(to: usize, from: usize, stride: usize, k: i32, m: i32): void {
  const panel = <usize>k * 24;
  let i = 0;
  for (; i + 24 <= m; i += 24) {
    let at = from + (<usize>i << 2);
    for (let x = 0; x < k; x++) {
      let out = to;
      v128.store(out, v128.load(at));
      store<u64>(out, load<u64>(at, 16), 16);
      out += panel;
      v128.store(out, v128.load(at, 24));
      store<u64>(out, load<u64>(at, 40), 16);
      out += panel;
      v128.store(out, v128.load(at, 48));
      store<u64>(out, load<u64>(at, 64), 16);
      out += panel;
      v128.store(out, v128.load(at, 72));
      store<u64>(out, load<u64>(at, 88), 16);
      at += stride;
      to += 24;
    }
    to += panel * 3;
  }
  for (; i < m; i += 6) {
    let at = from + (<usize>i << 2);
    const rest = m - i;
    if (rest >= 6) {
      for (let x = 0; x < k; x++) {
        v128.store(to, v128.load(at));
        store<u64>(to, load<u64>(at, 16), 16);
        at += stride;
        to += 24;
      }
    } else {
      for (let x = 0; x < k; x++) {
        for (let y = 0; y < 6; y++)
          store<f32>(to + (<usize>y << 2), y < rest ? load<f32>(at + (<usize>y << 2)) : 0);
        at += stride;
        to += 24;
      }
    }
  }
}
