// The generator of shapes: reproducible, and as large as their geometry says.
import { describe, expect, it } from 'vitest';
import { shapes, SHAPE_NAMES } from '../../../../../kernel/dlnb/data/shapes.ts';

describe('shapes', () => {
  it('are the same for the same seed, in [0, 1], with all classes equally often', () => {
    const [a, b, c] = [shapes({ n: 40, seed: 1 }), shapes({ n: 40, seed: 1 }), shapes({ n: 40, seed: 2 })];
    expect(a).toEqual(b);
    expect(a.images).not.toEqual(c.images);
    expect(a.shape).toEqual([40, 32, 32, 3]);
    expect(a.images.every((v) => v >= 0 && v <= 1)).toBe(true);
    expect(Array.from({ length: 10 }, (_, k) => a.labels.filter((l) => l === k).length)).toEqual(Array(10).fill(4));
    expect(shapes({ n: 10, seed: 1 }).images).toEqual(a.images.slice(0, 10 * 32 * 32 * 3));
  });

  it('cover about as much of the image as their geometry says', () => {
    // Without noise an image holds two colors and mixtures of them at edges; the corner is background
    const { images, labels } = shapes({ n: 200, seed: 3, noise: 0, size: [12, 12] });
    const share = (name: string) => {
      const shares = [...labels.keys()].filter((i) => SHAPE_NAMES[labels[i]!] === name).map((i) => {
        const image = images.subarray(i * 3072, (i + 1) * 3072);
        const far = (p: number) => Math.hypot(...[0, 1, 2].map((c) => image[3 * p + c]! - image[c]!));
        const distances = Array.from({ length: 1024 }, (_, p) => far(p));
        return distances.reduce((a, b) => a + b) / Math.max(...distances) / 144;
      }); // prettier-ignore
      return shares.reduce((a, b) => a + b) / shares.length;
    };
    // Areas for radius 1
    expect(share('disc')).toBeCloseTo(Math.PI * 0.81, 1);
    expect(share('square')).toBeCloseTo(1.48 ** 2, 1);
    expect(share('triangle')).toBeCloseTo((3 * Math.sqrt(3)) / 4, 1);
    expect(share('bar')).toBeCloseTo(1.9 * 0.56, 1);
    expect(share('star')).toBeCloseTo(10 * 0.5 * 0.42 * Math.sin(Math.PI / 5), 1);
  });

  it('refuse options out of range by name', () => {
    expect(() => shapes({ n: 0 })).toThrow(/shapes: n/);
    expect(() => shapes({ size: [12, 40] })).toThrow(/size\[1\]/);
  });
});
