// Norms of vectors and matrices.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { axisOf, runOp, tensorOf, type Numeric } from './inputs.ts';

type Tensor = tfTypes.Tensor;

/** Options of `linalg.norm`. */
export interface NormOptions {
  /**
   * Which norm. Of vectors: a number p ≠ 0 for (Σ |x|ᵖ)^(1/p), Infinity and −Infinity for the largest and the smallest
   * |x|, 0 for the number of elements that are not 0. Of matrices: 'fro' (Frobenius), 'nuc' (sum of the singular
   * values), 2 and −2 (largest and smallest singular value), 1 and −1, Infinity and −Infinity (largest and smallest sum
   * of a column, or a row). By default √Σ x² over the axes.
   */
  ord?: number | 'fro' | 'nuc';
  /** One axis for vectors, two for matrices; all by default (with `ord`: of a tensor of one or two axes). */
  axis?: number | readonly [number, number];
  /** Whether the axes stay, with size 1; false by default. */
  keepDims?: boolean;
}

const NORM_OPTIONS: OptionNames<NormOptions> = { ord: true, axis: true, keepDims: 'boolean' };
const WHERE = 'linalg.norm';

/**
 * Norms of vectors and matrices, named as in NumPy's `linalg.norm`: `linalg.norm([3, 4])` is 5. The gradient at 0 is 0.
 * @returns one number for each vector or matrix
 * @throws Error for a norm that there is not
 * @example
 * ```ts
 * linalg.norm([[3, 4], [6, 8]], { axis: 1 }); // → [5, 10]
 * ```
 */
export function norm(tf: TensorLibrary, x: Numeric, options: NormOptions = {}): tfTypes.Tensor {
  checkOptions(WHERE, options, NORM_OPTIONS);
  const { ord, axis, keepDims = false } = options;
  return tf.tidy(() => {
    const t = tensorOf(tf, WHERE, x);
    if (ord === undefined && axis === undefined) return tf.norm(t, 'euclidean', undefined, keepDims);
    if (axis === undefined && t.rank !== 1 && t.rank !== 2)
      throw new Error(`${WHERE}: with ord, give the axis of ${shapeText(t.shape)}: one for vectors, two for matrices`);
    const axes = [axis ?? (t.rank === 1 ? [0] : [0, 1])].flat().map((a) => axisOf(WHERE, a, t.rank));
    if (axes.length < 1 || axes.length > 2 || axes[0] === axes[1])
      throw new Error(
        `${WHERE}: axis must be one axis for vectors or two different ones for matrices, got ${shown(axis)}`,
      );
    const y = axes.length === 1 ? vectorNorm(tf, t, axes[0]!, ord ?? 2) : matrixNorm(tf, t, axes, ord ?? 'fro');
    return keepDims
      ? tf.reshape(
          y,
          t.shape.map((d, i) => (axes.includes(i) ? 1 : d)),
        )
      : y;
  });
}

function vectorNorm(tf: TensorLibrary, x: Tensor, axis: number, ord: number | 'fro' | 'nuc'): Tensor {
  if (typeof ord !== 'number' || Number.isNaN(ord))
    throw new Error(`${WHERE}: ord of vectors must be a number, Infinity or -Infinity, got ${shown(ord)}`);
  if (ord === 2) return tf.norm(x, 'euclidean', axis);
  const size = tf.abs(x);
  if (ord === Infinity) return tf.max(size, axis);
  if (ord === -Infinity) return tf.min(size, axis);
  if (ord === 0) return tf.sum(tf.cast(tf.notEqual(x, 0), 'float32'), axis);
  if (ord === 1) return tf.sum(size, axis);
  // Of the largest element, so that no power overflows; where all are 0, the gradient is 0
  const largest = unlinked(tf, tf.max(size, axis, true));
  const scale = tf.add(largest, tf.cast(tf.equal(largest, 0), 'float32'));
  const sum = tf.sum(tf.pow(tf.div(size, scale), ord), axis);
  const zero = tf.cast(tf.equal(sum, 0), 'float32');
  const root = tf.mul(tf.pow(tf.add(sum, zero), 1 / ord), tf.sub(1, zero));
  return tf.mul(root, tf.squeeze(scale, [axis]));
}

/** The value as a constant. */
const unlinked = (tf: TensorLibrary, x: Tensor): Tensor =>
  tf.customGrad(((x: Tensor) => ({ value: tf.clone(x), gradFunc: (dy: Tensor) => tf.zerosLike(dy) })) as never)(x);

function matrixNorm(tf: TensorLibrary, x: Tensor, [i, j]: number[], ord: number | 'fro' | 'nuc'): Tensor {
  const rest = Array.from({ length: x.rank }, (_, a) => a).filter((a) => a !== i && a !== j);
  const m = tf.transpose(x, [...rest, i!, j!]);
  const extreme = (sizes: Tensor) => (Number(ord) > 0 ? tf.max(sizes, -1) : tf.min(sizes, -1));
  if (ord === 'fro') return tf.norm(m, 'euclidean', [-2, -1]);
  if (ord === 1 || ord === -1) return extreme(tf.sum(tf.abs(m), -2));
  if (ord === Infinity || ord === -Infinity) return extreme(tf.sum(tf.abs(m), -1));
  if (ord === 'nuc' || ord === 2 || ord === -2) {
    const [, s] = runOp<Tensor[]>(tf, 'SVD', { a: m });
    return ord === 'nuc' ? tf.sum(s!, -1) : extreme(s!);
  }
  throw new Error(
    `${WHERE}: ord of matrices must be 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity, got ${shown(ord)}`,
  );
}
