// Weights of models in safetensors files: models with the same code get them bit for bit, state dictionaries of PyTorch
// give the outputs that PyTorch had (make.py), and what does not fit is told.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, describe, expect, it } from 'vitest';
import { makeNn } from '../../../../../../kernel/dlnb/nn/index.ts';
import { registerLayers } from '../../../../../../kernel/dlnb/nn/layers/index.ts';
import { readSafetensors } from '../../../../../../kernel/formats/safetensors.ts';
import { dist } from '../../../../../paths.ts';
import { expectTensor, libraryOf, numbers, options, type Tensor } from '../../../tensors/layers/library.ts';

const tf = libraryOf(dist);
registerLayers(tf as never);
const fixtures = path.join(import.meta.dirname, 'fixtures');
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nn = makeNn(() => tf as never, { folder: () => folder });
const torch = makeNn(() => tf as never, { folder: () => fixtures });

/** A model of many kinds of layers, with weights drawn from a seed. */
function various(seed: number): LayersModel {
  const kernelInitializer = tf.initializers.glorotNormal({ seed });
  const input = tf.input({ shape: [6, 3] });
  const both = tf.layers.bidirectional({
    layer: tf.layers.lstm({ units: 2, returnSequences: true, kernelInitializer }),
    mergeMode: 'concat',
  });
  let x = both.apply(input) as SymbolicTensor;
  x = nn.multiHeadAttention({ numHeads: 2, keyDim: 2 }).apply([x, x]) as SymbolicTensor;
  x = tf.layers.batchNormalization().apply(x) as SymbolicTensor;
  const inner = tf.sequential({
    name: 'head',
    layers: [
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3, kernelInitializer }), inputShape: [6, 4] }),
      tf.layers.dense({ units: 2, kernelInitializer }),
      tf.layers.dense({ units: 2, kernelInitializer, name: 'last' }),
    ],
  });
  return tf.model({ inputs: input, outputs: inner.apply(x) as SymbolicTensor });
}

describe('saveWeights and loadWeights', () => {
  it('bring a model made by the same code to the same outputs, bit for bit', async () => {
    const [one, other] = [various(1), various(2)];
    await nn.saveWeights(one, 'm.safetensors', { metadata: { epoch: '2' } });
    const x = numbers([2, 6, 3]);
    const before = (other.predict(x) as Tensor).dataSync();
    const wanted = (one.predict(x) as Tensor).dataSync();
    expect(before).not.toEqual(wanted);
    const told = await nn.loadWeights(other, 'm.safetensors');
    expect((other.predict(x) as Tensor).dataSync()).toEqual(wanted);
    expect([told.missing, told.unused, told.loaded.length]).toEqual([[], [], one.weights.length]);
  });

  it('name weights by layers', async () => {
    await nn.saveWeights(various(1), 'names.safetensors', { dtype: 'F16' });
    const { tensors } = readSafetensors(readFileSync(path.join(folder, 'names.safetensors')), '');
    const names = [...tensors.keys()].sort();
    expect(names).toEqual([...new Set(names)]);
    expect(names).toContain('bidirectional/forward/kernel');
    expect(names).toContain('bidirectional/backward/recurrent_kernel');
    expect(names).toContain('batch_normalization/moving_mean');
    expect(names.filter((name) => name.startsWith('head/'))).toEqual([
      'head/dense/bias',
      'head/dense/kernel',
      'head/last/bias',
      'head/last/kernel',
      'head/time_distributed/bias',
      'head/time_distributed/kernel',
    ]);
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  });

  const dense = (units: number, name?: string) =>
    tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2], ...(name && { name }) })] });

  it('say what does not fit, and change nothing then', async () => {
    await nn.saveWeights(dense(3, 'first'), 'first.safetensors');
    const model = dense(3, 'firs');
    const before = model.getWeights()[0]!.dataSync();
    await expect(nn.loadWeights(model, 'first.safetensors')).rejects.toThrow(
      /nn\.loadWeights: .*first\.safetensors does not fit the model: it lacks firs\/kernel, firs\/bias; it has first\/bias, first\/kernel, which the model does not have\. Is "first\/bias" meant to be "firs\/bias"\?/,
    );
    await expect(nn.loadWeights(dense(4, 'first'), 'first.safetensors')).rejects.toThrow(
      '"first/kernel" has the shape [2, 3] in the file and [2, 4] in the model.',
    );
    await expect(nn.loadWeights(model, 'first.safetensors', { strict: false })).rejects.toThrow(
      'does not fit the model',
    );
    expect(model.getWeights()[0]!.dataSync()).toEqual(before);
    const larger = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'first' }), tf.layers.dense({ units: 1, name: 'new' })] }); // prettier-ignore
    expect(await nn.loadWeights(larger, 'first.safetensors', { strict: false })).toEqual({
      loaded: ['first/kernel', 'first/bias'],
      missing: ['new/kernel', 'new/bias'],
      unused: [],
    });
    await expect(nn.saveWeights({} as never, 'x')).rejects.toThrow(
      /nn\.saveWeights: the model must be one of tf\.layers/,
    );
    await expect(nn.saveWeights(tf.sequential({ name: 'none' }) as never, 'x')).rejects.toThrow(
      'the model "none" has no weights.',
    );
    await expect(nn.loadWeights(model, 'first.safetensors', options({ strikt: true }))).rejects.toThrow(
      /did you mean "strict"/,
    );
    await expect(nn.loadWeights(model, 'first.safetensors', { names: {} })).rejects.toThrow(
      /belongs to from: 'pytorch'/,
    );
  });
});

describe('weights of PyTorch', () => {
  type Case = Record<'x' | 'y', { shape: number[]; values: number[] }>;
  const cases = JSON.parse(readFileSync(path.join(fixtures, 'pytorch.json'), 'utf8')) as Record<string, Case>;
  const sequence = (rec: unknown) =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 5, name: 'words' }),
        rec as ReturnType<typeof tf.layers.lstm>,
        tf.layers.layerNormalization({ epsilon: 1e-5, name: 'norm' }),
        tf.layers.dense({ units: 2, name: 'out' }),
      ],
    });
  const rec = { units: 4, returnSequences: true, name: 'rec' } as const;
  const models: Record<string, () => LayersModel> = {
    cnn: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2] }),
          tf.layers.batchNormalization({ epsilon: 1e-5 }),
          tf.layers.reLU(),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 5, activation: 'relu' }),
          tf.layers.dense({ units: 2, activation: 'relu' }),
          tf.layers.dense({ units: 2 }),
          tf.layers.dense({ units: 2 }),
        ],
      }),
    convolutions: () =>
      tf.sequential({
        layers: [
          tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, inputShape: [12, 2], name: 'plain' }),
          nn.depthwiseConv1d({ kernelSize: 2, depthMultiplier: 2, name: 'deep' }),
          nn.conv1dTranspose({ filters: 2, kernelSize: 3, strides: 2, name: 'up' }),
        ],
      }),
    images: () =>
      tf.sequential({
        layers: [
          tf.layers.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2, inputShape: [4, 5, 2], name: 'deep' }),
          tf.layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: [2, 1], name: 'up' }),
          tf.layers.conv2d(options({ filters: 6, kernelSize: 2, groups: 3, name: 'grouped' })),
          nn.groupNorm({ groups: 3, epsilon: 1e-5, name: 'norm' }),
          tf.layers.prelu({ sharedAxes: [1, 2], name: 'act' }),
        ],
      }),
    lstm: () => sequence(tf.layers.lstm({ ...rec, recurrentActivation: 'sigmoid' })),
    gru: () => sequence(tf.layers.gru(options({ ...rec, recurrentActivation: 'sigmoid', resetAfter: true }))),
    rnn: () => sequence(tf.layers.simpleRNN(rec)),
  };

  it.each(Object.keys(cases))('give the outputs of PyTorch: %s', async (name) => {
    const { x, y } = cases[name]!;
    const model = models[name]!();
    const { unused } = await torch.loadWeights(model, `pytorch-${name}.safetensors`, { from: 'pytorch' });
    expect(unused).toEqual([]);
    expectTensor(model.predict(tf.tensor(x.values, x.shape)) as Tensor, y.shape, y.values);
  });

  it('are found by names that are given', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [4], name: 'a' }), tf.layers.layerNormalization({ name: 'b' })],
    });
    const load = (more: object) =>
      torch.loadWeights(model, 'pytorch-lstm.safetensors', { from: 'pytorch', strict: false, ...more });
    await expect(load({})).rejects.toThrow(
      /has no module "a" for the layer "a"; it has norm, out, rec, words\. Pass \{ names/,
    );
    await expect(load({ names: { c: 'out' } })).rejects.toThrow(
      /names has "c", which is no layer with weights; there are a, b/,
    );
    await expect(load({ names: { a: 'out', b: 'norm' } })).rejects.toThrow(
      /"b\/gamma" has the shape \[4\] in the file and \[2\]/,
    );
    const fits = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4], name: 'a' })] });
    const told = await torch.loadWeights(fits, 'pytorch-lstm.safetensors', { from: 'pytorch', strict: false, names: { a: 'out' } }); // prettier-ignore
    expect(told.loaded).toEqual(['a/kernel', 'a/bias']);
    expect(told.unused).toContain('rec.bias_hh_l0');
  });

  it('say what cannot be converted', async () => {
    const before = sequence(tf.layers.gru({ ...rec, recurrentActivation: 'sigmoid' }));
    await expect(torch.loadWeights(before, 'pytorch-gru.safetensors', { from: 'pytorch' })).rejects.toThrow(
      'make it with resetAfter: true',
    );
    await expect(torch.loadWeights(before, 'pytorch-gru.safetensors')).rejects.toThrow("pass { from: 'pytorch' }");
    const short = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    await expect(torch.loadWeights(short, 'pytorch-cnn.safetensors', { from: 'pytorch' })).rejects.toThrow(
      /the file has 6 modules with weights \(0, 1, 5, 7, 9, 10\), and the model "\w+" 1 layers with weights/,
    );
    const separable = tf.sequential({ layers: [tf.layers.separableConv2d({ filters: 1, kernelSize: 1, inputShape: [2, 2, 1], name: 'words' })] }); // prettier-ignore
    await expect(torch.loadWeights(separable, 'pytorch-gru.safetensors', { from: 'pytorch' })).rejects.toThrow(
      /not converted for the layer "words" \(SeparableConv2D\)/,
    );
  });
});
