// Reads the text of a `.dlnb` file. Unknown keys are kept. Anything that cannot be kept is an error with its place in
// the text.
//
// Repairs, all deterministic: a cell without an id, or with the id of an earlier cell, gets a new id; a missing
// `metadata`, `cells`, `source` or `outputs` is empty; a missing `language` is TypeScript. A cell of an unknown kind is
// an error in version 1, because showing and saving it as another kind would change it.
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { FormatError, NewerVersionError, positionAt, shortened } from './error.ts';
import { repairedCellId } from './id.ts';
import { plainJson, printJson, readJson, setKey } from './json.ts';
import type { Cell, CellNotes, Json, Notebook, Output, OutputItem } from './types.ts';

/** Largest length of a file, in UTF-16 units: it must fit into a JavaScript string. */
export const MAX_FILE_LENGTH = 500_000_000;

type JsonObject = { [key: string]: Json };
type Path = (string | number)[];

/** An error at a path in valid JSON. */
class Fault extends Error {
  readonly path: Path;
  readonly reason: string;

  constructor(path: Path, reason: string) {
    super(reason);
    this.path = path;
    this.reason = reason;
  }
}

/**
 * Reads the bytes of a file: UTF-8, with or without a byte-order mark.
 * @throws FormatError like {@link parseNotebook}, and for other encodings
 */
export function decodeNotebook(bytes: Uint8Array): Notebook {
  const start = { line: 1, column: 1, offset: 0 };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new FormatError(start, 'the file is UTF-16. Save it as UTF-8.');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (e) {
    if (bytes.length > MAX_FILE_LENGTH && !(e instanceof TypeError))
      throw new FormatError(start, tooLong(bytes.length));
    // Lenient decoding finds the place: the first replacement character that is not in the file itself
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const encoder = new TextEncoder();
    let offset = lenient.indexOf('\ufffd');
    for (let at = encoder.encode(lenient.slice(0, offset)).length; isReplacement(bytes, at);) {
      const next = lenient.indexOf('\ufffd', offset + 1);
      at += encoder.encode(lenient.slice(offset, next)).length;
      offset = next;
    }
    throw new FormatError(positionAt(lenient, offset), 'this character is not UTF-8. Save the file as UTF-8.');
  }
  return parseNotebook(text);
}

const isReplacement = (bytes: Uint8Array, at: number) =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
const tooLong = (length: number) =>
  `the file is too big (${Math.round(length / 1e6)} MB; the limit is ${MAX_FILE_LENGTH / 1e6}). Remove large outputs in another editor.`;

/**
 * Reads the text of a file. An empty text, or white space only, is a new, empty notebook.
 * @throws FormatError with the place and the reason, if the text is not a notebook
 * @throws NewerVersionError if it was written by a newer program; the error's `notebook` can be shown
 */
export function parseNotebook(text: string): Notebook {
  const mark = text.startsWith('\ufeff') ? 1 : 0;
  const body = mark ? text.slice(1) : text;
  if (body.length > MAX_FILE_LENGTH) throw new FormatError({ line: 1, column: 1, offset: 0 }, tooLong(body.length));
  if (/^[ \t\r\n]*$/.test(body)) return { dlnb: 1, metadata: {}, cells: [] };
  try {
    return parseBody(body);
  } catch (e) {
    if (mark && e instanceof FormatError && !(e instanceof NewerVersionError)) {
      throw new FormatError({ line: e.line, column: e.column, offset: e.offset + mark }, e.reason);
    }
    throw e;
  }
}

function parseBody(text: string): Notebook {
  let read;
  try {
    read = readJson(text);
  } catch (e) {
    throw (e instanceof FormatError && conflict(text)) || e;
  }
  try {
    return readRoot(read.value, read.special, text);
  } catch (e) {
    if (e instanceof Fault) throw new FormatError(locate(text, e.path), e.reason);
    throw e;
  }
}

/** The error for a merge-conflict marker. No line of valid JSON looks like one, because strings do not span lines. */
function conflict(text: string): FormatError | undefined {
  const marker = /^(?:<{7}|>{7}|\|{7})(?: [^\r\n]*)?$|^={7}$/m.exec(text);
  if (!marker) return undefined;
  return new FormatError(
    positionAt(text, marker.index),
    `a merge-conflict marker (${marker[0].slice(0, 60)}). Resolve the conflict in a text editor: keep the lines of one side and delete the markers.`,
  );
}

function locate(text: string, path: Path) {
  // The text has been read before: its depth is limited, and the recursive parser is safe
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  return positionAt(text, node?.offset ?? 0);
}

function readRoot(value: Json, special: boolean, text: string): Notebook {
  const root = object(value, [], 'a notebook');
  if (!Object.hasOwn(root, 'dlnb')) {
    const other = Object.hasOwn(root, 'nbformat') ? ' This is a Jupyter notebook.' : '';
    throw new Fault(
      [],
      `not a DLNB notebook: there is no key "dlnb".${other} A notebook begins with { "dlnb": 1, … }.`,
    );
  }
  const version = root['dlnb'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new Fault(['dlnb'], `"dlnb" is the version of the format and must be 1, not ${describe(version!)}.`);
  }
  const newer = version > 1;
  const { metadata: meta = {}, cells: list = [] } = root;
  const metadata = object(meta, ['metadata'], '"metadata"');
  if (!Array.isArray(list)) throw new Fault(['cells'], `"cells" must be an array of cells, not ${describe(list)}.`);
  const cells = list.map((cell, i) => {
    try {
      return readCell(cell, ['cells', i], special);
    } catch (e) {
      if (newer && e instanceof Fault) return unreadable(cell);
      throw e;
    }
  });
  repairIds(cells);
  const notebook: Notebook = { dlnb: 1, metadata, cells, ...rest(root, ['dlnb', 'metadata', 'cells']) };
  if (!newer) return notebook;
  throw new NewerVersionError(locate(text, ['dlnb']), version, { ...notebook, newer: version });
}

/** A Markdown cell that shows a cell of a newer version, which this version does not understand. */
function unreadable(cell: Json): Cell {
  const fence = '```';
  const source = `*This cell needs a newer version of DLNB.*\n\n${fence}json\n${printJson(cell, '', 'exact')}\n${fence}`;
  return { id: '', kind: 'markdown', source };
}

function readCell(value: Json, path: Path, special: boolean): Cell {
  const cell = object(value, path, 'a cell');
  const kind = cell['kind'];
  if (kind !== 'markdown' && kind !== 'code') {
    if (kind === undefined) throw new Fault(path, 'this cell has no "kind". Add "kind": "code" or "kind": "markdown".');
    throw new Fault([...path, 'kind'], `"kind" must be "code" or "markdown", not ${describe(kind)}.`);
  }
  const { id = '', source: lines = [] } = cell;
  if (typeof id !== 'string' || !/^[\w-]{0,64}$/.test(id)) {
    throw new Fault(
      [...path, 'id'],
      `"id" must be a text of up to 64 letters, digits, "-" and "_", not ${describe(id)}. Delete it to get a new one.`,
    );
  }
  const source = readSource(lines, [...path, 'source']);
  const notes = readNotes(cell['folded'], cell['covers']);
  const known = ['id', 'kind', 'source', ...Object.keys(notes)];
  if (kind === 'markdown') return { id, kind, ...notes, source, ...rest(cell, known) };
  const { language = 'typescript', outputs: list = [] } = cell;
  if (typeof language !== 'string' || language === '') {
    throw new Fault(
      [...path, 'language'],
      `"language" must be a language id such as "typescript", not ${describe(language)}.`,
    );
  }
  if (!Array.isArray(list))
    throw new Fault([...path, 'outputs'], `"outputs" must be an array of outputs, not ${describe(list)}.`);
  const outputs = list.map((output, i) => readOutput(output, [...path, 'outputs', i], special));
  return { id, kind, language, ...notes, source, outputs, ...rest(cell, [...known, 'language', 'outputs']) };
}

/** The notes of a cell that have the right type: `folded` and `covers` say nothing else. */
export const readNotes = (folded: unknown, covers: unknown): CellNotes => ({
  ...(typeof folded === 'boolean' && { folded }),
  ...(Array.isArray(covers) && covers.every((row) => typeof row === 'string') && { covers }),
});

/** Reads a source: lines without their ends, or one text. Line ends become `\n`. */
function readSource(value: Json, path: Path): string {
  if (typeof value === 'string') return value.replaceAll('\r\n', '\n');
  if (!Array.isArray(value)) throw new Fault(path, `"source" must be an array of lines, not ${describe(value)}.`);
  value.forEach((line, i) => {
    if (typeof line !== 'string')
      throw new Fault([...path, i], `a line of "source" must be a text, not ${describe(line)}.`);
  });
  return value.join('\n').replaceAll('\r\n', '\n');
}

function readOutput(value: Json, path: Path, special: boolean): Output {
  const output = object(value, path, 'an output');
  const list = output['items'];
  if (!Array.isArray(list)) {
    if (list === undefined) throw new Fault(path, 'this output has no "items". Add "items": [], or delete the output.');
    throw new Fault([...path, 'items'], `"items" must be an array, not ${describe(list)}.`);
  }
  const items = list.map((item, i) => readItem(item, [...path, 'items', i], special));
  return { items, ...rest(output, ['items']) };
}

function readItem(value: Json, path: Path, special: boolean): OutputItem {
  const item = object(value, path, 'an output item');
  const mime = item['mime'];
  if (typeof mime !== 'string' || mime === '') {
    if (mime === undefined)
      throw new Fault(path, 'this output item has no "mime". Add its type, for example "mime": "text/plain".');
    throw new Fault([...path, 'mime'], `"mime" must be a type such as "text/plain", not ${describe(mime)}.`);
  }
  const forms = (['text', 'json', 'base64'] as const).filter((form) => Object.hasOwn(item, form));
  if (forms.length !== 1) {
    const has = forms.length ? `has ${forms.map((f) => `"${f}"`).join(' and ')}` : 'has no content';
    throw new Fault(path, `this output item ${has}. It must have exactly one of "text", "json" and "base64".`);
  }
  const form = forms[0]!;
  const content = item[form]!;
  const extra = rest(item, ['mime', form]);
  if (form === 'json') return { mime, json: special ? plainJson(content) : content, ...extra };
  if (typeof content !== 'string')
    throw new Fault([...path, form], `"${form}" must be a text, not ${describe(content)}.`);
  if (form === 'text') return { mime, text: content, ...extra };
  if (!isBase64(content))
    throw new Fault(
      [...path, form],
      '"base64" is not base64 (A–Z, a–z, 0–9, "+", "/", padded with "=" to a multiple of four).',
    );
  return { mime, base64: content, ...extra };
}

function isBase64(text: string): boolean {
  const end = text.search(/[^A-Za-z0-9+/]/);
  return text.length % 4 === 0 && (end < 0 || (end >= text.length - 2 && /^={1,2}$/.test(text.slice(end))));
}

function object(value: Json, path: Path, what: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Fault(path, `${what} must be an object { … }, not ${describe(value)}.`);
  }
  return value;
}

/** The unknown keys as `extra`; an empty object if there are none. */
function rest(value: JsonObject, known: string[]): { extra?: JsonObject } {
  const keys = Object.keys(value).filter((key) => !known.includes(key));
  if (keys.length === 0) return {};
  const extra: JsonObject = {};
  for (const key of keys) setKey(extra, key, value[key]!);
  return { extra };
}

function repairIds(cells: Cell[]): void {
  const taken = new Set(cells.map((cell) => cell.id));
  const seen = new Set(['']);
  cells.forEach((cell, i) => {
    if (seen.has(cell.id)) {
      cell.id = repairedCellId(taken, `${i} ${cell.id}`);
      taken.add(cell.id);
    }
    seen.add(cell.id);
  });
}

function describe(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return shortened(JSON.stringify(value));
}
