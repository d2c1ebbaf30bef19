// The initializer Orthogonal in double precision on the processor. TensorFlow.js decomposes by hundreds of ops, which
// takes seconds for a recurrent layer of 256 units, and prints a warning instead.
import * as tf from '@tensorflow/tfjs-core';
import { MPRandGauss } from '@tensorflow/tfjs-core/dist/ops/rand_util';
import { qrFactors } from '../linalg/orthogonal.ts';
import { classNamed, replaceMethod, type Shape } from './extend.ts';

interface Orthogonal {
  gain: number;
  seed?: number;
  apply(shape: Shape, dtype?: tf.DataType): tf.Tensor;
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
        const drawn = Float64Array.from({ length: high * wide }, () => Math.fround(random.nextValue()));
        const { q, r } = qrFactors(drawn, high, wide);
        const values = new Float32Array(rows * cols);
        for (let j = 0; j < wide; j++) {
          // R with a positive diagonal: then each orthogonal matrix is as likely as any other
          const gain = r[j * wide + j]! < 0 ? -this.gain : this.gain;
          for (let i = 0; i < high; i++) values[rows >= cols ? i * cols + j : j * cols + i] = gain * q[i * wide + j]!;
        }
        return tf.tensor(values, sizes);
      },
  );
}
