// NumPy's file format .npy, version 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import type { TensorDtype } from './tensor.ts';

/** NumPy's names of types (little-endian). Texts have no fixed size; see {@link npyText}. */
export const NPY_TYPES: Record<Exclude<TensorDtype, 'string'>, string> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
};

/** NumPy's name of the type of texts with at most `length` code points, each of 4 bytes (UTF-32). */
export const npyText = (length: number): string => `<U${length}`;

const MAGIC = '\x93NUMPY';
/** The magic, the version (2 bytes) and the length of the head (2 bytes). */
const PREFIX = 10;
/** The values begin at a multiple of this. */
const ALIGNMENT = 64;

/**
 * The bytes of a file before its values, which follow in row-major order.
 * @param type one of {@link NPY_TYPES}, or {@link npyText}
 */
export function npyHead(type: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join(' ')}), }`;
  // The head ends with a line feed
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const all = `${MAGIC}\x01\x00${String.fromCharCode(length & 255, length >> 8)}${text.padEnd(length - 1)}\n`;
  return Uint8Array.from(all, (c) => c.charCodeAt(0));
}
