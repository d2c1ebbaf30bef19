// `tf.layers` refuses options that a layer does not have.
import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../../../../kernel/tensors/layers/option-names.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, options, reloaded } from './library.ts';

const tf = libraryOf(dist);

describe('an option that is not there', () => {
  it.each([
    [
      'dense',
      { units: 1, actvation: 'relu' },
      'tf.layers.dense: there is no option "actvation"; did you mean "activation"?',
    ],
    ['dense', { units: 1, input_shape: [2] }, 'no option "input_shape"; did you mean "inputShape"?'],
    ['conv2d', { filters: 1, kernelSize: 1, stride: 2 }, 'no option "stride"; did you mean "strides"?'],
    ['conv2d', { filters: 1, kernel_size: 1 }, 'no option "kernel_size"; did you mean "kernelSize"?'],
    ['lstm', { units: 1, returnSequence: true }, 'did you mean "returnSequences"?'],
    ['leakyReLU', { negativeSlope: 0.1 }, 'did you mean "alpha"?'],
    ['depthwiseConv2d', { kernelSize: 1, kernelInitializer: 'ones' }, 'did you mean "depthwiseInitializer"?'],
    ['dropout', { p: 0.5 }, 'did you mean "rate"?'],
    ['gaussianNoise', { stddev: 1, color: 'pink' }, 'The options are: inputShape, batchInputShape, batchSize, dtype,'],
    [
      'conv2dTranspose',
      { filters: 1, kernelSize: 1, groups: 2 },
      'tf.layers.conv2dTranspose: there is no option "groups"',
    ],
    ['input', { shpe: [2] }, 'did you mean "shape"?'],
  ] as const)('%s with %j', (name, config, message) => {
    expect(() => (tf.layers[name] as (config: never) => unknown)(options(config))).toThrow(message);
  });

  it('may be undefined', () => {
    expect(() => tf.layers.dense(options({ units: 1, other: undefined }))).not.toThrow();
  });
});

it.each([
  [8, 'tf.layers.dense takes an object of options, such as tf.layers.dense({ units: 8 }), and got 8'],
  [[8], 'and got [ 8 ]'],
  ['relu', "and got 'relu'"],
] as const)('options that are no object: %j', (config, message) => {
  expect(() => tf.layers.dense(config as never)).toThrow(message);
});

it('does not write into the options it is given', () => {
  const config = { units: 2, inputShape: [3, 2] };
  tf.layers.gru(config);
  expect(Object.keys(config)).toEqual(['units', 'inputShape']);
});

it.each([
  [() => tf.sequential([] as never), 'tf.sequential takes an object of options, such as tf.sequential({ layers: ['],
  [() => tf.sequential({ layer: [] } as never), 'tf.sequential: there is no option "layer"; did you mean "layers"?'],
  [() => tf.model({ input: 1, outputs: 1 } as never), 'tf.model: there is no option "input"; did you mean "inputs"?'],
  [
    () => tf.data.csv('a.csv', { hasheader: false } as never),
    'there is no option "hasheader"; did you mean "hasHeader"?',
  ],
  [
    () => tf.data.csv('a.csv', { columnConfigs: { y: { islabel: true } } } as never),
    'tf.data.csv: columnConfigs.y: there is no option "islabel"; did you mean "isLabel"?',
  ],
])('%s', (call, message) => {
  expect(call).toThrow(message);
});

describe('every layer', () => {
  /** Options with which each can be made. */
  const needed = (name: string): Record<string, unknown> => {
    const inner = () => tf.layers.lstm({ units: 1 });
    const all: Record<string, unknown> = {
      units: 2, filters: 2, kernelSize: 2, n: 2, targetShape: [2], dims: [1], inputDim: 3, outputDim: 2, rate: 0.5,
      stddev: 1, cropping: 1, axes: 1, activation: 'relu', cell: tf.layers.lstmCell({ units: 1 }),
      cells: [tf.layers.lstmCell({ units: 1 })], layer: inner(), scale: /Norm/.test(name) ? true : 1, height: 2, width: 2, numTokens: 3, factor: 0.5,
      batchInputShape: [2, 3],
    }; // prettier-ignore
    return Object.fromEntries(Object.entries(all).filter(([option]) => optionsOf(name)!.includes(option)));
  };
  // What makes no layer, and what saves the options of its cells too
  const unsuited = new Set(['input', 'rnn', 'stackedRNNCells']);
  const names = Object.keys(tf.layers).filter((name) => optionsOf(name) && !unsuited.has(name));

  it.each(names)('%s takes the configuration that it saves', (name) => {
    const make = tf.layers[name as 'dense'] as (config: never) => ReturnType<typeof tf.layers.dense>;
    const layer = make(options(needed(name)));
    const own = new Set(optionsOf(name));
    const foreign = Object.entries(layer.getConfig()).flatMap(([option, value]) =>
      own.has(option) || value === undefined ? [] : [option],
    );
    // What wraps other layers saves them as configurations, and the weights' precision is one
    expect(foreign.filter((option) => !['numConstants', 'cell', 'layer', 'cells'].includes(option))).toEqual([]);
  });

  it('has its options listed', () => {
    const functions = Object.entries(tf.layers).filter(([, make]) => !/^class/.test(String(make)));
    expect(functions.filter(([name]) => !optionsOf(name)).map(([name]) => name)).toEqual([]);
  });
});

it('leaves layers of own classes, and saved models, alone', async () => {
  class Twice extends tf.layers.Layer {
    static readonly className = 'Twice';
    constructor(config: object) {
      super(config as never);
    }
    override call(x: never) {
      return tf.mul([x].flat()[0]!, 2);
    }
  }
  tf.serialization.registerClass(Twice as never);
  const model = tf.sequential({ layers: [new Twice({ inputShape: [2], anything: 1 })] });
  expect((await reloaded(model)).layers.length).toBe(model.layers.length);
});
