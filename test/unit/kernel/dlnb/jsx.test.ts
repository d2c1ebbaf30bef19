// The HTML that JSX makes where React is not installed.
import { describe, expect, it } from 'vitest';
import { createElement, Fragment, jsx } from '../../../../kernel/dlnb/jsx.ts';
import { html, md } from '../../../../kernel/outputs/html.ts';

const text = (...args: Parameters<typeof jsx>) => jsx(...args).text;

describe('attributes', () => {
  it.each([
    [{ className: 'a b', htmlFor: 'x' }, ' class="a b" for="x"'],
    [{ hidden: true, disabled: false, title: null, id: undefined }, ' hidden=""'],
    [{ 'data-on': true, 'aria-hidden': false }, ' data-on="true" aria-hidden="false"'],
    [{ title: '<"&\'>' }, ' title="&lt;&quot;&amp;&#39;&gt;"'],
    [{ onClick: () => 1, key: 1, ref: {}, '" x': 1 }, ''],
    [{ strokeWidth: 2, viewBox: '0 0 1 1', xlinkHref: '#a' }, ' stroke-width="2" viewBox="0 0 1 1" xlink:href="#a"'],
    [
      { style: { marginTop: 4, lineHeight: 2, '--x': 3, color: null, WebkitFlex: 1, top: 0 } },
      ' style="margin-top:4px;line-height:2;--x:3;-webkit-flex:1px;top:0"',
    ],
    [{ style: 'color: red' }, ' style="color: red"'],
    [{ tabIndex: 0, colSpan: 2 }, ' tabIndex="0" colSpan="2"'],
  ])('%j', (props, written) => {
    expect(text('i', props)).toBe(`<i${written}></i>`);
  });
});

describe('children', () => {
  it('are text, numbers, elements and lists of them', () => {
    const children = [
      '<b>',
      1,
      2n,
      null,
      false,
      true,
      undefined,
      [jsx('b', { children: 'x' }), html`<u>k</u>`],
      new Set(['s']),
    ];
    expect(text('p', { children })).toBe('<p>&lt;b&gt;12<b>x</b><u>k</u>s</p>');
  });

  it('may not be other things', () => {
    expect(() => jsx('p', { children: { a: 1, b: 2 } })).toThrow('not an object with the keys a, b');
    expect(() => jsx('p', { children: () => 1 })).toThrow('not function');
    expect(() =>
      jsx('p', {
        children: md`
_m_
        `,
      }),
    ).toThrow(TypeError);
  });

  it('of elements without content are left out; raw HTML is taken as it is', () => {
    expect(text('br', {})).toBe('<br>');
    expect(text('img', { src: 'a.png' })).toBe('<img src="a.png">');
    expect(text('div', { dangerouslySetInnerHTML: { __html: '<b>&</b>' } })).toBe('<div><b>&</b></div>');
    expect(text('textarea', { defaultValue: '<', rows: 2 })).toBe('<textarea rows="2">&lt;</textarea>');
  });
});

describe('components', () => {
  it('get their attributes and children, and may return what a child may be', () => {
    const Card = ({ title, children }: Record<string, unknown>) => jsx('section', { children: [title, children] });
    expect(text(Card, { title: 'T', children: jsx('b') })).toBe('<section>T<b></b></section>');
    expect(text(() => ['a', 1], {})).toBe('a1');
    expect(text(Fragment, { children: ['a', jsx('i')] })).toBe('a<i></i>');
    expect(createElement('p', { id: 'x' }, 'a', 'b').text).toBe('<p id="x">ab</p>');
    expect(createElement('p', null).text).toBe('<p></p>');
  });

  it('that cannot be shown are named', () => {
    async function Late() {
      return 'x';
    }
    expect(() => jsx(Late)).toThrow('The component Late is async');
    expect(() => jsx(undefined as never)).toThrow('must be a tag or a function, not undefined');
    expect(() => jsx('a b')).toThrow(TypeError);
  });
});
