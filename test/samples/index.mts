// The list of the samples in samples/index.json, and the table in README.md that is made from it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sample } from '../../kernel/notebook/scaffold/course.ts';

export type { Sample };

const root = path.join(import.meta.dirname, '../..');
export const samplesFolder = path.join(root, 'samples');
export const readmeFile = path.join(root, 'README.md');

export const readIndex = (): Sample[] =>
  JSON.parse(readFileSync(path.join(samplesFolder, 'index.json'), 'utf8')) as Sample[];

/** The table of the samples in README.md, with its head. */
export function readmeTable(samples: readonly Sample[]): string {
  const rows = samples.map(({ id, file, part, teaches }) => `| [${id}](samples/${file}) | ${part} | ${teaches} |`);
  return ['| sample | part | what it teaches |', '|---|---|---|', ...rows].join('\n');
}

/** README.md with its table of samples replaced. @throws Error where it has none */
export function withTable(readme: string, samples: readonly Sample[]): string {
  const table = /^\| sample \|.*\n(\|.*\n)+/m;
  if (!table.test(readme)) throw new Error('README.md has no table that begins with "| sample |"');
  return readme.replace(table, `${readmeTable(samples)}\n`);
}
