// Losses, with weights and every way to reduce them; activations and small ops of networks that tfjs composes of
// others.
import type { Case, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { given, offZero, uniform, type Draw } from '../random.ts';
import { one, shapes, text, type Table } from './table.ts';

type Loss = (tf: TF, labels: X, predictions: X, weights: X | undefined, reduction: number | undefined) => Tensor;

/** NONE, MEAN, SUM and SUM_BY_NONZERO_WEIGHTS. */
const reductions = [0, 1, 2, 3];

/** Each way to reduce, without weights, with a weight for each example, and for each element, some of them zero. */
const loss = (labels: Draw, predictions: Draw, f: Loss): Case[] => [
  one('as it is', [labels, predictions], (tf, y, p) => f(tf, y, p, undefined, undefined)),
  ...reductions.flatMap((reduction) => [
    one(`reduction ${reduction}`, [labels, predictions], (tf, y, p) => f(tf, y, p, undefined, reduction)),
    one(`reduction ${reduction}, a weight for each example`, [labels, predictions], (tf, y, p) =>
      f(tf, y, p, tf.tensor2d([0.5, 0, 2], [3, 1]), reduction),
    ),
    one(
      `reduction ${reduction}, weights that are learnt`,
      [labels, predictions, uniform([3, 1], 0.5, 1.5)],
      (tf, y, p, w) => f(tf, y, p, w, reduction),
    ),
  ]),
];
const any = uniform([3, 4]);
const probability = uniform([3, 4], 0.1, 0.9);
const logits = uniform([3, 4], -3, 3);

const elementwise = (low: number, high: number, f: (tf: TF, x: X) => Tensor): Case[] =>
  shapes.slice(0, 12).map((shape) => one(text(shape), [uniform(shape, low, high)], f));

export const losses: Table = {
  'losses.absoluteDifference': loss(any, uniform([3, 4], 1.1, 2), (tf, y, p, w, r) =>
    tf.losses.absoluteDifference(y, p, w, r),
  ),
  'losses.computeWeightedLoss': loss(any, any, (tf, y, p, w, r) => tf.losses.computeWeightedLoss(tf.mul(y, p), w, r)),
  'losses.cosineDistance': loss(any, any, (tf, y, p, w, r) => tf.losses.cosineDistance(y, p, 1, w, r)),
  'losses.hingeLoss': loss(
    given([3, 4], [1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1]),
    uniform([3, 4], -2, 2),
    (tf, y, p, w, r) => tf.losses.hingeLoss(y, p, w, r),
  ),
  'losses.huberLoss': loss(any, uniform([3, 4], -3, 3), (tf, y, p, w, r) => tf.losses.huberLoss(y, p, w, 0.8, r)),
  'losses.logLoss': loss(probability, probability, (tf, y, p, w, r) => tf.losses.logLoss(y, p, w, 1e-5, r)),
  'losses.meanSquaredError': loss(any, any, (tf, y, p, w, r) => tf.losses.meanSquaredError(y, p, w, r)),
  'losses.sigmoidCrossEntropy': [
    ...loss(probability, logits, (tf, y, p, w, r) => tf.losses.sigmoidCrossEntropy(y, p, w, 0, r)),
    one('smoothed labels', [probability, logits], (tf, y, p) => tf.losses.sigmoidCrossEntropy(y, p, undefined, 0.2)),
    one('large logits', [probability, offZero([3, 4], 30, 60)], (tf, y, p) => tf.losses.sigmoidCrossEntropy(y, p)),
  ],
  'losses.softmaxCrossEntropy': [
    ...loss(probability, logits, (tf, y, p, w, r) =>
      tf.losses.softmaxCrossEntropy(y, p, w === undefined ? w : w.reshape([3]), 0, r),
    ),
    one('classes', [logits], (tf, p) => tf.losses.softmaxCrossEntropy(tf.oneHot([0, 2, 3], 4), p)),
    one('smoothed labels', [probability, logits], (tf, y, p) => tf.losses.softmaxCrossEntropy(y, p, undefined, 0.2)),
    one('large logits', [uniform([3, 4], 0, 1), offZero([3, 4], 30, 60)], (tf, y, p) =>
      tf.losses.softmaxCrossEntropy(y, p),
    ),
    one('67 classes', [uniform([5, 67], 0, 0.1), uniform([5, 67], -3, 3)], (tf, y, p) =>
      tf.losses.softmaxCrossEntropy(y, p),
    ),
    one('1000 classes', [uniform([2, 1000], 0, 0.1), uniform([2, 1000], -3, 3)], (tf, y, p) =>
      tf.losses.softmaxCrossEntropy(y, p),
    ),
  ],
};

export const activations: Table = {
  logSigmoid: elementwise(-5, 5, (tf, x) => tf.logSigmoid(x)),
  'swish by hand': elementwise(-5, 5, (tf, x) => x.mul(tf.sigmoid(x))),
  'gelu by hand': elementwise(-3, 3, (tf, x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1))),
  'mish by hand': elementwise(-3, 3, (tf, x) => x.mul(tf.tanh(tf.softplus(x)))),
  attention: [
    one(
      'two heads, a causal mask',
      [uniform([2, 2, 5, 4]), uniform([2, 2, 5, 4]), uniform([2, 2, 5, 4])],
      (tf, q, k, v) => {
        const mask = tf.linalg
          .bandPart(tf.ones([5, 5]), -1, 0)
          .sub(1)
          .mul(1e9);
        return tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(2).add(mask)), v);
      },
    ),
  ],
};
