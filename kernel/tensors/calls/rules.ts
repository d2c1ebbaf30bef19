// What the declarations of ops do not say, and TensorFlow.js does not check.
import { Tensor } from '@tensorflow/tfjs-core';

/** Says what is wrong with arguments of the right types; undefined if nothing is. */
type Rule = (...args: unknown[]) => string | undefined;

const rankOf = (x: unknown): number | undefined => (x instanceof Tensor ? x.rank : undefined);

const isComplex: Rule = (input) =>
  input instanceof Tensor && input.dtype !== 'complex64'
    ? `input must be a complex64 tensor, and is ${input.dtype}; make one with tf.complex(real, imag)`
    : undefined;

/** As many pairs as axes. */
const pairEach: Rule = (x, paddings) => {
  const rank = rankOf(x);
  if (rank === undefined || !Array.isArray(paddings) || paddings.length === rank) return undefined;
  return `paddings must hold a pair [before, after] for each of the ${rank} axes of x, and holds ${paddings.length}`;
};

/** Further rules, by the name of the op. */
export const rules: Readonly<Record<string, Rule>> = {
  pad: pairEach,
  pad2d: pairEach,
  pad3d: pairEach,
  pad4d: pairEach,
  mirrorPad: pairEach,
  real: isComplex,
  imag: isComplex,
  matMul: (a, b) => {
    const [rankA, rankB] = [rankOf(a), rankOf(b)];
    if ((rankA ?? 2) >= 2 && (rankB ?? 2) >= 2) return undefined;
    const few = (rankA ?? 2) < 2 ? `a is of rank ${rankA}` : `b is of rank ${rankB}`;
    return `both factors must have rank 2 or more, and ${few}; tf.dot multiplies vectors, x.reshape([1, -1]) makes a row`;
  },
  transpose: (x, perm) => {
    const rank = rankOf(x);
    if (rank === undefined || !Array.isArray(perm)) return undefined;
    const axes = new Set(perm as number[]);
    const fits = perm.length === rank && axes.size === rank && [...axes].every((axis) => axis >= 0 && axis < rank);
    return fits ? undefined : `perm must hold each axis from 0 to ${rank - 1} once, and is [${perm.join(', ')}]`;
  },
};
