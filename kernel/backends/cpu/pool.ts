// The gradient of max pooling, on the WASM heap: tfjs-backend-wasm's own gives nothing where a window has no positive value.
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * dL/dx of `maxPool`: dy goes to the first largest element of each window.
 * Inputs: dy [batch, outHeight, outWidth, channels], input [batch, height, width, channels]. Result: the shape of input.
 */
export const maxPoolGrad: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs;
  const x = inputs['input']!;
  const dy = inputs['dy']!;
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const dx = wasm.makeOutput(x.shape, 'float32');
  const [xs, dys, dxs] = [x, dy, dx].map((t) => wasm.typedArrayFromHeap(t) as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  dxs.fill(0);
  const {
    batchSize,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    inChannels: channels,
    strideHeight,
    strideWidth,
    effectiveFilterHeight,
    effectiveFilterWidth,
    padInfo,
  } = info;
  for (let n = 0, out = 0; n < batchSize; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * strideHeight - padInfo.top;
      const [y0, y1] = [Math.max(0, top), Math.min(inHeight, top + effectiveFilterHeight)];
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * strideWidth - padInfo.left;
        const [x0, x1] = [Math.max(0, left), Math.min(inWidth, left + effectiveFilterWidth)];
        for (let c = 0; c < channels; c++, out++) {
          let best = -1;
          let max = -Infinity;
          for (let y = y0; y < y1; y++) {
            let at = ((n * inHeight + y) * inWidth + x0) * channels + c;
            for (let i = x0; i < x1; i++, at += channels) {
              const v = xs[at]!;
              // the first one, and NaN is taken for largest, as in the forward pass
              if (v > max || best < 0 || v !== v) {
                max = v;
                best = at;
              }
            }
          }
          if (best >= 0) dxs[best]! += dys[out]!;
        }
      }
    }
  }
  return dx;
};
