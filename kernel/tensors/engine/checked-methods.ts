// Methods and functions of TensorFlow.js with the checks of arguments that they lack, where a method can be replaced.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

interface Cropping {
  cropping: [[number, number], [number, number]];
  dataFormat: 'channelsFirst' | 'channelsLast';
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor;
}

function checkCropping({ cropping, dataFormat }: Cropping, { shape }: tf.Tensor): void {
  const first = dataFormat === 'channelsFirst' ? 2 : 1;
  cropping.forEach(([before, after], i) => {
    if (before + after < shape[first + i]!) return;
    throw new Error(
      `cropping2d: [${before}, ${after}] is to be cropped from axis ${first + i}, which has ${shape[first + i]} elements. ` +
        `The input is [${shape.join(', ')}].`,
    );
  });
}

/** Installs them. */
export function checkMethods(): void {
  const buffer = tf.TensorBuffer.prototype;
  const { set } = buffer;
  buffer.set = function (value, ...locs) {
    const { shape } = this;
    for (let i = 0; i < locs.length && i < shape.length; i++)
      if (!(locs[i]! >= 0 && locs[i]! < shape[i]!) || locs[i]! % 1 !== 0)
        throw new Error(
          `TensorBuffer.set: there is no element [${locs.join(', ')}] in the shape [${shape.join(', ')}].`,
        );
    set.call(this, value, ...locs);
  };
  const cropping = layers.layers.cropping2D({ cropping: 0 }).constructor.prototype as Cropping;
  const { call } = cropping;
  cropping.call = function (inputs, kwargs) {
    checkCropping(this, Array.isArray(inputs) ? inputs[0]! : inputs);
    return call.call(this, inputs, kwargs);
  };
}
