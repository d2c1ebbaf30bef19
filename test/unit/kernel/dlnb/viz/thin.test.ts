// Thinning: peaks and gaps stay, and a million points become few.
import { describe, expect, it } from 'vitest';
import { line, scatter } from '../../../../../kernel/dlnb/viz/curves.ts';
import { keptOfCurve } from '../../../../../kernel/dlnb/viz/thin.ts';

describe('a curve of a million points', () => {
  const n = 1_000_000;
  const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 1000));
  y[123_457] = 50;
  y[777_777] = NaN;

  it('keeps its peaks, its gaps and both ends', () => {
    const kept = keptOfCurve(y)!;
    expect(kept.length).toBeLessThan(16_000);
    expect([kept[0], kept.at(-1), kept.includes(123_457), kept.includes(777_777)]).toEqual([0, n - 1, true, true]);
    expect(kept.every((k, i) => i === 0 || k > kept[i - 1]!)).toBe(true);
    const figure = line(y);
    expect((figure.data[0]!['x'] as Float64Array).length).toBe(kept.length);
    expect(figure.text).toContain('1000000 points');
  });

  it('and so many dots are few enough to draw, with their colors', () => {
    const points = Float64Array.from({ length: 2 * n }, (_, i) => Math.sin(i * 12.9898) * 3);
    const figure = scatter(points, { values: Float64Array.from({ length: n }, (_, i) => i) });
    const trace = figure.data[0] as { x: Float64Array; marker: { color: Float64Array } };
    expect(trace.x.length).toBeLessThanOrEqual(241 * 241);
    expect(trace.marker.color.length).toBe(trace.x.length);
  });

  it('and a short one is kept as it is', () => {
    expect(keptOfCurve([3, 1, 2])).toBeUndefined();
  });
});
