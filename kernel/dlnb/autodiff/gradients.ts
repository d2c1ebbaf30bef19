// First and second derivatives of functions of tensors and of trees of tensors, by TensorFlow.js's tape: gradients,
// products with Jacobians and Hessians, and these matrices themselves.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { shapeText } from '../shape.ts';
import { flatten, type Flat, type TensorsOf, type Tree } from './trees.ts';

type Tensor = tfTypes.Tensor;

/** What a function of `autodiff.valueAndGrad` returns. */
export interface ValueAndGrad<P> {
  /** The function's value, a scalar. */
  value: tfTypes.Scalar;
  /** The gradient, in the form of the parameters; zeros for those that the value does not depend on. */
  grads: TensorsOf<P>;
}

/** A Jacobian: for each tensor of a tree, `[...shape of the result, ...its own shape]`. */
export type JacobianOf<P> = TensorsOf<P> extends tfTypes.Tensor ? tfTypes.Tensor : TensorsOf<P>;

/** A Hessian: for each pair of tensors of a tree, `[...shape of the first, ...shape of the second]`. */
export type HessianOf<P> = P extends tfTypes.Tensor
  ? tfTypes.Tensor
  : { -readonly [K in keyof P]: HessianRow<P, P[K]> };
type HessianRow<P, Q> = Q extends tfTypes.Tensor ? JacobianOf<P> : { -readonly [K in keyof Q]: HessianRow<P, Q[K]> };

/** @throws TypeError for what a function returns that is no tensor */
export function resultOf(tf: TensorLibrary, where: string, y: unknown): Tensor {
  if (y instanceof tf.Tensor) return y;
  const what = y instanceof Promise ? 'a promise; the function must not be async' : shown(y);
  throw new TypeError(`${where}: the function must return a tensor, got ${what}`);
}

/** @throws Error for a result that is not one number */
export function scalarOf(tf: TensorLibrary, where: string, y: unknown): Tensor {
  const t = resultOf(tf, where, y);
  if (t.size === 1) return t.rank === 0 ? t : tf.reshape(t, []);
  throw new Error(
    `${where}: the function must return one number, got ${shapeText(t.shape)}. Take tf.mean or tf.sum of it, or use autodiff.jacobian.`,
  );
}

/** @throws TypeError for what is no function */
export function checkFunction(where: string, f: unknown): void {
  if (typeof f !== 'function') throw new TypeError(`${where}: the argument must be a function, got ${shown(f)}`);
}

/** Value and gradients of a list of tensors, zeros where there is no way from the value to one. */
export function differentiate(
  tf: TensorLibrary,
  f: () => Tensor,
  xs: readonly Tensor[],
  dy?: Tensor,
): { value: Tensor; grads: Tensor[] } {
  const { value, grads } = tf.engine().gradients(f, [...xs], dy ?? null!, true);
  return { value, grads: xs.map((x, i) => grads[i] ?? tf.zerosLike(x)) };
}

/**
 * Makes of a loss a function that returns its value and the gradient with respect to its first argument:
 * `const { value, grads } = autodiff.valueAndGrad(loss)({ w, b }, x, y)`. The first argument may be a tensor, a variable,
 * or arrays and objects of them (`model.trainableWeights`, too).
 * @param f returns one number
 * @example
 * ```ts
 * const loss = ({ w, b }: { w: tf.Tensor; b: tf.Tensor }, x: tf.Tensor) => x.mul(w).add(b).square().mean();
 * const params = { w: tf.scalar(2), b: tf.scalar(1) };
 * const { value, grads } = autodiff.valueAndGrad(loss)(params, tf.tensor1d([0, 1]));
 * [value.dataSync()[0], grads.w.dataSync()[0], grads.b.dataSync()[0]]; // → [5, 3, 4]
 * ```
 */
export function valueAndGrad<P extends Tree, Rest extends unknown[]>(
  tf: TensorLibrary,
  f: (parameters: P, ...rest: Rest) => tfTypes.Tensor,
): (parameters: P, ...rest: Rest) => ValueAndGrad<P> {
  const where = 'autodiff.valueAndGrad';
  checkFunction(where, f);
  return (parameters, ...rest) =>
    tf.tidy<never>(() => {
      const { leaves, rebuild } = flatten(tf, where, parameters);
      const { value, grads } = differentiate(tf, () => scalarOf(tf, where, f(parameters, ...rest)), leaves);
      return { value, grads: rebuild(grads) } as never;
    });
}

/**
 * Makes of a loss its gradient with respect to its first argument, in that one's form: `autodiff.grad(f)(x)`.
 * @param f returns one number
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => x.pow(3).sum();
 * autodiff.grad(f)(tf.tensor1d([1, 2])); // → [3, 12]
 * ```
 */
export function grad<P extends Tree, Rest extends unknown[]>(
  tf: TensorLibrary,
  f: (parameters: P, ...rest: Rest) => tfTypes.Tensor,
): (parameters: P, ...rest: Rest) => TensorsOf<P> {
  const of = valueAndGrad(tf, f) as unknown as (...args: unknown[]) => { grads: never };
  return (...args) => tf.tidy<never>(() => of(...args).grads);
}

/** The tree with other tensors, for a function that is called with them. */
const treeOf = <P>(flat: Flat, leaves: readonly Tensor[]) => flat.rebuild(leaves) as P;

/** A tree of directions: of the same form and shapes as another. @throws Error if it is not */
function directionsOf(tf: TensorLibrary, where: string, { leaves, paths }: Flat, v: unknown): Tensor[] {
  const given = flatten(tf, where, v);
  if (given.leaves.length !== leaves.length)
    throw new Error(`${where}: there are ${leaves.length} tensors, and ${given.leaves.length} directions`);
  leaves.forEach(({ shape }, i) => {
    const direction = given.leaves[i]!.shape;
    if (direction.length !== shape.length || direction.some((d, k) => d !== shape[k]))
      throw new Error(
        `${where}: the direction${paths[i] ? ` of "${paths[i]}"` : ''} must be ${shapeText(shape)}, got ${shapeText(direction)}`,
      );
  });
  // A direction that is x itself is a constant all the same
  return given.leaves.map((t) => tf.clone(t));
}

const dot = (tf: TensorLibrary, xs: readonly Tensor[], ys: readonly Tensor[]): Tensor =>
  tf.addN(xs.map((x, i) => tf.sum(tf.mul(x, ys[i]!))));

/** The columns of a Jacobian that a direction adds up, J v: the gradient of uᵀ J v with respect to u. */
function forward(
  tf: TensorLibrary,
  f: () => Tensor,
  xs: readonly Tensor[],
  vs: readonly Tensor[],
  like: Tensor,
): Tensor {
  const u = tf.zerosLike(like);
  return differentiate(tf, () => dot(tf, differentiate(tf, f, xs, u).grads, vs), [u]).grads[0]!;
}

/**
 * The product of the Jacobian with a direction, J v: how the result changes along v. By two backward passes, since
 * uᵀ J v is linear in u.
 * @param v a direction, in the form of x
 * @returns of the shape of the result
 * @example
 * ```ts
 * autodiff.jvp((x: tf.Tensor) => x.square(), tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 0, 1])); // → [2, 0, 6]
 * ```
 */
export function jvp<P extends Tree>(tf: TensorLibrary, f: (x: P) => tfTypes.Tensor, x: P, v: Tree): tfTypes.Tensor {
  const where = 'autodiff.jvp';
  checkFunction(where, f);
  return tf.tidy(() => {
    const flat = flatten(tf, where, x);
    const vs = directionsOf(tf, where, flat, v);
    const g = () => resultOf(tf, where, f(x));
    return forward(tf, g, flat.leaves, vs, g());
  });
}

/** The identity's rows, one tensor of a shape after the other. */
function axisOf(tf: TensorLibrary, shape: number[], i: number): Tensor {
  const values = new Float32Array(shape.reduce((n, d) => n * d, 1));
  values[i] = 1;
  return tf.tensor(values, shape);
}

/** The Jacobian with respect to each of a list of tensors: by rows, or by columns where there are far fewer. */
function jacobians(tf: TensorLibrary, f: () => Tensor, xs: readonly Tensor[]): Tensor[] {
  const y = tf.tidy(f);
  const columns = xs.reduce((n, x) => n + x.size, 0);
  if (3 * columns < y.size) {
    return xs.map((x, k) => {
      const made = Array.from({ length: x.size }, (_, i) =>
        tf.tidy(() => {
          const vs = xs.map((other, j) => (j === k ? axisOf(tf, x.shape, i) : tf.zerosLike(other)));
          return forward(tf, f, xs, vs, y);
        }),
      );
      const whole = made.length > 0 ? tf.stack(made, -1) : tf.zeros([...y.shape, 0]);
      return tf.reshape(whole, [...y.shape, ...x.shape]);
    });
  }
  const rows = Array.from({ length: y.size }, (_, i) =>
    tf.tidy(() => differentiate(tf, f, xs, axisOf(tf, y.shape, i)).grads),
  );
  return xs.map((x, k) => {
    const whole = rows.length > 0 ? tf.stack(rows.map((row) => row[k]!)) : tf.zeros([0, ...x.shape]);
    return tf.reshape(whole, [...y.shape, ...x.shape]);
  });
}

/**
 * The Jacobian ∂y/∂x of a function of a tensor, or of a tree of them. It takes as many backward passes as y has numbers,
 * or twice as many as x has, if those are far fewer.
 * @returns `[...y.shape, ...x.shape]`, for a tree one such tensor for each of its own
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => tf.softmax(x);
 * autodiff.jacobian(f, tf.tensor1d([0, 0])); // → [[0.25, -0.25], [-0.25, 0.25]]
 * ```
 */
export function jacobian<P extends Tree>(tf: TensorLibrary, f: (x: P) => tfTypes.Tensor, x: P): JacobianOf<P> {
  const where = 'autodiff.jacobian';
  checkFunction(where, f);
  return tf.tidy<never>(() => {
    const { leaves, rebuild } = flatten(tf, where, x);
    return rebuild(jacobians(tf, () => resultOf(tf, where, f(x)), leaves)) as never;
  });
}

/**
 * The Hessian ∂²y/∂x∂x of a function that returns one number. It takes as many double backward passes as x has numbers:
 * for many of them use {@link hvp}.
 * @returns `[...x.shape, ...x.shape]`; for a tree, one such tensor for each pair of its tensors: `h.w.b`
 * @example
 * ```ts
 * // x² y at [1, 2]: [[2y, 2x], [2x, 0]]
 * const f = (x: tf.Tensor) => x.prod().mul(x.slice([0], [1])).sum();
 * autodiff.hessian(f, tf.tensor1d([1, 2])); // → [[4, 2], [2, 0]]
 * ```
 */
export function hessian<P extends Tree>(tf: TensorLibrary, f: (x: P) => tfTypes.Tensor, x: P): HessianOf<P> {
  const where = 'autodiff.hessian';
  checkFunction(where, f);
  return tf.tidy<never>(() => {
    const { leaves, rebuild } = flatten(tf, where, x);
    const gradients = () => differentiate(tf, () => scalarOf(tf, where, f(x)), leaves).grads;
    const rows = leaves.map((leaf, k) => {
      const made = Array.from({ length: leaf.size }, (_, i) =>
        tf.tidy(() => differentiate(tf, () => gradients()[k]!, leaves, axisOf(tf, leaf.shape, i)).grads),
      );
      return rebuild(
        leaves.map((other, j) =>
          tf.reshape(made.length > 0 ? tf.stack(made.map((row) => row[j]!)) : tf.zeros([0]), [
            ...leaf.shape,
            ...other.shape,
          ]),
        ),
      );
    });
    return rebuild(rows) as never;
  });
}

/**
 * The product of the Hessian with a direction, H v, without the Hessian: the gradient of ⟨∇f(x), v⟩ (Pearlmutter, Fast
 * exact multiplication by the Hessian, 1994).
 * @param f returns one number
 * @param v a direction, in the form of x
 * @returns in the form of x
 * @example
 * ```ts
 * const f = (x: tf.Tensor) => x.pow(3).sum();
 * // The Hessian is diag(6x)
 * autodiff.hvp(f, tf.tensor1d([1, 2]), tf.tensor1d([1, 1])); // → [6, 12]
 * ```
 */
export function hvp<P extends Tree>(tf: TensorLibrary, f: (x: P) => tfTypes.Tensor, x: P, v: Tree): TensorsOf<P> {
  const where = 'autodiff.hvp';
  checkFunction(where, f);
  return tf.tidy<never>(() => {
    const flat = flatten(tf, where, x);
    const vs = directionsOf(tf, where, flat, v);
    const along = () => dot(tf, differentiate(tf, () => scalarOf(tf, where, f(x)), flat.leaves).grads, vs);
    return treeOf(flat, differentiate(tf, along, flat.leaves).grads) as never;
  });
}
