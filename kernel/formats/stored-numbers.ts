// The numbers of stored tensors: as typed arrays, as the types that tensors of TensorFlow.js have, and back to bytes.
import { fromBfloat, fromHalf, toBfloat, toHalf } from './half.ts';
import type { StoredDtype, StoredTensor } from './safetensors.ts';

/** Numbers in memory; those of 64-bit integers are exact. */
export type StoredNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Values as a tensor of TensorFlow.js takes them. */
export type TensorNumbers =
  | { dtype: 'float32'; values: Float32Array }
  | { dtype: 'int32'; values: Int32Array }
  | { dtype: 'bool'; values: Uint8Array };

const halves = (data: ArrayBuffer, decode: (bits: number) => number) =>
  Float32Array.from(new Uint16Array(data), decode);

/** How the bytes of a type become numbers. The two types of eight-bit floats have no numbers here. */
const READERS: Partial<Record<StoredDtype, (data: ArrayBuffer) => StoredNumbers>> = {
  F64: (data) => new Float64Array(data),
  F32: (data) => new Float32Array(data),
  F16: (data) => halves(data, fromHalf),
  BF16: (data) => halves(data, fromBfloat),
  I64: (data) => new BigInt64Array(data),
  I32: (data) => new Int32Array(data),
  I16: (data) => new Int16Array(data),
  I8: (data) => new Int8Array(data),
  U64: (data) => new BigUint64Array(data),
  U32: (data) => new Uint32Array(data),
  U16: (data) => new Uint16Array(data),
  U8: (data) => new Uint8Array(data),
  BOOL: (data) => new Uint8Array(data).map((v) => (v === 0 ? 0 : 1)),
};

/** The numbers of a stored tensor, in memory of their own. @throws Error for eight-bit floats */
export function readNumbers({ dtype, data }: StoredTensor): StoredNumbers {
  const read = READERS[dtype];
  if (!read) throw new Error(`numbers of the type ${dtype} are not read. Write them as F16 or F32`);
  return read(Uint8Array.from(data).buffer);
}

/**
 * The numbers as a tensor holds them: floats become float32, integers int32.
 * @returns also whether float64 had to be rounded
 * @throws RangeError for an integer that int32 does not hold
 */
export function tensorNumbers(stored: StoredTensor): TensorNumbers & { rounded: boolean } {
  const numbers = readNumbers(stored);
  if (stored.dtype === 'BOOL') return { dtype: 'bool', values: numbers as Uint8Array, rounded: false };
  if (numbers instanceof Float32Array) return { dtype: 'float32', values: numbers, rounded: false };
  if (numbers instanceof Float64Array) {
    const values = Float32Array.from(numbers);
    return { dtype: 'float32', values, rounded: values.some((v, i) => v !== numbers[i] && !Number.isNaN(v)) };
  }
  const values = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    values[i] = Number(numbers[i]);
    if (values[i] !== Number(numbers[i]))
      throw new RangeError(`it holds ${numbers[i]}, which the type int32 of tensors does not hold`);
  }
  return { dtype: 'int32', values, rounded: false };
}

/** The floats of a stored tensor of any type, as the weights of a model are. */
export function floatsOf(stored: StoredTensor): Float32Array {
  const numbers = readNumbers(stored);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers as ArrayLike<number | bigint>, Number);
}

/** The types of floats in which numbers can be stored. */
export const FLOAT_TYPES = ['F64', 'F32', 'F16', 'BF16'] as const;

/** Stores numbers as floats of a type. */
export function storeFloats(
  values: ArrayLike<number>,
  shape: readonly number[],
  dtype: (typeof FLOAT_TYPES)[number] = 'F32',
): StoredTensor {
  const coded =
    dtype === 'F64'
      ? Float64Array.from(values)
      : dtype === 'F32'
        ? Float32Array.from(values)
        : Uint16Array.from(values, dtype === 'F16' ? toHalf : toBfloat);
  return { dtype, shape, data: new Uint8Array(coded.buffer) };
}

/** The name of the type of an array's numbers in a file. */
const NAMES = new Map<string, StoredDtype>([
  ['Float64Array', 'F64'],
  ['Float32Array', 'F32'],
  ['BigInt64Array', 'I64'],
  ['BigUint64Array', 'U64'],
  ['Int32Array', 'I32'],
  ['Uint32Array', 'U32'],
  ['Int16Array', 'I16'],
  ['Uint16Array', 'U16'],
  ['Int8Array', 'I8'],
  ['Uint8Array', 'U8'],
  ['Uint8ClampedArray', 'U8'],
]);

/** Stores a typed array as it is; undefined if the format has no such type. */
export function storeArray(values: ArrayBufferView, shape: readonly number[]): StoredTensor | undefined {
  const dtype = NAMES.get(values.constructor.name);
  return dtype && { dtype, shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice() };
}
