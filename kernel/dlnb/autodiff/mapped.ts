// Functions of one example, over a batch: `vmap` and the gradients of each example.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shapeText } from '../shape.ts';
import { checkFunction, differentiate, resultOf, scalarOf } from './gradients.ts';
import { flatten, type TensorsOf, type Tree } from './trees.ts';

type Tensor = tfTypes.Tensor;

/** The number of examples. @throws Error if tensors have different ones, or none */
function countOf(where: string, batches: readonly Tensor[]): number {
  const [first] = batches;
  if (!first) throw new Error(`${where}: there is no batch to map over`);
  for (const { shape } of batches)
    if (shape.length === 0 || shape[0] !== first.shape[0])
      throw new Error(
        `${where}: all tensors must have the same number of examples along their first axis, got ${batches.map((b) => shapeText(b.shape)).join(' and ')}`,
      );
  if (first.shape[0] === 0) throw new Error(`${where}: the batch ${shapeText(first.shape)} has no example`);
  return first.shape[0]!;
}

/** One example of a batch, without the first axis. */
const exampleOf = (tf: TensorLibrary, batch: Tensor, i: number): Tensor =>
  tf.squeeze(tf.slice(batch, [i, ...batch.shape.slice(1).map(() => 0)], [1, ...batch.shape.slice(1)]), [0]);

/**
 * Makes of a function of one example a function of a batch: the first axis of all arguments is that of the examples.
 * TensorFlow.js has no rules by which ops could take a batch, so it calls the function for each example and stacks the
 * results: it is right for every op, has gradients, and is as slow as a loop. Where speed matters, write the function
 * for a batch.
 * @param f returns one tensor
 * @example
 * ```ts
 * const outer = autodiff.vmap((a: tf.Tensor, b: tf.Tensor) => a.dot(b));
 * outer(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1, 1], [1, 0]])); // → [3, 3]
 * ```
 */
export function vmap<X extends tfTypes.Tensor[]>(
  tf: TensorLibrary,
  f: (...example: X) => tfTypes.Tensor,
): (...batches: X) => tfTypes.Tensor {
  const where = 'autodiff.vmap';
  checkFunction(where, f);
  return (...batches) =>
    tf.tidy(() => {
      const n = countOf(where, batches);
      const made = Array.from({ length: n }, (_, i) =>
        resultOf(tf, where, f(...(batches.map((b) => exampleOf(tf, b, i)) as X))),
      );
      return tf.stack(made);
    });
}

/**
 * The gradient of each example's loss, where a usual gradient is their mean: `autodiff.perExample(loss)(params, x, y)`.
 * The function is called for each example, without the first axis, and differentiated: as slow as a loop over batches of
 * one.
 * @param f the loss of one example, one number
 * @returns in the form of the parameters, each tensor with the examples as a first axis
 * @example
 * ```ts
 * const loss = (w: tf.Tensor, x: tf.Tensor, y: tf.Tensor) => x.mul(w).sub(y).square().sum();
 * const w = tf.scalar(1);
 * autodiff.perExample(loss)(w, tf.tensor1d([1, 2]), tf.tensor1d([0, 0])); // → [2, 8]
 * ```
 */
export function perExample<P extends Tree, X extends tfTypes.Tensor[]>(
  tf: TensorLibrary,
  f: (parameters: P, ...example: X) => tfTypes.Tensor,
): (parameters: P, ...batches: X) => TensorsOf<P> {
  const where = 'autodiff.perExample';
  checkFunction(where, f);
  return (parameters, ...batches) =>
    tf.tidy(() => {
      const { leaves, rebuild } = flatten(tf, where, parameters);
      const n = countOf(where, batches);
      const rows = Array.from({ length: n }, (_, i) =>
        tf.tidy(() => {
          const example = batches.map((b) => exampleOf(tf, b, i)) as X;
          return differentiate(tf, () => scalarOf(tf, where, f(parameters, ...example)), leaves).grads;
        }),
      );
      return rebuild(leaves.map((_, k) => tf.stack(rows.map((row) => row[k]!)))) as never;
    });
}
