// The losses that `compile` knows by name: those of tfjs-layers and Keras's others, under Keras's names and short
// names. All formulas are those of Keras 3.
import * as tf from '@tensorflow/tfjs-core';
import * as stock from '@tensorflow/tfjs-layers/dist/losses';
import { didYouMean } from '../../wire/closest.ts';
import { lookUp } from './names.ts';
import type { LossOrMetric } from './types.ts';

const EPSILON = 1e-7;

const floats = (x: tf.Tensor) => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));
const bounded = (p: tf.Tensor) => tf.clipByValue(p, EPSILON, 1 - EPSILON);

/** Huber (1964) with δ = 1: e²/2 for errors up to 1, |e| − 1/2 beyond; [batch, ..., n] → [batch, ...]. */
export const huber: LossOrMetric = (target, output) =>
  tf.tidy(() => {
    const size = tf.abs(tf.sub(output, target));
    const near = tf.minimum(size, 1);
    // near · (size − near / 2) is both branches in one
    return tf.mean(tf.mul(near, tf.sub(size, tf.mul(near, 0.5))), -1);
  });

/** −Σ target · output of vectors of length 1; [batch, ..., n] → [batch, ...]. */
export const cosineSimilarity: LossOrMetric = (target, output) => stock.cosineProximity(target, output);

/** Binary focal cross-entropy (Lin et al. 2017) with γ = 2, without weights of classes; probabilities. */
export const binaryFocalCrossentropy: LossOrMetric = (target, output) =>
  tf.tidy(() => {
    const [y, p] = [floats(target), bounded(output)];
    const [notY, notP] = [tf.sub(1, y), tf.sub(1, p)];
    const right = tf.add(tf.mul(y, p), tf.mul(notY, notP));
    const entropy = tf.neg(tf.add(tf.mul(y, tf.log(p)), tf.mul(notY, tf.log(notP))));
    return tf.mean(tf.mul(tf.square(tf.sub(1, right)), entropy), -1);
  });

/** Categorical focal cross-entropy (Lin et al. 2017) with α = 1/4 and γ = 2; probabilities [batch, ..., classes]. */
export const categoricalFocalCrossentropy: LossOrMetric = (target, output) =>
  tf.tidy(() => {
    const p = bounded(tf.div(output, tf.sum(output, -1, true)));
    const entropy = tf.neg(tf.mul(floats(target), tf.log(p)));
    return tf.sum(tf.mul(tf.mul(0.25, tf.square(tf.sub(1, p))), entropy), -1);
  });

/** Tversky (Salehi et al. 2017) with α = β, i.e. Dice: 1 − 2 Σ y p / (Σ y + Σ p); one number for the batch. */
export const dice: LossOrMetric = (target, output) =>
  tf.tidy(() => {
    const both = tf.sum(tf.mul(floats(target), output));
    const all = tf.add(tf.sum(floats(target)), tf.sum(output));
    return tf.sub(1, tf.div(tf.add(tf.mul(2, both), EPSILON), tf.add(all, EPSILON)));
  });

/** By the name that models are saved with. */
export const named: Readonly<Record<string, LossOrMetric>> = {
  huber,
  cosineSimilarity,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  dice,
};

const short: Readonly<Record<string, string>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  cce: 'categoricalCrossentropy',
  scce: 'sparseCategoricalCrossentropy',
  kld: 'kullbackLeiblerDivergence',
  klDivergence: 'kullbackLeiblerDivergence',
  cosine: 'cosineProximity',
  huberLoss: 'huber',
};

/**
 * The loss that a name means, in `camelCase` or Keras's `snake_case`, or in short.
 * @param known losses by name
 * @throws Error that lists the names
 */
export function lossByName(name: string, known: Readonly<Record<string, LossOrMetric>>): LossOrMetric {
  const loss = lookUp(known, name) ?? lookUp(known, lookUp(short, name) ?? '');
  if (loss) return loss;
  const instead = /softmaxcrossentropy/i.test(name)
    ? 'Use "categoricalCrossentropy" as the string name for tf.losses.softmaxCrossEntropy. '
    : '';
  const names = [...Object.keys(known), ...Object.keys(short).filter((key) => key.length <= 4)];
  const near = didYouMean(name, names);
  throw new Error(`Unknown loss ${name}${near || '.'} ${instead}There are: ${names.join(', ')}; or pass a function.`);
}

/** A loss as a metric that has another sign or name; undefined if it is not one. */
export function lossAsMetric(name: string, known: Readonly<Record<string, LossOrMetric>>): LossOrMetric | undefined {
  return lookUp(known, name) ?? lookUp(known, lookUp(short, name) ?? '');
}
