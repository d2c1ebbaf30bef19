// Trees of tensors: a tensor, a variable, or arrays and objects of trees, as parameters of a function are kept.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';

/** A weight of a layer of `tf.layers`, as in `model.trainableWeights`. */
export interface LayerWeight {
  /** Its value. */
  read(): tfTypes.Tensor;
}

/** A tensor, a variable, a weight of a layer, or arrays and objects of them, of any depth. */
export type Tree = tfTypes.Tensor | LayerWeight | readonly Tree[] | { readonly [name: string]: Tree };

/** A tree of the same form, with a tensor of the same shape for each one. */
export type TensorsOf<T> = [Tree] extends [T]
  ? Tree
  : T extends tfTypes.Tensor<infer R>
    ? tfTypes.Tensor<R>
    : T extends LayerWeight
      ? tfTypes.Tensor
      : { -readonly [K in keyof T]: TensorsOf<T[K]> };

/** The tensors of a tree, in order, and how a list of the same length becomes a tree of its form. */
export interface Flat {
  leaves: tfTypes.Tensor[];
  /** Where each tensor is: `.w[0]`; empty if the tree is one. */
  paths: string[];
  rebuild<V>(values: readonly V[]): unknown;
}

const isWeight = (x: object): x is LayerWeight & { val: tfTypes.Tensor } =>
  typeof (x as Partial<LayerWeight>).read === 'function' && 'val' in x;

/** @throws TypeError that names the place of what is no tensor, or if there is no tensor */
export function flatten(tf: TensorLibrary, where: string, tree: unknown): Flat {
  const leaves: tfTypes.Tensor[] = [];
  const paths: string[] = [];
  type Build = (next: () => unknown) => unknown;
  const walk = (x: unknown, path: string): Build => {
    const leaf = (t: tfTypes.Tensor): Build => {
      if (t.dtype !== 'float32')
        throw new TypeError(
          `${where}: ${path ? `"${path}"` : 'the tensor'} is of ${t.dtype}; only tensors of float32 have gradients (tf.cast)`,
        );
      leaves.push(t);
      paths.push(path);
      return (next) => next();
    };
    if (x instanceof tf.Tensor) return leaf(x);
    if (Array.isArray(x)) {
      const parts = x.map((part, i) => walk(part, `${path}[${i}]`));
      return (next) => parts.map((build) => build(next));
    }
    if (typeof x === 'object' && x !== null && !ArrayBuffer.isView(x)) {
      if (isWeight(x)) return leaf(x.val);
      const parts = Object.entries(x).map(([name, part]) => [name, walk(part, `${path}.${name}`)] as const);
      return (next) => Object.fromEntries(parts.map(([name, build]) => [name, build(next)]));
    }
    throw new TypeError(
      `${where}: ${path ? `"${path}"` : 'the argument'} must be a tensor, or an array or object of tensors, got ${shown(x)}`,
    );
  };
  const build = walk(tree, '');
  if (leaves.length === 0) throw new TypeError(`${where}: there is no tensor in ${shown(tree)}`);
  return {
    leaves,
    paths,
    rebuild(values) {
      let i = 0;
      return build(() => values[i++]);
    },
  };
}
