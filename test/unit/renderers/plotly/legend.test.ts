// A legend above the plot, the title and the plot: each has its own room at any width.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../kernel/dlnb/viz/animate.ts';
import { contour } from '../../../../kernel/dlnb/viz/contour.ts';
import { line } from '../../../../kernel/dlnb/viz/curves.ts';
import { grid } from '../../../../kernel/dlnb/viz/grid.ts';
import { overlay } from '../../../../kernel/dlnb/viz/overlay.ts';
import { arranged } from '../../../../renderers/plotly/arrange.ts';
import { checkFigure, type Figure } from '../../../../renderers/plotly/figure.ts';
import { legendHeight } from '../../../../renderers/plotly/legend.ts';
import { heightOf, styledLayout } from '../../../../renderers/plotly/look.ts';
import { shown } from '../../kernel/dlnb/viz/shown.ts';
import { themeOf } from './theme.ts';

const names = ['gradient descent', 'momentum 0.9', 'Nesterov momentum', 'AdaGrad', 'RMSProp', 'Adam'];
const path = (n: number) =>
  Object.fromEntries(names.map((name, k) => [name, Array.from({ length: n }, (_, i) => [i / 9, k / 9])]));
const bowl = contour((x, y) => x * x + y * y, { xRange: [-1, 1], yRange: [-1, 1] });
const checked = (figure: Parameters<typeof shown>[0]) => checkFigure(structuredClone(shown(figure)));

interface Laid {
  height: number;
  title: { y: number; yref: string };
  legend: { y: number; orientation: string };
  margin?: { t: number; b: number };
  template: { layout: { margin: { t: number; b: number } } };
}

/** Pixels from the top: the end of the title, the upper and the lower edge of the legend, the plot. */
function rooms(figure: Figure, width: number, { left, bars = 0 }: { left: number; bars?: number }) {
  const ready = arranged(figure, width);
  const layout = styledLayout(ready, themeOf(), width) as unknown as Laid;
  const { t, b } = layout.margin ?? layout.template.layout.margin;
  const plot = layout.height - t - b;
  const bottom = t - (layout.legend.y - 1) * plot;
  return {
    title: (1 - layout.title.y) * layout.height + 10,
    top: bottom - legendHeight(ready, Math.min(width, 2000) - left - bars, 13),
    bottom,
    plot: t,
    size: plot,
  };
}

describe('a legend above the plot', () => {
  for (const width of [400, 620, 1100])
    it(`leaves room for the title and the plot in ${width} pixels`, () => {
      const over = checked(overlay(bowl, line(path(4)), { title: 'Paths', equal: false }));
      const moving = checked(animate([line(path(2)), line(path(4))], { background: bowl, title: 'Paths' }));
      const own = (figure: Figure) => ({ ...figure, layout: { ...figure.layout, width: undefined } });
      for (const figure of [over, own(moving)] as Figure[]) {
        const { title, top, bottom, plot, size } = rooms(figure, width, { left: 80, bars: 78 });
        expect(top).toBeGreaterThan(title);
        expect(bottom).toBeLessThan(plot);
        // The plot keeps its size, whatever the rows; one of equal axes is lower in a narrow output
        expect(size).toBeGreaterThan(width < 480 ? 220 : 280);
      }
      const panels = checked(grid([[line(path(3), { title: 'a' }), line(path(3), { title: 'b' })]], { title: 'Both' }));
      const { title, top } = rooms(panels, width, { left: 72 });
      expect(top).toBeGreaterThan(title);
    });

  it('has more rows in a narrow output, and the figure is higher by them', () => {
    const figure = checked(overlay(bowl, line(path(4)), { title: 'Paths', equal: false }));
    expect(heightOf(figure, 400)).toBeGreaterThan(heightOf(figure, 1100));
    expect(legendHeight(figure, 2000, 13)).toBe(30);
    expect(legendHeight(figure, 373, 13)).toBe(70);
  });

  it('takes no room where there is none', () => {
    const single = checked(animate([line([1, 2]), line([2, 3])], { background: bowl }));
    expect(heightOf(single, 620)).toBe((single.layout['height'] as number | undefined) ?? 380);
    expect(legendHeight(checkFigure({ data: [{ y: [1] }, { y: [2] }], layout: { showlegend: false } }), 500, 13)).toBe(
      0,
    );
  });

  it('stands above in a narrow animation, whose slider is below', () => {
    const figure = checked(animate([line({ a: [1, 2], b: [2, 1] }), line({ a: [1, 3], b: [2, 0] })]));
    expect((styledLayout(figure, themeOf(), 400) as unknown as Laid).legend).toMatchObject({
      orientation: 'h',
      yanchor: 'bottom',
    });
    expect(styledLayout(figure, themeOf(), 620)['legend']).toBeUndefined();
  });
});
