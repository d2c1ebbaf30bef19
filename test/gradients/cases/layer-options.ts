// Layers with options that TensorFlow.js ignores or refuses, each with the formula of what it computes of its input and
// weights.
import type { Fn, X } from '../check.ts';
import type { TF } from '../device.ts';
import { offZero, type Draw } from '../random.ts';

export interface OptionCase {
  kind: string;
  name: string;
  input: number[];
  layer: (tf: TF) => X;
  by: Fn;
  draw?: (shape: number[]) => Draw;
}

/** The function `tf.layers[name]`, for options that its type does not have. */
const make = (name: string, options: object) => (tf: TF) => (tf.layers as X)[name](options);

const causal = (tf: TF, x: X, before: number) =>
  tf.pad(x, [
    [0, 0],
    [before, 0],
    [0, 0],
  ]);

/** A convolution of each group of channels for itself. */
const grouped = (tf: TF, x: X, kernel: X, groups: number, convolve: (x: X, kernel: X) => X): X => {
  const kernels = tf.split(kernel, groups, kernel.rank - 1);
  return tf.concat(
    tf.split(x, groups, x.rank - 1).map((part: X, g: number) => convolve(part, kernels[g])),
    x.rank - 1,
  );
};

/** A kernel [2, 2, a, b] with a row and a column of zeros between its elements. */
const dilated = (tf: TF, kernel: X): X => {
  const apart = (k: X, axis: number) => {
    const [first, last] = tf.split(k, 2, axis);
    return tf.concat([first!, tf.zerosLike(first!), last!], axis);
  };
  return apart(apart(kernel, 0), 1);
};

/** GRU of Keras with reset_after: z, r and n of each step, from the products with both kernels and both biases. */
function gru(tf: TF, x: X, kernel: X, recurrent: X, bias: X): X {
  const [a, b] = tf.unstack(bias);
  let h: X = tf.zeros([x.shape[0], recurrent.shape[0]]);
  for (const input of tf.unstack(x, 1)) {
    const [xz, xr, xn] = tf.split(tf.add(tf.matMul(input as X, kernel), a!), 3, 1) as X[];
    const [hz, hr, hn] = tf.split(tf.add(tf.matMul(h, recurrent), b!), 3, 1) as X[];
    const [z, r] = [tf.sigmoid(xz.add(hz)), tf.sigmoid(xr.add(hr))];
    const n = tf.tanh(xn.add(r.mul(hn)));
    h = z.mul(h).add(tf.sub(1, z).mul(n));
  }
  return h;
}

const at = (
  kind: string,
  name: string,
  input: number[],
  layer: OptionCase['layer'],
  by: Fn,
  draw?: OptionCase['draw'],
) => ({ kind, name, input, layer, by, ...(draw && { draw }) }) satisfies OptionCase;

export const layerOptions: OptionCase[] = [
  at('conv1d', 'causal', [2, 6, 2], make('conv1d', { filters: 3, kernelSize: 3, padding: 'causal' }), (tf, x, k, b) =>
    tf.conv1d(causal(tf, x, 2), k, 1, 'valid').add(b),
  ),
  at(
    'conv1d',
    'causal, dilation 2',
    [1, 7, 2],
    make('conv1d', { filters: 3, kernelSize: 2, padding: 'causal', dilationRate: 2, activation: 'tanh' }),
    (tf, x, k, b) => tf.tanh(tf.conv1d(causal(tf, x, 2), k, 1, 'valid', 'NWC', 2).add(b)),
  ),
  at(
    'conv1d',
    'causal, stride 2',
    [1, 7, 2],
    make('conv1d', { filters: 3, kernelSize: 3, padding: 'causal', strides: 2 }),
    (tf, x, k, b) => tf.conv1d(causal(tf, x, 2), k, 2, 'valid').add(b),
  ),
  at('conv1d', '2 groups', [2, 6, 4], make('conv1d', { filters: 6, kernelSize: 3, groups: 2 }), (tf, x, k, b) =>
    grouped(tf, x, k, 2, (x, k) => tf.conv1d(x, k, 1, 'valid')).add(b),
  ),
  at(
    'conv1d',
    'channels first',
    [2, 3, 6],
    make('conv1d', { filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }),
    (tf, x, k, b) => tf.transpose(tf.conv1d(tf.transpose(x, [0, 2, 1]), k, 1, 'valid').add(b), [0, 2, 1]),
  ),
  at('conv2d', '2 groups', [2, 5, 5, 4], make('conv2d', { filters: 6, kernelSize: 3, groups: 2 }), (tf, x, k, b) =>
    grouped(tf, x, k, 2, (x, k) => tf.conv2d(x, k, 1, 'valid')).add(b),
  ),
  at(
    'conv2d',
    'a group for each channel, stride 2',
    [1, 6, 6, 3],
    make('conv2d', { filters: 6, kernelSize: 3, groups: 3, strides: 2, padding: 'same' }),
    (tf, x, k, b) => grouped(tf, x, k, 3, (x, k) => tf.conv2d(x, k, 2, 'same')).add(b),
  ),
  at('conv3d', '2 groups', [1, 3, 3, 3, 4], make('conv3d', { filters: 2, kernelSize: 2, groups: 2 }), (tf, x, k, b) =>
    grouped(tf, x, k, 2, (x, k) => tf.conv3d(x, k, 1, 'valid')).add(b),
  ),
  at(
    'depthwiseConv2d',
    'dilation 2',
    [1, 6, 6, 3],
    make('depthwiseConv2d', { kernelSize: 2, dilationRate: 2, depthMultiplier: 2 }),
    (tf, x, k, b) => tf.depthwiseConv2d(x, k, 1, 'valid', 'NHWC', 2).add(b),
  ),
  at(
    'conv2dTranspose',
    'dilation 2',
    [1, 3, 4, 2],
    make('conv2dTranspose', { filters: 3, kernelSize: 2, dilationRate: 2 }),
    (tf, x, k, b) => tf.conv2dTranspose(x, dilated(tf, k), [1, 5, 6, 3], 1, 'valid').add(b),
  ),
  at(
    'separableConv2d',
    'channels first',
    [1, 2, 5, 4],
    make('separableConv2d', { filters: 3, kernelSize: 2, dataFormat: 'channelsFirst', biasInitializer: 'ones' }),
    (tf, x, d, p, b) =>
      tf.transpose(tf.separableConv2d(tf.transpose(x, [0, 2, 3, 1]), d, p, 1, 'valid').add(b), [0, 3, 1, 2]),
  ),
  at(
    'gru',
    'resetAfter',
    [2, 3, 2],
    // The reference, whose layer refuses the option, computes by the formula alone
    (tf) => {
      const options = { units: 3, recurrentActivation: 'sigmoid' as const };
      try {
        return tf.layers.gru({ ...options, resetAfter: true } as never);
      } catch {
        return tf.layers.gru(options);
      }
    },
    gru,
  ),
  at(
    'reLU',
    'negativeSlope',
    [3, 5],
    make('reLU', { negativeSlope: 0.3 }),
    (tf, x) => tf.leakyRelu(x, 0.3),
    (shape) => offZero(shape),
  ),
  at(
    'reLU',
    'threshold, negativeSlope and maxValue',
    [3, 5],
    make('reLU', { threshold: 0.1, negativeSlope: 0.3, maxValue: 0.6 }),
    (tf, x) => tf.minimum(tf.where(tf.greater(x, 0.1), x, x.sub(0.1).mul(0.3)), 0.6),
    (shape) => offZero(shape, 0.2),
  ),
  at(
    'elu',
    'alpha',
    [3, 5],
    // The reference refuses another alpha than 1
    (tf) => {
      try {
        return tf.layers.elu({ alpha: 2 });
      } catch {
        return tf.layers.elu({});
      }
    },
    (tf, x) => tf.where(tf.greater(x, 0), x, tf.exp(x).sub(1).mul(2)),
    (shape) => offZero(shape),
  ),
  at('softmax', 'axis 1', [2, 3, 4], make('softmax', { axis: 1 }), (tf, x) => tf.exp(x).div(tf.exp(x).sum(1, true))),
  at(
    'upSampling2d',
    'bilinear',
    [1, 3, 2, 2],
    make('upSampling2d', { size: [2, 3], interpolation: 'bilinear' }),
    (tf, x) => tf.image.resizeBilinear(x, [6, 6], false, true),
  ),
  at('resizing', 'smaller', [1, 5, 6, 2], make('resizing', { height: 3, width: 4 }), (tf, x) =>
    tf.image.resizeBilinear(x, [3, 4], false, true),
  ),
  at('centerCrop', 'the middle', [2, 5, 6, 2], make('centerCrop', { height: 2, width: 3 }), (tf, x) =>
    tf.slice(x, [0, 1, 1, 0], [2, 2, 3, 2]),
  ),
  at(
    'averagePooling1d',
    'channels first',
    [2, 3, 6],
    make('averagePooling1d', { poolSize: 2, dataFormat: 'channelsFirst' }),
    (tf, x) => tf.reshape(x, [2, 3, 3, 2]).mean(3),
  ),
];
