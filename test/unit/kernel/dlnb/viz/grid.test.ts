// Small multiples: axes and colors that panels share, names in the legend once, frames together, and what is refused.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../../kernel/dlnb/viz/animate.ts';
import { band } from '../../../../../kernel/dlnb/viz/bands.ts';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { grid } from '../../../../../kernel/dlnb/viz/grid.ts';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';
import { overlay } from '../../../../../kernel/dlnb/viz/overlay.ts';
import { linkedPoints } from '../../../../../renderers/plotly/linked.ts';
import { panelsOf } from '../../../../../renderers/plotly/panels.ts';
import { checkFigure } from '../../../../../renderers/plotly/figure.ts';
import { shown } from './shown.ts';

const layoutOf = (figure: ReturnType<typeof grid>) => shown(figure).layout as Record<string, Record<string, unknown>>;

describe('a grid', () => {
  it('puts each figure on axes of its own, and shares ranges that are alike', () => {
    const layout = layoutOf(grid([[line([0, 4]), line([1, 3])], [line([0, 2])]]));
    expect(layout['yaxis3']!['range']).toEqual(layout['yaxis']!['range']);
    expect(layout['xaxis2']).toMatchObject({ matches: 'x', anchor: 'y2' });
    expect(panelsOf(layout)).toMatchObject({ columns: 2, shareX: true, shareY: true });
  });

  it('does not share ranges that differ much, unless it is asked to', () => {
    const figures = [[line([0, 1]), line([0, 100])]];
    expect(panelsOf(layoutOf(grid(figures)))).toMatchObject({ shareX: true, shareY: false });
    expect(layoutOf(grid(figures, { shareY: true }))['yaxis']!['range']).toEqual([-5, 105]);
    expect(() => grid([[line([1, 2]), line([1, 2], { logY: true })]], { shareY: true })).toThrow(/linear and log/);
  });

  it('gives maps of the same colors one range and one bar', () => {
    const { data } = shown(grid([[heatmap([[0, 1], [1, 2]]), heatmap([[0, 8], [2, 1]])]])); // prettier-ignore
    expect(data).toMatchObject([
      { zmin: 0, zmax: 8 },
      { zmin: 0, zmax: 8, showscale: false },
    ]);
  });

  it('names series once in the legend, in the same colors', () => {
    const { data } = shown(grid([[line({ a: [1, 2], b: [2, 1] }), line({ a: [2, 2], b: [1, 1] })]]));
    expect(data.map(({ showlegend }) => showlegend)).toEqual([undefined, undefined, false, false]);
    expect(data[2]).toMatchObject({ legendgroup: 'a', line: { color: 'theme(series-0)' } });
  });

  it('gives another color to each name of the common legend, and the same one to the same name', () => {
    const { data } = shown(grid([[line({ a: [1, 2], b: [2, 1] }), line({ c: [2, 2], a: [1, 1] })]]));
    const colors = data.map((trace) => (trace['line'] as unknown as { color: string }).color);
    expect(colors).toEqual(['theme(series-0)', 'theme(series-1)', 'theme(series-2)', 'theme(series-0)']);
    const spread = band({ c: [[1, 2], [2, 3]], d: [[1, 1], [2, 2]] }); // prettier-ignore
    const both = shown(grid([[line({ a: [1, 2], b: [2, 1] }), spread]])).data;
    const ofC = both.filter((trace) => trace['legendgroup'] === 'c');
    expect(ofC.length).toBeGreaterThan(0);
    for (const trace of ofC) expect(JSON.stringify(trace)).toContain('series-2');
    for (const trace of ofC) expect(JSON.stringify(trace)).not.toContain('series-0');
  });

  it('leaves the colors of points over a map of colors, and gives them to no other name', () => {
    const map = overlay(heatmap([[0, 1], [1, 0]]), line({ up: [0, 1] })); // prettier-ignore
    const { data } = shown(grid([[line({ other: [1, 2] }), map]]));
    const colorOf = (name: string) =>
      (data.find((t) => t['name'] === name)!['line'] as unknown as { color: string }).color;
    expect([colorOf('up'), colorOf('other')]).toEqual(['theme(series-0)', 'theme(series-1)']);
  });

  it('runs animations together; the shorter one rests at its end', () => {
    const frames = (n: number) => animate(Array.from({ length: n }, (_, i) => line([i, i + 1])));
    const figure = shown(grid([[frames(2), frames(3)]]));
    expect(figure.frames).toHaveLength(3);
    expect(figure.frames[2]).toMatchObject({ name: '2', traces: [0, 1], data: [{ y: [1, 2] }, { y: [2, 3] }] });
  });

  it('links the points of the same number in all panels that have them', () => {
    const figure = checkFigure(structuredClone(shown(grid([[line([1, 2, 3]), line([4, 5, 6])], [line([7])]]))));
    expect(linkedPoints(figure, [{ curveNumber: 0, pointNumber: 2 }])).toEqual([
      { curveNumber: 0, pointNumber: 2 },
      { curveNumber: 1, pointNumber: 2 },
    ]);
    expect(linkedPoints(checkFigure(structuredClone(shown(line([1])))), [{ curveNumber: 0, pointNumber: 0 }])).toEqual(
      [],
    );
  });

  it('refuses panels that are none', () => {
    expect(() => grid([line([1])] as never)).toThrow(/rows of figures/);
    expect(() => grid([[line([1]), 3 as never]])).toThrow(/panel \[0\]\[1\] must be a figure of viz, got 3/);
    expect(() => grid([[scatter([[1, 2, 3]])]])).toThrow(/three dimensions/);
    expect(() => grid([[grid([[line([1])]])]])).toThrow(/is a grid itself/);
    expect(() => grid([[]])).toThrow(/no figure to draw/);
    expect(() => grid([[line([1])]], { titles: [] })).toThrow(/one for each of the 1 panels/);
  });
});
