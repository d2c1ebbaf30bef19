// What the renderer of Vega accepts and refuses, and the look it gives: the parts that need no browser.
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../../../kernel/pictures/svg.ts';
import { themeConfig } from '../../../renderers/vega/look.ts';
import { checkSpec, closedLoader, fittedSpec } from '../../../renderers/vega/spec.ts';

describe('a specification', () => {
  it.each([
    [{ data: { url: 'https://example.com/a.json' } }],
    [{ data: [{ name: 'a', url: 'a.csv' }] }],
    [{ layer: [{ transform: [{ lookup: 'a', from: { data: { url: '/a' } } }] }] }],
  ])('that asks for an address is refused: %j', (spec) => {
    expect(() => checkSpec(spec)).toThrow(/it asks for data at ".*a/);
  });

  it('may have rows and data URLs with anything in them', () => {
    const spec = {
      data: { values: [{ data: { url: 'https://example.com' } }] },
      layer: [{ data: { url: 'data:,[]' } }],
    };
    expect(checkSpec(spec)).toBe(spec);
    expect(() => checkSpec([])).toThrow(/is an object/);
  });

  it('gets numbers for the sizes of its container', () => {
    expect(fittedSpec({ width: 'container' }, 420)).toMatchObject({ width: 420, autosize: { type: 'fit-x' } });
    expect(fittedSpec({ width: 10 }, 420)).toEqual({ width: 10 });
  });
});

it('the loader has data URLs only, and says what it refused', async () => {
  const refused: string[] = [];
  const loader = closedLoader((error) => refused.push(error.message));
  expect(await loader.load('data:application/json;base64,W10=')).toBe('[]');
  expect(await loader.load('data:,a%20b')).toBe('a b');
  await expect(loader.load('http://x/')).rejects.toThrow(/http:\/\/x/);
  await expect(loader.sanitize('http://x/a.png', { context: 'image' })).rejects.toThrow(/a picture/);
  expect(await loader.sanitize('https://x/', { context: 'href' })).toEqual({ href: 'https://x/' });
  expect(refused).toHaveLength(2);
});

it('the look is that of the theme, unless the plot has a background', () => {
  const config = themeConfig({}, LIGHT, true);
  expect(config).toMatchObject({ background: 'transparent', mark: { color: LIGHT.series[0] } });
  expect(config).toMatchObject({ axis: { labelColor: LIGHT.muted, gridColor: LIGHT.grid } });
  expect(themeConfig({ background: 'white' }, LIGHT, true)).toEqual({});
});
