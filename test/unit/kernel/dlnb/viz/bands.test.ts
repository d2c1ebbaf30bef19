// Bands of runs, stems and steps: their numbers, gaps, logarithmic axes, and what is refused.
import { describe, expect, it } from 'vitest';
import { band, stem, step } from '../../../../../kernel/dlnb/viz/bands.ts';
import { shown } from './shown.ts';

const runs = [
  [1, 10],
  [2, 20],
  [3, 60],
];
/** Low, middle and high at the first place. */
const limits = (spread: 'deviation' | 'error' | 'range' | 'quartiles') => {
  const [area, line] = shown(band(runs, { spread })).data as unknown as [{ y: number[] }, { y: number[] }];
  return [area.y.at(-1), line.y[0], area.y[0]];
};

describe('a band', () => {
  it('shows the deviation of a sample, the standard error, the range and the quartiles of runs', () => {
    expect(limits('deviation')).toEqual([1, 2, 3]);
    expect(limits('error').map((v) => v!.toFixed(4))).toEqual(['1.4226', '2.0000', '2.5774']);
    expect(limits('range')).toEqual([1, 2, 3]);
    expect(limits('quartiles')).toEqual([1.5, 2, 2.5]);
  });

  it('is there and back as one outline, from its first x, with one line for each name', () => {
    const { data } = shown(band({ a: runs, b: { low: [0, 1], high: [2, 3] } }, { start: 1 }));
    expect(data[0]).toMatchObject({ x: [1, 2, 2, 1], fill: 'toself', hoverinfo: 'skip' });
    expect(data.map(({ name, showlegend }) => [name, showlegend])).toEqual([
      ['a', false],
      ['a', undefined],
      ['b', true],
    ]);
  });

  it('leaves a gap where no run has a value, and stays above zero on a logarithmic axis', () => {
    const nan = NaN;
    expect(shown(band([[1, nan, 2, 3], [2, nan, 4, 5]])).data).toHaveLength(3); // prettier-ignore
    const [area] = shown(band([[1, 1], [3, 40]], { logY: true })).data as unknown as [{ y: number[] }]; // prettier-ignore
    expect(Math.min(...area.y)).toBeGreaterThan(0);
  });

  it('refuses other shapes', () => {
    expect(() => band([1, 2, 3] as never)).toThrow(/shape \[runs, n\].*use viz.line/);
    expect(() => band({ a: { low: [1], hi: [2] } } as never)).toThrow(/"a" must be runs/);
    expect(() => band(runs, { x: [1] })).toThrow(/x and the band must have the same length/);
    expect(() => band(runs, { spread: 'std' } as never)).toThrow(/"deviation"/);
    expect(() => band({})).toThrow(/no band in \{\}/);
  });
});

describe('stems and steps', () => {
  it('rise from zero, or on a logarithmic axis from below the least value', () => {
    const lines = (figure: ReturnType<typeof stem>) => shown(figure).data[0] as unknown as { x: number[]; y: number[] };
    expect(lines(stem([2, -1], { start: 1 }))).toMatchObject({
      x: [1, 1, null, 2, 2, null],
      y: [0, 2, null, 0, -1, null],
    });
    expect(lines(stem([0.5, 4], { logY: true })).y[0]).toBeCloseTo(0.05);
    expect(stem([1]).data.map(({ showlegend }) => showlegend)).toEqual([false, false]);
    expect(() => stem(new Float64Array(6000))).toThrow(/use viz.line/);
  });

  it('hold a value after its x, before it or around it', () => {
    const shape = (hold?: 'after' | 'before' | 'middle') =>
      (shown(step([1, 2], hold && { hold })).data[0] as unknown as { line: { shape: string } }).line.shape;
    expect([shape(), shape('before'), shape('middle')]).toEqual(['hv', 'vh', 'hvh']);
  });
});
