// `train` of the module `dlnb`: records a training, draws it while it runs, and can be asked to stop.
import { randomInt } from 'node:crypto';
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { TRAINING } from '../../wire/mime.ts';
import type { TrainingChart, TrainingDelta, TrainingState } from '../../wire/training.ts';
import { InOrder } from '../../outputs/order.ts';
import { read, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { DRAW_MS, type Clock } from '../progress/meter.ts';
import type { compileStep } from '../../tensors/engine/compile-step.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { makeCallback, type CallbackOptions } from './callback.ts';
import { RunData, type RunTotals } from './run.ts';

export type { CallbackOptions } from './callback.ts';

/**
 * How often deltas go to the renderer, and how often the output itself is updated, by how long the chart has been growing: every drawing
 * takes time from the training, and of a long one a reader need not see each moment.
 */
const PACES: { from: number; delta: number; snapshot: number }[] = [
  { from: 120_000, delta: 1000, snapshot: 30_000 },
  { from: 15_000, delta: 500, snapshot: 15_000 },
  { from: 2000, delta: 250, snapshot: 5000 },
  { from: 0, delta: DRAW_MS, snapshot: 5000 },
];
/** Points of all curves of an output, which makes about 0.7 MB; with more, neighbours become their mean. */
const MAX_POINTS = 65_000;
/** The first time sooner: a renderer hears nothing before it has been loaded. */
const FIRST_SNAPSHOT_MS = 1000;

/** A value of a step or an epoch: a number, or a tensor of one. */
export type Metric = number | tfTypes.Tensor;

/** Options of {@link Train.record}. */
export interface RecordOptions {
  /**
   * Name of the chart. Runs with the same name of the chart stand in one chart, also from different cells; a run replaces the one of its own
   * name there. By default the runs that one execution of a cell begins share a chart.
   */
  chart?: string;
  /** Title of the chart. */
  title?: string;
  /** Which of an epoch's values says which epoch is best; `val_loss` by default, else `loss`. */
  monitor?: string;
  /** How many steps or epochs there will be, for the time left; `steps()`, `epochs()` and `fit` say it themselves. */
  steps?: number;
  epochs?: number;
}

/**
 * Records one training run. Its chart appears under the cell with the first values and grows while the cell runs.
 *
 * ```ts
 * const run = train.record('adam');
 * for (const epoch of run.epochs(10)) {
 *   for (const [x, y] of batches) run.step({ loss: trainStep(x, y), learningRate });
 *   run.epoch({ val_loss: evaluate() });
 * }
 * ```
 *
 * The Stop button of the chart sets {@link stop}; `steps()` and `epochs()` end by themselves then, and the cell goes on after the loop, with all
 * variables as they are. It is heard at the next step, also by a loop that never awaits.
 */
export interface Recorder {
  readonly name: string;
  /** The Stop button was pressed: end the loop. */
  readonly stop: boolean;
  /**
   * Records the values of one step, for example `{ loss, acc, learningRate, gradientNorm }`. `learningRate` and `gradientNorm` get plots of
   * their own. Costs a few microseconds. A tensor is read as it is now, and may be disposed of; on a device that gives no values at once its
   * point is drawn when it has arrived, at the latest before the cell ends.
   * @throws TypeError for a value that is no number
   */
  step(values: Record<string, Metric>): void;
  /** Ends an epoch with its values, for example `{ loss, val_loss, val_acc }`; names that begin with `val_` belong to the validation data. */
  epoch(values?: Record<string, Metric>): void;
  /** 0, 1, … n − 1, or fewer where the Stop button was pressed. `for await` gives other tasks their turn, at most 20 times a second. */
  steps(n: number): Iterable<number> & AsyncIterable<number>;
  /** As {@link steps}, for the loop over epochs. */
  epochs(n: number): Iterable<number> & AsyncIterable<number>;
  /** A callback for `model.fit` and `fitDataset`: `model.fit(xs, ys, { callbacks: run.callback() })`. */
  callback(options?: CallbackOptions): CustomCallback;
  /** Ends the run; the end of the cell does it, too. */
  end(): void;
}

export interface Train {
  /**
   * Begins to record a run.
   * @param name stands in the legend; `run 1`, `run 2` … by default
   */
  record(name?: string, options?: RecordOptions): Recorder;
  /** A callback for `model.fit` that records into a run of its own: `model.fit(xs, ys, { callbacks: train.callback() })`. */
  callback(name?: string, options?: RecordOptions & CallbackOptions): CustomCallback;
  /** {@link compileStep} */
  compileStep: typeof compileStep;
}

export interface TrainHost {
  display(value: Displayable, id: string): void;
  send(delta: TrainingDelta, text: string): void;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  /** Whether the Stop button of the chart was pressed since the last call. */
  takeStop(chart: number): boolean;
  clock: Clock;
}

/** The runs that stand in one output. */
class Chart implements Displayable {
  readonly number = randomInt(1, 2 ** 31 - 1);
  readonly runs = new Map<string, RunRecorder>();
  title: string | undefined;
  private readonly changed = new Set<RunRecorder>();
  private begunAt: number | undefined;
  private sentAt = -Infinity;
  private nextShow: number | undefined;
  private shown = false;
  /** It has a place among the outputs, and waits for its first values. */
  private placed = false;

  constructor(readonly host: TrainHost) {}

  /** Takes its place among the outputs at once, where its first values have to be waited for. */
  place(first: Promise<unknown>): void {
    if (this.shown || this.placed) return;
    this.placed = true;
    this.host.display({ [DISPLAY]: () => first.then(() => this[DISPLAY]()) }, this.id);
  }

  /** Sends what is new, if it is time. @returns whether it did */
  update(run: RunRecorder): boolean {
    this.changed.add(run);
    const now = this.host.clock();
    this.begunAt ??= now;
    const age = now - this.begunAt;
    const pace = PACES.find(({ from }) => age >= from)!;
    if (now - this.sentAt < pace.delta) return false;
    this.sentAt = now;
    this.nextShow ??= now;
    if (now >= this.nextShow) {
      this.nextShow = now + (this.shown ? pace.snapshot : FIRST_SNAPSHOT_MS);
      if (this.placed && !this.shown) this.shown = true;
      else this.show();
    }
    const runs = [...this.changed].map(({ data }) => data.delta());
    this.changed.clear();
    this.host.send({ type: 'delta', chart: this.number, runs }, run.data.text());
    return true;
  }

  /** Shows all of it: what is kept in the notebook. */
  show(): void {
    this.shown = true;
    this.host.display(this, this.id);
  }

  private get id(): string {
    return `dlnb-training:${this.number}`;
  }

  [DISPLAY](): Record<string, unknown> {
    const runs = [...this.runs.values()].map(({ data }) => data);
    const thin = Math.ceil(runs.reduce((sum, data) => sum + data.points, 0) / MAX_POINTS) || 1;
    const chart: TrainingChart = {
      version: 1,
      chart: this.number,
      ...(this.title !== undefined && { title: this.title }),
      runs: runs.map((data) => data.snapshot(thin)),
    };
    const text = [`Training${this.title === undefined ? '' : ` "${this.title}"`}`, ...runs.map((data) => data.text())];
    return { [TRAINING]: chart, 'text/plain': text.join('\n') };
  }
}

/** The {@link Recorder}, and what the callback and the session need of it. */
export class RunRecorder implements Recorder {
  readonly data: RunData;
  private stopAsked = false;
  /** Loops over steps and epochs that are under way. */
  private loops = 0;
  /** The run of the cell that trains; undefined while none does. */
  trainsIn: object | undefined;
  /** What was recorded, behind values that are still on their way from the device. */
  private readonly order = new InOrder();
  /** The run of the cell whose values are on their way. */
  readsFor: object | undefined;
  private abandoned = false;

  constructor(
    readonly chart: Chart,
    readonly name: string,
    options: RecordOptions,
    private readonly loaded: LoadedLibrary,
    /** Recorders that train, and those whose values are on their way. */
    private readonly active: Set<RunRecorder>,
    private readonly reading: Set<RunRecorder>,
  ) {
    this.data = new RunData(name, options.monitor, chart.host.clock);
    this.expect(options);
  }

  get stop(): boolean {
    if (!this.stopAsked && this.chart.host.takeStop(this.chart.number))
      for (const run of this.chart.runs.values()) if (run.trainsIn) run.stopAsked = true;
    return this.stopAsked;
  }

  step(values: Record<string, Metric>): void {
    this.record('step', values);
  }

  epoch(values: Record<string, Metric> = {}): void {
    this.record('epoch', values);
  }

  steps(n: number): Iterable<number> & AsyncIterable<number> {
    return this.loop(n, 'steps');
  }

  epochs(n: number): Iterable<number> & AsyncIterable<number> {
    return this.loop(n, 'epochs');
  }

  callback(options: CallbackOptions = {}): CustomCallback {
    return makeCallback(needLibrary(this.loaded, 'train.callback'), this, options);
  }

  end(): void {
    this.finish(this.stopAsked ? 'stopped' : 'done');
  }

  /** The totals that are to come, on top of what is done. */
  expect({ steps, epochs }: RunTotals): void {
    this.order.add(this.data, (data) => {
      if (steps !== undefined) data.totals.steps = data.steps + steps;
      if (epochs !== undefined) data.totals.epochs = data.epochs + epochs;
    });
  }

  /** A training begins, or goes on after its end. */
  begin(): void {
    if (this.trainsIn) return;
    this.chart.host.takeStop(this.chart.number);
    this.stopAsked = false;
    this.trainsIn = this.chart.host.run();
    this.abandoned = false;
    this.order.add(this.data, (data) => (data.state = 'running'));
    this.active.add(this);
  }

  finish(state: Exclude<TrainingState, 'running'>): void {
    if (!this.trainsIn) return;
    this.trainsIn = undefined;
    this.loops = 0;
    this.active.delete(this);
    const ended = state === 'done' && this.stopAsked ? 'stopped' : state;
    this.order.add(this.data, (data) => {
      data.end(this.abandoned ? 'interrupted' : ended);
      this.chart.show();
    });
  }

  /** Settles when all values have arrived. */
  arrival(): Promise<void> {
    return this.order.idle();
  }

  /** Gives up the values that have not arrived. */
  abandon(): void {
    this.abandoned = true;
    this.order.abandon();
  }

  private record(what: 'step' | 'epoch', values: Record<string, Metric>): void {
    const numbers = Object.entries(values).map(([name, v]) => [name, numberOf(v, `${what}: "${name}"`)] as const);
    this.begin();
    const late = numbers.some(([, v]) => v instanceof Promise);
    const arrived = late ? allOf(numbers) : (Object.fromEntries(numbers) as Record<string, number>);
    this.order.add(arrived, (read) => {
      this.data[what](read);
      this.chart.update(this);
    });
    if (!(arrived instanceof Promise)) return;
    this.chart.place(arrived);
    this.readsFor = this.trainsIn;
    if (this.reading.has(this)) return;
    this.reading.add(this);
    void this.order.idle().then(() => this.reading.delete(this));
  }

  private loop(n: number, what: 'steps' | 'epochs'): Iterable<number> & AsyncIterable<number> {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new RangeError(`train: the number of ${what} must be a whole number, got ${String(n)}`);
    const start = () => {
      this.begin();
      // Steps inside a loop over epochs are part of it
      if (this.loops++ === 0) this.expect({ [what]: n });
    };
    const goesOn = () => !this.stop;
    const end = () => {
      // A loop of a run that was ended from outside may end later
      if (this.loops > 0 && --this.loops === 0) this.end();
    };
    const { clock } = this.chart.host;
    return {
      *[Symbol.iterator]() {
        start();
        try {
          for (let i = 0; i < n && goesOn(); i++) yield i;
        } finally {
          end();
        }
      },
      async *[Symbol.asyncIterator]() {
        start();
        try {
          let turned = clock();
          for (let i = 0; i < n && goesOn(); i++) {
            yield i;
            if (clock() - turned < DRAW_MS) continue;
            await new Promise<void>((resolve) => setImmediate(resolve));
            turned = clock();
          }
        } finally {
          end();
        }
      },
    };
  }
}

/** Makes `train` for one session. `runEnded` is to be called when the run of a cell has ended. */
export function makeTrain(
  host: TrainHost,
  loaded: LoadedLibrary,
): {
  train: Train;
  /** @returns a promise where values are still on their way */
  runEnded(run: object, status: 'ok' | 'threw' | 'interrupted'): Promise<void> | undefined;
  /** Gives up the values that are still on their way. */
  abandon(run: object): void;
} {
  const charts = new WeakMap<object, Chart>();
  const named = new Map<string, Chart>();
  const active = new Set<RunRecorder>();
  const reading = new Set<RunRecorder>();

  function chartFor({ chart }: RecordOptions): Chart {
    if (chart !== undefined) return named.get(chart) ?? named.set(chart, new Chart(host)).get(chart)!;
    const run = host.run();
    return charts.get(run) ?? charts.set(run, new Chart(host)).get(run)!;
  }

  function record(name?: string, options: RecordOptions = {}): RunRecorder {
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      throw new TypeError('train.record: the name must be a string that is not empty');
    const chart = chartFor(options);
    chart.title = options.title ?? chart.title ?? options.chart;
    const own = nameIn(chart, name, options.chart !== undefined);
    const recorder = new RunRecorder(chart, own, options, loaded, active, reading);
    chart.runs.set(own, recorder);
    return recorder;
  }

  return {
    train: {
      record,
      callback: (name, options = {}) => record(name, options).callback(options),
      compileStep: (f) =>
        (needLibrary(loaded, 'train.compileStep').train as unknown as Pick<Train, 'compileStep'>).compileStep(f),
    },
    runEnded(run, status) {
      for (const recorder of [...active]) {
        if (recorder.trainsIn !== run) continue;
        recorder.finish(status === 'ok' ? 'done' : status === 'threw' ? 'failed' : 'interrupted');
      }
      const arrivals = [...reading].filter(({ readsFor }) => readsFor === run).map((recorder) => recorder.arrival());
      return arrivals.length > 0 ? Promise.all(arrivals).then(() => {}) : undefined;
    },
    abandon(run) {
      for (const recorder of [...reading]) if (recorder.readsFor === run) recorder.abandon();
    },
  };
}

function nameIn({ runs }: Chart, name: string | undefined, replace: boolean): string {
  if (name !== undefined && (replace || !runs.has(name))) return name;
  for (let i = name === undefined ? runs.size + 1 : 2; ; i++) {
    const candidate = name === undefined ? `run ${i}` : `${name} (${i})`;
    if (!runs.has(candidate)) return candidate;
  }
}

/** A promise where a tensor cannot be read at once; what cannot be read at all is NaN. */
function numberOf(value: unknown, where: string): number | Promise<number> {
  if (typeof value === 'number') return value;
  if (!isTensor(value) || value.size !== 1)
    throw new TypeError(
      `${where} must be a number or a tensor of one, got ${isTensor(value) ? `a tensor of shape [${value.shape.join(', ')}]` : typeof value}`,
    );
  const first = (data: ArrayLike<unknown>) => data[0] as number;
  const now = valuesNow(value);
  return now ? first(now) : read(value).then(first, () => NaN);
}

async function allOf(
  numbers: readonly (readonly [string, number | Promise<number>])[],
): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(numbers.map(async ([name, v]) => [name, await v] as const)));
}
