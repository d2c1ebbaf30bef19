// Activations of layers, which may also be functions: `activation: (x) => tf.sin(x)`. This module replaces
// tfjs-layers's own (modules.js), which takes names of registered ones only.
import * as tf from '@tensorflow/tfjs-core';
import {
  Activation,
  getActivation as stockGet,
  serializeActivation as stockSerialize,
} from '@tensorflow/tfjs-layers/dist/activations';
import { unchecked } from '../calls/named.ts';

export * from '@tensorflow/tfjs-layers/dist/activations';

type Identifier = Parameters<typeof stockGet>[0] | ((x: tf.Tensor) => tf.Tensor);

/** An activation that is a function of the notebook. It has no name by which a saved model could find it again. */
export class FunctionActivation extends Activation {
  static readonly className = '';

  constructor(readonly fn: (x: tf.Tensor) => tf.Tensor) {
    super();
  }

  apply(x: tf.Tensor): tf.Tensor {
    const y: unknown = this.fn(x);
    if (y instanceof tf.Tensor) return y;
    const came = y instanceof Promise ? 'a promise' : y === null ? 'null' : `a value of type ${typeof y}`;
    throw new Error(`an activation must return a tensor, and ${this.fn.name || 'the function'} returned ${came}`);
  }
}

/** The functions of `tf` that are activations with a name: they are fused and saved as if they had been named. */
const named = ['relu', 'relu6', 'sigmoid', 'tanh', 'elu', 'selu', 'softplus', 'softmax', 'logSoftmax'] as const;

/** What a layer's option `activation` stands for: a name, a function from a tensor to one of the same shape, or null. */
export function getActivation(identifier: Identifier): Activation {
  if (typeof identifier !== 'function') return stockGet(identifier);
  const fn = unchecked(identifier);
  const name = named.find((n) => tf[n] === fn);
  return name ? stockGet(name as never) : new FunctionActivation(identifier);
}

/**
 * What a layer's configuration has for its activation: a name. For a function it is the activation itself, so that a
 * layer can be made from the configuration; a model that has one cannot be saved (layers/save.ts).
 */
export function serializeActivation(activation: Activation): string {
  return activation instanceof FunctionActivation ? (activation as unknown as string) : stockSerialize(activation);
}
