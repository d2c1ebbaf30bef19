// The generator of digits: the same seed gives the same bytes, every digit is drawn, and images vary.
import { describe, expect, it } from 'vitest';
import { digits } from '../../../../../kernel/dlnb/data/digits.ts';
import { counts, mean, variance } from './statistics.ts';

describe('digits', () => {
  const pixels = 28 * 28;

  it('gives the same bytes for the same seed, and begins a longer set with the shorter one', () => {
    const [a, b] = [digits({ n: 30, seed: 9 }), digits({ n: 30, seed: 9 })];
    expect(a).toEqual(b);
    const longer = digits({ n: 50, seed: 9 });
    expect(longer.images.subarray(0, 30 * pixels)).toEqual(a.images);
    expect(longer.labels.subarray(0, 30)).toEqual(a.labels);
    expect(digits({ n: 30, seed: 10 }).images).not.toEqual(a.images);
  });

  it('has the shape of a batch of gray images and values in [0, 1]', () => {
    const set = digits({ n: 40, seed: 1, noise: 0.2 });
    expect(set.shape).toEqual([40, 28, 28, 1]);
    expect(set.images).toHaveLength(40 * pixels);
    expect(set.images.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it('holds every digit equally often, and never in the order of the digits', () => {
    const { labels } = digits({ n: 200, seed: 2 });
    expect(counts(labels, 10)).toEqual(new Array(10).fill(20));
    for (let i = 0; i < 200; i += 10) expect(new Set(labels.subarray(i, i + 10)).size).toBe(10);
    expect([...labels.subarray(0, 20)]).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('draws ink on every image, dark strokes on clear paper with soft edges', () => {
    const { images } = digits({ n: 200, seed: 3, noise: 0 });
    for (let i = 0; i < 200; i++) {
      const image = images.subarray(i * pixels, (i + 1) * pixels);
      const share = mean(image);
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.35);
      expect(Math.max(...image)).toBeGreaterThan(0.9);
      expect(image.some((v) => v > 0.05 && v < 0.95)).toBe(true);
      // Most of the border is paper
      const border = Array.from({ length: 28 }, (_, k) => [
        image[k]!,
        image[27 * 28 + k]!,
        image[k * 28]!,
        image[k * 28 + 27]!,
      ]).flat();
      expect(mean(border)).toBeLessThan(0.1);
    }
  });

  it('varies the hand: no two images of a digit are alike, and still less with all variation taken away', () => {
    const steady = { shear: 0, scale: 0, rotate: 0, shift: 0, wobble: 0, noise: 0 };
    const spreadOf = (options: object) => {
      const { images, labels } = digits({ n: 300, seed: 4, ...options });
      const threes = [...labels.keys()]
        .filter((i) => labels[i] === 3)
        .map((i) => images.subarray(i * pixels, (i + 1) * pixels));
      let sum = 0;
      for (let k = 0; k < pixels; k++) sum += variance(threes.map((image) => image[k]!));
      return sum;
    };
    const free = spreadOf({});
    const held = spreadOf(steady);
    expect(held).toBeGreaterThan(1); // styles and pens remain
    expect(free).toBeGreaterThan(1.5 * held);
  });

  it('can be told apart: the nearest neighbor among 1,000 others is right for most', () => {
    const [train, test] = [digits({ n: 1000, seed: 5 }), digits({ n: 100, seed: 6 })];
    let right = 0;
    for (let i = 0; i < 100; i++) {
      let best = Infinity;
      let label = -1;
      for (let j = 0; j < 1000; j++) {
        let d = 0;
        for (let k = 0; k < pixels && d < best; k++)
          d += (test.images[i * pixels + k]! - train.images[j * pixels + k]!) ** 2;
        if (d < best) [best, label] = [d, train.labels[j]!];
      }
      if (label === test.labels[i]) right++;
    }
    expect(right).toBeGreaterThan(80);
    expect(right).toBeLessThan(100); // and not trivially
  });

  it('names the option that is wrong', () => {
    expect(() => digits({ n: 2.5 })).toThrow('digits: n must be an integer of at least 1, got 2.5');
    expect(() => digits({ scale: 1 })).toThrow('digits: scale must be a number from 0 to 0.9, got 1');
    expect(() => digits({ noise: -0.1 })).toThrow(/digits: noise/);
    expect(() => digits({ seed: 0.1 })).toThrow(/seed/);
  });
});

describe('hard digits', () => {
  /** Share of digits that are nearest to the mean image of their class. */
  const read = (options: object) => {
    const [known, others] = [digits({ n: 600, seed: 1, ...options }), digits({ n: 300, seed: 2, ...options })];
    const means = Array.from({ length: 10 }, () => new Float32Array(784));
    known.labels.forEach((label, i) =>
      means[label]!.forEach((_, p, mean) => (mean[p]! += known.images[i * 784 + p]! / 60)),
    );
    const distance = (i: number, mean: Float32Array) =>
      mean.reduce((sum, v, p) => sum + (v - others.images[i * 784 + p]!) ** 2, 0);
    const right = others.labels.filter((label, i) => {
      const all = means.map((mean) => distance(i, mean));
      return all.indexOf(Math.min(...all)) === label;
    });
    return right.length / 300;
  };

  it('are read less often by their mean images than usual ones', () => {
    expect(read({ hard: true })).toBeLessThan(read({}) - 0.1);
  });

  it('take other amounts when they are given, and clutter', () => {
    const usual = { shear: 0.3, scale: 0.15, rotate: 0.15, shift: 2, wobble: 0.06, noise: 0.03 };
    expect(digits({ n: 3, hard: true, ...usual })).toEqual(digits({ n: 3 }));
    const ink = (clutter: number) => digits({ n: 20, noise: 0, clutter }).images.reduce((a, b) => a + b, 0);
    expect(ink(2)).toBeGreaterThan(ink(0) * 1.02);
    expect(() => digits({ clutter: -1 })).toThrow(/clutter must be an integer of at least 0/);
    expect(() => digits({ hard: 'very' } as never)).toThrow(/hard must be true or false/);
  });
});
