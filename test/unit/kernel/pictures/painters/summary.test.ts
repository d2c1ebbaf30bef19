// The picture of a model's table.
import { expect, it } from 'vitest';
import { summaryPicture } from '../../../../../kernel/pictures/painters/summary.ts';
import { expectSound, textsOf } from '../drawn.ts';

const layer = (i: number, trainable = 10) => ({
  name: `dense_${i}`,
  type: 'Dense',
  shape: '[batch, 10]',
  parameters: 10,
  trainable,
});
const table = (layers: object[]) => ({ version: 1, name: 'net', layers, total: 20, trainable: 10, bytes: 80 });

it('has the layers with type, shape and parameters, and the sums', () => {
  const drawing = summaryPicture(table([layer(1), layer(2, 0)]));
  expectSound(drawing);
  expect(textsOf(drawing)).toEqual([
    ...['Model "net"', 'Layer', 'Type', 'Output shape', 'Parameters'],
    ...['dense_1', 'Dense', '[batch, 10]', '10'],
    ...['dense_2 (frozen)', 'Dense', '[batch, 10]', '10'],
    '20 parameters (80 B) · 10 trainable, 10 not',
  ]);
});

it('counts the middle layers of a deep model', () => {
  const drawing = summaryPicture(table(Array.from({ length: 500 }, (_, i) => layer(i))));
  expectSound(drawing);
  const texts = textsOf(drawing);
  expect(texts).toContain('… 465 more layers');
  expect(texts).toContain('dense_499');
  expect(drawing.height).toBeLessThan(1000);
});
