// Convolutions of the device `cpu` and their gradients, each against its definition: sums over all pixels and taps in
// double precision. Shapes, strides and paddings are drawn so that every way of computing them is taken, at all
// remainders of its tiles.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HeapFullError } from '../../../../../../../kernel/tensors/backends/cpu/heap.ts';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

type Info = tf.backend_util.Conv2DInfo;
interface Case {
  image: [batch: number, height: number, width: number, depth: number];
  filter: [height: number, width: number, depth: number, results: number];
  stride?: [number, number];
  dilation?: number;
  pad: 'same' | 'valid' | number;
}

let seed = 7;
/** A number in [0, 1), the same in every run. */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}
const upTo = (n: number) => 1 + Math.floor(random() * n);
const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

function randomCase(): Case {
  const square = random() < 0.7;
  let [height, width] = [upTo(5), upTo(5)];
  if (square) width = height;
  let stride: [number, number] = [pick([1, 1, 2, 3]), pick([1, 1, 2, 3])];
  let dilation = stride[0] === 1 && stride[1] === 1 && random() < 0.2 ? 2 : 1;
  // What Winograd's way is for
  if (random() < 0.5) [height, width, stride, dilation] = [3, 3, [1, 1], 1];
  const depth = pick([1, 2, 3, 4, 5, 8, 12, 16, 20, 33, 40]);
  return {
    image: [upTo(12), upTo(14) + (height - 1) * dilation, upTo(14) + (width - 1) * dilation, depth],
    filter: [height, width, depth, pick([1, 3, 4, 6, 8, 10, 12, 16, 24, 33])],
    stride,
    dilation,
    pad: pick(['same', 'valid', Math.min(height, width) - 1]),
  };
}

/** Calls `visit` with where the numbers of each pair of pixels, and the tap between them, begin in y, x and w. */
function eachTap(c: Info, visit: (y: number, x: number, w: number) => void): void {
  for (let n = 0; n < c.batchSize; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let ky = 0; ky < c.filterHeight; ky++)
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const iy = oy * c.strideHeight + ky * c.dilationHeight - c.padInfo.top;
            const ix = ox * c.strideWidth + kx * c.dilationWidth - c.padInfo.left;
            if (iy < 0 || iy >= c.inHeight || ix < 0 || ix >= c.inWidth) continue;
            visit(
              ((n * c.outHeight + oy) * c.outWidth + ox) * c.outChannels,
              ((n * c.inHeight + iy) * c.inWidth + ix) * c.inChannels,
              (ky * c.filterWidth + kx) * c.inChannels * c.outChannels,
            );
          }
}

function byDefinition(c: Info, x: ArrayLike<number>, w: ArrayLike<number>, dy: ArrayLike<number>) {
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  eachTap(c, (atY, atX, atW) => {
    for (let i = 0; i < c.inChannels; i++)
      for (let o = 0; o < c.outChannels; o++) {
        const tap = atW + i * c.outChannels + o;
        y[atY + o]! += x[atX + i]! * w[tap]!;
        dx[atX + i]! += dy[atY + o]! * w[tap]!;
        dw[tap]! += dy[atY + o]! * x[atX + i]!;
      }
  });
  return { y, dx, dw };
}

/** The largest difference, as a share of the largest number. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [most, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!);
    if (!(d <= most)) most = d;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return most / (largest + 1e-6);
}

function check({ image, filter, stride = [1, 1], dilation = 1, pad }: Case): void {
  const what = `[${image}] * [${filter}], stride ${stride}, dilation ${dilation}, padding ${pad}`;
  const rounding = typeof pad === 'number' ? 'floor' : undefined;
  const c = tf.backend_util.computeConv2DInfo(image, filter, stride, dilation, pad, rounding);
  if (c.outHeight < 1 || c.outWidth < 1) return;
  const attrs = {
    ...{ strides: stride, pad, dataFormat: 'NHWC', dilations: [dilation, dilation] },
    ...(rounding ? { dimRoundingMode: rounding } : {}),
  };
  const compute = (kernel: string, inputs: Record<string, tf.Tensor>, more: object) => {
    const result = tf.engine().runKernel(kernel, inputs, { ...attrs, ...more } as never) as tf.Tensor;
    return result.dataSync();
  };
  tf.tidy(() => {
    const values = (shape: number[]) =>
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random() - 0.5);
    const x = tf.tensor(values(image), image);
    const w = tf.tensor(values(filter), filter);
    const bias = tf.tensor1d(values([c.outChannels]));
    const dy = tf.tensor(values(c.outShape), c.outShape);
    const expected = byDefinition(c, x.dataSync(), w.dataSync(), dy.dataSync());
    const near = (kernel: string, actual: ArrayLike<number>, wanted: ArrayLike<number>) =>
      expect(difference(actual, wanted), `${kernel}: ${what}`).toBeLessThan(3e-5);
    near('Conv2D', compute('Conv2D', { x, filter: w }, {}), expected.y);
    near('input', compute('Conv2DBackpropInput', { dy, filter: w }, { inputShape: image }), expected.dx);
    near('filter', compute('Conv2DBackpropFilter', { x, dy }, { filterShape: filter }), expected.dw);
    const b = bias.dataSync();
    const rectified = expected.y.map((v, i) => Math.max(0, v + b[i % b.length]!));
    near('FusedConv2D', compute('FusedConv2D', { x, filter: w, bias }, { activation: 'relu' }), rectified);
  });
}

describe.each([2, 1, 3])('convolutions, threads: %i', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await startCpu({ dist, threads });
  });
  afterAll(() => device.backend.program.stop());

  it.each<Case>([
    // By Winograd's tiles, the image's gradient by those of dy
    { image: [9, 13, 13, 8], filter: [3, 3, 8, 12], pad: 'valid' },
    { image: [17, 5, 9, 16], filter: [3, 3, 16, 8], pad: 'valid' },
    { image: [8, 17, 13, 12], filter: [3, 3, 12, 20], pad: 0 },
    // By Winograd's tiles, the image's gradient by its own
    { image: [9, 16, 16, 8], filter: [3, 3, 8, 8], pad: 'same' },
    { image: [3, 13, 13, 8], filter: [3, 3, 8, 12], pad: 'valid' },
    // Few results a pixel, few channels
    { image: [4, 28, 28, 1], filter: [5, 5, 1, 6], pad: 'same' },
    { image: [4, 14, 14, 6], filter: [5, 5, 6, 16], pad: 'valid' },
    { image: [2, 9, 31, 5], filter: [3, 4, 5, 3], stride: [2, 1], pad: 'same' },
    // Pixels that no tap or one tap meets
    { image: [3, 9, 10, 16], filter: [1, 1, 16, 24], stride: [2, 2], pad: 'same' },
    { image: [3, 12, 12, 8], filter: [2, 3, 8, 5], stride: [3, 3], pad: 'valid' },
    // A product of matrices
    { image: [3, 7, 5, 12], filter: [1, 1, 12, 20], pad: 'valid' },
  ])('%o', check);

  it('of random shapes', () => {
    for (let i = 0; i < 150; i++) check(randomCase());
  });

  it('leave nothing behind where there is no working memory', () => {
    const { backend } = device;
    const [x, filter] = [tf.ones([2, 16, 16, 8]), tf.ones([3, 3, 8, 8])];
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
    const before = [backend.numDataIds(), backend.heap.used];
    const { allocate } = backend.heap;
    const spy = vi.spyOn(backend.heap, 'allocate').mockImplementation(function (this: typeof backend.heap, bytes) {
      // The first one is for the result
      if (spy.mock.calls.length > 1) throw new HeapFullError();
      return allocate.call(this, bytes);
    });
    try {
      expect(() => tf.engine().runKernel('Conv2D', { x, filter }, attrs as never)).toThrow(
        /out of memory: \d+ bytes of working memory are wanted/,
      );
    } finally {
      spy.mockRestore();
    }
    expect([backend.numDataIds(), backend.heap.used]).toEqual(before);
    tf.dispose([x, filter]);
  });
});
