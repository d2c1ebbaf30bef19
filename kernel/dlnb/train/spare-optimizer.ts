// Trains a model aside: with a copy of its optimizer, and with its weights as before afterwards.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { engineOf } from '../viz/graph/engine.ts';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';

/** A model with the parts that its type does not declare. */
export type OwnedModel = LayersModel & { optimizer: tfTypes.Optimizer; isOptimizerOwned: boolean; loss: unknown };

/** @throws TypeError if the model is none, or is not compiled */
export function compiledModel(where: string, model: LayersModel): OwnedModel {
  if (typeof (model as Partial<LayersModel> | undefined)?.trainOnBatch !== 'function')
    throw new TypeError(`${where}: give a model of tf.layers, got ${shown(model)}`);
  if (!model.optimizer)
    throw new TypeError(`${where}: the model must be compiled first: model.compile({ optimizer, loss })`);
  return model as OwnedModel;
}

interface OptimizerClass {
  fromConfig(cls: unknown, config: object): tfTypes.Optimizer;
}

/** A new optimizer of the same kind and options, without its state. */
export function freshOptimizer(optimizer: tfTypes.Optimizer): tfTypes.Optimizer {
  const cls = optimizer.constructor as unknown as OptimizerClass;
  return cls.fromConfig(cls, optimizer.getConfig());
}

/**
 * Calls a function that trains the model. Its weights, and the state of its optimizer, are as before afterwards.
 * @param f gets a function that reads the norm of all gradients of the last step
 */
export async function aside<T>(
  tf: TensorLibrary,
  model: OwnedModel,
  f: (gradientNorm: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const own = model.optimizer;
  const isOwned = model.isOptimizerOwned;
  const variables = model.weights.map((w) => (w as unknown as { val: tfTypes.Variable }).val);
  const kept = variables.map((v) => tf.tidy(() => tf.mul(v, tf.scalar(1, v.dtype))));
  const copy = freshOptimizer(own);
  const { hooks } = engineOf(tf);
  let norm: tfTypes.Tensor | undefined;
  const onGradients = (_: readonly tfTypes.Tensor[], grads: readonly (tfTypes.Tensor | undefined)[]) => {
    norm?.dispose();
    const there = grads.filter((g) => g !== undefined);
    norm =
      there.length === 0 ? undefined : tf.tidy(() => tf.keep(tf.sqrt(tf.addN(there.map((g) => tf.sum(tf.square(g)))))));
  };
  hooks.onGradients = onGradients;
  model.optimizer = copy;
  try {
    return await f(async () => (norm ? (await norm.data())[0]! : 0));
  } finally {
    if (hooks.onGradients === onGradients) hooks.onGradients = undefined;
    norm?.dispose();
    model.optimizer = own;
    model.isOptimizerOwned = isOwned;
    variables.forEach((v, i) => v.assign(kept[i]!));
    tf.dispose(kept);
    copy.dispose();
  }
}
