// Random changes of images: flips, shifts, and the channels of a pixel.
import { describe, expect, it } from 'vitest';
import { augmenter } from '../../../../../kernel/dlnb/data/augment.ts';
import { random } from '../../../../../kernel/dlnb/data/random.ts';

describe('augmentation', () => {
  const image = Float32Array.of(1, 2, 3, 4, 5, 6); // [2, 3, 1]
  const results = (options: Parameters<typeof augmenter>[1], n = 200) => {
    const [change, rng] = [augmenter([2, 3, 1], options), random(1)];
    return new Set(Array.from({ length: n }, () => String(change(image, rng))));
  };

  it('flips half of the images', () => {
    expect(results({ flipX: true })).toEqual(new Set(['1,2,3,4,5,6', '3,2,1,6,5,4']));
    expect(results({ flipY: true })).toEqual(new Set(['1,2,3,4,5,6', '4,5,6,1,2,3']));
  });

  it('shifts by up to the given number of pixels in each direction, and fills the border', () => {
    const shifted = results({ shift: 1, fill: 9 });
    expect(shifted.size).toBe(9);
    for (const one of ['1,2,3,4,5,6', '2,3,9,5,6,9', '9,1,2,9,4,5', '4,5,6,9,9,9', '9,9,9,1,2,3', '5,6,9,9,9,9'])
      expect(shifted).toContain(one);
  });

  it('keeps the channels of a pixel together', () => {
    const change = augmenter([1, 2, 3], { flipX: true });
    const rng = random(2);
    const seen = new Set(Array.from({ length: 20 }, () => String(change(image, rng))));
    expect(seen).toEqual(new Set(['1,2,3,4,5,6', '4,5,6,1,2,3']));
  });
});

/** Generators whose uniform numbers are all the same part of their range. */
const fixed = (part: number) => ({ ...random(0), uniform: (low = 0, high = 1) => low + part * (high - low) });

describe('rotation, zoom and shear', () => {
  const square = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9); // [3, 3, 1]
  const once = (options: Parameters<typeof augmenter>[1], part: number, image = square, shape = [3, 3, 1]) =>
    Array.from(augmenter(shape, options)(image, fixed(part)), (v) => Math.round(v * 1e4) / 1e4);

  it('turns about the center by up to the given angle either way', () => {
    // The largest angle: a quarter turn with the clock, and against it
    expect(once({ rotation: 90 }, 1)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(once({ rotation: 90 }, 0)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(once({ rotation: 90 }, 0.5)).toEqual(Array.from(square));
    expect(once({ rotation: 180 }, 1)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('is bilinear between pixels and filled outside', () => {
    // Half as large: the neighbors of the center come from one pixel beyond the border
    expect(once({ zoom: 0.5, fill: 0 }, 0)).toEqual([0, 0, 0, 0, 5, 0, 0, 0, 0]);
    // Half as large again: they come from two thirds of a pixel
    expect(once({ zoom: 0.5 }, 1).map((v) => Math.round(v * 3))).toEqual(
      [5 - 8 / 3, 3, 3 + 2 / 3, 5 - 2 / 3, 5, 5 + 2 / 3, 5 + 4 / 3, 7, 5 + 8 / 3].map((v) => Math.round(v * 3)),
    );
  });

  it('slants: rows move against each other', () => {
    expect(once({ shear: 45, fill: 0 }, 1)).toEqual([2, 3, 0, 4, 5, 6, 0, 7, 8]);
    expect(once({ shear: 45, fill: 0 }, 0)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 0]);
  });

  it('keeps the channels of a pixel together, and draws each image anew', () => {
    const image = Float32Array.from({ length: 27 }, (_, i) => Math.floor(i / 3) + (i % 3) * 100);
    const turned = once({ rotation: 180 }, 1, image, [3, 3, 3]);
    expect(turned.slice(0, 3)).toEqual([8, 108, 208]);
    const [change, rng] = [augmenter([3, 3, 1], { rotation: 20, zoom: 0.2, shear: 10 }), random(1)];
    expect(new Set(Array.from({ length: 30 }, () => String(change(square, rng)))).size).toBe(30);
  });

  it('refuses what is out of range', () => {
    for (const options of [{ rotation: 181 }, { zoom: 1 }, { shear: 90 }, { rotation: NaN }])
      expect(() => augmenter([3, 3, 1], options)).toThrow(/^augment: (rotation|zoom|shear) /);
    expect(() => augmenter([3, 3, 1], { rotate: 5 } as never)).toThrow(/did you mean "rotation"|rotate/);
  });
});
