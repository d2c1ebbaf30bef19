// Gradient clipping: by the global norm of all gradients, or value by value.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';

/**
 * Gradients as TensorFlow.js returns them: by the names of variables (`tf.variableGrads`), or in a list (`tf.grads`).
 */
export type Gradients = tfTypes.NamedTensorMap | readonly tfTypes.Tensor[] | readonly NamedGradient[];
interface NamedGradient {
  name: string;
  tensor: tfTypes.Tensor;
}

/** The limit of {@link clipping}: exactly one of a global norm and a largest absolute value. */
export type ClipLimit = { norm: number; value?: never } | { value: number; norm?: never };

const CLIP_LIMIT: OptionNames<ClipLimit> = { norm: 'number', value: 'number' };

/**
 * Scales all gradients by one factor, so that their global norm, √(Σ g²) over all parameters, is at most `max`
 * (Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, algorithm 1). The direction does not change.
 * @returns new tensors in the same form; the old ones are not changed
 * @example
 * ```ts
 * const clipped = nn.clipByNorm([tf.tensor1d([3, 4]), tf.scalar(12)], 1);
 * nn.gradientNorm(clipped); // → 1
 * ```
 */
export function clipByNorm<G extends Gradients>(tf: TensorLibrary, gradients: G, max: number): G {
  checkNumber('nn.clipByNorm', 'max', max);
  checkGradients('nn.clipByNorm', gradients);
  return tf.tidy(() => {
    const factor = tf.minimum(1, tf.div(max, tf.maximum(norm(tf, gradients), 1e-12)));
    return mapGradients(gradients, (g) => tf.mul(g, factor)) as never;
  });
}

/**
 * The global norm of all gradients, a scalar: √(Σ g²) over all parameters.
 * @example
 * ```ts
 * const w = tf.variable(tf.tensor1d([3, 4]));
 * const { grads } = tf.variableGrads(() => w.square().sum().div(2) as tf.Scalar);
 * nn.gradientNorm(grads); // → 5
 * ```
 */
export function gradientNorm(tf: TensorLibrary, gradients: Gradients): tfTypes.Scalar {
  checkGradients('nn.gradientNorm', gradients);
  return tf.tidy(() => norm(tf, gradients));
}

function norm(tf: TensorLibrary, gradients: Gradients): tfTypes.Scalar {
  const tensors: tfTypes.Tensor[] = [];
  mapGradients(gradients, (g) => (tensors.push(g), g));
  if (tensors.length === 0) return tf.scalar(0);
  return tf.sqrt(tf.addN(tensors.map((g) => tf.sum(tf.square(g)))));
}

/**
 * Limits each number of each gradient to [−`max`, `max`]. The direction may change.
 * @returns new tensors in the same form; the old ones are not changed
 * @example
 * ```ts
 * const { w } = nn.clipByValue({ w: tf.tensor1d([-3, 0.5, 2]) }, 1);
 * w; // → [-1, 0.5, 1]
 * ```
 */
export function clipByValue<G extends Gradients>(tf: TensorLibrary, gradients: G, max: number): G {
  checkNumber('nn.clipByValue', 'max', max);
  checkGradients('nn.clipByValue', gradients);
  return tf.tidy(() => mapGradients(gradients, (g) => tf.clipByValue(g, -max, max)) as never);
}

/**
 * Makes an optimizer clip all gradients that it applies, in `minimize`, `applyGradients` and `fit`:
 * `nn.clipping(tf.train.adam(), { norm: 1 })`.
 * @returns the same optimizer
 * @example
 * ```ts
 * const optimizer = nn.clipping(tf.train.sgd(0.1), { norm: 1 });
 * const w = tf.variable(tf.scalar(100));
 * // The gradient is 200, and counts as 1
 * optimizer.minimize(() => w.square() as tf.Scalar);
 * w; // → 99.9
 * ```
 */
export function clipping<O extends tfTypes.Optimizer>(tf: TensorLibrary, optimizer: O, limit: ClipLimit): O {
  checkOptions('nn.clipping', limit, CLIP_LIMIT);
  const { norm: byNorm, value: byValue } = limit;
  if ((byNorm === undefined) === (byValue === undefined))
    throw new TypeError('nn.clipping: give either { norm } or { value }, exactly one of the two');
  if (byNorm !== undefined) checkNumber('nn.clipping', 'norm', byNorm);
  if (byValue !== undefined) checkNumber('nn.clipping', 'value', byValue);
  if (typeof (optimizer as Partial<O> | null | undefined)?.applyGradients !== 'function')
    throw new TypeError(
      `nn.clipping: the first argument must be an optimizer, such as tf.train.adam(), got ${shown(optimizer)}`,
    );
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    const clipped = byNorm === undefined ? clipByValue(tf, gradients, byValue!) : clipByNorm(tf, gradients, byNorm);
    apply(clipped);
    mapGradients(clipped, (g) => (g.dispose(), g));
  };
  return optimizer;
}

/** @throws TypeError for what holds no tensors */
function checkGradients(where: string, gradients: unknown): void {
  if (typeof gradients === 'object' && gradients !== null) return;
  throw new TypeError(
    `${where}: the gradients must be a list of tensors, or tensors by name, such as tf.variableGrads(…).grads, got ${shown(gradients)}`,
  );
}

/** Applies a function to each gradient. Missing gradients of parameters stay missing. */
function mapGradients(gradients: Gradients, fn: (g: tfTypes.Tensor) => tfTypes.Tensor): Gradients {
  const of = (g: tfTypes.Tensor) => (g ? fn(g) : g);
  if (!Array.isArray(gradients))
    return Object.fromEntries(Object.entries(gradients as tfTypes.NamedTensorMap).map(([name, g]) => [name, of(g)]));
  return (gradients as (tfTypes.Tensor | NamedGradient)[]).map((g) =>
    g && 'tensor' in g ? { ...g, tensor: of(g.tensor) } : of(g),
  ) as Gradients;
}
