// Functions whose values are not whole give float32 for whole numbers and truth values, too.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../layers/library.ts';

const tf = libraryOf(dist);

const functions: [string, (x: Tensor) => Tensor, (x: number) => number][] = [
  ['acos', tf.acos, Math.acos],
  ['acosh', tf.acosh, Math.acosh],
  ['asin', tf.asin, Math.asin],
  ['asinh', tf.asinh, Math.asinh],
  ['atan', tf.atan, Math.atan],
  ['atanh', tf.atanh, Math.atanh],
  ['expm1', tf.expm1, Math.expm1],
  ['log1p', tf.log1p, Math.log1p],
  ['logSigmoid', tf.logSigmoid, (x) => -Math.log1p(Math.exp(-x))],
  ['reciprocal', tf.reciprocal, (x) => 1 / x],
  ['selu', tf.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  ['sinh', tf.sinh, Math.sinh],
  ['softplus', tf.softplus, (x) => Math.log1p(Math.exp(x))],
  ['x.softplus', (x) => x.softplus(), (x) => Math.log1p(Math.exp(x))],
  ['atan2', (x) => tf.atan2(x, tf.onesLike(x)), Math.atan],
];

function near(y: Tensor, wanted: number[]): void {
  expect(y.dtype).toBe('float32');
  const values = Array.from(y.dataSync());
  expect(values.length).toBe(wanted.length);
  values.forEach((v, i) => {
    if (Object.is(v, wanted[i]) || v === wanted[i]) return;
    expect(v, `element ${i}`).toBeCloseTo(wanted[i]!, 5);
  });
}

describe.each(functions)('%s', (_name, f, wanted) => {
  it('of int32', () => near(f(tf.tensor1d([1, 0, -1, 3], 'int32')), [1, 0, -1, 3].map(wanted)));
  it('of bool', () => near(f(tf.tensor1d([true, false])), [1, 0].map(wanted)));
});

it('a gradient with respect to whole numbers is that of float32', () => {
  const x = tf.tensor1d([1, 0, 3], 'int32');
  near(tf.grad((x: Tensor) => tf.atan(x))(x), [0.5, 1, 0.1]);
});

it('complex numbers are refused, as before', () => {
  expect(() => tf.atan(tf.complex(1, 1))).toThrow();
});
