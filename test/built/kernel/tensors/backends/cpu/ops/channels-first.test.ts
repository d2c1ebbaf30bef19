// Convolutions with the channels first on the device `cpu`: the same numbers as with the channels last.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

const numbers = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, k) => Math.sin(k * k * 0.37)),
    shape,
  );
const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
const first = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);

describe('convolutions with the channels first', () => {
  const pads = [
    'same',
    'valid',
    [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  ] as const;
  it.each(pads)('and the padding %j are those with the channels last, forward and backward', (pad) => {
    const [x, filter, bias] = [numbers([2, 7, 9, 3]), numbers([3, 2, 3, 5]), numbers([5])];
    const last = { strides: [2, 1], dilations: [1, 1], dataFormat: 'NHWC', pad };
    const moved = typeof pad === 'string' ? pad : [pad[0], pad[3], pad[1], pad[2]];
    const early = { ...last, dataFormat: 'NCHW', pad: moved };
    const y = run('Conv2D', { x, filter }, last);
    const same = (a: tf.Tensor, b: tf.Tensor) => {
      expect(a.shape).toEqual(b.shape);
      expect(a.dataSync()).toEqual(b.dataSync());
    };
    same(run('Conv2D', { x: first(x), filter }, early), first(y));
    const dy = numbers(y.shape);
    const inputShape = x.shape;
    const dx = run('Conv2DBackpropInput', { dy, filter }, { ...last, inputShape });
    const shape = [2, 3, 7, 9];
    same(run('Conv2DBackpropInput', { dy: first(dy), filter }, { ...early, inputShape: shape }), first(dx));
    const filterShape = filter.shape;
    const dw = run('Conv2DBackpropFilter', { x, dy }, { ...last, filterShape });
    same(run('Conv2DBackpropFilter', { x: first(x), dy: first(dy) }, { ...early, filterShape }), dw);
    const fused = (attrs: object, image: tf.Tensor) =>
      run('FusedConv2D', { x: image, filter, bias }, { ...attrs, activation: 'elu' });
    same(fused(early, first(x)), first(fused(last, x)));
  });
});
