// Rows of images, copied with the zeros around them. memory.copy and memory.fill are calls of the engine, too slow for
// a few dozen bytes.
import { ConvShape } from './shape';

/**
 * Copies rows of an image with zeros around: to[r][x] = image[first + r][x − left], `width` pixels a row.
 * @param s the geometry: height, width and depth of the image are `inHeight`, `inWidth` and `inDepth`
 */
export function padRows(s: ConvShape, to: usize, image: usize, first: i32, rows: i32, width: i32): void {
  const pixel = <usize>s.inDepth << 2;
  const height = s.inHeight;
  const imageRow = <usize>s.inWidth * pixel;
  const rowBytes = <usize>width * pixel;
  const before = <usize>min(s.left, width) * pixel;
  const inside = <usize>max(0, min(s.inWidth, width - s.left)) * pixel;
  for (let r = 0; r < rows; r++, to += rowBytes) {
    const y = first + r;
    if (<u32>y >= <u32>height) clear(to, rowBytes);
    else padRow(to, image + <usize>y * imageRow, before, inside, rowBytes - before - inside);
  }
}

/** Copies the `inside` bytes of a row, with `before` and `after` bytes of zeros around them. */
// @ts-ignore: decorator
@inline
export function padRow(to: usize, from: usize, before: usize, inside: usize, after: usize): void {
  clear(to, before);
  copy(to + before, from, inside);
  clear(to + before + inside, after);
}

// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

// @ts-ignore: decorator
@inline
export function clear(to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.splat(0));
  for (; i < bytes; i += 4) store<f32>(to + i, 0);
}
