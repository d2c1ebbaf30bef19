// The gradient of a 2-D convolution with respect to its filter, which tfjs-backend-wasm lacks, from slices and matrix products.
import * as tf from '@tensorflow/tfjs-core';

/**
 * dL/dW of `conv2d`: for each filter position (i, j), the product of the input seen at that position, [pixels, inDepth]
 * transposed, with dy, [pixels, outDepth] (Goodfellow, Bengio, Courville, *Deep Learning*, eq. 9.11).
 * Inputs: x [batch, height, width, inDepth], dy [batch, outHeight, outWidth, outDepth]; result filterShape.
 */
export const conv2DBackpropFilter: tf.KernelFunc = ({ inputs, attrs }) => {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  if (dataFormat === 'NCHW') throw new Error('conv2d: the gradient is available for dataFormat "NHWC" only; transpose the input to [batch, height, width, channels].');
  return tf.tidy(() => {
    const x = inputs['x'] as tf.Tensor4D;
    const dy = inputs['dy'] as tf.Tensor4D;
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode, false, 'channelsLast');
    const { outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth, strideHeight, strideWidth, batchSize, padInfo } = info;
    const { top, bottom, left, right } = padInfo;
    const padded = top || bottom || left || right ? (tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]) as tf.Tensor4D) : x;
    const pixels = batchSize * outHeight * outWidth;
    const patches: tf.Tensor2D[] = [];
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const end = [batchSize, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1, inChannels];
        const seen =
          strideHeight === 1 && strideWidth === 1
            ? tf.slice(padded, [0, i, j, 0], [batchSize, outHeight, outWidth, inChannels])
            : tf.stridedSlice(padded, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]);
        patches.push(tf.reshape(seen, [pixels, inChannels]));
      }
    }
    const columns = patches.length === 1 ? patches[0]! : tf.concat2d(patches, 1);
    return tf.reshape(tf.matMul(columns, tf.reshape(dy, [pixels, outChannels]), true, false), filterShape);
  });
};
