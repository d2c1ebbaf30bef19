// What options of layers, models and trainings must be beyond their types: ranges, whole numbers, names. By the names
// of options, which mean the same everywhere; by function and option where they do not.
import * as tf from '@tensorflow/tfjs-core';
import { CONSTRAINT_IDENTIFIER_REGISTRY_SYMBOL_MAP as constraints } from '@tensorflow/tfjs-layers/dist/constraints';
import { INITIALIZER_IDENTIFIER_REGISTRY_SYMBOL_MAP as initializers } from '@tensorflow/tfjs-layers/dist/initializers';
import { plain } from './check.ts';
import { isTensor } from '../engine/is-tensor.ts';
import type { Demand, Parameter } from './signature.ts';

const isNumber = (x: unknown): x is number => typeof x === 'number' && !Number.isNaN(x);
const isWhole = (x: unknown, least: number) => Number.isInteger(x) && (x as number) >= least;
const isObject = (x: unknown): x is object =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x) && !(x instanceof tf.Tensor);

/** A whole number. */
const whole = (least: number): Demand => ({
  words: `a whole number, ${least} or more`,
  holds: (x) => isWhole(x, least),
});

/** A whole number, or one for each axis. */
const sizes = (least: number): Demand => ({
  words: `a whole number, ${least} or more, or an array of them`,
  holds: (x) => isWhole(x, least) || (Array.isArray(x) && x.every((n) => isWhole(n, least))),
});

/** As `sizes`, or pairs: what is added or taken before and after each axis. */
const margins: Demand = {
  words: 'a whole number, 0 or more, or an array of them, or of pairs of them',
  holds: (x) =>
    isWhole(x, 0) ||
    (Array.isArray(x) && x.every((n) => isWhole(n, 0) || (Array.isArray(n) && n.every((m) => isWhole(m, 0))))),
};

/** The sizes of axes; null for one that is not known. */
const shape = (least: number, words: string): Demand => ({
  words,
  holds: (x) => Array.isArray(x) && x.every((n) => n == null || isWhole(n, least)),
});
const sizesOfAxes = shape(0, 'an array of whole numbers, 0 or more, or null for a size that is not known');

const anyNumber: Demand = { words: 'a number', holds: isNumber };
const wholeNumber: Demand = { words: 'a whole number', holds: (x) => Number.isInteger(x) };
const from = (least: number, most = Infinity): Demand => ({
  words: most === Infinity ? `a number, ${least} or more` : `a number from ${least} to ${most}`,
  holds: (x) => isNumber(x) && x >= least && x <= most,
});
const positive: Demand = { words: 'a number above 0', holds: (x) => isNumber(x) && x > 0 };
const below: Demand = { words: 'a number from 0 to below 1', holds: (x) => isNumber(x) && x >= 0 && x < 1 };
export const yesOrNo: Demand = { words: 'true or false', holds: (x) => typeof x === 'boolean' };
const text: Demand = { words: 'a text', holds: (x) => typeof x === 'string' && x !== '' };
const aFunction: Demand = { words: 'a function', holds: (x) => typeof x === 'function' };
const anObject: Demand = { words: 'an object', holds: isObject };
const axes: Demand = {
  words: 'a whole number or an array of them',
  holds: (x) => Number.isInteger(x) || (Array.isArray(x) && x.every((n) => Number.isInteger(n))),
};
const list: Demand = { words: 'an array', holds: (x) => Array.isArray(x) || ArrayBuffer.isView(x) };

/** A layer: what has a method `apply`. */
const isLayer = (x: unknown) => isObject(x) && typeof (x as { apply?: unknown }).apply === 'function';
const layer: Demand = { words: 'a layer, such as tf.layers.dense({ units: 1 })', holds: isLayer };
const cell: Demand = { words: 'a cell, such as tf.layers.lstmCell({ units: 8 })', holds: isLayer };
const cells: Demand = { words: 'an array of cells', holds: (x) => Array.isArray(x) && x.every(isLayer) };
const cellOrCells: Demand = { words: `${cell.words}, or an array of them`, holds: (x) => isLayer(x) || cells.holds(x) };
const symbolic: Demand = {
  words: "what tf.input or a layer's apply returns, or an array of them",
  holds: (x) => isObject(x) || (Array.isArray(x) && x.length > 0 && x.every(isObject)),
};
const layers: Demand = { words: 'an array of layers', holds: (x) => Array.isArray(x) && x.every(isLayer) };

const classes = () => tf.serialization.SerializationMap.getMap().classNameMap;

/** Whether a class is registered under a name, and is no layer: some have the name of an activation. */
function isRegistered(name: string): boolean {
  if (!Object.hasOwn(classes(), name)) return false;
  return !('computeOutputShape' in (classes()[name]![0].prototype as object));
}

/** Other names of Keras for the same. */
const otherNames: Readonly<Record<string, string | undefined>> = { silu: 'swish' };

/** The name that is meant by one in any of Keras's spellings, such as `hard_sigmoid`; undefined if there is none. */
const inAnySpelling = (name: string, names: readonly string[]): string | undefined =>
  names.includes(name) ? name : names.find((n) => plain(n) === plain(otherNames[plain(name)] ?? name));

/** A registered class by its name, or an object: one of the class, or its saved form. */
const named = (words: string, names: () => readonly string[], also: (x: unknown) => boolean = () => false): Demand => ({
  words,
  names,
  holds: (x) =>
    typeof x === 'string' ? isRegistered(x) || inAnySpelling(x, names()) !== undefined : isObject(x) || also(x),
});

const activationNames = [
  ...['elu', 'gelu', 'gelu_new', 'hardSigmoid', 'linear', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid'],
  ...['softmax', 'softplus', 'softsign', 'swish', 'tanh'],
];
const isFunction = (x: unknown) => typeof x === 'function';
const activation = named(
  "the name of an activation, such as 'relu', or a function",
  () => activationNames.filter((name) => Object.hasOwn(classes(), name)),
  isFunction,
);
const initializer = named("the name of an initializer, such as 'glorotUniform', or one of tf.initializers", () =>
  Object.keys(initializers),
);
const regularizer = named("'l1l2' or one of tf.regularizers", () => ['l1l2']);
const constraint = named("the name of a constraint, such as 'nonNeg', or one of tf.constraints", () =>
  Object.keys(constraints),
);

/** What is given by name or as a function, for one output or for each. */
const isNamed = (x: unknown): boolean =>
  typeof x === 'string' ||
  isFunction(x) ||
  isObject(x) ||
  (Array.isArray(x) && x.every((part) => part == null || isNamed(part)));

const tensors: Demand = {
  words: 'a tensor or an array of tensors',
  holds: (x) => isTensor(x) || (Array.isArray(x) && x.every(isTensor)),
};
const tensorOrNumbers: Demand = {
  words: 'a tensor or numbers',
  holds: (x) => typeof x === 'object' || typeof x === 'number',
};

/** Where a model is read from or written to. */
const place = (method: 'load' | 'save'): Demand => ({
  words: `an address, such as 'model${method === 'load' ? '/model.json' : ''}', or an object with a method ${method}`,
  holds: (x) => typeof x === 'string' || (isObject(x) && typeof (x as Record<string, unknown>)[method] === 'function'),
});

/** By the name of an option. */
const byOption: Readonly<Record<string, Demand>> = {
  units: whole(1),
  filters: whole(1),
  n: whole(1),
  inputDim: whole(1),
  outputDim: whole(1),
  numTokens: whole(1),
  height: whole(1),
  width: whole(1),
  depthMultiplier: whole(1),
  groups: whole(1),
  batchSize: whole(1),
  validationBatchSize: whole(1),
  batchesPerEpoch: whole(1),
  validationBatches: whole(1),
  stepsPerEpoch: whole(1),
  validationSteps: whole(1),
  batches: whole(1),
  steps: whole(1),
  epochs: whole(0),
  initialEpoch: whole(0),
  patience: whole(0),
  cooldown: whole(0),
  startFromEpoch: whole(0),
  implementation: wholeNumber,
  kernelSize: sizes(1),
  strides: sizes(1),
  poolSize: sizes(1),
  dilationRate: sizes(1),
  size: sizes(1),
  inputLength: {
    words: 'a whole number, 1 or more, or an array of them, with null for one that is not known',
    holds: (x) => isWhole(x, 1) || (Array.isArray(x) && x.every((n) => n == null || isWhole(n, 1))),
  },
  yieldEvery: {
    words: "'auto', 'batch', 'epoch', 'never', or a number of milliseconds",
    holds: (x) => ['auto', 'batch', 'epoch', 'never'].includes(x as string) || (isNumber(x) && x >= 0),
  },
  sharedAxes: axes,
  axis: axes,
  axes,
  cropping: margins,
  inputShape: sizesOfAxes,
  batchInputShape: sizesOfAxes,
  shape: sizesOfAxes,
  batchShape: sizesOfAxes,
  noiseShape: sizesOfAxes,
  targetShape: shape(-1, 'an array of whole numbers, of which one may be -1 or null for what is left'),
  dims: {
    words: 'an array of whole numbers, 1 or more: the axes in their new order, without that of the batch',
    holds: (x) => Array.isArray(x) && x.every((n) => isWhole(n, 1)),
  },
  rate: from(0, 1),
  dropout: from(0, 1),
  recurrentDropout: from(0, 1),
  stddev: from(0),
  epsilon: from(0),
  theta: from(0),
  momentum: anyNumber,
  activation,
  recurrentActivation: activation,
  dropoutFunc: aFunction,
  name: text,
  weights: list,
  cell: cellOrCells,
  cells,
  layer,
  maskValue: anyNumber,
  learningRate: from(0),
  rho: from(0),
  beta1: below,
  beta2: below,
  decay: from(0),
  weightDecay: from(0),
  initialAccumulatorValue: from(0),
  verbose: {
    words: "0, 1, 2, true or false, or 'auto'",
    holds: (x) => isNumber(x) || typeof x === 'boolean' || x === 'auto',
  },
  shuffle: { words: "true, false or 'batch'", holds: (x) => typeof x === 'boolean' || x === 'batch' },
  validationSplit: below,
  classWeight: { words: 'an object of weights by class', holds: (x) => isObject(x) || Array.isArray(x) },
  lossWeights: {
    words: 'numbers, one for each output',
    holds: (x) => typeof x === 'number' || Array.isArray(x) || isObject(x),
  },
  sampleWeight: tensorOrNumbers,
  yTrue: tensorOrNumbers,
  yPred: tensorOrNumbers,
  k: whole(1),
  optimizer: {
    words: "the name of an optimizer, such as 'adam', or one of tf.train",
    holds: (x) => isObject(x) || (typeof x === 'string' && x !== ''),
  },
  loss: { words: 'the name of a loss, a function, or an array or object of them, one for each output', holds: isNamed },
  metrics: { words: 'the name of a metric, a function, or an array or object of them', holds: isNamed },
  callbacks: { words: 'one of tf.callbacks, an object of functions, or an array of them', holds: () => true },
  validationData: { words: 'an array [x, y] of tensors, or a dataset', holds: (x) => typeof x === 'object' },
  minDelta: anyNumber,
  factor: anyNumber,
  minLr: from(0),
  baseline: anyNumber,
  seed: { words: 'a number', holds: isNumber },
};

/** By function and option. */
const byFunction: Readonly<Record<string, Demand>> = {
  'loadLayersModel.pathOrIOHandler': place('load'),
  'loadGraphModel.modelUrl': place('load'),
  'LayersModel.save.handlerOrURL': place('save'),
  'layers.zeroPadding2d.padding': margins,
  'layers.rescaling.scale': {
    words: 'a number, or an array of one for each channel',
    holds: (x) => isNumber(x) || (Array.isArray(x) && x.every(isNumber)),
  },
  'layers.rescaling.offset': {
    words: 'a number, or an array of one for each channel',
    holds: (x) => isNumber(x) || (Array.isArray(x) && x.every(isNumber)),
  },
  'layers.randomWidth.factor': {
    words: 'a number, or an array [least, most]',
    holds: (x) => isNumber(x) || (Array.isArray(x) && x.length === 2 && x.every(isNumber)),
  },
  'layers.dot.axes': axes,
  'layers.gaussianDropout.rate': below,
  'layers.alphaDropout.rate': below,
  'constraints.minMaxNorm.rate': from(0, 1),
  'sequential.layers': layers,
  'model.inputs': symbolic,
  'model.outputs': symbolic,
  'Dataset.concatenate.dataset': {
    words: 'a dataset',
    holds: (x) => isObject(x) && typeof (x as { iterator?: unknown }).iterator === 'function',
  },
  'Tensor.concat.tensors': tensors,
  'Tensor.stack.x': tensors,
  'Variable.assign.newValue': { words: 'a tensor', holds: (x) => x instanceof tf.Tensor },
  'Dataset.batch.batchSize': whole(1),
  'Dataset.prefetch.bufferSize': whole(1),
  'Dataset.shuffle.bufferSize': whole(1),
  'Dataset.shuffle.seed': { words: 'a text or a number', holds: (x) => typeof x === 'string' || isNumber(x) },
  'Dataset.skip.count': wholeNumber,
  'Dataset.take.count': wholeNumber,
  'Dataset.repeat.count': wholeNumber,
  'io.encodeWeights.tensors': {
    words: 'tensors by their names, or an array of them',
    holds: (x) => typeof x === 'object',
  },
  'io.fromMemory.modelArtifacts': anObject,
  'io.fromMemorySync.modelArtifacts': anObject,
  'initializers.constant.value': anyNumber,
  'initializers.varianceScaling.scale': positive,
};

const suffixes: readonly (readonly [string, Demand])[] = [
  ['Initializer', initializer],
  ['Regularizer', regularizer],
  ['Constraint', constraint],
];

/** What an option of a function must be; undefined if its type says all. */
function demandOf(name: string, { name: option, kinds }: Parameter): Demand | undefined {
  const own = byFunction[`${name}.${option}`];
  // Tensors' methods take what ops take
  if (own || name.startsWith('Tensor.')) return own;
  // `scale` of normalization and the like
  if (kinds.length === 1 && kinds[0] === 'boolean') return yesOrNo;
  const listed = Object.hasOwn(byOption, option) ? byOption[option] : undefined;
  if (listed) return listed;
  const suffix = suffixes.find(([end]) => option.endsWith(end));
  if (suffix) return suffix[1];
  if (kinds.length !== 1) return undefined;
  if (kinds[0] === 'number') return anyNumber;
  return kinds[0] === 'object' ? anObject : undefined;
}

/** The value of a layer's option; a name of Keras's in the spelling that TensorFlow.js knows. */
export function inOurSpelling(option: string, value: unknown): unknown {
  if (typeof value !== 'string' || isRegistered(value)) return value;
  const listed = Object.hasOwn(byOption, option) ? byOption[option] : undefined;
  const names = (listed ?? suffixes.find(([end]) => option.endsWith(end))?.[1])?.names;
  return (names && inAnySpelling(value, names())) ?? value;
}

/** An option with what it must be. */
export function demanding(name: string, parameter: Parameter): Parameter {
  const demand = demandOf(name, parameter);
  return demand
    ? { name: parameter.name, ...(parameter.optional && { optional: true }), kinds: [], demand }
    : parameter;
}

/** Options that are ours, or that TensorFlow.js has in some of its declarations only. */
export const added: Readonly<Record<string, Parameter>> = {
  dataFormat: { name: 'dataFormat', optional: true, kinds: [], choices: ['channelsFirst', 'channelsLast'] },
  mode: { name: 'mode', optional: true, kinds: [], choices: ['auto', 'min', 'max'] },
  ...Object.fromEntries(
    (
      [
        ['groups', 'number'],
        ['negativeSlope', 'number'],
        ['threshold', 'number'],
        ['maxValue', 'number'],
        ['resetAfter', 'boolean'],
        ['keepDims', 'boolean'],
        ['rate', 'number'],
        ['seed', 'number'],
        ['stddev', 'number'],
        ['autoVectorize', 'boolean'],
        ['normalize', 'boolean'],
        ['axes', 'number'],
        ['activityRegularizer', 'object'],
        ['inputDim', 'number'],
        ['inputLength', 'number'],
        ['lossWeights', 'any'],
        ['sampleWeight', 'any'],
        ['classWeight', 'any'],
        ['validationSplit', 'number'],
        ['startFromEpoch', 'number'],
        ['dropoutFunc', 'function'],
        ['monitor', 'string'],
        ['restoreBestWeights', 'boolean'],
        ['saveBestOnly', 'boolean'],
        ['includeOptimizer', 'boolean'],
        ['factor', 'number'],
        ['patience', 'number'],
        ['cooldown', 'number'],
        ['minDelta', 'number'],
        ['minLr', 'number'],
        ['initialValueThreshold', 'number'],
        ['verbose', 'number'],
        ['required', 'boolean'],
        ['isLabel', 'boolean'],
      ] as const
    ).map(([name, kind]): [string, Parameter] => [name, { name, optional: true, kinds: [kind] }]),
  ),
};
