// Training and evaluation as in Keras: weights of losses and examples, masks, regularizers, frozen layers. The right
// values are computed by hand from Keras's definitions.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const tf = library.tf as unknown as typeof import('@tensorflow/tfjs-layers') & typeof import('@tensorflow/tfjs-core');
type Tensor = import('@tensorflow/tfjs-core').Tensor;
// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});
afterAll(() => device.backend.program.stop());

const numbers = (values: Any): number[] => [values].flat().map((value) => (value as Tensor).dataSync()[0]!);
const close = (actual: number[], expected: number[], digits = 5) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value, `number ${i} of ${actual}`).toBeCloseTo(expected[i]!, digits));
};

/** y = w x without a bias, w = 1. */
const line = (options = {}) =>
  tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', useBias: false, ...options })],
  });
/** Two outputs of one input, both 1 · x. */
function fork() {
  const x = tf.input({ shape: [1] });
  const one = (name: string) =>
    tf.layers.dense({ units: 1, kernelInitializer: 'ones', useBias: false, name }).apply(x) as Any;
  return tf.model({ inputs: x, outputs: [one(`a${++forks}`), one(`b${forks}`)] });
}
let forks = 0;

describe('weights of losses', () => {
  const x = () => tf.tensor2d([[1], [1]]);
  const ys = () => [tf.tensor2d([[2], [2]]), tf.tensor2d([[11], [11]])];

  it.each([
    ['a list', [1, 0], 1],
    ['another list', [0.5, 2], 200.5],
    ['none', undefined, 101],
  ])('given as %s', async (_, lossWeights, total) => {
    const model = fork();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError', lossWeights } as Any);
    close(numbers(model.evaluate(x(), ys())), [total, 1, 100]);
    const { history } = await model.fit(x(), ys(), { verbose: 0, validationData: [x(), ys()] as Any });
    expect(Object.values(history).flat()).toEqual([total, 1, 100, total, 1, 100].map((v) => expect.closeTo(v, 4)));
    expect(Object.keys(history)).toContain('val_loss');
    close((await model.trainOnBatch(x(), ys() as Any)) as number[], [total, 1, 100]);
  });

  it('given by the names of outputs, also after saving', async () => {
    const model = fork();
    const [, b] = model.outputNames;
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse', lossWeights: { [b!]: 0 } } as Any);
    close(numbers(model.evaluate(x(), ys())), [1, 1, 100]);
    await model.fit(x(), ys(), { verbose: 0 });
    // Only the first output has learnt: w − 0.1 · 2 (w − 2)
    close(
      model.getWeights().map((w) => w.dataSync()[0]!),
      [1.2, 1],
    );
    let saved: Any;
    await model.save(
      tf.io.withSaveHandler(async (m) => ((saved = m), { modelArtifactsInfo: {} as Any })),
      {
        includeOptimizer: true,
      },
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    close(numbers(loaded.evaluate(x(), ys())), [0.64, 0.64, 100]);
  });

  it.each([
    [[1], /lossWeights has 1 numbers, and the model has 2 outputs/],
    [{ other: 1 }, /there is no option "other"/],
    [[1, NaN], /must be numbers, and has NaN/],
  ])('refuses %j', (lossWeights, message) => {
    expect(() => fork().compile({ optimizer: 'sgd', loss: 'mse', lossWeights } as Any)).toThrow(message);
  });
});

describe('weights of examples', () => {
  const x = () => tf.tensor2d([[1], [1], [1], [1]]);
  const y = () => tf.tensor2d([[1], [2], [3], [4]]);
  // Squared errors 0, 1, 4, 9; Keras divides by the number of examples
  const weights = [1, 1, 2, 0];
  const expected = (0 + 1 + 8 + 0) / 4;

  it.each([
    ['numbers', () => weights],
    ['a typed array', () => Float64Array.from(weights)],
    ['a tensor', () => tf.tensor1d(weights)],
    ['a list for one output', () => [tf.tensor1d(weights)]],
  ])('given as %s, in fit, evaluate, trainOnBatch and validation', async (_, sampleWeight) => {
    const model = line();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse', metrics: ['mae'] });
    close(numbers(model.evaluate(x(), y(), { sampleWeight: sampleWeight() } as Any)), [expected, 1.5]);
    close(numbers(model.evaluate(x(), y(), { sampleWeight: sampleWeight(), batchSize: 3 } as Any)), [expected, 1.5]);
    const { history } = await model.fit(x(), y(), {
      verbose: 0,
      batchSize: 3,
      sampleWeight: sampleWeight(),
      validationData: [x(), y(), sampleWeight()] as Any,
    } as Any);
    close([history['loss']![0] as number, history['val_loss']![0] as number], [expected, expected]);
    close((await (model as Any).trainOnBatch(x(), y(), { sampleWeight: sampleWeight() })) as number[], [expected, 1.5]);
  });

  it('leave no tensor behind', async () => {
    const model = line();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse', metrics: ['precision'] });
    const [a, b] = [x(), y()];
    await model.fit(a, b, { verbose: 0, sampleWeight: weights } as Any);
    const before = tf.memory().numTensors;
    await model.fit(a, b, { verbose: 0, sampleWeight: weights, validationSplit: 0.5, epochs: 2 } as Any);
    await (model as Any).trainOnBatch(a, b, { sampleWeight: weights });
    tf.dispose(model.evaluate(a, b, { sampleWeight: weights } as Any));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('multiply the weights of classes', async () => {
    const model = line();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const labels = tf.tensor2d([[0], [1], [2], [3]]);
    // Squared errors 1, 0, 1, 4
    const { history } = await model.fit(x(), labels, {
      verbose: 0,
      classWeight: { 0: 1, 1: 1, 2: 10, 3: 100 },
      sampleWeight: [1, 1, 1, 0.5],
    } as Any);
    close([history['loss']![0] as number], [(1 + 0 + 10 + 200) / 4]);
  });

  it('are split with the examples', async () => {
    const model = line();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const { history } = await model.fit(x(), y(), {
      verbose: 0,
      sampleWeight: [1, 3, 5, 7],
      validationSplit: 0.5,
    } as Any);
    close([history['loss']![0] as number, history['val_loss']![0] as number], [(0 + 3) / 2, (20 + 63) / 2]);
  });

  it('come in data sets', async () => {
    const model = line();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const batches = () => [
      { xs: tf.tensor2d([[1], [1]]), ys: tf.tensor2d([[1], [2]]), sampleWeight: tf.tensor1d([1, 1]) },
      { xs: tf.tensor2d([[1], [1]]), ys: tf.tensor2d([[3], [4]]), sampleWeight: tf.tensor1d([2, 0]) },
    ];
    const dataset = () => (library.tf.data as Any).generator(() => batches().values());
    const { history } = await model.fitDataset(dataset(), { epochs: 1, verbose: 0, validationData: dataset() });
    close([history['loss']![0] as number, history['val_loss']![0] as number], [expected, expected]);
  });

  it('of sequences weigh all their steps', () => {
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [2, 1] })] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const zeros = tf.zeros([2, 2, 1]);
    const targets = tf.tensor3d([
      [[1], [2]],
      [[3], [4]],
    ]);
    close(numbers(model.evaluate(zeros, targets, { sampleWeight: [1, 0] } as Any)), [(1 + 4) / 4]);
    close(
      numbers(
        model.evaluate(zeros, targets, {
          sampleWeight: tf.tensor2d([
            [1, 0],
            [0, 2],
          ]),
        } as Any),
      ),
      [33 / 4],
    );
  });

  it.each([
    [[1, 2], /sampleWeight has shape \[2\], and must begin with 4/],
    [{ other: [1] }, /sampleWeight names "other"/],
    [[[1], [2]], /is a list of 2, and the model has 1 outputs/],
  ])('refuses %j', (sampleWeight, message) => {
    const model = line();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(() => model.evaluate(x(), y(), { sampleWeight } as Any)).toThrow(message);
  });

  it('are refused for a loss that is one number', async () => {
    const model = line();
    model.compile({ optimizer: 'sgd', loss: tf.losses.meanSquaredError as Any });
    await expect(model.fit(x(), y(), { verbose: 0, sampleWeight: weights } as Any)).rejects.toThrow(
      /one number for the batch/,
    );
  });
});

describe('masks', () => {
  const zeroTo = (value: number) => tf.tensor3d([[[1], [1], [value]]]);
  const make = () =>
    tf.sequential({
      layers: [
        tf.layers.masking({ inputShape: [3, 1] }),
        tf.layers.simpleRNN({
          units: 1,
          returnSequences: true,
          activation: 'linear',
          kernelInitializer: 'ones',
          recurrentInitializer: 'zeros',
        }),
      ],
    });

  it('reach losses and their gradients, metrics, evaluate and validation', async () => {
    const x = tf.tensor3d([[[2], [3], [0]]]);
    const results: number[][] = [];
    for (const padded of [0, 100]) {
      const model = make();
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse', metrics: ['mae', 'binaryAccuracy'] });
      // Errors 1 and 2; the third step is padding
      close(numbers(model.evaluate(x, zeroTo(padded))), [(1 + 4) / 2, 1.5, 1]);
      const { history } = await model.fit(x, zeroTo(padded), { verbose: 0, validationData: [x, zeroTo(padded)] });
      close([history['loss']![0] as number, history['mae']![0] as number], [2.5, 1.5]);
      results.push([...model.getWeights().map((w) => w.dataSync()[0]!), history['val_loss']![0] as number]);
    }
    expect(results[0]).toEqual(results[1]);
    // d/dw of ((2w − 1)² + (3w − 1)²) / 2 at w = 1: 2 · 1 + 3 · 2
    expect(results[0]![0]).toBeCloseTo(1 - 0.1 * 8, 5);
  });

  it('leave padding out of the counts of an epoch', async () => {
    const model = make();
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse', metrics: ['mae', 'precision'] });
    const x = tf.tensor3d([
      [[1], [0], [0]],
      [[1], [1], [1]],
    ]);
    const y = tf.tensor3d([
      [[2], [9], [9]],
      [[1], [1], [0]],
    ]);
    // Errors 1 | 0, 0, 1 without padding; each step counts once, whatever batch it is in
    const { history } = await model.fit(x, y, { verbose: 0, batchSize: 1 });
    close([history['mae']![0] as number, history['precision']![0] as number], [2 / 4, 3 / 4]);
    close(numbers(model.evaluate(x, y, { batchSize: 1 })).slice(1), [2 / 4, 3 / 4]);
  });

  it('go through models within models, and only to what follows', () => {
    const inner = make();
    const a = tf.input({ shape: [3, 1] });
    const outer = tf.model({ inputs: a, outputs: inner.apply(a) as Any });
    outer.compile({ optimizer: 'sgd', loss: 'mse' });
    const x = tf.tensor3d([[[2], [3], [0]]]);
    close(numbers(outer.evaluate(x, zeroTo(100))), [2.5]);
    const before = tf.memory().numTensors;
    tf.dispose(outer.predict(x));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are honored by globalAveragePooling1d', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 4, outputDim: 1, inputLength: 4, maskZero: true }),
        tf.layers.globalAveragePooling1d({}),
      ],
    });
    model.setWeights([tf.tensor2d([[100], [1], [2], [3]])]);
    close(numbers(model.predict(tf.tensor2d([[1, 2, 0, 0]]))), [1.5]);
    model.compile({ optimizer: tf.train.sgd(1), loss: 'mse' });
    await model.fit(tf.tensor2d([[1, 2, 0, 0]]), tf.tensor2d([[1]]), { verbose: 0 });
    // 2 (1.5 − 1) / 2 for each word; nothing for the padding
    close([...model.getWeights()[0]!.dataSync()], [100, 0.5, 1.5, 3]);
  });

  it('that a layer cannot use are reported once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = tf.sequential({
      layers: [tf.layers.masking({ inputShape: [3, 1] }), tf.layers.flatten(), tf.layers.dense({ units: 1 })],
    });
    model.predict(tf.ones([1, 3, 1]));
    model.predict(tf.ones([1, 3, 1]));
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/\(Flatten\) got an input with a mask/),
    ]);
    warn.mockRestore();
  });
});

describe('regularizers', () => {
  it('are in the losses of fit, validation, evaluate and evaluateDataset', async () => {
    const model = line({ kernelRegularizer: tf.regularizers.l2({ l2: 1 }) });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const [x, y] = [tf.ones([3, 1]), tf.ones([3, 1])];
    const { history } = await model.fit(x, y, { verbose: 0, validationData: [x, y] });
    close([history['loss']![0] as number, history['val_loss']![0] as number], [1, 1]);
    close(numbers(model.evaluate(x, y, { batchSize: 2 })), [1]);
    const dataset = (library.tf.data as Any).generator(() => [{ xs: tf.ones([2, 1]), ys: tf.ones([2, 1]) }].values());
    close(numbers(await model.evaluateDataset(dataset, {} as Any)), [1]);
  });

  it('of activities are divided by the batch', async () => {
    const model = line({ activityRegularizer: tf.regularizers.l2({ l2: 0.5 }) });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'mse' });
    const [x, y] = [tf.tensor2d([[1], [2]]), tf.tensor2d([[1], [2]])];
    // 0.5 · (1 + 4) / 2, derivative 0.5 · 2 · (1 + 4) / 2
    close(numbers(model.evaluate(x, y)), [1.25]);
    await model.fit(x, y, { verbose: 0 });
    close(
      model.getWeights().map((w) => w.dataSync()[0]!),
      [0.75],
    );
  });
});

describe('frozen batch normalization', () => {
  const x = () =>
    tf.tensor2d([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  const statistics = (bn: Any) => [...bn.movingMean.read().dataSync(), ...bn.movingVariance.read().dataSync()];

  it('computes as in inference and keeps its statistics', async () => {
    const bn = tf.layers.batchNormalization({ inputShape: [2], epsilon: 0 });
    const model = tf.sequential({ layers: [bn, tf.layers.dense({ units: 2, kernelInitializer: 'identity' })] });
    bn.trainable = false;
    model.compile({ optimizer: tf.train.sgd(0), loss: 'mse' });
    const { history } = await model.fit(x(), x(), { verbose: 0, epochs: 2 });
    close(statistics(bn), [0, 0, 1, 1]);
    close(history['loss'] as number[], [0, 0]);
    close([...(bn.apply(x(), { training: true }) as Tensor).dataSync()], [1, 10, 2, 20, 3, 30]);
  });

  it.each(['sequential', 'model'])('within a frozen %s within another model', async (kind) => {
    const bn = tf.layers.batchNormalization({ inputShape: [2] });
    let inner: Any = tf.sequential({ layers: [bn] });
    if (kind === 'model') {
      const a = tf.input({ shape: [2] });
      inner = tf.model({ inputs: a, outputs: inner.apply(a) });
    }
    inner.trainable = false;
    const model = tf.sequential({ layers: [inner, tf.layers.dense({ units: 2 })] });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x(), x(), { verbose: 0 });
    close(statistics(bn), [0, 0, 1, 1]);
    inner.trainable = true;
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x(), x(), { verbose: 0 });
    expect(statistics(bn)).not.toEqual([0, 0, 1, 1]);
  });
});

describe('layers applied with training', () => {
  const dropping = (kwargs: object) => {
    const a = tf.input({ shape: [1000] });
    return tf.model({ inputs: a, outputs: tf.layers.dropout({ rate: 0.5 }).apply(a, kwargs) as Any });
  };
  const ones = (model: Any) =>
    [...(model.predict(tf.ones([1, 1000])) as Tensor).dataSync()].filter((v) => v === 1).length;
  const zeros = (model: Any) =>
    [...(model.predict(tf.ones([1, 1000])) as Tensor).dataSync()].filter((v) => v === 0).length;

  it('true: are so in predict, also when loaded', async () => {
    const model = dropping({ training: true });
    expect(zeros(model)).toBeGreaterThan(350);
    const loaded = await tf.models.modelFromJSON(model.toJSON(null, false) as Any);
    expect(zeros(loaded)).toBeGreaterThan(350);
    expect(ones(dropping({}))).toBe(1000);
  });

  it('false: are not in fit, nor is a model within', async () => {
    const bn = tf.layers.batchNormalization({ inputShape: [2] });
    const inner = tf.sequential({ layers: [bn] });
    const a = tf.input({ shape: [2] });
    const b = inner.apply(a, { training: false }) as Any;
    const model = tf.model({ inputs: a, outputs: tf.layers.dense({ units: 1 }).apply(b) as Any });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(tf.ones([4, 2]).mul(5), tf.ones([4, 1]), { verbose: 0 });
    close([...(bn as Any).movingMean.read().dataSync()], [0, 0]);
  });
});

describe('layers with several outputs', () => {
  it('are computed once', async () => {
    const bn = tf.layers.batchNormalization({ momentum: 0 });
    const a = tf.input({ shape: [3, 2] });
    const shared = bn.apply(a) as Any;
    const [sequence, , cell] = tf.layers.lstm({ units: 2, returnState: true }).apply(shared) as Any;
    const inner = tf.model({ inputs: a, outputs: [sequence, cell] });
    let calls = 0;
    const lstm = inner.layers.find((layer) => layer.getClassName() === 'LSTM') as Any;
    lstm.setCallHook(() => calls++);
    const call = lstm.call;
    lstm.call = function (...args: Any[]) {
      calls++;
      return call.apply(this, args);
    };
    inner.predict(tf.ones([1, 3, 2]));
    expect(calls).toBe(1);
  });
});

describe('sparse labels', () => {
  const model = () => {
    const made = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
    made.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    return made;
  };
  const x = () => tf.ones([4, 2]);
  const bad = /label of example 3 is 5, and the model has 3 classes: labels must be integers from 0 to 2/;

  it('that are no classes are errors before the first step', async () => {
    const made = model();
    const before = made.getWeights().map((w) => [...w.dataSync()]);
    const labels = tf.tensor1d([0, 1, 2, 5]);
    await expect(made.fit(x(), labels, { verbose: 0, batchSize: 2 })).rejects.toThrow(bad);
    expect(made.getWeights().map((w) => [...w.dataSync()])).toEqual(before);
    expect(() => made.evaluate(x(), labels)).toThrow(bad);
    await expect(made.trainOnBatch(x(), labels)).rejects.toThrow(bad);
    await expect(
      made.fit(x(), tf.tensor1d([0, 1, 2, 0]), { verbose: 0, validationData: [x(), labels] }),
    ).rejects.toThrow(bad);
    await expect(made.fit(x(), tf.tensor1d([1, 2, 3, 1]), { verbose: 0 })).rejects.toThrow(/begin at 1/);
    await expect(made.fit(x(), tf.tensor1d([0, NaN, 1, 1]), { verbose: 0 })).rejects.toThrow(/example 1 is NaN/);
    await expect(made.fit(x(), tf.tensor1d([0, -1, 1, 1], 'int32'), { verbose: 0 })).rejects.toThrow(/example 1 is -1/);
    await expect(made.fit(x(), tf.tensor1d([0, 1, 2, 0]), { verbose: 0 })).resolves.toBeDefined();
  });

  it('are NaN on devices whose values must be awaited', async () => {
    tf.copyRegisteredKernels('cpu', 'far');
    tf.registerBackend('far', () => device.backend);
    await tf.setBackend('far');
    try {
      const [loss] = numbers(model().evaluate(tf.ones([4, 2]), tf.tensor1d([0, 1, 2, 5])));
      expect(loss).toBeNaN();
      const [right] = numbers(model().evaluate(tf.ones([4, 2]), tf.tensor1d([0, 1, 2, 2])));
      expect(right).toBeGreaterThan(0);
    } finally {
      await tf.setBackend('cpu');
    }
  });
});
