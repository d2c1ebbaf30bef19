// Writes tensors as payloads.
import {
  sizeOf,
  sizeOfPart,
  TENSOR_FORMAT,
  type AxisRange,
  type TensorHeader,
  type TensorStatistics,
} from '../../wire/tensor.ts';
import { bytesOf, encodeHead, MAX_PAYLOAD, writePayload } from '../../wire/payload.ts';
import { gather, thinOut, wholeOf } from './sample.ts';
import type { TensorValues, TypedArray } from './values.ts';

/** Longest text of a string tensor, in characters. */
const MAX_STRING = 200;

/** Bytes reserved for the head. */
const HEAD_ROOM = 4096;

export interface EncodeOptions {
  device?: string | undefined;
  statistics?: TensorStatistics | undefined;
  /** Called for the head's `source` if not all values fit. */
  source?: () => string;
  /** The part to write; by default the whole. */
  part?: AxisRange[];
}

/** A payload of at most {@link MAX_PAYLOAD} bytes: all values of the part, or a thinned-out part, as the head says. */
export function encodeTensor(values: TensorValues, options: EncodeOptions = {}): Uint8Array {
  const { dtype, kind, shape, data } = values;
  const { device, statistics, source, part = wholeOf(shape) } = options;
  const room = MAX_PAYLOAD - HEAD_ROOM;
  const header: TensorHeader = { kind, dtype, shape, bytes: byteLengthOf(data), axes: part };
  if (device !== undefined) header.device = device;
  let body: Uint8Array;
  if (Array.isArray(data)) {
    const texts = encodeTexts(data, shape, part, room);
    header.axes = texts.axes;
    if (texts.isCut) header.textsCut = true;
    body = texts.bytes;
  } else {
    const width = dtype === 'complex64' ? 2 : 1;
    const bytesEach = width * (dtype === 'float16' ? 4 : data.BYTES_PER_ELEMENT);
    header.axes = thinOut(part, Math.floor(room / bytesEach));
    body = bytesOf(widened(gather(data, shape, header.axes, width), dtype));
    if (source && sizeOfPart(header.axes) < sizeOf(shape)) header.source = source();
  }
  if (statistics) header.statistics = statistics;
  return writePayload(TENSOR_FORMAT, encodeHead(header), body);
}

function byteLengthOf(data: TypedArray | string[]): number {
  return Array.isArray(data) ? data.reduce((sum, text) => sum + Buffer.byteLength(text), 0) : data.byteLength;
}

const widened = (data: TypedArray, dtype: string): TypedArray =>
  dtype === 'float16' ? Float32Array.from(data as ArrayLike<number>) : data;

function encodeTexts(data: string[], shape: number[], part: AxisRange[], room: number) {
  let axes = thinOut(part, Math.floor(room / 8));
  for (;;) {
    const texts = gather(data, shape, axes);
    const encoded = texts.map((text) => Buffer.from(cut(text)));
    const total = encoded.reduce((sum, { length }) => sum + 4 + length, 0);
    if (total <= room) {
      const lengths = Uint32Array.from(encoded, ({ length }) => length);
      return {
        axes,
        bytes: Buffer.concat([bytesOf(lengths), ...encoded]),
        isCut: texts.some((t) => t.length > MAX_STRING),
      };
    }
    axes = thinOut(axes, Math.max(1, Math.floor((sizeOfPart(axes) * room) / total)));
  }
}

const cut = (text: string) => (text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}…` : text);

/**
 * 64 bits, in hexadecimal, of shape, type and every value. Not cryptographic: it distinguishes tensors of one session.
 */
export function checksum({ dtype, shape, data }: TensorValues): string {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  const mix = (word: number) => {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 5) ^ word;
  };
  for (const c of `${dtype} ${shape.join()}`) mix(c.charCodeAt(0));
  if (Array.isArray(data)) throw new TypeError('texts have no checksum');
  const bytes = bytesOf(data);
  const whole = bytes.length >>> 2;
  if (bytes.byteOffset % 4 === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, whole);
    for (let i = 0; i < whole; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul((b << 13) | (b >>> 19), 5) ^ word;
    }
    for (let i = whole * 4; i < bytes.length; i++) mix(bytes[i]!);
  } else for (const byte of bytes) mix(byte);
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('');
}
