// The works in TensorFlow.js, written as users write them: layer models trained by `trainOnBatch`, and plain ops with
// an optimizer. The parameter `tf` is the implementation of TensorFlow.js to measure.
import type * as tfjs from '@tensorflow/tfjs';
import { sizeOf } from '../../../kernel/dlnb/shape.ts';
import type { Prepared } from './serve.ts';
import { batchOf, orderOf } from './works.mts';

export type TF = typeof tfjs;
type Tensor = tfjs.Tensor;

/** Ops that TensorFlow.js lacks, which an implementation may provide. */
export interface Ops {
  /** Normalizes over the last axis, then scales and shifts by `gamma` and `beta`, `[channels]` each. */
  layerNorm(x: Tensor, gamma: Tensor, beta: Tensor): Tensor;
  /** Mean cross-entropy of a batch: one-hot `labels` and `logits`, `[batch, classes]` each. */
  softmaxCrossEntropy(labels: Tensor, logits: Tensor): tfjs.Scalar;
}

/** The ops composed of TensorFlow.js's ops. */
export const composedOps = (tf: TF): Ops => ({
  layerNorm(x, gamma, beta) {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(gamma).add(beta);
  },
  softmaxCrossEntropy: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
});

/** A work. `once` is a step that returns the loss as a new tensor on the device. */
export type Trained = Pick<Prepared, 'parameters' | 'step'> & { once: () => Tensor };

/** Reads a number. Returns a promise on devices that cannot be read synchronously. */
export type Read = (x: Tensor) => number | Promise<number>;
const readNow: Read = (x) => x.dataSync()[0]!;

/** Builds the work of that name. */
export async function prepareTf(tf: TF, work: string, ops = composedOps(tf), read = readNow): Promise<Trained> {
  if (work.startsWith('matmul ')) return matmul(tf, orderOf(work), read);
  if (work === 'XOR') return xor(tf, read);
  if (work.startsWith('Transformer')) return transformer(tf, ops, batchOf(work), read);
  return classifier(tf, models(tf)[work.split(',')[0]!]!(), batchOf(work));
}

async function matmul(tf: TF, n: number, read: Read): Promise<Trained> {
  const a = tf.randomUniform([n, n], 0, 1, 'float32', 1);
  const b = tf.randomUniform([n, n], 0, 1, 'float32', 2);
  const once = () => tf.tidy(() => a.matMul(b).slice([n - 1, n - 1], [1, 1]));
  const step = reading(once, read);
  const row = await a.slice([n - 1, 0], [1, n]).data<'float32'>();
  const column = await b.slice([0, n - 1], [n, 1]).data<'float32'>();
  const right = row.reduce((sum, x, i) => sum + x * column[i]!, 0);
  const got = await step();
  if (!(Math.abs(got - right) < 1e-4 * right)) throw new Error(`a wrong product: ${got}, not ${right}`);
  return { parameters: 0, step, once };
}

/** A step that reads the number and disposes of its tensor. */
export function reading(once: () => Tensor, read: Read): () => number | Promise<number> {
  return () => {
    const value = once();
    const number = read(value);
    if (typeof number === 'number') value.dispose();
    else return number.finally(() => value.dispose());
    return number;
  };
}

/** The layer models, each of examples → class probabilities `[batch, 10]`. */
function models(tf: TF): Record<string, () => tfjs.LayersModel> {
  const { layers } = tf;
  return {
    MLP: () =>
      tf.sequential({
        layers: [
          layers.dense({ units: 256, activation: 'relu', inputShape: [784] }),
          layers.dense({ units: 128, activation: 'relu' }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    CNN: () =>
      tf.sequential({
        layers: [
          layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    // LeCun et al. 1998 as it is built today: full second convolution, plain average pooling, softmax at the end
    'LeNet-5': () =>
      tf.sequential({
        layers: [
          layers.conv2d({
            filters: 6,
            kernelSize: 5,
            padding: 'same',
            activation: 'tanh',
            inputShape: [28, 28, 1],
          }),
          layers.averagePooling2d({ poolSize: 2 }),
          layers.conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
          layers.averagePooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 120, activation: 'tanh' }),
          layers.dense({ units: 84, activation: 'tanh' }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    'ResNet-20': () => resNet20(tf),
    LSTM: () =>
      tf.sequential({
        layers: [
          layers.lstm({
            units: 128,
            inputShape: [32, 128],
            // No other library has 'hardSigmoid' as the default
            recurrentActivation: 'sigmoid',
            recurrentInitializer: 'glorotUniform',
          }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    // With the reset gate after the product, as in PyTorch; TensorFlow.js's own devices have it before and refuse this
    GRU: () =>
      tf.sequential({
        layers: [
          layers.gru({
            units: 128,
            inputShape: [32, 128],
            resetAfter: true,
            recurrentActivation: 'sigmoid',
            recurrentInitializer: 'glorotUniform',
          } as never),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
  };
}

/** The residual network of He et al. 2015 for 32×32 images. Shortcuts are 1×1 convolutions where the shape changes. */
function resNet20(tf: TF): tfjs.LayersModel {
  const { layers } = tf;
  const convolve = (x: tfjs.SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
    const convolved = layers
      .conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false, kernelInitializer: 'heNormal' })
      .apply(x);
    return layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(convolved) as tfjs.SymbolicTensor;
  };
  const relu = (x: tfjs.SymbolicTensor) => layers.activation({ activation: 'relu' }).apply(x) as tfjs.SymbolicTensor;
  const residual = (x: tfjs.SymbolicTensor, filters: number, strides: number) => {
    const h = convolve(relu(convolve(x, filters, 3, strides)), filters, 3, 1);
    const shortcut = strides === 1 ? x : convolve(x, filters, 1, strides);
    return relu(layers.add().apply([h, shortcut]) as tfjs.SymbolicTensor);
  };
  const input = tf.input({ shape: [32, 32, 3] });
  let x = relu(convolve(input, 16, 3, 1));
  for (const filters of [16, 32, 64]) {
    for (let block = 0; block < 3; block++) x = residual(x, filters, filters > 16 && block === 0 ? 2 : 1);
  }
  const pooled = layers.globalAveragePooling2d({}).apply(x);
  const output = layers.dense({ units: 10, activation: 'softmax' }).apply(pooled) as tfjs.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output });
}

function classifier(tf: TF, net: tfjs.LayersModel, batch: number): Trained {
  net.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  const shape = net.inputs[0]!.shape.slice(1) as number[];
  const x = tf.randomUniform([batch, ...shape], 0, 1, 'float32', 1);
  const y = someLabels(tf, batch);
  const parameters = net.trainableWeights.reduce((sum, w) => sum + sizeOf(w.shape as number[]), 0);
  // Like `trainOnBatch` before it reads the loss, but without the replay that our library adds around it. A sequential
  // model keeps its loss in an inner model
  type Losses = { lossFunctions: ((labels: Tensor, output: Tensor) => Tensor)[] };
  const { model = net } = net as unknown as { model?: Losses };
  const [loss] = (model as Losses).lossFunctions;
  const variables = net.trainableWeights.map((w) => w.read() as tfjs.Variable);
  const forward = () => loss!(y, net.apply(x, { training: true }) as Tensor).mean() as tfjs.Scalar;
  const once = () => net.optimizer.minimize(forward, true, variables)!;
  return { parameters, step: async () => (await net.trainOnBatch(x, y)) as number, once };
}

/** One-hot labels `[batch, 10]` that cycle through the classes. */
function someLabels(tf: TF, batch: number): Tensor {
  const classes = Array.from({ length: batch }, (_, i) => i % 10);
  return tf.oneHot(tf.tensor1d(classes, 'int32'), 10).cast('float32');
}

/**
 * The encoder block of Vaswani et al. 2017, normalized after each addition, on `[batch, 64, 128]`: attention with 4
 * heads, a feed-forward network of 512 units, and a classifier on the mean over time.
 */
function transformer(tf: TF, ops: Ops, batch: number, read: Read): Trained {
  const [time, width, heads, inner, classes] = [64, 128, 4, 512, 10] as const;
  let seed = 1;
  const matrix = (rows: number, columns: number) => {
    const limit = Math.sqrt(6 / (rows + columns)); // Glorot and Bengio 2010
    return tf.variable(tf.randomUniform([rows, columns], -limit, limit, 'float32', seed++));
  };
  const zeros = (n: number) => tf.variable(tf.zeros([n]));
  const ones = (n: number) => tf.variable(tf.ones([n]));
  const w = {
    ...{ qkv: matrix(width, 3 * width), qkvBias: zeros(3 * width), out: matrix(width, width), outBias: zeros(width) },
    ...{ gamma1: ones(width), beta1: zeros(width), gamma2: ones(width), beta2: zeros(width) },
    ...{ up: matrix(width, inner), upBias: zeros(inner), down: matrix(inner, width), downBias: zeros(width) },
    ...{ head: matrix(width, classes), headBias: zeros(classes) },
  };
  const x = tf.randomUniform([batch, time, width], 0, 1, 'float32', 1);
  const y = someLabels(tf, batch);

  const attention = (rows: Tensor) => {
    const projected = rows.matMul(w.qkv).add(w.qkvBias);
    // [3, batch, heads, time, width / heads]
    const split = projected.reshape([batch, time, 3, heads, width / heads]).transpose([2, 0, 3, 1, 4]);
    const [q, k, v] = tf.unstack(split) as [Tensor, Tensor, Tensor];
    const weights = tf.softmax(tf.matMul(q, k, false, true).mul(Math.sqrt(heads / width)));
    const mixed = tf
      .matMul(weights, v)
      .transpose([0, 2, 1, 3])
      .reshape([batch * time, width]);
    return mixed.matMul(w.out).add(w.outBias);
  };
  const feedForward = (rows: Tensor) => rows.matMul(w.up).add(w.upBias).relu().matMul(w.down).add(w.downBias) as Tensor;
  const loss = () => {
    const rows = x.reshape([batch * time, width]);
    const attended = ops.layerNorm(rows.add(attention(rows)), w.gamma1, w.beta1);
    const encoded = ops.layerNorm(attended.add(feedForward(attended)), w.gamma2, w.beta2);
    const mean = encoded.reshape([batch, time, width]).mean(1);
    return ops.softmaxCrossEntropy(y, mean.matMul(w.head).add(w.headBias));
  };
  return minimizing(tf, loss, Object.values(w), read);
}

/** Two inputs, four hidden units, one output, on the four cases of exclusive or. */
function xor(tf: TF, read: Read): Trained {
  const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const y = tf.tensor2d([0, 1, 1, 0], [4, 1]);
  const w1 = tf.variable(tf.randomNormal([2, 4], 0, 1, 'float32', 1));
  const b1 = tf.variable(tf.zeros([4]));
  const w2 = tf.variable(tf.randomNormal([4, 1], 0, 1, 'float32', 2));
  const b2 = tf.variable(tf.zeros([1]));
  const output = () => x.matMul(w1).add(b1).tanh().matMul(w2).add(b2).sigmoid();
  const loss = () => output().sub(y).square().mean() as tfjs.Scalar;
  return minimizing(tf, loss, [w1, b1, w2, b2], read);
}

function minimizing(tf: TF, loss: () => tfjs.Scalar, variables: tfjs.Variable[], read: Read): Trained {
  const optimizer = tf.train.adam(1e-3);
  const once = () => optimizer.minimize(loss, true)!;
  return { parameters: variables.reduce((sum, v) => sum + v.size, 0), step: reading(once, read), once };
}
