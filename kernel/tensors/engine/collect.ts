// Frees the tensors that nothing refers to any more, so that no code needs `dispose` or `tidy`.
//
// Tensors that leave all scopes are noted here by weak references. When there are enough of them, the garbage collector
// runs, and the tensors whose objects it has taken are disposed of. This happens between two ops, even in the middle of
// code that never awaits. A FinalizationRegistry works only between two jobs of the event loop, and V8 sees neither
// WebAssembly's memory nor a graphics card's, so its garbage collector would run far too seldom.
import v8 from 'node:v8';
import vm from 'node:vm';
import type * as tf from '@tensorflow/tfjs-core';

/** What is left of a tensor when its object is gone: enough for the engine to dispose of it. */
export interface Remains {
  readonly id: number;
  readonly dataId: object;
  readonly dtype: tf.DataType;
  readonly size: number;
  /** The name of a variable; undefined for other tensors. */
  readonly name: string | undefined;
}

interface Noted extends Remains {
  readonly object: WeakRef<tf.Tensor>;
  readonly bytes: number;
}

const MEGABYTE = 1 << 20;

/**
 * How much can be allocated between two collections: at first, and later at least and at most. However long collections
 * take, tensors that nothing refers to never take more bytes than `most`, or than the tensors in use if those take
 * more.
 */
const BYTES = { first: 128 * MEGABYTE, least: 64 * MEGABYTE, most: 256 * MEGABYTE };
const COUNT = { first: 500, least: 250, most: 64_000 };
/** The share of the time above which collections become rarer. */
const SHARE = 0.03;

export class Collector {
  private readonly noted = new Map<number, Noted>();
  /** Bytes of all noted tensors; shared data counts for each of them. */
  private bytes = 0;
  private limits = { bytes: BYTES.first, count: COUNT.first };
  /** Where the next collection is due. */
  private due = { bytes: BYTES.first, count: COUNT.first };
  private lastEnd = performance.now();
  /**
   * Whether the garbage collector sees references that are gone before the running job has ended; found out by trying.
   */
  private withinJobs = true;
  private tools: { collectGarbage: () => void; forgetJob: () => void } | undefined;

  /** @param dispose disposes of a tensor whose object is gone */
  constructor(private readonly dispose: (remains: Remains) => void) {}

  /** Notes a tensor that has left all scopes. */
  add(tensor: tf.Tensor, name?: string): void {
    const { id, dataId, dtype, size } = tensor;
    if (this.noted.has(id)) return;
    const bytes = dtype === 'bool' ? size : size * 4;
    this.noted.set(id, { id, dataId, dtype, size, name, bytes, object: new WeakRef(tensor) });
    this.bytes += bytes;
  }

  /** Drops a tensor that has been disposed of. */
  forget(id: number): void {
    const noted = this.noted.get(id);
    if (!noted) return;
    this.bytes -= noted.bytes;
    this.noted.delete(id);
  }

  /** Whether it is time for a collection, by what has been allocated since the last one. */
  get isDue(): boolean {
    return this.bytes > this.due.bytes || this.noted.size > this.due.count;
  }

  /** Whether a collection is due that has to wait for the end of the running job. */
  get waits(): boolean {
    return !this.withinJobs && this.isDue;
  }

  /** Collects when it is time. To be called between two ops. */
  poll(): void {
    if (this.isDue && this.withinJobs) this.collectOnSchedule();
  }

  /** Collects, and schedules the next collection. Outside of ops, to be called when a job of the event loop begins. */
  collectOnSchedule(): void {
    // Adjust only the limit that was reached
    const reached = this.bytes > this.due.bytes ? 'bytes' : 'count';
    const from = performance.now();
    const pause = from - this.lastEnd;
    this.collect();
    const cost = this.lastEnd - from;
    // Collect more rarely while it takes too much of the time, more often while it is cheap
    if (cost > SHARE * pause) this.limits[reached] *= 2;
    else if (cost < (SHARE / 4) * pause) this.limits[reached] /= 2;
    this.setDue();
  }

  private setDue(): void {
    const within = (x: number, least: number, most: number) => Math.min(most, Math.max(least, x));
    this.limits = {
      bytes: within(this.limits.bytes, BYTES.least, Math.max(BYTES.most, this.bytes)),
      count: within(this.limits.count, COUNT.least, COUNT.most),
    };
    this.due = { bytes: this.bytes + this.limits.bytes, count: this.noted.size + this.limits.count };
  }

  /**
   * Runs the garbage collector and disposes of the tensors whose objects are gone.
   * @returns the number of disposed tensors
   */
  collect(): number {
    const { collectGarbage, forgetJob } = (this.tools ??= makeTools());
    const canary = newCanary();
    forgetJob();
    collectGarbage();
    this.withinJobs = canary.deref() === undefined;
    let freed = 0;
    for (const noted of this.noted.values()) {
      if (noted.object.deref() !== undefined) continue;
      this.forget(noted.id);
      this.dispose(noted);
      freed++;
    }
    // A weak reference that was looked at is strong until the end of the job
    forgetJob();
    this.setDue();
    this.lastEnd = performance.now();
    return freed;
  }
}

/** A weak reference to an object that nothing else refers to. */
function newCanary(): WeakRef<object> {
  return new WeakRef({});
}

function makeTools() {
  v8.setFlagsFromString('--expose-gc');
  const collectGarbage = vm.runInNewContext('gc') as () => void;
  v8.setFlagsFromString('--no-expose-gc');
  // A weak reference holds its object until the job that made it has ended. For V8, the end of a context's own queue of
  // microtasks, which is empty here, is the end of the job.
  const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  const nothing = new vm.Script('undefined');
  return { collectGarbage, forgetJob: () => void nothing.runInContext(context) };
}
