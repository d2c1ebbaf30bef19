// Models written as ONNX files give the same numbers in ONNX Runtime: each kind of layer, merges, models inside models,
// several inputs and outputs, random models, and what cannot be written.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeNn } from '../../../../../../kernel/dlnb/nn/index.ts';
import { registerLayers } from '../../../../../../kernel/dlnb/nn/layers/index.ts';
import { onnxRuntime } from '../../../../../onnxruntime.ts';
import { dist } from '../../../../../paths.ts';
import { expectTensor, libraryOf, numbers, type Tensor } from '../../../tensors/layers/library.ts';
import { layerCases, modelOf, randomModel, seeded } from './models.ts';

const { InferenceSession, Tensor: OrtTensor } = onnxRuntime();
const tf = libraryOf(dist);
registerLayers(tf as never);
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nn = makeNn(() => tf as never, { folder: () => folder });

/** Expects the outputs of ONNX Runtime to be ours, for two sizes of batches. */
async function expectSame(model: LayersModel, make?: (shape: number[], i: number) => Tensor): Promise<void> {
  await nn.toOnnx(model, 'm.onnx');
  const session = await InferenceSession.create(readFileSync(path.join(folder, 'm.onnx')), { logSeverityLevel: 3 });
  for (const batch of [2, 3]) {
    const xs = model.inputs.map(({ shape }, i) => {
      const full = shape.map((n) => n ?? batch);
      return make?.(full, i) ?? numbers(full, 7 + i);
    });
    const ours = [model.predict(xs)].flat();
    const feeds = Object.fromEntries(
      xs.map((x, i) => [session.inputNames[i]!, new OrtTensor('float32', Float32Array.from(x.dataSync()), x.shape)]),
    );
    const theirs = await session.run(feeds);
    session.outputNames.forEach((name, i) => {
      expectTensor(ours[i]!, [...theirs[name]!.dims], theirs[name]!.data as Float32Array);
    });
    expect(session.outputNames.length).toBe(ours.length);
  }
  await session.release();
}

const models: LayersModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));
const kept = <M extends LayersModel>(model: M) => (models.push(model), model);

describe('layers', () => {
  const cases = layerCases(tf, nn);
  it.each(Object.keys(cases))('%s', async (name) => {
    await expectSame(kept(modelOf(tf, cases[name]!)));
  });

  it('embedding', async () => {
    const model = modelOf(tf, [[5], () => tf.layers.embedding({ inputDim: 7, outputDim: 3 })]);
    await expectSame(kept(model), (shape) => tf.floor(tf.mul(tf.abs(numbers(shape)), 7)));
  });
});

describe('models', () => {
  it('merge several inputs and give several outputs', async () => {
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const { layers } = tf;
    const merged = [
      layers.add(),
      layers.multiply(),
      layers.average(),
      layers.maximum(),
      layers.minimum(),
      layers.concatenate(),
    ];
    const outputs = merged.map((layer) => layer.apply([a, b]) as SymbolicTensor);
    await expectSame(kept(tf.model({ inputs: [a, b], outputs: [...outputs, a] })));
  });

  it('that are sequential, before and after their first use', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [4], activation: 'tanh' })] });
    await expectSame(kept(seeded(model)));
    await expectSame(model);
  });

  it('share layers and hold models', async () => {
    const inner = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [4], activation: 'tanh' })] });
    const x = tf.input({ shape: [4] });
    const once = inner.apply(x) as SymbolicTensor;
    const y = tf.layers.add().apply([once, inner.apply(once) as SymbolicTensor]) as SymbolicTensor;
    await expectSame(kept(seeded(tf.model({ inputs: x, outputs: y }))));
  });

  it('give states, and take them', async () => {
    const x = tf.input({ shape: [4, 2] });
    const encoder = tf.layers.lstm({ units: 3, returnState: true });
    const [, h, c] = encoder.apply(x) as SymbolicTensor[];
    const y = tf.layers.lstm({ units: 3, returnSequences: true }).apply([x, h!, c!]) as SymbolicTensor;
    await expectSame(kept(seeded(tf.model({ inputs: x, outputs: [y, h!, c!] }))));
  });

  it.each([
    ['lenet5', () => nn.lenet5()],
    ['resnet', () => nn.resnet({ depth: 8 })],
    ['mobilenet', () => nn.mobilenet({ inputShape: [32, 32, 3], alpha: 0.25 } as never)],
    ['unet', () => nn.unet({ inputShape: [16, 16, 1], depth: 2, filters: 4 } as never)],
  ])('%s', async (_, make) => {
    // Of many layers, numbers would grow beyond what 1e-5 can tell
    await expectSame(kept(seeded(make(), 1, 0.2)));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('random, from seed %i', async (seed) => {
    await expectSame(kept(randomModel(tf, nn, seed)));
  });
});

describe('what cannot be written', () => {
  it('is told, all of it', async () => {
    const x = tf.input({ shape: [4, 2] });
    const masked = tf.layers.masking({ name: 'mask' }).apply(x);
    const lambda = nn.lambda((t) => t, { name: 'own' }).apply(masked);
    await expect(nn.toOnnx(kept(tf.model({ inputs: x, outputs: lambda as SymbolicTensor })), 'x.onnx')).rejects.toThrow(
      'nn.toOnnx: ONNX has no counterpart for the layers "mask" (Masking), "own" (Lambda).',
    );
    const words = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 3, outputDim: 2, maskZero: true, inputLength: 4, name: 'words' })] }); // prettier-ignore
    await expect(nn.toOnnx(kept(words), 'x.onnx')).rejects.toThrow(
      'nn.toOnnx: the layer "words" (Embedding) cannot be written: it makes a mask (maskZero), which ONNX does not have.',
    );
    await expect(nn.toOnnx({} as never, 'x.onnx')).rejects.toThrow(/nn\.toOnnx: the model must be one of tf\.layers/);
  });
});
