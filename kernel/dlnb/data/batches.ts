// Batches of a data set: make tensors of its examples, for loops and for `fitDataset`.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { ProgressFunction } from '../progress/index.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { sizeOf } from '../shape.ts';

/** What data sets need from their session. */
export interface DatasetHost {
  loaded: LoadedLibrary;
  progress: ProgressFunction;
}

/**
 * One example. The target `y` is `[class number]` for labeled data, a one-hot row after `oneHot()`, else the given
 * numbers.
 */
export interface Example {
  x: Float32Array;
  y: Float32Array;
}

/** A batch as tensors: `xs` `[n, …shape]`, `ys` `[n, 1]` for class numbers, `[n, classes]` after `oneHot()`. */
export interface Batch {
  xs: tfTypes.Tensor;
  ys: tfTypes.Tensor;
}

/** The examples that batches are made of. */
interface Examples extends Iterable<Example> {
  readonly size: number;
  /** Shapes of one input and one target. */
  readonly shape: number[];
  readonly targetShape: number[];
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
    private readonly batchSize: number,
    private readonly dropRemainder: boolean,
    private readonly change?: (batch: Batch) => Batch,
  ) {}

  /** Number of batches. */
  get size(): number {
    const count = this.examples.size / this.batchSize;
    return this.dropRemainder ? Math.floor(count) : Math.ceil(count);
  }

  /**
   * Changes each batch with ops on its tensors, inside `tf.tidy`:
   * `batches.map(({ xs, ys }) => ({ xs: xs.mul(2), ys }))`.
   */
  map(fn: (batch: Batch) => Batch): Batches {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { xs, ys }');
    const { change } = this;
    const both = change ? (batch: Batch) => fn(change(batch)) : fn;
    return new Batches(this.host, this.examples, this.batchSize, this.dropRemainder, both);
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const tf = needLibrary(this.host.loaded, 'batch');
    const [xSize, ySize] = [sizeOf(this.examples.shape), sizeOf(this.examples.targetShape)];
    const all = this.examples[Symbol.iterator]();
    for (let left = this.examples.size; left > 0; left -= this.batchSize) {
      const n = Math.min(left, this.batchSize);
      if (n < this.batchSize && this.dropRemainder) return;
      const x = new Float32Array(n * xSize);
      const y = new Float32Array(n * ySize);
      for (let i = 0; i < n; i++) {
        const example = all.next().value as Example;
        x.set(example.x, i * xSize);
        y.set(example.y, i * ySize);
      }
      const make = (): Batch => ({
        xs: tf.tensor(x, [n, ...this.examples.shape]),
        ys: tf.tensor(y, [n, ...this.examples.targetShape]),
      });
      const { change } = this;
      yield change ? (tf.tidy(() => ({ ...change(make()) })) as Batch) : make();
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    const batches = { length: this.size, [Symbol.iterator]: () => this[Symbol.iterator]() };
    return this.host.progress(batches, { label: 'batches' })[Symbol.asyncIterator]();
  }

  /** The interface through which `fitDataset` and `evaluateDataset` read batches. */
  async iterator(): Promise<{ next(): Promise<IteratorResult<Batch>> }> {
    const batches = this[Symbol.iterator]();
    return { next: async () => batches.next() };
  }
}
