// Drafts of cells, the building blocks of generated notebooks.
import { repairedCellId } from '../format/id.ts';
import type { Cell, Notebook } from '../format/index.ts';

/** A cell without an id and outputs. */
export interface Draft {
  kind: 'markdown' | 'code';
  source: string;
}

/** Removes the indentation of the first line from every line, and empty lines at both ends. */
function dedent(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indent = /^ */.exec(lines[0]!)![0].length;
  return lines.map((line) => line.slice(Math.min(indent, /^ */.exec(line)![0].length))).join('\n');
}

/** A Markdown cell. */
export const md = (text: string): Draft => ({ kind: 'markdown', source: dedent(text) });

/** A TypeScript cell. */
export const code = (text: string): Draft => ({ kind: 'code', source: dedent(text) });

/** Makes a notebook of these cells. The same name and position give the same id of a cell. */
export function notebookOf(name: string, drafts: readonly Draft[]): Notebook {
  const taken = new Set<string>();
  const cells = drafts.map(({ kind, source }, i): Cell => {
    const id = repairedCellId(taken, `${name} ${i}`);
    taken.add(id);
    return kind === 'markdown' ? { id, kind, source } : { id, kind, language: 'typescript', source, outputs: [] };
  });
  return { dlnb: 1, metadata: {}, cells };
}
