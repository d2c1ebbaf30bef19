// Names of the curves of an overlay: one for each figure, or one for each curve.
import { describe, expect, it } from 'vitest';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';
import { overlay } from '../../../../../kernel/dlnb/viz/overlay.ts';
import type { Figure } from '../../../../../kernel/dlnb/viz/figure.ts';

const legend = ({ data }: Figure) => data.filter((t) => t['showlegend'] !== false).map((t) => t['name']);
const pair = line({ mean: [1, 2], median: [2, 3] });
const points = scatter([[0, 1], [1, 2]], { equal: false }); // prettier-ignore

describe('names of an overlay', () => {
  it('for each figure leave a figure of several curves its own', () => {
    expect(legend(overlay(points, pair, { names: ['data', 'averages'] }))).toEqual(['data', 'mean', 'median']);
  });

  it('for each curve name all of them', () => {
    expect(legend(overlay(points, pair, { names: ['data', 'x̄', 'middle'] }))).toEqual(['data', 'x̄', 'middle']);
    expect(legend(overlay(pair, pair, { names: ['a', 'b', 'c <d>', 'e'] }))).toEqual(['a', 'b', 'c &lt;d>', 'e']);
  });

  it('do not count maps of colors as curves', () => {
    const map = heatmap((x, y) => x + y);
    expect(legend(overlay(map, pair, line([1, 2]), { names: ['a', 'b', 'c'] })).slice(1)).toEqual([
      'mean',
      'median',
      'c',
    ]);
    expect(legend(overlay(map, line({ u: [1], v: [2], w: [3] }), { names: ['a', 'b', 'c'] })).slice(1)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('that fit neither say how many there are', () => {
    expect(() => overlay(points, pair, { names: ['a'] })).toThrow(/got 1 for 2 figures and 3 curves/);
  });
});
