// Text colored by numbers: tokens, scales, and what is refused.
import { describe, expect, it } from 'vitest';
import { text } from '../../../../../kernel/dlnb/viz/text.ts';
import { readText } from '../../../../../renderers/output/payload.ts';
import { strengthOf } from '../../../../../kernel/wire/text.ts';

describe('colored text', () => {
  it('has a number for each character of a text, from zero to the largest', () => {
    const { colored } = text('aé😀', [1, 2, NaN], { valueLabel: 'bits' });
    expect(readText(JSON.parse(JSON.stringify(colored)))).toEqual(colored);
    expect(colored).toMatchObject({ tokens: ['a', 'é', '😀'], values: [1, 2, null], low: 0, high: 2 });
    expect(colored.colors).toBe('sequential');
  });

  it('has two colors around zero, and says its values as text', () => {
    const figure = text(['good', 'bad'], [0.5, -1], { separator: ' ' });
    expect(figure.colored).toMatchObject({ tokens: ['good ', 'bad'], low: -1, high: 1, colors: 'diverging' });
    expect(figure.text).toBe('Text: 2 tokens, colored from -1 to 1\ngood (0.5)bad(-1)');
    expect(strengthOf(-1, figure.colored)).toEqual({ strength: 1, below: true });
    expect(strengthOf(0, figure.colored)).toMatchObject({ strength: 0 });
  });

  it('is cut if it is very long', () => {
    const { tokens, values } = text('x'.repeat(30_000), new Float64Array(30_000)).colored;
    expect([tokens.length, values.length, tokens.at(-1)]).toEqual([20_001, 20_001, ' … and 10000 more']);
  });

  it('refuses what does not fit', () => {
    expect(() => text('abc', [1])).toThrow(/one value for each character, got 1 for 3/);
    expect(() => text(['a', 3 as never], [1, 2])).toThrow(/token 1 is 3; use String/);
    expect(() => text('a', [1], { notes: [] })).toThrow(/notes must hold one text/);
    expect(() => readText({ version: 1, tokens: ['a'], values: ['x'], low: 0, high: 1, colors: 'sequential' })).toThrow(
      /number or null/,
    );
    expect(text([], []).text).toContain('0 tokens');
  });
});
