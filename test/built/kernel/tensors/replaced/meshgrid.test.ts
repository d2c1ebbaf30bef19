// Grids have the types of their inputs.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist);

it.each(['xy', 'ij'] as const)('of truth values and numbers, %s', (indexing) => {
  const [a, b] = tf.meshgrid(tf.tensor1d([true, false]), tf.tensor1d([3, 4, 5], 'int32'), { indexing });
  expect([a!.dtype, b!.dtype]).toEqual(['bool', 'int32']);
  const rows = [[1, 0], [1, 0], [1, 0]]; // prettier-ignore
  expect(a!.arraySync()).toEqual(indexing === 'xy' ? rows : [[1, 1, 1], [0, 0, 0]]); // prettier-ignore
  expect(b!.arraySync()).toEqual(indexing === 'xy' ? [[3, 3], [4, 4], [5, 5]] : [[3, 4, 5], [3, 4, 5]]); // prettier-ignore
});
