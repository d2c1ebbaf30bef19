// Batch, layer and local response normalization; as functions of given statistics, and of those of the batch itself.
import type { Case, X } from '../check.ts';
import type { TF } from '../device.ts';
import { uniform } from '../random.ts';
import { one, text, type Table } from './table.ts';

/** Shapes of x and of the four parameters. */
const given: readonly [number[], number[]][] = [
  [[4, 3], [3]],
  [[5, 67], [67]],
  [
    [4, 3],
    [4, 3],
  ],
  [[2, 5, 3], [3]],
  [[2, 3, 4, 1], [1]],
  [[2, 3, 4, 5], [5]],
  [[2, 4, 4, 8], [8]],
  [[3, 3, 3, 33], [33]],
  [
    [2, 3, 2, 2],
    [2, 3, 2, 2],
  ],
];

const withStatistics: Case[] = given.flatMap(([shape, parameters]) => {
  const x = uniform(shape);
  const mean = uniform(parameters);
  const variance = uniform(parameters, 0.5, 2);
  const offset = uniform(parameters);
  const scale = uniform(parameters, 0.5, 2);
  const name = `${text(shape)}, parameters ${text(parameters)}`;
  return [
    one(name, [x, mean, variance, offset, scale], (tf, a, m, v, o, s) => tf.batchNorm(a, m, v, o, s, 1e-3)),
    one(`${name}, no offset`, [x, mean, variance, scale], (tf, a, m, v, s) =>
      tf.batchNorm(a, m, v, undefined, s, 1e-3),
    ),
    one(`${name}, no scale`, [x, mean, variance, offset], (tf, a, m, v, o) =>
      tf.batchNorm(a, m, v, o, undefined, 1e-3),
    ),
    one(`${name}, neither`, [x, mean, variance], (tf, a, m, v) => tf.batchNorm(a, m, v)),
  ];
});

/** Normalised by mean and variance over `axes`. */
function normalised(tf: TF, x: X, axes: number[], offset: X, scale: X): X {
  const { mean, variance } = tf.moments(x, axes);
  return tf.batchNorm(x, mean as never, variance as never, offset, scale, 1e-3);
}

const layer = (tf: TF, x: X, axes: number[], offset: X, scale: X): X => {
  const { mean, variance } = tf.moments(x, axes, true);
  return x
    .sub(mean)
    .mul(tf.rsqrt(variance.add(1e-3)))
    .mul(scale)
    .add(offset);
};

export const normalization: Table = {
  FusedBatchNorm: [
    ...withStatistics,
    // the reference's own op kernel takes such parameters for ones of the last axis
    one(
      'parameters of a middle axis',
      [uniform([4, 3, 5]), ...[-1, 0.5, -1, 0.5].map((low) => uniform([1, 3, 1], low, 2))],
      (tf, x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
      {
        reference: (tf, x, mean, variance, offset, scale) =>
          x
            .sub(mean)
            .mul(tf.rsqrt(variance.add(1e-3)))
            .mul(scale)
            .add(offset),
      },
    ),
    ...(
      [
        [[6, 3], [0]],
        [[8, 33], [0]],
        [
          [4, 3, 3, 5],
          [0, 1, 2],
        ],
        [
          [2, 4, 5, 16],
          [0, 1, 2],
        ],
      ] as const
    ).map(([shape, axes]) =>
      one(
        `statistics of the batch, ${text(shape)}`,
        [uniform(shape), uniform([shape.at(-1)!]), uniform([shape.at(-1)!], 0.5, 2)],
        (tf, x, offset, scale) => normalised(tf, x, [...axes], offset, scale),
      ),
    ),
  ],
  LRN: (
    [
      [5, 1, 1, 0.5],
      [1, 2, 0.3, 0.75],
      [2, 1, 0.5, 1.5],
    ] as const
  ).flatMap(([radius, bias, alpha, beta]) =>
    [
      [1, 2, 3, 7],
      [2, 3, 2, 1],
      [1, 2, 2, 33],
    ].map((shape) =>
      one(`${text(shape)}, radius ${radius}, bias ${bias}, alpha ${alpha}, beta ${beta}`, [uniform(shape)], (tf, x) =>
        tf.localResponseNormalization(x, radius, bias, alpha, beta),
      ),
    ),
  ),
};

/** Made of others. */
export const normalizationMade: Table = {
  'layer normalization': [
    ...(
      [
        [[4, 5], [1]],
        [[3, 128], [1]],
        [[2, 3, 33], [2]],
        [
          [2, 3, 4, 5],
          [1, 2, 3],
        ],
      ] as const
    ).map(([shape, axes]) =>
      one(
        text(shape),
        [uniform(shape), uniform([shape.at(-1)!]), uniform([shape.at(-1)!], 0.5, 2)],
        (tf, x, offset, scale) => layer(tf, x, [...axes], offset, scale),
      ),
    ),
  ],
  'group and instance normalization': [
    one('two groups', [uniform([2, 3, 3, 6]), uniform([6]), uniform([6], 0.5, 2)], (tf, x, offset, scale) => {
      const groups = layer(tf, x.reshape([2, 3, 3, 2, 3]), [1, 2, 4], tf.scalar(0), tf.scalar(1));
      return groups.reshape([2, 3, 3, 6]).mul(scale).add(offset);
    }),
    one('each image and channel', [uniform([2, 4, 3, 3]), uniform([3]), uniform([3], 0.5, 2)], (tf, x, offset, scale) =>
      layer(tf, x, [1, 2], offset, scale),
    ),
  ],
};
