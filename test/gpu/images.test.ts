// Draws, transforms of images, and evenly spaced numbers on the device `webgpu`, where TensorFlow.js's programs or what
// is around them were wrong.
import { beforeAll, expect, it } from 'vitest';
import { start, tf } from './device.ts';

beforeAll(() => start());

it('draws each sample of each row by a number of its own', async () => {
  const p = [0.1, 0, 0.6, 0.3];
  const drawn = await tf.multinomial(tf.tensor2d([...p, ...p], [2, 4]), 4000, 3, true).array();
  for (const row of drawn as unknown as number[][])
    for (const [event, share] of p.entries())
      expect(Math.abs(row.filter((v) => v === event).length / 4000 - share)).toBeLessThan(0.03);
  expect(String(drawn[0])).not.toBe(String(drawn[1]));
  const first = await Promise.all(
    Array.from({ length: 60 }, (_, seed) => tf.multinomial(tf.tensor1d([0, 0]), 1, seed + 1).data()),
  );
  const ones = first.filter(([v]) => v === 1).length;
  expect(ones).toBeGreaterThan(15);
  expect(ones).toBeLessThan(45);
});

it('transforms each image by the transform of all', async () => {
  const image = tf.tensor4d([1, 2, 3, 4, 5, 6], [2, 1, 3, 1]);
  const by = (...steps: number[]) =>
    tf.tensor2d(
      steps.flatMap((step) => [1, 0, step, 0, 1, 0, 0, 0]),
      [steps.length, 8],
    );
  expect([...(await tf.image.transform(image, by(1)).data())]).toEqual([2, 3, 0, 5, 6, 0]);
  expect([...(await tf.image.transform(image, by(1, -1)).data())]).toEqual([2, 3, 0, 0, 4, 5]);
  const whole = tf.image.transform(image.toInt(), by(1));
  expect([whole.dtype, ...(await whole.data())]).toEqual(['int32', 2, 3, 0, 5, 6, 0]);
});

it('spaces numbers evenly', async () => {
  expect([...(await tf.linspace(2, 5, 1).data())]).toEqual([2]);
  const many = await tf.range(0, 1000, 0.01).data();
  expect(many).toHaveLength(100000);
  many.forEach((v, i) => expect(v).toBe(Math.fround(i * 0.01)));
});

it('gives complex numbers another shape and keeps the original', async () => {
  const z = tf.complex([1, 2, 3, 4], [5, 6, 7, 8]);
  const y = z.reshape([2, 2]);
  expect(tf.real(y).shape).toEqual([2, 2]);
  expect([...(await tf.imag(y).data())]).toEqual([5, 6, 7, 8]);
  expect(tf.real(z).shape).toEqual([4]);
  const dx = tf.grad((x: import('@tensorflow/tfjs').Tensor) =>
    tf.abs(tf.complex(x, tf.mul(x, 2)).reshape([2, 2]).expandDims(0)).sum(),
  )(tf.tensor1d([1, -1, 2, 3]));
  (await dx.data()).forEach((v, i) => expect(v).toBeCloseTo(i === 1 ? -Math.sqrt(5) : Math.sqrt(5), 4));
});
