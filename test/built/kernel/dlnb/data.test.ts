// The types of `data` in cells: the examples of docs/data.md are right without a cast, `fitDataset` takes batches, wrong
// options are errors, and each function says what it is.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dist, root } from '../../../paths.ts';
import { errorsOf, hoverOf, programOf } from '../language/compiled.ts';

// The types are part of the build
expect(dist).toBeDefined();
const examples = [...readFileSync(path.join(root, 'docs/data.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)];
const code = examples.map(([, text]) => text).join('');
const head = `import * as tf from '@tensorflow/tfjs';\nimport { data } from 'dlnb';\n`;

it('has types by which the examples of docs/data.md are right', () => {
  expect(errorsOf(programOf({ 'examples.ts': code }), 'examples.ts')).toEqual([]);
});

const cases: [code: string, error?: RegExp][] = [
  [
    'await tf.sequential().fitDataset(data.dataset(data.digits({ hard: true })).oneHot().batch(8).prefetch(), { epochs: 1 });',
  ],
  [
    "const t = await data.csv('a.csv'); const mean: number = t.row(0).age / 2; const n: Float64Array = t.numbers('age');",
  ],
  [
    "const t = await data.csv<{ age: number }>('a.csv'); for (const { age } of t) age.toFixed(); t.row(0).name;",
    /'name' does not exist/,
  ],
  ["await data.csv('a.csv', { seperator: ';' });", /'seperator' does not exist/],
  ["const x: tf.Tensor = (await data.npy('x.npy')).tensor();"],
  ["await data.saveNpy('x.npy', tf.ones([2]), { dtype: 'float8' });", /not assignable/],
  [
    "await data.saveNpy('x.npy', [[1, 2], [3, 4]]); await data.saveNpz('x.npz', { x: new Float32Array(2), y: tf.ones([1]) });",
  ],
  ["(await data.images('pets', { size: [32, 32], labels: (file) => file[0]! })).cache().augment({ flipX: true });"],
  ["await data.images('pets', { channels: 2 });", /not assignable/],
  ["tf.tensor2d((await data.wav('a.wav')).samples, (await data.wav('a.wav')).shape);"],
  ["(await data.parquet('a.parquet', { columns: ['a'] })).dataset({ y: 'a', x: ['b'] }).standardize().kFold(3);"],
  ["(await data.parquet('a.parquet')).dataset({ x: ['b'] });", /Property 'y' is missing/],
  ['tf.tensor3d(data.sequences.copy().x, data.sequences.copy().shape); data.gabor().curve(1, 2, 3).toFixed();'],
  ['for (const { train, validation } of data.dataset(data.mnist1d().train).kFold(2)) train.size + validation.size;'],
  [
    "import type { CsvOptions, Dataset, NumpyArray, Sound, Table } from 'dlnb'; let o: CsvOptions | Dataset | NumpyArray | Sound | Table;",
  ],
];
describe('in a cell', () => {
  const files = Object.fromEntries(cases.map(([text], i) => [`${i}.ts`, head + text]));
  const program = programOf(files);
  it.each(cases.map(([text, error], i) => [text, error, i] as const))('%s', (_, error, i) => {
    const errors = errorsOf(program, `${i}.ts`);
    if (!error) expect(errors).toEqual([]);
    else expect(errors.join('\n')).toMatch(error);
  });
});

describe('a hover', () => {
  const names = ['csv', 'jsonLines', 'parquet', 'npy', 'npz', 'saveNpy', 'saveNpz', 'images', 'wav', 'mnist1d', 'boxes', 'masks', 'gabor', 'text', 'dataset'].map((name) => `data.${name}`); // prettier-ignore
  const tasks = ['copy', 'recall', 'sine', 'anbn'].map((name) => `data.sequences.${name}`);
  const methods = ['shuffle', 'cache', 'kFold', 'classWeights', 'standardize', 'batch(2).prefetch'].map((name) => `set.${name}`); // prettier-ignore
  const all = [...names, ...tasks, ...methods];
  const program = programOf({ 'cell.ts': `${head}const set = data.dataset(data.digits());\n${all.join(';\n')};` });
  it.each(all)('says what %s does', (path) => {
    expect(hoverOf(program, 'cell.ts', path.split('.').at(-1)!).doc.length).toBeGreaterThan(50);
  });
});
