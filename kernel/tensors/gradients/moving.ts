// Ops that copy, pick and put together elements: the gradient puts dy back where it came from.
import * as tf from '@tensorflow/tfjs-core';
import { runNamed } from '../engine/call.ts';
import { attr, register, registerList, product, zeros } from './register.ts';

export function moving(): void {
  registerList('Unpack', {}, (dys, _, attrs) => ({
    value: () => tf.stack(dys, attr<tf.UnpackAttrs>(attrs).axis),
  }));
  registerList('SplitV', {}, (dys, _, attrs) => ({
    x: () => tf.concat(dys, attr<tf.SplitVAttrs>(attrs).axis),
  }));
  register('FlipLeftRight', {}, (dy) => ({ image: () => tf.reverse(dy, 2) }));
  tiled();
  gathered();
  rotated();
}

/** Of any rank: axis after axis, the sum over the copies. */
function tiled(): void {
  register('Tile', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { reps } = attr<tf.TileAttrs>(attrs);
    const { shape } = x!;
    return {
      x: () =>
        reps
          .reduce((d, n, axis) => {
            if (n === 1) return d;
            const before = product(shape.slice(0, axis));
            return d.reshape([before, n, d.size / (before * n)]).sum(1);
          }, dy.clone())
          .reshape(shape),
    };
  });
}

/** Along any axis, behind any number of batch axes. */
function gathered(): void {
  register('GatherV2', { inputsToSave: ['x', 'indices'] }, (dy, [x, indices], attrs) => {
    const { axis, batchDims = 0 } = attr<tf.GatherV2Attrs>(attrs);
    const { shape } = x!;
    const at = tf.util.parseAxisParam(axis, shape)[0]!;
    const batch = product(shape.slice(0, batchDims));
    const outer = product(shape.slice(batchDims, at));
    const size = shape[at]!;
    const inner = product(shape.slice(at + 1));
    const picked = indices!.size / batch;
    /** Exchanges the axes behind the batch: [batch, a, b, inner] → [batch, b, a, inner]. */
    const swap = (t: tf.Tensor, a: number, b: number) =>
      outer === 1 ? t : tf.transpose(t.reshape([batch, a, b, inner]), [0, 2, 1, 3]);
    return {
      x: () => {
        const rows = swap(dy, outer, picked).reshape([batch * picked, outer * inner]);
        const ids = indices!.reshape([batch, picked]).cast('int32');
        // each element of the batch has segments of its own
        const first = tf.range(0, batch, 1, 'int32').mul(tf.scalar(size, 'int32')).reshape([batch, 1]);
        const segments = (batch === 1 ? ids : ids.add(first)).reshape([-1]) as tf.Tensor1D;
        return swap(tf.unsortedSegmentSum(rows, segments, batch * size), size, outer).reshape(shape);
      },
      indices: () => zeros(indices!),
    };
  });
}

/** Each pixel of a rotated image is one of the image, or none: the same rotation of the pixels' numbers says which. */
function rotated(): void {
  register('RotateWithOffset', { inputsToSave: ['image'] }, (dy, [image], attrs) => {
    const { radians, center } = attr<tf.RotateWithOffsetAttrs>(attrs);
    const [batch, height, width, channels] = image!.shape as [number, number, number, number];
    const pixels = height * width;
    return {
      image: () => {
        // from 1 on, as 0 fills what comes from outside
        const numbers = tf.range(1, pixels + 1).reshape([1, height, width, 1]);
        const from = runNamed('RotateWithOffset', { image: numbers }, { radians, center, fillValue: 0 });
        const inside = from.reshape([-1, 1]).greater(0).cast('float32');
        const segments = from.reshape([-1]).sub(1).maximum(0).cast('int32') as tf.Tensor1D;
        const images = tf
          .unstack(dy)
          .map((d) => tf.unsortedSegmentSum(d.reshape([pixels, channels]).mul(inside), segments, pixels));
        return tf.stack(images).reshape([batch, height, width, channels]);
      },
    };
  });
}
