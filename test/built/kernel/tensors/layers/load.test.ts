// Models of Keras 3, as tensorflowjs_converter and TensorFlow 2.16 write them, and loaders that get a model of the
// other kind. Values by hand.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);

const dtype = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
const object = (module: string, class_name: string, config: object) => ({
  module,
  class_name,
  config,
  registered_name: null,
});
const initializer = (name: string, config: object = {}) => object('keras.initializers', name, config);
const layer = (class_name: string, config: { name: string } & Record<string, unknown>, more: object = {}) => ({
  ...object('keras.layers', class_name, { trainable: true, dtype, ...config }),
  build_config: { input_shape: [null, 2] },
  ...more,
});
const inputLayer = (name: string, shape: (number | null)[], more: object = {}) => ({
  ...object('keras.layers', 'InputLayer', { batch_shape: shape, dtype: 'float32', sparse: false, ragged: false, name }),
  ...more,
});
const dense = (name: string, units: number, more: object = {}, node: object = {}) =>
  layer(
    'Dense',
    {
      name,
      units,
      activation: 'linear',
      use_bias: true,
      kernel_initializer: initializer('GlorotUniform', { seed: null }),
      bias_initializer: initializer('Zeros'),
      kernel_regularizer: null,
      bias_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
      ...more,
    },
    node,
  );
const tensor = (of: string, shape: (number | null)[] = [null, 2], call = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype: 'float32', keras_history: [of, call, 0] },
});
const call = (...args: unknown[]) => ({ inbound_nodes: [{ args, kwargs: {} }] });

/** Loads a topology with weights by their names in the file. */
function load(model: object, weights: Record<string, Tensor>) {
  const names = Object.keys(weights);
  const data = names.flatMap((name) => [...weights[name]!.dataSync()]);
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: { keras_version: '3.4.1', backend: 'tensorflow', model_config: model },
      weightSpecs: names.map((name) => ({ name, shape: weights[name]!.shape, dtype: 'float32' as const })),
      weightData: Float32Array.from(data).buffer,
    }),
  );
}
const sequential = (layers: object[], name = 'sequential') =>
  object('keras', 'Sequential', { name, trainable: true, dtype, layers, build_input_shape: [null, 2] });

describe('a model of Keras 3', () => {
  const kernel = () => tf.tensor2d([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
  const bias = () => tf.tensor1d([1, 0, -1]);
  const x = () => tf.tensor2d([[1, 2]]);

  it('that is sequential', async () => {
    const model = await load(
      sequential([
        inputLayer('input_layer', [null, 2]),
        dense('dense', 3, { kernel_regularizer: object('keras.regularizers', 'L2', { l2: 0.5 }) }),
        layer('Dropout', { name: 'dropout', rate: 0.5, seed: null, noise_shape: null }),
      ]),
      {
        'sequential/dense/kernel': kernel(),
        'sequential/dense/bias': bias(),
        'sequential/dropout/seed_generator/seed_generator_state': tf.tensor1d([0, 1]),
      },
    );
    expectTensor(model.predict(x()) as Tensor, [1, 3], [10, 12, 14]);
    const { kernelRegularizer } = model.getLayer('dense').getConfig() as { kernelRegularizer: object };
    expect(kernelRegularizer).toMatchObject({ config: { l2: 0.5, l1: 0 } });
    expectTensor((await reloaded(model)).predict(x()) as Tensor, [1, 3], [10, 12, 14]);
  });

  it('that is functional, with a merge and one in it', async () => {
    const inner = object('keras.src.models.functional', 'Functional', {
      name: 'inner',
      trainable: true,
      layers: [
        { ...inputLayer('a', [null, 2]), name: 'a', inbound_nodes: [] },
        { ...dense('scale', 2), name: 'scale', ...call(tensor('a')) },
      ],
      input_layers: [['a', 0, 0]],
      output_layers: [['scale', 0, 0]],
    });
    const doubled = sequential([inputLayer('b', [null, 2]), dense('double', 1, { use_bias: false })], 'doubled');
    const model = object('keras.src.models.functional', 'Functional', {
      name: 'outer',
      trainable: true,
      layers: [
        { ...inputLayer('x', [null, 2]), name: 'x', inbound_nodes: [] },
        { ...inner, name: 'inner', ...call(tensor('x')) },
        { ...doubled, name: 'doubled', ...call(tensor('x')) },
        {
          ...layer('Concatenate', { name: 'both', axis: -1 }),
          name: 'both',
          // Making a functional model counts as its call 0, making a sequential one does not
          ...call([tensor('x'), tensor('inner', [null, 2], 1), tensor('doubled')]),
        },
      ],
      input_layers: ['x', 0, 0],
      output_layers: ['both', 0, 0],
    });
    const weights = { 'scale/kernel': tf.tensor2d([[2, 0], [0, 3]]), 'scale/bias': tf.tensor1d([0, 1]), 'doubled/double/kernel': tf.tensor2d([[2], [0]]) }; // prettier-ignore
    const loaded = await load(model, weights);
    expectTensor(loaded.predict(x()) as Tensor, [1, 5], [1, 2, 2, 7, 2]);
  });

  it('with a recurrent layer, whose weights have the name of a cell', async () => {
    const config = {
      name: 'gru',
      units: 1,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      use_bias: true,
      kernel_initializer: initializer('GlorotUniform'),
      recurrent_initializer: initializer('OrthogonalInitializer', { gain: 1, seed: null }),
      bias_initializer: initializer('Zeros'),
      return_sequences: false,
      return_state: false,
      go_backwards: false,
      stateful: false,
      unroll: false,
      dropout: 0,
      recurrent_dropout: 0,
      reset_after: true,
      zero_output_for_mask: false,
      seed: null,
    };
    const layers = [inputLayer('i', [null, 1, 1]), layer('GRU', config)];
    const model = await load(sequential(layers, 'net'), {
      'net/gru/gru_cell/kernel': tf.tensor2d([[0, 0, 1]]),
      'net/gru/gru_cell/recurrent_kernel': tf.tensor2d([[0, 0, 0]]),
      'net/gru/gru_cell/bias': tf.tensor2d([[0, 100, 0], [0, 0, 2]]), // prettier-ignore
    });
    // z = 1/2, r = 1, n = tanh(x + 2)
    expectTensor(model.predict(tf.tensor3d([[[-1]]])) as Tensor, [1, 1], [0.5 * Math.tanh(1)]);
  });

  it('with activations that have other names or numbers', async () => {
    const y = async (activation: unknown) => {
      const layers = [inputLayer('i', [null, 3]), layer('Activation', { name: 'a', activation })];
      const x = tf.tensor2d([[-1, 0, 1]]);
      return Array.from(((await load(sequential(layers), {})).predict(x) as Tensor).dataSync());
    };
    const sigmoid = 1 / (1 + Math.exp(-1));
    const near = (values: number[]) => values.map((v) => expect.closeTo(v, 5) as number);
    expect(await y('silu')).toEqual(near([-(1 - sigmoid), 0, sigmoid]));
    expect(await y('hard_sigmoid')).toEqual(near([1 / 3, 1 / 2, 2 / 3]));
    const named = { module: 'builtins', class_name: 'function', config: 'relu', registered_name: 'function' };
    expect(await y(named)).toEqual([0, 0, 1]);
  });

  it('with options that have other names', async () => {
    const layers = [
      inputLayer('i', [null, 1, 3]),
      layer('LeakyReLU', { name: 'leaky', negative_slope: 0.5 }),
      layer('ReLU', { name: 'relu', max_value: null, negative_slope: 0.5, threshold: 0 }),
      layer('GlobalAveragePooling1D', { name: 'pool', data_format: 'channels_first', keepdims: true }),
    ];
    const model = await load(sequential(layers), {});
    expectTensor(model.predict(tf.tensor3d([[[-4, 2, 5]]])) as Tensor, [1, 1, 1], [2]);
  });

  it('with groups', async () => {
    const conv = {
      ...{ name: 'conv', filters: 2, kernel_size: [1, 1], strides: [1, 1], padding: 'valid', dilation_rate: [1, 1] },
      ...{ data_format: 'channels_last', groups: 2, activation: 'linear', use_bias: false },
    };
    const layers = [inputLayer('i', [null, 1, 1, 4]), layer('Conv2D', conv)];
    const weights = { 'sequential/conv/kernel': tf.tensor4d([1, 10, 2, 20], [1, 1, 2, 2]) };
    const model = await load(sequential(layers), weights);
    expectTensor(model.predict(tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4])) as Tensor, [1, 1, 1, 2], [5, 110]);
  });

  it('with an option that TensorFlow.js does not have', async () => {
    const layers = [inputLayer('i', [null, 2]), layer('LayerNormalization', { name: 'ln', rms_scaling: true })];
    await expect(load(sequential(layers), {})).rejects.toThrow(
      'its layer "ln" (LayerNormalization) has rms_scaling: true, which TensorFlow.js does not have',
    );
  });
});

describe('a loader with a model of the other kind', () => {
  it('loadLayersModel', async () => {
    const graph = tf.io.fromMemory({ modelTopology: { node: [], versions: {} }, format: 'graph-model' });
    await expect(tf.loadLayersModel(graph)).rejects.toThrow('this is a graph model; load it by tf.loadGraphModel');
  });

  it('loadGraphModel', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const topology = model.toJSON(null, false) as object;
    const layers = tf.io.fromMemory({ modelTopology: topology, weightSpecs: [], weightData: new ArrayBuffer(0) });
    await expect(tf.loadGraphModel(layers)).rejects.toThrow('this is a layers model; load it by tf.loadLayersModel');
    expect(numbers([1]).size).toBe(1);
  });
});
