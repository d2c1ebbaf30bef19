// Values for display that cells make: HTML, SVG and Markdown from template literals, images and plots.
import { PLOTLY } from '../wire/mime.ts';
import type { PlotlyFigure } from '../wire/plotly.ts';
import { encodedBytes, plainJson } from './bundle.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';

type Markup = 'text/html' | 'image/svg+xml' | 'text/markdown';

/** Text of a MIME type that displays itself. */
export class MarkupValue implements Displayable {
  constructor(
    readonly mime: Markup,
    readonly text: string,
  ) {}

  [DISPLAY](): Record<string, unknown> {
    return { [this.mime]: this.text };
  }

  /** The markup itself. */
  toString(): string {
    return this.text;
  }
}

export interface MarkupTag {
  /** Interpolated strings are escaped; values of the same kind, and arrays of them, are inserted unchanged. */
  (strings: TemplateStringsArray, ...values: unknown[]): MarkupValue;
  /** The same as {@link raw}. @throws TypeError for a value that is no text */
  (text: string): MarkupValue;
  /**
   * Markup from a string, not escaped: for text that you trust.
   * @example
   * ```ts
   * const rows = [1, 2].map((n) => `<tr><td>${n}</td><td>${n * n}</td></tr>`).join('');
   * html.raw(`<table>${rows}</table>`);
   * ```
   */
  raw(text: string): MarkupValue;
}

function markupTag(
  name: string,
  mime: Markup,
  escape: (text: string) => string,
  texts: (strings: TemplateStringsArray) => readonly string[] = (strings) => strings,
): MarkupTag {
  const insert = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(insert).join('');
    if (value instanceof MarkupValue && (value.mime === mime || value.mime === 'image/svg+xml')) return value.text;
    if (value === null || value === undefined || value === false) return '';
    return escape(String(value));
  };
  const raw = (text: string) => new MarkupValue(mime, String(text));
  const tag = (strings: TemplateStringsArray | string, ...values: unknown[]) => {
    if (typeof strings === 'string') return raw(strings);
    if (strings instanceof MarkupValue && strings.mime === mime) return strings;
    if (!isTemplate(strings))
      throw new TypeError(
        `${name}: write ${name}\`…\` or ${name}('…') with a text, not ${strings === null ? 'null' : typeof strings}`,
      );
    return new MarkupValue(
      mime,
      texts(strings).reduce((text, s, i) => text + insert(values[i - 1]) + s),
    );
  };
  return Object.assign(tag, { raw });
}

const isTemplate = (value: unknown): value is TemplateStringsArray =>
  Array.isArray(value) && Array.isArray((value as unknown as Partial<TemplateStringsArray>).raw);

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeMarkup = (text: string) => text.replace(/[&<>"']/g, (c) => escapes[c]!);

/**
 * HTML: html`<b>${text}</b>`.
 * @example
 * ```ts
 * const names = ['cat', 'dog & bird'];
 * html`<ul>${names.map((name) => html`<li>${name}</li>`)}</ul>`;
 * ```
 */
export const html = markupTag('html', 'text/html', escapeMarkup);
/**
 * SVG: svg`<svg viewBox="0 0 10 10">…</svg>`.
 * @example
 * ```ts
 * const r = 40;
 * svg`<svg viewBox="0 0 100 100" width="100"><circle cx="50" cy="50" r="${r}" fill="teal" /></svg>`;
 * ```
 */
export const svg = markupTag('svg', 'image/svg+xml', escapeMarkup);
/**
 * Markdown: md`**${text}**`, with formulas: md`$\pi$`.
 * @example
 * ```ts
 * const accuracy = 0.982;
 * md`**Accuracy** ${accuracy}, loss $-\log p_y$`;
 * ```
 */
export const md = markupTag(
  'md',
  'text/markdown',
  (text) => text.replace(/[\\`*_{}[\]<>#|$]/g, '\\$&'),
  // Backslashes belong to Markdown and KaTeX, except those that escape a backtick or ${ of the template literal
  (strings) => strings.raw.map((s) => s.replace(/\\(`|\$\{)/g, '$1')),
);

/**
 * An image from its encoded bytes.
 * @param data a whole PNG, JPEG, … file, or a data URL of one
 * @param mime its MIME type; of a data URL, the URL's own
 * @throws TypeError if the data is neither
 * @example
 * ```ts
 * // One red pixel
 * const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
 * image(Buffer.from(png, 'base64'));
 * ```
 */
export function image(data: Uint8Array | ArrayBuffer | string, mime = 'image/png'): Displayable {
  if (typeof data === 'string') {
    const [, own] = /^data:(image\/[\w.+-]+);base64,/.exec(data) ?? [];
    if (!own) throw new TypeError('image: a text must be a data URL in base64: data:image/png;base64,…');
    return image(encodedBytes(data, own), own);
  }
  const bytes = data;
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer))
    throw new TypeError('image: the bytes must be a Uint8Array, an ArrayBuffer or a data URL of an encoded image');
  return { [DISPLAY]: () => ({ [mime]: bytes, 'text/plain': `${mime}, ${bytes.byteLength} bytes` }) };
}

/**
 * A plotly figure. Typed arrays are accepted.
 * @param data traces, see https://plotly.com/javascript/reference/
 * @param layout the figure's layout
 * @param config plotly's configuration
 * @param frames frames of an animation; without controls of its own the figure gets a slider and a play button
 * @example
 * ```ts
 * plot([{ x: ['relu', 'gelu', 'tanh'], y: [0.91, 0.92, 0.88], type: 'bar' }], { title: 'Accuracy', height: 300 });
 * ```
 */
export function plot(data: object[], layout: object = {}, config: object = {}, frames?: object[]): Displayable {
  if (!Array.isArray(data) || !data.every((trace) => typeof trace === 'object' && trace !== null))
    throw new TypeError('plot: the first argument must be an array of traces, for example [{ x: [1, 2], y: [3, 4] }]');
  const figure: PlotlyFigure = { data, layout, config, ...(frames ? { frames } : {}) };
  return { [DISPLAY]: () => ({ [PLOTLY]: plainJson(figure), 'text/plain': plotText(figure) }) };
}

/** The text twin of a figure: its title and the types of its traces. */
function plotText({ data, layout }: PlotlyFigure): string {
  const title = (layout as { title?: string | { text?: string } } | undefined)?.title;
  const name = typeof title === 'string' ? title : title?.text;
  const kinds = data.map((t) => {
    const { type = 'scatter', name: label } = t as { type?: string; name?: string };
    return label ? `${type} "${label}"` : type;
  });
  return `Plot${name ? ` "${name}"` : ''}: ${kinds.join(', ') || 'no traces'}`;
}
