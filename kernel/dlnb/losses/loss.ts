// What all losses of `losses` are: functions of targets and predictions, with a weighted mean beside them.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';

type Tensor = tfTypes.Tensor;

/** Weights and masks of a mean. */
export interface WeightOptions {
  /** One weight for each example, or for each loss: [batch] or the shape of the losses. */
  sampleWeight?: Tensor | readonly number[];
  /** 1 or true where a loss counts, 0 or false where it is padding: [batch, …], the first axes of the losses. */
  mask?: Tensor;
}

/**
 * A loss: targets and predictions → one loss for each example, [batch, …]. `compile({ loss })` takes it, and weighs and
 * masks the losses; in a loop of one's own, `loss(y, model.apply(x)).mean()` is the scalar to minimize.
 */
export interface Loss {
  (yTrue: Tensor, yPred: Tensor): Tensor;
  /**
   * The mean of the losses as a scalar: Σ weight · loss / n, as in `fit`. With a mask, over the n losses that it leaves.
   * @throws Error where weights or mask do not have the first axes of the losses
   * @example
   * ```ts
   * const loss = losses.meanSquaredError();
   * const y = tf.tensor2d([[0], [0]]);
   * loss.mean(y, tf.tensor2d([[1], [3]]), { sampleWeight: tf.tensor1d([1, 0]) });
   * ```
   */
  mean(yTrue: Tensor, yPred: Tensor, weights?: WeightOptions): tfTypes.Scalar;
}

type Shape = readonly (number | null)[];

/** What `compile` reads of a loss of ours: which targets an output of a shape takes; null for any. */
export interface LossShapes {
  targetShape(output: Shape): Shape | null;
}

/** Makes a loss. @param f targets in float32, predictions → losses; it is called in a `tidy` */
export function makeLoss(
  tf: TensorLibrary,
  name: string,
  f: (yTrue: Tensor, yPred: Tensor) => Tensor,
  targetShape: LossShapes['targetShape'] = (output) => output,
): Loss {
  const where = `losses.${name}`;
  const loss = (yTrue: Tensor, yPred: Tensor): Tensor => {
    for (const [what, value] of [
      ['yTrue', yTrue],
      ['yPred', yPred],
    ] as const)
      // prettier-ignore
      if (!(value instanceof tf.Tensor))
        throw new TypeError(`${where}: ${what} must be a tensor, such as tf.tensor(…), got ${shown(value)}`);
    return tf.tidy(() => f(floats(tf, yTrue), floats(tf, yPred)));
  };
  const mean = (yTrue: Tensor, yPred: Tensor, weights: WeightOptions = {}) =>
    tf.tidy(() => weightedMean(tf, where, loss(yTrue, yPred), weights));
  Object.defineProperty(loss, 'name', { value: name });
  return Object.assign(loss, { mean, targetShape }) as Loss;
}

/** Cast to float32 if needed. */
export const floats = (tf: TensorLibrary, x: Tensor): Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/**
 * Targets with the shape of the predictions; a last axis of 1 may be missing or too many.
 * @throws Error for any other shape
 */
export function likePredictions(tf: TensorLibrary, where: string, yTrue: Tensor, shape: readonly number[]): Tensor {
  if (tf.util.arraysEqual(yTrue.shape, shape as number[])) return yTrue;
  const without = (list: readonly number[]) => (list.at(-1) === 1 ? list.slice(0, -1) : list);
  if (tf.util.arraysEqual(without(yTrue.shape) as number[], without(shape) as number[]))
    return tf.reshape(yTrue, shape as number[]);
  throw new Error(
    `losses.${where}: yTrue has shape ${brackets(yTrue.shape)}, and must have ${brackets(shape)} for these predictions`,
  );
}

/** A shape in a message. */
export const brackets = (shape: Shape): string => `[${shape.map((n) => n ?? 'batch').join(', ')}]`;

function weightedMean(tf: TensorLibrary, where: string, losses: Tensor, weights: WeightOptions): tfTypes.Scalar {
  const { sampleWeight, mask } = weights;
  let sum = losses;
  if (sampleWeight !== undefined) sum = tf.mul(sum, aligned(tf, `${where}: sampleWeight`, losses, sampleWeight));
  if (mask === undefined) return tf.mean(sum);
  const left = aligned(tf, `${where}: mask`, losses, mask);
  const count = tf.mul(tf.sum(left), losses.size / left.size);
  return tf.div(tf.sum(tf.mul(sum, left)), tf.maximum(count, 1e-7));
}

/** Weights with as many axes as values, so that the two can be multiplied. @throws Error where they do not fit */
export function aligned(tf: TensorLibrary, where: string, values: Tensor, weights: Tensor | readonly number[]): Tensor {
  let w = floats(tf, weights instanceof tf.Tensor ? weights : tf.tensor(weights as number[]));
  if (w.rank === values.rank + 1 && w.shape.at(-1) === 1) w = tf.reshape(w, w.shape.slice(0, -1));
  if (w.rank > values.rank || w.shape.some((n, i) => n !== values.shape[i]))
    throw new Error(
      `${where} has shape ${brackets(w.shape)}, and must have the first axes of ${brackets(values.shape)}`,
    );
  return tf.reshape(w, [...w.shape, ...new Array<number>(values.rank - w.rank).fill(1)]);
}

/**
 * Rows with a single 1, also for one class, which `tf.oneHot` refuses: int32 [...] → float32 [..., classes]. Rows of 0
 * for what is no class.
 */
export const oneHotRows = (tf: TensorLibrary, numbers: Tensor, classes: number): Tensor =>
  tf.cast(tf.equal(tf.expandDims(numbers, -1), tf.range(0, classes, 1, 'int32')), 'float32');
