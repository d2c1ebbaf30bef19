// Ops that pick elements: the gradient puts dy back where the elements came from.
import * as tf from '@tensorflow/tfjs-core';
import { attr, product, register, registerList, zeros } from './register.ts';

export function indexingGradients(): void {
  picked();
  gathered();
}

function picked(): void {
  register('GatherNd', { inputsToSave: ['params', 'indices'] }, (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!.cast('int32'), dy, params!.shape),
    indices: () => zeros(indices!),
  }));
  register('ScatterNd', { inputsToSave: ['indices'] }, (dy, [indices]) => ({
    updates: () => tf.gatherND(dy, indices!.cast('int32')),
    indices: () => zeros(indices!),
  }));
  // With respect to the weights; places at and beyond `size` count nowhere
  for (const name of ['Bincount', 'DenseBincount'])
    register(name, { inputsToSave: ['x', 'weights'] }, (dy, [x, weights], attrs) => ({
      weights: () => {
        const { size, binaryOutput } = attr<tf.DenseBincountAttrs>(attrs);
        if (binaryOutput || weights!.size === 0) return zeros(weights!);
        const isCounted = tf.less(x!, size).cast('float32');
        const places = tf.minimum(x!, tf.scalar(size - 1, 'int32')).cast('int32');
        return tf.gather(dy, places, x!.rank - 1, x!.rank - 1).mul(isCounted);
      },
    }));
  register('TensorScatterUpdate', { inputsToSave: ['indices', 'updates'] }, (dy, [indices, updates]) => ({
    tensor: () => tf.tensorScatterUpdate(dy, indices!.cast('int32'), zeros(updates!)),
    updates: () => tf.gatherND(dy, indices!.cast('int32')),
  }));
  register('StridedSlice', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
      attr<tf.StridedSliceAttrs>(attrs);
    return {
      // The same slice of the elements' positions says where each came from
      x: () => {
        const size = x!.size;
        // float32 counts exactly up to 2²⁴, and has the faster op kernels
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
}

/** `tf.gather` along any axis, with any number of batch axes. */
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
        // Each element of the batch has segments of its own
        const first = tf.range(0, batch, 1, 'int32').mul(tf.scalar(size, 'int32')).reshape([batch, 1]);
        const segments = (batch === 1 ? ids : ids.add(first)).reshape([-1]) as tf.Tensor1D;
        return swap(tf.unsortedSegmentSum(rows, segments, batch * size), size, outer).reshape(shape);
      },
      indices: () => zeros(indices!),
    };
  });
}
