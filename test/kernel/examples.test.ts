// Every example of the API reference runs by itself in a cell of a real kernel, with the imports of `dlnb` that it needs,
// and shows what it says that comes out.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reference } from '../../kernel/dlnb/help/reference.ts';
import { dist, root } from '../paths.ts';
import { examplesOf, says, type ExampleCell } from '../reference/examples.mts';
import { TestKernel, type Ran } from './kernel.ts';

const reference = JSON.parse(readFileSync(path.join(dist, 'types/help/reference.json'), 'utf8')) as Reference;
const examples = examplesOf(reference);

/** What is read from a file that another program has written, beside the notebook. */
const FILES = { 'data/readings.parquet': 'test/unit/kernel/dlnb/data/files/fixtures/parquet/snappy.parquet' };

/** Examples that download files. Tests do not: the functions must say that they tried. */
const DOWNLOADS = new Map([
  ['data.mnist', /^data\.mnist: train-images-idx3-ubyte\.gz is not in the cache and could not be downloaded/],
  ['data.cifar10', /^data\.cifar10: cifar-10-binary\.tar\.gz is not in the cache and could not be downloaded/],
]);

/** Two kernels share the examples. */
const shares = [0, 1].map((part) => examples.filter((_, i) => i % 2 === part));
const kernels: TestKernel[] = [];
const ran = new Map<ExampleCell, Ran>();

beforeAll(async () => {
  await Promise.all(
    shares.map(async (share) => {
      const k = new TestKernel({}, { device: 'cpu' });
      kernels.push(k);
      for (const [to, from] of Object.entries(FILES)) {
        mkdirSync(path.dirname(path.join(k.dir, to)), { recursive: true });
        copyFileSync(path.join(root, from), path.join(k.dir, to));
      }
      const offline = "globalThis.fetch = () => Promise.reject(new Error('no network in tests'));";
      await k.run(
        'const online = globalThis.fetch; process.env.DLNB_CACHE = "./cache"; const modul = await import("dlnb");',
      );
      for (const example of share) {
        await k.run(`${DOWNLOADS.has(example.name) ? offline : 'globalThis.fetch = online;'} modul.seed(1);`);
        ran.set(example, await k.run(example.cell));
      }
    }),
  );
}, 600_000);
afterAll(() => Promise.all(kernels.map((k) => k.stop())));

describe('the example of', () => {
  it.each(examples.map((example) => [example.name, example] as const))('%s', (name, example) => {
    const { error, text } = ran.get(example)!;
    const refused = DOWNLOADS.get(name);
    if (refused) return expect(error?.message).toMatch(refused);
    expect(error?.message, example.cell).toBeUndefined();
    if (example.expected === undefined) return;
    expect(says(example.expected, text ?? ''), `says ${example.expected}, and this came: ${text}`).toBe(true);
  });
});

describe('what an example says that comes out', () => {
  it.each([
    ['[0.8, 1.4]', 'Tensor float32 [2]\n    [0.8, 1.4000001]', true],
    ['[0.8, 1.4]', 'Tensor float32 [2]\n    [0.8, 1.5]', false],
    ['[0.8, 1.4]', 'Tensor float32 [3]\n    [0.8, 1.4, 0]', false],
    ['[0.8, 1.4]', 'Float32Array(2) [ 0.8, 1.4 ]', true],
    ['[[1, 2]]', 'Tensor float32 [1, 2]\n     [[1, 2],]', true],
    ['Tensor float32 [2, 3] …', 'Tensor float32 [2, 3]\n    [[1, 2, 3], [4, 5, 6]]', true],
    ['Tensor float32 [2, 3] …', 'Tensor float32 [2, 4]\n    [[1, 2, 3, 4], [4, 5, 6, 7]]', false],
    ['5', '5.2', false],
    ['0.75', '0.7499', true],
    ['0.75', '0.73', false],
    ['true', 'false', false],
    ["{ a: 'x' }", "{ a: 'y' }", false],
    ['-2', '2', false],
  ])('%s of %s: %s', (expected, came, right) => {
    expect(says(expected, came)).toBe(right);
  });
});
