// Checks of values and shapes on the device `webgpu`, which has data and op kernels of its own: values that do not fit
// their shape, kernels that do not fit their input, and sizes of convolutions as PyTorch has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../paths.ts';
import { start, tf } from './device.ts';

let backend: tfTypes.KernelBackend;
beforeAll(async () => {
  backend = (await start()).backend as never;
});

/** Of no type, so that every function takes it, whatever its rank. */
const ones = (shape: number[]) => tf.ones(shape) as never;

describe('values that do not fit', () => {
  it.each<[string, () => unknown, string]>([
    ['rows', () => tf.tensor2d([[1, 2, 3], [4, 5]]), 'values[1] has 2 elements, but values[0] has 3'], // prettier-ignore
    ['BigInts', () => tf.tensor([2n ** 60n] as never), 'beyond 2^53'],
    ['data', () => backend.write(new Float32Array(3), [2, 2], 'float32'), 'takes 4 values, but there are 3'],
    ['moved data', () => backend.move({}, new Float32Array(3), [2], 'float32', 1), 'takes 2 values, but there are 3'],
    ['a negative shape', () => backend.write(null as never, [-1, -4], 'float32'), '-1 is negative'],
    ['a fractional shape', () => tf.reshape(tf.ones([3]), [1.5, 2]), '1.5 is not whole'],
    [
      'a kernel',
      () => tf.conv2d(ones([2, 1, 8, 8]), ones([3, 3, 8, 1]), 1, 'valid'),
      'conv2d: the kernel does not fit',
    ],
    ['a window', () => tf.maxPool(ones([2, 1, 8, 8]), 2, 1, 'valid'), 'maxPool: the window does not fit'],
    ['a layer', () => tf.layers.conv2d({ filters: 1, kernelSize: 3 }).apply(ones([2, 1, 8, 8])), 'does not fit'],
    ['an output', () => tf.conv2dTranspose(ones([1, 2, 2, 1]), ones([3, 3, 1, 1]), [1, 9, 9, 1], 2, 'same'), 'takes an input'], // prettier-ignore
  ])('%s: an error', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('BigInts and typed arrays give their numbers', async () => {
    expect(Array.from(await tf.tensor([0n, 1n, 2n] as never).data())).toEqual([0, 1, 2]);
    const rows = tf.tensor([new Float64Array([1, 2]), new Float64Array([3, 4])] as never);
    expect(await rows.add(1).array()).toEqual([[2, 3], [4, 5]]); // prettier-ignore
  });
});

it('sizes and values of convolutions are those of PyTorch', async () => {
  type Form = [
    string,
    number[],
    [number, number],
    [number, number],
    number,
    number,
    string | null,
    number[] | null,
    number[],
  ];
  const file = join(root, 'test/built/kernel/tensors/replaced/conv-util-forms.json');
  const forms = (JSON.parse(readFileSync(file, 'utf8')) as Form[]).filter(
    ([kind, , , , , , , shape], i) => shape && (kind === 'conv2d' || kind === 'maxPool') && i % 5 === 0,
  );
  expect(forms.length).toBeGreaterThan(20);
  const data = (shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 5), shape) as never; // prettier-ignore
  };
  for (const form of forms) {
    const [kind, size, kernel, strides, pad, dilation, rounding, shape, sums] = form;
    const x = data([1, ...size, 2]);
    const y: tfTypes.Tensor =
      kind === 'conv2d'
        ? tf.conv2d(x, data([...kernel, 2, 3]), strides, pad, 'NHWC', dilation)
        : tf.maxPool(x, kernel, strides, pad, rounding as 'floor');
    expect(y.shape, JSON.stringify(form)).toEqual([shape![0], ...shape!.slice(2), shape![1]]);
    const sum = Array.from(await y.data()).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - sums[0]!), JSON.stringify(form)).toBeLessThan(0.02);
  }
});

it('complex numbers in another shape leave the original as it is', async () => {
  const x = tf.complex([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]);
  const [table, row] = [x.reshape([2, 3]), x.expandDims(0)];
  expect([x, table, row].map((y) => tf.real(y).shape)).toEqual([[6], [2, 3], [1, 6]]); // prettier-ignore
  x.dispose();
  expect(await tf.imag(table).array()).toEqual([[6, 5, 4], [3, 2, 1]]); // prettier-ignore
});

it('JSON.stringify of a tensor on the graphics card says where its values are', () => {
  const x = tf.add(tf.ones([40, 40]), 1).slice([0, 0], [1, 2]);
  const text = JSON.stringify(x);
  expect(text.length).toBeLessThan(200);
  expect(JSON.parse(text)).toMatchObject({ dtype: 'float32', shape: [1, 2] });
});
