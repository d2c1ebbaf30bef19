// `train.detectAnomaly` on the device `webgpu`, where values are read later: the op that was first is named.
import { beforeAll, expect, it } from 'vitest';
import { detectAnomaly } from '../../kernel/dlnb/train/anomaly.ts';
import type { TensorLibrary } from '../../kernel/dlnb/library.ts';
import { start, tf } from './device.ts';

const library = tf as unknown as TensorLibrary;
beforeAll(async () => void (await start()));

const found = (f: () => unknown) =>
  detectAnomaly(library, f).then(
    () => 'nothing',
    (e: Error) => e.message,
  );

it.each<[string, () => unknown, RegExp]>([
  [
    'an op, before a later one',
    () => tf.log(tf.sqrt(tf.tensor([4, -1]))),
    /^NaN made by sqrt of x \[2\]: 1 of 2 values/,
  ],
  ['a gradient', () => tf.grad((x) => tf.sum(tf.sqrt(x)))(tf.tensor([1, 0])), /^±∞ in the gradient of sqrt .*: 1 of 2/],
  ['data', () => tf.mul(tf.tensor([1, NaN]), 2), /^NaN in the input a \[2\] of mul/],
  ['nothing', () => tf.grad((x) => tf.sum(tf.sqrt(x)))(tf.tensor([1, 2])), /^nothing$/],
])('%s', async (_, f, wanted) => {
  expect(await found(() => tf.tidy(f as () => never))).toMatch(wanted);
});

it('the fault is told although a later op fails by itself, and no tensors stay', async () => {
  const before = tf.memory().numTensors;
  const message = await found(() =>
    tf.tidy(() => {
      tf.sqrt(tf.tensor([-1]));
      throw new Error('later');
    }),
  );
  expect(message).toMatch(/^NaN made by sqrt/);
  expect(tf.memory().numTensors).toBe(before);
});

it('a training is looked at op by op, also one whose steps were replayed before', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'only' })] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  const fit = (x: number) => model.fit(tf.fill([4, 2], x), tf.zeros([4, 1]), { epochs: 5, verbose: 0 });
  await fit(1);
  expect(await found(() => fit(1))).toBe('nothing');
  expect(await found(() => fit(1e38))).toMatch(/in the layer only \(Dense\)|gradient of|made by/);
});
