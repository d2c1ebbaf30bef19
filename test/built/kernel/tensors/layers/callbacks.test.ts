// Callbacks of Keras: restoreBestWeights, reduceLROnPlateau, modelCheckpoint.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const tf = library.tf as unknown as typeof import('@tensorflow/tfjs-layers') & typeof import('@tensorflow/tfjs-core');
// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
const callbacks = tf.callbacks as Any;
let device: CpuDevice;
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-callbacks-'));
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  device.backend.program.stop();
});

/** A model whose weight after epoch n is `path[n]`, with the loss weight². */
function scripted(path: number[], optimizer: Any = tf.train.sgd(0)) {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer, loss: 'mse' });
  const set = { onEpochBegin: async (epoch: number) => model.setWeights([tf.tensor2d([[path[epoch]!]])]) };
  const fit = (own: Any, more = {}) => {
    const [x, y] = [tf.ones([2, 1]), tf.zeros([2, 1])];
    const options = { verbose: 0, epochs: path.length, callbacks: [set, own].flat(), validationData: [x, y], ...more };
    return model.fit(x, y, options as Any);
  };
  return { model, fit, weight: () => model.getWeights()[0]!.dataSync()[0]! };
}

describe('earlyStopping', () => {
  it('restores the best weights, when it stops and when it does not', async () => {
    const stops = scripted([3, 2, 1, 4, 5, 6]);
    const { epoch } = await stops.fit(callbacks.earlyStopping({ patience: 2, restoreBestWeights: true }));
    expect([epoch.length, stops.weight()]).toEqual([5, 1]);
    const ends = scripted([3, 1, 2]);
    await ends.fit(callbacks.earlyStopping({ patience: 5, restoreBestWeights: true }));
    expect(ends.weight()).toBe(1);
    const plain = scripted([3, 1, 2]);
    await plain.fit(callbacks.earlyStopping({ patience: 5 }));
    expect(plain.weight()).toBe(2);
  });

  it('can be used again, and leaves no tensors', async () => {
    const { fit, weight } = scripted([3, 1, 2]);
    const stopping = callbacks.earlyStopping({ patience: 5, restoreBestWeights: true });
    await fit(stopping);
    const before = tf.memory().numTensors;
    await fit(stopping);
    expect(weight()).toBe(1);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(5);
  });

  it('begins with startFromEpoch', async () => {
    const { fit, weight } = scripted([0, 3, 2, 4]);
    await fit(callbacks.earlyStopping({ startFromEpoch: 1, patience: 9, restoreBestWeights: true }));
    expect(weight()).toBe(2);
  });

  it('refuses unknown options', () => {
    expect(() => callbacks.earlyStopping({ restore_best_weights: true })).toThrow(/did you mean "restoreBestWeights"/);
    expect(() => callbacks.earlyStopping({ mode: 'minimum' })).toThrow(/mode must be/);
  });
});

describe('reduceLROnPlateau', () => {
  it.each([
    ['sgd', () => tf.train.sgd(1)],
    ['momentum', () => tf.train.momentum(1, 0)],
    ['adam', () => tf.train.adam(1)],
  ])('lowers the learning rate of %s as Keras does', async (_, make) => {
    const optimizer = make();
    const rates: number[] = [];
    const watched = [9, 5, 5, 5, 5, 5, 5, 5];
    const own = callbacks.reduceLROnPlateau({ monitor: 'watched', factor: 0.5, patience: 2, cooldown: 1, minLr: 0.3 });
    own.setModel(scripted([0], optimizer).model);
    await own.onTrainBegin();
    for (const [epoch, value] of watched.entries()) {
      await own.onEpochEnd(epoch, { watched: value });
      rates.push((optimizer as Any).learningRate);
    }
    // Two epochs without progress halve it; one to cool down; it stays at minLr
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.3]);
  });

  it('works in fit', async () => {
    const optimizer = tf.train.sgd(1e-9);
    const { fit } = scripted([3, 3, 3, 3], optimizer);
    const { history } = await fit(callbacks.reduceLROnPlateau({ factor: 0.1, patience: 1 }));
    expect((optimizer as Any).learningRate).toBeCloseTo(1e-12, 18);
    expect(history['learningRate']).toHaveLength(4);
  });

  it('refuses a factor that does not lower', () => {
    expect(() => callbacks.reduceLROnPlateau({ factor: 2 })).toThrow(/factor must be between 0 and 1, and is 2/);
  });
});

describe('modelCheckpoint', () => {
  it('saves the best model, which can be loaded and trained on', async () => {
    const url = pathToFileURL(path.join(folder, 'best')).href;
    const { fit } = scripted([3, 1, 2], tf.train.adam(1e-9) as Any);
    await fit(callbacks.modelCheckpoint({ filepath: url, saveBestOnly: true }));
    const loaded = await tf.loadLayersModel(`${url}/model.json`);
    expect(loaded.getWeights()[0]!.dataSync()[0]).toBeCloseTo(1, 6);
    await loaded.fit(tf.ones([2, 1]), tf.zeros([2, 1]), { verbose: 0 });
    expect(readdirSync(path.join(folder, 'best')).sort()).toEqual(['model.json', 'weights.bin']);
  });

  it('saves after each epoch, with the epoch and values in the name', async () => {
    const url = pathToFileURL(folder).href;
    const { fit } = scripted([3, 1]);
    await fit(callbacks.modelCheckpoint({ filepath: `${url}/e{epoch:02d}-{val_loss:.1f}` }));
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('e'))
        .sort(),
    ).toEqual(['e01-9.0', 'e02-1.0']);
    await expect(fit(callbacks.modelCheckpoint({ filepath: `${url}/{nothing}` }))).rejects.toThrow(
      /no value for \{nothing\}/,
    );
  });

  it('saves after a number of batches', async () => {
    const url = pathToFileURL(path.join(folder, 'often')).href;
    const { fit } = scripted([3]);
    await fit(callbacks.modelCheckpoint({ filepath: url, saveFreq: 2 }), { batchSize: 1 });
    expect(readdirSync(path.join(folder, 'often'))).toContain('model.json');
  });

  it('refuses a path that is no address', () => {
    expect(() => callbacks.modelCheckpoint({ filepath: 's3://best' })).toThrow(/must be an address such as "file:/);
    expect(() => callbacks.modelCheckpoint({})).toThrow(/must be an address/);
  });
});
