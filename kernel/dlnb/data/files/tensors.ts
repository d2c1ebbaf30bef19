// `data.saveTensors` and `data.loadTensors`: tensors by name in files of the format safetensors, which PyTorch and JAX
// read and write too.
import type * as tfTypes from '@tensorflow/tfjs-core';
import {
  readSafetensors,
  writeSafetensors,
  type StoredTensor,
  type StoredTensors,
} from '../../../formats/safetensors.ts';
import { FLOAT_TYPES, storeArray, storeFloats, tensorNumbers } from '../../../formats/stored-numbers.ts';
import { needLibrary, type LoadedLibrary } from '../../library.ts';
import { checkOptions, shown, type OptionNames } from '../../options.ts';
import { isArrayLike } from '../../shape.ts';
import {
  isSafetensors,
  kindOf,
  locate,
  readBytes,
  writeWhole,
  wrongKind,
  type FileHost,
  type FilePath,
} from './locate.ts';
import { numbersOf, type ArraySource } from './numpy.ts';

/** Options of `data.saveTensors`. */
export interface SaveTensorsOptions {
  /** Type of floats in the file: 'F16' and 'BF16' take half the space of 'F32'. By default that of each array. */
  dtype?: 'F64' | 'F32' | 'F16' | 'BF16';
  /** Texts to keep with the tensors, as `{ epoch: '12' }`. */
  metadata?: Record<string, string>;
}

const OPTIONS: OptionNames<SaveTensorsOptions> = { dtype: FLOAT_TYPES, metadata: true };

type Host = FileHost & { loaded: LoadedLibrary };

/** Writes tensors to a file. See `data.saveTensors`. */
export async function saveTensors(
  host: Host,
  file: FilePath,
  tensors: Readonly<Record<string, ArraySource>>,
  options: SaveTensorsOptions = {},
): Promise<void> {
  const where = 'data.saveTensors';
  checkOptions(where, options, OPTIONS);
  const at = locate(where, file, host);
  const isRecord = typeof tensors === 'object' && tensors !== null && !isArrayLike(tensors) && !('dataId' in tensors);
  const entries = isRecord ? Object.entries(tensors) : [];
  if (entries.length === 0)
    throw new TypeError(
      `${where}: the tensors must be an object of tensors by name, as { w, b }, got ${shown(tensors)}`,
    );
  const stored = new Map<string, StoredTensor>();
  for (const [name, tensor] of entries) stored.set(name, await store(`${where}: ${name}`, tensor, options.dtype));
  await writeWhole(where, at, encode(where, stored, options.metadata));
}

/** The bytes of a file, with errors that name the function. */
export function encode(
  where: string,
  stored: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  if (typeof metadata !== 'object' || metadata === null || Object.values(metadata).some((v) => typeof v !== 'string'))
    throw new TypeError(`${where}: metadata must be an object of texts by name, got ${shown(metadata)}`);
  try {
    return writeSafetensors(stored, metadata);
  } catch (e) {
    throw new TypeError(`${where}: ${(e as Error).message}`, { cause: e });
  }
}

async function store(where: string, tensor: ArraySource, as?: SaveTensorsOptions['dtype']): Promise<StoredTensor> {
  const { shape, values, dtype } = await numbersOf(where, tensor);
  if (dtype.startsWith('complex'))
    throw new TypeError(
      `${where}: complex numbers have no type in a safetensors file; write tf.real and tf.imag of them`,
    );
  if (dtype === 'bool')
    return { dtype: 'BOOL', shape, data: Uint8Array.from(values as ArrayLike<number>, (v) => (v ? 1 : 0)) };
  if (dtype.startsWith('float')) {
    const floats = values as ArrayLike<number>;
    // A list of numbers has no type of its own
    return storeFloats(floats, shape, as ?? (ArrayBuffer.isView(values) && dtype === 'float64' ? 'F64' : 'F32'));
  }
  return storeArray(values as unknown as ArrayBufferView, shape)!;
}

/** The stored tensors in a file's bytes. @throws Error that names the file and says what is wrong with it */
export function storedIn(where: string, at: string, bytes: Uint8Array): StoredTensors {
  if (bytes.length === 0 || (kindOf(bytes) && !isSafetensors(bytes)))
    throw wrongKind(where, at, bytes, 'a safetensors file');
  return readSafetensors(bytes, `${where}: ${at}`);
}

/** Reads tensors from a file. See `data.loadTensors`. */
export async function loadTensors(host: Host, file: FilePath): Promise<Record<string, tfTypes.Tensor>> {
  const where = 'data.loadTensors';
  const tf = needLibrary(host.loaded, where);
  const at = locate(where, file, host);
  const { tensors } = storedIn(where, at, await readBytes(where, file, host));
  const rounded: string[] = [];
  const values = [...tensors].map(([name, stored]) => {
    try {
      const numbers = tensorNumbers(stored);
      if (numbers.rounded) rounded.push(name);
      return [name, stored.shape, numbers] as const;
    } catch (e) {
      throw new RangeError(`${where}: "${name}" in ${at} cannot be a tensor: ${(e as Error).message}.`, { cause: e });
    }
  });
  if (rounded.length > 0)
    console.warn(
      `${where}: ${rounded.slice(0, 5).join(', ')}${rounded.length > 5 ? ` and ${rounded.length - 5} more` : ''} in ${at}` +
        ` hold float64 numbers, which tensors hold as float32: they are rounded.`,
    );
  return Object.fromEntries(
    values.map(([name, shape, { dtype, values }]) => [name, tf.tensor(values, [...shape], dtype)]),
  );
}
