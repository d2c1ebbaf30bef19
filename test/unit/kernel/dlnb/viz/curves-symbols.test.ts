// Points of more classes than there are colors.
import { describe, expect, it } from 'vitest';
import { scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { shown } from './shown.ts';

const markersOf = (columns: number, classes: number) =>
  shown(
    scatter(
      Array.from({ length: classes }, (_, i) => Array.from({ length: columns }, () => i)),
      { labels: Array.from({ length: classes }, (_, i) => i) },
    ),
  ).data.map((trace) => (trace['marker'] as unknown as { symbol?: string }).symbol);

describe('a scatter plot of many classes', () => {
  it('has another symbol for each eight classes, so that no two look alike', () => {
    const symbols = markersOf(2, 26);
    const looks = symbols.map((symbol, k) => `${k % 8} ${symbol ?? 'circle'}`);
    expect(new Set(looks).size).toBe(26);
    expect(symbols[7]).toBeUndefined();
    expect(symbols[8]).toBe('square');
  });

  it('has forms that there are in space', () => {
    const forms = ['circle', 'square', 'diamond', 'cross', 'x'];
    for (const symbol of markersOf(3, 40).slice(8)) expect(forms).toContain(symbol);
  });
});
