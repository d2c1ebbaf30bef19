// Builds SVG as text: elements, escaped texts with estimated widths, and colors that the rasterizer understands.
import { SERIES, type Theme } from '../../renderers/shared/theme.ts';

/** Width of a picture in pixels before it is enlarged for sharp screens. */
export const WIDTH = 640;
/** No picture is higher, in the same pixels. */
export const MAX_HEIGHT = 1000;

/** A drawing: the inside of an `svg` element and its size in pixels. */
export interface Drawing {
  width: number;
  height: number;
  body: string;
}

/** The colors of every picture: those of the editor's light theme. */
export const LIGHT: Theme = {
  kind: 'light',
  highContrast: false,
  foreground: '#3b3b3b',
  muted: '#616161',
  background: '#ffffff',
  grid: '#e6e6e6',
  solidGrid: '#d0d0d0',
  border: '#c4c4c4',
  panel: '#f8f8f8',
  fontFamily: 'DejaVu Sans',
  fontSize: 12,
  series: SERIES.light,
};

/** The whole document of a drawing, on a white page. */
export const document = ({ width, height, body }: Drawing): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" ` +
  `viewBox="0 0 ${n(width)} ${n(height)}" font-family="DejaVu Sans" font-size="12" fill="${LIGHT.foreground}">` +
  `<rect width="100%" height="100%" fill="${LIGHT.background}"/>${body}</svg>`;

/** A coordinate with two decimals, so that the last bits of a computation do not change the picture. */
export const n = (value: number): string => (Number.isFinite(value) ? String(Math.round(value * 100) / 100 + 0) : '0');

type Attributes = Record<string, string | number | undefined>;

/** An element. Attributes that are undefined are left out. */
export function el(tag: string, attributes: Attributes, content = ''): string {
  let text = `<${tag}`;
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) text += ` ${name}="${typeof value === 'number' ? n(value) : escaped(value)}"`;
  return content ? `${text}>${content}</${tag}>` : `${text}/>`;
}

/** Text for XML. Characters that XML forbids are left out. */
export const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '')
    .replace(/[\t\n\r]/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

export interface TextStyle {
  size?: number;
  fill?: string;
  anchor?: 'start' | 'middle' | 'end' | undefined;
  /** Degrees clockwise around the text's place. */
  rotate?: number;
  /** The text is cut to this width. */
  most?: number | undefined;
  opacity?: number | undefined;
}

/** One line of text, with its baseline at `y`. */
export function label(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 12, fill, anchor, rotate, most, opacity } = style;
  const shown = most === undefined ? text : fitted(text, most, size);
  if (shown.trim() === '') return '';
  return el(
    'text',
    {
      x,
      y,
      'font-size': size === 12 ? undefined : size,
      fill,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      transform: rotate ? `rotate(${n(rotate)} ${n(x)} ${n(y)})` : undefined,
      'fill-opacity': opacity,
    },
    escaped(shown),
  );
}

/** Widths of the characters from space to `~` in hundredths of the font's size; DejaVu Sans. */
const ADVANCES =
  '32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84'
    .split(' ')
    .map((hundredths) => Number(hundredths) / 100);
/** Other characters, about. */
const OTHER = 0.75;
const WIDE = 1;

/** The width of a text in pixels. */
export function widthOf(text: string, size = 12): number {
  let width = 0;
  for (const c of text) {
    const code = c.codePointAt(0)!;
    width += ADVANCES[code - 32] ?? (code >= 0x2e80 || c === '…' ? WIDE : OTHER);
  }
  return width * size;
}

/** The text, or its beginning with `…` if it is wider than `most` pixels. */
export function fitted(text: string, most: number, size = 12): string {
  if (widthOf(text, size) <= most) return text;
  const characters = [...text];
  let width = widthOf('…', size);
  let end = 0;
  while (end < characters.length && width + widthOf(characters[end]!, size) <= most)
    width += widthOf(characters[end++]!, size);
  return end === 0 ? '' : `${characters.slice(0, end).join('').trimEnd()}…`;
}

/** Breaks a text into lines of at most `most` pixels at spaces; the last line is cut. */
export function wrapped(text: string, most: number, lines: number, size = 12): string[] {
  const found: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line ? `${line} ${word}` : word;
      if (line && widthOf(longer, size) > most) {
        found.push(line);
        line = word;
      } else line = longer;
    }
    found.push(line);
    if (found.length > lines) break;
  }
  const shown = found.slice(0, lines).map((line) => fitted(line, most, size));
  if (found.length > lines) shown[lines - 1] = fitted(`${shown[lines - 1]} …`, most, size);
  return shown;
}

/** Color and opacity of a CSS color: SVG of the rasterizer has no alpha in colors. */
export function paintOf(color: unknown, fallback: string): { color: string; opacity: number } {
  if (typeof color !== 'string' || color.length > 60) return { color: fallback, opacity: 1 };
  const rgba = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:\s*[,/]\s*([\d.]+)(%?))?\s*\)$/i.exec(color);
  if (rgba) {
    const [r, g, b] = rgba.slice(1, 4).map((v) => Math.max(0, Math.min(255, Math.round(Number(v)))));
    const opacity = rgba[4] === undefined ? 1 : Number(rgba[4]) / (rgba[5] ? 100 : 1);
    return { color: `rgb(${r},${g},${b})`, opacity: Math.max(0, Math.min(1, opacity)) };
  }
  const hex = /^#([0-9a-f]{8})$/i.exec(color)?.[1];
  if (hex) return { color: `#${hex.slice(0, 6)}`, opacity: parseInt(hex.slice(6), 16) / 255 };
  if (color === 'transparent') return { color: '#ffffff', opacity: 0 };
  return /^(#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,24}|hsla?\([\d.,%\s/]+\))$/i.test(color)
    ? { color, opacity: 1 }
    : { color: fallback, opacity: 1 };
}

/** A card that says what an output is, where it is not drawn. */
export function card(title: string, text: string): Drawing {
  const lines = wrapped(text, WIDTH - 72, 6);
  const height = 56 + 18 * lines.length;
  const body =
    el('rect', {
      x: 8.5,
      y: 8.5,
      width: WIDTH - 17,
      height: height - 17,
      rx: 6,
      fill: LIGHT.panel,
      stroke: LIGHT.border,
    }) +
    label(28, 36, title, { size: 14, most: WIDTH - 56 }) +
    lines.map((line, i) => label(28, 58 + 18 * i, line, { fill: LIGHT.muted })).join('');
  return { width: WIDTH, height, body };
}
