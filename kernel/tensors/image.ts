// `tf.image.decode`: the bytes of a PNG or JPEG file as a tensor, as `tf.node.decodeImage` of tfjs-node has them.
import * as tf from '@tensorflow/tfjs-core';
import { converted, imageKind, readPixels, type Pixels } from '../formats/pixels.ts';

/** 0: as many as the file has. */
export type ImageChannels = 0 | 1 | 3 | 4;

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
  const kind = imageKind(file);
  if (!kind) throw fault(`these ${file.length} bytes are neither a PNG nor a JPEG file; other kinds are not read.`);
  let image: Pixels;
  try {
    image = readPixels(file, kind);
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
