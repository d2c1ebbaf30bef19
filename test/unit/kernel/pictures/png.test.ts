// The files that pictures are written to, read back.
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dataUrl, encodePng } from '../../../../kernel/pictures/png.ts';
import { decodePng } from '../../../png.ts';

const pixelsOf = (width: number, height: number, color: (x: number, y: number) => [number, number, number]) =>
  Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => [...color(i % width, Math.floor(i / width)), 255]).flat(),
  );

describe('a PNG file', () => {
  it.each([
    ['few colors', (x: number, y: number): [number, number, number] => [(x % 3) * 100, y % 2 ? 255 : 0, 7]],
    ['many colors', (x: number, y: number): [number, number, number] => [x * 5, y * 5, (x * y) % 256]],
  ])('holds %s exactly', (_, color) => {
    const pixels = pixelsOf(40, 30, color);
    const read = decodePng(encodePng(pixels, 40, 30, 2));
    expect([read.width, read.height]).toEqual([40, 30]);
    expect(Buffer.from(read.pixels).equals(Buffer.from(pixels))).toBe(true);
  });

  it('takes the nearest of 256 colors where it is told to, close to the real ones', () => {
    const pixels = pixelsOf(64, 64, (x, y) => [x * 4, y * 4, 128]);
    const read = decodePng(encodePng(pixels, 64, 64, 1, 256));
    expect(new Set(new Uint32Array(read.pixels.buffer)).size).toBeLessThanOrEqual(256);
    const error = read.pixels.reduce((sum, v, i) => sum + Math.abs(v - pixels[i]!), 0) / read.pixels.length;
    expect(error).toBeLessThan(4);
  });

  it('is the same for the same pixels', () => {
    const pixels = pixelsOf(50, 20, (x, y) => [x, y, x ^ y]);
    expect(encodePng(pixels, 50, 20, 2, 16)).toEqual(encodePng(pixels, 50, 20, 2, 16));
  });
});

it('embeds pixels without compression, in as many blocks as they need', () => {
  const pixels = Uint32Array.from({ length: 200 * 150 }, (_, i) => 0xff000000 + i);
  const file = Buffer.from(dataUrl(pixels, 200, 150).replace('data:image/png;base64,', ''), 'base64');
  const length = file.readUInt32BE(33);
  expect(inflateSync(file.subarray(41, 41 + length)).length).toBe(150 * (1 + 4 * 200));
  const read = decodePng(file);
  expect(Buffer.from(read.pixels).equals(Buffer.from(pixels.buffer))).toBe(true);
});
