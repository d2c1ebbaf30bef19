// Max and average pooling of volumes [batch, depth, height, width, channels] and their gradients.
import { args, bound, chunksOf, parallel } from './pool';
import { VolumeShape } from './shape3d';

// @ts-ignore: decorator
@inline
const MAX = 0;
// @ts-ignore: decorator
@inline
const MEAN = 1;

/** Element operations that are worth a chunk of their own. */
const GRAIN: i32 = 32768;

/** `filter…` in the shape is the size of the windows. */
@unmanaged
export class Pool3dArgs extends VolumeShape {
  /** [batch, inDepth, inHeight, inWidth, channels] float32. */
  x: usize;
  /** [batch, outDepth, outHeight, outWidth, channels] float32: written, or the gradient with respect to it. */
  y: usize;
  /** The gradient with respect to x, written; pooling itself does not use it. */
  dx: usize;
}

/** A window, inside of the volume. */
let z0: i32 = 0;
let z1: i32 = 0;
let y0: i32 = 0;
let y1: i32 = 0;
let x0: i32 = 0;
let x1: i32 = 0;

// @ts-ignore: decorator
@inline
function windowOf(a: Pool3dArgs, z: i32, y: i32, x: i32): void {
  z0 = z * a.strideZ - a.front;
  z1 = min(a.inDepth, z0 + a.filterDepth);
  z0 = max(0, z0);
  y0 = y * a.strideY - a.top;
  y1 = min(a.inHeight, y0 + a.filterHeight);
  y0 = max(0, y0);
  x0 = x * a.strideX - a.left;
  x1 = min(a.inWidth, x0 + a.filterWidth);
  x0 = max(0, x0);
}

/** y = the largest element of each window; NaN is ignored, and an empty window has −∞. */
export function maxPool3d(args: Pool3dArgs): void {
  forward(maxTask.index, args);
}

/** y = the mean of each window's elements inside of the volume; 0 where there is none. */
export function avgPool3d(args: Pool3dArgs): void {
  forward(meanTask.index, args);
}

function windowSize(a: Pool3dArgs): i32 {
  return a.filterDepth * a.filterHeight * a.filterWidth;
}

function forward(task: i32, a: Pool3dArgs): void {
  const operations = max<i64>(1, <i64>a.outWidth * <i64>a.channels * <i64>windowSize(a));
  parallel(task, chunksOf(a.batch * a.outDepth * a.outHeight, <i32>(GRAIN / operations)));
}

function maxTask(chunk: i32, chunks: i32): void {
  poolLines(MAX, chunk, chunks);
}

function meanTask(chunk: i32, chunks: i32): void {
  poolLines(MEAN, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function poolLines(op: i32, chunk: i32, chunks: i32): void {
  const a = args<Pool3dArgs>();
  const pixel = <usize>a.channels << 2;
  const line = <usize>a.inWidth * pixel;
  const plane = <usize>a.inHeight * line;
  const volume = <usize>a.inDepth * plane;
  const lines = a.batch * a.outDepth * a.outHeight;
  const begin = bound(lines, 1, chunk, chunks);
  const end = bound(lines, 1, chunk + 1, chunks);
  let out = a.y + <usize>begin * <usize>a.outWidth * pixel;
  for (let l = begin; l < end; l++) {
    const y = l % a.outHeight;
    const z = (l / a.outHeight) % a.outDepth;
    const image = a.x + <usize>(l / a.outHeight / a.outDepth) * volume;
    for (let x = 0; x < a.outWidth; x++, out += pixel) {
      windowOf(a, z, y, x);
      const inside = max(0, z1 - z0) * max(0, y1 - y0) * max(0, x1 - x0);
      const count = <f32>max(1, inside);
      let c: usize = 0;
      for (; c + 16 <= pixel; c += 16) {
        let v = op == MAX ? f32x4.splat(-Infinity) : f32x4.splat(0);
        for (let iz = z0; iz < z1; iz++) {
          for (let iy = y0; iy < y1; iy++) {
            let from = image + <usize>iz * plane + <usize>iy * line + <usize>x0 * pixel + c;
            for (let ix = x0; ix < x1; ix++, from += pixel) {
              const e = v128.load(from);
              // pmax(v, e) is v where e is NaN
              v = op == MAX ? f32x4.pmax(v, e) : f32x4.add(v, e);
            }
          }
        }
        v128.store(out + c, op == MAX ? v : f32x4.div(v, f32x4.splat(count)));
      }
      for (; c < pixel; c += 4) {
        let v: f32 = op == MAX ? -Infinity : 0;
        for (let iz = z0; iz < z1; iz++) {
          for (let iy = y0; iy < y1; iy++) {
            let from = image + <usize>iz * plane + <usize>iy * line + <usize>x0 * pixel + c;
            for (let ix = x0; ix < x1; ix++, from += pixel) {
              const e = load<f32>(from);
              if (op == MAX) v = e > v ? e : v;
              else v += e;
            }
          }
        }
        store<f32>(out + c, op == MAX ? v : v / count);
      }
    }
  }
}

/** dx: dy goes to the first largest element of each window; to none where all are NaN or −∞. */
export function maxPool3dGrad(args: Pool3dArgs): void {
  backward(maxGradTask.index, args);
}

/** dx: dy is shared out evenly among the window, with what of it lies outside. */
export function avgPool3dGrad(args: Pool3dArgs): void {
  backward(meanGradTask.index, args);
}

// Windows may overlap: a chunk has whole channels of whole volumes
function backward(task: i32, a: Pool3dArgs): void {
  const operations = max<i64>(1, <i64>a.outDepth * <i64>a.outHeight * <i64>a.outWidth * <i64>windowSize(a));
  const bytes = a.batch * a.inDepth * a.inHeight * a.inWidth * a.channels;
  const dx = a.dx;
  memory.fill(dx, 0, <usize>bytes << 2);
  parallel(task, chunksOf(a.batch * a.channels, <i32>(GRAIN / operations)));
}

function maxGradTask(chunk: i32, chunks: i32): void {
  spread(MAX, chunk, chunks);
}

function meanGradTask(chunk: i32, chunks: i32): void {
  spread(MEAN, chunk, chunks);
}

// @ts-ignore: decorator
@inline
function spread(op: i32, chunk: i32, chunks: i32): void {
  const a = args<Pool3dArgs>();
  const pixel = <usize>a.channels << 2;
  const line = <usize>a.inWidth * pixel;
  const plane = <usize>a.inHeight * line;
  const volume = <usize>a.inDepth * plane;
  const cells = a.outDepth * a.outHeight * a.outWidth;
  const share = <f32>1 / <f32>windowSize(a);
  const columns = a.batch * a.channels;
  const end = bound(columns, 1, chunk + 1, chunks);
  for (let column = bound(columns, 1, chunk, chunks); column < end; column++) {
    const image = column / a.channels;
    const first = <usize>image * volume + (<usize>(column % a.channels) << 2);
    let dy = a.y + <usize>image * <usize>cells * pixel + (<usize>(column % a.channels) << 2);
    for (let z = 0; z < a.outDepth; z++) {
      for (let y = 0; y < a.outHeight; y++) {
        for (let x = 0; x < a.outWidth; x++, dy += pixel) {
          windowOf(a, z, y, x);
          const d = load<f32>(dy);
          let best: f32 = -Infinity;
          let at: usize = 0;
          for (let iz = z0; iz < z1; iz++) {
            for (let iy = y0; iy < y1; iy++) {
              let from = first + <usize>iz * plane + <usize>iy * line + <usize>x0 * pixel;
              for (let ix = x0; ix < x1; ix++, from += pixel) {
                if (op == MEAN) {
                  store<f32>(a.dx + from, load<f32>(a.dx + from) + d * share);
                } else {
                  const e = load<f32>(a.x + from);
                  if (e > best) {
                    best = e;
                    at = from + 1;
                  }
                }
              }
            }
          }
          if (op == MAX && at > 0) store<f32>(a.dx + at - 1, load<f32>(a.dx + at - 1) + d);
        }
      }
    }
  }
}
