// The ops of our own that have a gradient, against the ops of TensorFlow.js that they stand for; and `LogSoftmax`,
// which has a name in TensorFlow.js but no op kernel. Not every device has them.
import type { Case, Fn, X } from '../check.ts';
import { ops } from '../../../kernel/tensors/ops.ts';
import type { Tensor, TF } from '../device.ts';
import { uniform, type Draw } from '../random.ts';
import { linalg } from './linalg.ts';
import { one, text } from './table.ts';

/** Runs an op kernel. */
const run = (tf: TF, name: string, inputs: object, attrs: object = {}): X =>
  tf.engine().runKernel(name, inputs as X, attrs as X);

type Ops = typeof ops;
/** The ops of the table whose gradient is registered. */
type Differentiable = { [Name in keyof Ops]: Ops[Name]['gradient'] extends 'registered' ? Name : never }[keyof Ops];

const squares = (tf: TF, y: Tensor | Tensor[]): Tensor =>
  tf.addN(
    [y].flat().map((t, i) =>
      t
        .square()
        .sum()
        .mul(0.5 + i),
    ),
  );

/** The first derivatives, and those of Σ f² / 2, which go through the gradient's own gradient. */
const both = (name: string, inputs: Draw[], f: Fn, reference: Fn): Case[] => [
  one(name, inputs, f, { reference }),
  one(`${name}, second derivatives`, inputs, (tf, ...x) => tf.grads((...t) => squares(tf, f(tf, ...t)))(x), {
    reference: (tf, ...x) => tf.grads((...t) => squares(tf, reference(tf, ...t)))(x),
  }),
];

const crossEntropy = (tf: TF, logits: X, labels: X): Tensor => tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1).neg();
const smoothed = (labels: X, by: number, classes: number) => labels.mul(1 - by).add(by / classes);
const classesOf = (tf: TF, rows: number, classes: number): X =>
  tf.tensor1d(
    Array.from({ length: rows }, (_, i) => (i * 7 + 2) % classes),
    'int32',
  );

export const own: Record<Differentiable | 'LogSoftmax', Case[]> = {
  BatchNormTrain: (
    [
      [6, 3],
      [5, 67],
      [2, 3, 4, 5],
      [2, 4, 4, 16],
      [9, 4, 1, 33],
    ] as const
  ).flatMap((shape) =>
    both(
      text(shape),
      [uniform(shape), uniform([shape.at(-1)!], 0.5, 2), uniform([shape.at(-1)!])],
      (tf, x, scale, offset) => run(tf, ops.BatchNormTrain.name, { x, scale, offset }, { epsilon: 1e-3 }),
      (tf, x, scale, offset) => {
        const axes = [...shape.keys()].slice(0, -1);
        const { mean, variance } = tf.moments(x, axes);
        return [
          x
            .sub(mean)
            .mul(tf.rsqrt(variance.add(1e-3)))
            .mul(scale)
            .add(offset),
          mean,
          variance,
        ];
      },
    ),
  ),
  Gelu: [[], [7], [67], [4, 9], [130]].flatMap((shape) =>
    both(
      text(shape),
      [uniform(shape, -3, 3)],
      (tf, x) => run(tf, ops.Gelu.name, { x }),
      (tf, x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1)),
    ),
  ),
  LayerNorm: (
    [
      [4, 5],
      [3, 128],
      [2, 3, 33],
      [2, 3, 2, 7],
      [65, 16],
    ] as const
  ).flatMap((shape) =>
    both(
      text(shape),
      [uniform(shape), uniform([shape.at(-1)!], 0.5, 2), uniform([shape.at(-1)!])],
      (tf, x, gamma, beta) => run(tf, ops.LayerNorm.name, { x, gamma, beta }, { epsilon: 1e-3 })[0],
      (tf, x, gamma, beta) => {
        const { mean, variance } = tf.moments(x, -1, true);
        return x
          .sub(mean)
          .mul(tf.rsqrt(variance.add(1e-3)))
          .mul(gamma)
          .add(beta);
      },
    ),
  ),
  LogSoftmax: ([[5], [3, 4], [2, 67], [2, 3, 5], [3, 1000]] as const).flatMap((shape) =>
    both(
      text(shape),
      [uniform(shape, -4, 4)],
      (tf, logits) => run(tf, 'LogSoftmax', { logits }, { axis: shape.length - 1 }),
      (tf, x) => x.sub(tf.logSumExp(x, -1, true)),
    ),
  ),
  CategoricalCrossEntropy: [
    ...(
      [
        [3, 4, 1e-7],
        [5, 67, 1e-7],
        [3, 5, 0.2], // Some are clipped
        [2, 1000, 1e-7],
      ] as const
    ).flatMap(([rows, classes, epsilon]) =>
      both(
        `[${rows},${classes}], ε = ${epsilon}`,
        [uniform([rows, classes], 0.1, 1), uniform([rows, classes], 0, 1)],
        (tf, probabilities, labels) =>
          run(tf, ops.CategoricalCrossEntropy.name, { probabilities, labels }, { epsilon }),
        (tf, probabilities, labels) => {
          const q = tf.div(probabilities, tf.sum(probabilities, -1, true));
          return tf
            .mul(labels, tf.log(tf.clipByValue(q, epsilon, 1 - epsilon)))
            .sum(-1)
            .neg();
        },
      ),
    ),
    one('the loss of tf.layers', [uniform([3, 4], 0, 1), uniform([3, 4], 0.1, 1)], (tf, labels, p) =>
      tf.metrics.categoricalCrossentropy(labels, p),
    ),
    one('the loss of tf.layers over images', [uniform([2, 3, 5], 0, 1), uniform([2, 3, 5], 0.1, 1)], (tf, labels, p) =>
      tf.metrics.categoricalCrossentropy(labels, p),
    ),
  ],
  SoftmaxCrossEntropy: (
    [
      [3, 4, 0],
      [5, 67, 0],
      [3, 5, 0.2],
      [2, 1000, 0.1],
    ] as const
  ).flatMap(([rows, classes, labelSmoothing]) =>
    both(
      `[${rows},${classes}], smoothed by ${labelSmoothing}`,
      [uniform([rows, classes], -3, 3), uniform([rows, classes], 0, 1)],
      (tf, logits, labels) => run(tf, ops.SoftmaxCrossEntropy.name, { logits, labels }, { labelSmoothing })[0],
      (tf, logits, labels) => crossEntropy(tf, logits, smoothed(labels, labelSmoothing, classes)),
    ),
  ),
  SparseSoftmaxCrossEntropy: (
    [
      [3, 4],
      [5, 67],
      [2, 1000],
    ] as const
  ).flatMap(([rows, classes]) =>
    both(
      `[${rows},${classes}]`,
      [uniform([rows, classes], -3, 3)],
      (tf, logits) => run(tf, ops.SparseSoftmaxCrossEntropy.name, { logits, labels: classesOf(tf, rows, classes) })[0],
      (tf, logits) => crossEntropy(tf, logits, tf.oneHot(classesOf(tf, rows, classes), classes).cast('float32')),
    ),
  ),
  SumGrad: [
    one('of a sum', [uniform([2, 3])], (tf, x) => tf.grad((t) => tf.sum(t.square(), 1).square().sum())(x)),
    one('of a mean', [uniform([2, 3, 4])], (tf, x) => tf.grad((t) => tf.mean(t.square(), [0, 2]).square().sum())(x)),
    one('of a mean of all', [uniform([2, 3])], (tf, x) => tf.grad((t) => tf.mean(t.square()).square())(x)),
  ],
  // Against the same op in double precision (reference.ts); test/built/kernel/dlnb/linalg/ has PyTorch's numbers
  ...linalg,
};
