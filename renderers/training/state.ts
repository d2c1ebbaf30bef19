// What a training chart knows: the payload of its output, checked and with its numbers decoded, and the deltas that came since. No DOM.
import type { TrainingBest, TrainingRun, TrainingState } from '../../kernel/wire/mime.ts';

/** A curve with its numbers: at step `x[i]`, the mean of `every` values is `y[i]`. */
export interface Curve {
  name: string;
  per: 'step' | 'epoch';
  every: number;
  x: number[];
  y: number[];
}

export interface Run extends Omit<TrainingRun, 'series'> {
  /** By `per:name`. */
  curves: Map<string, Curve>;
}

const LIMITS = { runs: 50, series: 60, points: 20_000, text: 200, notFinite: 100 };
const STATES: readonly string[] = ['running', 'done', 'stopped', 'interrupted', 'failed'] satisfies TrainingState[];

export class ChartState {
  readonly chart: number;
  title: string | undefined;
  runs = new Map<string, Run>();

  /**
   * @param payload of an output, from a file that anyone may have written
   * @throws Error that says what is wrong with it
   */
  constructor(payload: unknown) {
    const fields = object(payload, 'a training chart');
    if (fields['version'] !== 1)
      throw new Error(
        `it is a training chart of version ${String(fields['version'])}, and this program draws version 1.`,
      );
    this.chart = number(fields, 'chart');
    this.title = fields['title'] === undefined ? undefined : text(fields, 'title');
    this.apply(fields['runs']);
  }

  get running(): boolean {
    return [...this.runs.values()].some(({ state }) => state === 'running');
  }

  /** Takes in the runs of a payload or of a delta. */
  apply(runs: unknown): void {
    for (const value of list(runs, 'runs').slice(0, LIMITS.runs)) {
      const fields = object(value, 'a run');
      const run = readRun(fields, this.runs.get(text(fields, 'name'))?.curves ?? new Map());
      this.runs.set(run.name, run);
    }
  }
}

function readRun(fields: Fields, curves: Map<string, Curve>): Run {
  const state = text(fields, 'state');
  if (!STATES.includes(state)) throw new Error(`"${state}" is no state of a run.`);
  for (const series of list(fields['series'], 'series').slice(0, LIMITS.series))
    takeSeries(object(series, 'a series'), curves);
  const optional = Object.fromEntries(
    (['totalSteps', 'totalEpochs', 'stepsPerSecond', 'left'] as const).flatMap((key) =>
      fields[key] === undefined ? [] : [[key, number(fields, key)]],
    ),
  );
  return {
    name: text(fields, 'name'),
    state: state as TrainingState,
    steps: number(fields, 'steps'),
    epochs: number(fields, 'epochs'),
    seconds: number(fields, 'seconds'),
    ...optional,
    ...(fields['best'] !== undefined && { best: readBest(object(fields['best'], 'the best epoch')) }),
    notFinite: list(fields['notFinite'], 'notFinite')
      .slice(0, LIMITS.notFinite)
      .map((v) => object(v, 'a mark'))
      .map((f) => ({ series: text(f, 'series'), step: number(f, 'step'), value: text(f, 'value') })),
    notFiniteCount: number(fields, 'notFiniteCount'),
    curves,
  };
}

const readBest = (f: Fields): TrainingBest => ({
  series: text(f, 'series'),
  epoch: number(f, 'epoch'),
  step: number(f, 'step'),
  value: number(f, 'value'),
});

/** Puts points where they belong. A message may have been lost: its points are missing until the whole chart comes again. */
function takeSeries(fields: Fields, curves: Map<string, Curve>): void {
  const name = text(fields, 'name');
  const per = text(fields, 'per') === 'epoch' ? 'epoch' : 'step';
  const [x, y] = [floats(fields, 'x'), floats(fields, 'y')];
  if (x.length !== y.length) throw new Error(`series "${name}" has ${x.length} places and ${y.length} values.`);
  const from = number(fields, 'from');
  const key = `${per}:${name}`;
  const old = curves.get(key);
  const kept = old && from > 0 ? Math.min(from, old.x.length) : 0;
  curves.set(key, {
    name,
    per,
    every: number(fields, 'every'),
    x: [...(old?.x.slice(0, kept) ?? []), ...x].slice(-LIMITS.points),
    y: [...(old?.y.slice(0, kept) ?? []), ...y].slice(-LIMITS.points),
  });
}

type Fields = Record<string, unknown>;

function object(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is missing.`);
  return value as Fields;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`the list "${what}" is missing.`);
  return value;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Error(`"${key}" is not a text.`);
  return value.slice(0, LIMITS.text);
}

function number(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`"${key}" is not a number.`);
  return value;
}

/** Float32 little-endian in base64. */
function floats(fields: Fields, key: string): number[] {
  const value = fields[key];
  if (typeof value !== 'string' || value.length > 8 * LIMITS.points) throw new Error(`"${key}" holds no numbers.`);
  let bytes: string;
  try {
    bytes = atob(value);
  } catch {
    throw new Error(`"${key}" is not base64.`);
  }
  const view = new DataView(Uint8Array.from(bytes, (c) => c.charCodeAt(0)).buffer);
  return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getFloat32(4 * i, true));
}
