// Functions of tfjs-core with the checks of arguments that it lacks. This module replaces ops/batch_to_space_nd,
// ops/slice and ops/variable (modules.js).
import * as tf from '@tensorflow/tfjs-core';
import { batchToSpaceND as stockBatchToSpace } from '@tensorflow/tfjs-core/dist/ops/batch_to_space_nd';
import { slice as stockSlice } from '@tensorflow/tfjs-core/dist/ops/slice';
import { variable as stockVariable } from '@tensorflow/tfjs-core/dist/ops/variable';
import { runningOp } from '../engine/running-op.ts';

/**
 * `tf.batchToSpaceND`.
 * @throws Error if more is to be cropped than there is
 */
export const batchToSpaceND: typeof stockBatchToSpace = (x, blockShape, crops) => {
  if (x instanceof tf.Tensor && x.rank > blockShape.length && crops.length === blockShape.length)
    crops.forEach(([before = 0, after = 0], i) => {
      const size = x.shape[i + 1]! * blockShape[i]!;
      if (before >= 0 && after >= 0 && before + after <= size) return;
      throw new Error(
        `${runningOp('batchToSpaceND')}: crops[${i}] is [${before}, ${after}], but axis ${i + 1} has ${size} elements ` +
          `then. The input is [${x.shape.join(', ')}], blockShape [${blockShape.join(', ')}].`,
      );
    });
  return stockBatchToSpace(x, blockShape, crops);
};

/**
 * `tf.slice`.
 * @throws RangeError for a beginning below 0, at which TensorFlow.js reads what lies before the tensor
 */
export const slice: typeof stockSlice = (x, begin, size) => {
  const list = typeof begin === 'number' ? [begin] : (begin as ArrayLike<number>);
  for (let i = 0; i < list?.length; i++)
    if (list[i]! < 0)
      throw new RangeError(
        `${runningOp('slice')}() does not support negative begin indexing: begin[${i}] is ${list[i]}. To count from the ` +
          `end, add the axis's size: x.shape[${i}] - ${-list[i]!}.`,
      );
  return stockSlice(x, begin, size);
};

/**
 * `tf.variable`.
 * @throws Error if the initial value is no tensor
 */
export function variable(...args: Parameters<typeof stockVariable>): ReturnType<typeof stockVariable> {
  const [value] = args as [unknown];
  if (!(value instanceof tf.Tensor))
    throw new Error(
      `tf.variable: the initial value must be a tensor, but it is ${Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`}: ` +
        'write tf.variable(tf.tensor(…)).',
    );
  return stockVariable(...args);
}
