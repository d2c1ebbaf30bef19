// The initializer Orthogonal in double precision on the processor. TensorFlow.js decomposes by hundreds of ops, which
// takes seconds for a recurrent layer of 256 units, and prints a warning instead.
import * as tf from '@tensorflow/tfjs-core';
import { MPRandGauss } from '@tensorflow/tfjs-core/dist/ops/rand_util';
import { classNamed, replaceMethod, type Shape } from './extend.ts';

interface Orthogonal {
  gain: number;
  seed?: number;
  apply(shape: Shape, dtype?: tf.DataType): tf.Tensor;
}

/**
 * Makes the columns of a matrix orthonormal: the Q of its QR decomposition with a positive diagonal of R, by
 * Gram-Schmidt, twice for each column (Giraud, Langou & Rozložník 2005).
 * @param columns one array for each column
 */
function orthonormalize(columns: Float64Array[]): void {
  columns.forEach((column, j) => {
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < j; i++) {
        const before = columns[i]!;
        let along = 0;
        for (let k = 0; k < column.length; k++) along += before[k]! * column[k]!;
        for (let k = 0; k < column.length; k++) column[k]! -= along * before[k]!;
      }
    const length = Math.sqrt(column.reduce((sum, v) => sum + v * v, 0));
    for (let k = 0; k < column.length; k++) column[k]! /= length;
  });
}

/** Replaces the initializer's `apply`; the random numbers of a seed stay the same. */
export function quickenOrthogonal(): void {
  replaceMethod<Orthogonal, 'apply'>(
    classNamed('Orthogonal'),
    'apply',
    () =>
      function (this: Orthogonal, shape, dtype) {
        if (shape.length < 2)
          throw new Error(
            `tf.initializers.orthogonal: the shape must have at least 2 axes, and is [${shape.join(', ')}]`,
          );
        if (dtype !== undefined && dtype !== 'float32' && dtype !== 'int32')
          throw new TypeError(`tf.initializers.orthogonal: dtype must be 'float32', and is '${dtype}'`);
        const sizes = shape as number[];
        const cols = sizes.at(-1)!;
        const rows = sizes.slice(0, -1).reduce((a, b) => a * b, 1);
        const [high, wide] = [Math.max(rows, cols), Math.min(rows, cols)];
        // Drawn here, as `tf.randomNormal` draws with a seed, and not on the device, whose values one has to wait for
        const seed = this.seed ?? Math.floor(Math.random() * 2 ** 31);
        const random = new MPRandGauss(0, 1, 'float32', false, seed);
        const drawn = Float32Array.from({ length: high * wide }, () => random.nextValue());
        const columns = Array.from({ length: wide }, (_, j) =>
          Float64Array.from({ length: high }, (_, i) => drawn[i * wide + j]!),
        );
        orthonormalize(columns);
        const values = new Float32Array(rows * cols);
        columns.forEach((column, j) =>
          column.forEach((v, i) => (values[rows >= cols ? i * cols + j : j * cols + i] = this.gain * v)),
        );
        return tf.tensor(values, sizes);
      },
  );
}
