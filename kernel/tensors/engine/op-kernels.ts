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
}

const cache = {
  backend: null as string | null,
  opKernels: new Map<string, OpKernel>(),
  corrections: new Map<string, Correction>(),
};

/** @param backend the name of the current backend */
export function opKernel(name: string, backend: string): OpKernel {
  if (backend !== cache.backend) {
    cache.opKernels.clear();
    cache.backend = backend;
  }
  let found = cache.opKernels.get(name);
  if (!found) {
    found = { config: tf.getKernel(name, backend), correct: cache.corrections.get(name) };
    cache.opKernels.set(name, found);
  }
  return found;
}

/** Corrects calls on every device, by the names of their op kernels. */
export function correctCallsBy(corrections: Record<string, Correction>): void {
  for (const [name, correct] of Object.entries(corrections)) {
    const other = cache.corrections.get(name);
    // Those of one op are for different calls
    cache.corrections.set(name, other ? (inputs, attrs) => correct(inputs, attrs) ?? other(inputs, attrs) : correct);
  }
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
