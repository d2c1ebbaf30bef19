// Layers of activations: ReLU with slope and threshold, ELU with any alpha, softmax along the last axis by default. As
// in Keras.
import * as tf from '@tensorflow/tfjs-core';
import { classNamed, extendLayer, onlyTensor, replaceMethod, type AnyLayer } from './extend.ts';

interface ActivationLayer extends AnyLayer {
  maxValue?: number | null;
  alpha?: number;
  axis: number | number[];
  /** Absent for 0. */
  negativeSlope?: number;
  /** Absent for 0. */
  threshold?: number;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor;
}

/** A number of an option, or undefined where it is left out or says the default, 0. */
function positive(layer: AnyLayer, option: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value !== 'number' || !(value > 0))
    throw new Error(`the layer "${layer.name}": ${option} must be a number, 0 or more, and is ${String(value)}`);
  return value;
}

/** maxValue where x ≥ maxValue, x where x > threshold, else slope · (x − threshold) (Keras, `ReLU`). */
function relu(x: tf.Tensor, slope: number, threshold: number, maxValue: number): tf.Tensor {
  const above = tf.greater(x, threshold);
  const y = threshold === 0 ? tf.leakyRelu(x, slope) : tf.where(above, x, tf.mul(tf.sub(x, threshold), slope));
  return maxValue < Infinity ? tf.minimum(y, maxValue) : y;
}

/** Makes the layers of activations honor Keras's options. */
export function extendActivations(): void {
  replaceMethod<ActivationLayer, 'call'>(
    classNamed('ReLU'),
    'call',
    (stock) =>
      function (this: ActivationLayer, inputs, kwargs) {
        const { negativeSlope = 0, threshold = 0, maxValue } = this;
        if (negativeSlope === 0 && threshold === 0) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => relu(onlyTensor(this, inputs), negativeSlope, threshold, maxValue ?? Infinity));
      },
  );
  extendLayer<ActivationLayer>('ReLU', {
    read: (layer, { maxValue, negativeSlope, threshold }) => {
      positive(layer, 'maxValue', maxValue);
      const [slope, from] = [positive(layer, 'negativeSlope', negativeSlope), positive(layer, 'threshold', threshold)];
      if (slope !== undefined) layer.negativeSlope = slope;
      if (from !== undefined) layer.threshold = from;
    },
    write: ({ negativeSlope = 0, threshold = 0 }) => ({ negativeSlope, threshold }),
  });
  replaceMethod<ActivationLayer, 'call'>(
    classNamed('ELU'),
    'call',
    (stock) =>
      function (this: ActivationLayer, inputs, kwargs) {
        const { alpha } = this;
        if (alpha === undefined || alpha === 1) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const x = onlyTensor(this, inputs);
          return tf.where(tf.greater(x, 0), x, tf.mul(tf.elu(x), alpha));
        });
      },
  );
  extendLayer<ActivationLayer>('ELU', {
    hide: ['alpha'],
    read: (layer, { alpha }) => {
      if (alpha === undefined || alpha === null) return;
      if (typeof alpha !== 'number') throw new Error(`the layer "${layer.name}": alpha must be a number`);
      layer.alpha = alpha;
    },
  });
  extendLayer<ActivationLayer>('Softmax', {
    read: (layer, { axis }) => {
      // TensorFlow.js's default is axis 1, which is the last one of a matrix only
      if (axis === undefined || axis === null) layer.axis = -1;
    },
  });
}
