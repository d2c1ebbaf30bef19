// Functions with a gradient of their own, and without one.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { shapeText } from '../shape.ts';
import { checkFunction, resultOf } from './gradients.ts';

type Tensor = tfTypes.Tensor;

/** What the gradient of {@link customGrad} is given. */
export interface CustomGradient<X extends tfTypes.Tensor[]> {
  /** The gradient with respect to the result, of its shape. */
  dy: tfTypes.Tensor;
  /** The arguments. */
  inputs: X;
  /** The result. */
  output: tfTypes.Tensor;
}

/**
 * A function whose gradient is computed by another one: for a formula that is more precise, or a gradient on purpose that
 * is no derivative, such as a straight-through estimate. The gradient may be differentiated itself: what depends on
 * inputs, output and dy counts, so second derivatives are those of the gradient's formula.
 * @param f the function; its ops are not recorded
 * @param gradient the gradient with respect to each argument, of its shape; one tensor if there is one argument
 * @example
 * ```ts
 * // Rounds, and lets the gradient through: a straight-through estimate
 * const round = autodiff.customGrad(
 *   (x: tf.Tensor) => x.round(),
 *   ({ dy }) => dy,
 * );
 * autodiff.grad((x: tf.Tensor) => round(x).square().sum())(tf.tensor1d([1.2, 2.7])); // → [2, 6]
 * ```
 */
export function customGrad<X extends tfTypes.Tensor[]>(
  tf: TensorLibrary,
  f: (...x: X) => tfTypes.Tensor,
  gradient: (given: CustomGradient<X>) => tfTypes.Tensor | readonly tfTypes.Tensor[],
): (...x: X) => tfTypes.Tensor {
  const where = 'autodiff.customGrad';
  checkFunction(where, f);
  checkFunction(where, gradient);
  return (...x) => {
    const op = tf.customGrad(((...args: unknown[]) => {
      const save = args.pop() as (tensors: Tensor[]) => void;
      const inputs = args as X;
      const value = resultOf(tf, where, f(...inputs));
      save([...inputs, value]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) => {
        const given = { dy, inputs: saved.slice(0, -1) as X, output: saved.at(-1)! };
        return checked(tf, [gradient(given)].flat() as Tensor[], given.inputs);
      };
      return { value, gradFunc };
    }) as never);
    return op(...x);
  };
}

function checked(tf: TensorLibrary, grads: Tensor[], inputs: readonly Tensor[]): Tensor[] {
  const where = 'autodiff.customGrad';
  if (grads.length !== inputs.length)
    throw new Error(
      `${where}: the gradient must return ${inputs.length} tensors, one for each argument, got ${grads.length}`,
    );
  grads.forEach((g, i) => {
    if (!(g instanceof tf.Tensor))
      throw new TypeError(`${where}: the gradient of argument ${i} must be a tensor, got ${shown(g)}`);
    const { shape } = inputs[i]!;
    if (g.shape.length !== shape.length || g.shape.some((d, k) => d !== shape[k]))
      throw new Error(
        `${where}: the gradient of argument ${i} must be ${shapeText(shape)}, got ${shapeText(g.shape)}. Sum over the axes that were broadcast.`,
      );
  });
  return grads;
}

/**
 * The tensor as a constant: no gradient goes through it (`detach` in PyTorch, `stop_gradient` in TensorFlow).
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => autodiff.stopGradient(x).mul(x).sum();
 * // One factor counts as a constant
 * autodiff.grad(f)(tf.tensor1d([3])); // → [3]
 * ```
 */
export function stopGradient<T extends tfTypes.Tensor>(tf: TensorLibrary, x: T): T {
  if (!(x instanceof tf.Tensor))
    throw new TypeError(`autodiff.stopGradient: the argument must be a tensor, got ${shown(x)}`);
  const op = tf.customGrad(((x: Tensor) => ({
    value: tf.clone(x),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  })) as never);
  return op(x) as T;
}
