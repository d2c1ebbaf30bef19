// `tf.layers` with its options checked: an option that a layer does not have would be ignored without a word. Layers of
// the notebook's own classes, and those of saved models, are made by their constructors and take what they like.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as tfd from '@tensorflow/tfjs-data';
import { faultOfOptions } from '../calls/check.ts';
import { optionsOf as declaredOptions, parametersOf } from '../calls/library.ts';
import { checked as checkedCall } from '../calls/named.ts';
import type { Call } from '../calls/quick.ts';
import { inOurSpelling } from '../calls/demands.ts';
import { shown } from '../calls/shown.ts';
import { construct, type AnyLayer, type Config } from './extend.ts';
import { alwaysNull, optionsOf, otherNames, otherNamesAnywhere, plainName } from './option-names.ts';

type CsvConfig = Parameters<typeof tfd.csv>[1];
const CSV_OPTIONS = 'hasHeader columnNames columnConfigs configuredColumnsOnly delimiter delimWhitespace'.split(' ');
const COLUMN_OPTIONS = ['required', 'dtype', 'default', 'isLabel'];

/** What an option of another library is called here, or what to write instead. */
function meant(of: string, option: string, options: readonly string[]): string | undefined {
  const camel = option.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const other = otherNames[of.replace('layers.', '')]?.[camel] ?? otherNamesAnywhere[camel];
  return other && (options.includes(other) || other.includes('(')) ? other : undefined;
}

/**
 * @param name the function's name after `tf.`
 * @param declaration the function whose options have the types
 * @throws TypeError if the options are no object, if one is not an option of the function, or is not what it must be
 */
function check(
  name: string,
  config: unknown,
  options: readonly string[],
  declaration = name,
): asserts config is Config | undefined {
  const isOptions =
    config == null || (typeof config === 'object' && !Array.isArray(config) && !(config instanceof tf.Tensor));
  if (!isOptions) {
    const first = options.find((option) => !['inputShape', 'batchInputShape'].includes(option) && option in examples);
    const example = first ? `, such as tf.${name}({ ${first}: ${examples[first]!} })` : '';
    throw new TypeError(`tf.${name} takes an object of options${example}, and got ${shown(config)}`);
  }
  const isSaved = ([option, value]: [string, unknown]) => value === null && alwaysNull[name]?.includes(option);
  const given = Object.fromEntries(Object.entries(config ?? {}).filter((entry) => !isSaved(entry)));
  const fault = faultOfOptions(declaredOptions(declaration, options), given, (option) => meant(name, option, options));
  if (fault !== undefined) throw new TypeError(`tf.${name}: ${fault}`);
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

/** Adds to what a constructor says which layer was to be made. */
function naming(name: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.includes(`layers.${name}`))
    error.message = `tf.layers.${name}: ${error.message}`;
  return error;
}

/** Makes a function of `tf.layers` check its options, and gives its layers those that are ours. */
function checked(name: string, make: (config: Config) => AnyLayer): (config?: Config) => AnyLayer {
  const options = optionsOf(name);
  if (!options) return make as (config?: Config) => AnyLayer;
  const className = extended[plainName(name)];
  const own = (config?: Config): AnyLayer => {
    check(`layers.${name}`, config, options, `layers.${plainName(name)}`);
    // A copy: constructors of TensorFlow.js write into what they are given
    const copy = Object.fromEntries(
      Object.entries(config ?? {}).map(([option, value]) => [option, inOurSpelling(option, value)]),
    );
    try {
      return className ? construct(className, copy, make) : make(copy);
    } catch (e) {
      throw naming(name, e);
    }
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

/** The functions of `tf.data` that check what they are given. */
const dataFunctions = Object.fromEntries(
  (['array', 'func', 'generator', 'zip', 'microphone', 'webcam'] as const).map((name) => [
    name,
    checkedCall(`tf.data.${name}`, tfd[name] as Call, parametersOf(`data.${name}`)),
  ]),
) as unknown as typeof tfd;

/** `tf.data`. */
export const data = {
  ...tfd,
  ...dataFunctions,
  csv: withOptions('data.csv', 1, CSV_OPTIONS, (source: Parameters<typeof tfd.csv>[0], config?: CsvConfig) => {
    if (typeof source !== 'string' && !((source as unknown) instanceof Object && !Array.isArray(source)))
      throw new TypeError(`tf.data.csv: source must be an address, and is ${shown(source)}`);
    for (const [column, options] of Object.entries(config?.columnConfigs ?? {}))
      check(`data.csv: columnConfigs.${column}`, options, COLUMN_OPTIONS, 'column');
    return tfd.csv(source, config);
  }),
};
