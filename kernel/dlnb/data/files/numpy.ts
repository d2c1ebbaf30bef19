// `data.npy`, `data.npz`, `data.saveNpy` and `data.saveNpz`: arrays of NumPy, one in a file or several in an archive.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { unzipSync, zipSync } from 'fflate';
import { closest } from '../../../wire/closest.ts';
import { DISPLAY } from '../../../wire/displayable.ts';
import { needLibrary, type LoadedLibrary } from '../../library.ts';
import { checkOptions, shown, type OptionNames } from '../../options.ts';
import { isArrayLike, shapeText, sizeOf } from '../../shape.ts';
import { kindOf, locate, readBytes, writeWhole, wrongKind, type FileHost, type FilePath } from './locate.ts';
import { npyBytes, parseNpy, WRITTEN, type NumpyDtype, type RawArray } from './npy.ts';

/** Arrays of numbers that hold what NumPy's types hold; booleans are 0 and 1. */
export type NumpyNumbers =
  Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** An array of a NumPy file: its numbers row by row, its shape and its type. */
export class NumpyArray {
  /** Type of the numbers in the file, in the words of NumPy. */
  readonly dtype: NumpyDtype;
  /** Length of each axis; `[]` for a single number. */
  readonly shape: number[];
  private numbers: NumpyNumbers | undefined;

  /** @internal */
  constructor(
    private readonly raw: RawArray,
    private readonly source: string,
    private readonly loaded: LoadedLibrary,
  ) {
    this.dtype = raw.dtype;
    this.shape = raw.shape;
  }

  /**
   * The numbers, row by row, whatever their order and byte order in the file. float16 comes as float32; int64 and
   * uint64 as float64; of complex numbers the real and the imaginary part in turn; true is 1.
   * @throws TypeError for texts; RangeError for whole numbers beyond ±2^53, which a number does not hold exactly
   */
  get values(): NumpyNumbers {
    return (this.numbers ??= this.readNumbers());
  }

  /** The whole numbers of int64 and uint64 exactly. @throws TypeError for other types */
  get bigints(): BigInt64Array | BigUint64Array {
    const { values } = this.raw;
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) return values;
    throw new TypeError(`bigints: ${this.source} holds ${this.dtype}, not int64 or uint64; read values`);
  }

  /** The texts of an array of texts. @throws TypeError for other types */
  get texts(): string[] {
    const { values } = this.raw;
    if (Array.isArray(values)) return values;
    throw new TypeError(`texts: ${this.source} holds ${this.dtype}, not texts; read values`);
  }

  /**
   * The array as a tensor of its shape: 'float32' of floats, 'int32' of whole numbers, 'bool', 'complex64', 'string'.
   * @throws RangeError for whole numbers that int32 does not hold
   * @example
   * ```ts
   * await data.saveNpy('./x.npy', [[1, 2], [3, 4]]);
   * (await data.npy('./x.npy')).tensor(); // → [[1, 2], [3, 4]]
   * ```
   */
  tensor(): tfTypes.Tensor {
    const tf = needLibrary(this.loaded, 'tensor');
    const { dtype, shape } = this;
    if (dtype === 'str' || dtype === 'bytes') return tf.tensor(this.texts, shape, 'string');
    const { values } = this;
    if (dtype === 'bool') return tf.tensor(values as Uint8Array, shape, 'bool');
    if (dtype === 'complex64' || dtype === 'complex128') {
      const part = (k: number) => Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + k]!);
      return tf.tidy(() => tf.complex(tf.tensor(part(0), shape), tf.tensor(part(1), shape)));
    }
    if (dtype.startsWith('float')) return tf.tensor(Float32Array.from(values), shape, 'float32');
    const most = values.findIndex((v) => v > 2 ** 31 - 1 || v < -(2 ** 31));
    if (most >= 0)
      throw new RangeError(
        `tensor: ${this.source} holds ${values[most]}, which the type int32 of tensors does not hold. Take tf.tensor(Float32Array.from(a.values), a.shape).`,
      );
    return tf.tensor(Int32Array.from(values), shape, 'int32');
  }

  [DISPLAY](): Record<string, unknown> {
    return { 'text/plain': `NumpyArray ${this.dtype} ${shapeText(this.shape)}` };
  }

  private readNumbers(): NumpyNumbers {
    const { values } = this.raw;
    if (Array.isArray(values)) throw new TypeError(`values: ${this.source} holds texts; read texts`);
    if (!(values instanceof BigInt64Array) && !(values instanceof BigUint64Array)) return values;
    const numbers = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      numbers[i] = Number(values[i]);
      if (!Number.isSafeInteger(numbers[i]))
        throw new RangeError(`values: ${this.source} holds ${values[i]}, which is no exact number; read bigints`);
    }
    return numbers;
  }
}

/** An array with a shape, as {@link NumpyArray} is one. */
export interface Shaped {
  values: ArrayLike<number>;
  shape: readonly number[];
  dtype?: string;
}

/** What can be written: tensors, arrays of NumPy, typed arrays, numbers in nested lists. */
export type ArraySource = tfTypes.Tensor | Shaped | NumpyNumbers | number | NestedNumbers;
/** Numbers in lists of lists, all of the same length. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];

/** Options of `data.saveNpy` and `data.saveNpz`. */
export interface SaveNumpyOptions {
  /** Type of the numbers in the file; by default that of the array ('float64' for lists of numbers). */
  dtype?: Exclude<NumpyDtype, 'str' | 'bytes'>;
  /** Write columns first, as Fortran and MATLAB have them; false by default. */
  fortranOrder?: boolean;
  /** Write the highest byte of a number first; false by default. */
  bigEndian?: boolean;
}

/** Options of `data.saveNpz`. */
export interface SaveNpzOptions extends SaveNumpyOptions {
  /** Compress the arrays, as `numpy.savez_compressed` does; false by default. */
  compress?: boolean;
}

const SAVE_OPTIONS: OptionNames<SaveNumpyOptions> = { dtype: WRITTEN, fortranOrder: 'boolean', bigEndian: 'boolean' };
const NPZ_OPTIONS: OptionNames<SaveNpzOptions> = { ...SAVE_OPTIONS, compress: 'boolean' };

type Host = FileHost & { loaded: LoadedLibrary };

/** Reads a `.npy` file. See `data.npy`. */
export async function readNpy(host: Host, file: FilePath): Promise<NumpyArray> {
  const at = locate('data.npy', file, host);
  const bytes = await readBytes('data.npy', file, host);
  const found = kindOf(bytes);
  if (bytes.length === 0 || (found && found.reader !== 'data.npy')) throw wrongKind('data.npy', at, bytes, 'an array of NumPy'); // prettier-ignore
  return new NumpyArray(parseNpy(bytes, 'data.npy', at), at, host.loaded);
}

/** Reads a `.npz` file. See `data.npz`. */
export async function readNpz(host: Host, file: FilePath): Promise<Record<string, NumpyArray>> {
  const at = locate('data.npz', file, host);
  const bytes = await readBytes('data.npz', file, host);
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw wrongKind('data.npz', at, bytes, 'an archive of arrays');
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (e) {
    throw new Error(`data.npz: ${at} cannot be unpacked: ${(e as Error).message}. Write or copy the file again.`, {
      cause: e,
    });
  }
  const names = Object.keys(entries).filter((name) => name.endsWith('.npy'));
  if (names.length === 0)
    throw new Error(
      `data.npz: ${at} holds no array; in it are ${Object.keys(entries).slice(0, 5).join(', ') || 'no files'}. numpy.savez('x.npz', x=x) writes one.`,
    );
  const arrays = names.map((name) => [
    name.slice(0, -'.npy'.length),
    new NumpyArray(parseNpy(entries[name]!, 'data.npz', `${name} in ${at}`), `${name} in ${at}`, host.loaded),
  ]);
  return named(Object.fromEntries(arrays) as Record<string, NumpyArray>, at);
}

/** The arrays by their names, where a wrong name is an error that has the right ones. */
function named(arrays: Record<string, NumpyArray>, at: string): Record<string, NumpyArray> {
  const known = Object.keys(arrays);
  // Names that JavaScript asks objects for: promises, printing
  const asked = new Set(['then', 'toJSON', 'constructor', 'nodeType', 'shape', 'inspect', 'length']);
  return new Proxy(arrays, {
    get(target, name) {
      if (typeof name !== 'string' || Object.hasOwn(target, name) || asked.has(name) || name in Object.prototype)
        return Reflect.get(target, name) as unknown;
      const near = closest(name, known);
      throw new RangeError(
        `data.npz: ${at} has no array "${name}"; there are ${known.join(', ')}${near === undefined ? '' : `; did you mean "${near}"?`}`,
      );
    },
  });
}

/** Writes a `.npy` file. See `data.saveNpy`. */
export async function saveNpy(
  host: Host,
  file: FilePath,
  array: ArraySource,
  options: SaveNumpyOptions = {},
): Promise<void> {
  checkOptions('data.saveNpy', options, SAVE_OPTIONS);
  const at = locate('data.saveNpy', file, host);
  await writeWhole('data.saveNpy', at, await bytesOf('data.saveNpy', array, options));
}

/** Writes a `.npz` file. See `data.saveNpz`. */
export async function saveNpz(
  host: Host,
  file: FilePath,
  arrays: Readonly<Record<string, ArraySource>>,
  options: SaveNpzOptions = {},
): Promise<void> {
  checkOptions('data.saveNpz', options, NPZ_OPTIONS);
  const at = locate('data.saveNpz', file, host);
  const entries = typeof arrays === 'object' && arrays !== null && !isArrayLike(arrays) && !isTensor(arrays) ? Object.entries(arrays) : []; // prettier-ignore
  if (entries.length === 0)
    throw new TypeError(
      `data.saveNpz: the arrays must be an object of arrays by name, as { x, y }, got ${shown(arrays)}`,
    );
  const files: Record<string, Uint8Array> = {};
  const { compress = false, ...layout } = options;
  for (const [name, array] of entries) files[`${name}.npy`] = await bytesOf(`data.saveNpz: ${name}`, array, layout);
  // Other than the time of writing, the same arrays give the same bytes: it is left out
  const bytes = zipSync(files, { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
  await writeWhole('data.saveNpz', at, bytes);
}

const isTensor = (value: unknown): value is tfTypes.Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'dataSync' in value;

/** The bytes of an array of any kind. @throws TypeError for what is no array of numbers */
async function bytesOf(where: string, array: ArraySource, options: SaveNumpyOptions): Promise<Uint8Array> {
  const { shape, values, dtype: own } = await numbersOf(where, array);
  const dtype = options.dtype ?? own;
  const isComplex = (name: string) => name.startsWith('complex');
  if (isComplex(own) && !isComplex(dtype))
    throw new TypeError(`${where}: complex numbers cannot be written as ${dtype}; take tf.real or tf.imag of them`);
  const pairs = isComplex(dtype) && !isComplex(own) ? Float64Array.from({ length: 2 * values.length }, (_, i) => (i % 2 === 0 ? Number(values[i / 2]) : 0)) : values; // prettier-ignore
  const { fortranOrder = false, bigEndian = false } = options;
  return npyBytes({ dtype, shape, values: pairs }, { fortranOrder, bigEndian }, where);
}

/** An array's numbers, row by row. */
export type Numbers = { shape: readonly number[]; values: ArrayLike<number | bigint>; dtype: (typeof WRITTEN)[number] };

/** The numbers of an array of any kind. @throws TypeError for what is no array of numbers */
export async function numbersOf(where: string, array: ArraySource): Promise<Numbers> {
  if (isTensor(array)) {
    if (array.dtype === 'string') throw new TypeError(`${where}: a tensor of texts cannot be written; it must hold numbers`); // prettier-ignore
    const dtype = array.dtype as 'float32' | 'int32' | 'bool' | 'complex64';
    return { shape: array.shape, values: await array.data(), dtype };
  }
  if (array instanceof NumpyArray) {
    if (array.dtype === 'str' || array.dtype === 'bytes') throw new TypeError(`${where}: an array of texts cannot be written; it must hold numbers`); // prettier-ignore
    const exact = array.dtype === 'int64' || array.dtype === 'uint64';
    return { shape: array.shape, values: exact ? array.bigints : array.values, dtype: array.dtype };
  }
  if (ArrayBuffer.isView(array) && 'length' in array)
    return { shape: [array.length], values: array, dtype: typeOf(array) };
  if (typeof array === 'number') return { shape: [], values: [array], dtype: 'float64' };
  if (Array.isArray(array)) return nested(where, array as NestedNumbers);
  const { values, shape } = (array ?? {}) as Shaped;
  if (!isArrayLike(values) || !Array.isArray(shape))
    throw new TypeError(`${where}: the array must be a tensor, a typed array, nested lists of numbers, or { values, shape }, got ${shown(array)}`); // prettier-ignore
  if (values.length !== sizeOf(shape))
    throw new RangeError(
      `${where}: the shape ${shapeText(shape)} means ${sizeOf(shape)} numbers, and there are ${values.length}`,
    );
  return { shape, values, dtype: ArrayBuffer.isView(values) ? typeOf(values as NumpyNumbers) : 'float64' };
}

/** NumPy's name of a typed array. */
function typeOf(array: NumpyNumbers | BigInt64Array | BigUint64Array): (typeof WRITTEN)[number] {
  const name = array.constructor.name.replace(/Array$/, '').toLowerCase();
  return name === 'uint8clamped' ? 'uint8' : (name.replace(/^big(u?)int64$/, '$1int64') as (typeof WRITTEN)[number]);
}

function nested(where: string, array: NestedNumbers): Numbers {
  const shape: number[] = [];
  for (let level: unknown = array; isArrayLike(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  const visit = (part: unknown, depth: number) => {
    if (depth === shape.length) {
      if (typeof part !== 'number')
        throw new TypeError(`${where}: lists must hold numbers, and one holds ${shown(part)}`);
      values.push(part);
      return;
    }
    if (!isArrayLike(part) || part.length !== shape[depth])
      throw new RangeError(`${where}: all lists at one depth must have the same length: one has ${shape[depth]}, another is ${isArrayLike(part) ? `of ${part.length}` : shown(part)}`); // prettier-ignore
    for (let i = 0; i < part.length; i++) visit(part[i], depth + 1);
  };
  visit(array, 0);
  return { shape, values, dtype: 'float64' };
}
