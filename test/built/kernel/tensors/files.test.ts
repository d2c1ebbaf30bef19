// Models as files: paths without a scheme, and the stores of the browser refused.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dist } from '../../../paths.ts';
import { expectTensor, libraryOf, numbers, type Tensor } from './layers/library.ts';

const tf = libraryOf(dist);
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const make = () => tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });

it.each([
  ['an absolute path', folder],
  ['a relative path', path.relative(process.cwd(), folder)],
  ['file://', `file://${folder}`],
])('saves to and loads from %s', async (_, address) => {
  const model = make();
  await model.save(`${address}/m`);
  expect(existsSync(path.join(folder, 'm/model.json'))).toBe(true);
  const loaded = await tf.loadLayersModel(`${address}/m/model.json`);
  const x = numbers([2, 3]);
  expectTensor(loaded.predict(x) as Tensor, [2, 2], (model.predict(x) as Tensor).dataSync());
  rmSync(path.join(folder, 'm'), { recursive: true });
});

it('says that a file is not there', async () => {
  await expect(tf.loadLayersModel('./none/model.json')).rejects.toThrow(/The model cannot be read \(ENOENT.*none/);
  await expect(tf.loadGraphModel('./none/model.json')).rejects.toThrow(/The model cannot be read \(ENOENT.*none/);
});

it.each(['localstorage', 'indexeddb', 'downloads'])('refuses %s:// with what to write instead', async (store) => {
  const say = `${store}:// is a store of the browser, which a notebook does not have.`;
  await expect(make().save(`${store}://net`)).rejects.toThrow(`${say} Use model.save('./net').`);
  await expect(tf.loadLayersModel(`${store}://net`)).rejects.toThrow(
    `${say} Use the path of a file: './net/model.json'.`,
  );
});
