// `tf.image.decode`: the bytes of a PNG or JPEG file as a tensor, as `tf.node.decodeImage` of tfjs-node has them.
import * as tf from '@tensorflow/tfjs-core';
import { convertIndexedToRgb, decode as decodePng, hasPngSignature, type DecodedPng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';

/** 0: as many as the file has. */
export type ImageChannels = 0 | 1 | 3 | 4;

/** An image as it is in its file: one, two (gray and opacity), three or four numbers a pixel. */
interface Pixels {
  height: number;
  width: number;
  channels: number;
  /** 0 … 255, row by row. */
  values: Uint8Array;
}

/** Where the header of a PNG file has the bits of a number, and whether its rows are interlaced. */
const DEPTH_AT = 24;
const INTERLACED_AT = 28;

/** What a JPEG file may take while it is decoded. */
const JPEG_LIMITS = { maxResolutionInMP: 400, maxMemoryUsageInMB: 4096 };

/**
 * The pixels of a PNG or JPEG file, whichever it is. PNG files of 16 bits lose the lower eight; a palette becomes
 * colors.
 * @param bytes the whole file, as `fs.readFileSync` or `await (await fetch(url)).bytes()` gives it
 * @param channels 1 for gray, 3 for red, green and blue, 4 with opacity (255 where the file has none), or 0, the
 *   default, for what the file has: gray becomes color by repetition, color becomes gray by the luma of ITU-R BT.601
 * @returns int32 [height, width, channels], 0 … 255
 * @throws Error if the bytes are no such file or the file is broken, and if there is another number of channels
 */
export function decode(bytes: Uint8Array | ArrayBuffer, channels: ImageChannels = 0): tf.Tensor3D {
  const fault = (what: string) => new Error(`tf.image.decode: ${what}`);
  if (![0, 1, 3, 4].includes(channels))
    throw fault(`channels is 0 (as in the file), 1 (gray), 3 (color) or 4 (color and opacity), not ${channels}.`);
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer))
    throw fault(
      `it takes the bytes of a file, a Uint8Array, not ${describe(bytes)}. fs.readFileSync('photo.jpg') reads them.`,
    );
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  const kind = hasPngSignature(file.subarray(0, 8)) ? 'PNG' : file[0] === 0xff && file[1] === 0xd8 ? 'JPEG' : undefined;
  if (!kind) throw fault(`these ${file.length} bytes are neither a PNG nor a JPEG file; other kinds are not read.`);
  let image: Pixels;
  try {
    image = kind === 'PNG' ? fromPng(file) : fromJpeg(file);
  } catch (e) {
    throw fault(`the ${kind} file cannot be read: ${e instanceof Error ? e.message : String(e)}`);
  }
  const { height, width } = image;
  const wanted = channels || image.channels;
  return tf.tensor3d(converted(image, wanted), [height, width, wanted], 'int32');
}

function describe(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  if (value instanceof Promise) return 'a promise: wait for it with await';
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}

function fromPng(file: Uint8Array): Pixels {
  // The library takes each number of such a file for a byte
  if (file[DEPTH_AT]! < 8 && file[INTERLACED_AT] !== 0)
    throw new Error('interlaced files of fewer than eight bits are not read. Save it without interlacing.');
  const png = decodePng(file, { checkCrc: true });
  const { height, width, channels } = png;
  if (png.palette) {
    const values = convertIndexedToRgb(png) as Uint8Array;
    return { height, width, channels: png.palette[0]!.length, values };
  }
  const values = eightBits(png);
  return png.transparency && (channels === 1 || channels === 3)
    ? withOpacity({ height, width, channels, values }, png)
    : { height, width, channels, values };
}

/** One byte for each number of an image without a palette: fewer bits are stretched to 255, of 16 the upper stay. */
function eightBits({ height, width, channels, depth, data }: DecodedPng): Uint8Array {
  if (depth === 8) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (depth === 16) return Uint8Array.from(data, (v) => v >> 8);
  const values = new Uint8Array(height * width * channels);
  const each = width * channels;
  const line = Math.ceil((each * depth) / 8);
  const most = 2 ** depth - 1;
  for (let y = 0; y < height; y++)
    for (let i = 0; i < each; i++) {
      const bit = i * depth;
      const byte = data[y * line + (bit >> 3)]!;
      values[y * each + i] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  return values;
}

/** The pixels of one color are transparent. */
function withOpacity({ height, width, channels, values }: Pixels, { transparency, depth, data }: DecodedPng): Pixels {
  const pixels = height * width;
  const made = new Uint8Array(pixels * (channels + 1));
  const most = 2 ** depth - 1;
  for (let p = 0; p < pixels; p++) {
    let same = true;
    for (let c = 0; c < channels; c++) {
      const at = p * channels + c;
      const color = transparency![c]! & most;
      made[p * (channels + 1) + c] = values[at]!;
      same &&= depth < 8 ? values[at] === (color * 255) / most : data[at] === color;
    }
    made[p * (channels + 1) + channels] = same ? 0 : 255;
  }
  return { height, width, channels: channels + 1, values: made };
}

function fromJpeg(file: Uint8Array): Pixels {
  const jpeg = decodeJpeg(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...JPEG_LIMITS });
  const { height, width, data } = jpeg;
  const image = { height, width, channels: 3, values: data };
  return jpegComponents(file) === 1 ? { height, width, channels: 1, values: converted(image, 1) } : image;
}

/** How many components a JPEG file has: its frame header says so. */
function jpegComponents(file: Uint8Array): number {
  for (let at = 2; at + 9 < file.length;) {
    const marker = file[at + 1]!;
    if (file[at] !== 0xff || marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return file[at + 9]!;
    else at += 2 + file[at + 2]! * 256 + file[at + 3]!;
  }
  return 3;
}

/** The pixels with another number of channels. */
function converted({ height, width, channels: had, values }: Pixels, wanted: number): Uint8Array {
  if (had === wanted) return values;
  const pixels = height * width;
  const made = new Uint8Array(pixels * wanted);
  const colored = had >= 3;
  const opaque = had === 2 || had === 4;
  for (let p = 0, from = 0, to = 0; p < pixels; p++, from += had, to += wanted) {
    const [r, g, b] = [values[from]!, values[from + (colored ? 1 : 0)]!, values[from + (colored ? 2 : 0)]!];
    if (wanted < 3) made[to] = r === g && g === b ? r : Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else [made[to], made[to + 1], made[to + 2]] = [r, g, b];
    if (wanted === 4) made[to + 3] = opaque ? values[from + had - 1]! : 255;
  }
  return made;
}
