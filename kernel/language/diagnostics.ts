// What TypeScript says about the virtual document, as said about the cells: at their places, and without what is wrong
// for a file and right for cells. Pure.
import type { Diagnostic as ServerDiagnostic } from 'vscode-languageserver-protocol';
import { withoutMarks } from './chunk.ts';
import type { Cell, Range, VirtualDocument } from './document.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A message about a part of a cell. */
export interface CellDiagnostic {
  /** The id of the cell. */
  cell: string;
  range: Range;
  severity: Severity;
  /** TypeScript's number, or a word for what only cells have; `shape` where shapes of tensors cannot fit. */
  code: number | 'below' | 'syntax' | 'shape';
  message: string;
  /** Code that may be shown faded, or struck through. */
  tag?: 'unnecessary' | 'deprecated';
  /** Other places that the message is about. */
  related: { message: string; at: { cell: string; range: Range } | { uri: string; range: Range } }[];
}

const SEVERITIES: readonly Severity[] = ['error', 'error', 'warning', 'information', 'hint'];

/** "Cannot find name": it may be declared further down. */
const UNKNOWN = new Set([2304, 2503, 2552, 2693, 18004]);
/** What stands in a block and may stand in a cell: `namespace`, `declare`, `import a = …`. */
const NOT_IN_BLOCKS = new Set([1184, 1232, 1235, 1202, 1147]);
/** "Unreachable code": cells below one that throws are run all the same. */
const UNREACHABLE = 7027;
/** "Cannot assign to … because it is a constant": the kernel assigns constants of other cells. */
const CONSTANT = 2588;
/** "… is declared but never read", also of a type or of all names of an import. */
const UNUSED = new Set([6133, 6192, 6196]);
/** "Used before its declaration", or "before being assigned": a `var`, which stands as `let`, is undefined then. */
const EARLY = new Set([2448, 2454]);
/** "Property … does not exist". */
const NO_PROPERTY = 2339;
/** Values that are always true, false or null, and the left side of a comma: the last expression may be of any kind. */
const POINTLESS = new Set([2695, 2869, 2871, 2872, 2873]);
/** Errors of syntax and grammar have such numbers. */
const isGrammar = (code: number) => code >= 1000 && code < 2000;

/**
 * The messages about the cells, in their order.
 * @param cells all cells of the notebook, also Markdown: they are counted
 * @param uri of the virtual document
 */
export function cellDiagnostics(
  document: VirtualDocument,
  cells: readonly Cell[],
  found: readonly ServerDiagnostic[],
  uri: string,
): CellDiagnostic[] {
  const number = new Map(cells.map(({ id }, i) => [id, i + 1]));
  const languages = new Map(cells.map(({ id, language }) => [id, language]));
  const result: CellDiagnostic[] = [];
  const seen = new Set<string>();
  for (const diagnostic of found) {
    const place = document.cellRange(diagnostic.range) ?? startOf(document, diagnostic.range);
    const code = Number(diagnostic.code);
    if (!place) continue;
    const { cell } = place;
    const facts = document.facts(cell)!;
    const offset = document.cellOffset(cell, place.range.start);
    const ownStatement = facts.statements.includes(offset);
    if (ownStatement && (NOT_IN_BLOCKS.has(code) || code === UNREACHABLE)) continue;
    // The same import in a second cell
    if (UNUSED.has(code) && document.isRepeated(cell, offset, document.cellOffset(cell, place.range.end))) continue;
    const isJavaScript = languages.get(cell)!.startsWith('javascript');
    if (isJavaScript && diagnostic.severity === 1 && !isGrammar(code)) continue;
    const text = cells[number.get(cell)! - 1]!.text;
    const name = text.slice(offset, document.cellOffset(cell, place.range.end));
    if (EARLY.has(code) && facts.names.declared.get(name)?.variable !== undefined) continue;
    // Both are said of one place
    if (code === 2454 && found.some((d) => d.code === 2448 && sameStart(d, diagnostic))) continue;
    if (code === NO_PROPERTY && isMerged(document, text.slice(0, offset))) continue;
    const mapped: CellDiagnostic = {
      cell,
      range: place.range,
      severity: SEVERITIES[diagnostic.severity ?? 1]!,
      code,
      message: withoutMarks(diagnostic.message as string),
      ...tagOf(diagnostic),
      related: relatedOf(document, diagnostic, uri),
    };
    if (UNKNOWN.has(code)) tellBelow(document, mapped, name, number);
    if (code === CONSTANT && !facts.names.declared.has(name)) mapped.severity = 'warning';
    if (POINTLESS.has(code)) mapped.severity = 'warning';
    const key = JSON.stringify([cell, mapped.code, mapped.message, mapped.range]);
    if (!seen.has(key)) result.push(mapped);
    seen.add(key);
  }
  for (const { cell, start, end, name, declaredIn } of document.below) {
    const range = { start: document.cellPosition(cell, start), end: document.cellPosition(cell, end) };
    result.push({ cell, range, severity: 'hint', ...below(name, number.get(declaredIn)!), related: [] });
  }
  addSyntax(document, result);
  const order = (d: CellDiagnostic) => [number.get(d.cell)!, d.range.start.line, d.range.start.character];
  const compare = (a: number[], b: number[]) => a.map((x, i) => x - b[i]!).find((x) => x !== 0) ?? 0;
  return result.sort((a, b) => compare(order(a), order(b)));
}

/** An error that begins in a cell and ends behind it. */
function startOf(document: VirtualDocument, { start }: Range): ReturnType<VirtualDocument['cellRange']> {
  const place = document.cellRange({ start, end: start });
  return place && { ...place, exact: false };
}

const sameStart = (a: ServerDiagnostic, b: ServerDiagnostic) =>
  a.range.start.line === b.range.start.line && a.range.start.character === b.range.start.character;

/** Whether a text ends with `name.`, where a namespace adds to what has that name. */
function isMerged(document: VirtualDocument, before: string): boolean {
  const name = /([\p{ID_Continue}$]+)\s*\??\.\s*$/u.exec(before)?.[1];
  return name !== undefined && document.cells.some(({ id }) => document.facts(id)!.names.merged.has(name));
}

function tagOf({ tags }: ServerDiagnostic): Pick<CellDiagnostic, 'tag'> {
  if (tags?.includes(1)) return { tag: 'unnecessary' };
  return tags?.includes(2) ? { tag: 'deprecated' } : {};
}

const below = (name: string, cell: number) => ({
  code: 'below' as const,
  message: `"${name}" is declared in cell ${cell}, below.`,
});

/** Makes an unknown name that a cell below declares a hint. */
function tellBelow(
  document: VirtualDocument,
  diagnostic: CellDiagnostic,
  name: string,
  number: ReadonlyMap<string, number>,
): void {
  const own = number.get(diagnostic.cell)!;
  for (const { id } of document.cells) {
    if (number.get(id)! <= own || !document.facts(id)!.names.declared.has(name)) continue;
    Object.assign(diagnostic, { severity: 'hint', ...below(name, number.get(id)!) });
    return;
  }
}

function relatedOf(document: VirtualDocument, diagnostic: ServerDiagnostic, uri: string): CellDiagnostic['related'] {
  return (diagnostic.relatedInformation ?? []).flatMap(({ location, message }): CellDiagnostic['related'] => {
    if (location.uri !== uri) return [{ message, at: location }];
    const place = document.cellRange(location.range);
    return place ? [{ message: withoutMarks(message), at: { cell: place.cell, range: place.range } }] : [];
  });
}

/** A cell that the kernel cannot read has an error, also where closing its brackets has mended it for TypeScript. */
function addSyntax(document: VirtualDocument, result: CellDiagnostic[]): void {
  for (const { id } of document.cells) {
    const error = document.facts(id)!.error;
    if (!error) continue;
    const own = result.filter(({ cell, severity }) => cell === id && severity === 'error');
    // Names and types mean nothing in a text that is not one; other errors of it are TypeScript's own
    if (own.some(({ code }) => typeof code === 'number' && (isGrammar(code) || !error.fatal))) continue;
    const end = document.toCell(document.toVirtual(id, error.at + 1))?.offset ?? error.at;
    result.push({
      cell: id,
      range: { start: document.cellPosition(id, error.at), end: document.cellPosition(id, Math.max(error.at, end)) },
      severity: 'error',
      code: 'syntax',
      message: error.message,
      related: [],
    });
  }
}
