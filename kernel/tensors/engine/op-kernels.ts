// The op kernels of the current backend, as far as they have been asked for: TensorFlow.js's registry makes a string to
// look one up.
import * as tf from '@tensorflow/tfjs-core';
import { getGlobal } from '@tensorflow/tfjs-core/dist/global_util';

/**
 * Corrects a call that an op kernel gets wrong.
 * @returns the result or results, or other inputs for the op kernel, or undefined if the call is right as it is
 */
export type Correction = (
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
) => tf.Tensor | tf.Tensor[] | tf.NamedTensorMap | undefined;

interface OpKernel {
  /** Undefined where the backend has none. */
  config: tf.KernelConfig | undefined;
  correct: Correction | undefined;
  /** The same where inputs may be complex. */
  correctComplex: Correction | undefined;
}

const cache = {
  backend: null as string | null,
  opKernels: new Map<string, OpKernel>(),
  corrections: new Map<string, Correction>(),
  /** Those of calls with complex inputs: asked only once there are complex tensors at all. */
  ofComplex: new Map<string, Correction>(),
};

/** @param backend the name of the current backend */
export function opKernel(name: string, backend: string): OpKernel {
  if (backend !== cache.backend) {
    cache.opKernels.clear();
    cache.backend = backend;
  }
  let found = cache.opKernels.get(name);
  if (!found) {
    const correct = cache.corrections.get(name);
    const correctComplex = bothOf(cache.ofComplex.get(name), correct);
    found = { config: tf.getKernel(name, backend), correct, correctComplex };
    cache.opKernels.set(name, found);
  }
  return found;
}

/** Two corrections of one op, which are for different calls. */
const bothOf = (first: Correction | undefined, second: Correction | undefined): Correction | undefined =>
  first && second ? (inputs, attrs) => first(inputs, attrs) ?? second(inputs, attrs) : (first ?? second);

/**
 * Corrects calls on every device, by the names of their op kernels.
 * @param areComplex whether only calls with complex inputs are corrected
 */
export function correctCallsBy(corrections: Record<string, Correction>, areComplex = false): void {
  const all = areComplex ? cache.ofComplex : cache.corrections;
  for (const [name, correct] of Object.entries(corrections)) all.set(name, bothOf(correct, all.get(name))!);
  cache.opKernels.clear();
}

/** Empties the cache whenever the registry changes. */
export function watchRegistry(): void {
  const registry = getGlobal('kernelRegistry', () => new Map<string, tf.KernelConfig>());
  const { set, delete: remove } = registry;
  registry.set = function (key, config) {
    cache.opKernels.clear();
    return set.call(this, key, config);
  };
  registry.delete = function (key) {
    cache.opKernels.clear();
    return remove.call(this, key);
  };
}
