// The state of a training chart: the payload of its output, checked and with its numbers decoded, and the deltas that
// came since. No DOM.
import {
  check,
  fieldsOf,
  firstObjects,
  nameOf,
  number,
  object,
  oneOf,
  optional,
  PayloadError,
  text,
  versioned,
  type Fields,
} from '../../kernel/wire/fields.ts';
import type { TrainingBest, TrainingRun, TrainingSeries, TrainingState } from '../../kernel/wire/training.ts';

/** A curve with its numbers: at step `x[i]`, the mean of `every` values is `y[i]`. */
export interface Curve {
  name: string;
  per: TrainingSeries['per'];
  every: number;
  x: number[];
  y: number[];
}

export interface Run extends Omit<TrainingRun, 'series'> {
  /** By `per:name`. */
  curves: Map<string, Curve>;
}

const LIMITS = { runs: 50, series: 60, points: 20_000, notFinite: 100, marks: 100 };
const STATES: readonly TrainingState[] = ['running', 'done', 'stopped', 'interrupted', 'failed'];

export class ChartState {
  readonly chart: number;
  title: string | undefined;
  /** Whether an axis is logarithmic at first. */
  readonly logX: boolean;
  readonly logY: boolean;
  /** Whether it shows curves; else the progress of its runs, and nothing once all are done. */
  readonly curves: boolean;
  runs = new Map<string, Run>();

  /**
   * @param payload of an output, from a file that anyone may have written
   * @throws PayloadError that says what is wrong with it
   */
  constructor(payload: unknown) {
    const fields = versioned(payload, 'a training chart', 1);
    this.chart = number(fields, 'chart');
    this.title = optional(fields, { title: text }).title;
    this.logX = fields.values['logX'] === true;
    this.logY = fields.values['logY'] === true;
    this.curves = fields.values['curves'] !== false;
    this.apply(fields.values['runs']);
  }

  /** Whether there is nothing left to show: only progress, and all of it done. */
  get over(): boolean {
    return !this.curves && [...this.runs.values()].every(({ state }) => state === 'done');
  }

  get running(): boolean {
    return [...this.runs.values()].some(({ state }) => state === 'running');
  }

  /** Takes in the runs of a payload or of a delta. */
  apply(runs: unknown): void {
    for (const fields of firstObjects(fieldsOf({ runs }, 'the training chart'), 'runs', 'run', LIMITS.runs)) {
      const run = readRun(fields, this.runs.get(text(fields, 'name'))?.curves ?? new Map());
      this.runs.set(run.name, run);
    }
  }
}

function readRun(run: Fields, curves: Map<string, Curve>): Run {
  const state = oneOf(run, 'state', STATES);
  for (const series of firstObjects(run, 'series', 'series', LIMITS.series)) takeSeries(series, curves);
  return {
    name: text(run, 'name'),
    state,
    steps: number(run, 'steps'),
    epochs: number(run, 'epochs'),
    seconds: number(run, 'seconds'),
    ...optional(run, { totalSteps: number, totalEpochs: number, stepsPerSecond: number, left: number, best: readBest }),
    notFinite: firstObjects(run, 'notFinite', 'mark', LIMITS.notFinite).map((mark) => ({
      series: text(mark, 'series'),
      step: number(mark, 'step'),
      value: text(mark, 'value'),
    })),
    notFiniteCount: number(run, 'notFiniteCount'),
    ...(run.values['marks'] !== undefined && {
      marks: firstObjects(run, 'marks', 'mark', LIMITS.marks).map((mark) => ({
        step: number(mark, 'step'),
        text: text(mark, 'text', 60),
      })),
    }),
    curves,
  };
}

function readBest(run: Fields, key: string): TrainingBest {
  const best = object(run, key);
  return {
    series: text(best, 'series'),
    epoch: number(best, 'epoch'),
    step: number(best, 'step'),
    value: number(best, 'value'),
  };
}

/** Inserts points at their place. After a lost message, its points are missing until the whole chart comes again. */
function takeSeries(series: Fields, curves: Map<string, Curve>): void {
  const name = text(series, 'name');
  const per = text(series, 'per') === 'epoch' ? 'epoch' : 'step';
  const [x, y] = [floats(series, 'x'), floats(series, 'y')];
  check(x.length === y.length, `series "${name}" has ${x.length} steps and ${y.length} values`);
  const from = number(series, 'from');
  const key = `${per}:${name}`;
  const old = curves.get(key);
  const kept = old && from > 0 ? Math.min(from, old.x.length) : 0;
  curves.set(key, {
    name,
    per,
    every: number(series, 'every'),
    x: [...(old?.x.slice(0, kept) ?? []), ...x].slice(-LIMITS.points),
    y: [...(old?.y.slice(0, kept) ?? []), ...y].slice(-LIMITS.points),
  });
}

/** Float32 little-endian in base64. */
function floats(fields: Fields, key: string): number[] {
  const value = fields.values[key];
  check(typeof value === 'string' && value.length <= 8 * LIMITS.points, `${nameOf(fields, key)} holds no numbers`);
  const view = new DataView(Uint8Array.from(decoded(value, nameOf(fields, key)), (c) => c.charCodeAt(0)).buffer);
  return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

/** @param name for the error message */
function decoded(base64: string, name: string): string {
  try {
    return atob(base64);
  } catch {
    throw new PayloadError(`${name} is not base64`);
  }
}
