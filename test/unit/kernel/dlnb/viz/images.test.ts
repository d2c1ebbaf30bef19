// Pictures side by side: shapes, captions, boxes, masks, and what is refused.
import { describe, expect, it } from 'vitest';
import { images } from '../../../../../kernel/dlnb/viz/images.ts';
import { shown } from './shown.ts';

const two = [
  [[0, 1], [1, 0]],
  [[1, 1], [0, 0]],
]; // prettier-ignore

describe('pictures', () => {
  it('stand side by side with a border between them, their rows downward', () => {
    const figure = shown(images(two, { columns: 2, border: 1 }));
    expect((figure.data[0] as unknown as { z: number[][] }).z).toEqual([
      [0, 1, null, 1, 1],
      [1, 0, null, 0, 0],
    ]);
    expect(figure.data[0]).toMatchObject({ zmin: 0, zmax: 1 });
    expect(figure.layout).toMatchObject({ yaxis: { range: [1.5, -0.5], scaleanchor: 'x' } });
  });

  it('in color are a picture inside the figure', () => {
    const figure = shown(images({ images: new Float32Array(2 * 5 * 5 * 3).fill(0.5), shape: [2, 5, 5, 3] }));
    expect((figure.data[0] as unknown as { source: string }).source).toMatch(/^data:image\/png;base64,iVBOR/);
  });

  it('have captions that say what is right', () => {
    const figure = images(two, {
      captions: [
        { text: '1 < 2', right: true },
        { text: '7', right: false },
      ],
    });
    expect(shown(figure).layout).toMatchObject({
      annotations: [
        { text: '1 &lt; 2', font: { color: 'theme(series-2)' } },
        { text: '7', font: { color: 'theme(series-3)' } },
      ],
    });
    expect(figure.text).toBe('Pictures: 2 pictures of 2 × 2; 1 of 2 right; 1 < 2 | 7');
  });

  it('have boxes in their pixels, with label and score, and masks with names', () => {
    const boxes = [[{ box: [0, 0, 2, 1] as [number, number, number, number], label: 'cat', score: 0.931 }], []];
    const figure = shown(images(two, { columns: 2, border: 1, boxes, masks: [[[0, 2], [0, 0]], [[0, 0], [0, 0]]], classNames: ['a', 'b'] })); // prettier-ignore
    expect(figure.layout).toMatchObject({
      shapes: [{ x0: -0.5, y0: -0.5, x1: 1.5, y1: 0.5 }],
      annotations: [{ text: 'cat 0.93' }],
    });
    expect(figure.data[1]).toMatchObject({ z: [[null, 2, null, null, null], [null, null, null, null, null]] }); // prettier-ignore
    expect(figure.data[2]).toMatchObject({ name: 'b' });
  });

  it('are none, or very many', () => {
    expect(images({ images: [], shape: [0, 28, 28, 1] }).data).toEqual([]);
    expect(images([]).text).toBe('Pictures: 0 pictures of 1 × 1');
    const many = images({ images: new Float32Array(300 * 4), shape: [300, 2, 2, 1] });
    expect(many.text).toMatch(/^Pictures: 100 of 300 pictures/);
    const huge = shown(images({ images: new Float32Array(3000 * 3000), shape: [1, 3000, 3000, 1] }));
    const { shape } = (huge.data[0] as unknown as { z: { shape: string } }).z;
    expect(shape.split(',').map(Number).reduce((a, b) => a * b, 1)).toBeLessThanOrEqual(1_000_000); // prettier-ignore
  });

  it('refuse what is no picture', () => {
    expect(() => images([1, 2, 3])).toThrow(/shape \[h, w\].*got \[3\]/);
    expect(() => images([[1, 2], [3]])).toThrow(/same length/);
    expect(() => images(two, { captions: ['one'] })).toThrow(
      /captions must hold one entry for each of 2 pictures, got 1/,
    );
    expect(() => images(two, { boxes: [[{ box: [2, 0, 1, 1] }], []] })).toThrow(/x1 ≤ x2.*picture 0/);
    expect(() => images(two, { masks: [[[1]]] })).toThrow(/masks must be of shape \[2, 2, 2\].*argMax/);
    expect(() => images(two, { columns: 0 })).toThrow(/columns must be a whole number of at least 1/);
    expect(() => images(two, { column: 2 } as never)).toThrow(/did you mean "columns"/);
  });
});
