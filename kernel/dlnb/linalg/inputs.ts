// What functions of `linalg` take: tensors and arrays, checked, and op kernels by their names.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { shapeText } from '../shape.ts';

/** A tensor, a variable, a number, or an array of numbers of any depth. */
export type Numeric = tfTypes.Tensor | tfTypes.TensorLike;

type OpName = 'LinearSolve' | 'Determinant' | 'LogDeterminant' | 'Cholesky' | 'QR' | 'SymmetricEigen' | 'SVD' | 'Sort';

/** Runs an op kernel of kernel/tensors/linalg/: one tensor, or a list where it has several outputs. */
export function runOp<Result extends tfTypes.Tensor | tfTypes.Tensor[]>(
  tf: TensorLibrary,
  name: OpName,
  inputs: Record<string, tfTypes.Tensor>,
  attrs: object = {},
): Result {
  return tf.engine().runKernel(name, inputs, attrs as never) as Result;
}

/** @returns the value as a tensor of float32 @throws TypeError for what is no number */
export function tensorOf(tf: TensorLibrary, where: string, x: Numeric): tfTypes.Tensor {
  let t: tfTypes.Tensor;
  try {
    t = x instanceof tf.Tensor ? x : tf.tensor(x as number[]);
  } catch (e) {
    throw new TypeError(`${where}: the argument must be a tensor or an array of numbers, got ${shown(x)}`, {
      cause: e,
    });
  }
  if (t.dtype === 'string' || t.dtype === 'complex64')
    throw new TypeError(`${where}: the argument must hold real numbers, got a tensor of ${t.dtype}`);
  return t.dtype === 'float32' ? t : tf.cast(t, 'float32');
}

/** @returns the value as a matrix, or a batch of them @throws Error for other shapes, and for matrices of nothing */
export function matrixOf(tf: TensorLibrary, where: string, x: Numeric, square = false): tfTypes.Tensor {
  const a = tensorOf(tf, where, x);
  const [m, n] = a.shape.slice(-2);
  const kind = square ? 'a square matrix [..., n, n]' : 'a matrix [..., m, n]';
  if (a.rank < 2 || (square && m !== n)) throw new Error(`${where}: needs ${kind}, got ${shapeText(a.shape)}`);
  if (a.size === 0) throw new Error(`${where}: there is no number in the matrix ${shapeText(a.shape)}`);
  return a;
}

/** The last two axes exchanged. */
export function adjointOf(tf: TensorLibrary, x: tfTypes.Tensor): tfTypes.Tensor {
  const n = x.rank;
  return tf.transpose(x, [...Array.from({ length: n - 2 }, (_, i) => i), n - 1, n - 2]);
}

/** An axis counted from the front. @throws RangeError for one that is not there */
export function axisOf(where: string, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(from) || from < 0 || from >= rank)
    throw new RangeError(`${where}: axis must be an integer from ${-rank} to ${rank - 1}, got ${shown(axis)}`);
  return from;
}
