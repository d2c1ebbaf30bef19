// `train.dryRun`: shapes, counts and memory against those computed by hand, the budget, and a model that is as before.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { dryRun } from '../../../../../kernel/dlnb/train/dry-run.ts';
import { DISPLAY } from '../../../../../kernel/wire/displayable.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
afterEach(() => tf.disposeVariables());

function lenet(optimizer: Optimizer = tf.train.adam()): LayersModel {
  const m = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 6, kernelSize: 5, inputShape: [28, 28, 1], name: 'conv' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'out' }),
    ],
  });
  m.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return m;
}

describe('a dry run', () => {
  it('has the shapes, parameters and bytes of each layer', async () => {
    const d = await dryRun(tf, lenet(), { batchSize: 8, steps: 0 });
    expect(d.layers).toEqual([
      { name: 'conv', type: 'Conv2D', shape: [8, 24, 24, 6], parameters: 156, megabytes: (8 * 24 * 24 * 6 * 4) / 1e6 },
      {
        name: 'pool',
        type: 'MaxPooling2D',
        shape: [8, 12, 12, 6],
        parameters: 0,
        megabytes: (8 * 12 * 12 * 6 * 4) / 1e6,
      },
      { name: 'flat', type: 'Flatten', shape: [8, 864], parameters: 0, megabytes: (8 * 864 * 4) / 1e6 },
      { name: 'out', type: 'Dense', shape: [8, 10], parameters: 8650, megabytes: (8 * 10 * 4) / 1e6 },
    ]);
    expect([d.parameters, d.trainable]).toEqual([8806, 8806]);
    const bytes = Object.fromEntries(Object.entries(d.megabytes).map(([k, v]) => [k, Math.round(1e6 * v)]));
    const activations = 8 * 4 * (24 * 24 * 6 + 864 + 10);
    const batch = 8 * 4 * (784 + 10);
    expect(bytes).toEqual({
      ...{ weights: 8806 * 4, gradients: 8806 * 4, optimizer: 2 * 8806 * 4, activations, batch },
      total: 4 * 8806 * 4 + activations + batch,
    });
    expect(d).toMatchObject({ secondsPerStep: undefined, seconds: undefined, fits: true, reasons: [] });
  });

  it.each<[() => Optimizer, number]>([
    [() => tf.train.sgd(0.1), 0],
    [() => tf.train.momentum(0.1, 0.9), 1],
    [() => tf.train.adagrad(0.1), 1],
    [() => tf.train.adadelta(), 2],
    [() => tf.train.adamax(), 2],
    [() => tf.train.adam(), 2],
  ])('counts what the optimizer keeps, as it does keep (%#)', async (make, copies) => {
    const m = lenet(make());
    const d = await dryRun(tf, m, { batchSize: 2 });
    expect(d.megabytes.optimizer).toBeCloseTo(copies * d.megabytes.weights, 9);
    const [xs, ys] = [tf.zeros([2, 28, 28, 1]), tf.zeros([2, 10])];
    const before = tf.memory().numBytes;
    await m.trainOnBatch(xs, ys);
    // Besides a few numbers of its own
    expect(Math.abs(tf.memory().numBytes - before - 1e6 * d.megabytes.optimizer)).toBeLessThan(64);
  });

  it('times steps, without changing weights, optimizer or tensors', async () => {
    const m = lenet();
    await m.trainOnBatch(tf.ones([2, 28, 28, 1]), tf.oneHot([1, 2], 10));
    const weights = () => m.getWeights().map((w) => Array.from(w.dataSync()));
    const [before, tensors] = [weights(), tf.memory().numTensors];
    const d = await dryRun(tf, m, { batchSize: 4, samples: 10, epochs: 3 });
    expect(d.secondsPerStep).toBeGreaterThan(0);
    expect(d.stepsPerEpoch).toBe(3);
    expect(d.secondsPerEpoch).toBeCloseTo(3 * d.secondsPerStep!, 9);
    expect(d.seconds).toBeCloseTo(9 * d.secondsPerStep!, 9);
    expect(weights()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('takes data, and classes as labels', async () => {
    const m = lenet();
    m.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    expect((await dryRun(tf, m, { batchSize: 3 })).secondsPerStep).toBeGreaterThan(0);
    const d = await dryRun(tf, lenet(), {
      batchSize: 4,
      x: tf.ones([6, 28, 28, 1]),
      y: tf.oneHot([1, 2, 3, 4, 5, 6], 10),
    });
    expect(d.stepsPerEpoch).toBe(2);
  });
});

describe('a budget', () => {
  it('that is too small for the memory says which batch fits, and does not run a step', async () => {
    const m = lenet();
    const d = await dryRun(tf, m, { batchSize: 64, budget: { megabytes: 0.6 } });
    expect(d).toMatchObject({ fits: false, secondsPerStep: undefined });
    const most = Number(/a batch size of (\d+) would fit/.exec(d.reasons[0]!)![1]);
    expect((await dryRun(tf, m, { batchSize: most, steps: 0, budget: { megabytes: 0.6 } })).fits).toBe(true);
    expect((await dryRun(tf, m, { batchSize: most + 1, steps: 0, budget: { megabytes: 0.6 } })).fits).toBe(false);
    const never = await dryRun(tf, m, { budget: { megabytes: 0.1 } });
    expect(never.reasons[0]).toMatch(/alone take .* would fit$/);
  });

  it('of time says how many epochs fit, or how many examples', async () => {
    const d = await dryRun(tf, lenet(), { batchSize: 2, samples: 1000, epochs: 1e9, budget: { seconds: 60 } });
    expect(d.fits).toBe(false);
    expect(d.reasons[0]).toMatch(/^it takes about \S+, and the budget is 1:00: \d+ epochs? would fit$/);
    const one = await dryRun(tf, lenet(), { batchSize: 2, samples: 1e12, budget: { seconds: 1 } });
    expect(one.reasons[0]).toMatch(/not one epoch, but about [\d,]+ examples would fit$/);
    const text = (one[DISPLAY]() as Record<string, string>)['text/plain']!;
    expect(text).toMatch(/^8,806 parameters, 8,806 trained; batch size 2\nlayer +type +output +parameters +output in memory\nconv +Conv2D +\[2, 24, 24, 6\] +156 /); // prettier-ignore
    expect(text).toMatch(/\nMemory: .*\nTime, about: a step .*\n✗ It will not fit: it takes about/);
  });

  it('that holds says so', async () => {
    const d = await dryRun(tf, lenet(), { batchSize: 2, samples: 2, budget: { seconds: 1e6, megabytes: 1e6 } });
    expect(d.fits).toBe(true);
    expect((d[DISPLAY]() as Record<string, string>)['text/plain']).toContain('✓ It fits the budget');
  });
});

it('names what is wrong with its arguments', async () => {
  const wrong = (options: object) => dryRun(tf, lenet(), options);
  await expect(dryRun(tf, 5 as never, {})).rejects.toThrow('give a model of tf.layers, got 5');
  await expect(wrong({ batch: 3 })).rejects.toThrow('no option "batch"; there are "batchSize"');
  await expect(wrong({ batchSize: 0 })).rejects.toThrow('batchSize must be an integer of at least 1');
  await expect(wrong({ budget: { memory: 3 } })).rejects.toThrow('train.dryRun: budget: there is no option "memory"');
  await expect(wrong({ budget: { seconds: -1 } })).rejects.toThrow('budget.seconds must be a number of at least 0');
  await expect(wrong({ budget: { seconds: 1 } })).rejects.toThrow('needs samples');
  await expect(wrong({ x: tf.ones([1, 28, 28, 1]) })).rejects.toThrow('give x and y, or neither');
  await expect(wrong({ x: 5, y: 5 })).rejects.toThrow('x must be a tensor');
});
