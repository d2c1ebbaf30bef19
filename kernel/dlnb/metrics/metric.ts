// What all metrics of `metrics` are: they count over batches, in `compile` and by themselves.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { aligned, floats, type WeightOptions } from '../losses/loss.ts';
import { shown } from '../options.ts';

type Tensor = tfTypes.Tensor;

/** How a metric counts; `fit` and `evaluate` read it. */
export interface Counting {
  /** The sums of a batch. @param weights [batch, ...], the first axes of the predictions, or undefined */
  count(yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined): Tensor[];
  /** The metric, from the sums of one batch or of many. */
  result(sums: Tensor[]): Tensor;
  /** Where sums do not simply add up. */
  merge?(a: Tensor[], b: Tensor[]): Tensor[];
}

/**
 * A metric: targets and predictions → its value for one batch. `compile({ metrics: […] })` takes it and counts over all
 * batches of an epoch, with masks; in `weightedMetrics`, with the weights of examples too. By itself, `update` counts a
 * batch, and `result` is the value of all.
 */
export interface Metric {
  (yTrue: Tensor, yPred: Tensor): Tensor;
  /**
   * Counts a batch, with weights and a mask if there are any.
   * @throws Error where shapes do not fit
   * @example
   * ```ts
   * const metric = metrics.r2Score();
   * metric.update(tf.tensor2d([[1], [2], [3]]), tf.tensor2d([[1], [2], [2]]));
   * metric.result(); // → 0.5
   * ```
   */
  update(yTrue: Tensor, yPred: Tensor, weights?: WeightOptions): void;
  /**
   * The value of all batches since the last `reset`.
   * @throws Error if there was none
   * @example
   * ```ts
   * const accuracy = metrics.accuracy();
   * accuracy.update(tf.tensor2d([[1], [0]]), tf.tensor2d([[0.7], [0.6]]));
   * accuracy.result(); // → 0.5
   * ```
   */
  result(): Tensor;
  /**
   * Forgets all batches.
   * @example
   * ```ts
   * const accuracy = metrics.accuracy();
   * accuracy.update(tf.tensor2d([[1]]), tf.tensor2d([[0.2]]));
   * accuracy.reset();
   * accuracy.update(tf.tensor2d([[1]]), tf.tensor2d([[0.7]]));
   * accuracy.result(); // → 1
   * ```
   */
  reset(): void;
}

/** Options of all metrics. */
export interface MetricOptions {
  /** The name under which `fit` reports it; that of the function by default. */
  name?: string;
}

/** Makes a metric. @param counting its functions are called in a `tidy`; targets and predictions are float32 */
export function makeMetric(
  tf: TensorLibrary,
  kind: string,
  counting: Counting,
  { name = kind }: MetricOptions,
): Metric {
  const where = `metrics.${kind}`;
  const merge = counting.merge?.bind(counting) ?? ((a: Tensor[], b: Tensor[]) => a.map((sum, i) => tf.add(sum, b[i]!)));
  const count = (yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined): Tensor[] => {
    for (const [what, value] of [
      ['yTrue', yTrue],
      ['yPred', yPred],
    ] as const)
      // prettier-ignore
      if (!(value instanceof tf.Tensor))
        throw new TypeError(`${where}: ${what} must be a tensor, such as tf.tensor(…), got ${shown(value)}`);
    return counting.count(floats(tf, yTrue), floats(tf, yPred), weights);
  };
  let sums: Tensor[] | undefined;
  const metric = (yTrue: Tensor, yPred: Tensor): Tensor =>
    tf.tidy(() => counting.result(count(yTrue, yPred, undefined)));
  Object.defineProperty(metric, 'name', { value: name });
  return Object.assign(metric, {
    update(yTrue: Tensor, yPred: Tensor, { sampleWeight, mask }: WeightOptions = {}): void {
      const next = tf.tidy(() => {
        let weights: Tensor | undefined;
        if (sampleWeight !== undefined)
          weights = floats(tf, sampleWeight instanceof tf.Tensor ? sampleWeight : tf.tensor([...sampleWeight]));
        if (mask !== undefined) weights = weights ? product(tf, where, weights, mask) : floats(tf, mask);
        const batch = count(yTrue, yPred, weights);
        return sums ? merge(sums, batch) : batch;
      });
      tf.dispose(sums ?? []);
      // They outlive the `tidy` of a loop
      sums = next.map((sum) => tf.keep(sum));
    },
    result(): Tensor {
      const all = sums;
      if (!all) throw new Error(`${where}: there is nothing to count yet; call update(yTrue, yPred) first`);
      return tf.tidy(() => counting.result(all));
    },
    reset(): void {
      tf.dispose(sums ?? []);
      sums = undefined;
    },
    counting: {
      count,
      merge,
      result(all: Tensor[]): Tensor {
        const value = counting.result(all);
        if (value.size === 1) return tf.reshape(value, []);
        throw new Error(
          `${where}: it has ${value.size} values here, one for each class, and compile needs a single one: give it an ` +
            "average, such as 'macro', or the number of a class, such as classId: 2",
        );
      },
    },
  });
}

/** Two weights as one, the axes of one of which are the first of the other's. */
function product(tf: TensorLibrary, where: string, a: Tensor, b: Tensor): Tensor {
  const [large, small] = a.rank < b.rank ? [b, a] : [a, b];
  return tf.mul(floats(tf, large), aligned(tf, `${where}: the weights`, large, small));
}

/** A mean of values [batch, …], of which masks and weights leave parts. */
export const meanCounting = (
  tf: TensorLibrary,
  where: string,
  values: (yTrue: Tensor, yPred: Tensor) => Tensor,
  result: (mean: Tensor) => Tensor = (mean) => mean,
): Counting => ({
  count(yTrue, yPred, weights) {
    const all = values(yTrue, yPred);
    if (!weights) return [tf.sum(all), tf.scalar(all.size)];
    const w = aligned(tf, `metrics.${where}: the weights`, all, weights);
    return [tf.sum(tf.mul(all, w)), tf.mul(tf.sum(w), all.size / w.size)];
  },
  result: ([sum, n]) => result(tf.divNoNan(sum!, n!)),
});
