// `tf.image.flipLeftRight`, `rotateWithOffset` and `transform` of int32 images, as `tf.image.decode` gives them. This
// module replaces three of tfjs-core's (modules.js), which take float32 alone.
import type { Tensor4D, TensorLike } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core/dist/globals';
import { cast } from '@tensorflow/tfjs-core/dist/ops/cast';
import { flipLeftRight as stockFlip } from '@tensorflow/tfjs-core/dist/ops/image/flip_left_right';
import { rotateWithOffset as stockRotate } from '@tensorflow/tfjs-core/dist/ops/image/rotate_with_offset';
import { transform as stockTransform } from '@tensorflow/tfjs-core/dist/ops/image/transform';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';

/** An op of images, for int32 too: computed in float32, which holds whole numbers up to 2²⁴, and cut to whole numbers. */
function forInts<Rest extends unknown[]>(stock: (image: Tensor4D | TensorLike, ...rest: Rest) => Tensor4D) {
  return (image: Tensor4D | TensorLike, ...rest: Rest): Tensor4D =>
    (image as Tensor4D | null)?.dtype === 'int32'
      ? tidy(() => cast(stock(cast(image, 'float32'), ...rest), 'int32'))
      : stock(image, ...rest);
}

const flipLeftRight_ = forInts(stockFlip);
/** `tf.image.flipLeftRight`: image [batch, height, width, channels] float32 or int32. */
export const flipLeftRight = op({ flipLeftRight_ });

const rotateWithOffset_ = forInts(stockRotate);
/** `tf.image.rotateWithOffset`: image [batch, height, width, channels] float32 or int32. */
export const rotateWithOffset = op({ rotateWithOffset_ });

const transform_ = forInts(stockTransform);
/**
 * `tf.image.transform`: image [batch, height, width, channels] float32 or int32, transforms [1, 8] for all images or
 * [batch, 8] for one each.
 */
export const transform = op({ transform_ });
