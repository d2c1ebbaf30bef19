// Equal axes: where they are the default, and what turns them on and off.
import { describe, expect, it } from 'vitest';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import type { Figure } from '../../../../../kernel/dlnb/viz/figure.ts';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';

const isEqual = ({ layout }: Figure) => (layout['yaxis'] as { scaleanchor?: string }).scaleanchor === 'x';
const cloud = [[-1, -1], [1, 1.5], [0, 0]]; // prettier-ignore
const loop = [[0, 0], [1, 1], [0, 1]]; // prettier-ignore

describe('equal axes', () => {
  it('are the default of points, paths that turn back, and maps of a plane', () => {
    expect(isEqual(scatter(cloud))).toBe(true);
    expect(isEqual(line(loop))).toBe(true);
    expect(isEqual(heatmap((x, y) => x + y))).toBe(true);
    expect(isEqual(heatmap([[1, 2], [3, 4]]))).toBe(true); // prettier-ignore
  });

  it('are not that of curves over x, of very different extents, or of names', () => {
    expect(isEqual(line([1, 2, 3]))).toBe(false);
    expect(isEqual(line([[0, 0], [1, 1]]))).toBe(false); // prettier-ignore
    expect(isEqual(scatter([[0, 0], [1000, 1]]))).toBe(false); // prettier-ignore
    expect(isEqual(scatter(cloud.map(([x, y]) => [x! + 2, y! + 2]), { logX: true }))).toBe(false); // prettier-ignore
    expect(isEqual(heatmap([[1, 2], [3, 4]], { xNames: ['a', 'b'] }))).toBe(false); // prettier-ignore
  });

  it('follow the option, and make the figure as wide as its plane', () => {
    expect(isEqual(scatter(cloud, { equal: false }))).toBe(false);
    expect(isEqual(line([1, 2, 3], { equal: true }))).toBe(true);
    const width = (xRange: [number, number]) =>
      heatmap((x, y) => x + y, { xRange, yRange: [0, 1] }).layout['width'] as number;
    expect(width([0, 2]) - width([0, 1])).toBeGreaterThan(250);
  });
});
