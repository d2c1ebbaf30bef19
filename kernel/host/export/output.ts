// One output of a cell as HTML: the first representation that a page can show.
//
// HTML and SVG of the notebook may hold scripts. They are shown in sandboxed frames without an origin, which can draw
// but reach neither the page nor its files. The rest of the page never runs code of a notebook.
import { gunzipSync } from 'node:zlib';
import renderers from '../../../renderers/renderers.json';
import { MAX_GRID, readControls, readGridFrames } from '../../wire/controls.ts';
import { CELL_ERROR, CONTROLS, ERROR, OVERFLOW, PLOTLY, STDERR, STDOUT, TRAINING } from '../../wire/mime.ts';
import type { CellError } from '../../wire/errors.ts';
import { PICTURE } from '../../wire/picture.ts';
import { VEGA_TYPES } from '../../wire/vega.ts';
import type { OverflowNotice } from '../../wire/overflow.ts';
import type { Json, Output, OutputItem } from '../../notebook/format/types.ts';
import { ansi } from './ansi.ts';
import { escapeHtml, highlight } from './highlight.ts';
import { renderMarkdown } from './markdown.ts';

/** The editor's renderers, by the MIME types that they draw. */
const RENDERERS = new Map(renderers.flatMap((r) => r.mimeTypes.map((mime) => [mime, r])));
const SPATIAL = /^(scatter3d|surface|mesh3d|isosurface|volume|cone|streamtube)$/;

/** Names of the built files of renderers, such as `tensor.js`. */
export type Needs = Set<string>;

/**
 * @param label names the cell, for screen readers
 * @param needs gets the files of renderers that the page must hold
 */
export function renderOutput(output: Output, label: string, needs: Needs): string {
  for (const item of output.items) {
    const html = renderItem(item, output, label, needs);
    if (html !== undefined) return html;
  }
  const types = output.items.map(({ mime }) => mime).join(', ');
  return types ? `<p class="note">An output that this page cannot show (${escapeHtml(types)}).</p>` : '';
}

function renderItem(item: OutputItem, output: Output, label: string, needs: Needs): string | undefined {
  const mime = item.mime.toLowerCase();
  // Errors and notices are part of the page itself, also without scripts
  if (mime === CELL_ERROR) return 'json' in item ? cellError(item.json) : undefined;
  if (mime === OVERFLOW) return 'json' in item ? overflow(item.json) : undefined;
  if (mime === ERROR) return plainError(item);
  if (RENDERERS.has(mime) && 'json' in item) return drawn(item.json, mime, output, label, needs);
  if (RENDERERS.has(mime) && 'base64' in item) return binary(mime, item.base64, output, label, needs);
  if (mime === STDOUT || mime === STDERR) return stream(textOf(item), mime === STDERR);
  if (mime === 'text/html' || mime === 'image/svg+xml') return frame(textOf(item), label);
  if (/^image\/[\w.+-]+$/.test(mime) && 'base64' in item)
    return `<img src="data:${mime};base64,${item.base64}" alt="Picture of ${escapeHtml(label)}">`;
  if (mime === 'text/markdown') return `<div class="prose">${renderMarkdown(textOf(item))}</div>`;
  if (mime === 'text/latex') return `<div class="prose">${renderMarkdown(latex(textOf(item)))}</div>`;
  if (mime === 'application/json' && 'json' in item)
    return `<pre class="json">${highlight(JSON.stringify(item.json, null, 2), 'json')}</pre>`;
  if (mime.startsWith('text/')) return `<pre>${ansi(textOf(item))}</pre>`;
  return undefined;
}

function textOf(item: OutputItem): string {
  if ('text' in item) return item.text;
  return 'json' in item
    ? JSON.stringify(item.json)
    : new TextDecoder().decode(Uint8Array.from(atob(item.base64), (c) => c.charCodeAt(0)));
}

const latex = (text: string) => (text.includes('$') ? text : `$$\n${text}\n$$`);

function stream(text: string, error: boolean): string {
  return `<pre class="stream${error ? ' stderr' : ''}" tabindex="0">${ansi(text)}</pre>`;
}

function frame(html: string, label: string): string {
  return `<iframe sandbox="allow-scripts" title="Output of ${escapeHtml(label)}" data-html="${escapeHtml(html)}"></iframe>`;
}

function drawn(json: Json, mime: string, output: Output, label: string, needs: Needs): string {
  addFiles(mime, json, needs);
  if (mime === CONTROLS) for (const item of partItems(json)) addFiles(item.mime, item.json ?? null, needs);
  // JSON holds "<" only inside texts, where the escape means the same
  const data = JSON.stringify(json).replaceAll('<', '\\u003c');
  return figure(mime, `<script type="application/json">${data}</script>`, output, label, needs);
}

/** Adds the files that an item is drawn with, besides those of the panel around it. */
function addFiles(mime: string, json: Json, needs: Needs): void {
  const renderer = RENDERERS.get(mime);
  if (renderer) needs.add(`${renderer.name}.js`);
  if (mime === PLOTLY) needs.add(libraryFor(json));
  if (mime === TRAINING) needs.add('plotly-cartesian.js');
  if (VEGA_TYPES.includes(mime)) needs.add('vega-library.js');
}

/** The items of all outputs inside a panel of controls: of those that are shown, and of those in its grid. */
function partItems(json: Json): { mime: string; json?: Json }[] {
  let payload;
  try {
    payload = readControls(json);
    const { shown, error, grid } = payload;
    const parts = [...shown, ...(error ? [error] : [])];
    if (grid) {
      const text = gunzipSync(Buffer.from(grid.frames, 'base64'), { maxOutputLength: MAX_GRID.bytes }).toString();
      parts.push(...readGridFrames(JSON.parse(text), grid.samples).parts);
    }
    return parts.flatMap(({ items }) => items) as { mime: string; json?: Json }[];
  } catch {
    // The renderer says what is wrong with it
    return payload ? (payload.shown.flatMap(({ items }) => items) as { mime: string; json?: Json }[]) : [];
  }
}

function binary(mime: string, base64: string, output: Output, label: string, needs: Needs): string {
  return figure(mime, `<script type="text/plain" data-base64>${escapeHtml(base64)}</script>`, output, label, needs);
}

/** @param data the script element that holds the payload */
function figure(mime: string, data: string, output: Output, label: string, needs: Needs): string {
  const { name, role } = RENDERERS.get(mime)!;
  needs.add(`${name}.js`);
  const plain = output.items.find((i) => i.mime === 'text/plain');
  const fallback = plain && 'text' in plain ? plain.text : `a figure of ${label}`;
  const picture = output.items.find((i) => i.mime === PICTURE);
  const still =
    picture && 'base64' in picture
      ? `<img src="data:${PICTURE};base64,${escapeHtml(picture.base64)}" alt="${escapeHtml(fallback.slice(0, 200))}">`
      : `<pre>${escapeHtml(fallback)}</pre>`;
  return (
    `<div class="figure" data-renderer="${name}.js" data-mime="${mime}" role="${role}" aria-label="${escapeHtml(fallback.slice(0, 200))}">` +
    `${data}<noscript>${still}</noscript></div>`
  );
}

/** Plotly has two bundles; figures with 3-D traces need the larger one. */
function libraryFor(json: Json): string {
  const data = (json as { data?: Json } | null)?.data;
  const types = Array.isArray(data) ? data.map((trace) => String((trace as { type?: Json } | null)?.type)) : [];
  return types.some((type) => SPATIAL.test(type)) ? 'plotly-gl3d.js' : 'plotly-cartesian.js';
}

function overflow(json: Json): string {
  const { lines, bytes, omitted } = json as unknown as OverflowNotice;
  const size = bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  if (typeof omitted === 'number' && omitted > 0)
    return `<p class="note">${omitted.toLocaleString('en')} of ${Number(lines).toLocaleString('en')} lines (${size}) are left out here.</p>`;
  return `<p class="note">The output is cut here: the cell printed ${Number(lines).toLocaleString('en')} lines (${size}) in all.</p>`;
}

function plainError(item: OutputItem): string {
  let error: { name?: unknown; message?: unknown; stack?: unknown } = {};
  try {
    error = (('json' in item ? item.json : JSON.parse(textOf(item))) ?? {}) as typeof error;
  } catch {
    error = { message: textOf(item) };
  }
  const head = `${String(error.name ?? 'Error')}: ${String(error.message ?? '')}`;
  return errorBox(
    head,
    typeof error.stack === 'string' && error.stack !== head ? `<pre>${ansi(error.stack)}</pre>` : '',
  );
}

function cellError(json: Json): string | undefined {
  const error = json as unknown as CellError;
  return error && error.version === 1 && typeof error.message === 'string' && Array.isArray(error.frames)
    ? errorBox(`${error.name}: ${error.message}`, errorBody(error))
    : undefined;
}

function errorBody(error: CellError): string {
  const place = (at: CellError['frames'][number]) =>
    `${at.cell === undefined ? at.file : at.cellNumber ? `cell ${at.cellNumber}` : 'a deleted cell'}, line ${at.line}`;
  const parts: string[] = [];
  if (error.hint) parts.push(`<p>${escapeHtml(error.hint)}</p>`);
  if (error.codeFrame)
    parts.push(
      `<p class="place">${error.at ? escapeHtml(place(error.at)) : ''}</p><pre class="code-frame">${codeFrame(error.codeFrame)}</pre>`,
    );
  // A single frame is where the code frame is: nothing to add
  if (error.frames.length > 1) {
    const frames = error.frames.map(
      (f) => `<li>${f.fn ? `<b>${escapeHtml(f.fn)}</b> ` : ''}${escapeHtml(place(f))}</li>`,
    );
    parts.push(`<ol class="frames">${frames.join('')}</ol>`);
  }
  for (const cause of error.causes ?? [])
    parts.push(`<p class="place">Caused by</p>${errorBox(`${cause.name}: ${cause.message}`, errorBody(cause))}`);
  return parts.join('');
}

/** The line of the error stands out. */
function codeFrame(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^(>|\s+\|\s*\^)/.test(line) ? `<b>${escapeHtml(line)}</b>` : escapeHtml(line)))
    .join('\n');
}

const errorBox = (head: string, body: string) =>
  `<div class="error"><p class="head">${escapeHtml(head)}</p>${body}</div>`;
