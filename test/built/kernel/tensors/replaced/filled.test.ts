// A tensor that is larger than the memory of the device `cpu`: an error at once that names the function, the shape, the
// bytes and the limit; earlier tensors stay.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const LIMIT = 256 * 2 ** 20;
let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2, limit: LIMIT });
});
afterAll(() => device.backend.program.stop());

const line = (n: number) => tf.ones([n, 1]);
/** What is computed, the function and the shape that its error names, and the bytes. */
const huge: [name: string, op: string, shape: string, bytes: string, make: () => unknown][] = [
  ['zeros', 'zeros', '[1048576, 1048576]', '4,398 GB', () => tf.zeros([2 ** 20, 2 ** 20])],
  ['ones', 'ones', '[50000, 50000]', '10.0 GB', () => tf.ones([50_000, 50_000])],
  ['fill', 'fill', '[50000, 50000]', '10.0 GB', () => tf.fill([50_000, 50_000], 2)],
  ['zeros of int32', 'zeros', '[50000, 50000]', '10.0 GB', () => tf.zeros([50_000, 50_000], 'int32')],
  ['complex zeros', 'zeros', '[50000, 50000]', '10.0 GB', () => tf.zeros([50_000, 50_000], 'complex64')],
  ['concat', 'concat', '[1100000000]', '4.40 GB', () => tf.concat(Array<tfTypes.Tensor>(110).fill(tf.ones([1e7])))],
  ['stack', 'stack', '[110, 10000000]', '4.40 GB', () => tf.stack(Array<tfTypes.Tensor>(110).fill(tf.ones([1e7])))],
  ['tile', 'tile', '[2097152000]', '8.39 GB', () => tf.tile(tf.ones([1000]), [2 ** 21])],
  ['matMul', 'matMul', '[60000, 60000]', '14.4 GB', () => tf.matMul(line(60_000), line(60_000), false, true)],
  ['x.add', 'add', '[60000, 60000]', '14.4 GB', () => line(60_000).add(tf.ones([60_000]))],
  ['broadcastTo', 'broadcastTo', '[50000, 50000]', '10.0 GB', () => tf.broadcastTo(line(1), [50_000, 50_000])],
  ['eye', 'eye', '[1048576, 1048576]', '4,398 GB', () => tf.eye(2 ** 20)],
  ['randomNormal', 'randomNormal', '[50000, 50000]', '10.0 GB', () => tf.randomNormal([50_000, 50_000])],
  ['oneHot', 'oneHot', '[65536, 65536]', '17.2 GB', () => tf.oneHot(tf.zeros([2 ** 16], 'int32'), 2 ** 16)],
];

it.each(huge)('%s', (_, op, shape, bytes, make) => {
  const earlier = tf.tensor([1, 2, 3]);
  const begun = performance.now();
  const message = (() => {
    try {
      make();
      return 'none';
    } catch (e) {
      return (e as Error).message;
    }
  })();
  expect(message).toMatch(/^The device "cpu" is out of memory: /);
  expect(message).toContain(
    `${bytes} for a tensor ${/int32|oneHot/.test(_) ? 'int32' : 'float32'} ${shape} in ${op} is`,
  );
  expect(message).toContain('the whole memory of the device has 268 MB: that can never fit. Compute it in parts.');
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(Array.from(earlier.mul(2).dataSync())).toEqual([2, 4, 6]);
});

it.each([
  ['range', () => tf.range(0, 1e12)],
  ['linspace', () => tf.linspace(0, 1, 1e12)],
  ['buffer', () => tf.buffer([1e6, 1e6])],
])('%s makes no array of JavaScript first', (_, make) => {
  expect(make).toThrow(/is out of memory: 4,000 GB for a tensor float32 \[.*the whole memory of the device has 268 MB/);
});

it('zeros and ones that fit are filled, small and large, of every type', () => {
  for (const shape of [[], [0], [3], [2 ** 20], [3, 2 ** 19 + 1]])
    for (const dtype of ['float32', 'int32', 'bool', 'complex64'] as const)
      for (const [make, value] of [
        [tf.zeros, 0],
        [tf.ones, 1],
      ] as const) {
        const x = make(shape as [number], dtype);
        expect([x.shape, x.dtype]).toEqual([shape, dtype]);
        const values = (dtype === 'complex64' ? tf.real(x) : x).dataSync();
        expect(values.every((v) => v === value)).toBe(true);
        if (dtype === 'complex64')
          expect(
            tf
              .imag(x)
              .dataSync()
              .every((v) => v === 0),
          ).toBe(true);
        x.dispose();
      }
});

it('a bool tensor with more elements than loops can count is an error, where it would fit', async () => {
  const roomy = await startCpu({ dist, threads: 1 });
  const line = tf.ones([60_000]);
  expect(() => tf.less(line.expandDims(1), line)).toThrow(
    /3\.60 GB for a tensor bool \[60000, 60000\] in less is wanted, and a tensor has at most 2,147,483,647 elements/,
  );
  roomy.backend.program.stop();
});
