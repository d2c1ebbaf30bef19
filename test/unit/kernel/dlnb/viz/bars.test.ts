// Bars: places, series, errors, and what is refused.
import { describe, expect, it } from 'vitest';
import { bars } from '../../../../../kernel/dlnb/viz/bars.ts';
import { shown } from './shown.ts';

describe('bars', () => {
  it('stand at their names, also if these are numbers or equal', () => {
    const figure = shown(bars([3, 1, 2], { names: ['10', '10', '2'] }));
    expect(figure.data[0]).toMatchObject({ type: 'bar', x: [0, 1, 2], y: [3, 1, 2] });
    expect(figure.layout).toMatchObject({ xaxis: { tickvals: [0, 1, 2], ticktext: ['10', '10', '2'] } });
  });

  it('take numbers by name, and series by name with their errors', () => {
    expect(bars({ sgd: 0.9, adam: 0.95 }).text).toBe('Bars: sgd 0.9, adam 0.95');
    const figure = shown(bars({ a: [1, 2], b: [2, 3] }, { errors: { b: [0.5, 0.25] }, stacked: true }));
    expect(figure.data[0]).not.toHaveProperty('error_y');
    expect(figure.data[1]).toMatchObject({ name: 'b', error_y: { array: [0.5, 0.25] } });
    expect(figure.layout).toMatchObject({ barmode: 'relative' });
  });

  it('lie from left to right, the first at the top', () => {
    const figure = shown(bars([1, 2], { horizontal: true }));
    expect(figure.data[0]).toMatchObject({ orientation: 'h', x: [1, 2], y: [0, 1] });
    expect(figure.layout).toMatchObject({ yaxis: { autorange: 'reversed' } });
  });

  it('refuse what cannot be drawn, and say why', () => {
    expect(() => bars({})).toThrow(/no bar in \{\}/);
    expect(() => bars([1, 2], { names: ['a'] })).toThrow(/one name for each of 2 bars, got 1/);
    expect(() => bars([1, 2], { errors: [1] })).toThrow(/errors must hold one number for each of 2 bars, got 1/);
    expect(() => bars([1], { errors: [-1] })).toThrow(/at least 0, got -1/);
    expect(() => bars({ a: [1], b: [1, 2] })).toThrow(/"a" has 1, "b" has 2/);
    expect(() => bars({ a: [1] }, { errors: { c: [1] } })).toThrow(/errors for "c"/);
    expect(() => bars(new Float64Array(6000))).toThrow(/viz.histogram, viz.line/);
    expect(() => bars([1], { stack: true } as never)).toThrow(/no option "stack"/);
    expect(bars([NaN]).text).toBe('Bars: 0 NaN');
    expect(bars([]).text).toBe('Bars: none');
  });
});
