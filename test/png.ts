// Reads PNG files of 8 bits as pixels: with a palette, in full color, with opacity; filters none, sub and up.
import { inflateSync } from 'node:zlib';

export interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue and opacity of each pixel. */
  pixels: Uint8Array;
}

/** @throws Error if it is no PNG file, or of a kind that is not read here */
export function decodePng(bytes: Uint8Array): Pixels {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG file');
  const parts = new Map<string, Buffer[]>();
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    parts.set(type, [...(parts.get(type) ?? []), file.subarray(at + 8, at + 8 + file.readUInt32BE(at))]);
  }
  const head = parts.get('IHDR')![0]!;
  const [width, height, depth, kind] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9]!];
  const each = { 2: 3, 3: 1, 6: 4 }[kind];
  if (depth !== 8 || each === undefined) throw new Error(`a PNG file of ${depth} bits and kind ${kind}`);
  const palette = parts.get('PLTE')?.[0];
  const raw = inflateSync(Buffer.concat(parts.get('IDAT')!));
  const stride = width * each;
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    if (filter > 2) throw new Error(`a PNG file with filter ${filter}`);
    for (let x = 0; x < stride; x++) {
      const value = raw[y * (stride + 1) + 1 + x]!;
      const before =
        filter === 1 ? (x >= each ? rows[y * stride + x - each]! : 0) : y > 0 ? rows[(y - 1) * stride + x]! : 0;
      rows[y * stride + x] = filter === 0 ? value : value + before;
    }
  }
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < Math.max(3, each); c++)
      pixels[4 * i + c] = each === 1 ? palette![3 * rows[i]! + c]! : rows[each * i + c]!;
  return { width, height, pixels };
}

/** How many pixels differ from the first one. */
export function inked({ pixels }: Pixels): number {
  const all = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  return all.reduce((count, pixel) => count + Number(pixel !== all[0]), 0);
}

/** The color at a place, as `#rrggbb`. */
export function colorAt({ pixels, width }: Pixels, x: number, y: number): string {
  const at = 4 * (Math.round(y) * width + Math.round(x));
  return `#${[0, 1, 2].map((c) => pixels[at + c]!.toString(16).padStart(2, '0')).join('')}`;
}
