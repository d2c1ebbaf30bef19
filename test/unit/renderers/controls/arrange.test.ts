// The outputs of a panel beside and below one another.
import { describe, expect, it } from 'vitest';
import { arrangementOf, columnsFor } from '../../../../renderers/controls/arrange.ts';
import { PLOTLY, STDOUT, VALUE } from '../../../../kernel/wire/mime.ts';

const figure = { mime: PLOTLY, json: {} };
const picture = { mime: 'image/png', base64: '' };
const text = { mime: 'text/plain', text: 'a' };
const html = { mime: 'text/html', text: '<b>told</b>' };
const table = { mime: VALUE, json: {} };
const printed = { mime: STDOUT, text: 'a' };

describe('the outputs of a panel', () => {
  it('are texts in lines of their own, and a figure alone in all the width', () => {
    for (const words of [text, html, table, printed])
      expect(arrangementOf([words, figure])).toEqual({ columns: 1, whole: [true, true] });
    expect(arrangementOf([figure, text, picture])).toEqual({ columns: 1, whole: [true, true, true] });
  });

  it('are figures side by side where several follow one another', () => {
    expect(arrangementOf([figure, figure, html])).toEqual({ columns: 2, whole: [false, false, true] });
    expect(arrangementOf([text, figure, picture, figure])).toEqual({ columns: 3, whole: [true, false, false, false] });
    const drawing = { mime: 'text/html', text: '<svg></svg>' };
    expect(arrangementOf([drawing, drawing]).columns).toBe(2);
  });

  it('are none', () => {
    expect(arrangementOf([])).toEqual({ columns: 1, whole: [] });
    expect(arrangementOf([undefined, figure])).toEqual({ columns: 1, whole: [true, true] });
  });

  it('have no more columns than figures', () => {
    expect(columnsFor(1)).toBe('minmax(0, 1fr)');
    expect(columnsFor(2)).toContain('(100% - 16px) / 2');
  });
});
