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
