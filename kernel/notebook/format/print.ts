// Prints a notebook as the text of a `.dlnb` file, with the same bytes for the same notebook.
//
// Sources and unknown keys are always written. Outputs are replaced by notes if the file could not be read again:
// outputs that nest too deep, and the largest outputs of a file that would be too long.
import { depthOf, MAX_DEPTH, printJson } from './json.ts';
import { MAX_FILE_LENGTH } from './parse.ts';
import type { Cell, CellNotes, Json, Notebook, Output, OutputItem, Unknown } from './types.ts';

/** Reserve for the levels above the payload of an output item, which are fewer. */
const ITEM_DEPTH = 20;

/** Options of {@link printNotebook}. */
export interface PrintOptions {
  /** Largest length of the text, in UTF-16 units; by default the largest that {@link parseNotebook} reads. */
  maxLength?: number;
}

/**
 * Prints the text of the file: keys in the order of the format, then unknown keys, indented by two spaces, with one
 * newline at the end.
 * @throws Error for a notebook of a newer version, which this program must not write
 */
export function printNotebook(notebook: Notebook, { maxLength = MAX_FILE_LENGTH }: PrintOptions = {}): string {
  if (notebook.newer !== undefined) {
    throw new Error(
      `this notebook has format version ${notebook.newer}; this program writes version 1 and would damage it. Update DLNB.`,
    );
  }
  const items = new Map<OutputItem, string>();
  for (const cell of notebook.cells) {
    if (cell.kind !== 'code') continue;
    for (const output of cell.outputs) for (const item of output.items) items.set(item, printItem(item));
  }
  shorten(items, notebook, maxLength);
  return printWith(notebook, items);
}

function printWith(notebook: Notebook, items: ReadonlyMap<OutputItem, string>): string {
  const cells = list(
    notebook.cells.map((cell) => printCell(cell, items)),
    '  ',
  );
  const metadata = printJson(notebook.metadata, '  ', 'exact');
  return `${members(
    '',
    [
      ['dlnb', '1'],
      ['metadata', metadata],
      ['cells', cells],
    ],
    notebook,
  )}\n`;
}

function printCell(cell: Cell, items: ReadonlyMap<OutputItem, string>): string {
  const indent = '    ';
  const lines = cell.source.replaceAll('\r\n', '\n');
  const source = printJson(lines === '' ? [] : lines.split('\n'), `${indent}  `, 'plain');
  const head: [string, string][] = [
    ['id', JSON.stringify(cell.id)],
    ['kind', JSON.stringify(cell.kind)],
    ...(cell.kind === 'code' ? [['language', JSON.stringify(cell.language)] as [string, string]] : []),
    ...printNotes(cell),
    ['source', source],
  ];
  if (cell.kind === 'markdown') return members(indent, head, cell);
  const outputs = list(
    cell.outputs.map((output) => printOutput(output, items)),
    `${indent}  `,
  );
  return members(indent, [...head, ['outputs', outputs]], cell);
}

/** Right before the source, each on one line: a reader of the file sees them. */
function printNotes({ folded, covers }: CellNotes): [string, string][] {
  const notes: [string, string][] = [];
  if (folded !== undefined) notes.push(['folded', JSON.stringify(folded)]);
  if (covers) notes.push(['covers', `[${covers.map((row) => JSON.stringify(row)).join(', ')}]`]);
  return notes;
}

function printOutput(output: Output, items: ReadonlyMap<OutputItem, string>): string {
  const printed = output.items.map((item) => items.get(item)!);
  return members('        ', [['items', list(printed, '          ')]], output);
}

function printItem(item: OutputItem): string {
  const indent = '            ';
  let content: [string, string];
  if ('text' in item) content = ['text', JSON.stringify(item.text)];
  else if ('base64' in item) content = ['base64', JSON.stringify(item.base64)];
  else if (depthOf(item.json) > MAX_DEPTH - ITEM_DEPTH)
    return note(item, `nests deeper than ${MAX_DEPTH - ITEM_DEPTH} levels`);
  else content = ['json', printJson(item.json, `${indent}  `, 'plain')];
  return members(indent, [['mime', JSON.stringify(item.mime)], content], item);
}

const note = (item: OutputItem, why: string) =>
  printItem({
    mime: 'text/plain',
    text: `[${item.mime}: this output was not saved, because it ${why}]`,
    ...(item.extra && { extra: item.extra }),
  });

/** Replaces the largest items by notes until the text is short enough. */
function shorten(items: Map<OutputItem, string>, notebook: Notebook, maxLength: number): void {
  let total = 0;
  for (const text of items.values()) total += text.length;
  // The rest is measured only if outputs come near the limit: nobody types a source that long
  if (total < maxLength / 2) return;
  total += printWith(notebook, new Map([...items.keys()].map((item) => [item, '']))).length;
  for (const [item, text] of [...items].sort(([, a], [, b]) => b.length - a.length)) {
    if (total <= maxLength) return;
    const short = note(item, `has ${(text.length / 1e6).toFixed(1)} MB and the file would be too big to open`);
    if (short.length >= text.length) return;
    items.set(item, short);
    total += short.length - text.length;
  }
}

function members(indent: string, known: [string, string][], { extra }: Unknown): string {
  const inner = `${indent}  `;
  const lines = known.map(([key, value]) => `${inner}"${key}": ${value}`);
  if (extra) {
    // Printed as an object, without its braces, so that keys are written the same way everywhere
    const own = printJson(withoutKnown(extra, known), indent, 'exact');
    if (own !== '{}') lines.push(own.slice(2, -indent.length - 2));
  }
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/**
 * Removes known keys from the unknown ones. A program may have put them there by mistake; duplicate keys would be
 * unreadable.
 */
function withoutKnown(extra: { [key: string]: Json }, known: [string, string][]): { [key: string]: Json } {
  if (!known.some(([key]) => Object.hasOwn(extra, key))) return extra;
  return Object.fromEntries(Object.entries(extra).filter(([key]) => !known.some(([k]) => k === key)));
}

const list = (printed: string[], indent: string) =>
  printed.length === 0 ? '[]' : `[\n${printed.map((text) => `${indent}  ${text}`).join(',\n')}\n${indent}]`;
