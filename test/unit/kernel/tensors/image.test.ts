// `tf.image.decode` on files that are made here, byte by byte, with pixels that are known.
import '@tensorflow/tfjs-backend-cpu';
import { encode } from 'jpeg-js';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../kernel/tensors/image.ts';

/** A PNG file with the filter "none". @param rows the packed bytes of each row */
function png(
  head: { width: number; depth: number; color: number; interlaced?: number },
  rows: number[][],
  more: [string, number[]][] = [],
) {
  const chunk = (type: string, body: Uint8Array) => {
    const file = Buffer.alloc(body.length + 12);
    file.writeUInt32BE(body.length);
    file.write(type, 4, 'latin1');
    file.set(body, 8);
    file.writeUInt32BE(crc32(file.subarray(4, -4)), body.length + 8);
    return file;
  };
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(head.width);
  ihdr.writeUInt32BE(rows.length, 4);
  ihdr.set([head.depth, head.color, 0, 0, head.interlaced ?? 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', ihdr),
      ...more.map(([type, body]) => chunk(type, Uint8Array.from(body))),
      chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}

const pixels = (file: Uint8Array, channels?: 0 | 1 | 3 | 4) => {
  const image = decode(file, channels);
  expect(image.dtype).toBe('int32');
  return { shape: image.shape, values: [...image.dataSync()] };
};

describe('PNG files', () => {
  it('have as many channels as they say', () => {
    expect(pixels(png({ width: 3, depth: 8, color: 0 }, [[0, 128, 255]]))).toEqual({
      shape: [1, 3, 1],
      values: [0, 128, 255],
    });
    expect(
      pixels(
        png({ width: 1, depth: 8, color: 4 }, [
          [9, 8],
          [7, 6],
        ]),
      ).shape,
    ).toEqual([2, 1, 2]);
    expect(pixels(png({ width: 1, depth: 8, color: 2 }, [[1, 2, 3]])).values).toEqual([1, 2, 3]);
    expect(pixels(png({ width: 1, depth: 8, color: 6 }, [[1, 2, 3, 4]])).values).toEqual([1, 2, 3, 4]);
  });

  it('of fewer bits are stretched, and those of 16 lose the lower ones', () => {
    // Rows end in the middle of a byte
    expect(pixels(png({ width: 3, depth: 1, color: 0 }, [[0b10100000], [0b01000000]])).values).toEqual([
      255, 0, 255, 0, 255, 0,
    ]);
    expect(pixels(png({ width: 3, depth: 2, color: 0 }, [[0b00011000]])).values).toEqual([0, 85, 170]);
    expect(pixels(png({ width: 3, depth: 4, color: 0 }, [[0x0f, 0x80]])).values).toEqual([0, 255, 136]);
    expect(pixels(png({ width: 2, depth: 16, color: 0 }, [[0x12, 0xff, 0xff, 0x00]])).values).toEqual([0x12, 0xff]);
  });

  it('with a palette become colors', () => {
    const palette: [string, number[]] = ['PLTE', [10, 20, 30, 40, 50, 60, 70, 80, 90]];
    for (const [depth, rows] of [
      [2, [[0b00011000], [0b10000100]]],
      [
        8,
        [
          [0, 1, 2],
          [2, 0, 1],
        ],
      ],
    ] as const) {
      const head = { width: 3, depth, color: 3 };
      const made = rows.map((row) => [...row]);
      const colors = [10, 20, 30, 40, 50, 60, 70, 80, 90, 70, 80, 90, 10, 20, 30, 40, 50, 60];
      expect(pixels(png(head, made, [palette]))).toEqual({ shape: [2, 3, 3], values: colors });
      const clear = pixels(png(head, made, [palette, ['tRNS', [0, 128]]]));
      expect(clear.shape).toEqual([2, 3, 4]);
      expect(clear.values.filter((_, i) => i % 4 === 3)).toEqual([0, 128, 255, 255, 0, 128]);
    }
  });

  it('with a transparent color have opacity', () => {
    const file = png({ width: 3, depth: 8, color: 2 }, [[1, 2, 3, 4, 5, 6, 4, 5, 7]], [['tRNS', [0, 4, 0, 5, 0, 6]]]);
    expect(pixels(file)).toEqual({ shape: [1, 3, 4], values: [1, 2, 3, 255, 4, 5, 6, 0, 4, 5, 7, 255] });
  });

  it('whose few bits are interlaced are refused', () => {
    const file = png({ width: 3, depth: 2, color: 0, interlaced: 1 }, [[0b00011000], [0], [0], [0]]);
    expect(() => decode(file)).toThrow(/interlaced files of fewer than eight bits are not read/);
  });

  it('are turned into the channels that are asked for', () => {
    const color = png({ width: 1, depth: 8, color: 2 }, [[200, 100, 50]]);
    expect(pixels(color, 1)).toEqual({ shape: [1, 1, 1], values: [124] }); // 0.299, 0.587, 0.114
    expect(pixels(color, 4).values).toEqual([200, 100, 50, 255]);
    const gray = png({ width: 1, depth: 8, color: 4 }, [[7, 9]]);
    expect(pixels(gray, 3).values).toEqual([7, 7, 7]);
    expect(pixels(gray, 4).values).toEqual([7, 7, 7, 9]);
    expect(pixels(gray, 1).values).toEqual([7]);
  });
});

describe('JPEG files', () => {
  // 8 × 8 pixels of one component whose only coefficient is 80: 80 / 8 + 128
  const gray = Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...new Array<number>(64).fill(1)],
    ...[0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0],
    ...[0xff, 0xc4, 0, 21, 0x00, 0, 2, ...new Array<number>(14).fill(0), 0, 7],
    ...[0xff, 0xc4, 0, 20, 0x10, 1, ...new Array<number>(15).fill(0), 0],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x68, 0x3f, 0xff, 0xd9],
  ]);

  it('of one component are gray', () => {
    const { shape, values } = pixels(gray);
    expect(shape).toEqual([8, 8, 1]);
    expect(new Set(values)).toEqual(new Set([138]));
    expect(pixels(gray, 3).values.slice(0, 3)).toEqual([138, 138, 138]);
  });

  it('of three components are colored', () => {
    const [width, height] = [19, 13];
    const data = Buffer.alloc(width * height * 4, 255);
    for (let p = 0; p < width * height; p++) data.set([100 + (p % width), 50 + Math.floor(p / width) * 2, 200], p * 4);
    const { shape, values } = pixels(new Uint8Array(encode({ width, height, data }, 98).data));
    expect(shape).toEqual([height, width, 3]);
    for (let p = 0; p < width * height; p++)
      for (let c = 0; c < 3; c++) expect(Math.abs(values[p * 3 + c]! - data[p * 4 + c]!)).toBeLessThan(6);
  });

  it('that are cut off are refused', () => {
    const { data } = encode({ width: 16, height: 16, data: Buffer.alloc(1024, 77) }, 90);
    expect(() => decode(new Uint8Array(data.subarray(0, 300)))).toThrow(/tf\.image\.decode: the JPEG file cannot/);
    expect(() => decode(gray.subarray(0, 60))).toThrow(/tf\.image\.decode: the JPEG file cannot be read/);
  });
});

describe('what is no image', () => {
  const file = png({ width: 3, depth: 8, color: 0 }, [[0, 128, 255]]);
  it('is refused with what it is', () => {
    expect(() => decode(new Uint8Array([1, 2, 3]))).toThrow('these 3 bytes are neither a PNG nor a JPEG file');
    expect(() => decode('a.png' as unknown as Uint8Array)).toThrow("not a string. fs.readFileSync('photo.jpg')");
    expect(() => decode(Promise.resolve() as unknown as Uint8Array)).toThrow('not a promise: wait for it with await');
    expect(() => decode(file, 2 as 1)).toThrow('channels is 0 (as in the file), 1 (gray), 3 (color) or 4');
  });
  it('and a PNG file that is broken or cut off', () => {
    const broken = file.slice();
    broken[45]! ^= 255;
    expect(() => decode(broken)).toThrow(/tf\.image\.decode: the PNG file cannot be read/);
    for (const end of [10, 30, 50]) expect(() => decode(file.subarray(0, end))).toThrow(/the PNG file cannot be read/);
  });
});
