// Max and average pooling of images [batch, height, width, channels] and their gradients.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from './index.ts';

declare module '../program.ts' {
  interface Exports {
    poolShape(
      batch: number,
      inHeight: number,
      inWidth: number,
      channels: number,
      outHeight: number,
      outWidth: number,
      filterHeight: number,
      filterWidth: number,
      strideHeight: number,
      strideWidth: number,
      top: number,
      left: number,
    ): void;
    maxPool(x: number, y: number): void;
    avgPool(x: number, y: number): void;
    maxPoolGrad(x: number, dy: number, dx: number): void;
    avgPoolGrad(dy: number, dx: number): void;
  }
}

type Info = tf.backend_util.Conv2DInfo;

/** The windows over x [batch, height, width, channels]. */
function windows(x: tf.TensorInfo, attrs: Record<string, unknown>): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolAttrs;
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

function setShape({ program }: CpuBackend, info: Info, outHeight: number, outWidth: number): void {
  program.exports.poolShape(
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    outHeight,
    outWidth,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  );
}

function forward(name: 'maxPool' | 'avgPool', { inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  if (x.dtype !== 'float32' || x.shape.length !== 4) return undefined;
  const info = windows(x, attrs);
  const { outShape, inShape, filterHeight, filterWidth } = info;
  if (filterHeight === 1 && filterWidth === 1 && tf.util.arraysEqual(inShape, outShape)) return backend.share(x);
  for (const n of inShape) if (n === 0) return undefined;
  for (const n of outShape) if (n <= 0) return undefined;
  const y = backend.output(outShape, 'float32');
  setShape(backend, info, info.outHeight, info.outWidth);
  backend.program.exports[name](backend.address(x), backend.address(y));
  return y;
}

/** A gradient's operands, if they are of the kind that is computed here: x [batch, height, width, channels], dy likewise. */
function operands({ inputs }: OpCall): [x: tf.TensorInfo, dy: tf.TensorInfo] | undefined {
  const x = inputs['input']!;
  const dy = inputs['dy']!;
  if (x.dtype !== 'float32' || dy.dtype !== 'float32' || x.shape.length !== 4 || dy.shape.length !== 4)
    return undefined;
  for (const n of x.shape) if (n === 0) return undefined;
  for (const n of dy.shape) if (n === 0) return undefined;
  return [x, dy];
}

/** dL/dx of `maxPool`: dy goes to the first largest element of each window. */
const maxPoolGrad: OpKernel = (call) => {
  const found = operands(call);
  if (!found) return undefined;
  const [x, dy] = found;
  const { backend, attrs } = call;
  const info = windows(x, attrs);
  const dx = backend.output(x.shape, 'float32');
  // Rounded up or down: dy knows
  setShape(backend, info, dy.shape[1]!, dy.shape[2]!);
  backend.program.exports.maxPoolGrad(backend.address(x), backend.address(dy), backend.address(dx));
  return dx;
};

/** dL/dx of `avgPool`, where each window is divided by its full size; kernel/dl/gradients/images.ts makes that right at the borders. */
const avgPoolGrad: OpKernel = (call) => {
  const found = operands(call);
  if (!found) return undefined;
  const [x, dy] = found;
  const { backend, attrs } = call;
  const info = windows(x, attrs);
  const dx = backend.output(x.shape, 'float32');
  setShape(backend, info, dy.shape[1]!, dy.shape[2]!);
  backend.program.exports.avgPoolGrad(backend.address(dy), backend.address(dx));
  return dx;
};

export const pooling: Record<string, OpKernel> = {
  MaxPool: (call) => forward('maxPool', call),
  AvgPool: (call) => forward('avgPool', call),
  MaxPoolGrad: maxPoolGrad,
  AvgPoolGrad: avgPoolGrad,
};
