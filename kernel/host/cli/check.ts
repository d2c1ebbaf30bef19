// `dlnb check`: says what TypeScript says about the cells of notebooks, without running them.
import path from 'node:path';
import type { CellDiagnostic } from '../../language/diagnostics.ts';
import type { Cell } from '../../language/document.ts';
import type { Language } from '../../language/service.ts';
import type { Notebook } from '../../notebook/format/index.ts';
import { readNotebook } from './files.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

export interface CheckOptions {
  json?: boolean;
}

/** A message as `--json` prints it. Lines and columns from 1, as people count. */
interface Message {
  /** The number of the cell, with all cells counted from 1. */
  cell: number;
  id: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  severity: CellDiagnostic['severity'];
  code: CellDiagnostic['code'];
  message: string;
}

/**
 * Checks notebooks.
 * @returns the exit code: 1 if there are errors
 * @throws UsageError if a file is no notebook, or if there is no TypeScript for this platform
 */
export async function checkCommand(files: readonly string[], { json }: CheckOptions): Promise<number> {
  const { findProgram, Language } = await import('../../language/service.ts');
  const program = findProgram(dist);
  if (program === undefined)
    throw new UsageError(
      `check needs TypeScript's native program, which does not exist for ${process.platform}-${process.arch} in this package`,
    );
  const notebooks = await Promise.all(files.map(readNotebook));
  const language = new Language({
    program,
    types: path.join(dist, 'types'),
    folder: process.cwd(),
    log: (line) => process.stderr.write(`dlnb: ${line}\n`),
  });
  const results: { file: string; messages: Message[] }[] = [];
  try {
    for (const [i, file] of files.entries()) {
      const messages = await check(language, file, notebooks[i]!);
      results.push({ file, messages });
      if (!json) print(file, messages, notebooks[i]!);
    }
  } finally {
    await language.dispose();
  }
  const errors = results.flatMap(({ messages }) => messages.filter(({ severity }) => severity === 'error'));
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else if (errors.length > 0)
    process.stderr.write(`dlnb: ${errors.length} ${errors.length > 1 ? 'errors' : 'error'}.\n`);
  return errors.length > 0 ? 1 : 0;
}

/** The cells of a notebook as the language service takes them. */
export const cellsOf = ({ cells }: Notebook): Cell[] =>
  cells.map((cell) => ({
    id: cell.id,
    kind: cell.kind,
    language: cell.kind === 'code' ? cell.language : 'markdown',
    text: cell.source,
  }));

async function check(language: Language, file: string, notebook: Notebook): Promise<Message[]> {
  const cells = cellsOf(notebook);
  const opened = language.open(file, cells);
  try {
    const found = await opened.diagnostics();
    return (
      found
        // What an editor shows faded is no message
        .filter(({ tag, code }) => tag === undefined && (code === 'below' || !isSuggestion(code)))
        .map(({ cell, range: { start, end }, severity, code, message }) => ({
          cell: cells.findIndex(({ id }) => id === cell) + 1,
          id: cell,
          line: start.line + 1,
          column: start.character + 1,
          endLine: end.line + 1,
          endColumn: end.character + 1,
          severity,
          code,
          message,
        }))
    );
  } finally {
    opened.close();
  }
}

/** Suggestions of a better form: types that could be written, functions that could be async. */
const isSuggestion = (code: CellDiagnostic['code']) =>
  typeof code === 'number' && ((code >= 80000 && code < 81000) || (code >= 7043 && code <= 7050));

/** `lenet.dlnb, cell 3, line 7: Type 'string' is not … (TS2322)`, the line, and a mark below the place. */
function print(file: string, messages: readonly Message[], notebook: Notebook): void {
  for (const { cell, line, column, endLine, endColumn, severity, code, message } of messages) {
    const kind = severity === 'error' ? '' : `${severity}: `;
    const number = typeof code === 'number' ? ` (TS${code})` : code === 'shape' ? ' (shape)' : '';
    process.stdout.write(`${file}, cell ${cell}, line ${line}: ${kind}${message}${number}\n`);
    const text = notebook.cells[cell - 1]!.source.split('\n')[line - 1] ?? '';
    if (text.trim() === '') continue;
    const width = endLine === line ? endColumn - column : text.length - column + 1;
    const space = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    process.stdout.write(`    ${text}\n    ${space}${'^'.repeat(Math.max(1, width))}\n`);
  }
}
