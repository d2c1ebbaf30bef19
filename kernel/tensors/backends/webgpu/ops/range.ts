// Evenly spaced numbers, which the host computes, as in TensorFlow.js.
import type * as tf from '@tensorflow/tfjs-core';
import { fillRange, rangeOf } from '../../sequence.ts';
import type { OpKernel } from '../op-kernel.ts';

const range: OpKernel = ({ attrs, backend }) => {
  const { start, stop, step: by, dtype } = attrs as unknown as tf.RangeAttrs;
  const { count, step } = rangeOf(start, stop, by);
  if (dtype !== 'float32' || !Number.isFinite(count)) return undefined;
  const values = new Float32Array(count);
  fillRange(values, start, step);
  return backend.makeTensorInfo([count], dtype, values);
};

/** The stock program divides by the number of steps. */
const linSpace: OpKernel = ({ attrs, backend }) => {
  const { start, num } = attrs as unknown as tf.LinSpaceAttrs;
  return num === 1 ? backend.makeTensorInfo([1], 'float32', Float32Array.of(start)) : undefined;
};

export const sequences: Record<string, OpKernel> = { Range: range, LinSpace: linSpace };
