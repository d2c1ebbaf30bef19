// `dlnb course`: prints the progress of a course and its results, from the outputs that its notebooks have kept.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  claimsText,
  courseOrder,
  exercisesText,
  progressOf,
  resultsByDataset,
  totalText,
  type CourseResult,
  type NotebookProgress,
} from '../client/course.ts';
import { endRunning } from '../client/ended.ts';
import type { Notebook } from '../../notebook/format/types.ts';
import { fileProblem, readNotebook } from './files.ts';
import { UsageError } from './usage.ts';

export interface CourseOptions {
  json?: boolean;
}

/**
 * Prints the progress of the notebooks in a folder.
 * @returns the exit code: 0
 * @throws UsageError if there is no such folder, or no notebook in it
 */
export async function courseCommand(folder: string, { json }: CourseOptions): Promise<number> {
  const notebooks = await Promise.all(
    (await notebooksIn(folder)).map(async (file): Promise<NotebookProgress> => {
      try {
        return progressOf(file, await readNotebook(path.join(folder, file)));
      } catch (e) {
        const problem = (e as Error).message;
        return { file, title: file, ran: false, claims: [], exercises: [], results: [], problem };
      }
    }),
  );
  const results = resultsByDataset(notebooks);
  const text = json
    ? `${JSON.stringify({ notebooks, results: Object.fromEntries(results) }, null, 2)}\n`
    : `${progressText(notebooks)}${[...results].map(([set, list]) => `\n${resultsText(set, list)}`).join('')}`;
  process.stdout.write(text);
  return 0;
}

/** The names of the notebooks of a folder, in the order of its README.md. @throws UsageError if there is none */
export async function notebooksIn(folder: string): Promise<string[]> {
  const found = await stat(folder).catch((e: unknown) => {
    throw new UsageError(`${folder}: ${fileProblem(e)}`);
  });
  if (!found.isDirectory()) throw new UsageError(`${folder} is no folder; name the folder of the notebooks`);
  const readme = await readFile(path.join(folder, 'README.md'), 'utf8').catch(() => '');
  const files = courseOrder(await readdir(folder), readme);
  if (files.length === 0) throw new UsageError(`there is no .dlnb notebook in ${folder}`);
  return files;
}

/** Reads a notebook as one that nothing runs. */
export const readEnded = async (file: string): Promise<Notebook> => endRunning(await readNotebook(file));

function progressText(notebooks: readonly NotebookProgress[]): string {
  const rows = notebooks.map((n) => [
    n.file,
    n.problem === undefined ? (n.ran ? claimsText(n) : 'not run') : 'cannot be read',
    exercisesText(n),
  ]);
  const problems = notebooks.flatMap(({ problem }) => (problem === undefined ? [] : [`${problem}\n`]));
  return `${table([['NOTEBOOK', 'CLAIMS', 'EXERCISES'], ...rows], [])}\n${totalText(notebooks)}\n${problems.join('')}`;
}

function resultsText(dataset: string, results: readonly CourseResult[]): string {
  const rows = results.map((r) => [
    r.model,
    r.file,
    r.parameters.toLocaleString('en-US'),
    r.epochs === undefined ? '' : String(r.epochs),
    `${r.error.toFixed(1)} %`,
    r.note ?? '',
  ]);
  return `${dataset}\n${table([['MODEL', 'NOTEBOOK', 'PARAMETERS', 'EPOCHS', 'ERROR', 'NOTE'], ...rows], [2, 3, 4])}`;
}

/** @param numbers the columns that are aligned on the right */
function table(rows: readonly string[][], numbers: readonly number[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row.map((text, i) => (numbers.includes(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
