// Residual networks, schedules, clipping and checks against numbers worked out by hand or by other formulas.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../kernel/dlnb/check.ts';
import { makeNn } from '../../../../kernel/dlnb/nn/index.ts';
import type { TensorLibrary } from '../../../../kernel/dlnb/library.ts';

const nn = makeNn(() => tf as unknown as TensorLibrary);
type Input = Parameters<typeof nn.residualBlock>[0];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('resnet', () => {
  it('of depth 20 has the 272,474 parameters of projection shortcuts, and the plain one those without', () => {
    expect(nn.countParameters(nn.resnet() as never)).toEqual({ trainable: 272_474, other: 1_568, total: 274_042 });
    // Without the two projections: 16·32 + 2·32 and 32·64 + 2·64 fewer
    expect(nn.countParameters(nn.resnet({ shortcuts: false }) as never).trainable).toBe(272_474 - 576 - 2176);
  });

  it('has 6n + 2 layers with weights on the way, and says which depths there are', () => {
    const convolutions = nn.resnet({ depth: 14 }).layers.filter((l) => l.getClassName() === 'Conv2D');
    expect(convolutions.filter(({ name }) => !name.includes('shortcut'))).toHaveLength(13);
    expect(() => nn.resnet({ depth: 18 })).toThrow(/6n \+ 2, as 8, 14, 20/);
  });

  it('gives the same weights for the same seed', () => {
    const sum = (seed: number) =>
      nn.resnet({ depth: 8, seed }).getWeights().map((w) => w.abs().sum().dataSync()[0]!.toFixed(3)).join(); // prettier-ignore
    expect(sum(1)).toBe(sum(1));
    expect(sum(1)).not.toBe(sum(2));
  });

  it('answers probabilities for images', () => {
    const y = nn.resnet({ depth: 8, inputShape: [8, 8, 1], classes: 3 }).predict(tf.ones([2, 8, 8, 1])) as tf.Tensor;
    expect(y.shape).toEqual([2, 3]);
    expect(y.sum(1).arraySync()).toEqual([expect.closeTo(1), expect.closeTo(1)]);
  });
});

describe('a residual block', () => {
  const input = (shape: number[]) => tf.input({ shape }) as unknown as Input;
  const model = (x: Input, y: Input) => tf.model({ inputs: x as never, outputs: y as never });

  it('is relu(x) where its convolutions are zero and the shortcut is the identity', () => {
    const x = input([4, 4, 2]);
    const block = model(x, nn.residualBlock(x, { filters: 2, seed: 1 }));
    for (const layer of block.layers)
      if (layer.getClassName() === 'Conv2D') layer.setWeights(layer.getWeights().map((w) => tf.zerosLike(w)));
    const image = tf.randomNormal([1, 4, 4, 2], 0, 1, 'float32', 3);
    expect(tf.max(tf.abs(tf.sub(block.predict(image) as tf.Tensor, tf.relu(image)))).dataSync()[0]).toBe(0);
  });

  it('passes the gradient through the shortcut where its convolutions are zero', () => {
    const x = input([3, 3, 1]);
    const block = model(x, nn.residualBlock(x, { filters: 1 }));
    for (const layer of block.layers)
      if (layer.getClassName() === 'Conv2D') layer.setWeights(layer.getWeights().map((w) => tf.zerosLike(w)));
    const gradient = tf.grad((v) => (block.apply(v) as tf.Tensor).sum())(tf.ones([1, 3, 3, 1]));
    expect(Array.from(gradient.dataSync())).toEqual(Array(9).fill(1));
  });

  it('begins as its shortcut where γ begins at zero, which a plain block cannot', () => {
    const x = input([4, 4, 2]);
    const block = model(x, nn.residualBlock(x, { filters: 2, zeroGamma: true }));
    const image = tf.randomNormal([1, 4, 4, 2], 0, 1, 'float32', 3);
    expect(tf.max(tf.abs(tf.sub(block.predict(image) as tf.Tensor, tf.relu(image)))).dataSync()[0]).toBe(0);
    expect(() => nn.residualBlock(x, { filters: 2, zeroGamma: true, shortcut: 'none' })).toThrow(/needs γ > 0/);
  });

  it('projects where the shape changes, and says why an identity cannot', () => {
    const x = input([5, 5, 2]);
    expect(nn.residualBlock(x, { filters: 4, stride: 2 }).shape).toEqual([null, 3, 3, 4]);
    expect(() => nn.residualBlock(x, { filters: 4, shortcut: 'identity' })).toThrow(/use shortcut: 'projection'/);
    expect(() => nn.residualBlock(input([5]), { filters: 4 })).toThrow(/\[batch, height, width, channels\]/);
  });

  it('may be used several times in one model without names', () => {
    const x = input([4, 4, 2]);
    const y = nn.residualBlock(nn.residualBlock(x, { filters: 2 }), { filters: 2 });
    expect(model(x, y).countParams()).toBe(4 * 36 + 4 * 8);
  });
});

describe('schedules', () => {
  it('fall in steps, every so often or at given steps', () => {
    const every = nn.stepDecay({ rate: 1, at: 10, factor: 0.5 });
    expect([0, 9, 10, 19, 20, 30].map(every)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.125]);
    const at = nn.stepDecay({ rate: 1, at: [3, 5] });
    expect([2, 3, 4, 5, 99].map(at)).toEqual([1, 0.1, 0.1, expect.closeTo(0.01), expect.closeTo(0.01)]);
  });

  it('fall along half a cosine, from the rate to the floor', () => {
    const cosine = nn.cosineDecay({ rate: 1, steps: 100, floor: 0.2 });
    expect(cosine(0)).toBe(1);
    expect(cosine(50)).toBeCloseTo(0.6);
    expect(cosine(25)).toBeCloseTo(0.2 + 0.4 * (1 + Math.SQRT1_2));
    expect([cosine(100), cosine(1000)]).toEqual([0.2, 0.2]);
  });

  it('fall by the factor in so many steps', () => {
    const exponential = nn.exponentialDecay({ rate: 2, steps: 10, factor: 0.25 });
    expect([0, 5, 10].map(exponential)).toEqual([2, 1, 0.5]);
  });

  it('warm up by equal amounts, and reach the rate when that is over', () => {
    const warm = nn.cosineDecay({ rate: 0.4, steps: 20, warmup: 4 });
    [0.1, 0.2, 0.3, 0.4, 0.4].forEach((rate, step) => expect(warm(step)).toBeCloseTo(rate));
    expect(warm(12)).toBeCloseTo(0.2);
    expect(() => nn.cosineDecay({ rate: 1, steps: 4, warmup: 4 })).toThrow(/steps must be an integer of at least 5/);
  });

  it.each(['sgd', 'momentum', 'adam', 'rmsprop', 'adagrad'] as const)('reach %s', (name) => {
    const optimizer = name === 'momentum' ? tf.train.momentum(1, 0) : tf.train[name](1);
    const w = tf.variable(tf.scalar(0));
    const step = (rate: number) => {
      const before = w.dataSync()[0]!;
      nn.setLearningRate(optimizer, rate);
      optimizer.minimize(() => w.mul(3) as tf.Scalar);
      return Math.abs(w.dataSync()[0]! - before);
    };
    step(0.5);
    expect(step(0)).toBe(0);
    expect(step(0.01)).toBeGreaterThan(0);
    expect(() => nn.setLearningRate({} as never, 1)).toThrow(/must be an optimizer with a learning rate/);
  });

  it('are followed by fit, per step and per epoch', async () => {
    const run = async (per: 'step' | 'epoch') => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
      const optimizer = tf.train.sgd(9);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const seen: number[] = [];
      const note = new tf.CustomCallback({
        onBatchEnd: async () => void seen.push((optimizer as unknown as { learningRate: number }).learningRate),
      });
      const schedule = nn.scheduleCallback((step) => step / 100, { per });
      await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 2, batchSize: 4, verbose: 0, callbacks: [schedule as never, note] }); // prettier-ignore
      return seen;
    };
    expect(await run('step')).toEqual([0, 0.01, 0.02, 0.03]);
    expect(await run('epoch')).toEqual([0, 0, 0.01, 0.01]);
  });
});

describe('clipping', () => {
  const gradients = () => ({ a: tf.tensor1d([3, 0]), b: tf.scalar(-4) });
  const values = (g: Record<string, tf.Tensor>) => Object.values(g).flatMap((t) => Array.from(t.dataSync()));

  it('by norm keeps the direction, and leaves short gradients alone', () => {
    expect(nn.gradientNorm(gradients() as never).dataSync()[0]).toBeCloseTo(5);
    expect(values(nn.clipByNorm(gradients() as never, 1))).toEqual([0.6, 0, -0.8].map((v) => expect.closeTo(v)));
    expect(values(nn.clipByNorm(gradients() as never, 10))).toEqual([3, 0, -4]);
    expect(values(nn.clipByNorm({ a: tf.zeros([2]) } as never, 1))).toEqual([0, 0]);
  });

  it('by value cuts each number off', () => {
    expect(values(nn.clipByValue(gradients() as never, 1))).toEqual([1, 0, -1]);
    const list = nn.clipByValue([tf.tensor1d([5, -0.5])] as never, 2) as unknown as tf.Tensor[];
    expect(Array.from(list[0]!.dataSync())).toEqual([2, -0.5]);
  });

  it('goes on before an optimiser in minimize and fit, and leaves no tensor behind', async () => {
    const w = tf.variable(tf.tensor1d([0, 0]));
    const optimizer = nn.clipping(tf.train.sgd(1) as never, { norm: 0.5 }) as unknown as tf.Optimizer;
    const step = () => optimizer.minimize(() => w.mul([30, 40]).sum() as tf.Scalar);
    step();
    expect(Array.from(w.dataSync())).toEqual([expect.closeTo(-0.3), expect.closeTo(-0.4)]);
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
    });
    model.compile({
      optimizer: nn.clipping(tf.train.sgd(1) as never, { value: 0.1 }) as never,
      loss: 'meanSquaredError',
    });
    await model.fit(tf.ones([1, 1]), tf.fill([1, 1], 50), { verbose: 0 });
    expect(model.getWeights().map((t) => t.dataSync()[0])).toEqual([expect.closeTo(0.1), expect.closeTo(0.1)]);
    expect(() => nn.clipping(optimizer as never, {} as never)).toThrow(/one of the two/);
  });
});

describe('check', () => {
  it('counts claims that hold, each once', () => {
    const check: Check = makeCheck();
    for (let i = 0; i < 3; i++) check(true, 'a');
    check.close([1, 2], tf.tensor1d([1, 2]) as never, 'b');
    expect(check.count).toBe(2);
    expect(check.summary()[Symbol.for('Jupyter.display') as never]).toBeTypeOf('function');
  });

  it('throws with the claim, and the first number that differs', () => {
    const check: Check = makeCheck();
    expect(() => check(false, 'water is dry')).toThrow('This should hold: water is dry');
    expect(() => check.close([1, [2, 3]] as never, [1, [2, 4]] as never, 'all agree')).toThrow(
      /all agree\. number 2 is 3, expected 4/,
    );
    expect(() => check.close(NaN, 1, 'it is one')).toThrow(/it is NaN/);
    expect(() => check.close([1], [1, 2], 'as many')).toThrow(/1 numbers, expected 2/);
    expect(() => check(1 as never, 'x')).toThrow(/must be true or false/);
    expect(check.count).toBe(0);
  });
});
