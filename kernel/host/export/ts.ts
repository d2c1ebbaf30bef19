// Writes a notebook as a TypeScript script in the percent format, which VS Code, Jupytext and Spyder read: `// %%`
// begins a cell.
import { isRunnable } from '../../notebook/format/languages.ts';
import type { Cell, Notebook } from '../../notebook/format/types.ts';

/**
 * The script: code unchanged, even if it holds a marker, Markdown and cells of other languages as comments. Outputs are
 * left out.
 */
export function toTs(notebook: Notebook): string {
  return notebook.cells.map(printCell).join('\n');
}

function printCell(cell: Cell): string {
  if (cell.kind === 'markdown') return block('// %% [markdown]', comment(cell.source));
  if (isRunnable(cell.language)) return block('// %%', cell.source);
  return block(`// %% [${cell.language.replace(/\s+/g, ' ')}]`, comment(cell.source));
}

const block = (marker: string, body: string) => (body === '' ? `${marker}\n` : `${marker}\n${body}\n`);

const comment = (source: string) =>
  source === ''
    ? ''
    : source
        .split(/\n|\r\n?|\u2028|\u2029/)
        .map((line) => (line === '' ? '//' : `// ${line.replace(/^\s*(?=%%)/, '$&\\')}`)) // a line must not look like a marker
        .join('\n');
