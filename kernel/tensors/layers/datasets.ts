// `tf.data` in notebooks: paths of files without a scheme, and datasets in `for await`.
import * as data from '@tensorflow/tfjs-data';
import { FileDataSource } from '@tensorflow/tfjs-data';
import { LazyIterator } from '@tensorflow/tfjs-data/dist/iterators/lazy_iterator';
import { FileChunkIterator } from '@tensorflow/tfjs-data/dist/iterators/file_chunk_iterator';
import { readFile } from 'node:fs/promises';
import { pathOf } from '../files.ts';
import { replaceMethod } from './extend.ts';

interface Source {
  url?: unknown;
  input?: unknown;
  options?: object;
  fileOptions?: object;
  iterator(): Promise<unknown>;
}

/** Reads a file in pieces. */
async function pieces(file: string, options: object = {}): Promise<unknown> {
  const bytes = await readFile(file).catch((e: Error) => {
    throw new Error(`The data cannot be read (${e.message}). Give the path of a file, or an address with https://.`);
  });
  return new FileChunkIterator(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), options);
}

/** Takes the seed of a shuffle that has none from where all random numbers come from, and not from the clock. */
function seedShuffles(): void {
  replaceMethod<{ shuffle(...args: unknown[]): unknown }, 'shuffle'>(
    data.Dataset as never,
    'shuffle',
    ((stock: (...args: unknown[]) => unknown) =>
      function (this: object, size: number, seed?: unknown, ...more: unknown[]) {
        return stock.call(this, size, String(seed ?? Math.random()), ...more);
      }) as never,
  );
}

/** Lets `tf.data` read files by their paths, and cells go through a dataset by `for await`. */
export function extendDatasets(): void {
  seedShuffles();
  const source = (cls: { prototype: object }, from: (source: Source) => { address: unknown; options?: object }) =>
    replaceMethod<Source, 'iterator'>(
      cls,
      'iterator',
      (stock) =>
        async function (this: Source) {
          const { address, options } = from(this);
          const file = typeof address === 'string' ? pathOf(address) : undefined;
          return file === undefined ? stock.call(this) : pieces(file, options);
        },
    );
  source(data.URLDataSource, ({ url, fileOptions }) => ({ address: url, options: fileOptions }) as never);
  source(FileDataSource, ({ input, options }) => ({ address: input, options }) as never);
  Object.defineProperty(data.Dataset.prototype, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    value: async function* (this: data.Dataset<never>) {
      yield* elements(await this.iterator());
    },
  });
  Object.defineProperty(LazyIterator.prototype, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    value: function (this: LazyIterator<unknown>) {
      return elements(this);
    },
  });
}

/** What an iterator still has. */
async function* elements(iterator: LazyIterator<unknown>): AsyncGenerator {
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return;
    yield value;
  }
}
