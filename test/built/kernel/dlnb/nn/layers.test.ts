// The layers of `nn` on the device `cpu`: values and gradients as PyTorch gives them (layers/make.py), saved and loaded
// models that go on bit for bit, masks, and what wrong options say.
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

describe('augmentation', () => {
  /** Four images that are all different. */
  const images = () => tf.reshape(tf.div(tf.range(0, 4 * 5 * 6 * 2), 240), [4, 5, 6, 2]);
  const values = (x: Tensor) => [...x.dataSync()];
  const trained = (layer: { apply(x: Tensor, args: object): unknown }, x = images()) =>
    layer.apply(x, { training: true }) as Tensor;
  const all = [
    ['randomFlip', (seed?: number) => nn.randomFlip({ seed })],
    ['randomRotation', (seed?: number) => nn.randomRotation({ factor: 0.2, seed })],
    ['randomTranslation', (seed?: number) => nn.randomTranslation({ heightFactor: 0.3, widthFactor: 0.3, seed })],
    ['randomZoom', (seed?: number) => nn.randomZoom({ heightFactor: 0.4, seed })],
    ['randomCrop', (seed?: number) => nn.randomCrop({ height: 2, width: 3, seed })],
    ['randomBrightness', (seed?: number) => nn.randomBrightness({ factor: 0.3, seed })],
    ['randomContrast', (seed?: number) => nn.randomContrast({ factor: 0.5, seed })],
  ] as const;

  it.each(all)(
    '%s: others in each call, the same with a seed, also when loaded; none in prediction',
    async (_, make) => {
      const [a, b] = [make(4), make(4)];
      const draws = Array.from({ length: 4 }, () => values(trained(a)));
      expect(Array.from({ length: 4 }, () => values(trained(b)))).toEqual(draws);
      expect(new Set(draws.map(String)).size).toBeGreaterThan(1);
      const input = tf.input({ shape: [5, 6, 2] });
      const layer = make(4);
      const flat = tf.layers.flatten().apply(layer.apply(input) as Symbolic) as Symbolic;
      const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
      const outputs = tf.layers.dense({ units: 1, kernelInitializer }).apply(flat) as Symbolic;
      const model = tf.model({ inputs: input, outputs });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const again = await reloaded(model);
      expect(again.layers.map(configOf)).toEqual(model.layers.map(configOf));
      const y = tf.ones([4, 1]);
      expect(await again.trainOnBatch(images(), y)).toEqual(await model.trainOnBatch(images(), y));
      expect(bits(again)).toEqual(bits(model));
      const only = tf.model({ inputs: input, outputs: make(4).apply(input) as Symbolic });
      const predicted = only.predict(images()) as Tensor;
      const middle = tf.slice(images(), [0, 1, 1, 0], [4, 2, 3, 2]);
      expect(values(predicted)).toEqual(values(predicted.shape[1] === 2 ? middle : images()));
    },
  );

  it('randomFlip mirrors each image by itself, along its axis', () => {
    const layer = nn.randomFlip({ mode: 'horizontal', seed: 1 });
    const [x, mirrored] = [images(), tf.reverse(images(), 2)].map((t) => tf.unstack(t).map((i) => String(values(i))));
    const flips = Array.from({ length: 10 }, () => tf.unstack(trained(layer)).map((i) => String(values(i))));
    for (const y of flips) y.forEach((image, i) => expect([x![i], mirrored![i]]).toContain(image));
    const share = flips.flatMap((y) => y.map((image, i) => image === mirrored![i])).filter(Boolean).length / 40;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
    const vertical = trained(nn.randomFlip({ mode: 'vertical', seed: 1 }));
    const down = tf.unstack(tf.reverse(images(), 1)).map((i) => String(values(i)));
    tf.unstack(vertical).forEach((i, n) => expect([x![n], down[n]]).toContain(String(values(i))));
  });

  it('randomRotation turns counterclockwise by parts of a full turn', () => {
    const square = tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    const turned = trained(nn.randomRotation({ factor: [0.25, 0.25] }), square);
    // 1 2 / 3 4 by a quarter turn to the left is 2 4 / 1 3
    expectClose(turned, { shape: [1, 2, 2, 1], values: [2, 4, 1, 3] }, 1e-5, 'turned');
    expectClose(
      trained(nn.randomRotation({ factor: [1, 1] })),
      { shape: [4, 5, 6, 2], values: values(images()) },
      1e-4,
      'full',
    );
  });

  it('randomTranslation shifts down and to the right', () => {
    const x = tf.tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
    const options = {
      heightFactor: [0.5, 0.5],
      widthFactor: [1 / 3, 1 / 3],
      fillMode: 'constant',
      fillValue: 9,
    } as const;
    const y = trained(nn.randomTranslation(structuredClone(options) as never), x);
    expectClose(y, { shape: [1, 2, 3, 1], values: [9, 9, 9, 9, 1, 2] }, 1e-5, 'y');
  });

  it('randomZoom of 1 shows twice as much, and keeps proportions without a width', () => {
    const x = tf.tensor([1, 2, 3, 4, 5], [1, 5, 1, 1]);
    const y = trained(nn.randomZoom({ heightFactor: [1, 1], widthFactor: [0, 0], fillMode: 'constant' }), x);
    expectClose(y, { shape: [1, 5, 1, 1], values: [0, 1, 3, 5, 0] }, 1e-5, 'y');
    const wide = trained(nn.randomZoom({ heightFactor: [1, 1], fillMode: 'constant' }), tf.reshape(x, [1, 1, 5, 1]));
    expectClose(wide, { shape: [1, 1, 5, 1], values: [0, 1, 3, 5, 0] }, 1e-5, 'wide');
  });

  it('randomCrop takes every part', () => {
    const layer = nn.randomCrop({ height: 4, width: 5, seed: 1 });
    const parts = new Set(Array.from({ length: 60 }, () => values(tf.slice(trained(layer), 0, 1))[0]));
    // The upper left corners of the four parts: 0, 2, 12 and 14 of 240
    expect([...parts].map((v) => Math.round(v! * 240)).sort((a, b) => a - b)).toEqual([0, 2, 12, 14]);
  });

  it('randomBrightness and randomContrast by their formulas, clipped', () => {
    const x = tf.tensor([0, 0.5, 1, 0.3], [1, 2, 2, 1]);
    const bright = trained(nn.randomBrightness({ factor: [0.2, 0.2] }), x);
    expectClose(bright, { shape: [1, 2, 2, 1], values: [0.2, 0.7, 1, 0.5] }, 1e-6, 'bright');
    const byte = trained(nn.randomBrightness({ factor: [-0.2, -0.2], valueRange: [0, 255] }), tf.mul(x, 255));
    expectClose(byte, { shape: [1, 2, 2, 1], values: [0, 76.5, 204, 25.5] }, 1e-6, 'byte');
    const flat = trained(nn.randomContrast({ factor: [-0.5, -0.5] }), x);
    expectClose(flat, { shape: [1, 2, 2, 1], values: [0.225, 0.475, 0.725, 0.375] }, 1e-6, 'flat');
  });

  it('has the gradients of what it computes', () => {
    const up = (layer: { apply(x: Tensor, args: object): unknown }) =>
      values(tf.grad((x) => tf.sum(tf.mul(trained(layer, x), images())))(tf.div(images(), 4)));
    // Mirrored twice is the image itself
    const flipped = values(trained(nn.randomFlip({ mode: 'horizontal', seed: 1 })));
    up(nn.randomFlip({ mode: 'horizontal', seed: 1 })).forEach((v, i) => expect(v).toBeCloseTo(flipped[i]!, 5));
    const bright = up(nn.randomBrightness({ factor: [0.1, 0.1] }));
    bright.forEach((v, i) => expect(v).toBeCloseTo(values(images())[i]!, 5));
    const crop = up(nn.randomCrop({ height: 5, width: 6 }));
    crop.forEach((v, i) => expect(v).toBeCloseTo(values(images())[i]!, 5));
  });

  it('draws others in each epoch of a fit', async () => {
    const model = tf.sequential({
      layers: [nn.randomBrightness({ factor: 0.4, inputShape: [2, 2, 1] }), tf.layers.flatten()],
    });
    model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones', trainable: false }));
    model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones' }));
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const { history } = await model.fit(tf.fill([4, 2, 2, 1], 0.5), tf.zeros([4, 1]), { epochs: 3, verbose: 0 });
    expect(new Set(history['loss']).size).toBe(3);
  });
});

describe('normalization', () => {
  const rows = [[1, 10], [2, 20], [3, 60]]; // prettier-ignore
  const [deviation0, deviation1] = [Math.sqrt(2 / 3), Math.sqrt(1400 / 3)];
  const expected = rows.flatMap(([a, b]) => [(a! - 2) / deviation0, (b! - 30) / deviation1]);

  it('adapts to a tensor, and is saved with its statistics', async () => {
    const layer = nn.normalization({ inputShape: [2] });
    await layer.adapt(tf.tensor2d(rows));
    const model = tf.sequential({ layers: [layer] });
    const predict = (m: LayersModel) => m.predict(tf.tensor2d(rows)) as Tensor;
    expectClose(predict(model), { shape: [3, 2], values: expected }, 1e-6, 'y');
    expectClose(predict(await reloaded(model)), { shape: [3, 2], values: expected }, 1e-6, 'loaded');
    expect(nn.countParameters(model)).toEqual({ trainable: 0, other: 5, total: 5 });
  });

  it('adapts to data sets batch by batch, precisely also far from 0', async () => {
    const far = rows.map((row) => row.map((v) => v + 4096));
    const data = tf.data.array(far.map((xs) => ({ xs: tf.tensor1d(xs), ys: tf.scalar(0) }))).batch(2);
    const layer = nn.normalization();
    await layer.adapt(data);
    expectClose(layer.apply(tf.tensor2d(far)) as Tensor, { shape: [3, 2], values: expected }, 1e-4, 'y');
    async function* batches() {
      yield tf.tensor2d(far.slice(0, 1));
      yield tf.tensor2d(far.slice(1));
    }
    const other = nn.normalization();
    await other.adapt(batches());
    expect([...other.getWeights()[1]!.dataSync()]).toEqual([...layer.getWeights()[1]!.dataSync()]);
  });

  it('by channels of images, by one number, given, and back', async () => {
    const x = numbers([3, 2, 2, 2]);
    for (const axis of [-1, null, [1, 3]]) {
      const layer = nn.normalization({ axis });
      await layer.adapt(x);
      const y = layer.apply(x) as Tensor;
      const others = axis === null ? undefined : axis === -1 ? [0, 1, 2] : [0, 2];
      const { mean, variance } = tf.moments(y, others);
      for (const v of mean.dataSync()) expect(v).toBeCloseTo(0, 5);
      for (const v of variance.dataSync()) expect(v).toBeCloseTo(1, 4);
    }
    const by = nn.normalization({ mean: [1, 2], variance: [4, 9] });
    expect([...(by.apply(tf.tensor2d([[3, 8]])) as Tensor).dataSync()]).toEqual([1, 2]);
    const back = nn.normalization({ mean: 1, variance: 4, invert: true });
    expect([...(back.apply(tf.tensor2d([[1, -1]])) as Tensor).dataSync()]).toEqual([3, -1]);
  });

  it('says what is wrong with its data', async () => {
    const of = (data: unknown) => nn.normalization().adapt(data as never);
    await expect(of(5)).rejects.toThrow(
      'nn.normalization: adapt takes a tensor, or a data set of tensors or { xs }, got 5',
    );
    await expect(of(tf.zeros([0, 2]))).rejects.toThrow('nn.normalization: adapt: there is no data');
    const layer = nn.normalization();
    await layer.adapt(tf.ones([2, 3]));
    await expect(layer.adapt(tf.ones([2, 4]))).rejects.toThrow(
      'the data [2, 4] has 4 numbers along the axes that are kept, and the layer 3',
    );
    await expect(nn.normalization({ mean: 0, variance: 1 }).adapt(tf.ones([2, 3]))).rejects.toThrow(
      'leave them out to learn them',
    );
    expect(() => nn.normalization({ mean: 0 })).toThrow('mean and variance must be given together');
    expect(() => nn.normalization({ axis: 0 })).toThrow('axis must be an axis but the first');
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
