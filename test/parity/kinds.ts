// The functions of the parity cases in TensorFlow.js; make.py has the same in PyTorch. Each takes the options of the
// case and its inputs, as variables, and returns the function whose value and gradients are compared.
import type { layers, Tensor, Variable } from '@tensorflow/tfjs';

export type TF = typeof import('@tensorflow/tfjs');
type Layer = layers.Layer;

export interface Options {
  stride: number;
  pad: 'same' | 'valid';
  dilation: number;
  size: number & [number, number];
  groups: number;
  op: string;
  axis: number;
  reverse?: boolean;
  gate?: 'hardSigmoid';
  sequences?: boolean;
  backwards?: boolean;
  mask?: boolean;
  causal: boolean;
  k: number;
  ta?: boolean;
  tb?: boolean;
  equation: string;
  align: boolean;
  pads: [number, number];
  smoothing?: number;
}

export interface Kind {
  f: () => Tensor;
  /** The variables to differentiate by, in the order of the inputs, where they are not the inputs themselves. */
  variables?: Variable[];
}

// Tables over many ranks and layers: the compiler cannot know which ranks belong together
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type X = any;
type Make = (tf: TF, o: Options, ...x: X[]) => Kind;

/** A layer whose weights are the inputs after the first; layers own their variables. */
function layer(l: Layer, [x, ...weights]: X[], call: Record<string, unknown> = {}): Kind {
  const f = () => l.apply(x, call) as Tensor;
  f().dispose();
  l.setWeights(weights);
  const own = l.weights.map((w) => (w as unknown as { val: Variable }).val);
  return { f, variables: [x, ...own] };
}

const plain =
  (f: (tf: TF, o: Options, ...x: X[]) => Tensor): Make =>
  (tf, o, ...x) => ({ f: () => f(tf, o, ...x) });

function recurrent(name: 'simpleRNN' | 'lstm' | 'gru'): Make {
  return (tf, o, x, ...weights: X[]) => {
    const rnn = tf.layers[name]({
      units: weights[1].shape[0],
      returnSequences: o.sequences ?? false,
      goBackwards: o.backwards ?? false,
      ...(name === 'simpleRNN' ? {} : { recurrentActivation: o.gate ?? 'sigmoid' }),
    } as never);
    const kind = layer(rnn, [x, ...weights]);
    if (!o.mask) return kind;
    const masking = tf.layers.masking({ maskValue: 0 });
    const f = () => {
      const mask = masking.computeMask(x) as Tensor;
      return rnn.call(masking.apply(x) as never, { mask }) as Tensor;
    };
    return { ...kind, f };
  };
}

const elementwise: Record<string, (tf: TF, x: Tensor) => Tensor> = {
  acos: (tf, x) => tf.acos(x.mul(0.1)),
  acosh: (tf, x) => tf.acosh(x.abs().add(1.5)),
  asin: (tf, x) => tf.asin(x.mul(0.1)),
  atanh: (tf, x) => tf.atanh(x.mul(0.1)),
  leakyRelu: (tf, x) => tf.leakyRelu(x, 0.2),
  log: (tf, x) => tf.log(x.abs()),
  log1p: (tf, x) => tf.log1p(x.abs()),
  rsqrt: (tf, x) => tf.rsqrt(x.abs()),
  sqrt: (tf, x) => tf.sqrt(x.abs()),
  gelu: (tf, x) => x.mul(tf.erf(x.div(Math.SQRT2)).add(1)).mul(0.5),
};

const binary: Record<string, (tf: TF, a: Tensor, b: Tensor) => Tensor> = {
  div: (tf, a, b) => tf.div(a, b.abs().add(0.5)),
  pow: (tf, a, b) => tf.pow(a.abs().add(0.2), b),
};

/** `tf[name]`, for names that a table has. */
const named = (from: unknown, name: string) => (from as Record<string, (...args: unknown[]) => Tensor>)[name]!;

export const kinds: Record<string, Make> = {
  conv1d: plain((tf, o, x, w) => tf.conv1d(x, w, o.stride, o.pad, 'NWC', o.dilation)),
  conv2d: plain((tf, o, x, w) => tf.conv2d(x, w, o.stride, o.pad, 'NHWC', o.dilation)),
  conv3d: plain((tf, o, x, w) => tf.conv3d(x, w, o.stride, o.pad)),
  depthwise: plain((tf, o, x, w) => tf.depthwiseConv2d(x, w, o.stride, o.pad, 'NHWC', o.dilation)),
  separable: plain((tf, o, x, w, p) => tf.separableConv2d(x, w, p, o.stride, o.pad)),
  transposed: plain((tf, o, x, w) => {
    const [n, h, v] = x.shape as [number, number, number];
    const side = (d: number) => (o.pad === 'same' ? d * o.stride : (d - 1) * o.stride + w.shape[0]);
    return tf.conv2dTranspose(x, w, [n, side(h), side(v), w.shape[2]], o.stride, o.pad);
  }),
  maxPool: plain((tf, o, x) => tf.maxPool(x, o.size, o.stride, o.pad)),
  avgPool: plain((tf, o, x) => tf.avgPool(x, o.size, o.stride, o.pad)),
  maxPool3d: plain((tf, o, x) => tf.maxPool3d(x, o.size as number, o.stride, o.pad)),
  avgPool3d: plain((tf, o, x) => tf.avgPool3d(x, o.size as number, o.stride, o.pad)),
  batchNormTrain: (tf, _, x, gamma, beta) => {
    const l = tf.layers.batchNormalization({ epsilon: 1e-3 });
    const f = () => l.apply(x, { training: true }) as Tensor;
    f().dispose();
    const all = l.getWeights();
    l.setWeights([gamma, beta, all[2]!, all[3]!]);
    const own = l.trainableWeights.map((w) => (w as unknown as { val: Variable }).val);
    return { f, variables: [x, ...own] };
  },
  batchNorm: plain((tf, _, x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale, 1e-3)),
  layerNorm: (tf, _, ...x) => layer(tf.layers.layerNormalization({ epsilon: 1e-3 }), x),
  groupNorm: plain((tf, o, x, gamma, beta) => {
    const [n, h, w, c] = x.shape as [number, number, number, number];
    const groups = x.reshape([n, h * w, o.groups, c / o.groups]);
    const { mean, variance } = tf.moments(groups, [1, 3], true);
    return groups.sub(mean).div(variance.add(1e-5).sqrt()).reshape(x.shape).mul(gamma).add(beta);
  }),
  simpleRNN: recurrent('simpleRNN'),
  lstm: recurrent('lstm'),
  gru: recurrent('gru'),
  torchLstm: (tf, o, ...x) => recurrent('lstm')(tf, { ...o, sequences: true }, ...x),
  bidirectional: (tf, o, x, ...w) => {
    const lstm = tf.layers.lstm({
      units: w[1].shape[0],
      returnSequences: o.sequences ?? false,
      recurrentActivation: 'sigmoid',
    });
    return layer(tf.layers.bidirectional({ layer: lstm as never, mergeMode: 'concat' }), [x, ...w]);
  },
  attention: plain((tf, o, q, k, v) => {
    let scores = tf.matMul(q, k, false, true).div(Math.sqrt(q.shape.at(-1)));
    if (o.causal) {
      const n = q.shape.at(-2);
      scores = scores.add(tf.sub(1, tf.linalg.bandPart(tf.ones([n, n]), -1, 0)).mul(-1e9));
    }
    return tf.matMul(tf.softmax(scores), v);
  }),
  embedding: (tf, _, w, ids) => {
    const l = tf.layers.embedding({ inputDim: w.shape[0], outputDim: w.shape[1] });
    const f = () => l.apply(ids) as Tensor;
    f().dispose();
    l.setWeights([w]);
    return { f, variables: l.weights.map((v) => (v as unknown as { val: Variable }).val) };
  },
  gather: plain((tf, o, x, ids) => tf.gather(x, ids, o.axis)),
  elementwise: plain((tf, o, x) => (elementwise[o.op] ? elementwise[o.op]!(tf, x) : named(tf, o.op)(x))),
  binary: plain((tf, o, a, b) => (binary[o.op] ? binary[o.op]!(tf, a, b) : named(tf, o.op)(a, b))),
  reduction: plain((tf, o, x) =>
    o.op === 'variance'
      ? tf.moments(x, o.axis).variance
      : o.op === 'euclideanNorm'
        ? tf.norm(x, 'euclidean', o.axis)
        : named(tf, o.op)(x, o.axis),
  ),
  scan: plain((tf, o, x) => named(tf, o.op)(x, o.axis, false, o.reverse ?? false)),
  softmax: plain((tf, _, x) => tf.softmax(x)),
  logSoftmax: plain((tf, _, x) => tf.logSoftmax(x)),
  topk: plain((tf, o, x) => tf.topk(x, o.k).values),
  matMul: plain((tf, o, a, b) => tf.matMul(a, b, o.ta, o.tb)),
  einsum: plain((tf, o, a, b) => tf.einsum(o.equation, a, b)),
  resize: plain((tf, o, x) => tf.image.resizeBilinear(x, o.size, o.align, !o.align)),
  nearest: plain((tf, o, x) => tf.image.resizeNearestNeighbor(x, o.size)),
  mirror: plain((tf, o, x) => tf.mirrorPad(x, [[0, 0], [0, 0], o.pads], 'reflect')),
  spectrum: plain((tf, _, x) => {
    const z = tf.spectral.rfft(x);
    return tf.real(z).square().add(tf.imag(z).square());
  }),
  fft: plain((tf, _, x, y) => {
    const z = tf.spectral.fft(tf.complex(x, y));
    return tf.concat([tf.real(z), tf.imag(z)], -1);
  }),
  loss: plain((tf, o, t, p) => {
    const mean = 3; // SUM_BY_NONZERO_WEIGHTS
    switch (o.op) {
      case 'softmaxCrossEntropy':
      case 'sigmoidCrossEntropy':
        return named(tf.losses, o.op)(t, p, undefined, o.smoothing ?? 0, mean);
      case 'cosineDistance':
        return tf.losses.cosineDistance(t, p, -1);
      case 'huberLoss':
        return tf.losses.huberLoss(t, p, undefined, 0.5);
      default:
        return named(tf.losses, o.op)(t, p);
    }
  }),
  kerasLoss: plain((tf, o, t, p) => named(tf.metrics, o.op)(t, p)),
};

type Optimizer = import('@tensorflow/tfjs').Optimizer;
/** The optimizers of make.py, with the same options. */
export const optimizers: Record<string, (tf: TF) => Optimizer> = {
  sgd: (tf) => tf.train.sgd(0.1),
  momentum: (tf) => tf.train.momentum(0.05, 0.9),
  nesterov: (tf) => tf.train.momentum(0.05, 0.9, true),
  adagrad: (tf) => tf.train.adagrad(0.1, 0.1),
  adadelta: (tf) => tf.train.adadelta(1, 0.95, 1e-6),
  adam: (tf) => tf.train.adam(0.01, 0.9, 0.999, 1e-7),
  adamw: (tf) => ours(tf).adamw(0.01, 0.9, 0.999, 1e-7, 0.01),
  adamax: (tf) => tf.train.adamax(0.01, 0.9, 0.999, 1e-7),
  lion: (tf) => ours(tf).lion(0.005),
  rmsprop: (tf) => tf.train.rmsprop(0.01, 0.9, 0, 1e-7),
  'rmsprop momentum': (tf) => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7),
  'rmsprop centered': (tf) => tf.train.rmsprop(0.01, 0.9, 0, 1e-3, true),
};

interface OwnOptimizers {
  adamw(rate: number, beta1: number, beta2: number, epsilon: number, weightDecay: number): Optimizer;
  lion(rate: number): Optimizer;
}
const ours = (tf: TF) => tf.train as unknown as OwnOptimizers;
