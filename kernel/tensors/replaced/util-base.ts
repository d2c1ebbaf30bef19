// The check of shapes that the user gives, and of arrays that no device could take. This module replaces tfjs-core's
// util_base where its functions for making tensors import it (modules.js): that one calls methods of what may be no list,
// and fills gigabytes before a device can say that they are too many.
import type { DataType } from '@tensorflow/tfjs-core';
import { getArrayFromDType as stockArray, isInt } from '@tensorflow/tfjs-core/dist/util_base';
import { makeZerosTypedArray as stockZeros } from '@tensorflow/tfjs-core/dist/util_base';
import { checkRoom } from '../engine/check-size.ts';
import { runningOp } from '../engine/running-op.ts';

export * from '@tensorflow/tfjs-core/dist/util_base';

/** The last shape that was found right: most arrays that are made next are for it. */
let checked: number[] = [];

const shapeOf = (size: number): number[] => (checked.reduce((n, d) => n * d, 1) === size ? checked : [size]);

/** Zeros of a tensor to be. @throws Error if it has more than the device's memory */
export const makeZerosTypedArray = ((size: number, dtype: DataType) => {
  checkRoom(size, dtype, shapeOf);
  return stockZeros(size, dtype as 'float32');
}) as typeof stockZeros;

/** Values of a tensor to be. @throws Error if it has more than the device's memory */
export const getArrayFromDType = ((dtype: DataType, size: number) => {
  checkRoom(size, dtype, shapeOf);
  return stockArray(dtype as 'float32', size);
}) as typeof stockArray;

function areDimensions(shape: readonly unknown[]): boolean {
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (typeof n !== 'number' || !isInt(n) || n < 0) return false;
  }
  return true;
}

/** @throws Error if `shape` is not a list of whole numbers, 0 or more */
export function assertNonNegativeIntegerDimensions(shape: unknown): void {
  if (Array.isArray(shape) && areDimensions(shape as unknown[])) {
    checked = shape as number[];
    return;
  }
  const isList = Array.isArray(shape) || (ArrayBuffer.isView(shape) && !(shape instanceof DataView));
  if (!isList) {
    const what = typeof shape === 'object' ? `an object (${shape?.constructor?.name ?? 'null'})` : `${shape as string}`;
    const remedy = typeof shape === 'number' ? `: write [${shape}]` : '';
    throw new Error(`${runningOp('tf')}: a shape is a list of whole numbers, 0 or more, but got ${what}${remedy}.`);
  }
  const dimensions = [...(shape as ArrayLike<number> & Iterable<number>)];
  if (areDimensions(dimensions)) {
    checked = dimensions;
    return;
  }
  throw new Error(`Tensor must have a shape comprised of positive integers but got shape [${dimensions.join()}].`);
}
