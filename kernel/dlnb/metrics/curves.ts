// Exact curves of a classifier with two classes, from all its numbers.
import type { Tensor } from '@tensorflow/tfjs-core';
import { shown } from '../options.ts';

/** Labels or scores: a tensor or an array, of any shape. */
export type LabelsOrScores = Tensor | ArrayLike<number>;

/** A receiver operating characteristic. */
export interface RocCurve {
  /** False positives / negatives at each threshold, from 0 to 1. */
  falsePositiveRate: number[];
  /** True positives / positives at each threshold, from 0 to 1: recall. */
  truePositiveRate: number[];
  /** True positives / all that are at least the threshold; 1 at the first. */
  precision: number[];
  /** Scores that are at least this are taken for positive: ∞, then the different scores from the largest on. */
  thresholds: number[];
  /** The area under the curve: the probability that a positive example has the larger score, ties counted as half. */
  auc: number;
  /** Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds. */
  averagePrecision: number;
}

async function numbersOf(where: string, what: string, x: LabelsOrScores): Promise<ArrayLike<number>> {
  if (typeof (x as Partial<Tensor> | null)?.dataSync === 'function') return (x as Tensor).data();
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return x as ArrayLike<number>;
  throw new TypeError(`${where}: ${what} must be a tensor or an array of numbers, got ${shown(x)}`);
}

/**
 * The receiver operating characteristic, and precision and recall, at every threshold (Fawcett 2006, algorithm 1):
 * `const { falsePositiveRate, truePositiveRate, auc } = await metrics.rocCurve(y, scores)`.
 * @param yTrue labels 0 and 1
 * @param scores as many numbers, of which larger ones mean 1
 * @throws RangeError for NaN, other labels, other numbers of them, or labels of one kind alone
 * @example
 * ```ts
 * const { falsePositiveRate, truePositiveRate, auc } = await metrics.rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * display(viz.line({ roc: truePositiveRate }, { x: falsePositiveRate }));
 * auc; // → 0.75
 * ```
 */
export async function rocCurve(yTrue: LabelsOrScores, scores: LabelsOrScores): Promise<RocCurve> {
  const where = 'metrics.rocCurve';
  const [labels, values] = await Promise.all([numbersOf(where, 'yTrue', yTrue), numbersOf(where, 'scores', scores)]);
  const n = labels.length;
  if (n !== values.length)
    throw new RangeError(`${where}: there are ${n} labels and ${values.length} scores; give one score for each label`);
  let positives = 0;
  for (let i = 0; i < n; i++) {
    const label = Number(labels[i]);
    if (label !== 0 && label !== 1)
      throw new RangeError(`${where}: labels must be 0 or 1, and label ${i} is ${String(labels[i])}`);
    if (Number.isNaN(values[i])) throw new RangeError(`${where}: score ${i} is NaN`);
    positives += label;
  }
  const negatives = n - positives;
  if (positives === 0 || negatives === 0)
    throw new RangeError(
      `${where}: there are ${positives} labels 1 and ${negatives} labels 0; the curve needs both kinds`,
    );
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const curve: RocCurve = {
    falsePositiveRate: [0],
    truePositiveRate: [0],
    precision: [1],
    thresholds: [Infinity],
    auc: 0,
    averagePrecision: 0,
  };
  let [right, wrong] = [0, 0];
  for (let i = 0; i < n;) {
    const score = values[order[i]!]!;
    for (; i < n && values[order[i]!] === score; i++) {
      if (Number(labels[order[i]!]) === 1) right++;
      else wrong++;
    }
    const [x, y, p] = [wrong / negatives, right / positives, right / (right + wrong)];
    const [x0, y0] = [curve.falsePositiveRate.at(-1)!, curve.truePositiveRate.at(-1)!];
    curve.auc += ((x - x0) * (y + y0)) / 2;
    curve.averagePrecision += (y - y0) * p;
    curve.falsePositiveRate.push(x);
    curve.truePositiveRate.push(y);
    curve.precision.push(p);
    curve.thresholds.push(score);
  }
  return curve;
}
