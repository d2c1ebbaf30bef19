// `tf.browser`, whose `fromPixels` took pixels that are missing for black. This module replaces tfjs-core's ops/browser
// (modules.js).
import {
  fromPixels as stockFromPixels,
  fromPixelsAsync as stockFromPixelsAsync,
} from '@tensorflow/tfjs-core/dist/ops/browser';

export * from '@tensorflow/tfjs-core/dist/ops/browser';

/** Four bytes a pixel, as in ImageData. */
function checkPixels(pixels: unknown): void {
  const { data, width, height } = (pixels ?? {}) as { data?: { length: number }; width?: number; height?: number };
  if (!ArrayBuffer.isView(data) || width === undefined || height === undefined) return;
  if (data.length === 4 * width * height) return;
  throw new Error(
    `tf.browser.fromPixels: ${width} × ${height} pixels (red, green, blue, alpha) are ${4 * width * height} numbers, ` +
      `but data has ${data.length}.`,
  );
}

/** `tf.browser.fromPixels`; the result has the shape [height, width, numChannels]. */
export const fromPixels: typeof stockFromPixels = (pixels, numChannels) => {
  checkPixels(pixels);
  return stockFromPixels(pixels, numChannels);
};

/** `tf.browser.fromPixelsAsync`. */
export const fromPixelsAsync: typeof stockFromPixelsAsync = async (pixels, numChannels) => {
  checkPixels(pixels);
  return stockFromPixelsAsync(pixels, numChannels);
};
