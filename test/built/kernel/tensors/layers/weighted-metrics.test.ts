// Metrics that weights of examples weigh, and the area under the ROC curve. Values by hand and from Keras's documentation.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, options, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);

/** Predicts its input, times a weight of 1. */
function model(compile: object) {
  const dense = tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones', name: 'out' });
  const made = tf.sequential({ layers: [dense] });
  made.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError', ...compile });
  return made;
}
const numbers = (tensors: Tensor | Tensor[]) => [tensors].flat().map((t) => t.dataSync()[0]!);
const [x, y] = [[[1], [1]], [[2], [4]]]; // prettier-ignore

describe('weightedMetrics', () => {
  const both = { metrics: ['mae'], weightedMetrics: ['mae', 'mse'] };

  it('are weighed by sampleWeight, metrics are not, in evaluate and fit', async () => {
    const made = model(both);
    const weights = options({ sampleWeight: [3, 1] });
    // Errors 1 and 3
    const wanted = [(3 + 9) / 2, 2, (3 + 3) / 4, (3 + 9) / 4];
    expect(numbers(made.evaluate(tf.tensor2d(x), tf.tensor2d(y), weights))).toEqual(wanted);
    const { history } = await made.fit(tf.tensor2d(x), tf.tensor2d(y), {
      ...(weights as object),
      batchSize: 1,
      verbose: 0,
      epochs: 1,
    });
    expect(Object.values(history).flat()).toEqual(wanted);
  });

  it('are weighed by classWeight', async () => {
    const made = model({ weightedMetrics: 'binaryAccuracy', loss: 'binaryCrossentropy' });
    const [inputs, labels] = [tf.tensor2d([[0.9], [0.9]]), tf.tensor2d([[1], [0]])]; // prettier-ignore
    const { history } = await made.fit(inputs, labels, { classWeight: { 0: 3, 1: 1 }, verbose: 0 });
    expect(history['binaryAccuracy']).toEqual([0.25]);
  });

  it('leave out what a mask leaves out', () => {
    const made = tf.sequential({ layers: [tf.layers.masking({ inputShape: [2, 1] })] });
    made.compile(options({ optimizer: 'sgd', loss: 'meanSquaredError', weightedMetrics: ['mae'] }));
    const [inputs, labels] = [tf.tensor3d([[[1], [0]], [[1], [1]]]), tf.tensor3d([[[2], [9]], [[1], [4]]])]; // prettier-ignore
    // Errors 1 with weight 3, and 0 and 3 with weight 1
    const [, mae] = numbers(made.evaluate(inputs, labels, options({ sampleWeight: [3, 1] })));
    expect(mae).toBeCloseTo((3 + 0 + 3) / 5, 6);
  });

  it('are saved and loaded, also lists by the names of outputs', async () => {
    const loaded = await reloaded(model({ metrics: { out: ['mae'] }, weightedMetrics: { out: ['mae', 'mse'] } }));
    const values = numbers(loaded.evaluate(tf.tensor2d(x), tf.tensor2d(y), options({ sampleWeight: [3, 1] })));
    expect(values).toEqual([6, 2, 1.5, 3]);
  });

  it('of an output that is not there are an error', () => {
    expect(() => model({ weightedMetrics: { other: ['mae'] } })).toThrow(
      /weightedMetrics names "other".*outputs are out/,
    );
  });
});

describe('auc', () => {
  const auc = (tf.metrics as unknown as Record<string, (a: Tensor, b: Tensor) => Tensor>)['auc']!;

  it('is the area under the ROC curve', () => {
    // The example of Keras's documentation
    expect(auc(tf.tensor1d([0, 0, 1, 1]), tf.tensor1d([0, 0.5, 0.3, 0.9])).dataSync()[0]).toBeCloseTo(0.75, 6);
    expect(auc(tf.tensor1d([0, 0, 1, 1]), tf.tensor1d([0.1, 0.2, 0.8, 0.9])).dataSync()[0]).toBeCloseTo(1, 6);
    expect(auc(tf.tensor1d([1, 1, 0, 0]), tf.tensor1d([0.1, 0.2, 0.8, 0.9])).dataSync()[0]).toBeCloseTo(0, 6);
    // One that says the same of all
    expect(auc(tf.tensor1d([0, 1]), tf.tensor1d([0.5, 0.5])).dataSync()[0]).toBeCloseTo(0.5, 6);
  });

  it('counts over the batches of an epoch, and weighs', async () => {
    const made = model({ metrics: ['auc'], weightedMetrics: ['AUC'] });
    const [inputs, labels] = [tf.tensor2d([0, 0.5, 0.3, 0.9], [4, 1]), tf.tensor2d([0, 0, 1, 1], [4, 1])];
    const args = options({ batchSize: 1, sampleWeight: [1, 0, 0, 1] });
    const [, plain, weighed] = numbers(made.evaluate(inputs, labels, args));
    expect(plain).toBeCloseTo(0.75, 6);
    expect(weighed).toBeCloseTo(1, 6);
    const { history } = await made.fit(inputs, labels, { ...(args as object), verbose: 0, shuffle: false });
    expect(Object.values(history).map(([value]) => value)[1]).toBeCloseTo(0.75, 6);
  });
});
