// The picture of colored text: its tokens in lines, and the scale of the colors.
import { readText } from '../../../renderers/output/payload.ts';
import { shortNumber } from '../../../renderers/shared/numbers.ts';
import { strengthOf } from '../../wire/text.ts';
import { el, label, LIGHT, MAX_HEIGHT, WIDTH, widthOf, type Drawing } from '../svg.ts';

const MARGIN = 12;
const LINE = 22;
const SIZE = 13;
const STRONGEST = 0.62;

/** @throws PayloadError if it is no such text */
export function textPicture(json: unknown): Drawing {
  const payload = readText(json);
  const { title, tokens, values, colors, valueLabel } = payload;
  const [cold, warm] = [LIGHT.series[0]!, colors === 'diverging' ? LIGHT.series[3]! : LIGHT.series[1]!];
  let body = title === undefined ? '' : label(MARGIN, 24, title, { size: 14, most: WIDTH - 2 * MARGIN });
  let [x, y] = [MARGIN, title === undefined ? 26 : 52];
  let rest = 0;
  tokens.forEach((token, i) => {
    const { strength, below } = strengthOf(values[i] ?? null, payload);
    // Letter by letter, since a long token may have to be broken
    for (const [k, part] of token.split(/(?<=\n)|(?<=\s)(?=\S)/).entries()) {
      const text = part.replace(/\n/g, '↵');
      const width = widthOf(text, SIZE);
      if (x > MARGIN && x + width > WIDTH - MARGIN && (k > 0 || text.trim() !== '')) [x, y] = [MARGIN, y + LINE];
      if (y > MAX_HEIGHT - 60) {
        rest += k === 0 ? 1 : 0;
        continue;
      }
      if (strength > 0)
        body += el('rect', {
          x,
          y: y - 14,
          width: widthOf(text.trim() === '' ? text : text.trimEnd(), SIZE),
          height: 19,
          rx: 2,
          fill: below ? cold : warm,
          'fill-opacity': STRONGEST * strength,
        });
      body += label(x, y, text, { size: SIZE, most: WIDTH - 2 * MARGIN });
      x += width;
      if (part.endsWith('\n')) [x, y] = [MARGIN, y + LINE];
    }
  });
  if (rest > 0) body += label(MARGIN, (y += LINE), `… and ${rest} more`, { fill: LIGHT.muted });
  y += 30;
  const muted = { size: 11, fill: LIGHT.muted };
  x = MARGIN;
  for (const text of [...(valueLabel === undefined ? [] : [valueLabel]), shortNumber(payload.low)]) {
    body += label(x, y, text, muted);
    x += widthOf(text, 11) + 8;
  }
  for (let i = 0; i < 30; i++) {
    const value = payload.low + ((payload.high - payload.low) * (i + 0.5)) / 30;
    const { strength, below } = strengthOf(value, payload);
    body += el('rect', {
      x: x + 4 * i,
      y: y - 9,
      width: 4,
      height: 10,
      fill: below ? cold : warm,
      'fill-opacity': STRONGEST * strength,
    });
  }
  body += el('rect', { x, y: y - 9, width: 120, height: 10, fill: 'none', stroke: LIGHT.border, 'stroke-width': 1 });
  body += label(x + 128, y, shortNumber(payload.high), muted);
  return { width: WIDTH, height: y + 14, body };
}
