// Frees the tensors that nothing refers to any more, so that no code needs `dispose` or `tidy`.
//
// Tensors that leave all scopes are noted here by weak references. When enough of them have gathered, the garbage collector is run, and
// those whose objects it has taken are disposed of as the user would. This happens between two ops, also in the middle of code that never
// awaits. A FinalizationRegistry would do it only between two jobs of the event loop, and V8 sees neither WebAssembly's memory nor a
// graphics card's, so that it would run far too seldom.
import v8 from 'node:v8';
import vm from 'node:vm';
import type * as tf from '@tensorflow/tfjs-core';

/** What is known of a tensor when its object is gone: enough for the engine to dispose of it. */
export interface Remains {
  readonly id: number;
  readonly dataId: object;
  readonly dtype: tf.DataType;
  readonly size: number;
  /** Of variables, which the engine knows by name. */
  readonly name: string | undefined;
}

interface Noted extends Remains {
  readonly object: WeakRef<tf.Tensor>;
  readonly bytes: number;
}

const MEGABYTE = 1 << 20;

/**
 * How much may be allocated between two collections, at first, and at least and at most later. However long collections take, the bytes
 * of what nothing refers to never pass `most`, or as many bytes as are still referred to where those are more.
 */
const BYTES = { first: 128 * MEGABYTE, least: 64 * MEGABYTE, most: 256 * MEGABYTE };
const COUNT = { first: 500, least: 250, most: 64_000 };
/** The share of the time that collections may take, before they are made rarer. */
const SHARE = 0.03;

export class Collector {
  private readonly noted = new Map<number, Noted>();
  /** Bytes of all tensors noted, shared data counted for each. */
  private bytes = 0;
  private limits = { bytes: BYTES.first, count: COUNT.first };
  /** Where the next collection is due. */
  private due = { bytes: BYTES.first, count: COUNT.first };
  private lastEnd = performance.now();
  /** Whether the garbage collector can be made to see that references are gone before the running job has ended; found out by trying. */
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

  /** The tensor has been disposed of. */
  forget(id: number): void {
    const noted = this.noted.get(id);
    if (!noted) return;
    this.bytes -= noted.bytes;
    this.noted.delete(id);
  }

  /** Whether so much has been allocated since the last collection that it is time for one. */
  get isDue(): boolean {
    return this.bytes > this.due.bytes || this.noted.size > this.due.count;
  }

  /** Whether a collection is due that has to wait for the end of the running job. */
  get waits(): boolean {
    return !this.withinJobs && this.isDue;
  }

  /** To be called between two ops; collects when it is time. */
  poll(): void {
    if (this.isDue && this.withinJobs) this.collectOnSchedule();
  }

  /** To be called when a job of the event loop begins. */
  collectOnSchedule(): void {
    // Of many small tensors nothing is learned about large ones, and the other way round
    const reached = this.bytes > this.due.bytes ? 'bytes' : 'count';
    const from = performance.now();
    const pause = from - this.lastEnd;
    this.collect();
    const cost = this.lastEnd - from;
    // Rarer while they cost too much of the time, more often where that is cheap
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
   * @returns how many those were
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
    // Looking at a weak reference has made it strong for the job
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
  // A weak reference holds its object until the job that made it has ended. V8 takes the end of a context's own queue of microtasks,
  // which is empty here, for the end of the job.
  const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  const nothing = new vm.Script('undefined');
  return { collectGarbage, forgetJob: () => void nothing.runInContext(context) };
}
