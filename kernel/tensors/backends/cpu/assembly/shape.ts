// The geometry of a convolution or pooling, of images with their channels last. The argument record of each such op
// kernel begins with it.
import { ARGS } from './memory-map';

/**
 * x [batch, inHeight, inWidth, inDepth], y [batch, outHeight, outWidth, outDepth]; y's pixel (0, 0) looks at x from
 * (−top, −left) on.
 */
@unmanaged
export class ConvShape {
  batch: i32;
  inHeight: i32;
  inWidth: i32;
  inDepth: i32;
  outHeight: i32;
  outWidth: i32;
  outDepth: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  top: i32;
  left: i32;
}

/**
 * A convolution or one of its gradients. x, w and y are what the convolution's image, filter and result are, or the
 * gradients with respect to these: an op kernel reads two of them and writes the third.
 */
@unmanaged
export class ConvArgs extends ConvShape {
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: usize;
  /**
   * [filterHeight, filterWidth, inDepth, outDepth] float32; of a depthwise convolution [filterHeight, filterWidth,
   * outDepth].
   */
  w: usize;
  /** [batch, outHeight, outWidth, outDepth] float32. */
  y: usize;
  /** [outDepth] float32, added to each pixel of the result; 0 for none. */
  bias: usize;
  /** Working memory, as many bytes as the function for it says. */
  work: usize;
  /**
   * Pixels of a row of the image that is read, with the padding that the filter reads, if it is to be copied so; else
   * 0.
   */
  padded: i32;
  /** Whether negative results become 0. */
  relu: bool;
}

/** The geometry of the running op kernel. */
// @ts-ignore: decorator
@inline
export function shape(): ConvShape {
  return changetype<ConvShape>(ARGS);
}
