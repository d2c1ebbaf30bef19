// `tf.layers` with its options checked: an option that a layer does not have would be ignored without a word. Layers of
// the notebook's own classes, and those of saved models, are made by their constructors and take what they like.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as tfd from '@tensorflow/tfjs-data';
import { distance } from '../../wire/closest.ts';
import { construct, type AnyLayer, type Config } from './extend.ts';
import { alwaysNull, optionsOf, otherNames, otherNamesAnywhere, plainName } from './option-names.ts';

type CsvConfig = Parameters<typeof tfd.csv>[1];
const CSV_OPTIONS = 'hasHeader columnNames columnConfigs configuredColumnsOnly delimiter delimWhitespace'.split(' ');
const COLUMN_OPTIONS = ['required', 'dtype', 'default', 'isLabel'];

/** The option that was probably meant. */
function meant(of: string, option: string, options: readonly string[]): string | undefined {
  const camel = option.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const other = otherNames[of.replace('layers.', '')]?.[camel] ?? otherNamesAnywhere[camel];
  if (other && (options.includes(other) || other.includes('('))) return other;
  const near = options
    .map((name) => ({ name, edits: distance(camel.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0];
  return near && near.edits <= Math.min(2, near.name.length / 3) ? near.name : undefined;
}

/** A value in a message. */
const shown = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : value instanceof tf.Tensor
        ? `a tensor [${value.shape}]`
        : typeof value === 'object' || typeof value === 'function'
          ? `a value of type ${value.constructor?.name ?? typeof value}`
          : `the ${typeof value} ${String(value)}`;

/**
 * @param name the function's name after `tf.`
 * @throws Error if the options are no object, or if one is not an option of the function
 */
function check(name: string, config: unknown, options: readonly string[]): asserts config is Config | undefined {
  if (config === undefined || config === null) return;
  const isOptions = typeof config === 'object' && !Array.isArray(config) && !(config instanceof tf.Tensor);
  if (!isOptions) {
    const first = options.find((option) => !['inputShape', 'batchInputShape'].includes(option) && option in examples);
    const example = first ? `, such as tf.${name}({ ${first}: ${examples[first]!} })` : '';
    throw new Error(`tf.${name} takes an object of options${example}, and got ${shown(config)}`);
  }
  for (const [option, value] of Object.entries(config)) {
    if (value === undefined || options.includes(option)) continue;
    if (value === null && alwaysNull[name]?.includes(option)) continue;
    const near = meant(name, option, options);
    const hint = near ? `; did you mean ${near}?` : `. It has: ${[...options].sort().join(', ')}`;
    throw new Error(`tf.${name} has no option "${option}"${hint}`);
  }
}
const examples: Record<string, string> = {
  layers: '[tf.layers.dense({ units: 1, inputShape: [4] })]',
  inputs: 'x, outputs: y',
  hasHeader: 'false',
  units: '8',
  filters: '8',
  rate: '0.5',
  targetShape: '[4, 2]',
  n: '3',
};

/** The classes of layers that have options of ours, by the functions that make them. */
const extended: Record<string, string | undefined> = {
  conv1d: 'Conv1D',
  conv2d: 'Conv2D',
  conv3d: 'Conv3D',
  conv2dTranspose: 'Conv2DTranspose',
  conv3dTranspose: 'Conv3DTranspose',
  depthwiseConv2d: 'DepthwiseConv2D',
  separableConv2d: 'SeparableConv2D',
  upSampling2d: 'UpSampling2D',
  averagePooling1d: 'AveragePooling1D',
  averagePooling2d: 'AveragePooling2D',
  averagePooling3d: 'AveragePooling3D',
  maxPooling1d: 'MaxPooling1D',
  maxPooling2d: 'MaxPooling2D',
  maxPooling3d: 'MaxPooling3D',
  globalAveragePooling1d: 'GlobalAveragePooling1D',
  globalAveragePooling2d: 'GlobalAveragePooling2D',
  globalMaxPooling1d: 'GlobalMaxPooling1D',
  globalMaxPooling2d: 'GlobalMaxPooling2D',
  alphaDropout: 'AlphaDropout',
  gru: 'GRU',
  gruCell: 'GRUCell',
  lstm: 'LSTM',
  simpleRNN: 'SimpleRNN',
  rnn: 'RNN',
  reLU: 'ReLU',
  elu: 'ELU',
  softmax: 'Softmax',
  categoryEncoding: 'CategoryEncoding',
};

/** Makes a function of `tf.layers` check its options, and gives its layers those that are ours. */
function checked(name: string, make: (config: Config) => AnyLayer): (config?: Config) => AnyLayer {
  const options = optionsOf(name);
  if (!options) return make as (config?: Config) => AnyLayer;
  const className = extended[plainName(name)];
  const own = (config?: Config): AnyLayer => {
    check(`layers.${name}`, config, options);
    // A copy: constructors of TensorFlow.js write into what they are given
    const copy = { ...config };
    return className ? construct(className, copy, make) : make(copy);
  };
  return Object.defineProperty(own, 'name', { value: name });
}

/** `tf.layers`. */
export const layers = Object.fromEntries(
  Object.entries(tfl.layers as unknown as Record<string, (config: Config) => AnyLayer>).map(([name, make]) => [
    name,
    checked(name, make),
  ]),
) as unknown as typeof tfl.layers;
/** `tf.input`. */
export const input = layers.input;

/** Makes a function check the options that it takes at one place. */
function withOptions<F extends (...args: never[]) => unknown>(
  name: string,
  at: number,
  options: readonly string[],
  stock: F,
): F {
  const own = (...args: Parameters<F>) => {
    check(name, args[at], options);
    return stock(...args);
  };
  return Object.defineProperty(own, 'name', { value: name.split('.').at(-1) }) as unknown as F;
}

/** `tf.sequential`. */
export const sequential = withOptions('sequential', 0, ['layers', 'name'], tfl.sequential);
/** `tf.model`. */
export const model = withOptions('model', 0, ['inputs', 'outputs', 'name'], tfl.model);

/** `tf.data`. */
export const data = {
  ...tfd,
  csv: withOptions('data.csv', 1, CSV_OPTIONS, (source: Parameters<typeof tfd.csv>[0], config?: CsvConfig) => {
    for (const [column, options] of Object.entries(config?.columnConfigs ?? {}))
      check(`data.csv: columnConfigs.${column}`, options, COLUMN_OPTIONS);
    return tfd.csv(source, config);
  }),
};
