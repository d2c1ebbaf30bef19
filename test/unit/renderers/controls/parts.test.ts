// Which outputs of a film get a row of their own.
import { describe, expect, it } from 'vitest';
import { images } from '../../../../kernel/dlnb/viz/images.ts';
import { line } from '../../../../kernel/dlnb/viz/curves.ts';
import { PLOTLY } from '../../../../kernel/wire/mime.ts';
import { isWide } from '../../../../renderers/controls/parts.ts';
import { shown } from '../../kernel/dlnb/viz/shown.ts';

const pictures = (n: number) =>
  Array.from({ length: n }, () => Array.from({ length: 12 }, () => new Array(12).fill(0)));
const itemOf = (figure: Parameters<typeof shown>[0]) => ({ mime: PLOTLY, json: structuredClone(shown(figure)) });

describe('outputs side by side', () => {
  it('leave the whole row to pictures that would be drawn smaller', () => {
    expect(isWide(itemOf(images(pictures(20), { size: 80 })))).toBe(true);
    expect(isWide(itemOf(images(pictures(2), { size: 80 })))).toBe(false);
    expect(isWide(itemOf(line([1, 2])))).toBe(false);
    expect(isWide({ mime: 'text/plain', text: 'wide' })).toBe(false);
  });
});
