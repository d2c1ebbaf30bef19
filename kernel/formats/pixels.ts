// The pixels of PNG and JPEG files, by libraries. No tensors: `tf.image.decode` and `data.images` both read by it.
import { convertIndexedToRgb, decode as decodePng, hasPngSignature, type DecodedPng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';

/** An image as it is in its file: one, two (gray and opacity), three or four numbers a pixel. */
export interface Pixels {
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

/** What kind of image a file is by its first bytes; undefined for other files. */
export function imageKind(file: Uint8Array): 'PNG' | 'JPEG' | undefined {
  return hasPngSignature(file.subarray(0, 8)) ? 'PNG' : file[0] === 0xff && file[1] === 0xd8 ? 'JPEG' : undefined;
}

/**
 * The pixels of a file of this kind. PNG files of 16 bits lose the lower eight; a palette becomes colors.
 * @throws Error that says what is wrong with the file
 */
export const readPixels = (file: Uint8Array, kind: 'PNG' | 'JPEG'): Pixels =>
  kind === 'PNG' ? fromPng(file) : fromJpeg(file);

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

/** How many components a JPEG file has. */
const jpegComponents = (file: Uint8Array): number => {
  const at = jpegFrame(file);
  return at === undefined ? 3 : file[at + 9]!;
};

/** Where the frame header of a JPEG file is, which has the size and the number of components. */
function jpegFrame(file: Uint8Array): number | undefined {
  for (let at = 2; at + 9 < file.length;) {
    const marker = file[at + 1]!;
    if (file[at] !== 0xff || marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return at;
    else at += 2 + file[at + 2]! * 256 + file[at + 3]!;
  }
  return undefined;
}

/** Height, width and whether it is gray, from the head of a file; undefined if the head does not say. */
export function imageHead(
  file: Uint8Array,
  kind: 'PNG' | 'JPEG',
): { height: number; width: number; gray: boolean } | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (kind === 'PNG') {
    if (file.length < 26) return undefined;
    // Color types 0 and 4 are gray, without and with opacity
    return { height: view.getUint32(20), width: view.getUint32(16), gray: file[25] === 0 || file[25] === 4 };
  }
  const at = jpegFrame(file);
  return at === undefined
    ? undefined
    : { height: view.getUint16(at + 5), width: view.getUint16(at + 7), gray: file[at + 9] === 1 };
}

/**
 * The pixels with another number of channels: gray becomes color by repetition, color becomes gray by the luma of ITU-R
 * BT.601.
 */
export function converted({ height, width, channels: had, values }: Pixels, wanted: number): Uint8Array {
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
