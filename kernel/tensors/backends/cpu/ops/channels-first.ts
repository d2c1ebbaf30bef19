// Convolutions of images with their channels first: the op kernels work on images with their channels last, and moving
// the channels costs little beside the convolution.
import type * as tf from '@tensorflow/tfjs-core';
import type { OpCall } from '../op-kernel.ts';
import { transposed } from './move.ts';

const LAST = [0, 2, 3, 1];
const FIRST = [0, 3, 1, 2];

/** A shape [batch, channels, height, width], or a padding of these dimensions, with the channels last. */
const lastOf = <T>(list: readonly T[]) => LAST.map((i) => list[i]!);

/** An op kernel that also takes images with their channels first, as its inputs `images`. */
export const channelsFirst =
  (images: readonly string[], op: (call: OpCall) => tf.TensorInfo | undefined, imageOut = true) =>
  (call: OpCall): tf.TensorInfo | undefined => {
    const { inputs, attrs, backend } = call;
    if (attrs['dataFormat'] !== 'NCHW') return op(call);
    // PReLU has a number for each element
    if (attrs['activation'] === 'prelu' || images.some((name) => inputs[name]!.shape.length !== 4)) return undefined;
    if (images.some((name) => inputs[name]!.dtype !== 'float32')) return undefined;
    const { pad, inputShape } = attrs as { pad: unknown; inputShape?: number[] };
    const moved = images.map((name) => transposed(backend, inputs[name]!, LAST)!);
    const y = op({
      inputs: { ...inputs, ...Object.fromEntries(images.map((name, i) => [name, moved[i]!])) },
      attrs: {
        ...attrs,
        dataFormat: 'NHWC',
        pad: Array.isArray(pad) ? lastOf(pad as unknown[]) : pad,
        ...(inputShape ? { inputShape: lastOf(inputShape) } : {}),
      },
      backend,
    });
    for (const t of moved) backend.disposeIntermediateTensorInfo(t);
    if (!y || !imageOut) return y;
    const result = transposed(backend, y, FIRST);
    backend.disposeIntermediateTensorInfo(y);
    return result;
  };
