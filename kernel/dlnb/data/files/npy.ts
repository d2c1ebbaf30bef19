// `.npy` files of NumPy, in both directions. The format is NEP 1: a magic word, a version, the length of a header,
// the header (a Python dictionary with dtype, order and shape), and the numbers.
import { fromHalf, toHalf } from '../../../formats/half.ts';
import { shown } from '../../options.ts';
import { shapeText, sizeOf } from '../../shape.ts';

/** Types of numbers in the words of NumPy. Complex numbers are pairs: real part, imaginary part. */
export type NumpyDtype =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'str'
  | 'bytes';

/** Values of an array in memory. */
export type NumpyValues =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | string[];

/** An array as its file holds it, its values row by row. */
export interface RawArray {
  dtype: NumpyDtype;
  shape: number[];
  values: NumpyValues;
}

/** How one type of numbers is read and written. */
interface Codec {
  /** Bytes of one number. */
  bytes: number;
  make(n: number): Exclude<NumpyValues, string[]>;
  get(view: DataView, at: number, little: boolean): number | bigint;
  set(view: DataView, at: number, value: number, little: boolean): void;
  set64?(view: DataView, at: number, value: bigint, little: boolean): void;
  /** Smallest and largest whole number, for types of whole numbers. */
  range?: readonly [number | bigint, number | bigint];
}

const float32: Codec = {
  bytes: 4,
  make: (n) => new Float32Array(n),
  get: (v, at, le) => v.getFloat32(at, le),
  set: (v, at, x, le) => v.setFloat32(at, x, le),
};
const float64: Codec = {
  bytes: 8,
  make: (n) => new Float64Array(n),
  get: (v, at, le) => v.getFloat64(at, le),
  set: (v, at, x, le) => v.setFloat64(at, x, le),
};

/** Of the letters and sizes that NumPy has in a dtype. Complex numbers are two of these. */
const CODECS: Record<string, Codec> = {
  b1: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => (v.getUint8(at) === 0 ? 0 : 1), set: (v, at, x) => v.setUint8(at, x === 0 ? 0 : 1) }, // prettier-ignore
  i1: { bytes: 1, make: (n) => new Int8Array(n), get: (v, at) => v.getInt8(at), set: (v, at, x) => v.setInt8(at, x), range: [-128, 127] }, // prettier-ignore
  u1: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => v.getUint8(at), set: (v, at, x) => v.setUint8(at, x), range: [0, 255] }, // prettier-ignore
  i2: { bytes: 2, make: (n) => new Int16Array(n), get: (v, at, le) => v.getInt16(at, le), set: (v, at, x, le) => v.setInt16(at, x, le), range: [-32768, 32767] }, // prettier-ignore
  u2: { bytes: 2, make: (n) => new Uint16Array(n), get: (v, at, le) => v.getUint16(at, le), set: (v, at, x, le) => v.setUint16(at, x, le), range: [0, 65535] }, // prettier-ignore
  i4: { bytes: 4, make: (n) => new Int32Array(n), get: (v, at, le) => v.getInt32(at, le), set: (v, at, x, le) => v.setInt32(at, x, le), range: [-(2 ** 31), 2 ** 31 - 1] }, // prettier-ignore
  u4: { bytes: 4, make: (n) => new Uint32Array(n), get: (v, at, le) => v.getUint32(at, le), set: (v, at, x, le) => v.setUint32(at, x, le), range: [0, 2 ** 32 - 1] }, // prettier-ignore
  i8: {
    bytes: 8,
    make: (n) => new BigInt64Array(n),
    get: (v, at, le) => v.getBigInt64(at, le),
    set: (v, at, x, le) => v.setBigInt64(at, BigInt(x), le),
    set64: (v, at, x, le) => v.setBigInt64(at, x, le),
    range: [-(2n ** 63n), 2n ** 63n - 1n],
  },
  u8: {
    bytes: 8,
    make: (n) => new BigUint64Array(n),
    get: (v, at, le) => v.getBigUint64(at, le),
    set: (v, at, x, le) => v.setBigUint64(at, BigInt(x), le),
    set64: (v, at, x, le) => v.setBigUint64(at, x, le),
    range: [0n, 2n ** 64n - 1n],
  },
  f2: {
    bytes: 2,
    make: (n) => new Float32Array(n),
    get: (v, at, le) => fromHalf(v.getUint16(at, le)),
    set: (v, at, x, le) => v.setUint16(at, toHalf(x), le),
  },
  f4: float32,
  f8: float64,
};

const LETTERS: Record<Exclude<NumpyDtype, 'str' | 'bytes'>, string> = {
  bool: 'b1',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
  complex64: 'c8',
  complex128: 'c16',
};
const NAMES = Object.fromEntries(Object.entries(LETTERS).map(([name, letters]) => [letters, name])) as Record<
  string,
  NumpyDtype
>;
/** The types that can be written. */
export const WRITTEN = Object.keys(LETTERS) as Exclude<NumpyDtype, 'str' | 'bytes'>[];

const MAGIC = '\x93NUMPY';

/**
 * Reads the bytes of a `.npy` file.
 * @param at the file, for errors
 * @throws Error if the bytes are no such file, are cut off, or hold Python objects
 */
export function parseNpy(bytes: Uint8Array, where: string, at: string): RawArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fault = (what: string) => new Error(`${where}: ${at} ${what}`);
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC)
    throw fault(`is not an array of NumPy. numpy.save('x.npy', x) writes one.`);
  const long = bytes[6]! >= 2;
  const begin = long ? 12 : 10;
  const end = begin + (long && bytes.length >= 12 ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = Buffer.from(bytes.subarray(begin, end)).toString(bytes[6]! >= 3 ? 'utf8' : 'latin1');
  const described = /'descr'\s*:\s*('[^']*'|\[)/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (end > bytes.length || described === undefined || fortran === undefined || dimensions === undefined)
    throw fault('has a header that is damaged or cut off. Write or copy the file again.');
  if (described === '[')
    throw fault('is an array of records with named fields. Save each field by itself: numpy.savez(file, a=x["a"], b=x["b"]).'); // prettier-ignore
  const shape = dimensions.split(',').map((n) => n.trim()).filter((n) => n !== '').map((n) => Number(n.replace(/L$/, ''))); // prettier-ignore
  const type = described.slice(1, -1);
  const [, order = '|', kind = '', size = ''] = /^([<>|=]?)([a-zA-Z])(\d*)/.exec(type) ?? [];
  if (kind === 'O')
    throw fault('is an array of Python objects, which are not read. Save it as numbers: numpy.save(file, x.astype("float32")).'); // prettier-ignore
  const count = sizeOf(shape);
  const complex = kind === 'c';
  const codec = complex ? (size === '8' ? float32 : size === '16' ? float64 : undefined) : CODECS[kind + size];
  const isText = kind === 'U' || kind === 'S';
  if (!codec && !isText)
    throw fault(`has the type ${type}, which is not read. Save it as numbers: numpy.save(file, x.astype("float64")).`);
  const each = isText ? Number(size) * (kind === 'U' ? 4 : 1) : codec!.bytes * (complex ? 2 : 1);
  if (bytes.length < end + count * each)
    throw fault(
      `is cut off: an array of shape ${shapeText(shape)} and type ${type} has ${count * each} bytes, and ${bytes.length - end} are there. Write or copy the file again.`,
    );
  const little = order !== '>';
  const place = fortran === 'True' ? fromFortran(shape) : (i: number) => i;
  if (isText) {
    const read = (i: number) => textAt(bytes.subarray(end + i * each, end + (i + 1) * each), kind, little);
    return { dtype: kind === 'U' ? 'str' : 'bytes', shape, values: Array.from({ length: count }, (_, i) => read(place(i))) }; // prettier-ignore
  }
  const pair = complex ? 2 : 1;
  const values = codec!.make(count * pair);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < pair; k++)
      values[i * pair + k] = codec!.get(view, end + (place(i) * pair + k) * codec!.bytes, little);
  return { dtype: NAMES[kind + size]!, shape, values };
}

/** Where the number at place `i` of the rows stands in a file that holds columns first. */
function fromFortran(shape: readonly number[]): (i: number) => number {
  const strides: number[] = [];
  let stride = 1;
  for (const n of shape) {
    strides.push(stride);
    stride *= n;
  }
  return (i) => {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (i % shape[axis]!) * strides[axis]!;
      i = Math.floor(i / shape[axis]!);
    }
    return at;
  };
}

function textAt(bytes: Uint8Array, kind: string, little: boolean): string {
  if (kind === 'S') return Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, little);
    if (code !== 0) text += String.fromCodePoint(code);
    else if (bytes.subarray(at).every((byte) => byte === 0)) break;
    else text += '\0';
  }
  return text;
}

/** How an array is written. */
export interface NpyLayout {
  fortranOrder: boolean;
  bigEndian: boolean;
}

/**
 * The bytes of a `.npy` file of version 1. The head is padded so that the numbers begin at a multiple of 64 bytes.
 * @param values row by row; complex numbers as pairs
 * @throws RangeError for a value that the type does not hold
 */
export function npyBytes(
  {
    dtype,
    shape,
    values,
  }: { dtype: (typeof WRITTEN)[number]; shape: readonly number[]; values: ArrayLike<number | bigint> },
  { fortranOrder, bigEndian }: NpyLayout,
  where: string,
): Uint8Array {
  const letters = LETTERS[dtype];
  const complex = dtype === 'complex64' || dtype === 'complex128';
  const codec = dtype === 'complex64' ? float32 : dtype === 'complex128' ? float64 : CODECS[letters]!;
  const order = codec.bytes === 1 ? '|' : bigEndian ? '>' : '<';
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const entries = `{'descr': '${order}${letters}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': (${dimensions}), }`;
  const length = Math.ceil((10 + entries.length + 1) / 64) * 64;
  const header = `${entries.padEnd(length - 11)}\n`;
  const pair = complex ? 2 : 1;
  const count = sizeOf(shape);
  const out = new Uint8Array(length + count * pair * codec.bytes);
  const view = new DataView(out.buffer);
  out.set(Buffer.from(`${MAGIC}\x01\x00`, 'latin1'));
  view.setUint16(8, header.length, true);
  out.set(Buffer.from(header, 'latin1'), 10);
  const place = fortranOrder ? fromFortran(shape) : (i: number) => i;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < pair; k++) {
      const value = values[i * pair + k]!;
      const at = length + (place(i) * pair + k) * codec.bytes;
      checkRange(value, codec, `${where}: value ${i}`, dtype);
      if (typeof value === 'bigint' && codec.set64) codec.set64(view, at, value, !bigEndian);
      else codec.set(view, at, Number(value), !bigEndian);
    }
  return out;
}

function checkRange(value: number | bigint, { range }: Codec, which: string, dtype: string): void {
  if (typeof value !== 'number' && typeof value !== 'bigint')
    throw new TypeError(`${which} is no number but ${shown(value)}`);
  if (!range) return;
  const whole = typeof value === 'bigint' || Number.isInteger(value);
  if (!whole || value < range[0] || value > range[1])
    throw new RangeError(
      `${which} is ${String(value)}, which ${dtype} does not hold${whole ? ` (${range[0]} to ${range[1]})` : ': it holds whole numbers'}. Pass another dtype, as 'float32'.`,
    );
}
