// Animations and panels with equal axes: as wide and as high as the extent of all frames, also where there is less room.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../../kernel/dlnb/viz/animate.ts';
import { contour } from '../../../../../kernel/dlnb/viz/contour.ts';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import type { Figure } from '../../../../../kernel/dlnb/viz/figure.ts';
import { grid } from '../../../../../kernel/dlnb/viz/grid.ts';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';
import { overlay } from '../../../../../kernel/dlnb/viz/overlay.ts';
import { panelsHeight } from '../../../../../renderers/plotly/arrange.ts';
import { checkFigure } from '../../../../../renderers/plotly/figure.ts';
import { heightOf, widthOf } from '../../../../../renderers/plotly/look.ts';
import { shown } from './shown.ts';

const SLIDER = 64;
const checked = (figure: Figure) => checkFigure(structuredClone(shown(figure)));
const size = (figure: Figure, available: number) => {
  const read = checked(figure);
  return [widthOf(read, available), heightOf(read, available)];
};
const path = [[-2, 1], [-1, -0.5], [-0.4, 0.2], [0, 0]]; // prettier-ignore
const bowl = contour((x, y) => x * x + 4 * y * y, { xRange: [-3, 1], yRange: [-2, 2] });
const wide = contour((x, y) => x * x + 4 * y * y, { xRange: [-4, 4], yRange: [-1, 1], equal: true });

describe('an animation with equal axes', () => {
  const frames = path.map((_, i) => line(path.slice(0, i + 1), { markers: true, equal: true }));

  it('is as wide as the extent of all frames, though the first is a point', () => {
    const figure = animate(frames);
    const { xaxis, yaxis, width, height } = figure.layout as Record<string, { range: number[] }> & {
      width: number;
      height: number;
    };
    const ratio = (xaxis!.range[1]! - xaxis!.range[0]!) / (yaxis!.range[1]! - yaxis!.range[0]!);
    // Around the plane there are 80 pixels beside, 70 above and below, and the slider
    expect((width - 80) / (height - SLIDER - 70)).toBeCloseTo(ratio, 1);
  });

  it('is as large as its background, and a slider more', () => {
    const [width, height] = size(bowl, 1000);
    expect(size(animate(frames, { background: bowl }), 1000)).toEqual([width, height! + SLIDER]);
  });

  it('does not list a path without a name in the legend', () => {
    const path0 = shown(animate(frames, { background: bowl })).data.at(-1);
    expect(path0).toMatchObject({ mode: 'lines+markers', showlegend: false });
    const named = path.map((_, i) => line({ Adam: path.slice(0, i + 1) }, { equal: true }));
    expect(shown(animate(named, { background: bowl })).data.at(-1)!.showlegend).not.toBe(false);
  });

  it('is less high where its plane is cut in width, as one that does not move', () => {
    const [[width, still], [, moving]] = [size(wide, 600), size(animate([wide, wide]), 600)];
    expect(width).toBe(600);
    expect(still).toBeLessThan(200);
    expect(moving).toBe(still! + SLIDER);
  });
});

describe('figures of equal axes', () => {
  it('keep their height where there is room, and others everywhere', () => {
    expect(size(bowl, 1000)[1]).toBe(380);
    expect(size(line([1, 2, 3]), 300)[1]).toBe(380);
    expect(size(scatter(path), 60)[1]).toBeGreaterThanOrEqual(160);
    expect(size(overlay(wide, line([1, 2]), { equal: false }), 300)).toEqual([300, 380]);
  });

  it('as panels are not higher than their width gives them', () => {
    const high = (figures: Figure[]) => panelsHeight(checked(grid([figures])), 800)!;
    const flat = heatmap((x, y) => x + y, { xRange: [-3, 3], yRange: [-1.2, 1.2] });
    expect(high([flat, flat, flat])).toBeLessThan(high([line([1, 2]), line([1, 2]), line([1, 2])]) - 60);
    expect(high([flat, line([1, 2])])).toBeGreaterThanOrEqual(210);
  });
});
