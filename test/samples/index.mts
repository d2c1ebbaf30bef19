// The list of the samples in samples/index.json, and the table in README.md that is made from it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sample } from '../../kernel/notebook/scaffold/course.ts';

export type { Sample };

const root = path.join(import.meta.dirname, '../..');
export const samplesFolder = path.join(root, 'samples');
export const readmeFile = path.join(root, 'README.md');

export const indexFile = path.join(samplesFolder, 'index.json');

export const readIndex = (): Sample[] => JSON.parse(readFileSync(indexFile, 'utf8')) as Sample[];

/** The table of the samples in README.md: a row for each part. docs/course.md says more. */
export function readmeTable(samples: readonly Sample[]): string {
  const parts = [...new Set(samples.map(({ part }) => part))];
  const rows = parts.map((part) => {
    const links = samples.filter((s) => s.part === part).map(({ id, file }) => `[${id}](samples/${file})`);
    return `| ${part} | ${links.join(' · ')} |`;
  });
  return ['| part | samples |', '|---|---|', ...rows].join('\n');
}

/** README.md with its table of samples replaced. @throws Error where it has none */
export function withTable(readme: string, samples: readonly Sample[]): string {
  const table = /^\| part \| samples \|.*\n(\|.*\n)+/m;
  if (!table.test(readme)) throw new Error('README.md has no table that begins with "| part | samples |"');
  return readme.replace(table, `${readmeTable(samples)}\n`);
}
