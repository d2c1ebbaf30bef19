// `dlnb runs`: lists the training runs that notebooks of a folder have kept.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { dateText, lastOf, readRuns, RUNS_FOLDER, summaryOf, type RunSummary } from '../../formats/run-files.ts';
import { fileProblem } from './files.ts';
import { UsageError } from './usage.ts';

export interface RunsOptions {
  json?: boolean;
}

/**
 * Lists the kept runs of a folder, the newest first.
 * @returns the exit code: 0
 * @throws UsageError if there is no such folder, or it cannot be read
 */
export async function runsCommand(folder: string, { json }: RunsOptions): Promise<number> {
  const found = await stat(folder).catch((e: unknown) => {
    throw new UsageError(`${folder}: ${fileProblem(e)}`);
  });
  if (!found.isDirectory()) throw new UsageError(`${folder} is no folder; name the folder of the notebooks`);
  let runs: RunSummary[];
  try {
    runs = readRuns(folder).map(summaryOf).reverse();
  } catch (e) {
    throw new UsageError(`${path.join(folder, RUNS_FOLDER)}: ${fileProblem(e)}`);
  }
  if (json) process.stdout.write(`${JSON.stringify(runs.map(jsonOf), null, 2)}\n`);
  else process.stdout.write(runs.length === 0 ? noneText(folder) : tableText(runs));
  return 0;
}

const noneText = (folder: string) =>
  `There are no kept runs in ${path.join(folder, RUNS_FOLDER)}. A notebook keeps one by train.record('name', { run: 'name' }) or train.runs.keep().\n`;

/** JSON has no NaN: it becomes a text. */
const jsonOf = (run: RunSummary) => ({
  ...run,
  last: Object.fromEntries(Object.entries(run.last).map(([name, v]) => [name, Number.isFinite(v) ? v : String(v)])),
});

function tableText(runs: readonly RunSummary[]): string {
  const rows = [
    ['NAME', 'NOTEBOOK', 'DATE', 'EPOCHS', 'BEST', 'LAST', 'SECONDS', 'ENDED'],
    ...runs.map((run) => [
      run.name,
      run.notebook ?? '',
      dateText(run.date),
      String(run.epochs),
      valueText(run.best),
      valueText(lastOf(run)),
      run.seconds.toFixed(1),
      run.ended,
    ]),
  ];
  const numbers = new Set([3, 6]);
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    row.map((cell, i) => (numbers.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

const valueText = (of: { metric: string; value: number } | undefined) => (of ? `${of.metric} ${short(of.value)}` : '');

function short(value: number): string {
  const size = Math.abs(value);
  if (Number.isFinite(value) && size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
