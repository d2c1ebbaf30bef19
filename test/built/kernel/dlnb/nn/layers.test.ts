// The layers of `nn` on the device `cpu`: values and gradients as PyTorch gives them (layers/make.py), saved and loaded
// models that go on bit for bit, masks, and what wrong options say. DLNB_TEST_DEVICE=webgpu runs them there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';
import { layerClasses } from '../../../../../kernel/dlnb/nn/layers/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, reloaded, type Tensor } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
layerClasses(tf as never);
const nn = makeNn(() => tf as never);

interface Stored {
  shape: number[];
  values: number[];
}
interface Case {
  name: string;
  layer: 'groupNorm';
  options: Record<string, unknown>;
  inputs: Stored[];
  weights: Stored[];
  outputs: Stored[];
  directions: (Stored | null)[];
  gradients: Stored[];
  mask?: number[][];
  attentionMask?: number[][][];
}
const cases = JSON.parse(readFileSync(path.join(import.meta.dirname, 'layers/fixtures.json')).toString()) as Case[];

const tensor = ({ values, shape }: Stored) => tf.tensor(values, shape, 'float32');
const make = ({ layer, options }: Pick<Case, 'layer' | 'options'>) => nn[layer](structuredClone(options));

/** Expects values to a part of the largest. */
function expectClose(actual: Tensor, { shape, values }: Stored, part: number, what: string): void {
  expect(actual.shape, what).toEqual(shape);
  const largest = Math.max(1e-2, ...values.map(Math.abs));
  actual.dataSync().forEach((v, i) => {
    if (!(Math.abs(v - values[i]!) <= part * largest)) expect.fail(`${what}: element ${i} is ${v}, not ${values[i]}`);
  });
}

describe('as PyTorch', () => {
  it.each(cases)('$layer: $name', (c) => {
    const layer = make(c);
    const inputs = c.inputs.map((x) => tf.variable(tensor(x)));
    const args = {
      ...(c.mask && { mask: tf.tensor2d(c.mask, undefined, 'bool') }),
      ...(c.attentionMask && { attentionMask: tf.tensor(c.attentionMask, undefined, 'bool') }),
    };
    const apply = () => [layer.apply(inputs.length === 1 ? inputs[0]! : inputs, args)].flat() as Tensor[];
    apply();
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual(c.weights.map(({ shape }) => shape));
    layer.setWeights(c.weights.map(tensor));
    apply().forEach((y, i) => expectClose(y, c.outputs[i]!, 1e-5, `output ${i}`));
    const shape = layer.computeOutputShape(singleOrAll(c.inputs.map((x) => x.shape)) as never) as number[] | number[][];
    expect(Array.isArray(shape[0]) ? shape : [shape]).toEqual(c.outputs.map((y) => y.shape));

    // Those that are differentiated: whatever has a gradient in PyTorch
    const weights = layer.trainableWeights.map((w) => w.read() as ReturnType<typeof tf.variable>);
    const leaves = [...inputs, ...weights].filter((_, i) => !(c.layer.includes('Unpooling') && i === 1));
    const { grads } = tf.variableGrads(() => {
      const parts = apply().map((y, i) => c.directions[i] && tf.sum(tf.mul(y, tensor(c.directions[i]))));
      return tf.addN(parts.filter((p) => p != null)).asScalar();
    }, leaves);
    leaves.forEach((leaf, i) => expectClose(grads[leaf.name]!, c.gradients[i]!, 1e-4, `gradient ${i}`));
  });
});

const singleOrAll = <T>(list: T[]): T | T[] => (list.length === 1 ? list[0]! : list);

/** A small model with the layer in it, between layers that have weights. */
function modelOf(c: Case): LayersModel {
  const inputs = c.inputs.map(({ shape }) => tf.input({ shape: shape.slice(1) }));
  const output = [make(c).apply(singleOrAll(inputs))].flat()[0] as SymbolicTensor;
  const flat = output.shape.length > 2 ? (tf.layers.flatten().apply(output) as SymbolicTensor) : output;
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const last = tf.layers.dense({ units: 2, kernelInitializer }).apply(flat) as SymbolicTensor;
  const model = tf.model({ inputs, outputs: last });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}

const bits = (model: LayersModel) => model.getWeights().map((w) => [...new Uint32Array(w.dataSync().slice().buffer)]);

/** Seeds that are not given are undefined at first, and null when loaded. */
const configOf = (layer: { getConfig(): object }) =>
  JSON.parse(JSON.stringify(layer.getConfig(), (_, value: unknown) => value ?? undefined)) as unknown;

describe('a model that was saved and loaded goes on bit for bit', () => {
  it.each(cases)('$layer: $name', async (c) => {
    const model = modelOf(c);
    const x = c.inputs.map(tensor);
    const y = numbers([x[0]!.shape[0]!, 2]);
    await model.trainOnBatch(x, y);
    const again = await reloaded(model);
    expect(bits(again)).toEqual(bits(model));
    expect(again.layers.map(configOf)).toEqual(model.layers.map(configOf));
    const [a, b] = [await model.trainOnBatch(x, y), await again.trainOnBatch(x, y)];
    expect(b).toEqual(a);
    expect(bits(again)).toEqual(bits(model));
  });
});

type Symbolic = SymbolicTensor;

describe('masks', () => {
  it('of an embedding reach self-attention: padding changes no result', () => {
    const embed = tf.layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true });
    const attend = nn.multiHeadAttention({ numHeads: 2, keyDim: 3 });
    const output = attend.apply(embed.apply(tf.input({ shape: [null], dtype: 'int32' })) as Symbolic) as Symbolic;
    const model = tf.model({ inputs: embed.input as Symbolic, outputs: output });
    const short = model.predict(tf.tensor2d([[1, 3]], [1, 2], 'int32')) as Tensor;
    const padded = model.predict(tf.tensor2d([[1, 3, 0, 0]], [1, 4], 'int32')) as Tensor;
    expectClose(tf.slice(padded, [0, 0, 0], [1, 2, 4]), { shape: [1, 2, 4], values: [...short.dataSync()] }, 1e-6, 'y');
  });

  it('of the values hide them where queries have no mask or another one', () => {
    const [q, v] = [tf.input({ shape: [2, 3] }), tf.input({ shape: [null], dtype: 'int32' })];
    const embed = tf.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true });
    const attend = nn.attention();
    const output = attend.apply([q, embed.apply(v) as Symbolic]) as Symbolic;
    const model = tf.model({ inputs: [q, v], outputs: output });
    const x = numbers([1, 2, 3]);
    const short = model.predict([x, tf.tensor2d([[1, 3]], [1, 2], 'int32')]) as Tensor;
    const padded = model.predict([x, tf.tensor2d([[1, 3, 0]], [1, 3], 'int32')]) as Tensor;
    expectClose(padded, { shape: [1, 2, 3], values: [...short.dataSync()] }, 1e-6, 'y');
  });

  it('pass through normalization, positions and dropout to pooling', () => {
    const layers = [nn.groupNorm({ groups: 1, trainable: false }), nn.rmsNorm(), nn.unitNormalization()];
    for (const layer of [
      ...layers,
      nn.sinePositions(),
      nn.learnedPositions({ sequenceLength: 3 }),
      nn.mcDropout({ rate: 0 }),
    ])
      expect(layer.computeMask(numbers([1, 3, 2]), tf.tensor2d([[1, 1, 0]]) as never)).toBeDefined();
    const model = tf.sequential({
      layers: [
        tf.layers.masking({ maskValue: 0, inputShape: [null, 2] }),
        nn.unitNormalization(),
        tf.layers.globalAveragePooling1d({}),
      ],
    });
    const y = model.predict(tf.tensor3d([[[3, 4], [0, 5], [0, 0]]])) as Tensor; // prettier-ignore
    expectClose(y, { shape: [1, 2], values: [0.3, 0.9] }, 1e-6, 'y');
  });
});

describe('attention', () => {
  it('of a causal layer has no gradient from later places', () => {
    const layer = nn.multiHeadAttention({ numHeads: 2, keyDim: 2, causal: true });
    const x = numbers([1, 4, 3]);
    layer.apply(x);
    const g = tf.grad((x) => tf.sum(tf.slice(layer.apply(x) as Tensor, [0, 1, 0], [1, 1, 3])))(x);
    expect([...tf.slice(g, [0, 2, 0], [1, 2, 3]).dataSync()].every((v) => v === 0)).toBe(true);
    expect(Math.abs(tf.sum(tf.abs(tf.slice(g, [0, 0, 0], [1, 2, 3]))).dataSync()[0]!)).toBeGreaterThan(0.01);
  });

  it('drops weights in training alone, and the same with the same seed', () => {
    const x = numbers([1, 6, 4]);
    const once = (training: boolean) => {
      const layer = nn.attention({ dropout: 0.5, seed: 3 });
      return (layer.apply(x, { training }) as Tensor).arraySync();
    };
    expect(once(true)).toEqual(once(true));
    expect(once(true)).not.toEqual(once(false));
    expect(once(false)).toEqual((nn.attention().apply(x) as Tensor).arraySync());
  });
});

describe('layers that drop', () => {
  const ones = () => tf.ones([400, 5]);
  const rows = (y: Tensor) => y.arraySync() as number[][];

  it('stochasticDepth drops rows or batches in training, and keeps the mean', () => {
    const layer = nn.stochasticDepth({ rate: 0.25, seed: 1 });
    const y = rows(layer.apply(ones(), { training: true }) as Tensor);
    for (const row of y) expect(new Set(row).size).toBe(1);
    expect(new Set(y.flat().map((v) => v.toFixed(4)))).toEqual(new Set(['0.0000', '1.3333']));
    const kept = y.filter(([v]) => v! > 0).length / 400;
    expect(kept).toBeGreaterThan(0.68);
    expect(kept).toBeLessThan(0.82);
    expect(
      rows(layer.apply(ones()) as Tensor)
        .flat()
        .every((v) => v === 1),
    ).toBe(true);
    const batch = nn.stochasticDepth({ rate: 0.5, mode: 'batch', seed: 1 });
    const all = Array.from({ length: 20 }, () => rows(batch.apply(ones(), { training: true }) as Tensor).flat());
    expect(all.every((values) => new Set(values).size === 1)).toBe(true);
    expect(new Set(all.map(([v]) => v))).toEqual(new Set([0, 2]));
    expect(rows(nn.stochasticDepth({ rate: 1 }).apply(ones(), { training: true }) as Tensor).flat()[0]).toBe(0);
  });

  it('mcDropout also drops in predict, others each time', async () => {
    const model = tf.sequential({ layers: [nn.mcDropout({ rate: 0.5, seed: 2, inputShape: [5] })] });
    const predict = (m: LayersModel) => (m.predict(ones()) as Tensor).arraySync();
    const [first, second] = [predict(model), predict(model)];
    expect(new Set((first as number[][]).flat())).toEqual(new Set([0, 2]));
    expect(second).not.toEqual(first);
    expect(predict(await reloaded(model))).toEqual(first);
  });

  it('spatial dropout drops whole channels', () => {
    const y = nn.spatialDropout2d({ rate: 0.5, seed: 1 }).apply(tf.ones([8, 3, 3, 4]), { training: true }) as Tensor;
    const channels = tf.transpose(y, [0, 3, 1, 2]).reshape([32, 9]).arraySync() as number[][];
    for (const channel of channels) expect(new Set(channel).size).toBe(1);
    expect(new Set(channels.flat())).toEqual(new Set([0, 2]));
    const first = nn.spatialDropout3d({ rate: 0.5, seed: 1, dataFormat: 'channelsFirst' });
    const z = first.apply(tf.ones([4, 6, 2, 2, 2]), { training: true }) as Tensor;
    for (const channel of z.reshape([24, 8]).arraySync() as number[][]) expect(new Set(channel).size).toBe(1);
  });
});

describe('lambda', () => {
  const squareOfX = (x: Tensor) => tf.square(x);

  it('computes a function with its gradient, and finds the shape of its output', () => {
    const input = tf.input({ shape: [null, 3] });
    const halves = nn.lambda((x: Tensor) => tf.split(x, 3, -1)[0]!);
    expect((halves.apply(input) as Symbolic).shape).toEqual([null, null, 1]);
    const sum = nn.lambda(([a, b]: Tensor[]) => tf.add(a!, b!));
    expect((sum.apply([input, input]) as Symbolic).shape).toEqual([null, null, 3]);
    const layer = nn.lambda(squareOfX);
    const g = tf.grad((x) => tf.sum(layer.apply(x) as Tensor))(tf.tensor1d([1, -2]));
    expect([...g.dataSync()]).toEqual([2, -4]);
    expect((nn.lambda(() => tf.ones([1]), { outputShape: [7] }).apply(input) as Symbolic).shape).toEqual([null, 7]);
  });

  it('is saved by the name of its function, which must be known when it is loaded', async () => {
    const model = tf.sequential({ layers: [nn.lambda(squareOfX, { inputShape: [2] })] });
    const again = await reloaded(model);
    expect([...(again.predict(tf.tensor2d([[2, 3]])) as Tensor).dataSync()]).toEqual([4, 9]);
    expect(() => tf.serialization.SerializationMap.getMap().classNameMap['Lambda']![1](
      layerClasses(tf as never).Lambda as never,
      { function: { name: 'squareOfY' } } as never,
    )).toThrow(/nn.registerFunction\('squareOfY', f\) before you load the model; did you mean "squareOfX"/); // prettier-ignore
    const nameless = tf.sequential({ layers: [nn.lambda([(x: Tensor) => x][0]!, { inputShape: [2] })] });
    await expect(reloaded(nameless)).rejects.toThrow('has no name under which a saved model could find it');
    expect(() => nn.lambda((() => 5) as never).apply(tf.ones([1]))).toThrow('must return a tensor, and returned 5');
  });
});

describe('wrong options and inputs', () => {
  const seq = () => tf.ones([2, 3, 4]);
  it.each<[what: string, call: () => unknown, message: string | RegExp]>([
    [
      'an unknown option',
      () => nn.groupNorm({ group: 2 } as never),
      'nn.groupNorm: there is no option "group"; there are',
    ],
    [
      'groups that do not divide',
      () => nn.groupNorm({ groups: 3 }).apply(seq()),
      'nn.groupNorm: 3 groups do not divide the 4 channels of the input [2, 3, 4]; choose a divisor of 4',
    ],
    ['32 groups by default', () => nn.groupNorm().apply(seq()), 'nn.groupNorm: 32 groups do not divide the 4 channels'],
    [
      'no number of groups',
      () => nn.groupNorm({ groups: 0 }),
      'nn.groupNorm: groups must be an integer of at least 1, got 0',
    ],
    ['an axis that is not there', () => nn.rmsNorm({ axis: 3 }).apply(seq()), 'nn.rmsNorm: axis must be from 1 to 2'],
    [
      'the axis of the batch',
      () => nn.unitNormalization({ axis: 0 }).apply(seq()),
      'nn.unitNormalization: axis must be from 1 to 2',
    ],
    [
      'channels that are not known',
      () => nn.instanceNorm().apply(tf.input({ shape: [3, null] })),
      'nn.instanceNorm: the size of axis 2 of the input must be known',
    ],
    [
      'an initializer that is not there',
      () => nn.rmsNorm({ scaleInitializer: 'one' as never }),
      /nn.rmsNorm: scaleInitializer: there is no "one" in tf.initializers; .*did you mean "ones"/,
    ],
    [
      'an initializer of another kind',
      () => nn.rmsNorm({ scaleInitializer: 5 as never }),
      'nn.rmsNorm: scaleInitializer must be a name, or what a function of tf.initializers makes, got 5',
    ],
    [
      'no heads',
      () => nn.multiHeadAttention({ keyDim: 3 } as never),
      'nn.multiHeadAttention: numHeads must be an integer of at least 1',
    ],
    [
      'a matrix',
      () => nn.multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(tf.ones([2, 3])),
      'nn.multiHeadAttention: the query must be of shape [batch, places, features], got [2, 3]',
    ],
    ['four inputs', () => nn.attention().apply([seq(), seq(), seq(), seq()]), 'nn.attention takes one to three inputs'],
    [
      'features that differ',
      () => nn.attention().apply([seq(), tf.ones([2, 3, 5])]),
      'nn.attention: queries and keys must have the same number of features, and have 4 and 5; nn.multiHeadAttention projects them',
    ],
    [
      'more keys than values',
      () => nn.attention().apply([seq(), seq(), tf.ones([2, 5, 4])]),
      'nn.attention: there must be one value for each key, and there are 3 values and 5 keys',
    ],
    ['a dropout of 1', () => nn.attention({ dropout: 1 }), 'nn.attention: dropout must be a number from 0 to'],
    [
      'a score that is not there',
      () => nn.attention({ scoreMode: 'cosine' as never }),
      'nn.attention: scoreMode must be "dot" or "concat"',
    ],
    [
      'too many places',
      () => nn.learnedPositions({ sequenceLength: 2 }).apply(seq()),
      'nn.learnedPositions: sequenceLength is 2, and the input has 3 places',
    ],
    [
      'a rate above 1',
      () => nn.stochasticDepth({ rate: 1.5 }),
      'nn.stochasticDepth: rate must be a number from 0 to 1, got 1.5',
    ],
    ['no rate', () => nn.mcDropout({} as never), 'nn.mcDropout: rate must be a number'],
    ['no function', () => nn.lambda(5 as never), 'nn.lambda: the first argument must be a function of a tensor'],
    [
      'a kernel longer than the input',
      () => nn.depthwiseConv1d({ kernelSize: 5 }).apply(seq()),
      "nn.depthwiseConv1d: the kernel reaches over 5 places, and the input has 3; use a smaller kernel, or padding 'same'",
    ],
    [
      'strides and dilation',
      () => nn.separableConv1d({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }),
      'nn.separableConv1d: strides and dilationRate cannot both be above 1',
    ],
    [
      'causal padding of a transposed convolution',
      () => nn.conv1dTranspose({ filters: 1, kernelSize: 2, padding: 'causal' as never }),
      'nn.conv1dTranspose: padding must be "valid" or "same", got causal',
    ],
    [
      'too much output padding',
      () => nn.conv1dTranspose({ filters: 1, kernelSize: 2, strides: 2, outputPadding: 2 }),
      'nn.conv1dTranspose: outputPadding must be below the stride 2, got 2',
    ],
    [
      'an activation that is not there',
      () => nn.depthwiseConv1d({ kernelSize: 1, activation: 'rely' as never }),
      /nn.depthwiseConv1d: .*rely/,
    ],
    [
      'no kernel size',
      () => nn.depthwiseConv1d({} as never),
      'nn.depthwiseConv1d: kernelSize must be an integer of at least 1',
    ],
    [
      'an image',
      () => nn.upSampling1d().apply(tf.ones([1, 2, 2, 3])),
      'nn.upSampling1d: the input must be of shape [batch, places, channels], got [1, 2, 2, 3]',
    ],
    [
      'nothing left',
      () => nn.cropping1d({ cropping: 2 }).apply(seq()),
      'nn.cropping1d: nothing is left of axis 1 of the input [2, 3, 4]',
    ],
    [
      'a negative padding',
      () => nn.zeroPadding1d({ padding: -1 }),
      'nn.zeroPadding1d: padding must be an integer of at least 0, or [before, behind]; got -1',
    ],
    [
      'two sides of three axes',
      () => nn.cropping3d({ cropping: [1, 2] as never }),
      'nn.cropping3d: cropping must be an integer of at least 0, one for each axis, or [before, behind] for each',
    ],
    [
      'maxima without indices',
      () => nn.maxUnpooling().apply(tf.ones([1, 2, 2, 1])),
      'nn.maxUnpooling takes two inputs, the maxima and their indices',
    ],
    [
      'a size that is too small',
      () => nn.maxUnpooling({ outputSize: [3, 4] }).apply([tf.ones([1, 2, 2, 1]), tf.ones([1, 2, 2, 1])]),
      'nn.maxUnpooling: outputSize must be at least [4, 4]',
    ],
  ])('%s', (_, call, message) => {
    // prettier-ignore
    expect(call).toThrow(message);
  });
});
