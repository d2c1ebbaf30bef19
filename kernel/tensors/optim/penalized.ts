// Which variables the penalties and the decay of an optimizer reach: weights, but not biases and parameters of
// normalizations.
import type * as tf from '@tensorflow/tfjs-core';

/** The last part of a variable's name without the number that makes it the only one of this name. */
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1).replace(/_\d+$/, '');

/** Names that layers, and people, give to biases and to scales and offsets of normalizations. */
const BIAS_OR_NORM = /bias$|^(gamma|beta|b\d*)$/i;

/** Whether a variable was made without a name: TensorFlow.js numbers it. */
const isUnnamed = (name: string) => /^\d+$/.test(name);

/**
 * Which variables of a step are penalized.
 * @param variables all variables of the step
 * @param exclude parts of names; undefined for the names of biases and normalizations, and, of variables without a
 *   name, for those of at most one axis beside one of more axes
 */
export function penalizedOf(variables: readonly tf.Variable[], exclude: readonly string[] | undefined): boolean[] {
  if (exclude) {
    const parts = exclude.map((part) => part.toLowerCase());
    return variables.map(({ name }) => !parts.some((part) => name.toLowerCase().includes(part)));
  }
  const most = Math.max(0, ...variables.filter(({ name }) => isUnnamed(name)).map(({ rank }) => rank));
  return variables.map(({ name, rank }) =>
    isUnnamed(name) ? rank > 1 || rank === most : !BIAS_OR_NORM.test(lastPart(name)),
  );
}
