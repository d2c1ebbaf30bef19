// Gradients of the 2-D convolution as convolutions themselves, which tfjs-backend-wasm computes by XNNPACK. It lacks the one with
// respect to the filter, and its own one with respect to the input is a plain loop. Channels are last; NCHW is not sent here.
import * as tf from '@tensorflow/tfjs-core';

interface ConvGradAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function info(xShape: number[], filterShape: number[], { strides, pad, dimRoundingMode }: ConvGradAttrs) {
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
}

/**
 * dL/dW of `conv2d`: dW[i, j, c, o] = Σ over batch n and pixels p of x[n, p·stride + (i, j), c] · dy[n, p, o] (Goodfellow, Bengio,
 * Courville, *Deep Learning*, eq. 9.11). With batch and channels exchanged that is a convolution of x, [inDepth, height, width,
 * batch], with dy, [outHeight, outWidth, batch, outDepth], dilated by the stride.
 * Inputs: x [batch, height, width, inDepth], dy [batch, outHeight, outWidth, outDepth]. Result: filterShape.
 */
export const conv2DBackpropFilter: tf.KernelFunc = ({ inputs, attrs }) => {
  const { filterShape } = attrs as unknown as { filterShape: [number, number, number, number] };
  return tf.tidy(() => {
    const x = inputs['x'] as tf.Tensor4D;
    const dy = inputs['dy'] as tf.Tensor4D;
    const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, inChannels, outChannels } = info(
      x.shape,
      filterShape,
      attrs as unknown as ConvGradAttrs,
    );
    const { top, bottom, left, right } = padInfo;
    const padded =
      top || bottom || left || right
        ? tf.pad(x, [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ])
        : x;
    const images = tf.transpose(padded, [3, 1, 2, 0]) as tf.Tensor4D;
    const filters = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D;
    const all = tf.conv2d(images, filters, 1, 'valid', 'NHWC', [strideHeight, strideWidth]);
    // Rows and columns that no window of the forward pass reached
    const dw = tf.slice(all, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]);
    return tf.transpose(dw, [1, 2, 0, 3]);
  });
};

/**
 * dL/dx of `conv2d` with stride 1: dy, padded by filter size − 1, convolved with the filter turned by 180° and its depths exchanged
 * (ibid., eq. 9.13). Other strides go to `stock`.
 * Inputs: dy [batch, outHeight, outWidth, outDepth], filter [filterHeight, filterWidth, inDepth, outDepth]. Result: inputShape.
 */
export function conv2DBackpropInput(stock: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { inputs, attrs } = call;
    const { inputShape } = attrs as unknown as { inputShape: [number, number, number, number] };
    const filter = inputs['filter'] as tf.Tensor4D;
    const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, outHeight, outWidth } = info(
      inputShape,
      filter.shape,
      attrs as unknown as ConvGradAttrs,
    );
    const { top, bottom, left, right } = padInfo;
    const [, height, width] = (inputs['dy'] as tf.Tensor4D).shape;
    const fits =
      // a transposed convolution may ask for an output that no convolution of it would give dy's size
      height === outHeight &&
      width === outWidth &&
      top < filterHeight &&
      bottom < filterHeight &&
      left < filterWidth &&
      right < filterWidth;
    if (strideHeight !== 1 || strideWidth !== 1 || !fits) return stock(call);
    return tf.tidy(() => {
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
      const dy = inputs['dy'] as tf.Tensor4D;
      const [h, w] = [filterHeight - 1, filterWidth - 1];
      return tf.conv2d(
        tf.pad(dy, [
          [0, 0],
          [h - top, h - bottom],
          [w - left, w - right],
          [0, 0],
        ]) as tf.Tensor4D,
        turned,
        1,
        'valid',
      );
    });
  };
}
