// The outputs inside a panel: each is drawn by the renderer of its MIME type, in a place of its own that it keeps while
// its kind stays, so that a new drawing replaces the last one without a flicker.
import type { OutputItem, RendererApi } from 'vscode-notebook-renderer';
import type { Part, PartItem } from '../../kernel/wire/controls.ts';
import { isRecord } from '../../kernel/wire/fields.ts';
import { CONTROLS, ERROR, PLOTLY, STDERR, STDOUT } from '../../kernel/wire/mime.ts';
import renderers from '../renderers.json';
import { element } from '../shared/dom.ts';
import { arrangementOf, columnsFor } from './arrange.ts';

/** The ids of renderers by MIME type. A panel inside a panel is not drawn. */
const RENDERERS = new Map<string, string>([
  ...renderers.flatMap(({ name, mimeTypes }) => mimeTypes.map((mime): [string, string] => [mime, `dlnb-${name}`])),
  ['text/html', 'vscode.builtin-renderer'],
  ['image/svg+xml', 'vscode.builtin-renderer'],
  ['text/markdown', 'vscode.markdown-it-renderer'],
]);
RENDERERS.delete(CONTROLS);

/** Finds a renderer by its id. */
export type FindRenderer = (id: string) => Promise<RendererApi | undefined>;

interface Place {
  element: HTMLElement;
  mime: string;
  renderer: RendererApi | undefined;
  id: string;
  abort: AbortController;
}

export class PartsView {
  readonly element = element('div', 'dlnb-controls-parts');
  private readonly places: Place[] = [];
  private count = 0;

  /** @param id of the item of the panel */
  constructor(
    private readonly id: string,
    private readonly find: FindRenderer,
  ) {
    // Not in a shadow root: plotly's style sheet is the page's
    this.element.style.cssText = 'display: grid; gap: 4px 16px; align-items: start;';
  }

  /** Draws outputs. @param cursor the step of a film, at which plots with a cursor have a line */
  async show(parts: readonly Part[], cursor?: number): Promise<void> {
    for (const place of this.places.splice(parts.length)) this.remove(place);
    const { columns, whole } = arrangementOf(parts.map(drawnItem));
    this.element.style.gridTemplateColumns = columnsFor(columns);
    await Promise.all(parts.map((part, i) => this.draw(part, i, whole[i]!, cursor)));
  }

  dispose(): void {
    for (const place of this.places.splice(0)) this.remove(place);
    this.element.remove();
  }

  private async draw(part: Part, at: number, whole: boolean, cursor: number | undefined): Promise<void> {
    const { items, cursor: follows } = part;
    const item = drawnItem(part);
    if (!item) return;
    let place = this.places[at];
    if (place?.mime !== item.mime) {
      const made = element('div', 'dlnb-controls-part');
      made.style.cssText = 'min-width: 0; max-width: 100%; overflow: hidden;';
      const id = `${this.id}-part-${++this.count}`;
      const next: Place = { element: made, mime: item.mime, renderer: undefined, id, abort: new AbortController() };
      if (place) {
        place.element.replaceWith(made);
        this.remove(place);
      } else this.element.append(made);
      this.places[at] = place = next;
    }
    // Wide pictures get a row of their own too: beside another output they would be drawn smaller
    place.element.style.gridColumn = whole || isWide(item) ? '1 / -1' : 'auto';
    const shown = follows && cursor !== undefined ? withCursor(item, cursor) : item;
    const id = RENDERERS.get(item.mime);
    if (!id) return drawPlain(place.element, item);
    place.renderer ??= await this.find(id);
    // Something else stands there meanwhile
    if (this.places[at] !== place) return;
    if (!place.renderer) return drawPlain(place.element, items.find(({ mime }) => mime === 'text/plain') ?? item);
    await place.renderer.renderOutputItem(outputItem(place.id, shown), place.element, place.abort.signal);
  }

  private remove({ element: made, renderer, id, abort }: Place): void {
    abort.abort();
    renderer?.disposeOutputItem?.(id);
    made.remove();
  }
}

/** The first item that can be drawn. */
const drawnItem = ({ items }: Part): PartItem | undefined =>
  items.find(({ mime }) => mime !== ERROR && isDrawn(mime)) ?? items[0];

/** Whether an output is pictures that say that they need the width. */
export function isWide(item: PartItem): boolean {
  if (item.mime !== PLOTLY || !('json' in item) || !isRecord(item.json)) return false;
  const { layout } = item.json;
  return isRecord(layout) && isRecord(layout['meta']) && layout['meta']['wide'] === true;
}

const isDrawn = (mime: string) =>
  RENDERERS.has(mime) || mime.startsWith('image/') || mime.startsWith('text/') || isStream(mime);
const isStream = (mime: string) => mime === STDOUT || mime === STDERR;

/** Texts and images need no renderer. */
function drawPlain(into: HTMLElement, item: PartItem): void {
  if (/^image\/(png|jpeg|gif|webp)$/.test(item.mime) && 'base64' in item) {
    const image = element('img', '');
    image.src = `data:${item.mime};base64,${item.base64}`;
    image.alt = 'An image that the function has made';
    image.style.maxWidth = '100%';
    into.replaceChildren(image);
    return;
  }
  const text = 'text' in item ? item.text : 'json' in item ? JSON.stringify(item.json, null, 2) : `(${item.mime})`;
  const old = into.firstElementChild;
  if (old?.tagName === 'PRE') {
    old.textContent = text;
    return;
  }
  const pre = element('pre', '', text);
  pre.style.cssText =
    'margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 13px);';
  if (item.mime === STDERR) pre.style.color = 'var(--vscode-errorForeground, #c62828)';
  into.replaceChildren(pre);
}

/** The item as renderers get it. */
function outputItem(id: string, item: PartItem): OutputItem {
  const bytes =
    'base64' in item
      ? Uint8Array.from(atob(item.base64), (c) => c.charCodeAt(0))
      : new TextEncoder().encode('text' in item ? item.text : JSON.stringify(item.json));
  const text = () => new TextDecoder().decode(bytes);
  return {
    id,
    mime: item.mime,
    metadata: {},
    text,
    json: () => ('json' in item ? item.json : (JSON.parse(text()) as unknown)),
    data: () => bytes,
    blob: () => new Blob([bytes], { type: item.mime }),
  } as OutputItem;
}

/** A plot with a vertical line at a step. */
function withCursor(item: PartItem, step: number): PartItem {
  if (item.mime !== PLOTLY || !('json' in item) || !isRecord(item.json)) return item;
  const layout = isRecord(item.json['layout']) ? item.json['layout'] : {};
  const shapes = Array.isArray(layout['shapes']) ? (layout['shapes'] as unknown[]) : [];
  const line = { color: 'theme(foreground, 0.7)', width: 1.5 };
  const cursor = { type: 'line', xref: 'x', yref: 'paper', x0: step, x1: step, y0: 0, y1: 1, line };
  return { mime: PLOTLY, json: { ...item.json, layout: { ...layout, shapes: [...shapes, cursor] } } };
}
