// Max and average pooling of images [batch, height, width, channels] and their gradients.
import * as tf from '@tensorflow/tfjs-core';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { type Geometry } from '../../geometry.ts';
import { shapeOf } from './shape.ts';

/** The windows over x [batch, height, width, channels]. */
function windows(x: tf.TensorInfo, attrs: Record<string, unknown>): Geometry {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolAttrs;
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

function forward({ inputs, attrs, backend }: OpCall, name: 'maxPool' | 'avgPool'): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  if (x.dtype !== 'float32' || x.shape.length !== 4) return undefined;
  const info = windows(x, attrs);
  const { outShape, inShape, filterHeight, filterWidth } = info;
  if (filterHeight === 1 && filterWidth === 1 && tf.util.arraysEqual(inShape, outShape)) return backend.share(x);
  for (const n of inShape) if (n === 0) return undefined;
  for (const n of outShape) if (n <= 0) return undefined;
  const y = backend.output(outShape, 'float32');
  backend.program.exports[name]({
    shape: shapeOf(info),
    x: backend.address(x),
    y: backend.address(y),
    dy: 0,
    dx: 0,
  });
  return y;
}

/** dL/dx from dL/dy, x and dy [batch, height, width, channels]. */
function gradient({ inputs, attrs, backend }: OpCall, name: 'maxPoolGrad' | 'avgPoolGrad'): tf.TensorInfo | undefined {
  const x = inputs['input']!;
  const dy = inputs['dy']!;
  if (x.dtype !== 'float32' || dy.dtype !== 'float32' || x.shape.length !== 4 || dy.shape.length !== 4)
    return undefined;
  for (const n of x.shape) if (n === 0) return undefined;
  for (const n of dy.shape) if (n === 0) return undefined;
  const dx = backend.output(x.shape, 'float32');
  // dy knows whether sizes are rounded up or down
  const shape = { ...shapeOf(windows(x, attrs)), outHeight: dy.shape[1]!, outWidth: dy.shape[2]! };
  backend.program.exports[name]({
    shape,
    x: backend.address(x),
    y: 0,
    dy: backend.address(dy),
    dx: backend.address(dx),
  });
  return dx;
}

export const pooling: Record<string, OpKernel> = {
  MaxPool: (call) => forward(call, 'maxPool'),
  AvgPool: (call) => forward(call, 'avgPool'),
  /** dy goes to the first largest element of each window. */
  MaxPoolGrad: (call) => gradient(call, 'maxPoolGrad'),
  /** Each window is divided by its full size; kernel/tensors/gradients/images.ts makes that right at the borders. */
  AvgPoolGrad: (call) => gradient(call, 'avgPoolGrad'),
};
