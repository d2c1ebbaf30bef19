// Averages of weights over training: exponential moving averages (EMA) and stochastic weight averaging (SWA).
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';

/** What is averaged: all weights of a model with float numbers, or variables. */
export type AveragedWeights = { weights: readonly { read(): tfTypes.Tensor }[] } | readonly tfTypes.Variable[];

/** Averages of weights. */
export interface WeightAverages {
  /**
   * Takes the weights as they are now into the averages: after a step, or an epoch.
   * @example
   * ```ts
   * const w = tf.variable(tf.scalar(1));
   * const ema = optim.ema([w], { momentum: 0.5 });
   * w.assign(tf.scalar(3));
   * ema.update();
   * ema.use(() => w.dataSync()[0]); // → 2
   * ```
   */
  update(): void;
  /** How often it was updated. */
  readonly updates: number;
  /**
   * Exchanges the weights and the averages. A second call exchanges them back.
   * @example
   * ```ts
   * const w = tf.variable(tf.scalar(1));
   * const ema = optim.ema([w]);
   * w.assign(tf.scalar(3));
   * ema.swap();
   * w; // → 1
   * ```
   */
  swap(): void;
  /**
   * Gives the weights the values of the averages.
   * @example
   * ```ts
   * const w = tf.variable(tf.scalar(1));
   * const ema = optim.ema([w]);
   * w.assign(tf.scalar(3));
   * ema.copyTo();
   * w; // → 1
   * ```
   */
  copyTo(): void;
  /**
   * Calls a function while the weights are the averages, such as an evaluation; afterwards they are as before. With an
   * async function, await the promise.
   * @returns what the function returns
   * @example
   * ```ts
   * const w = tf.variable(tf.scalar(1));
   * const ema = optim.ema([w]);
   * w.assign(tf.scalar(3));
   * [ema.use(() => w.dataSync()[0]), w.dataSync()[0]]; // → [1, 3]
   * ```
   */
  use<T>(f: () => T): T;
  /**
   * For `fit`: updates the averages after each batch or epoch, and can give them to the model at the end.
   * @example
   * ```ts
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: optim.sgd(), loss: 'meanSquaredError' });
   * const ema = optim.ema(model, { momentum: 0.9, copyAtEnd: true });
   * await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 3, verbose: 0, callbacks: ema.callback() });
   * ema.updates; // → 3
   * ```
   */
  callback(): object;
  /**
   * The averages and the number of updates as tensors, for a file. Dispose of them afterwards.
   * @example
   * ```ts
   * const ema = optim.ema([tf.variable(tf.scalar(1), true, 'w')]);
   * ema.getWeights().map(({ name }) => name);
   * ```
   */
  getWeights(): NamedTensor[];
  /**
   * Takes over what `getWeights` of other averages gave.
   * @throws Error where the shapes differ
   * @example
   * ```ts
   * const first = optim.ema([tf.variable(tf.scalar(1), true, 'a')]);
   * const second = optim.ema([tf.variable(tf.scalar(2), true, 'b')]);
   * await second.setWeights(first.getWeights());
   * ```
   */
  setWeights(weights: readonly NamedTensor[]): Promise<void>;
  /**
   * Frees the averages.
   * @example
   * ```ts
   * const ema = optim.ema([tf.variable(tf.scalar(1))]);
   * ema.dispose();
   * ```
   */
  dispose(): void;
}

/** Options of {@link ema}. */
export interface EmaOptions {
  /** The part of the averages that is kept in an update, from 0 to 1; 0.99 by default, as in Keras. */
  momentum?: number;
  /** Whether the first updates keep less, (1 + n) / (10 + n) of n updates; false by default. */
  warmup?: boolean;
  /** Whether `fit` ends with the averages as weights, for `callback()`; true by default. */
  copyAtEnd?: boolean;
}

const EMA: OptionNames<EmaOptions> = { momentum: 'number', warmup: 'boolean', copyAtEnd: 'boolean' };

/**
 * Exponential moving averages of weights, which begin with the weights: a ← μ a + (1 − μ) w (Polyak & Juditsky 1992), as
 * `use_ema` in Keras. The averages of a model include the moving statistics of its normalizations.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(0));
 * const ema = optim.ema([w], { momentum: 0.9 });
 * for (const value of [1, 1, 1]) {
 *   w.assign(tf.scalar(value));
 *   ema.update();
 * }
 * ema.use(() => w.dataSync()[0]); // → 0.271
 * ```
 */
export function ema(tf: TensorLibrary, weights: AveragedWeights, options: EmaOptions = {}): WeightAverages {
  const where = 'optim.ema';
  checkOptions(where, options, EMA);
  const { momentum = 0.99, warmup = false, copyAtEnd = true } = options;
  checkNumber(where, 'momentum', momentum, 0, 1);
  const averages = new Averages(tf, where, weights, (average, weight, n) => {
    const kept = warmup ? Math.min(momentum, (1 + n) / (10 + n)) : momentum;
    return tf.add(tf.mul(average, kept), tf.mul(weight, 1 - kept));
  });
  averages.callback = () => ({
    onBatchEnd: () => averages.update(),
    ...(copyAtEnd && { onTrainEnd: () => averages.copyTo() }),
  });
  return averages;
}

/** Options of {@link swa}. */
export interface SwaOptions {
  /** The first epoch, counted from 0, that `callback()` takes into the averages; 0 by default. */
  startEpoch?: number;
  /** Every how many epochs it does; 1 by default. */
  every?: number;
  /** Whether `fit` ends with the averages as weights, for `callback()`; true by default. */
  copyAtEnd?: boolean;
}

const SWA: OptionNames<SwaOptions> = { startEpoch: 'number', every: 'number', copyAtEnd: 'boolean' };

/**
 * Stochastic weight averaging: the mean of the weights at all updates, such as the ends of the last epochs (Izmailov et
 * al. 2018, https://arxiv.org/abs/1803.05407), as `torch.optim.swa_utils.AveragedModel`. Moving statistics of batch
 * normalizations are averaged too; the paper computes them again: `model.apply(x, { training: true })` over some
 * batches.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(0));
 * const swa = optim.swa([w]);
 * for (const value of [1, 2, 6]) {
 *   w.assign(tf.scalar(value));
 *   swa.update();
 * }
 * swa.copyTo();
 * w; // → 3
 * ```
 */
export function swa(tf: TensorLibrary, weights: AveragedWeights, options: SwaOptions = {}): WeightAverages {
  const where = 'optim.swa';
  checkOptions(where, options, SWA);
  const { startEpoch = 0, every = 1, copyAtEnd = true } = options;
  checkCount(where, 'startEpoch', startEpoch, 0);
  checkCount(where, 'every', every);
  const averages = new Averages(tf, where, weights, (average, weight, n) =>
    tf.add(average, tf.div(tf.sub(weight, average), n + 1)),
  );
  averages.callback = () => ({
    onEpochEnd: (epoch: number) => {
      if (epoch >= startEpoch && (epoch - startEpoch) % every === 0) averages.update();
    },
    ...(copyAtEnd && { onTrainEnd: () => void (averages.updates > 0 && averages.copyTo()) }),
  });
  return averages;
}

const UPDATES = 'updates';

class Averages implements WeightAverages {
  updates = 0;
  declare callback: () => object;
  private averages: tfTypes.Variable[];
  private readonly variables: () => tfTypes.Variable[];

  constructor(
    private readonly tf: TensorLibrary,
    private readonly where: string,
    weights: AveragedWeights,
    /** The average after an update, from the one before, the weight and the number of updates before. */
    private readonly next: (average: tfTypes.Tensor, weight: tfTypes.Tensor, updates: number) => tfTypes.Tensor,
  ) {
    this.variables = variablesOf(tf, where, weights);
    // Of values of their own: a variable that is updated in place must share them with nobody
    this.averages = this.variables().map((v) => tf.tidy(() => tf.variable(tf.mul(v, 1), false)));
  }

  update(): void {
    const { tf, updates } = this;
    tf.tidy(() => {
      const variables = this.given();
      this.averages.forEach((average, i) => average.assign(this.next(average, variables[i]!, updates)));
    });
    this.updates++;
  }

  swap(): void {
    const { tf } = this;
    tf.tidy(() => {
      const variables = this.given();
      this.averages.forEach((average, i) => {
        const before = tf.mul(variables[i]!, 1);
        variables[i]!.assign(tf.mul(average, 1));
        average.assign(before);
      });
    });
  }

  copyTo(): void {
    const { tf } = this;
    tf.tidy(() => {
      const variables = this.given();
      this.averages.forEach((average, i) => variables[i]!.assign(tf.mul(average, 1)));
    });
  }

  use<T>(f: () => T): T {
    this.swap();
    let result: T;
    try {
      result = f();
    } catch (e) {
      this.swap();
      throw e;
    }
    if (!(result instanceof Promise)) {
      this.swap();
      return result;
    }
    return result.finally(() => this.swap()) as T;
  }

  getWeights(): NamedTensor[] {
    const { tf } = this;
    return [
      { name: UPDATES, tensor: tf.scalar(this.updates, 'int32') },
      ...this.averages.map((average, i) => ({ name: `average/${i}`, tensor: tf.tidy(() => tf.mul(average, 1)) })),
    ];
  }

  async setWeights([updates, ...averages]: readonly NamedTensor[]): Promise<void> {
    const { tf } = this;
    const fits =
      averages.length === this.averages.length &&
      averages.every(({ tensor }, i) => tf.util.arraysEqual(tensor.shape, this.averages[i]!.shape));
    if (updates?.name !== UPDATES || !fits)
      throw new Error(
        `${this.where}: setWeights takes what getWeights of averages of the same ${this.averages.length} weights gave`,
      );
    averages.forEach(({ tensor }, i) => tf.tidy(() => this.averages[i]!.assign(tf.mul(tensor, 1))));
    this.updates = (await updates.tensor.data())[0]!;
  }

  dispose(): void {
    this.tf.dispose(this.averages);
    this.averages = [];
  }

  /** The variables now. @throws Error if their number has changed, or after `dispose` */
  private given(): tfTypes.Variable[] {
    const variables = this.variables();
    if (this.averages.length === 0) throw new Error(`${this.where}: the averages have been disposed of`);
    if (variables.length !== this.averages.length)
      throw new Error(
        `${this.where}: the model has ${variables.length} weights now, and had ${this.averages.length} when its ` +
          'averages were made. Make new ones.',
      );
    return variables;
  }
}

/** The float variables of a model, looked up in each call, or those given. */
export function variablesOf(tf: TensorLibrary, where: string, weights: AveragedWeights): () => tfTypes.Variable[] {
  const model = weights as { weights?: readonly { read(): tfTypes.Tensor }[] } | null | undefined;
  if (typeof model === 'object' && Array.isArray(model?.weights)) {
    const list = () => model.weights!.map((w) => w.read() as tfTypes.Variable).filter((v) => v.dtype === 'float32');
    if (list().length === 0)
      throw new Error(`${where}: the model has no weights yet; give its first layer an inputShape, or call it once`);
    return list;
  }
  const isList = Array.isArray(weights) && weights.length > 0 && weights.every((v) => v instanceof tf.Variable);
  if (!isList)
    throw new TypeError(
      `${where}: the weights must be a model, or an array of variables such as [tf.variable(…)], got ${shown(weights)}`,
    );
  const list = [...(weights as readonly tfTypes.Variable[])];
  return () => list;
}
