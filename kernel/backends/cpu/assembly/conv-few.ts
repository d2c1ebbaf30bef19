// 2-D convolutions with at most six results a pixel: eight pixels at a time.
import { rectify } from './gemm';
import { args, bound, chunksOf, parallel, scratch } from './pool';
import { clear } from './rows';
import { outerTile } from './tile';

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

/** Bytes of working memory of `conv2dFew`. */
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
  t.src = x;
  t.dst = y;
  t.planarWidth = planarWidth(outWidth, filterWidth);
  t.planar = work;
  t.packed = work + (<usize>(batch * inHeight * inDepth * t.planarWidth) << 2);
  t.batch = batch;
  t.srcHeight = inHeight;
  t.srcWidth = inWidth;
  t.k = inDepth;
  t.height = outHeight;
  t.width = outWidth;
  t.n = outDepth;
  t.filterHeight = filterHeight;
  t.filterWidth = filterWidth;
  let from = w;
  for (let r = 0, to = t.packed; r < filterHeight * filterWidth * inDepth; r++, to += 24)
    for (let o: usize = 0; o < 6; o++) {
      store<f32>(to + (o << 2), o < <usize>outDepth ? load<f32>(from) : 0);
      if (o < <usize>outDepth) from += 4;
    }
  parallel(planarTask.index, chunksOf(batch * inHeight, max(1, 16384 / (t.planarWidth * inDepth))));
  const tileWork = <i64>filterHeight * filterWidth * inDepth * outWidth * 8;
  parallel(fewTask.index, chunksOf(batch * outHeight, max(1, <i32>(131072 / tileWork))));
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
