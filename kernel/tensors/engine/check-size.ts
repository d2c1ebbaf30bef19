// The last check before memory is used: every dimension of a shape is a whole number, 0 or more, and there are as many
// values as the shape says. Devices call it where they make data, so no function that makes a tensor can miss it.
import * as tf from '@tensorflow/tfjs-core';
import { runningOp } from './running-op.ts';

/** Whether a dimension is a whole number, 0 or more. */
const isDimension = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;

/** @throws Error that names the running function, if a dimension is negative or not a whole number */
export function checkDimensions(shape: readonly number[]): void {
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if ((n | 0) !== n || n < 0) refuse(shape);
  }
}

/** The number of elements of a shape, with `checkDimensions`. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if ((n | 0) !== n || n < 0) refuse(shape);
    size *= n;
  }
  return size;
}

/** Dimensions beyond 2^31 get here, too. */
function refuse(shape: readonly number[]): void {
  const bad = shape.find((n) => !isDimension(n));
  if (bad === undefined) return;
  const why = bad < 0 ? 'negative' : 'not a whole number';
  throw new Error(
    `${runningOp('tf.tensor')}: the result would have the shape [${shape.join(', ')}], and ${bad} is ${why}. ` +
      'Check the shapes of what the function is given, and its sizes, padding and strides.',
  );
}

/** A device that can say that a tensor would never fit into its memory. */
interface Bounded {
  /** @throws Error that names the running function, if a tensor is larger than the memory */
  checkRoom?(shape: readonly number[], dtype: tf.DataType): void;
}

/** Elements from which on the device is asked. */
const LARGE = 2 ** 28;

/**
 * For arrays of values that are made before their tensor.
 * @throws Error if the device has no memory for as many
 */
export function checkRoom(size: number, dtype: tf.DataType, shapeOf: (size: number) => number[]): void {
  if (size >= LARGE) (tf.backend() as Bounded).checkRoom?.(shapeOf(size), dtype);
}

/** @throws Error if there are not as many values as the shape says */
export function checkCount(count: number, shape: readonly number[], size: number): void {
  if (count === size) return;
  throw new Error(
    `${runningOp('tf.tensor')}: the shape [${shape.join(', ')}] takes ${size} values, but there are ${count}.`,
  );
}

/**
 * An op kernel in JavaScript that is to make a result of negative or fractional size fails at `new Float32Array(…)`,
 * with an error that names neither. Says which function it was and what it was given; other errors stay as they are.
 */
export function sizeError(error: unknown, kernelName: string, inputs: Record<string, unknown>): unknown {
  if (!(error instanceof RangeError) || !/^Invalid (typed )?array length/.test(error.message)) return error;
  const shapes = Object.entries(inputs).map(([name, x]) => {
    const list = Array.isArray(x) ? x : [x];
    return `${name} [${list.map((y: tf.Tensor | undefined) => y?.shape?.join(', ')).join('], [')}]`;
  });
  return new Error(
    `${runningOp(kernelName)}: the result would have a negative size, one that is not whole, or one beyond all memory ` +
      `(${error.message.toLowerCase()}). Given: ${shapes.join(', ')}. Check the sizes that are asked for.`,
    { cause: error },
  );
}
