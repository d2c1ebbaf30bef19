// The recorder of one training run: takes values as they come, waits for those still on the device, and ends with the
// cell.
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import type { TrainingState } from '../../wire/training.ts';
import type { RunOption } from '../../formats/run-files.ts';
import { InOrder } from '../../outputs/order.ts';
import { read, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { isInterrupted, type LeftLoops } from '../left.ts';
import { checkOptions, shown } from '../options.ts';
import { DRAW_MS } from '../progress/meter.ts';
import { shapeText } from '../shape.ts';
import { CALLBACK_OPTIONS, type CallbackOptions, type Metric, type Recorder, type RecordOptions } from './api.ts';
import { makeCallback } from './callback.ts';
import type { Chart, ChartedRun } from './chart.ts';
import { RunData, type RunTotals } from './run.ts';
import type { RunLog } from './run-log.ts';

/** What the recorders of a session share. */
export interface Recorders {
  loaded: LoadedLibrary;
  /** Recorders whose training is running. */
  active: Set<RunRecorder>;
  /** Recorders with values that are still being read from the device. */
  reading: Set<RunRecorder>;
  /** Recorders whose loop was left early just now. */
  left: LeftLoops<RunRecorder>;
}

/** The {@link Recorder}, with the methods for its callback, its chart and the session. */
export class RunRecorder implements Recorder, ChartedRun {
  readonly data: RunData;
  private stopAsked = false;
  /** Number of unfinished loops over steps and epochs. */
  private loops = 0;
  /** Number of calls of {@link epoch}. */
  private epochCalls = 0;
  /** The run of the cell in which the training is running; undefined if it is not running. */
  trainsIn: object | undefined;
  /** Records values in the order of the calls, although some must be read from the device first. */
  private readonly order = new InOrder();
  /** The run of the cell whose values are being read. */
  readsFor: object | undefined;
  private abandoned = false;
  /** The file of the run, if it is kept. */
  log: RunLog | undefined;

  constructor(
    readonly chart: Chart,
    readonly name: string,
    options: RecordOptions,
    private readonly session: Recorders,
  ) {
    this.data = new RunData(name, options.monitor, chart.host.clock);
    this.expect(options);
  }

  get stop(): boolean {
    if (!this.stopAsked) this.chart.takeStop();
    return this.stopAsked;
  }

  askToStop(): void {
    if (this.trainsIn) this.stopAsked = true;
  }

  step(values: Record<string, Metric>): void {
    this.record('step', values);
  }

  epoch(values: Record<string, Metric> = {}): void {
    this.epochCalls++;
    this.record('epoch', values);
  }

  steps(n: number): Iterable<number> & AsyncIterable<number> {
    return this.loop(n, 'steps');
  }

  epochs(n: number): Iterable<number> & AsyncIterable<number> {
    return this.loop(n, 'epochs');
  }

  callback(options: CallbackOptions = {}): CustomCallback {
    checkOptions('callback', options, CALLBACK_OPTIONS);
    return makeCallback(needLibrary(this.session.loaded, 'train.callback'), this, options);
  }

  end(): void {
    this.finish(this.stopAsked ? 'stopped' : 'done');
  }

  /** Adds to the totals: this many steps and epochs follow those that are done. */
  expect({ steps, epochs }: RunTotals): void {
    this.order.add(this.data, (data) => {
      if (steps !== undefined) data.totals.steps = data.steps + steps;
      if (epochs !== undefined) data.totals.epochs = data.epochs + epochs;
    });
  }

  /** Notes options of the training in the file of a kept run. */
  note(options: Record<string, RunOption>): void {
    this.log?.note(options);
  }

  /** Goes on where a training was left: its epochs are drawn, their steps are counted. */
  resumed(steps: number, epochs: readonly Record<string, number>[]): void {
    this.begin();
    this.order.add(this.data, (data) => {
      epochs.forEach((values, e) => {
        data.steps = Math.round((steps * (e + 1)) / epochs.length);
        data.epoch(values);
      });
      data.steps = steps;
      this.chart.update(this);
    });
  }

  /** Begins the training, or continues it after its end. */
  begin(): void {
    if (this.trainsIn) return;
    this.session.left.delete(this);
    this.chart.host.takeStop(this.chart.number);
    this.stopAsked = false;
    this.trainsIn = this.chart.host.run();
    this.abandoned = false;
    this.order.add(this.data, (data) => (data.state = 'running'));
    this.session.active.add(this);
  }

  finish(state: Exclude<TrainingState, 'running'>): void {
    if (!this.trainsIn) return;
    this.trainsIn = undefined;
    this.loops = 0;
    this.session.active.delete(this);
    const ended = state === 'done' && this.stopAsked ? 'stopped' : state;
    this.order.add(this.data, (data) => {
      data.end(this.abandoned ? 'interrupted' : ended);
      this.log?.end(this.abandoned ? 'interrupted' : ended);
      this.chart.show();
    });
  }

  /** The error of the cell ended the loop that was left just now. */
  failed(): void {
    this.order.add(this.data, (data) => {
      data.end('failed');
      this.log?.end('failed');
      this.chart.show();
    });
  }

  /** Settles when all values have been read. */
  arrival(): Promise<void> {
    return this.order.idle();
  }

  /** Gives up the values that have not been read. */
  abandon(): void {
    this.abandoned = true;
    this.order.abandon();
  }

  private record(what: 'step' | 'epoch', values: Record<string, Metric>): void {
    if (typeof values !== 'object' || values === null)
      throw new TypeError(`${what}: give values by their names, such as { loss }, got ${shown(values)}`);
    if (areNumbers(values)) {
      this.begin();
      this.chart.host.heed?.();
      this.order.add(this.order.isIdle ? values : { ...values }, (read) => {
        this.data[what](read);
        this.log?.[what](read);
        this.chart.update(this);
      });
      return;
    }
    const numbers = Object.entries(values).map(([name, v]) => [name, numberOf(v, `${what}: "${name}"`)] as const);
    this.begin();
    this.chart.host.heed?.();
    const late = numbers.some(([, v]) => v instanceof Promise);
    const arrived = late ? allOf(numbers) : (Object.fromEntries(numbers) as Record<string, number>);
    this.order.add(arrived, (read) => {
      this.data[what](read);
      this.log?.[what](read);
      this.chart.update(this);
    });
    if (!(arrived instanceof Promise)) return;
    this.chart.place(arrived);
    this.readsFor = this.trainsIn;
    const { reading } = this.session;
    if (reading.has(this)) return;
    reading.add(this);
    void this.order.idle().then(() => reading.delete(this));
  }

  private loop(n: number, what: 'steps' | 'epochs'): Iterable<number> & AsyncIterable<number> {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new RangeError(`train: the number of ${what} must be a whole number, got ${String(n)}`);
    const start = () => {
      this.begin();
      // A loop over steps inside a loop over epochs does not add to the totals
      if (this.loops++ === 0) this.expect({ [what]: n });
    };
    const goesOn = () => !this.stop;
    // Without calls of `epoch`, the loop itself counts
    const count = (calls: number) => {
      if (what !== 'epochs' || this.epochCalls !== calls || !this.trainsIn || this.stopAsked) return;
      this.order.add(this.data, (data) => {
        data.epoch({});
        this.log?.epoch({});
        this.chart.update(this);
      });
    };
    const end = (complete: boolean) => {
      // After the run was ended from outside, its loops may still end
      if (this.loops === 0 || --this.loops > 0) return;
      if (complete) return this.end();
      const run = this.trainsIn;
      this.finish(isInterrupted(run) ? 'interrupted' : 'stopped');
      if (run) this.session.left.add(this, run);
    };
    const calls = () => this.epochCalls;
    const { clock } = this.chart.host;
    return {
      *[Symbol.iterator]() {
        start();
        let complete = false;
        try {
          for (let i = 0; i < n && goesOn(); i++) {
            const before = calls();
            yield i;
            count(before);
          }
          complete = true;
        } finally {
          end(complete);
        }
      },
      async *[Symbol.asyncIterator]() {
        start();
        let complete = false;
        try {
          let turned = clock();
          for (let i = 0; i < n && goesOn(); i++) {
            const before = calls();
            yield i;
            count(before);
            if (clock() - turned < DRAW_MS) continue;
            await new Promise<void>((resolve) => setImmediate(resolve));
            turned = clock();
          }
          complete = true;
        } finally {
          end(complete);
        }
      },
    };
  }
}

/** Whether no value is a tensor. */
function areNumbers(values: Record<string, unknown>): values is Record<string, number> {
  for (const name in values) if (typeof values[name] !== 'number') return false;
  return true;
}

/** Reads a metric: a promise if a tensor must be awaited, and NaN if it cannot be read. */
function numberOf(value: unknown, where: string): number | Promise<number> {
  if (typeof value === 'number') return value;
  if (!isTensor(value) || value.size !== 1)
    throw new TypeError(
      `${where} must be a number or a tensor with one element, got ${isTensor(value) ? `a tensor of shape ${shapeText(value.shape)}` : typeof value}`,
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
