// Linear algebra on the device `webgpu` by its own programs, for values that the host does not know: against PyTorch, as
// on the device `cpu`, and with the errors of matrices that cannot be solved or factored.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeLinalg } from '../../kernel/dlnb/linalg/index.ts';
import { calls, type Expected } from '../built/kernel/dlnb/linalg/calls.ts';
import { root } from '../paths.ts';
import { start, tf } from './device.ts';

type Tensor = import('@tensorflow/tfjs').Tensor;

const linalg = makeLinalg(() => tf as never);
const file = join(root, 'test/built/kernel/dlnb/linalg/expected.json');
const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected[];
beforeAll(() => start());

/** On the card alone: the sum with numbers that are drawn there. */
const onCard = (values: number[], shape: number[]): Tensor =>
  tf.add(tf.tensor(values, shape), tf.randomUniform(shape, 0, 0));

async function distance(actual: Tensor, wanted: number[]): Promise<number> {
  const data = await actual.data();
  return Math.max(0, ...wanted.map((v, i) => Math.abs(data[i]! - v))) / Math.max(1e-3, ...wanted.map(Math.abs));
}

it('the host does not know the values', () => {
  expect(() => onCard([1, 2], [2]).dataSync()).toThrow(/await x\.data/);
});

describe.each(
  expected.map((e, i): [string, Expected] => [`${e.name} ${e.inputs.map((x) => `[${x.shape}]`)} (${i})`, e]),
)('%s', (_, { name, inputs, outputs, gradients }) => {
  it('has the values and the gradient', async () => {
    const xs = inputs.map(({ values, shape }) => onCard(values, shape));
    const ys = calls(tf as never)[name]!(linalg, ...xs);
    for (const [i, y] of ys.entries()) expect(await distance(y, outputs[i]!.values), `output ${i}`).toBeLessThan(1e-4);
    const total = (...x: Tensor[]) =>
      tf.addN(
        calls(tf as never)[name]!(linalg, ...x).map((y) =>
          y.mul(tf.cos(tf.range(1, y.size + 1)).reshape(y.shape)).sum(),
        ),
      );
    const dxs = tf.grads(total)(xs);
    for (const [i, dx] of dxs.entries())
      expect(await distance(dx, gradients[i]!.values), `gradient ${i}`).toBeLessThan(3e-3);
  });
});

describe('what cannot be solved or factored', () => {
  it.each<[string, () => Tensor, RegExp]>([
    ['singular', () => linalg.inv(onCard([1, 2, 2, 4], [2, 2])), /^linalg\.inv: the matrix \[2, 2\] is singular/],
    [
      'one of a batch',
      () => linalg.solve(onCard([1, 0, 0, 1, 0, 0, 0, 1], [2, 2, 2]), [[1], [1]]),
      /matrix 1 of the batch/,
    ],
    [
      'not positive definite',
      () => linalg.cholesky(onCard([1, 2, 2, 1], [2, 2])),
      /^linalg\.cholesky: .*not positive definite/,
    ],
  ])('%s: the error comes where the values are awaited', async (_, make, message) => {
    await expect(make().data()).rejects.toThrow(message);
    expect(Array.from(await tf.ones([2]).data())).toEqual([1, 1]);
  });
});

it('sorts as many numbers as a data set has, NaN last, equal ones in their order', async () => {
  const n = 5000;
  const numbers = Array.from({ length: n }, (_, i) => (i % 97 === 5 ? NaN : ((i * 7919) % 101) - 50));
  const [values, places] = [linalg.sort(onCard(numbers, [n])), linalg.argsort(onCard(numbers, [n]))];
  const order = numbers
    .map((_, i) => i)
    .sort((i, j) => {
      const [a, b] = [numbers[i]!, numbers[j]!];
      return Number.isNaN(a) || Number.isNaN(b)
        ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j
        : a - b || i - j;
    });
  expect(Array.from(await places.data())).toEqual(order);
  expect(Array.from(await values.data())).toEqual(order.map((i) => numbers[i]));
});

it('factors a matrix without full rank into orthonormal columns', async () => {
  const { u, s } = linalg.svd(onCard([1, 2, 3, 2, 4, 6, 3, 6, 9, 0, 0, 0], [4, 3]));
  const wrong = tf
    .sub(tf.matMul(u as never, u as never, true), tf.eye(3))
    .abs()
    .max();
  expect((await wrong.data())[0]).toBeLessThan(1e-5);
  expect((await s.data())[0]).toBeCloseTo(14, 4);
});

it('a matrix of 70 rows, more than a workgroup has invocations', async () => {
  const a = tf.randomNormal([70, 70], 0, 1, 'float32', 3).add(tf.randomUniform([70, 70], 0, 0));
  const far = async (x: Tensor, y: Tensor) => (await tf.sub(x, y).abs().max().data())[0]!;
  expect(await far(tf.matMul(a as never, linalg.inv(a) as never), tf.eye(70))).toBeLessThan(1e-3);
  const { u, s, v } = linalg.svd(a);
  expect(await far(tf.matMul(tf.mul(u, s) as never, v as never, false, true), a)).toBeLessThan(1e-3);
  const sym = tf.add(a, tf.transpose(a));
  const { values, vectors } = linalg.eigh(sym);
  expect(await far(tf.matMul(tf.mul(vectors, values) as never, vectors as never, false, true), sym)).toBeLessThan(1e-3);
});

it.each(['int32', 'bool'] as const)('transposes tensors of %s that are on the card', async (dtype) => {
  for (const perm of [
    [0, 2, 1],
    [2, 1, 0],
    [1, 3, 0, 2],
    [4, 0, 3, 1, 2],
    [5, 4, 3, 2, 1, 0],
  ]) {
    // prettier-ignore
    const shape = perm.map((_, i) => 2 + (i % 3));
    const x = onCard(
      Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => (dtype === 'bool' ? i % 2 : i)),
      shape,
    );
    const moved = tf.transpose(tf.cast(x, dtype), perm);
    expect(moved.dtype).toBe(dtype);
    expect(Array.from(await moved.data())).toEqual(Array.from(await tf.transpose(x, perm).data()));
  }
});
