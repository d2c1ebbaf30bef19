// `tf.pool` with dilated windows and padding, against its definition (PyTorch's MaxPool2d with `dilation`; the mean leaves
// padding out, as it does without dilation), and its gradient against differences.
import type * as tfTypes from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist) as unknown as typeof tfTypes;

type Two = [number, number];
interface Case {
  size: Two;
  window: Two;
  dilations: Two;
  pads: [Two, Two];
  pad: 'same' | number | [Two, Two, Two, Two];
}
const cases: Case[] = [
  { size: [6, 7], window: [2, 2], dilations: [2, 2], pads: [[1, 1], [1, 1]], pad: 1 }, // prettier-ignore
  { size: [8, 5], window: [3, 2], dilations: [2, 3], pads: [[2, 2], [2, 2]], pad: 2 }, // prettier-ignore
  { size: [5, 6], window: [3, 3], dilations: [2, 2], pads: [[2, 2], [2, 2]], pad: 'same' }, // prettier-ignore
  { size: [7, 4], window: [2, 2], dilations: [3, 1], pads: [[1, 2], [0, 1]], pad: 'same' }, // prettier-ignore
  { size: [5, 6], window: [2, 3], dilations: [1, 2], pads: [[0, 1], [2, 1]], pad: [[0, 0], [0, 1], [2, 1], [0, 0]] }, // prettier-ignore
];

/** By the definition; x [height, width] row by row. */
function pooled({ size: [h, w], window, dilations, pads }: Case, x: number[], type: 'max' | 'avg'): number[] {
  const out = [h, w].map((n, i) => n + pads[i]![0] + pads[i]![1] - (window[i]! - 1) * dilations[i]!);
  return Array.from({ length: out[0]! * out[1]! }, (_, at) => {
    const inside: number[] = [];
    for (let a = 0; a < window[0]; a++)
      for (let b = 0; b < window[1]; b++) {
        const row = Math.floor(at / out[1]!) - pads[0][0] + a * dilations[0];
        const column = (at % out[1]!) - pads[1][0] + b * dilations[1];
        if (row >= 0 && row < h && column >= 0 && column < w) inside.push(x[row * w + column]!);
      }
    return type === 'max' ? Math.max(...inside) : inside.reduce((s, v) => s + v, 0) / inside.length;
  });
}

describe.each(cases)('size $size, window $window, dilations $dilations, padding $pad', (c) => {
  // Negative: zeros of the padding would be the maximum
  const values = Array.from({ length: c.size[0] * c.size[1] }, (_, i) => -1.5 + Math.sin(i * i));
  const pool = (type: 'max' | 'avg') => (x: tfTypes.Tensor) =>
    tf.pool(x as tfTypes.Tensor3D, c.window, type, c.pad as never, c.dilations);

  it.each(['max', 'avg'] as const)('%s', (type) => {
    const x = tf.tensor(values, [...c.size, 1]);
    const y = pool(type)(x);
    pooled(c, values, type).forEach((v, i) => expect(y.dataSync()[i]).toBeCloseTo(v, 5));
    expect(y.size).toBe(pooled(c, values, type).length);
    const batch = tf.tensor([...values, ...values.map((v) => 2 * v)], [2, ...c.size, 1]);
    const both = tf.pool(batch as tfTypes.Tensor4D, c.window, type, c.pad as never, c.dilations);
    expect(both.shape).toEqual([2, ...y.shape]);
    expect(both.dataSync()[y.size]).toBeCloseTo(2 * y.dataSync()[0]!, 5);
  });

  it.each(['max', 'avg'] as const)('gradient of %s', (type) => {
    const weight = (i: number) => Math.cos(i);
    const x = tf.tensor(values, [...c.size, 1]);
    const dy = tf.tensor(Array.from({ length: pool(type)(x).size }, (_, i) => weight(i)), pool(type)(x).shape); // prettier-ignore
    const dx = tf.grad(pool(type))(x, dy).dataSync();
    const f = (v: number[]) => pooled(c, v, type).reduce((s, y, i) => s + y * weight(i), 0);
    values.forEach((_, i) => {
      const moved = (by: number) => f(values.map((v, j) => (j === i ? v + by : v)));
      expect(dx[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 3);
    });
  });
});

it('windows that do not fit are an error, and strides beside dilations', () => {
  expect(() => tf.pool(tf.ones<tfTypes.Rank.R3>([3, 3, 1]), 3, 'max', 0, 2)).toThrow(
    /its height is 3 \(5 with dilation 2\)/,
  );
  expect(() => tf.pool(tf.ones<tfTypes.Rank.R3>([9, 9, 1]), 3, 'max', 1, 2, 2)).toThrow(
    /strides or dilations must be 1/,
  );
});
