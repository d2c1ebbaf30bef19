// The engine, and what is kept beside its own state: one record for all files of this folder.
import * as tf from '@tensorflow/tfjs-core';
import { getGlobalTensorClass } from '@tensorflow/tfjs-core/dist/tensor';
import { Collector } from './collect.ts';
import type { Engine, Hooks, Tensors } from './types.ts';
import { Variables } from './variables.ts';

export const engine = tf.engine() as unknown as Engine;
/** The methods as TensorFlow.js has them. */
export const stock = Object.getPrototypeOf(engine) as Engine;
/** The class that has the chained ops, should there be another copy of tfjs-core in the process. */
export const Tensor = getGlobalTensorClass() as unknown as typeof tf.Tensor;

export const hooks: Hooks = {
  beforeOp: undefined,
  aroundOp: undefined,
  onTape: undefined,
  observer: undefined,
  onGradients: undefined,
};

interface Own {
  installed: boolean;
  variables: Variables;
  /**
   * The inputs of the op kernel that is running: the collector must not take them, even if nothing refers to them
   * afterwards.
   */
  running: Tensors | undefined;
  /**
   * Where tensors that leave all scopes go instead of to the collector, when most of them are about to be disposed of.
   */
  leaving: tf.Tensor[] | undefined;
  /** Whether there has been a complex tensor. */
  complex: boolean;
}

export const own: Own = {
  installed: false,
  variables: new Variables(),
  running: undefined,
  leaving: undefined,
  complex: false,
};

export const collector = new Collector((remains) => {
  engine.disposeTensor(remains);
  if (remains.name !== undefined) own.variables.forget(remains.name);
});

export const none: never[] = [];
