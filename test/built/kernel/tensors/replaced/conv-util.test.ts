// Sizes of convolutions and poolings: 549 forms as PyTorch computes them (conv-util-forms.py), and errors where the
// kernel does not fit, padding leaves windows empty or a shape does not follow.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 1 });
});
afterAll(() => device.backend.program.stop());

type Two = [number, number];
type Form = [
  kind: string,
  size: number[],
  kernel: number[],
  strides: number[],
  pad: number | 'same',
  dilation: number,
  rounding: 'floor' | 'ceil' | null,
  shape: number[] | null,
  sums: Two | null,
];
const forms = JSON.parse(readFileSync(path.join(import.meta.dirname, 'conv-util-forms.json'), 'utf8')) as Form[];

/** Of no type, so that every function takes it, whatever its rank. */
const ones = (shape: number[]) => tf.ones(shape) as never;

const shapeOf = (x: tfTypes.Tensor) => x.shape;

/** Whole numbers from −5 to 5. */
function data(shape: number[]): never {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 5),
    shape,
  ) as never;
}

function compute([kind, size, kernel, strides, pad, dilation, rounding]: Form): tfTypes.Tensor {
  const x = data([kind === 'conv1d' ? 2 : 1, ...size, 2]);
  const outs: Record<string, number> = { depthwiseConv2d: 1, conv3d: 2 };
  const filter = data([...kernel, 2, outs[kind] ?? 3]);
  const padding = kind === 'conv3d' && pad === 0 ? 'valid' : pad;
  switch (kind) {
    case 'conv1d':
      return tf.conv1d(x, filter, strides[0]!, pad, 'NWC', dilation);
    case 'conv2d':
      return tf.conv2d(x, filter, strides as Two, pad, 'NHWC', dilation);
    case 'depthwiseConv2d':
      return tf.depthwiseConv2d(x, filter, strides as Two, pad);
    case 'conv3d':
      return tf.conv3d(x, filter, strides as never, padding as 'same');
    case 'maxPool':
    case 'avgPool':
      return tf[kind](x, kernel as Two, strides as Two, pad, rounding ?? undefined);
    default:
      return tf[kind as 'maxPool3d'](x, kernel as never, strides as never, pad);
  }
}

it.each([...new Set(forms.map(([kind]) => kind))])('%s has the sizes and values of PyTorch, or an error', (kind) => {
  for (const form of forms.filter((f) => f[0] === kind)) {
    const name = JSON.stringify(form);
    const [, size, kernel, , , , , shape, sums] = form;
    if (!shape) {
      let message = '';
      expect(() => {
        try {
          compute(form);
        } catch (e) {
          message = (e as Error).message;
          throw e;
        }
      }, name).toThrow('does not fit');
      expect(message, name).toContain(kind);
      // Both shapes; that of conv1d is [batch, 1, width, channels]
      expect(message).toContain(`${size.join(', ')}, 2]`);
      expect(message).toContain(`${kernel.join(', ')}]`);
      continue;
    }
    const y = compute(form);
    expect(y.shape, name).toEqual([shape[0], ...shape.slice(2), shape[1]]);
    const values = Array.from(y.dataSync());
    const close = (sum: number, expected: number) => expect(Math.abs(sum - expected), name).toBeLessThan(0.02);
    close(
      values.reduce((a, b) => a + b, 0),
      sums![0],
    );
    close(
      values.reduce((a, b, i) => a + b * ((i % 7) + 1), 0),
      sums![1],
    );
  }
});

describe('a kernel that does not fit', () => {
  const swapped = (channels = 1) => ones([2, channels, 8, 8]);
  const L = tf.layers;

  it.each<[name: string, run: () => unknown]>([
    ['conv2d', () => tf.conv2d(swapped(), ones([3, 3, 8, 1]), 1, 'valid')],
    ['conv2d', () => tf.conv2d(ones([1, 2, 8, 8]), ones([3, 3, 8, 1]), 1, 'valid')],
    ['depthwiseConv2d', () => tf.depthwiseConv2d(swapped(), ones([3, 3, 8, 1]), 1, 'valid')],
    ['separableConv2d', () => separable(swapped())],
    ['conv1d', () => tf.conv1d(ones([1, 2, 3]), ones([3, 3, 1]), 1, 'valid')],
    ['conv3d', () => tf.conv3d(ones([1, 1, 4, 4, 4]), ones([2, 2, 2, 4, 1]), 1, 'valid')],
    ['dilation2d', () => tf.dilation2d(ones([1, 2, 2, 1]), ones([3, 3, 1]), 1, 'valid')],
    ['maxPool', () => tf.maxPool(swapped(), 2, 1, 'valid')],
    ['avgPool', () => tf.avgPool(swapped(), 2, 1, 'valid')],
    ['maxPool3d', () => tf.maxPool3d(ones([1, 1, 4, 4, 1]), 2, 1, 'valid')],
    ['avgPool3d', () => tf.avgPool3d(ones([1, 1, 4, 4, 1]), 2, 1, 'valid')],
    ['maxPoolWithArgmax', () => tf.maxPoolWithArgmax(swapped(), 2, 1, 'valid')],
    ['pool', () => tf.pool(swapped(), 3, 'max', 'valid', [2, 2])],
    ['fusedConv2d', () => L.conv2d({ filters: 1, kernelSize: 3 }).apply(swapped(1))],
    ['conv1d', () => L.conv1d({ filters: 1, kernelSize: 5 }).apply(ones([1, 3, 8]))],
    ['depthwiseConv2d', () => L.depthwiseConv2d({ kernelSize: 3 }).apply(swapped())],
    ['separableConv2d', () => L.separableConv2d({ filters: 1, kernelSize: 3 }).apply(swapped())],
    ['conv3d', () => L.conv3d({ filters: 1, kernelSize: 2 }).apply(ones([1, 1, 4, 4, 4]))],
    ['maxPool', () => L.maxPooling2d({ poolSize: 2 }).apply(swapped())],
    ['avgPool', () => L.averagePooling2d({ poolSize: 2 }).apply(swapped())],
    ['avgPool', () => L.averagePooling1d({ poolSize: 4 }).apply(ones([1, 3, 8]))],
    ['maxPool3d', () => L.maxPooling3d({ poolSize: [2, 2, 2] }).apply(ones([1, 1, 4, 4, 4]))],
  ])('is an error of %s that names both shapes', (name, run) => {
    expect(run).toThrow(
      new RegExp(`^${name}: the (kernel|window) does not fit: .*The input is \\[.*\\], the .* \\[.*\\]`),
    );
  });
  const separable = (x: never) => tf.separableConv2d(x, ones([3, 3, 8, 1]), ones([1, 1, 8, 1]), 1, 'valid');

  it('is an error in a fully convolutional model, in predict and in fit', async () => {
    const model = tf.sequential({
      layers: [
        L.conv2d({ filters: 2, kernelSize: 5, inputShape: [null, null, 1] }),
        L.globalMaxPooling2d({}),
        L.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    expect(() => model.predict(ones([1, 3, 9, 1]))).toThrow('its height is 5, that of the input 3');
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await expect(model.fit(ones([4, 3, 9, 1]), ones([4, 3]))).rejects.toThrow('does not fit');
    expect((model.predict(ones([1, 5, 9, 1])) as tfTypes.Tensor).shape).toEqual([1, 3]);
  });

  it('does not stop what has no examples', () => {
    expect(shapeOf(tf.conv2d(ones([0, 8, 8, 1]), ones([3, 3, 1, 2]), 1, 'valid'))).toEqual([0, 6, 6, 2]);
    expect(shapeOf(tf.maxPool(ones([0, 8, 8, 1]), 2, 2, 'valid'))).toEqual([0, 4, 4, 1]);
  });
});

describe('other shapes that cannot be', () => {
  it.each<[what: string, run: () => unknown, message: string]>([
    ['an output shape of conv2dTranspose', () => transposed([1, 50, 50, 1]), 'takes an input [1, 25, 25, 1]'],
    ['a rank of conv2dTranspose', () => transposed([1, -4, 4, 1]), '-4'],
    ['an output shape of conv3dTranspose', () => transposed3D([1, 9, 9, 9, 1]), 'takes an input [1, 5, 5, 5, 1]'],
    ['padding that leaves windows empty', () => tf.maxPool(ones([1, 4, 4, 1]), 1, 1, 1), 'with nothing in them'],
    ['negative padding', () => tf.conv2d(ones([1, 4, 4, 1]), ones([1, 1, 1, 1]), 1, -1), 'whole number, 0 or more'],
    ['half a pixel of padding', () => tf.conv2d(ones([1, 4, 4, 1]), ones([2, 2, 1, 1]), 1, 0.5), 'whole number'],
    [
      'a stride of one and a half',
      () => tf.conv2d(ones([1, 4, 4, 1]), ones([2, 2, 1, 1]), 1.5, 0),
      'strides must be a whole number',
    ],
    [
      'a stride of one and a half',
      () => tf.maxPool(ones([1, 4, 4, 1]), 2, 1.5, 'valid'),
      'strides must be a whole number',
    ],
    ['a window of nothing', () => tf.maxPool(ones([1, 4, 4, 1]), 0, 1, 'valid'), 'window [0, 0]'],
    ['negative sizes of an image', () => tf.image.resizeBilinear(ones([1, 3, 3, 1]), [-1, 2]), 'resizeBilinear: '],
    ['sizes that are not whole', () => tf.image.resizeBilinear(ones([1, 3, 3, 1]), [1.5, 2]), '1.5 is not whole'],
    ['shapes that are not whole', () => tf.reshape(ones([3]), [1.5, 2]), '1.5 is not whole'],
    ['negative padding', () => tf.pad(ones([3, 3]), [[-1, 0], [-4, 0]]), 'pad: the result'], // prettier-ignore
    ['crops of more than there is', () => tf.batchToSpaceND(ones([4, 1, 1, 1]), [2, 2], [[2, 1], [0, 0]]), 'crops[0]'], // prettier-ignore
    ['cropping of one row too many', () => L.cropping2D({ cropping: [[2, 3], [0, 0]] }).apply(ones([1, 4, 4, 1])), 'cropping2d: [2, 3]'], // prettier-ignore
    ['an element outside of a buffer', () => tf.buffer([2, 2]).set(5, 0, 3), 'no element [0, 3]'],
  ])('%s: an error', (_, run, message) => {
    expect(run).toThrow(message);
  });
  const L = tf.layers;
  const transposed = (shape: number[]) =>
    tf.conv2dTranspose(ones([1, 2, 2, 1]), ones([3, 3, 1, 1]), shape as never, 2, 'same');
  const transposed3D = (shape: number[]) =>
    tf.conv3dTranspose(ones([1, 2, 2, 2, 1]), ones([3, 3, 3, 1, 1]), shape as never, 2, 'same');

  it('right ones are computed', () => {
    expect(shapeOf(transposed([1, 4, 4, 1]))).toEqual([1, 4, 4, 1]);
    expect(shapeOf(transposed([1, 3, 3, 1]))).toEqual([1, 3, 3, 1]);
    expect(shapeOf(transposed3D([1, 4, 4, 4, 1]))).toEqual([1, 4, 4, 4, 1]);
    expect(shapeOf(tf.batchToSpaceND(ones([4, 1, 1, 1]), [2, 2], [[1, 1], [0, 0]]))).toEqual([1, 0, 2, 1]); // prettier-ignore
  });
});

it('conv1d with a number has the gradients of its sums', () => {
  // y = Σ over windows of x·w with zeros around: dy/dx counts the windows over each element
  const x = tf.tensor3d([1, 2, 3, 4, 5], [1, 5, 1]);
  const w = tf.tensor3d([1, 10, 100], [3, 1, 1]);
  const [dx, dw] = tf.grads((a, b) => (tf.conv1d(a as never, b as never, 1, 1) as tfTypes.Tensor).sum())([x, w]);
  expect(Array.from(dx!.dataSync())).toEqual([11, 111, 111, 111, 110]);
  expect(Array.from(dw!.dataSync())).toEqual([10, 15, 14]);
});
