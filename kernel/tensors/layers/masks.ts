// Masks in models within models and in global average pooling, as in Keras.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { FeedDict } from '@tensorflow/tfjs-layers/dist/engine/executor';
import { executeWithMasks, isNested, masksOfOutputs } from './execute.ts';
import { toList, type AnyLayer, type Feed, type Kwargs, type Mask, type Model } from './types.ts';

/** Installs the methods. */
export function installMasks(): void {
  const container = Object.getPrototypeOf(layers.LayersModel.prototype) as AnyLayer;
  container.call = function (this: Model, inputs, kwargs) {
    const given = toList((kwargs as Kwargs | undefined)?.['mask'] as Mask | Mask[]);
    const [outputs, masks] = tf.tidy(() => {
      const feeds = new FeedDict() as unknown as Feed;
      toList(inputs).forEach((input, i) => feeds.add(this.inputs[i]!, input, given[i]));
      const { mask: _, ...rest } = (kwargs ?? {}) as Kwargs;
      const made = executeWithMasks(this.outputs, feeds, rest);
      return [made.outputs, made.masks] as unknown as tf.TensorContainerArray;
    }) as unknown as [tf.Tensor[], Mask[]];
    outputs.forEach((output, i) => {
      const mask = masks[i];
      if (mask && isNested()) masksOfOutputs.set(output, mask);
      else mask?.dispose();
    });
    return outputs;
  };
  const pooling = Object.getPrototypeOf(layers.layers.globalAveragePooling1d({})) as AnyLayer;
  const stock = pooling.call;
  pooling.call = function (inputs, kwargs) {
    const mask = (kwargs as Kwargs | undefined)?.['mask'] as Mask;
    if (!mask) return stock.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const x = toList(inputs)[0]!;
      const weights = tf.cast(tf.reshape(mask, [...mask.shape, 1]), x.dtype);
      return tf.div(tf.sum(tf.mul(x, weights), 1), tf.sum(weights, 1));
    });
  };
}
