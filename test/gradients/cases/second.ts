// Second derivatives: functions that take a gradient themselves, as penalties on gradients do.
import type { Case, Fn, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { distinct, offZero, uniform, type Draw } from '../random.ts';
import { one, type Options, type Table } from './table.ts';

/** The gradients of Σ f² / 2 with respect to all inputs. */
const gradientsOf =
  (f: (tf: TF, ...x: X[]) => Tensor): Fn =>
  (tf, ...x) =>
    tf.grads((...t) =>
      f(tf, ...t)
        .square()
        .sum()
        .mul(0.5),
    )(x);

const second = (name: string, inputs: Draw[], f: (tf: TF, ...x: X[]) => Tensor, options: Options = {}): Case =>
  one(name, inputs, gradientsOf(f), options);

const image = uniform([2, 5, 6, 3]);

/** Of op kernels that are gradients. */
export const secondOrder: Table = {
  AvgPoolGrad: (['valid', 'same', 1] as const).map((pad) =>
    second(`padding ${pad}`, [image], (tf, x) => tf.avgPool(x.square(), 3, 2, pad)),
  ),
  Conv2DBackpropFilter: [
    second('conv2d', [image, uniform([3, 3, 3, 4])], (tf, x, filter) => tf.conv2d(x, filter, 1, 'same')),
    second('stride 2, valid', [image, uniform([2, 3, 3, 2])], (tf, x, filter) => tf.conv2d(x, filter, 2, 'valid')),
    second('dilation 2', [image, uniform([2, 2, 3, 2])], (tf, x, filter) => tf.conv2d(x, filter, 1, 'same', 'NHWC', 2)),
    second('transposed', [uniform([1, 3, 3, 2]), uniform([2, 2, 3, 2])], (tf, x, filter) =>
      tf.conv2dTranspose(x, filter, [1, 6, 6, 3], 2, 'same'),
    ),
  ],
  Conv3DBackpropFilterV2: [
    second('conv3d', [uniform([1, 3, 4, 3, 2]), uniform([2, 2, 2, 2, 3])], (tf, x, filter) =>
      tf.conv3d(x, filter, 1, 'same'),
    ),
  ],
  Conv3DBackpropInputV2: [
    one('conv3dTranspose', [uniform([1, 3, 3, 3, 2]), uniform([2, 2, 2, 3, 2])], (tf, x, filter) =>
      tf.conv3dTranspose(x, filter, [1, 4, 4, 4, 3], 1, 'valid'),
    ),
    one('conv3dTranspose, stride 2', [uniform([2, 2, 3, 2, 2]), uniform([3, 3, 3, 1, 2])], (tf, x, filter) =>
      tf.conv3dTranspose(x, filter, [2, 4, 6, 4, 1], 2, 'same'),
    ),
  ],
  DepthwiseConv2dNativeBackpropFilter: [
    second('depthwiseConv2d', [image, uniform([3, 3, 3, 2])], (tf, x, filter) =>
      tf.depthwiseConv2d(x, filter, 1, 'same'),
    ),
  ],
  DepthwiseConv2dNativeBackpropInput: [
    second('stride 2', [image, uniform([2, 2, 3, 1])], (tf, x, filter) => tf.depthwiseConv2d(x, filter, 2, 'valid')),
  ],
  EluGrad: [second('elu', [uniform([4, 9], -3, 2)], (tf, x) => tf.elu(x))],
  MaxPoolGrad: (['valid', 'same', 1] as const).map((pad) =>
    second(`padding ${pad}`, [distinct([2, 5, 6, 3], 0.05)], (tf, x) => tf.maxPool(x.square().mul(x), 3, 2, pad)),
  ),
};

const activations: Record<string, (tf: TF, x: X) => Tensor> = {
  exp: (tf, x) => tf.exp(x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  tanh: (tf, x) => tf.tanh(x),
  softplus: (tf, x) => tf.softplus(x),
  relu: (tf, x) => tf.relu(x).add(x.mul(0.1)),
  relu6: (tf, x) => tf.relu6(x.mul(4)).add(x.mul(0.1)),
  leakyRelu: (tf, x) => tf.leakyRelu(x),
  selu: (tf, x) => tf.selu(x),
  abs: (tf, x) => tf.abs(x),
  clipByValue: (tf, x) => tf.clipByValue(x, -0.8, 0.8).add(x.mul(0.1)),
  sqrt: (tf, x) => tf.sqrt(x.square().add(0.5)),
  rsqrt: (tf, x) => tf.rsqrt(x.square().add(0.5)),
  log: (tf, x) => tf.log(x.square().add(0.5)),
  sin: (tf, x) => tf.sin(x),
  square: (tf, x) => tf.square(x),
  reciprocal: (tf, x) => tf.reciprocal(x),
  'gelu by hand': (tf, x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1)),
  softmax: (tf, x) => tf.softmax(x),
  logSoftmax: (tf, x) => tf.logSoftmax(x),
  logSumExp: (tf, x) => tf.logSumExp(x, 1),
};

/** Of the ops of networks. */
export const secondOrderMade: Table = {
  'second derivatives': [
    ...Object.entries(activations).map(([name, f]) => second(name, [offZero([4, 9], 0.2, 1.5)], f)),
    second('prelu', [offZero([4, 5]), offZero([5], 0.1, 0.4)], (tf, x, alpha) => tf.prelu(x, alpha)),
    second('add, with broadcasting', [uniform([3, 4]), uniform([4])], (tf, a, b) => tf.add(a, b)),
    second('mul, with broadcasting', [uniform([3, 4]), uniform([3, 1])], (tf, a, b) => tf.mul(a, b)),
    second('div, with broadcasting', [uniform([3, 4]), offZero([4])], (tf, a, b) => tf.div(a, b)),
    second('pow', [uniform([3, 4], 0.5, 2), uniform([4], 1, 3)], (tf, a, b) => tf.pow(a, b)),
    second('maximum', [distinct([3, 4]), distinct([4], 0.13)], (tf, a, b) => tf.maximum(a, b)),
    second('squaredDifference', [uniform([3, 4]), uniform([4])], (tf, a, b) => tf.squaredDifference(a, b)),
    second('where', [uniform([3, 4]), uniform([3, 4])], (tf, a, b) => tf.where(a.greater(b), a.square(), b.mul(a))),
    second('sum', [uniform([3, 4])], (tf, x) => tf.sum(x.square(), 1)),
    second('mean', [uniform([3, 4])], (tf, x) => tf.mean(x.square(), 0)),
    second('max', [distinct([3, 4])], (tf, x) => tf.max(x.square().mul(x), 1)),
    second('prod', [offZero([2, 3])], (tf, x) => tf.prod(x, 1)),
    second('cumsum', [uniform([3, 4])], (tf, x) => tf.cumsum(x.square(), 1)),
    second('norm', [uniform([3, 4])], (tf, x) => tf.norm(x, 'euclidean', 1)),
    second('concat', [uniform([2, 3]), uniform([2, 2])], (tf, a, b) => tf.concat([a.square(), b.mul(b)], 1)),
    second('slice', [uniform([4, 5])], (tf, x) => tf.slice(x.square(), [1, 2], [2, 3])),
    second('split', [uniform([4, 6])], (tf, x) => tf.split(x.square(), 3, 1)[1]!),
    second('pad', [uniform([2, 3])], (tf, x) =>
      tf.pad(x.square(), [
        [1, 0],
        [0, 2],
      ]),
    ),
    second('tile', [uniform([2, 3])], (tf, x) => tf.tile(x.square(), [2, 3])),
    second('gather', [uniform([4, 3])], (tf, x) => tf.gather(x.square(), tf.tensor1d([2, 0, 2], 'int32'))),
    second('transpose', [uniform([2, 3, 4])], (tf, x) => tf.transpose(x.square(), [2, 0, 1])),
    second('reshape', [uniform([4, 3])], (tf, x) => tf.reshape(x.square(), [2, 6])),
    second('stack', [uniform([3]), uniform([3])], (tf, a, b) => tf.stack([a.square(), tf.mul(a, b)])),
    second('matMul', [uniform([3, 4]), uniform([4, 5])], (tf, a, b) => tf.matMul(a, b)),
    second('matMul, transposed', [uniform([4, 3]), uniform([5, 4])], (tf, a, b) => tf.matMul(a, b, true, true)),
    second('einsum', [uniform([2, 3, 4]), uniform([2, 5, 4])], (tf, a, b) => tf.einsum('bij,bkj->bik', a, b)),
    second('a dense layer', [uniform([3, 4]), uniform([4, 5]), uniform([5])], (tf, x, w, b) =>
      tf.tanh(tf.matMul(x, w).add(b)),
    ),
    second('fused.matMul', [uniform([3, 4]), uniform([4, 5]), uniform([5])], (tf, a, b, bias) =>
      tf.fused.matMul({ a, b, bias, activation: 'sigmoid' }),
    ),
    second('conv3d', [uniform([1, 3, 3, 3, 2]), uniform([2, 2, 2, 2, 3])], (tf, x, filter) =>
      tf.conv3d(x, filter, 1, 'valid'),
    ),
    second('batch normalization', [uniform([5, 3]), uniform([3]), uniform([3], 0.5, 2)], (tf, x, offset, scale) => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean as X, variance as X, offset, scale, 1e-3);
    }),
    second('resizeBilinear', [uniform([1, 3, 3, 2])], (tf, x) => tf.image.resizeBilinear(x.square(), [4, 5])),
    second('resizeNearestNeighbor', [uniform([1, 3, 3, 2])], (tf, x) =>
      tf.image.resizeNearestNeighbor(x.square(), [6, 6]),
    ),
    second(
      'softmaxCrossEntropy',
      [uniform([3, 4], 0, 1), uniform([3, 4], -2, 2)],
      (tf, y, p) => tf.losses.softmaxCrossEntropy(y, p),
      // tfjs has its gradient wrong
      { reference: gradientsOf((tf, y, p) => tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(p)).neg(), -1))) },
    ),
    second('sigmoidCrossEntropy', [uniform([3, 4], 0, 1), offZero([3, 4])], (tf, y, p) =>
      tf.losses.sigmoidCrossEntropy(y, p),
    ),
    second(
      'basicLSTMCell',
      [uniform([5, 8]), uniform([8]), uniform([2, 3]), uniform([2, 2])],
      (tf, kernel, bias, x, h) => tf.basicLSTMCell(tf.scalar(1), kernel, bias, x, h.square(), h)[1],
    ),
    one('third derivative of tanh', [uniform([5])], (tf, x) =>
      tf.grad((t) =>
        tf
          .grad((u) => tf.tanh(u).sum())(t)
          .square()
          .sum(),
      )(x),
    ),
  ],
};
