// Random numbers of the device `cpu` are written into their tensor and nowhere else, with the same bits on one thread
// and on two.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';
import { guard, type Canaries } from '../../../../../../fuzz/canaries.mts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
let device: CpuDevice;
let canaries: Canaries;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
  canaries = guard(device.backend.heap);
});
afterAll(() => device.backend.program.stop());

it.each([
  ['randomUniform', (n: number) => tf.randomUniform([n], -1, 1)],
  ['randomNormal', (n: number) => tf.randomNormal([n])],
  ['truncatedNormal', (n: number) => tf.truncatedNormal([n])],
  ['dropout', (n: number) => tf.dropout(tf.ones([n]), 0.5)],
])('%s of every size writes no byte beside the tensor', (_, draw) => {
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 17, 4095, 4097, 20_001]) {
    const x = draw(n);
    expect(canaries.check()).toEqual([]);
    expect(x.dataSync().every(Number.isFinite)).toBe(true);
    x.dispose();
  }
});
