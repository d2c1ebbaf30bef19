// Contours: levels, logarithms, functions of x and y, and what is refused.
import { describe, expect, it } from 'vitest';
import { contour } from '../../../../../kernel/dlnb/viz/contour.ts';
import { shown } from './shown.ts';

const bowl = (x: number, y: number) => x * x + y * y;

describe('contours', () => {
  it('of a function stand on a grid over the ranges, with equal axes and round levels', () => {
    const figure = shown(contour(bowl, { xRange: [-2, 2], yRange: [-1, 1], resolution: 5 }));
    expect(figure.data[0]).toMatchObject({ type: 'contour', x: [-2, -1, 0, 1, 2], y: [-1, -0.5, 0, 0.5, 1] });
    expect((figure.data[0] as unknown as { z: number[][] }).z[0]).toEqual([5, 2, 1, 2, 5]);
    expect(figure.data[0]).toMatchObject({ contours: { start: 0.5, size: 0.5, end: 4.5 } });
    expect(figure.layout).toMatchObject({ yaxis: { scaleanchor: 'x' } });
  });

  it('at given levels are a line each over the colors, none of them in the legend', () => {
    const { data, layout } = shown(contour(bowl, { levels: [0.25, 1], resolution: 41 }));
    expect(data.map(({ type }) => type)).toEqual(['heatmap', 'scatter', 'scatter']);
    expect(data[1]).toMatchObject({ showlegend: false, mode: 'lines', hoverinfo: 'skip' });
    const alone = shown(contour(bowl, { levels: [0.25], filled: false }));
    expect(alone.layout).toMatchObject({ xaxis: { range: [-1, 1] }, yaxis: { range: [-1, 1] } });
    expect(layout).not.toHaveProperty('xaxis.range');
  });

  it('at given levels hold the grid once, however many levels', () => {
    const sizeOf = (levels: number[]) => JSON.stringify(shown(contour((x, y) => x * Math.exp(y), { levels }))).length;
    const [one, twelve] = [sizeOf([0.1]), sizeOf(Array.from({ length: 12 }, (_, i) => 0.05 * (i + 1)))];
    expect(twelve).toBeLessThan(1.5 * one);
  });

  it('can carry their values, in gaps of their lines', () => {
    const { data } = shown(contour(bowl, { levels: [0.25, 0.5], labels: true, resolution: 41 }));
    expect(data.at(-1)).toMatchObject({ mode: 'text', text: ['0.25', '0.5'], showlegend: false });
  });

  it('of logarithms have zero in the lowest color', () => {
    const { data } = shown(contour([[0, 1], [10, 100]], { logColors: true })); // prettier-ignore
    expect(data[0]).toMatchObject({ z: [[0, 0], [1, 2]], zmin: 0, zmax: 2, customdata: [[0, 1], [10, 100]] }); // prettier-ignore
  });

  it('refuse what has no lines', () => {
    expect(() => contour([[1, 2]])).toThrow(/at least 2 rows and 2 columns, got \[1, 2\]/);
    expect(() => contour(() => 'x' as never)).toThrow(/must return a number for x and y/);
    expect(() => contour(bowl, { levels: 0 })).toThrow(/levels must be a number from 1 to 100/);
    expect(() => contour(bowl, { levels: [] })).toThrow(/a list of finite numbers/);
    expect(() => contour(bowl, { logColors: true, levels: [-1] })).toThrow(/above 0/);
    expect(() => contour(bowl, { colors: 'categorical' })).toThrow(/viz.heatmap/);
    expect(() => contour(bowl, { xRange: [1, 1] })).toThrow(/xRange must be two finite numbers/);
    expect(() => contour([[1, 2], [3, 4]], { resolution: 9 })).toThrow(/resolution is for a function/); // prettier-ignore
    expect(contour([[NaN, NaN], [NaN, NaN]]).text).toContain('no finite values'); // prettier-ignore
  });
});
