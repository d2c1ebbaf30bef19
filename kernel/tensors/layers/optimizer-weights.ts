// What optimizers save and load with a model: Adamax too, and Adam's powers of β as they were when training stopped.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import { replaceMethod } from './extend.ts';

interface Slot {
  originalName: string;
  variable: tf.Variable;
}
interface Adam {
  iterations: number;
  beta1: number;
  beta2: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  setWeights(weights: NamedTensor[]): Promise<void>;
}
interface Adamax extends Adam {
  accumulatedFirstMoment: Slot[];
  accumulatedWeightedInfNorm: Slot[];
  iteration: tf.Variable;
  saveIterations(): Promise<NamedTensor>;
  extractIterations(weights: NamedTensor[]): Promise<NamedTensor[]>;
  getWeights(): Promise<NamedTensor[]>;
}

/**
 * β to a power as training has it after as many steps, with the same bits: a float32 that is multiplied at each step. β
 * itself is a float64 on the device `cpu`, a float32 on the others.
 */
export function power(beta: number, exponent: number): number {
  const factor = tf.getBackend() === 'cpu' ? beta : Math.fround(beta);
  let value = Math.fround(beta);
  for (let i = 1; i < exponent && value !== 0; i++) value = Math.fround(value * factor);
  return value;
}

const assign = (variable: tf.Variable, value: number) => tf.tidy(() => variable.assign(tf.scalar(value)));

/** Makes training go on after loading as if it had not been interrupted. */
export function extendOptimizerWeights(): void {
  replaceMethod<Adam, 'setWeights'>(
    tf.AdamOptimizer,
    'setWeights',
    (stock) =>
      async function (this: Adam, weights) {
        await stock.call(this, weights);
        assign(this.accBeta1, power(this.beta1, this.iterations + 1));
        assign(this.accBeta2, power(this.beta2, this.iterations + 1));
      },
  );
  replaceMethod<Adamax, 'getWeights'>(
    tf.AdamaxOptimizer,
    'getWeights',
    () =>
      async function (this: Adamax) {
        const slots = [...this.accumulatedFirstMoment, ...this.accumulatedWeightedInfNorm];
        const saved = slots.map(({ originalName, variable }) => ({ name: originalName, tensor: variable }));
        return [await this.saveIterations(), ...saved];
      },
  );
  replaceMethod<Adamax, 'setWeights'>(
    tf.AdamaxOptimizer,
    'setWeights',
    () =>
      async function (this: Adamax, weights) {
        const slots = (await this.extractIterations(weights)).map(({ name, tensor }) => ({
          originalName: name,
          variable: tensor.variable(false),
        }));
        const count = slots.length / 2;
        tf.dispose(
          [...this.accumulatedFirstMoment, ...this.accumulatedWeightedInfNorm].map(({ variable }) => variable),
        );
        this.accumulatedFirstMoment = slots.slice(0, count);
        this.accumulatedWeightedInfNorm = slots.slice(count);
        assign(this.iteration, this.iterations);
        assign(this.accBeta1, power(this.beta1, this.iterations + 1));
      },
  );
}
