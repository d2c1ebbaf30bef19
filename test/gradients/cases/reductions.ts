// Reductions over axes, scans along an axis, and the normalizations by them.
import type { Case, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { distinct, offZero, uniform, type Draw } from '../random.ts';
import { one, shapes, subsets, text, type Options, type Table } from './table.ts';

type Reduce = (tf: TF, x: X, axis: number[] | number | undefined, keepDims: boolean) => Tensor;

const reduced: readonly number[][] = [
  [],
  [1],
  [5],
  [67],
  [3, 4],
  [4, 67],
  [67, 3],
  [1, 9],
  [9, 1],
  [2, 3, 4],
  [3, 17, 5],
  [2, 1, 3, 4],
];

const reduction = (draw: (shape: number[]) => Draw, f: Reduce, options: Options = {}): Case[] => [
  ...reduced.map((shape) => one(`${text(shape)}, all`, [draw(shape)], (tf, x) => f(tf, x, undefined, false), options)),
  ...reduced.flatMap((shape) =>
    subsets(shape.length)
      .filter((axes) => axes.length > 0)
      .flatMap((axes) =>
        [false, true].map((keepDims) =>
          one(
            `${text(shape)}, axes ${text(axes)}${keepDims ? ', keepDims' : ''}`,
            [draw(shape)],
            (tf, x) => f(tf, x, axes, keepDims),
            options,
          ),
        ),
      ),
  ),
  one('axis -1', [draw([3, 4])], (tf, x) => f(tf, x, -1, false), options),
  one('axes -1 and 0', [draw([2, 3, 4])], (tf, x) => f(tf, x, [-1, 0], true), options),
  one('axes in descending order', [draw([2, 3, 4])], (tf, x) => f(tf, x, [2, 1], false), options),
  one('rank 6', [draw([1, 2, 2, 1, 3, 2])], (tf, x) => f(tf, x, [1, 4], false), options),
];

const plain = (shape: number[]) => uniform(shape);
const apart = (shape: number[]) => distinct(shape, 0.05);

/** Axis by axis, both ways, with and without the element itself. */
const scan = (
  draw: (shape: number[]) => Draw,
  f: (tf: TF, x: X, axis: number, exclusive: boolean, reverse: boolean) => Tensor,
): Case[] =>
  [[5], [1], [67], [3, 4], [33, 2], [2, 3, 4], [2, 2, 3, 2]].flatMap((shape) =>
    [...shape.keys()].flatMap((axis) =>
      [false, true].flatMap((exclusive) =>
        [false, true]
          // Of one element, exclusively, nothing remains
          .filter(() => !(exclusive && shape.at(axis) === 1))
          .map((reverse) =>
            one(
              `${text(shape)}, axis ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
              [draw(shape)],
              (tf, x) => f(tf, x, axis, exclusive, reverse),
            ),
          ),
      ),
    ),
  );

/** Each axis of each shape that has one. */
const along = (draw: (shape: number[]) => Draw, f: (tf: TF, x: X, axis: number) => Tensor): Case[] =>
  [...shapes.filter((s) => s.length > 0 && s.length < 5), [3, 1000], [2, 5, 5, 33]].flatMap((shape) =>
    [...shape.keys(), -1].map((axis) => one(`${text(shape)}, axis ${axis}`, [draw(shape)], (tf, x) => f(tf, x, axis))),
  );
/** Over one element a softmax is constant: something else must have a gradient. */
const and = (y: Tensor, x: X): Tensor => y.add(x.mul(0.1));

export const reductions: Table = {
  All: [one('in a condition', [uniform([3, 4])], (tf, x) => tf.where(tf.all(x.greater(-0.7), 1, true), x.square(), x))],
  Any: [
    one('in a condition', [uniform([3, 4])], (tf, x) => tf.where(tf.any(x.greater(0.7), 1, true), x.square(), x)),
    one('as a number', [uniform([3, 4])], (tf, x) => tf.any(x.greater(0.7), 0).cast('float32'), { constant: true }),
  ],
  ArgMax: [
    ...[0, 1, 2].map((axis) =>
      one(`axis ${axis}`, [apart([2, 3, 4])], (tf, x) => tf.argMax(x, axis).cast('float32'), { constant: true }),
    ),
    one('as an index', [apart([4]), uniform([4, 3])], (tf, x, table) =>
      tf.gather(table.square(), tf.argMax(x)).add(x.sum()),
    ),
  ],
  ArgMin: [0, 1, 2].map((axis) =>
    one(`axis ${axis}`, [apart([2, 3, 4])], (tf, x) => tf.argMin(x, axis).cast('float32'), { constant: true }),
  ),
  Cumprod: [
    ...scan(
      (shape) => offZero(shape, 0.7, 1.3),
      (tf, x, axis, exclusive, reverse) => tf.cumprod(x, axis, exclusive, reverse),
    ),
    one('with zeros', [uniform([2, 5])], (tf, x) =>
      tf.cumprod(x.mul(tf.tensor1d([1, 0, 1, 0, 1])).add(x.sum().mul(0.1)), 1),
    ),
  ],
  Cumsum: scan(plain, (tf, x, axis, exclusive, reverse) => tf.cumsum(x, axis, exclusive, reverse)),
  Max: reduction(apart, (tf, x, axis, keepDims) => tf.max(x, axis, keepDims)),
  Mean: reduction(plain, (tf, x, axis, keepDims) => tf.mean(x, axis, keepDims)),
  Min: reduction(apart, (tf, x, axis, keepDims) => tf.min(x, axis, keepDims)),
  Prod: [
    ...reduction(
      (shape) => offZero(shape, 0.8, 1.2),
      (tf, x, axis, keepDims) => tf.prod(x, axis, keepDims),
    ),
    one('with a zero', [uniform([2, 4])], (tf, x) =>
      tf.prod(x.mul(tf.tensor1d([1, 0, 1, 1])).add(tf.tensor1d([0, 0, 1, 0])), 1).add(x.sum()),
    ),
  ],
  Softmax: [
    ...along(
      (shape) => uniform(shape, -4, 4),
      (tf, x, axis) =>
        and(
          onLast(x, axis, (t) => tf.softmax(t)),
          x,
        ),
    ),
    one('large logits', [uniform([2, 5], 80, 90)], (tf, x) => tf.softmax(x)),
  ],
  Sum: reduction(plain, (tf, x, axis, keepDims) => tf.sum(x, axis, keepDims)),
};

/** A function of the last axis, on another: tfjs has softmax on the last alone. */
function onLast(x: X, axis: number, f: (x: X) => Tensor): Tensor {
  const last = x.rank - 1;
  if (axis === -1 || axis === last) return f(x);
  const order = Array.from({ length: x.rank }, (_, i) => (i === axis ? last : i === last ? axis : i));
  return f(x.transpose(order)).transpose(order);
}

/** Made of the above by tfjs, or with gradients that are not in the registry. */
export const reductionsMade: Table = {
  logSoftmax: [
    ...along(
      (shape) => uniform(shape, -4, 4),
      (tf, x, axis) =>
        and(
          onLast(x, axis, (t) => tf.logSoftmax(t)),
          x,
        ),
    ),
    one('large logits', [uniform([2, 5], 80, 90)], (tf, x) => tf.logSoftmax(x)),
  ],
  logSumExp: reduction(
    (shape) => uniform(shape, -3, 3),
    (tf, x, axis, keepDims) => tf.logSumExp(x, axis, keepDims),
  ),
  'moments: mean': reduction(plain, (tf, x, axis, keepDims) => tf.moments(x, axis, keepDims).mean),
  'moments: variance': reduction(plain, (tf, x, axis, keepDims) =>
    tf.add(tf.moments(x, axis, keepDims).variance, tf.mean(x, axis, keepDims)),
  ),
  'norm, euclidean': reduction(plain, (tf, x, axis, keepDims) => tf.norm(x, 'euclidean', axis, keepDims)).filter(
    // tfjs takes a norm over one axis, two or all
    (c) => !/axes \[\d,\d,\d/.test(c.name),
  ),
  norm: [
    one('1', [offZero([3, 4])], (tf, x) => tf.norm(x, 1)),
    one('1, axis 0', [offZero([3, 4])], (tf, x) => tf.norm(x, 1, 0)),
    one('1, of matrices', [offZero([2, 3, 4])], (tf, x) => tf.norm(x, 1, [1, 2])),
    one('2, axis 1', [uniform([3, 4])], (tf, x) => tf.norm(x, 2, 1, true)),
    one('infinity', [distinct([7])], (tf, x) => tf.norm(x, Infinity)),
    one('-infinity', [distinct([7])], (tf, x) => tf.norm(x, -Infinity)),
    one('infinity, of matrices', [distinct([2, 3, 4])], (tf, x) => tf.norm(x, Infinity, [1, 2])),
    one('fro, of matrices', [uniform([2, 3, 4])], (tf, x) => tf.norm(x, 'fro', [1, 2])),
  ],
};
