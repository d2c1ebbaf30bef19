// `tf.gather`, `tf.where`, `tf.reverse` and `tf.transpose` of strings: where strings go is computed by the same function
// of numbers. This module replaces four of tfjs-core's (modules.js), which take numbers only.
import type { Tensor, Tensor1D, TensorLike } from '@tensorflow/tfjs-core';
import { getBackend, tidy } from '@tensorflow/tfjs-core/dist/globals';
import { gather as stockGather } from '@tensorflow/tfjs-core/dist/ops/gather';
import { range } from '@tensorflow/tfjs-core/dist/ops/range';
import { reshape } from '@tensorflow/tfjs-core/dist/ops/reshape';
import { reverse as stockReverse } from '@tensorflow/tfjs-core/dist/ops/reverse';
import { tensor } from '@tensorflow/tfjs-core/dist/ops/tensor';
import { transpose as stockTranspose } from '@tensorflow/tfjs-core/dist/ops/transpose';
import { where as stockWhere } from '@tensorflow/tfjs-core/dist/ops/where';

type Value = Tensor | TensorLike;
/** Whether x is a tensor of strings. On `webgpu` the numbers are on the graphics card, and TensorFlow.js refuses. */
const isStrings = (x: Value): x is Tensor => (x as Tensor | null)?.dtype === 'string' && getBackend() !== 'webgpu';

/** Moves the strings of tensors as a function moves the numbers 0, 1, 2, … in tensors of the same shapes. */
function moved(tensors: Tensor[], move: (numbers: Tensor[]) => Tensor): Tensor {
  return tidy(() => {
    let from = 0;
    const numbers = tensors.map((x) => {
      const begin = from;
      from += x.size;
      return reshape(range(begin, from, 1, 'int32'), x.shape);
    });
    const strings = tensors.flatMap((x) => Array.from(x.dataSync<'string'>()));
    const positions = move(numbers);
    const values = Array.from(positions.dataSync(), (at) => strings[at]!);
    return tensor(values, positions.shape, 'string');
  });
}

/** `tf.gather`. */
export function gather(x: Value, indices: Value, axis?: number, batchDims?: number): Tensor {
  if (!isStrings(x)) return stockGather(x, indices as Tensor1D, axis, batchDims);
  return moved([x], ([numbers]) => stockGather(numbers!, indices as Tensor1D, axis, batchDims));
}

/** `tf.where`. */
export function where(condition: Value, a: Value, b: Value): Tensor {
  if (!isStrings(a) || !isStrings(b)) return stockWhere(condition as Tensor, a as Tensor, b as Tensor);
  return moved([a, b], ([a, b]) => stockWhere(condition as Tensor, a!, b!));
}

/** `tf.reverse`. */
export function reverse(x: Value, axis?: number | number[]): Tensor {
  return isStrings(x) ? moved([x], ([numbers]) => stockReverse(numbers!, axis)) : stockReverse(x, axis);
}

/** `tf.transpose`. */
export function transpose(x: Value, perm?: number[], conjugate?: boolean): Tensor {
  if (!isStrings(x)) return stockTranspose(x, perm, conjugate);
  return moved([x], ([numbers]) => stockTranspose(numbers!, perm, conjugate));
}
