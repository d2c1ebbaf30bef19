// The public types of `train`: its functions, a recorder, and their options.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import type { compileStep } from '../../tensors/engine/compile-step.ts';
import type { OptionNames } from '../options.ts';
import type { TrainTools } from './tools.ts';
import type { FitFunctions } from './fit-api.ts';

/** A value of a step or an epoch: a number, or a tensor with one element. */
export type Metric = number | tfTypes.Tensor;

/** Options of {@link Train.record}. */
export interface RecordOptions {
  /**
   * Name of the chart. Runs with the same chart name share a chart, even from different cells, and a run replaces the
   * run of the same name there. By default, the runs that one execution of a cell begins share a chart.
   */
  chart?: string;
  /** Title of the chart. */
  title?: string;
  /** Draw the chart with logarithmic axes at first; shares such as accuracies keep theirs. The reader can switch. */
  logX?: boolean;
  logY?: boolean;
  /** The value that decides which epoch is best; `val_loss` by default, or `loss` if there is no validation. */
  monitor?: string;
  /** Total numbers of steps and epochs, for the time left. `steps()`, `epochs()` and `fit` set them. */
  steps?: number;
  epochs?: number;
  /**
   * Keeps the run under this name, in a file of `.dlnb/runs` beside the notebook: `train.runs.compare()` and `dlnb runs`
   * find it on other days. Nothing is kept by default, unless `train.runs.keep()` was called.
   */
  run?: string;
  /** What a kept run is known by: `{ rate: 0.1, units: 32 }`. */
  hyperparameters?: Record<string, number | string | boolean | null>;
}

/** Names of {@link RecordOptions}. */
export const RECORD_OPTIONS: OptionNames<RecordOptions> = {
  chart: 'text',
  title: 'text',
  logX: 'boolean',
  logY: 'boolean',
  monitor: 'text',
  steps: 'number',
  epochs: 'number',
  run: 'text',
  hyperparameters: true,
};

/** Options of {@link Recorder.callback}. */
export interface CallbackOptions {
  /** Record the norm of all gradients at each step, which costs a pass over the gradients. False by default. */
  gradientNorm?: boolean;
}

/** Names of {@link CallbackOptions}. */
export const CALLBACK_OPTIONS: OptionNames<CallbackOptions> = { gradientNorm: 'boolean' };

/**
 * Records one training run. Its chart appears under the cell with the first values and grows while the cell runs.
 *
 * The Stop button of the chart sets {@link stop}. The loops over `steps()` and `epochs()` then end at the next step,
 * even if they never await, and the cell continues after the loop with all its variables.
 * @example
 * ```ts
 * const run = train.record('adam');
 * const w = tf.variable(tf.scalar(4));
 * const optimizer = optim.adam({ learningRate: 0.1 });
 * for (const epoch of run.epochs(3)) {
 *   for (const step of run.steps(10)) run.step({ loss: optimizer.minimize(() => w.square() as tf.Scalar, true)! });
 *   run.epoch({ val_loss: w.square() as tf.Scalar });
 * }
 * ```
 */
export interface Recorder {
  readonly name: string;
  /** True after the Stop button was pressed: end the loop. */
  readonly stop: boolean;
  /**
   * Records the values of one step, for example `{ loss, acc, learningRate, gradientNorm }`. `learningRate` and
   * `gradientNorm` get plots of their own. Costs a few microseconds. A tensor may be disposed of after the call. If its
   * value must be read from the device asynchronously, its point appears when the value has arrived, at the latest
   * before the cell ends.
   * @throws TypeError for a value that is not a number
   * @example
   * ```ts
   * const run = train.record('by hand');
   * for (const loss of [1, 0.5, 0.25]) run.step({ loss, learningRate: 0.1 });
   * ```
   */
  step(values: Record<string, Metric>): void;
  /**
   * Ends an epoch and records its values, for example `{ loss, val_loss, val_acc }`. Names that begin with `val_`
   * belong to the validation data.
   * @example
   * ```ts
   * const run = train.record('by hand');
   * for (const loss of [1, 0.5, 0.25]) run.epoch({ loss, val_loss: loss + 0.1 });
   * ```
   */
  epoch(values?: Record<string, Metric>): void;
  /**
   * Yields 0, 1, … n − 1, or fewer after the Stop button. `for await` lets other tasks run, at most 20 times a second.
   * @example
   * ```ts
   * const run = train.record('by hand');
   * for await (const step of run.steps(100)) run.step({ loss: 1 / (step + 1) });
   * ```
   */
  steps(n: number): Iterable<number> & AsyncIterable<number>;
  /**
   * Like {@link steps}, for the loop over epochs.
   * @example
   * ```ts
   * const run = train.record('by hand');
   * for (const epoch of run.epochs(10)) run.epoch({ loss: 1 / (epoch + 1) });
   * ```
   */
  epochs(n: number): Iterable<number> & AsyncIterable<number>;
  /**
   * A callback for `model.fit` and `fitDataset`: `model.fit(xs, ys, { callbacks: run.callback() })`.
   * @example
   * ```ts
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
   * const run = train.record('sgd', { title: 'A line' });
   * await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 3, verbose: 0, callbacks: run.callback() });
   * ```
   */
  callback(options?: CallbackOptions): CustomCallback;
  /**
   * Ends the run. The end of the cell also does.
   * @example
   * ```ts
   * const run = train.record('by hand');
   * run.step({ loss: 1 });
   * run.end();
   * ```
   */
  end(): void;
}

/** `train` of the module `dlnb`. */
export interface Train extends FitFunctions, TrainTools {
  /**
   * Begins to record a run.
   * @param name name in the legend; `run 1`, `run 2` … by default
   * @example
   * ```ts
   * const run = train.record('sgd');
   * const w = tf.variable(tf.scalar(4));
   * const optimizer = optim.sgd({ learningRate: 0.1 });
   * for (const step of run.steps(20)) run.step({ loss: optimizer.minimize(() => w.square() as tf.Scalar, true)! });
   * ```
   */
  record(name?: string, options?: RecordOptions): Recorder;
  /**
   * A callback for `model.fit` that records a run: `model.fit(xs, ys, { callbacks: train.callback() })`.
   * @example
   * ```ts
   * const x = tf.linspace(0, 1, 32).reshape([32, 1]);
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: optim.adam({ learningRate: 0.1 }), loss: 'meanSquaredError' });
   * await model.fit(x, x.mul(3), { epochs: 5, verbose: 0, callbacks: train.callback('line') });
   * ```
   */
  callback(name?: string, options?: RecordOptions & CallbackOptions): CustomCallback;
  /** {@link compileStep} */
  compileStep: typeof compileStep;
}
