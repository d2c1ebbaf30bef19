// Models saved to and read from files, in cells of a real kernel process.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

describe('models as files', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel();
    const { error } = await k.run(`
      import * as tf from '@tensorflow/tfjs';
      import { pathToFileURL } from 'node:url';
      const model = tf.sequential({ layers: [
        tf.layers.dense({ inputShape: [3], units: 4, activation: 'relu' }),
        tf.layers.batchNormalization(),
        tf.layers.dense({ units: 2 }),
      ] });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      const x = tf.randomNormal([5, 3]);
      const same = (other) => model.predict(x).sub(other.predict(x)).abs().max().dataSync()[0] === 0;`);
    expect(error).toBeUndefined();
  });
  afterAll(() => k.stop());

  it('go to a folder beside the notebook and come back as they were', async () => {
    const { text, error } = await k.run(`
      await model.save('file://./models/small');
      await model.save('file://models/small'); // the notebook is run again
      same(await tf.loadLayersModel('file://./models/small/model.json'))`);
    expect(error).toBeUndefined();
    expect(text).toBe('true');
    const folder = path.join(k.dir, 'models/small');
    expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);
    const { weightsManifest } = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as {
      weightsManifest: { paths: string[]; weights: unknown[] }[];
    };
    expect(weightsManifest.map(({ paths, weights }) => [paths, weights.length])).toEqual([[['weights.bin'], 8]]);
  });

  it('take the address of any folder', async () => {
    const { text, error } = await k.run(`
      const url = pathToFileURL(process.cwd() + '/with space').href;
      await model.save(url);
      same(await tf.loadLayersModel(url + '/model.json'))`);
    expect(error).toBeUndefined();
    expect(text).toBe('true');
  });

  it('say what is wrong with an address or a file', async () => {
    expect((await k.run("await tf.loadLayersModel('file://./none/model.json')")).error?.message).toMatch(
      /model cannot be read .*none.*model\.json/,
    );
    k.write({ 'broken/model.json': '{' });
    expect((await k.run("await tf.loadLayersModel('file://./broken/model.json')")).error?.message).toMatch(
      /broken.*model\.json is not a model/,
    );
    k.write({ file: '' });
    expect((await k.run("await model.save('file://./file')")).error?.message).toMatch(/EEXIST|ENOTDIR/);
  });
});
