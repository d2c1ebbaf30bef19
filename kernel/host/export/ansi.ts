// Terminal colors as HTML. The sixteen named colors are classes, so that they follow the page's theme; the others are
// the terminal's own.
import Anser, { type AnserJsonEntry } from 'anser';

/** Text with escape sequences as HTML. Of a line that was overwritten after \r, the last state is kept. */
export function ansi(text: string): string {
  const folded = text.replace(/\r+\n/g, '\n').replace(/^.*\r(?=[^\n])/gm, '');
  return Anser.ansiToJson(Anser.escapeForHtml(folded), { use_classes: true, remove_empty: true }).map(span).join('');
}

type Look = { name: string; style: string };
const NONE: Look = { name: '', style: '' };

function span({ content, decorations, isInverted, ...chunk }: AnserJsonEntry & { isInverted?: boolean }): string {
  const looks = decorations.map((name): Look => ({ name: `ansi-${name}`, style: '' }));
  const [fg, bg] = [
    colorOf(chunk.fg, chunk.fg_truecolor, 'fg', 'color'),
    colorOf(chunk.bg, chunk.bg_truecolor, 'bg', 'background'),
  ];
  if (!isInverted) return tag([fg, bg, ...looks], content);
  // The parser has swapped them, with black on white for none
  const ground = chunk.bg === 'ansi-white' ? NONE : colorOf(chunk.bg, chunk.bg_truecolor, 'fg', 'color');
  const letters = chunk.fg === 'ansi-black' ? NONE : fg;
  return tag([ground, { name: 'ansi-inverse', style: '' }, ...looks], tag([letters], content, true));
}

/** @param always a span also without a class */
function tag(looks: readonly Look[], content: string, always = false): string {
  const names = looks.map(({ name }) => name).filter(Boolean);
  const style = looks.map((look) => look.style).join('');
  if (names.length === 0 && !style && !always) return content;
  const attributes = `${names.length ? ` class="${names.join(' ')}"` : ''}${style ? ` style="${style}"` : ''}`;
  return `<span${attributes}>${content}</span>`;
}

/** @param name the parser's: `ansi-red`, `ansi-bright-red`, `ansi-palette-208`, `ansi-truecolor` */
function colorOf(name: string | null, truecolor: string | null, side: 'fg' | 'bg', property: string): Look {
  if (!name) return NONE;
  const palette = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  if (palette !== undefined) return { name: '', style: `${property}:rgb(${paletteColor(Number(palette)).join(',')});` };
  if (name === 'ansi-truecolor')
    return { name: '', style: /^[\d, ]+$/.test(truecolor ?? '') ? `${property}:rgb(${truecolor});` : '' };
  return { name: `${name}-${side}`, style: '' };
}

/** Red, green and blue of a color of xterm's palette from 16 on: a cube of 6 × 6 × 6, then 24 grays. */
function paletteColor(index: number): [number, number, number] {
  if (index >= 232) {
    const gray = 8 + 10 * (index - 232);
    return [gray, gray, gray];
  }
  const part = (n: number) => (n === 0 ? 0 : 55 + 40 * n);
  const at = index - 16;
  return [part(Math.floor(at / 36)), part(Math.floor(at / 6) % 6), part(at % 6)];
}
