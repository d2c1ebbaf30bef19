// Batch and layer normalization, as functions and in `tf.layers`: one op kernel each, forward and backward, where the
// device has it, else TensorFlow.js's ops.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { canFuse, has, run } from '../engine/call.ts';
import { registerOwn } from '../gradients/register.ts';
import { isFrozen } from '../layers/frozen.ts';
import { ops } from '../ops.ts';

type Three = [tf.Tensor, tf.Tensor, tf.Tensor];

/** All axes but the last. */
const leading = (x: tf.Tensor) => Array.from({ length: x.rank - 1 }, (_, i) => i);

const isCovered = (x: tf.Tensor, ...others: (tf.Tensor | null | undefined)[]) =>
  x.rank > 0 && x.size > 0 && x.dtype === 'float32' && others.every((t) => !t || t.dtype === 'float32');

/** Checks that the parameters have the size of x's last axis, and returns it. */
function check(name: string, x: tf.Tensor, gamma?: tf.Tensor | null, beta?: tf.Tensor | null): number {
  const n = x.shape.at(-1);
  if (n === undefined) throw new Error(`${name}: x must have at least one axis, and is a scalar`);
  for (const [what, t] of [
    ['gamma', gamma],
    ['beta', beta],
  ] as const) {
    if (t && (t.rank !== 1 || t.shape[0] !== n))
      throw new Error(`${name}: ${what} must be [${n}], as the last axis of x [${x.shape}], and is [${t.shape}]`);
  }
  return n;
}

/** (x − mean) / √(variance + epsilon), with its intermediate results. */
function normalize(x: tf.Tensor, axes: number[], epsilon: number) {
  const deviation = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(deviation), axes, true);
  const rstd = tf.rsqrt(tf.add(variance, epsilon));
  return { deviation, rstd, normed: tf.mul(deviation, rstd) };
}

/** The gradient of y = normed · gamma with respect to x, given g = dy · gamma. */
function normalizeGrad(g: tf.Tensor, normed: tf.Tensor, rstd: tf.Tensor, axes: number[]): tf.Tensor {
  const along = tf.mul(normed, tf.mean(tf.mul(g, normed), axes, true));
  return tf.mul(rstd, tf.sub(tf.sub(g, tf.mean(g, axes, true)), along));
}

/**
 * Batch normalization with the batch's own statistics (Ioffe and Szegedy 2015).
 * @param x [..., channels]
 * @param gamma [channels]; 1 if omitted
 * @param beta [channels]; 0 if omitted
 * @returns (x − mean) / √(variance + epsilon) · gamma + beta [..., channels], and over all axes but the last the mean
 *   [channels] and the biased variance [channels]
 */
export function batchNormTrain(
  x: tf.Tensor,
  gamma?: tf.Tensor | null,
  beta?: tf.Tensor | null,
  epsilon = 1e-3,
): [y: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor] {
  const channels = check('batchNormTrain', x, gamma, beta);
  if (has(ops.BatchNormTrain) && isCovered(x, gamma, beta)) {
    const inputs = { x, scale: gamma ?? tf.ones([channels]), offset: beta ?? tf.zeros([channels]) };
    return run(ops.BatchNormTrain, inputs, { epsilon });
  }
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, leading(x));
    const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = gamma ? tf.mul(normed, gamma) : normed;
    return [beta ? tf.add(scaled, beta) : scaled, mean, variance] as Three;
  });
}

/**
 * Layer normalization (Ba, Kiros and Hinton 2016): each row along the last axis by its own mean and variance.
 * @param x [..., columns]
 * @param gamma [columns]; 1 if omitted
 * @param beta [columns]; 0 if omitted
 * @returns (x − mean) / √(variance + epsilon) · gamma + beta [..., columns]
 */
export function layerNorm(x: tf.Tensor, gamma?: tf.Tensor | null, beta?: tf.Tensor | null, epsilon = 1e-3): tf.Tensor {
  const columns = check('layerNorm', x, gamma, beta);
  return tf.tidy(() => {
    if (has(ops.LayerNorm) && isCovered(x, gamma, beta)) {
      const inputs = { x, gamma: gamma ?? tf.ones([columns]), beta: beta ?? tf.zeros([columns]) };
      return run(ops.LayerNorm, inputs, { epsilon })[0];
    }
    const { normed } = normalize(x, [x.rank - 1], epsilon);
    const scaled = gamma ? tf.mul(normed, gamma) : normed;
    return beta ? tf.add(scaled, beta) : scaled;
  });
}

function registerGradients(): void {
  registerOwn(
    ops.BatchNormTrain,
    { inputsToSave: ['x', 'scale'], outputsToSave: [false, true, true] },
    ([dy, dmean, dvariance], saved, attrs) => {
      const [x, scale, mean, variance] = saved as [...Three, tf.Tensor];
      const { epsilon } = attrs;
      if (canFuse(ops.BatchNormTrainGrad)) {
        const inputs = { dy, x, mean, variance, scale, dmean, dvariance };
        const [dx, dscale, doffset] = run(ops.BatchNormTrainGrad, inputs, { epsilon });
        return { x: () => dx, scale: () => dscale, offset: () => doffset };
      }
      const axes = leading(x);
      const { deviation, rstd, normed } = normalize(x, axes, epsilon);
      const rows = x.size / scale.size;
      return {
        x: () => {
          const ofStatistics = tf.add(tf.div(dmean, rows), tf.mul(deviation, tf.div(dvariance, rows / 2)));
          return tf.add(normalizeGrad(tf.mul(dy, scale), normed, rstd, axes), ofStatistics);
        },
        scale: () => tf.sum(tf.mul(dy, normed), axes),
        offset: () => tf.sum(dy, axes),
      };
    },
  );
  // Mean and reciprocal standard deviation are not returned to callers, and get no gradient
  registerOwn(
    ops.LayerNorm,
    { inputsToSave: ['x', 'gamma'], outputsToSave: [false, true, true] },
    ([dy], saved, attrs) => {
      const [x, gamma, mean, rstd] = saved as [...Three, tf.Tensor];
      if (canFuse(ops.LayerNormGrad)) {
        const [dx, dgamma, dbeta] = run(ops.LayerNormGrad, { dy, x, gamma, mean, rstd });
        return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
      }
      const axes = [x.rank - 1];
      const made = normalize(x, axes, attrs.epsilon);
      return {
        x: () => normalizeGrad(tf.mul(dy, gamma), made.normed, made.rstd, axes),
        gamma: () => tf.sum(tf.mul(dy, made.normed), leading(x)),
        beta: () => tf.sum(dy, leading(x)),
      };
    },
  );
}

interface LayerVariable {
  read(): tf.Tensor;
  write(value: tf.Tensor): unknown;
}
interface Normalization {
  trainable?: boolean;
  axis: number | number[];
  epsilon: number;
  momentum: number;
  gamma?: LayerVariable | null;
  beta?: LayerVariable | null;
  movingMean: LayerVariable;
  movingVariance: LayerVariable;
}
type Call = (this: Normalization, inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor;

/** The tensor that a layer is called with; undefined if there are several, an error that the layer itself reports. */
const only = (inputs: tf.Tensor | tf.Tensor[]) =>
  Array.isArray(inputs) ? (inputs.length === 1 ? inputs[0] : undefined) : inputs;

/** The axis that each of a layer's statistics belongs to; undefined if there are several. */
function axisOf({ axis }: Normalization, x: tf.Tensor): number | undefined {
  const axes = [axis].flat();
  if (axes.length !== 1) return undefined;
  return axes[0]! < 0 ? axes[0]! + x.rank : axes[0]!;
}

/** Replaces the method `call` of a layer's class by one made from it. */
function replaceCall(layer: object, make: (stock: Call) => Call): void {
  const prototype = Object.getPrototypeOf(layer) as { call: Call };
  prototype.call = make(prototype.call);
}

/** `batchNormTrain` with the channels along any axis. */
function batchNormAlong(axis: number, x: tf.Tensor, ...more: [tf.Tensor?, tf.Tensor?, number?]): Three {
  if (axis === x.rank - 1) return batchNormTrain(x, ...more);
  const order = [...x.shape.keys()].filter((i) => i !== axis).concat(axis);
  const [y, mean, variance] = batchNormTrain(tf.transpose(x, order), ...more);
  const back = [...x.shape.keys()].map((i) => order.indexOf(i));
  return [tf.transpose(y, back), mean, variance];
}

/**
 * Registers the gradients, and lets the layers of `tf.layers` use the op kernels. Batch normalization can also be
 * trained where TensorFlow.js throws: along an axis that is not the last, and without gamma or beta.
 */
export function fuseNormalization(): void {
  registerGradients();
  replaceCall(
    layers.layers.batchNormalization({}),
    (stock) =>
      function (inputs, kwargs) {
        const x = only(inputs);
        const axis = x && axisOf(this, x);
        const { gamma, beta, epsilon } = this;
        if (kwargs['training'] && isFrozen(this)) return stock.call(this, inputs, { ...kwargs, training: false });
        if (!kwargs['training'] || axis === undefined || !isCovered(x!)) return stock.call(this, inputs, kwargs);
        if (!has(ops.BatchNormTrain) && axis === x!.rank - 1 && gamma && beta) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const [y, mean, variance] = batchNormAlong(axis, x!, gamma?.read(), beta?.read(), epsilon);
          const decay = 1 - this.momentum;
          movingAverage(this.movingMean, mean, decay);
          movingAverage(this.movingVariance, variance, decay);
          return y;
        });
      },
  );
  replaceCall(
    layers.layers.layerNormalization({}),
    (stock) =>
      function (inputs, kwargs) {
        const x = only(inputs);
        const { gamma, beta, epsilon } = this;
        const isLast = x && isCovered(x) && axisOf(this, x) === x.rank - 1;
        if (!isLast || !has(ops.LayerNorm)) return stock.call(this, inputs, kwargs);
        return layerNorm(x, gamma?.read(), beta?.read(), epsilon);
      },
  );
}

function movingAverage(variable: LayerVariable, value: tf.Tensor, decay: number): void {
  const average = variable.read();
  const next = has(ops.MovingAverage)
    ? run(ops.MovingAverage, { average, value }, { decay })
    : tf.sub(average, tf.mul(tf.sub(average, value), decay));
  variable.write(next);
}
