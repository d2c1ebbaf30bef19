// The search for a learning rate: a short training in which the rate grows from step to step.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { variablesOf } from './averages.ts';

/** Options of {@link findLearningRate}: a compiled model with its data, or an optimizer with a loss of one's own. */
export interface FindLearningRateOptions {
  /** A compiled model; its weights and its optimizer are as before afterwards. */
  model?: LayersModel;
  /** Inputs of the model, [examples, …]. */
  x?: tfTypes.Tensor;
  /** Targets of the model, [examples, …]. */
  y?: tfTypes.Tensor;
  /** Examples of a step; 32 by default. */
  batchSize?: number;
  /** Of a loop of one's own: its optimizer, which keeps its state. */
  optimizer?: tfTypes.Optimizer;
  /** Of a loop of one's own: the loss of a step, counted from 0, a scalar. */
  loss?: (step: number) => tfTypes.Scalar;
  /** Of a loop of one's own: what is trained; all trainable variables by default. They are as before afterwards. */
  variables?: readonly tfTypes.Variable[];
  /** The first learning rate; 10⁻⁷ by default. */
  from?: number;
  /** The last learning rate; 10 by default. */
  to?: number;
  /** The most steps; 100 by default. It ends earlier when the loss is four times its least. */
  steps?: number;
  /** The part of the loss before that is kept in the smoothed one; 0.9 by default. */
  smoothing?: number;
}

const OPTIONS: OptionNames<FindLearningRateOptions> = {
  model: true,
  x: true,
  y: true,
  batchSize: 'number',
  optimizer: true,
  loss: true,
  variables: true,
  from: 'number',
  to: 'number',
  steps: 'number',
  smoothing: 'number',
};

/** What {@link findLearningRate} has measured. */
export interface FoundLearningRate {
  /** The learning rate of each step. */
  rates: number[];
  /** The loss of each step, before it. */
  losses: number[];
  /** The same, smoothed. */
  smoothed: number[];
  /**
   * The rate at which the smoothed loss falls fastest over log(rate): a good one to begin with. Where it never falls,
   * {@link largest}.
   */
  suggested: number;
  /** A tenth of the rate with the least smoothed loss: the largest one to try. */
  largest: number;
}

/**
 * Finds a learning rate: trains for some steps while the rate grows by the same factor from each to the next (Smith 2017,
 * https://arxiv.org/abs/1506.01186, §3.3). Weights and optimizer are as before afterwards.
 * @throws TypeError, RangeError for wrong options; Error if the loss is not finite at the first steps
 * @example
 * ```ts
 * const w = tf.variable(tf.tensor1d([4, -2]));
 * const found = await optim.findLearningRate({
 *   optimizer: optim.sgd(),
 *   loss: () => w.square().sum() as tf.Scalar,
 *   variables: [w],
 * });
 * display(viz.line({ loss: found.smoothed }, { x: found.rates, logX: true, xLabel: 'η' }));
 * found.suggested;
 * ```
 */
export async function findLearningRate(
  tf: TensorLibrary,
  options: FindLearningRateOptions,
): Promise<FoundLearningRate> {
  const where = 'optim.findLearningRate';
  checkOptions(where, options, OPTIONS);
  const { from = 1e-7, to = 10, steps = 100, smoothing = 0.9 } = options;
  checkNumber(where, 'from', from, Number.MIN_VALUE);
  checkNumber(where, 'to', to, from);
  if (to === from) throw new RangeError(`${where}: to must be larger than from, and both are ${to}`);
  checkCount(where, 'steps', steps, 5);
  checkNumber(where, 'smoothing', smoothing, 0, 1);
  if (smoothing === 1) throw new RangeError(`${where}: smoothing must be below 1`);
  const [trained, step] = options.model ? ofModel(tf, where, options) : ofLoop(tf, where, options);
  const kept = trained.map((v) => tf.tidy(() => tf.mul(v, 1)));
  const found: Pick<FoundLearningRate, 'rates' | 'losses' | 'smoothed'> = { rates: [], losses: [], smoothed: [] };
  try {
    let average = 0;
    let least = Infinity;
    const start = firstOf(steps, smoothing);
    for (let i = 0; i < steps; i++) {
      const rate = from * (to / from) ** (i / (steps - 1));
      const loss = await step(rate, i);
      if (!Number.isFinite(loss)) break;
      average = smoothing * average + (1 - smoothing) * loss;
      const smooth = average / (1 - smoothing ** (i + 1));
      found.rates.push(rate);
      found.losses.push(loss);
      found.smoothed.push(smooth);
      if (i >= start) least = Math.min(least, smooth);
      if (i > 4 && smooth > 4 * least && smooth - least > 4 * Math.abs(least)) break;
    }
  } finally {
    trained.forEach((v, i) => v.assign(kept[i]!));
    tf.dispose(kept);
  }
  if (found.rates.length < 5)
    throw new Error(
      `${where}: the loss is not finite after ${found.rates.length} steps, with rates from ${from}; look for NaN in ` +
        'the data, or begin with a smaller rate',
    );
  return { ...found, ...suggestions(found, smoothing) };
}

/**
 * The first step whose smoothed loss counts: after as many as are smoothed together, so that one easy batch at the start
 * is not the least loss of all.
 */
const firstOf = (steps: number, smoothing: number): number =>
  Math.min(Math.ceil(1 / (1 - smoothing)), Math.floor(steps / 4));

/** The rate where the smoothed loss falls fastest, and the largest one to try. */
function suggestions(found: Pick<FoundLearningRate, 'rates' | 'smoothed'>, smoothing: number) {
  const { rates, smoothed } = found;
  const start = firstOf(rates.length, smoothing);
  const at = smoothed.indexOf(Math.min(...smoothed.slice(start)), start);
  let steepest: number | undefined;
  let fall = 0;
  // Central differences; the rates are evenly spaced in their logarithm
  for (let i = start + 1; i < Math.max(start + 2, at); i++) {
    const difference = smoothed[i + 1]! - smoothed[i - 1]!;
    if (difference < fall) [steepest, fall] = [i, difference];
  }
  const largest = rates[at]! / 10;
  return { suggested: steepest === undefined ? largest : rates[steepest]!, largest };
}

type Step = (rate: number, step: number) => Promise<number>;
/** An optimizer, as far as this file needs it. */
interface Rated {
  learningRate: unknown;
  setLearningRate?(rate: number): void;
}

/** A new optimizer of the same kind and options. */
function copyOf(where: string, optimizer: tfTypes.Optimizer): tfTypes.Optimizer {
  const { constructor: cls } = optimizer as unknown as {
    constructor: { fromConfig(cls: unknown, config: object): tfTypes.Optimizer };
  };
  const copy = cls.fromConfig(cls, { ...optimizer.getConfig(), learningRate: 1e-3 });
  if (typeof (copy as unknown as Rated).learningRate !== 'number')
    throw new TypeError(`${where}: the optimizer must have a learning rate, such as optim.adam()`);
  return copy;
}

function setRate(optimizer: tfTypes.Optimizer, rate: number): void {
  const rated = optimizer as unknown as Rated;
  if (rated.setLearningRate) rated.setLearningRate(rate);
  else rated.learningRate = rate;
}

function ofModel(tf: TensorLibrary, where: string, options: FindLearningRateOptions): [tfTypes.Variable[], Step] {
  const { x, y, batchSize = 32 } = options;
  const model = options.model as LayersModel & { model?: LayersModel };
  if (typeof model?.trainOnBatch !== 'function' || !model.optimizer)
    throw new TypeError(`${where}: the model must be compiled first: model.compile({ optimizer, loss })`);
  for (const [name, value] of Object.entries({ x, y }))
    if (!(value instanceof tf.Tensor))
      throw new TypeError(`${where}: ${name} must be a tensor of the model's data, got ${shown(value)}`);
  checkCount(where, 'batchSize', batchSize);
  const n = x!.shape[0]!;
  if (n === 0) throw new RangeError(`${where}: x has no examples`);
  const size = Math.min(batchSize, n);
  const variables = variablesOf(tf, where, model)();
  const own = model.optimizer;
  const step: Step = async (rate, i) => {
    const copy = (state ??= copyOf(where, own));
    setRate(copy, rate);
    const start = (i * size) % Math.max(1, n - size + 1);
    const batch = (t: tfTypes.Tensor) => tf.slice(t, [start], [size]);
    const [xs, ys] = [batch(x!), batch(y!)];
    model.optimizer = copy;
    try {
      const values = await model.trainOnBatch(xs, ys);
      return [values].flat()[0]!;
    } finally {
      model.optimizer = own;
      tf.dispose([xs, ys]);
    }
  };
  let state: tfTypes.Optimizer | undefined;
  return [variables, step];
}

function ofLoop(tf: TensorLibrary, where: string, options: FindLearningRateOptions): [tfTypes.Variable[], Step] {
  const { optimizer, loss, variables } = options;
  if (
    typeof (optimizer as Partial<tfTypes.Optimizer> | undefined)?.minimize !== 'function' ||
    typeof loss !== 'function'
  )
    throw new TypeError(
      `${where}: give it a compiled model with its data, { model, x, y }, or an optimizer with a loss, ` +
        '{ optimizer, loss: (step) => … }',
    );
  const all = Object.values(tf.engine().registeredVariables).filter((v) => v.trainable && v.dtype === 'float32');
  const trained = variables ? variablesOf(tf, where, variables)() : all;
  const copy = copyOf(where, optimizer!);
  const step: Step = async (rate, i) => {
    setRate(copy, rate);
    const value = copy.minimize(() => loss(i), true, variables ? trained : undefined)!;
    const [number] = await value.data();
    value.dispose();
    return number!;
  };
  return [trained, step];
}
