// Gradients of ops of two inputs where one is int32 or bool, where both are equal, and where a divisor is 0. On the
// device under test, against the same numbers as float32, or by hand.
import { describe, expect, it } from 'vitest';
import { tf, type Tensor } from './device.ts';

type Pair = (a: Tensor, b: Tensor) => Tensor;
const pairs: Record<string, Pair> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  divNoNan: tf.divNoNan,
  maximum: tf.maximum,
  minimum: tf.minimum,
  pow: tf.pow,
  mod: tf.mod,
  atan2: tf.atan2,
  squaredDifference: tf.squaredDifference,
  prelu: tf.prelu,
  matMul: (a, b) => tf.matMul(a, b),
};
const read = async (list: Tensor[]) => Promise.all(list.map(async (t) => [t.dtype, ...(await t.data())]));
const weights = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);
const gradients = (f: Pair, a: Tensor, b: Tensor) => tf.grads((a, b) => tf.mul(f(a, b), weights()))([a, b]);

describe.each(Object.entries(pairs))('%s', (_name, f) => {
  it.each([
    ['int32', [2, 1, 3, 1]],
    ['bool', [1, 1, 1, 1]],
  ] as const)('with %s, as with float32', async (dtype, numbers) => {
    const whole = tf.tensor2d([...numbers], [2, 2], dtype);
    const floats = tf.tensor2d([1.5, 2, 0.5, 1], [2, 2]);
    const same = whole.cast('float32');
    expect(await read(gradients(f, whole, floats))).toEqual(await read(gradients(f, same, floats)));
    expect(await read(gradients(f, floats, whole))).toEqual(await read(gradients(f, floats, same)));
  });
});

describe('where both are equal', () => {
  it.each([
    ['maximum', tf.maximum],
    ['minimum', tf.minimum],
  ] as [string, Pair][])('the first has the gradient of %s, as in TensorFlow', async (_name, f) => {
    const ones = (dtype: 'float32' | 'int32') => tf.ones([2, 2], dtype);
    for (const dtype of ['float32', 'int32'] as const)
      expect(await read(gradients(f, ones(dtype), ones('float32')))).toEqual([
        ['float32', 1, 2, 3, 4],
        ['float32', 0, 0, 0, 0],
      ]);
    // Broadcast, which TensorFlow.js has no gradient for
    expect(await read(gradients(f, tf.scalar(1), ones('int32')))).toEqual([
      ['float32', 10],
      ['float32', 0, 0, 0, 0],
    ]);
    expect(await read(gradients(f, ones('int32'), tf.scalar(1)))).toEqual([
      ['float32', 1, 2, 3, 4],
      ['float32', 0],
    ]);
  });
});

it('divNoNan has the gradient 0 where the divisor is 0, also the second one', async () => {
  const [a, b] = [tf.tensor1d([3, 3, 0]), tf.tensor1d([0, 2, 0])];
  expect(await read([tf.divNoNan(a, b), ...tf.grads((a, b) => tf.divNoNan(a, b))([a, b])])).toEqual([
    ['float32', 0, 1.5, 0],
    ['float32', 0, 0.5, 0],
    ['float32', 0, -0.75, 0],
  ]);
  // d²/db² of a / b is 2a / b³
  const second = tf.grad((b: Tensor) => tf.grad((b: Tensor) => tf.divNoNan(a, b))(b))(b);
  expect(await read([second])).toEqual([['float32', 0, 0.75, 0]]);
  // Broadcast, and whole numbers
  expect(await read([tf.grad((b: Tensor) => tf.divNoNan(tf.tensor1d([3, 3], 'int32'), b))(tf.scalar(0))])).toEqual([
    ['float32', 0],
  ]);
});
