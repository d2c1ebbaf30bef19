// The geometry of convolutions and pooling of volumes, with their channels last.

/** x [batch, inDepth, inHeight, inWidth, channels]; y's cell (0, 0, 0) looks at x from (−front, −top, −left) on. */
@unmanaged
export class VolumeShape {
  batch: i32;
  inDepth: i32;
  inHeight: i32;
  inWidth: i32;
  channels: i32;
  outDepth: i32;
  outHeight: i32;
  outWidth: i32;
  filterDepth: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideZ: i32;
  strideY: i32;
  strideX: i32;
  dilationZ: i32;
  dilationY: i32;
  dilationX: i32;
  front: i32;
  top: i32;
  left: i32;
}
