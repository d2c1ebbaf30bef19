// Preprocessing layers inside models: shapes with a batch that is not known, values by hand, saving and loading.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);
type Layer = ReturnType<typeof tf.layers.dense>;

/** A model of a layer, and what it predicts before and after saving. */
async function through(layer: unknown, x: Tensor): Promise<{ outputShape: unknown; y: Tensor; loaded: Tensor }> {
  const model = tf.sequential({ layers: [layer as Layer] });
  const loaded = await reloaded(model);
  return { outputShape: model.outputShape, y: model.predict(x) as Tensor, loaded: loaded.predict(x) as Tensor };
}

/** Resizing along one axis by the centers of pixels: where output pixel i lies in the input. */
const position = (i: number, from: number, to: number) => ((i + 0.5) * from) / to - 0.5;

describe('resizing', () => {
  it('takes the centers of pixels', async () => {
    const layer = tf.layers.resizing({ height: 1, width: 2, inputShape: [1, 4, 1] } as never);
    const { outputShape, y, loaded } = await through(layer, tf.tensor4d([0, 10, 20, 30], [1, 1, 4, 1]));
    expect(outputShape).toEqual([null, 1, 2, 1]);
    const expected = [0, 1].map((i) => 10 * position(i, 4, 2));
    expectTensor(y, [1, 1, 2, 1], expected);
    expectTensor(loaded, [1, 1, 2, 1], expected);
  });

  it('enlarges by the nearest pixel', async () => {
    const layer = tf.layers.resizing({ height: 1, width: 4, interpolation: 'nearest', inputShape: [1, 2, 1] } as never);
    expectTensor((await through(layer, tf.tensor4d([1, 2], [1, 1, 2, 1]))).y, [1, 1, 4, 1], [1, 1, 2, 2]);
  });

  it('crops to the aspect ratio', async () => {
    const config = { height: 2, width: 2, cropToAspectRatio: true, inputShape: [2, 4, 1] } as never;
    const { y } = await through(tf.layers.resizing(config), tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 1]));
    expectTensor(y, [1, 2, 2, 1], [1, 2, 5, 6]);
  });

  it('stands before a convolution, and takes one image too', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.resizing({ height: 4, width: 6, inputShape: [8, 8, 3] } as never) as unknown as Layer,
        tf.layers.conv2d({ filters: 2, kernelSize: 3 }),
      ],
    });
    expect(model.outputShape).toEqual([null, 2, 4, 2]);
    expect((model.predict(numbers([5, 8, 8, 3])) as Tensor).shape).toEqual([5, 2, 4, 2]);
    const one = tf.layers.resizing({ height: 4, width: 6 }).apply(numbers([8, 8, 3])) as Tensor;
    expect(one.shape).toEqual([4, 6, 3]);
    expect(() => tf.layers.resizing({ height: 4, width: 6, name: 'r' } as never).apply(numbers([8, 8]))).toThrow(
      'the layer "r" takes images [batch, height, width, channels] or one [height, width, channels], and got [8,8]',
    );
  });
});

describe('centerCrop', () => {
  it('takes the middle', async () => {
    const layer = tf.layers.centerCrop({ height: 2, width: 1, inputShape: [4, 4, 1] } as never);
    const { outputShape, y, loaded } = await through(layer, tf.reshape(tf.range(0, 16), [1, 4, 4, 1]));
    expect(outputShape).toEqual([null, 2, 1, 1]);
    expectTensor(y, [1, 2, 1, 1], [5, 9]);
    expectTensor(loaded, [1, 2, 1, 1], [5, 9]);
  });

  it('leaves a side that fits', async () => {
    const layer = tf.layers.centerCrop({ height: 1, width: 3, inputShape: [3, 3, 1] } as never);
    expectTensor((await through(layer, tf.reshape(tf.range(0, 9), [1, 3, 3, 1]))).y, [1, 1, 3, 1], [3, 4, 5]);
  });

  it('enlarges what is too small', async () => {
    const layer = tf.layers.centerCrop({ height: 2, width: 4, inputShape: [1, 2, 1] } as never);
    const { y } = await through(layer, tf.tensor4d([0, 4], [1, 1, 2, 1]));
    expectTensor(y, [1, 2, 4, 1], [0, 1, 3, 4, 0, 1, 3, 4]);
  });
});

describe('categoryEncoding', () => {
  it.each([
    ['multiHot', [3], [null, 4], [0, 1, 1, 0]],
    ['count', [3], [null, 4], [0, 2, 1, 0]],
    ['oneHot', [1], [null, 4], [0, 1, 0, 0]],
    ['oneHot', [3], [null, 3, 4], [0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]],
  ])('%s of %j', async (outputMode, inputShape, shape, expected) => {
    const layer = tf.layers.categoryEncoding({ numTokens: 4, outputMode, inputShape } as never);
    const x = tf.tensor2d([[1, 2, 1].slice(0, inputShape[0])]);
    const { outputShape, y, loaded } = await through(layer, x);
    expect(outputShape).toEqual(shape);
    expectTensor(y, [1, ...(shape.slice(1) as number[])], expected);
    expectTensor(loaded, [1, ...(shape.slice(1) as number[])], expected);
  });

  it('names a category that is not there', () => {
    const layer = tf.layers.categoryEncoding({ numTokens: 4, name: 'c' } as never);
    expect(() => layer.apply(tf.tensor2d([[1, 4]]))).toThrow('must be from 0 to 3 (numTokens 4), and are from 1 to 4');
    expect(() => tf.layers.categoryEncoding({ name: 'c' } as never)).toThrow(
      'tf.layers.categoryEncoding: numTokens is undefined; it must be a whole number, 1 or more',
    );
  });
});

it('rescaling keeps the shape', async () => {
  const layer = tf.layers.rescaling({ scale: 0.5, offset: 1, inputShape: [2] } as never);
  const { outputShape, loaded } = await through(layer, tf.tensor2d([[2, 4]]));
  expect(outputShape).toEqual([null, 2]);
  expectTensor(loaded, [1, 2], [2, 3]);
});

describe('randomWidth', () => {
  const make = () =>
    tf.layers.randomWidth({ factor: [0.5, 1], seed: 3, inputShape: [2, 4, 1] } as never) as unknown as Layer;

  it('leaves images as they are where the model predicts', async () => {
    const x = numbers([1, 2, 4, 1]);
    const { outputShape, y } = await through(make(), x);
    expect(outputShape).toEqual([null, 2, null, 1]);
    expectTensor(y, [1, 2, 4, 1], x.dataSync());
  });

  it('changes them in training, and where it is in no model', () => {
    const alone = tf.layers.randomWidth({ factor: [0.5, 1] } as never).apply(numbers([1, 2, 4, 1])) as Tensor;
    expect(alone.shape[2]).toBeGreaterThanOrEqual(6);
    const y = make().apply(numbers([1, 2, 4, 1]), { training: true }) as Tensor;
    expect(y.shape[1]).toBe(2);
    expect(y.shape[2]).toBeGreaterThanOrEqual(6);
  });
});
