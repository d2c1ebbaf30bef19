// TopK of the device `cpu` against a sorted list.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

describe('topk', () => {
  it.each(['float32', 'int32'] as const)('of %s has the largest numbers, equal ones in their order', (dtype) => {
    for (const [rows, n, k] of [
      [1, 1, 1],
      [3, 7, 7],
      [5, 100, 3],
      [2, 1000, 999],
      [64, 257, 10],
    ] as const) {
      const numbers = Array.from({ length: rows * n }, (_, i) => ((i * 7919) % 31) - 15);
      const { values, indices } = tf.topk(tf.tensor2d(numbers, [rows, n], dtype), k);
      for (let r = 0; r < rows; r++) {
        const row = numbers.slice(r * n, (r + 1) * n);
        const places = row.map((_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
        expect([...indices.dataSync().slice(r * k, (r + 1) * k)]).toEqual(places.slice(0, k));
        expect([...values.dataSync().slice(r * k, (r + 1) * k)]).toEqual(places.slice(0, k).map((i) => row[i]));
      }
      expect(values.dtype).toBe(dtype);
    }
  });

  it('takes NaN for the largest number, as PyTorch does, and zeros of both signs for equal', () => {
    const { values, indices } = tf.topk(tf.tensor1d([-0, 3, NaN, 0, -Infinity, 7, NaN, Infinity]), 8);
    expect([...values.dataSync()]).toEqual([NaN, NaN, Infinity, 7, 3, -0, 0, -Infinity]);
    expect([...indices.dataSync()]).toEqual([2, 6, 7, 5, 1, 0, 3, 4]);
  });

  it('has int32 that no float32 can hold', () => {
    expect([
      ...tf.topk(tf.tensor1d([16777217, 16777216, -2147483648, 2147483647], 'int32'), 3).values.dataSync(),
    ]).toEqual([2147483647, 16777217, 16777216]);
  });
});
