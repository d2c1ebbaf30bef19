// `progress` of the module `dlnb`: a loop with a bar that is updated in place.
import { randomUUID } from 'node:crypto';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { PROGRESS } from '../../wire/mime.ts';
import type { ProgressReport } from '../../wire/progress.ts';
import { DRAW_MS, Meter, reportText, type Clock } from './meter.ts';

/** Options of {@link ProgressFunction}. */
export interface ProgressOptions {
  /** Number of items, where the source does not say. */
  total?: number;
  /** Stands before the bar. */
  label?: string;
}

/** A data set of tf.data. */
interface DatasetLike<T> {
  readonly size?: number | null;
  iterator(): Promise<{ next(): Promise<IteratorResult<T>> }>;
}

/** What {@link ProgressFunction} loops over. */
export type ProgressSource<T> = Iterable<T> | AsyncIterable<T> | DatasetLike<T>;

/** A bar that is moved by hand. */
export interface ProgressHandle {
  /** Moves it on; the promise gives other tasks their turn, at most 20 times a second. */
  step(items?: number): void | Promise<void>;
  /** Shows a text behind the bar. */
  note(text: string): void;
  /** Ends it, at the total or where it is. */
  end(state?: 'done' | 'stopped' | 'failed'): void;
}

/**
 * Loops over something and shows a bar: `for (const x of progress(list))`, `for await (const batch of progress(loader))`,
 * `for (const i of progress(100))`. Items per second and the time left stand behind the bar; it ends full, or says where it was left
 * by `break` or an error. A loop inside another's shows its bar below it, in the same place; the same loop again (of the same label, or over
 * the same object or number) shows its bar where the last one was.
 *
 * `for await` also gives other tasks their turn, at most 20 times a second.
 */
export interface ProgressFunction {
  /** 0, 1, … n − 1 */
  (n: number, options?: ProgressOptions): Iterable<number> & AsyncIterable<number>;
  <T>(source: Iterable<T>, options?: ProgressOptions): Iterable<T> & AsyncIterable<T>;
  <T>(source: AsyncIterable<T> | DatasetLike<T>, options?: ProgressOptions): AsyncIterable<T>;
  /** A bar that is moved by hand. */
  begin(options?: ProgressOptions): ProgressHandle;
}

export interface ProgressHost {
  /** Shows a value under the cell that calls, or updates the one with this id. */
  display(value: Displayable, id: string): void;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  clock: Clock;
}

/** Bars that stand in one output: a loop, and the loops inside it. */
class Group implements Displayable {
  private readonly id = `dlnb-progress:${randomUUID()}`;
  private bars: { meter: Meter; depth: number }[] = [];
  private drawn = -Infinity;

  /** @param key tells the outermost loop from others */
  constructor(
    private readonly host: ProgressHost,
    private readonly key: unknown,
  ) {}

  /** Whether a loop that begins now stands here: inside another, or as the same loop again, as in each epoch. */
  takes(key: unknown): boolean {
    return (
      this.active || (key !== undefined && key === this.key && this.bars.every(({ meter }) => meter.state === 'done'))
    );
  }

  get active(): boolean {
    return this.bars.some(({ meter }) => meter.state === 'running');
  }

  add(meter: Meter): void {
    // What has ended inside the loop makes room for what begins there now
    const innermost = this.bars.findLastIndex((b) => b.meter.state === 'running');
    this.bars = this.bars.slice(0, innermost + 1);
    this.bars.push({ meter, depth: innermost < 0 ? 0 : this.bars[innermost]!.depth + 1 });
    this.draw();
  }

  /** Whether it is time to draw again. */
  get due(): boolean {
    return this.host.clock() - this.drawn >= DRAW_MS;
  }

  draw(): void {
    this.drawn = this.host.clock();
    this.host.display(this, this.id);
  }

  /** Draws what has ended; when the outermost has, the loops inside it that went well are history. */
  ended(): void {
    if (!this.active) this.bars = this.bars.filter(({ meter, depth }) => depth === 0 || meter.state !== 'done');
    // The end of one of many short loops inside another is no reason to draw more often
    if (!this.active || this.due) this.draw();
  }

  stopAll(state: 'stopped' | 'failed'): void {
    if (!this.active) return;
    for (const { meter } of this.bars) meter.end(state);
    this.draw();
  }

  [DISPLAY](): Record<string, unknown> {
    const report: ProgressReport = { version: 1, bars: this.bars.map(({ meter, depth }) => meter.report(depth)) };
    return { [PROGRESS]: report, 'text/plain': reportText(report) };
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Makes `progress` for one session. `runEnded` is to be called when the run of a cell was ended from outside. */
export function makeProgress(host: ProgressHost): { progress: ProgressFunction; runEnded(run: object): void } {
  const groups = new WeakMap<object, Group>();

  /** @param source what is looped over: the same loop again has its bar in the place of its last one */
  function begin({ total, label }: ProgressOptions = {}, source?: unknown) {
    if (total !== undefined && !(total >= 0))
      throw new RangeError(`progress: total must be a number of items, got ${String(total)}`);
    const run = host.run();
    let group = groups.get(run);
    const key = label ?? source;
    if (!group?.takes(key)) groups.set(run, (group = new Group(host, key)));
    const meter = new Meter(Number.isFinite(total) ? total : undefined, label, host.clock);
    const shown = group;
    shown.add(meter);
    return {
      /** @returns whether it was drawn */
      move(items: number): boolean {
        meter.advance(items);
        if (!shown.due) return false;
        shown.draw();
        return true;
      },
      note: (text: string) => void (meter.note = text),
      end(state: 'done' | 'stopped' | 'failed') {
        if (meter.state !== 'running') return;
        meter.end(state);
        shown.ended();
      },
      meter,
    };
  }

  function* loop<T>(source: Iterable<T>, options: ProgressOptions, key: unknown): Generator<T> {
    const bar = begin({ total: sizeOf(source), ...options }, key);
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
      // The loop was left by break, return or an error in its body
      bar.end('stopped');
    }
  }

  async function* asyncLoop<T>(source: ProgressSource<T>, options: ProgressOptions, key: unknown): AsyncGenerator<T> {
    const bar = begin({ total: sizeOf(source), ...options }, key);
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
      bar.end('stopped');
    }
  }

  function progress(source: number | ProgressSource<unknown>, options: ProgressOptions = {}): object {
    const items = typeof source === 'number' ? numbersTo(source) : typeof source === 'string' ? [...source] : source;
    const async = { [Symbol.asyncIterator]: () => asyncLoop(items, options, source) };
    if (isObject(items) && Symbol.iterator in items)
      return { ...async, [Symbol.iterator]: () => loop(items, options, source) };
    if (isObject(items) && (Symbol.asyncIterator in items || 'iterator' in items)) return async;
    throw new TypeError(
      `progress: the argument must be a number, a list, an iterable, an async iterable or a data set of tf.data, got ${typeof source === 'object' ? 'an object that is none' : typeof source}`,
    );
  }

  function handle(options?: ProgressOptions): ProgressHandle {
    const bar = begin(options);
    const { meter } = bar;
    return {
      step: (items = 1) => (bar.move(items) ? turn() : undefined),
      note: bar.note,
      end: (state) => bar.end(state ?? (meter.total === undefined || meter.done >= meter.total ? 'done' : 'stopped')),
    };
  }

  return {
    progress: Object.assign(progress, { begin: handle }) as ProgressFunction,
    runEnded: (run) => groups.get(run)?.stopAll('stopped'),
  };
}

const isObject = (v: unknown): v is object => typeof v === 'object' && v !== null;

function numbersTo(n: number): Iterable<number> & { length: number } {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`progress: the number of steps must be a whole number, got ${n}`);
  return {
    length: n,
    *[Symbol.iterator]() {
      for (let i = 0; i < n; i++) yield i;
    },
  };
}

function sizeOf(source: object): number | undefined {
  const { length, size } = source as { length?: unknown; size?: unknown };
  return [length, size].find((n): n is number => typeof n === 'number' && Number.isFinite(n));
}

function itemsOf<T>(source: ProgressSource<T>): Iterable<T> | AsyncIterable<T> {
  // Of what has both, the async one may show a bar of its own
  if (Symbol.iterator in source) return { [Symbol.iterator]: () => source[Symbol.iterator]() };
  if (Symbol.asyncIterator in source) return source;
  return {
    async *[Symbol.asyncIterator]() {
      const iterator = await source.iterator();
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    },
  };
}
