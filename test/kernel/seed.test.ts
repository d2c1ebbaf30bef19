// `seed` and `tf` of the module `dlnb` in a kernel: the same bits again of all that is drawn without a seed of its own,
// and of a whole training; nothing else changes. And what importing a name of the module loads.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapterEnv, defaultAdapter } from '../swiftshader.mts';
import { TestKernel } from './kernel.ts';

const env = { ...process.env, ...adapterEnv(defaultAdapter()) };

/** A training with all that is drawn: initial weights, dropout, noise, shuffles of `fit` and of `tf.data`, `tf.random*`. */
const TRAINING = `
  const all: number[] = [];
  const note = async (x: tf.Tensor) => all.push(...(await x.data()));
  await note(tf.randomNormal([5])); await note(tf.randomUniform([3], 0, 9, 'int32')); await note(tf.truncatedNormal([5]));
  await note(tf.randomGamma([3], 2)); await note(tf.multinomial(tf.tensor1d([0.5, 0.3, 0.2]), 20) as tf.Tensor);
  await note(tf.dropout(tf.ones([20]), 0.5)); await note(tf.randomStandardNormal([3]));
  await note(tf.initializers.orthogonal({ gain: 1 }).apply([3, 3]));
  const order = Array.from({ length: 20 }, (_, i) => i); tf.util.shuffle(order); all.push(...order);
  all.push(...((await tf.data.array(Array.from({ length: 20 }, (_, i) => i)).shuffle(20).toArray()) as number[]));
  const model = tf.sequential({ layers: [
    tf.layers.dense({ units: 8, activation: 'relu', inputShape: [4] }), tf.layers.dropout({ rate: 0.3 }),
    tf.layers.gaussianNoise({ stddev: 0.1 }), tf.layers.dense({ units: 1 }) ] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const x = tf.randomNormal([24, 4]);
  await model.fit(x, x.sum(1, true), { epochs: 3, batchSize: 8, verbose: 0 });
  for (const w of model.getWeights()) await note(w);
  all.map((v) => v.toString()).join(' ')`;

describe.each(['cpu', 'webgpu'] as const)('on %s', (device) => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel({}, { device, env });
    await k.run("import { seed, tf } from 'dlnb';");
  });
  afterAll(() => k.stop());

  it('a training is the same again, bit for bit, also in another session; another seed gives another one', async () => {
    const run = async (kernel: TestKernel, n: string) => (await kernel.run(`seed(${n}); ${TRAINING}`)).text;
    expect((await k.run(TRAINING)).error?.message).toBeUndefined();
    const first = await run(k, '1');
    expect(first?.split(' ').length).toBeGreaterThan(100);
    expect(await run(k, '1')).toBe(first);
    expect(await run(k, '2')).not.toBe(first);
    expect(await run(k, '-4294967295')).not.toBe(first);
    const other = new TestKernel({}, { device, env });
    // Before TensorFlow.js is there
    await other.run("import { seed } from 'dlnb'; seed(1);");
    expect((await other.run(`const { tf } = await import('dlnb'); ${TRAINING}`)).text).toBe(first);
    await other.stop();
  });
});

describe('seed', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel({}, { device: 'cpu' });
  });
  afterAll(() => k.stop());

  it('leaves Math.random and what has a seed of its own as they are', async () => {
    const own = "JSON.stringify([tf.randomNormal([3], 0, 1, 'float32', 5).arraySync(), data.moons({ n: 4 }).points])";
    const before = await k.run(`import { data, seed, tf } from 'dlnb'; const f = Math.random; ${own}`);
    const after = await k.run(`seed(3); const same = f === Math.random; ${own}`);
    expect(after.text).toBe(before.text);
    expect(
      (await k.run('seed(3); const a = Math.random(); seed(3); const b = Math.random(); same && a !== b')).text,
    ).toBe('true');
  });

  it('refuses what is no integer', async () => {
    for (const bad of ["'x'", '1.5', 'NaN', ''])
      expect((await k.run(`seed(${bad})`)).error?.message).toMatch(/^seed: the seed must be an integer, got /);
  });
});

describe('tf of dlnb', () => {
  it('is the same object as the module @tensorflow/tfjs, in cells and files', async () => {
    const k = new TestKernel(
      {
        'file.ts': "import { tf, linalg } from 'dlnb';\nexport const x: tf.Tensor = linalg.inv([[2]]);\nexport { tf };",
      },
      { device: 'cpu' },
    );
    expect(
      (
        await k.run(
          "import { tf } from 'dlnb'; import * as other from '@tensorflow/tfjs'; tf.ones === other.ones && tf.Tensor === other.Tensor",
        )
      ).text,
    ).toBe('true');
    expect(
      (await k.run("import { x, tf as third } from './file.ts'; third === tf && x.dataSync()[0] === 0.5")).text,
    ).toBe('true');
    expect((await k.run("const all = await import('dlnb'); all.tf === tf && require('dlnb').tf === tf")).text).toBe(
      'true',
    );
    expect((await k.run("import * as whole from 'dlnb'; whole.tf.scalar(3).dataSync()[0]")).text).toBe('3');
    await k.stop();
  });

  it('other names do not load TensorFlow.js, and say how it is loaded', async () => {
    const k = new TestKernel({}, { device: 'cpu' });
    await k.run("import { check, help, html, md, progress, seed, viz } from 'dlnb'; check(true, 'x'); help(viz.line)");
    expect(k.device).toBeUndefined();
    expect((await k.run('viz.graph((t) => t.square(), 2)')).error?.message).toContain("import { tf } from 'dlnb'");
    await k.stop();
  });

  it.each([
    ['nn', 'nn.gradientNorm([]).dataSync()[0]', '0'],
    ['nn', 'nn.countParameters(nn.lenet5()).total', '61706'],
    ['optim', 'optim.adam().learningRate', '0.001'],
    ['losses', 'typeof losses.huber()', "'function'"],
    ['metrics', 'typeof metrics.accuracy()', "'function'"],
    ['linalg', 'linalg.det([[2]]).dataSync()[0]', '2'],
    ['data', "[...data.dataset(data.moons({ n: 4 })).batch(4)][0].xs.shape.join('x')", "'4x2'"],
    ['train', 'typeof train.callback().setParams', "'function'"],
  ])('is loaded by the import of %s alone: %s', async (name, code, text) => {
    const k = new TestKernel({}, { device: 'cpu' });
    const { error, text: came } = await k.run(`import { ${name} } from 'dlnb';\n${code}`);
    expect(error?.message).toBeUndefined();
    expect(came).toBe(text);
    await k.stop();
  });
});
