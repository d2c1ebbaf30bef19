// Organizing the imports of a cell: TypeScript is given a file with these imports alone, which exports what some cell
// uses. Pure but for the question.
import type * as lsp from 'vscode-languageserver-protocol';
import type { CellDiagnostic } from './diagnostics.ts';
import type { VirtualDocument } from './document.ts';
import { lineStarts, offsetAt } from './lines.ts';

/** A change of a cell's text, by offsets. */
export interface OffsetEdit {
  start: number;
  end: number;
  text: string;
}

/** Asks about a text that is no part of the notebook. @returns with the address that the text had */
export type Ask = (
  text: string,
  method: string,
  params: object,
) => Promise<{ uri: string; actions: lsp.CodeAction[] | null }>;

const byOffset = (text: string, edits: readonly lsp.TextEdit[]): OffsetEdit[] => {
  const starts = lineStarts(text);
  const at = (position: lsp.Position) => offsetAt(starts, position, text.length);
  return edits.map(({ range, newText }) => ({ start: at(range.start), end: at(range.end), text: newText }));
};

/**
 * The edits that organize the imports of a cell. What some cell uses stays, and everything stays while a cell cannot be
 * read. Imports are sorted as far as no other statement is between them.
 * @param kind `source.organizeImports`, `source.removeUnusedImports` or `source.sortImports`
 * @param found what is wrong with the cells
 */
export async function organizeImports(
  document: VirtualDocument,
  { cell, kind, found, ask }: { cell: string; kind: string; found: readonly CellDiagnostic[]; ask: Ask },
): Promise<OffsetEdit[]> {
  const facts = document.facts(cell);
  const text = document.cells.find(({ id }) => id === cell)?.text;
  if (!facts || text === undefined || facts.error) return [];
  const imports = facts.moved.filter(({ start, end }) => /^import\b/.test(text.slice(start, end)));
  const unused =
    isReadable(document) && !kind.endsWith('sortImports') ? unusedNames(document, cell, found) : new Set<string>();
  if (kind.endsWith('removeUnusedImports') && unused.size === 0) return [];
  const edits: OffsetEdit[] = [];
  for (const { start, end } of groups(imports, facts.statements)) {
    const part = text.slice(start, end);
    const names = [...facts.imports.keys()].filter(
      (name) => !unused.has(name) && importsIn(document, cell, name, start, end),
    );
    const whole = `${part}\nexport { ${names.join(', ')} };\n`;
    const { actions, uri } = await ask(whole, 'textDocument/codeAction', {
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [], only: [kind] },
    });
    const action = actions?.find((a) => a.kind === kind);
    const own = byOffset(whole, action?.edit?.changes?.[uri] ?? []).filter((edit) => edit.start <= part.length);
    const result = applied(`${part}\n`, own).trim();
    if (result !== part) edits.push(edit({ start, end }, part, result, text));
  }
  return edits;
}

/** One edit of what is different; where all imports are gone, their line too. */
function edit({ start, end }: { start: number; end: number }, before: string, after: string, text: string): OffsetEdit {
  if (after !== '') return { start, end, text: after.replace(/\r?\n/g, before.includes('\r\n') ? '\r\n' : '\n') };
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0;
  return { start, end: end + rest, text: '' };
}

function applied(text: string, edits: readonly OffsetEdit[]): string {
  let result = text;
  for (const { start, end, text: by } of [...edits].sort((a, b) => b.start - a.start))
    result = result.slice(0, start) + by + result.slice(Math.min(end, text.length));
  return result;
}

const isReadable = (document: VirtualDocument) => document.cells.every(({ id }) => !document.facts(id)!.error);

/** "… is declared but never read", of a name or of all names of an import. */
const UNUSED = new Set<CellDiagnostic['code']>([6133, 6192, 6196]);

function unusedNames(document: VirtualDocument, cell: string, found: readonly CellDiagnostic[]): Set<string> {
  const names = new Set<string>();
  for (const { cell: id, code, range } of found) {
    if (id !== cell || !UNUSED.has(code)) continue;
    const [start, end] = [range.start, range.end].map((at) => document.cellOffset(cell, at)) as [number, number];
    for (const name of document.facts(cell)!.imports.keys())
      if (importsIn(document, cell, name, start, end)) names.add(name);
  }
  return names;
}

/** Whether a name is imported in a part of a cell. */
const importsIn = (document: VirtualDocument, cell: string, name: string, start: number, end: number): boolean =>
  document
    .facts(cell)!
    .names.uses.get(name)
    ?.some((use) => use.imports && use.start >= start && use.end <= end) ?? false;

/** Imports that follow one another, each group as one part of the text. */
function groups(
  imports: readonly { start: number; end: number }[],
  statements: readonly number[],
): { start: number; end: number }[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of imports) {
    const last = result.at(-1);
    if (last && !statements.some((at) => at > last.end && at < start)) last.end = end;
    else result.push({ start, end });
  }
  return result;
}
