// Pooling over windows and scaling of images.
import type { Case, Fn, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { distinct, uniform, type Draw } from '../random.ts';
import { one, text, type Table } from './table.ts';

type Pad = 'valid' | 'same' | number;

const windows: readonly [number[], number | [number, number], number | [number, number], Pad][] = [
  [[1, 4, 4, 1], 2, 2, 'valid'],
  [[2, 4, 6, 3], 2, 2, 'valid'],
  [[2, 5, 5, 2], 3, 2, 'same'],
  [[1, 6, 5, 2], 3, 1, 'valid'],
  [[2, 5, 7, 5], 3, 1, 'same'],
  [[1, 7, 7, 8], 2, 2, 'same'],
  [[3, 6, 6, 16], [2, 3], [2, 1], 'same'],
  [[1, 9, 8, 33], 3, 3, 'valid'],
  [[1, 7, 6, 4], 3, 2, 1],
  [[2, 4, 4, 1], 3, 1, 1],
  [[1, 5, 5, 2], 1, 2, 'valid'],
  [[1, 3, 3, 2], 5, 1, 'same'],
  [[1, 8, 8, 3], 2, 3, 'valid'],
];

const pools = (
  draw: (shape: number[]) => Draw,
  f: (tf: TF, x: X, size: number | [number, number], stride: number | [number, number], pad: Pad) => Tensor,
): Case[] =>
  windows.map(([shape, size, stride, pad]) =>
    one(`${text(shape)}, window ${text(size)}, stride ${text(stride)}, padding ${pad}`, [draw(shape)], (tf, x) =>
      f(tf, x, size, stride, pad),
    ),
  );

const windows3d: readonly [number[], number | [number, number, number], number | [number, number, number], Pad][] = [
  [[1, 4, 4, 4, 2], 2, 2, 'valid'],
  [[2, 3, 4, 5, 1], 3, 2, 'same'],
  [[1, 4, 3, 4, 3], [1, 2, 3], 1, 'same'],
  [[1, 4, 4, 4, 1], 3, 1, 1],
];
const pools3d = (draw: (shape: number[]) => Draw, f: (tf: TF, x: X, size: X, stride: X, pad: Pad) => Tensor): Case[] =>
  windows3d.map(([shape, size, stride, pad]) =>
    one(`${text(shape)}, window ${text(size)}, stride ${text(stride)}, padding ${pad}`, [draw(shape)], (tf, x) =>
      f(tf, x, size, stride, pad),
    ),
  );

const apart = (shape: number[]) => distinct(shape, 0.05);
/** No window has a value above zero. */
const negative = (shape: number[]) => distinct(shape, 0.05, -0.05 * shape.reduce((n, d) => n * d, 1) - 1);

/** Images and new sizes. */
const resizes: readonly [number[], [number, number]][] = [
  [
    [1, 2, 2, 1],
    [4, 4],
  ],
  [
    [3, 2, 3, 2],
    [4, 6],
  ],
  [
    [2, 5, 4, 3],
    [3, 3],
  ],
  [
    [1, 3, 5, 8],
    [7, 4],
  ],
  [
    [2, 4, 4, 1],
    [4, 4],
  ],
  [
    [1, 5, 3, 2],
    [1, 1],
  ],
  [
    [1, 1, 1, 3],
    [3, 2],
  ],
];

const resized = (
  f: (tf: TF, x: X, size: [number, number], alignCorners: boolean, halfPixels: boolean) => Tensor,
): Case[] =>
  resizes.flatMap(([shape, size]) =>
    [
      [false, false],
      [true, false],
      [false, true],
    ].map(([alignCorners, halfPixels]) =>
      one(
        `${text(shape)} to ${text(size)}${alignCorners ? ', corners aligned' : ''}${halfPixels ? ', centers of pixels' : ''}`,
        [uniform(shape)],
        (tf, x) => f(tf, x, size, alignCorners!, halfPixels!),
      ),
    ),
  );

/** Means of windows whose elements are 2 apart, without the padding: TensorFlow.js's own takes that for zeros. */
const meanOfDilated =
  ([height, width]: [number, number], [top, left]: [number, number]): Fn =>
  (tf, x: X) => {
    const sumOf = (image: X) => {
      const padded = tf.pad(image, [
        [0, 0],
        [top, top],
        [left, left],
        [0, 0],
      ]) as X;
      const [, rows, columns] = padded.shape as number[];
      const size = [-1, rows! - 2 * (height - 1), columns! - 2 * (width - 1), -1];
      const parts = [];
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) parts.push(tf.slice(padded, [0, 2 * i, 2 * j, 0], size));
      return tf.addN(parts);
    };
    return tf.div(sumOf(x), sumOf(tf.onesLike(x)));
  };

export const pooling: Table = {
  FlipLeftRight: [one('[2,3,4,2]', [uniform([2, 3, 4, 2])], (tf, x) => tf.image.flipLeftRight(x))],
  RotateWithOffset: [
    one('by 0.4', [uniform([1, 6, 5, 2])], (tf, x) => tf.image.rotateWithOffset(x, 0.4, 0.5)),
    one('several images, around a corner, filled with 0.2', [uniform([3, 4, 7, 3])], (tf, x) =>
      tf.image.rotateWithOffset(x, -1.1, 0.2, [0.1, 0.8]),
    ),
  ],
  AvgPool: [
    ...pools(
      (shape) => uniform(shape),
      (tf, x, size, stride, pad) => tf.avgPool(x, size, stride, pad),
    ),
    one('an image without batch', [uniform([5, 4, 2])], (tf, x) => tf.avgPool(x, 2, 1, 'same')),
    one('dilated', [uniform([1, 7, 8, 2])], (tf, x) => tf.pool(x, [2, 2], 'avg', 'valid', [2, 2])),
    one('dilated, same', [uniform([1, 6, 6, 1])], (tf, x) => tf.pool(x, [2, 3], 'avg', 'same', [2, 2]), {
      reference: meanOfDilated([2, 3], [1, 2]),
    }),
    one('dilated, padded', [uniform([1, 6, 5, 2])], (tf, x) => tf.pool(x, [2, 3], 'avg', 1, [2, 2]), {
      reference: meanOfDilated([2, 3], [1, 1]),
    }),
  ],
  AvgPool3D: pools3d(
    (shape) => uniform(shape),
    (tf, x, size, stride, pad) => tf.avgPool3d(x, size, stride, pad),
  ),
  MaxPool: [
    ...pools(apart, (tf, x, size, stride, pad) => tf.maxPool(x, size, stride, pad)),
    ...pools(negative, (tf, x, size, stride, pad) => tf.maxPool(x, size, stride, pad)).map((c) => ({
      ...c,
      name: `nothing positive, ${c.name}`,
    })),
    one('an image without batch', [apart([5, 4, 2])], (tf, x) => tf.maxPool(x, 2, 1, 'same')),
    one('dilated', [apart([1, 7, 8, 2])], (tf, x) => tf.pool(x, [2, 2], 'max', 'valid', [2, 2])),
  ],
  MaxPoolWithArgmax: (['valid', 'same'] as const).map((pad) =>
    one(`the values, padding ${pad}`, [apart([2, 5, 4, 3])], (tf, x) => tf.maxPoolWithArgmax(x, 2, 2, pad)['result']!),
  ),
  MaxPool3D: pools3d(apart, (tf, x, size, stride, pad) => tf.maxPool3d(x, size, stride, pad)),
  ResizeBilinear: resized((tf, x, size, alignCorners, halfPixels) =>
    tf.image.resizeBilinear(x, size, alignCorners, halfPixels),
  ),
  ResizeNearestNeighbor: resized((tf, x, size, alignCorners, halfPixels) =>
    tf.image.resizeNearestNeighbor(x, size, alignCorners, halfPixels),
  ),
};

/** Made of others by tfjs. */
export const poolingMade: Table = {
  'global pooling': [
    one('average', [uniform([2, 4, 5, 33])], (tf, x) => tf.mean(x, [1, 2])),
    one('maximum', [apart([2, 4, 5, 3])], (tf, x) => tf.max(x, [1, 2])),
  ],
};
