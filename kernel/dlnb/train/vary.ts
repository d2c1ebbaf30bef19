// `train.vary`: a small sweep. Every combination of some values is run, one after another; a chart with its Stop button
// grows meanwhile, with curves by values (seeds as bands) and a table, the best first.
import { MORE_IS_BETTER } from '../../formats/run-files.ts';
import { valuesNow, read } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { durationText } from '../progress/meter.ts';
import { short } from '../viz/figure.ts';
import type { RunRecorder } from './recorder.ts';
import { tableHtml, tableText, type Cell, type Table } from './table.ts';
import { varyFigure } from './vary-figure.ts';
import { bestOf, groupsOf, valueText, type Curves, type Finished, type Judge } from './vary-groups.ts';

/** Options of `train.vary`. */
export interface VaryOptions {
  /** The value that decides which combination is best; by default `val_loss`, else `loss`, else the first one. */
  metric?: string;
  /** Whether a larger value is better; by default it is for accuracies and their like, by the metric's name. */
  maximize?: boolean;
  /** The seed of each run where the values have no `seed`; 1 by default. */
  seed?: number;
  title?: string;
}

const VARY_OPTIONS: OptionNames<VaryOptions> = {
  metric: 'text',
  maximize: 'boolean',
  seed: 'number',
  title: 'text',
};

/** A combination of the values of a sweep. */
export type Combination<V> = { [K in keyof V]: V[K] extends readonly (infer T)[] ? T : never };

/** What a run of `train.vary` gets besides its values. */
export interface VaryContext {
  /** Aborted by the Stop button and by an interrupt. */
  signal: AbortSignal;
  /** Number of the run, from 0, and of all. */
  index: number;
  count: number;
}

/** One run of a sweep. */
export interface Varied<V, R> {
  values: Combination<V>;
  /** What the run returned; undefined if it failed. */
  result: R | undefined;
  seconds: number;
  /** What it threw. */
  error?: unknown;
}

/** `vary` of `train`. */
export interface VaryFunction {
  /**
   * Runs a function for every combination of some values, and draws and ranks what comes: a small sweep. Random numbers
   * begin anew in each run: from `seed` where it is one of the values, else from the same seed in all, so that runs differ
   * by their values alone. Runs that differ by `seed` alone are one curve, with their mean and a band from the least to
   * the largest. A run that throws is shown with its error, and the others go on. Stop ends the sweep after the running
   * one; a run can look at `signal` to end sooner. What is there by then is kept.
   *
   * ```ts
   * import { train } from 'dlnb';
   * const results = await train.vary({ rate: [0.1, 0.5], seed: [1, 2, 3] }, ({ rate, seed }) =>
   *   Array.from({ length: 20 }, (_, step) => Math.exp(-rate * step) + 0.02 * seed));
   * ```
   * @param values lists by name, of numbers, texts or booleans
   * @param run gets one value of each; returns a number, numbers by name, a list of numbers (a curve), lists by name, or
   *   what `model.fit` returns
   * @returns one entry for each run, in the order in which they ran
   * @throws TypeError for values that are no lists, and for results of another kind
   */
  <const V extends Record<string, readonly unknown[]>, R>(
    values: V,
    run: (values: Combination<V>, context: VaryContext) => R | Promise<R>,
    options?: VaryOptions,
  ): Promise<Varied<V, R>[]>;
}

/** What a sweep needs from its session. */
export interface VaryHost {
  /** Shows a value in place of the last one with this id. */
  display(value: Displayable, id: string): void;
  /** Starts the random numbers again. */
  startSeed(seed: number): void;
  /** Aborted when the cell is interrupted. */
  signal(): AbortSignal;
  /** Begins a chart with the number of finished runs, and the Stop button. */
  begin(title: string | undefined, count: number): RunRecorder;
}

type Named = Record<string, readonly unknown[]>;
/** Largest number of runs of a sweep. */
const MOST_RUNS = 10_000;

/** Every combination, the last name varying fastest. @throws TypeError or RangeError that names the value */
function combinationsOf(where: string, values: Named): Record<string, unknown>[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new TypeError(`${where}: give lists by name, such as { rate: [0.1, 0.01] }, got ${shown(values)}`);
  const entries = Object.entries(values);
  if (entries.length === 0) throw new TypeError(`${where}: there is nothing to vary in {}; give { rate: [0.1, 0.01] }`);
  let all: Record<string, unknown>[] = [{}];
  for (const [name, list] of entries) {
    if (!Array.isArray(list) || list.length === 0)
      throw new TypeError(`${where}: ${name} must be a list of at least one value, got ${shown(list)}`);
    if (name === 'seed' && !list.every(Number.isSafeInteger))
      throw new TypeError(`${where}: seed must be a list of integers, got ${shown(list)}`);
    if (all.length * list.length > MOST_RUNS)
      throw new RangeError(
        `${where}: there are more than ${MOST_RUNS.toLocaleString('en')} combinations; vary less at once`,
      );
    all = all.flatMap((values) => list.map((value: unknown) => ({ ...values, [name]: value })));
  }
  return all;
}

export async function vary<V extends Named, R>(
  host: VaryHost,
  values: V,
  run: (values: Combination<V>, context: VaryContext) => R | Promise<R>,
  options: VaryOptions,
): Promise<Varied<V, R>[]> {
  const where = 'train.vary';
  checkOptions(where, options, VARY_OPTIONS);
  const combinations = combinationsOf(where, values);
  if (typeof run !== 'function')
    throw new TypeError(`${where}: give a function of the values: ({ rate }) => …, got ${shown(run)}`);
  const { seed = 1, title } = options;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`${where}: seed must be an integer, got ${shown(seed)}`);
  const recorder = host.begin(title, combinations.length);
  const sweep = new Sweep(host, recorder, options);
  const results: Varied<V, R>[] = [];
  const abort = new AbortController();
  const cell = host.signal();
  const stopped = () => abort.signal.aborted || cell.aborted || recorder.stop;
  const watch = setInterval(() => stopped() && abort.abort(), 100);
  const onAbort = () => abort.abort();
  cell.addEventListener('abort', onAbort);
  try {
    for (const [index, combination] of combinations.entries()) {
      if (stopped()) break;
      host.startSeed('seed' in combination ? (combination['seed'] as number) : seed);
      const begun = performance.now();
      const since = () => (performance.now() - begun) / 1000;
      const context = { signal: abort.signal, index, count: combinations.length };
      const own = combination as Combination<V>;
      try {
        const result = await run({ ...own }, context);
        const curves = await curvesOf(where, result);
        results.push({ values: own, result, seconds: since() });
        sweep.add({ values: combination, curves, seconds: since(), error: undefined });
      } catch (error) {
        // Stopped in the middle: no result, and no fault
        if (stopped()) break;
        if (error instanceof WrongResult) throw error;
        results.push({ values: own, result: undefined, seconds: since(), error });
        sweep.add({ values: combination, curves: undefined, seconds: since(), error });
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  } finally {
    clearInterval(watch);
    cell.removeEventListener('abort', onAbort);
    recorder.finish(cell.aborted ? 'interrupted' : abort.signal.aborted || recorder.stop ? 'stopped' : 'done');
    sweep.show();
  }
  return results;
}

/** A result that cannot be drawn is a mistake in the call: the sweep ends. */
class WrongResult extends TypeError {
  override name = 'TypeError';
}

/** The curves in what a run returned. */
async function curvesOf(where: string, result: unknown): Promise<Curves> {
  const history = (result as { history?: unknown } | null)?.history;
  const given = typeof history === 'object' && history !== null ? history : result;
  const single = await numbersOf(given);
  if (single) return { [single.length === 1 ? 'result' : 'curve']: single };
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const curves: Curves = {};
  for (const [name, value] of entries) {
    const numbers = await numbersOf(value);
    if (numbers) curves[name] = numbers;
  }
  if (Object.keys(curves).length > 0) return curves;
  throw new WrongResult(
    `${where}: the run must return a number, a list of numbers, numbers or lists by name, or what model.fit returns, got ${shown(result)}`,
  );
}

async function numbersOf(value: unknown): Promise<number[] | undefined> {
  if (typeof value === 'number') return [value];
  if (isTensor(value)) return Array.from((valuesNow(value) ?? (await read(value))) as ArrayLike<number>, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float32Array, Number);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const list = await Promise.all(
    value.map(async (v) =>
      typeof v === 'number' ? v : numbersOf(v).then((n) => (n?.length === 1 ? n[0] : undefined)),
    ),
  );
  return list.every((v) => typeof v === 'number') ? list : undefined;
}

let sweeps = 0;

/** The outputs of a sweep. */
class Sweep {
  private readonly finished: Finished[] = [];
  private readonly id = `dlnb-vary:${++sweeps}`;

  constructor(
    private readonly host: VaryHost,
    private readonly recorder: RunRecorder,
    private readonly options: VaryOptions,
  ) {}

  add(run: Finished): void {
    this.finished.push(run);
    // The chart of the sweep is the progress, the time left and the Stop button
    this.recorder.step({});
    this.show();
  }

  show(): void {
    if (this.finished.length === 0) return;
    const judge = this.judge();
    const figure = judge && varyFigure(this.finished, judge, this.options.title);
    if (figure) this.host.display(figure, `${this.id} chart`);
    const table = tableOf(this.finished, judge);
    this.host.display(
      { [DISPLAY]: () => ({ 'text/html': tableHtml(table), 'text/plain': tableText(table) }) },
      `${this.id} table`,
    );
  }

  private judge(): Judge | undefined {
    const names = [...new Set(this.finished.flatMap(({ curves }) => Object.keys(curves ?? {})))];
    const metric = this.options.metric ?? ['val_loss', 'loss'].find((name) => names.includes(name)) ?? names[0];
    if (metric === undefined) return undefined;
    return { metric, maximize: this.options.maximize ?? MORE_IS_BETTER.test(metric) };
  }
}

const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

function tableOf(finished: readonly Finished[], judge: Judge | undefined): Table {
  const groups = groupsOf(finished).map(({ values, runs }) => {
    const scores = judge ? runs.map(({ curves }) => bestOf(curves?.[judge.metric], judge)).filter(Number.isFinite) : [];
    const lasts = judge ? runs.flatMap(({ curves }) => curves?.[judge.metric]?.at(-1) ?? []) : [];
    return { values, runs, scores, lasts, score: scores.length > 0 ? mean(scores) : NaN };
  });
  const sign = judge?.maximize ? -1 : 1;
  groups.sort((a, b) => (Number.isNaN(a.score) ? 1 : Number.isNaN(b.score) ? -1 : sign * (a.score - b.score)));
  const names = Object.keys(groups[0]!.values);
  const several = groups.some(({ runs }) => runs.length > 1);
  const curve = finished.some(({ curves }) => judge && (curves?.[judge.metric]?.length ?? 0) > 1);
  const range = (list: readonly number[]) =>
    list.length > 1 ? `${short(Math.min(...list))} to ${short(Math.max(...list))}` : '';
  const failed = groups.some(({ runs }) => runs.some(({ error }) => error !== undefined));
  return {
    columns: [
      ...names.map((title) => ({ title, number: groups.every(({ values }) => typeof values[title] === 'number') })),
      ...(judge ? [{ title: `${curve ? 'best ' : ''}${judge.metric}${several ? ', mean' : ''}`, number: true }] : []),
      ...(several
        ? [
            { title: 'least to largest', number: true },
            { title: 'seeds', number: true },
          ]
        : []),
      ...(curve ? [{ title: 'last', number: true }] : []),
      { title: 'time', number: true },
      ...(failed ? [{ title: 'error' }] : []),
    ],
    rows: groups.map(({ values, runs, scores, lasts, score }, i) => {
      const errors = runs.filter(({ error }) => error !== undefined);
      const best = i === 0 && Number.isFinite(score);
      return [
        ...names.map((name) => valueText(values[name])),
        ...(judge ? [{ text: Number.isFinite(score) ? short(score) : '–', bold: best }] : []),
        ...(several ? [range(scores), String(runs.length)] : []),
        ...(curve ? [lasts.length > 0 ? short(mean(lasts)) : '–'] : []),
        durationText(mean(runs.map(({ seconds }) => seconds))),
        ...(failed ? [errorCell(errors, runs.length)] : []),
      ];
    }),
  };
}

function errorCell(errors: readonly Finished[], of: number): Cell {
  const [first] = errors;
  if (!first) return '';
  const { error } = first;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = text.split('\n', 1)[0]!;
  const count = of > 1 ? `${errors.length} of ${of}: ` : '';
  return { text: `${count}${line.length > 80 ? `${line.slice(0, 79)}…` : line}`, color: 'bad', title: text };
}
