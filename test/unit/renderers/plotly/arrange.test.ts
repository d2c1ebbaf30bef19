// Ticks of logarithmic axes at decades, and panels for wide and narrow outputs.
import { describe, expect, it } from 'vitest';
import { line } from '../../../../kernel/dlnb/viz/curves.ts';
import { grid } from '../../../../kernel/dlnb/viz/grid.ts';
import { arranged, decadeTick, panelsHeight } from '../../../../renderers/plotly/arrange.ts';
import { checkFigure } from '../../../../renderers/plotly/figure.ts';
import { playOf, Together } from '../../../../renderers/plotly/play.ts';
import { shown } from '../../kernel/dlnb/viz/shown.ts';

const checked = (figure: Parameters<typeof shown>[0]) => checkFigure(structuredClone(shown(figure)));

describe('a logarithmic axis', () => {
  it('has ticks at decades, at every second or third of many, and at round values within one', () => {
    expect(decadeTick(-4, 0)).toBe(1);
    expect(decadeTick(-20, 0)).toBe(3);
    expect(decadeTick(0.1, 0.6)).toBe('L1');
    expect(decadeTick(Math.log10(200), Math.log10(260))).toBe('L20');
  });

  it('gets them from its values, also if these are packed, unless it has its own', () => {
    const tick = (layout: object) => (layout as { yaxis: { dtick?: unknown } }).yaxis.dtick;
    const values = Float64Array.from({ length: 100 }, (_, i) => 10 ** (-i / 20));
    expect(tick(arranged(checked(line(values, { logY: true })), 800).layout)).toBe(1);
    expect(tick(arranged(checked(line([1, 1e30], { logY: true })), 800).layout)).toBe(5);
    expect(tick(arranged(checked(line([1, 10])), 800).layout)).toBeUndefined();
    const own = checkFigure({ data: [{ y: [1, 10] }], layout: { yaxis: { type: 'log', nticks: 3 } } });
    expect(tick(arranged(own, 800).layout)).toBeUndefined();
  });
});

describe('panels', () => {
  const figure = checked(grid([[line([1, 2]), line([1, 2]), line([1, 2])]]));
  type Axes = Record<string, { domain: [number, number]; showticklabels?: boolean }>;

  it('stand side by side in a wide output, with numbers at the left', () => {
    const layout = arranged(figure, 900).layout as unknown as Axes;
    expect(layout['xaxis3']!.domain[1]).toBeCloseTo(1);
    expect(layout['xaxis2']!.domain[0]).toBeGreaterThan(layout['xaxis']!.domain[1]);
    expect(layout['yaxis2']!.showticklabels).toBe(false);
  });

  it('stand below one another in a narrow one, which is higher', () => {
    const layout = arranged(figure, 300).layout as unknown as Axes;
    expect(layout['xaxis3']!.domain).toEqual(layout['xaxis']!.domain);
    expect(layout['yaxis3']!.domain[1]).toBeLessThan(layout['yaxis']!.domain[0]);
    expect(panelsHeight(figure, 300)).toBeGreaterThan(2.5 * panelsHeight(figure, 900)!);
  });

  it('of a file that someone has changed are no panels', () => {
    const layout = {
      meta: { panels: { columns: 1, height: 100, list: [{ row: 0, column: 0, x: 'title', y: 'yaxis' }] } },
    };
    expect(panelsHeight(checkFigure({ data: [], layout }), 500)).toBeUndefined();
  });
});

describe('figures of a group', () => {
  it('show the frame of the one that moves, which goes no further', () => {
    const seen: string[] = [];
    const members = ['a', 'b', 'c'].map((name) => new Together((i) => seen.push(`${name}${i}`)));
    members[0]!.join('g');
    members[1]!.join('g');
    members[2]!.join('other');
    members[0]!.shows(3);
    // What b shows now is what a shows
    members[1]!.shows(3);
    expect(seen).toEqual(['b3']);
    members[1]!.leave();
    members[0]!.shows(4);
    expect(seen).toEqual(['b3']);
  });

  it('play as their figure says, and as plotly does without', () => {
    const layout = { meta: { play: { at: 'end', speed: 10, loop: true, group: 'g' } } };
    expect(playOf({ layout })).toEqual({ at: 'end', speed: 10, loop: true, group: 'g' });
    expect(playOf({ layout: { meta: { play: { speed: -1 } } } })).toMatchObject({
      at: 'start',
      speed: 2.5,
      loop: false,
    });
  });
});
