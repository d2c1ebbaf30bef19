// One case or more for each kind of fault of TensorFlow.js, or of an earlier build, that was reported and is mended:
// numbers that were wrong without a word, and options without effect. On the device under test; values by hand. The
// gradients of layers' options are in cases/layer-options.ts, values at kinks in edges.test.ts.
import { describe, expect, it } from 'vitest';
import { tf, type Tensor } from './device.ts';

// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
const L = tf.layers as Any;

const read = async (x: Tensor | Tensor[]): Promise<number[]> =>
  (await Promise.all([x].flat().map(async (t) => Array.from(await t.data())))).flat();
async function near(x: Tensor | Tensor[], wanted: number[], digits = 5): Promise<void> {
  const values = await read(x);
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => expect(value, `element ${i} of ${values.join(', ')}`).toBeCloseTo(wanted[i]!, digits));
}
/** A model of layers, compiled. */
function model(layers: Any[], options: object = {}): Any {
  const made = tf.sequential({ layers });
  made.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError', ...options } as Any);
  return made;
}
/** Predicts its input. */
const itself = (options: object = {}) => L.dense({ units: 1, useBias: false, kernelInitializer: 'ones', ...options });
const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

describe('values and shapes', () => {
  it('rows that are not equally long are an error', () => {
    expect(() => tf.tensor2d([[1, 2, 3], [4, 5]])).toThrow(/values\[1\] has 2 elements/); // prettier-ignore
    expect(() => tf.tensor([[1, 2], 3] as Any)).toThrow(/values\[1\] is the number 3/);
    expect(() => tf.tensor1d([1, null, 3] as Any)).toThrow(/values\[1\] is null/);
    expect(() => tf.tensor([tf.scalar(1), tf.scalar(2)] as Any)).toThrow(/tf.stack/);
  });

  it('batches of unequal rows are an error', async () => {
    await expect(
      tf.data
        .array([[1, 2], [3]])
        .batch(2)
        .toArray(),
    ).rejects.toThrow(/values\[1\] has 1 element/);
  });

  it('BigInts and rows of typed arrays are their numbers', async () => {
    await near(tf.tensor1d([0n, 1n, 2n] as Any), [0, 1, 2]);
    await near(tf.tensor([new Float64Array([1, 2]), new Float64Array([3, 4])] as Any), [1, 2, 3, 4]);
    await near(tf.tensor(new Uint16Array([1, 65535]) as Any), [1, 65535]);
  });

  it.each<[string, () => unknown]>([
    ['conv2d', () => tf.conv2d(tf.ones([1, 1, 8, 8]) as Any, tf.ones([3, 3, 8, 1]), 1, 'valid')],
    ['conv1d', () => tf.conv1d(tf.ones([1, 2, 8]) as Any, tf.ones([3, 8, 1]), 1, 'valid')],
    ['conv3d', () => tf.conv3d(tf.ones([1, 1, 4, 4, 1]) as Any, tf.ones([2, 2, 2, 1, 1]), 1, 'valid')],
    ['depthwiseConv2d', () => tf.depthwiseConv2d(tf.ones([1, 1, 1, 1]) as Any, tf.ones([3, 3, 1, 1]), 1, 'valid')],
    ['maxPool', () => tf.maxPool(tf.ones([1, 2, 2, 1]) as Any, 3, 1, 'valid')],
    ['avgPool', () => tf.avgPool(tf.ones([1, 2, 2, 1]) as Any, 3, 1, 'valid')],
    ['a layer', () => L.conv2d({ filters: 1, kernelSize: 3 }).apply(tf.ones([1, 1, 8, 8]))],
  ])('%s: a kernel that does not fit is an error', (_name, f) => {
    expect(f).toThrow(/does not fit: its (height|width|depth) is \d, that of the input \d/);
  });

  it('numeric padding of kernels and strides that are not square', async () => {
    const x = tf.ones([1, 7, 5, 2]) as Any;
    const shape = (kernel: [number, number], pad: number, strides: Any = 1) =>
      (tf.conv2d(x, tf.ones([...kernel, 2, 1]), strides, pad) as Tensor).shape.slice(1, 3);
    expect(shape([3, 2], 0)).toEqual([5, 4]);
    expect(shape([1, 3], 1)).toEqual([9, 5]);
    expect(shape([3, 3], 1, [2, 1])).toEqual([4, 5]);
    await near(tf.conv1d(tf.ones([1, 5, 1]) as Any, tf.ones([3, 1, 1]), 1, 0), [3, 3, 3]);
    await near(tf.conv1d(tf.ones([1, 4, 1]) as Any, tf.ones([3, 1, 1]), 1, 1), [2, 3, 3, 2]);
    await near(tf.maxPool(tf.ones([1, 4, 4, 1]) as Any, [3, 2], 1, 0), [1, 1, 1, 1, 1, 1]);
  });

  it("padding 'same' in three dimensions, with a kernel smaller than the stride", async () => {
    const x = tf.reshape(tf.range(0, 64), [1, 4, 4, 4, 1]) as Any;
    const every = [0, 2, 8, 10, 32, 34, 40, 42];
    await near(tf.conv3d(x, tf.ones([1, 1, 1, 1, 1]), 2, 'same'), every);
    await near(tf.maxPool3d(x, 1, 2, 'same'), every);
    await near(tf.avgPool3d(x, 1, 2, 'same'), every);
  });

  it('complex numbers: sums, products and reshapes have both parts, irfft keeps the axes', async () => {
    const z = tf.complex([1, 2], [3, 4]);
    const parts = (x: Tensor) => read([tf.real(x), tf.imag(x)]);
    expect(await parts(tf.mean(z))).toEqual([1.5, 3.5]);
    expect(await parts(tf.neg(z))).toEqual([-1, -2, -3, -4]);
    expect(await parts(tf.gather(z, [1]))).toEqual([2, 4]);
    tf.reshape(z, [2, 1]);
    expect(tf.real(z).shape).toEqual([2]);
    expect(tf.spectral.irfft(tf.spectral.rfft(tf.tensor1d([1, 2, 3, 4]))).shape).toEqual([4]);
  });

  it('arithmetic of truth values gives numbers', async () => {
    const [a, b] = [tf.tensor1d([true, true, false]), tf.tensor1d([true, false, true])];
    await near(tf.add(a, b), [2, 1, 1]);
    await near(tf.sub(b, a), [0, -1, 1]);
    await near(tf.neg(a), [-1, -1, 0]);
    await near(tf.cumsum(a), [1, 2, 2]);
    await near(tf.matMul(tf.ones([1, 300], 'bool'), tf.ones([300, 1], 'bool')), [300]);
  });

  it('softmax and its logarithm along any axis', async () => {
    const x = tf.tensor2d([[0, 0], [Math.log(3), 0]]); // prettier-ignore
    await near(tf.softmax(x, 0), [0.25, 0.5, 0.75, 0.5]);
    await near(tf.logSoftmax(x, 0), [0.25, 0.5, 0.75, 0.5].map(Math.log));
    await near(L.softmax({ axis: 0 }).apply(x), [0.25, 0.5, 0.75, 0.5]);
  });
});

describe('layers', () => {
  it('groups, negativeSlope, causal padding, channels first with a bias', async () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]);
    await near(L.conv2d({ filters: 4, kernelSize: 1, groups: 2, kernelInitializer: 'ones' }).apply(x), [3, 3, 7, 7]);
    await near(L.reLU({ negativeSlope: 0.1 }).apply(tf.tensor1d([-1, 1])), [-0.1, 1]);
    const causal = L.conv1d({ filters: 1, kernelSize: 3, padding: 'causal', kernelInitializer: 'ones' });
    await near(causal.apply(tf.tensor3d([1, 2, 3, 4], [1, 4, 1])), [1, 3, 6, 9]);
    const options = { filters: 1, kernelSize: 1, dataFormat: 'channelsFirst', biasInitializer: 'ones' };
    const ones = { depthwiseInitializer: 'ones', pointwiseInitializer: 'ones' };
    await near(L.separableConv2d({ ...options, ...ones }).apply(tf.tensor4d([1, 2], [1, 2, 1, 1])), [4]);
  });

  it('gru with resetAfter', async () => {
    // h = z · 0 + (1 − z) · tanh(Wx + b + r · (U · 0 + c)), with all weights and both biases 1
    const options = { kernelInitializer: 'ones', recurrentInitializer: 'ones', biasInitializer: 'ones' };
    const gru = L.gru({ units: 1, resetAfter: true, recurrentActivation: 'sigmoid', ...options });
    const gate = 1 / (1 + Math.exp(-3));
    await near(gru.apply(tf.ones([1, 1, 1])), [(1 - gate) * Math.tanh(2 + gate)]);
  });

  it('functions are activations', async () => {
    await near(
      L.dense({ units: 1, kernelInitializer: 'ones', activation: (x: Tensor) => tf.neg(x) }).apply(tf.ones([1, 2])),
      [-2],
    );
  });

  it('options that are not there are an error', () => {
    expect(() => L.conv2d({ filters: 1, kernel_size: 3, kernelSize: 3 })).toThrow(/no option "kernel_size"/);
    expect(() => model([itself({ inputShape: [1] })], { lossWeight: [1] })).toThrow(/no option "lossWeight"/);
  });

  it('preprocessing layers in models keep the shape of their input', async () => {
    const inputShape = [4, 4, 1];
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
    await near(model([L.centerCrop({ height: 2, width: 2, inputShape })]).predict(x), [5, 6, 9, 10]);
    await near(model([L.resizing({ height: 2, width: 2, inputShape })]).predict(x), [2.5, 4.5, 10.5, 12.5]);
    await near(model([L.randomWidth({ factor: 0.5, inputShape })]).predict(x), [...Array(16).keys()]);
    const encoding = L.categoryEncoding({ numTokens: 3, outputMode: 'oneHot', inputShape: [1] });
    await near(model([encoding]).predict(column(1)), [0, 1, 0]);
  });

  it('training: true of a layer in a model is honored by predict', async () => {
    const input = tf.input({ shape: [1000] });
    const output = L.dropout({ rate: 0.5 }).apply(input, { training: true });
    const zeros = tf.sum(
      tf.equal(tf.model({ inputs: input, outputs: output }).predict(tf.ones([1, 1000])) as Tensor, 0),
    );
    const [count] = await read(zeros);
    expect(Math.abs(count! - 500)).toBeLessThan(100);
  });

  it('a frozen batch normalization computes as in inference, and keeps its statistics', async () => {
    const normalization = L.batchNormalization({ inputShape: [1], epsilon: 0 });
    normalization.trainable = false;
    const made = model([normalization, itself()]);
    const x = column(10, 20);
    const { history } = await made.fit(x, x, { epochs: 2, verbose: 0 });
    history.loss.forEach((loss: number) => expect(loss).toBeCloseTo(0, 3));
    await near(normalization.getWeights().slice(2), [0, 1]);
  });
});

describe('training', () => {
  it('masks reach losses, metrics and means over steps', async () => {
    const made = model([L.masking({ inputShape: [3, 1] }), itself()], { metrics: ['mae'] });
    const [x, y] = [tf.tensor3d([1, 1, 0], [1, 3, 1]), tf.tensor3d([3, 1, 100], [1, 3, 1])];
    await near(made.evaluate(x, y), [2, 1]);
    const mean = model([L.masking({ inputShape: [3, 1] }), L.globalAveragePooling1d()]);
    await near(mean.predict(tf.tensor3d([1, 3, 0], [1, 3, 1])), [2]);
  });

  it('lossWeights, sampleWeight and weightedMetrics', async () => {
    const input = tf.input({ shape: [1] });
    const outputs = [itself({ name: 'kind_a' }).apply(input), itself({ name: 'kind_b' }).apply(input)];
    const two = tf.model({ inputs: input, outputs }) as Any;
    two.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError', lossWeights: [1, 0.5] });
    await near(two.evaluate(column(0), [column(1), column(10)]), [51, 1, 100]);
    const one = model([itself({ inputShape: [1] })], { weightedMetrics: ['mae'] });
    const [x, y] = [column(1, 1), column(1, 3)];
    await near(one.evaluate(x, y, { sampleWeight: [3, 1] }), [2, 0.5]);
    const { history } = await one.fit(x, y, { sampleWeight: [1, 0], verbose: 0, epochs: 1 });
    expect([history.loss, history.mae]).toEqual([[0], [0]]);
  });

  it('regularizers are in validation and evaluate as in training, also of activities', async () => {
    const kernelRegularizer = tf.regularizers.l2({ l2: 1 });
    const made = model([itself({ inputShape: [1], kernelRegularizer })]);
    const x = column(2, 2);
    const { history } = await made.fit(x, x, { verbose: 0, epochs: 1, validationData: [x, x] });
    expect([history.loss[0], history.val_loss[0]]).toEqual([1, 1]);
    await near(made.evaluate(x, x), [1]);
    await near(model([itself({ inputShape: [1], activityRegularizer: kernelRegularizer })]).evaluate(x, x), [4]);
  });

  it('precision, recall and AUC of probabilities', async () => {
    const [target, output] = [column(1, 0, 1, 0), column(0.9, 0.8, 0.3, 0.2)];
    const made = model([itself({ inputShape: [1] })], { metrics: ['precision', 'recall', 'auc'] });
    // Of the four pairs of a 1 and a 0, three are in order
    await near(made.evaluate(output, target), [(0.01 + 0.64 + 0.49 + 0.04) / 4, 0.5, 0.5, 0.75]);
  });

  it('labels that are no classes are an error', async () => {
    const made = model([L.dense({ units: 3, inputShape: [1], activation: 'softmax' })], {
      loss: 'sparseCategoricalCrossentropy',
    });
    const x = column(1, 1);
    for (const label of [3, -1, 0.5])
      await expect(made.fit(x, column(0, label), { verbose: 0 })).rejects.toThrow(`the label of example 1 is ${label}`);
  });

  it('names of losses as in Keras', async () => {
    const values: [string, number][] = [['mse', 4], ['mae', 2], ['huber', 1.5], ['mean_squared_error', 4]]; // prettier-ignore
    for (const [loss, value] of values)
      await near(model([itself({ inputShape: [1] })], { loss }).evaluate(column(1), column(3)), [value]);
  });

  it('earlyStopping gives back the best weights, reduceLROnPlateau lowers the rate', async () => {
    const callbacks = tf.callbacks as Any;
    const start = { kernelInitializer: tf.initializers.constant({ value: 0.9 }), inputShape: [1] };
    // Steps that grow: the first epoch's are the best weights
    const made = model([itself(start)], { optimizer: tf.train.sgd(2) });
    const best = callbacks.earlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights: true });
    await made.fit(column(1), column(1), { epochs: 10, verbose: 0, callbacks: best });
    // One step from 0.9: 0.9 + 2 · 2 · 0.1
    await near(made.getWeights(), [1.3]);
    const still = model([itself({ inputShape: [1] })], { optimizer: tf.train.sgd(0.5) });
    const lower = callbacks.reduceLROnPlateau({ monitor: 'loss', factor: 0.1, patience: 1 });
    await still.fit(column(1), column(1), { epochs: 3, verbose: 0, callbacks: lower });
    expect(still.optimizer.learningRate).toBeLessThan(0.5);
  });

  it('functions as metrics keep their names', async () => {
    const metrics = [tf.metrics.meanSquaredError, tf.metrics.binaryAccuracy];
    const { history } = await model([itself({ inputShape: [1] })], { metrics }).fit(column(1), column(1), {
      verbose: 0,
    });
    expect(Object.keys(history)).toEqual(['loss', 'meanSquaredError', 'binaryAccuracy']);
  });
});
