// How plots read numbers: from arrays, typed arrays and tensors; what the errors say; and how arrays are packed.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { heatmap, surface } from '../../../../../kernel/dlnb/viz/grids.ts';
import { shown } from './shown.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('numbers for a plot', () => {
  it('are read from arrays, typed arrays and tensors alike', () => {
    const plots = [
      line([1, 2, 4]),
      line(new Float32Array([1, 2, 4])),
      line(tf.tensor1d([1, 2, 4])),
      line(tf.tensor2d([[1], [2], [4]])),
    ];
    for (const plot of plots) expect(shown(plot).data[0]).toMatchObject({ x: [0, 1, 2], y: [1, 2, 4] });
  });

  it('may be a path of points, and several curves by name', () => {
    expect(shown(line([[1, 5], [2, 6]])).data[0]).toMatchObject({ x: [1, 2], y: [5, 6] }); // prettier-ignore
    const named = shown(line({ a: [1, 2], b: [3, 4] }, { x: [10, 20] }));
    expect(named.data).toMatchObject([{ name: 'a', x: [10, 20], y: [1, 2] }, { name: 'b', y: [3, 4] }]); // prettier-ignore
  });

  it.each([
    [() => line('abc' as never), /viz.line: y must be an array, a typed array or a tensor of numbers, got "abc"/],
    [() => line(Promise.resolve([1]) as never), /a promise \(write await before it\)/],
    [() => line([1, 'x'] as never), /number 1 is "x"/],
    [() => heatmap([[1, 2], [3]]), /row 1 has 1 numbers, and row 0 has 2/],
    [() => heatmap([1, 2] as never), /must be of shape \[rows, columns\], got \[2\]/],
    [() => line(tf.zeros([2, 3, 4])), /shape \[n\] or \[rows, columns\], got \[2, 3, 4\]/],
    [() => line([1, 2], { x: [1] }), /x and y must have the same length, got 1 and 2/],
    [() => scatter([1, 2, 3, 4], { labels: [0] }), /one label for each point, got 1 for 2 points/],
    [
      () => scatter([[0, 0]], { labels: [2], classNames: ['a'] }),
      /classNames has 1 name, and there is a point of class 2/,
    ],
    [() => surface([[1, 2]]), /at least 2 rows and 2 columns, got \[1, 2\]/],
  ])('that are wrong are refused, with cause and place: %#', (make, message) => {
    expect(make).toThrow(message);
  });

  it('of a disposed tensor are refused', () => {
    const t = tf.tensor1d([1]);
    t.dispose();
    expect(() => line(t)).toThrow(/has been disposed of/);
  });

  it('keep NaN as a gap when they are packed', () => {
    const y = Array.from({ length: 100 }, (_, i) => (i === 3 ? NaN : i / 8));
    const { bdata, dtype } = shown(line(y)).data[0]!['y'] as unknown as { bdata: string; dtype: string };
    expect(dtype).toBe('f4');
    expect(Array.from(new Float32Array(Uint8Array.from(Buffer.from(bdata, 'base64')).buffer))).toEqual(y);
  });

  it('of a matrix are packed with their shape', () => {
    const z = Array.from({ length: 9 }, (_, i) => Array.from({ length: 10 }, (_, j) => i * 10 + j));
    expect(shown(heatmap(z)).data[0]!['z']).toMatchObject({ shape: '9, 10' });
  });
});
