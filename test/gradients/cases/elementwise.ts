// Elementwise ops of one tensor, and of two with broadcasting.
import type { Case, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { distinct, given, offZero, uniform, type Draw } from '../random.ts';
import { one, shapes, text, type Options, type Table } from './table.ts';

type Unary = (tf: TF, x: X) => Tensor;

const unary = (draw: (shape: number[]) => Draw, f: Unary, options: Options = {}): Case[] =>
  shapes.map((shape) => one(text(shape), [draw(shape)], f, options));

const around = (low: number, high: number) => (shape: number[]) => uniform(shape, low, high);
const signed = (shape: number[]) => offZero(shape);
/** Away from integers and halves, where functions that are constant elsewhere jump. */
const offSteps =
  (shape: number[]): Draw =>
  (random) => {
    const { values } = uniform(shape, 0.05, 0.45)(random);
    return { shape, values: values.map((v) => Math.fround(v + Math.floor(random() * 8) / 2 - 2)) };
  };
const flat = { constant: true };
/** Booleans as numbers. */
const number = (t: Tensor) => t.cast('float32');

/** Pairs of shapes that broadcast: each pattern, both ways round. */
export const broadcasts: readonly [number[], number[]][] = [
  [[], []],
  [[5], [5]],
  [[67], [67]],
  [[130], [130]],
  [
    [17, 19],
    [17, 19],
  ],
  [[1], [1]],
  [[6], []],
  [[67], [1]],
  [[3, 4], []],
  [[3, 4], [4]],
  [[2, 33], [33]],
  [
    [3, 4],
    [1, 4],
  ],
  [
    [3, 4],
    [3, 1],
  ],
  [
    [2, 33],
    [2, 1],
  ],
  [
    [67, 3],
    [67, 1],
  ],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [9, 1],
    [1, 17],
  ],
  [[1, 1], [3]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 3, 4],
    [1, 3, 1],
  ],
  [
    [2, 3, 4],
    [2, 1, 1],
  ],
  [
    [2, 3, 4],
    [2, 1, 4],
  ],
  [[2, 3, 4], [1]],
  [
    [2, 1, 4],
    [1, 3, 1],
  ],
  [
    [5, 1, 3],
    [7, 1],
  ],
  [
    [2, 3, 4, 5],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 5],
  ],
  [[2, 4, 4, 3], [3]],
  [[2, 3, 3, 16], [16]],
  [
    [2, 2, 2, 2, 3],
    [2, 1, 3],
  ],
  [
    [1, 2, 1, 2, 1, 3],
    [2, 1, 2, 2, 3, 1],
  ],
];

type Binary = (tf: TF, a: X, b: X) => Tensor;
type DrawOf = (shape: number[]) => Draw;

const binary = (a: DrawOf, b: DrawOf, f: Binary, options: Options = {}): Case[] =>
  broadcasts.flatMap(([s, t]) =>
    text(s) === text(t)
      ? [one(`${text(s)}, ${text(t)}`, [a(s), b(t)], f, options)]
      : [
          one(`${text(s)}, ${text(t)}`, [a(s), b(t)], f, options),
          one(`${text(t)}, ${text(s)}`, [a(t), b(s)], f, options),
        ],
  );

/** Both operands the same tensor. */
const itself = (draw: DrawOf, f: Binary, options: Options = {}): Case[] => [
  one('the same tensor twice', [draw([3, 5])], (tf, x) => f(tf, x, x), options),
];

/** Comparisons are constant almost everywhere; what they choose between is not. */
const comparison = (f: Binary): Case[] => [
  ...binary(
    (s) => uniform(s),
    (s) => uniform(s, -1, 1),
    (tf, a, b) => number(f(tf, a, b)),
    flat,
  ),
  one('in a condition', [uniform([4, 5]), uniform([5])], (tf, a, b) => tf.where(f(tf, a, b), a.square(), b.mul(a))),
];
const logical = (f: Binary): Case[] =>
  binary(
    (s) => uniform(s),
    (s) => uniform(s),
    (tf, a, b) => number(f(tf, a.greater(0), b.greater(0))),
    flat,
  ).map((c) => c);

/** Further apart than any step. */
const unequal = (low: number) => (s: number[]) => distinct(s, 0.37, low);

export const elementwise: Table = {
  Abs: unary(signed, (tf, x) => tf.abs(x)),
  Acos: unary(around(-0.9, 0.9), (tf, x) => tf.acos(x)),
  Acosh: unary(around(1.2, 4), (tf, x) => tf.acosh(x)),
  Asin: unary(around(-0.9, 0.9), (tf, x) => tf.asin(x)),
  Asinh: unary(around(-3, 3), (tf, x) => tf.asinh(x)),
  Atan: unary(around(-3, 3), (tf, x) => tf.atan(x)),
  Atanh: unary(around(-0.9, 0.9), (tf, x) => tf.atanh(x)),
  Cast: [
    ...unary(around(-3, 3), (tf, x) => tf.mul(x, tf.cast(x, 'float32'))),
    one('to int32 and back', [offSteps([4, 5])], (tf, x) => x.cast('int32').cast('float32'), flat),
    one('to bool and back', [signed([7])], (tf, x) => x.cast('bool').cast('float32'), flat),
    one('a truncated part taken off', [offSteps([9])], (tf, x) => x.sub(x.cast('int32').cast('float32')).square()),
  ],
  Ceil: unary(offSteps, (tf, x) => tf.ceil(x), flat),
  ClipByValue: [
    ...unary(around(-2, 2), (tf, x) => tf.clipByValue(x, -3, 0.8).add(x)),
    one('both limits', [uniform([40], -2, 2)], (tf, x) => tf.clipByValue(x, -0.7, 0.8)),
  ],
  Cos: unary(around(-4, 4), (tf, x) => tf.cos(x)),
  Cosh: unary(around(-2, 2), (tf, x) => tf.cosh(x)),
  Elu: unary(around(-3, 2), (tf, x) => tf.elu(x)),
  Erf: unary(around(-2, 2), (tf, x) => tf.erf(x)),
  Exp: unary(around(-3, 2), (tf, x) => tf.exp(x)),
  Expm1: unary(around(-2, 2), (tf, x) => tf.expm1(x)),
  Floor: unary(offSteps, (tf, x) => tf.floor(x), flat),
  Identity: [
    ...unary(around(-1, 1), (tf, x) => tf.clone(x)),
    one('logSigmoid holds on to one', [uniform([7], -3, 3)], (tf, x) => tf.logSigmoid(x.clone()).clone()),
  ],
  IsFinite: unary(around(-1, 1), (tf, x) => number(tf.isFinite(x)), flat),
  IsInf: unary(around(-1, 1), (tf, x) => number(tf.isInf(x)), flat),
  IsNan: unary(around(-1, 1), (tf, x) => number(tf.isNaN(x)), flat),
  LeakyRelu: [
    ...unary(around(-2, 2), (tf, x) => tf.leakyRelu(x)),
    ...unary(around(-2, 2), (tf, x) => tf.leakyRelu(x, 0.3)).map((c) => ({ ...c, name: `${c.name}, alpha 0.3` })),
  ],
  Log: unary(around(0.2, 4), (tf, x) => tf.log(x)),
  Log1p: unary(around(-0.8, 3), (tf, x) => tf.log1p(x)),
  LogicalNot: [one('of a comparison', [uniform([3, 5])], (tf, x) => number(tf.logicalNot(x.greater(0))), flat)],
  Neg: unary(around(-1, 1), (tf, x) => tf.neg(x)),
  OneHot: [
    one('of truncated numbers', [offSteps([7])], (tf, x) => number(tf.oneHot(x.cast('int32') as never, 5)), flat),
  ],
  OnesLike: unary(around(-1, 1), (tf, x) => tf.onesLike(x), flat),
  Reciprocal: unary(signed, (tf, x) => tf.reciprocal(x)),
  Relu: unary(around(-1, 1.5), (tf, x) => tf.relu(x).add(x.mul(0.1))),
  Relu6: unary(around(-3, 9), (tf, x) => tf.relu6(x).add(x.mul(0.1))),
  Round: unary(offSteps, (tf, x) => tf.round(x), flat),
  Rsqrt: unary(around(0.2, 4), (tf, x) => tf.rsqrt(x)),
  Selu: unary(around(-3, 2), (tf, x) => tf.selu(x)),
  Sigmoid: unary(around(-5, 5), (tf, x) => tf.sigmoid(x)),
  Sign: unary(signed, (tf, x) => tf.sign(x), flat),
  Sin: unary(around(-4, 4), (tf, x) => tf.sin(x)),
  Sinh: unary(around(-2, 2), (tf, x) => tf.sinh(x)),
  Softplus: unary(around(-5, 5), (tf, x) => tf.softplus(x)),
  Sqrt: unary(around(0.2, 4), (tf, x) => tf.sqrt(x)),
  Square: unary(around(-2, 2), (tf, x) => tf.square(x)),
  Step: [
    ...unary(signed, (tf, x) => tf.step(x), flat),
    one('slope below zero', [signed([5])], (tf, x) => tf.step(x, -1).mul(x)),
  ],
  Tan: unary(around(-1.2, 1.2), (tf, x) => tf.tan(x)),
  Tanh: unary(around(-3, 3), (tf, x) => tf.tanh(x)),
  ZerosLike: unary(around(-1, 1), (tf, x) => tf.zerosLike(x), flat),

  Add: [...binary(uniform, uniform, (tf, a, b) => tf.add(a, b)), ...itself(uniform, (tf, a, b) => tf.add(a, b))],
  AddN: [
    ...[1, 2, 3, 6].flatMap((n) =>
      [[], [5], [67], [3, 4]].map((shape) =>
        one(
          `${n} of ${text(shape)}`,
          Array.from({ length: n }, () => uniform(shape)),
          (tf, ...x) => tf.addN(x),
        ),
      ),
    ),
  ],
  Atan2: [
    ...binary(
      (s) => offZero(s),
      (s) => offZero(s),
      (tf, a, b) => tf.atan2(a, b),
    ),
    ...itself(signed, (tf, a, b) => tf.atan2(a, b.add(2))),
  ],
  Equal: comparison((tf, a, b) => tf.equal(a, b)),
  FloorDiv: binary(
    (s) => uniform(s, 0.1, 0.9),
    (s) => uniform(s, 1.1, 1.9),
    (tf, a, b) => number(tf.floorDiv(a, b)),
    flat,
  ),
  Greater: comparison((tf, a, b) => tf.greater(a, b)),
  GreaterEqual: comparison((tf, a, b) => tf.greaterEqual(a, b)),
  Less: comparison((tf, a, b) => tf.less(a, b)),
  LessEqual: comparison((tf, a, b) => tf.lessEqual(a, b)),
  LogicalAnd: logical((tf, a, b) => tf.logicalAnd(a, b)),
  LogicalOr: [
    ...logical((tf, a, b) => tf.logicalOr(a, b)),
    ...logical((tf, a, b) => tf.logicalXor(a, b)).map((c) => ({ ...c, name: `${c.name}, exclusive` })),
  ],
  Maximum: [
    ...binary(unequal(-3), unequal(-3.1), (tf, a, b) => tf.maximum(a, b).add(tf.mul(a, b).mul(0.01))),
    one('with a number', [offZero([67])], (tf, x) => tf.maximum(x, 0.1).add(x.mul(0.1))),
  ],
  Minimum: [
    ...binary(unequal(-3), unequal(-3.1), (tf, a, b) => tf.minimum(a, b).add(tf.mul(a, b).mul(0.01))),
    one('with a number', [offZero([67])], (tf, x) => tf.minimum(x, 0.1).add(x.mul(0.1))),
  ],
  Mod: binary(
    (s) => uniform(s, 2.1, 2.9),
    (s) => uniform(s, 0.71, 1),
    (tf, a, b) => tf.mod(a, b),
  ),
  Multiply: [
    ...binary(uniform, uniform, (tf, a, b) => tf.mul(a, b)),
    ...itself(uniform, (tf, a, b) => tf.mul(a, b)),
    one('with truth', [uniform([9])], (tf, x) => tf.mul(x, x.greater(0))),
  ],
  NotEqual: comparison((tf, a, b) => tf.notEqual(a, b)),
  Pow: [
    ...binary(
      (s) => uniform(s, 0.3, 2),
      (s) => uniform(s, -2, 3),
      (tf, a, b) => tf.pow(a, b),
    ),
    one('negative base, whole exponent', [uniform([9], -2, -0.5)], (tf, x) => tf.pow(x, 3)),
    one('base zero', [given([3], [0, 1, -2])], (tf, x) => tf.pow(x, 2).add(x)),
    one('exponent of integers', [offZero([6])], (tf, x) => tf.pow(x, tf.tensor1d([1, 2, 3, 2, 1, 4], 'int32'))),
  ],
  Prelu: broadcasts
    .filter(([s, t]) => s.length >= t.length && t.every((d, i) => d === 1 || d === s[s.length - t.length + i]))
    .map(([s, t]) =>
      one(`${text(s)}, alpha ${text(t)}`, [distinct(s, 0.11), offZero(t, 0.1, 0.5)], (tf, x, alpha) =>
        tf.prelu(x, alpha).add(alpha.sum().mul(0.3)),
      ),
    ),
  RealDiv: [
    ...binary(uniform, signed, (tf, a, b) => tf.div(a, b)),
    ...itself(signed, (tf, a, b) => tf.div(a, b.square())),
    one('divNoNan', [uniform([2, 5]), offZero([5])], (tf, a, b) => tf.divNoNan(a, b)),
  ],
  Select: [
    ...shapes.map((shape) =>
      one(text(shape), [uniform(shape), uniform(shape)], (tf, a, b) =>
        tf.where(a.greater(b.mul(0.3)), a.square(), b.mul(a)),
      ),
    ),
    ...broadcasts.map(([s, t]) =>
      one(`broadcast ${text(s)}, ${text(t)}`, [uniform(s), uniform(t)], (tf, a, b) =>
        tf.where(tf.add(a, b).greater(0), a, b).add(tf.mul(a, b)),
      ),
    ),
    one('a condition of fewer axes', [uniform([2, 3]), uniform([2, 3])], (tf, a, b) =>
      tf.where(tf.tensor1d([true, false, true]), a, b.square()),
    ),
  ],
  SquaredDifference: [
    ...binary(uniform, uniform, (tf, a, b) => tf.squaredDifference(a, b)),
    ...itself(uniform, (tf, a, b) => tf.squaredDifference(a, b.mul(3))),
  ],
  Sub: [...binary(uniform, uniform, (tf, a, b) => tf.sub(a, b)), ...itself(uniform, (tf, a, b) => tf.sub(a, b.mul(3)))],
};
