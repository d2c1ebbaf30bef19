// Convolutions with dilation, transposed ones in three dimensions, and the second derivatives of all.
import * as tf from '@tensorflow/tfjs-core';
import { runNamed } from '../engine/call.ts';
import { product, register } from './register.ts';

export function convolutionGradients(): void {
  dilatedConvolutions();
  secondOrder();
}

/**
 * A filter with d − 1 zeros between its elements, which convolves as the filter does with dilation d.
 * @param filter [spatial axes…, inDepth, outDepth]
 * @param dilations one for each spatial axis
 */
function spread(filter: tf.Tensor, dilations: number[]): tf.Tensor {
  return dilations.reduce((wide, d, axis) => {
    if (d === 1) return wide;
    const size = wide.shape[axis]!;
    const before = product(wide.shape.slice(0, axis));
    const after = product(wide.shape.slice(axis + 1));
    const elements = wide.reshape([before, size, 1, after]);
    const full = tf.concat([elements, tf.zeros([before, size, d - 1, after])], 2).reshape([before, size * d, after]);
    const newSize = (size - 1) * d + 1;
    const shape = wide.shape.map((s, i) => (i === axis ? newSize : s));
    return tf.slice(full, [0, 0, 0], [before, newSize, after]).reshape(shape);
  }, filter);
}

/** The gradient with respect to a filter, from that with respect to the spread one: every d-th element. */
const gather = (dw: tf.Tensor, dilations: number[]) =>
  tf.stridedSlice(
    dw,
    dw.shape.map(() => 0),
    dw.shape,
    dw.shape.map((_, axis) => dilations[axis] ?? 1),
  );

/** One number for each spatial axis. */
function perAxis(dilations: number | number[] | undefined, spatial: number): number[] {
  if (Array.isArray(dilations)) return Array.from({ length: spatial }, (_, i) => dilations[i] ?? dilations[0]!);
  return Array<number>(spatial).fill(dilations ?? 1);
}

/** With dilation, the gradients are those of the same convolution with a spread filter. */
function dilatedConvolutions(): void {
  for (const [kernelName, derInput, derFilter, spatial] of [
    ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 2],
    ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2', 3],
    ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter', 2],
  ] as const) {
    register(kernelName, { inputsToSave: ['x', 'filter'] }, (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor, tf.Tensor];
      const dilations = perAxis(attrs['dilations'] as number | number[] | undefined, spatial);
      const dilated = dilations.some((d) => d > 1);
      const wide = dilated ? spread(filter, dilations) : filter;
      const plain = { ...attrs, dilations: dilations.map(() => 1) };
      return {
        x: () => runNamed(derInput, { dy, filter: wide }, { ...plain, inputShape: x.shape }),
        filter: () => {
          const dw = runNamed(derFilter, { x, dy }, { ...plain, filterShape: wide.shape });
          return dilated ? gather(dw, dilations) : dw;
        },
      };
    });
  }
}

/** The gradients of convolutions are linear in both operands, as convolutions are; so are theirs. */
function secondOrder(): void {
  for (const [forward, derInput, derFilter] of [
    ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
    ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  ] as const) {
    const dilations = forward === 'Conv3D' ? [1, 1, 1] : [1, 1];
    const dataFormat = forward === 'Conv3D' ? 'NDHWC' : 'NHWC';
    register(derInput, { inputsToSave: ['dy', 'filter'] }, (ddx, saved, attrs) => {
      const [dy, filter] = saved as [tf.Tensor, tf.Tensor];
      const all = { dataFormat, ...attrs, dilations };
      return {
        dy: () => runNamed(forward, { x: ddx, filter }, all),
        filter: () => runNamed(derFilter, { x: ddx, dy }, { ...all, filterShape: filter.shape }),
      };
    });
    register(derFilter, { inputsToSave: ['x', 'dy'] }, (ddw, saved, attrs) => {
      const [x, dy] = saved as [tf.Tensor, tf.Tensor];
      const all = { dataFormat, ...attrs, dilations };
      return {
        x: () => runNamed(derInput, { dy, filter: ddw }, { ...all, inputShape: x.shape }),
        dy: () => runNamed(forward, { x, filter: ddw }, all),
      };
    });
  }
}
