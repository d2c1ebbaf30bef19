// Local response normalization across channels.
import type * as tf from '@tensorflow/tfjs-core';
import { SCRATCH_BYTES } from '../assembly/memory-map.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

function run({ inputs, attrs, backend }: OpCall, gradient: boolean): tf.TensorInfo | undefined {
  const { x, y, dy } = inputs as { x: tf.TensorInfo; y?: tf.TensorInfo; dy?: tf.TensorInfo };
  const { depthRadius: radius, bias, alpha, beta } = attrs as unknown as tf.LRNAttrs;
  if (x.dtype !== 'float32' || x.shape.length !== 4 || sizeOf(x.shape) === 0) return undefined;
  if (gradient && (y!.dtype !== 'float32' || dy!.dtype !== 'float32')) return undefined;
  const channels = x.shape[3]!;
  if (channels * 16 > SCRATCH_BYTES || !Number.isInteger(radius) || radius < 0) return undefined;
  const result = backend.output(x.shape, 'float32');
  const to = backend.address(result);
  backend.program.exports[gradient ? 'lrnGrad' : 'lrn']({
    x: backend.address(x),
    y: gradient ? backend.address(y!) : to,
    dy: gradient ? backend.address(dy!) : 0,
    dx: gradient ? to : 0,
    pixels: sizeOf(x.shape) / channels,
    channels,
    radius: Math.min(radius, channels),
    bias,
    alpha,
    beta,
  });
  return result;
}

export const responses: Record<string, OpKernel> = {
  LRN: (call) => run(call, false),
  LRNGrad: (call) => run(call, true),
};
