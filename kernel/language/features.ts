// What can be asked about a place of a cell, and the answers of the server as answers about cells. Pure: it maps places,
// ranges, edits and texts between cells and the virtual document.
import type * as lsp from 'vscode-languageserver-protocol';
import { MARK, withoutMarks } from './chunk.ts';
import type { Cell, CellRange, Range, VirtualDocument } from './document.ts';

/** A place in a cell of the notebook, or in another file. */
export type Place = { cell: string; range: Range } | { uri: string; range: Range };

/** A change of a cell's text, or of another file's. */
export type Edit = Place & { newText: string };

/** A name that stands for a variable of a cell above: `const xᐟ2 = x;` in front of a cell. */
export interface Alias {
  own: number;
  above: number;
}

/** The alias that a range of the file is a part of, by the offsets of both names. */
export function aliasAt(document: VirtualDocument, range: Range): Alias | undefined {
  const offset = document.offsetAt(range.start);
  if (document.toCell(offset)) return undefined;
  const start = document.text.lastIndexOf('\n', offset - 1) + 1;
  const line = /^const ([^\s=]+) = ([^\s;]+);$/.exec(document.text.slice(start, document.text.indexOf('\n', start)));
  return line ? { own: start + 6, above: start + 6 + line[1]!.length + 3 } : undefined;
}

/** A place that the server has named; undefined for text that no cell has. */
export function placeOf(
  document: VirtualDocument,
  uri: string,
  at: lsp.Location | lsp.LocationLink,
): Place | undefined {
  const target = 'targetUri' in at ? at.targetUri : at.uri;
  const range = 'targetUri' in at ? at.targetSelectionRange : at.range;
  if (target !== uri) return { uri: target, range };
  const found = document.cellRange(range);
  return found && { cell: found.cell, range: found.range };
}

/**
 * An edit of the file as one of a cell.
 * @param cell the cell that was asked about: a new import goes there if no cell has any
 */
export function editOf(
  document: VirtualDocument,
  edit: lsp.TextEdit,
  cell: string,
): (Edit & { cell: string }) | undefined {
  const newText = withoutMarks(edit.newText);
  const { start, end } = edit.range;
  const isEmpty = start.line === end.line && start.character === end.character;
  if (isEmpty && /^\s*import\b/.test(newText)) return importOf(document, newText, cell);
  const found = document.cellRange(edit.range);
  if (!found) return undefined;
  // A name behind a name, where the cell has it once: `{ a: aᐟ2 }` for `{ a }`
  const before = document.text.slice(0, document.offsetAt(start));
  const link = / as $|: $/.exec(before)?.[0];
  const added = link !== undefined && document.text.slice(document.offsetAt(start)).match(/^[\p{ID_Continue}$]*/u)![0];
  if (!found.exact && added && added.includes(MARK))
    return { cell: found.cell, range: found.range, newText: link + newText };
  return found.exact || isEmpty ? { cell: found.cell, range: found.range, newText } : undefined;
}

/**
 * A new import: behind the imports of the last cell that has some, up to the cell that was asked about; else in front of
 * those of the first one below; else at the top of the cell.
 */
function importOf(document: VirtualDocument, text: string, cell: string): (Edit & { cell: string }) | undefined {
  const cells = document.cells;
  const line = text.trim();
  const index = cells.findIndex(({ id }) => id === cell);
  if (index < 0) return undefined;
  const importsOf = ({ id, text }: Cell) =>
    document.facts(id)!.moved.filter(({ start, end }) => /^import\b/.test(text.slice(start, end)));
  const at = ({ id }: Cell, offset: number, newText: string) => {
    const position = document.cellPosition(id, offset);
    return { cell: id, range: { start: position, end: position }, newText };
  };
  const above = cells.slice(0, index + 1).findLast((other) => importsOf(other).length > 0);
  if (above) {
    const { end } = importsOf(above).at(-1)!;
    // A comment on the line is about the import in front of it
    const comment = /^[ \t]*\/\/[^\r\n]*/.exec(above.text.slice(end))?.[0] ?? '';
    return at(above, end + comment.length, `\n${line}`);
  }
  const below = cells.slice(index + 1).find((other) => importsOf(other).length > 0);
  if (below) return at(below, importsOf(below)[0]!.start, `${line}\n`);
  const script = /^#![^\n]*\n/.exec(cells[index]!.text)?.[0].length ?? 0;
  return at(cells[index]!, script, `${line}\n`);
}

/** What a hover says, with the range that it is about. */
export function hoverOf(
  document: VirtualDocument,
  hover: lsp.Hover | null,
): { text: string; range?: CellRange } | undefined {
  if (!hover) return undefined;
  const { contents, range } = hover;
  const parts = Array.isArray(contents) ? contents : [contents];
  const text = parts
    .map((part) =>
      typeof part === 'string'
        ? part
        : 'language' in part
          ? `\`\`\`${part.language}\n${part.value}\n\`\`\``
          : part.value,
    )
    .join('\n\n');
  const found = range && document.cellRange(range);
  return { text: withoutMarks(text), ...(found && { range: found }) };
}

/** Completion items with the ranges of the cell, each name once. */
export function completionOf(
  document: VirtualDocument,
  found: lsp.CompletionList | lsp.CompletionItem[] | null,
  cell: string,
): lsp.CompletionList {
  const list = Array.isArray(found)
    ? { isIncomplete: false, items: found }
    : (found ?? { isIncomplete: false, items: [] });
  const { itemDefaults = {} } = list as lsp.CompletionList;
  const seen = new Set<string>();
  const items: lsp.CompletionItem[] = [];
  for (const item of list.items) {
    const label = withoutMarks(item.label);
    const key = `${label}\0${item.kind}\0${item.labelDetails?.description ?? ''}`;
    // `debugger` closes cells that are typed
    if (seen.has(key)) continue;
    seen.add(key);
    const { textEdit, additionalTextEdits, insertText, filterText, ...rest } = item;
    const edit = textEdit && completionEdit(document, textEdit);
    items.push({
      ...rest,
      label,
      ...(insertText !== undefined && { insertText: withoutMarks(insertText) }),
      ...(filterText !== undefined && { filterText: withoutMarks(filterText) }),
      ...(edit && { textEdit: edit }),
      ...(additionalTextEdits && { additionalTextEdits: editsOfCell(document, additionalTextEdits, cell) }),
    });
  }
  const { editRange, ...defaults } = itemDefaults;
  const mapped = editRange && rangeOrRanges(document, editRange);
  return {
    isIncomplete: list.isIncomplete,
    itemDefaults: { ...defaults, ...(mapped && { editRange: mapped }) },
    items,
  };
}

/** The edits that an item needs besides, in its own cell. */
export const editsOfCell = (document: VirtualDocument, edits: readonly lsp.TextEdit[], cell: string): lsp.TextEdit[] =>
  edits.flatMap((edit) => {
    const found = editOf(document, edit, cell);
    return found?.cell === cell ? [{ range: found.range, newText: found.newText }] : [];
  });

function completionEdit(
  document: VirtualDocument,
  edit: lsp.TextEdit | lsp.InsertReplaceEdit,
): lsp.TextEdit | lsp.InsertReplaceEdit | undefined {
  const newText = withoutMarks(edit.newText);
  if ('range' in edit) {
    const range = document.cellRange(edit.range)?.range;
    return range && { range, newText };
  }
  const ranges = rangeOrRanges(document, edit) as { insert: Range; replace: Range } | undefined;
  return ranges && { ...ranges, newText };
}

function rangeOrRanges(
  document: VirtualDocument,
  range: Range | { insert: Range; replace: Range },
): Range | { insert: Range; replace: Range } | undefined {
  if (!('insert' in range)) return document.cellRange(range)?.range;
  const [insert, replace] = [document.cellRange(range.insert)?.range, document.cellRange(range.replace)?.range];
  return insert && replace && { insert, replace };
}

/** A semantic token: the numbers of its type and its modifiers are those of the server's legend. */
export interface Token {
  range: Range;
  type: number;
  modifiers: number;
}

/** The semantic tokens of one cell. */
export function tokensOf(document: VirtualDocument, { data }: lsp.SemanticTokens, cell: string): Token[] {
  const tokens: Token[] = [];
  let [line, character] = [0, 0];
  for (let i = 0; i + 4 < data.length; i += 5) {
    const [lines, characters, length] = [data[i]!, data[i + 1]!, data[i + 2]!];
    if (lines > 0) character = 0;
    line += lines;
    character += characters;
    const range = { start: { line, character }, end: { line, character: character + length } };
    const found = document.cellRange(range);
    if (found?.cell !== cell || !found.exact) continue;
    const { start, end } = found.range;
    if (start.line === end.line && start.character === end.character) continue;
    tokens.push({ range: found.range, type: data[i + 3]!, modifiers: data[i + 4]! });
  }
  return tokens;
}

/** The symbols of each cell, as trees. */
export function symbolsOf(
  document: VirtualDocument,
  symbols: readonly lsp.DocumentSymbol[],
): Map<string, lsp.DocumentSymbol[]> {
  const read = (symbol: lsp.DocumentSymbol): Owned<lsp.DocumentSymbol>[] => {
    const children = (symbol.children ?? []).flatMap(read);
    const [range, own] = [document.cellRange(symbol.range), document.cellRange(symbol.selectionRange)];
    if (!range || range.cell !== own?.cell) return children;
    const { name, detail } = symbol;
    const value = {
      ...symbol,
      name: withoutMarks(name),
      ...(detail !== undefined && { detail: withoutMarks(detail) }),
      range: range.range,
      selectionRange: own.range,
      children: children.filter(({ cell }) => cell === range.cell).map(({ value }) => value),
    };
    return [...children.filter(({ cell }) => cell !== range.cell), { cell: range.cell, value }];
  };
  return byCell(symbols.flatMap(read));
}

/** What belongs to a cell. */
interface Owned<T> {
  cell: string;
  value: T;
}

function byCell<T>(list: readonly Owned<T>[]): Map<string, T[]> {
  const cells = new Map<string, T[]>();
  for (const { cell, value } of list) {
    const known = cells.get(cell);
    if (known) known.push(value);
    else cells.set(cell, [value]);
  }
  return cells;
}
