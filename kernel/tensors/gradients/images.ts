// Pooling over windows and resizing of images.
import * as tf from '@tensorflow/tfjs-core';
import { runNamed } from '../engine/call.ts';
import { attr, register, registerList, zeros } from './register.ts';

type Shape4D = [number, number, number, number];
type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
type Rounding = 'floor' | 'round' | 'ceil' | undefined;
type Pair = [number, number];

interface Pooling {
  filterSize: number | Pair;
  strides: number | Pair;
  pad: Pad;
  dimRoundingMode?: Rounding;
}

export function imageGradients(): void {
  pooling();
  resizing();
  cropping();
}

function pooling(): void {
  register('AvgPool', { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => averagePoolGrad(dy, x!, attr<Pooling>(attrs)),
  }));
  secondOrder();
  registerList('MaxPoolWithArgmax', { inputsToSave: ['x'], outputsToSave: [true, false] }, (dys, saved, attrs) => {
    const [x, y] = saved as [tf.Tensor, tf.Tensor];
    const { filterSize, strides, pad } = attr<tf.MaxPoolWithArgmaxAttrs>(attrs);
    return { x: () => maxPoolGrad(dys[0]!, x, y, { filterSize, strides, pad }) };
  });
  volumes();
}

const maxPoolGrad = (dy: tf.Tensor, input: tf.Tensor, output: tf.Tensor, pooling: Pooling) =>
  runNamed('MaxPoolGrad', { dy, input, output }, pooling);

/**
 * Average pooling divides by the number of elements that a window covers within the image, and so must its gradient.
 * The stock op kernel divides by the window's size, so dy is multiplied by the ratio of the two.
 */
function averagePoolGrad(dy: tf.Tensor, x: tf.Tensor, pooling: Pooling): tf.Tensor {
  const ratio = fullOverCovered(x, pooling);
  return runNamed('AvgPoolGrad', { dy: ratio ? dy.mul(ratio) : dy, input: x }, pooling);
}

/**
 * The size of each window over the number of elements it covers, [1, outHeight, outWidth, 1]; undefined if all are 1.
 */
function fullOverCovered(x: tf.Tensor, pooling: Pooling): tf.Tensor | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = pooling;
  const { outHeight, outWidth, filterHeight, filterWidth, inHeight, inWidth, strideHeight, strideWidth, padInfo } =
    tf.backend_util.computePool2DInfo(x.shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  const reached = (out: number, size: number, stride: number) => (out - 1) * stride + size;
  if (
    padInfo.top === 0 &&
    padInfo.left === 0 &&
    reached(outHeight, filterHeight, strideHeight) <= inHeight &&
    reached(outWidth, filterWidth, strideWidth) <= inWidth
  )
    return undefined;
  const covered = (out: number, size: number, stride: number, before: number, n: number) =>
    Array.from({ length: out }, (_, i) => Math.min(n, i * stride - before + size) - Math.max(0, i * stride - before));
  const rows = covered(outHeight, filterHeight, strideHeight, padInfo.top, inHeight);
  const columns = covered(outWidth, filterWidth, strideWidth, padInfo.left, inWidth);
  const ratio = rows.map((r) => columns.map((c) => (filterHeight * filterWidth) / (r * c)));
  return tf.tensor(ratio.flat(), [1, outHeight, outWidth, 1]);
}

/** Second derivatives: pooling's gradient is linear in dy, and constant, or nearly so, in the input. */
function secondOrder(): void {
  // The gradient goes to the largest element of each window; the second derivative comes back from there
  register('MaxPoolGrad', { inputsToSave: ['input', 'output'] }, (ddx, [input, output], attrs) => {
    const { filterSize, strides, pad } = attr<tf.MaxPoolGradAttrs>(attrs);
    return {
      dy: () => {
        const { indexes } = tf.maxPoolWithArgmax(input as tf.Tensor4D, filterSize, strides, pad as 'same', true);
        return tf.gather(ddx.reshape([-1]), indexes!.reshape([-1]).cast('int32')).reshape(output!.shape);
      },
      input: () => zeros(input!),
      output: () => zeros(output!),
    };
  });
  register('AvgPoolGrad', { inputsToSave: ['input'] }, (ddx, [input], attrs) => {
    const pooling = attr<Pooling>(attrs);
    return {
      dy: () => {
        const [mean, ratio] = [runNamed('AvgPool', { x: ddx }, pooling), fullOverCovered(input!, pooling)];
        return ratio ? mean.div(ratio) : mean;
      },
      input: () => zeros(input!),
    };
  });
}

/**
 * Pooling of volumes [batch, depth, height, width, channels]: within each image, then across images along the depth.
 */
function volumes(): void {
  interface Pooling3D {
    filterSize: number | [number, number, number];
    strides: number | [number, number, number];
    pad: 'valid' | 'same' | number;
    dimRoundingMode?: Rounding;
  }
  /** The two stages: on [batch · depth, height, width, channels], then on [batch, depth, height · width, channels]. */
  function stages(x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: Pooling3D) {
    const size = typeof filterSize === 'number' ? [filterSize, filterSize, filterSize] : filterSize;
    const stride = typeof strides === 'number' ? [strides, strides, strides] : strides;
    const rounding = dimRoundingMode ? { dimRoundingMode } : {};
    const across: Pooling = { filterSize: [size[1]!, size[2]!], strides: [stride[1]!, stride[2]!], pad, ...rounding };
    const along: Pooling = {
      filterSize: [size[0]!, 1],
      strides: [stride[0]!, 1],
      pad:
        typeof pad === 'number'
          ? [
              [0, 0],
              [pad, pad],
              [0, 0],
              [0, 0],
            ]
          : pad,
      ...rounding,
    };
    const [n, d, h, w, c] = x.shape as [number, number, number, number, number];
    const { outHeight, outWidth } = tf.backend_util.computePool2DInfo(
      [n * d, h, w, c],
      across.filterSize,
      across.strides,
      1,
      pad,
      dimRoundingMode,
    );
    return {
      across,
      along,
      flat: [n * d, h, w, c],
      between: [n * d, outHeight, outWidth, c],
      deep: [n, d, outHeight * outWidth, c],
    };
  }
  register('AvgPool3D', { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => {
      const { across, along, flat, between, deep } = stages(x!, attr<Pooling3D>(attrs));
      const [n, d, h, w, c] = dy.shape as [number, number, number, number, number];
      // Only the shapes of the inputs matter
      const dBetween = averagePoolGrad(dy.reshape([n, d, h * w, c]), tf.zeros(deep), along).reshape(between);
      return averagePoolGrad(dBetween, x!.reshape(flat), across).reshape(x!.shape);
    },
  }));
  register('MaxPool3D', { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
    x: () => {
      const { across, along, flat, between, deep } = stages(x!, attr<Pooling3D>(attrs));
      const [n, d, h, w, c] = dy.shape as [number, number, number, number, number];
      const images = x!.reshape(flat);
      const largest = runNamed('MaxPool', { x: images }, across);
      const columns = largest.reshape(deep);
      const y = runNamed('MaxPool', { x: columns }, along);
      const dBetween = maxPoolGrad(dy.reshape([n, d, h * w, c]), columns, y, along).reshape(between);
      return maxPoolGrad(dBetween, images, largest, across).reshape(x!.shape);
    },
  }));
}

/**
 * Each new row and column comes from one or two old ones, so resizing multiplies the image by a matrix on either side,
 * and its gradient by the transposed ones. The stock op kernels mix up batches, exchange height and width, and ignore
 * `halfPixelCenters`.
 */
function resizing(): void {
  type Attrs = tf.ResizeBilinearAttrs;
  /** [1, n, newN]: the share of old row i in new row j. */
  type Shares = (n: number, newN: number, attrs: Attrs) => tf.Tensor;
  const matrix = (n: number, newN: number, shares: (j: number) => Pair[]) => {
    const m = new Float32Array(n * newN);
    for (let j = 0; j < newN; j++) for (const [i, share] of shares(j)) m[i * newN + j]! += share;
    return tf.tensor3d(m, [1, n, newN]);
  };
  const scale = (n: number, newN: number, { alignCorners }: Attrs) =>
    alignCorners && newN > 1 ? (n - 1) / (newN - 1) : n / newN;

  const nearest: Shares = (n, newN, attrs) =>
    matrix(n, newN, (j) => {
      const at = scale(n, newN, attrs) * (attrs.halfPixelCenters ? j + 0.5 : j);
      return [[Math.max(0, Math.min(n - 1, attrs.alignCorners ? Math.round(at) : Math.floor(at))), 1]];
    });
  const linear: Shares = (n, newN, attrs) =>
    matrix(n, newN, (j) => {
      const s = scale(n, newN, attrs);
      const at = attrs.halfPixelCenters ? s * (j + 0.5) - 0.5 : s * j;
      const low = Math.max(0, Math.floor(at));
      const share = at - low;
      return [
        [low, 1 - share],
        [Math.min(n - 1, Math.ceil(at)), share],
      ];
    });
  for (const [kernelName, shares] of [
    ['ResizeNearestNeighbor', nearest],
    ['ResizeBilinear', linear],
  ] as const) {
    register(kernelName, { inputsToSave: ['images'] }, (dy, [images], attrs) => {
      const [batch, h, w, c] = images!.shape as Shape4D;
      const [, newH, newW] = dy.shape as Shape4D;
      return {
        images: () => {
          const rows = tf.matMul(shares(h, newH, attr<Attrs>(attrs)), dy.reshape([batch, newH, newW * c]));
          const columns = tf.matMul(shares(w, newW, attr<Attrs>(attrs)), rows.reshape([batch * h, newW, c]));
          return columns.reshape(images!.shape);
        },
      };
    });
  }
}

/**
 * `tf.image.cropAndResize`: each row and column of a crop comes from one or two of the image, as in resizing. Boxes get
 * no gradient.
 */
function cropping(): void {
  register('CropAndResize', { inputsToSave: ['image', 'boxes', 'boxInd'] }, (dy, saved, attrs) => {
    const [image, boxes, boxInd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const { cropSize, method } = attr<tf.CropAndResizeAttrs>(attrs);
    const [batch, height, width, channels] = image.shape as Shape4D;
    /** [boxes, crop, n]: the share of element i of the image in element j of the crop. */
    const shares = (from: number, to: number, crop: number, n: number) => {
      const [low, high] = [from, to].map((k) => tf.slice(boxes, [0, k], [boxes.shape[0]!, 1]).mul(n - 1));
      const steps = tf.range(0, crop).reshape([1, crop]);
      const at =
        crop > 1
          ? low!.add(
              high!
                .sub(low!)
                .div(crop - 1)
                .mul(steps),
            )
          : low!.add(high!).mul(0.5);
      const isInside = tf.logicalAnd(at.greaterEqual(0), at.lessEqual(n - 1)).cast('float32');
      const column = at.reshape([boxes.shape[0]!, crop, 1]);
      const places = tf.range(0, n).reshape([1, 1, n]);
      const share =
        method === 'nearest'
          ? tf.equal(tf.floor(column.add(0.5)), places).cast('float32')
          : tf.relu(tf.sub(1, tf.abs(column.sub(places))));
      return share.mul(isInside.reshape([boxes.shape[0]!, crop, 1]));
    };
    return {
      image: () => {
        const [rows, columns] = [shares(0, 2, cropSize[0], height), shares(1, 3, cropSize[1], width)];
        const each = tf.einsum('nyh,nyxc,nxw->nhwc', rows, dy, columns);
        const flat = each.reshape([boxes.shape[0]!, height * width * channels]);
        return tf.unsortedSegmentSum(flat, boxInd.cast('int32') as tf.Tensor1D, batch).reshape(image.shape);
      },
    };
  });
}
