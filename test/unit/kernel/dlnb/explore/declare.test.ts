// Controls as cells declare them, and the errors of those that cannot be shown.
import { describe, expect, it } from 'vitest';
import { Button, declare, type ControlSpecs } from '../../../../../kernel/dlnb/explore/declare.ts';

const one = (spec: unknown) => declare('explore', { w: spec } as ControlSpecs)[0]!;

describe('a declaration', () => {
  it('makes the control that it looks like', () => {
    expect(one([-2, 2]).control).toEqual({ kind: 'range', name: 'w', from: -2, to: 2, value: 0 });
    expect(one([1e-4, 1, { log: true, label: 'η' }]).control).toEqual({
      kind: 'range', name: 'w', label: 'η', from: 1e-4, to: 1, log: true, value: 0.01,
    }); // prettier-ignore
    expect(one({ from: 1, to: 9, step: 2, value: 4 }).control).toMatchObject({ step: 2, value: 5 });
    expect(one(true).control).toEqual({ kind: 'check', name: 'w', value: true });
    expect(one(new Button('Go')).control).toEqual({ kind: 'button', name: 'w', label: 'Go', value: 0 });
    expect(one([16, 32, 64]).control).toMatchObject({ kind: 'choice', options: ['16', '32', '64'] });
    expect(one({ options: [16, 32], value: 32 }).control).toMatchObject({ kind: 'choice', value: 1 });
  });

  it('gives the option itself, of whatever kind', () => {
    const f = () => 1;
    const { control, given } = one([f, 'x']);
    expect([given(0), given(1)]).toEqual([f, 'x']);
    expect(control).toMatchObject({ options: ['a function', 'x'] });
  });

  it('is refused with the control, what came and what is wanted', () => {
    const wrong: [unknown, string][] = [
      [[2, -2], 'explore: w: a slider needs from < to, got 2 and -2; for a choice among two numbers write'],
      [[0, 1, { log: true }], 'explore: w: a logarithmic slider begins above 0, got from = 0'],
      [[0, 1, { stp: 1 }], 'there is no option "stp"'],
      [{ from: 0, to: 1, step: 2 }, 'explore: w: step must be from 0.0001 to 1, got 2'],
      [{ from: 0, to: 1, value: 5 }, 'explore: w: value must be from 0 to 1, got 5'],
      [[], 'explore: w: a choice has 1 to 100 options, got 0'],
      [{ options: ['a'], value: 'b' }, 'explore: w: value b is not among the options'],
      [5, 'explore: w must be [from, to] for a slider'],
      [undefined, 'explore: w must be [from, to] for a slider'],
      [[NaN, 1], 'a slider needs from < to, got NaN and 1'],
    ];
    for (const [spec, message] of wrong) expect(() => one(spec)).toThrow(message);
    expect(() => declare('explore', [1] as never)).toThrow('the controls must be an object such as { w: [-2, 2] }');
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`c${i}`, true]));
    expect(() => declare('explore', many)).toThrow('at most 16 controls can be shown, got 17');
  });
});
