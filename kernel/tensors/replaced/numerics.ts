// logSumExp, norms and weighted losses whose values and gradients are right at zeros, ties and infinities. This module
// replaces four of tfjs-core's (modules.js). tfjs-core loads it while it is still loading itself, so nothing here uses
// tfjs-core before it is called.
import * as tf from '@tensorflow/tfjs-core';
import { expandShapeToKeepDim } from '@tensorflow/tfjs-core/dist/ops/axis_util';
import { norm as stockNorm } from '@tensorflow/tfjs-core/dist/ops/norm';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';
import { convertToTensor } from '@tensorflow/tfjs-core/dist/tensor_util_env';
import { recording, unrecorded } from '../engine/call.ts';

type Axis = number | number[] | null;
type Like = tf.Tensor | tf.TensorLike;

/** The largest number of float32. */
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

function logSumExp_(input: Like, axis: Axis = null, keepDims = false): tf.Tensor {
  const x = convertToTensor(input, 'x', 'logSumExp');
  const axes = tf.util.parseAxisParam(axis!, x.shape);
  // The result does not depend on what is subtracted, so that needs no gradient. An infinity less itself would be NaN.
  const shift = unrecorded(() => {
    const largest = tf.max(x, axes, true);
    if (x.dtype === 'float32') return tf.clipByValue(largest, -MAX_FLOAT32, MAX_FLOAT32);
    return tf.where(tf.isFinite(largest), largest, tf.zerosLike(largest));
  });
  const sum = tf.sum(tf.exp(tf.sub(x, shift)), axes);
  const y = tf.add(logOfSum(sum), tf.reshape(shift, sum.shape));
  return keepDims ? tf.reshape(y, expandShapeToKeepDim(y.shape, axes)) : y;
}
/**
 * `tf.logSumExp`: log Σ eˣ over axes. Of −∞ alone it is −∞, with ∞ among them ∞; the gradient of −∞ alone is 0.
 */
export const logSumExp = op({ logSumExp_ });

/** log(x) for x ≥ 0; at 0 it is −∞ and has the gradient 0. */
function logOfSum(x: tf.Tensor): tf.Tensor {
  if (!recording()) return tf.log(x);
  const isZero = tf.equal(x, 0);
  const log = tf.log(tf.where(isZero, tf.onesLike(x), x));
  return tf.where(isZero, tf.fill(x.shape, -Infinity), log);
}

/** √x for x ≥ 0, with the gradient 0 at 0. */
function rootOfSum(x: tf.Tensor): tf.Tensor {
  if (!recording()) return tf.sqrt(x);
  const isZero = tf.equal(x, 0);
  return tf.where(isZero, tf.zerosLike(x), tf.sqrt(tf.where(isZero, tf.onesLike(x), x)));
}

function norm_(input: Like, ord: number | 'euclidean' | 'fro' = 'euclidean', axis: Axis = null, keepDims = false) {
  const x = convertToTensor(input, 'x', 'norm');
  const count = axis === null ? 1 : typeof axis === 'number' ? 1 : axis.length;
  const isRoot =
    x.rank > 0 &&
    x.dtype !== 'complex64' &&
    ((ord === 'euclidean' && count <= 2) || (ord === 2 && count === 1) || (ord === 'fro' && count === 2));
  // The other norms are sums and extrema of |x|
  if (!isRoot) return stockNorm(x, ord, axis!, keepDims);
  const squares = tf.square(tf.cast(x, 'float32'));
  const all = axis ?? [...x.shape.keys()];
  return rootOfSum(tf.sum(squares, all, keepDims));
}
/** `tf.norm`. The gradient of the Euclidean norm at 0 is 0. */
export const norm = op({ norm_ });

/** a / b, and 0 where b is 0. */
function ratio(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const isZero = tf.equal(b, 0);
  return tf.where(isZero, tf.zerosLike(a), tf.div(a, tf.where(isZero, tf.onesLike(b), b)));
}

function computeWeightedLoss_(values: Like, weights?: Like | null, reduction = tf.Reduction.SUM_BY_NONZERO_WEIGHTS) {
  const losses = convertToTensor(values, 'losses', 'computeWeightedLoss');
  const { NONE, SUM, MEAN, SUM_BY_NONZERO_WEIGHTS } = tf.Reduction;
  if (weights === undefined || weights === null) {
    if (reduction === NONE) return losses;
    if (reduction === SUM) return tf.sum(losses);
    // 0 of no losses
    if (reduction === MEAN) return losses.size === 0 ? tf.cast(tf.sum(losses), 'float32') : tf.mean(losses);
    if (reduction === SUM_BY_NONZERO_WEIGHTS) return tf.div(tf.sum(losses), tf.scalar(losses.size));
  } else {
    const w = convertToTensor(weights, 'weights', 'computeWeightedLoss');
    const weighted = tf.mul(losses, w);
    if (reduction === NONE) return weighted;
    const sum = tf.sum(weighted);
    if (reduction === SUM) return sum;
    if (reduction === MEAN) {
      const copies = losses.size / w.size;
      const mean = ratio(sum, tf.sum(w));
      return copies > 1 ? tf.div(mean, tf.scalar(copies)) : mean;
    }
    if (reduction === SUM_BY_NONZERO_WEIGHTS) {
      const full = tf.mul(w, tf.ones(losses.shape));
      return ratio(sum, tf.cast(tf.sum(tf.notEqual(full, tf.scalar(0))), 'float32'));
    }
  }
  throw new Error(
    `computeWeightedLoss: the reduction is ${reduction as number}, and must be one of tf.Reduction: NONE (0), MEAN ` +
      `(1), SUM (2) or SUM_BY_NONZERO_WEIGHTS (3)`,
  );
}
/** `tf.losses.computeWeightedLoss`: 0 where all weights are 0. */
export const computeWeightedLoss = op({ computeWeightedLoss_ });

/**
 * −z log σ(x) − (1 − z) log(1 − σ(x)) for labels z and logits x, as max(x, 0) − x z + log(1 + e^−|x|). −|x| is written
 * as x − 2 max(x, 0), whose gradient at 0 is the one that fits that of max(x, 0): their sum is σ(x) − z everywhere.
 */
export function logisticLoss(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const positive = tf.relu(logits);
  const negative = tf.sub(logits, tf.add(positive, positive));
  return tf.add(tf.sub(positive, tf.mul(logits, labels)), tf.log1p(tf.exp(negative)));
}

function sigmoidCrossEntropy_(
  multiClassLabels: Like,
  logits: Like,
  weights?: Like | null,
  labelSmoothing = 0,
  reduction = tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
) {
  let labels = convertToTensor(multiClassLabels, 'multiClassLabels', 'sigmoidCrossEntropy');
  // Of bool and int32, −|x| would be of that type
  const x = tf.cast(convertToTensor(logits, 'logits', 'sigmoidCrossEntropy'), 'float32');
  tf.util.assertShapesMatch(labels.shape, x.shape, 'Error in sigmoidCrossEntropy: ');
  if (labelSmoothing > 0) labels = tf.add(tf.mul(labels, 1 - labelSmoothing), 0.5 * labelSmoothing);
  const w = weights == null ? weights : convertToTensor(weights, 'weights', 'sigmoidCrossEntropy');
  return computeWeightedLoss_(logisticLoss(labels, x), w, reduction);
}
/** `tf.losses.sigmoidCrossEntropy`. Labels are smoothed towards 1/2. */
export const sigmoidCrossEntropy = op({ sigmoidCrossEntropy_ });
