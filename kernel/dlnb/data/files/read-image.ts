// One image of a data set of files: read, decoded and brought to the size of the set, in whatever thread asks.
import { readFileSync } from 'node:fs';
import { converted, imageKind, readPixels, type Pixels } from '../../../formats/pixels.ts';

/** Images in files. It can be sent to another thread. */
export interface ImageFiles {
  /** Absolute paths. */
  paths: readonly string[];
  height: number;
  width: number;
  channels: 1 | 3 | 4;
  /** Whether images of another size are brought to it; else they are errors. */
  resize: boolean;
  /** Whether the middle is cut to the right proportions before, or the image stretched. */
  crop: boolean;
}

/**
 * Image `i` as numbers in [0, 1], `[height, width, channels]`.
 * @throws Error that names the file
 */
export function readImage(images: ImageFiles, i: number): Float32Array {
  const file = images.paths[i]!;
  const fault = (what: string) => new Error(`data.images: ${file} ${what}`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    throw fault(`cannot be read: ${(e as Error).message}. Was it removed?`);
  }
  const kind = imageKind(bytes);
  if (!kind) throw fault(`is neither a PNG nor a JPEG file, whatever its name says. Save it as one of them.`);
  let pixels: Pixels;
  try {
    pixels = readPixels(bytes, kind);
  } catch (e) {
    throw fault(`is a ${kind} file that cannot be read: ${(e as Error).message}. Replace it or take it away.`);
  }
  const { height, width, channels } = images;
  if (!images.resize && (pixels.height !== height || pixels.width !== width))
    throw fault(`is ${pixels.height}×${pixels.width} pixels, and others are ${height}×${width}. Pass a size for all: { size: [${height}, ${width}] }.`); // prettier-ignore
  const values = Float32Array.from(converted(pixels, channels), (v) => v / 255);
  const whole = { top: 0, left: 0, height: pixels.height, width: pixels.width };
  const part = images.crop ? middle(whole, height / width) : whole;
  const same = part.height === height && part.width === width;
  if (same && part.height === pixels.height && part.width === pixels.width) return values;
  const rows = resample(values, { lines: pixels.height, length: pixels.width, channels }, [
    part.left,
    part.width,
    width,
  ]);
  const turned = transpose(rows, pixels.height, width, channels);
  const columns = resample(turned, { lines: width, length: pixels.height, channels }, [part.top, part.height, height]);
  return transpose(columns, width, height, channels);
}

interface Part {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** The largest part in the middle with this ratio of height to width. */
function middle({ height, width }: Part, ratio: number): Part {
  const tall = Math.min(height, Math.max(1, Math.round(width * ratio)));
  const wide = Math.min(width, Math.max(1, Math.round(height / ratio)));
  return { top: Math.floor((height - tall) / 2), left: Math.floor((width - wide) / 2), height: tall, width: wide };
}

/**
 * Brings each line of an image to another length by a triangle filter that widens when the image shrinks, so that no
 * pixel is left out: what PIL calls BILINEAR and PyTorch "bilinear" with `antialias`. Beyond the part, there are no
 * pixels.
 */
function resample(
  values: Float32Array,
  { lines, length, channels }: { lines: number; length: number; channels: number },
  [begin, from, to]: readonly [begin: number, from: number, to: number],
): Float32Array {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const out = new Float32Array(lines * to * channels);
  for (let i = 0; i < to; i++) {
    const center = scale * (i + 0.5);
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - center) / support)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let line = 0; line < lines; line++)
      for (let c = 0; c < channels; c++) {
        let value = 0;
        for (let k = 0; k < weights.length; k++)
          value += weights[k]! * values[(line * length + begin + first + k) * channels + c]!;
        out[(line * to + i) * channels + c] = value / sum;
      }
  }
  return out;
}

function transpose(values: Float32Array, height: number, width: number, channels: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) out[(x * height + y) * channels + c] = values[(y * width + x) * channels + c]!;
  return out;
}
