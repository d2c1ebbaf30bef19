// Residual blocks and residual networks: parameters, shapes, gradients and errors.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';

const nn = makeNn(() => tf as unknown as TensorLibrary);
type Input = Parameters<typeof nn.residualBlock>[0];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('resnet', () => {
  it('of depth 20 has the 272,474 parameters of projection shortcuts, and the plain one those without', () => {
    expect(nn.countParameters(nn.resnet() as never)).toEqual({ trainable: 272_474, other: 1_568, total: 274_042 });
    // Without the two projections: 16·32 + 2·32 and 32·64 + 2·64 fewer
    expect(nn.countParameters(nn.resnet({ shortcuts: false }) as never).trainable).toBe(272_474 - 576 - 2176);
  });

  it('has 6n + 2 layers with weights on the main path, and lists the possible depths', () => {
    const convolutions = nn.resnet({ depth: 14 }).layers.filter((l) => l.getClassName() === 'Conv2D');
    expect(convolutions.filter(({ name }) => !name.includes('shortcut'))).toHaveLength(13);
    expect(() => nn.resnet({ depth: 18 })).toThrow(/6n \+ 2, for example 8, 14, 20/);
  });

  it('gives the same weights for the same seed', () => {
    const sum = (seed: number) =>
      nn.resnet({ depth: 8, seed }).getWeights().map((w) => w.abs().sum().dataSync()[0]!.toFixed(3)).join(); // prettier-ignore
    expect(sum(1)).toBe(sum(1));
    expect(sum(1)).not.toBe(sum(2));
  });

  it('returns probabilities for images', () => {
    const y = nn.resnet({ depth: 8, inputShape: [8, 8, 1], classes: 3 }).predict(tf.ones([2, 8, 8, 1])) as tf.Tensor;
    expect(y.shape).toEqual([2, 3]);
    expect(y.sum(1).arraySync()).toEqual([expect.closeTo(1), expect.closeTo(1)]);
  });
});

describe('a residual block', () => {
  const input = (shape: number[]) => tf.input({ shape }) as unknown as Input;
  const model = (x: Input, y: Input) => tf.model({ inputs: x as never, outputs: y as never });

  it('is relu(x) where its convolutions are zero and the shortcut is the identity', () => {
    const x = input([4, 4, 2]);
    const block = model(x, nn.residualBlock(x, { filters: 2, seed: 1 }));
    for (const layer of block.layers)
      if (layer.getClassName() === 'Conv2D') layer.setWeights(layer.getWeights().map((w) => tf.zerosLike(w)));
    const image = tf.randomNormal([1, 4, 4, 2], 0, 1, 'float32', 3);
    expect(tf.max(tf.abs(tf.sub(block.predict(image) as tf.Tensor, tf.relu(image)))).dataSync()[0]).toBe(0);
  });

  it('passes the gradient through the shortcut where its convolutions are zero', () => {
    const x = input([3, 3, 1]);
    const block = model(x, nn.residualBlock(x, { filters: 1 }));
    for (const layer of block.layers)
      if (layer.getClassName() === 'Conv2D') layer.setWeights(layer.getWeights().map((w) => tf.zerosLike(w)));
    const gradient = tf.grad((v) => (block.apply(v) as tf.Tensor).sum())(tf.ones([1, 3, 3, 1]));
    expect(Array.from(gradient.dataSync())).toEqual(Array(9).fill(1));
  });

  it('begins as its shortcut where γ begins at zero, which a plain block cannot', () => {
    const x = input([4, 4, 2]);
    const block = model(x, nn.residualBlock(x, { filters: 2, zeroGamma: true }));
    const image = tf.randomNormal([1, 4, 4, 2], 0, 1, 'float32', 3);
    expect(tf.max(tf.abs(tf.sub(block.predict(image) as tf.Tensor, tf.relu(image)))).dataSync()[0]).toBe(0);
    expect(() => nn.residualBlock(x, { filters: 2, zeroGamma: true, shortcut: 'none' })).toThrow(/needs γ > 0/);
  });

  it('projects where the shape changes, and says why an identity cannot', () => {
    const x = input([5, 5, 2]);
    expect(nn.residualBlock(x, { filters: 4, stride: 2 }).shape).toEqual([null, 3, 3, 4]);
    expect(() => nn.residualBlock(x, { filters: 4, shortcut: 'identity' })).toThrow(/use shortcut: 'projection'/);
    expect(() => nn.residualBlock(input([5]), { filters: 4 })).toThrow(/\[batch, height, width, channels\]/);
  });

  it('may be used several times in one model without names', () => {
    const x = input([4, 4, 2]);
    const y = nn.residualBlock(nn.residualBlock(x, { filters: 2 }), { filters: 2 });
    expect(model(x, y).countParams()).toBe(4 * 36 + 4 * 8);
  });

  it('and a network refuse unknown options, and name the known ones', () => {
    expect(() => nn.residualBlock(input([4, 4, 2]), { filters: 2, strides: 2 } as never)).toThrow(
      /^nn\.residualBlock: there is no option "strides"; there are "filters", "stride", /,
    );
    expect(() => nn.resnet({ layers: 20 } as object)).toThrow(/^nn\.resnet: there is no option "layers"; .*"depth", /);
  });
});
