// Learning rates over time: pure functions of the step, and the callback that lets `fit` follow one.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { amount, count } from '../data/checks.ts';

/** The learning rate of a step (or epoch), counted from 0. */
export type Schedule = (step: number) => number;

interface Common {
  /** The learning rate that it begins with, after the warm-up. */
  rate: number;
  /** Steps in which the rate grows from rate/warmup to rate, by equal amounts; 0 by default. */
  warmup?: number;
}

/** Options of {@link stepDecay}. */
export interface StepDecayOptions extends Common {
  /** The rate falls after each so many steps, counted from the end of the warm-up; or at these steps, counted from 0. */
  at: number | readonly number[];
  /** What it is multiplied by each time; 0.1 by default. */
  factor?: number;
}

/** Constant, and multiplied by a factor from time to time: rate · factorᵏ after k falls. */
export function stepDecay({ rate, warmup = 0, at, factor = 0.1 }: StepDecayOptions): Schedule {
  const where = 'nn.stepDecay';
  amount(where, 'factor', factor);
  if (typeof at === 'number') count(where, 'at', at);
  else at.forEach((step, i) => count(where, `at[${i}]`, step, 0));
  const falls = (step: number) =>
    typeof at === 'number' ? Math.floor((step - warmup) / at) : at.filter((fall) => step >= fall).length;
  return warmedUp(where, rate, warmup, (step) => rate * factor ** falls(step));
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions extends Common {
  /** Steps in which the rate falls by the factor. */
  steps: number;
  /** 0.1 by default. */
  factor?: number;
}

/** rate · factor^(t / steps), t counted from the end of the warm-up. */
export function exponentialDecay({ rate, warmup = 0, steps, factor = 0.1 }: ExponentialDecayOptions): Schedule {
  const where = 'nn.exponentialDecay';
  count(where, 'steps', steps);
  amount(where, 'factor', factor);
  return warmedUp(where, rate, warmup, (step) => rate * factor ** ((step - warmup) / steps));
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions extends Common {
  /** Steps of the whole training, the warm-up among them. */
  steps: number;
  /** The rate at the end, and after it; 0 by default. */
  floor?: number;
}

/**
 * Half a wave of the cosine: floor + (rate − floor) · (1 + cos(π · t / T)) / 2, where t and T are the step and the number of steps
 * without the warm-up (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983, eq. 5, without restarts).
 */
export function cosineDecay({ rate, warmup = 0, steps, floor = 0 }: CosineDecayOptions): Schedule {
  const where = 'nn.cosineDecay';
  count(where, 'steps', steps, warmup + 1);
  amount(where, 'floor', floor, 0, rate);
  return warmedUp(where, rate, warmup, (step) => {
    const done = Math.min(1, (step - warmup) / (steps - warmup));
    return floor + ((rate - floor) * (1 + Math.cos(Math.PI * done))) / 2;
  });
}

/** Linear warm-up before a schedule. @throws RangeError for a rate or a warm-up out of range */
function warmedUp(where: string, rate: number, warmup: number, schedule: Schedule): Schedule {
  amount(where, 'rate', rate);
  count(where, 'warmup', warmup, 0);
  return (step) => (step < warmup ? (rate * (step + 1)) / warmup : schedule(step));
}

/**
 * Sets the learning rate of an optimiser, from its next step on: `nn.setLearningRate(optimizer, schedule(step))`.
 * @throws TypeError where the optimiser has none, as AdaDelta in some forms
 */
export function setLearningRate(optimizer: tfTypes.Optimizer, rate: number): void {
  amount('nn.setLearningRate', 'rate', rate);
  const fields = optimizer as unknown as { learningRate?: unknown; setLearningRate?: (rate: number) => void };
  if (typeof fields.learningRate !== 'number')
    throw new TypeError(
      'nn.setLearningRate: the first argument must be an optimizer with a learning rate, as tf.train.adam()',
    );
  if (fields.setLearningRate) fields.setLearningRate(rate);
  fields.learningRate = rate;
}

/**
 * A callback for `fit` and `fitDataset` that follows a schedule. Steps (or epochs) are counted from the beginning of the fit.
 * @param per what the schedule counts: batches, or epochs
 */
export function scheduleCallback(
  tf: TensorLibrary,
  schedule: Schedule,
  { per = 'step' }: { per?: 'step' | 'epoch' } = {},
): CustomCallback {
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
