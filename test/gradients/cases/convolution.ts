// Convolutions of one, two and three dimensions: strides, paddings, dilations, depths around the width of vector
// instructions.
import type { Case } from '../check.ts';
import { uniform } from '../random.ts';
import { fusedWith } from './linear.ts';
import { one, text, type Table } from './table.ts';

type Pad2D = 'valid' | 'same' | number | [[0, 0], [number, number], [number, number], [0, 0]];

const kernels: readonly [number, number][] = [
  [1, 1],
  [3, 3],
  [5, 5],
  [7, 7],
  [2, 4],
  [1, 3],
  [3, 1],
];
const strides: readonly (number | [number, number])[] = [1, 2, 3, [1, 2]];
const paddings: readonly Pad2D[] = [
  'valid',
  'same',
  1,
  [
    [0, 0],
    [2, 0],
    [1, 3],
    [0, 0],
  ],
];
/** Depths of input and output. */
const depths: readonly [number, number][] = [
  [1, 1],
  [1, 8],
  [2, 3],
  [3, 16],
  [5, 8],
  [8, 5],
  [16, 16],
  [33, 3],
  [3, 33],
  [8, 8],
  [16, 1],
];
const images: readonly [number, number, number][] = [
  [2, 9, 8],
  [1, 11, 10],
  [3, 8, 9],
  [2, 10, 7],
  [1, 13, 12],
];

/**
 * A number as padding in words that TensorFlow.js gets right for kernels that are not square: the reference has its
 * sizes (`kernel/tensors/replaced/conv-util.ts` has ours, compared with PyTorch).
 */
const explicit = (pad: Pad2D) =>
  typeof pad !== 'number'
    ? pad
    : ([
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ] as Pad2D);

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length]!;

/** Each kernel with each stride and padding; sizes and depths take turns. */
const grid: Case[] = kernels
  .flatMap((kernel) => strides.flatMap((stride) => paddings.map((pad) => ({ kernel, stride, pad }))))
  .map(({ kernel, stride, pad }, i) => {
    const [n, h, w] = pick(images, i);
    const [c, o] = pick(depths, i);
    const image = one(
      `[${n},${h},${w},${c}], ${text(kernel)} to ${o}, stride ${text(stride)}, padding ${text(pad)}`,
      [uniform([n, h, w, c]), uniform([...kernel, c, o])],
      (tf, x, filter) => tf.conv2d(x, filter, stride, pad),
    );
    return { ...image, reference: (tf, x, filter) => tf.conv2d(x, filter, stride, explicit(pad)) };
  });

/** 3×3 with stride 1, which devices compute by Winograd's algorithm on tiles: all remainders of the image's size. */
const winograd: Case[] = Array.from({ length: 10 }, (_, i) => 4 + i)
  .flatMap((size) => (['valid', 'same'] as const).map((pad) => ({ size, pad })))
  .flatMap(({ size, pad }, i) =>
    [
      [1, 3],
      [3, 8],
      [8, 8],
      [16, 17],
      [33, 5],
      [40, 40],
    ].map(([c, o], j) => {
      const n = 1 + ((i + j) % 2);
      const w = 4 + ((size + 3 * j) % 10);
      return one(
        `3×3: [${n},${size},${w},${c}] to ${o}, padding ${pad}`,
        [uniform([n, size, w, c!]), uniform([3, 3, c!, o!])],
        (tf, x, filter) => tf.conv2d(x, filter, 1, pad),
      );
    }),
  );

const dilated: Case[] = (
  [
    [[2, 9, 8, 3], [3, 3, 3, 4], 2, 'valid'],
    [[2, 9, 8, 3], [3, 3, 3, 4], 2, 'same'],
    [[1, 10, 9, 8], [2, 3, 8, 5], [2, 3], 'valid'],
    [[1, 10, 9, 8], [2, 3, 8, 5], [3, 1], 'same'],
    [[2, 8, 8, 2], [1, 1, 2, 3], 2, 'same'],
    [[1, 11, 11, 1], [5, 5, 1, 2], [1, 2], 'valid'],
    [[1, 7, 7, 5], [3, 2, 5, 8], 2, 1],
  ] as const
).map(([x, filter, dilation, pad]) => ({
  ...one(
    `${text(x)}, ${text(filter)}, dilation ${text(dilation)}, padding ${pad}`,
    [uniform(x), uniform(filter)],
    (tf, a, b) => tf.conv2d(a, b, 1, pad, 'NHWC', dilation as never),
  ),
  reference: (tf, a, b) => tf.conv2d(a, b, 1, explicit(pad), 'NHWC', dilation as never),
}));

const conv1d: Case[] = (
  [
    [[2, 12, 3], [3, 3, 4], 1, 'valid', 1],
    [[2, 12, 3], [3, 3, 4], 2, 'same', 1],
    [[1, 11, 8], [5, 8, 16], 3, 'valid', 1],
    [[2, 9, 5], [1, 5, 33], 1, 'same', 1],
    [[2, 9, 2], [3, 2, 3], 1, 'same', 2],
    [[1, 14, 4], [4, 4, 2], 1, 'valid', 3],
    [[1, 67, 1], [7, 1, 1], 1, 'same', 1],
  ] as const
).map(([x, filter, stride, pad, dilation]) =>
  one(
    `conv1d ${text(x)}, ${text(filter)}, stride ${stride}, padding ${pad}, dilation ${dilation}`,
    [uniform(x), uniform(filter)],
    (tf, a, b) => tf.conv1d(a, b, stride, pad, 'NWC', dilation),
  ),
);

const depthwise: Case[] = (
  [
    [[2, 8, 7, 1], [3, 3, 1, 1], 1, 'same', 1],
    [[2, 8, 7, 3], [3, 3, 3, 1], 1, 'valid', 1],
    [[1, 8, 9, 8], [3, 3, 8, 1], 1, 'same', 1],
    [[2, 9, 8, 16], [3, 3, 16, 1], 2, 'same', 1],
    [[1, 9, 9, 33], [3, 3, 33, 1], 1, 'same', 1],
    [[2, 7, 8, 5], [5, 5, 5, 2], 1, 'same', 1],
    [[1, 10, 10, 4], [2, 3, 4, 3], [2, 1], 'valid', 1],
    [[1, 10, 10, 3], [7, 7, 3, 1], 3, 'same', 1],
    [[2, 6, 6, 4], [1, 1, 4, 2], 1, 'valid', 1],
    [[2, 6, 6, 4], [3, 3, 4, 1], 1, 2, 1],
    [
      [1, 8, 7, 6],
      [3, 4, 6, 1],
      1,
      [
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ],
      1,
    ],
    [[2, 8, 8, 2], [3, 3, 2, 2], 1, 'valid', 2],
    [[2, 9, 8, 8], [3, 3, 8, 1], 1, 'same', [2, 3]],
  ] as const
).map(([x, filter, stride, pad, dilation]) =>
  one(
    `${text(x)}, ${text(filter)}, stride ${text(stride)}, padding ${text(pad)}, dilation ${text(dilation)}`,
    [uniform(x), uniform(filter)],
    (tf, a, b) => tf.depthwiseConv2d(a, b, stride as never, pad as never, 'NHWC', dilation as never),
  ),
);

/** A transposed convolution: x, filter [height, width, outDepth, inDepth], size of the output. */
const transposed: Case[] = (
  [
    [[2, 4, 5, 3], [3, 3, 2, 3], [2, 6, 7, 2], 1, 'valid'],
    [[2, 4, 5, 3], [3, 3, 2, 3], [2, 8, 10, 2], 2, 'same'],
    [[1, 4, 4, 8], [2, 2, 8, 8], [1, 8, 8, 8], 2, 'valid'],
    [[1, 3, 4, 16], [4, 4, 3, 16], [1, 6, 8, 3], 2, 'same'],
    [[2, 3, 3, 5], [3, 2, 33, 5], [2, 9, 8, 33], 3, 'valid'],
    [[1, 5, 5, 1], [5, 5, 1, 1], [1, 5, 5, 1], 1, 'same'],
    [[1, 4, 6, 2], [3, 3, 4, 2], [1, 4, 12, 4], [1, 2], 'same'],
    [[1, 4, 4, 2], [3, 3, 4, 2], [1, 4, 4, 4], 1, 1],
  ] as const
).map(([x, filter, out, stride, pad]) =>
  one(
    `${text(x)}, ${text(filter)}, stride ${text(stride)}, padding ${pad}`,
    [uniform(x), uniform(filter)],
    (tf, a, b) => tf.conv2dTranspose(a, b, out as never, stride as never, pad),
  ),
);

export const convolution: Table = {
  Conv2D: [
    ...grid,
    ...winograd,
    ...dilated,
    ...conv1d,
    one('an image without batch', [uniform([6, 5, 3]), uniform([3, 3, 3, 2])], (tf, x, filter) =>
      tf.conv2d(x, filter, 1, 'same'),
    ),
    one('a series without batch', [uniform([9, 3]), uniform([3, 3, 2])], (tf, x, filter) =>
      tf.conv1d(x, filter, 1, 'same'),
    ),
    ...(['floor', 'round', 'ceil'] as const).map((rounding) =>
      one(`dimensions rounded: ${rounding}`, [uniform([1, 8, 7, 2]), uniform([3, 3, 2, 3])], (tf, x, filter) =>
        tf.conv2d(x, filter, 2, 1, 'NHWC', [1, 1], rounding),
      ),
    ),
    one('channels first', [uniform([2, 3, 6, 5]), uniform([3, 2, 3, 4])], (tf, x, filter) =>
      tf.conv2d(x, filter, 1, 'same', 'NCHW'),
    ),
  ],
  Conv2DBackpropInput: transposed,
  Conv3D: [
    ...(
      [
        [[2, 4, 5, 4, 3], [3, 3, 3, 3, 2], 1, 'same', 1],
        [[1, 4, 5, 4, 2], [2, 3, 1, 2, 5], 1, 'valid', 1],
        [[1, 5, 5, 6, 2], [3, 3, 3, 2, 8], 2, 'same', 1],
        [[1, 6, 5, 4, 3], [2, 2, 2, 3, 2], [1, 2, 2], 'valid', 1],
        [[1, 5, 5, 5, 2], [2, 2, 2, 2, 3], 1, 'valid', 2],
      ] as const
    ).map(([x, filter, stride, pad, dilation]) =>
      one(
        `${text(x)}, ${text(filter)}, stride ${text(stride)}, padding ${pad}, dilation ${dilation}`,
        [uniform(x), uniform(filter)],
        (tf, a, b) => tf.conv3d(a, b, stride as never, pad, 'NDHWC', dilation),
      ),
    ),
  ],
  DepthwiseConv2dNative: [
    ...depthwise,
    one('an image without batch', [uniform([6, 5, 3]), uniform([3, 3, 3, 1])], (tf, x, filter) =>
      tf.depthwiseConv2d(x, filter, 1, 'same'),
    ),
  ],
  Dilation2D: (
    [
      [[1, 6, 6, 2], [2, 2, 2], 1, 'valid', 1],
      [[2, 7, 6, 3], [3, 3, 3], 2, 'same', 1],
      [[1, 8, 8, 1], [2, 3, 1], 1, 'same', 2],
    ] as const
  ).map(([x, filter, stride, pad, dilation]) =>
    one(
      `${text(x)}, ${text(filter)}, stride ${stride}, padding ${pad}, dilation ${dilation}`,
      [uniform(x), uniform(filter)],
      (tf, a, b) => tf.dilation2d(a, b, stride, pad, dilation),
    ),
  ),
};

/** Made of the above by tfjs, or with gradients that are not in the registry. */
export const convolutionMade: Table = {
  'fused.conv2d': [
    ...fusedWith('3×3, same', [uniform([2, 6, 5, 3]), uniform([3, 3, 3, 8])], 8, (tf, [x, filter], more) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', ...more }),
    ),
    ...fusedWith('5×5, stride 2, valid', [uniform([1, 9, 8, 5]), uniform([5, 5, 5, 3])], 3, (tf, [x, filter], more) =>
      tf.fused.conv2d({ x, filter, strides: 2, pad: 'valid', ...more }),
    ),
    ...fusedWith('1×1', [uniform([2, 5, 5, 17]), uniform([1, 1, 17, 33])], 33, (tf, [x, filter], more) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', ...more }),
    ),
  ],
  'fused.depthwiseConv2d': [
    ...fusedWith('3×3, same', [uniform([2, 6, 5, 3]), uniform([3, 3, 3, 1])], 3, (tf, [x, filter], more) =>
      tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad: 'same', ...more }),
    ),
    ...fusedWith('two channels of each', [uniform([1, 7, 6, 5]), uniform([2, 3, 5, 2])], 10, (tf, [x, filter], more) =>
      tf.fused.depthwiseConv2d({ x, filter, strides: 2, pad: 'valid', ...more }),
    ),
  ],
  separableConv2d: [
    one(
      'two channels of each, then 4',
      [uniform([2, 6, 6, 3]), uniform([3, 3, 3, 2]), uniform([1, 1, 6, 4])],
      (tf, x, depth, point) => tf.separableConv2d(x, depth, point, 1, 'same'),
    ),
    one('stride 2', [uniform([1, 8, 7, 8]), uniform([3, 3, 8, 1]), uniform([1, 1, 8, 16])], (tf, x, depth, point) =>
      tf.separableConv2d(x, depth, point, 2, 'valid'),
    ),
  ],
};
