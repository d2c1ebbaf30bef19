// 2-D convolutions with at most six results a pixel: eight pixels at a time.
import { rectify } from './matmul';
import { args, bound, chunksOf, parallel, scratch } from './pool';
import { clear } from './rows';
import { ConvArgs, shape } from './shape';
import { outerTile } from './tile';

/** Numbers of a copied image that are worth a chunk. */
const COPY_GRAIN: i32 = 16384;
/** Multiplications below which a chunk of its own costs more than it saves. */
const GRAIN: i32 = 131072;

@unmanaged
class FewTask extends ConvArgs {
  planar: usize; // [batch, inHeight, inDepth, planarWidth]: x with its padding
  packed: usize; // [filterHeight, filterWidth, inDepth, 6]
  planarWidth: i32;
}

/** Floats of a row of one channel with its padding, for whole tiles of eight pixels. */
// @ts-ignore: decorator
@inline
function planarWidth(): i32 {
  const s = shape();
  return ((s.outWidth + 7) & ~7) + s.filterWidth - 1;
}

/** Bytes of the padded image. */
// @ts-ignore: decorator
@inline
function planarBytes(): usize {
  const s = shape();
  return <usize>(s.batch * s.inHeight * s.inDepth * planarWidth()) << 2;
}

/** Bytes of working memory of `conv2dFew`. */
export function convFewWorkBytes(args: ConvArgs): usize {
  return planarBytes() + (<usize>(args.filterHeight * args.filterWidth * args.inDepth * 6) << 2) + 64;
}

/** As `conv2d`, for at most 6 results a pixel and filters that move along x by single pixels. */
export function conv2dFew(args: ConvArgs): void {
  const t = changetype<FewTask>(args);
  const s = shape();
  t.planarWidth = planarWidth();
  t.planar = t.work;
  t.packed = t.work + planarBytes();
  const taps = s.filterHeight * s.filterWidth * s.inDepth;
  const n = <usize>s.outDepth;
  let from = t.w;
  for (let r = 0, to = t.packed; r < taps; r++, to += 24)
    for (let o: usize = 0; o < 6; o++) {
      store<f32>(to + (o << 2), o < n ? load<f32>(from) : 0);
      if (o < n) from += 4;
    }
  parallel(planarTask.index, chunksOf(s.batch * s.inHeight, max(1, COPY_GRAIN / (t.planarWidth * s.inDepth))));
  const tileWork = <i64>taps * s.outWidth * 8;
  parallel(fewTask.index, chunksOf(s.batch * s.outHeight, max(1, <i32>(GRAIN / tileWork))));
}

/** Each channel of each row of the image as a row of its own, with zeros around. */
function planarTask(chunk: i32, chunks: i32): void {
  const t = args<FewTask>();
  const s = shape();
  const k = s.inDepth;
  const pixel = <usize>k << 2;
  const inside = max(0, min(s.inWidth, t.planarWidth - s.left));
  const end = bound(s.batch * s.inHeight, 1, chunk + 1, chunks);
  for (let row = bound(s.batch * s.inHeight, 1, chunk, chunks); row < end; row++) {
    const from = t.x + <usize>(row * s.inWidth) * pixel;
    let to = t.planar + (<usize>(row * k * t.planarWidth) << 2);
    const stride = <usize>t.planarWidth << 2;
    for (let c = 0; c < k; c++, to += stride) {
      clear(to, <usize>s.left << 2);
      clear(to + (<usize>(s.left + inside) << 2), <usize>(t.planarWidth - s.left - inside) << 2);
      if (c & 3 || c + 4 > k) {
        if (c < (k & ~3)) continue;
        let at = from + (<usize>c << 2);
        for (let x = 0; x < inside; x++, at += pixel) store<f32>(to + (<usize>(s.left + x) << 2), load<f32>(at));
        continue;
      }
      // Four channels of four pixels at a time
      let at = from + (<usize>c << 2);
      let out = to + (<usize>s.left << 2);
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
  const t = args<FewTask>();
  const s = shape();
  const end = bound(s.batch * s.outHeight, 1, chunk + 1, chunks);
  const tile = scratch();
  const init = tile + 256;
  const table = tile + 512;
  const n = s.outDepth;
  const stride = <usize>t.planarWidth << 2;
  const rowBytes = stride * <usize>s.inDepth;
  // The inner loop runs over the channels, or over the filter's row if that is longer
  const overChannels = s.inDepth >= s.filterWidth;
  const bStride = overChannels ? stride : 4;
  const aStride: usize = overChannels ? 24 : <usize>s.inDepth * 24;
  for (let o = 0; o < 6; o++) {
    const v = f32x4.splat(t.bias && o < n ? load<f32>(t.bias + (<usize>o << 2)) : 0);
    v128.store(init + (<usize>o << 5), v);
    v128.store(init + (<usize>o << 5), v, 16);
  }
  for (let row = bound(s.batch * s.outHeight, 1, chunk, chunks); row < end; row++) {
    const image = row / s.outHeight;
    const y = (row - image * s.outHeight) * s.strideY - s.top;
    const from = t.planar + <usize>(image * s.inHeight) * rowBytes;
    let segments = 0;
    for (let ky = 0; ky < s.filterHeight; ky++) {
      const at = y + ky * s.dilationY;
      if (<u32>at >= <u32>s.inHeight) continue;
      const count = overChannels ? s.filterWidth : s.inDepth;
      for (let q = 0; q < count; q++) {
        const entry = table + (<usize>segments << 4);
        segments++;
        const weights = overChannels ? (ky * s.filterWidth + q) * s.inDepth : ky * s.filterWidth * s.inDepth + q;
        store<u32>(entry, <u32>(weights * 24));
        store<u32>(entry, <u32>(<usize>at * rowBytes + (overChannels ? <usize>q << 2 : <usize>q * stride)), 4);
        store<i32>(entry, overChannels ? s.inDepth : s.filterWidth, 8);
      }
    }
    let out = t.y + (<usize>(row * s.outWidth * n) << 2);
    for (let x = 0; x < s.outWidth; x += 8) {
      outerTile(table, segments, t.packed, aStride, from + (<usize>x << 2), bStride, tile, 32, n, init, 32);
      if (t.relu) rectify(tile, 32, n);
      const pixels = min(8, s.outWidth - x);
      for (let q: usize = 0; q < <usize>pixels << 2; q += 4)
        for (let o = 0, at = tile + q; o < n; o++, at += 32, out += 4) store<f32>(out, load<f32>(at));
    }
  }
}
