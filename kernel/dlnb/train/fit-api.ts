// The public types of `train.fit`, `train.evaluate` and `train.predict`: what they take, their options and results.
import type { RecordOptions } from './api.ts';
import type { TrainStatistics } from './statistics.ts';
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { BaseCallback } from '@tensorflow/tfjs-layers/dist/base_callbacks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batches } from '../data/batches.ts';
import type { Dataset, LabeledArrays } from '../data/dataset.ts';
import type { EmaOptions } from '../optim/averages.ts';
import type { OptionNames } from '../options.ts';
import type { Metric } from './api.ts';
import type { FitStopped } from './fit-observer.ts';

type Tensor = tfTypes.Tensor;

/** Numbers of all examples: a tensor, nested arrays, or a typed array of the model's shapes; several inputs as a list. */
export type FitNumbers = Tensor | ArrayLike<number> | FitNumbers[] | { [name: string]: Tensor };

/** A batch as data sets give it to a model. */
export type FitBatch =
  | { xs: FitNumbers; ys: FitNumbers; sampleWeight?: Tensor | readonly number[] }
  | readonly [xs: FitNumbers, ys: FitNumbers];

/** Batches one after another: of a loop over them, or of a function that makes such a loop for each epoch. */
export type FitBatches<B> = Iterable<B> | AsyncIterable<B> | (() => Iterable<B> | AsyncIterable<B>);

/** What a model is trained with: all examples, a data set, or batches. */
export type FitData =
  | readonly [x: FitNumbers, y: FitNumbers]
  | { x: FitNumbers; y: FitNumbers }
  | LabeledArrays
  | Dataset
  | Batches
  | { iterator(): Promise<unknown> }
  | FitBatches<FitBatch>;

/** What a step function knows beside its batch. */
export interface StepInfo {
  /** Number of the step in the whole training, and of the epoch, both from 0. */
  step: number;
  epoch: number;
  /** False while the data of `validation` are measured. */
  training: boolean;
  /** An interrupt of the cell aborts it. */
  signal: AbortSignal;
}

/** What a step function gives: the loss, alone or with metrics beside it. */
export type StepResult = Metric | ({ loss: Metric } & Record<string, Metric>);

/** One training step of one's own. With `optimizer`, it returns the loss to minimize; otherwise it updates by itself. */
export type StepFunction<B = never> = (
  batch: B,
  info: StepInfo,
) => StepResult | void | undefined | Promise<StepResult | void | undefined>;

/** Functions that `fit` calls. Epochs and batches are counted from 0, as in Keras; steps of the training from 0 too. */
export interface FitCallbacks {
  onTrainBegin?(logs?: object): unknown;
  onTrainEnd?(logs?: object): unknown;
  onEpochBegin?(epoch: number, logs?: object): unknown;
  /** After the validation, with the values of the epoch: `loss`, `val_loss` … */
  onEpochEnd?(epoch: number, logs: Record<string, number>): unknown;
  onBatchBegin?(batch: number, logs?: object): unknown;
  /** After each step, with its values. On a GPU they are awaited, which makes steps slower. */
  onBatchEnd?(batch: number, logs: Record<string, number>): unknown;
  /** As `onBatchEnd`, by the number of the step in the whole training. */
  onStep?(step: number, logs: Record<string, number>): unknown;
}

/** Options of {@link FitOptions.earlyStopping}. */
export interface EarlyStopping {
  /** The value that is watched: `val_loss` by default, or `loss` without validation. */
  monitor?: string;
  /** After how many epochs in a row without a better value the training ends, as in Keras; 5 by default. */
  patience?: number;
  /** How much better than the best one so far counts; 0 by default. */
  minDelta?: number;
  /** Whether small or large values are good; by default by the name: large for accuracies, AUC, F1 and R². */
  mode?: 'min' | 'max';
  /** Whether the training ends with the weights of its best epoch, bit for bit; true by default. */
  restoreBest?: boolean;
}

/** Names of {@link EarlyStopping}. */
export const EARLY_STOPPING: OptionNames<EarlyStopping> = {
  monitor: 'text',
  patience: 'number',
  minDelta: 'number',
  mode: ['min', 'max'],
  restoreBest: 'boolean',
};

/** Where and when a training is saved. */
export interface CheckpointOptions {
  /** The folder, from that of the notebook. It is made if it is not there. */
  folder: string;
  /** After so many steps, epochs or seconds; each epoch by default. At its end, a training is saved too. */
  every?: { steps: number } | { epochs: number } | { seconds: number };
  /** How many of the last ones are kept; 2 by default, so that one is good whatever happens to the other. */
  keep?: number;
  /** Whether the best epoch is kept besides, as `best.safetensors`; false by default. */
  best?: boolean;
}

/** Names of {@link CheckpointOptions}. */
export const CHECKPOINT: OptionNames<CheckpointOptions> = {
  folder: 'text',
  every: true,
  keep: 'number',
  best: 'boolean',
};

/** Limits of gradients before the optimizer gets them. */
export interface ClipOptions {
  /** Largest global norm of all gradients, √(Σ g²). */
  norm?: number;
  /** Largest absolute value. */
  value?: number;
}

/** Names of {@link ClipOptions}. */
export const CLIP: OptionNames<ClipOptions> = { norm: 'number', value: 'number' };

/** Options of `train.fit`. */
export interface FitOptions<B = never> {
  /** How often all examples are gone through; 1 by default. */
  epochs?: number;
  /** Examples of a step, where the data are not batches already; 32 by default. */
  batchSize?: number;
  /** Steps of an epoch, where the data have no end; by default an epoch is all data. */
  stepsPerEpoch?: number;
  /** What is measured after each epoch: data as for training, or a part of the examples, drawn at random by `seed`. */
  validation?: number | FitData | FitBatches<B> | object;
  /** Whether the examples come in another order in each epoch; true by default, but batches come as they are. */
  shuffle?: boolean;
  /** Seed of the orders and of the part for validation, an integer; by default from `seed(…)`, or random. */
  seed?: number;
  /** A factor of the loss for each class: `set.classWeights()`, or `{ 0: 1, 1: 5 }`. */
  classWeights?: Record<number, number> | readonly number[];
  /** A factor of the loss for each example. */
  sampleWeight?: Tensor | ArrayLike<number>;
  /** Functions, or callbacks of TensorFlow.js. */
  callbacks?: FitCallbacks | BaseCallback | object | readonly (FitCallbacks | BaseCallback | object)[];
  /** Ends the training when a value gets no better; true for the usual options. */
  earlyStopping?: boolean | EarlyStopping;
  /** The learning rate: a schedule of `optim`, counted in steps; a plateau follows the values of epochs. */
  schedule?: number | ((step: number) => number);
  /** Gathers the gradients of so many batches for one step of the optimizer. Needs an optimizer of `optim`. */
  accumulate?: number;
  /** Limits the gradients: the global norm, or `{ norm }` or `{ value }`. */
  clip?: number | ClipOptions;
  /**
   * Keeps moving averages of the weights, which validation measures and which the training ends with. As `optim.ema`.
   */
  ema?: boolean | EmaOptions;
  /** Saves the training into a folder, after each epoch or as its options say. */
  checkpoint?: string | CheckpointOptions;
  /** Goes on from the folder of `checkpoint`: `'auto'` if there is something, true for an error if there is nothing. */
  resume?: boolean | 'auto';
  /** Title of the chart. */
  title?: string;
  /** Name of the training in the chart. */
  name?: string;
  /** False for no chart; a text for the chart of that name, which other trainings may share. */
  chart?: boolean | string;
  /** Keeps the run under this name in `.dlnb/runs` beside the notebook: `train.runs.compare()`. It needs the chart. */
  run?: string;
  /** What a kept run is known by: `{ rate: 0.1 }`. */
  hyperparameters?: RecordOptions['hyperparameters'];
  /** Measures gradients, updates and activations by layer: `train.statistics(model)`. */
  statistics?: TrainStatistics;
  /** Fails at the first op that makes NaN or ±∞, as `train.detectAnomaly` does. Takes much longer. */
  anomaly?: boolean;
  /** What decides which epoch is best: `val_loss` by default, or `loss` without validation. */
  monitor?: string;
  /** Of a step function: what minimizes the loss that it returns. Without it, the function updates weights by itself. */
  optimizer?: tfTypes.Optimizer;
  /** Of a step function: what is trained, saved and averaged: variables, by name or not, or models. */
  variables?: TrainedVariables;
  /** Of a step function that updates by itself: measures a batch of the validation. */
  evaluate?: StepFunction<B>;
}

/** What a step function trains. */
export type TrainedVariables =
  | tfTypes.Variable
  | { weights: readonly { read(): Tensor }[] }
  | readonly TrainedVariables[]
  | { [name: string]: TrainedVariables };

/** Names of {@link FitOptions}. Types of `never` are not checked here. */
export const FIT: OptionNames<FitOptions> = {
  epochs: 'number',
  batchSize: 'number',
  stepsPerEpoch: 'number',
  validation: true,
  shuffle: 'boolean',
  seed: 'number',
  classWeights: true,
  sampleWeight: true,
  callbacks: true,
  earlyStopping: true,
  schedule: true,
  accumulate: 'number',
  clip: true,
  ema: true,
  checkpoint: true,
  resume: true,
  title: 'text',
  name: 'text',
  chart: true,
  run: 'text',
  hyperparameters: true,
  statistics: true,
  anomaly: 'boolean',
  monitor: 'text',
  optimizer: true,
  variables: true,
  evaluate: true,
};

/** The best epoch of a training. */
export interface FitBest {
  /** Number of the epoch, from 1. */
  epoch: number;
  /** What was watched, and its value. */
  monitor: string;
  value: number;
}

/** What a training was. */
export interface FitHistory {
  /** The values of each epoch by name: `loss`, metrics, `val_loss` …, also of those before a training was resumed. */
  history: Record<string, number[]>;
  /** Epochs and steps that were made, with those before a training was resumed. */
  epochs: number;
  steps: number;
  /** Seconds that it took, with those before. */
  seconds: number;
  /** The best epoch, if there was one. */
  best: FitBest | undefined;
  /** Why it ended before its last epoch; undefined if it did not. */
  stopped: FitStopped | undefined;
}

/** Options of `train.evaluate`. */
export interface EvaluateOptions {
  /** Examples that are computed at once, where the data are not batches already; 32 by default. */
  batchSize?: number;
  /** A factor of the loss for each example. */
  sampleWeight?: Tensor | ArrayLike<number>;
}

/** Names of {@link EvaluateOptions}. */
export const EVALUATE: OptionNames<EvaluateOptions> = { batchSize: 'number', sampleWeight: true };

/** Options of `train.predict`. */
export interface PredictOptions {
  /** Examples that are computed at once; 32 by default. */
  batchSize?: number;
}

/** Names of {@link PredictOptions}. */
export const PREDICT: OptionNames<PredictOptions> = { batchSize: 'number' };

/** `train.fit`, `train.evaluate` and `train.predict`. */
export interface FitFunctions {
  /**
   * Trains a compiled model, with a chart that grows under the cell, a Stop button, and the time left:
   *
   * ```ts
   * import { tf, train } from 'dlnb';
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
   * const { history } = await train.fit(model, [[[0], [1], [2]], [[1], [3], [5]]], { epochs: 20, batchSize: 3 });
   * ```
   *
   * Data are `[x, y]` or `{ x, y }` of tensors or arrays, a data set of `data`, one of `tf.data`, or batches.
   * `validation` measures other data after each epoch, `earlyStopping` ends with the best weights, and with
   * `checkpoint` a training goes on after an interrupt, a crash or a new start as if it had not been left:
   * `{ checkpoint: 'checkpoints/mlp', resume: 'auto' }`.
   * @throws TypeError, RangeError for wrong options, shapes, labels and values that are no numbers
   */
  fit(model: LayersModel, data: FitData, options?: FitOptions): Promise<FitHistory>;
  /** By a step function of one's own, with a data set: it gets `{ xs, ys }`. */
  fit(
    step: StepFunction<{ xs: Tensor; ys: Tensor }>,
    data: Dataset | Batches,
    options?: FitOptions<{ xs: Tensor; ys: Tensor }>,
  ): Promise<FitHistory>;
  /**
   * Trains by a step function of one's own. With `optimizer`, it returns the loss, which `fit` minimizes:
   *
   * ```ts
   * import { tf, train, optim } from 'dlnb';
   * const w = tf.variable(tf.scalar(0));
   * const loss = ({ x, y }: { x: tf.Tensor; y: tf.Tensor }) => x.mul(w).sub(y).square().mean();
   * await train.fit(loss, { x: [1, 2, 3], y: [2, 4, 6] }, { epochs: 30, optimizer: optim.sgd({ learningRate: 0.1 }) });
   * ```
   *
   * The function gets a batch of the data in the form in which they were given. Without `optimizer` it makes the whole
   * step itself and returns what is drawn.
   * @param data a list or an object of tensors or arrays, batches; null for a function that has its own
   */
  fit<B>(step: StepFunction<B>, data: B | FitBatches<B> | object | null, options?: FitOptions<B>): Promise<FitHistory>;
  /**
   * The loss and the metrics of a compiled model on data: `{ loss, acc }`.
   * @throws TypeError, RangeError as `fit`
   * @example
   * ```ts
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })] });
   * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
   * await train.evaluate(model, [[[1], [2]], [[3], [3]]]); // → { loss: 9 }
   * ```
   */
  evaluate(model: LayersModel, data: FitData, options?: EvaluateOptions): Promise<Record<string, number>>;
  /**
   * The outputs of a model for inputs: a tensor, arrays, or a data set or batches, whose targets are left out.
   * @throws TypeError, RangeError for wrong shapes, and values that are no numbers
   * @example
   * ```ts
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })] });
   * (await train.predict(model, [[1], [2]])).arraySync(); // → [ [ 1 ], [ 2 ] ]
   * ```
   */
  predict(
    model: LayersModel,
    inputs: FitNumbers | Dataset | Batches | FitBatches<FitBatch>,
    options?: PredictOptions,
  ): Promise<Tensor>;
}
