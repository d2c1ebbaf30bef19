// The generators of points: the same seed gives the same bytes, and the statistics that their documentation promises.
import { describe, expect, it } from 'vitest';
import { blobs, digits, moons, spirals, xor, type PointSet } from '../../../../../kernel/dlnb/data/index.ts';
import { counts, mean, variance } from './statistics.ts';

const point = (set: PointSet, i: number) => set.points.subarray(i * set.shape[1], (i + 1) * set.shape[1]);

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

  it('blobs have the centers and the spread asked for, in any dimension', () => {
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

  it('blobs cut at 2 deviations are separated by the line halfway between their centers', () => {
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

  it('names an unknown option and the known ones', () => {
    expect(() => spirals({ classes: 3 } as object)).toThrow(
      'spirals: there is no option "classes"; there are "n", "seed", "arms", "turns", "noise"',
    );
    const wrong = { size: 3 } as object;
    for (const [name, make] of Object.entries({ blobs, moons, spirals, xor, digits }))
      expect(() => make(wrong)).toThrow(new RegExp(`^${name}: there is no option "size"; there are "n", "seed", `));
    expect(() => moons(100 as never)).toThrow(new TypeError('moons: the options must be an object, got 100'));
  });
});
