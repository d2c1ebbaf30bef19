// Calls at the edge of what ops take, which random calls have found wrong: one sample, no axis, no elements, gaps, more
// rows than memory. Values by hand.
import { expect, it } from 'vitest';
import { dist } from '../../../paths.ts';
import { libraryOf } from './layers/library.ts';

const tf = libraryOf(dist);
const list = (x: { dataSync(): ArrayLike<number> }) => Array.from(x.dataSync());

it('a window of one sample is 1', () => {
  expect(list(tf.signal.hannWindow(1))).toEqual([1]);
  expect(list(tf.signal.hammingWindow(1))).toEqual([1]);
});

it('null as the axis of a scan is the first one', () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const none = null as unknown as number;
  expect(list(tf.cumsum(x, none))).toEqual([1, 2, 4, 6]);
  expect(list(tf.cumprod(x, none))).toEqual([1, 2, 3, 8]);
});

it.each(['int32', 'bool'] as const)('sigmoidCrossEntropy of logits of %s', (dtype) => {
  const [labels, logits] = [tf.tensor1d([1, 0]), tf.tensor1d([1, 0], dtype)];
  const wanted = (Math.log1p(Math.exp(-1)) + Math.log(2)) / 2;
  expect(list(tf.losses.sigmoidCrossEntropy(labels, logits))[0]).toBeCloseTo(wanted, 6);
});

it('the mean loss of nothing is the float32 0', () => {
  for (const dtype of ['float32', 'int32'] as const) {
    const loss = tf.losses.computeWeightedLoss(tf.zeros([0, 3], dtype), undefined, tf.Reduction.MEAN);
    expect([loss.dtype, ...list(loss)]).toEqual(['float32', 0]);
  }
});

it('begin and size of a slice have no gaps', () => {
  const x = tf.zeros([2, 2]);
  const gap = [0, undefined] as unknown as [number, number];
  expect(() => tf.slice(x, gap, [1, 1])).toThrow(/begin must (hold|be) .*whole numbers/);
  expect(() => tf.slice(x, [0, 0], gap)).toThrow(/size must (hold|be) .*whole numbers/);
});

it('sparseFillEmptyRows of billions of rows is an error at once', () => {
  const indices = tf.tensor2d([0, 0], [1, 2], 'int32');
  const fill = () =>
    tf.sparse.sparseFillEmptyRows(indices, tf.tensor1d([1]), tf.tensor1d([2 ** 30, 4], 'int32'), tf.scalar(0));
  expect(fill).toThrow(/asks for 1073741824 rows/);
});

it('denseBincount of one row says whether a value occurs, as for several', () => {
  const [x, weights] = [tf.tensor1d([2, 0, 2, 5], 'int32'), tf.tensor1d([3, 4, 5, 6])];
  expect(list(tf.denseBincount(x, weights, 4, true))).toEqual([1, 0, 1, 0]);
  expect(list(tf.denseBincount(x, tf.tensor1d([]), 4, true))).toEqual([1, 0, 1, 0]);
  expect(list(tf.denseBincount(x, weights, 4))).toEqual([4, 0, 8, 0]);
});
