// Cells of a notebook that is being put together, as its author writes them: the text and nothing else.
import { repairedCellId } from '../format/id.ts';
import type { Cell, Notebook } from '../format/index.ts';

/** The text of a cell. */
export interface Draft {
  kind: 'markdown' | 'code';
  source: string;
}

/** Takes the indent of the first line from every line, and empty lines from both ends. */
function dedent(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indent = /^ */.exec(lines[0]!)![0].length;
  return lines.map((line) => line.slice(Math.min(indent, /^ */.exec(line)![0].length))).join('\n');
}

/** Text in Markdown. */
export const md = (text: string): Draft => ({ kind: 'markdown', source: dedent(text) });

/** TypeScript. */
export const code = (text: string): Draft => ({ kind: 'code', source: dedent(text) });

/** A notebook of these cells. The ids are the same for the same name and place. */
export function notebookOf(name: string, drafts: readonly Draft[]): Notebook {
  const taken = new Set<string>();
  const cells = drafts.map(({ kind, source }, i): Cell => {
    const id = repairedCellId(taken, `${name} ${i}`);
    taken.add(id);
    return kind === 'markdown' ? { id, kind, source } : { id, kind, language: 'typescript', source, outputs: [] };
  });
  return { dlnb: 1, metadata: {}, cells };
}
