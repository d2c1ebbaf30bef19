// Rotated, transformed, cropped and flipped images on the device `cpu`, against TensorFlow.js.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { dist } from '../../../../../../paths.ts';
import { agree, floats, ints, own, random, startBackends, stock, value, type Value } from './agreement.ts';

let backends: CpuBackend[] = [];
beforeAll(async () => {
  backends = await startBackends(dist);
});
afterAll(() => backends.forEach((backend) => backend.dispose()));

const special = [NaN, Infinity, -Infinity, -0, 3e38];
const some = () => (random() < 0.05 ? special[Math.floor(random() * special.length)]! : random() * 2 - 1);
const shapes = [[1, 1, 1, 1], [2, 3, 5, 1], [3, 7, 4, 3], [2, 6, 6, 4], [1, 9, 5, 5], [0, 3, 3, 2], [2, 4, 4, 0]]; // prettier-ignore
const large = [4, 96, 80, 3];
const pixels = (shape: number[]) => [floats(shape, some), ints(shape, () => Math.floor(random() * 256))];

describe('flipLeftRight', () => {
  it('turns the columns around, whatever the type', () => {
    for (const shape of [...shapes, large])
      for (const image of [...pixels(shape), value('bool', shape, () => Math.round(random()))])
        agree(backends, 'FlipLeftRight', { image });
  });
});

describe('rotateWithOffset', () => {
  it.each([0, 0.5, -2, Math.PI, 1e9, NaN])('by %d', (radians) => {
    for (const shape of [...shapes, large])
      for (const image of pixels(shape))
        for (const fillValue of [0, 7, [1, 2, 3, 4], [0.5]])
          for (const center of [0.5, [0.25, 0.8]])
            agree(backends, 'RotateWithOffset', { image }, { radians, fillValue, center });
  });
});

describe('transform', () => {
  /** Several images: each is what TensorFlow.js makes of it alone. */
  function alone({ image, transforms }: Record<'image' | 'transforms', Value>, attrs: object): Value {
    const [batch, ...size] = image.shape as [number, number, number, number];
    const pixelsOfOne = size.reduce((a, b) => a * b, 1);
    const each = Array.from({ length: batch }, (_, b) => {
      const one = { ...image, shape: [1, ...size], values: image.values.slice(b * pixelsOfOne, (b + 1) * pixelsOfOne) };
      const row = transforms.shape[0] === 1 ? 0 : b;
      const t = { ...transforms, shape: [1, 8], values: transforms.values.slice(row * 8, row * 8 + 8) };
      return stock('Transform', { image: one, transforms: t }, attrs)[0]!;
    });
    const values = each.flatMap((v) => [...v.values]);
    return value(image.dtype, [batch, ...each[0]!.shape.slice(1)], values);
  }
  const matrices = (n: number, of: (i: number) => number[]) =>
    floats([n, 8], Array.from({ length: n }, (_, i) => of(i)).flat());
  const affine = () => [1 + some() / 4, some() / 3, some() * 4, some() / 3, 1 + some() / 4, some() * 4];

  it.each(['nearest', 'bilinear'])('%s, with one transform for all images or one for each', (interpolation) => {
    for (const shape of [...shapes.filter((s) => !s.includes(0)), [3, 32, 40, 3]])
      for (const image of pixels(shape))
        for (const fillMode of ['constant', 'reflect', 'wrap', 'nearest'])
          for (const n of new Set([1, shape[0]!]))
            for (const outputShape of [undefined, [5, 3]]) {
              const attrs = { interpolation, fillMode, fillValue: 0.75, outputShape };
              for (const more of [
                [0, 0],
                [0.05, -0.1],
                [-1, 0],
              ]) {
                const inputs = { image, transforms: matrices(n, () => [...affine(), ...more]) };
                agree(backends, 'Transform', inputs, attrs, { expected: [alone(inputs, attrs)] });
              }
            }
  });

  it('moves each image by its own transform, written out by hand', () => {
    const image = floats([2, 1, 3, 1], [1, 2, 3, 4, 5, 6]);
    const attrs = { interpolation: 'nearest', fillMode: 'constant', fillValue: 0 };
    const by = (...steps: number[]) => matrices(steps.length, (i) => [1, 0, steps[i]!, 0, 1, 0, 0, 0]);
    for (const backend of backends) {
      expect([...own(backend, 'Transform', { image, transforms: by(1) }, attrs)[0]!.values]).toEqual([
        2, 3, 0, 5, 6, 0,
      ]);
      const both = own(backend, 'Transform', { image, transforms: by(1, -1) }, attrs)[0]!;
      expect([...both.values]).toEqual([2, 3, 0, 0, 4, 5]);
    }
  });

  it('of no images', () => {
    const attrs = { interpolation: 'nearest', fillMode: 'constant', fillValue: 0 };
    const [y] = own(backends[0]!, 'Transform', { image: floats([0, 2, 2, 1]), transforms: matrices(1, affine) }, attrs);
    expect(y!.shape).toEqual([0, 2, 2, 1]);
  });
});

describe('cropAndResize', () => {
  it.each(['nearest', 'bilinear'])('%s', (method) => {
    for (const shape of [...shapes.filter((s) => !s.includes(0)), large])
      for (const image of pixels(shape))
        for (const cropSize of [
          [1, 1],
          [3, 2],
          [1, 6],
          [24, 24],
        ])
          for (const edge of [() => random(), () => random() * 3 - 1, some]) {
            const n = 7;
            const inputs = {
              image,
              boxes: floats([n, 4], edge),
              boxInd: ints([n], () => Math.floor(random() * shape[0]!)),
            };
            agree(backends, 'CropAndResize', inputs, { cropSize, method, extrapolationValue: -5.5 });
          }
  });

  it('of no boxes', () => {
    const inputs = { image: floats([1, 2, 2, 1]), boxes: floats([0, 4]), boxInd: ints([0], []) };
    agree(backends, 'CropAndResize', inputs, { cropSize: [2, 2], method: 'nearest', extrapolationValue: 0 });
  });

  it.each([-1, 2])('refuses a box of image %d of two', (image) => {
    const inputs = { image: floats([2, 2, 2, 1]), boxes: floats([1, 4]), boxInd: ints([1], [image]) };
    expect(() => own(backends[0]!, 'CropAndResize', inputs, { cropSize: [1, 1], method: 'nearest' })).toThrow(
      `boxInd[0] is ${image}, and there are 2 images`,
    );
  });
});

describe('depthToSpace', () => {
  it('NCHW is NHWC with the channels first', () => {
    for (const [n, d, h, w, b] of [
      [1, 1, 1, 1, 2],
      [2, 3, 4, 5, 2],
      [1, 2, 3, 1, 3],
      [2, 1, 0, 2, 2],
      [3, 16, 32, 24, 2],
    ] as const)
      // prettier-ignore
      for (const dtype of ['float32', 'int32', 'bool'] as const) {
        const depth = d * b * b;
        const x = value(dtype, [n, depth, h, w], () => Math.floor(random() * 99));
        // [n, depth, h, w] → [n, h, w, depth], and back
        const at = (i: number) => {
          const [c, px, py] = [i % depth, Math.floor(i / depth) % w, Math.floor(i / depth / w) % h];
          return x.values[((Math.floor(i / depth / w / h) * depth + c) * h + py) * w + px]!;
        };
        const [nhwc] = stock('DepthToSpace', { x: value(dtype, [n, h, w, depth], at) }, { blockSize: b, dataFormat: 'NHWC' }); // prettier-ignore
        const [oh, ow] = [h * b, w * b];
        const expected = value(dtype, [n, d, oh, ow], (i) => {
          const [px, py, c] = [i % ow, Math.floor(i / ow) % oh, Math.floor(i / ow / oh) % d];
          return nhwc!.values[((Math.floor(i / ow / oh / d) * oh + py) * ow + px) * d + c]!;
        });
        agree(backends, 'DepthToSpace', { x }, { blockSize: b, dataFormat: 'NCHW' }, { expected: [expected] });
      }
  });
});
