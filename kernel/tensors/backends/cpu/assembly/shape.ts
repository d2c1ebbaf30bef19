// The geometry of the convolution or pooling at hand, images with their channels last: set once for all that one op calls.
import { SHAPE } from './pool';

/** x [batch, inHeight, inWidth, inDepth], y [batch, outHeight, outWidth, outDepth]; y's pixel (0, 0) looks at x from (−top, −left) on. */
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

// @ts-ignore: decorator
@inline
export function shape(): ConvShape {
  return changetype<ConvShape>(SHAPE);
}

/** To be called before every call of an op kernel that reads it: they are of different convolutions. */
export function convShape(
  batch: i32,
  inHeight: i32,
  inWidth: i32,
  inDepth: i32,
  outHeight: i32,
  outWidth: i32,
  outDepth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
): void {
  const s = shape();
  s.batch = batch;
  s.inHeight = inHeight;
  s.inWidth = inWidth;
  s.inDepth = inDepth;
  s.outHeight = outHeight;
  s.outWidth = outWidth;
  s.outDepth = outDepth;
  s.filterHeight = filterHeight;
  s.filterWidth = filterWidth;
  s.strideY = strideY;
  s.strideX = strideX;
  s.dilationY = dilationY;
  s.dilationX = dilationX;
  s.top = top;
  s.left = left;
}
