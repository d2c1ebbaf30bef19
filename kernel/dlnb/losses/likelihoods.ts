// Negative log-likelihoods: what a network predicts are the parameters of a distribution, as numbers without bounds, and
// the loss of an example is −log of the density of its target. All constants are included.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { brackets, likePredictions, makeLoss, oneHotRows, type Loss } from './loss.ts';
import { logBesselI0, logGamma, positive, type PositiveOptions } from './special.ts';

type Tensor = tfTypes.Tensor;

const LOG_2PI = Math.log(2 * Math.PI);
const POSITIVE: OptionNames<PositiveOptions> = { link: ['softplus', 'exp'], minimum: 'number' };

function checkPositive(where: string, options: PositiveOptions): void {
  if (options.minimum !== undefined) checkNumber(where, 'minimum', options.minimum);
}

/** The last axis in parts of `n`. */
function split(tf: TensorLibrary, x: Tensor, n: number): Tensor[] {
  const { rank } = x;
  return Array.from({ length: x.shape.at(-1)! / n }, (_, k) => {
    const begin = [...new Array<number>(rank - 1).fill(0), k * n];
    return tf.slice(x, begin, [...x.shape.slice(0, -1), n]);
  });
}

/**
 * Makes a loss whose predictions are `count` parameters of each of n numbers: [..., count · n], the first parameter of
 * all numbers first.
 * @param density the targets and the parameters, each [..., n] → −log of the density of each number
 */
function ofParameters(
  tf: TensorLibrary,
  name: string,
  count: number,
  density: (y: Tensor, parameters: Tensor[]) => Tensor,
): Loss {
  const sizeOf = (last: number): number => {
    if (last % count !== 0)
      throw new Error(
        `losses.${name}: the last axis of yPred must be a multiple of ${count}: ${count} parameters for each number of ` +
          `the target; it is ${last}`,
      );
    return last / count;
  };
  return makeLoss(
    tf,
    name,
    (yTrue, yPred) => {
      const n = sizeOf(checkRank(name, yPred).at(-1)!);
      const y = likePredictions(tf, name, yTrue, [...yPred.shape.slice(0, -1), n]);
      return tf.sum(density(y, split(tf, yPred, n)), -1);
    },
    (output) => [...output.slice(0, -1), output.at(-1) == null ? null : sizeOf(output.at(-1)!)],
  );
}

function checkRank(name: string, yPred: Tensor): number[] {
  if (yPred.rank > 0) return yPred.shape;
  throw new Error(`losses.${name}: yPred must have at least one axis, [..., parameters], and is a number`);
}

/** Options of {@link gaussianNll}. */
export interface GaussianNllOptions extends PositiveOptions {
  /**
   * The standard deviation of all targets, where it is known or does not matter: then the predictions are means alone
   * (homoscedastic). Without it, the network predicts one for each mean (heteroscedastic).
   */
  sigma?: number;
}

/**
 * Normal distribution: log σ + (y − μ)² / (2 σ²) + log(2π) / 2, summed over the numbers of a target.
 *
 * With `sigma`, predictions are the means, [..., n]: the squared error, scaled. Without, they are [..., 2n]: n means,
 * then n numbers whose softplus is σ (Nix & Weigend 1994; Prince 2023, Understanding Deep Learning, §5.3).
 * @throws RangeError for a sigma that is not above 0
 * @example
 * ```ts
 * // Means and σ: the network has two outputs for each target
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [1] })] });
 * model.compile({ optimizer: optim.adam(), loss: losses.gaussianNll() });
 * await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 1, verbose: 0 });
 * ```
 */
export function gaussianNll(tf: TensorLibrary, options: GaussianNllOptions = {}): Loss {
  const where = 'losses.gaussianNll';
  checkOptions(where, options, { ...POSITIVE, sigma: 'number' });
  checkPositive(where, options);
  const { sigma } = options;
  if (sigma !== undefined) {
    checkNumber(where, 'sigma', sigma, Number.MIN_VALUE);
    return ofParameters(tf, 'gaussianNll', 1, (y, [mean]) =>
      tf.add(tf.mul(tf.square(tf.div(tf.sub(y, mean!), sigma)), 0.5), Math.log(sigma) + LOG_2PI / 2),
    );
  }
  return ofParameters(tf, 'gaussianNll', 2, (y, [mean, raw]) => normal(tf, y, mean!, positive(tf, raw!, options)));
}

/** −log of the density of a normal distribution. */
function normal(tf: TensorLibrary, y: Tensor, mean: Tensor, sigma: Tensor): Tensor {
  const z = tf.div(tf.sub(y, mean), sigma);
  return tf.add(tf.add(tf.log(sigma), tf.mul(tf.square(z), 0.5)), LOG_2PI / 2);
}

/**
 * Laplace distribution: |y − μ| / b + log(2b), summed over the numbers of a target. Predictions [..., 2n]: n medians μ,
 * then n numbers whose softplus is b. Robust against outliers.
 * @example
 * ```ts
 * const loss = losses.laplaceNll({ link: 'exp', minimum: 0 });
 * // μ = 0, b = exp(0): |2| / 1 + log 2
 * loss(tf.tensor2d([[2]]), tf.tensor2d([[0, 0]])); // → [2.6931472]
 * ```
 */
export function laplaceNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.laplaceNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  return ofParameters(tf, 'laplaceNll', 2, (y, [mean, raw]) => {
    const b = positive(tf, raw!, options);
    return tf.add(tf.div(tf.abs(tf.sub(y, mean!)), b), tf.log(tf.mul(b, 2)));
  });
}

/** Options of {@link studentTNll}. */
export interface StudentTNllOptions extends PositiveOptions {
  /** The degrees of freedom ν, above 0; without them the network predicts them. */
  df?: number;
}

/**
 * Student's t distribution: log σ + log(νπ) / 2 + log Γ(ν/2) − log Γ((ν + 1)/2) + (ν + 1)/2 · log(1 + z²/ν) with z =
 * (y − μ) / σ, summed over the numbers of a target. Predictions [..., 2n] with `df`: n locations μ, then n numbers whose
 * softplus is σ; without, [..., 3n]: then n numbers more whose softplus is ν. Robust against outliers.
 * @example
 * ```ts
 * const loss = losses.studentTNll({ df: 1, link: 'exp', minimum: 0 });
 * // A Cauchy distribution at its middle: log π
 * loss(tf.tensor2d([[0]]), tf.tensor2d([[0, 0]])); // → [1.14473]
 * ```
 */
export function studentTNll(tf: TensorLibrary, options: StudentTNllOptions = {}): Loss {
  const where = 'losses.studentTNll';
  checkOptions(where, options, { ...POSITIVE, df: 'number' });
  checkPositive(where, options);
  const { df } = options;
  if (df !== undefined) checkNumber(where, 'df', df, Number.MIN_VALUE);
  return ofParameters(tf, 'studentTNll', df === undefined ? 3 : 2, (y, [mean, raw, rawDf]) => {
    const sigma = positive(tf, raw!, options);
    const nu = df === undefined ? positive(tf, rawDf!, options) : tf.fill(y.shape, df);
    const half = tf.mul(nu, 0.5);
    const z = tf.div(tf.sub(y, mean!), sigma);
    const tail = tf.mul(tf.add(half, 0.5), tf.log1p(tf.div(tf.square(z), nu)));
    const norm = tf.add(tf.mul(tf.log(tf.mul(nu, Math.PI)), 0.5), tf.log(sigma));
    const gammas = tf.sub(logGamma(tf, half), logGamma(tf, tf.add(half, 0.5)));
    return tf.add(tf.add(norm, gammas), tail);
  });
}

/** Options of {@link gaussianMixtureNll}. */
export interface GaussianMixtureNllOptions extends PositiveOptions {
  /** Number of normal distributions. */
  components: number;
}

/**
 * Mixture of K normal distributions: −log Σₖ πₖ N(y; μₖ, σₖ) (Bishop 1994, mixture density networks). Predictions
 * [..., K (1 + 2n)]: K logits of the weights π, then K · n means, component by component, then K · n numbers whose
 * softplus is σ. A component has no correlations.
 * @throws RangeError for a number of components below 1
 * @example
 * ```ts
 * const loss = losses.gaussianMixtureNll({ components: 2, link: 'exp', minimum: 0 });
 * // Logits, means −1 and 1, and σ = 1 of both: as one distribution at 1
 * loss(tf.tensor2d([[0]]), tf.tensor2d([[0, 0, -1, 1, 0, 0]])); // → [1.4189385]
 * ```
 */
export function gaussianMixtureNll(tf: TensorLibrary, options: GaussianMixtureNllOptions): Loss {
  const where = 'losses.gaussianMixtureNll';
  checkOptions(where, options, { ...POSITIVE, components: 'number' });
  checkPositive(where, options);
  const { components: k } = options;
  checkCount(where, 'components', k);
  const sizeOf = (last: number): number => {
    const n = (last / k - 1) / 2;
    if (!Number.isInteger(n) || n < 1)
      throw new Error(
        `${where}: the last axis of yPred must be ${k} · (1 + 2n) for targets of n numbers, such as ${3 * k} for one; ` +
          `it is ${last}`,
      );
    return n;
  };
  return makeLoss(
    tf,
    'gaussianMixtureNll',
    (yTrue, yPred) => {
      const n = sizeOf(checkRank('gaussianMixtureNll', yPred).at(-1)!);
      const rows = yPred.shape.slice(0, -1);
      const y = tf.expandDims(likePredictions(tf, 'gaussianMixtureNll', yTrue, [...rows, n]), -2);
      const part = (from: number, size: number) => tf.slice(yPred, [...rows.map(() => 0), from], [...rows, size]);
      const each = (from: number) => tf.reshape(part(from, k * n), [...rows, k, n]);
      const logs = tf.neg(tf.sum(normal(tf, y, each(k), positive(tf, each(k + k * n), options)), -1));
      return tf.neg(tf.logSumExp(tf.add(tf.logSoftmax(part(0, k)), logs), -1));
    },
    (output) => [...output.slice(0, -1), output.at(-1) == null ? null : sizeOf(output.at(-1)!)],
  );
}

/**
 * Exponential distribution, of waiting times y ≥ 0: λ y − log λ, summed over the numbers of a target. Predictions
 * [..., n]: numbers whose softplus is the rate λ.
 * @example
 * ```ts
 * const loss = losses.exponentialNll({ link: 'exp', minimum: 0 });
 * // λ = exp(0): λ y − log λ
 * loss(tf.tensor2d([[2]]), tf.tensor2d([[0]])); // → [2]
 * ```
 */
export function exponentialNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.exponentialNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  return ofParameters(tf, 'exponentialNll', 1, (y, [raw]) => {
    const rate = positive(tf, raw!, options);
    return tf.sub(tf.mul(rate, y), tf.log(rate));
  });
}

/**
 * Gamma distribution, of sizes y > 0: log Γ(α) − α log β − (α − 1) log y + β y, summed over the numbers of a target.
 * Predictions [..., 2n]: n numbers whose softplus is the shape α, then n whose softplus is the rate β. Targets below
 * 10⁻⁶ count as that.
 * @example
 * ```ts
 * const loss = losses.gammaNll({ link: 'exp', minimum: 0 });
 * // α = β = 1 is an exponential distribution
 * loss(tf.tensor2d([[2]]), tf.tensor2d([[0, 0]])); // → [2]
 * ```
 */
export function gammaNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.gammaNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  return ofParameters(tf, 'gammaNll', 2, (given, [rawShape, rawRate]) => {
    const y = tf.maximum(given, 1e-6);
    const [shape, rate] = [positive(tf, rawShape!, options), positive(tf, rawRate!, options)];
    const norm = tf.sub(logGamma(tf, shape), tf.mul(shape, tf.log(rate)));
    return tf.add(tf.sub(norm, tf.mul(tf.sub(shape, 1), tf.log(y))), tf.mul(rate, y));
  });
}

/**
 * Beta distribution, of parts y between 0 and 1: log Γ(α) + log Γ(β) − log Γ(α + β) − (α − 1) log y − (β − 1) log(1 −
 * y), summed over the numbers of a target. Predictions [..., 2n]: n numbers whose softplus is α, then n whose softplus
 * is β. Targets are kept 10⁻⁶ away from 0 and 1.
 * @example
 * ```ts
 * const loss = losses.betaNll({ link: 'exp', minimum: 0 });
 * // α = β = 1 is the even distribution: its density is 1
 * loss(tf.tensor2d([[0.3]]), tf.tensor2d([[0, 0]])); // → [0]
 * ```
 */
export function betaNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.betaNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  return ofParameters(tf, 'betaNll', 2, (given, [rawA, rawB]) => {
    const y = tf.clipByValue(given, 1e-6, 1 - 1e-6);
    const [a, b] = [positive(tf, rawA!, options), positive(tf, rawB!, options)];
    const norm = tf.sub(tf.add(logGamma(tf, a), logGamma(tf, b)), logGamma(tf, tf.add(a, b)));
    const logs = tf.add(tf.mul(tf.sub(a, 1), tf.log(y)), tf.mul(tf.sub(b, 1), tf.log1p(tf.neg(y))));
    return tf.sub(norm, logs);
  });
}

/**
 * Multivariate normal distribution of n numbers: ‖Lᵀ (y − μ)‖² / 2 − Σ log Lᵢᵢ + n log(2π) / 2, where L Lᵀ is the
 * inverse of the covariance (Williams 1996). Predictions [..., n + n (n + 1) / 2]: n means, then the lower triangle of
 * L row by row, whose diagonal is the softplus of its numbers.
 * @example
 * ```ts
 * const loss = losses.multivariateNormalNll({ link: 'exp', minimum: 0 });
 * // Two means, then L = [[1, 0], [0, 1]] row by row, its diagonal as exp(0): log 2π at the middle
 * loss(tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 2, 0, 0, 0]])); // → [1.837877]
 * ```
 */
export function multivariateNormalNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.multivariateNormalNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  const sizeOf = (last: number): number => {
    const n = (Math.sqrt(9 + 8 * last) - 3) / 2;
    if (!Number.isInteger(n) || n < 1)
      throw new Error(
        `${where}: the last axis of yPred must be n + n (n + 1) / 2 for targets of n numbers: 2, 5, 9, 14 …; it is ${last}`,
      );
    return n;
  };
  return makeLoss(
    tf,
    'multivariateNormalNll',
    (yTrue, yPred) => {
      const n = sizeOf(checkRank('multivariateNormalNll', yPred).at(-1)!);
      const rows = yPred.shape.slice(0, -1);
      const y = tf.reshape(likePredictions(tf, 'multivariateNormalNll', yTrue, [...rows, n]), [-1, n]);
      const all = tf.reshape(yPred, [-1, yPred.shape.at(-1)!]);
      // A constant matrix that puts the numbers of the triangle into their places: [n (n + 1) / 2, n · n]
      const places: number[] = [];
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) places.push(i * n + j);
      const put = oneHotRows(tf, tf.tensor1d(places, 'int32'), n * n);
      const triangle = tf.reshape(tf.matMul(tf.slice(all, [0, n], [-1, -1]), put), [-1, n, n]);
      const eye = tf.eye(n);
      // softplus has no large slope, so the numbers off the diagonal do no harm where they are not used
      const diagonal = positive(tf, tf.sum(tf.mul(triangle, eye), -1), options);
      const factor = tf.add(tf.mul(triangle, tf.sub(1, eye)), tf.mul(tf.expandDims(diagonal, -1), eye));
      const residual = tf.reshape(tf.sub(y, tf.slice(all, [0, 0], [-1, n])), [-1, 1, n]);
      // (y − μ)ᵀ L, a row
      const white = tf.matMul(residual, factor);
      const square = tf.mul(tf.sum(tf.square(white), [1, 2]), 0.5);
      const losses = tf.add(tf.sub(square, tf.sum(tf.log(diagonal), -1)), (n * LOG_2PI) / 2);
      return tf.reshape(losses, rows);
    },
    (output) => [...output.slice(0, -1), output.at(-1) == null ? null : sizeOf(output.at(-1)!)],
  );
}

/**
 * Von Mises distribution, of angles in radians: log(2π I₀(κ)) − κ cos(y − μ), summed over the numbers of a target.
 * Predictions [..., 2n]: n mean directions μ in radians, then n numbers whose softplus is the concentration κ.
 * @example
 * ```ts
 * const loss = losses.vonMisesNll({ link: 'exp', minimum: 0 });
 * // κ = 1, at the middle: log(2π I₀(1)) − 1
 * loss(tf.tensor2d([[0]]), tf.tensor2d([[0, 0]])); // → [1.0737915]
 * ```
 */
export function vonMisesNll(tf: TensorLibrary, options: PositiveOptions = {}): Loss {
  const where = 'losses.vonMisesNll';
  checkOptions(where, options, POSITIVE);
  checkPositive(where, options);
  return ofParameters(tf, 'vonMisesNll', 2, (y, [mean, raw]) => {
    const kappa = positive(tf, raw!, options);
    return tf.add(tf.sub(logBesselI0(tf, kappa), tf.mul(kappa, tf.cos(tf.sub(y, mean!)))), LOG_2PI);
  });
}

/**
 * Bernoulli distribution, of labels 0 and 1: the logistic cross-entropy from logits, −y log σ(x) − (1 − y) log(1 −
 * σ(x)), summed over the numbers of a target. Predictions [..., n]: logits.
 * @example
 * ```ts
 * losses.bernoulliNll()(tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 0]])); // → [1.3862944]
 * ```
 */
export const bernoulliNll = (tf: TensorLibrary): Loss =>
  ofParameters(tf, 'bernoulliNll', 1, (y, [x]) =>
    tf.add(tf.mul(y, tf.softplus(tf.neg(x!))), tf.mul(tf.sub(1, y), tf.softplus(x!))),
  );

/**
 * Poisson distribution, of counts: λ − y log λ + log y!, summed over the numbers of a target. Predictions [..., n]: log
 * λ, as PyTorch's `PoissonNLLLoss`.
 * @example
 * ```ts
 * // λ = exp(0), y = 2: 1 + log 2
 * losses.poissonNll()(tf.tensor2d([[2]]), tf.tensor2d([[0]])); // → [1.6931472]
 * ```
 */
export const poissonNll = (tf: TensorLibrary): Loss =>
  ofParameters(tf, 'poissonNll', 1, (y, [x]) => tf.add(tf.sub(tf.exp(x!), tf.mul(y, x!)), logGamma(tf, tf.add(y, 1))));

/**
 * Plackett–Luce distribution, of rankings: −Σᵢ log(exp s(yᵢ) / Σ over the items not yet placed of exp s) (Plackett 1975;
 * Luce 1959). Targets [..., n]: the numbers of the items, from 0, the best one first. Predictions [..., n]: a score s of
 * each item.
 * @example
 * ```ts
 * // Three items with equal scores: each of the 3! rankings is as likely, log 6
 * losses.plackettLuceNll()(tf.tensor2d([[2, 0, 1]]), tf.zeros([1, 3])); // → [1.7917595]
 * ```
 */
export const plackettLuceNll = (tf: TensorLibrary): Loss =>
  makeLoss(tf, 'plackettLuceNll', (yTrue, yPred) => {
    const n = checkRank('plackettLuceNll', yPred).at(-1)!;
    if (!tf.util.arraysEqual(yTrue.shape, yPred.shape))
      throw new Error(
        `losses.plackettLuceNll: yTrue has shape ${brackets(yTrue.shape)}, and must have ${brackets(yPred.shape)}: the ` +
          'numbers of all items, the best one first',
      );
    const order = oneHotRows(tf, tf.cast(tf.reshape(yTrue, [-1, n]), 'int32'), n);
    // [rows, n]: scores from the best item to the last
    const scores = tf.sum(tf.mul(order, tf.reshape(yPred, [-1, 1, n])), -1);
    // Row i of the table has the scores from the i-th on; −10⁹ stands for those that are placed
    const placed = tf.linalg.bandPart(tf.ones([n, n]), -1, 0);
    const table = tf.add(tf.expandDims(scores, 1), tf.mul(tf.sub(placed, tf.eye(n)), -1e9));
    return tf.reshape(tf.sum(tf.sub(tf.logSumExp(table, -1), scores), -1), yPred.shape.slice(0, -1));
  });
