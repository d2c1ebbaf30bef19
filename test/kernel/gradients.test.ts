// The op kernels that the cpu device brings itself: forward values against the stock JavaScript backend's, gradients against finite differences.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel();
  // Central differences of a scalar function at every element of x, in double precision on the host side
  const { error } = await k.run(`
    import * as tf from '@tensorflow/tfjs';
    function check(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, eps = 1e-2): number {
      const analytic = tf.grad((t) => f(t).sum())(x).dataSync();
      const values = Array.from(x.dataSync());
      let worst = 0;
      values.forEach((v, i) => {
        const at = (d: number) => tf.tidy(() => { const c = values.slice(); c[i] = v + d; return f(tf.tensor(c, x.shape)).sum().dataSync()[0]! });
        const numeric = (at(eps) - at(-eps)) / (2 * eps);
        worst = Math.max(worst, Math.abs(numeric - analytic[i]!) / Math.max(1, Math.abs(numeric)));
      });
      return worst;
    }
    // quadratic in the convolution, so that its gradient depends on the values
    const q = (t: tf.Tensor) => t.mul(t).mul(0.5);`);
  expect(error).toBeUndefined();
});
afterAll(() => k.stop());

const number = async (code: string) => {
  const { text, error } = await k.run(code);
  expect(error?.message).toBeUndefined();
  return Number(text);
};

const convs = [
  [[2, 6, 5, 3], [3, 3, 3, 4], 1, 'valid'],
  [[2, 6, 5, 3], [3, 3, 3, 4], 1, 'same'],
  [[1, 7, 7, 2], [3, 2, 2, 3], 2, 'valid'],
  [[2, 8, 7, 1], [3, 3, 1, 2], 2, 'same'],
  [[1, 5, 5, 2], [1, 1, 2, 3], 1, 'same'],
  [[1, 6, 6, 1], [2, 4, 1, 1], [1, 3], 'valid'],
  [[2, 5, 5, 2], [5, 5, 2, 2], 1, 2],
] as const;

it.each(convs)('conv2d of %j with %j, stride %j, padding %j', async (x, w, stride, pad) => {
  const args = `${JSON.stringify(stride)}, ${JSON.stringify(pad)}`;
  const setUp = `const X = tf.randomUniform(${JSON.stringify(x)}, -1, 1, 'float32', 1), W = tf.randomUniform(${JSON.stringify(w)}, -1, 1, 'float32', 2);`;
  expect(await number(`${setUp} check((t) => q(tf.conv2d(t as any, W as any, ${args})), X)`)).toBeLessThan(1e-2);
  expect(await number(`check((t) => q(tf.conv2d(X as any, t as any, ${args})), W)`)).toBeLessThan(1e-2);
});

it.each([
  [[1, 4, 4, 2], 2, 2, 'valid'],
  [[2, 5, 5, 1], 3, 2, 'same'],
  [[1, 6, 5, 2], 3, 1, 'valid'],
] as const)(
  'maxPool of %j, window %j, stride %j, padding %j, also where no value is positive',
  async (x, size, stride, pad) => {
    // distinct values, a good distance apart, all negative: no window has a tie within the step
    const n = (x as readonly number[]).reduce((a, b) => a * b, 1);
    const values = Array.from({ length: n }, (_, i) => -1 - ((i * 7919) % n) * 0.1);
    const f = `(t) => q(tf.maxPool(t as any, ${size}, ${stride}, ${JSON.stringify(pad)}))`;
    expect(await number(`check(${f}, tf.tensor(${JSON.stringify(values)}, ${JSON.stringify(x)}))`)).toBeLessThan(1e-2);
  },
);

it('op kernels that the WASM backend lacks run through the JavaScript one', async () => {
  expect(
    (
      await k.run(
        "const seg = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3]), tf.tensor1d([0, 1, 0], 'int32'), 2); const u = tf.unique(tf.tensor1d([3, 1, 3])); [Array.from(seg.dataSync()), Array.from(u.values.dataSync())]",
      )
    ).text,
  ).toBe('[ [ 4, 2 ], [ 3, 1 ] ]');
  const before = await number('tf.memory().numTensors');
  expect(
    await number(
      "tf.tidy(() => { tf.unsortedSegmentSum(tf.tensor1d([1]), tf.tensor1d([0], 'int32'), 1) }); tf.memory().numTensors",
    ),
  ).toBe(before);
});
