// The files of kept runs, `.dlnb/runs/*.jsonl`: one for each training run, one JSON value a line. First comes what is
// known at its beginning, then values as they come, at last how it ended. A crash leaves whole lines and at most one torn
// one, which is passed over.
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

/** The folder of the runs, from the folder of the notebooks. */
export const RUNS_FOLDER = path.join('.dlnb', 'runs');
const ENDING = '.jsonl';

/** A value of a run's options, as it is shown. */
export type RunOption = number | string | boolean | null;

/** The first line. */
export interface RunStart {
  version: 1;
  name: string;
  /** The file of the notebook, without its folder. */
  notebook?: string;
  /** `cell 3`. */
  cell?: string;
  title?: string;
  /** Hyperparameters and options of the training. */
  options?: Record<string, RunOption>;
  device?: string;
  seed?: number;
  /** Version of DLNB. */
  library: string;
  /** When it began, as an ISO date. */
  date: string;
  /** Name of the value that decides which epoch is best. */
  monitor?: string;
  /** The process that writes the file, and its machine: whether it still runs. */
  pid: number;
  host: string;
}

/** Values of a step, or of a mean of several; or of an epoch. */
export interface RunPoint {
  /** Steps so far: of several, their mean. */
  step: number;
  /** Epochs so far; only for an epoch. */
  epoch?: number;
  /** Seconds since the run began. */
  seconds: number;
  values: Record<string, number>;
}

/** How a run ended: as the chart says it. */
export type RunEnding = 'done' | 'stopped' | 'interrupted' | 'failed';

/** The last line. */
export interface RunEnd {
  state: RunEnding;
  steps: number;
  epochs: number;
  seconds: number;
}

/** A run as its file has it. */
export interface RunFile {
  /** The name of its file without the ending. */
  id: string;
  start: RunStart;
  steps: RunPoint[];
  epochs: RunPoint[];
  end: RunEnd | undefined;
  /** Lines that are no part of the format: torn by a crash, or written by others. */
  passedOver: number;
}

/** A run in a list. */
export interface RunSummary {
  /** Names the file of the run. */
  id: string;
  name: string;
  notebook: string | undefined;
  cell: string | undefined;
  /** When it began. */
  date: Date;
  steps: number;
  epochs: number;
  /** The best epoch, by `val_loss` or else `loss`, or what the run monitors. */
  best: { metric: string; value: number; epoch: number } | undefined;
  /** The last value of each curve. */
  last: Record<string, number>;
  seconds: number;
  /** How it ended. `running`: its process lives; `crashed`: it does not, and has not written the end. */
  ended: RunEnding | 'running' | 'crashed';
  options: Record<string, RunOption>;
  device: string | undefined;
  seed: number | undefined;
  library: string;
}

/** Names of metrics for which larger is better. */
export const MORE_IS_BETTER = /(^|_)(acc|accuracy|auc|f1|precision|recall|r2|cosine\w*)$|accuracy/i;

/** A number as JSON cannot write it. */
const SPECIAL: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

type Written = Record<string, number | string>;
const written = (values: Record<string, number>): Written =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, Number.isFinite(v) ? Number(v.toPrecision(8)) : String(v)]),
  );
const short = (seconds: number) => Number(seconds.toFixed(3));

/** The lines of a file. Each ends with a line break. */
export const lineOf = {
  start: (start: RunStart) => `${JSON.stringify({ start })}\n`,
  /** Options that are known later than the beginning. */
  options: (options: Record<string, RunOption>) => `${JSON.stringify({ options })}\n`,
  step: ({ step, seconds, values }: RunPoint) =>
    `${JSON.stringify({ step, seconds: short(seconds), values: written(values) })}\n`,
  epoch: ({ epoch, step, seconds, values }: RunPoint) =>
    `${JSON.stringify({ epoch, step, seconds: short(seconds), values: written(values) })}\n`,
  end: ({ seconds, ...end }: RunEnd) => `${JSON.stringify({ end: { ...end, seconds: short(seconds) } })}\n`,
};

/** A run from the text of its file; undefined if the text does not begin as one. */
export function parseRun(id: string, text: string): RunFile | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const start = startOf(objectOf(lines[0] ?? ''));
  if (!start) return undefined;
  const run: RunFile = { id, start, steps: [], epochs: [], end: undefined, passedOver: 0 };
  for (const line of lines.slice(1)) if (!addLine(run, objectOf(line))) run.passedOver++;
  return run;
}

type Fields = Record<string, unknown>;

function objectOf(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

const isText = (x: unknown): x is string => typeof x === 'string';
const isNumber = (x: unknown): x is number => typeof x === 'number';

function startOf({ start }: Fields): RunStart | undefined {
  if (typeof start !== 'object' || start === null) return undefined;
  const { version, name, date, library, notebook, cell, title, options, device, seed, monitor, pid, host } =
    start as Fields;
  if (version !== 1 || !isText(name) || !isText(date) || Number.isNaN(Date.parse(date))) return undefined;
  return {
    version: 1,
    name,
    date,
    library: isText(library) ? library : '',
    ...(isText(notebook) && { notebook }),
    ...(isText(cell) && { cell }),
    ...(isText(title) && { title }),
    options: optionsOf(options),
    ...(isText(device) && { device }),
    ...(isNumber(seed) && { seed }),
    ...(isText(monitor) && { monitor }),
    pid: isNumber(pid) ? pid : 0,
    host: isText(host) ? host : '',
  };
}

function optionsOf(options: unknown): Record<string, RunOption> {
  if (typeof options !== 'object' || options === null) return {};
  return Object.fromEntries(
    Object.entries(options).filter(
      (e): e is [string, RunOption] => e[1] === null || ['number', 'string', 'boolean'].includes(typeof e[1]),
    ),
  );
}

const STATES: readonly unknown[] = ['done', 'stopped', 'interrupted', 'failed'] satisfies RunEnding[];

/** @returns whether the line was understood */
function addLine(run: RunFile, { step, epoch, seconds, values, end, options }: Fields): boolean {
  if (typeof options === 'object') {
    run.start.options = { ...run.start.options, ...optionsOf(options) };
    return true;
  }
  if (typeof end === 'object' && end !== null) {
    const { state, steps, epochs, seconds: all } = end as Fields;
    if (!STATES.includes(state) || !isNumber(steps) || !isNumber(epochs) || !isNumber(all)) return false;
    run.end = { state: state as RunEnding, steps, epochs, seconds: all };
    return true;
  }
  if (!isNumber(step) || !isNumber(seconds) || typeof values !== 'object' || values === null) return false;
  const numbers = Object.entries(values as Fields).flatMap(([name, v]): [string, number][] =>
    isNumber(v) ? [[name, v]] : isText(v) && Object.hasOwn(SPECIAL, v) ? [[name, SPECIAL[v]!]] : [],
  );
  const point = { step, seconds, values: Object.fromEntries(numbers) };
  // A run that goes on after its end
  run.end = undefined;
  if (isNumber(epoch)) run.epochs.push({ ...point, epoch });
  else run.steps.push(point);
  return true;
}

/** What a list says of a run. */
export function summaryOf(run: RunFile): RunSummary {
  const { id, start, steps, epochs, end } = run;
  const points = [...steps, ...epochs];
  const last: Record<string, number> = {};
  for (const { values } of points) Object.assign(last, values);
  return {
    id,
    name: start.name,
    notebook: start.notebook,
    cell: start.cell,
    date: new Date(start.date),
    steps: end?.steps ?? Math.round(points.reduce((most, p) => Math.max(most, p.step), 0)),
    epochs: end?.epochs ?? epochs.at(-1)?.epoch ?? 0,
    best: bestOf(run),
    last,
    seconds: end?.seconds ?? points.reduce((most, p) => Math.max(most, p.seconds), 0),
    ended: end?.state ?? (isAlive(start) ? 'running' : 'crashed'),
    options: start.options ?? {},
    device: start.device,
    seed: start.seed,
    library: start.library,
  };
}

function bestOf({ start, epochs }: RunFile): RunSummary['best'] {
  let best: RunSummary['best'];
  for (const { epoch, values } of epochs) {
    const metric = start.monitor ?? ('val_loss' in values ? 'val_loss' : 'loss');
    const value = values[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    const better = best?.metric !== metric || (MORE_IS_BETTER.test(metric) ? value > best.value : value < best.value);
    if (better) best = { metric, value, epoch: epoch! };
  }
  return best;
}

/** Whether the process that writes a run still lives. Of another machine, nobody knows: its runs count as crashed. */
function isAlive({ pid, host }: RunStart): boolean {
  if (host !== hostname() || !(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The runs that are kept beside the notebooks of a folder, from the oldest to the newest. Files that are no runs are
 * passed over.
 * @throws the error of the file system, but not for a folder without runs
 */
export function readRuns(folder: string): RunFile[] {
  const where = path.join(folder, RUNS_FOLDER);
  let names: string[];
  try {
    names = readdirSync(where);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw e;
  }
  return names
    .filter((name) => name.endsWith(ENDING))
    .flatMap((name) => parseRun(name.slice(0, -ENDING.length), readFileSync(path.join(where, name), 'utf8')) ?? [])
    .sort((a, b) => Date.parse(a.start.date) - Date.parse(b.start.date) || (a.id < b.id ? -1 : 1));
}

/** When a run began, in local time: `2026-11-28 20:41`. */
export function dateText(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The last value of what decides the best epoch, or of another curve if there is none. */
export function lastOf({ best, last }: RunSummary): { metric: string; value: number } | undefined {
  const metric = best?.metric ?? ['val_loss', 'loss', ...Object.keys(last)].find((name) => name in last);
  return metric !== undefined && metric in last ? { metric, value: last[metric]! } : undefined;
}

/** The file of a run. */
export const runPath = (folder: string, id: string) => path.join(folder, RUNS_FOLDER, id + ENDING);
