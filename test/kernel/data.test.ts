// `data`, `nn` and `check` of the module `dlnb`, in cells of a real kernel process on the device `cpu`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

describe('data, nn and check in cells', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel();
    await k.run("import { check, data, nn } from 'dlnb';");
  });
  afterAll(() => k.stop());

  it('makes batches where the cell has imported nothing else', async () => {
    expect(
      (await k.run("const set = data.dataset(data.digits({ n: 64 })).oneHot(); set.shape.join('x')")).text,
    ).toMatch(/28x28x1/);
    expect((await k.run('[...set.batch(8)].length')).text).toBe('8');
  });

  it('frees the batches of a loop that neither disposes nor awaits', async () => {
    await k.run("import * as tf from '@tensorflow/tfjs';");
    const { text, error } = await k.run(`
      const seen = [];
      for (let epoch = 0; epoch < 1600; epoch++) {
        for (const { xs, ys } of set.shuffle(epoch).batch(8)) tf.sum(xs);
        seen.push(tf.memory().numTensors);
      }
      Math.max(...seen)`);
    expect(error).toBeUndefined();
    // 38,400 tensors were made
    expect(Number(text)).toBeLessThan(25_000);
  });

  it('trains a residual network with a schedule and clipping', async () => {
    const { text, error } = await k.run(`
      const model = nn.resnet({ depth: 8, inputShape: [28, 28, 1], filters: 4, seed: 1 });
      const optimizer = nn.clipping(tf.train.momentum(0.1, 0.9), { norm: 1 });
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const schedule = nn.scheduleCallback(nn.cosineDecay({ rate: 0.1, steps: 16, warmup: 2 }));
      const { history } = await model.fitDataset(set.shuffle(1).batch(16), { epochs: 4, verbose: 0, callbacks: [schedule] });
      check(history.loss[3] < history.loss[0], 'the loss falls');
      check.summary()`);
    expect(error).toBeUndefined();
    expect(text).toBe('✓ 1 claim checked');
  });
});

describe('data without a network', () => {
  it('says what to do in the cell that asked for a download', async () => {
    const k = new TestKernel();
    const { error } = await k.run(
      "import { data } from 'dlnb'; process.env.DLNB_CACHE = '/dev/null/no'; await data.mnist();",
    );
    expect(error?.message).toMatch(/data\.mnist: cannot .*DLNB_CACHE/);
    await k.stop();
  });
});
