// The check of shapes that the user gives. This module replaces tfjs-core's util_base where its functions for making
// tensors import it (modules.js): that one calls methods of what may be no list.
import { isInt } from '@tensorflow/tfjs-core/dist/util_base';
import { runningOp } from '../engine/running-op.ts';

export * from '@tensorflow/tfjs-core/dist/util_base';

/** @throws Error if `shape` is not a list of whole numbers, 0 or more */
export function assertNonNegativeIntegerDimensions(shape: unknown): void {
  const isList = Array.isArray(shape) || (ArrayBuffer.isView(shape) && !(shape instanceof DataView));
  if (!isList) {
    const what = typeof shape === 'object' ? `an object (${shape?.constructor?.name ?? 'null'})` : `${shape as string}`;
    const remedy = typeof shape === 'number' ? `: write [${shape}]` : '';
    throw new Error(`${runningOp('tf')}: a shape is a list of whole numbers, 0 or more, but got ${what}${remedy}.`);
  }
  const dimensions = [...(shape as ArrayLike<number> & Iterable<number>)];
  if (dimensions.every((n) => typeof n === 'number' && isInt(n) && n >= 0)) return;
  throw new Error(`Tensor must have a shape comprised of positive integers but got shape [${dimensions.join()}].`);
}
