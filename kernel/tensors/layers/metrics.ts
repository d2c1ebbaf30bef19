// Metrics as in Keras: those that compare with a threshold, and the values of an epoch from the counts of all its
// batches, not as the mean of the batches' values.
import * as tf from '@tensorflow/tfjs-core';
import { lossesMap } from '@tensorflow/tfjs-layers/dist/losses';
import * as stock from '@tensorflow/tfjs-layers/dist/metrics';
import { didYouMean } from '../../wire/closest.ts';
import { parametersOf } from '../calls/library.ts';
import { checked } from '../calls/named.ts';
import type { Call } from '../calls/quick.ts';
import { lossAsMetric } from './losses.ts';
import { lookUp } from './names.ts';
import type { LossOrMetric } from './types.ts';
import { alignTo } from './weights.ts';

/** A metric whose value follows from sums over examples. */
export interface Counting {
  /**
   * The sums of a batch, as scalars.
   * @param weights the mask of the output, or undefined: [batch, ...], the first axes of the output
   */
  count(target: tf.Tensor, output: tf.Tensor, weights: tf.Tensor | undefined): tf.Tensor[];
  /** The metric, from the sums of one batch or of many. */
  result(sums: tf.Tensor[]): tf.Tensor;
  /** Where sums do not simply add up. */
  merge?(a: tf.Tensor[], b: tf.Tensor[]): tf.Tensor[];
}

const counting = new WeakMap<LossOrMetric, Counting>();

/** How a metric counts, as a metric of the module `dlnb` says itself; undefined for the mean of its values. */
export const countingOf = (metric: LossOrMetric): Counting | undefined =>
  counting.get(metric) ?? (metric as { counting?: Counting }).counting;

/** A metric that is the mean of values, over those that a mask leaves. */
export const meanOf = (metric: LossOrMetric): Counting => ({
  count(target, output, weights) {
    const values = metric(target, output);
    if (!weights || values.rank === 0) return [tf.sum(values), tf.scalar(values.size)];
    const w = alignTo(values, weights, 'the mask');
    return [tf.sum(tf.mul(values, w)), tf.mul(tf.sum(w), values.size / w.size)];
  },
  result: ([sum, n]) => tf.divNoNan(sum!, n!),
});

export const mergeSums = ({ merge }: Counting, a: tf.Tensor[], b: tf.Tensor[]): tf.Tensor[] =>
  merge ? merge(a, b) : a.map((sum, i) => tf.add(sum, b[i]!));

const number = (condition: tf.Tensor) => tf.cast(condition, 'float32');
const isPositive = (target: tf.Tensor) => number(tf.notEqual(target, 0));

/** Σ a · b, weighted; both [batch, ...]. */
function sumOf(a: tf.Tensor, b: tf.Tensor, weights: tf.Tensor | undefined): tf.Tensor {
  const both = tf.mul(a, b);
  return tf.sum(weights ? tf.mul(both, alignTo(both, weights, 'the mask')) : both);
}

/** Counts of right and wrong decisions, `output > threshold` against `target`. */
function confusion(which: ('tp' | 'fp' | 'tn' | 'fn')[], threshold: number) {
  return (target: tf.Tensor, output: tf.Tensor, weights?: tf.Tensor): tf.Tensor[] => {
    if (target.size !== output.size)
      throw new Error(
        `precision, recall and counts compare numbers one by one, and got labels [${target.shape}] for outputs ` +
          `[${output.shape}]; labels that are numbers of classes must be made one-hot: tf.oneHot(labels, classes)`,
      );
    const said = number(tf.greater(output, threshold));
    const is = tf.reshape(isPositive(target), said.shape);
    const not = (x: tf.Tensor) => tf.sub(1, x);
    const pairs = { tp: [is, said], fp: [not(is), said], tn: [not(is), not(said)], fn: [is, not(said)] } as const;
    return which.map((name) => sumOf(pairs[name][0], pairs[name][1], weights));
  };
}

const ratio = ([a, b]: tf.Tensor[]) => tf.divNoNan(a!, tf.add(a!, b!));

/** Makes a metric that counts. */
function counts(count: Counting['count'], result: Counting['result'], merge?: Counting['merge']): LossOrMetric {
  const how: Counting = { count, result, ...(merge && { merge }) };
  const metric: LossOrMetric = (target, output) => tf.tidy(() => result(count(target, output, undefined)));
  counting.set(metric, how);
  return metric;
}

/**
 * Of the outputs above the threshold, the part whose label is not 0; 0 if there are none. `precision` by name counts
 * over an epoch, with the threshold 0.5.
 */
export function precision(target: tf.Tensor, output: tf.Tensor, threshold = 0.5): tf.Tensor {
  return tf.tidy(() => ratio(confusion(['tp', 'fp'], threshold)(target, output)));
}
counting.set(precision, { count: confusion(['tp', 'fp'], 0.5), result: ratio });

/** Of the examples whose label is not 0, the part with outputs above the threshold; 0 if there are none. */
export function recall(target: tf.Tensor, output: tf.Tensor, threshold = 0.5): tf.Tensor {
  return tf.tidy(() => ratio(confusion(['tp', 'fn'], threshold)(target, output)));
}
counting.set(recall, { count: confusion(['tp', 'fn'], 0.5), result: ratio });

const only = ([count]: tf.Tensor[]) => tf.clone(count!);
const truePositives = counts(confusion(['tp'], 0.5), only);
const falsePositives = counts(confusion(['fp'], 0.5), only);
const trueNegatives = counts(confusion(['tn'], 0.5), only);
const falseNegatives = counts(confusion(['fn'], 0.5), only);
/** The harmonic mean of precision and recall with the threshold 0.5. */
const f1Score = counts(confusion(['tp', 'fp', 'fn'], 0.5), ([tp, fp, fn]) =>
  tf.divNoNan(tf.mul(2, tp!), tf.add(tf.mul(2, tp!), tf.add(fp!, fn!))),
);

/** √ of the mean squared error of all examples. */
const rootMeanSquaredError = counts(
  (target, output, weights) => meanOf(stock.mse as LossOrMetric).count(target, output, weights),
  ([sum, n]) => tf.sqrt(tf.divNoNan(sum!, n!)),
);

/** The 200 thresholds of Keras's AUC: evenly from 0 to 1, the first and last a little outside. */
const THRESHOLDS = Float32Array.from({ length: 200 }, (_, i) => (i === 0 ? -1e-7 : i === 199 ? 1 + 1e-7 : i / 199));

/** The area under the receiver operating characteristic, by the trapezoids between 200 thresholds, as in Keras. */
const auc = counts(
  (target, output, weights) => {
    if (target.size !== output.size)
      throw new Error(
        `auc compares numbers one by one, and got labels [${target.shape}] for outputs [${output.shape}]`,
      );
    const w = weights ? tf.mul(tf.onesLike(output), alignTo(output, weights, 'the mask')) : tf.onesLike(output);
    const is = tf.mul(tf.reshape(isPositive(target), output.shape), w);
    const said = number(tf.greater(tf.reshape(output, [-1, 1]), tf.tensor1d(THRESHOLDS)));
    const [positive, negative] = [is, tf.sub(w, is)].map((x) => tf.reshape(x, [1, -1]));
    return [tf.matMul(positive!, said), tf.matMul(negative!, said), tf.sum(positive!), tf.sum(negative!)];
  },
  ([truePositives, falsePositives, positives, negatives]) => {
    const recall = tf.divNoNan(truePositives!, positives!);
    const falls = tf.divNoNan(falsePositives!, negatives!);
    const [from, to] = [[0, 0], [0, 1]]; // prettier-ignore
    const size = [1, THRESHOLDS.length - 1];
    const heights = tf.add(tf.slice(recall, from!, size), tf.slice(recall, to!, size));
    const widths = tf.sub(tf.slice(falls, from!, size), tf.slice(falls, to!, size));
    return tf.div(tf.sum(tf.mul(heights, widths)), 2);
  },
);

/** Sums of a batch for r²: Σ (y − p)², n, mean of y, Σ (y − mean)². */
const r2: Counting = {
  count(target, output, weights) {
    const y = tf.cast(target, 'float32');
    const w = weights ? tf.mul(alignTo(y, weights, 'the mask'), tf.onesLike(y)) : tf.onesLike(y);
    const n = tf.sum(w);
    const mean = tf.divNoNan(tf.sum(tf.mul(y, w)), n);
    const residuals = tf.sum(tf.mul(w, tf.square(tf.sub(y, tf.reshape(output, y.shape)))));
    return [residuals, n, mean, tf.sum(tf.mul(w, tf.square(tf.sub(y, mean))))];
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
};

/** Whether the label's class is among the k most probable ones; [batch, ..., classes] → [batch, ...]. */
function amongTop(label: tf.Tensor, output: tf.Tensor, k: number): tf.Tensor {
  const classes = output.shape.at(-1)!;
  const index = tf.reshape(tf.cast(label, 'int32'), [...output.shape.slice(0, -1), 1]);
  const isLabel = number(tf.equal(tf.range(0, classes, 1, 'int32'), index));
  const own = tf.sum(tf.mul(output, isLabel), -1, true);
  const ahead = tf.sum(number(tf.greater(output, own)), -1);
  return number(tf.less(ahead, k));
}

/** 1 where the class of the one-hot label is among the k most probable ones. */
export function topKCategoricalAccuracy(target: tf.Tensor, output: tf.Tensor, k = 5): tf.Tensor {
  return tf.tidy(() => amongTop(tf.argMax(target, -1), output, k));
}

/** 1 where the class that the label numbers is among the k most probable ones. */
export function sparseTopKCategoricalAccuracy(target: tf.Tensor, output: tf.Tensor, k = 5): tf.Tensor {
  return tf.tidy(() => amongTop(target, output, k));
}

/** Σ target · output of vectors of length 1: the cosine of the angle between them. The loss has the other sign. */
const cosineSimilarity: LossOrMetric = (target, output) => tf.neg(stock.cosine(target, output));

/** Those that tfjs-layers does not have, by name; a function's own name is the metric's. */
const own: Record<string, LossOrMetric> = {
  precision,
  recall,
  truePositives,
  falsePositives,
  trueNegatives,
  falseNegatives,
  f1Score,
  auc,
  rootMeanSquaredError,
  cosineSimilarity,
  r2Score: stock.r2Score,
  sparseCategoricalAccuracy: stock.sparseCategoricalAccuracy,
  topKCategoricalAccuracy: (target, output) => topKCategoricalAccuracy(target, output),
  sparseTopKCategoricalAccuracy: (target, output) => sparseTopKCategoricalAccuracy(target, output),
};
Object.assign(stock.metricsMap, own);
counting.set(stock.r2Score, r2);

/**
 * The metric that `compile` was given by name, in `camelCase` or `snake_case`; a loss is one too.
 * @throws Error that lists the names
 */
export function get(metric: string | LossOrMetric): LossOrMetric {
  if (typeof metric === 'function') return metric;
  const known = stock.metricsMap as Record<string, LossOrMetric>;
  const found =
    typeof metric === 'string' &&
    (lookUp(known, metric) ?? lossAsMetric(metric, lossesMap as Record<string, LossOrMetric>));
  if (found) return found;
  const names = ['accuracy', ...Object.keys(known).filter((name) => name !== name.toUpperCase())];
  const near = typeof metric === 'string' ? didYouMean(metric, names) : '';
  throw new Error(
    `Unknown metric ${String(metric)}${near || '.'} There are: ${names.join(', ')}; names of losses; or a function.`,
  );
}

/** The functions of `tf.metrics`; `compile` knows each by its name, too. */
export const exportedMetrics = new WeakSet<object>();

/**
 * `tf.metrics`: tfjs-layers' functions and the others, each with the name under which `fit` reports it, and counted as
 * the metric of that name is.
 * @param exported the functions of tfjs-layers
 */
export function namedMetrics<T extends object>(exported: T): T & Record<string, LossOrMetric> {
  const all = {
    ...exported,
    ...own,
    precision: (target: tf.Tensor, output: tf.Tensor, threshold?: number) => precision(target, output, threshold),
    recall: (target: tf.Tensor, output: tf.Tensor, threshold?: number) => recall(target, output, threshold),
    topKCategoricalAccuracy: (target: tf.Tensor, output: tf.Tensor, k?: number) =>
      topKCategoricalAccuracy(target, output, k),
    sparseTopKCategoricalAccuracy: (target: tf.Tensor, output: tf.Tensor, k?: number) =>
      sparseTopKCategoricalAccuracy(target, output, k),
  };
  const named = (Object.entries(all) as [string, LossOrMetric][]).map(([name, stock]) => {
    const metric = checked(`tf.metrics.${name}`, stock as Call, parametersOf(`metrics.${name}`)) as LossOrMetric;
    Object.defineProperty(metric, 'name', { value: name, configurable: true });
    exportedMetrics.add(metric);
    const how = counting.get(own[name] ?? stock);
    if (how) counting.set(metric, how);
    return [name, metric];
  });
  return Object.fromEntries(named) as T & Record<string, LossOrMetric>;
}
