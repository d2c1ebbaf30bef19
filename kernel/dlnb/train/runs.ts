// `train.runs`: the runs that are kept in `.dlnb/runs` beside the notebook: listed, compared in one chart, removed.
import { rmSync } from 'node:fs';
import {
  dateText,
  lastOf,
  MORE_IS_BETTER,
  readRuns,
  runPath,
  summaryOf,
  type RunFile,
  type RunSummary,
} from '../../formats/run-files.ts';
import { closest } from '../../wire/closest.ts';
import type { Displayable } from '../../wire/displayable.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../options.ts';
import { durationText } from '../progress/meter.ts';
import { line } from '../viz/curves.ts';
import { counted, short, type Figure } from '../viz/figure.ts';
import { listAsTable, type Cell, type Table } from './table.ts';
import { writeProblem } from './run-log.ts';

export type { RunOption, RunSummary } from '../../formats/run-files.ts';

/** Options of {@link Runs.compare}. */
export interface CompareRunsOptions {
  /** The value to compare; by default `val_loss` if all of these runs have it, else `loss`. */
  metric?: string;
  /** Names or ids of runs; all by default. */
  names?: readonly string[];
  /** So many of the newest; 12 by default, `Infinity` for all. */
  last?: number;
  /** What runs to the right; `step` by default. */
  x?: 'step' | 'epoch' | 'seconds';
  /** A logarithmic axis of values. */
  logY?: boolean;
  title?: string;
}

const COMPARE_OPTIONS: OptionNames<CompareRunsOptions> = {
  metric: 'text',
  names: true,
  last: 'number',
  x: ['step', 'epoch', 'seconds'],
  logY: 'boolean',
  title: 'text',
};

/** Which runs to remove. */
export interface RemoveRunsOptions {
  /** All of them. */
  all?: boolean;
  /** Those that began before. */
  before?: Date | string;
}

const REMOVE_OPTIONS: OptionNames<RemoveRunsOptions> = { all: 'boolean', before: true };

/** The kept runs of the notebooks in this folder. */
export interface Runs {
  /**
   * Keeps every training from here on, of this notebook until its kernel ends; `keep(false)` ends that. Without it only
   * those with the option `run` are kept: `train.record('adam', { run: 'adam' })`. A run is a file of JSON lines in
   * `.dlnb/runs` beside the notebook: what it was, its values, how it ended.
   * @example
   * ```ts
   * train.runs.keep();
   * const run = train.record('first');
   * run.step({ loss: 1 });
   * run.end();
   * train.runs.keep(false);
   * train.runs.list()[0]?.name; // → 'first'
   * ```
   */
  keep(on?: boolean): void;
  /**
   * The kept runs of all notebooks in this folder, the newest first. Shows itself as a table.
   * @example
   * ```ts
   * const run = train.record('listed', { run: 'listed' });
   * run.step({ loss: 0.5 });
   * run.end();
   * train.runs.list().some(({ name }) => name === 'listed'); // → true
   * ```
   */
  list(): RunSummary[] & Displayable;
  /**
   * One chart of a value of many runs, across notebooks and days.
   *
   * ```ts
   * import { train } from 'dlnb';
   * for (const rate of [0.1, 0.5]) {
   *   const run = train.record(`rate ${rate}`, { run: `rate ${rate}`, hyperparameters: { rate } });
   *   for (const step of run.steps(20)) run.step({ loss: Math.exp(-rate * step) });
   * }
   * train.runs.compare({ metric: 'loss' })
   * ```
   * @throws Error if there are no such runs, or none of them has the value
   */
  compare(options?: CompareRunsOptions): Figure;
  /**
   * Removes the files of runs: by names or ids (`remove('adam')`), `remove({ all: true })`, or
   * `remove({ before: '2026-01-31' })`.
   * @returns how many
   * @throws Error for a name of no run
   * @example
   * ```ts
   * const run = train.record('old', { run: 'old' });
   * run.step({ loss: 0.5 });
   * run.end();
   * train.runs.remove('old'); // → 1
   * ```
   */
  remove(...which: string[] | [RemoveRunsOptions]): number;
}

/** Makes `train.runs`. @param folder the folder of the notebook */
export function makeRuns(folder: () => string, keep: (on: boolean) => void): Runs {
  return {
    keep(on = true) {
      if (typeof on !== 'boolean') throw new TypeError(`train.runs.keep: give true or false, got ${shown(on)}`);
      keep(on);
    },
    list() {
      const runs = readRuns(folder()).map(summaryOf).reverse();
      return listAsTable(runs, () => runsTable(runs));
    },
    compare: (options = {}) => compare(readRuns(folder()), options),
    remove: (...which) => remove(folder(), which),
  };
}

function runsTable(runs: readonly RunSummary[]): Table {
  const ending = (ended: RunSummary['ended']): Cell =>
    ended === 'failed' || ended === 'crashed' ? { text: ended, color: 'bad' } : ended;
  return {
    caption:
      runs.length === 0 ? "No runs are kept here yet: train.record('a', { run: 'a' })" : counted(runs.length, 'run'),
    columns: [
      { title: 'name' },
      { title: 'notebook' },
      { title: 'date' },
      { title: 'epochs', number: true },
      { title: 'best', number: true },
      { title: 'last', number: true },
      { title: 'time', number: true },
      { title: 'ended' },
      { title: 'options' },
    ],
    rows: runs.map((run) => [
      { text: run.name, title: run.id },
      run.notebook ?? '',
      dateText(run.date),
      String(run.epochs),
      valueText(run.best),
      valueText(lastOf(run)),
      durationText(run.seconds),
      ending(run.ended),
      { text: optionsText(run.options), color: 'dim' },
    ]),
  };
}

const valueText = (of: { metric: string; value: number } | undefined) => (of ? `${of.metric} ${short(of.value)}` : '');

const optionsText = (options: RunSummary['options']) =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : String(value)}`)
    .join(' · ');

/** The runs of these names or ids. @throws Error that names one that there is not */
function chosen(where: string, runs: readonly RunFile[], names: readonly string[]): RunFile[] {
  for (const name of names) {
    if (typeof name !== 'string') throw new TypeError(`${where}: give names of runs, got ${shown(name)}`);
    if (runs.some(({ id, start }) => id === name || start.name === name)) continue;
    const all = [...new Set(runs.map(({ start }) => start.name))];
    const near = closest(name, all);
    const there = all.length === 0 ? 'no runs are kept here' : `there are ${all.slice(-10).join(', ')}`;
    throw new Error(
      `${where}: there is no run "${name}"; ${there}${near === undefined ? '' : `; did you mean "${near}"?`}`,
    );
  }
  return runs.filter(({ id, start }) => names.includes(id) || names.includes(start.name));
}

function compare(all: readonly RunFile[], options: CompareRunsOptions): Figure {
  const where = 'train.runs.compare';
  checkOptions(where, options, COMPARE_OPTIONS);
  const { names, last = 12, x = 'step' } = options;
  if (names !== undefined && !Array.isArray(names))
    throw new TypeError(`${where}: names must be a list of names, got ${shown(names)}`);
  if (last !== Infinity) checkCount(where, 'last', last);
  if (all.length === 0)
    throw new Error(`${where}: no runs are kept here yet; keep one with train.record('a', { run: 'a' })`);
  const some = names === undefined ? [...all] : chosen(where, all, names);
  const runs = last === Infinity ? some : some.slice(-last);
  const metric = options.metric ?? (runs.every((run) => has(run, 'val_loss')) ? 'val_loss' : 'loss');
  const curves = runs.flatMap((run) => {
    const points = pointsOf(run, metric, x);
    return points.length > 0 ? [{ run, points }] : [];
  });
  if (curves.length === 0) {
    const there = [...new Set(runs.flatMap((run) => Object.keys(summaryOf(run).last)))];
    throw new Error(
      `${where}: none of the ${counted(runs.length, 'run')} has "${metric}"; there are ${there.join(', ')}`,
    );
  }
  const labels = labelsOf(curves.map(({ run }) => run));
  const figure = line(Object.fromEntries(curves.map(({ points }, i) => [labels[i]!, points])), {
    title: options.title ?? `${metric} of ${counted(curves.length, 'run')}`,
    xLabel: x === 'seconds' ? 'seconds' : x,
    yLabel: metric,
    ...(options.logY && { logY: true }),
  });
  const best = (points: number[][]) => {
    const values = points.map(([, y]) => y!).filter(Number.isFinite);
    return values.reduce((a, b) => (MORE_IS_BETTER.test(metric) ? Math.max(a, b) : Math.min(a, b)), values[0] ?? NaN);
  };
  const text = curves.map(({ points }, i) => `${labels[i]}: best ${metric} ${short(best(points))}`);
  return Object.assign(figure, { text: [figure.text, ...text].join('\n') });
}

const has = ({ steps, epochs }: RunFile, metric: string) =>
  [...epochs, ...steps].some(({ values }) => metric in values);

/** The curve of a value: by steps where steps have it, else by epochs. */
function pointsOf({ steps, epochs }: RunFile, metric: string, x: 'step' | 'epoch' | 'seconds'): number[][] {
  const ofEpochs = epochs.filter(({ values }) => metric in values);
  const ofSteps = steps.filter(({ values }) => metric in values);
  const points = x === 'epoch' || ofSteps.length === 0 ? ofEpochs : ofSteps;
  return points.map((point) => [point[x]!, point.values[metric]!]);
}

/** Names for the legend, with the notebook and the date where the name alone is not enough. */
function labelsOf(runs: readonly RunFile[]): string[] {
  const notebooks = new Set(runs.map(({ start }) => start.notebook));
  const withNotebook = runs.map(({ start }) =>
    notebooks.size > 1 && start.notebook !== undefined
      ? `${start.name} · ${start.notebook.replace(/\.dlnb$/, '')}`
      : start.name,
  );
  const withDate = runs.map(({ start }, i) =>
    withNotebook.filter((label) => label === withNotebook[i]).length > 1
      ? `${withNotebook[i]} · ${dateText(new Date(start.date))}`
      : withNotebook[i]!,
  );
  const seen = new Map<string, number>();
  return withDate.map((label) => {
    const n = (seen.get(label) ?? 0) + 1;
    seen.set(label, n);
    return n === 1 ? label : `${label} (${n})`;
  });
}

function remove(folder: string, which: readonly (string | RemoveRunsOptions)[]): number {
  const where = 'train.runs.remove';
  const all = readRuns(folder);
  const [first] = which;
  if (first === undefined)
    throw new TypeError(`${where}: name the runs to remove: remove('adam'), or remove({ all: true }) for all`);
  let runs: RunFile[];
  if (typeof first === 'object' && !Array.isArray(first)) {
    checkOptions(where, first, REMOVE_OPTIONS);
    const before = first.before === undefined ? undefined : new Date(first.before).getTime();
    if (before !== undefined && Number.isNaN(before))
      throw new TypeError(`${where}: before must be a date such as '2026-01-31', got ${shown(first.before)}`);
    if (before === undefined && first.all !== true)
      throw new TypeError(`${where}: give { all: true }, or { before: '2026-01-31' }`);
    runs = before === undefined ? all : all.filter(({ start }) => Date.parse(start.date) < before);
  } else runs = chosen(where, all, which.flat() as string[]);
  for (const { id } of runs) {
    try {
      rmSync(runPath(folder, id));
    } catch (e) {
      throw new Error(`${where}: the file of "${id}" cannot be removed: ${writeProblem(e)}`, { cause: e });
    }
  }
  return runs.length;
}
