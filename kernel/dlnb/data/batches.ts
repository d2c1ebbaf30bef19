// Batches of a data set: where its examples become tensors, for loops and for `fitDataset`.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { ProgressFunction } from '../progress/index.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';

/** What data sets need of their session. */
export interface DatasetHost {
  loaded: LoadedLibrary;
  progress: ProgressFunction;
}

/** One example. `y` is the target: `[class number]` for labelled data, the one-hot row after `oneHot()`, else the numbers given. */
export interface Example {
  x: Float32Array;
  y: Float32Array;
}

/** A batch as tensors: `xs` `[n, …shape]`, `ys` `[n, 1]` for class numbers, `[n, classes]` after `oneHot()`. */
export interface Batch {
  xs: tfTypes.Tensor;
  ys: tfTypes.Tensor;
}

/** What batches are made of. */
interface Examples extends Iterable<Example> {
  readonly size: number;
  /** Of one input, and of one target. */
  readonly shape: number[];
  readonly targetShape: number[];
}

/** How many numbers a shape holds. */
export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Batches of a data set, as tensors that are made when their turn comes. What a loop no longer refers to is freed like every other
 * tensor; `fitDataset` disposes of its batches itself.
 *
 * `for (const { xs, ys } of batches)` loops at once; `for await` shows a progress bar and gives other tasks their turn.
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

  /** Changes each batch by ops on its tensors, which run in `tf.tidy`: `batches.map(({ xs, ys }) => ({ xs: xs.mul(2), ys }))`. */
  map(fn: (batch: Batch) => Batch): Batches {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { xs, ys }');
    const { change } = this;
    const both = change ? (batch: Batch) => fn(change(batch)) : fn;
    return new Batches(this.host, this.examples, this.batchSize, this.dropRemainder, both);
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const tf = needLibrary(this.host.loaded, 'batch');
    const [xSize, ySize] = [product(this.examples.shape), product(this.examples.targetShape)];
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

  /** As `fitDataset` and `evaluateDataset` ask for batches. */
  async iterator(): Promise<{ next(): Promise<IteratorResult<Batch>> }> {
    const batches = this[Symbol.iterator]();
    return { next: async () => batches.next() };
  }
}
