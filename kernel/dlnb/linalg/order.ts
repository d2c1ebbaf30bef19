// Order and statistics that need it: sorting, quantiles; variance and standard deviation beside them.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { axisOf, runOp, tensorOf, type Numeric } from './inputs.ts';

type Tensor = tfTypes.Tensor;

/** Options of `linalg.sort` and `linalg.argsort`. */
export interface SortOptions {
  /** The axis to sort along; the last, −1, by default. */
  axis?: number;
  /** Whether the largest comes first; false by default. */
  descending?: boolean;
}

/** Options of `linalg.variance` and `linalg.std`. */
export interface SpreadOptions {
  /** The axes that are taken together; all by default. */
  axis?: number | readonly number[];
  /**
   * What is taken off the number of elements n that the sum of squares is divided by: 0 by default, as in NumPy and
   * Keras; 1 for the unbiased variance of a sample, PyTorch's default.
   */
  correction?: number;
  /** Whether the axes stay, with size 1; false by default. */
  keepDims?: boolean;
}

/** Options of `linalg.quantile` and `linalg.median`. */
export interface QuantileOptions {
  /** The axis along which they are taken; all elements by default. */
  axis?: number;
  /** Whether the axis stays, with size 1; false by default. */
  keepDims?: boolean;
}

const SORT_OPTIONS: OptionNames<SortOptions> = { axis: 'number', descending: 'boolean' };
const SPREAD_OPTIONS: OptionNames<SpreadOptions> = { axis: true, correction: 'number', keepDims: 'boolean' };
const QUANTILE_OPTIONS: OptionNames<QuantileOptions> = { axis: 'number', keepDims: 'boolean' };

/** Moves an axis to the end; `back` moves it to its place. */
function toEnd(tf: TensorLibrary, x: Tensor, axis: number): { x: Tensor; back: (y: Tensor) => Tensor } {
  const last = x.rank - 1;
  if (axis === last) return { x, back: (y) => y };
  const order = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== axis);
  order.push(axis);
  return {
    x: tf.transpose(x, order),
    back: (y) =>
      tf.transpose(
        y,
        Array.from({ length: x.rank }, (_, i) => order.indexOf(i)),
      ),
  };
}

function sorted(tf: TensorLibrary, where: string, x: Numeric, options: SortOptions): [Tensor, Tensor] {
  checkOptions(where, options, SORT_OPTIONS);
  const { axis = -1, descending = false } = options;
  const given = x instanceof tf.Tensor && x.dtype === 'int32' ? x : tensorOf(tf, where, x);
  if (given.rank === 0) return [tf.clone(given), tf.zeros([], 'int32')];
  const from = axisOf(where, axis, given.rank);
  if (given.size === 0) return [tf.clone(given), tf.zeros(given.shape, 'int32')];
  const { x: moved, back } = toEnd(tf, given, from);
  const [values, places] = runOp<[Tensor, Tensor]>(tf, 'Sort', { x: moved }, { descending });
  return [back(values), back(places)];
}

/**
 * The numbers in ascending order along an axis; equal ones stay in their order, NaN is the largest: `linalg.sort([3, 1,
 * 2])` is [1, 2, 3]. The gradient goes to the places that the numbers came from.
 * @returns a tensor of x's shape, int32 for one of int32
 * @example
 * ```ts
 * linalg.sort([3, 1, 2], { descending: true }); // → [3, 2, 1]
 * ```
 */
export function sort(tf: TensorLibrary, x: Numeric, options: SortOptions = {}): tfTypes.Tensor {
  return tf.tidy(() => sorted(tf, 'linalg.sort', x, options)[0]);
}

/**
 * The places of the numbers in ascending order along an axis: `linalg.argsort([3, 1, 2])` is [1, 2, 0]. It has no
 * gradient.
 * @returns a tensor of int32, of x's shape
 * @example
 * ```ts
 * linalg.argsort([3, 1, 2]); // → [1, 2, 0]
 * ```
 */
export function argsort(tf: TensorLibrary, x: Numeric, options: SortOptions = {}): tfTypes.Tensor {
  return tf.tidy(() => sorted(tf, 'linalg.argsort', x, options)[1]);
}

function squares(tf: TensorLibrary, where: string, x: Numeric, options: SpreadOptions): Tensor {
  checkOptions(where, options, SPREAD_OPTIONS);
  const { axis, correction = 0, keepDims = false } = options;
  checkCount(where, 'correction', correction, 0);
  const t = tensorOf(tf, where, x);
  const axes =
    axis === undefined ? t.shape.map((_, i) => i) : [axis].flat().map((a) => axisOf(where, a as number, t.rank));
  const n = axes.reduce((product, a) => product * t.shape[a]!, 1);
  if (n <= correction)
    throw new Error(
      `${where}: of ${n} elements, ${correction === 0 ? 'there is none' : `correction ${correction} leaves none`}`,
    );
  const centered = tf.sub(t, tf.mean(t, axes, true));
  return tf.div(tf.sum(tf.square(centered), axes, keepDims), n - correction);
}

/**
 * The variance Σ (x − mean)² / (n − correction), of the numbers minus their mean, so that a large mean costs no digits.
 * @throws Error if no number is left
 * @example
 * ```ts
 * linalg.variance([1, 2, 3, 4]); // → 1.25
 * ```
 */
export function variance(tf: TensorLibrary, x: Numeric, options: SpreadOptions = {}): tfTypes.Tensor {
  return tf.tidy(() => squares(tf, 'linalg.variance', x, options));
}

/**
 * The standard deviation, the root of {@link variance}. Its gradient is 0 where all numbers are equal.
 * @throws Error if no number is left
 * @example
 * ```ts
 * linalg.std([[1, 3], [2, 6]], { axis: 1, correction: 1 }); // → [1.4142135, 2.8284271]
 * ```
 */
export function std(tf: TensorLibrary, x: Numeric, options: SpreadOptions = {}): tfTypes.Tensor {
  return tf.tidy(() => {
    const v = squares(tf, 'linalg.std', x, options);
    const zero = tf.cast(tf.equal(v, 0), 'float32');
    return tf.mul(tf.sqrt(tf.add(v, zero)), tf.sub(1, zero));
  });
}

function quantiles(
  tf: TensorLibrary,
  where: string,
  x: Numeric,
  qs: readonly number[],
  options: QuantileOptions,
): Tensor {
  checkOptions(where, options, QUANTILE_OPTIONS);
  const { axis, keepDims = false } = options;
  const t = tensorOf(tf, where, x);
  if (t.size === 0) throw new Error(`${where}: there are no numbers`);
  const from = axis === undefined ? undefined : axisOf(where, axis, t.rank);
  const { x: moved } = from === undefined ? { x: tf.reshape(t, [-1]) } : toEnd(tf, t, from);
  const [values] = runOp<[Tensor, Tensor]>(tf, 'Sort', { x: moved }, { descending: false });
  const n = moved.shape.at(-1)!;
  const shape = moved.shape.slice(0, -1);
  const wide = from === undefined ? t.shape.map(() => 1) : t.shape.map((d, i) => (i === from ? 1 : d));
  const at = (place: number) => tf.squeeze(tf.slice(values, [...shape.map(() => 0), place], [...shape, 1]), [-1]);
  // NaN is the largest: with one among them, there is no quantile
  const last = at(n - 1);
  const isNone = tf.isNaN(last);
  const ys = qs.map((q) => {
    const place = q * (n - 1);
    const low = Math.min(Math.floor(place), n - 1);
    const part = place - low;
    const y = part === 0 ? at(low) : tf.add(tf.mul(at(low), 1 - part), tf.mul(at(low + 1), part));
    return tf.reshape(tf.where(isNone, last, y), keepDims ? wide : shape);
  });
  return tf.stack(ys);
}

/**
 * Quantiles with linear interpolation between the two nearest numbers, as NumPy's and PyTorch's default:
 * `linalg.quantile(x, [0.05, 0.95])`. The gradient goes to these two numbers.
 * @param q one number from 0 to 1, or several
 * @returns for several q, `[q.length, ...]`
 * @throws Error for no numbers, or a q outside 0 … 1
 * @example
 * ```ts
 * linalg.quantile([1, 2, 3, 4, 5], [0.25, 0.9]); // → [2, 4.6]
 * ```
 */
export function quantile(
  tf: TensorLibrary,
  x: Numeric,
  q: number | readonly number[],
  options: QuantileOptions = {},
): tfTypes.Tensor {
  const where = 'linalg.quantile';
  if (typeof q !== 'number' && !(Array.isArray(q) && q.length > 0))
    throw new TypeError(`${where}: q must be a number from 0 to 1, or a list of them, got ${shown(q)}`);
  const qs = [q].flat() as number[];
  for (const one of qs) checkNumber(where, 'q', one, 0, 1);
  return tf.tidy(() => {
    const ys = quantiles(tf, where, x, qs, options);
    return typeof q === 'number' ? tf.squeeze(ys, [0]) : ys;
  });
}

/**
 * The number in the middle, or the mean of the two there, as in NumPy (PyTorch takes the lower one).
 * @throws Error for no numbers
 * @example
 * ```ts
 * linalg.median([[1, 9, 2], [4, 3, 8]], { axis: 1 }); // → [2, 4]
 * ```
 */
export function median(tf: TensorLibrary, x: Numeric, options: QuantileOptions = {}): tfTypes.Tensor {
  return tf.tidy(() => tf.squeeze(quantiles(tf, 'linalg.median', x, [0.5], options), [0]));
}
