// Converts notebooks between the file's form and the editor's. Plain data without 'vscode'; serializer.ts wraps it.
// Parts that the editor has no place for (ids, unknown keys, unusual forms) are kept in metadata.
import { ERROR, STDERR, STDOUT } from '../../kernel/wire/mime.ts';
import { foldTerminalText } from '../../kernel/notebook/format/terminal.ts';
import { fileItem } from '../../kernel/host/client/outputs.ts';
import type { MimeItem } from '../../kernel/wire/protocol.ts';
import { printJson } from '../../kernel/notebook/format/json.ts';
import { readNotes } from '../../kernel/notebook/format/parse.ts';
import type { Cell, CellNotes, Json, Notebook, Output, OutputItem } from '../../kernel/notebook/format/types.ts';

type Extra = { [key: string]: Json };

export interface NotebookMetadata {
  /** The file's own `metadata`. */
  metadata?: Extra;
  /** Unknown keys of the file. */
  extra?: Extra;
  /** The file's version if it is newer than this program's; such a notebook is not saved. */
  newer?: number;
}

export interface CellMetadata extends CellNotes {
  id?: string;
  extra?: Extra;
}

export interface OutputMetadata {
  /** Unknown keys of the output. */
  extra?: Extra;
  /** The file's output if the editor cannot hold all of it; valid while `print` fits the items. */
  raw?: Output;
  print?: string;
  /** Names the output while its session lives. Not saved. */
  key?: string;
  /** It is about this machine (a kernel that cannot start) and is not saved. */
  transient?: boolean;
}

export interface PlainItem {
  mime: string;
  data: Uint8Array;
}
export interface PlainOutput {
  items: PlainItem[];
  metadata?: OutputMetadata;
}
export interface PlainCell {
  kind: 'code' | 'markdown';
  language: string;
  value: string;
  outputs: PlainOutput[];
  metadata: CellMetadata;
}
export interface PlainNotebook {
  cells: PlainCell[];
  metadata: NotebookMetadata;
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The form of an item of this type in the file, one of three. */
export function formOf(mime: string): 'text' | 'json' | 'base64' {
  const type = mime.toLowerCase().split(';', 1)[0]!.trim();
  if (type === STDOUT || type === STDERR || type.startsWith('text/') || type === 'image/svg+xml') return 'text';
  if (type === 'application/json' || type === ERROR || type.endsWith('+json')) return 'json';
  return 'base64';
}

// ---- file to editor

export function toEditor(notebook: Notebook): PlainNotebook {
  const metadata: NotebookMetadata = {};
  if (Object.keys(notebook.metadata).length > 0) metadata.metadata = notebook.metadata;
  if (notebook.extra) metadata.extra = notebook.extra;
  if (notebook.newer !== undefined) metadata.newer = notebook.newer;
  return { metadata, cells: notebook.cells.map(cellToEditor) };
}

function cellToEditor(cell: Cell): PlainCell {
  const metadata: CellMetadata = { id: cell.id, ...readNotes(cell.folded, cell.covers) };
  if (cell.extra) metadata.extra = cell.extra;
  if (cell.kind === 'markdown')
    return { kind: 'markdown', language: 'markdown', value: cell.source, outputs: [], metadata };
  return {
    kind: 'code',
    language: cell.language,
    value: cell.source,
    outputs: cell.outputs.map(outputToEditor),
    metadata,
  };
}

function outputToEditor(output: Output): PlainOutput {
  const items = output.items.map(itemToEditor);
  const metadata: OutputMetadata = {};
  if (output.extra) metadata.extra = output.extra;
  if (!isUsual(output)) {
    metadata.raw = output;
    metadata.print = printOf(distinct(items));
  }
  return { items: distinct(items), metadata };
}

function itemToEditor(item: OutputItem): PlainItem {
  const mime = editorMime(item.mime);
  if ('text' in item) return { mime, data: encoder.encode(item.text) };
  if ('json' in item) return { mime, data: encoder.encode(jsonText(item.json)) };
  return { mime, data: Buffer.from(item.base64, 'base64') };
}

/** The editor writes types in lower case and refuses text that is no type. */
function editorMime(mime: string): string {
  const [, type, subtype, rest = ''] = /^(.+)\/(.+?)(;.+)?$/.exec(mime) ?? [];
  return type && subtype ? `${type.toLowerCase()}/${subtype.toLowerCase()}${rest}` : 'application/octet-stream';
}

/** The editor accepts one item of each type, except for streams. */
function distinct(items: PlainItem[]): PlainItem[] {
  const seen = new Set<string>();
  return items.filter(({ mime }) => mime === STDOUT || mime === STDERR || (!seen.has(mime) && seen.add(mime)));
}

/** Whether the output is the same after the way to the editor and back. */
function isUsual(output: Output): boolean {
  const types = new Set(output.items.map(({ mime }) => mime));
  return types.size === output.items.length && output.items.every(isUsualItem);
}

function isUsualItem(item: OutputItem): boolean {
  if (item.extra || item.mime !== editorMime(item.mime)) return false;
  const form = formOf(item.mime);
  if ('text' in item) return form === 'text' && !/\p{Surrogate}/u.test(item.text); // half a surrogate pair is no UTF-8
  if ('json' in item) return form === 'json';
  return form === 'base64' && Buffer.from(item.base64, 'base64').toString('base64') === item.base64;
}

/** JSON that reads back as the same value. `JSON.stringify` would change -0 and infinity. */
function jsonText(json: Json): string {
  return hasOddNumber(json) ? printJson(json, '', 'plain') : JSON.stringify(json);
}

function hasOddNumber(json: Json): boolean {
  if (typeof json === 'number') return Object.is(json, -0) || Math.abs(json) === Infinity;
  return json !== null && typeof json === 'object' && Object.values(json).some(hasOddNumber);
}

/** A fingerprint of items, to find out whether they were changed: types, sizes and a checksum (FNV-1a, 32 bits). */
function printOf(items: readonly PlainItem[]): string {
  return items
    .map(({ mime, data }) => {
      let hash = 0x811c9dc5;
      for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
      return `${mime} ${data.length} ${(hash >>> 0).toString(16)}`;
    })
    .join('\n');
}

// ---- editor to file

/**
 * The notebook in the file's form. A cell without an id, or with the id of an earlier cell, gets a new one.
 * @throws Error if the file has a newer version: such a notebook must not be saved
 */
export function toFile(notebook: PlainNotebook, newCellId: (taken: Set<string>) => string): Notebook {
  const { metadata, extra, newer } = notebook.metadata;
  if (newer !== undefined) throw new Error(newerVersionText(newer));
  const taken = new Set<string>(notebook.cells.flatMap((c) => c.metadata.id ?? []));
  const used = new Set<string>();
  const cells = notebook.cells.map((cell) => {
    const own = cell.metadata.id;
    const id = own && !used.has(own) ? own : newCellId(taken);
    taken.add(id);
    used.add(id);
    return cellToFile(cell, id);
  });
  return { dlnb: 1, metadata: metadata ?? {}, cells, ...(extra && { extra }) };
}

export const newerVersionText = (version: number) =>
  `This notebook has format version ${version}, newer than the version 1 that this DLNB writes. ` +
  'It can be read, but not saved or run. Update the DLNB extension to work with it.';

function cellToFile(cell: PlainCell, id: string): Cell {
  const extra = cell.metadata.extra && { extra: cell.metadata.extra };
  // The editor ends lines as the machine does, the file always by \n
  const source = cell.value.replace(/\r\n?/g, '\n');
  const notes = readNotes(cell.metadata.folded, cell.metadata.covers);
  if (cell.kind === 'markdown') return { id, kind: 'markdown', ...notes, source, ...extra };
  const outputs = cell.outputs.filter((o) => !o.metadata?.transient).map(outputToFile);
  return { id, kind: 'code', language: cell.language, ...notes, source, outputs, ...extra };
}

function outputToFile({ items, metadata }: PlainOutput): Output {
  if (metadata?.raw && metadata.print === printOf(items)) return metadata.raw;
  return { items: joinStreams(items).map(itemToFile), ...(metadata?.extra && { extra: metadata.extra }) };
}

/** Joins the items of a stream: the editor keeps appended text as further items. */
function joinStreams(items: readonly PlainItem[]): PlainItem[] {
  const joined: { mime: string; parts: Uint8Array[] }[] = [];
  for (const { mime, data } of items) {
    const last = joined.at(-1);
    if (last?.mime === mime && (mime === STDOUT || mime === STDERR)) last.parts.push(data);
    else joined.push({ mime, parts: [data] });
  }
  return joined.map(({ mime, parts }) => ({ mime, data: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }));
}

function itemToFile({ mime, data }: PlainItem): OutputItem {
  const form = formOf(mime);
  if (form !== 'base64') {
    try {
      const text = strictDecoder.decode(data);
      if (mime === STDOUT || mime === STDERR) return { mime, text: foldTerminalText(text) };
      if (form === 'text') return { mime, text };
      return jsonItem(mime, text);
    } catch {
      // not UTF-8: the bytes themselves are kept
    }
  }
  return { mime, base64: Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64') };
}

function jsonItem(mime: string, text: string): OutputItem {
  try {
    return { mime, json: JSON.parse(text) as Json };
  } catch {
    return { mime, text };
  }
}

/** An item of a kernel's bundle for the editor; the same as after saving and opening the file. */
export const shownItem = (item: MimeItem): PlainItem => itemToEditor(fileItem(item));
