// Max and average pooling of volumes [batch, depth, height, width, channels] and their gradients.
import * as tf from '@tensorflow/tfjs-core';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { volumeShape, type Volume } from './volume.ts';

type Five = [number, number, number, number, number];
type Name = 'maxPool3d' | 'avgPool3d';

/** The windows over x; undefined where there is nothing to compute. */
function windows(x: tf.TensorInfo, attrs: Record<string, unknown>): Volume | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPool3DAttrs;
  if (x.dtype !== 'float32' || x.shape.length !== 5 || x.shape.includes(0)) return undefined;
  const info = tf.backend_util.computePool3DInfo(x.shape as Five, filterSize, strides, 1, pad, dimRoundingMode);
  return info.outDepth > 0 && info.outHeight > 0 && info.outWidth > 0 ? info : undefined;
}

function forward({ inputs, attrs, backend }: OpCall, name: Name): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  const info = windows(x, attrs);
  if (!info) return undefined;
  const y = backend.output(info.outShape, 'float32');
  const [from, to] = [backend.address(x), backend.address(y)];
  backend.program.exports[name]({ shape: volumeShape(info, info.inChannels), x: from, y: to, dx: 0 });
  return y;
}

function gradient({ inputs, attrs, backend }: OpCall, name: `${Name}Grad`): tf.TensorInfo | undefined {
  const x = inputs['input']!;
  const dy = inputs['dy']!;
  const info = windows(x, attrs);
  if (!info || dy.dtype !== 'float32' || !tf.util.arraysEqual(dy.shape, info.outShape)) return undefined;
  const dx = backend.output(x.shape, 'float32');
  const [image, from, to] = [backend.address(x), backend.address(dy), backend.address(dx)];
  backend.program.exports[name]({ shape: volumeShape(info, info.inChannels), x: image, y: from, dx: to });
  return dx;
}

export const pooling3d: Record<string, OpKernel> = {
  MaxPool3D: (call) => forward(call, 'maxPool3d'),
  AvgPool3D: (call) => forward(call, 'avgPool3d'),
  /** dy goes to the first largest element of each window. */
  MaxPool3DGrad: (call) => gradient(call, 'maxPool3dGrad'),
  /** Each window is divided by its full size; kernel/tensors/gradients/images.ts makes that right at the borders. */
  AvgPool3DGrad: (call) => gradient(call, 'avgPool3dGrad'),
};
