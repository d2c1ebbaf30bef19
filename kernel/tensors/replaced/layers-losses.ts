// The losses of tf.layers, with the categorical cross-entropies in few op kernels. This module replaces tfjs-layers's
// own (modules.js), since models compare losses by identity.
import * as tf from '@tensorflow/tfjs-core';
import { epsilon } from '@tensorflow/tfjs-layers/dist/backend/common';
import { lossesMap } from '@tensorflow/tfjs-layers/dist/losses';
import { crossEntropyOfProbabilities, softmaxCrossEntropy } from '../fused/losses.ts';
import { oneHotOfLabels } from '../layers/labels.ts';
import { lossByName, named } from '../layers/losses.ts';
import type { LossOrMetric } from '../layers/types.ts';
import { logisticLoss } from './numerics.ts';

export * from '@tensorflow/tfjs-layers/dist/losses';

/**
 * Categorical cross-entropy of each example.
 * @param target [batch, ..., classes]
 * @param output probabilities [batch, ..., classes], or logits if `fromLogits`
 * @returns [batch, ...]
 */
export function categoricalCrossentropy(target: tf.Tensor, output: tf.Tensor, fromLogits = false): tf.Tensor {
  return tf.tidy(() =>
    fromLogits
      ? softmaxCrossEntropy(target, output, undefined, 0, tf.Reduction.NONE)
      : crossEntropyOfProbabilities(target, output, epsilon()),
  );
}

/**
 * As `categoricalCrossentropy`, with labels given as numbers of classes; one that is not is an error, or NaN
 * (layers/labels.ts).
 * @param target [batch, ...] or [batch, ..., 1]
 */
export function sparseCategoricalCrossentropy(target: tf.Tensor, output: tf.Tensor, fromLogits = false): tf.Tensor {
  return tf.tidy(() => {
    const classes = output.shape.at(-1)!;
    return categoricalCrossentropy(tf.reshape(oneHotOfLabels(target, classes), output.shape), output, fromLogits);
  });
}

/**
 * The logistic loss of each number, with the gradient σ(x) − z also where x is 0.
 * @param labels z
 * @param logits x, of the same shape
 */
export function sigmoidCrossEntropyWithLogits(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  tf.util.assertShapesMatch(labels.shape, logits.shape, 'sigmoidCrossEntropyWithLogits: labels and logits differ: ');
  return tf.tidy(() => logisticLoss(labels, logits));
}

/**
 * Binary cross-entropy of each example: the mean over its last axis.
 * @param target [batch, ..., units]
 * @param output probabilities of the same shape
 * @returns [batch, ...]
 */
export function binaryCrossentropy(target: tf.Tensor, output: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const p = tf.clipByValue(output, epsilon(), 1 - epsilon());
    return tf.mean(sigmoidCrossEntropyWithLogits(target, tf.log(tf.div(p, tf.sub(1, p)))), -1);
  });
}

Object.assign(lossesMap, {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  ...named,
});

/** The loss that `compile` was given by name; a function is returned as it is. */
export const get = (loss: string | LossOrMetric): LossOrMetric =>
  typeof loss === 'string' ? lossByName(loss, lossesMap as Record<string, LossOrMetric>) : loss;
