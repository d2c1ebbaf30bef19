// The optimizers of `optim`: their options, with Keras's names and values by default, made into the rules of the kernel.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { RuleConfig } from '../../tensors/optim/rule-optimizer.ts';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { scheduleFromConfig, type ScheduleConfig } from './schedules.ts';

/** An optimizer of `optim`: for `compile`, and for loops of one's own with `minimize` and `applyGradients`. */
export interface Optimizer extends tfTypes.Optimizer {
  /**
   * The learning rate of the next step. It can be set, unless the optimizer follows a schedule; then
   * `setLearningRate` takes the schedule's place.
   */
  learningRate: number;
  /**
   * Sets the learning rate from the next step on: a number, or a function of the step.
   * @example
   * ```ts
   * const optimizer = optim.adam();
   * optimizer.setLearningRate((step) => 0.1 / (step + 1));
   * optimizer.learningRate; // → 0.1
   * ```
   */
  setLearningRate(rate: number | ((step: number) => number)): void;
}

/** Options of all optimizers. */
export interface OptimizerOptions {
  /** A number, or a function of the step (counted from 0), such as `optim.cosineDecay({ rate: 0.1, steps: 1000 })`. */
  learningRate?: number | ((step: number) => number);
  /**
   * Decoupled weight decay λ: each step multiplies weights by 1 − learningRate · λ (Loshchilov & Hutter 2019,
   * https://arxiv.org/abs/1711.05101). Weights are all variables but those that `exclude` names.
   */
  weightDecay?: number;
  /** L2 penalty λ/2 · Σ w² of weights: λ w is added to the gradient, as PyTorch's `weight_decay` of `SGD` and `Adam`. */
  l2?: number;
  /** L1 penalty λ · Σ |w| of weights: λ sign(w) is added to the gradient. It gives small weights, but none that are 0. */
  l1?: number;
  /**
   * Proximal L1 λ: after each step, weights move towards 0 by learningRate · λ and stop there, w ← sign(w) ·
   * max(|w| − learningRate · λ, 0) (soft threshold; Beck & Teboulle 2009, eq. 1.5). It gives weights that are exactly 0.
   */
  proximalL1?: number;
  /**
   * Parts of the names of variables that penalties and decay leave out; `[]` leaves out none. By default biases and
   * parameters of normalizations: variables named `…bias`, `gamma`, `beta`, `b`, `b1` …; and, of variables without a
   * name, vectors and numbers beside matrices, numbers beside vectors.
   */
  exclude?: readonly string[];
  /** Limits each number of the gradients to [−clipValue, clipValue]. */
  clipValue?: number;
  /** Scales each gradient so that its norm, √(Σ g²), is at most this. */
  clipNorm?: number;
  /**
   * Scales all gradients by one factor so that their global norm, √(Σ g²) over all variables, is at most this (Pascanu,
   * Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, algorithm 1).
   */
  globalClipNorm?: number;
  /**
   * Gathers the gradients of so many calls and makes one step with their mean: batches that are larger than the memory.
   * Schedules count the steps. 1 by default.
   */
  gradientAccumulationSteps?: number;
}

const COMMON: OptionNames<OptimizerOptions> = {
  learningRate: true,
  weightDecay: 'number',
  l2: 'number',
  l1: 'number',
  proximalL1: 'number',
  exclude: true,
  clipValue: 'number',
  clipNorm: 'number',
  globalClipNorm: 'number',
  gradientAccumulationSteps: 'number',
};

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** 0.01 by default. */
  learningRate?: number | ((step: number) => number);
  /** The part of the last step's velocity that is kept; 0 by default. */
  momentum?: number;
  /** Whether the gradient is that of the place ahead (Nesterov 1983); false by default. */
  nesterov?: boolean;
}

/** Options of {@link adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** 0.001 by default. */
  learningRate?: number | ((step: number) => number);
  /** What the sums of squares begin with; 0.1 by default. */
  initialAccumulatorValue?: number;
  /** 10⁻⁷ by default. */
  epsilon?: number;
}

/** Options of {@link adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** 0.001 by default, as in Keras; the paper has 1, as PyTorch. */
  learningRate?: number | ((step: number) => number);
  /** Of the means of squares; 0.95 by default. */
  rho?: number;
  /** 10⁻⁷ by default. */
  epsilon?: number;
}

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** 0.001 by default. */
  learningRate?: number | ((step: number) => number);
  /** Of the mean of squares; 0.9 by default. */
  rho?: number;
  /** 0 by default. */
  momentum?: number;
  /** 10⁻⁷ by default. */
  epsilon?: number;
  /** Whether the variance takes the place of the mean of squares; false by default. */
  centered?: boolean;
}

/** Options of {@link adam} and its kin. */
export interface AdamOptions extends OptimizerOptions {
  /** 0.001 by default. */
  learningRate?: number | ((step: number) => number);
  /** Of the mean of gradients; 0.9 by default. */
  beta1?: number;
  /** Of the mean of their squares; 0.999 by default. */
  beta2?: number;
  /** 10⁻⁷ by default. */
  epsilon?: number;
}

/** Options of {@link adam} and {@link adamw}. */
export interface AmsgradOptions extends AdamOptions {
  /**
   * Whether the largest mean of squares so far takes the place of the present one (Reddi, Kale & Kumar 2018,
   * https://arxiv.org/abs/1904.09237); false by default.
   */
  amsgrad?: boolean;
}

/** Options of {@link nadam}. */
export interface NadamOptions extends AdamOptions {
  /** How fast β₁ grows: μₜ = β₁ (1 − 0.96^(t · momentumDecay) / 2). 1 by default, as in Keras; 0.004 in PyTorch. */
  momentumDecay?: number;
}

/** Options of {@link lion}. */
export interface LionOptions extends OptimizerOptions {
  /** 0.0001 by default: three to ten times smaller than Adam's. */
  learningRate?: number | ((step: number) => number);
  /** Of the direction of a step; 0.9 by default. */
  beta1?: number;
  /** Of the mean of gradients; 0.99 by default. */
  beta2?: number;
}

const ADAM: OptionNames<AdamOptions> = { ...COMMON, beta1: 'number', beta2: 'number', epsilon: 'number' };

/** The class of the kernel. */
interface OwnTrain {
  RuleOptimizer?: (new (config: RuleConfig) => tfTypes.Optimizer) & {
    revive: ((config: object) => (step: number) => number) | undefined;
  };
}

/** The class, which schedules of model files have been made known to. */
function classOf(tf: TensorLibrary, where: string) {
  const { RuleOptimizer } = tf.train as unknown as OwnTrain;
  if (!RuleOptimizer) throw new Error(`${where} needs the TensorFlow.js of the kernel; this is another copy of it`);
  return RuleOptimizer;
}

/** Makes optimizers of model files find their schedules. */
export function reviveSchedules(tf: TensorLibrary): void {
  const { RuleOptimizer } = tf.train as unknown as OwnTrain;
  if (RuleOptimizer) RuleOptimizer.revive = (config) => scheduleFromConfig(config as ScheduleConfig);
}

type Rule = Pick<RuleConfig, 'rule' | 'hyper' | 'initial' | 'momentumDecay'>;

/** Checks the options that all optimizers have, and makes one. */
function make(tf: TensorLibrary, where: string, options: OptimizerOptions, rate: number, rule: Rule): Optimizer {
  const { learningRate = rate, exclude } = options;
  if (typeof learningRate !== 'function') {
    if (typeof learningRate !== 'number' || !(learningRate >= 0 && learningRate < Infinity))
      throw new RangeError(
        `${where}: learningRate must be a number of at least 0, or a function of the step such as ` +
          `optim.cosineDecay({ rate: 0.1, steps: 1000 }), got ${shown(learningRate)}`,
      );
  }
  if (exclude !== undefined && !(Array.isArray(exclude) && exclude.every((part) => typeof part === 'string')))
    throw new TypeError(
      `${where}: exclude must be an array of parts of names, such as ['bias', 'embedding'], got ${shown(exclude)}`,
    );
  const config: RuleConfig = { ...rule, learningRate };
  for (const name of ['weightDecay', 'l1', 'l2', 'proximalL1'] as const)
    if (options[name] !== undefined) config[name] = checkNumber(where, name, options[name]);
  for (const name of ['clipValue', 'clipNorm', 'globalClipNorm'] as const)
    if (options[name] !== undefined) config[name] = checkPositive(where, name, options[name]);
  if (options.gradientAccumulationSteps !== undefined)
    config.gradientAccumulationSteps = checkCount(
      where,
      'gradientAccumulationSteps',
      options.gradientAccumulationSteps,
    );
  if (exclude !== undefined) config.exclude = [...exclude];
  const RuleOptimizer = classOf(tf, where);
  return new RuleOptimizer(config) as Optimizer;
}

function checkPositive(where: string, name: string, value: number): number {
  checkNumber(where, name, value);
  if (value === 0) throw new RangeError(`${where}: ${name} must be above 0: with 0, nothing is learned`);
  return value;
}

/** A part that is kept from step to step, in [0, 1). */
function checkKept(where: string, name: string, value: number): number {
  checkNumber(where, name, value, 0, 1);
  if (value === 1) throw new RangeError(`${where}: ${name} must be below 1, got 1`);
  return value;
}

/**
 * Stochastic gradient descent. With g the gradient and η the learning rate: w ← w − η g. With momentum β: v ← β v + g,
 * w ← w − η v (Polyak 1964), and with `nesterov` w ← w − η (β v + g) (Sutskever et al. 2013), as in PyTorch:
 * `optim.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })`.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = optim.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true });
 * for (let step = 0; step < 100; step++) optimizer.minimize(() => w.square() as tf.Scalar);
 * w;
 * ```
 */
export function sgd(tf: TensorLibrary, options: SgdOptions = {}): Optimizer {
  const where = 'optim.sgd';
  checkOptions(where, options, { ...COMMON, momentum: 'number', nesterov: 'boolean' } as OptionNames<SgdOptions>);
  const { momentum = 0, nesterov = false } = options;
  checkKept(where, 'momentum', momentum);
  if (nesterov && momentum === 0)
    throw new RangeError(`${where}: nesterov needs a momentum, such as { momentum: 0.9, nesterov: true }`);
  const rule = nesterov ? 'nesterov' : momentum > 0 ? 'momentum' : 'sgd';
  return make(tf, where, options, 0.01, { rule, hyper: { momentum } });
}

/**
 * AdaGrad: G ← G + g², w ← w − η g / √(G + ε) (Duchi, Hazan & Singer 2011), as in Keras.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = optim.adagrad({ learningRate: 0.5 });
 * for (let step = 0; step < 50; step++) optimizer.minimize(() => w.square() as tf.Scalar);
 * w;
 * ```
 */
export function adagrad(tf: TensorLibrary, options: AdagradOptions = {}): Optimizer {
  const where = 'optim.adagrad';
  const names = { ...COMMON, initialAccumulatorValue: 'number', epsilon: 'number' } as OptionNames<AdagradOptions>;
  checkOptions(where, options, names);
  const { initialAccumulatorValue: initial = 0.1, epsilon = 1e-7 } = options;
  checkNumber(where, 'initialAccumulatorValue', initial);
  checkPositive(where, 'epsilon', epsilon);
  return make(tf, where, options, 0.001, { rule: 'adagrad', hyper: { epsilon }, initial });
}

/**
 * Adadelta: with means E of squares that keep ρ, a step is Δ = √(E[Δ²] + ε) / √(E[g²] + ε) · g, w ← w − η Δ (Zeiler
 * 2012, https://arxiv.org/abs/1212.5701).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * model.compile({ optimizer: optim.adadelta({ learningRate: 1 }), loss: 'meanSquaredError' });
 * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 2, verbose: 0 });
 * ```
 */
export function adadelta(tf: TensorLibrary, options: AdadeltaOptions = {}): Optimizer {
  const where = 'optim.adadelta';
  checkOptions(where, options, { ...COMMON, rho: 'number', epsilon: 'number' } as OptionNames<AdadeltaOptions>);
  const { rho = 0.95, epsilon = 1e-7 } = options;
  checkKept(where, 'rho', rho);
  checkPositive(where, 'epsilon', epsilon);
  return make(tf, where, options, 0.001, { rule: 'adadelta', hyper: { decay: rho, epsilon } });
}

/**
 * RMSProp: s ← ρ s + (1 − ρ) g², v ← β v + η g / √(s + ε), w ← w − v (Tieleman & Hinton 2012), as in Keras. With
 * `centered`, the square of the mean gradient is taken from s (Graves 2013, https://arxiv.org/abs/1308.0850, eq. 38).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = optim.rmsprop({ learningRate: 0.01, centered: true });
 * for (let step = 0; step < 50; step++) optimizer.minimize(() => w.square() as tf.Scalar);
 * w;
 * ```
 */
export function rmsprop(tf: TensorLibrary, options: RmspropOptions = {}): Optimizer {
  const where = 'optim.rmsprop';
  const own = { rho: 'number', momentum: 'number', epsilon: 'number', centered: 'boolean' } as const;
  checkOptions(where, options, { ...COMMON, ...own } as OptionNames<RmspropOptions>);
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  checkKept(where, 'rho', rho);
  checkKept(where, 'momentum', momentum);
  checkPositive(where, 'epsilon', epsilon);
  const rule = centered ? 'rmspropCentered' : 'rmsprop';
  return make(tf, where, options, 0.001, { rule, hyper: { decay: rho, momentum, epsilon } });
}

/** The numbers of Adam and its kin, checked. */
function moments(where: string, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions) {
  checkKept(where, 'beta1', beta1);
  checkKept(where, 'beta2', beta2);
  checkPositive(where, 'epsilon', epsilon);
  return { beta1, beta2, epsilon };
}

/**
 * Adam: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v /
 * (1 − β₂ᵗ) (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const learningRate = optim.cosineDecay({ rate: 0.01, steps: 100 });
 * model.compile({ optimizer: optim.adam({ learningRate, globalClipNorm: 1 }), loss: 'meanSquaredError' });
 * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 2, verbose: 0 });
 * ```
 */
export function adam(tf: TensorLibrary, options: AmsgradOptions = {}): Optimizer {
  const where = 'optim.adam';
  checkOptions(where, options, { ...ADAM, amsgrad: 'boolean' } as OptionNames<AmsgradOptions>);
  const hyper = moments(where, options);
  return make(tf, where, options, 0.001, { rule: options.amsgrad ? 'amsgrad' : 'adam', hyper });
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101), 0.01 by
 * default: weights are first multiplied by 1 − η λ.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.tensor2d([[1, 2]]), true, 'kernel');
 * // No gradient: only the decay acts, by 1 − 0.1 · 0.1
 * optim.adamw({ learningRate: 0.1, weightDecay: 0.1 }).applyGradients({ kernel: tf.zerosLike(w) });
 * w; // → [[0.99, 1.98]]
 * ```
 */
export function adamw(tf: TensorLibrary, options: AmsgradOptions = {}): Optimizer {
  const where = 'optim.adamw';
  checkOptions(where, options, { ...ADAM, amsgrad: 'boolean' } as OptionNames<AmsgradOptions>);
  const hyper = moments(where, options);
  const { weightDecay = 0.01, amsgrad } = options;
  return make(tf, where, { ...options, weightDecay }, 0.001, { rule: amsgrad ? 'amsgrad' : 'adam', hyper });
}

/**
 * Adamax: Adam with the largest gradient, u ← max(β₂ u, |g|), in place of √v: w ← w − η / (1 − β₁ᵗ) · m / (u + ε)
 * (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 2).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(1));
 * optim.adamax({ learningRate: 0.1 }).minimize(() => w.square() as tf.Scalar);
 * // The first step is as long as the learning rate
 * w; // → 0.9
 * ```
 */
export function adamax(tf: TensorLibrary, options: AdamOptions = {}): Optimizer {
  const where = 'optim.adamax';
  checkOptions(where, options, ADAM);
  return make(tf, where, options, 0.001, { rule: 'adamax', hyper: moments(where, options) });
}

/**
 * Adam with Nesterov momentum (Dozat 2016), as in Keras: with μₜ = β₁ (1 − 0.96ᵗ / 2), m̂ = μₜ₊₁ m / (1 − Π μ₁…ₜ₊₁) +
 * (1 − μₜ) g / (1 − Π μ₁…ₜ) and v̂ = v / (1 − β₂ᵗ), w ← w − η m̂ / (√v̂ + ε).
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = optim.nadam({ learningRate: 0.1 });
 * for (let step = 0; step < 50; step++) optimizer.minimize(() => w.square() as tf.Scalar);
 * w;
 * ```
 */
export function nadam(tf: TensorLibrary, options: NadamOptions = {}): Optimizer {
  const where = 'optim.nadam';
  checkOptions(where, options, { ...ADAM, momentumDecay: 'number' } as OptionNames<NadamOptions>);
  const { momentumDecay = 1 } = options;
  checkNumber(where, 'momentumDecay', momentumDecay);
  return make(tf, where, options, 0.001, { rule: 'nadam', hyper: moments(where, options), momentumDecay });
}

/**
 * Lion: steps of one size in the direction of the momentum's sign, w ← w − η sign(β₁ m + (1 − β₁) g), then m ← β₂ m +
 * (1 − β₂) g (Chen et al. 2023, https://arxiv.org/abs/2302.06675). Its weight decays are three to ten times Adam's.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const w = tf.variable(tf.tensor1d([1, -5]));
 * optim.lion({ learningRate: 0.1 }).minimize(() => w.square().sum() as tf.Scalar);
 * // All steps have the same size
 * w; // → [0.9, -4.9]
 * ```
 */
export function lion(tf: TensorLibrary, options: LionOptions = {}): Optimizer {
  const where = 'optim.lion';
  checkOptions(where, options, { ...COMMON, beta1: 'number', beta2: 'number' } as OptionNames<LionOptions>);
  const { beta1 = 0.9, beta2 = 0.99 } = options;
  checkKept(where, 'beta1', beta1);
  checkKept(where, 'beta2', beta2);
  return make(tf, where, options, 0.0001, { rule: 'lion', hyper: { beta1, beta2 } });
}
