// 5,000 steps of a CNN in a plain loop, without tidy and dispose, do not fill the memory of the device. Dawn's null
// backend computes nothing: the test looks at the backend's own figures, and at the memory of this process.
import v8 from 'node:v8';
import vm from 'node:vm';
import { beforeAll, expect, it } from 'vitest';
import type * as tfTypes from '@tensorflow/tfjs';
import { collectTensors, compileStep, start, tf } from './device.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

beforeAll(() => start({ dawn: ['backend=null'] }));

interface DeviceMemory {
  numBytesInGPU: number;
  numBytesAllocatedInGPU: number;
}

const L = tf.layers;

it.each(['computed', 'replayed'])('5,000 %s steps', async (how) => {
  const model = tf.sequential({
    layers: [
      L.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      L.maxPooling2d({ poolSize: 2 }),
      L.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dropout({ rate: 0.5 }),
      L.dense({ units: 10 }),
    ],
  });
  const optimizer = tf.train.adam(0.001);
  const computed = (x: tfTypes.Tensor, y: tfTypes.Tensor) =>
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tfTypes.Tensor).asScalar(),
      true,
    )!;
  const step = how === 'computed' ? computed : compileStep(computed);
  const bytes: number[] = [];
  const live: number[] = [];
  const resident: number[] = [];
  for (let i = 1; i <= 5000; i++) {
    const x = tf.randomUniform([32, 28, 28, 1]);
    const y = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
    const loss = step(x, y);
    if (i % 10 === 0) await loss.data();
    const { numBytesAllocatedInGPU } = tf.memory() as unknown as DeviceMemory;
    bytes.push(numBytesAllocatedInGPU);
    if (i % 500 > 0) continue;
    collectTensors();
    collectGarbage();
    live.push((tf.memory() as unknown as DeviceMemory).numBytesInGPU);
    // The null backend keeps its buffers in this process
    resident.push((process.memoryUsage().rss - numBytesAllocatedInGPU) / 2 ** 20);
  }
  // Tensors in use
  expect(Math.max(...live.slice(1))).toBeLessThanOrEqual(live[0]! + 2 ** 20);
  // Also tensors that nothing refers to any more, until they are collected: at most 256 MB
  expect(Math.max(...bytes)).toBeLessThan(256e6);
  // More and more bind groups are kept, up to a limit
  expect(resident.at(-1)!).toBeLessThan(resident[2]! + 100);
});
