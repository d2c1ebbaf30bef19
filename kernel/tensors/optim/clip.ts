// Clipping of gradients by the options of the optimizers of `dlnb`: value by value, each gradient by its norm, all by
// their global norm.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';

export interface ClipOptions {
  clipValue?: number | null | undefined;
  clipNorm?: number | null | undefined;
  globalClipNorm?: number | null | undefined;
}

const squares = (g: tf.Tensor) => tf.sum(tf.square(g));
/** min(1, limit / norm), with no division by 0. */
const factorOf = (norm: tf.Tensor, limit: number) => tf.minimum(1, tf.div(limit, tf.maximum(norm, 1e-12)));

/** Clips gradients; those that are missing stay missing. Call it within a `tidy`. */
export function clip(gradients: NamedTensor[], options: ClipOptions): NamedTensor[] {
  const { clipValue, clipNorm, globalClipNorm } = options;
  const each = (f: (g: tf.Tensor) => tf.Tensor, list: NamedTensor[]): NamedTensor[] =>
    list.map(({ name, tensor }) => ({ name, tensor: tensor ? f(tensor) : tensor }));
  let list = gradients;
  if (clipValue != null) list = each((g) => tf.clipByValue(g, -clipValue, clipValue), list);
  if (clipNorm != null) list = each((g) => tf.mul(g, factorOf(tf.sqrt(squares(g)), clipNorm)), list);
  const given = list.filter(({ tensor }) => tensor);
  if (globalClipNorm != null && given.length > 0) {
    const factor = factorOf(tf.sqrt(tf.addN(given.map(({ tensor }) => squares(tensor)))), globalClipNorm);
    list = each((g) => tf.mul(g, factor), list);
  }
  return list;
}
