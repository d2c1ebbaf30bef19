// Values of tensors, also on devices that cannot return them synchronously, as a GPU cannot: there they are awaited.
import type { NumberArray, TensorLike } from './values.ts';

export type TensorData = NumberArray | string[];

/** Thrown if values are needed at once and are on the device. Thrown and caught in one bundle, kernel.js. */
export class Unread extends Error {
  /** @param where the function and its argument, for example `viz.line: y` */
  constructor(where: string) {
    super(`${where}: its values are on the device and must be awaited; pass await tensor.data()`);
  }
}

/**
 * Marks the error of a synchronous read. A registered symbol, because the tensor library is a bundle of its own: a
 * class would exist twice.
 */
const ON_DEVICE = Symbol.for('dlnb.valuesOnDevice');

/** The error that a device throws from a synchronous read of values that must be awaited. */
export const onDeviceError = (message: string): Error =>
  Object.defineProperty(new Error(message), ON_DEVICE, { value: true });

const isOnDeviceError = (e: unknown): boolean => e instanceof Error && ON_DEVICE in e;

/**
 * The values, or undefined if they must be awaited.
 * @throws whatever else the device throws: the tensor is disposed of, the run is interrupted, the device failed
 */
export function valuesNow(tensor: TensorLike): TensorData | undefined {
  try {
    return tensor.dataSync();
  } catch (e) {
    if (isOnDeviceError(e)) return undefined;
    throw e;
  }
}

/** Reads the values as they are at the call, even if the tensor is disposed of or its variable assigned meanwhile. */
export async function read(tensor: TensorLike): Promise<TensorData> {
  const held = tensor.clone();
  held.kept = true;
  try {
    return await held.data();
  } finally {
    held.dispose();
  }
}

/** The same tensor with its values beside it: reading them asks no device, and works after it is disposed of. */
export function withValues<T extends object>(tensor: T, data: TensorData): T {
  return Object.create(tensor, { dataSync: { value: () => data }, isDisposed: { value: false } }) as T;
}

/** A tensor {@link withValues}; a promise if they must be awaited. A disposed tensor is returned as it is. */
export function onHost<T extends TensorLike>(tensor: T): T | Promise<T> {
  if (tensor.isDisposed) return tensor;
  const now = valuesNow(tensor);
  return now ? withValues(tensor, now) : read(tensor).then((data) => withValues(tensor, data));
}

/** Continues with a value: at once, or when the promise resolves. */
export function goOn<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Which tensors the text of a value shows: the option `tensors` of `util.inspect`. */
export interface TensorReads {
  /** Values that have been read. */
  values: Map<object, TensorData>;
  /** Tensors whose values must be awaited. */
  missing: Set<TensorLike>;
}
