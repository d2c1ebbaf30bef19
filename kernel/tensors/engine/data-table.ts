// What the engine knows about the data of tensors, kept at the data's own objects: it is found faster there than
// through a WeakMap.
import type * as tf from '@tensorflow/tfjs-core';
import type { DataInfo, DataTable } from './types.ts';

/**
 * What is noted at one object. The device and the table are private, so that whatever walks through the properties of a
 * tensor (JSON.stringify, structuredClone, assert.deepStrictEqual) does not get to the whole memory.
 */
class Note implements DataInfo {
  readonly #backend: tf.KernelBackend;
  readonly #table: DataInfos;
  readonly dtype: tf.DataType;
  readonly shape: number[];
  bytes: number;

  constructor({ backend, dtype, shape, bytes }: DataInfo, table: DataInfos) {
    this.#backend = backend;
    this.#table = table;
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
  }
  get backend(): tf.KernelBackend {
    return this.#backend;
  }
  /** Whether an object is a note, found out without running code of it. */
  static is(value: object): value is Note {
    return #backend in value;
  }
  isIn(table: DataInfos): boolean {
    return this.#table === table;
  }
}

export class DataInfos implements DataTable {
  get(dataId: object): DataInfo | undefined {
    const { engineInfo } = dataId as { engineInfo?: Note };
    return engineInfo !== undefined && engineInfo.isIn(this) ? engineInfo : undefined;
  }
  has(dataId: object): boolean {
    return this.get(dataId) !== undefined;
  }
  set(dataId: object, info: DataInfo): void {
    (dataId as { engineInfo?: Note }).engineInfo = new Note(info, this);
  }
  delete(dataId: object): boolean {
    const known = this.has(dataId);
    if (known) (dataId as { engineInfo?: object | undefined }).engineInfo = undefined;
    return known;
  }
}

/** What is noted of a tensor's data; undefined for any other object, of which no code is run. */
export function noteOf(dataId: object): DataInfo | undefined {
  const note: unknown = Reflect.getOwnPropertyDescriptor(dataId, 'engineInfo')?.value;
  return typeof note === 'object' && note !== null && Note.is(note) ? note : undefined;
}
