// Max pooling with the places of the largest elements on the device `cpu`, against TensorFlow.js.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { dist } from '../../../../../../paths.ts';
import { agree, floats, ints, own, random, startBackends, stock } from './agreement.ts';

let backends: CpuBackend[] = [];
beforeAll(async () => {
  backends = await startBackends(dist);
});
afterAll(() => backends.forEach((backend) => backend.dispose()));

it('has TensorFlow.js’s elements and places, as int32', () => {
  for (const shape of [
    [1, 1, 1, 1],
    [2, 5, 7, 1],
    [3, 6, 4, 3],
    [2, 9, 9, 5],
    [4, 32, 32, 16],
  ])
    for (const [filterSize, strides] of [
      [1, 1],
      [2, 2],
      [3, 1],
      [
        [2, 3],
        [1, 2],
      ],
    ])
      for (const pad of ['same', 'valid'])
        for (const includeBatchInIndex of [true, false])
          for (const x of [
            floats(shape, () => (random() < 0.1 ? NaN : random() < 0.3 ? 0.5 : random() - 0.5)),
            floats(shape, () => (random() < 0.2 ? Infinity : random())),
            ints(shape, () => Math.floor(random() * 5) - 2),
          ]) {
            const attrs = { filterSize, strides, pad, includeBatchInIndex };
            if (pad === 'valid' && shape[1]! < 3) continue;
            const [y, places] = stock('MaxPoolWithArgmax', { x }, attrs);
            // Windows of NaN alone have no place in TensorFlow.js, and the first one here
            const expected = [y!, { ...places!, values: places!.values.slice() }];
            const mine = own(backends[0]!, 'MaxPoolWithArgmax', { x }, attrs)[1]!.values;
            expected[1]!.values.forEach((place, i) => place < 0 && (expected[1]!.values[i] = mine[i]!));
            agree(backends, 'MaxPoolWithArgmax', { x }, attrs, { expected });
          }
});

it('of windows without a number above −∞ has the first place', () => {
  const x = floats([2, 2, 2, 1], [-Infinity, -Infinity, -Infinity, -Infinity, NaN, NaN, NaN, NaN]);
  const attrs = { filterSize: 2, strides: 2, pad: 'valid', includeBatchInIndex: true };
  const [y, places] = own(backends[1]!, 'MaxPoolWithArgmax', { x }, attrs);
  expect([...y!.values]).toEqual([-Infinity, -Infinity]);
  expect([...places!.values]).toEqual([0, 4]);
});

it('of no images', () => {
  const attrs = { filterSize: 2, strides: 2, pad: 'valid', includeBatchInIndex: false };
  const [y, places] = own(backends[0]!, 'MaxPoolWithArgmax', { x: floats([0, 4, 4, 2]) }, attrs);
  expect([y!.shape, places!.shape]).toEqual([[0, 2, 2, 2], [0, 2, 2, 2]]); // prettier-ignore
});
