// Options of layers that are about shapes.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, options, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);

describe('dataFormat', () => {
  it.each(['maxPooling1d', 'averagePooling1d'] as const)('of %s', (name) => {
    const x = numbers([2, 3, 6]);
    const first = tf.layers[name](options({ poolSize: 2, dataFormat: 'channelsFirst' }));
    const expected = tf.transpose(
      tf.layers[name]({ poolSize: 2 }).apply(tf.transpose(x, [0, 2, 1])) as Tensor,
      [0, 2, 1],
    );
    expectTensor(first.apply(x) as Tensor, [2, 3, 3], expected.dataSync());
    expect(first.computeOutputShape([null, 3, 6])).toEqual([null, 3, 3]);
  });

  it.each(['globalMaxPooling1d', 'globalAveragePooling1d'] as const)('of %s', (name) => {
    const x = numbers([2, 3, 6]);
    const layer = tf.layers[name](options({ dataFormat: 'channelsFirst' }));
    const expected = name === 'globalMaxPooling1d' ? tf.max(x, 2) : tf.mean(x, 2);
    expectTensor(layer.apply(x) as Tensor, [2, 3], expected.dataSync());
    expect(layer.computeOutputShape([null, 3, 6])).toEqual([null, 3]);
  });

  it('is one of two', () => {
    expect(() => tf.layers.maxPooling1d(options({ dataFormat: 'NWC', name: 'p' }))).toThrow(
      'tf.layers.maxPooling1d: dataFormat must be "channelsFirst" or "channelsLast", and is \'NWC\'',
    );
  });
});

it.each([
  ['globalMaxPooling1d', [2, 4, 3], [2, 1, 3]],
  ['globalAveragePooling2d', [2, 4, 4, 3], [2, 1, 1, 3]],
] as const)('keepDims of %s', async (name, shape, kept) => {
  const x = numbers([...shape]);
  const model = tf.sequential({ layers: [tf.layers[name](options({ keepDims: true, inputShape: shape.slice(1) }))] });
  expect(model.outputShape).toEqual([null, ...kept.slice(1)]);
  const plain = tf.layers[name](options({})).apply(x) as Tensor;
  expectTensor((await reloaded(model)).predict(x) as Tensor, [...kept], plain.dataSync());
});

it('cropping2D of an image whose size is not known', () => {
  const layer = tf.layers.cropping2D({ cropping: 1 });
  expect(layer.computeOutputShape([null, null, 5, 3])).toEqual([null, null, 3, 3]);
});

describe('upSampling2d', () => {
  it('takes a number as its size', () => {
    const y = tf.layers.upSampling2d(options({ size: 2 })).apply(tf.tensor4d([1, 2], [1, 1, 2, 1])) as Tensor;
    expectTensor(y, [1, 2, 4, 1], [1, 1, 2, 2, 1, 1, 2, 2]);
    expect(() => tf.layers.upSampling2d(options({ size: [0, 2], name: 'u' }))).toThrow(
      'tf.layers.upSampling2d: size must be',
    );
  });

  it('interpolates between the centers of pixels', () => {
    const layer = tf.layers.upSampling2d({ size: [1, 2], interpolation: 'bilinear' });
    expectTensor(layer.apply(tf.tensor4d([0, 4], [1, 1, 2, 1])) as Tensor, [1, 1, 4, 1], [0, 1, 3, 4]);
  });
});

it('recurrent layers take inputDim and inputLength', () => {
  const model = tf.sequential({ layers: [tf.layers.lstm({ units: 2, inputDim: 3, inputLength: 5 } as never)] });
  expect(model.inputs[0]!.shape).toEqual([null, 5, 3]);
});
