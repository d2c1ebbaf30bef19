// The seeded data sets: same seed same bytes, and the statistics that their documentation promises.
import { describe, expect, it } from 'vitest';
import { blobs, digits, moons, random, spirals, xor, type PointSet } from '../../../../kernel/dlnb/data/index.ts';

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const mean = (v: ArrayLike<number>) => Array.from(v).reduce((a, b) => a + b, 0) / v.length;
const variance = (v: ArrayLike<number>) => {
  const m = mean(v);
  return mean(Array.from(v, (x) => (x - m) ** 2));
};
const counts = (labels: Int32Array, classes: number) =>
  Array.from({ length: classes }, (_, k) => labels.filter((l) => l === k).length);
const point = (set: PointSet, i: number) => set.points.subarray(i * set.shape[1], (i + 1) * set.shape[1]);

describe('random', () => {
  it('gives the same stream for the same seed, and another for a neighbouring one', () => {
    const [a, b, c] = [random(7), random(7), random(8)];
    const first = draws(100, () => a.bits());
    expect(draws(100, () => b.bits())).toEqual(first);
    const other = draws(100, () => c.bits());
    expect(other.filter((v, i) => v === first[i])).toHaveLength(0);
  });

  it('is sfc32: the words of its reference recurrence', () => {
    // Chris Doty-Humphrey's update in 32-bit BigInt arithmetic, seeded with (42, 0, 0, 1) and 15 words thrown away
    const mask = 0xffffffffn;
    let [a, b, c, counter] = [42n, 0n, 0n, 1n];
    const next = () => {
      const out = (a + b + counter) & mask;
      counter = (counter + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = ((((c << 21n) | (c >> 11n)) & mask) + out) & mask;
      return Number(out);
    };
    for (let i = 0; i < 15; i++) next();
    const rng = random(42);
    expect(draws(50, () => rng.bits())).toEqual(draws(50, next));
  });

  it('tells seeds apart that differ above bit 32, and negative ones', () => {
    const words = [3, 3 + 2 ** 32, -3, Number.MAX_SAFE_INTEGER].map((seed) => random(seed).bits());
    expect(new Set(words).size).toBe(4);
  });

  it('draws uniform numbers with the mean and variance of the interval, never its upper end', () => {
    const rng = random(1);
    const v = draws(20000, () => rng.uniform(-2, 4));
    expect(Math.min(...v)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...v)).toBeLessThan(4);
    expect(mean(v)).toBeCloseTo(1, 1);
    expect(variance(v)).toBeCloseTo(3, 1);
  });

  it('draws normal numbers: moments and tails', () => {
    const rng = random(2);
    const v = draws(40000, () => rng.normal());
    expect(Math.abs(mean(v))).toBeLessThan(0.02);
    expect(Math.abs(variance(v) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(v.map((z) => z ** 3)))).toBeLessThan(0.06);
    expect(Math.abs(mean(v.map((z) => z ** 4)) - 3)).toBeLessThan(0.2);
    expect(v.filter((z) => Math.abs(z) > 1.96).length / v.length).toBeCloseTo(0.05, 2);
    const shifted = draws(20000, () => rng.normal(10, 0.5));
    expect(mean(shifted)).toBeCloseTo(10, 1);
    expect(Math.sqrt(variance(shifted))).toBeCloseTo(0.5, 1);
  });

  it('draws every integer below n equally often (chi-square)', () => {
    const rng = random(3);
    const seen = new Array<number>(7).fill(0);
    for (let i = 0; i < 14000; i++) seen[rng.int(7)]!++;
    const chi2 = seen.reduce((sum, k) => sum + (k - 2000) ** 2 / 2000, 0);
    expect(chi2).toBeLessThan(22.46); // 6 degrees of freedom, p = 0.001
    expect(rng.int(1)).toBe(0);
    expect(rng.int(2 ** 32)).toBeGreaterThanOrEqual(0);
  });

  it('shuffles in place without losing anything, each element to each place equally often', () => {
    const rng = random(4);
    const items = ['a', 'b', 'c', 'd'];
    expect(rng.shuffle(items)).toBe(items);
    expect([...items].sort()).toEqual(['a', 'b', 'c', 'd']);
    const firstAt = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) firstAt[rng.permutation(4).indexOf(0)]!++;
    for (const n of firstAt) expect(Math.abs(n - 2000)).toBeLessThan(200);
    expect(rng.shuffle(new Float32Array([5]))).toEqual(new Float32Array([5]));
  });

  it('refuses a seed or a bound that is no integer', () => {
    expect(() => random(0.5)).toThrow(/seed must be an integer, got 0.5/);
    expect(() => random(NaN)).toThrow(/seed/);
    expect(() => random(1).int(0)).toThrow(/from 1 to 2\^32, got 0/);
    expect(() => random(1).int(2.5)).toThrow(RangeError);
  });
});

describe('point sets', () => {
  const make = { blobs, moons, spirals, xor } as const;

  it.each(Object.entries(make))('%s: same seed same bytes, another seed other bytes', (_name, generate) => {
    expect(generate({ n: 50, seed: 5 })).toEqual(generate({ n: 50, seed: 5 }));
    expect(generate({ n: 50, seed: 6 }).points).not.toEqual(generate({ n: 50, seed: 5 }).points);
  });

  it.each(Object.entries(make))('%s: shape, types and class balance', (_name, generate) => {
    const set = generate({ n: 101, seed: 1 });
    expect(set.shape).toEqual([101, 2]);
    expect(set.points).toBeInstanceOf(Float32Array);
    expect(set.points).toHaveLength(202);
    expect(set.points.every(Number.isFinite)).toBe(true);
    const [zero, one] = counts(set.labels, 2);
    expect(zero! + one!).toBe(101);
    expect(Math.abs(zero! - one!)).toBeLessThanOrEqual(1);
  });

  it.each(Object.entries(make))('%s: the classes are mixed, not one after the other', (_name, generate) => {
    const { labels } = generate({ n: 100, seed: 1 });
    const half = labels.subarray(0, 50);
    expect(mean(half)).toBeGreaterThan(0.2);
    expect(mean(half)).toBeLessThan(0.8);
  });

  it('blobs have the centres and the spread asked for, in any dimension', () => {
    const centers = [
      [0, 0, 5],
      [4, 4, 4],
      [-6, 2, 0],
    ];
    const set = blobs({ n: 3000, seed: 2, centers, spread: 0.7 });
    expect(set.shape).toEqual([3000, 3]);
    centers.forEach((center, k) => {
      center.forEach((c, axis) => {
        const values = [...set.labels.keys()].filter((i) => set.labels[i] === k).map((i) => point(set, i)[axis]!);
        expect(Math.abs(mean(values) - c)).toBeLessThan(0.1);
        expect(Math.abs(Math.sqrt(variance(values)) - 0.7)).toBeLessThan(0.05);
      });
    });
  });

  it('blobs cut at 2 deviations are separated by the line halfway between their centres', () => {
    const set = blobs({
      n: 2000,
      seed: 3,
      centers: [
        [-1, -1],
        [1, 1],
      ],
      spread: 0.6,
      cut: 2,
    });
    for (let i = 0; i < 2000; i++) {
      const [x, y] = point(set, i);
      expect(x! + y! > 0 ? 1 : 0).toBe(set.labels[i]);
    }
  });

  it('moons without noise lie on two half circles of radius 1', () => {
    const set = moons({ n: 60, seed: 4, noise: 0 });
    for (let i = 0; i < 60; i++) {
      const [x, y] = point(set, i);
      const [cx, cy] = set.labels[i] === 0 ? [-0.5, -0.25] : [0.5, 0.25];
      expect(Math.hypot(x! - cx, y! - cy)).toBeCloseTo(1, 5);
    }
  });

  it('spirals without noise follow r = angle / (2π · turns)', () => {
    const set = spirals({ n: 90, seed: 5, noise: 0, arms: 3, turns: 1 });
    expect(counts(set.labels, 3)).toEqual([30, 30, 30]);
    for (let i = 0; i < 90; i++) {
      const [x, y] = point(set, i);
      const r = Math.hypot(x!, y!);
      const angle = 2 * Math.PI * (r + set.labels[i]! / 3);
      expect(Math.cos(angle) * r).toBeCloseTo(x!, 5);
      expect(Math.sin(angle) * r).toBeCloseTo(y!, 5);
    }
  });

  it('xor without noise is the truth table of exclusive or', () => {
    const set = xor({ n: 4, seed: 6, noise: 0 });
    const table = new Map([0, 1, 2, 3].map((i) => [point(set, i).join(), set.labels[i]]));
    expect(table).toEqual(
      new Map([
        ['-1,-1', 0],
        ['-1,1', 1],
        ['1,-1', 1],
        ['1,1', 0],
      ]),
    );
  });

  it('names the option that is wrong', () => {
    expect(() => blobs({ n: 0 })).toThrow('blobs: n must be an integer of at least 1, got 0');
    expect(() => blobs({ spread: -1 })).toThrow(/blobs: spread/);
    expect(() => blobs({ centers: [[0, 0], [1]] })).toThrow(/centers must be a list of points of one dimension/);
    expect(() => blobs({ centers: [] })).toThrow(/centers/);
    expect(() => moons({ noise: NaN })).toThrow(/moons: noise/);
    expect(() => spirals({ arms: 1.5 })).toThrow(/spirals: arms/);
    expect(() => xor({ n: -4 })).toThrow(/xor: n/);
  });

  it('names an option that there is not, with those that there are', () => {
    expect(() => spirals({ classes: 3 } as object)).toThrow(
      'spirals: there is no option "classes"; there are "n", "seed", "arms", "turns", "noise"',
    );
    const wrong = { size: 3 } as object;
    for (const [name, make] of Object.entries({ blobs, moons, spirals, xor, digits }))
      expect(() => make(wrong)).toThrow(new RegExp(`^${name}: there is no option "size"; there are "n", "seed", `));
    expect(() => moons(100 as never)).toThrow(new TypeError('moons: the options must be an object, got 100'));
  });
});

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

  it('has the shape of a batch of grey images and values in [0, 1]', () => {
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

  it('can be told apart: the nearest neighbour among 1,000 others is right for most', () => {
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
