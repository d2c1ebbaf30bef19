// 3 × 3 convolutions of stride 1 and their gradients by Winograd's minimal filtering, F(4 × 4, 3 × 3): tiles of 6 × 6
// pixels and the filters are transformed, multiplied channel by channel in 36 matrix products, and transformed back,
// with a fourth of the multiplications (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, §4.3;
// the matrices are theirs). The gradients of the filter and of the image are the adjoints of the same computation.
// Channels are multiples of four.
import { args, bound, chunksOf, parallel, scratch, threadCount } from './pool';
import { ConvArgs } from './shape';
import { gatherTile, outerTile } from './tile';

/** Bytes of the transformed tiles that are worked on at a time: about half of the L2 cache. */
const BLOCK: usize = 524288;
/** With fewer images, one image after the other is not enough work for all threads. */
const FEW_IMAGES: i32 = 8;
/** Filters of one channel to another that are worth a chunk of the transformation. */
const FILTER_GRAIN: i32 = 1024;

// The scratch memory of a thread, in bytes: a tile during its transformation, with a second one or a row behind it; the
// table of a product; the 36 matrices of the transformed tiles, and those of the products.
const RESULT_AT: usize = 512;
const ROW_AT: usize = 640;
const TABLE_AT: usize = 1024;
const MATRICES_AT: usize = 2048;

@unmanaged
class WinogradTask extends ConvArgs {
  // `work` holds the transformed filters: [36, ceil(outDepth / 8), inDepth, 8]; in the gradient of the filter partial
  // sums [chunks, 36, inDepth, columns]. The geometry is the convolution's, or exchanged as `exchange` and `turn` say.
  columns: i32; // outDepth, rounded up to 8
  tilesY: i32;
  tilesX: i32;
  tiles: i32; // of all images
  block: i32; // tiles that are worked on together
  chunks: i32;
  perChunk: i32; // images that are worked on together, in the adjoint for the image
  exchange: bool; // the filter's depths are exchanged: it leads from the result of the convolution to its image
  turn: bool; // the filter is turned by 180°: the image of the convolution is computed, and its result is read
}

/** Exchanges the convolution's result and image as told, and cuts the result into tiles. */
function setUp(args: ConvArgs, exchange: bool, turn: bool): WinogradTask {
  const t = changetype<WinogradTask>(args);
  t.exchange = exchange;
  t.turn = turn;
  if (exchange) {
    const depth = t.inDepth;
    t.inDepth = t.outDepth;
    t.outDepth = depth;
  }
  if (turn) {
    const x = t.x;
    const height = t.inHeight;
    const width = t.inWidth;
    t.x = t.y;
    t.inHeight = t.outHeight;
    t.inWidth = t.outWidth;
    t.y = x;
    t.outHeight = height;
    t.outWidth = width;
    t.top = 2 - t.top;
    t.left = 2 - t.left;
  }
  t.columns = (t.outDepth + 7) & ~7;
  t.tilesY = tilesOf(t.outHeight);
  t.tilesX = tilesOf(t.outWidth);
  t.tiles = t.batch * t.tilesY * t.tilesX;
  const fit = <i32>(BLOCK / (<usize>(144 * (t.inDepth + t.columns))));
  // No larger than what gives every thread work
  t.block = max(6, min(min(96, fit), (t.tiles / threadCount() + 5)) / 6 * 6);
  return t;
}

/**
 * Bytes of one of the 36 matrices of a block, with a cache line more so that the 36 do not fall into the same cache
 * sets.
 */
// @ts-ignore: decorator
@inline
function planeBytes(tiles: i32, depth: i32): usize {
  return ((<usize>(tiles * depth) << 2) & ~127) + 192;
}

/** How many tiles of 4 × 4 pixels lie along `n` pixels. */
// @ts-ignore: decorator
@inline
function tilesOf(n: i32): i32 {
  return (n + 3) >> 2;
}

/** Bytes of a transformed filter. */
// @ts-ignore: decorator
@inline
function transformedBytes(inDepth: i32, outDepth: i32): i32 {
  return 144 * inDepth * ((outDepth + 7) & ~7);
}

/** Bytes of working memory of `winogradConv2d`. */
export function winogradWorkBytes(args: ConvArgs): i32 {
  return transformedBytes(args.inDepth, args.outDepth);
}

/** Bytes of working memory of `winogradBackpropInput`. */
export function winogradInputWorkBytes(args: ConvArgs): i32 {
  return transformedBytes(args.outDepth, args.inDepth);
}

/** Bytes of working memory of `winogradBackpropFilter`. */
export function winogradFilterWorkBytes(args: ConvArgs): i32 {
  return threadCount() * transformedBytes(args.inDepth, args.outDepth);
}

/** y = conv2d(x, w) (+ bias) (then ReLU), filter 3 × 3, stride 1. */
export function winogradConv2d(args: ConvArgs): void {
  convolve(setUp(args, false, false));
}

function convolve(t: WinogradTask): void {
  transformFilter(t);
  parallel(tilesTask.index, (t.tiles + t.block - 1) / t.block);
}

/**
 * x = the gradient of conv2d with respect to its image, from that with respect to its result, y; filter 3 × 3, stride
 * 1. It is a convolution of y with the filter turned by 180°; or computed by tiles of y where the image has more tiles,
 * which is then less work.
 */
export function winogradBackpropInput(args: ConvArgs): void {
  const byTiles =
    args.batch >= FEW_IMAGES &&
    tilesOf(args.outHeight) * tilesOf(args.outWidth) < tilesOf(args.inHeight) * tilesOf(args.inWidth);
  if (!byTiles) {
    convolve(setUp(args, true, true));
    return;
  }
  const t = setUp(args, true, false);
  transformFilter(t);
  const rounds = (t.tiles + threadCount() * t.block - 1) / (threadCount() * t.block);
  t.perChunk = (t.batch + threadCount() * rounds - 1) / (threadCount() * rounds);
  parallel(inputTask.index, (t.batch + t.perChunk - 1) / t.perChunk);
}

/** w = the gradient of conv2d with respect to its 3 × 3 filter, from that with respect to its result, y; stride 1. */
export function winogradBackpropFilter(args: ConvArgs): void {
  const t = setUp(args, false, false);
  t.chunks = max(1, min(threadCount(), (t.tiles + 5) / 6));
  parallel(filterSumTask.index, t.chunks);
  parallel(filterBackTask.index, chunksOf(t.inDepth * t.outDepth, FILTER_GRAIN));
}

/** The filter w to U, at `work`. */
function transformFilter(t: WinogradTask): void {
  parallel(filterTransformTask.index, chunksOf(t.inDepth * t.outDepth, FILTER_GRAIN));
}

/** U = G g Gᵀ, for four results of an input channel at a time. */
function filterTransformTask(chunk: i32, chunks: i32): void {
  const t = args<WinogradTask>();
  const quads = t.columns >> 2;
  const units = t.inDepth * quads;
  const end = bound(units, 1, chunk + 1, chunks);
  const plane = <usize>(t.inDepth * t.columns) << 2;
  const g = scratch(); // the 3 × 3 filter
  const rows = g + 256; // G g, 6 × 3
  for (let unit = bound(units, 1, chunk, chunks); unit < end; unit++) {
    const c = unit / quads;
    const o = (unit - c * quads) << 2;
    for (let tap = 0; tap < 9; tap++) {
      const to = g + (<usize>tap << 4);
      if (o >= t.outDepth) v128.store(to, f32x4.splat(0));
      else if (t.exchange) {
        let from = t.w + (<usize>(((t.turn ? 8 - tap : tap) * t.outDepth + o) * t.inDepth + c) << 2);
        for (let q: usize = 0; q < 16; q += 4) {
          store<f32>(to + q, load<f32>(from));
          from += <usize>t.inDepth << 2;
        }
      } else v128.store(to, v128.load(t.w + (<usize>((tap * t.inDepth + c) * t.outDepth + o) << 2)));
    }
    for (let j: usize = 0; j < 48; j += 16) timesG(g + j, 48, rows + j, 48);
    const out = t.work + (<usize>((o >> 3) * t.inDepth + c) << 5) + (<usize>(o & 4) << 2);
    for (let i: usize = 0; i < 6; i++) timesG(rows + i * 48, 16, out + i * 6 * plane, plane);
  }
}

/** Three numbers (of four filters) to six: G of Lavin & Gray. */
// @ts-ignore: decorator
@inline
function timesG(from: usize, step: usize, to: usize, stride: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const sixth = f32x4.splat(1.0 / 6.0);
  const s = f32x4.mul(f32x4.add(a, c), sixth);
  const u = f32x4.mul(b, sixth);
  v128.store(to, f32x4.mul(a, f32x4.splat(0.25)));
  v128.store(to + stride, f32x4.neg(f32x4.add(s, u)));
  v128.store(to + 2 * stride, f32x4.sub(u, s));
  const v = f32x4.add(f32x4.mul(a, f32x4.splat(1.0 / 24.0)), f32x4.mul(c, sixth));
  const w = f32x4.mul(b, f32x4.splat(1.0 / 12.0));
  v128.store(to + 3 * stride, f32x4.add(v, w));
  v128.store(to + 4 * stride, f32x4.sub(v, w));
  v128.store(to + 5 * stride, c);
}

/** Six numbers (of four channels) to six: Bᵀ of Lavin & Gray. */
// @ts-ignore: decorator
@inline
function timesB(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, to: usize, stride: usize): void {
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  const two = f32x4.splat(2);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(a, four), f32x4.mul(c, five)), e));
  const s = f32x4.sub(e, f32x4.mul(c, four));
  const u = f32x4.sub(d, f32x4.mul(b, four));
  v128.store(to + stride, f32x4.add(s, u));
  v128.store(to + 2 * stride, f32x4.sub(s, u));
  const p = f32x4.sub(e, c);
  const q = f32x4.mul(f32x4.sub(d, b), two);
  v128.store(to + 3 * stride, f32x4.add(p, q));
  v128.store(to + 4 * stride, f32x4.sub(p, q));
  v128.store(to + 5 * stride, f32x4.add(f32x4.sub(f32x4.mul(b, four), f32x4.mul(d, five)), f));
}

/** A tile's 6 × 6 pixels of x, all channels, transformed into row `row` of the 36 matrices at `v`. */
function transformInput(t: WinogradTask, tile: i32, v: usize, plane: usize, row: i32, temp: usize): void {
  const perImage = t.tilesY * t.tilesX;
  const image = tile / perImage;
  const rest = tile - image * perImage;
  const ty = rest / t.tilesX;
  const y0 = (ty << 2) - t.top;
  const x0 = ((rest - ty * t.tilesX) << 2) - t.left;
  const depth = <usize>t.inDepth << 2;
  const line = <usize>t.inWidth * depth;
  // Of the pixel (0, 0) of the tile, which may lie outside of the image
  const origin = t.x + <usize>(image * t.inHeight) * line + <usize>y0 * line + <usize>x0 * depth;
  const out = v + <usize>row * depth;
  const inside = y0 >= 0 && x0 >= 0 && y0 + 6 <= t.inHeight && x0 + 6 <= t.inWidth;
  const zero = f32x4.splat(0);
  for (let c: usize = 0; c < depth; c += 16) {
    if (inside) {
      let at = origin + c;
      for (let y: usize = 0; y < 576; y += 96) {
        timesB(
          v128.load(at),
          v128.load(at + depth),
          v128.load(at + 2 * depth),
          v128.load(at + 3 * depth),
          v128.load(at + 4 * depth),
          v128.load(at + 5 * depth),
          temp + y,
          16,
        );
        at += line;
      }
    } else {
      for (let y = 0; y < 6; y++) {
        const to = temp + <usize>(y * 96);
        if (<u32>(y0 + y) >= <u32>t.inHeight) {
          for (let j: usize = 0; j < 96; j += 16) v128.store(to + j, zero);
          continue;
        }
        const at = origin + c + <usize>y * line;
        timesB(
          <u32>x0 < <u32>t.inWidth ? v128.load(at) : zero,
          <u32>(x0 + 1) < <u32>t.inWidth ? v128.load(at + depth) : zero,
          <u32>(x0 + 2) < <u32>t.inWidth ? v128.load(at + 2 * depth) : zero,
          <u32>(x0 + 3) < <u32>t.inWidth ? v128.load(at + 3 * depth) : zero,
          <u32>(x0 + 4) < <u32>t.inWidth ? v128.load(at + 4 * depth) : zero,
          <u32>(x0 + 5) < <u32>t.inWidth ? v128.load(at + 5 * depth) : zero,
          to,
          16,
        );
      }
    }
    for (let x: usize = 0; x < 6; x++) {
      const from = temp + (x << 4);
      timesB(
        v128.load(from),
        v128.load(from, 96),
        v128.load(from, 192),
        v128.load(from, 288),
        v128.load(from, 384),
        v128.load(from, 480),
        out + c + x * plane,
        6 * plane,
      );
    }
  }
}

/** Blocks of tiles: transform, 36 matrix products, transform back. */
function tilesTask(chunk: i32, chunks: i32): void {
  const t = args<WinogradTask>();
  const first = chunk * t.block;
  const count = min(t.block, t.tiles - first);
  const temp = scratch();
  const table = temp + TABLE_AT;
  const v = temp + MATRICES_AT;
  const plane = planeBytes(t.block, t.inDepth);
  const m = v + 36 * plane;
  const planeM = planeBytes(t.block, t.columns);
  for (let i = 0; i < count; i++) transformInput(t, first + i, v, plane, i, temp);
  const ldm = <usize>t.columns << 2;
  products(t, count, v, m, table);
  for (let i = 0; i < count; i++) transformOutput(t, first + i, m + <usize>i * ldm, planeM, temp);
}

/** The 36 matrix products of `count` tiles: m[ξ] = v[ξ] · u[ξ]. */
// @ts-ignore: decorator
@inline
function products(t: WinogradTask, count: i32, v: usize, m: usize, table: usize): void {
  const plane = planeBytes(t.block, t.inDepth);
  const planeM = planeBytes(t.block, t.columns);
  const panels = t.columns >> 3;
  const depth = <usize>t.inDepth << 2;
  const ldm = <usize>t.columns << 2;
  store<u32>(table, 0, 24);
  for (let xi: usize = 0; xi < 36; xi++) {
    const panel0 = t.work + ((xi * t.inDepth * t.columns) << 2);
    for (let r = 0; r < count; r += 6) {
      const rows = min(6, count - r);
      const a = v + xi * plane + <usize>r * depth;
      for (let q = 0; q < 6; q++) store<u32>(table + (<usize>q << 2), <u32>(a + <usize>min(q, rows - 1) * depth));
      let c = m + xi * planeM + <usize>r * ldm;
      let panel = panel0;
      for (let p = 0; p < panels; p++) {
        gatherTile(table, 1, t.inDepth, panel, 32, c, ldm, rows, 0, 0, false);
        c += 32;
        panel += <usize>t.inDepth << 5;
      }
    }
  }
}

/**
 * Whole images of dx: blocks of tiles of dy, transformed, multiplied, transformed back and added where they overlap.
 */
function inputTask(chunk: i32, chunks: i32): void {
  const t = args<WinogradTask>();
  const perImage = t.tilesY * t.tilesX;
  const firstImage = chunk * t.perChunk;
  const images = min(t.perChunk, t.batch - firstImage);
  const temp = scratch();
  const table = temp + TABLE_AT;
  const v = temp + MATRICES_AT;
  const plane = planeBytes(t.block, t.inDepth);
  const m = v + 36 * plane;
  const planeM = planeBytes(t.block, t.columns);
  const depth = <usize>t.inDepth << 2;
  const ldm = <usize>t.columns << 2;
  const image = <usize>(t.inHeight * t.inWidth * t.outDepth) << 2;
  memory.fill(t.x + <usize>firstImage * image, 0, <usize>images * image);
  const end = (firstImage + images) * perImage;
  for (let first = firstImage * perImage; first < end; first += t.block) {
    const count = min(t.block, end - first);
    for (let i = 0; i < count; i++) transformGradient(t, first + i, t.inDepth, v + <usize>i * depth, plane, temp);
    products(t, count, v, m, table);
    for (let i = 0; i < count; i++) addInput(t, first + i, m + <usize>i * ldm, planeM, temp);
  }
}

/** Six numbers (of four channels) to six: B, the adjoint of `timesB`. */
// @ts-ignore: decorator
@inline
function timesBTransposed(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, to: usize, stride: usize): void {
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  const two = f32x4.splat(2);
  const s = f32x4.add(b, c);
  const u = f32x4.sub(c, b);
  const p = f32x4.add(d, e);
  const q = f32x4.mul(f32x4.sub(e, d), two);
  v128.store(to, f32x4.mul(a, four));
  v128.store(to + stride, f32x4.add(f32x4.mul(f32x4.add(u, f), four), q));
  v128.store(to + 2 * stride, f32x4.neg(f32x4.add(f32x4.add(f32x4.mul(a, five), f32x4.mul(s, four)), p)));
  v128.store(to + 3 * stride, f32x4.neg(f32x4.add(f32x4.add(f32x4.mul(f, five), u), q)));
  v128.store(to + 4 * stride, f32x4.add(f32x4.add(a, s), p));
  v128.store(to + 5 * stride, f);
}

/** Adds to 6 × 6 pixels of dx, all channels, what comes from a tile's row of the 36 matrices. */
function addInput(t: WinogradTask, tile: i32, m: usize, plane: usize, temp: usize): void {
  const perImage = t.tilesY * t.tilesX;
  const image = tile / perImage;
  const rest = tile - image * perImage;
  const ty = rest / t.tilesX;
  const y0 = (ty << 2) - t.top;
  const x0 = ((rest - ty * t.tilesX) << 2) - t.left;
  const fromY = max(0, -y0);
  const endY = min(6, t.inHeight - y0);
  const fromX = max(0, -x0);
  const endX = min(6, t.inWidth - x0);
  const depth = <usize>t.outDepth << 2;
  const line = <usize>t.inWidth * depth;
  const origin = t.x + <usize>(image * t.inHeight) * line + <usize>y0 * line + <usize>x0 * depth;
  const row = temp + ROW_AT;
  for (let c: usize = 0; c < depth; c += 16) {
    for (let x: usize = 0; x < 6; x++) {
      const at = m + c + x * plane;
      timesBTransposed(
        v128.load(at),
        v128.load(at + 6 * plane),
        v128.load(at + 12 * plane),
        v128.load(at + 18 * plane),
        v128.load(at + 24 * plane),
        v128.load(at + 30 * plane),
        temp + (x << 4),
        96,
      );
    }
    for (let y = fromY; y < endY; y++) {
      const from = temp + <usize>(y * 96);
      timesBTransposed(
        v128.load(from),
        v128.load(from, 16),
        v128.load(from, 32),
        v128.load(from, 48),
        v128.load(from, 64),
        v128.load(from, 80),
        row,
        16,
      );
      let to = origin + c + <usize>y * line + <usize>fromX * depth;
      for (let x = fromX; x < endX; x++) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(row + (<usize>x << 4))));
        to += depth;
      }
    }
  }
}

/** Six numbers (of four channels) to four: Aᵀ of Lavin & Gray. */
// @ts-ignore: decorator
@inline
function timesA(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, to: usize, stride: usize): void {
  const s = f32x4.add(b, c);
  const u = f32x4.sub(b, c);
  const p = f32x4.add(d, e);
  const q = f32x4.sub(d, e);
  v128.store(to, f32x4.add(f32x4.add(a, s), p));
  v128.store(to + stride, f32x4.add(u, f32x4.mul(q, f32x4.splat(2))));
  v128.store(to + 2 * stride, f32x4.add(s, f32x4.mul(p, f32x4.splat(4))));
  v128.store(to + 3 * stride, f32x4.add(f32x4.add(u, f32x4.mul(q, f32x4.splat(8))), f));
}

/** A tile's 4 × 4 pixels of y, all channels, from its row of the 36 matrices. */
function transformOutput(t: WinogradTask, tile: i32, m: usize, plane: usize, temp: usize): void {
  const perImage = t.tilesY * t.tilesX;
  const image = tile / perImage;
  const rest = tile - image * perImage;
  const ty = rest / t.tilesX;
  const y0 = ty << 2;
  const x0 = (rest - ty * t.tilesX) << 2;
  const height = min(4, t.outHeight - y0);
  const width = min(4, t.outWidth - x0);
  const depth = <usize>t.outDepth << 2;
  const line = <usize>t.outWidth * depth;
  const out = t.y + (<usize>(image * t.outHeight + y0) * t.outWidth + x0) * depth;
  const result = temp + RESULT_AT;
  const zero = f32x4.splat(0);
  for (let c: usize = 0; c < depth; c += 16) {
    for (let y: usize = 0; y < 6; y++) {
      const at = m + c + 6 * y * plane;
      timesA(
        v128.load(at),
        v128.load(at + plane),
        v128.load(at + 2 * plane),
        v128.load(at + 3 * plane),
        v128.load(at + 4 * plane),
        v128.load(at + 5 * plane),
        temp + y * 64,
        16,
      );
    }
    for (let x: usize = 0; x < 64; x += 16) {
      const at = temp + x;
      timesA(
        v128.load(at),
        v128.load(at, 64),
        v128.load(at, 128),
        v128.load(at, 192),
        v128.load(at, 256),
        v128.load(at, 320),
        result + x,
        64,
      );
    }
    const bias = t.bias ? v128.load(t.bias + c) : zero;
    for (let y = 0; y < height; y++) {
      let to = out + c + <usize>y * line;
      let from = result + (<usize>y << 6);
      for (let x = 0; x < width; x++) {
        let value = f32x4.add(v128.load(from), bias);
        if (t.relu) value = f32x4.max(value, zero);
        v128.store(to, value);
        to += depth;
        from += 16;
      }
    }
  }
}

/** Four numbers (of four channels) to six: A, the adjoint of `timesA`. */
// @ts-ignore: decorator
@inline
function timesATransposed(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const s = f32x4.add(a, c);
  const u = f32x4.add(b, d);
  v128.store(to, a);
  v128.store(to + stride, f32x4.add(s, u));
  v128.store(to + 2 * stride, f32x4.sub(s, u));
  const p = f32x4.add(a, f32x4.mul(c, f32x4.splat(4)));
  const q = f32x4.add(f32x4.mul(b, f32x4.splat(2)), f32x4.mul(d, f32x4.splat(8)));
  v128.store(to + 3 * stride, f32x4.add(p, q));
  v128.store(to + 4 * stride, f32x4.sub(p, q));
  v128.store(to + 5 * stride, d);
}

/** A tile's 4 × 4 pixels of dy, all `channels`, transformed into its row of the 36 matrices. */
function transformGradient(t: WinogradTask, tile: i32, channels: i32, m: usize, plane: usize, temp: usize): void {
  const perImage = t.tilesY * t.tilesX;
  const image = tile / perImage;
  const rest = tile - image * perImage;
  const ty = rest / t.tilesX;
  const y0 = ty << 2;
  const x0 = (rest - ty * t.tilesX) << 2;
  const height = min(4, t.outHeight - y0);
  const width = min(4, t.outWidth - x0);
  const depth = <usize>channels << 2;
  const line = <usize>t.outWidth * depth;
  const origin = t.y + (<usize>(image * t.outHeight + y0) * t.outWidth + x0) * depth;
  const zero = f32x4.splat(0);
  for (let c: usize = 0; c < depth; c += 16) {
    for (let y = 0; y < 4; y++) {
      const to = temp + <usize>(y * 96);
      if (y >= height) {
        for (let j: usize = 0; j < 96; j += 16) v128.store(to + j, zero);
        continue;
      }
      const at = origin + c + <usize>y * line;
      timesATransposed(
        v128.load(at),
        width > 1 ? v128.load(at + depth) : zero,
        width > 2 ? v128.load(at + 2 * depth) : zero,
        width > 3 ? v128.load(at + 3 * depth) : zero,
        to,
        16,
      );
    }
    for (let x: usize = 0; x < 6; x++) {
      const from = temp + (x << 4);
      timesATransposed(
        v128.load(from),
        v128.load(from, 96),
        v128.load(from, 192),
        v128.load(from, 288),
        m + c + x * plane,
        6 * plane,
      );
    }
  }
}

/** Partial sums of the gradient of the transformed filters: dU[ξ] = Σ over tiles V[ξ]ᵀ · dM[ξ]. */
function filterSumTask(chunk: i32, chunks: i32): void {
  const t = args<WinogradTask>();
  const end = bound(t.tiles, 1, chunk + 1, chunks);
  const temp = scratch();
  const table = temp + TABLE_AT;
  const v = temp + MATRICES_AT;
  const plane = planeBytes(t.block, t.inDepth);
  const m = v + 36 * plane;
  const planeM = planeBytes(t.block, t.columns);
  const depth = <usize>t.inDepth << 2;
  const ldm = <usize>t.columns << 2;
  const size = <usize>t.inDepth * ldm;
  const sums = t.work + <usize>chunk * 36 * size;
  // Columns past outDepth are never written by the transformation
  if (t.columns != t.outDepth) memory.fill(m, 0, 36 * planeM);
  store<u64>(table, 0);
  let from = bound(t.tiles, 1, chunk, chunks);
  let begun = false;
  if (from >= end) memory.fill(sums, 0, 36 * size);
  for (; from < end; from += t.block) {
    const count = min(t.block, end - from);
    for (let i = 0; i < count; i++) {
      transformInput(t, from + i, v, plane, i, temp);
      transformGradient(t, from + i, t.outDepth, m + <usize>i * ldm, planeM, temp);
    }
    store<i32>(table, count, 8);
    for (let xi: usize = 0; xi < 36; xi++) {
      const out = sums + xi * size;
      const a = v + xi * plane;
      const b = m + xi * planeM;
      for (let p: usize = 0; p < ldm; p += 32) {
        for (let c = 0; c < t.inDepth; c += 6) {
          const at = out + <usize>c * ldm + p;
          outerTile(table, 1, a + (<usize>c << 2), depth, b + p, ldm, at, ldm, min(6, t.inDepth - c), begun ? at : 0, ldm);
        }
      }
    }
    begun = true;
  }
}

/** Six numbers (of four filters) to three: Gᵀ, the adjoint of `timesG`. */
// @ts-ignore: decorator
@inline
function timesGTransposed(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, to: usize, stride: usize): void {
  const s = f32x4.add(b, c);
  const u = f32x4.add(d, e);
  const sixth = f32x4.splat(1.0 / 6.0);
  v128.store(
    to,
    f32x4.add(
      f32x4.sub(f32x4.mul(a, f32x4.splat(0.25)), f32x4.mul(s, sixth)),
      f32x4.mul(u, f32x4.splat(1.0 / 24.0)),
    ),
  );
  v128.store(
    to + stride,
    f32x4.add(f32x4.mul(f32x4.sub(c, b), sixth), f32x4.mul(f32x4.sub(d, e), f32x4.splat(1.0 / 12.0))),
  );
  v128.store(to + 2 * stride, f32x4.add(f32x4.mul(f32x4.sub(u, s), sixth), f));
}

/** dw = Gᵀ (Σ of the partial sums) G. */
function filterBackTask(chunk: i32, chunks: i32): void {
  const t = args<WinogradTask>();
  const quads = t.outDepth >> 2;
  const units = t.inDepth * quads;
  const end = bound(units, 1, chunk + 1, chunks);
  const ldm = <usize>t.columns << 2;
  const size = <usize>t.inDepth * ldm;
  const u = scratch(); // 6 × 6
  const rows = u + ROW_AT; // 6 × 3
  for (let unit = bound(units, 1, chunk, chunks); unit < end; unit++) {
    const c = unit / quads;
    const o = (unit - c * quads) << 2;
    const from = t.work + <usize>c * ldm + (<usize>o << 2);
    for (let xi: usize = 0; xi < 36; xi++) {
      let sum = v128.load(from + xi * size);
      for (let q: usize = 1; q < <usize>t.chunks; q++) sum = f32x4.add(sum, v128.load(from + (q * 36 + xi) * size));
      v128.store(u + (xi << 4), sum);
    }
    for (let i: usize = 0; i < 6; i++) {
      const at = u + i * 96;
      timesGTransposed(
        v128.load(at),
        v128.load(at, 16),
        v128.load(at, 32),
        v128.load(at, 48),
        v128.load(at, 64),
        v128.load(at, 80),
        rows + i * 48,
        16,
      );
    }
    const tap = <usize>(t.inDepth * t.outDepth) << 2;
    const to = t.w + (<usize>(c * t.outDepth + o) << 2);
    for (let j: usize = 0; j < 3; j++) {
      const at = rows + (j << 4);
      timesGTransposed(
        v128.load(at),
        v128.load(at, 48),
        v128.load(at, 96),
        v128.load(at, 144),
        v128.load(at, 192),
        v128.load(at, 240),
        to + j * tap,
        3 * tap,
      );
    }
  }
}
