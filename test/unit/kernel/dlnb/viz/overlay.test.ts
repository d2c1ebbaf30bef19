// Figures on the same axes: colors, names, rims, ranges, color bars, and what cannot be shared.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../../kernel/dlnb/viz/animate.ts';
import { contour } from '../../../../../kernel/dlnb/viz/contour.ts';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { heatmap, surface } from '../../../../../kernel/dlnb/viz/grids.ts';
import { overlay } from '../../../../../kernel/dlnb/viz/overlay.ts';
import { shown } from './shown.ts';

const map = heatmap((x, y) => x + y, { resolution: 3 });

describe('an overlay', () => {
  it('gives each series its color, and each figure its name', () => {
    const figure = shown(overlay(scatter([[0, 1], [1, 2]]), line([1, 2]), { names: ['data', 'fit'], xLabel: 'x' })); // prettier-ignore
    expect(figure.data).toMatchObject([
      { name: 'data', marker: { color: 'theme(series-0)' } },
      { name: 'fit', line: { color: 'theme(series-1)' } },
    ]);
    expect(figure.layout).toMatchObject({ xaxis: { title: { text: 'x' } }, showlegend: true });
  });

  it('gives lines on a map of colors a rim, and moves a second color bar aside', () => {
    const path = line([[-1, 0], [1, 1]]); // prettier-ignore
    const { data } = shown(
      overlay(
        map,
        path,
        contour((x, y) => x * y, { resolution: 3 }),
      ),
    );
    expect(data.map(({ type }) => type)).toEqual(['heatmap', 'scatter', 'scatter', 'contour']);
    expect(data[1]).toMatchObject({ line: { color: 'theme(background, 0.85)', width: 5 }, showlegend: false });
    expect(data[3]).toMatchObject({ colorbar: { x: 1.18 } });
  });

  it('keeps the frames of an animation at their traces', () => {
    const { frames } = shown(overlay(map, animate([line([1, 2]), line([2, 3])])));
    expect(frames).toMatchObject([{ traces: [1] }, { traces: [1] }]);
  });

  it('refuses figures that cannot share axes', () => {
    expect(() => overlay(line([1]), surface([[1, 2], [3, 4]]))).toThrow(/two and in three dimensions/); // prettier-ignore
    expect(() => overlay(line([1]), line([1], { logY: true }))).toThrow(/linear y axis and figure 1 a log one/);
    expect(() => overlay()).toThrow(/got none/);
    expect(() => overlay(line([1]), 3 as never)).toThrow(/options must be an object|number 1 is not one/);
    expect(() => overlay(line([1]), { names: ['a', 'b'] })).toThrow(/got 2 for 1/);
  });
});
