// Which values are tensors.
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { isTensor } from '../../../../../kernel/outputs/tensor/values.ts';

it('a copy of a tensor by structuredClone is an object: it has no values to read', () => {
  const tensor = Object.create(tf.Tensor.prototype, {
    dataId: { value: {}, enumerable: true },
    rankType: { value: '1', enumerable: true },
    shape: { value: [2], enumerable: true },
    dtype: { value: 'float32', enumerable: true },
  }) as tf.Tensor;
  expect(isTensor(tensor)).toBe(true);
  expect(isTensor(structuredClone(tensor))).toBe(false);
  expect(isTensor({ ...tensor })).toBe(false);
});
