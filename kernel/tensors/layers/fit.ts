// `compile`, `fit`, `fitDataset`, `evaluate`, `trainOnBatch` and `predict` of models, with Keras's options: those that
// are not known are refused, those that are have their effect. They take the place of methods of LayersModel.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { BaseCallback, configureCallbacks } from '@tensorflow/tfjs-layers/dist/base_callbacks';
import { checkBatchSize, disposeNewTensors, sliceArrays } from '@tensorflow/tfjs-layers/dist/engine/training_tensors';
import { disposeTensorsInLogs } from '@tensorflow/tfjs-layers/dist/logs';
import { lossesMap } from '@tensorflow/tfjs-layers/dist/losses';
import {
  checkAllLabels,
  checkNotEmpty,
  checkTensors,
  listOf,
  sampleWeights,
  weightsOf,
  type SampleWeight,
} from './inputs.ts';
import { shown } from '../calls/shown.ts';
import { checkOptions } from './names.ts';
import { namingIn } from './naming.ts';
import { takePlainLabels } from './plain-labels.ts';
import { checkSaved, loadedOf, savedOf, withoutOwn } from './saved-functions.ts';
import { checkedLabels, lossWeights, Totals } from './training.ts';
import { singleOrList, type CallbackList, type Data, type Logs, type Model } from './types.ts';
import { compileWeighted, spelled, weightedMetricsOf, type Metrics } from './weighted-metrics.ts';

/** Options of `fit`. */
export interface FitArgs {
  batchSize?: number;
  epochs?: number;
  verbose?: number;
  callbacks?: unknown;
  validationSplit?: number;
  validationData?: [Data, Data] | [Data, Data, SampleWeight];
  shuffle?: boolean | string;
  classWeight?: unknown;
  sampleWeight?: SampleWeight;
  initialEpoch?: number;
  yieldEvery?: unknown;
  stepsPerEpoch?: number;
  validationSteps?: number;
}

const FIT = [
  'batchSize',
  'epochs',
  'verbose',
  'callbacks',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'initialEpoch',
  'yieldEvery',
  'stepsPerEpoch',
  'validationSteps',
];
const FIT_DATASET = [
  'batchesPerEpoch',
  'epochs',
  'verbose',
  'callbacks',
  'validationData',
  'validationBatchSize',
  'validationBatches',
  'validationSplit',
  'initialEpoch',
  'yieldEvery',
  'classWeight',
];
const CALLBACK = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onYield',
  'nowFunc',
  'nextFrameFunc',
];

/** The loss whose labels are numbers of classes. */
const sparse = () => (lossesMap as Record<string, never>)['sparseCategoricalCrossentropy']!;

/** The callbacks of a training; objects with functions become callbacks. */
function callbacksOf(where: string, given: unknown, yieldEvery: unknown): BaseCallback[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given ?? {}];
  return list.map((callback, i) => {
    if (callback instanceof BaseCallback) return callback;
    if (typeof callback !== 'object' || callback === null)
      throw new TypeError(
        `${where}: callbacks[${i}] is ${typeof callback === 'function' ? 'a function' : String(callback)}, and must ` +
          'be one of tf.callbacks or an object of functions, e.g. { onEpochEnd: (epoch, logs) => … }',
      );
    const ons = Object.fromEntries(Object.entries(callback).filter(([name]) => /^on[A-Z]/.test(name)));
    checkOptions(`${where}: callbacks[${i}]`, ons, CALLBACK);
    return new layers.CustomCallback(callback as never, yieldEvery as never);
  });
}

function checkEpochs(where: string, { epochs, initialEpoch }: { epochs?: number; initialEpoch?: number }): void {
  for (const [name, value] of Object.entries({ epochs, initialEpoch }))
    if (value != null && !(Number.isInteger(value) && value >= 0))
      throw new RangeError(`${where}: ${name} must be an integer of at least 0, and is ${String(value)}`);
}

/** The factors of a model's losses; undefined if there are none. */
function factorsOf(given: unknown, names: readonly string[]): number[] | undefined {
  if (given == null) return undefined;
  const where = 'compile: lossWeights';
  let list: unknown[];
  if (typeof given === 'number') list = names.map(() => given);
  else if (Array.isArray(given)) {
    if (given.length !== names.length)
      throw new Error(`${where} has ${given.length} numbers, and the model has ${names.length} outputs`);
    list = given;
  } else {
    checkOptions(where, given, names);
    list = names.map((name) => (given as Record<string, unknown>)[name] ?? 1);
  }
  const bad = list.find((factor) => typeof factor !== 'number' || !Number.isFinite(factor));
  if (bad !== undefined) throw new TypeError(`${where} must be numbers, and has ${String(bad)}`);
  return list as number[];
}

type Standard = [xs: tf.Tensor[], ys: tf.Tensor[], weights: (tf.Tensor | null)[] | null];
interface Methods {
  compile(this: Model, args: object): void;
  standardizeUserData(
    this: Model,
    x: Data,
    y: Data,
    sampleWeight?: SampleWeight | null,
    classWeight?: unknown,
    checkBatchAxis?: boolean,
    batchSize?: number,
  ): Promise<Standard>;
  fit(this: Model & Methods, x: Data, y: Data, args?: FitArgs): Promise<layers.History>;
  fitDataset(this: Model & Methods, dataset: Dataset, args: DatasetArgs): Promise<layers.History>;
  evaluate(this: Model & Methods, x: Data, y: Data, args?: EvaluateArgs): tf.Scalar | tf.Scalar[];
  evaluateDataset(
    this: Model & Methods,
    dataset: Dataset,
    args?: { batches?: number; verbose?: number },
  ): Promise<tf.Scalar | tf.Scalar[]>;
  trainOnBatch(this: Model & Methods, x: Data, y: Data, args?: WeightArgs): Promise<number | number[]>;
  predict(this: Model & Methods, x: Data, args?: object): tf.Tensor | tf.Tensor[];
  predictOnBatch(this: Model & Methods, x: Data): tf.Tensor | tf.Tensor[];
  getTrainingConfig(this: Model): Record<string, unknown>;
  getLossIdentifiers(this: Model): unknown;
  getMetricIdentifiers(this: Model): unknown;
  loadTrainingConfig(this: Model & Methods, config: Record<string, unknown>): void;
}
interface CompileArgs {
  metrics?: Metrics | null;
  lossWeights?: unknown;
  weightedMetrics?: Metrics | null;
}
interface WeightArgs {
  sampleWeight?: SampleWeight;
  classWeight?: unknown;
}
interface EvaluateArgs {
  batchSize?: number;
  verbose?: number;
  sampleWeight?: SampleWeight;
  steps?: number;
}
interface Element {
  value?: { xs: Data; ys: Data; sampleWeight?: SampleWeight };
  done?: boolean;
}
interface Iterator {
  next(): Promise<Element>;
}
interface Dataset {
  size?: number;
  iterator(): Promise<Iterator>;
}
interface DatasetArgs {
  batchesPerEpoch?: number;
  epochs: number;
  verbose?: number;
  callbacks?: unknown;
  validationData?: Dataset | [Data, Data] | [Data, Data, SampleWeight];
  validationBatchSize?: number;
  validationBatches?: number;
  validationSplit?: number;
  initialEpoch?: number;
  yieldEvery?: unknown;
  classWeight?: unknown;
}

const isDataset = (data: object): data is Dataset => typeof (data as Dataset).iterator === 'function';

/** @throws TypeError for what is no dataset, nor, where that will do, the iterator of one */
function checkDataset(where: string, dataset: unknown, orIterator = false): void {
  const { iterator, next } = (dataset ?? {}) as { iterator?: unknown; next?: unknown };
  if (typeof iterator === 'function' || (orIterator && typeof next === 'function')) return;
  throw new TypeError(
    `${where}: the dataset must be one of tf.data, such as tf.data.array(…).batch(32), and is ${shown(dataset)}`,
  );
}

/** Installs the methods. */
export function installFit(): void {
  const prototype = layers.LayersModel.prototype as unknown as Methods;
  const { compile, predict, predictOnBatch, getTrainingConfig, loadTrainingConfig } = prototype;
  takePlainLabels(sparse);

  prototype.compile = function (args) {
    checkOptions(
      'compile',
      args,
      ['optimizer', 'loss', 'metrics', 'lossWeights', 'weightedMetrics'],
      'LayersModel.compile',
    );
    const { lossWeights: given, weightedMetrics, ...rest } = args as CompileArgs;
    // A sequential model compiles the model within it, which knows the names of its outputs
    if (this instanceof layers.Sequential) return compile.call(this, args);
    const factors = factorsOf(given, this.outputNames);
    compileWeighted(this, spelled(rest.metrics), spelled(weightedMetrics), (metrics) =>
      compile.call(this, { ...rest, metrics }),
    );
    if (factors) lossWeights.set(this, factors);
    else lossWeights.delete(this);
  };
  prototype.getLossIdentifiers = function (this: Model) {
    return savedOf(this.loss);
  };
  prototype.getTrainingConfig = function () {
    const inner = (this as Model & { model?: Model }).model ?? this;
    const [factors, weighted] = [lossWeights.get(inner), weightedMetricsOf(inner)];
    checkSaved(inner.loss);
    return {
      ...getTrainingConfig.call(this),
      ...(factors && { loss_weights: factors }),
      ...(weighted && { weighted_metrics: savedOf(withoutOwn(weighted)) }),
    };
  };
  prototype.getMetricIdentifiers = function () {
    return savedOf(withoutOwn(this.metrics));
  };
  prototype.loadTrainingConfig = function ({ loss, loss_weights, weighted_metrics, metrics, ...config }) {
    const { compile } = this;
    // What tfjs-layers does not read is added to its call of `compile`
    this.compile = (args) =>
      compile.call(this, {
        ...args,
        loss: loadedOf(loss),
        metrics: loadedOf(metrics),
        weightedMetrics: loadedOf(weighted_metrics),
        lossWeights: loss_weights ?? undefined,
      });
    try {
      loadTrainingConfig.call(this, config);
    } finally {
      delete (this as Partial<Methods>).compile;
    }
  };

  prototype.standardizeUserData = async function (x, y, sampleWeight, classWeight, checkBatchAxis = true, batchSize) {
    const [xs, ys] = this.standardizeUserDataXY(x, y, checkBatchAxis, batchSize);
    return [xs, ys, await weightsOf(ys, this.outputNames, sampleWeight, classWeight)];
  };

  prototype.predict = function (x, args) {
    checkOptions('predict', args, ['batchSize', 'verbose'], 'LayersModel.predict');
    checkTensors('predict: x', x, this.inputNames, this.feedInputShapes);
    const inputs = listOf('predict', x, this.inputNames);
    checkNotEmpty('predict', [inputs].flat());
    return namingIn('predict', () => predict.call(this, inputs, args));
  };
  prototype.predictOnBatch = function (x) {
    checkTensors('predictOnBatch: x', x, this.inputNames, this.feedInputShapes);
    const inputs = listOf('predictOnBatch', x, this.inputNames);
    return namingIn('predictOnBatch', () => predictOnBatch.call(this, inputs));
  };
  prototype.evaluate = function (x, y, args = {}) {
    checkOptions('evaluate', args, ['batchSize', 'verbose', 'sampleWeight', 'steps'], 'LayersModel.evaluate');
    const { sampleWeight } = args;
    const batchSize = args.batchSize ?? 32;
    checkBatchSize(batchSize);
    checkXY('evaluate', this, x, y);
    const [xs, ys] = namingIn('evaluate', () => this.standardizeUserDataXY(x, y, true, batchSize));
    const weights = sampleWeight == null ? [] : sampleWeights(ys, this.outputNames, sampleWeight);
    const wasChecked = checkedLabels.delete(this);
    try {
      checkNotEmpty('evaluate', xs);
      this.makeTestFunction();
      return singleOrList(
        this.testLoop(this.testFunction, [...xs, ...ys, ...weights], batchSize, args.verbose, args.steps),
      );
    } finally {
      if (wasChecked) checkedLabels.add(this);
      disposeNewTensors(xs, x);
      disposeNewTensors(ys, y);
      tf.dispose(weights as tf.Tensor[]);
    }
  };
  prototype.trainOnBatch = async function (x, y, args) {
    checkOptions('trainOnBatch', args, ['sampleWeight', 'classWeight']);
    checkXY('trainOnBatch', this, x, y);
    const [xs, ys, weights] = await namingIn('trainOnBatch', () =>
      this.standardizeUserData(x, y, args?.sampleWeight, args?.classWeight),
    );
    try {
      const values = this.makeTrainFunction()([...xs, ...ys, ...(weights ?? [])]);
      const numbers = await Promise.all(values.map(async (value) => (await value.data())[0]!));
      tf.dispose(values);
      return singleOrList(numbers);
    } finally {
      disposeNewTensors(xs, x);
      disposeNewTensors(ys, y);
      tf.dispose((weights ?? []) as tf.Tensor[]);
    }
  };
  prototype.fit = fit;
  prototype.fitDataset = fitDataset;
  prototype.evaluateDataset = evaluateDataset;

  const sequential = layers.Sequential.prototype as unknown as { trainOnBatch: unknown; model?: Methods };
  sequential.trainOnBatch = function (this: { model?: Model & Methods }, x: Data, y: Data, args?: WeightArgs) {
    if (!this.model)
      throw new Error('trainOnBatch: the model must be compiled first: model.compile({ optimizer, loss })');
    return this.model.trainOnBatch(x, y, args);
  };
}

function checkXY(where: string, model: Model, x: unknown, y: unknown): void {
  checkTensors(`${where}: x`, x, model.inputNames, model.feedInputShapes);
  checkTensors(`${where}: y`, y, model.outputNames);
}

async function fit(this: Model & Methods, x: Data, y: Data, args: FitArgs = {}): Promise<layers.History> {
  checkOptions('fit', args, FIT, 'LayersModel.fit');
  const { validationSplit: split, validationData } = args;
  if (args.stepsPerEpoch != null || args.validationSteps != null)
    throw new Error(
      'fit: `stepsPerEpoch` and `validationSteps` are not supported; use fitDataset with `batchesPerEpoch`.',
    );
  if (split != null && !(split >= 0 && split < 1))
    throw new RangeError(`fit: validationSplit is a part of the examples, from 0 to below 1, and is ${String(split)}`);
  checkEpochs('fit', args);
  if (this.isTraining) throw new Error('Cannot start training because another fit() call is ongoing.');
  const batchSize = args.batchSize ?? 32;
  checkBatchSize(batchSize);
  checkXY('fit', this, x, y);
  const callbacks = callbacksOf('fit', args.callbacks, args.yieldEvery);
  this.isTraining = true;
  const made: [made: (tf.Tensor | null)[] | null, given: unknown][] = [];
  try {
    const [xs, ys, weights] = await namingIn('fit', () =>
      this.standardizeUserData(x, y, args.sampleWeight, args.classWeight, false, batchSize),
    );
    made.push([xs, x], [ys, y], [weights, []]);
    checkNotEmpty('fit', xs);
    await checkAllLabels(this, ys, sparse());
    let ins: (tf.Tensor | null)[] = [...xs, ...ys, ...(weights ?? [null])];
    let valIns: (tf.Tensor | null)[] | undefined;
    if (validationData != null && validationData.length > 0) {
      if (validationData.length !== 2 && validationData.length !== 3)
        throw new Error(
          'fit: validationData must contain 2 (valX, valY) or 3 (valX, valY, valSampleWeight) items, and has ' +
            String((validationData as unknown[]).length),
        );
      const [vx, vy, vw] = validationData;
      checkXY('fit: validationData', this, vx, vy);
      const [valX, valY, valW] = await namingIn('fit: validationData', () =>
        this.standardizeUserData(vx, vy, vw, null, true, batchSize),
      );
      made.push([valX, vx], [valY, vy], [valW, []]);
      checkNotEmpty('fit: validationData', valX);
      await checkAllLabels(this, valY, sparse());
      valIns = [...valX, ...valY, ...(valW ?? [])];
    } else if (split) {
      const n = xs[0]!.shape[0]!;
      const at = Math.floor(n * (1 - split));
      if (at === 0 || at === n)
        throw new RangeError(
          `fit: validationSplit ${split} of ${n} examples leaves none to ${at === 0 ? 'train' : 'validate'} with`,
        );
      // Keras validates with weights of examples, and without those of classes
      const own = args.sampleWeight == null ? null : sampleWeights(ys, this.outputNames, args.sampleWeight);
      const part = (list: (tf.Tensor | null)[], from: number, to: number) =>
        list.map((t) => (t ? (sliceArrays(t, from, to) as tf.Tensor) : null));
      valIns = part([...xs, ...ys, ...(own ?? [])], at, n);
      ins = part(ins, 0, at);
      made.push([own, []], [valIns, []], [ins, []]);
    }
    checkedLabels.add(this);
    this.checkTrainableWeightsConsistency();
    const f = this.makeTrainFunction();
    const names = this.getDedupedMetricsNames();
    let test: unknown = null;
    if (valIns) {
      this.makeTestFunction();
      test = this.testFunction;
    }
    const logged = valIns ? [...names, ...names.map((name) => `val_${name}`)] : names.slice();
    const { epochs, verbose, shuffle, initialEpoch } = args;
    return await this.fitLoop(
      ...[f, ins, names, batchSize, epochs, verbose, callbacks, test, valIns ?? [], shuffle, logged, initialEpoch],
      ...[null, null],
    );
  } finally {
    this.isTraining = false;
    checkedLabels.delete(this);
    for (const [list, given] of made)
      disposeNewTensors((list?.filter((t) => t !== null) ?? null) as tf.Tensor[], given as tf.Tensor);
  }
}

/** The tensors of an element of a dataset, checked. */
function elementOf(model: Model, element: NonNullable<Element['value']>) {
  const { xs, ys } = element;
  if (xs == null || ys == null)
    throw new Error(
      'A Dataset iterator for fitDataset() is expected to generate objects of the form `{xs: xVal, ys: yVal}`, where ' +
        'the two values may be `tf.Tensor`, an array of Tensors, or a map of string to Tensor.  The provided Dataset ' +
        `instead generates ${Object.keys(element).length > 0 ? `{${Object.keys(element).join(', ')}}` : String(element)}`,
    );
  const inputs = flatten('input', model.inputNames, xs);
  const outputs = flatten('output', model.outputNames, ys);
  const size = inputs[0]!.shape[0]!;
  const check = (kind: string, names: string[], list: tf.Tensor[]) => {
    tf.util.assert(
      list.length === names.length,
      () =>
        `LayersModel has ${names.length} ${kind}s, but the dataset provides ${list.length} ${kind}s.  ` +
        `(Expected ${kind} keys: ${JSON.stringify(names)})`,
    );
    list.forEach((t, i) =>
      tf.util.assert(
        t.shape[0] === size,
        () =>
          `Batch size mismatch: ${kind} ${names[i]} has ${t.shape[0]}; expected  ${size} based on input ` +
          `${model.inputNames[0]}.`,
      ),
    );
  };
  check('input', model.inputNames, inputs);
  check('output', model.outputNames, outputs);
  return { inputs, outputs, size };
}

function flatten(kind: string, names: string[], values: Data): tf.Tensor[] {
  if (values instanceof tf.Tensor) return [values];
  if (Array.isArray(values)) {
    tf.util.assert(
      values.length === names.length,
      () =>
        `Received an array of ${values.length} Tensors, but expected ${names.length} to match the ${kind} keys ${names}.`,
    );
    return values;
  }
  return names.map((name) => {
    if (values[name] == null)
      throw new Error(`The feature data generated by the dataset lacks the required ${kind} key '${name}'.`);
    return values[name];
  });
}

const isCount = (n: unknown) => typeof n === 'number' && n > 0 && Number.isInteger(n);

async function fitDataset(this: Model & Methods, dataset: Dataset, args: DatasetArgs): Promise<layers.History> {
  const { assert } = tf.util;
  assert(
    this.optimizer_ != null,
    () => 'You must compile a model before training/testing. Use LayersModel.compile(modelCompileConfig).',
  );
  assert(
    args != null,
    () => 'For fitDataset(), the 2nd argument (config) is required, but it is not provided in this call.',
  );
  checkOptions('fitDataset', args, FIT_DATASET, 'LayersModel.fitDataset');
  checkDataset('fitDataset', dataset);
  const { batchesPerEpoch, epochs, validationData } = args;
  assert(
    isCount(epochs),
    () => `For fitDataset(), config.epochs is expected to be a positive integer, but got ${epochs}`,
  );
  assert(
    batchesPerEpoch == null || isCount(batchesPerEpoch),
    () =>
      'For fitDataset(), config.batchesPerEpoch is expected to be a positive integer if specified, but got ' +
      String(batchesPerEpoch),
  );
  assert(
    args.validationSplit == null,
    () => '`validationSplit` is not supported by `fitDataset()`. Use validationData instead.',
  );
  if (this.isTraining) throw new Error('Cannot start training because another fit() call is ongoing.');
  const callbacks = callbacksOf('fitDataset', args.callbacks, args.yieldEvery);
  this.isTraining = true;
  try {
    if (validationData != null && isDataset(validationData))
      assert(
        args.validationBatches == null || isCount(args.validationBatches),
        () =>
          'For fitDataset() with dataset-based validation, config.validationBatches is expected not to be provided, ' +
          `or to be a positive integer, but got ${args.validationBatches}`,
      );
    const f = this.makeTrainFunction();
    const names = this.getDedupedMetricsNames();
    const logged = validationData ? [...names, ...names.map((name) => `val_${name}`)] : names.slice();
    const steps = batchesPerEpoch ?? (Number.isFinite(dataset.size) ? dataset.size! : null);
    const { callbackList, history } = configureCallbacks(
      ...([callbacks, args.verbose ?? 1, epochs, null, null, steps, null] as unknown as [
        never,
        never,
        never,
        never,
        never,
        never,
        never,
      ]),
      validationData != null,
      logged,
    );
    const list = callbackList as unknown as CallbackList;
    list.setModel(this);
    this.history = history;
    await list.onTrainBegin();
    this.stopTraining_ = false;
    let iterator = await dataset.iterator();
    for (let epoch = args.initialEpoch ?? 0; epoch < epochs; epoch++) {
      const logs: Logs = {};
      await list.onEpochBegin(epoch);
      if (batchesPerEpoch == null) iterator = await dataset.iterator();
      for (let step = 0; batchesPerEpoch == null || step < batchesPerEpoch;) {
        const { value, done } = await iterator.next();
        if (batchesPerEpoch != null && done) {
          console.warn(
            `You provided \`batchesPerEpoch\` as ${batchesPerEpoch}, but your dataset iterator ran out of data after ` +
              `${step} batches; interrupting training. Make sure that your dataset can generate at least ` +
              `\`batchesPerEpoch * epochs\` batches (in this case, ${batchesPerEpoch * epochs} batches). You may need ` +
              'to use the repeat() function when building your dataset.',
          );
          break;
        }
        if (value != null) await step_(this, list, f, value, { names, step: step++, classWeight: args.classWeight });
        if (batchesPerEpoch == null ? done : step >= batchesPerEpoch) {
          if (validationData) await validate(this, validationData, args, logs);
          break;
        }
        if (this.stopTraining_) break;
      }
      await list.onEpochEnd(epoch, logs);
      if (this.stopTraining_) break;
    }
    await list.onTrainEnd();
    await (this.history as unknown as { syncData(): Promise<void> }).syncData();
    return this.history;
  } finally {
    this.isTraining = false;
  }
}

/** Trains on one batch of a dataset. */
async function step_(
  model: Model,
  list: CallbackList,
  f: (data: (tf.Tensor | null)[]) => tf.Scalar[],
  value: NonNullable<Element['value']>,
  { names, step, classWeight }: { names: string[]; step: number; classWeight: unknown },
): Promise<void> {
  const { inputs, outputs, size } = elementOf(model, value);
  const logs: Logs = { batch: step, size };
  await list.onBatchBegin(step, logs);
  const weights = await weightsOf(outputs, model.outputNames, value.sampleWeight, classWeight);
  const ins = [...inputs, ...outputs, ...(weights ?? [])];
  const values = f(ins);
  tf.dispose(ins as tf.Tensor[]);
  if (value.sampleWeight instanceof Object) tf.dispose(value.sampleWeight as tf.Tensor);
  names.forEach((name, i) => (logs[name] = tf.keep(values[i]!)));
  await list.onBatchEnd(step, logs);
  disposeTensorsInLogs(logs);
}

/** Adds the losses and metrics of validation to the logs of an epoch. */
async function validate(
  model: Model & Methods,
  data: NonNullable<DatasetArgs['validationData']>,
  args: DatasetArgs,
  logs: Logs,
): Promise<void> {
  const values = isDataset(data)
    ? await model.evaluateDataset(data, { ...(args.validationBatches != null && { batches: args.validationBatches }) })
    : model.evaluate(data[0], data[1], {
        batchSize: args.validationBatchSize ?? 32,
        ...(data[2] != null && { sampleWeight: data[2] }),
      });
  [values].flat().forEach((value, i) => (logs[`val_${model.getDedupedMetricsNames()[i]}`] = value));
}

async function evaluateDataset(
  this: Model & Methods,
  dataset: Dataset | Iterator,
  args: { batches?: number; verbose?: number } = {},
): Promise<tf.Scalar | tf.Scalar[]> {
  checkOptions('evaluateDataset', args, ['batches', 'verbose'], 'LayersModel.evaluateDataset');
  checkDataset('evaluateDataset', dataset, true);
  const { batches } = args;
  if ((args.verbose ?? 0) > 0)
    throw new Error('evaluateDataset: `verbose` is not supported; the result has all values.');
  tf.util.assert(
    batches == null || isCount(batches),
    () => `Test loop expects \`batches\` to be a positive integer, but received ${JSON.stringify(batches)}`,
  );
  this.makeTestFunction();
  const iterator = isDataset(dataset) ? await dataset.iterator() : dataset;
  const totals = new Totals(this);
  for (let batch = 0; batches == null || batch < batches;) {
    const { value, done } = await iterator.next();
    if (value) {
      const before = totals.tensors;
      tf.tidy(() => {
        const { inputs, outputs, size } = elementOf(this, value);
        const weights = value.sampleWeight == null ? [] : sampleWeights(outputs, this.outputNames, value.sampleWeight);
        totals.add([...inputs, ...outputs, ...weights], size);
        tf.dispose([inputs, outputs, value.sampleWeight] as tf.Tensor[][]);
        return totals.tensors;
      });
      tf.dispose(before);
      batch++;
    }
    if (done) {
      if (batches != null)
        console.warn(
          'Your dataset iterator ran out of data during evaluateDataset(). Interrupting evalution. Make sure that your ' +
            `dataset can generate at least \`batches\` batches (in this case, ${batches} batches). You may need to use ` +
            'the repeat() function when building your dataset.',
        );
      break;
    }
  }
  if (totals.tensors.length === 0) throw new Error('evaluateDataset: the dataset has 0 batches');
  const results = tf.tidy(() => totals.results());
  tf.dispose(totals.tensors);
  return singleOrList(results);
}
