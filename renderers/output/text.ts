// Text whose tokens are colored by numbers, and the scale of the colors.
import { strengthOf, type ColoredText } from '../../kernel/wire/text.ts';
import { element } from '../shared/dom.ts';
import { shortNumber } from '../shared/numbers.ts';
import { readTheme, withAlpha } from '../shared/theme.ts';

/** Strongest background behind a letter, which must stay readable upon it. */
const STRONGEST = 0.62;

/** @param host an element of the page, which has the theme's variables */
export function drawText(payload: ColoredText, host: Element): HTMLElement {
  const { title, tokens, values, notes, valueLabel } = payload;
  const { series } = readTheme(host);
  const [cold, warm] = [series[0]!, payload.colors === 'diverging' ? series[3]! : series[1]!];
  const box = element('figure', 'colored-text');
  if (title !== undefined) box.append(element('figcaption', 'title', title));
  const body = element('p', 'tokens');
  tokens.forEach((token, i) => {
    const value = values[i] ?? null;
    const piece = element('span', 'token', token);
    const { strength, below } = strengthOf(value, payload);
    if (strength > 0) piece.style.background = withAlpha(below ? cold : warm, STRONGEST * strength);
    const note = notes?.[i];
    piece.title = [`${JSON.stringify(token)}: ${value === null ? 'no value' : shortNumber(value)}`, note]
      .filter(Boolean)
      .join('\n');
    // A line break has no width of its own to color
    if (token.includes('\n')) piece.textContent = token.replaceAll('\n', '↵\n');
    // Spaces behind a word stay blank
    const spaces = /\S(\s+)$/.exec(piece.textContent ?? '')?.[1] ?? '';
    if (spaces !== '') piece.textContent = (piece.textContent ?? '').slice(0, -spaces.length);
    body.append(piece, spaces);
  });
  const scale = element('div', 'text-scale');
  const bar = element('span', 'text-ramp');
  const steps = [1, 0.5, 0].map((t) => withAlpha(cold, STRONGEST * t));
  const up = [0, 0.5, 1].map((t) => withAlpha(warm, STRONGEST * t));
  bar.style.background = `linear-gradient(to right, ${(payload.colors === 'diverging' ? [...steps, ...up.slice(1)] : up).join(', ')})`;
  scale.append(
    ...(valueLabel === undefined ? [] : [element('span', '', valueLabel)]),
    element('span', '', shortNumber(payload.low)),
    bar,
    element('span', '', shortNumber(payload.high)),
  );
  box.append(body, scale);
  return box;
}
