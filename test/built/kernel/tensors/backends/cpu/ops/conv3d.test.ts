// Convolutions and pooling of volumes on the device `cpu`, and their gradients, against their definitions in double
// precision; with the same bits on one thread and on two.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

type Five = [number, number, number, number, number];
type Three = [number, number, number];

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

const numbers = (shape: number[], rate: number) =>
  Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, k) => Math.sin(k * k * rate));
const sizeOf = tf.util.sizeFromShape;

interface Case {
  x: Five;
  filter: Five;
  strides: Three;
  dilations: Three;
  pad: 'same' | 'valid';
}
const cases: Case[] = [
  { x: [2, 5, 6, 7, 3], filter: [3, 3, 3, 3, 4], strides: [1, 1, 1], dilations: [1, 1, 1], pad: 'same' },
  { x: [1, 7, 6, 9, 2], filter: [2, 3, 1, 2, 5], strides: [2, 1, 3], dilations: [1, 1, 1], pad: 'valid' },
  { x: [3, 6, 5, 8, 5], filter: [3, 2, 3, 5, 1], strides: [2, 2, 2], dilations: [1, 1, 1], pad: 'same' },
  { x: [1, 6, 9, 8, 4], filter: [2, 3, 2, 4, 8], strides: [1, 1, 1], dilations: [2, 2, 3], pad: 'same' },
  // More than a block of rows
  { x: [2, 12, 20, 20, 16], filter: [3, 3, 3, 16, 2], strides: [1, 1, 1], dilations: [1, 1, 1], pad: 'same' },
];

/** Visits each pair of cells with the tap between them: where their channels begin in y, x and the filter. */
function eachTap(c: Case, visit: (y: number, x: number, w: number) => void): Five {
  const info = tf.backend_util.computeConv3DInfo(c.x, c.filter, c.strides, c.dilations, c.pad);
  const { front, top, left } = info.padInfo;
  const [batch, d, h, w, channels] = c.x;
  const [fd, fh, fw, , results] = c.filter;
  let y = 0;
  for (let b = 0; b < batch; b++)
    for (let oz = 0; oz < info.outDepth; oz++)
      for (let oy = 0; oy < info.outHeight; oy++)
        for (let ox = 0; ox < info.outWidth; ox++, y += results)
          for (let t = 0; t < fd * fh * fw; t++) {
            const [kz, ky, kx] = [Math.floor(t / (fh * fw)), Math.floor(t / fw) % fh, t % fw];
            const iz = oz * c.strides[0] + kz * c.dilations[0] - front;
            const iy = oy * c.strides[1] + ky * c.dilations[1] - top;
            const ix = ox * c.strides[2] + kx * c.dilations[2] - left;
            if (iz < 0 || iz >= d || iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
            visit(y, (((b * d + iz) * h + iy) * w + ix) * channels, t * channels * results);
          }
  return info.outShape;
}

function close(actual: ArrayLike<number>, expected: Float64Array): void {
  const scale = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst / scale).toBeLessThan(3e-6);
}

describe('convolutions of volumes', () => {
  it.each(cases)('$x with $filter, strides $strides, dilations $dilations, $pad', (c) => {
    const [x, w] = [numbers(c.x, 0.37), numbers(c.filter, 0.21)];
    const [channels, results] = [c.x[4], c.filter[4]];
    const out = eachTap(c, () => {});
    const dy = numbers(out, 0.13);
    const [y, dx, dw] = [sizeOf(out), x.length, w.length].map((n) => new Float64Array(n)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    eachTap(c, (at, from, tap) => {
      for (let i = 0; i < channels; i++)
        for (let o = 0; o < results; o++) {
          const weight = tap + i * results + o;
          y[at + o]! += x[from + i]! * w[weight]!;
          dx[from + i]! += dy[at + o]! * w[weight]!;
          dw[weight]! += dy[at + o]! * x[from + i]!;
        }
    });
    const attrs = { strides: c.strides, pad: c.pad, dilations: c.dilations, dataFormat: 'NDHWC' };
    const run = (name: string, inputs: tf.NamedTensorMap, more = {}) =>
      tf.engine().runKernel(name, inputs, { ...attrs, ...more }) as tf.Tensor;
    const [tx, tw, tdy] = [tf.tensor5d(x, c.x), tf.tensor5d(w, c.filter), tf.tensor5d(dy, out)];
    close(run('Conv3D', { x: tx, filter: tw }).dataSync(), y);
    close(run('Conv3DBackpropInputV2', { dy: tdy, filter: tw }, { inputShape: c.x }).dataSync(), dx);
    close(run('Conv3DBackpropFilterV2', { x: tx, dy: tdy }, { filterShape: c.filter }).dataSync(), dw);
  });
});

describe('pooling of volumes', () => {
  const windows: { x: Five; size: Three; strides: Three; pad: 'same' | 'valid' }[] = [
    { x: [2, 4, 6, 8, 5], size: [2, 2, 2], strides: [2, 2, 2], pad: 'valid' },
    { x: [1, 5, 7, 6, 9], size: [3, 2, 1], strides: [1, 2, 1], pad: 'same' },
    { x: [3, 5, 5, 5, 1], size: [2, 3, 3], strides: [1, 1, 2], pad: 'same' },
  ];
  it.each(windows)('$x, windows $size, strides $strides, $pad', ({ x: shape, size, strides, pad }) => {
    const x = numbers(shape, 0.37);
    const c: Case = { x: shape, filter: [...size, shape[4], 1], strides, dilations: [1, 1, 1], pad };
    const channels = shape[4];
    const cells = eachTap(c, () => {});
    const out = [...cells.slice(0, 4), channels] as Five;
    const dy = numbers(out, 0.13);
    const n = sizeOf(out);
    const [most, sum, count] = [new Float64Array(n).fill(-Infinity), new Float64Array(n), new Float64Array(n)];
    const [maxDx, meanDx, first] = [new Float64Array(x.length), new Float64Array(x.length), new Int32Array(n)];
    const volume = size[0] * size[1] * size[2];
    eachTap(c, (at, from) => {
      for (let i = 0; i < channels; i++) {
        const o = at * channels + i;
        if (x[from + i]! > most[o]!) [most[o], first[o]] = [x[from + i]!, from + i];
        sum[o]! += x[from + i]!;
        count[o]!++;
        meanDx[from + i]! += dy[o]! / volume;
      }
    });
    for (let o = 0; o < n; o++) maxDx[first[o]!]! += dy[o]!;
    const attrs = { filterSize: size, strides, pad, dataFormat: 'NDHWC' };
    const run = (name: string, inputs: tf.NamedTensorMap) => tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;
    const [input, tdy] = [tf.tensor5d(x, shape), tf.tensor5d(dy, out)];
    close(run('MaxPool3D', { x: input }).dataSync(), most);
    close(
      run('AvgPool3D', { x: input }).dataSync(),
      sum.map((v, o) => v / count[o]!),
    );
    close(run('MaxPool3DGrad', { input, dy: tdy, output: tdy }).dataSync(), maxDx);
    close(run('AvgPool3DGrad', { input, dy: tdy }).dataSync(), meanDx);
  });
});
