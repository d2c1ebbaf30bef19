// Learning rate schedules against numbers worked out by hand, and `fit` following one.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';

const nn = makeNn(() => tf as unknown as TensorLibrary);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('schedules', () => {
  it('fall in steps, periodically or at given steps', () => {
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

  it('fall by the factor in the given number of steps', () => {
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

  it('refuse unknown options, and name the known ones', () => {
    const wrong = { rate: 1, at: 3, steps: 9, gamma: 0.1 } as never;
    expect(() => nn.stepDecay({ rate: 1, at: 3, gamma: 0.1 } as never)).toThrow(
      'nn.stepDecay: there is no option "gamma"; there are "rate", "warmup", "at", "factor"',
    );
    expect(() => nn.exponentialDecay(wrong)).toThrow(/^nn\.exponentialDecay: there is no option "at", "gamma"/);
    expect(() => nn.cosineDecay(wrong)).toThrow(/^nn\.cosineDecay: there is no option "at", "gamma"/);
    expect(() => nn.scheduleCallback(() => 1, { every: 'epoch' } as object)).toThrow(
      'nn.scheduleCallback: there is no option "every"; there are "per"',
    );
  });
});
