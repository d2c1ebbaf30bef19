// Text of SVG documents: what may stand in them, and how wide it is.
import { describe, expect, it } from 'vitest';
import { document, el, escaped, fitted, label, n, paintOf, widthOf, wrapped } from '../../../../kernel/pictures/svg.ts';

describe('an element', () => {
  it('escapes what users wrote, and leaves out what XML forbids', () => {
    expect(escaped('<b>&"\u0000\u001b\ud800x\ny')).toBe('&lt;b&gt;&amp;&quot;x y');
    expect(el('text', { fill: '"><script>' }, 'x')).toBe('<text fill="&quot;&gt;&lt;script&gt;">x</text>');
  });

  it('has coordinates of two decimals, so that the last bits of a number do not count', () => {
    expect([n(0.1 + 0.2), n(1e-9), n(-0.001), n(NaN), n(Infinity)]).toEqual(['0.3', '0', '0', '0', '0']);
  });

  it('stands on a white page', () =>
    expect(document({ width: 10, height: 5, body: '' })).toContain(
      '<rect width="100%" height="100%" fill="#ffffff"/>',
    ));
});

describe('a text', () => {
  it('is cut with an ellipsis where there is no room', () => {
    expect(fitted('short', 100)).toBe('short');
    const cut = fitted('a rather long name of a series', 100);
    expect(cut).toMatch(/^a rather.*…$/);
    expect(widthOf(cut)).toBeLessThanOrEqual(100);
    expect(fitted('wide', 3)).toBe('');
    expect(label(0, 0, 'wide', { most: 3 })).toBe('');
  });

  it('is broken at spaces, and its last line is cut', () => {
    const lines = wrapped('one two three four five six seven eight nine ten', 80, 2);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
    expect(lines.every((line) => widthOf(line) <= 80)).toBe(true);
  });
});

it.each([
  ['rgba(10, 20, 30, 0.5)', { color: 'rgb(10,20,30)', opacity: 0.5 }],
  ['#ff000080', { color: '#ff0000', opacity: 128 / 255 }],
  ['transparent', { color: '#ffffff', opacity: 0 }],
  ['red', { color: 'red', opacity: 1 }],
  ['url(#x)', { color: '#123456', opacity: 1 }],
  ['"/><script>', { color: '#123456', opacity: 1 }],
  [5, { color: '#123456', opacity: 1 }],
])('reads the color %s', (color, paint) => expect(paintOf(color, '#123456')).toEqual(paint));
