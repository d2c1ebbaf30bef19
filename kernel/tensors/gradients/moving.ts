// Ops that move or copy whole blocks of elements: the gradient puts dy back where the elements came from.
import * as tf from '@tensorflow/tfjs-core';
import { runNamed } from '../engine/call.ts';
import { attr, product, register, registerList } from './register.ts';

export function movingGradients(): void {
  registerList('Unpack', {}, (dys, _, attrs) => ({
    value: () => tf.stack(dys, attr<tf.UnpackAttrs>(attrs).axis),
  }));
  registerList('SplitV', {}, (dys, _, attrs) => ({
    x: () => tf.concat(dys, attr<tf.SplitVAttrs>(attrs).axis),
  }));
  register('FlipLeftRight', {}, (dy) => ({ image: () => tf.reverse(dy, 2) }));
  tiled();
  padding();
  depthToSpace();
  rotated();
}

/** `tf.tile` of any rank: the sum over the copies, axis by axis. */
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

/** Each pixel of a rotated image is a pixel of the image, or none: rotating the pixels' positions says which. */
function rotated(): void {
  register('RotateWithOffset', { inputsToSave: ['image'] }, (dy, [image], attrs) => {
    const { radians, center } = attr<tf.RotateWithOffsetAttrs>(attrs);
    const [batch, height, width, channels] = image!.shape as [number, number, number, number];
    const pixels = height * width;
    return {
      image: () => {
        // From 1 on: 0 fills what comes from outside
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

/** The gradient of a mirrored border is added to the elements that it copies. */
function padding(): void {
  register('MirrorPad', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { paddings, mode } = attr<tf.MirrorPadAttrs>(attrs);
    const skip = mode === 'reflect' ? 1 : 0; // The border element itself is not repeated
    const fold = (d: tf.Tensor, axis: number): tf.Tensor => {
      const [before, after] = paddings[axis]!;
      const n = x!.shape[axis]!;
      const part = (begin: number, size: number) => {
        const b = d.shape.map((_, i) => (i === axis ? begin : 0));
        return tf.slice(
          d,
          b,
          d.shape.map((s, i) => (i === axis ? size : s)),
        );
      };
      const place = (t: tf.Tensor, at: number) => {
        const size = t.shape[axis]!;
        return tf.pad(
          tf.reverse(t, axis),
          t.shape.map((_, i) => (i === axis ? [at, n - at - size] : [0, 0])) as [number, number][],
        );
      };
      let sum = part(before, n);
      if (before) sum = sum.add(place(part(0, before), skip));
      if (after) sum = sum.add(place(part(before + n, after), n - skip - after));
      return sum;
    };
    return { x: () => paddings.reduce((d, _, axis) => fold(d, axis), dy) };
  });
}

function depthToSpace(): void {
  register('DepthToSpace', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { blockSize: b, dataFormat } = attr<tf.DepthToSpaceAttrs>(attrs);
    return {
      x: () => {
        const nhwc = dataFormat === 'NHWC';
        const [batch, h, w, c] = nhwc ? x!.shape : [x!.shape[0], x!.shape[2], x!.shape[3], x!.shape[1]];
        const d = nhwc ? dy : tf.transpose(dy, [0, 2, 3, 1]);
        // [batch, h, b, w, b, depth] → [batch, h, w, b, b, depth]
        const moved = tf
          .transpose(d.reshape([batch!, h!, b, w!, b, c! / (b * b)]), [0, 1, 3, 2, 4, 5])
          .reshape([batch!, h!, w!, c!]);
        return nhwc ? moved : tf.transpose(moved, [0, 3, 1, 2]);
      },
    };
  });
}
