// Attention over tokens: matrix, lines, heads, and what is refused.
import { describe, expect, it } from 'vitest';
import { attention } from '../../../../../kernel/dlnb/viz/attention.ts';
import { shown } from './shown.ts';

const weights = [
  [1, 0],
  [0.25, 0.75],
];

describe('attention', () => {
  it('is a matrix with the tokens at its places, also if they are equal or blank', () => {
    const figure = shown(attention(weights, { keys: ['a', ' '], queries: ['x', 'x'] }));
    expect(figure.data[0]).toMatchObject({ z: weights, zmin: 0, zmax: 1, customdata: [['x → a', 'x → ␣'], ['x → a', 'x → ␣']] }); // prettier-ignore
    expect(figure.layout).toMatchObject({ yaxis: { tickvals: [0, 1], ticktext: ['x', 'x'], autorange: 'reversed' } });
  });

  it('says which token takes most from which', () => {
    expect(attention(weights, { keys: ['the', 'cat'] }).text).toBe(
      'Attention: 2 queries × 2 keys. "the" takes most from "the" (1), "cat" takes most from "cat" (0.75)',
    );
  });

  it('is a line for each weight above the threshold, as strong as it', () => {
    const { data } = shown(attention(weights, { kind: 'lines', threshold: 0.3 }));
    const lines = data.filter(({ mode, x }) => mode === 'lines' && (x as unknown as number[]).length > 0);
    expect(lines.map(({ line }) => (line as unknown as { width: number }).width)).toEqual([expect.closeTo(4.3, 1), 5]);
  });

  it('of several heads stands side by side', () => {
    const figure = attention([weights, weights], { keys: ['a', 'b'] });
    expect(figure.text).toContain('2 heads');
    expect(figure.data).toHaveLength(2);
  });

  it('refuses tokens that do not fit', () => {
    expect(() => attention(weights, { keys: ['a'] })).toThrow(/keys must hold one token for each of the 2, got 1/);
    expect(() => attention([1, 2] as never)).toThrow(/\[rows, columns\]|queries/);
    expect(() => attention(weights, { threshold: 1 })).toThrow(/threshold must be a share/);
    const wide = [new Float64Array(200)];
    expect(() => attention(wide, { kind: 'lines' })).toThrow(/more than the 80/);
  });
});
