// Convolution and matrix product with bias and activation, in one op kernel also while a gradient is recorded, as
// `tf.layers` calls them in training. TensorFlow.js's own do so only without an activation, and always compute the
// gradients of all operands; all other cases are left to them. This module replaces tfjs-core's ops/fused/conv2d and
// ops/fused/mat_mul (modules.js).
import * as tf from '@tensorflow/tfjs-core';
import { conv2d as stockConv2d } from '@tensorflow/tfjs-core/dist/ops/fused/conv2d';
import { matMul as stockMatMul } from '@tensorflow/tfjs-core/dist/ops/fused/mat_mul';
import { applyActivation } from '@tensorflow/tfjs-core/dist/ops/fused_util';
import { reluGrad, sigmoidGrad } from '../fused/activations.ts';
import { recording, runNamed } from '../engine/call.ts';
import { register, sumTo } from '../gradients/register.ts';

type Activation = tf.backend_util.Activation;
type Conv2dOptions = Parameters<typeof stockConv2d>[0];
type MatMulOptions = Parameters<typeof stockMatMul>[0];

/** The gradient of an activation's input, from that of its output y. Only these activations are fused. */
const activationGradients: Partial<Record<Activation, (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor>> = {
  linear: (dy) => dy,
  relu: reluGrad,
  sigmoid: sigmoidGrad,
  elu: (dy, y) => runNamed('EluGrad', { dy, y }),
};

const isFloat = (x: unknown): x is tf.Tensor => x instanceof tf.Tensor && x.dtype === 'float32';

/** Whether it has one number for each output channel. */
const isBias = (x: unknown, channels: number): x is tf.Tensor =>
  isFloat(x) && x.shape.length === 1 && x.shape[0] === channels;

const isOne = (d: number | number[] | undefined) => d === undefined || [d].flat().every((n) => n === 1);

/** Adds bias and activation to `y` by ops of their own, where one op kernel cannot do it all. */
function finish<T extends tf.Tensor>(y: tf.Tensor, options: Omit<MatMulOptions, 'a' | 'b'>): T {
  const { bias, activation = 'linear', preluActivationWeights, leakyreluAlpha } = options;
  const sum = bias == null ? y : tf.add(y, bias);
  return applyActivation(sum, activation ?? 'linear', preluActivationWeights as tf.Tensor, leakyreluAlpha) as T;
}

/** `tf.fused.conv2d`; x [batch, height, width, inDepth], filter [height, width, inDepth, outDepth], bias [outDepth] */
export function conv2d<T extends tf.Tensor3D | tf.Tensor4D>(options: Conv2dOptions): T {
  const { x, filter, strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode, bias } = options;
  const activation = options.activation ?? 'linear';
  if (!recording() || dataFormat !== 'NHWC') return stockConv2d(options) as T;
  const one =
    activation in activationGradients &&
    isFloat(x) &&
    isFloat(filter) &&
    x.shape.length === 4 &&
    filter.shape.length === 4 &&
    x.shape[3] === filter.shape[2] &&
    isBias(bias, filter.shape[3]) &&
    isOne(dilations) &&
    dimRoundingMode == null;
  if (!one)
    return tf.tidy(() =>
      finish(tf.conv2d(x as T, filter as tf.Tensor4D, strides, pad, dataFormat, dilations, dimRoundingMode), options),
    );
  const attrs = { strides, pad, dataFormat, dilations: [1, 1], activation };
  return runNamed('FusedConv2D', { x, filter, bias }, attrs) as T;
}

/** `tf.fused.matMul`; a [m, k] or transposed, b [k, n] or transposed, bias [n] */
export function matMul(options: MatMulOptions): tf.Tensor {
  const { a, b, transposeA = false, transposeB = false, bias } = options;
  const activation = options.activation ?? 'linear';
  if (!recording()) return stockMatMul(options);
  const one =
    activation in activationGradients &&
    isFloat(a) &&
    isFloat(b) &&
    a.shape.length === 2 &&
    b.shape.length === 2 &&
    a.shape[transposeA ? 0 : 1] === b.shape[transposeB ? 1 : 0] &&
    isBias(bias, b.shape[transposeB ? 0 : 1]!);
  if (!one) return tf.tidy(() => finish(tf.matMul(a, b, transposeA, transposeB), options));
  return runNamed('_FusedMatMul', { a, b, bias }, { transposeA, transposeB, activation });
}

/** Registers the gradients of both. */
export function fuseBiasAndActivation(): void {
  const throughActivation = (dy: tf.Tensor, y: tf.Tensor, attrs: Record<string, unknown>) =>
    activationGradients[attrs['activation'] as Activation]!(dy, y);
  register('FusedConv2D', { inputsToSave: ['x', 'filter', 'bias'], outputsToSave: [true] }, (dy, saved, attrs) => {
    const [x, filter, bias, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const { strides, pad, dataFormat } = attrs;
    const plain = { strides, pad, dataFormat };
    const d = throughActivation(dy, y, attrs);
    return {
      x: () => runNamed('Conv2DBackpropInput', { dy: d, filter }, { ...plain, inputShape: x.shape }),
      filter: () => runNamed('Conv2DBackpropFilter', { x, dy: d }, { ...plain, filterShape: filter.shape }),
      bias: () => sumTo(d, bias.shape),
    };
  });
  register('_FusedMatMul', { inputsToSave: ['a', 'b', 'bias'], outputsToSave: [true] }, (dy, saved, attrs) => {
    const [a, b, bias, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const d = throughActivation(dy, y, attrs);
    return {
      a: () => (transposeA ? tf.matMul(b, d, transposeB, true) : tf.matMul(d, b, false, !transposeB)),
      b: () => (transposeB ? tf.matMul(d, a, true, transposeA) : tf.matMul(a, d, !transposeA, false)),
      bias: () => sumTo(d, bias.shape),
    };
  });
}
