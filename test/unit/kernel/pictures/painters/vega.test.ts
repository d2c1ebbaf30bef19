// Pictures of plots of Vega and Vega-Lite, and what is no picture.
import { expect, it } from 'vitest';
import { vegaPicture } from '../../../../../kernel/pictures/painters/vega.ts';
import { vegaLiteMime, vegaMime } from '../../../../../kernel/wire/vega.ts';
import { LIGHT } from '../../../../../kernel/pictures/svg.ts';

const data = { values: [{ a: 1, b: 2 }] };
const encoding = { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative' } };

it('draws Vega-Lite as wide as the page', async () => {
  const drawing = await vegaPicture({ width: 'container', data, mark: 'point', encoding }, vegaLiteMime(5));
  expect(drawing.width).toBe(640);
  expect(drawing.body).toContain(LIGHT.series[0]);
});

it('draws Vega', async () => {
  const drawing = await vegaPicture({ width: 50, height: 40, title: 'A title', marks: [] }, vegaMime(5));
  expect(drawing.body).toContain('A title');
});

it.each([
  [{ mark: 'point', data: { url: 'https://example.com/' } }, /loads? nothing|asks for data/],
  [{ mark: 'nonsense', data, encoding }, /Vega cannot read it/],
  [{ data }, /Invalid specification/],
])('says why there is none of %j', async (spec, reason) => {
  const { body } = await vegaPicture(spec, vegaLiteMime(6));
  expect(body.replace(/<[^>]*>/g, ' ')).toMatch(reason);
});
