// Values of tensors, also where the device cannot give them at once, as a GPU cannot: there they are read, and used when they have arrived.
import type { NumberArray, TensorLike } from './values.ts';

export type TensorData = NumberArray | string[];

/** Values are needed at once, and have to be waited for. */
export class Unread extends Error {
  /** @param where the function and its argument, for example `viz.line: y` */
  constructor(where: string) {
    super(`${where}: its values are on the device, and cannot be had at once; give await tensor.data()`);
  }
}

/** The values, or undefined where they have to be waited for. */
export function valuesNow(tensor: TensorLike): TensorData | undefined {
  try {
    return tensor.dataSync();
  } catch (e) {
    // By its name: the tensor library is a bundle of its own
    if (tensor.isDisposed || (e as Error).name === 'InterruptError') throw e;
    return undefined;
  }
}

/** Reads the values as they are at the call: the tensor may be disposed of, or its variable be assigned to, before they arrive. */
export async function read(tensor: TensorLike): Promise<TensorData> {
  const held = tensor.clone();
  held.kept = true;
  try {
    return await held.data();
  } finally {
    held.dispose();
  }
}

/** The same tensor with its values beside it: these ask no device, and stay when it is disposed of. */
export function withValues<T extends object>(tensor: T, data: TensorData): T {
  return Object.create(tensor, { dataSync: { value: () => data }, isDisposed: { value: false } }) as T;
}

/** A tensor {@link withValues}, when they are there. One that has been disposed of is given back as it is. */
export function onHost<T extends TensorLike>(tensor: T): T | Promise<T> {
  if (tensor.isDisposed) return tensor;
  const now = valuesNow(tensor);
  return now ? withValues(tensor, now) : read(tensor).then((data) => withValues(tensor, data));
}

/** Goes on with a value, at once if it is there. */
export function goOn<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Which tensors the text of a value is to show, for the option `tensors` of `util.inspect`. */
export interface TensorReads {
  /** What has been read. */
  values: Map<object, TensorData>;
  /** What could not be read at once. */
  missing: Set<TensorLike>;
}
