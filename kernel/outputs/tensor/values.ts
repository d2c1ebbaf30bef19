// Values that are displayed as tensors: tensors of TensorFlow.js and typed arrays, as a flat array with a shape.
import { types } from 'node:util';
import type { TensorDtype } from '../../wire/tensor.ts';

/** Typed arrays of numbers. At run time also Float16Array, if the JavaScript engine has it. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
export type TypedArray = NumberArray | BigInt64Array | BigUint64Array;

/** Values in row-major order. For `complex64`, real and imaginary parts alternate. */
export interface TensorValues {
  kind: 'tensor' | 'array';
  dtype: TensorDtype;
  shape: number[];
  data: TypedArray | string[];
}

/** `console.log` prints no values of tensors with more elements. */
export const MAX_PRINTED = 1000;

/** The part of a tensor of TensorFlow.js that is used here. */
export interface TensorLike {
  dtype: string;
  shape: number[];
  readonly size: number;
  isDisposed: boolean;
  /** No scope disposes of it. */
  kept: boolean;
  /** @throws Error if the values must be awaited; see `onDeviceError` in read.ts */
  dataSync(): NumberArray | string[];
  data(): Promise<NumberArray | string[]>;
  clone(): TensorLike;
  dispose(): void;
  toString(verbose?: boolean): string;
}

export function isTensor(value: unknown): value is TensorLike {
  const t = value as TensorLike & { dataId?: unknown; rankType?: unknown };
  return (
    typeof value === 'object' &&
    value !== null &&
    !types.isProxy(value) &&
    'dataId' in t &&
    'rankType' in t &&
    // A copy by structuredClone has the properties of a tensor and none of its methods
    typeof t.dataSync === 'function' &&
    Array.isArray(t.shape) &&
    typeof t.dtype === 'string'
  );
}

const TENSOR_DTYPES = new Set<string>(['bool', 'int32', 'float32', 'complex64', 'string'] satisfies TensorDtype[]);

const ARRAY_DTYPES: Record<string, TensorDtype> = {
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
};

/** Whether a value is displayed as a tensor. A Node `Buffer` is not: it is a piece of a file. */
export function hasTensorValues(value: unknown): value is TensorLike | TypedArray {
  return isTensor(value) || (types.isTypedArray(value) && !types.isProxy(value) && !Buffer.isBuffer(value));
}

/**
 * The values, as a view without a copy if possible: use them at once, and do not keep them. Those of a tensor must be
 * on the host. Undefined for disposed tensors and unknown types.
 */
export function readValues(value: TensorLike | TypedArray): TensorValues | undefined {
  if (!isTensor(value)) {
    // The tag does not depend on the name of a subclass
    const dtype = ARRAY_DTYPES[Object.prototype.toString.call(value).slice(8, -1)];
    return dtype && { kind: 'array', dtype, shape: [value.length], data: value };
  }
  if (value.isDisposed || !TENSOR_DTYPES.has(value.dtype)) return undefined;
  return { kind: 'tensor', dtype: value.dtype as TensorDtype, shape: [...value.shape], data: value.dataSync() };
}
