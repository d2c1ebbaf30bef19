// Datasets in notebooks: paths without a scheme, `for await`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from './library.ts';

const tf = libraryOf(dist);
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('goes through a dataset by for await', async () => {
  const seen: number[] = [];
  const dataset = tf.data.array([1, 2, 3]).map((x) => x as number);
  for await (const x of dataset as unknown as AsyncIterable<number>) seen.push(x);
  for await (const x of (await dataset.iterator()) as unknown as AsyncIterable<number>) seen.push(x);
  expect(seen).toEqual([1, 2, 3, 1, 2, 3]);
});

it('reads files by a path, as by file://', async () => {
  writeFileSync(path.join(folder, 'a.csv'), 'x\n1\n');
  const relative = path.relative(process.cwd(), path.join(folder, 'a.csv'));
  for (const address of [path.join(folder, 'a.csv'), relative, `file://${relative}`, `file://${folder}/a.csv`])
    expect(await tf.data.csv(address).toArray()).toEqual([{ x: 1 }]);
  await expect(tf.data.csv('./none.csv').toArray()).rejects.toThrow(
    /The data cannot be read \(ENOENT.*none\.csv'\)\. Give the path of a file, or an address with https:/,
  );
});
