// Evenly spaced numbers.
import type * as tf from '@tensorflow/tfjs-core';
import { fillLinSpace, fillRange, rangeOf } from '../../sequence.ts';
import type { OpKernel } from '../op-kernel.ts';

const range: OpKernel = ({ attrs, backend }) => {
  const { start, stop, step: by, dtype } = attrs as unknown as tf.RangeAttrs;
  const { count, step } = rangeOf(start, stop, by);
  // Of fractions as int32, TensorFlow.js adds up what is left of each
  const whole = dtype === 'int32' && Number.isInteger(start) && Number.isInteger(step);
  if (!(dtype === 'float32' || whole) || !Number.isFinite(count)) return undefined;
  const y = backend.output([count], dtype);
  const at = backend.address(y) >>> 2;
  fillRange((whole ? backend.ints() : backend.floats()).subarray(at, at + count), start, step);
  return y;
};

const linSpace: OpKernel = ({ attrs, backend }) => {
  const { start, stop, num } = attrs as unknown as tf.LinSpaceAttrs;
  if (!Number.isInteger(num)) return undefined;
  const y = backend.output([num], 'float32');
  const at = backend.address(y) >>> 2;
  fillLinSpace(backend.floats().subarray(at, at + num), start, stop);
  return y;
};

export const sequences: Record<string, OpKernel> = { Range: range, LinSpace: linSpace };
