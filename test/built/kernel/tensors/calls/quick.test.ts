// Right calls of ops reach the op as they are: with further arguments, of every kind that a parameter takes, and with
// their own `this`; promises tell their errors. And the extremum's place in rows of all short lengths.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;

let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
});
afterAll(() => device.backend.program.stop());

it('takes tensors, numbers, lists, pairs, typed arrays and what is left out', () => {
  const x = tf.tensor(Float32Array.of(1, 2, 3, 4), [2, 2]);
  expect([...tf.add(x, 1).dataSync()]).toEqual([2, 3, 4, 5]);
  expect([...tf.add([1, 2], Int32Array.of(3, 4)).dataSync()]).toEqual([4, 6]);
  expect(tf.sum(x, null as never).dataSync()[0]).toBe(10);
  expect([...tf.sum(x, -1, undefined).dataSync()]).toEqual([3, 7]);
  expect(tf.pad(x, [[1, 0], [0, 2]]).shape).toEqual([3, 4]); // prettier-ignore
  expect([1, 2].map(tf.relu as never)).toHaveLength(2);
  expect(tf.conv2d(x.as4D(1, 2, 2, 1), tf.ones([4]).as4D(2, 2, 1, 1), 1, 'same').shape).toEqual([1, 2, 2, 1]);
  expect(tf.concat([x, x], 1).shape).toEqual([2, 4]);
});

it('takes what methods of tensors take beyond their declarations, and no more', () => {
  const x = tf.ones([2, 2]);
  expect(x.concat(x, 1).shape).toEqual([2, 4]);
  expect((x.concat as (list: unknown, axis: number) => typeof x)([x, x], 0).shape).toEqual([6, 2]);
  expect(() => x.concat('x' as never)).toThrow(/tensors must be a tensor or an array of tensors, and is 'x'/);
  const oneHot = tf.tensor1d([0, 2], 'int32') as unknown as { oneHot(depth: number, on?: number): typeof x };
  expect([...oneHot.oneHot(3).dataSync()]).toEqual([1, 0, 0, 0, 0, 1]);
  expect([...oneHot.oneHot(3, 5).dataSync()]).toEqual([5, 0, 0, 0, 0, 5]);
  expect(() => oneHot.oneHot(undefined as never)).toThrow(/depth is undefined; it must be a whole number/);
});

it('tells the error of a right call that the op refuses, and of a promise', async () => {
  expect(() => tf.add(tf.ones([2]), tf.ones([3]))).toThrow(/Called as tf\.add\(a: Tensor float32 \[2\], b: Tensor/);
  expect(() => tf.reshape(tf.ones([2]), [3])).toThrow(/it takes \(x, shape\)/);
  await expect(tf.booleanMaskAsync(tf.ones([2]), tf.ones([3], 'bool'))).rejects.toThrow(
    /Called as tf\.booleanMaskAsync/,
  );
});

it.each(['argMax', 'argMin'] as const)('%s of 1 to 40 numbers with NaN, infinities and ties', (name) => {
  const pool = [0, -0, 1, -1, Infinity, -Infinity, 0.5, 2, -3];
  for (let n = 1; n <= 40; n++)
    for (let turn = 0; turn < 12; turn++) {
      const row = Array.from({ length: n }, (_, i) => pool[(i * 7 + turn * (i + 3)) % pool.length]!);
      if (turn % 4 === 0) row[(turn * 5) % n] = NaN;
      let want = row.findIndex(Number.isNaN);
      if (want < 0) {
        want = 0;
        row.forEach((v, i) => (name === 'argMax' ? v > row[want]! : v < row[want]!) && (want = i));
      }
      expect(tf[name](tf.tensor2d([row]), 1).dataSync()[0], `${row}`).toBe(want);
      expect(tf[name](tf.tensor1d(row), 0).dataSync()[0], `${row}`).toBe(want);
    }
});
