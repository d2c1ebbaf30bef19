// Dilation2D, the morphological one, and its gradients.
import * as tf from '@tensorflow/tfjs-core';
import type { DilationArgs } from '../exports.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { shapeOf } from './shape.ts';

type Name = 'dilation2d' | 'dilation2dBackpropInput' | 'dilation2dBackpropFilter';

function run({ inputs, attrs, backend }: OpCall, name: Name): tf.TensorInfo | undefined {
  const { x, filter, dy } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; dy?: tf.TensorInfo };
  const { strides, pad, dilations } = attrs as unknown as tf.Dilation2DAttrs;
  if ([x, filter, ...(dy ? [dy] : [])].some((t) => t.dtype !== 'float32' || t.shape.includes(0))) return undefined;
  if (x.shape.length !== 4 || filter.shape.length !== 3 || x.shape[3] !== filter.shape[2]) return undefined;
  const [image, size] = [x.shape as [number, number, number, number], filter.shape as [number, number, number]];
  const info = tf.backend_util.computeDilation2DInfo(image, size, strides, pad, 'NHWC', dilations);
  const { outShape } = info;
  if (outShape.some((n) => n <= 0) || (dy && !tf.util.arraysEqual(dy.shape, outShape))) return undefined;
  const shape = { ...shapeOf(info), outDepth: info.inChannels };
  const result = backend.output(
    name === 'dilation2d' ? outShape : name === 'dilation2dBackpropInput' ? x.shape : filter.shape,
    'float32',
  );
  const to = backend.address(result);
  const args: DilationArgs = {
    shape,
    x: backend.address(x),
    w: backend.address(filter),
    y: dy ? backend.address(dy) : to,
    gradient: dy ? to : 0,
  };
  backend.program.exports[name](args);
  return result;
}

export const dilation: Record<string, OpKernel> = {
  Dilation2D: (call) => run(call, 'dilation2d'),
  Dilation2DBackpropInput: (call) => run(call, 'dilation2dBackpropInput'),
  Dilation2DBackpropFilter: (call) => run(call, 'dilation2dBackpropFilter'),
};
