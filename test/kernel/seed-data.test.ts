// `seed` of the module `dlnb` and data sets: what is shuffled or augmented without a seed of its own begins anew with
// it, in the thread of the cells and in that of `prefetch`; a training with all of it is the same bits again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapterEnv, defaultAdapter } from '../swiftshader.mts';
import { TestKernel } from './kernel.ts';

const env = { ...process.env, ...adapterEnv(defaultAdapter()) };

const SETUP = `
  import { data, nn, seed, tf } from 'dlnb';
  const drawn = data.digits({ n: 24 });
  const set = data.dataset(drawn);
  const order = (s: typeof set) => [...s].map(({ y }) => y[0]).join('');
  const text = (s: typeof set) => JSON.stringify([...s].map(({ x }) => x[400]));
  const mixed = set.shuffle();
  const changed = set.augment({ shift: 3, rotation: 20, zoom: 0.1, noise: 0.1 });`;

describe.each(['cpu', 'webgpu'] as const)('on %s', (device) => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel({}, { device, env });
    expect((await k.run(SETUP)).error?.message).toBeUndefined();
  });
  afterAll(() => k.stop());

  it('a training on data that is shuffled and augmented is the same again, bit for bit', async () => {
    const TRAINING = `
      const model = tf.sequential({ layers: [tf.layers.conv2d({ filters: 2, kernelSize: 5, strides: 4, inputShape: [28, 28, 1] }),
        nn.stochasticDepth({ rate: 0.3 }), tf.layers.flatten(), tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 10, activation: 'softmax' })] });
      model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
      await model.fitDataset(changed.shuffle().oneHot().batch(8).prefetch(), { epochs: 2, verbose: 0 });
      (await Promise.all(model.getWeights().map((w) => w.data()))).map((w) => w.join(' ')).join(' ')`;
    const run = async (n: number) => {
      const { text, error } = await k.run(`seed(${n}); ${TRAINING}`);
      expect(error?.message).toBeUndefined();
      return text;
    };
    const first = await run(1);
    expect(first!.split(' ').length).toBeGreaterThan(50);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
  });
});

describe('data sets', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel({}, { device: 'cpu' });
    await k.run(SETUP);
  });
  afterAll(() => k.stop());
  const value = async (code: string) => {
    const { text, error } = await k.run(code);
    expect(error?.message).toBeUndefined();
    return text;
  };

  it.each([
    'order(mixed)',
    'text(changed)',
    'text(set.map(({ x, y }, rng) => ({ x: x.map(() => rng.uniform()), y })))',
  ])('%s begins anew after seed, with other numbers for another one', async (pass) => {
    const unseeded = await value(pass);
    const [first, second] = [await value(`seed(1); ${pass}`), await value(pass)];
    expect(second === first).toBe(pass.includes('set.map'));
    expect(await value(`seed(1); ${pass}`)).toBe(first);
    expect(await value(pass)).toBe(second);
    expect(await value(`seed(2); ${pass}`)).not.toBe(first);
    expect(unseeded).not.toBe(first);
  });

  it.each([
    'order(set.shuffle(3))',
    'text(set.augment({ noise: 1, seed: 4 }))',
    'order(set.split([0.5, 0.5])[0])',
    'order(set.kFold(3)[1].train)',
    'JSON.stringify(data.moons({ n: 5 }).points)',
    'JSON.stringify(data.mnist1d({ n: 10 }).x)',
  ])('%s has a seed of its own and stays', async (pass) => {
    const first = await value(pass);
    expect(await value(`seed(5); ${pass}`)).toBe(first);
    expect(await value(`seed(6); ${pass}`)).toBe(first);
  });

  it('what cache keeps is drawn from the seed too, once', async () => {
    const code =
      'const kept = set.augment({ noise: 1 }).cache(); const a = text(kept); text(kept) === a ? a : "differs"';
    const first = await value(`seed(1); ${code}`);
    expect(first).not.toBe('differs');
    expect(await value(`seed(1); ${code}`)).toBe(first);
    expect(await value(`seed(2); ${code}`)).not.toBe(first);
  });
});
