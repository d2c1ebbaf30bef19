// Metrics of classification, segmentation, language and regression.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { aligned, brackets, likePredictions, oneHotRows } from '../losses/loss.ts';
import { softmaxCrossEntropy } from '../losses/losses.ts';
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { makeMetric, meanCounting, type Metric, type MetricOptions } from './metric.ts';

type Tensor = tfTypes.Tensor;

const NAME = { name: 'text' } as const;

const number = (tf: TensorLibrary, condition: Tensor) => tf.cast(condition, 'float32');

/**
 * Labels as numbers of classes, int32 [...]: of rows [..., classes] the place of the largest, of numbers [...] or
 * [..., 1] themselves.
 * @throws Error for labels of another shape
 */
function labelsOf(tf: TensorLibrary, where: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const rows = yPred.shape.slice(0, -1);
  if (yPred.rank > 0) {
    if (tf.util.arraysEqual(yTrue.shape, yPred.shape)) return tf.argMax(yTrue, -1);
    const { shape } = yTrue;
    if (tf.util.arraysEqual(shape, rows) || tf.util.arraysEqual(shape, [...rows, 1]))
      return tf.cast(tf.reshape(yTrue, rows), 'int32');
  }
  throw new Error(
    `metrics.${where}: yTrue has shape ${brackets(yTrue.shape)}; for predictions ${brackets(yPred.shape)} it must be rows ` +
      `${brackets(yPred.shape)}, or numbers of classes ${brackets(rows)}`,
  );
}

/** Options of {@link accuracy}. */
export interface AccuracyOptions extends MetricOptions {
  /** For one output: from where on it means 1; 0.5 by default, for probabilities; 0 for logits. */
  threshold?: number;
}

/**
 * The part of right answers. Predictions [..., classes]: the class with the largest number, logits or probabilities, is
 * compared with labels that are rows or numbers of classes. Predictions [..., 1]: above the threshold means 1.
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const accuracy = metrics.accuracy();
 * // Two batches
 * accuracy.update(tf.tensor1d([1, 0], 'int32'), tf.tensor2d([[0.1, 0.9], [0.8, 0.2]]));
 * accuracy.update(tf.tensor1d([1, 1], 'int32'), tf.tensor2d([[0.7, 0.3], [0.2, 0.8]]));
 * accuracy.result(); // → 0.75
 * ```
 */
export function accuracy(tf: TensorLibrary, options: AccuracyOptions = {}): Metric {
  const where = 'metrics.accuracy';
  checkOptions(where, options, { ...NAME, threshold: 'number' });
  const { threshold = 0.5 } = options;
  checkNumber(where, 'threshold', threshold, -Number.MAX_VALUE);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => {
    if (yPred.shape.at(-1) !== 1)
      return number(tf, tf.equal(labelsOf(tf, 'accuracy', yTrue, yPred), tf.argMax(yPred, -1)));
    const y = likePredictions(tf, 'accuracy', yTrue, yPred.shape);
    const same = tf.equal(tf.greater(yPred, threshold), tf.greater(y, 0.5));
    return tf.reshape(number(tf, same), yPred.shape.slice(0, -1));
  };
  return makeMetric(tf, 'accuracy', meanCounting(tf, 'accuracy', values), options);
}

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions extends MetricOptions {
  /** How many of the largest numbers count; 5 by default. */
  k?: number;
}

/**
 * The part of examples whose class is among the k largest of the predictions, [..., classes]; labels are rows or numbers
 * of classes. Of equal numbers, all or none are among them, as in Keras.
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.topKAccuracy({ k: 2 });
 * metric.update(tf.tensor1d([2, 0], 'int32'), tf.tensor2d([[0.5, 0.2, 0.3], [0.1, 0.5, 0.4]]));
 * metric.result(); // → 0.5
 * ```
 */
export function topKAccuracy(tf: TensorLibrary, options: TopKAccuracyOptions = {}): Metric {
  checkOptions('metrics.topKAccuracy', options, { ...NAME, k: 'number' });
  const { k = 5 } = options;
  checkCount('metrics.topKAccuracy', 'k', k);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => {
    const isLabel = oneHotRows(tf, labelsOf(tf, 'topKAccuracy', yTrue, yPred), yPred.shape.at(-1)!);
    const own = tf.sum(tf.where(tf.cast(isLabel, 'bool'), yPred, tf.zerosLike(yPred)), -1, true);
    const ahead = tf.sum(number(tf, tf.greater(yPred, own)), -1);
    // What is no class is among none
    return tf.mul(number(tf, tf.less(ahead, k)), tf.sum(isLabel, -1));
  };
  return makeMetric(tf, 'topKAccuracy', meanCounting(tf, 'topKAccuracy', values), options);
}

/** Options of {@link precision}, {@link recall} and {@link f1Score}. */
export interface ByClassOptions extends MetricOptions {
  /**
   * How the values of the classes become one: of all decisions together (`'micro'`), their mean (`'macro'`), their mean
   * weighted by how often each class occurs (`'weighted'`), or not at all (`'none'`: a vector, not in `compile`).
   * `'macro'` by default. Classes that neither labels nor predictions have are left out of means.
   */
  average?: 'micro' | 'macro' | 'weighted' | 'none';
  /** The number of the class whose value it is, from 0, instead of an average. */
  classId?: number;
  /** Where several classes can be right, or there is one output: from where on an output means yes; 0.5 by default. */
  threshold?: number;
  /** Whether each output is a yes or no of its own; of several outputs, the largest is the class by default. */
  multiLabel?: boolean;
}

const BY_CLASS: OptionNames<ByClassOptions> = {
  ...NAME,
  average: ['micro', 'macro', 'weighted', 'none'],
  classId: 'number',
  threshold: 'number',
  multiLabel: 'boolean',
};

/** Right decisions, decisions and labels, by class, [classes] each. */
type Decisions = [right: Tensor, said: Tensor, is: Tensor];

/** A metric from the decisions by class. */
function byClass(tf: TensorLibrary, kind: string, options: ByClassOptions, f: (d: Decisions) => Tensor): Metric {
  const where = `metrics.${kind}`;
  checkOptions(where, options, BY_CLASS);
  const { average = 'macro', classId, threshold = 0.5, multiLabel = false } = options;
  checkNumber(where, 'threshold', threshold, -Number.MAX_VALUE);
  if (classId !== undefined) checkCount(where, 'classId', classId, 0);
  const count = (yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined): Decisions => {
    const classes = yPred.shape.at(-1) ?? 1;
    if (classId !== undefined && classId >= classes)
      throw new RangeError(`${where}: classId is ${classId}, and there are ${classes} classes, from 0`);
    let [said, is]: Tensor[] = [];
    if (classes === 1 || multiLabel) {
      said = number(tf, tf.greater(yPred, threshold));
      is = number(tf, tf.greater(likePredictions(tf, kind, yTrue, yPred.shape), 0.5));
    } else {
      said = oneHotRows(tf, tf.argMax(yPred, -1), classes);
      is = oneHotRows(tf, labelsOf(tf, kind, yTrue, yPred), classes);
    }
    const flat = (x: Tensor) => tf.sum(tf.reshape(x, [-1, classes]), 0);
    const w = weights && aligned(tf, `${where}: the weights`, said!, weights);
    const weighed = (x: Tensor) => flat(w ? tf.mul(x, w) : x);
    return [weighed(tf.mul(said!, is!)), weighed(said!), weighed(is!)];
  };
  const result = (sums: Tensor[]): Tensor => {
    const [right, said, is] = sums as Decisions;
    if (average === 'micro' && classId === undefined) return f([tf.sum(right), tf.sum(said), tf.sum(is)]);
    const values = f([right, said, is]);
    if (classId !== undefined) return tf.reshape(tf.slice(values, [classId], [1]), []);
    if (average === 'none') return values;
    const weights = average === 'weighted' ? is : number(tf, tf.greater(tf.add(said, is), 0));
    return tf.divNoNan(tf.sum(tf.mul(values, weights)), tf.sum(weights));
  };
  const isOne = classId === undefined ? kind : `${kind}${classId}`;
  return makeMetric(tf, kind, { count, result }, { name: options.name ?? isOne });
}

/**
 * Precision: of what was taken for a class, the part that is one, 0 where nothing was. Predictions [..., classes] with
 * labels that are rows or numbers of classes, or [..., 1] with labels 0 and 1.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.precision();
 * metric.update(tf.tensor2d([[1], [0], [1]]), tf.tensor2d([[0.9], [0.8], [0.2]]));
 * metric.result(); // → 0.5
 * ```
 */
export const precision = (tf: TensorLibrary, options: ByClassOptions = {}): Metric =>
  byClass(tf, 'precision', options, ([right, said]) => tf.divNoNan(right, said));

/**
 * Recall: of what is of a class, the part that was found, 0 where there is none. Predictions [..., classes] with labels
 * that are rows or numbers of classes, or [..., 1] with labels 0 and 1.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.recall({ average: 'none' });
 * metric.update(tf.tensor1d([0, 0, 1], 'int32'), tf.tensor2d([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]));
 * metric.result(); // → [0.5, 1]
 * ```
 */
export const recall = (tf: TensorLibrary, options: ByClassOptions = {}): Metric =>
  byClass(tf, 'recall', options, ([right, , is]) => tf.divNoNan(right, is));

/**
 * F1: the harmonic mean of precision and recall, 2 · right / (said + is), by class and averaged: `metrics.f1Score({
 * classId: 2 })`. Predictions [..., classes] with labels that are rows or numbers of classes, or [..., 1] with labels 0
 * and 1.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.f1Score({ classId: 1 });
 * metric.update(tf.tensor1d([0, 0, 1], 'int32'), tf.tensor2d([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]));
 * metric.result(); // → 0.6666667
 * ```
 */
export const f1Score = (tf: TensorLibrary, options: ByClassOptions = {}): Metric =>
  byClass(tf, 'f1Score', options, ([right, said, is]) => tf.divNoNan(tf.mul(right, 2), tf.add(said, is)));

/** Options of {@link auc} and {@link averagePrecision}. */
export interface CurveOptions extends MetricOptions {
  /** Number of thresholds, evenly from 0 to 1; 200 by default. `metrics.rocCurve` takes all there are. */
  numThresholds?: number;
  /** Whether predictions are logits, to which the sigmoid is applied; false by default: probabilities. */
  fromLogits?: boolean;
}

const CURVE: OptionNames<CurveOptions> = { ...NAME, numThresholds: 'number', fromLogits: 'boolean' };

/** A metric from true and false positives at thresholds, from the lowest on, [thresholds] each, and all of both. */
function ofCurve(
  tf: TensorLibrary,
  kind: string,
  options: CurveOptions,
  area: (truePositives: Tensor, falsePositives: Tensor, positives: Tensor, negatives: Tensor) => Tensor,
): Metric {
  const where = `metrics.${kind}`;
  checkOptions(where, options, CURVE);
  const { numThresholds: n = 200, fromLogits = false } = options;
  checkCount(where, 'numThresholds', n, 3);
  // The first and last a little outside, as in Keras
  const thresholds = Float32Array.from({ length: n }, (_, i) =>
    i === 0 ? -1e-7 : i === n - 1 ? 1 + 1e-7 : i / (n - 1),
  );
  return makeMetric(
    tf,
    kind,
    {
      count(yTrue, yPred, weights) {
        const p = fromLogits ? tf.sigmoid(yPred) : yPred;
        const y = number(tf, tf.greater(likePredictions(tf, kind, yTrue, yPred.shape), 0.5));
        const w = weights ? tf.mul(tf.onesLike(p), aligned(tf, `${where}: the weights`, p, weights)) : tf.onesLike(p);
        const is = tf.mul(y, w);
        const said = number(tf, tf.greater(tf.reshape(p, [-1, 1]), tf.tensor1d(thresholds)));
        const [positive, negative] = [is, tf.sub(w, is)].map((x) => tf.reshape(x, [1, -1]) as tfTypes.Tensor2D);
        const at = (x: tfTypes.Tensor2D) => tf.reshape(tf.matMul(x, said as tfTypes.Tensor2D), [n]);
        return [at(positive!), at(negative!), tf.sum(positive!), tf.sum(negative!)];
      },
      result: ([truePositives, falsePositives, positives, negatives]) =>
        area(truePositives!, falsePositives!, positives!, negatives!),
    },
    options,
  );
}

/** Neighbors of a vector: all but the last, and all but the first. */
const neighbors = (tf: TensorLibrary, x: Tensor): [Tensor, Tensor] => [
  tf.slice(x, [0], [x.size - 1]),
  tf.slice(x, [1], [x.size - 1]),
];

/**
 * The area under the receiver operating characteristic: the probability that a positive example has a larger number than
 * a negative one (Hanley & McNeil 1982). By the trapezoids between thresholds, as Keras's `AUC`; labels 0 and 1 and
 * probabilities of the same shape. 0 where one of the two kinds is missing.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.auc();
 * metric.update(tf.tensor2d([[0], [0], [1], [1]]), tf.tensor2d([[0.1], [0.4], [0.35], [0.8]]));
 * metric.result(); // → 0.75
 * ```
 */
export const auc = (tf: TensorLibrary, options: CurveOptions = {}): Metric =>
  ofCurve(tf, 'auc', options, (truePositives, falsePositives, positives, negatives) => {
    const [high, low] = neighbors(tf, tf.divNoNan(truePositives, positives));
    const [right, left] = neighbors(tf, tf.divNoNan(falsePositives, negatives));
    return tf.mul(tf.sum(tf.mul(tf.add(high, low), tf.sub(right, left))), 0.5);
  });

/**
 * Average precision: the area under the curve of precision over recall, Σ (Rₙ − Rₙ₋₁) Pₙ, without interpolation, at the
 * thresholds; labels 0 and 1 and probabilities of the same shape. Better than `metrics.auc` where positives are rare.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.averagePrecision();
 * metric.update(tf.tensor2d([[0], [0], [1], [1]]), tf.tensor2d([[0.1], [0.4], [0.35], [0.8]]));
 * metric.result(); // → 0.8333333
 * ```
 */
export const averagePrecision = (tf: TensorLibrary, options: CurveOptions = {}): Metric =>
  ofCurve(tf, 'averagePrecision', options, (truePositives, falsePositives, positives) => {
    const precisions = tf.divNoNan(truePositives, tf.add(truePositives, falsePositives));
    const [more, less] = neighbors(tf, tf.divNoNan(truePositives, positives));
    return tf.sum(tf.mul(tf.sub(more, less), neighbors(tf, precisions)[0]));
  });

/** Options of {@link perplexity}. */
export interface PerplexityOptions extends MetricOptions {
  /** Whether predictions are logits; true by default. Else they are probabilities. */
  fromLogits?: boolean;
}

/**
 * Perplexity of a language model: exp of the mean cross-entropy in nats over all tokens that masks leave. Predictions
 * [batch, tokens, classes]; labels that are numbers of classes, [batch, tokens], or rows. A model that guesses among n
 * equal classes has n.
 * @example
 * ```ts
 * const metric = metrics.perplexity();
 * // Equal chances of four tokens
 * metric.update(tf.tensor2d([[0, 3]], [1, 2], 'int32'), tf.fill([1, 2, 4], 0.25));
 * metric.result(); // → 4
 * ```
 */
export function perplexity(tf: TensorLibrary, options: PerplexityOptions = {}): Metric {
  checkOptions('metrics.perplexity', options, { ...NAME, fromLogits: 'boolean' });
  const { fromLogits = true } = options;
  const loss = softmaxCrossEntropy(tf);
  const values = (yTrue: Tensor, yPred: Tensor) =>
    loss(yTrue, fromLogits ? yPred : tf.log(tf.clipByValue(yPred, 1e-7, 1)));
  return makeMetric(
    tf,
    'perplexity',
    meanCounting(tf, 'perplexity', values, (mean) => tf.exp(mean)),
    options,
  );
}

/** Options of {@link iou}. */
export interface IouOptions extends MetricOptions {
  /** The number of the class whose value it is, from 0, instead of the mean of all. */
  classId?: number;
  /** For one output: from where on it means 1; 0.5 by default. */
  threshold?: number;
}

/**
 * Intersection over union of masks (Jaccard index): right / (said + is − right), of a class or the mean of all that
 * labels or predictions have, as Keras's `MeanIoU`. Predictions [..., classes] with labels that are rows or numbers of
 * classes, or [..., 1] with labels 0 and 1, where the value is that of 1.
 * @throws RangeError for wrong options
 * @example
 * ```ts
 * const metric = metrics.iou({ classId: 1 });
 * const labels = tf.tensor1d([1, 1, 0], 'int32');
 * metric.update(labels, tf.tensor2d([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]));
 * metric.result(); // → 0.3333333
 * ```
 */
export function iou(tf: TensorLibrary, options: IouOptions = {}): Metric {
  checkOptions('metrics.iou', options, { ...NAME, classId: 'number', threshold: 'number' });
  return byClass(tf, 'iou', options, ([right, said, is]) => tf.divNoNan(right, tf.sub(tf.add(said, is), right)));
}

/**
 * R², the coefficient of determination: 1 − Σ (y − p)² / Σ (y − mean of y)², over all numbers of all batches. 1 is
 * perfect; 0 is what the mean gives. Targets and predictions of the same shape.
 * @example
 * ```ts
 * const metric = metrics.r2Score();
 * metric.update(tf.tensor2d([[1], [2], [3]]), tf.tensor2d([[1], [2], [2]]));
 * metric.result(); // → 0.5
 * ```
 */
export function r2Score(tf: TensorLibrary, options: MetricOptions = {}): Metric {
  checkOptions('metrics.r2Score', options, NAME);
  return makeMetric(
    tf,
    'r2Score',
    {
      count(yTrue, yPred, weights) {
        const y = likePredictions(tf, 'r2Score', yTrue, yPred.shape);
        const w = weights
          ? tf.mul(tf.onesLike(y), aligned(tf, 'metrics.r2Score: the weights', y, weights))
          : tf.onesLike(y);
        const n = tf.sum(w);
        const mean = tf.divNoNan(tf.sum(tf.mul(y, w)), n);
        const squares = (difference: Tensor) => tf.sum(tf.mul(w, tf.square(difference)));
        return [squares(tf.sub(y, yPred)), n, mean, squares(tf.sub(y, mean))];
      },
      result: ([residuals, , , deviations]) => tf.sub(1, tf.div(residuals!, deviations!)),
      // Chan, Golub & LeVeque 1979
      merge([ra, na, ma, da], [rb, nb, mb, db]) {
        const n = tf.add(na!, nb!);
        const gap = tf.sub(mb!, ma!);
        const part = tf.divNoNan(nb!, n);
        const between = tf.mul(tf.mul(tf.square(gap), na!), part);
        return [tf.add(ra!, rb!), n, tf.add(ma!, tf.mul(gap, part)), tf.add(tf.add(da!, db!), between)];
      },
    },
    options,
  );
}
