// Batches of a data set: make tensors of its examples, for loops and for `fitDataset`.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { ProgressFunction } from '../progress/index.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { checkCount } from '../options.ts';
import { sizeOf } from '../shape.ts';
import type { BatchThread } from './batch-thread.ts';
import { canMove, examplesOf, fill, type Filled, type Plan } from './plan.ts';

/** What data sets need from their session. */
export interface DatasetHost {
  loaded: LoadedLibrary;
  progress: ProgressFunction;
  /** The thread that makes batches ahead; undefined where there is none. */
  thread?(): BatchThread | undefined;
  /** What `seed` of the module `dlnb` was given last, and how often it was called; 0 and 0 at first. */
  chance?(): { seed: number; calls: number };
}

/** A batch as tensors: `xs` `[n, …shape]`, `ys` `[n, 1]` for class numbers, `[n, classes]` after `oneHot()`. */
export interface Batch {
  xs: tfTypes.Tensor;
  ys: tfTypes.Tensor;
}

/** The examples that batches are made of. */
interface Examples {
  readonly size: number;
  /** Shapes of one input and one target. */
  readonly shape: number[];
  readonly targetShape: number[];
  /** What the next pass over them does. */
  nextPass(): { plan: Plan; pass: number };
  /** The number of the next pass. */
  pass: number;
}

/** How batches are made. */
interface Making {
  size: number;
  dropRemainder: boolean;
  change?: (batch: Batch) => Batch;
  /** Number of batches that are made ahead, in another thread. */
  ahead?: number;
}

/**
 * Batches of a data set, as tensors that are made when a loop reaches them. Tensors that a loop no longer refers to are
 * freed like all others; `fitDataset` disposes of its batches itself.
 *
 * `for (const { xs, ys } of batches)` loops synchronously; `for await` shows a progress bar and lets other tasks run.
 */
export class Batches implements Iterable<Batch> {
  /** @internal */
  constructor(
    private readonly host: DatasetHost,
    private readonly examples: Examples,
    private readonly making: Making,
  ) {}

  /** Number of batches. */
  get size(): number {
    const count = this.examples.size / this.making.size;
    return this.making.dropRemainder ? Math.floor(count) : Math.ceil(count);
  }

  /**
   * Changes each batch with ops on its tensors, inside `tf.tidy`:
   * `batches.map(({ xs, ys }) => ({ xs: xs.mul(2), ys }))`.
   * @example
   * ```ts
   * const batches = data.dataset(data.digits({ n: 8 })).batch(4).map(({ xs, ys }) => ({ xs: xs.mul(2), ys }));
   * for (const { xs } of batches) console.log(xs.max().dataSync()[0]);
   * ```
   */
  map(fn: (batch: Batch) => Batch): Batches {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { xs, ys }');
    const { change } = this.making;
    const both = change ? (batch: Batch) => fn(change(batch)) : fn;
    return new Batches(this.host, this.examples, { ...this.making, change: both });
  }

  /**
   * Makes batches ahead in another thread while the device computes: reading of files, `augment`, `standardize` and
   * `oneHot`. The batches are the same, number by number. With `map`, they are made in the thread of the cells, because
   * functions cannot leave it; with `cache` behind the function, in the first pass only.
   * @param ahead number of batches that may wait; 2 by default
   * @example
   * ```ts
   * const set = data.dataset(data.digits({ n: 64 })).augment({ shift: 2 });
   * let sum = 0;
   * // Batches are made by a thread, ahead of the loop
   * for await (const { xs } of set.batch(16).prefetch(2)) sum += xs.shape[0];
   * sum; // → 64
   * ```
   */
  prefetch(ahead = 2): Batches {
    checkCount('prefetch', 'the number of batches', ahead);
    return new Batches(this.host, this.examples, { ...this.making, ahead });
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    this.needTensors();
    const pass = this.startPass();
    try {
      for (const n of this.sizes()) yield this.tensors(pass.take(n), n);
    } finally {
      pass.end();
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    const { ahead } = this.making;
    const size = { length: this.size };
    const batches =
      ahead === undefined
        ? { ...size, [Symbol.iterator]: () => this[Symbol.iterator]() }
        : { ...size, [Symbol.asyncIterator]: () => this.inTurn() };
    return this.host.progress(batches as AsyncIterable<Batch>, { label: 'batches' })[Symbol.asyncIterator]();
  }

  /** The interface through which `fitDataset` and `evaluateDataset` read batches. */
  async iterator(): Promise<{ next(): Promise<IteratorResult<Batch>> }> {
    if (this.making.ahead !== undefined) return this.inTurn();
    const batches = this[Symbol.iterator]();
    return { next: async () => batches.next() };
  }

  /** @internal The number of the next pass over the examples. */
  get pass(): number {
    return this.examples.pass;
  }
  set pass(number: number) {
    this.examples.pass = number;
  }

  /** @internal Number of examples of a batch, but of the last one. */
  get batchSize(): number {
    return this.making.size;
  }

  /**
   * @internal One pass from a batch on, for a training that goes on: what is before it is made, and not turned into
   * tensors.
   */
  from(first: number): { next(): Batch | undefined | Promise<Batch | undefined>; end(): void } {
    this.needTensors();
    const pass = this.startPass();
    const sizes = this.sizes();
    let at = 0;
    if (this.making.ahead === undefined) {
      while (at < Math.min(first, sizes.length)) pass.take(sizes[at++]!);
      return { next: () => (at < sizes.length ? this.now(pass, sizes[at++]!) : undefined), end: () => pass.end() };
    }
    const next = async () => {
      while (at < Math.min(first, sizes.length)) await pass.wait(sizes[at++]!);
      if (at >= sizes.length) return undefined;
      const n = sizes[at++]!;
      return this.tensors(await pass.wait(n), n);
    };
    return { next, end: () => pass.end() };
  }

  private now(pass: { take(n: number): Filled }, n: number): Batch {
    return this.tensors(pass.take(n), n);
  }

  /** The batches, each waited for without holding up other tasks. */
  private async *inTurn(): AsyncGenerator<Batch, void, undefined> {
    this.needTensors();
    const pass = this.startPass();
    try {
      for (const n of this.sizes()) yield this.tensors(await pass.wait(n), n);
    } finally {
      pass.end();
    }
  }

  private needTensors(): void {
    needLibrary(this.host.loaded, 'batch');
  }

  /** Number of examples of each batch. */
  private sizes(): number[] {
    const { size } = this.making;
    return Array.from({ length: this.size }, (_, i) => Math.min(size, this.examples.size - i * size));
  }

  /** Begins a pass: in another thread if that was asked for and can be had. */
  private startPass(): { take(n: number): Filled; wait(n: number): Promise<Filled>; end(): void } {
    const { plan, pass } = this.examples.nextPass();
    const [xSize, ySize] = [sizeOf(this.examples.shape), sizeOf(this.examples.targetShape)];
    const { ahead } = this.making;
    const thread = ahead !== undefined && canMove(plan) ? this.host.thread?.() : undefined;
    if (thread && ahead !== undefined) return thread.start({ plan, pass, xSize, ySize }, this.sizes(), ahead);
    const examples = examplesOf(plan, pass);
    const take = (n: number) => fill(examples, n, xSize, ySize);
    return { take, wait: (n) => Promise.resolve(take(n)), end: () => void examples.return() };
  }

  private tensors({ x, y }: Filled, n: number): Batch {
    const tf = needLibrary(this.host.loaded, 'batch');
    const make = (): Batch => ({
      xs: tf.tensor(x, [n, ...this.examples.shape]),
      ys: tf.tensor(y, [n, ...this.examples.targetShape]),
    });
    const { change } = this.making;
    return change ? (tf.tidy(() => ({ ...change(make()) })) as Batch) : make();
  }
}
