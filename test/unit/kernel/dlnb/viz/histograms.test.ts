// Distributions by layer and over time.
import { describe, expect, it } from 'vitest';
import { histograms } from '../../../../../kernel/dlnb/viz/histograms.ts';
import { shown } from './shown.ts';

describe('distributions', () => {
  it('over time are a panel for each layer, with the share of each bin', () => {
    const figure = shown(histograms({ a: [[0, 0, 1, 1], [0, 1, 1, 1]], b: [[0, 1], [1, 1]] }, { bins: 2, steps: [1, 10], logColors: false })); // prettier-ignore
    expect(figure.data).toHaveLength(2);
    expect(figure.data[0]).toMatchObject({ type: 'heatmap', x: [1, 10], y: [0.25, 0.75], z: [[0.5, 0.25], [0.5, 0.75]] }); // prettier-ignore
  });

  it('at one time are a ridge for each layer, the first at the top', () => {
    const figure = shown(histograms({ first: [1, 2, 2, 3], second: [2, 2] }, { bins: 4 }));
    expect(figure.data.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(figure.layout).toMatchObject({ yaxis: { tickvals: [1, 0], ticktext: ['first', 'second'] } });
  });

  it('say what is not finite', () => {
    expect(histograms({ a: [1, NaN, 3] }).text).toContain('mean 2, deviation 1, 1 not finite');
    expect(histograms({ a: [NaN] }).text).toContain('no finite values');
  });

  it('refuse layers that do not belong together', () => {
    expect(() => histograms([1, 2] as never)).toThrow(/values by name/);
    expect(() => histograms({})).toThrow(/no layer in \{\}/);
    expect(() => histograms({ a: [[1], [2]], b: [[1], [2], [3]] })).toThrow(/"a" has 2, "b" has 3/);
    expect(() => histograms({ a: [[1], [2]] }, { steps: [1] })).toThrow(/each of the 2 times, got 1/);
    expect(() => histograms({ a: [1] }, { bins: 1 })).toThrow(/bins must be/);
  });
});
