// Products of int32 on the device `cpu`: exact, modulo 2³².
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

describe('products of int32', () => {
  const sizes = [
    [1, 1, 1, 1],
    [1, 5, 7, 9],
    [2, 4, 3, 17],
    [3, 6, 32, 8],
    [1, 33, 5, 40],
    [2, 7, 1, 3],
  ] as const;
  it.each(sizes)('%i of %i × %i × %i are exact, transposed or not', (batch, m, k, n) => {
    const draw = (count: number, step: number) => Int32Array.from({ length: count }, (_, i) => Math.imul(i + 1, step));
    const [a, b] = [draw(batch * m * k, 2654435761), draw(batch * k * n, 40503001)];
    const expected = new Int32Array(batch * m * n);
    for (let p = 0; p < batch; p++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          for (let l = 0; l < k; l++)
            expected[(p * m + i) * n + j]! += Math.imul(a[(p * m + i) * k + l]!, b[(p * k + l) * n + j]!);
    const [x, y] = [tf.tensor3d(a, [batch, m, k], 'int32'), tf.tensor3d(b, [batch, k, n], 'int32')];
    for (const [left, right] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const product = tf.matMul(
        left ? tf.transpose(x, [0, 2, 1]) : x,
        right ? tf.transpose(y, [0, 2, 1]) : y,
        left,
        right,
      );
      expect(product.dtype).toBe('int32');
      expect(product.dataSync()).toEqual(expected);
    }
  });
});
