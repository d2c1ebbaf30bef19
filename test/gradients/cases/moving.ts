// Ops that move, copy and pick elements.
import type { Case, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { distinct, uniform } from '../random.ts';
import { one, permutations, shapes, subsets, text, type Table } from './table.ts';

const indices = (tf: TF, values: number[], shape = [values.length]) => tf.tensor(values, shape, 'int32') as X;

const concats: readonly [number[][], number][] = [
  [[[3], [4]], 0],
  [[[67], [1], [30]], 0],
  [
    [
      [2, 3],
      [4, 3],
    ],
    0,
  ],
  [
    [
      [2, 3],
      [2, 5],
      [2, 1],
    ],
    1,
  ],
  [
    [
      [2, 3],
      [2, 5],
    ],
    -1,
  ],
  [
    [
      [2, 3, 4],
      [1, 3, 4],
    ],
    0,
  ],
  [
    [
      [2, 3, 4],
      [2, 1, 4],
      [2, 2, 4],
    ],
    1,
  ],
  [
    [
      [2, 3, 4],
      [2, 3, 1],
    ],
    2,
  ],
  [
    [
      [2, 3, 3, 16],
      [2, 3, 3, 5],
    ],
    3,
  ],
  [
    [
      [2, 1, 3, 2],
      [2, 4, 3, 2],
    ],
    1,
  ],
  [
    [
      [1, 2, 1, 2, 3],
      [1, 2, 4, 2, 3],
    ],
    2,
  ],
];

const slices: readonly [number[], number[], number[]][] = [
  [[7], [2], [3]],
  [[7], [0], [7]],
  [[67], [1], [65]],
  [
    [4, 5],
    [1, 2],
    [2, 3],
  ],
  [
    [4, 5],
    [0, 1],
    [-1, -1],
  ],
  [
    [4, 33],
    [1, 0],
    [2, 33],
  ],
  [
    [2, 3, 4],
    [0, 1, 2],
    [2, 2, 1],
  ],
  [
    [2, 4, 4, 3],
    [0, 1, 1, 0],
    [2, 2, 3, 3],
  ],
  [
    [1, 2, 3, 2, 2],
    [0, 1, 1, 0, 0],
    [1, 1, 2, 2, 1],
  ],
];

const pads: readonly [number[], [number, number][]][] = [
  [[3], [[1, 2]]],
  [[67], [[0, 1]]],
  [
    [2, 3],
    [
      [0, 0],
      [2, 1],
    ],
  ],
  [
    [2, 3, 4],
    [
      [1, 0],
      [0, 2],
      [1, 1],
    ],
  ],
  [
    [2, 3, 3, 5],
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
  ],
  [
    [1, 2, 1, 2, 2],
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
      [2, 0],
    ],
  ],
];

const tiles: readonly [number[], number[]][] = [
  [[3], [2]],
  [[1], [67]],
  [[67], [3]],
  [
    [2, 3],
    [1, 2],
  ],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [2, 1, 3],
    [2, 4, 1],
  ],
  [
    [2, 1, 3, 2],
    [1, 3, 2, 1],
  ],
  [
    [1, 2, 1, 2, 2],
    [2, 1, 3, 1, 2],
  ],
  [
    [1, 2, 1, 2, 1, 2],
    [2, 1, 3, 1, 2, 1],
  ],
];

const transposed: Case[] = [
  ...[2, 3, 4].flatMap((rank) =>
    permutations(rank).map((order) => {
      const shape = [2, 3, 4, 5].slice(0, rank);
      return one(`${text(shape)} to ${text(order)}`, [uniform(shape)], (tf, x) => tf.transpose(x, order));
    }),
  ),
  one('[17,33]', [uniform([17, 33])], (tf, x) => tf.transpose(x)),
  one('[65,67]', [uniform([65, 67])], (tf, x) => tf.transpose(x)),
  one('[3,17,19], 2 first', [uniform([3, 17, 19])], (tf, x) => tf.transpose(x, [2, 0, 1])),
  one('rank 5', [uniform([2, 1, 3, 2, 2])], (tf, x) => tf.transpose(x, [4, 2, 0, 3, 1])),
  one('rank 6', [uniform([2, 1, 3, 2, 1, 2])], (tf, x) => tf.transpose(x, [5, 1, 0, 4, 3, 2])),
];

/** Shape, axis, indices and their shape. */
const gathers: readonly [number[], number, number[], number[]][] = [
  [[5], 0, [3, 1, 3, 0, 3], [5]],
  [[5], 0, [2], []],
  [[67, 3], 0, [66, 0, 5, 5], [4]],
  [[4, 3], 1, [2, 0, 2, 2], [4]],
  [[4, 3], -1, [1, 1], [2]],
  [[4, 3], 0, [3, 0, 3, 1, 2, 3], [2, 3]],
  [[2, 5, 3], 1, [4, 4, 0, 1], [2, 2]],
  [[2, 3, 4], 2, [0, 3], [2]],
  [[2, 3, 4], -2, [2, 2, 1], [3]],
  [[10, 33], 0, Array.from({ length: 40 }, (_, i) => (i * 7) % 10), [8, 5]],
  [[2, 3, 2, 2], 3, [1, 1, 0], [3]],
];

const padded = (f: (tf: TF, x: X, p: [number, number][]) => Tensor): Case[] =>
  pads.map(([shape, p]) => one(`${text(shape)} by ${text(p)}`, [uniform(shape)], (tf, x) => f(tf, x, p)));

export const moving: Table = {
  BatchToSpaceND: [
    one('blocks of 2 by 2', [uniform([8, 2, 3, 2])], (tf, x) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ),
    one('cropped', [uniform([6, 2, 3, 1])], (tf, x) =>
      tf.batchToSpaceND(
        x,
        [2, 3],
        [
          [1, 0],
          [0, 2],
        ],
      ),
    ),
  ],
  Concat: [
    ...concats.map(([parts, axis]) =>
      one(
        `${text(parts)}, axis ${axis}`,
        parts.map((s) => uniform(s)),
        (tf, ...x) => tf.concat(x, axis),
      ),
    ),
    one('a tensor with itself', [uniform([2, 3])], (tf, x) => tf.concat([x, x.square(), x], 1)),
  ],
  DepthToSpace: [
    one('NHWC, 2', [uniform([2, 2, 3, 8])], (tf, x) => tf.depthToSpace(x, 2)),
    one('NHWC, 3', [uniform([1, 1, 2, 9])], (tf, x) => tf.depthToSpace(x, 3)),
  ],
  Diag: [[4], [1], [2, 3], [2, 1, 2]].map((shape) => one(text(shape), [uniform(shape)], (tf, x) => tf.diag(x))),
  ExpandDims: [
    ...[0, 1, 2, -1, -2].map((axis) => one(`axis ${axis}`, [uniform([3, 4])], (tf, x) => tf.expandDims(x, axis))),
    one('of a scalar', [uniform([])], (tf, x) => tf.expandDims(x)),
  ],
  GatherNd: [
    one('elements, one twice', [uniform([3, 4])], (tf, x) => tf.gatherND(x, indices(tf, [0, 1, 2, 3, 0, 1], [3, 2]))),
    one('rows, one twice', [uniform([3, 4])], (tf, x) => tf.gatherND(x, indices(tf, [2, 0, 2], [3, 1]))),
    one('of rank 3', [uniform([2, 3, 4])], (tf, x) => tf.gatherND(x, indices(tf, [0, 1, 1, 2, 0, 1, 1, 0], [2, 2, 2]))),
  ],
  GatherV2: [
    ...gathers.map(([shape, axis, at, of]) =>
      one(`${text(shape)}, axis ${axis}, at ${text(at.slice(0, 6))} as ${text(of)}`, [uniform(shape)], (tf, x) =>
        tf.gather(x, indices(tf, at, of), axis),
      ),
    ),
    one('one batch axis', [uniform([2, 4, 3])], (tf, x) => tf.gather(x, indices(tf, [3, 0, 3, 1, 1, 2], [2, 3]), 1, 1)),
    one('one batch axis, axis 2', [uniform([2, 4, 3])], (tf, x) =>
      tf.gather(x, indices(tf, [2, 0, 1, 1], [2, 2]), 2, 1),
    ),
    one('two batch axes', [uniform([2, 3, 4])], (tf, x) =>
      tf.gather(x, indices(tf, [3, 0, 3, 1, 1, 2, 0, 0, 1, 2, 3, 3], [2, 3, 2]), 2, 2),
    ),
  ],
  MirrorPad: [
    ...(['reflect', 'symmetric'] as const).flatMap((mode) => [
      ...padded((tf, x, p) => tf.mirrorPad(x, p.map(([a, b]) => [Math.min(a, 1), Math.min(b, 1)]) as never, mode))
        .filter(({ name }) => mode === 'symmetric' || !/1,2,1/.test(name))
        .map((c) => ({ ...c, name: `${mode}, ${c.name}` })),
      one(`${mode}, as wide as it may be`, [uniform([3, 4])], (tf, x) =>
        tf.mirrorPad(
          x,
          mode === 'reflect'
            ? [
                [2, 2],
                [3, 3],
              ]
            : [
                [3, 3],
                [4, 4],
              ],
          mode,
        ),
      ),
    ]),
  ],
  Pack: [
    ...[0, 1, 2, -1].map((axis) =>
      one(`3 of [2,3], axis ${axis}`, [uniform([2, 3]), uniform([2, 3]), uniform([2, 3])], (tf, ...x) =>
        tf.stack(x, axis),
      ),
    ),
    one('scalars', [uniform([]), uniform([])], (tf, ...x) => tf.stack(x)),
    one('one alone', [uniform([67])], (tf, x) => tf.stack([x])),
  ],
  PadV2: [
    ...padded((tf, x, p) => tf.pad(x, p as never)),
    ...padded((tf, x, p) => tf.pad(x, p as never, 0.5)).map((c) => ({ ...c, name: `${c.name} of 0.5` })),
  ],
  Reshape: [
    ...shapes.map((shape) => one(`${text(shape)} to one axis`, [uniform(shape)], (tf, x) => x.reshape([-1]))),
    one('[4,9] to [2,3,6]', [uniform([4, 9])], (tf, x) => x.reshape([2, 3, 6])),
    one('flattened and back', [uniform([2, 3, 2])], (tf, x) => x.flatten().reshape([2, 3, 2])),
    one('squeezed', [uniform([1, 3, 1, 2])], (tf, x) => tf.squeeze(x)),
    one('squeezed, axis 2', [uniform([1, 3, 1, 2])], (tf, x) => tf.squeeze(x, [2])),
  ],
  Reverse: [[5], [67], [3, 4], [2, 3, 4], [2, 2, 3, 2]].flatMap((shape) =>
    subsets(shape.length)
      .filter((axes) => axes.length > 0)
      .map((axes) => one(`${text(shape)}, axes ${text(axes)}`, [uniform(shape)], (tf, x) => tf.reverse(x, axes))),
  ),
  ScatterNd: [
    one('rows', [uniform([3, 2])], (tf, x) => tf.scatterND(indices(tf, [1, 4, 0], [3, 1]), x, [5, 2] as never)),
    one('two into one', [uniform([4])], (tf, x) => tf.scatterND(indices(tf, [1, 3, 1, 0], [4, 1]), x, [5] as never)),
    one('elements', [uniform([3])], (tf, x) =>
      tf.scatterND(indices(tf, [1, 2, 0, 0, 1, 1], [3, 2]), x, [2, 3] as never),
    ),
  ],
  Slice: slices.map(([shape, begin, size]) =>
    one(`${text(shape)} from ${text(begin)}, ${text(size)}`, [uniform(shape)], (tf, x) => tf.slice(x, begin, size)),
  ),
  SpaceToBatchND: [
    one('blocks of 2 by 2', [uniform([2, 4, 6, 2])], (tf, x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ),
    one('padded', [uniform([1, 3, 4, 2])], (tf, x) =>
      tf.spaceToBatchND(
        x,
        [2, 3],
        [
          [1, 0],
          [0, 2],
        ],
      ),
    ),
  ],
  SplitV: [
    one('into 3', [uniform([6, 2])], (tf, x) => tf.split(x, 3)),
    one('into 2, last axis', [uniform([3, 67 * 2])], (tf, x) => tf.split(x, 2, -1)),
    one('into sizes', [uniform([2, 7])], (tf, x) => tf.split(x, [1, 4, 2], 1)),
    one('into sizes, one left open', [uniform([2, 7, 3])], (tf, x) => tf.split(x, [2, -1], 1)),
    one('into one', [uniform([3, 4])], (tf, x) => tf.split(x, 1)),
    one('one of the parts', [uniform([6])], (tf, x) => tf.split(x, 3)[1]!.square()),
    one('the four gates', [uniform([2, 12])], (tf, x) => tf.split(x, 4, 1).map((t, i) => t.mul(i + 1))),
  ],
  StridedSlice: [
    one('every second and third', [uniform([5, 6])], (tf, x) => tf.stridedSlice(x, [1, 0], [5, 6], [2, 3])),
    // The reference's own op kernel throws here
    one(
      'backwards, one axis taken off',
      [uniform([5, 6])],
      (tf, x) => tf.stridedSlice(x, [3, 5], [4, 0], [1, -2], 0, 0, 0, 0, 1),
      { reference: (tf, x) => tf.gatherND(x, indices(tf, [3, 5, 3, 3, 3, 1], [3, 2])) },
    ),
    one('backwards', [uniform([5, 6])], (tf, x) => tf.stridedSlice(x, [3, 5], [5, 0], [1, -2])),
    one('masks for begin and end', [uniform([4, 7])], (tf, x) => tf.stridedSlice(x, [2, 2], [3, 5], [1, 2], 1, 2)),
    one('an ellipsis', [uniform([2, 3, 4])], (tf, x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 1)),
    one('a new axis', [uniform([4, 3])], (tf, x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 0, 1)),
    one('67 elements', [uniform([67])], (tf, x) => tf.stridedSlice(x, [1], [66], [2])),
  ],
  Tile: tiles.map(([shape, reps]) =>
    one(`${text(shape)} by ${text(reps)}`, [uniform(shape)], (tf, x) => tf.tile(x, reps)),
  ),
  TopK: [
    one('2 of 5', [distinct([3, 5])], (tf, x) => tf.topk(x, 2).values),
    one('all', [distinct([2, 2, 7])], (tf, x) => tf.topk(x, 7).values),
    one('1 of 67', [distinct([67])], (tf, x) => tf.topk(x, 1).values),
  ],
  Transpose: transposed,
  Unpack: [
    ...[0, 1, 2, -1].map((axis) => one(`axis ${axis}`, [uniform([2, 3, 4])], (tf, x) => tf.unstack(x, axis))),
    one('into one', [uniform([1, 3])], (tf, x) => tf.unstack(x)),
    one('one of the parts', [uniform([4, 3])], (tf, x) => tf.unstack(x)[2]!.square()),
  ],
  UnsortedSegmentSum: [
    one('segments, one empty', [uniform([6])], (tf, x) => tf.unsortedSegmentSum(x, indices(tf, [0, 3, 0, 1, 3, 3]), 5)),
    one('rows', [uniform([4, 33])], (tf, x) => tf.unsortedSegmentSum(x, indices(tf, [2, 0, 2, 1]), 3)),
    one('left out by a negative number', [uniform([4, 2])], (tf, x) =>
      tf.unsortedSegmentSum(x, indices(tf, [1, -1, 0, 1]), 2),
    ),
  ],
};

/** Made of the above by tfjs. */
export const movingMade: Table = {
  broadcastTo: (
    [
      [[], [3]],
      [[1], [67]],
      [[3], [2, 3]],
      [
        [3, 1],
        [3, 4],
      ],
      [
        [1, 3, 1],
        [2, 3, 4],
      ],
      [
        [3, 1],
        [2, 3, 4],
      ],
      [
        [2, 1, 3, 1],
        [2, 4, 3, 5],
      ],
      [
        [2, 1, 1, 2, 1],
        [2, 2, 3, 2, 2],
      ],
    ] as const
  ).map(([from, to]) =>
    one(`${text(from)} to ${text(to)}`, [uniform(from)], (tf, x) => tf.broadcastTo(x, to as never)),
  ),
  'sliced, stacked and looked up': [
    one('meshgrid', [uniform([3]), uniform([4])], (tf, a, b) => tf.meshgrid(a, b)),
    one('rot90 by hand', [uniform([3, 4])], (tf, x) => tf.reverse(tf.transpose(x), 1)),
    one('outerProduct', [uniform([3]), uniform([5])], (tf, a, b) => tf.outerProduct(a, b)),
    one('signal.frame', [uniform([20])], (tf, x) => tf.signal.frame(x, 8, 3)),
    one('linalg.bandPart', [uniform([4, 5])], (tf, x) => tf.linalg.bandPart(x, 1, 2)),
    one('image.grayscaleToRGB', [uniform([2, 3, 3, 1])], (tf, x) => tf.image.grayscaleToRGB(x)),
    one('image.rgbToGrayscale', [uniform([2, 3, 3, 3])], (tf, x) => tf.image.rgbToGrayscale(x)),
  ],
};
