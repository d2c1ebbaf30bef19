// Named variables of cells that run again.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;
type Scalar = import('@tensorflow/tfjs-core').Scalar;
let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => device.backend.program.stop());
beforeEach(() => {
  tf.disposeVariables();
  library.beginCell();
});

const made = (value: number) => tf.variable(tf.scalar(value), true, 'w');

it('the variable of a new run takes the name, the old one stays good', () => {
  const old = made(1);
  library.beginCell();
  const now = made(2);
  expect([old.name, now.name]).toEqual(['w_before1', 'w']);
  expect(tf.engine().registeredVariables['w']).toBe(now);
  expect([old.dataSync()[0], now.dataSync()[0]]).toEqual([1, 2]);
  const { grads } = tf.variableGrads(() => tf.add(tf.mul(old, 3), tf.mul(now, 5)) as Scalar);
  expect(Object.entries(grads).map(([name, g]) => [name, g.dataSync()[0]])).toEqual(
    expect.arrayContaining([
      ['w', 5],
      ['w_before1', 3],
    ]),
  );
  const optimizer = tf.train.momentum(0.1, 0.9);
  optimizer.minimize(() => tf.square(old) as Scalar, false, [old]);
  expect([old.dataSync()[0], now.dataSync()[0]]).toEqual([expect.closeTo(0.8, 6), 2]);
  library.beginCell();
  expect([made(3).name, now.name]).toEqual(['w', 'w_before2']);
  old.dispose();
  now.dispose();
});

it('class fields with names can be made again by another run', () => {
  class Net {
    w = tf.variable(tf.scalar(1), true, 'net/w');
  }
  const first = new Net();
  expect(() => new Net()).toThrow(/net\/w was already registered: .* in this same run\. Give the new one another name/);
  library.beginCell();
  expect(new Net().w.name).toBe('net/w');
  expect(first.w.isDisposed).toBe(false);
});

it('a name is free again once its variable is disposed of', () => {
  made(1).dispose();
  expect(made(2).name).toBe('w');
});
