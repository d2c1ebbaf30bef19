// Strings are moved as numbers are.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../layers/library.ts';

const tf = libraryOf(dist);
const words = () => tf.tensor2d([['a', 'b', 'c'], ['d', 'ä', '🙂']]); // prettier-ignore

it.each([
  ['gather', () => tf.gather(words(), [1, 0, 1]), [['d', 'ä', '🙂'], ['a', 'b', 'c'], ['d', 'ä', '🙂']]],
  ['gather along axis 1', () => tf.gather(words(), tf.tensor1d([2, 0], 'int32'), 1), [['c', 'a'], ['🙂', 'd']]],
  ['gather as a method', () => words().gather(tf.tensor1d([1], 'int32')), [['d', 'ä', '🙂']]],
  ['where', () => tf.where(tf.tensor1d([true, false, true], 'bool'), words(), tf.scalar('x') as never), [['a', 'x', 'c'], ['d', 'x', '🙂']]],
  ['reverse', () => tf.reverse(words(), 1), [['c', 'b', 'a'], ['🙂', 'ä', 'd']]],
  ['transpose', () => tf.transpose(words()), [['a', 'd'], ['b', 'ä'], ['c', '🙂']]],
  ['transpose as a method', () => words().transpose([1, 0]), [['a', 'd'], ['b', 'ä'], ['c', '🙂']]],
] as [string, () => Tensor, string[][]][])('%s', (_, move, expected) => {
  const y = move();
  expect(y.dtype).toBe('string');
  expect(y.arraySync()).toEqual(expected);
}); // prettier-ignore

it('refuses strings with numbers', () => {
  expect(() => tf.where(tf.tensor1d([true, false, true], 'bool'), words(), tf.scalar(1) as never)).toThrow(/string/);
});
