// Activations: layers of them with Keras's options, functions as activations, softmax along any axis.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, options, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);

describe('reLU', () => {
  it.each([
    [{ negativeSlope: 0.5 }, [-1, -0.25, 0, 0.5, 2, 6]],
    [{ negativeSlope: 0.5, maxValue: 1 }, [-1, -0.25, 0, 0.5, 1, 1]],
    [{ threshold: 1 }, [0, 0, 0, 0, 2, 6]],
    [{ threshold: 1, negativeSlope: 0.5, maxValue: 4 }, [-1.5, -0.75, -0.5, -0.25, 2, 4]],
    [{ maxValue: 3 }, [0, 0, 0, 0.5, 2, 3]],
  ])('with %j', async (config, expected) => {
    const x = tf.tensor2d([[-2, -0.5, 0, 0.5, 2, 6]]);
    const model = tf.sequential({ layers: [tf.layers.reLU(options({ ...config, inputShape: [6] }))] });
    expectTensor(model.predict(x) as Tensor, [1, 6], expected);
    expectTensor((await reloaded(model)).predict(x) as Tensor, [1, 6], expected);
  });

  it('refuses a negative slope below 0', () => {
    expect(() => tf.layers.reLU(options({ negativeSlope: -1, name: 'r' }))).toThrow(
      'the layer "r": negativeSlope must be a number, 0 or more, and is -1',
    );
  });
});

it('elu takes any alpha', () => {
  const y = tf.layers.elu({ alpha: 2 }).apply(tf.tensor1d([-1, 0, 3])) as Tensor;
  expectTensor(y, [3], [2 * (Math.exp(-1) - 1), 0, 3]);
});

describe('softmax', () => {
  const x = () => numbers([2, 3, 4]);
  const expected = (axis: number) => {
    const e = tf.exp(x());
    return tf.div(e, tf.sum(e, axis, true));
  };

  it.each([0, 1, 2, -1, -2, -3])('along axis %i', (axis) => {
    const y = expected(axis);
    expectTensor(tf.softmax(x(), axis), y.shape, y.dataSync());
    expectTensor(x().softmax(axis), y.shape, y.dataSync());
    expectTensor(tf.logSoftmax(x(), axis), y.shape, tf.log(y).dataSync());
    expectTensor(x().logSoftmax(axis), y.shape, tf.log(y).dataSync());
    expectTensor(tf.layers.softmax({ axis }).apply(x()) as Tensor, y.shape, y.dataSync());
  });

  it('is along the last axis by default, in the layer too', () => {
    const y = expected(2);
    expectTensor(tf.layers.softmax().apply(x()) as Tensor, y.shape, y.dataSync());
  });

  it('names an axis that is not there', () => {
    expect(() => tf.softmax(x(), 3)).toThrow('softmax: x [2,3,4] has no axis 3; axes are -3 to 2');
    expect(() => tf.logSoftmax(x(), -4)).toThrow('logSoftmax: x [2,3,4] has no axis -4');
  });
});

describe('a function as an activation', () => {
  it.each([
    ['dense', () => tf.layers.dense({ units: 3, activation: tf.sin as never, inputShape: [4] }), [2, 4]],
    ['conv2d', () => tf.layers.conv2d({ filters: 2, kernelSize: 2, activation: tf.sin as never }), [1, 4, 4, 1]],
    ['activation', () => tf.layers.activation({ activation: tf.sin as never }), [2, 3]],
  ] as const)('in %s', (_, make, shape) => {
    const layer = make();
    const linear = make();
    (linear as unknown as { activation: object }).activation = {
      apply: (x: Tensor) => x,
      getClassName: () => 'linear',
    };
    const x = numbers([...shape]);
    linear.build(x.shape);
    layer.build(x.shape);
    layer.setWeights(linear.getWeights());
    const y = tf.sin(linear.apply(x) as Tensor);
    expectTensor(layer.apply(x) as Tensor, y.shape, y.dataSync());
  });

  it('in recurrent layers, and in those of bidirectional', () => {
    const layer = tf.layers.gru({ units: 2, activation: tf.sin as never });
    const y = tf.layers.bidirectional({ layer } as never).apply(numbers([1, 3, 2])) as Tensor;
    expect(y.shape).toEqual([1, 4]);
  });

  it('trains, and is refused by name when the model is saved', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, activation: ((x: Tensor) => tf.square(x)) as never, inputShape: [2], name: 'own' }),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await model.fit(numbers([8, 2]), numbers([8, 1]), { epochs: 2, verbose: 0 });
    await expect(reloaded(model)).rejects.toThrow('the activation of the layer "own" is a function');
  });

  it('may be one of tf, and is then saved by its name', async () => {
    const layer = tf.layers.dense({ units: 2, activation: tf.relu as never, inputShape: [3] });
    expect(layer.getConfig()['activation']).toBe('relu');
    const model = tf.sequential({ layers: [layer] });
    const x = numbers([2, 3]);
    expectTensor((await reloaded(model)).predict(x) as Tensor, [2, 2], (model.predict(x) as Tensor).dataSync());
  });

  it('must return a tensor', () => {
    const layer = tf.layers.dense({ units: 2, activation: (() => 3) as never });
    expect(() => layer.apply(numbers([1, 2]))).toThrow('an activation must return a tensor');
  });

  it('is saved as a registered class', async () => {
    class Cosine extends tf.serialization.Serializable {
      static readonly className = 'cosine';
      getConfig() {
        return {};
      }
      apply(x: Tensor) {
        return tf.cos(x);
      }
    }
    tf.serialization.registerClass(Cosine as never);
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, activation: 'cosine' as never, inputShape: [2] })],
    });
    const x = numbers([2, 2]);
    expectTensor((await reloaded(model)).predict(x) as Tensor, [2, 2], (model.predict(x) as Tensor).dataSync());
  });
});
