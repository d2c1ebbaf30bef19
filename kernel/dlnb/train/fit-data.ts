// The batches of `train.fit`, whatever the data are: all examples as tensors, data sets of `data` and `tf.data`, loops
// over batches. Each source can begin an epoch in its midst, so that a training can go on.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { Batches } from '../data/batches.ts';
import { random } from '../data/random.ts';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';

type Tensor = tfTypes.Tensor;
type Ins = (Tensor | null)[];

/** A batch, and what frees its tensors; size is the number of examples. */
export interface SourceBatch {
  /** What a step gets: tensors of a model in their order, or the batch in the form of the data. */
  value: unknown;
  ins: Ins;
  size: number;
  dispose(): void;
}

/** An epoch that is gone through. */
export interface Pass {
  next(): SourceBatch | undefined | Promise<SourceBatch | undefined>;
  end(): void | Promise<void>;
}

/** Where batches come from. */
export interface Source {
  /** Steps of an epoch, and examples, if they are known. */
  readonly steps: number | undefined;
  readonly examples: number | undefined;
  /** Whether what batches need was checked for all examples. */
  readonly checked: boolean;
  /** @param first batches that are left out, since they were used before the training was resumed */
  open(epoch: number, first: number): Pass | Promise<Pass>;
  /** What the epoch that is going on, or else the next one, begins with: the pass of a data set, batches of a stream. */
  place(): number;
  setPlace(place: number): void;
  dispose(): void;
}

/** How the element of a data set becomes a batch. */
export type ToBatch = (element: unknown, owned: boolean) => SourceBatch | Promise<SourceBatch>;

const noPass: Pass = { next: () => undefined, end() {} };

/** The random numbers of an epoch: each has a stream of its own. */
export const epochRandom = (seed: number, epoch: number) =>
  random((seed + epoch * 0x9e3779b1) % Number.MAX_SAFE_INTEGER);

/** What {@link tensorSource} is made of. */
export interface TensorSourceOptions {
  batchSize: number;
  /** Seed of the orders; undefined for the order that the examples have. */
  order: number | undefined;
  /** What a step gets for the tensors of a batch. */
  build(ins: Ins): unknown;
  /** Frees what the source holds. */
  dispose(): void;
}

/** All examples, as tensors with one first axis. */
export function tensorSource(tf: TensorLibrary, ins: Ins, options: TensorSourceOptions): Source {
  const { batchSize, order, build } = options;
  const n = ins.find((t) => t !== null)!.shape[0]!;
  const steps = Math.ceil(n / batchSize);
  const batch = (list: Ins, size: number, owned: boolean): SourceBatch => ({
    value: build(list),
    ins: list,
    size,
    dispose: () => (owned ? tf.dispose(list.filter((t) => t !== null)) : undefined),
  });
  return {
    steps,
    examples: n,
    checked: true,
    open(epoch, first) {
      let at = first * batchSize;
      // One batch of all: its order does not matter
      const index =
        order === undefined || n <= batchSize
          ? undefined
          : epochRandom(order, epoch).shuffle(Int32Array.from({ length: n }, (_, i) => i));
      return {
        next() {
          if (at >= n) return undefined;
          const from = at;
          const size = Math.min(batchSize, n - from);
          at += size;
          if (size === n) return batch(ins, n, false);
          if (!index)
            return batch(
              ins.map((t) => t && part(tf, t, from, size)),
              size,
              true,
            );
          const rows = tf.tensor1d(index.subarray(from, from + size), 'int32');
          const list = ins.map((t) => t && tf.gather(t, rows));
          rows.dispose();
          return batch(list, size, true);
        },
        end() {},
      };
    },
    place: () => 0,
    setPlace() {},
    dispose: options.dispose,
  };
}

const part = (tf: TensorLibrary, t: Tensor, from: number, size: number): Tensor =>
  tf.slice(t, [from, ...new Array<number>(t.rank - 1).fill(0)], [size, ...t.shape.slice(1)]);

/** Batches of a data set of `data`. */
export function batchesSource(batches: Batches, toBatch: ToBatch): Source {
  /** The pass that is going on. */
  let current: number | undefined;
  return {
    steps: batches.size,
    examples: undefined,
    checked: false,
    open(_epoch, first) {
      current = batches.pass;
      const pass = batches.from(first);
      const wrapped = (element: unknown) => (element === undefined ? undefined : toBatch(element, true));
      return {
        next() {
          const element = pass.next();
          return element instanceof Promise ? element.then(wrapped) : wrapped(element);
        },
        end() {
          current = undefined;
          pass.end();
        },
      };
    },
    place: () => current ?? batches.pass,
    setPlace(at) {
      batches.pass = at;
    },
    dispose() {},
  };
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** What is gone through once, or again in each epoch. */
interface Loop {
  /** Whether there is only one loop for all epochs. */
  once: boolean;
  start(): AnyIterator | Promise<AnyIterator>;
  /** Whether its tensors are made for the training alone. */
  owned: boolean;
}

/** How to go through data; undefined for what are none. */
export function loopOf(data: unknown): Loop | undefined {
  const { iterator } = (data ?? {}) as { iterator?: () => Promise<AnyIterator> };
  if (typeof data === 'object' && typeof iterator === 'function')
    return { once: false, start: () => iterator.call(data), owned: true };
  if (typeof data === 'function')
    return { once: false, start: () => start((data as () => unknown)(), data), owned: false };
  const it = iterate(data);
  return it && { once: it() === (data as object), start: it, owned: false };
}

function start(made: unknown, by: unknown): AnyIterator {
  const it = iterate(made);
  if (!it)
    throw new TypeError(
      `train.fit: the function of the data must return a loop of batches, got ${shown(made)} from ${shown(by)}`,
    );
  return it();
}

function iterate(data: unknown): (() => AnyIterator) | undefined {
  const loop = data as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof data !== 'object' || !loop) return undefined;
  if (typeof loop[Symbol.asyncIterator] === 'function') return () => loop[Symbol.asyncIterator]!();
  if (typeof loop[Symbol.iterator] === 'function') return () => loop[Symbol.iterator]!();
  return undefined;
}

/** Batches of a loop. @param steps of an epoch; undefined for all that the loop has */
export function loopSource(loop: Loop, steps: number | undefined, toBatch: ToBatch): Source {
  let stream: AnyIterator | undefined;
  let taken = 0;
  /** Elements of a stream that a training before has used. */
  let skip = 0;
  return {
    steps,
    examples: undefined,
    checked: false,
    async open(epoch, first) {
      const it = loop.once ? (stream ??= await loop.start()) : await loop.start();
      const leave = loop.once ? skip : first;
      skip = 0;
      let made = first;
      for (let i = 0; i < leave; i++) if ((await it.next()).done) return noPass;
      let ended = false;
      return {
        async next() {
          if (steps !== undefined && made >= steps) return undefined;
          const { value, done } = await it.next();
          if (done && (value === undefined || value === null)) {
            ended = true;
            if (made > 0) return undefined;
            throw new RangeError(
              epoch === 0
                ? 'train.fit: the data have no batch, so there are 0 examples'
                : `train.fit: the data have no batch in epoch ${epoch + 1}. A generator can be gone through once: give ` +
                    'the function that makes it instead, as () => batches()',
            );
          }
          made++;
          taken++;
          return toBatch(value, loop.owned);
        },
        async end() {
          if (!loop.once && !ended) await it.return?.();
        },
      };
    },
    place: () => taken,
    setPlace(at) {
      [skip, taken] = [at, at];
    },
    dispose() {},
  };
}

/** Steps without data: the function has its own. */
export const stepsSource = (steps: number): Source => ({
  steps,
  examples: undefined,
  checked: true,
  open(_epoch, first) {
    let at = first;
    const none: SourceBatch = { value: undefined, ins: [], size: 1, dispose() {} };
    return { next: () => (at++ < steps ? none : undefined), end() {} };
  },
  place: () => 0,
  setPlace() {},
  dispose() {},
});
