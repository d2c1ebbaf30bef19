// Mean average precision of detectors: boxes with scores and classes against the true boxes.
import { checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';

/** A box in pixels or any other unit: left, top, right, bottom. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** What is in an image. */
export interface TrueBox {
  box: Box;
  /** The class: a number or a name. */
  label: number | string;
}

/** What a detector found in an image. */
export interface FoundBox extends TrueBox {
  /** How sure it is; larger is surer. */
  score: number;
}

/** Options of {@link meanAveragePrecision}. */
export interface MeanAveragePrecisionOptions {
  /**
   * Intersection over union from which on a box is found: a number from 0 to 1, or several, of which the mean is taken,
   * such as 0.5, 0.55, … 0.95 in COCO; 0.5 by default, as in PASCAL VOC.
   */
  iou?: number | readonly number[];
}

const OPTIONS: OptionNames<MeanAveragePrecisionOptions> = { iou: true };

/** The mean average precision, which counts image by image. */
export interface MeanAveragePrecision {
  /**
   * Counts an image.
   * @throws TypeError, RangeError for what is no box
   * @example
   * ```ts
   * const map = metrics.meanAveragePrecision();
   * map.update([{ box: [0, 0, 9, 9], label: 'cat', score: 0.9 }], [{ box: [0, 0, 10, 10], label: 'cat' }]);
   * map.result(); // → 1
   * ```
   */
  update(found: readonly FoundBox[], truth: readonly TrueBox[]): void;
  /** The mean of the classes' average precisions, from 0 to 1; NaN before there is a true box. */
  result(): number;
  /**
   * The average precision of each class that has true boxes.
   * @example
   * ```ts
   * const map = metrics.meanAveragePrecision();
   * map.update([{ box: [0, 0, 9, 9], label: 'cat', score: 0.9 }], [{ box: [0, 0, 10, 10], label: 'cat' }]);
   * map.byClass().get('cat'); // → 1
   * ```
   */
  byClass(): Map<number | string, number>;
  /**
   * Forgets all images.
   * @example
   * ```ts
   * const map = metrics.meanAveragePrecision();
   * map.update([], [{ box: [0, 0, 10, 10], label: 'cat' }]);
   * map.reset();
   * map.byClass().size; // → 0
   * ```
   */
  reset(): void;
}

/**
 * Intersection over union of two boxes; 0 where they do not touch.
 * @example
 * ```ts
 * // They share 1 of 4 + 4 − 1 squares
 * metrics.boxIou([0, 0, 2, 2], [1, 1, 3, 3]); // → 0.142857
 * ```
 */
export function boxIou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/** A box that was found, and which of the thresholds say that it is right. */
interface Decision {
  score: number;
  right: boolean[];
}

/**
 * Mean average precision (mAP) of a detector: for each class, the area under precision over recall, with precision made
 * to fall, over all boxes from the surest on; a found box is right if its best true box of the class that is not taken
 * yet has at least the given intersection over union (Everingham et al. 2010, PASCAL VOC, all points).
 * @throws RangeError for an iou that is not from 0 to 1
 * @example
 * ```ts
 * const map = metrics.meanAveragePrecision({ iou: 0.5 });
 * map.update(
 *   [{ box: [0, 0, 10, 10], label: 'cat', score: 0.9 }],
 *   [{ box: [1, 1, 10, 10], label: 'cat' }, { box: [20, 20, 30, 30], label: 'dog' }],
 * );
 * map.result(); // → 0.5
 * ```
 */
export function meanAveragePrecision(options: MeanAveragePrecisionOptions = {}): MeanAveragePrecision {
  const where = 'metrics.meanAveragePrecision';
  checkOptions(where, options, OPTIONS);
  const { iou = 0.5 } = options;
  const thresholds = typeof iou === 'number' ? [iou] : [...(Array.isArray(iou) ? (iou as readonly number[]) : [])];
  if (thresholds.length === 0)
    throw new TypeError(`${where}: iou must be a number, or an array of them, got ${shown(iou)}`);
  thresholds.forEach((t) => checkNumber(where, 'iou', t, 0, 1));
  let decisions = new Map<number | string, Decision[]>();
  let counts = new Map<number | string, number>();

  const byClass = () =>
    new Map(
      [...counts].map(([label, count]) => {
        const list = [...(decisions.get(label) ?? [])].sort((a, b) => b.score - a.score);
        const each = thresholds.map((_, t) => areaOf(list.map(({ right }) => right[t]!), count)); // prettier-ignore
        return [label, each.reduce((a, b) => a + b) / each.length] as const;
      }),
    );
  return {
    update(found, truth) {
      check(where, 'found', found, true);
      check(where, 'truth', truth, false);
      for (const { label } of truth) counts.set(label, (counts.get(label) ?? 0) + 1);
      for (const label of new Set(found.map((f) => f.label))) {
        const boxes = truth.filter((t) => t.label === label).map(({ box }) => box);
        const own = found.filter((f) => f.label === label).sort((a, b) => b.score - a.score);
        const list = decisions.get(label) ?? [];
        decisions.set(label, list);
        const taken = thresholds.map(() => new Set<number>());
        for (const { box, score } of own) {
          const overlaps = boxes.map((b) => boxIou(box, b));
          const right = thresholds.map((t, k) => {
            let best = -1;
            overlaps.forEach((overlap, i) => {
              if (!taken[k]!.has(i) && overlap >= t && overlap > 0 && (best < 0 || overlap > overlaps[best]!)) best = i;
            });
            if (best >= 0) taken[k]!.add(best);
            return best >= 0;
          });
          list.push({ score, right });
        }
      }
    },
    byClass,
    result() {
      const values = [...byClass().values()];
      return values.length === 0 ? NaN : values.reduce((a, b) => a + b) / values.length;
    },
    reset() {
      decisions = new Map();
      counts = new Map();
    },
  };
}

/** The area under precision over recall. @param right decisions from the surest on @param count true boxes */
function areaOf(right: readonly boolean[], count: number): number {
  const precisions: number[] = [];
  let hits = 0;
  right.forEach((r, i) => {
    if (r) precisions.push(++hits / (i + 1));
  });
  let area = 0;
  let most = 0;
  // Each hit adds 1 / count to the recall; the precision there is the largest from there on
  for (const precision of precisions.reverse()) {
    most = Math.max(most, precision);
    area += most / count;
  }
  return area;
}

function check(where: string, what: string, list: readonly Partial<FoundBox>[], scored: boolean): void {
  if (!Array.isArray(list)) throw new TypeError(`${where}: ${what} must be an array of boxes, got ${shown(list)}`);
  list.forEach((entry: Partial<FoundBox> | null, i) => {
    const { box, label, score } = entry ?? {};
    const isBox = Array.isArray(box) && box.length === 4 && box.every((x) => typeof x === 'number' && !Number.isNaN(x));
    if (!isBox || box[2] < box[0] || box[3] < box[1])
      throw new RangeError(
        `${where}: ${what}[${i}].box must be [x1, y1, x2, y2] with x1 ≤ x2 and y1 ≤ y2, got ${isBox ? `[${box.join(', ')}]` : shown(box)}`,
      );
    if (typeof label !== 'number' && typeof label !== 'string')
      throw new TypeError(`${where}: ${what}[${i}].label must be a number or a name, got ${shown(label)}`);
    if (scored && (typeof score !== 'number' || Number.isNaN(score)))
      throw new TypeError(`${where}: ${what}[${i}].score must be a number, got ${shown(score)}`);
  });
}
