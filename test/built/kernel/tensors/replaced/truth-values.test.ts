// Arithmetic of truth values gives numbers, not bytes that are neither true nor false.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../layers/library.ts';

const tf = libraryOf(dist);
const truth = (...list: number[]) => tf.tensor1d(list.map(Boolean), 'bool');
const a = () => truth(1, 1, 0, 0);
const b = () => truth(1, 0, 1, 0);

it.each<[string, () => Tensor, string, number[]]>([
  ['add', () => tf.add(a(), b()), 'int32', [2, 1, 1, 0]],
  ['x.add', () => a().add(b()), 'int32', [2, 1, 1, 0]],
  ['addN', () => tf.addN([a(), b(), a()]), 'int32', [3, 2, 1, 0]],
  ['sub', () => tf.sub(b(), a()), 'int32', [0, -1, 1, 0]],
  ['neg', () => tf.neg(a()), 'int32', [-1, -1, 0, 0]],
  ['div', () => tf.div(a(), b()), 'float32', [1, Infinity, 0, NaN]],
  ['reciprocal', () => tf.reciprocal(a()), 'float32', [1, 1, Infinity, Infinity]],
  ['expm1', () => tf.expm1(truth(1, 0)), 'float32', [Math.fround(Math.E - 1), 0]],
  ['atan2', () => tf.atan2(truth(1), truth(1)), 'float32', [Math.fround(Math.PI / 4)]],
  ['matMul', () => tf.matMul(tf.ones([1, 300], 'bool'), tf.ones([300, 1], 'bool')), 'int32', [300]],
  ['dot', () => tf.dot(truth(1, 1, 1), truth(1, 0, 1)), 'int32', [2]],
  ['cumsum', () => tf.cumsum(a()), 'int32', [1, 2, 2, 2]],
  // With others they take the other type, and what stays 0 or 1 stays truth
  ['add of int32', () => tf.add(a(), tf.tensor1d([1, 2, 3, 4], 'int32')), 'int32', [2, 3, 3, 4]],
  ['div of int32', () => tf.div(tf.scalar(6, 'int32'), truth(1)), 'int32', [6]],
  ['mul', () => tf.mul(a(), b()), 'bool', [1, 0, 0, 0]],
])('%s', (_name, f, dtype, values) => {
  const result = f();
  expect(result.dtype).toBe(dtype);
  const data = Array.from(result.dataSync());
  expect(data.length).toBe(values.length);
  values.forEach((value, i) =>
    Number.isNaN(value) ? expect(data[i]).toBeNaN() : expect(data[i]).toBeCloseTo(value, 6),
  );
});
