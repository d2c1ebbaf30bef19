// Max pooling of images [batch, height, width, channels], with the places of the largest elements.
import * as tf from '@tensorflow/tfjs-core';
import type { OpKernel } from '../op-kernel.ts';
import { shapeOf } from './shape.ts';

/** TensorFlow.js's op kernel writes the places as float32 where they are read as int32. */
const maxPoolWithArgmax: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { filterSize, strides, pad, includeBatchInIndex } = attrs as unknown as tf.MaxPoolWithArgmaxAttrs;
  const { dtype } = x;
  if ((dtype !== 'float32' && dtype !== 'int32') || x.shape.length !== 4) return undefined;
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
  );
  const y = backend.output(info.outShape, dtype);
  const places = backend.output(info.outShape, 'int32');
  if (!x.shape.includes(0) && info.outHeight > 0 && info.outWidth > 0)
    backend.program.exports.maxPoolWithArgmax({
      shape: shapeOf(info),
      x: backend.address(x),
      y: backend.address(y),
      places: backend.address(places),
      through: Boolean(includeBatchInIndex),
      integers: dtype === 'int32',
    });
  return [y, places];
};

export const argmaxPooling: Record<string, OpKernel> = { MaxPoolWithArgmax: maxPoolWithArgmax };
