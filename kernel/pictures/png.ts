// Writes PNG files: with a palette where it suffices, and without compression to embed them in an SVG. Nothing here
// depends on the machine: fflate is plain JavaScript, while zlib of Node gives other bytes on other processors.
import { zlibSync } from 'fflate';
import { PNG_SIGNATURE, pngChunk } from '../formats/png-chunk.ts';
import { PER_METER } from '../wire/picture.ts';

/** Most bytes of a stored block of deflate. */
const BLOCK = 65_535;

/**
 * Opaque pixels as the data URL of a PNG without compression.
 * @param pixels red, green, blue and opacity of each pixel as a little-endian number, row by row
 */
export function dataUrl(pixels: Uint32Array, width: number, height: number): string {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const stride = 1 + width * 4;
  const raw = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) raw.set(bytes.subarray(y * width * 4, (y + 1) * width * 4), y * stride + 1);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 6, 0, 0, 0], 8);
  const parts = [
    Uint8Array.from(PNG_SIGNATURE),
    pngChunk('IHDR', head),
    pngChunk('IDAT', stored(raw)),
    pngChunk('IEND'),
  ];
  return `data:image/png;base64,${Buffer.concat(parts).toString('base64')}`;
}

/** A zlib stream of stored blocks. */
function stored(raw: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(raw.length / BLOCK));
  const out = new Uint8Array(2 + raw.length + 5 * blocks + 4);
  out.set([0x78, 0x01]);
  let at = 2;
  for (let i = 0; i < blocks; i++) {
    const part = raw.subarray(i * BLOCK, (i + 1) * BLOCK);
    out.set(
      [i === blocks - 1 ? 1 : 0, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255],
      at,
    );
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  new DataView(out.buffer).setUint32(at, adler(raw));
  return out;
}

function adler(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length;) {
    // As many as fit before the sums must be reduced
    const end = Math.min(bytes.length, i + 3800);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}

/**
 * Opaque pixels as a PNG file: with a palette if there are few colors, else in full color.
 * @param rgba four bytes for each pixel; opacity is ignored
 * @param scale it is to be shown this many times smaller than its pixels
 * @param colors most colors; others become the nearest of a palette. Absent: all are kept
 */
export function encodePng(rgba: Uint8Array, width: number, height: number, scale: number, colors?: number): Uint8Array {
  const pixels = Uint32Array.from({ length: width * height }, (_, i) => {
    const at = 4 * i;
    return rgba[at]! | (rgba[at + 1]! << 8) | (rgba[at + 2]! << 16);
  });
  const palette = paletteOf(pixels, colors);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, palette ? 3 : 2, 0, 0, 0], 8);
  const size = new Uint8Array(9);
  const perMeter = Math.round(PER_METER * scale);
  new DataView(size.buffer).setUint32(0, perMeter);
  new DataView(size.buffer).setUint32(4, perMeter);
  size[8] = 1;
  const raw = palette ? indexed(pixels, palette.indexOf, width, height) : filtered(pixels, width, height);
  return Buffer.concat([
    Uint8Array.from(PNG_SIGNATURE),
    pngChunk('IHDR', head),
    pngChunk('pHYs', size),
    ...(palette
      ? [pngChunk('PLTE', Uint8Array.from(palette.colors.flatMap((c) => [c & 255, (c >> 8) & 255, c >> 16])))]
      : []),
    pngChunk('IDAT', zlibSync(raw, { level: palette ? 6 : 7 })),
    pngChunk('IEND'),
  ]);
}

/** Whether the colors of a file are those of a palette. */
export const hasPalette = (png: Uint8Array): boolean => png[25] === 3;

interface Palette {
  /** As red, green and blue from the lowest byte on. */
  colors: number[];
  indexOf(color: number): number;
}

const MOST_COLORS = 256;

/** The palette of all colors; undefined if they are more than it holds, and all are to be kept. */
function paletteOf(pixels: Uint32Array, most: number | undefined): Palette | undefined {
  const counts = new Map<number, number>();
  // Neighbors mostly have the same color
  for (let i = 0; i < pixels.length;) {
    const pixel = pixels[i]!;
    let end = i + 1;
    while (end < pixels.length && pixels[end] === pixel) end++;
    counts.set(pixel, (counts.get(pixel) ?? 0) + end - i);
    if (most === undefined && counts.size > MOST_COLORS) return undefined;
    i = end;
  }
  if (counts.size <= (most ?? MOST_COLORS)) {
    const colors = [...counts.keys()];
    const places = new Map(colors.map((color, i) => [color, i]));
    return { colors, indexOf: (color) => places.get(color)! };
  }
  return reduced(counts, most!);
}

/** A box of colors, with how often each is used. */
type ColorBox = [color: number, count: number][];

const part = (color: number, channel: number) => (color >> (8 * channel)) & 255;

/** Heckbert's median cut (1982): the box with the widest range is halved until there are enough. */
function reduced(counts: ReadonlyMap<number, number>, most: number): Palette {
  const measured = (box: ColorBox) => {
    let [width, channel] = [-1, 0];
    for (const c of [0, 1, 2]) {
      let [low, high] = [255, 0];
      for (const [color] of box) [low, high] = [Math.min(low, part(color, c)), Math.max(high, part(color, c))];
      if (high - low > width) [width, channel] = [high - low, c];
    }
    const used = box.reduce((sum, [, n]) => sum + n, 0);
    // Wide boxes first; rarely used ones later
    return { box, channel, weight: box.length < 2 ? 0 : width * Math.log2(1 + used) };
  };
  const boxes = [measured([...counts])];
  while (boxes.length < most) {
    let widest = 0;
    for (let i = 1; i < boxes.length; i++) if (boxes[i]!.weight > boxes[widest]!.weight) widest = i;
    const { box, channel, weight } = boxes[widest]!;
    if (weight === 0) break;
    box.sort(([a], [b]) => part(a, channel) - part(b, channel) || a - b);
    const half = box.reduce((sum, [, n]) => sum + n, 0) / 2;
    let [cut, seen] = [0, 0];
    while (cut < box.length - 1 && (cut === 0 || seen < half)) seen += box[cut++]![1];
    boxes[widest] = measured(box.slice(0, cut));
    boxes.push(measured(box.slice(cut)));
  }
  const places = new Map<number, number>();
  const colors = boxes.map(({ box }, i) => {
    const used = box.reduce((sum, [, n]) => sum + n, 0);
    const mean = (c: number) => Math.round(box.reduce((sum, [color, n]) => sum + part(color, c) * n, 0) / used);
    for (const [color] of box) places.set(color, i);
    return mean(0) | (mean(1) << 8) | (mean(2) << 16);
  });
  return { colors, indexOf: (color) => places.get(color)! };
}

/** Rows of indices, each behind the number of its filter: none. */
function indexed(pixels: Uint32Array, indexOf: (color: number) => number, width: number, height: number): Uint8Array {
  const raw = new Uint8Array((1 + width) * height);
  let [last, index] = [-1, 0];
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    raw[to++] = 0;
    for (let x = 0; x < width; x++) {
      const color = pixels[from++]!;
      if (color !== last) [last, index] = [color, indexOf(color)];
      raw[to++] = index;
    }
  }
  return raw;
}

/** Rows of colors, each as the difference to the row above or to the left, whichever is smaller. */
function filtered(pixels: Uint32Array, width: number, height: number): Uint8Array {
  const stride = 3 * width;
  const raw = new Uint8Array((1 + stride) * height);
  const row = new Uint8Array(stride);
  const above = new Uint8Array(stride);
  const tries = [new Uint8Array(stride), new Uint8Array(stride), new Uint8Array(stride)] as const;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const color = pixels[y * width + x]!;
      row[3 * x] = color & 255;
      row[3 * x + 1] = (color >> 8) & 255;
      row[3 * x + 2] = color >> 16;
    }
    const sums = [0, 0, 0];
    for (let i = 0; i < stride; i++) {
      const value = row[i]!;
      const all = [value, value - (i < 3 ? 0 : row[i - 3]!), value - above[i]!];
      for (let f = 0; f < 3; f++) {
        tries[f as 0 | 1 | 2][i] = all[f]!;
        const size = tries[f as 0 | 1 | 2][i]!;
        sums[f]! += size < 128 ? size : 256 - size;
      }
    }
    const best = sums.indexOf(Math.min(...sums)) as 0 | 1 | 2;
    raw[y * (1 + stride)] = best;
    raw.set(tries[best], y * (1 + stride) + 1);
    above.set(row);
  }
  return raw;
}
