// Losses of regression, classification, segmentation and similarity.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { brackets, likePredictions, makeLoss, oneHotRows, type Loss } from './loss.ts';

type Tensor = tfTypes.Tensor;

/** A loss of each number, of which an example has the mean: [..., n] → [...]. */
const ofNumbers = (tf: TensorLibrary, name: string, f: (y: Tensor, p: Tensor) => Tensor): Loss =>
  makeLoss(tf, name, (yTrue, yPred) => {
    const losses = f(likePredictions(tf, name, yTrue, yPred.shape), yPred);
    return losses.rank === 0 ? losses : tf.mean(losses, -1);
  });

/**
 * Squared error: (y − p)², the mean over the last axis; [..., n] → [...].
 * @example
 * ```ts
 * losses.meanSquaredError()(tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 4]])); // → [2]
 * ```
 */
export const meanSquaredError = (tf: TensorLibrary): Loss =>
  ofNumbers(tf, 'meanSquaredError', (y, p) => tf.squaredDifference(p, y));

/**
 * Absolute error: |y − p|, the mean over the last axis; [..., n] → [...].
 * @example
 * ```ts
 * losses.meanAbsoluteError()(tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 4]])); // → [1]
 * ```
 */
export const meanAbsoluteError = (tf: TensorLibrary): Loss =>
  ofNumbers(tf, 'meanAbsoluteError', (y, p) => tf.abs(tf.sub(p, y)));

/** Options of {@link huber}. */
export interface HuberOptions {
  /** The error from which on the loss is linear, above 0; 1 by default. */
  delta?: number;
}

/**
 * Huber (1964): e²/2 for errors up to δ, δ (|e| − δ/2) beyond; the mean over the last axis; [..., n] → [...]. As Keras's
 * `Huber` and PyTorch's `HuberLoss`.
 * @throws RangeError for a delta that is not above 0
 * @example
 * ```ts
 * // Errors 0.5 and 3: 0.5² / 2, and 3 − 1 / 2
 * losses.huber({ delta: 1 })(tf.tensor2d([[0], [0]]), tf.tensor2d([[0.5], [3]])); // → [0.125, 2.5]
 * ```
 */
export function huber(tf: TensorLibrary, options: HuberOptions = {}): Loss {
  const where = 'losses.huber';
  checkOptions(where, options, { delta: 'number' });
  const { delta = 1 } = options;
  checkNumber(where, 'delta', delta, Number.MIN_VALUE);
  return ofNumbers(tf, 'huber', (y, p) => {
    const size = tf.abs(tf.sub(p, y));
    const near = tf.minimum(size, delta);
    // near · (size − near / 2) is both branches in one
    return tf.mul(near, tf.sub(size, tf.mul(near, 0.5)));
  });
}

/** Options of {@link sigmoidCrossEntropy}. */
export interface SigmoidCrossEntropyOptions {
  /** The part s of labels that is moved to the middle, y (1 − s) + s/2, from 0 to 1; 0 by default. */
  labelSmoothing?: number;
  /** What the losses of labels 1 are multiplied by, as PyTorch's `pos_weight`: negatives / positives; 1 by default. */
  positiveWeight?: number;
}

/**
 * Logistic cross-entropy from logits x: −y log σ(x) − (1 − y) log(1 − σ(x)), the mean over the last axis; labels 0 to 1
 * and logits [..., n] → [...]. As PyTorch's `BCEWithLogitsLoss` and Keras's `BinaryCrossentropy(from_logits=True)`: the
 * last layer has no activation.
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const loss = losses.sigmoidCrossEntropy({ positiveWeight: 3 });
 * // −3 log σ(0) and −log(1 − σ(0))
 * loss(tf.tensor2d([[1], [0]]), tf.tensor2d([[0], [0]])); // → [2.0794415, 0.6931472]
 * ```
 */
export function sigmoidCrossEntropy(tf: TensorLibrary, options: SigmoidCrossEntropyOptions = {}): Loss {
  const where = 'losses.sigmoidCrossEntropy';
  checkOptions(where, options, { labelSmoothing: 'number', positiveWeight: 'number' });
  const { labelSmoothing: s = 0, positiveWeight = 1 } = options;
  checkNumber(where, 'labelSmoothing', s, 0, 1);
  checkNumber(where, 'positiveWeight', positiveWeight);
  return ofNumbers(tf, 'sigmoidCrossEntropy', (given, x) => {
    const y = s > 0 ? tf.add(tf.mul(given, 1 - s), s / 2) : given;
    // −log σ(x) = softplus(−x), with no overflow
    const ofOnes = tf.mul(tf.mul(y, positiveWeight), tf.softplus(tf.neg(x)));
    return tf.add(ofOnes, tf.mul(tf.sub(1, y), tf.softplus(x)));
  });
}

/** Options of {@link softmaxCrossEntropy}. */
export interface SoftmaxCrossEntropyOptions {
  /** The part of each label that is spread evenly over the classes, from 0 to 1; 0 by default (Szegedy et al. 2016). */
  labelSmoothing?: number;
  /** What the losses of each class are multiplied by: one number for each class. */
  classWeights?: readonly number[];
}

const SOFTMAX: OptionNames<SoftmaxCrossEntropyOptions> = { labelSmoothing: 'number', classWeights: true };

/**
 * Softmax cross-entropy from logits x: −Σ y log softmax(x). Labels are rows, [..., classes], that are one-hot or
 * probabilities, or numbers of classes from 0, [...] or [..., 1]; logits [..., classes] → [...]. As PyTorch's
 * `CrossEntropyLoss` and Keras's `CategoricalCrossentropy(from_logits=True)`: the last layer has no activation. With
 * class weights, PyTorch's mean divides by their sum; here it does not, as in Keras.
 * @throws TypeError, RangeError for wrong options; RangeError for a label that is no class, or the loss NaN where its
 *   value is not at hand
 * @example
 * ```ts
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
 * // The last layer has no activation: its outputs are logits
 * model.compile({ optimizer: optim.adam(), loss: losses.softmaxCrossEntropy({ labelSmoothing: 0.1 }) });
 * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 1, verbose: 0 });
 * ```
 */
export function softmaxCrossEntropy(tf: TensorLibrary, options: SoftmaxCrossEntropyOptions = {}): Loss {
  const where = 'losses.softmaxCrossEntropy';
  checkOptions(where, options, SOFTMAX);
  const { labelSmoothing: s = 0, classWeights } = options;
  checkNumber(where, 'labelSmoothing', s, 0, 1);
  if (classWeights !== undefined) checkWeights(where, 'classWeights', classWeights);
  return makeLoss(
    tf,
    'softmaxCrossEntropy',
    (yTrue, yPred) => {
      const classes = classesOf(where, yPred, classWeights);
      const numbers = labelNumbers(tf, where, yTrue, yPred);
      if (numbers && s === 0 && !classWeights)
        return tf.losses.sparseSoftmaxCrossEntropy<Tensor>(numbers, yPred, undefined, tf.Reduction.NONE);
      const rows = numbers ? oneHot(tf, numbers, classes) : yTrue;
      if (!classWeights)
        return tf.losses.softmaxCrossEntropy<Tensor, Tensor>(rows, yPred, undefined, s, tf.Reduction.NONE);
      const smooth = s > 0 ? tf.add(tf.mul(rows, 1 - s), s / classes) : rows;
      return tf.neg(tf.sum(tf.mul(tf.mul(smooth, tf.tensor1d([...classWeights])), tf.logSoftmax(yPred)), -1));
    },
    () => null,
  );
}

function checkWeights(where: string, name: string, weights: readonly number[]): void {
  const isList = Array.isArray(weights) && weights.every((w) => typeof w === 'number' && w >= 0 && w < Infinity);
  if (!isList)
    throw new TypeError(`${where}: ${name} must be an array of numbers of at least 0, got ${shown(weights)}`);
}

/** The number of classes of logits. @throws Error where there is none, or weights are of another number */
function classesOf(where: string, yPred: Tensor, weights: readonly number[] | undefined): number {
  const classes = yPred.shape.at(-1);
  if (classes === undefined) throw new Error(`${where}: yPred must be [..., classes], and is a number`);
  if (weights && weights.length !== classes)
    throw new Error(`${where}: there are ${weights.length} class weights, and yPred has ${classes} classes`);
  return classes;
}

/**
 * Labels that are numbers of classes as int32 [...]; undefined for rows, [..., classes].
 * @throws Error for labels of another shape; RangeError for one that is no class, on the device `cpu`
 */
function labelNumbers(tf: TensorLibrary, where: string, yTrue: Tensor, yPred: Tensor): Tensor | undefined {
  if (tf.util.arraysEqual(yTrue.shape, yPred.shape)) return undefined;
  const rows = yPred.shape.slice(0, -1);
  const isPlain = tf.util.arraysEqual(yTrue.shape, rows) || tf.util.arraysEqual(yTrue.shape, [...rows, 1]);
  if (!isPlain)
    throw new Error(
      `${where}: yTrue has shape ${brackets(yTrue.shape)}; for predictions ${brackets(yPred.shape)} it must be rows ` +
        `${brackets(yPred.shape)}, or numbers of classes ${brackets(rows)}`,
    );
  const classes = yPred.shape.at(-1)!;
  // On other devices, reading the labels would wait for all that is being computed
  if (tf.getBackend() === 'cpu')
    yTrue.dataSync().forEach((label, i) => {
      if (Number.isInteger(label) && label >= 0 && label < classes) return;
      const hint = label === classes ? ' Labels that begin at 1 must be lowered by 1.' : '';
      throw new RangeError(
        `${where}: label ${i} is ${label}, and there are ${classes} classes: labels must be integers from 0 to ` +
          `${classes - 1}.${hint}`,
      );
    });
  // What is no class, such as 1.5, is −1, whose loss is NaN
  const isWhole = tf.equal(yTrue, tf.floor(yTrue));
  return tf.cast(tf.where(isWhole, yTrue, tf.fill(yTrue.shape, -1)), 'int32').reshape(rows);
}

/** Rows with a single 1; of NaN for what is no class. */
function oneHot(tf: TensorLibrary, numbers: Tensor, classes: number): Tensor {
  const column = tf.expandDims(numbers, -1);
  const isClass = tf.logicalAnd(tf.greaterEqual(column, 0), tf.less(column, classes));
  return tf.add(
    oneHotRows(tf, numbers, classes),
    tf.where(isClass, tf.zeros(column.shape), tf.fill(column.shape, NaN)),
  );
}

/** Options of {@link sigmoidFocalCrossEntropy}. */
export interface SigmoidFocalOptions {
  /** How much easy examples count less, at least 0; 2 by default. 0 gives the cross-entropy. */
  gamma?: number;
  /** The weight of labels 1, from 0 to 1; that of labels 0 is 1 − α. Without it, both are 1. */
  alpha?: number;
}

/**
 * Focal loss of two classes from logits: −α (1 − q)^γ log q, where q is the probability of the label, the mean over the
 * last axis; labels 0 to 1 and logits [..., n] → [...] (Lin et al. 2017, https://arxiv.org/abs/1708.02002, eq. 5).
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const loss = losses.sigmoidFocalCrossEntropy({ gamma: 2, alpha: 0.5 });
 * // Probability ½: 0.5 · ½² · log 2
 * loss(tf.tensor2d([[1]]), tf.tensor2d([[0]])); // → [0.0866434]
 * ```
 */
export function sigmoidFocalCrossEntropy(tf: TensorLibrary, options: SigmoidFocalOptions = {}): Loss {
  const where = 'losses.sigmoidFocalCrossEntropy';
  checkOptions(where, options, { gamma: 'number', alpha: 'number' });
  const { gamma = 2, alpha } = options;
  checkNumber(where, 'gamma', gamma);
  if (alpha !== undefined) checkNumber(where, 'alpha', alpha, 0, 1);
  return ofNumbers(tf, 'sigmoidFocalCrossEntropy', (y, x) => {
    // −log σ(x) and −log(1 − σ(x)); σ(−x)^γ = exp(−γ softplus(x)), with no power of 0
    const [one, zero] = [tf.softplus(tf.neg(x)), tf.softplus(x)];
    const ofOnes = tf.mul(tf.mul(y, one), tf.exp(tf.mul(zero, -gamma)));
    const ofZeros = tf.mul(tf.mul(tf.sub(1, y), zero), tf.exp(tf.mul(one, -gamma)));
    return alpha === undefined ? tf.add(ofOnes, ofZeros) : tf.add(tf.mul(ofOnes, alpha), tf.mul(ofZeros, 1 - alpha));
  });
}

/** Options of {@link softmaxFocalCrossEntropy}. */
export interface SoftmaxFocalOptions {
  /** How much easy examples count less, at least 0; 2 by default. 0 gives the cross-entropy. */
  gamma?: number;
  /** The weight of each class: one number for all, or one for each; 1 by default. */
  alpha?: number | readonly number[];
}

/**
 * Focal loss of several classes from logits: −Σ α y (1 − q)^γ log q, q = softmax(x). Labels as for
 * `losses.softmaxCrossEntropy`; logits [..., classes] → [...] (Lin et al. 2017, https://arxiv.org/abs/1708.02002).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const loss = losses.softmaxFocalCrossEntropy({ gamma: 2, alpha: 1 });
 * // Probability ½: ½² · log 2
 * loss(tf.tensor1d([0], 'int32'), tf.tensor2d([[0, 0]])); // → [0.1732868]
 * ```
 */
export function softmaxFocalCrossEntropy(tf: TensorLibrary, options: SoftmaxFocalOptions = {}): Loss {
  const where = 'losses.softmaxFocalCrossEntropy';
  checkOptions(where, options, { gamma: 'number', alpha: true });
  const { gamma = 2, alpha = 1 } = options;
  checkNumber(where, 'gamma', gamma);
  if (typeof alpha === 'number') checkNumber(where, 'alpha', alpha);
  else checkWeights(where, 'alpha', alpha);
  return makeLoss(
    tf,
    'softmaxFocalCrossEntropy',
    (yTrue, yPred) => {
      const classes = classesOf(where, yPred, typeof alpha === 'number' ? undefined : alpha);
      const numbers = labelNumbers(tf, where, yTrue, yPred);
      const rows = numbers ? oneHot(tf, numbers, classes) : yTrue;
      const logs = tf.logSoftmax(yPred);
      // Above 0, where a power below 1 has no finite gradient
      const rest = tf.pow(tf.maximum(tf.neg(tf.expm1(logs)), 1e-7), gamma);
      const weights = typeof alpha === 'number' ? alpha : tf.tensor1d([...alpha]);
      return tf.neg(tf.sum(tf.mul(tf.mul(tf.mul(rows, rest), weights), logs), -1));
    },
    () => null,
  );
}

/** Options of {@link dice}. */
export interface DiceOptions {
  /** What is added above and below, so that two empty masks have the loss 0; 1 by default. */
  smooth?: number;
  /** Whether predictions are logits, to which the sigmoid is applied; false by default: probabilities. */
  fromLogits?: boolean;
}

/**
 * Dice loss of masks: 1 − (2 Σ y p + s) / (Σ y + Σ p + s), the sums over all axes of an example but the first;
 * [batch, ...] → [batch] (Milletari, Navab & Ahmadi 2016, https://arxiv.org/abs/1606.04797, without its squares).
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const mask = tf.tensor2d([[1, 1, 0, 0]]);
 * const found = tf.tensor2d([[1, 0, 0, 0]]);
 * losses.dice({ smooth: 0 })(mask, found); // → [0.3333333]
 * ```
 */
export function dice(tf: TensorLibrary, options: DiceOptions = {}): Loss {
  const where = 'losses.dice';
  checkOptions(where, options, { smooth: 'number', fromLogits: 'boolean' });
  const { smooth = 1, fromLogits = false } = options;
  checkNumber(where, 'smooth', smooth);
  return makeLoss(tf, 'dice', (yTrue, yPred) => {
    if (yPred.rank < 2) throw new Error(`${where}: yPred must be [batch, ...], and is ${brackets(yPred.shape)}`);
    const flat = (x: Tensor) => tf.reshape(x, [x.shape[0]!, -1]);
    const y = flat(likePredictions(tf, 'dice', yTrue, yPred.shape));
    const p = fromLogits ? tf.sigmoid(flat(yPred)) : flat(yPred);
    const both = tf.mul(tf.sum(tf.mul(y, p), -1), 2);
    const all = tf.add(tf.sum(y, -1), tf.sum(p, -1));
    return tf.sub(1, tf.div(tf.add(both, smooth), tf.add(all, Math.max(smooth, 1e-7))));
  });
}

/** Options of {@link contrastive}. */
export interface ContrastiveOptions {
  /** The distance that unlike pairs should have, above 0; 1 by default. */
  margin?: number;
}

/**
 * Contrastive loss of pairs: y d² + (1 − y) max(margin − d, 0)², the mean over the last axis. Targets 1 for like pairs,
 * 0 for unlike ones; predictions are distances d ≥ 0; [..., n] → [...] (Hadsell, Chopra & LeCun 2006, eq. 4, without its
 * ½).
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * // A like pair at distance 0.5, an unlike one at 0.8
 * losses.contrastive({ margin: 1 })(tf.tensor2d([[1], [0]]), tf.tensor2d([[0.5], [0.8]])); // → [0.25, 0.04]
 * ```
 */
export function contrastive(tf: TensorLibrary, options: ContrastiveOptions = {}): Loss {
  const where = 'losses.contrastive';
  checkOptions(where, options, { margin: 'number' });
  const { margin = 1 } = options;
  checkNumber(where, 'margin', margin, Number.MIN_VALUE);
  return ofNumbers(tf, 'contrastive', (y, d) =>
    tf.add(tf.mul(y, tf.square(d)), tf.mul(tf.sub(1, y), tf.square(tf.relu(tf.sub(margin, d))))),
  );
}

/** Options of {@link infoNce}. */
export interface InfoNceOptions {
  /** What similarities are divided by, above 0; 0.1 by default. */
  temperature?: number;
}

/**
 * Contrastive loss of a batch, in which each pair of rows with the same number is like and all others are not:
 * −log(exp(aᵢ·bᵢ/τ) / Σⱼ exp(aᵢ·bⱼ/τ)) with rows of length 1, the mean of both directions; two views [batch, n] →
 * [batch] (van den Oord et al. 2018, https://arxiv.org/abs/1807.03748; Radford et al. 2021). Both views are
 * differentiated.
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const views = tf.eye(3);
 * // Each row is like itself, and at right angles to the others: log(1 + 2 / e)
 * losses.infoNce({ temperature: 1 })(views, views); // → [0.5514447, 0.5514447, 0.5514447]
 * ```
 */
export function infoNce(tf: TensorLibrary, options: InfoNceOptions = {}): Loss {
  const where = 'losses.infoNce';
  checkOptions(where, options, { temperature: 'number' });
  const { temperature = 0.1 } = options;
  checkNumber(where, 'temperature', temperature, Number.MIN_VALUE);
  return makeLoss(tf, 'infoNce', (a, b) => {
    if (a.rank !== 2 || !tf.util.arraysEqual(a.shape, b.shape))
      throw new Error(`${where}: both views must be [batch, n], and are ${brackets(a.shape)} and ${brackets(b.shape)}`);
    const unit = (x: Tensor) => tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12)));
    const logits = tf.div(
      tf.matMul(unit(a) as tfTypes.Tensor2D, unit(b) as tfTypes.Tensor2D, false, true),
      temperature,
    );
    const eye = tf.eye(a.shape[0]!);
    const each = (x: Tensor) => tf.neg(tf.sum(tf.mul(tf.logSoftmax(x), eye), -1));
    return tf.mul(tf.add(each(logits), each(tf.transpose(logits))), 0.5);
  });
}

/** Options of {@link klDivergence}. */
export interface KlDivergenceOptions {
  /** Whether predictions are logits, to which the softmax is applied; false by default: probabilities. */
  fromLogits?: boolean;
}

/**
 * Kullback–Leibler divergence of distributions: Σ y log(y / p), 0 where y is 0; probabilities [..., classes] → [...]. As
 * Keras's `KLDivergence`; PyTorch's `KLDivLoss` takes log p. Probabilities below 10⁻⁷ count as that.
 * @example
 * ```ts
 * const p = tf.tensor2d([[0.5, 0.5]]);
 * losses.klDivergence()(p, tf.tensor2d([[0.25, 0.75]])); // → [0.143841]
 * ```
 */
export function klDivergence(tf: TensorLibrary, options: KlDivergenceOptions = {}): Loss {
  checkOptions('losses.klDivergence', options, { fromLogits: 'boolean' });
  return makeLoss(tf, 'klDivergence', (yTrue, yPred) => {
    const y = likePredictions(tf, 'klDivergence', yTrue, yPred.shape);
    const logs = options.fromLogits ? tf.logSoftmax(yPred) : tf.log(tf.clipByValue(yPred, 1e-7, 1));
    return tf.sum(tf.mul(y, tf.sub(tf.log(tf.maximum(y, 1e-30)), logs)), -1);
  });
}

/**
 * Kullback–Leibler divergence of a normal distribution without correlations from the standard one: Σ (μ² + σ² − log σ² −
 * 1) / 2 over the last axis, the second term of a variational autoencoder's loss (Kingma & Welling 2014,
 * https://arxiv.org/abs/1312.6114, appendix B).
 * @param mean μ [..., n]
 * @param logVariance log σ² [..., n]
 * @returns [...]
 * @example
 * ```ts
 * // σ = 1: half the square of the means
 * losses.gaussianKl(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 0]])); // → [2.5]
 * ```
 */
export function gaussianKl(tf: TensorLibrary, mean: Tensor, logVariance: Tensor): Tensor {
  for (const [name, value] of Object.entries({ mean, logVariance }))
    if (!(value instanceof tf.Tensor))
      throw new TypeError(`losses.gaussianKl: ${name} must be a tensor, got ${shown(value)}`);
  if (!tf.util.arraysEqual(mean.shape, logVariance.shape))
    throw new Error(
      `losses.gaussianKl: mean ${brackets(mean.shape)} and logVariance ${brackets(logVariance.shape)} must have one shape`,
    );
  return tf.tidy(() => {
    const each = tf.sub(tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), logVariance), 1);
    return tf.mul(tf.sum(each, -1), 0.5);
  });
}
