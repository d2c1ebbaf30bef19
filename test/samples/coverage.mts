// Which cells of the samples cover which rows of the source documents, and docs/course.md, which is made from it.
//
// A cell names the rows that it covers: `"covers": ["0.3", "2.1"]`. systems.json has the rows: every system, formula,
// figure and number of the documents. A row that no cell covers says why.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeNotebook, type Cell } from '../../kernel/notebook/format/index.ts';
import { runningTime } from '../../kernel/notebook/scaffold/course.ts';
import { readIndex, samplesFolder, type Sample } from './index.mts';

/** A row: a system, formula, figure or number of one document. */
export interface System {
  /** `0.3`: the document, and the number in it. */
  id: string;
  what: string;
  /** Why no cell covers it, where none does. */
  why?: string;
}

interface Systems {
  /** Names of the documents by the first number of a row. */
  documents: Record<string, string>;
  rows: System[];
}

/** A cell that covers a row. */
export interface Cover {
  sample: Sample;
  /** Counted from 1, as the editor counts. */
  cell: number;
  /** The heading above the cell. */
  heading: string;
}

export const courseFile = path.join(import.meta.dirname, '../../docs/course.md');

export const readSystems = (): Systems =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'systems.json'), 'utf8')) as Systems;

/** The cells of a sample. */
export const cellsOf = ({ file }: Pick<Sample, 'file'>): Cell[] =>
  decodeNotebook(readFileSync(path.join(samplesFolder, file))).cells;

/** The rows that a cell says it covers. */
export const rowsOf = (cell: Cell): readonly string[] => cell.covers ?? [];

/** The cells that cover each row, in the order of the course. */
export function covers(samples: readonly Sample[]): Map<string, Cover[]> {
  const found = new Map<string, Cover[]>();
  for (const sample of samples) {
    let heading = sample.title;
    for (const [i, cell] of cellsOf(sample).entries()) {
      const title = cell.kind === 'markdown' ? /^#+ (.+)$/m.exec(cell.source)?.[1] : undefined;
      heading = title ?? heading;
      for (const row of rowsOf(cell))
        found.set(row, [...(found.get(row) ?? []), { sample, cell: i + 1, heading: i === 0 ? sample.title : heading }]);
    }
  }
  return found;
}

const escaped = (text: string) => text.replaceAll('|', '\\|');

/** The text of docs/course.md. */
export function coursePage(samples: readonly Sample[] = readIndex(), systems: Systems = readSystems()): string {
  const found = covers(samples);
  const notebooks = samples.map(({ id, file, part, seconds, teaches, prerequisites }, i) => [
    String(i + 1),
    part === samples[i - 1]?.part ? '' : part,
    `[${id}](../samples/${file})`,
    runningTime({ seconds }),
    teaches,
    prerequisites,
  ]);
  const whereOf = ({ id, why }: System) => {
    const places = new Map<string, number[]>();
    for (const { sample, cell } of found.get(id) ?? []) places.set(sample.id, [...(places.get(sample.id) ?? []), cell]);
    if (places.size === 0) return why === undefined ? 'nowhere' : `– ${why}`;
    return [...places]
      .map(([sample, cells]) => `[${sample}](../samples/${sample}.dlnb) ${[...new Set(cells)].join(', ')}`)
      .join(' · ');
  };
  const systemTables = Object.entries(systems.documents).flatMap(([number, name]) => [
    `### ${name}`,
    '',
    ...table(
      ['row', 'what', 'notebook and cells'],
      systems.rows.filter(({ id }) => id.startsWith(`${number}.`)).map((row) => [row.id, row.what, whereOf(row)]),
    ),
    '',
  ]);
  return [
    '# The course',
    '',
    'Notebooks from the threshold unit to the Transformer, in an order in which each needs only what came before. Each runs',
    'from top to bottom without a network, checks its claims, asks for predictions and has exercises that grade themselves.',
    '*DLNB: Create Course…* copies them all. Times are those of the device `cpu` on two cores.',
    '',
    ...table(['', 'part', 'notebook', 'runs in', 'teaches', 'you need'], notebooks),
    '',
    '## What covers what',
    '',
    'The notebooks stand for five source documents. Every system, formula, figure and number of them is a row here; the',
    'cells name the rows that they cover (`covers` in the file), and a test compares. `npm run samples -- --readme` writes',
    'this page.',
    '',
    ...systemTables,
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
