// Reads the payload of a tensor: checks each field against the others and against the number of bytes before use.
import { check, count, counts, objects, oneOf, optional, shortText, type Fields } from '../../kernel/wire/fields.ts';
import { readPayload } from '../../kernel/wire/payload.ts';
import {
  sizeOfPart,
  TENSOR_FORMAT,
  type AxisRange,
  type TensorDtype,
  type TensorHeader,
} from '../../kernel/wire/tensor.ts';
import { readStatistics } from '../shared/statistics.ts';
import { Part, type PartData } from './part.ts';

export interface TensorPayload {
  header: TensorHeader;
  part: Part;
}

const MAX_RANK = 32;

const ARRAYS: Record<Exclude<TensorDtype, 'string'>, new (buffer: ArrayBuffer) => Exclude<PartData, string[]>> = {
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
const DTYPES = [...Object.keys(ARRAYS), 'string'] as TensorDtype[];

/** @throws PayloadError that says what is wrong */
export function readTensor(bytes: Uint8Array): TensorPayload {
  const { head, body } = readPayload(bytes, TENSOR_FORMAT);
  const header = readHeader(head);
  return { header, part: readPart(header, body) };
}

function readHeader(head: Fields): TensorHeader {
  const shape = counts(head, 'shape', MAX_RANK);
  return {
    kind: oneOf(head, 'kind', ['tensor', 'array']),
    dtype: oneOf(head, 'dtype', DTYPES),
    shape,
    bytes: count(head, 'bytes'),
    axes: readAxes(head, shape),
    ...(head.values['textsCut'] === true ? { textsCut: true } : {}),
    ...optional(head, { device: shortText, source: shortText, statistics: readStatistics }),
  };
}

function readAxes(head: Fields, shape: number[]): AxisRange[] {
  const axes = objects(head, 'axes', 'axis', MAX_RANK);
  check(axes.length === shape.length, `it has ${axes.length} axes, and its shape has ${shape.length}`);
  return axes.map((axis, i) => {
    const range = { start: count(axis, 'start'), step: count(axis, 'step'), count: count(axis, 'count') };
    const last = range.start + (range.count - 1) * range.step;
    check(range.step >= 1, `the step of ${axis.name} is 0`);
    const fits = range.count > 0 ? last < shape[i]! : shape[i] === 0;
    check(fits, `the range of ${axis.name} does not fit its ${shape[i]} indices`);
    return range;
  });
}

function readPart({ dtype, axes }: TensorHeader, body: Uint8Array): Part {
  const size = sizeOfPart(axes);
  // A huge product loses digits, but then it is more than the bytes of the body
  if (dtype === 'string') return new Part(dtype, axes, readTexts(body, size));
  const array = ARRAYS[dtype];
  const each = array.prototype.BYTES_PER_ELEMENT * (dtype === 'complex64' ? 2 : 1);
  check(body.length === size * each, `it holds ${body.length} bytes of values, and its axes ask for ${size * each}`);
  // A copy, since views of numbers must begin at a multiple of their size
  return new Part(dtype, axes, new array(new Uint8Array(body).buffer));
}

function readTexts(body: Uint8Array, size: number): string[] {
  check(size * 4 <= body.length, 'its texts are cut off');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let at = size * 4;
  for (let i = 0; i < size; i++) {
    const end = at + view.getUint32(i * 4, true);
    check(end <= body.length, 'its texts are cut off');
    texts.push(decoder.decode(body.subarray(at, end)));
    at = end;
  }
  check(at === body.length, 'it holds more than its texts');
  return texts;
}
