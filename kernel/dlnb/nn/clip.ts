// Gradient clipping: by the norm of all gradients together, or value by value.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { amount } from '../data/checks.ts';

/** Gradients as TensorFlow.js gives them: by the names of variables (`tf.variableGrads`), or in a list (`tf.grads`). */
export type Gradients = tfTypes.NamedTensorMap | readonly tfTypes.Tensor[] | readonly NamedGradient[];
interface NamedGradient {
  name: string;
  tensor: tfTypes.Tensor;
}

/** What {@link clipping} allows: exactly one of the two. */
export type ClipLimit = { norm: number; value?: never } | { value: number; norm?: never };

/**
 * Scales all gradients by one factor such that their norm together, √(Σ g²) over all parameters, is at most `max`
 * (Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, algorithm 1). Their direction stays.
 * @returns new tensors in the form that was given; the old ones stay as they are
 */
export function clipByNorm<G extends Gradients>(tf: TensorLibrary, gradients: G, max: number): G {
  amount('nn.clipByNorm', 'max', max);
  return tf.tidy(() => {
    const factor = tf.minimum(1, tf.div(max, tf.maximum(norm(tf, gradients), 1e-12)));
    return mapGradients(gradients, (g) => tf.mul(g, factor)) as never;
  });
}

/** The norm of all gradients together, a scalar: √(Σ g²). */
export function gradientNorm(tf: TensorLibrary, gradients: Gradients): tfTypes.Scalar {
  return tf.tidy(() => norm(tf, gradients));
}

function norm(tf: TensorLibrary, gradients: Gradients): tfTypes.Scalar {
  const tensors: tfTypes.Tensor[] = [];
  mapGradients(gradients, (g) => (tensors.push(g), g));
  if (tensors.length === 0) return tf.scalar(0);
  return tf.sqrt(tf.addN(tensors.map((g) => tf.sum(tf.square(g)))));
}

/**
 * Cuts each number of each gradient off at ±`max`. Their direction may change.
 * @returns new tensors in the form that was given; the old ones stay as they are
 */
export function clipByValue<G extends Gradients>(tf: TensorLibrary, gradients: G, max: number): G {
  amount('nn.clipByValue', 'max', max);
  return tf.tidy(() => mapGradients(gradients, (g) => tf.clipByValue(g, -max, max)) as never);
}

/**
 * Has an optimiser clip all gradients that it is given, by `minimize`, `applyGradients` and `fit`: `nn.clipping(tf.train.adam(), { norm: 1 })`.
 * @returns the same optimiser
 */
export function clipping<O extends tfTypes.Optimizer>(tf: TensorLibrary, optimizer: O, limit: ClipLimit): O {
  const { norm: byNorm, value: byValue } = limit;
  if ((byNorm === undefined) === (byValue === undefined))
    throw new TypeError('nn.clipping: give { norm } or { value }, one of the two');
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    const clipped = byNorm === undefined ? clipByValue(tf, gradients, byValue!) : clipByNorm(tf, gradients, byNorm);
    apply(clipped);
    mapGradients(clipped, (g) => (g.dispose(), g));
  };
  return optimizer;
}

/** Applies a function to each gradient; a parameter without one stays so. */
function mapGradients(gradients: Gradients, fn: (g: tfTypes.Tensor) => tfTypes.Tensor): Gradients {
  const of = (g: tfTypes.Tensor) => (g ? fn(g) : g);
  if (!Array.isArray(gradients))
    return Object.fromEntries(Object.entries(gradients as tfTypes.NamedTensorMap).map(([name, g]) => [name, of(g)]));
  return (gradients as (tfTypes.Tensor | NamedGradient)[]).map((g) =>
    g && 'tensor' in g ? { ...g, tensor: of(g.tensor) } : of(g),
  ) as Gradients;
}
