// `progress` of the module `dlnb`: a loop with a bar that is updated in place.
import { checkOptions, type OptionNames } from '../options.ts';
import { isInterrupted, LeftLoops } from '../left.ts';
import { Group, type ProgressHost } from './group.ts';
import { Meter, type ProgressState } from './meter.ts';
import {
  asIterable,
  isAsyncSource,
  isIterable,
  itemCount,
  itemsOf,
  type AsyncSource,
  type ProgressSource,
} from './sources.ts';

export type { ProgressSource } from './sources.ts';

/** Options of {@link ProgressFunction}. */
export interface ProgressOptions {
  /** Number of items, if the source does not say it. */
  total?: number;
  /** Text before the bar. */
  label?: string;
}

const PROGRESS_OPTIONS: OptionNames<ProgressOptions> = { total: 'number', label: 'text' };

/** A bar that the caller moves. */
export interface ProgressHandle {
  /**
   * Moves the bar. Awaiting the result lets other tasks run, at most 20 times a second.
   * @example
   * ```ts
   * const bar = progress.begin({ total: 3 });
   * for (const file of ['a', 'b', 'c']) await bar.step();
   * bar.end();
   * ```
   */
  step(items?: number): void | Promise<void>;
  /**
   * Shows a text behind the bar.
   * @example
   * ```ts
   * const bar = progress.begin({ label: 'searching' });
   * bar.note('12 found so far');
   * bar.end();
   * ```
   */
  note(text: string): void;
  /**
   * Ends the bar. By default its state is `done` if the total is reached or unknown.
   * @example
   * ```ts
   * const bar = progress.begin({ total: 10 });
   * bar.step(4);
   * bar.end();
   * ```
   */
  end(state?: ProgressState): void;
}

/**
 * Loops over a source and shows a bar: `for (const x of progress(list))`,
 * `for await (const batch of progress(loader))`, `for (const i of progress(100))`. Behind the bar are the items per
 * second and the time left. At the end the bar is full, or says where the loop was left by `break` or an error. The bar
 * of a loop inside another loop stands below that loop's bar, in the same output. The same loop again, with the same
 * label or over the same object or number, shows its bar in the place of its last one.
 *
 * `for await` also lets other tasks run, at most 20 times a second.
 */
export interface ProgressFunction {
  /**
   * 0, 1, … n − 1
   * @example
   * ```ts
   * let sum = 0;
   * for (const i of progress(100, { label: 'adding' })) sum += i;
   * sum; // → 4950
   * ```
   */
  (n: number, options?: ProgressOptions): Iterable<number> & AsyncIterable<number>;
  <T>(source: Iterable<T>, options?: ProgressOptions): Iterable<T> & AsyncIterable<T>;
  <T>(source: AsyncSource<T>, options?: ProgressOptions): AsyncIterable<T>;
  /**
   * Begins a bar that the caller moves.
   * @example
   * ```ts
   * const bar = progress.begin({ total: 30, label: 'reading' });
   * for (let file = 0; file < 3; file++) {
   *   await bar.step(10);
   *   bar.note(`file ${file}`);
   * }
   * bar.end();
   * ```
   */
  begin(options?: ProgressOptions): ProgressHandle;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A bar in its group. */
class Bar {
  constructor(
    readonly meter: Meter,
    private readonly group: Group,
    /** The run of the cell that began it. */
    readonly run: object,
  ) {
    group.add(meter);
  }

  /** @returns whether the bar was drawn */
  move(items: number): boolean {
    this.meter.advance(items);
    if (!this.group.due) return false;
    this.group.draw();
    return true;
  }

  end(state: ProgressState): void {
    if (this.meter.state !== 'running') return;
    this.meter.end(state);
    this.group.ended();
  }
}

/** The bars of a session: each run of a cell has a group at a time. */
class Bars {
  private readonly groups = new WeakMap<object, Group>();
  private readonly left = new LeftLoops<Meter>();

  constructor(private readonly host: ProgressHost) {}

  /** @param source what is looped over: the same loop again has its bar in the place of its last one */
  begin({ total, label }: ProgressOptions, source?: unknown): Bar {
    if (total !== undefined && !(total >= 0))
      throw new RangeError(`progress: total must be a number of items, got ${String(total)}`);
    const run = this.host.run();
    let group = this.groups.get(run);
    const key = label ?? source;
    if (!group?.takes(key)) this.groups.set(run, (group = new Group(this.host, key)));
    return new Bar(new Meter(Number.isFinite(total) ? total : undefined, label, this.host.clock), group, run);
  }

  /** The loop was left by break, return or an error in its body. No effect after another end. */
  leave(bar: Bar): void {
    if (bar.meter.state !== 'running') return;
    bar.end(isInterrupted(bar.run) ? 'interrupted' : 'stopped');
    this.left.add(bar.meter, bar.run);
  }

  *loop<T>(source: Iterable<T>, options: ProgressOptions, key: unknown): Generator<T> {
    const bar = this.begin({ total: itemCount(source), ...options }, key);
    try {
      for (const item of source) {
        yield item;
        bar.move(1);
      }
      bar.end('done');
    } catch (e) {
      bar.end('failed');
      throw e;
    } finally {
      this.leave(bar);
    }
  }

  async *asyncLoop<T>(source: ProgressSource<T>, options: ProgressOptions, key: unknown): AsyncGenerator<T> {
    const bar = this.begin({ total: itemCount(source), ...options }, key);
    try {
      for await (const item of itemsOf(source)) {
        yield item;
        if (bar.move(1)) await turn();
      }
      bar.end('done');
    } catch (e) {
      bar.end('failed');
      throw e;
    } finally {
      this.leave(bar);
    }
  }

  /** Ends the bars of a run that was interrupted or failed. */
  stop(run: object, state: 'interrupted' | 'failed'): void {
    this.groups.get(run)?.stopAll(state, new Set(this.left.take(run)));
  }

  /** Draws the bars of these runs again, if they are running. */
  refresh(run: object): void {
    const group = this.groups.get(run);
    if (group?.active) group.draw();
  }
}

/** `progress`, and the events that its session reports to it. */
export interface ProgressSession {
  progress: ProgressFunction;
  /** Reports that the run of a cell was interrupted or failed. */
  runEnded(run: object, status: 'threw' | 'interrupted'): void;
  /** Shows the present state of the bars of a run. */
  refresh(run: object): void;
}

/** Makes `progress` for one session. */
export function makeProgress(host: ProgressHost): ProgressSession {
  const bars = new Bars(host);

  function progress(source: number | ProgressSource<unknown>, options: ProgressOptions = {}): object {
    checkOptions('progress', options, PROGRESS_OPTIONS);
    const items = asIterable(source);
    if (!isIterable(items) && !isAsyncSource(items))
      throw new TypeError(
        `progress: the argument must be a number, a list, an iterable, an async iterable or a data set of tf.data, got ${typeof source === 'object' ? 'an object of another kind' : typeof source}`,
      );
    return {
      [Symbol.asyncIterator]: () => bars.asyncLoop(items, options, source),
      ...(isIterable(items) && { [Symbol.iterator]: () => bars.loop(items, options, source) }),
    };
  }

  function begin(options: ProgressOptions = {}): ProgressHandle {
    checkOptions('progress.begin', options, PROGRESS_OPTIONS);
    const bar = bars.begin(options);
    const { meter } = bar;
    return {
      step: (items = 1) => (bar.move(items) ? turn() : undefined),
      note: (text) => void (meter.note = text),
      end(state) {
        const complete = meter.total === undefined || meter.done >= meter.total;
        if (state !== undefined || complete) bar.end(state ?? 'done');
        else bars.leave(bar);
      },
    };
  }

  return {
    progress: Object.assign(progress, { begin }) as ProgressFunction,
    runEnded: (run, status) => bars.stop(run, status === 'threw' ? 'failed' : 'interrupted'),
    refresh: (run) => bars.refresh(run),
  };
}
