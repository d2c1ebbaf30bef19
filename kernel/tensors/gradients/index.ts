// Gradients that TensorFlow.js 4.22 has wrong or lacks, for every device: registered over its own, or new.
// Each is held against finite differences in test/gradients. Those of whole families of ops are in gradients/.
import * as tf from '@tensorflow/tfjs-core';
import { correctCalls } from './calls.ts';
import { dilatedConvolutions, gradientsOfConvolutions, matrixProducts } from './convolution.ts';
import { broadcasts, constants, products } from './elementwise.ts';
import { pooling, resizing } from './images.ts';
import { moving } from './moving.ts';
import { recordOpsBeforeClones } from '../engine/order.ts';
import { attr, register, registerList, zeros } from './register.ts';

/** Registers all of them. Call it once, after tfjs has registered its own. */
export function correctGradients(): void {
  constants();
  broadcasts();
  products();
  scans();
  indexing();
  moving();
  padding();
  matrixProducts();
  dilatedConvolutions();
  gradientsOfConvolutions();
  pooling();
  resizing();
  correctCalls();
  recordOpsBeforeClones();
}

/** Cumulative sum and product along an axis. */
function scans(): void {
  interface ScanAttrs {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  }
  register('Cumsum', {}, (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
  });
  // dL/dx_k = (Π_{j<k} x_j) · S_k with S_k = dy_k + x_{k+1} S_{k+1}; no division, so that zeros in x are no exception
  register('Cumprod', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    const grad = () => {
      const order = <T>(list: T[]) => (reverse ? list.reverse() : list);
      const xs = order(tf.unstack(x!, axis));
      const dys = order(tf.unstack(dy, axis));
      const suffix: tf.Tensor[] = [];
      let s: tf.Tensor = tf.zerosLike(dys[0]!);
      for (let k = xs.length - 1; k >= 0; k--) {
        const next = k + 1 < xs.length;
        // inclusive: S_k as above; exclusive: y_i lacks x_i, so that the sum begins one later
        if (exclusive) s = next ? tf.add(dys[k + 1]!, tf.mul(xs[k + 1]!, s)) : s;
        else s = next ? tf.add(dys[k]!, tf.mul(xs[k + 1]!, s)) : dys[k]!;
        suffix[k] = s;
      }
      let before: tf.Tensor = tf.onesLike(xs[0]!);
      const grads = xs.map((v, k) => {
        const g = tf.mul(before, suffix[k]!);
        before = tf.mul(before, v);
        return g;
      });
      return tf.stack(order(grads), axis);
    };
    return { x: grad };
  });
}

/** Ops that pick elements: the gradient puts dy back where it came from. */
function indexing(): void {
  register('GatherNd', { inputsToSave: ['params', 'indices'] }, (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!.cast('int32'), dy, params!.shape),
    indices: () => zeros(indices!),
  }));
  register('ScatterNd', { inputsToSave: ['indices'] }, (dy, [indices]) => ({
    updates: () => tf.gatherND(dy, indices!.cast('int32')),
    indices: () => zeros(indices!),
  }));
  register('StridedSlice', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
      attr<tf.StridedSliceAttrs>(attrs);
    return {
      // The same slice of the elements' numbers says where each came from
      x: () => {
        const size = x!.size;
        // float32 counts exactly to 2²⁴, and its op kernels are the better ones
        const from = tf.range(0, size, 1, size < 1 << 24 ? 'float32' : 'int32').reshape(x!.shape);
        const at = tf.stridedSlice(
          from,
          begin,
          end,
          strides,
          beginMask,
          endMask,
          ellipsisMask,
          newAxisMask,
          shrinkAxisMask,
        );
        return tf.scatterND(at.reshape([-1, 1]).cast('int32'), dy.reshape([-1]), [size]).reshape(x!.shape);
      },
    };
  });
  registerList('TopK', { inputsToSave: ['x'], outputsToSave: [false, true] }, (dys, [x, indices]) => ({
    x: () => {
      const depth = x!.shape.at(-1)!;
      const rows = x!.size / depth;
      const k = indices!.shape.at(-1)!;
      const base = tf.range(0, rows, 1, 'int32').mul(tf.scalar(depth, 'int32')).reshape([rows, 1]);
      const at = indices!.reshape([rows, k]).add(base).reshape([-1, 1]).cast('int32');
      return tf.scatterND(at, dys[0]!.reshape([-1]), [x!.size]).reshape(x!.shape);
    },
  }));
  register('Diag', { inputsToSave: ['x'] }, (dy, [x]) => ({
    x: () => {
      const n = x!.size;
      return tf
        .mul(dy.reshape([n, n]), tf.eye(n))
        .sum(1)
        .reshape(x!.shape);
    },
  }));
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

/** Mirrored borders add their gradient to the elements that they are copies of. */
function padding(): void {
  register('MirrorPad', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { paddings, mode } = attr<tf.MirrorPadAttrs>(attrs);
    const skip = mode === 'reflect' ? 1 : 0; // the border element itself is not repeated
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
