// Learning rate schedules: pure functions of the step, and a callback with which `fit` follows one.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';

/** The learning rate at a step or epoch, counted from 0. */
export type Schedule = (step: number) => number;

/** Options of all schedules. */
interface CommonOptions {
  /** Initial learning rate, after the warm-up. */
  rate: number;
  /** Number of steps in which the rate grows linearly from rate/warmup to rate; 0 by default. */
  warmup?: number;
}

const COMMON_OPTIONS = { rate: 'number', warmup: 'number' } as const;

/** Options of {@link stepDecay}. */
export interface StepDecayOptions extends CommonOptions {
  /**
   * The period of the decays in steps, counted from the end of the warm-up; or the steps of the decays, counted from 0.
   */
  at: number | readonly number[];
  /** Factor of each decay; 0.1 by default. */
  factor?: number;
}

const STEP_DECAY_OPTIONS: OptionNames<StepDecayOptions> = { ...COMMON_OPTIONS, at: true, factor: 'number' };

/**
 * Constant between decays: rate · factorᵏ after k decays.
 * @example
 * ```ts
 * const schedule = nn.stepDecay({ rate: 0.1, at: [30, 60], factor: 0.1 });
 * [0, 29, 30, 60].map(schedule); // → [0.1, 0.1, 0.01, 0.001]
 * ```
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const where = 'nn.stepDecay';
  checkOptions(where, options, STEP_DECAY_OPTIONS);
  const { rate, warmup = 0, at, factor = 0.1 } = options;
  checkNumber(where, 'factor', factor);
  if (typeof at === 'number') checkCount(where, 'at', at);
  else if (!Array.isArray(at))
    throw new TypeError(`${where}: at must be a number of steps, or an array of them, got ${shown(at)}`);
  else (at as readonly number[]).forEach((step, i) => checkCount(where, `at[${i}]`, step, 0));
  const decays = (step: number) =>
    typeof at === 'number' ? Math.floor((step - warmup) / at) : at.filter((decay) => step >= decay).length;
  return warmedUp(where, rate, warmup, (step) => rate * factor ** decays(step));
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions extends CommonOptions {
  /** Number of steps after which the rate is multiplied by the factor. */
  steps: number;
  /** 0.1 by default. */
  factor?: number;
}

const EXPONENTIAL_DECAY_OPTIONS: OptionNames<ExponentialDecayOptions> = {
  ...COMMON_OPTIONS,
  steps: 'number',
  factor: 'number',
};

/**
 * Exponential decay: rate · factor^(t / steps), where t is counted from the end of the warm-up.
 * @example
 * ```ts
 * const schedule = nn.exponentialDecay({ rate: 0.1, steps: 100, factor: 0.5 });
 * [0, 100, 200].map(schedule); // → [0.1, 0.05, 0.025]
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const where = 'nn.exponentialDecay';
  checkOptions(where, options, EXPONENTIAL_DECAY_OPTIONS);
  const { rate, warmup = 0, steps, factor = 0.1 } = options;
  checkCount(where, 'steps', steps);
  checkNumber(where, 'factor', factor);
  return warmedUp(where, rate, warmup, (step) => rate * factor ** ((step - warmup) / steps));
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions extends CommonOptions {
  /** Number of steps of the whole training, including the warm-up. */
  steps: number;
  /** The rate at the end and after it; 0 by default. */
  floor?: number;
}

const COSINE_DECAY_OPTIONS: OptionNames<CosineDecayOptions> = { ...COMMON_OPTIONS, steps: 'number', floor: 'number' };

/**
 * Decay along half a cosine wave: floor + (rate − floor) · (1 + cos(π · t / T)) / 2, where t and T are the step and the
 * number of steps without the warm-up (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983, eq. 5, without
 * restarts).
 * @example
 * ```ts
 * const schedule = nn.cosineDecay({ rate: 0.1, steps: 100 });
 * [0, 50, 100].map(schedule); // → [0.1, 0.05, 0]
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const where = 'nn.cosineDecay';
  checkOptions(where, options, COSINE_DECAY_OPTIONS);
  const { rate, warmup = 0, steps, floor = 0 } = options;
  checkNumber(where, 'rate', rate);
  checkCount(where, 'steps', steps, warmup + 1);
  checkNumber(where, 'floor', floor, 0, rate);
  return warmedUp(where, rate, warmup, (step) => {
    const done = Math.min(1, (step - warmup) / (steps - warmup));
    return floor + ((rate - floor) * (1 + Math.cos(Math.PI * done))) / 2;
  });
}

/** Adds a linear warm-up to a schedule. @throws RangeError for a rate or a warm-up out of range */
function warmedUp(where: string, rate: number, warmup: number, schedule: Schedule): Schedule {
  checkNumber(where, 'rate', rate);
  checkCount(where, 'warmup', warmup, 0);
  return (step) => (step < warmup ? (rate * (step + 1)) / warmup : schedule(step));
}

/**
 * Sets the learning rate of an optimizer from its next step on: `nn.setLearningRate(optimizer, schedule(step))`.
 * @throws TypeError for an optimizer without a learning rate
 * @example
 * ```ts
 * const optimizer = tf.train.sgd(0.1);
 * const schedule = nn.exponentialDecay({ rate: 0.1, steps: 100 });
 * for (let step = 0; step < 3; step++) {
 *   nn.setLearningRate(optimizer, schedule(step));
 *   // … one step …
 * }
 * ```
 */
export function setLearningRate(optimizer: tfTypes.Optimizer, rate: number): void {
  checkNumber('nn.setLearningRate', 'rate', rate);
  const fields = (optimizer ?? {}) as unknown as { learningRate?: unknown; setLearningRate?: (rate: number) => void };
  if (typeof fields.learningRate !== 'number')
    throw new TypeError(
      'nn.setLearningRate: the first argument must be an optimizer with a learning rate, for example tf.train.adam()',
    );
  if (fields.setLearningRate) fields.setLearningRate(rate);
  fields.learningRate = rate;
}

/** Options of {@link scheduleCallback}. */
export interface ScheduleCallbackOptions {
  /** What the schedule counts: steps (batches) or epochs; steps by default. */
  per?: 'step' | 'epoch';
}

const SCHEDULE_CALLBACK_OPTIONS: OptionNames<ScheduleCallbackOptions> = { per: ['step', 'epoch'] };

/**
 * A callback for `fit` and `fitDataset` that follows a schedule. Steps or epochs are counted from the beginning of the
 * fit.
 * @example
 * ```ts
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
 * const schedule = nn.cosineDecay({ rate: 0.1, steps: 10 });
 * const callbacks = nn.scheduleCallback(schedule, { per: 'epoch' });
 * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 10, verbose: 0, callbacks });
 * ```
 */
export function scheduleCallback(
  tf: TensorLibrary,
  schedule: Schedule,
  options: ScheduleCallbackOptions = {},
): CustomCallback {
  checkOptions('nn.scheduleCallback', options, SCHEDULE_CALLBACK_OPTIONS);
  if (typeof schedule !== 'function')
    throw new TypeError(
      `nn.scheduleCallback: the schedule must be a function of the step, such as nn.cosineDecay(…), got ${shown(schedule)}`,
    );
  const { per = 'step' } = options;
  let model: LayersModel | undefined;
  let step = 0;
  const set = async (at: number) => setLearningRate(model!.optimizer, schedule(at));
  class ScheduleCallback extends tf.CustomCallback {
    override setModel(m: unknown): void {
      model = m as LayersModel;
    }
  }
  return new ScheduleCallback({
    onTrainBegin: async () => void (step = 0),
    ...(per === 'epoch' ? { onEpochBegin: set } : { onBatchBegin: () => set(step++) }),
  });
}
