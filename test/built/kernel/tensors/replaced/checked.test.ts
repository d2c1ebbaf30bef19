// A slice that begins below 0: TensorFlow.js reads what lies before the tensor, for all numbers but −1.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist);
const x = () => tf.tensor1d([1, 2, 3, 4]);

it.each([
  ['slice', () => tf.slice(x(), [-2], [1]), 'begin[0] is -2'],
  ['slice', () => tf.slice(x(), -1), 'begin[0] is -1'],
  ['slice', () => x().slice([-3]), 'x.shape[0] - 3'],
  ['slice1d', () => tf.slice1d(x(), -2, 1), 'begin[0] is -2'],
  ['slice2d', () => tf.slice2d(tf.ones([2, 2]), [0, -2], [1, 1]), 'begin[1] is -2'],
])('%s', (name, call, message) => {
  expect(call).toThrow(`${name}() does not support negative begin indexing: begin[`);
  expect(call).toThrow(message);
});

it('slices from 0, and to the end', () => {
  expectTensor(x().slice(1), [3], [2, 3, 4]);
  expectTensor(x().slice([0], [-1]), [4], [1, 2, 3, 4]);
  expectTensor(tf.slice1d(x(), 2, 2), [2], [3, 4]);
});
