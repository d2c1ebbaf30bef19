// Reads the payload of a tensor (TensorHeader in mime.ts has the layout). It comes from a file that anyone may have written: each field is
// checked against the others and against the number of bytes, before anything is made of it.
import {
  TENSOR_MAGIC,
  TENSOR_VERSION,
  type AxisRange,
  type TensorDtype,
  type TensorHeader,
  type TensorStatistics,
} from '../../kernel/wire/mime.ts';
import { Part, type PartData } from './part.ts';

/** Why a payload is not drawn, as a sentence without its end. */
export class PayloadError extends Error {}

export interface TensorPayload {
  header: TensorHeader;
  part: Part;
}

/** Far more than the kernel sends. */
const MAX_BYTES = 16 << 20;
const MAX_HEAD = 1 << 20;
const MAX_RANK = 32;
const MAX_BINS = 1000;
const PREFIX = 12;

type NumberDtype = Exclude<TensorDtype, 'string'>;

const ARRAYS: Record<NumberDtype, new (buffer: ArrayBuffer) => Exclude<PartData, string[]>> = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
};

/** @throws PayloadError that says what is wrong */
export function readTensor(bytes: Uint8Array): TensorPayload {
  if (bytes.length > MAX_BYTES) throw new PayloadError(`it has ${bytes.length} bytes, more than are drawn`);
  if (bytes.length < PREFIX || magicOf(bytes) !== TENSOR_MAGIC)
    throw new PayloadError('its bytes are not those of a tensor');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(4, true);
  if (version !== TENSOR_VERSION)
    throw new PayloadError(`it has version ${version}, and this program draws version ${TENSOR_VERSION}`);
  const length = view.getUint32(8, true);
  if (length > MAX_HEAD || PREFIX + length > bytes.length) throw new PayloadError('its head is cut off');
  const header = readHeader(parse(bytes.subarray(PREFIX, PREFIX + length)));
  return { header, part: readPart(header, bytes.subarray(PREFIX + length)) };
}

const magicOf = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, TENSOR_MAGIC.length));

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new PayloadError('its head is not JSON');
  }
}

function readHeader(value: unknown): TensorHeader {
  if (!isRecord(value)) throw new PayloadError('its head is missing');
  const { kind, dtype, shape, bytes, device, axes, textsCut, source, statistics } = value;
  if (kind !== 'tensor' && kind !== 'array') throw new PayloadError('it is neither a tensor nor an array');
  if (dtype !== 'string' && !(typeof dtype === 'string' && Object.hasOwn(ARRAYS, dtype)))
    throw new PayloadError('its type of values is not known');
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every((n) => isCount(n)))
    throw new PayloadError('its shape is not one');
  if (!isCount(bytes)) throw new PayloadError('its size in bytes is not a number');
  const header: TensorHeader = { kind, dtype: dtype as TensorDtype, shape, bytes, axes: readAxes(axes, shape) };
  if (device !== undefined) header.device = shortText(device, 'device');
  if (source !== undefined) header.source = shortText(source, 'source');
  if (textsCut === true) header.textsCut = true;
  if (statistics !== undefined) header.statistics = readStatistics(statistics);
  return header;
}

function readAxes(axes: unknown, shape: number[]): AxisRange[] {
  if (!Array.isArray(axes) || axes.length !== shape.length) throw new PayloadError('its axes do not fit its shape');
  return axes.map((range: unknown, i) => {
    const { start, step, count } = isRecord(range) ? range : {};
    if (!isCount(start) || !isCount(step) || step < 1 || !isCount(count))
      throw new PayloadError(`the range of axis ${i} is not one`);
    if (count > 0 ? !(start + (count - 1) * step < shape[i]!) : shape[i] !== 0)
      throw new PayloadError(`the range of axis ${i} does not fit its ${shape[i]} indices`);
    return { start, step, count };
  });
}

function readStatistics(value: unknown): TensorStatistics {
  if (!isRecord(value)) throw new PayloadError('its statistics are none');
  const count = (key: string) => {
    const n = value[key];
    if (!isCount(n)) throw new PayloadError(`"${key}" of its statistics is not a count`);
    return n;
  };
  const statistics: TensorStatistics = {
    nan: count('nan'),
    positiveInfinity: count('positiveInfinity'),
    negativeInfinity: count('negativeInfinity'),
    zeros: count('zeros'),
  };
  for (const key of ['min', 'max', 'mean', 'std'] as const) {
    const n = value[key];
    if (n === undefined) continue;
    if (typeof n !== 'number' || !Number.isFinite(n))
      throw new PayloadError(`"${key}" of its statistics is not a number`);
    statistics[key] = n;
  }
  const { histogram } = value;
  if (histogram === undefined) return statistics;
  if (!Array.isArray(histogram) || histogram.length > MAX_BINS || !histogram.every((n) => isCount(n)))
    throw new PayloadError('its histogram is none');
  return { ...statistics, histogram };
}

function readPart({ dtype, axes }: TensorHeader, body: Uint8Array): Part {
  const size = axes.reduce((product, { count }) => product * count, 1);
  // A huge product loses digits, but then it is no length of bytes that are here
  if (dtype === 'string') return new Part(dtype, axes, readTexts(body, size));
  const array = ARRAYS[dtype];
  const each = array.prototype.BYTES_PER_ELEMENT * (dtype === 'complex64' ? 2 : 1);
  if (body.length !== size * each)
    throw new PayloadError(`it holds ${body.length} bytes of values, and its axes ask for ${size * each}`);
  // A copy: views of numbers must begin at a multiple of their size
  return new Part(dtype, axes, new array(new Uint8Array(body).buffer));
}

function readTexts(body: Uint8Array, size: number): string[] {
  if (size * 4 > body.length) throw new PayloadError('its texts are cut off');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let at = size * 4;
  for (let i = 0; i < size; i++) {
    const end = at + view.getUint32(i * 4, true);
    if (end > body.length) throw new PayloadError('its texts are cut off');
    texts.push(decoder.decode(body.subarray(at, end)));
    at = end;
  }
  if (at !== body.length) throw new PayloadError('it holds more than its texts');
  return texts;
}

function shortText(value: unknown, key: string): string {
  if (typeof value !== 'string' || value.length > 100) throw new PayloadError(`its "${key}" is not a short text`);
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
