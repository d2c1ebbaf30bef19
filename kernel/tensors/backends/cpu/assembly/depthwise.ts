// Depthwise convolution and its gradients: each channel has its own filter. Four channels at a time; filter [height,
// width, channels]. With several filters a channel, the caller repeats the channels first: x, too, has the shape's
// outDepth channels here.
import { args, bound, chunksOf, parallel } from './pool';
import { ConvArgs, ConvShape, shape } from './shape';
import { madd } from './simd';

/** Multiplications that are worth a chunk of their own. */
const GRAIN = 65536;
/** Additions that are worth a chunk of their own. */
const SUM_GRAIN = 16384;

/** n / d rounded up, at least 0. */
// @ts-ignore: decorator
@inline
function upTo(n: i32, d: i32): i32 {
  return n <= 0 ? 0 : (n + d - 1) / d;
}

/** How many chunks `rows` rows of y are worth. */
function chunksOfRows(rows: i32): i32 {
  const s = shape();
  const cost = <i64>s.outWidth * <i64>(s.filterHeight * s.filterWidth) * <i64>s.outDepth;
  return chunksOf(rows, <i32>(GRAIN / max<i64>(1, cost)));
}

/** y = x ∗ w (+ bias) (then ReLU). */
export function depthwiseConv2d(args: ConvArgs): void {
  parallel(convolveTask.index, chunksOfRows(args.batch * args.outHeight));
}

function convolveTask(chunk: i32, chunks: i32): void {
  const a = args<ConvArgs>();
  const s = shape();
  const fw = s.filterWidth;
  const dh = s.dilationY;
  const dw = s.dilationX;
  const sw = s.strideX;
  const left = s.left;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const pixel = <usize>s.outDepth << 2;
  const rowBytes = <usize>inWidth * pixel;
  const rowStep = <usize>dh * rowBytes;
  // The whole width of the filter is inside of the image for columns x0 … x1 − 1
  const x0 = min(outWidth, upTo(left, sw));
  const x1 = max(x0, min(outWidth, upTo(inWidth - (fw - 1) * dw + left, sw)));
  const rows = s.batch * outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < end; row++) {
    const image = row / outHeight;
    const corner = (row - image * outHeight) * s.strideY - s.top;
    const ky = upTo(-corner, dh);
    const height = min(s.filterHeight, upTo(inHeight - corner, dh)) - ky;
    const line = a.x + <usize>(image * inHeight + corner + ky * dh) * rowBytes;
    const w = a.w + <usize>(ky * fw) * pixel;
    const out = a.y + <usize>row * <usize>outWidth * pixel;
    for (let ox = 0; ox < outWidth; ) {
      // The last four begin further left, so that they are four
      if (ox >= x0 && ox < x1 && x1 - x0 >= 4) ox = min(ox, x1 - 4);
      const start = ox * sw - left;
      const to = out + <usize>ox * pixel;
      if (ox >= x0 && ox + 4 <= x1) {
        convolve4(line + <usize>start * pixel, w, to, height, rowStep);
        ox += 4;
      } else {
        const kx = upTo(-start, dw);
        const width = min(fw, upTo(inWidth - start, dw)) - kx;
        convolve1(line + <usize>(start + kx * dw) * pixel, w + <usize>kx * pixel, to, height, width, rowStep);
        ox++;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function finished(v: v128, relu: bool): v128 {
  return relu ? f32x4.max(v, f32x4.splat(0)) : v;
}

/**
 * Four pixels side by side. `at` is the first one's first element of x, `height` how many rows of the filter are
 * inside.
 */
function convolve4(at: usize, w: usize, out: usize, height: i32, rowStep: usize): void {
  const a = args<ConvArgs>();
  const s = shape();
  const pixel = <usize>s.outDepth << 2;
  const fw = s.filterWidth;
  const step = <usize>s.strideX * pixel;
  const tap = <usize>s.dilationX * pixel;
  const dense = fw == 3 && tap == pixel && step == pixel;
  const bias = a.bias;
  const relu = a.relu;
  for (let c: usize = 0; c < pixel; c += 16) {
    if (c + 16 > pixel) {
      if (pixel < 16) {
        for (let i: usize = 0; i < 4; i++) convolveFew(at + i * step, w, out + i * pixel, height, fw, rowStep);
        return;
      }
      // The last four channels, some of them for the second time
      c = pixel - 16;
    }
    let y0 = bias ? v128.load(bias + c) : f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    let p = at + c;
    let q = w + c;
    if (dense) {
      for (let y = 0; y < height; y++, p += rowStep) {
        const w0 = v128.load(q);
        const w1 = v128.load(q + pixel);
        const w2 = v128.load(q + 2 * pixel);
        q += 3 * pixel;
        const a0 = v128.load(p);
        const a1 = v128.load(p + pixel);
        const a2 = v128.load(p + 2 * pixel);
        const a3 = v128.load(p + 3 * pixel);
        y0 = madd(a2, w2, madd(a1, w1, madd(a0, w0, y0)));
        y1 = madd(a3, w2, madd(a2, w1, madd(a1, w0, y1)));
        const a4 = v128.load(p + 4 * pixel);
        const a5 = v128.load(p + 5 * pixel);
        y2 = madd(a4, w2, madd(a3, w1, madd(a2, w0, y2)));
        y3 = madd(a5, w2, madd(a4, w1, madd(a3, w0, y3)));
      }
    } else {
      for (let y = 0; y < height; y++, p += rowStep) {
        let t = p;
        for (let x = 0; x < fw; x++, t += tap, q += pixel) {
          const v = v128.load(q);
          y0 = madd(v128.load(t), v, y0);
          y1 = madd(v128.load(t + step), v, y1);
          y2 = madd(v128.load(t + 2 * step), v, y2);
          y3 = madd(v128.load(t + 3 * step), v, y3);
        }
      }
    }
    const to = out + c;
    v128.store(to, finished(y0, relu));
    v128.store(to + pixel, finished(y1, relu));
    v128.store(to + 2 * pixel, finished(y2, relu));
    v128.store(to + 3 * pixel, finished(y3, relu));
  }
}

/** One pixel, with the `height` × `width` elements of the filter that are inside of the image. */
function convolve1(at: usize, w: usize, out: usize, height: i32, width: i32, rowStep: usize): void {
  const a = args<ConvArgs>();
  const s = shape();
  const pixel = <usize>s.outDepth << 2;
  const tap = <usize>s.dilationX * pixel;
  const filterRow = <usize>s.filterWidth * pixel;
  for (let c: usize = 0; c < pixel; c += 16) {
    if (c + 16 > pixel) {
      if (pixel < 16) {
        convolveFew(at, w, out, height, width, rowStep);
        return;
      }
      c = pixel - 16;
    }
    let sum = a.bias ? v128.load(a.bias + c) : f32x4.splat(0);
    let p = at + c;
    let q = w + c;
    for (let y = 0; y < height; y++, p += rowStep, q += filterRow) {
      let t = p;
      let v = q;
      for (let x = 0; x < width; x++, t += tap, v += pixel) sum = madd(v128.load(t), v128.load(v), sum);
    }
    v128.store(out + c, finished(sum, a.relu));
  }
}

/** `convolve1` for fewer than four channels. */
function convolveFew(at: usize, w: usize, out: usize, height: i32, width: i32, rowStep: usize): void {
  const a = args<ConvArgs>();
  const s = shape();
  const pixel = <usize>s.outDepth << 2;
  const tap = <usize>s.dilationX * pixel;
  const filterRow = <usize>s.filterWidth * pixel;
  for (let c: usize = 0; c < pixel; c += 4) {
    let sum: f32 = a.bias ? load<f32>(a.bias + c) : 0;
    let p = at + c;
    let q = w + c;
    for (let y = 0; y < height; y++, p += rowStep, q += filterRow) {
      let t = p;
      let v = q;
      for (let x = 0; x < width; x++, t += tap, v += pixel) sum += load<f32>(t) * load<f32>(v);
    }
    store<f32>(out + c, a.relu ? max<f32>(sum, 0) : sum);
  }
}

/**
 * x = the gradient with respect to the image, from that with respect to the result, y. `work` has as many bytes as the
 * filter.
 */
export function depthwiseConv2dBackpropInput(args: ConvArgs): void {
  const t = args;
  if (t.strideY > 1 || t.strideX > 1) {
    parallel(backpropInputTask.index, chunksOfRows(t.batch * t.inHeight));
    return;
  }
  // A convolution of y with the filter turned round; the record becomes that of this one
  const pixel = <usize>t.outDepth << 2;
  const taps = <usize>(t.filterHeight * t.filterWidth);
  for (let i: usize = 0; i < taps; i++) memory.copy(t.work + i * pixel, t.w + (taps - 1 - i) * pixel, pixel);
  const x = t.x;
  const height = t.inHeight;
  const width = t.inWidth;
  t.x = t.y;
  t.inHeight = t.outHeight;
  t.inWidth = t.outWidth;
  t.w = t.work;
  t.y = x;
  t.outHeight = height;
  t.outWidth = width;
  t.top = (t.filterHeight - 1) * t.dilationY - t.top;
  t.left = (t.filterWidth - 1) * t.dilationX - t.left;
  depthwiseConv2d(t);
}

// The unit is a row of dx: each row of the filter adds its product with the row of dy that it meets, if any
function backpropInputTask(chunk: i32, chunks: i32): void {
  const a = args<ConvArgs>();
  const s = shape();
  const fw = s.filterWidth;
  const sh = s.strideY;
  const sw = s.strideX;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const pixel = <usize>s.outDepth << 2;
  const step = <usize>sw * pixel;
  const rowBytes = <usize>inWidth * pixel;
  const rows = s.batch * inHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < end; row++) {
    const image = row / inHeight;
    const iy = row - image * inHeight;
    const dx = a.x + <usize>row * rowBytes;
    memory.fill(dx, 0, rowBytes);
    for (let ky = 0; ky < s.filterHeight; ky++) {
      const at = iy + s.top - ky * s.dilationY;
      if (at < 0) break;
      const oy = at / sh;
      if (oy * sh != at || oy >= outHeight) continue;
      const line = a.y + <usize>((image * outHeight + oy) * outWidth) * pixel;
      for (let kx = 0; kx < fw; kx++) {
        const start = kx * s.dilationX - s.left;
        const x0 = upTo(-start, sw);
        const x1 = min(outWidth, upTo(inWidth - start, sw));
        const w = a.w + <usize>(ky * fw + kx) * pixel;
        let p = dx + <usize>(start + x0 * sw) * pixel;
        let g = line + <usize>x0 * pixel;
        for (let ox = x0; ox < x1; ox++, p += step, g += pixel) {
          let c: usize = 0;
          for (; c + 16 <= pixel; c += 16)
            v128.store(p + c, madd(v128.load(g + c), v128.load(w + c), v128.load(p + c)));
          for (; c < pixel; c += 4) store<f32>(p + c, load<f32>(p + c) + load<f32>(g + c) * load<f32>(w + c));
        }
      }
    }
  }
}

/** How many chunks of rows of y have a sum of their own. */
function filterChunks(s: ConvShape): i32 {
  return chunksOfRows(s.batch * s.outHeight);
}

/** Bytes of working memory of `depthwiseConv2dBackpropFilter`. */
export function depthwiseFilterWorkBytes(args: ConvArgs): f64 {
  return 4 * <f64>filterChunks(args) * <f64>(args.filterHeight * args.filterWidth * args.outDepth);
}

/**
 * w = the gradient with respect to the filter, from that with respect to the result, y: each chunk of rows of y has a
 * sum of its own, and these are added in their order.
 */
export function depthwiseConv2dBackpropFilter(args: ConvArgs): void {
  const s = args;
  const chunks = filterChunks(s);
  const dw = s.w;
  const work = s.work;
  if (chunks > 1) s.w = work;
  parallel(backpropFilterTask.index, chunks);
  if (chunks == 1) return;
  const bytes = <usize>(s.filterHeight * s.filterWidth * s.outDepth) << 2;
  memory.copy(dw, work, bytes);
  for (let i = 1; i < chunks; i++) {
    const part = work + <usize>i * bytes;
    let c: usize = 0;
    for (; c + 16 <= bytes; c += 16) v128.store(dw + c, f32x4.add(v128.load(dw + c), v128.load(part + c)));
    for (; c < bytes; c += 4) store<f32>(dw + c, load<f32>(dw + c) + load<f32>(part + c));
  }
}

function backpropFilterTask(chunk: i32, chunks: i32): void {
  const a = args<ConvArgs>();
  const s = shape();
  const fh = s.filterHeight;
  const fw = s.filterWidth;
  const inHeight = s.inHeight;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const pixel = <usize>s.outDepth << 2;
  const rowBytes = <usize>s.inWidth * pixel;
  const filterRow = <usize>fw * pixel;
  const dw = a.w + <usize>chunk * <usize>fh * filterRow;
  memory.fill(dw, 0, <usize>fh * filterRow);
  const rows = s.batch * outHeight;
  const end = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < end; row++) {
    const image = row / outHeight;
    const corner = (row - image * outHeight) * s.strideY - s.top;
    const g = a.y + <usize>(row * outWidth) * pixel;
    for (let ky = 0; ky < fh; ky++) {
      const iy = corner + ky * s.dilationY;
      if (iy < 0 || iy >= inHeight) continue;
      const line = a.x + <usize>(image * inHeight + iy) * rowBytes;
      const sums = dw + <usize>ky * filterRow;
      let kx = 0;
      for (; kx + 3 <= fw; kx += 3) {
        // Columns of dy for which all three elements are inside, and what is left to each
        const from = firstColumn(kx);
        const to = max(from, lastColumn(kx + 2));
        correlate3(line, g, sums, kx, from, to);
        for (let k = kx; k < kx + 3; k++) {
          const first = firstColumn(k);
          const last = lastColumn(k);
          correlate1(line, g, sums, k, first, min(from, last));
          correlate1(line, g, sums, k, max(to, first), last);
        }
      }
      for (; kx < fw; kx++) correlate1(line, g, sums, kx, firstColumn(kx), lastColumn(kx));
    }
  }
}

/** The first column of y for which element `kx` of the filter's rows is inside of x. */
// @ts-ignore: decorator
@inline
function firstColumn(kx: i32): i32 {
  const s = shape();
  return upTo(s.left - kx * s.dilationX, s.strideX);
}

/** The column after the last one. */
// @ts-ignore: decorator
@inline
function lastColumn(kx: i32): i32 {
  const s = shape();
  return min(s.outWidth, upTo(s.inWidth + s.left - kx * s.dilationX, s.strideX));
}

/** sums[k] += Σ x · dy over columns `from` … `to` − 1, for three elements of the filter from `kx` on. */
function correlate3(line: usize, g: usize, sums: usize, kx: i32, from: i32, to: i32): void {
  if (from >= to) return;
  const s = shape();
  const pixel = <usize>s.outDepth << 2;
  const step = <usize>s.strideX * pixel;
  const tap = <usize>s.dilationX * pixel;
  const x = line + <usize>(from * s.strideX - s.left + kx * s.dilationX) * pixel;
  const at = sums + <usize>kx * pixel;
  const end = g + <usize>to * pixel;
  g += <usize>from * pixel;
  let c: usize = 0;
  for (; c + 32 <= pixel; c += 32) {
    let s0 = v128.load(at + c);
    let s1 = v128.load(at + c, 16);
    let s2 = v128.load(at + c + pixel);
    let s3 = v128.load(at + c + pixel, 16);
    let s4 = v128.load(at + c + 2 * pixel);
    let s5 = v128.load(at + c + 2 * pixel, 16);
    let p = x + c;
    for (let q = g + c; q < end; q += pixel, p += step) {
      const d0 = v128.load(q);
      const d1 = v128.load(q, 16);
      s0 = madd(v128.load(p), d0, s0);
      s1 = madd(v128.load(p, 16), d1, s1);
      s2 = madd(v128.load(p + tap), d0, s2);
      s3 = madd(v128.load(p + tap, 16), d1, s3);
      s4 = madd(v128.load(p + 2 * tap), d0, s4);
      s5 = madd(v128.load(p + 2 * tap, 16), d1, s5);
    }
    v128.store(at + c, s0);
    v128.store(at + c, s1, 16);
    v128.store(at + c + pixel, s2);
    v128.store(at + c + pixel, s3, 16);
    v128.store(at + c + 2 * pixel, s4);
    v128.store(at + c + 2 * pixel, s5, 16);
  }
  for (; c + 16 <= pixel; c += 16) {
    let s0 = v128.load(at + c);
    let s1 = v128.load(at + c + pixel);
    let s2 = v128.load(at + c + 2 * pixel);
    let p = x + c;
    for (let q = g + c; q < end; q += pixel, p += step) {
      const d = v128.load(q);
      s0 = madd(v128.load(p), d, s0);
      s1 = madd(v128.load(p + tap), d, s1);
      s2 = madd(v128.load(p + 2 * tap), d, s2);
    }
    v128.store(at + c, s0);
    v128.store(at + c + pixel, s1);
    v128.store(at + c + 2 * pixel, s2);
  }
  for (; c < pixel; c += 4) {
    for (let k: usize = 0; k < 3; k++) {
      let sum: f32 = 0;
      let p = x + c + k * tap;
      for (let q = g + c; q < end; q += pixel, p += step) sum += load<f32>(p) * load<f32>(q);
      store<f32>(at + c + k * pixel, load<f32>(at + c + k * pixel) + sum);
    }
  }
}

/** The same for one element of the filter. */
function correlate1(line: usize, g: usize, sums: usize, kx: i32, from: i32, to: i32): void {
  if (from >= to) return;
  const s = shape();
  const pixel = <usize>s.outDepth << 2;
  const step = <usize>s.strideX * pixel;
  const x = line + <usize>(from * s.strideX - s.left + kx * s.dilationX) * pixel;
  const at = sums + <usize>kx * pixel;
  const end = g + <usize>to * pixel;
  g += <usize>from * pixel;
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16) {
    let sum = v128.load(at + c);
    let p = x + c;
    for (let q = g + c; q < end; q += pixel, p += step) sum = madd(v128.load(p), v128.load(q), sum);
    v128.store(at + c, sum);
  }
  for (; c < pixel; c += 4) {
    let sum = load<f32>(at + c);
    let p = x + c;
    for (let q = g + c; q < end; q += pixel, p += step) sum += load<f32>(p) * load<f32>(q);
    store<f32>(at + c, sum);
  }
}

/** y[i] = Σⱼ x[i, j]: brings back channels that were repeated. */
@unmanaged
export class SumGroupsArgs {
  /** [n, size]. */
  x: usize;
  /** [n], written. */
  y: usize;
  n: i32;
  size: i32;
}

/** y[i] = Σⱼ x[i, j]: brings back channels that were repeated. */
export function sumGroups(args: SumGroupsArgs): void {
  parallel(sumGroupsTask.index, chunksOf(args.n, SUM_GRAIN / args.size));
}

function sumGroupsTask(chunk: i32, chunks: i32): void {
  const a = args<SumGroupsArgs>();
  const bytes = <usize>a.size << 2;
  const end = bound(a.n, 16, chunk + 1, chunks);
  let i = bound(a.n, 16, chunk, chunks);
  let x = a.x + <usize>i * bytes;
  for (; i < end; i++) {
    let sum: f32 = 0;
    for (const next = x + bytes; x < next; x += 4) sum += load<f32>(x);
    store<f32>(a.y + (<usize>i << 2), sum);
  }
}
