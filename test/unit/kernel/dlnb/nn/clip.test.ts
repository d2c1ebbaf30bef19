// Gradient clipping against numbers worked out by hand, and inside an optimizer.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';

const nn = makeNn(() => tf as unknown as TensorLibrary);

beforeAll(async () => {
  await tf.setBackend('cpu');
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

  it('goes on before an optimizer in minimize and fit, and leaves no tensor behind', async () => {
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

  it('refuses unknown limits', () => {
    expect(() => nn.clipping(tf.train.sgd(1) as never, { max: 1 } as never)).toThrow(
      'nn.clipping: there is no option "max"; there are "norm", "value"',
    );
  });
});
