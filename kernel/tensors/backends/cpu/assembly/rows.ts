// Rows of images, copied with the zeros around them. memory.copy and memory.fill are calls of the engine, too slow for
// a few dozen bytes.

/**
 * Copies rows of an image with zeros around: to[r][x] = from[first + r][x − left], `width` pixels of `depth` numbers a
 * row.
 * @param height of the image
 * @param imageWidth pixels of a row of the image
 */
export function padRows(
  to: usize,
  from: usize,
  first: i32,
  rows: i32,
  height: i32,
  imageWidth: i32,
  depth: i32,
  left: i32,
  width: i32,
): void {
  const pixel = <usize>depth << 2;
  const rowBytes = <usize>width * pixel;
  const before = <usize>min(left, width) * pixel;
  const inside = <usize>max(0, min(imageWidth, width - left)) * pixel;
  for (let r = 0; r < rows; r++, to += rowBytes) {
    const y = first + r;
    if (<u32>y >= <u32>height) {
      clear(to, rowBytes);
      continue;
    }
    clear(to, before);
    copy(to + before, from + <usize>(y * imageWidth) * pixel, inside);
    clear(to + before + inside, rowBytes - before - inside);
  }
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
