// Lines of equal value: where they run, closed and open, at saddles, and around what is no number.
import { describe, expect, it } from 'vitest';
import { asOnePath, labelled, levelLines } from '../../../../../kernel/dlnb/viz/level-lines.ts';

const gridOf = (f: (x: number, y: number) => number, n = 41) => {
  const places = Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
  return { data: places.flatMap((y) => places.map((x) => f(x, y))), rows: n, columns: n, x: places, y: places };
};

describe('lines of equal value', () => {
  it('close around a bowl, and every point is at the level', () => {
    const lines = levelLines(
      gridOf((x, y) => x * x + y * y),
      0.49,
    );
    expect(lines).toHaveLength(1);
    const [line] = lines;
    expect(line!.at(-1)).toEqual(line![0]);
    for (const [x, y] of line!) expect(Math.hypot(x, y)).toBeCloseTo(0.7, 2);
    expect(line!.length).toBeGreaterThan(80);
  });

  it('end at the border of the plane', () => {
    const lines = levelLines(
      gridOf((x) => x, 5),
      0.25,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]!.map(([x]) => x)).toEqual([0.25, 0.25, 0.25, 0.25, 0.25]);
    expect(new Set([lines[0]![0]![1], lines[0]!.at(-1)![1]])).toEqual(new Set([-1, 1]));
  });

  it('do not cross at a saddle, and there are none without a crossing', () => {
    const two = { data: [1, 0, 0, 1], rows: 2, columns: 2, x: [0, 1], y: [0, 1] };
    const low = levelLines(two, 0.4);
    expect(low).toHaveLength(2);
    // The middle, 0.5, belongs to the high corners: a line around each low one
    const near = (x: number, y: number) => low.some((line) => line.every((p) => Math.hypot(p[0] - x, p[1] - y) < 0.7));
    expect([near(1, 0), near(0, 1)]).toEqual([true, true]);
    expect(levelLines(two, 2)).toEqual([]);
  });

  it('leave out cells with a value that is no number', () => {
    const grid = gridOf((x) => x, 5);
    grid.data[12] = NaN;
    expect(levelLines(grid, 0.25)).toHaveLength(2);
    expect(asOnePath(levelLines(grid, 0.25)).x.filter(Number.isNaN)).toHaveLength(1);
  });

  it('have a gap for a label if they are long enough', () => {
    const [line] = levelLines(
      gridOf((x, y) => x * x + y * y),
      0.49,
    );
    const room = labelled(line!, 0.1, 0.05)!;
    expect(room.lines).toHaveLength(2);
    expect(room.lines.flat().length).toBeLessThan(line!.length + 2);
    expect(labelled(line!, 3, 3)).toBeUndefined();
  });
});
