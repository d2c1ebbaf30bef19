// Layers and losses that run on op kernels of the device `cpu`, against the same layers and losses on TensorFlow.js's
// own op kernels, in the library as the kernel loads it.
import type * as tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../kernel/tensors/backends/cpu/index.ts';
// The library has these in its layers only; this copy shares the engine of the built one
import { batchNormTrain, layerNorm } from '../../../../kernel/tensors/fused/normalization.ts';
import { dist } from '../../../paths.ts';

let seed = 1;
/** A number in [0, 1), the same in every run. */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}
const floats = (n: number, scale = 1) => new Float32Array(n).map(() => scale * (2 * random() - 1));
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Number.isNaN(a) && Number.isNaN(e)) continue;
    if (!(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))))
      expect.fail(`${what}: element ${i} is ${a}, not ${e}`);
  }
}

/** The library as the kernel loads it. */
type Library = typeof import('../../../../kernel/tensors/index.ts');

describe('layers on op kernels, against the same layers on the stock backend', () => {
  const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
  const { tf: all } = library;
  let device: CpuDevice;
  beforeAll(async () => {
    all.copyRegisteredKernels('cpu', 'stock');
    all.registerBackend('stock', all.findBackendFactory('cpu'));
    device = await library.startCpu({ dist, threads: 2 });
  });
  afterAll(() => device.backend.program.stop());

  type Layers = () => Parameters<typeof all.sequential>[0];

  /**
   * Three steps of training with batches that the model has not seen, and a prediction: everything that it has learnt.
   */
  async function train(backend: string, make: Layers, loss: string | typeof all.losses.softmaxCrossEntropy) {
    await all.setBackend(backend);
    seed = 7;
    const model = all.sequential(make());
    const random = (shape: number[], scale = 1) => all.tensor(floats(sizeOf(shape), scale), shape);
    model.setWeights(
      model.weights.map((w) => {
        const shape = w.shape as number[];
        return w.originalName.includes('variance') ? all.ones(shape) : random(shape, 0.5);
      }),
    );
    model.compile({ optimizer: all.train.sgd(0.1), loss });
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const classes = model.outputs[0]!.shape.at(-1)!;
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const labels = all.oneHot(
        all.tensor1d(
          Int32Array.from(floats(8), (v) => Math.abs(v) * classes),
          'int32',
        ),
        classes,
      );
      losses.push((await model.trainOnBatch(random([8, ...shape], 2).add(1), labels.cast('float32'))) as number);
    }
    const predicted = (model.predict(random([3, ...shape], 2)) as tf.Tensor).dataSync();
    return { losses, predicted, weights: model.getWeights().map((w) => w.dataSync()) };
  }

  const { layers } = all;
  const activation = 'softmax';
  const models: Record<string, Layers> = {
    'batch normalization of rows': () => ({
      layers: [
        layers.dense({ units: 10, inputShape: [5] }),
        layers.batchNormalization({}),
        layers.dense({ units: 3, activation }),
      ],
    }),
    'batch normalization of images': () => ({
      layers: [
        layers.conv2d({ filters: 6, kernelSize: 3, inputShape: [8, 7, 2] }),
        layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }),
        layers.reLU(),
        layers.globalAveragePooling2d({}),
        layers.batchNormalization({ axis: 1, center: false }),
        layers.dense({ units: 4, activation }),
      ],
    }),
    'batch normalization of sequences, also over other axes': () => ({
      layers: [
        layers.batchNormalization({ axis: 2, inputShape: [6, 3] }),
        // TensorFlow.js itself throws where these are trained
        layers.batchNormalization({ axis: 1 }),
        layers.batchNormalization({ scale: false }),
        layers.flatten(),
        layers.dense({ units: 3, activation }),
      ],
    }),
    'layer normalization': () => ({
      layers: [
        layers.dense({ units: 7, inputShape: [4, 5] }),
        layers.layerNormalization({}),
        layers.layerNormalization({ axis: -1, scale: false, epsilon: 1e-5 }),
        layers.layerNormalization({ center: false }),
        layers.layerNormalization({ axis: [1, 2] }),
        layers.flatten(),
        layers.dense({ units: 3, activation }),
      ],
    }),
  };

  it.each(Object.keys(models))('%s: losses, weights and moving averages are equal', async (name) => {
    const expected = await train('stock', models[name]!, 'categoricalCrossentropy');
    const actual = await train('cpu', models[name]!, 'categoricalCrossentropy');
    close(actual.losses, expected.losses, 1e-5, 'losses');
    actual.weights.forEach((w, i) => close(w, expected.weights[i]!, 2e-5, `weight ${i}`));
    close(actual.predicted, expected.predicted, 2e-5, 'prediction');
  });

  it.each(['linear', 'logSoftmax'] as const)('softmaxCrossEntropy after %s', async (activation) => {
    const make: Layers = () => ({
      layers: [layers.dense({ units: 5, inputShape: [4], activation: activation as 'linear' })],
    });
    const expected = await train('stock', make, all.losses.softmaxCrossEntropy);
    const actual = await train('cpu', make, all.losses.softmaxCrossEntropy);
    close(actual.losses, expected.losses, 1e-5, 'losses');
    actual.weights.forEach((w, i) => close(w, expected.weights[i]!, 1e-5, `weight ${i}`));
  });

  it('keeps all of softmaxCrossEntropy: weights, smoothing, reductions, ranks', async () => {
    const { Reduction } = all;
    const evaluate = async (backend: string) => {
      await all.setBackend(backend);
      seed = 3;
      const results: ArrayLike<number>[] = [];
      for (const shape of [[6, 4], [2, 3, 5], [4]])
        for (const weighted of [false, true])
          for (const smoothing of [0, 0.3])
            for (const reduction of [Reduction.NONE, Reduction.SUM, Reduction.MEAN, Reduction.SUM_BY_NONZERO_WEIGHTS]) {
              const logits = all.tensor(floats(sizeOf(shape), 5), shape);
              const labels = all.tensor(floats(sizeOf(shape)).map(Math.abs), shape);
              const rows = shape.slice(0, -1);
              const weights = weighted
                ? all.tensor(
                    floats(sizeOf(rows)).map((v) => (v > 0 ? v : 0)),
                    rows,
                  )
                : undefined;
              const f = (x: tf.Tensor, l: tf.Tensor) =>
                all.losses.softmaxCrossEntropy(l, x, weights, smoothing, reduction).mul(0.5).sum() as tf.Scalar;
              const { value, grads } = all.valueAndGrads(f as never)([logits, labels]);
              results.push(value.dataSync(), ...grads.map((g) => g.dataSync()));
            }
      return results;
    };
    const expected = await evaluate('stock');
    (await evaluate('cpu')).forEach((values, i) => close(values, expected[i]!, 2e-5, `result ${i}`));
    // without smoothing the values are those of TensorFlow.js
    const [labels, logits] = [
      all.tensor2d([
        [0, 1, 0],
        [1, 0, 0],
      ]),
      all.tensor2d([
        [1, 2, 3],
        [4, -5, 6],
      ]),
    ];
    const stock = (all.neg(all.sum(all.mul(labels, all.log(all.softmax(logits))), 1)) as tf.Tensor).mean();
    close(all.losses.softmaxCrossEntropy(labels, logits).dataSync(), stock.dataSync(), 1e-6, 'mean');
    expect(() => all.losses.softmaxCrossEntropy(labels, all.zeros([2, 4]))).toThrow('Shapes 2,3 and 2,4 must match');
  });

  it('takes the numbers of classes as labels', async () => {
    for (const backend of ['stock', 'cpu']) {
      await all.setBackend(backend);
      seed = 5;
      const logits = all.tensor(floats(30, 5), [2, 3, 5]);
      const labels = all.tensor2d(
        [
          [0, 4, 2],
          [1, 1, 3],
        ],
        [2, 3],
        'int32',
      );
      const [sparse, dense] = [
        all.valueAndGrad((x) => all.losses.sparseSoftmaxCrossEntropy(labels, x))(logits),
        all.valueAndGrad((x) => all.losses.softmaxCrossEntropy(all.oneHot(labels, 5), x))(logits),
      ];
      close(sparse.value.dataSync(), dense.value.dataSync(), 1e-6, backend);
      close(sparse.grad.dataSync(), dense.grad.dataSync(), 1e-6, backend);
      expect(() => all.losses.sparseSoftmaxCrossEntropy([1, 2], logits)).toThrow('labels are [2], and must be [2,3]');
    }
  });

  it('has second derivatives, equal to those of composed ops', async () => {
    seed = 11;
    const [a, b] = [floats(12), floats(12)];
    const labels = floats(12).map(Math.abs);
    const functions: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      softmax: (x) => all.softmax(x),
      logSoftmax: (x) => all.logSoftmax(x),
      method: (x) => x.logSoftmax(),
      crossEntropy: (x) => all.losses.softmaxCrossEntropy(all.tensor(labels, [3, 4]), x, undefined, 0.1),
      ofLabels: (x) => all.losses.softmaxCrossEntropy(all.square(x), x),
      sparse: (x) => all.losses.sparseSoftmaxCrossEntropy([1, 0, 3], x),
      layerNorm: (x) => layerNorm(x, all.sin(all.slice(x, 0, 1).reshape([4])), all.ones([4])),
      batchNorm: (x) => {
        const [y, mean, variance] = batchNormTrain(x, all.sin(all.slice(x, 0, 1).reshape([4])));
        return y.mul(mean.square()).add(variance.exp());
      },
      sum: (x) =>
        x
          .square()
          .sum(0)
          .square()
          .add(x.mean([0, 1]).exp()),
    };
    for (const [name, f] of Object.entries(functions)) {
      const evaluate = async (backend: string) => {
        await all.setBackend(backend);
        const [x, v] = [all.tensor(a, [3, 4]), all.tensor(b, [3, 4])];
        const first = all.grad((t) => f(t).square().sum());
        const second = all.grad((t) => first(t).mul(v).sum());
        return [f(x).dataSync(), first(x).dataSync(), second(x).dataSync()];
      };
      const expected = await evaluate('stock');
      (await evaluate('cpu')).forEach((values, i) => close(values, expected[i]!, 2e-4, `${name}, derivative ${i}`));
    }
  });

  it('leaves nothing behind', async () => {
    await all.setBackend('cpu');
    const x = all.randomNormal([4, 6]);
    const before = [all.memory().numTensors, device.backend.numDataIds()];
    all.tidy(() => {
      const f = (t: tf.Tensor) => all.losses.softmaxCrossEntropy(all.softmax(t), layerNorm(batchNormTrain(t)[0]));
      all.grad(f)(x);
    });
    expect([all.memory().numTensors, device.backend.numDataIds()]).toEqual(before);
    x.dispose();
  });
});
