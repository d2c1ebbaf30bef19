// Files of one's own in cells of a real kernel process: three lines from a file beside the notebook to a data set, the
// libraries that read them as built, and batches that another thread makes.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../paths.ts';
import { TestKernel } from './kernel.ts';

const fixtures = path.join(root, 'test/unit/kernel/dlnb/data/files/fixtures');
const csv = ['length,width,species', ...Array.from({ length: 60 }, (_, i) => `${i % 3}.${i % 7},${(i % 3) * 2},${['setosa', 'versicolor', 'virginica'][i % 3]}`)].join('\n'); // prettier-ignore

describe('files in cells', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel({ 'data/iris.csv': csv, 'data/reviews.jsonl': '{"stars": 5, "text": "good"}\n{"stars": 1}\n' });
    for (const name of ['parquet', 'npy', 'images', 'wav']) {
      mkdirSync(path.join(k.dir, 'data', name));
      cpSync(path.join(fixtures, name), path.join(k.dir, 'data', name), { recursive: true });
    }
    await k.run("import { data } from 'dlnb';");
  });
  afterAll(() => k.stop());

  it('leads from a CSV file to a trained model', async () => {
    const { text, error } = await k.run(`
      const table = await data.csv('./data/iris.csv');
      const [train, test] = table.dataset({ y: 'species' }).standardize().oneHot().split([0.8, 0.2], { stratify: true });
      [table.size, train.size, test.classNames.join(' ')].join(', ')`);
    expect(error).toBeUndefined();
    expect(text).toBe("'60, 48, setosa versicolor virginica'");
    const trained = await k.run(`
      import * as tf from '@tensorflow/tfjs';
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
      model.compile({ optimizer: tf.train.adam(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      await model.fitDataset(train.shuffle(1).batch(8).prefetch(), { epochs: 30, verbose: 0 });
      const [, accuracy] = await model.evaluateDataset(test.batch(4));
      (await accuracy.data())[0]`);
    expect(trained.error).toBeUndefined();
    expect(Number(trained.text)).toBe(1);
  });

  it('shows a table as a table', async () => {
    const { events } = await k.run("await data.csv('./data/iris.csv')");
    const shown = events.find((e) => e.kind === 'display');
    const mimes = shown && 'bundle' in shown ? shown.bundle.map(({ mime }) => mime) : [];
    expect(mimes).toEqual(['application/vnd.dlnb.value+json', 'text/plain']);
  });

  it.each([
    ["(await data.jsonLines('data/reviews.jsonl')).values('text').length", '2'],
    ["(await data.parquet('data/parquet/zstd.parquet')).values('text')[2]", "'äöü'"],
    ["(await data.npz('data/npy/packed.npz')).x.shape.join()", "'20,20'"],
    ["(await data.npy('./data/npy/fortran.npy')).tensor().shape.join()", "'2,3,4'"],
    ["(await data.wav('data/wav/24-1.wav')).rate", '44100'],
    ["(await data.images('data/images/pets', { size: 16 })).shape.join()", "'16,16,3'"],
    ["await data.saveNpz('made/x.npz', { t: tf.ones([2, 2]) }); (await data.npz('made/x.npz')).t.dtype", "'float32'"],
  ])('reads %s', async (code, text) => {
    const ran = await k.run(code);
    expect(ran.error).toBeUndefined();
    expect(ran.text).toBe(text);
  });

  it('counts paths from the folder of the notebook, also when the process is elsewhere', async () => {
    const { text, error } = await k.run("process.chdir('/'); (await data.csv('./data/iris.csv')).size");
    expect(error).toBeUndefined();
    expect(text).toBe('60');
    await k.run('process.chdir(__dirname)');
  });

  it('says in the cell what is wrong with a file', async () => {
    const { error } = await k.run("await data.csv('./data/iris.cvs')");
    expect(error?.message).toMatch(/data\.csv: there is no file .*iris\.cvs\. Did you mean "iris\.csv"\?/);
  });
});

it('runs every example of docs/data.md', async () => {
  const k = new TestKernel({
    'data/iris.csv': csv,
    'data/old.csv': 'a;b\n1,5;?\n2,5;3\n',
    'data/reviews.jsonl': '{"stars": 5}\n',
  });
  const copy = (from: string, to: string) =>
    cpSync(path.join(fixtures, from), path.join(k.dir, 'data', to), { recursive: true });
  copy('images/pets', 'pets');
  copy('parquet/zstd.parquet', 'rides.parquet');
  copy('wav/16-2.wav', 'bird.wav');
  const examples = [...readFileSync(path.join(root, 'docs/data.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)];
  expect(examples.length).toBeGreaterThan(4);
  for (const [, code] of examples) {
    const { error } = await k.run(code!);
    expect([code, error?.message]).toEqual([code, undefined]);
  }
  await k.stop();
});

describe('batches that are made ahead', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel();
    mkdirSync(path.join(k.dir, 'pets'));
    cpSync(path.join(fixtures, 'images/pets'), path.join(k.dir, 'pets'), { recursive: true });
    await k.run("import * as tf from '@tensorflow/tfjs'; import { data } from 'dlnb';");
    await k.run(`
      const sum = async (batches, loop) => {
        const out = [];
        if (loop === 'for') for (const { xs, ys } of batches) out.push(...xs.dataSync(), ...ys.dataSync());
        if (loop === 'await') for await (const { xs, ys } of batches) out.push(...await xs.data(), ...await ys.data());
        if (loop === 'fit') { const it = await batches.iterator(); for (let n = await it.next(); !n.done; n = await it.next()) out.push(...n.value.xs.dataSync(), ...n.value.ys.dataSync()); }
        let hash = 0;
        for (const v of out) hash = Math.imul(hash ^ Math.round(v * 1e6), 16777619);
        return out.length + ':' + hash;
      };
      const sets = {
        digits: () => data.dataset(data.digits({ n: 70 })).oneHot().shuffle(3).augment({ shift: 2, noise: 0.1 }),
        cached: () => data.dataset(data.digits({ n: 70 })).map(({ x, y }, rng) => ({ x: x.map((v) => v + rng.normal()), y })).cache().standardize(),
        images: () => data.images('pets', { size: 8 }).then((set) => set.shuffle(1).augment({ flipX: true })),
        mapped: () => data.dataset(data.digits({ n: 70 })).map(({ x, y }) => ({ x: x.map((v) => 1 - v), y })).shuffle(2),
      };`);
  });
  afterAll(() => k.stop());

  it.each(['digits', 'cached', 'images', 'mapped'])(
    'are the same, number by number, in every loop and pass: %s',
    async (name) => {
      const { text, error } = await k.run(`{
      const found = new Set(), passes = new Set();
      for (const loop of ['for', 'await', 'fit']) {
        const [plain, ahead] = [(await sets.${name}()).batch(16), (await sets.${name}()).batch(16).prefetch(3)];
        for (let pass = 0; pass < 2; pass++) {
          const pair = [await sum(plain, loop), await sum(ahead, loop)];
          found.add(pair[0] === pair[1]);
          passes.add(pass + pair[0]);
        }
      }
      display([...found].join() + ' ' + passes.size);
    }`);
      expect(error).toBeUndefined();
      expect(text).toBe("'true 2'");
    },
  );

  it('may be left, and come again', async () => {
    const { text, error } = await k.run(`{
      const batches = (await sets.digits()).batch(16).prefetch();
      for (const _ of batches) break;
      for await (const _ of batches) break;
      let n = 0;
      for (const { xs } of batches) n += xs.shape[0];
      display(n);
    }`);
    expect(error).toBeUndefined();
    expect(text).toBe('70');
  });

  it('tell errors of files, and leave the thread for the next loop', async () => {
    k.write({ 'pets/cat/c.png': 'no image' });
    const { error } = await k.run("for (const _ of (await data.images('pets', { size: 8 })).batch(2).prefetch());");
    expect(error?.message).toMatch(/c\.png is neither a PNG nor a JPEG file/);
    const again = await k.run("for await (const _ of (await data.images('pets', { size: 8 })).batch(2).prefetch());");
    expect(again.error?.message).toMatch(/c\.png is neither/);
    expect((await k.run('await sum((await sets.digits()).batch(16).prefetch(), "for")')).error).toBeUndefined();
  });

  it('keep no program running', async () => {
    const pending = await k.process.ask('pending', {});
    expect(pending).toEqual({ names: [] });
  });

  it('can be interrupted', async () => {
    const { status } = await k.run('for (;;) for await (const _ of (await sets.digits()).batch(4).prefetch());', { interruptAfter: 400 }); // prettier-ignore
    expect(status).toBe('interrupted');
    expect((await k.run('await sum((await sets.digits()).batch(16).prefetch(), "await")')).error).toBeUndefined();
  });
});
