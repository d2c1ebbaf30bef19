// `activityRegularizer` of layers: a loss of what a layer returns, divided by the number of examples as in Keras.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { AnyLayer, Kwargs } from './types.ts';

/** Where the losses of activities go while a model is being trained or evaluated. */
let losses: tf.Scalar[] | undefined;

/** Computes a model. @returns also the losses of the activities of its layers */
export function collectActivity<T>(f: () => T): { result: T; losses: tf.Scalar[] } {
  const before = losses;
  const own: tf.Scalar[] = (losses = []);
  try {
    return { result: f(), losses: own };
  } finally {
    losses = before;
  }
}

/** Has all layers take an `activityRegularizer`; tfjs-layers throws when such a layer is applied. */
export function installActivity(): void {
  type Apply = (this: AnyLayer, inputs: unknown, kwargs?: Kwargs) => tf.Tensor | tf.Tensor[];
  const container = Object.getPrototypeOf(layers.LayersModel.prototype) as object;
  const layer = Object.getPrototypeOf(container) as { apply: Apply };
  const { apply } = layer;
  layer.apply = function (inputs, kwargs) {
    const { activityRegularizer } = this;
    if (activityRegularizer == null) return apply.call(this, inputs, kwargs);
    this.activityRegularizer = null;
    try {
      const outputs = apply.call(this, inputs, kwargs);
      for (const output of [outputs].flat())
        if (losses && output instanceof tf.Tensor)
          losses.push(tf.div(activityRegularizer.apply(output), Math.max(1, output.shape[0] ?? 1)) as tf.Scalar);
      return outputs;
    } finally {
      this.activityRegularizer = activityRegularizer;
    }
  };
}
