// `apply`, `setWeights`, `getLayer`, sizes of Reshape and indices of Embedding: errors that say what came and what is
// wanted. Shapes by hand, as Keras gives them.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, options } from './library.ts';

const tf = libraryOf(dist);

const dense = () => tf.layers.dense({ units: 2, inputShape: [2], name: 'first' });
const model = () => tf.sequential({ layers: [dense(), tf.layers.dense({ units: 3, name: 'second' })] });

describe('apply of', () => {
  it.each([
    [[[1, 2]], 'got an array with [ 1, 2 ] at 0; make a tensor with tf.tensor(…)'],
    [3, 'and got 3; make a tensor with tf.tensor(…)'],
    [undefined, 'and got undefined'],
    [null, 'and got null'],
    [[], 'and got []'],
    ['x', "and got 'x'"],
    [{}, 'and got {}'],
    [new Float32Array(2), 'and got Float32Array(2)'],
  ])('%j', (inputs, message) => {
    for (const layer of [dense(), tf.layers.flatten({ name: 'first' })]) {
      const where = `the layer "first": apply takes a tensor or what tf.input or a layer's apply returns`;
      expect(() => layer.apply(options(inputs as object))).toThrow(where);
      expect(() => layer.apply(options(inputs as object))).toThrow(message);
    }
  });

  it('tensors and outputs of layers together', () => {
    const both = [tf.ones([1, 2]), tf.input({ shape: [2] })];
    expect(() => tf.layers.add().apply(options(both))).toThrow('an array with both kinds');
  });

  it('what it takes', () => {
    expectTensor(tf.layers.add().apply([tf.ones([1, 2]), tf.ones([1, 2])]) as never, [1, 2], [2, 2]);
    expect(tf.layers.add().apply([tf.input({ shape: [2] }), tf.input({ shape: [2] })])).toMatchObject({
      shape: [null, 2],
    });
    expectTensor(model().apply(tf.zeros([1, 2])) as never, [1, 3], [0, 0, 0]);
  });
});

describe('setWeights', () => {
  it.each([
    [undefined, 'takes an array of tensors, as getWeights returns it, and got undefined'],
    [[0], 'got 1 weights: 0; it takes 2 weights: first/kernel [2, 2], first/bias [2]'],
    [[[[1]], [0]], 'weights[0], first/kernel, must be a tensor of shape [2, 2], and is [ [ 1 ] ]'],
  ])('%j', (weights, message) => {
    const [layer] = model().layers;
    expect(() => layer!.setWeights(weights as never)).toThrow(
      `setWeights of "first" ${message}`.replace(' weights[', ': weights['),
    );
  });

  it('of other shapes, in a layer and in a model', () => {
    const m = model();
    expect(() => m.layers[0]!.setWeights([tf.ones([2, 2]), tf.ones([3])])).toThrow(
      'weights[1], first/bias, must be a tensor of shape [2], and is of shape [3]',
    );
    const [a, b, , d] = m.getWeights();
    expect(() => m.setWeights([a!, b!, tf.ones([3, 2]), d!])).toThrow(
      'weights[2], second/kernel, must be a tensor of shape [2, 3], and is of shape [3, 2]',
    );
    expect(() => m.setWeights([a!])).toThrow('it takes 4 weights: first/kernel [2, 2], first/bias [2], second/kernel');
    m.setWeights(m.getWeights());
  });

  it('before the layer has any, and of both directions', () => {
    expect(() => tf.layers.dense({ units: 1 }).setWeights([tf.ones([1, 1])])).toThrow(
      'no weights before its first call',
    );
    const layer = tf.layers.bidirectional({ layer: tf.layers.simpleRNN({ units: 1 }) as never });
    layer.apply(tf.ones([1, 2, 3]));
    expect(() => layer.setWeights(layer.getWeights().slice(1))).toThrow('got 5 weights');
    layer.setWeights(layer.getWeights());
  });
});

describe('getLayer', () => {
  it.each([
    ['frst', 'there is no layer "frst"; did you mean "first"?'],
    ['other', 'there is no layer "other"; the 2 layers are first, second'],
    [5, 'there is no layer 5; the 2 layers are first, second, from 0'],
    [-1, 'there is no layer -1'],
    [undefined, 'takes the name of a layer or its place, and got undefined'],
  ])('%j', (which, message) => {
    expect(() => model().getLayer(which as never)).toThrow(`model.getLayer`);
    expect(() => model().getLayer(which as never)).toThrow(message);
  });

  it('by name and place', () => {
    expect(model().getLayer('second').name).toBe('second');
    expect(model().getLayer(1).name).toBe('second');
    expect(model().getLayer(undefined as never, 0).name).toBe('first');
  });
});

describe('reshape', () => {
  const reshape = (targetShape: number[]) => tf.layers.reshape({ targetShape, name: 'shaped' });

  it.each([
    [[3, 2], 'targetShape is [3, 2], which holds 6 numbers, and each example is of shape [4], 4 numbers'],
    [[3, -1], 'targetShape is [3, null], which holds a multiple of 3 numbers'],
    [[-1, -1], 'targetShape is [null, null], and only one of its sizes can be left open'],
  ])('to %j that does not fit, at once', (shape, message) => {
    for (const x of [tf.ones([2, 4]), tf.input({ shape: [4] })])
      expect(() => reshape([...shape]).apply(x)).toThrow(`the layer "shaped": ${message}`);
  });

  it('knows the size that is left', () => {
    expect(reshape([3, -1]).apply(tf.input({ shape: [6] }))).toMatchObject({ shape: [null, 3, 2] });
    expect(reshape([3, -1]).apply(tf.input({ shape: [null, 6] }))).toMatchObject({ shape: [null, 3, null] });
  });
});

it('an index that an embedding does not have', async () => {
  const embedding = () => tf.layers.embedding({ inputDim: 3, outputDim: 2, inputLength: 2, name: 'words' });
  const x = tf.tensor2d([[1, 7]], [1, 2], 'int32');
  const message = 'the layer "words": the index 7 is not from 0 to 2; inputDim is 3, and must be the largest index + 1';
  expect(() => embedding().apply(x)).toThrow(message);
  const m = tf.sequential({ layers: [embedding()] });
  m.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  expect(() => m.predict(x)).toThrow(message);
  await expect(m.fit(x, tf.ones([1, 2, 2]))).rejects.toThrow(message);
});
