// The layers of `nn` on the device `webgpu`: values and gradients as PyTorch gives them, by the fixtures of the tests
// on
// `cpu`; and layers that draw, orthogonal matrices and statistics of data, which must not ask the card for values at
// once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { makeNn } from '../../kernel/dlnb/nn/index.ts';
import { start, tf } from './device.ts';

interface Stored {
  shape: number[];
  values: number[];
}
interface Case {
  name: string;
  layer: 'groupNorm';
  options: object;
  inputs: Stored[];
  weights: Stored[];
  outputs: Stored[];
  directions: (Stored | null)[];
  gradients: Stored[];
  mask?: number[][];
  attentionMask?: number[][][];
}
const file = join(import.meta.dirname, '../built/kernel/dlnb/nn/layers/fixtures.json');
const cases = JSON.parse(readFileSync(file).toString()) as Case[];
const nn = makeNn(() => tf as never);
beforeAll(() => start());

const tensor = ({ values, shape }: Stored) => tf.tensor(values, shape, 'float32');

async function expectClose(actual: Tensor, { shape, values }: Stored, part: number, what: string): Promise<void> {
  expect(actual.shape, what).toEqual(shape);
  const largest = Math.max(1e-2, ...values.map(Math.abs));
  (await actual.data()).forEach((v, i) => {
    if (!(Math.abs(v - values[i]!) <= part * largest)) expect.fail(`${what}: element ${i} is ${v}, not ${values[i]}`);
  });
}

it.each(cases)('$layer: $name', async (c) => {
  const layer = nn[c.layer](structuredClone(c.options));
  const inputs = c.inputs.map((x) => tf.variable(tensor(x)));
  const args = {
    ...(c.mask && { mask: tf.tensor2d(c.mask, undefined, 'bool') }),
    ...(c.attentionMask && { attentionMask: tf.tensor(c.attentionMask, undefined, 'bool') }),
  };
  const apply = () => [layer.apply(inputs.length === 1 ? inputs[0]! : inputs, args)].flat() as Tensor[];
  apply();
  layer.setWeights(c.weights.map(tensor));
  for (const [i, y] of apply().entries()) await expectClose(y, c.outputs[i]!, 1e-4, `output ${i}`);
  const weights = layer.trainableWeights.map((w) => w.read() as Variable);
  const leaves = [...inputs, ...weights].filter((_, i) => !(c.layer.includes('Unpooling') && i === 1));
  const { grads } = tf.variableGrads(() => {
    const parts = apply().map((y, i) => c.directions[i] && tf.sum(tf.mul(y, tensor(c.directions[i]))));
    return tf.addN(parts.filter((p) => p != null)).asScalar();
  }, leaves);
  for (const [i, leaf] of leaves.entries())
    await expectClose(grads[leaf.name]!, c.gradients[i]!, 5e-4, `gradient ${i}`);
});

it('augments, drops and samples', async () => {
  const images = tf.div(tf.reshape(tf.range(0, 2 * 6 * 6), [2, 6, 6, 1]), 72);
  for (const seed of [1, undefined]) {
    const common = seed === undefined ? {} : { seed };
    const layers = [
      nn.randomFlip(common),
      nn.randomRotation({ factor: 0.1, ...common }),
      nn.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2, ...common }),
      nn.randomZoom({ heightFactor: 0.2, ...common }),
      nn.randomCrop({ height: 4, width: 4, ...common }),
      nn.randomBrightness({ factor: 0.2, ...common }),
      nn.randomContrast({ factor: 0.2, ...common }),
      nn.stochasticDepth({ rate: 0.5, ...common }),
      nn.mcDropout({ rate: 0.5, ...common }),
      nn.gaussianSampling({ inputShape: [6, 6, 2], ...common }),
    ];
    for (const layer of layers) {
      const x = layer.getClassName() === 'GaussianSampling' ? tf.concat([images, images], -1) : images;
      const values = await (layer.apply(x, { training: true }) as Tensor).data();
      expect(values.every(Number.isFinite), layer.name).toBe(true);
    }
  }
});

it('makes orthogonal matrices, with a seed and without', async () => {
  for (const options of [{}, { seed: 3 }]) {
    const q = nn.initializers.orthogonal(options).apply([8, 5]) as Tensor;
    const off = tf.sub(tf.matMul(q as never, q as never, true), tf.eye(5));
    expect((await tf.max(tf.abs(off)).data())[0]).toBeLessThan(1e-5);
  }
  const lstm = nn.chrono(tf.layers.lstm({ units: 4 }), { steps: 10 });
  expect((await (lstm.apply(tf.ones([1, 3, 2])) as Tensor).data()).every(Number.isFinite)).toBe(true);
});

it('adapts to data that the card has computed', async () => {
  const layer = nn.normalization();
  await layer.adapt(tf.mul(tf.tensor2d([[1], [2], [3]]), 2));
  const y = await (layer.apply(tf.tensor2d([[4]])) as Tensor).data();
  expect(y[0]).toBeCloseTo(0, 6);
  await expectClose(layer.getWeights()[1]!, { shape: [1], values: [8 / 3] }, 1e-6, 'variance');
});
