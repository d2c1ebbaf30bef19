// Histograms: bins, counts and densities.
import { describe, expect, it } from 'vitest';
import { histogram } from '../../../../../kernel/dlnb/viz/histogram.ts';

const list = (values: unknown) => Array.from(values as ArrayLike<number>);

describe('a histogram', () => {
  it('counts each value once, the upper edge in the last bin', () => {
    const { bins } = histogram([0, 0.1, 1, 1.9, 2, 3, 4, 4], { bins: 4 });
    expect(list(bins['values']!.edges)).toEqual([0, 1, 2, 3, 4]);
    expect(list(bins['values']!.counts)).toEqual([2, 2, 1, 3]);
  });

  it('puts a value on an edge above it, also where the quotient is rounded', () => {
    const edges = Array.from({ length: 11 }, (_, i) => i / 10);
    const { bins } = histogram(edges, { bins: 10, range: [0, 1] });
    expect(list(bins['values']!.counts)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });

  it('leaves out what is not finite or outside, and says how many', () => {
    const figure = histogram([1, 2, NaN, Infinity, 9], { range: [0, 5], bins: 5 });
    expect(figure.bins['values']!.left).toBe(3);
    expect(figure.text).toContain('2 (and 3 not finite or outside)');
  });

  it('shares its bins between groups, and has the area 1 as a density', () => {
    const figure = histogram({ a: [0, 1, 2, 3], b: [10, 11] }, { density: true, bins: 7 });
    expect(figure.bins['a']!.edges).toEqual(figure.bins['b']!.edges);
    for (const trace of figure.data) {
      const area = list(trace['y']).reduce((sum, h) => sum + h * (trace['width'] as number), 0);
      expect(area).toBeCloseTo(1, 12);
    }
  });

  it('makes a bin for a single value, and refuses data without values', () => {
    expect(list(histogram([3, 3]).bins['values']!.counts).reduce((a, b) => a + b)).toBe(2);
    expect(() => histogram([NaN])).toThrow(/no finite number/);
  });
});
