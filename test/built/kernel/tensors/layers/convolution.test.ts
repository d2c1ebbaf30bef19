// Options of convolution layers, against sums over windows written out here.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, options, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);

interface Form {
  /** Of each axis of space. */
  strides?: number[];
  dilations?: number[];
  groups?: number;
  /** Zeros before and after each axis of space; none if left out. */
  pads?: [number, number][];
}

/** All indices of a shape. */
function* indices(shape: number[]): Generator<number[]> {
  if (shape.length === 0) return yield [];
  for (const rest of indices(shape.slice(0, -1))) for (let i = 0; i < shape.at(-1)!; i++) yield [...rest, i];
}

/** A convolution by its definition: x [batch, ...space, in], kernel [...window, in / groups, out]. */
function convolution(x: Tensor, kernel: Tensor, form: Form): { shape: number[]; values: number[] } {
  const axes = x.rank - 2;
  const ones = Array.from({ length: axes }, () => 1);
  const { strides = ones, dilations = ones, groups = 1, pads = ones.map(() => [0, 0] as [number, number]) } = form;
  const at = (t: Tensor, index: number[]) => {
    if (index.some((i, axis) => i < 0 || i >= t.shape[axis]!)) return 0;
    return t.dataSync()[index.reduce((sum, i, axis) => sum * t.shape[axis]! + i, 0)]!;
  };
  const window = kernel.shape.slice(0, axes);
  const filters = kernel.shape.at(-1)!;
  const space = ones.map((_, a) => {
    const extent = (window[a]! - 1) * dilations[a]! + 1;
    return Math.floor((x.shape[a + 1]! + pads[a]![0] + pads[a]![1] - extent) / strides[a]!) + 1;
  });
  const shape = [x.shape[0]!, ...space, filters];
  const perGroup = x.shape.at(-1)! / groups;
  const values = [...indices(shape)].map((index) => {
    const [filter] = index.slice(-1) as [number];
    const group = Math.floor(filter / (filters / groups));
    let sum = 0;
    for (const k of indices([...window, perGroup])) {
      const where = ones.map((_, a) => index[a + 1]! * strides[a]! + k[a]! * dilations[a]! - pads[a]![0]);
      sum += at(x, [index[0]!, ...where, group * perGroup + k.at(-1)!]) * at(kernel, [...k, filter]);
    }
    return sum;
  });
  return { shape, values };
}

type Layer = ReturnType<typeof tf.layers.conv2d>;
/** Calls a layer with weights that are all different, and no bias. */
function call(layer: Layer, x: Tensor): { y: Tensor; kernel: Tensor } {
  layer.build(x.shape);
  const kernels = layer.getWeights().map((w, i) => numbers(w.shape, 5 + i));
  layer.setWeights(kernels);
  return { y: layer.apply(x) as Tensor, kernel: kernels[0]! };
}

describe('groups', () => {
  it.each([
    ['conv1d', [2, 7, 4], { kernelSize: 3, groups: 2 }, {}],
    ['conv1d', [1, 9, 6], { kernelSize: 2, groups: 3, strides: 2 }, { strides: [2] }],
    ['conv2d', [2, 5, 6, 4], { kernelSize: 3, groups: 2 }, {}],
    ['conv2d', [1, 7, 6, 3], { kernelSize: [3, 2], groups: 3, strides: [2, 1] }, { strides: [2, 1] }],
    ['conv2d', [1, 7, 7, 4], { kernelSize: 2, groups: 4, dilationRate: 2 }, { dilations: [2, 2] }],
    ['conv3d', [1, 4, 3, 4, 4], { kernelSize: 2, groups: 2 }, {}],
  ] as const)('%s of %j with %j', (name, shape, config, form) => {
    const layer = tf.layers[name](options({ ...config, filters: 12, useBias: false })) as Layer;
    const x = numbers([...shape]);
    const { y, kernel } = call(layer, x);
    expect(kernel.shape.at(-2)).toBe(shape.at(-1)! / config.groups);
    const expected = convolution(x, kernel, { ...(form as Form), groups: config.groups });
    expectTensor(y, expected.shape, expected.values);
    expect(layer.computeOutputShape([null, ...shape.slice(1)])).toEqual([null, ...expected.shape.slice(1)]);
  });

  it('with the channels first', () => {
    const x = numbers([2, 4, 5, 6]);
    const layer = tf.layers.conv2d(
      options({ filters: 6, kernelSize: 3, groups: 2, dataFormat: 'channelsFirst', useBias: false }),
    );
    const { y, kernel } = call(layer, x);
    const expected = convolution(tf.transpose(x, [0, 2, 3, 1]), kernel, { groups: 2 });
    expectTensor(tf.transpose(y, [0, 2, 3, 1]), expected.shape, expected.values);
  });

  it('stay with a model that is saved', async () => {
    const conv = { filters: 4, kernelSize: 3, groups: 2, inputShape: [5, 5, 4] };
    const model = tf.sequential({ layers: [tf.layers.conv2d(options(conv))] });
    expect(model.countParams()).toBe(3 * 3 * 2 * 4 + 4);
    const x = numbers([1, 5, 5, 4]);
    const y = model.predict(x) as Tensor;
    expectTensor((await reloaded(model)).predict(x) as Tensor, y.shape, y.dataSync());
  });

  it('must divide the channels and the filters', () => {
    const make = (groups: unknown, filters: number) =>
      tf.layers.conv2d(options({ filters, kernelSize: 1, groups, name: 'c' }));
    expect(() => make(2, 3)).toThrow('the layer "c": 3 filters cannot be divided into 2 groups');
    expect(() => make(1.5, 3)).toThrow('tf.layers.conv2d: groups must be a whole number, 1 or more, and is 1.5');
    expect(() => make(2, 4).apply(numbers([1, 2, 2, 3]))).toThrow(
      'its input has 3 channels, which 2 groups do not divide',
    );
  });
});

describe('conv1d', () => {
  it.each([
    [{ kernelSize: 3 }, 2, {}],
    [{ kernelSize: 2, dilationRate: 3 }, 3, { dilations: [3] }],
    [{ kernelSize: 3, strides: 2 }, 2, { strides: [2] }],
    [{ kernelSize: 3, groups: 2 }, 2, { groups: 2 }],
  ] as const)('with causal padding and %j', (config, before, form) => {
    const x = numbers([2, 8, 4]);
    const layer = tf.layers.conv1d(options({ ...config, filters: 4, padding: 'causal', useBias: false }));
    const { y, kernel } = call(layer as Layer, x);
    const expected = convolution(x, kernel, { ...(form as Form), pads: [[before, 0]] });
    expectTensor(y, expected.shape, expected.values);
    expect(layer.computeOutputShape([null, 8, 4])).toEqual([null, ...expected.shape.slice(1)]);
  });

  it('trains a causal model', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv1d({ filters: 4, kernelSize: 2, padding: 'causal', activation: 'relu', inputShape: [8, 2] }),
        tf.layers.conv1d({ filters: 1, kernelSize: 2, padding: 'causal', dilationRate: 2 }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    const [x, y] = [numbers([4, 8, 2]), numbers([4, 8, 1], 3)];
    const { history } = await model.fit(x, y, { epochs: 20, shuffle: false });
    expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0] as number);
    const before = model.predict(x) as Tensor;
    expectTensor((await reloaded(model)).predict(x) as Tensor, before.shape, before.dataSync());
  });

  it('with the channels first, also in a saved model', async () => {
    const x = numbers([2, 3, 6]);
    const model = tf.sequential({
      layers: [tf.layers.conv1d({ filters: 4, kernelSize: 2, dataFormat: 'channelsFirst', inputShape: [3, 6] })],
    });
    expect(model.outputShape).toEqual([null, 4, 5]);
    const [kernel] = model.getWeights();
    const expected = convolution(tf.transpose(x, [0, 2, 1]), kernel!, {});
    const y = model.predict(x) as Tensor;
    expectTensor(tf.transpose(y, [0, 2, 1]), expected.shape, expected.values);
    expectTensor((await reloaded(model)).predict(x) as Tensor, [2, 4, 5], y.dataSync());
  });
});

describe('dilationRate', () => {
  it('of depthwiseConv2d', async () => {
    const x = numbers([1, 6, 7, 2]);
    const layer = tf.layers.depthwiseConv2d({
      kernelSize: 2,
      dilationRate: [2, 3],
      depthMultiplier: 3,
      useBias: false,
    });
    const { y, kernel } = call(layer as unknown as Layer, x);
    // A depthwise convolution is one with a group for each channel
    const expected = convolution(x, tf.reshape(kernel, [2, 2, 1, 6]), { groups: 2, dilations: [2, 3] });
    expectTensor(y, expected.shape, expected.values);
    expect(layer.computeOutputShape([null, 6, 7, 2])).toEqual([null, ...expected.shape.slice(1)]);
  });

  it.each(['conv2dTranspose', 'conv3dTranspose'] as const)('of %s', async (name) => {
    const axes = name === 'conv2dTranspose' ? 2 : 3;
    const space = [4, 5, 3].slice(0, axes);
    const x = numbers([1, ...space, 3]);
    const layer = tf.layers[name]({ filters: 2, kernelSize: 2, dilationRate: 2, useBias: false } as never) as Layer;
    const { y, kernel } = call(layer, x);
    // Each input adds the kernel to the output: a convolution with the kernel turned around, and the edges filled up
    const turned = tf.reverse(kernel, [...Array(axes).keys()]);
    const expected = convolution(x, tf.transpose(turned, [...Array(axes).keys(), axes + 1, axes]), {
      dilations: Array<number>(axes).fill(2),
      pads: Array<[number, number]>(axes).fill([2, 2]),
    });
    expectTensor(y, expected.shape, expected.values);
    expect(layer.computeOutputShape([null, ...space, 3])).toEqual([null, ...expected.shape.slice(1)]);
    expect(layer.getConfig()['dilationRate']).toEqual(Array(axes).fill(2));
  });
});

describe('separableConv2d', () => {
  it('adds its bias with the channels first', () => {
    const config = {
      filters: 3,
      kernelSize: 2,
      depthMultiplier: 2,
      biasInitializer: 'ones',
      activation: 'tanh',
    } as const;
    const x = numbers([1, 2, 4, 5]);
    const last = tf.layers.separableConv2d(config as never);
    const first = tf.layers.separableConv2d({ ...config, dataFormat: 'channelsFirst' } as never);
    const inside = tf.transpose(x, [0, 2, 3, 1]);
    const expected = last.apply(inside) as Tensor;
    first.build(x.shape);
    first.setWeights(last.getWeights());
    const y = first.apply(x) as Tensor;
    expectTensor(tf.transpose(y, [0, 2, 3, 1]), expected.shape, expected.dataSync());
  });

  it('makes its pointwise kernel by pointwiseInitializer', () => {
    const layer = tf.layers.separableConv2d({
      filters: 2,
      kernelSize: 1,
      depthwiseInitializer: 'ones',
      pointwiseInitializer: 'zeros',
    } as never);
    layer.build([null, 3, 3, 2]);
    const [depthwise, pointwise] = layer.getWeights();
    expectTensor(depthwise!, [1, 1, 2, 1], [1, 1]);
    expectTensor(pointwise!, [1, 1, 2, 2], [0, 0, 0, 0]);
  });
});

it('refuses causal padding where it has no meaning', () => {
  const config = { filters: 2, kernelSize: 2, padding: 'causal', name: 'c' } as const;
  const say = 'the layer "c": padding \'causal\' is for conv1d only';
  expect(() => tf.layers.conv2d(config)).toThrow(say);
  expect(() => tf.layers.conv3d(config)).toThrow(say);
  expect(() => tf.layers.depthwiseConv2d({ kernelSize: 2, padding: 'causal', name: 'c' })).toThrow(say);
  expect(() => tf.layers.maxPooling1d({ padding: 'causal' })).toThrow("not 'causal'");
});
