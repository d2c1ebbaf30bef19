// A tensor that is larger than a buffer of the device `webgpu`: an error at once that names the function, the shape, the
// bytes and the limit; the device and earlier tensors stay.
import { beforeAll, expect, it } from 'vitest';
import { start, tf } from './device.ts';

beforeAll(() => start());

const huge: [op: string, shape: string, make: () => unknown][] = [
  ['zeros', '[1048576, 1048576]', () => tf.zeros([2 ** 20, 2 ** 20])],
  ['ones', '[50000, 50000]', () => tf.ones([50_000, 50_000])],
  // The device joins as rows of a matrix, part by part
  ['concat', '[1, ', () => tf.concat(Array<ReturnType<typeof tf.ones>>(12).fill(tf.ones([6e7])))],
  ['tile', '[2097152000]', () => tf.tile(tf.ones([1000]), [2 ** 21])],
  ['matMul', '[1, 60000, 60000]', () => tf.matMul(tf.ones([60_000, 2]), tf.ones([2, 60_000]))],
  ['add', '[60000, 60000]', () => tf.ones([60_000, 1]).add(tf.ones([60_000]))],
  ['eye', '[1048576, 1048576]', () => tf.eye(2 ** 20)],
];

it.each(huge)('%s %s', async (op, shape, make) => {
  const earlier = tf.tensor([1, 2, 3]).add(1);
  const begun = performance.now();
  expect(make).toThrow(
    new RegExp(
      `^The device "webgpu" is out of memory: [\\d.]+ GiB for a tensor ${shape.replaceAll(/[[\]]/g, '\\$&')}.* in ${op} is ` +
        'wanted, and this graphics card takes \\d+\\.\\d\\d GiB in one piece\\. Use smaller batches',
    ),
  );
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(Array.from(await earlier.mul(2).data())).toEqual([4, 6, 8]);
});
