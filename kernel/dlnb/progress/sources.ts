// What `progress` loops over: numbers, iterables, async iterables and data sets of tf.data, with their sizes and items.

/** A data set of tf.data. */
interface DatasetLike<T> {
  readonly size?: number | null;
  iterator(): Promise<{ next(): Promise<IteratorResult<T>> }>;
}

/** A source that only an asynchronous loop can read. */
export type AsyncSource<T> = AsyncIterable<T> | DatasetLike<T>;

/** A source of a loop. */
export type ProgressSource<T> = Iterable<T> | AsyncSource<T>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The iterable that an argument of `progress` stands for: a number n for 0 … n − 1, a string for its characters. */
export const asIterable = (source: number | ProgressSource<unknown>): unknown =>
  typeof source === 'number' ? numbersTo(source) : typeof source === 'string' ? [...source] : source;

export const isIterable = (source: unknown): source is Iterable<unknown> =>
  isObject(source) && Symbol.iterator in source;

export const isAsyncSource = (source: unknown): source is AsyncSource<unknown> =>
  isObject(source) && (Symbol.asyncIterator in source || 'iterator' in source);

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

/** Number of items; undefined if the source does not say. */
export function itemCount(source: object): number | undefined {
  const { length, size } = source as { length?: unknown; size?: unknown };
  return [length, size].find((n): n is number => typeof n === 'number' && Number.isFinite(n));
}

/** The items of a source, for a `for await` loop. */
export function itemsOf<T>(source: ProgressSource<T>): Iterable<T> | AsyncIterable<T> {
  // The async iterator of a source that has both may show a progress bar of its own
  if (Symbol.iterator in source) return { [Symbol.iterator]: () => source[Symbol.iterator]() };
  if (Symbol.asyncIterator in source) return source;
  return {
    async *[Symbol.asyncIterator]() {
      const iterator = await source.iterator();
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    },
  };
}
