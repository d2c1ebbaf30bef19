// A small matrix of numbers as a table in the colors of a scale: a patch, a kernel, their products.
import { cssColor, isBright, type ColorScale } from '../shared/color-scale.ts';
import { element } from '../shared/dom.ts';
import { exactNumber, shortNumber } from '../shared/numbers.ts';
import { pixelOf, type ValueRange } from '../shared/range.ts';

/** Wider matrices have colors without numbers; exact values appear under the pointer. */
const MOST_NUMBERS = 7;

/** @param values row by row; undefined for places outside of the input, which count as zero */
export function matrix(
  caption: string,
  values: ArrayLike<number | undefined>,
  columns: number,
  scale: ColorScale,
  range: ValueRange,
): HTMLElement {
  const table = element('table', columns > MOST_NUMBERS ? 'matrix dense' : 'matrix');
  table.append(element('caption', '', caption));
  const body = element('tbody', '');
  for (let at = 0; at < values.length; at += columns) {
    const row = element('tr', '');
    for (let i = at; i < at + columns; i++) row.append(cell(values[i], columns <= MOST_NUMBERS, scale, range));
    body.append(row);
  }
  table.append(body);
  return table;
}

function cell(value: number | undefined, number: boolean, scale: ColorScale, range: ValueRange): HTMLElement {
  if (value === undefined) {
    const made = element('td', 'outside', number ? '0' : '');
    made.title = 'Outside of the input: counts as 0';
    return made;
  }
  const made = element('td', '', number ? cellText(value) : '');
  const pixel = pixelOf(value, scale, range);
  made.style.background = cssColor(pixel);
  made.style.color = isBright(pixel) ? '#000' : '#fff';
  made.title = exactNumber(value, 'float32');
  return made;
}

/** Digits of a number in a cell. */
const ROOM = 6;

/** Up to three digits, as many as fit. */
function cellText(value: number): string {
  const texts = [shortNumber(value, 3), shortNumber(value, 2)];
  const found = texts.find((text) => text.replace('\u2212', '').length <= ROOM);
  return found ?? value.toExponential(1).replaceAll('-', '\u2212').replace('e+', 'e');
}
