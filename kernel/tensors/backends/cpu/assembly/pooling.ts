// Max and average pooling of images [batch, height, width, channels] and their gradients. Windows are walked for four
// channels or more at a time.
import { args, bound, chunksOf, parallel } from './pool';
import { ConvShape, shape } from './shape';

/** How a window combines its elements. */
// @ts-ignore: decorator
@inline
const MAX = 0;
// @ts-ignore: decorator
@inline
const SUM = 1;

/** Element operations that are worth a chunk of their own. */
const GRAIN = 32768;

/**
 * Max or average pooling, or the gradient with respect to its image. `filter…` in the shape is the size of the windows.
 */
@unmanaged
export class PoolArgs extends ConvShape {
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: usize;
  /** [batch, outHeight, outWidth, inDepth]; the gradients do not use it. */
  y: usize;
  /** The gradient with respect to y; pooling itself does not use it, nor dx. */
  dy: usize;
  dx: usize;
}

/** Cuts `rows` rows of work into chunks, each element of which takes `cost` operations. */
function overRows(task: i32, rows: i32, width: i32, channels: i32, cost: i32): void {
  const operations = max<i64>(1, <i64>width * <i64>channels * <i64>cost);
  parallel(task, chunksOf(rows, <i32>(GRAIN / operations)));
}

/** y = the largest element of each window; NaN is ignored, and an empty window has −∞. */
export function maxPool(args: PoolArgs): void {
  poolOver(maxPoolTask.index, args);
}

/** y = the mean of each window's elements inside of the image; NaN where there is none. */
export function avgPool(args: PoolArgs): void {
  poolOver(avgPoolTask.index, args);
}

function poolOver(task: i32, s: PoolArgs): void {
  overRows(task, s.batch * s.outHeight, s.outWidth, s.inDepth, s.filterHeight * s.filterWidth);
}

function maxPoolTask(chunk: i32, chunks: i32): void {
  poolRows(MAX, chunk, chunks);
}

function avgPoolTask(chunk: i32, chunks: i32): void {
  poolRows(SUM, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function poolRows(op: i32, chunk: i32, chunks: i32): void {
  const a = args<PoolArgs>();
  const s = shape();
  const channels = s.inDepth;
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>s.inWidth * pixel;
  const imageBytes = <usize>s.inHeight * rowBytes;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const fh = s.filterHeight;
  const fw = s.filterWidth;
  const sw = s.strideX;
  const left = s.left;
  const rows = s.batch * outHeight;
  const last = bound(rows, 1, chunk + 1, chunks);
  const small = fh == 2 && fw == 2 && channels >= 4;
  for (let row = bound(rows, 1, chunk, chunks); row < last; row++) {
    const image = row / outHeight;
    const corner = (row - image * outHeight) * s.strideY - s.top;
    const y0 = max(0, corner);
    const height = min(inHeight, corner + fh) - y0;
    const line = a.x + <usize>image * imageBytes + <usize>y0 * rowBytes;
    let out = a.y + <usize>row * <usize>outWidth * pixel;
    for (let ox = 0; ox < outWidth; ox++, out += pixel) {
      const start = ox * sw - left;
      const x0 = max(0, start);
      const width = min(inWidth, start + fw) - x0;
      const from = line + <usize>x0 * pixel;
      if (small && height == 2 && width == 2) window2(op, from, rowBytes, pixel, out);
      else window(op, from, height, width, rowBytes, pixel, out, <f32>(max(0, height) * max(0, width)));
    }
  }
}

// @ts-ignore: decorator
@inline
function combine(op: i32, a: v128, b: v128): v128 {
  // pmax(a, b) is a where b is NaN
  return op == MAX ? f32x4.pmax(a, b) : f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function nothing(op: i32): v128 {
  return op == MAX ? f32x4.splat(-Infinity) : f32x4.splat(0);
}

/** A window of 2 × 2 of at least four channels. */
// @ts-ignore: decorator
@inline
function window2(op: i32, from: usize, rowBytes: usize, pixel: usize, out: usize): void {
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16) window2Of4(op, from + c, rowBytes, pixel, out + c);
  // The last four channels, some of them for the second time
  if (c < pixel) window2Of4(op, from + pixel - 16, rowBytes, pixel, out + pixel - 16);
}

// @ts-ignore: decorator
@inline
function window2Of4(op: i32, p: usize, rowBytes: usize, pixel: usize, out: usize): void {
  const q = p + rowBytes;
  const first = combine(op, nothing(op), v128.load(p));
  const third = combine(op, nothing(op), v128.load(q));
  const v = combine(op, combine(op, first, v128.load(p + pixel)), combine(op, third, v128.load(q + pixel)));
  v128.store(out, op == MAX ? v : f32x4.mul(v, f32x4.splat(0.25)));
}

/**
 * Combines `height` × `width` pixels of `pixel` bytes, at `from`, into one.
 * @param area what a sum is divided by
 */
// @ts-ignore: decorator
@inline
function window(
  op: i32,
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixel: usize,
  out: usize,
  area: f32,
): void {
  let c: usize = 0;
  for (; c + 64 <= pixel; c += 64) {
    let v0 = nothing(op);
    let v1 = v0;
    let v2 = v0;
    let v3 = v0;
    let line = from + c;
    for (let y = 0; y < height; y++, line += rowBytes) {
      let p = line;
      for (let x = 0; x < width; x++, p += pixel) {
        v0 = combine(op, v0, v128.load(p));
        v1 = combine(op, v1, v128.load(p, 16));
        v2 = combine(op, v2, v128.load(p, 32));
        v3 = combine(op, v3, v128.load(p, 48));
      }
    }
    if (op == SUM) {
      const n = f32x4.splat(area);
      v0 = f32x4.div(v0, n);
      v1 = f32x4.div(v1, n);
      v2 = f32x4.div(v2, n);
      v3 = f32x4.div(v3, n);
    }
    v128.store(out + c, v0);
    v128.store(out + c, v1, 16);
    v128.store(out + c, v2, 32);
    v128.store(out + c, v3, 48);
  }
  for (; c + 16 <= pixel; c += 16) windowOf4(op, from + c, height, width, rowBytes, pixel, out + c, area);
  if (c == pixel) return;
  if (pixel >= 16) {
    windowOf4(op, from + pixel - 16, height, width, rowBytes, pixel, out + pixel - 16, area);
    return;
  }
  for (; c < pixel; c += 4) {
    let v: f32 = op == MAX ? -Infinity : 0;
    let line = from + c;
    for (let y = 0; y < height; y++, line += rowBytes) {
      let p = line;
      for (let x = 0; x < width; x++, p += pixel) {
        const u = load<f32>(p);
        v = op == MAX ? (u > v ? u : v) : v + u;
      }
    }
    store<f32>(out + c, op == MAX ? v : v / area);
  }
}

// @ts-ignore: decorator
@inline
function windowOf4(
  op: i32,
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixel: usize,
  out: usize,
  area: f32,
): void {
  let v = nothing(op);
  for (let y = 0; y < height; y++, from += rowBytes) {
    let p = from;
    for (let x = 0; x < width; x++, p += pixel) v = combine(op, v, v128.load(p));
  }
  v128.store(out, op == MAX ? v : f32x4.div(v, f32x4.splat(area)));
}

/**
 * dL/dx of the mean over all elements of a window, also those in the padding: each element of x gets the sum of the dy
 * of the windows that it is in, over the window's size.
 */
export function avgPoolGrad(args: PoolArgs): void {
  const s = args;
  const whole =
    s.filterHeight == s.strideY &&
    s.filterWidth == s.strideX &&
    s.top == 0 &&
    s.left == 0 &&
    s.inHeight == s.outHeight * s.filterHeight &&
    s.inWidth == s.outWidth * s.filterWidth;
  if (whole && s.inDepth >= 4) {
    overRows(avgPoolGradWholeTask.index, s.batch * s.outHeight, s.inWidth * s.filterHeight, s.inDepth, 1);
    return;
  }
  const windows = (s.filterHeight / s.strideY + 1) * (s.filterWidth / s.strideX + 1);
  overRows(avgPoolGradTask.index, s.batch * s.inHeight, s.inWidth, s.inDepth, windows);
}

/** Windows that lie side by side and fill the image: each of them gets its share of dy throughout. */
function avgPoolGradWholeTask(chunk: i32, chunks: i32): void {
  const a = args<PoolArgs>();
  const s = shape();
  const pixel = <usize>s.inDepth << 2;
  const fw = s.filterWidth;
  const rowBytes = <usize>s.inWidth * pixel;
  const share = f32x4.splat(1 / <f32>(s.filterHeight * fw));
  const rows = s.batch * s.outHeight;
  const last = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < last; row++) {
    const first = a.dx + <usize>(row * s.filterHeight) * rowBytes;
    let from = a.dy + <usize>(row * s.outWidth) * pixel;
    let out = first;
    for (let ox = 0; ox < s.outWidth; ox++, from += pixel) {
      for (let x = 0; x < fw; x++, out += pixel) {
        let c: usize = 0;
        for (; c + 16 <= pixel; c += 16) v128.store(out + c, f32x4.mul(v128.load(from + c), share));
        if (c < pixel) v128.store(out + pixel - 16, f32x4.mul(v128.load(from + pixel - 16), share));
      }
    }
    // The other rows are the same
    for (let y = 1; y < s.filterHeight; y++) {
      const to = first + <usize>y * rowBytes;
      let i: usize = 0;
      for (; i + 16 <= rowBytes; i += 16) v128.store(to + i, v128.load(first + i));
      if (i < rowBytes) v128.store(to + rowBytes - 16, v128.load(first + rowBytes - 16));
    }
  }
}

function avgPoolGradTask(chunk: i32, chunks: i32): void {
  const a = args<PoolArgs>();
  const s = shape();
  const pixel = <usize>s.inDepth << 2;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const rowBytes = <usize>outWidth * pixel;
  const fh = s.filterHeight;
  const fw = s.filterWidth;
  const sh = s.strideY;
  const sw = s.strideX;
  const left = s.left;
  const area = <f32>(fh * fw);
  const share = f32x4.splat(1 / area);
  const rows = s.batch * inHeight;
  const last = bound(rows, 1, chunk + 1, chunks);
  for (let row = bound(rows, 1, chunk, chunks); row < last; row++) {
    const image = row / inHeight;
    const y = row - image * inHeight + s.top;
    // Windows begin at multiples of the stride; those of rows oy0 … oy1 − 1 have row y in them
    const oy0 = y < fh ? 0 : (y - fh) / sh + 1;
    const oy1 = min(outHeight, y / sh + 1);
    const line = a.dy + (<usize>image * <usize>outHeight + <usize>oy0) * rowBytes;
    let out = a.dx + <usize>row * <usize>inWidth * pixel;
    let ox0 = 0;
    let ox1 = 0;
    for (let x = left; x < left + inWidth; x++, out += pixel) {
      while (ox0 * sw + fw <= x) ox0++;
      while (ox1 < outWidth && ox1 * sw <= x) ox1++;
      const from = line + <usize>ox0 * pixel;
      if (oy1 - oy0 == 1 && ox1 - ox0 == 1 && pixel >= 16) {
        for (let c: usize = 0; c + 16 <= pixel; c += 16) v128.store(out + c, f32x4.mul(v128.load(from + c), share));
        v128.store(out + pixel - 16, f32x4.mul(v128.load(from + pixel - 16), share));
      } else window(SUM, from, oy1 - oy0, ox1 - ox0, rowBytes, pixel, out, area);
    }
  }
}

/** dL/dx of `maxPool`: dy goes to the first largest element of each window. */
export function maxPoolGrad(args: PoolArgs): void {
  const s = args;
  const cost = s.filterHeight * s.filterWidth * 2;
  if (s.strideY >= s.filterHeight && s.strideX >= s.filterWidth)
    overRows(maxPoolGradApartTask.index, s.batch * s.outHeight, s.outWidth, s.inDepth, cost);
  else overRows(maxPoolGradOverlapTask.index, s.batch * s.inHeight, s.outWidth, s.inDepth, cost / s.strideY + 1);
}

// Windows that do not overlap: a row of them writes all rows of dx from its own first one to the next one's, each
// element once.
function maxPoolGradApartTask(chunk: i32, chunks: i32): void {
  const a = args<PoolArgs>();
  const s = shape();
  const channels = s.inDepth;
  const pixel = <usize>channels << 2;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const rowBytes = <usize>inWidth * pixel;
  const imageBytes = <usize>inHeight * rowBytes;
  const fh = s.filterHeight;
  const fw = s.filterWidth;
  const sw = s.strideX;
  const left = s.left;
  const away = a.dx - a.x;
  const rows = s.batch * outHeight;
  const last = bound(rows, 1, chunk + 1, chunks);
  const small = fh == 2 && fw == 2 && channels >= 4;
  for (let row = bound(rows, 1, chunk, chunks); row < last; row++) {
    const image = row / outHeight;
    const oy = row - image * outHeight;
    const corner = oy * s.strideY - s.top;
    const y0 = min(inHeight, max(0, corner));
    const y1 = min(inHeight, max(0, corner + fh));
    const from = oy == 0 ? 0 : y0;
    const to = oy == outHeight - 1 ? inHeight : min(inHeight, max(0, corner + s.strideY));
    const top = a.x + <usize>image * imageBytes;
    memory.fill(top + away + <usize>from * rowBytes, 0, <usize>(y0 - from) * rowBytes);
    memory.fill(top + away + <usize>y1 * rowBytes, 0, <usize>(to - y1) * rowBytes);
    if (y0 == y1) continue;
    const line = top + <usize>y0 * rowBytes;
    let g = a.dy + <usize>row * <usize>outWidth * pixel;
    let done = 0;
    for (let ox = 0; ox < outWidth; ox++, g += pixel) {
      const start = ox * sw - left;
      const x0 = min(inWidth, max(0, start));
      const x1 = min(inWidth, max(0, start + fw));
      if (x0 > done) clear(line + away + <usize>done * pixel, y1 - y0, <usize>(x0 - done) * pixel, rowBytes);
      done = x1;
      const at = line + <usize>x0 * pixel;
      if (small && y1 - y0 == 2 && x1 - x0 == 2) spread2(at, away, rowBytes, pixel, g);
      else spread(false, at, away, y1 - y0, 0, y1 - y0, x1 - x0, rowBytes, pixel, g);
    }
    if (done < inWidth) clear(line + away + <usize>done * pixel, y1 - y0, <usize>(inWidth - done) * pixel, rowBytes);
  }
}

// Windows that overlap: a chunk has rows of dx for its own, and walks all windows that reach into them. Windows at the
// border of two chunks are walked by both.
function maxPoolGradOverlapTask(chunk: i32, chunks: i32): void {
  const a = args<PoolArgs>();
  const s = shape();
  const pixel = <usize>s.inDepth << 2;
  const inHeight = s.inHeight;
  const inWidth = s.inWidth;
  const outHeight = s.outHeight;
  const outWidth = s.outWidth;
  const rowBytes = <usize>inWidth * pixel;
  const fh = s.filterHeight;
  const fw = s.filterWidth;
  const sh = s.strideY;
  const sw = s.strideX;
  const left = s.left;
  const away = a.dx - a.x;
  const rows = s.batch * inHeight;
  let row = bound(rows, 1, chunk, chunks);
  const last = bound(rows, 1, chunk + 1, chunks);
  memory.fill(a.dx + <usize>row * rowBytes, 0, <usize>(last - row) * rowBytes);
  while (row < last) {
    const image = row / inHeight;
    const mine = row - image * inHeight; // own rows of this image: mine … end − 1
    const end = min(inHeight, mine + last - row);
    row += end - mine;
    const from = mine + s.top;
    const oy0 = from < fh ? 0 : (from - fh) / sh + 1;
    const oy1 = min(outHeight, (end - 1 + s.top) / sh + 1);
    let g = a.dy + (<usize>image * <usize>outHeight + <usize>oy0) * <usize>outWidth * pixel;
    for (let oy = oy0; oy < oy1; oy++) {
      const corner = oy * sh - s.top;
      const y0 = max(0, corner);
      const y1 = min(inHeight, corner + fh);
      const line = a.x + (<usize>image * <usize>inHeight + <usize>y0) * rowBytes;
      for (let ox = 0; ox < outWidth; ox++, g += pixel) {
        const start = ox * sw - left;
        const x0 = max(0, start);
        const x1 = min(inWidth, start + fw);
        const at = line + <usize>x0 * pixel;
        spread(true, at, away, y1 - y0, max(0, mine - y0), min(y1, end) - y0, x1 - x0, rowBytes, pixel, g);
      }
    }
  }
}

/** Sets `height` rows of `bytes` bytes to zero. */
function clear(at: usize, height: i32, bytes: usize, rowBytes: usize): void {
  for (let y = 0; y < height; y++, at += rowBytes) memory.fill(at, 0, bytes);
}

/** `spread` for a window of 2 × 2 of at least four channels that shares no element with another. */
// @ts-ignore: decorator
@inline
function spread2(at: usize, away: usize, rowBytes: usize, pixel: usize, g: usize): void {
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16) spread2Of4(at + c, away, rowBytes, pixel, g + c);
  if (c < pixel) spread2Of4(at + pixel - 16, away, rowBytes, pixel, g + pixel - 16);
}

// @ts-ignore: decorator
@inline
function spread2Of4(p: usize, away: usize, rowBytes: usize, pixel: usize, g: usize): void {
  const q = p + rowBytes;
  const a = v128.load(p);
  const b = v128.load(p + pixel);
  const c = v128.load(q);
  const d = v128.load(q + pixel);
  const none = f32x4.splat(-Infinity);
  const largest = f32x4.pmax(f32x4.pmax(f32x4.pmax(none, a), b), f32x4.pmax(f32x4.pmax(none, c), d));
  let free = v128.load(g);
  const isA = f32x4.eq(a, largest);
  v128.store(p + away, v128.and(free, isA));
  free = v128.andnot(free, isA);
  const isB = f32x4.eq(b, largest);
  v128.store(p + away + pixel, v128.and(free, isB));
  free = v128.andnot(free, isB);
  const isC = f32x4.eq(c, largest);
  v128.store(q + away, v128.and(free, isC));
  free = v128.andnot(free, isC);
  v128.store(q + away + pixel, v128.and(free, f32x4.eq(d, largest)));
}

/**
 * Gives the dy of one window, at `g`, to the first largest of its `height` × `width` pixels at `at`.
 * @param add whether to add to dx; else it is overwritten
 * @param away from x to dx in bytes
 * @param first row of the window to be written, and `end` the one after the last: the others belong to another thread
 */
// @ts-ignore: decorator
@inline
function spread(
  add: bool,
  at: usize,
  away: usize,
  height: i32,
  first: i32,
  end: i32,
  width: i32,
  rowBytes: usize,
  pixel: usize,
  g: usize,
): void {
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16)
    spreadOf4(add, at + c, away, height, first, end, width, rowBytes, pixel, v128.load(g + c));
  if (c == pixel) return;
  if (pixel >= 16) {
    // The last four channels: those that have got theirs already get nothing
    let d = v128.load(g + pixel - 16);
    if (add) d = v128.and(d, lanesFrom((c + 16 - pixel) >> 2));
    spreadOf4(add, at + pixel - 16, away, height, first, end, width, rowBytes, pixel, d);
    return;
  }
  for (; c < pixel; c += 4) {
    let largest: f32 = -Infinity;
    let line = at + c;
    for (let y = 0; y < height; y++, line += rowBytes) {
      let p = line;
      for (let x = 0; x < width; x++, p += pixel) largest = load<f32>(p) > largest ? load<f32>(p) : largest;
    }
    let d = load<f32>(g + c);
    line = at + c;
    for (let y = 0; y < end; y++, line += rowBytes) {
      let p = line;
      for (let x = 0; x < width; x++, p += pixel) {
        const here = load<f32>(p) == largest ? d : 0;
        if (load<f32>(p) == largest) d = 0;
        if (y >= first) store<f32>(p + away, add ? load<f32>(p + away) + here : here);
      }
    }
  }
}

/** All bits in the lanes from `lane` on. */
// @ts-ignore: decorator
@inline
function lanesFrom(lane: usize): v128 {
  return i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>lane));
}

// @ts-ignore: decorator
@inline
function spreadOf4(
  add: bool,
  at: usize,
  away: usize,
  height: i32,
  first: i32,
  end: i32,
  width: i32,
  rowBytes: usize,
  pixel: usize,
  d: v128,
): void {
  let largest = f32x4.splat(-Infinity);
  let line = at;
  for (let y = 0; y < height; y++, line += rowBytes) {
    let p = line;
    for (let x = 0; x < width; x++, p += pixel) largest = f32x4.pmax(largest, v128.load(p));
  }
  // What the largest element takes is gone for those after it
  line = at;
  for (let y = 0; y < end; y++, line += rowBytes) {
    let p = line;
    for (let x = 0; x < width; x++, p += pixel) {
      const is = f32x4.eq(v128.load(p), largest);
      const here = v128.and(d, is);
      if (y >= first) v128.store(p + away, add ? f32x4.add(v128.load(p + away), here) : here);
      d = v128.andnot(d, is);
    }
  }
}
