// Values of other libraries that can be drawn: elements of a page, canvases, and specifications of Vega.
import { types } from 'node:util';
import { vegaLiteMime, vegaMime } from '../wire/vega.ts';

/** `{ [mime]: data }`, as a value's own display method returns it. */
export type MimeRecord = Record<string, unknown>;

/**
 * What another library's value is drawn as; undefined if it is none of these. A promise for canvases that encode in
 * another thread. Never throws: a value that resists is none of these.
 */
export function drawableRecord(value: unknown): MimeRecord | Promise<MimeRecord> | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  try {
    return elementRecord(value) ?? canvasRecord(value) ?? vegaRecord(value);
  } catch {
    return undefined;
  }
}

/** The part of a DOM node that is read here. */
interface NodeLike {
  nodeType: number;
  outerHTML?: unknown;
  localName?: unknown;
  textContent?: unknown;
  childNodes?: Iterable<NodeLike>;
}
const ELEMENT = 1;
const TEXT = 3;
const FRAGMENT = 11;

/** Elements and fragments of the DOM, of linkedom, jsdom, happy-dom and the like: SVG as a picture, others as HTML. */
function elementRecord(value: object): MimeRecord | undefined {
  const node = value as NodeLike;
  if (!('nodeType' in value) || (node.nodeType !== ELEMENT && node.nodeType !== FRAGMENT)) return undefined;
  const html = markupOf(node);
  if (html === undefined) return undefined;
  const start = /^[^>]*>/.exec(html)?.[0] ?? '';
  const plain = start.length > 200 ? `${start.slice(0, 200)}…` : start;
  if (String(node.localName).toLowerCase() !== 'svg') return { 'text/html': html, 'text/plain': plain };
  const named = /\sxmlns=/.test(start) ? html : html.replace(/^<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  return { 'image/svg+xml': named, 'text/plain': plain };
}

function markupOf(node: NodeLike): string | undefined {
  if (node.nodeType === ELEMENT) return typeof node.outerHTML === 'string' ? node.outerHTML : undefined;
  const parts = [...(node.childNodes ?? [])].map((child) =>
    child.nodeType === TEXT
      ? String(child.textContent).replace(/[&<]/g, (c) => (c === '&' ? '&amp;' : '&lt;'))
      : markupOf(child),
  );
  return parts.join('');
}

/** The part of a canvas that is read here. Libraries of Node encode to a buffer, pages to a data URL. */
interface CanvasLike {
  width: number;
  height: number;
  getContext(kind: string): unknown;
  toBuffer?(type: string): unknown;
  toDataURL?(type: string): unknown;
}

function canvasRecord(value: object): MimeRecord | Promise<MimeRecord> | undefined {
  const canvas = value as CanvasLike;
  if (typeof canvas.getContext !== 'function' || !(canvas.width > 0) || !(canvas.height > 0)) return undefined;
  const encoded =
    typeof canvas.toBuffer === 'function'
      ? canvas.toBuffer('image/png')
      : typeof canvas.toDataURL === 'function'
        ? canvas.toDataURL('image/png')
        : undefined;
  const record = (data: unknown): MimeRecord => ({
    'image/png': data,
    'text/plain': `Canvas, ${canvas.width} × ${canvas.height} pixels`,
  });
  if (encoded === undefined) return undefined;
  return types.isPromise(encoded) ? encoded.then(record) : record(encoded);
}

const SCHEMA = /\/schema\/(vega|vega-lite)\/v(\d+)/;
/** The version of a specification that names none. */
const VERSION = 6;

/** Specifications of Vega and Vega-Lite, and what vega-lite-api builds. */
function vegaRecord(value: object): MimeRecord | undefined {
  const made = value as { toSpec?: unknown; $schema?: unknown };
  const spec = (typeof made.toSpec === 'function' ? (made.toSpec as () => unknown)() : value) as {
    $schema?: unknown;
    mark?: unknown;
    title?: unknown;
  } | null;
  if (typeof spec !== 'object' || spec === null) return undefined;
  const [, kind, version = VERSION] = SCHEMA.exec(String(spec.$schema)) ?? [];
  // Without a schema, what an object with the method makes is Vega-Lite
  if (!kind && spec === value) return undefined;
  const title = typeof spec.title === 'string' ? ` "${spec.title}"` : '';
  return kind === 'vega'
    ? { [vegaMime(Number(version))]: spec, 'text/plain': `Vega plot${title}` }
    : { [vegaLiteMime(Number(version))]: spec, 'text/plain': `Vega-Lite plot${title}` };
}

/** Whether all keys of a plain object are MIME types: `display({ 'text/html': '…' })` draws it. */
export function isMimeRecord(value: unknown): value is MimeRecord {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^(text|image|application|audio|video)\/[\w.+-]+$/.test(key));
}
