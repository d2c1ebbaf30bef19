// Depthwise convolution and its gradients. Where a channel has several filters, the channels are repeated first, so
// that each has one filter: filter [height, width, channels, multiplier] is [height, width, channels · multiplier] in
// memory.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import { fused, isBias } from './activation.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';
import { geometryOf, type ConvAttrs, type Geometry } from '../../geometry.ts';
import { shapeOf } from './shape.ts';

/**
 * The geometry of a convolution of x [batch, height, width, channels]; undefined for cases that the JavaScript op
 * kernel handles.
 */
function geometry(xShape: number[], filterShape: number[], attrs: Record<string, unknown>): Geometry | undefined {
  if (xShape.length !== 4 || filterShape.length !== 4 || filterShape[2] !== xShape[3]) return undefined;
  const info = geometryOf(xShape, filterShape, attrs as unknown as ConvAttrs, true);
  if (!info) return undefined;
  const { batchSize, inHeight, inWidth, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  for (const n of [batchSize, inHeight, inWidth, outHeight, outWidth, outChannels, filterHeight, filterWidth])
    if (!(n > 0)) return undefined;
  return info;
}

/** Hands `use` the address of x with each channel repeated once for each of its filters. */
function withRepeated(backend: CpuBackend, x: tf.TensorInfo, info: Geometry, use: (at: number) => void): void {
  const multiplier = info.outChannels / info.inChannels;
  if (multiplier === 1) {
    use(backend.address(x));
    return;
  }
  const n = info.batchSize * info.inHeight * info.inWidth * info.inChannels;
  backend.withMemory(n * multiplier * 4, [], (repeated) => {
    const { exports } = backend.program;
    exports.moveStart();
    exports.moveDim(n, multiplier, 1);
    exports.moveDim(multiplier, 1, 0);
    exports.move(repeated, backend.address(x), 4);
    use(repeated);
  });
}

const isFloat = (a: tf.TensorInfo, b: tf.TensorInfo) => a.dtype === 'float32' && b.dtype === 'float32';

/** A new tensor that `fill` sets; it is disposed of if that fails. */
function made(backend: CpuBackend, shape: number[], fill: (at: number) => void): tf.TensorInfo {
  const y = backend.output(shape, 'float32');
  try {
    fill(backend.address(y));
  } catch (e) {
    backend.disposeIntermediateTensorInfo(y);
    throw e;
  }
  return y;
}

function convolve({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined {
  const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
  if (!isFloat(x, filter)) return undefined;
  const { strides, dilations } = attrs as unknown as ConvAttrs;
  if (!tf.backend_util.eitherStridesOrDilationsAreOne(strides, dilations ?? 1)) return undefined;
  const info = geometry(x.shape, filter.shape, attrs);
  if (!info) return undefined;
  if (!isBias(bias, info.outChannels)) return undefined;
  const relu = attrs['activation'] === 'relu';
  return made(backend, info.outShape, (y) =>
    withRepeated(backend, x, info, (from) => {
      backend.program.exports.depthwiseConv2d({
        shape: shapeOf(info),
        x: from,
        w: backend.address(filter),
        y,
        bias: bias ? backend.address(bias) : 0,
        ...{ work: 0, padded: 0, relu },
      });
    }),
  );
}

/** Whether dy has the shape of the convolution's result. */
const matches = ({ shape }: tf.TensorInfo, { outShape }: Geometry) => tf.util.arraysEqual(shape, outShape);

export const depthwise: Record<string, OpKernel> = {
  DepthwiseConv2dNative: convolve,

  FusedDepthwiseConv2D: fused(convolve),

  DepthwiseConv2dNativeBackpropInput: ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const inputShape = attrs['inputShape'] as number[];
    const info = isFloat(dy, filter) ? geometry(inputShape, filter.shape, attrs) : undefined;
    if (!info || !matches(dy, info)) return undefined;
    const { exports } = backend.program;
    const multiplier = info.outChannels / info.inChannels;
    const n = sizeOf(inputShape);
    const repeated = multiplier === 1 ? 0 : n * multiplier * 4;
    const work = sizeOf(filter.shape) * 4;
    return made(backend, inputShape, (dx) =>
      backend.withMemory(repeated + work, [], (at) => {
        const to = multiplier === 1 ? dx : at + work;
        exports.depthwiseConv2dBackpropInput({
          shape: shapeOf(info),
          x: to,
          w: backend.address(filter),
          y: backend.address(dy),
          ...{ bias: 0, work: at, padded: 0, relu: false },
        });
        if (multiplier > 1) exports.sumGroups({ x: to, y: dx, n, size: multiplier });
      }),
    );
  },

  DepthwiseConv2dNativeBackpropFilter: ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const filterShape = attrs['filterShape'] as number[];
    const info = isFloat(x, dy) ? geometry(x.shape, filterShape, attrs) : undefined;
    if (!info || !matches(dy, info)) return undefined;
    const { exports } = backend.program;
    return made(backend, filterShape, (dw) =>
      withRepeated(backend, x, info, (from) => {
        const args = {
          shape: shapeOf(info),
          x: from,
          w: dw,
          y: backend.address(dy),
          ...{ bias: 0, work: 0, padded: 0, relu: false },
        };
        backend.withMemory(exports.depthwiseFilterWorkBytes(args), [], (work) =>
          exports.depthwiseConv2dBackpropFilter({ ...args, work }),
        );
      }),
    );
  },
};
