// Losses and metrics by all names that Keras knows, with values from Keras's formulas by hand, and metrics that count
// over an epoch.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const tf = library.tf as unknown as typeof import('@tensorflow/tfjs-layers') & typeof import('@tensorflow/tfjs-core');
// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => device.backend.program.stop());

const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;

/** A model that returns its input. */
function identity(shape: number[], args: object) {
  const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: shape.slice(1) })] });
  model.compile({ optimizer: 'sgd', ...args } as Any);
  return model;
}
/** The loss and the metrics of rows of predictions. */
function evaluate(args: object, labels: number[][], predictions: number[][], options: object = {}): number[] {
  const [y, p] = [tf.tensor2d(labels), tf.tensor2d(predictions)];
  const values = identity(p.shape, args).evaluate(p, y, options) as Any;
  return [values].flat().map((value: Any) => value.dataSync()[0]);
}

const labels = [
  [1, 0, 0],
  [0, 1, 0],
];
const predictions = [
  [0.7, 0.2, 0.1],
  [0.3, 0.5, 0.2],
];
/** The mean over rows of a formula for one row, or of its terms for single numbers. */
const rows = (f: (y: number[], p: number[]) => number) => mean(labels.map((y, i) => f(y, predictions[i]!)));
const each = (f: (y: number, p: number) => number) => rows((y, p) => mean(y.map((v, i) => f(v, p[i]!))));
const total = (list: number[]) => list.reduce((a, b) => a + b, 0);
const norm = (v: number[]) => Math.sqrt(total(v.map((a) => a * a)));
const cosine = (y: number[], p: number[]) => total(y.map((a, i) => a * p[i]!)) / norm(y) / norm(p);
const epsilon = 1e-7;

const expected: [names: string[], value: number][] = [
  [['mse', 'MSE', 'meanSquaredError', 'mean_squared_error', 'MeanSquaredError'], each((y, p) => (y - p) ** 2)],
  [['mae', 'meanAbsoluteError', 'mean_absolute_error'], each((y, p) => Math.abs(y - p))],
  [['mape', 'meanAbsolutePercentageError'], each((y, p) => (100 * Math.abs(y - p)) / Math.max(y, epsilon))],
  [
    ['msle', 'mean_squared_logarithmic_error'],
    each((y, p) => (Math.log(1 + Math.max(y, epsilon)) - Math.log(1 + p)) ** 2),
  ],
  [['huber', 'Huber', 'huberLoss'], each((y, p) => 0.5 * (y - p) ** 2)],
  [['logcosh', 'logCosh', 'log_cosh', 'LogCosh'], each((y, p) => Math.log(Math.cosh(p - y)))],
  [['cosineSimilarity', 'cosine_similarity', 'cosineProximity'], -rows(cosine)],
  [['kld', 'kullbackLeiblerDivergence', 'kl_divergence', 'KLDivergence'], rows((y, p) => -Math.log(p[y.indexOf(1)]!))],
  [['poisson', 'Poisson'], each((y, p) => p - y * Math.log(p + epsilon))],
  [['hinge', 'Hinge'], each((y, p) => Math.max(0, 1 - y * p))],
  [['squaredHinge', 'squared_hinge'], each((y, p) => Math.max(0, 1 - y * p) ** 2)],
  [
    ['categoricalHinge', 'categorical_hinge'],
    rows((y, p) => Math.max(0, 1 + Math.max(...p.map((v, i) => (1 - y[i]!) * v)) - total(p.map((v, i) => v * y[i]!)))),
  ],
  [['bce', 'binaryCrossentropy', 'binary_crossentropy'], each((y, p) => -Math.log(y ? p : 1 - p))],
  [['cce', 'categoricalCrossentropy'], rows((y, p) => -Math.log(p[y.indexOf(1)]!))],
  [
    ['binaryFocalCrossentropy', 'binary_focal_crossentropy'],
    each((y, p) => {
      const r = y ? p : 1 - p;
      return -((1 - r) ** 2) * Math.log(r);
    }),
  ],
  [
    ['categoricalFocalCrossentropy'],
    rows((y, p) => {
      const r = p[y.indexOf(1)]!;
      return -0.25 * (1 - r) ** 2 * Math.log(r);
    }),
  ],
];

describe('losses by name', () => {
  it.each(expected.flatMap(([names, value]) => names.map((name) => [name, value] as const)))('%s', (loss, value) => {
    const [got] = evaluate({ loss }, labels, predictions);
    expect(Math.abs(got! - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)));
  });

  it('huber is linear for errors above 1, with the gradient of one', () => {
    expect(evaluate({ loss: 'huber' }, [[0, 0]], [[3, -0.5]])[0]).toBeCloseTo((2.5 + 0.125) / 2, 6);
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros', useBias: false })],
    });
    model.compile({ optimizer: tf.train.sgd(1), loss: 'huber' });
    return model.fit(tf.tensor2d([[1]]), tf.tensor2d([[5]]), { verbose: 0 }).then(() => {
      expect(model.getWeights()[0]!.dataSync()[0]).toBeCloseTo(1, 6);
    });
  });

  it('scce', () => {
    const [y, p] = [tf.tensor1d([0, 1]), tf.tensor2d(predictions)];
    const value = identity(p.shape, { loss: 'scce' }).evaluate(p, y) as Any;
    expect(value.dataSync()[0]).toBeCloseTo(
      rows((v, q) => -Math.log(q[v.indexOf(1)]!)),
      5,
    );
  });

  it('unknown ones are errors that list the names', () => {
    expect(() => identity([1, 1], { loss: 'nonsense' })).toThrow(
      /Unknown loss nonsense\. There are: meanSquaredError.* mse/,
    );
    expect(() => identity([1, 1], { loss: 'mse', metrics: ['nonsense'] })).toThrow(
      /Unknown metric nonsense\. There are: accuracy/,
    );
  });

  it('survive saving', async () => {
    for (const loss of ['mse', 'MSE', 'huber', 'logCosh', 'kld', 'cosineSimilarity', 'binaryFocalCrossentropy']) {
      const model = identity([1, 2], { loss, metrics: ['recall', 'f1Score'] });
      let saved: Any;
      const handler = tf.io.withSaveHandler(async (m) => ((saved = m), { modelArtifactsInfo: {} as Any }));
      await model.save(handler, { includeOptimizer: true });
      const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
      const [y, p] = [tf.tensor2d([[1, 0]]), tf.tensor2d([[0.3, 0.2]])];
      const values = (m: Any) => m.evaluate(p, y).map((t: Any) => t.dataSync()[0]);
      expect(values(loaded), loss).toEqual(values(model));
    }
  });
});

describe('metrics by name and by function', () => {
  const y = [[1], [0], [1], [0]];
  const p = [[0.9], [0.8], [0.3], [0.2]];
  it.each<[string, number]>([
    ['precision', 0.5],
    ['recall', 0.5],
    ['binaryAccuracy', 0.5],
    ['accuracy', 0.5],
    ['truePositives', 1],
    ['falsePositives', 1],
    ['true_negatives', 1],
    ['falseNegatives', 1],
    ['f1Score', 0.5],
    ['rootMeanSquaredError', Math.sqrt((0.01 + 0.64 + 0.49 + 0.04) / 4)],
    ['mae', (0.1 + 0.8 + 0.7 + 0.2) / 4],
    ['r2Score', 1 - (0.01 + 0.64 + 0.49 + 0.04) / 1],
    ['huber', (0.01 + 0.64 + 0.49 + 0.04) / 8],
  ])('%s is the same for any batches', (name, value) => {
    for (const batchSize of [1, 3, 4])
      expect(evaluate({ loss: 'mse', metrics: [name] }, y, p, { batchSize })[1], `${batchSize}`).toBeCloseTo(value, 5);
    const metric = (tf.metrics as Any)[name];
    if (!metric) return;
    expect(metric.name).toBe(name);
    for (const batchSize of [1, 4])
      expect(evaluate({ loss: 'mse', metrics: [metric] }, y, p, { batchSize })[1]).toBeCloseTo(value, 5);
  });

  it('fit reports the counts of the epoch, under the names of the metrics', async () => {
    const x = tf.tensor2d([[0.9], [0.8], [0.7], [0.2]]);
    const labels = tf.tensor2d([[1], [0], [0], [1]]);
    const dense = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })],
    });
    dense.compile({
      optimizer: tf.train.sgd(0),
      loss: 'mse',
      metrics: ['precision', tf.metrics.recall, tf.metrics.meanSquaredError],
    });
    const before = tf.memory().numTensors;
    const options = { verbose: 0, batchSize: 1, epochs: 2, validationData: [x, labels] as Any };
    const { history } = await dense.fit(x, labels, options);
    expect(Object.keys(history).sort()).toEqual(
      ['loss', 'meanSquaredError', 'precision', 'recall'].flatMap((name) => [name, `val_${name}`]).sort(),
    );
    // 1 right of 3 above 0.5, 1 found of 2; means of batches would be 1/4 and 1/4
    for (const epoch of [0, 1]) {
      expect(history['precision']![epoch]).toBeCloseTo(1 / 3, 6);
      expect(history['recall']![epoch]).toBeCloseTo(1 / 2, 6);
      expect(history['val_precision']![epoch]).toBeCloseTo(1 / 3, 6);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('precision and recall take a threshold', () => {
    const [t, q] = [tf.tensor2d(y), tf.tensor2d(p)];
    expect((tf.metrics as Any).precision(t, q, 0.85).dataSync()[0]).toBe(1);
    expect((tf.metrics as Any).recall(t, q, 0.1).dataSync()[0]).toBe(1);
  });

  it('top-k', () => {
    const q = tf.tensor2d([[0.1, 0.2, 0.3, 0.4]]);
    const sparse = (label: number, k: number) =>
      (tf.metrics as Any).sparseTopKCategoricalAccuracy(tf.tensor1d([label]), q, k).dataSync()[0];
    expect([sparse(3, 1), sparse(2, 1), sparse(2, 2), sparse(0, 3), sparse(0, 4)]).toEqual([1, 0, 1, 0, 1]);
    expect((tf.metrics as Any).topKCategoricalAccuracy(tf.tensor2d([[0, 0, 1, 0]]), q, 2).dataSync()[0]).toBe(1);
  });

  it('labels of other shapes are refused by counts', () => {
    const q = tf.tensor2d(predictions);
    const model = identity(q.shape, { loss: 'sparseCategoricalCrossentropy', metrics: ['precision'] });
    expect(() => model.evaluate(q, tf.tensor1d([0, 1]))).toThrow(/must be made one-hot/);
  });
});
