// Images [batch, height, width, channels] whose pixels are looked up at computed places: rotation, projective transforms
// and crops. Places are computed in float64, as JavaScript does.
import { toInt } from './elementwise-functions';
import { args, bound, chunksOf, parallel } from './pool';

/** Numbers that are worth a chunk of their own. */
const GRAIN: i32 = 8192;

/** How places outside of the image are mapped, as in `ops/images.ts`. */
// @ts-ignore: decorator
@inline
const REFLECT = 1;
// @ts-ignore: decorator
@inline
const WRAP = 2;

/** The nearest whole number, halves upwards, as Math.round. */
// @ts-ignore: decorator
@inline
function round(x: f64): f64 {
  const below = floor(x);
  return x - below >= 0.5 ? below + 1 : below;
}

/** Whether a place, which may be NaN, is one of n. */
// @ts-ignore: decorator
@inline
function isInside(x: f64, n: i32): bool {
  return x >= 0 && x < <f64>n;
}

// @ts-ignore: decorator
@inline
function numberOf<T>(x: f64): T {
  if (isFloat<T>()) return <T>x;
  return <T>toInt(x);
}

/** Copies the channels of a pixel; words of four bytes. */
// @ts-ignore: decorator
@inline
function copyPixel(to: usize, from: usize, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += 4) store<u32>(to + c, load<u32>(from + c));
}

/** y = x turned about a center. */
@unmanaged
export class RotateArgs {
  /** [batch, height, width, channels] words of four bytes. */
  x: usize;
  /** The same, written. */
  y: usize;
  /** [channels]: what a pixel from outside is. */
  fill: usize;
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  centerX: f64;
  centerY: f64;
  sine: f64;
  cosine: f64;
}

/** Rotates images. */
export function rotate(args: RotateArgs): void {
  const a = args;
  parallel(rotateTask.index, chunksOf(a.batch * a.height, GRAIN / max(1, a.width * a.channels)));
}

function rotateTask(chunk: i32, chunks: i32): void {
  const a = args<RotateArgs>();
  const width = a.width;
  const height = a.height;
  const pixel = <usize>a.channels << 2;
  const line = <usize>width * pixel;
  const fill = a.fill;
  const cx = a.centerX;
  const cy = a.centerY;
  const sine = a.sine;
  const cosine = a.cosine;
  const end = bound(a.batch * height, 1, chunk + 1, chunks);
  for (let row = bound(a.batch * height, 1, chunk, chunks); row < end; row++) {
    const image = a.x + <usize>(row / height) * <usize>height * line;
    const dy = <f64>(row % height) - cy;
    let to = a.y + <usize>row * line;
    for (let x = 0; x < width; x++, to += pixel) {
      const dx = <f64>x - cx;
      const px = round(dx * cosine - dy * sine + cx);
      const py = round(dx * sine + dy * cosine + cy);
      const inside = isInside(px, width) && isInside(py, height);
      copyPixel(to, inside ? image + <usize>(<i32>py) * line + <usize>(<i32>px) * pixel : fill, pixel);
    }
  }
}

/** y[i, j] = x at the place that a projective transform maps (j, i) to. */
@unmanaged
export class TransformArgs {
  /** [batch, height, width, channels] float32 or int32. */
  x: usize;
  /** [batch, newHeight, newWidth, channels] of the same type, written. */
  y: usize;
  /** [batch, 8] float32. */
  transforms: usize;
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  newHeight: i32;
  newWidth: i32;
  /** Numbers from one transform to the next: 8, or 0 for one of all images. */
  step: i32;
  /** How places outside are mapped: 0 not at all, 1 by reflection, 2 around, 3 to the nearest. */
  mode: i32;
  /** What is outside. */
  fill: f64;
  bilinear: bool;
  /** Whether the numbers are int32. */
  integers: bool;
}

/** Transforms images. */
export function projectiveTransform(args: TransformArgs): void {
  const a = args;
  parallel(transformTask.index, chunksOf(a.batch * a.newHeight, GRAIN / max(1, a.newWidth * a.channels)));
}

function transformTask(chunk: i32, chunks: i32): void {
  if (args<TransformArgs>().integers) transformRows<i32>(chunk, chunks);
  else transformRows<f32>(chunk, chunks);
}

/** Where a place is found in a line of n pixels. */
// @ts-ignore: decorator
@inline
function mapped(place: f64, n: i32, mode: i32): f64 {
  return mode == 0 || (place >= 0 && place <= <f64>(n - 1)) ? place : mappedFromOutside(place, n, mode);
}

function mappedFromOutside(place: f64, n: i32, mode: i32): f64 {
  const length = <f64>n;
  let x = place;
  if (mode == REFLECT) {
    if (x < 0) {
      if (n <= 1) x = 0;
      else {
        const two = 2 * length;
        x = two * trunc(-x / two) + x;
        x = x < -length ? x + two : -x - 1;
      }
    } else if (x > length - 1) {
      if (n <= 1) x = 0;
      else {
        const two = 2 * length;
        x -= two * trunc(x / two);
        if (x >= length) x = two - x - 1;
      }
    }
  } else if (mode == WRAP) {
    if (x < 0) x = n <= 1 ? 0 : x + length * (trunc(-x / (length - 1)) + 1);
    else if (x > length - 1) x = n <= 1 ? 0 : x - length * trunc(x / (length - 1));
  }
  return max<f64>(0, min<f64>(x, length - 1));
}

/** The address of a pixel, or 0 outside of the image. */
// @ts-ignore: decorator
@inline
function pixelAt(a: TransformArgs, image: usize, y: f64, x: f64): usize {
  if (!isInside(y, a.height) || !isInside(x, a.width)) return 0;
  return image + (<usize>((<i32>y * a.width + <i32>x) * a.channels) << 2);
}

/** A number of a pixel, or what is outside. */
// @ts-ignore: decorator
@inline
function read<T>(pixel: usize, c: usize, fill: f64): f64 {
  return pixel ? <f64>load<T>(pixel + c) : fill;
}

// @ts-ignore: decorator
@inline
function transformRows<T>(chunk: i32, chunks: i32): void {
  const a = args<TransformArgs>();
  const pixel = <usize>a.channels << 2;
  const width = a.width;
  const height = a.height;
  const mode = a.mode;
  const fill = a.fill;
  const empty = numberOf<T>(fill);
  const end = bound(a.batch * a.newHeight, 1, chunk + 1, chunks);
  for (let row = bound(a.batch * a.newHeight, 1, chunk, chunks); row < end; row++) {
    const image = a.x + <usize>(row / a.newHeight) * <usize>height * <usize>width * pixel;
    const t = a.transforms + (<usize>((row / a.newHeight) * a.step) << 2);
    const outY = <f64>(row % a.newHeight);
    const t0 = <f64>load<f32>(t);
    const t3 = <f64>load<f32>(t, 12);
    const t6 = <f64>load<f32>(t, 24);
    const ty = <f64>load<f32>(t, 28) * outY;
    const xy = <f64>load<f32>(t, 4) * outY;
    const yy = <f64>load<f32>(t, 16) * outY;
    const x1 = <f64>load<f32>(t, 8);
    const y1 = <f64>load<f32>(t, 20);
    let to = a.y + <usize>row * <usize>a.newWidth * pixel;
    for (let j = 0; j < a.newWidth; j++, to += pixel) {
      const outX = <f64>j;
      const projection = t6 * outX + ty + 1;
      if (projection == 0) {
        // Infinitely far away
        for (let c: usize = 0; c < pixel; c += 4) store<T>(to + c, empty);
        continue;
      }
      const x = mapped((t0 * outX + xy + x1) / projection, width, mode);
      const y = mapped((t3 * outX + yy + y1) / projection, height, mode);
      if (!a.bilinear) {
        const from = pixelAt(a, image, round(y), round(x));
        if (from) copyPixel(to, from, pixel);
        else for (let c: usize = 0; c < pixel; c += 4) store<T>(to + c, empty);
        continue;
      }
      const top = floor(y);
      const left = floor(x);
      const bottom = top + 1;
      const right = left + 1;
      const topLeft = pixelAt(a, image, top, left);
      const topRight = pixelAt(a, image, top, right);
      const bottomLeft = pixelAt(a, image, bottom, left);
      const bottomRight = pixelAt(a, image, bottom, right);
      for (let c: usize = 0; c < pixel; c += 4) {
        const above = (right - x) * read<T>(topLeft, c, fill) + (x - left) * read<T>(topRight, c, fill);
        const below = (right - x) * read<T>(bottomLeft, c, fill) + (x - left) * read<T>(bottomRight, c, fill);
        store<T>(to + c, numberOf<T>((bottom - y) * above + (y - top) * below));
      }
    }
  }
}

/** Crops of images, resized. */
@unmanaged
export class CropArgs {
  /** [batch, height, width, channels] float32 or int32. */
  x: usize;
  /** [boxes, cropHeight, cropWidth, channels] float32, written. */
  y: usize;
  /** [boxes, 4] float32: top, left, bottom and right edge, as parts of height − 1 and width − 1. */
  boxes: usize;
  /** [boxes] int32, each the number of an image. */
  images: usize;
  count: i32;
  height: i32;
  width: i32;
  channels: i32;
  cropHeight: i32;
  cropWidth: i32;
  /** What is outside of the image. */
  fill: f32;
  bilinear: bool;
  /** Whether the numbers of x are int32. */
  integers: bool;
}

/** Crops and resizes. */
export function crop(args: CropArgs): void {
  const a = args;
  parallel(cropTask.index, chunksOf(a.count * a.cropHeight, GRAIN / max(1, a.cropWidth * a.channels)));
}

function cropTask(chunk: i32, chunks: i32): void {
  if (args<CropArgs>().integers) cropRows<i32>(chunk, chunks);
  else cropRows<f32>(chunk, chunks);
}

/** Where element i of `size` lies between the edges, of n pixels. */
// @ts-ignore: decorator
@inline
function placeIn(from: f64, to: f64, i: i32, size: i32, n: i32): f64 {
  const last = <f64>(n - 1);
  if (size <= 1) return 0.5 * (from + to) * last;
  return from * last + <f64>i * (((to - from) * last) / <f64>(size - 1));
}

// @ts-ignore: decorator
@inline
function cropRows<T>(chunk: i32, chunks: i32): void {
  const a = args<CropArgs>();
  const channels = <usize>a.channels << 2;
  const line = <usize>a.width * channels;
  const end = bound(a.count * a.cropHeight, 1, chunk + 1, chunks);
  for (let row = bound(a.count * a.cropHeight, 1, chunk, chunks); row < end; row++) {
    const b = row / a.cropHeight;
    const box = a.boxes + (<usize>b << 4);
    const image = a.x + <usize>load<i32>(a.images + (<usize>b << 2)) * <usize>a.height * line;
    const x1 = <f64>load<f32>(box, 4);
    const x2 = <f64>load<f32>(box, 12);
    const y = placeIn(load<f32>(box), load<f32>(box, 8), row - b * a.cropHeight, a.cropHeight, a.height);
    let to = a.y + <usize>row * <usize>a.cropWidth * channels;
    for (let j = 0; j < a.cropWidth; j++, to += channels) {
      const x = placeIn(x1, x2, j, a.cropWidth, a.width);
      if (!(y >= 0 && y <= <f64>(a.height - 1) && x >= 0 && x <= <f64>(a.width - 1))) {
        // A place that is no number has no value either
        const isOutside = y < 0 || y > <f64>(a.height - 1) || x < 0 || x > <f64>(a.width - 1);
        for (let c: usize = 0; c < channels; c += 4) store<f32>(to + c, isOutside ? a.fill : <f32>NaN);
        continue;
      }
      if (!a.bilinear) {
        const from = image + <usize>(<i32>round(y)) * line + <usize>(<i32>round(x)) * channels;
        for (let c: usize = 0; c < channels; c += 4) store<f32>(to + c, <f32>load<T>(from + c));
        continue;
      }
      const top = floor(y);
      const left = floor(x);
      const down = y - top;
      const across = x - left;
      const topRow = image + <usize>(<i32>top) * line;
      const bottomRow = image + <usize>(<i32>ceil(y)) * line;
      const l = <usize>(<i32>left) * channels;
      const r = <usize>(<i32>ceil(x)) * channels;
      for (let c: usize = 0; c < channels; c += 4) {
        const topLeft = <f64>load<T>(topRow + l + c);
        const bottomLeft = <f64>load<T>(bottomRow + l + c);
        const above = topLeft + (<f64>load<T>(topRow + r + c) - topLeft) * across;
        const below = bottomLeft + (<f64>load<T>(bottomRow + r + c) - bottomLeft) * across;
        store<f32>(to + c, <f32>(above + (below - above) * down));
      }
    }
  }
}
