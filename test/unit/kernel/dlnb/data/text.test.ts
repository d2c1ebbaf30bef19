// The text of the project and others: characters as numbers and back, and what is wrong.
import { describe, expect, it } from 'vitest';
import { text } from '../../../../../kernel/dlnb/data/text.ts';

describe('text', () => {
  it('is a story of 20,000 characters, with few different ones', () => {
    const { text: story, symbols, tokens } = text();
    expect(story.length).toBeGreaterThan(20_000);
    expect(tokens).toHaveLength(story.length);
    expect(symbols.length).toBeLessThan(70);
    expect(story.startsWith('The lighthouse at the end of the long stone pier had two keepers')).toBe(true);
    expect(story).not.toMatch(/ {2}|\n\n| \n|\n /);
  });

  it('is numbers of characters, and back', () => {
    const { encode, decode, symbols, tokens, text: story } = text();
    expect(decode(tokens)).toBe(story);
    expect([...encode('light')].map((k) => symbols[k])).toEqual(['l', 'i', 'g', 'h', 't']);
    expect([...symbols]).toEqual([...symbols].sort());
  });

  it('may be another, in part, and small', () => {
    const own = text({ from: 'Añ😀B', lowerCase: true });
    expect([own.symbols, [...own.tokens]]).toEqual([['a', 'b', 'ñ', '😀'], [0, 2, 3, 1]]); // prettier-ignore
    expect(text({ length: 3 }).text).toBe('The');
  });

  it('says what is wrong', () => {
    expect(() => text({ from: '' })).toThrow('text: the text is empty');
    expect(() => text({ from: 5 } as never)).toThrow(/from must be a text/);
    expect(() => text({ length: 0 })).toThrow(/length must be an integer of at least 1/);
    expect(() => text({ form: 'x' } as never)).toThrow(/no option "form".*did you mean "from"/);
    expect(() => text().encode('é')).toThrow(/the character "é" is not in the text/);
    expect(() => text().encode(5 as never)).toThrow(/must be a text/);
    expect(() => text().decode([999])).toThrow(/there is no character 999; there are \d+/);
  });
});
