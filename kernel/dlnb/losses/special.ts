// Functions of statistics that TensorFlow.js lacks, composed of its ops, so that they can be differentiated any number
// of times: the logarithm of the gamma function and of the Bessel function I₀.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';

type Tensor = tfTypes.Tensor;

/** a₀ + a₁ x + a₂ x² + …, by Horner's rule. */
const polynomial = (tf: TensorLibrary, x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients
    .slice(0, -1)
    .reduceRight<Tensor>((sum, a) => tf.add(tf.mul(sum, x), a), tf.fill(x.shape, coefficients.at(-1)!));

/** Γ(x + 3) = x (x + 1) (x + 2) Γ(x): from 3 on, five terms of Stirling's series are enough. */
const SHIFT = 3;
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];

/**
 * log Γ(x) for x > 0: Stirling's series at x + 3 (Abramowitz & Stegun 1964, 6.1.41) without log(x (x + 1) (x + 2)). The
 * error is about 10⁻⁶, absolute or relative, whichever is larger.
 */
export function logGamma(tf: TensorLibrary, x: Tensor): Tensor {
  const z = tf.add(x, SHIFT);
  const inverse = tf.reciprocal(z);
  const series = tf.mul(inverse, polynomial(tf, tf.square(inverse), STIRLING));
  const stirling = tf.add(tf.sub(tf.mul(tf.sub(z, 0.5), tf.log(z)), z), tf.add(series, Math.log(2 * Math.PI) / 2));
  return tf.sub(stirling, tf.log(tf.mul(tf.mul(x, tf.add(x, 1)), tf.add(x, 2))));
}

const SMALL = [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813];
const LARGE = [
  0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
];
const LIMIT = 3.75;

/** log I₀(x) for x ≥ 0 (Abramowitz & Stegun 1964, 9.8.1 and 9.8.2); it does not overflow. */
export function logBesselI0(tf: TensorLibrary, x: Tensor): Tensor {
  // Each branch where it holds: what `where` leaves out must not be NaN, nor its gradient
  const near = tf.minimum(x, LIMIT);
  const far = tf.maximum(x, LIMIT);
  const small = tf.log(polynomial(tf, tf.square(tf.div(near, LIMIT)), SMALL));
  const large = tf.add(tf.sub(far, tf.mul(tf.log(far), 0.5)), tf.log(polynomial(tf, tf.div(LIMIT, far), LARGE)));
  return tf.where(tf.less(x, LIMIT), small, large);
}

/** How a network's number becomes a positive parameter. */
export interface PositiveOptions {
  /** The function that makes a number of the network positive; `'softplus'`, log(1 + eˣ), by default. */
  link?: 'softplus' | 'exp';
  /** What is added to it, so that no scale is 0; 10⁻⁶ by default. */
  minimum?: number;
}

/** A positive parameter of any number. */
export function positive(
  tf: TensorLibrary,
  raw: Tensor,
  { link = 'softplus', minimum = 1e-6 }: PositiveOptions,
): Tensor {
  return tf.add(link === 'exp' ? tf.exp(raw) : tf.softplus(raw), minimum);
}
