// Nadam against Keras 3's formula in doubles, and the state of Nadam and Adamax in saved models.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const tf = library.tf as unknown as typeof import('@tensorflow/tfjs-layers') & typeof import('@tensorflow/tfjs-core');
let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => device.backend.program.stop());

/** θ after steps that follow Keras 3's `Nadam.update_step` for the loss θ². */
function expected(steps: number, rate: number): number {
  let [theta, m, v, product] = [1, 0, 0, 1];
  for (let t = 1; t <= steps; t++) {
    const g = 2 * theta;
    const u = 0.9 * (1 - 0.5 * 0.96 ** t);
    const next = 0.9 * (1 - 0.5 * 0.96 ** (t + 1));
    product *= u;
    m += (1 - 0.9) * (g - m);
    v += (1 - 0.999) * (g * g - v);
    const mHat = (next * m) / (1 - product * next) + ((1 - u) * g) / (1 - product);
    theta -= (rate * mHat) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-7);
  }
  return theta;
}

it('steps as Keras does', () => {
  const optimizer = (tf.train as unknown as { nadam(rate: number): import('@tensorflow/tfjs-core').Optimizer }).nadam(
    0.05,
  );
  const theta = tf.scalar(1).variable();
  for (let step = 1; step <= 30; step++) {
    optimizer.minimize(() => tf.square(theta) as import('@tensorflow/tfjs-core').Scalar, false, [theta]);
    expect(theta.dataSync()[0], `step ${step}`).toBeCloseTo(expected(step, 0.05), 5);
  }
});

it.each(['nadam', 'adamax'])('%s by name goes on where it was saved', async (name) => {
  const make = () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: name, loss: 'mse' });
    return model;
  };
  const [x, y] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[0]])];
  const model = make();
  await model.fit(x, y, { verbose: 0, epochs: 3 });
  let saved: unknown;
  await model.save(
    tf.io.withSaveHandler(async (m) => ((saved = m), { modelArtifactsInfo: {} as never })),
    {
      includeOptimizer: true,
    },
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as never));
  loaded.compile({ optimizer: loaded.optimizer, loss: 'mse' });
  await model.fit(x, y, { verbose: 0, epochs: 3 });
  await loaded.fit(x, y, { verbose: 0, epochs: 3 });
  const [a, b] = [model, loaded].map((m) => m.getWeights().flatMap((w) => [...w.dataSync()]));
  a!.forEach((value, i) => expect(b![i]).toBeCloseTo(value, 6));
});
