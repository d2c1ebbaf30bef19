// The optimizers of `tf.train`: each step is one op kernel for all parameters where the backend has `UpdateParameters`.
// AdamW and Lion, which TensorFlow.js lacks, run on every backend.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import * as layers from '@tensorflow/tfjs-layers';
import { didYouMean } from '../../wire/closest.ts';
import { plain } from '../calls/check.ts';
import { runInPlace } from '../engine/run.ts';
import { valueOf, type Expression } from '../backends/formula.ts';
import {
  assignmentsOf,
  isScalar,
  rules,
  type Hyperparameters,
  type OptimizerRule,
} from '../backends/optimizer-rules.ts';
import { ops, type UpdateParametersAttrs } from '../ops.ts';
import { extendByNadam, nadam } from './nadam.ts';

type Gradients = tf.NamedTensorMap | NamedTensor[];

/** What an optimizer keeps for one parameter. */
interface Slot {
  originalName: string;
  variable: tf.Variable;
}

/** The fields of TensorFlow.js's optimizers, all of them private there. */
interface Fields {
  learningRate: number;
  momentum: number;
  useNesterov: boolean;
  decay: number;
  rho: number;
  centered: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  initialAccumulatorValue: number;
  accumulations: Slot[];
  accumulatedGrads: Slot[];
  accumulatedUpdates: Slot[];
  accumulatedMeanSquares: Slot[];
  accumulatedMoments: Slot[];
  accumulatedMeanGrads: Slot[];
  accumulatedFirstMoment: Slot[];
  accumulatedSecondMoment: Slot[];
  accumulatedWeightedInfNorm: Slot[];
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  iteration: tf.Variable;
  /** −learningRate and momentum as tensors, made with the optimizer. */
  c: tf.Scalar;
  m: tf.Scalar;
  incrementIterations(): void;
}
type AnyOptimizer = tf.Optimizer & Fields;

/** What the op kernel needs of a class of optimizers. */
interface Fused {
  rule: (o: AnyOptimizer) => OptimizerRule;
  hyper: (o: AnyOptimizer) => Partial<Hyperparameters>;
  /** The lists of slots, one slot for each parameter, as in `UpdateParametersAttrs.slots`. */
  slots?: (o: AnyOptimizer) => Slot[][];
  /** The ends of the slots' names, list by list. */
  suffixes?: string[];
  /** What new slots are filled with. */
  initial?: (o: AnyOptimizer) => number;
  powers?: (o: AnyOptimizer) => tf.Variable[];
}

const none: never[] = [];
export const noHyper: Hyperparameters = {
  learningRate: 0,
  weightDecay: 0,
  momentum: 0,
  decay: 0,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  ofMoment: 0,
  ofGradient: 0,
  l1: 0,
  l2: 0,
  proximalL1: 0,
};

/** Kept from step to step, so that a step leaves little garbage. */
interface Plan {
  /** The names of the last step's parameters, all different. */
  names: string[];
  /** See `UpdateParametersAttrs.tensors`; empty between steps. */
  tensors: tf.Tensor[];
}
const plans = new WeakMap<tf.Optimizer, Plan>();

/** Updates all parameters in one op kernel. Returns false, and changes nothing, where that is not possible. */
function updateFused(fused: Fused, o: AnyOptimizer, gradients: Gradients): boolean {
  const kernel = tf.getKernel(ops.UpdateParameters.name, tf.getBackend());
  if (!kernel) return false;
  let plan = plans.get(o);
  if (!plan) plans.set(o, (plan = { names: [], tensors: [] }));
  const slots = fused.slots?.(o) ?? none;
  const powers = fused.powers?.(o) ?? none;
  try {
    if (!gather(plan, gradients, slots, fused.suffixes ?? none, fused.initial?.(o) ?? 0)) return false;
    for (const power of powers) if (!isOwnFloat(power, 1)) return false;
    const hyper = { ...noHyper, ...fused.hyper(o) };
    const attrs: Omit<UpdateParametersAttrs, 'tensors' | 'powers'> = {
      rule: fused.rule(o),
      hyper,
      slots: slots.length,
    };
    runInPlace(kernel, { tensors: plan.tensors, powers }, attrs);
  } finally {
    plan.tensors.length = 0;
  }
  o.incrementIterations();
  return true;
}

/** Fills `plan.tensors`, and makes missing slots. Returns false where the op kernel does not take a parameter. */
function gather(plan: Plan, gradients: Gradients, slots: Slot[][], suffixes: string[], initial: number): boolean {
  const registered = tf.engine().registeredVariables;
  const list = Array.isArray(gradients) ? gradients : undefined;
  const names = list ? list.map(({ name }) => name) : Object.keys(gradients);
  if (!areDistinct(names, plan)) return false;
  const { tensors } = plan;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const value = registered[name];
    if (!value) return false;
    for (let k = 0; k < slots.length; k++) slots[k]![i] ??= newSlot(`${name}/${suffixes[k]!}`, value, initial);
    const gradient = list ? list[i]!.tensor : (gradients as tf.NamedTensorMap)[name];
    if (gradient === undefined || gradient === null) continue;
    if (gradient.dtype !== 'float32' || gradient.isDisposed || !sameShape(gradient.shape, value.shape)) return false;
    if (!isOwnFloat(value, value.size)) return false;
    tensors.push(value, gradient);
    for (let k = 0; k < slots.length; k++) {
      const { variable } = slots[k]![i]!;
      if (!isOwnFloat(variable, value.size)) return false;
      tensors.push(variable);
    }
  }
  return true;
}

/** Whether no name comes twice: such a parameter is updated twice in a row, which one pass cannot do. */
function areDistinct(names: string[], plan: Plan): boolean {
  if (names.length === plan.names.length) {
    let i = 0;
    while (i < names.length && names[i] === plan.names[i]) i++;
    if (i === names.length) return true;
  }
  if (new Set(names).size < names.length) return false;
  plan.names = names;
  return true;
}

function newSlot(originalName: string, { shape }: tf.Tensor, initial: number): Slot {
  return { originalName, variable: tf.tidy(() => tf.fill(shape, initial).variable(false)) };
}

/** Whether a variable holds `size` float32 numbers. If another tensor shares them, the variable gets its own copy. */
export function isOwnFloat(variable: tf.Variable, size: number): boolean {
  if (variable.dtype !== 'float32' || variable.size !== size || variable.isDisposed) return false;
  if (tf.backend().refCount(variable.dataId) > 1) tf.tidy(() => variable.assign(tf.mul(variable, 1)));
  return true;
}

function sameShape(a: number[], b: number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const adam: Fused = {
  rule: () => 'adam',
  hyper: ({ learningRate, beta1, beta2, epsilon }) => ({ learningRate, beta1, beta2, epsilon }),
  slots: (o) => [o.accumulatedFirstMoment, o.accumulatedSecondMoment],
  suffixes: ['m', 'v'],
  powers: (o) => [o.accBeta1, o.accBeta2],
};

const momentum: Fused = {
  rule: (o) => (o.useNesterov ? 'nesterov' : 'momentum'),
  hyper: ({ learningRate, momentum }) => ({ learningRate, momentum }),
  slots: (o) => [o.accumulations],
  suffixes: ['momentum'],
};

const adagrad: Fused = {
  rule: () => 'adagrad',
  hyper: ({ learningRate }) => ({ learningRate, epsilon: tf.backend().epsilon() }),
  slots: (o) => [o.accumulatedGrads],
  suffixes: ['accumulator'],
  initial: (o) => o.initialAccumulatorValue,
};

const rmsprop: Fused = {
  rule: (o) => (o.centered ? 'rmspropCentered' : 'rmsprop'),
  hyper: ({ learningRate, decay, momentum, epsilon }) => ({ learningRate, decay, momentum, epsilon }),
  slots: (o) => [o.accumulatedMeanSquares, o.accumulatedMoments, ...(o.centered ? [o.accumulatedMeanGrads] : [])],
  suffixes: ['rms', 'momentum', 'mg'],
};

const adamax: Fused = {
  rule: () => 'adamax',
  hyper: ({ learningRate, decay, iterations, beta1, beta2, epsilon }) => ({
    // `iterations` equals the variable `iteration`, whose value is on the device
    learningRate: learningRate / (1 + decay * iterations),
    beta1,
    beta2,
    epsilon,
  }),
  slots: (o) => [o.accumulatedFirstMoment, o.accumulatedWeightedInfNorm],
  suffixes: ['m', 'v'],
  powers: (o) => [o.accBeta1],
};

const adadelta: Fused = {
  rule: () => 'adadelta',
  hyper: ({ learningRate, rho, epsilon }) => ({ learningRate, decay: rho, epsilon }),
  slots: (o) => [o.accumulatedGrads, o.accumulatedUpdates],
  suffixes: ['accum_grad', 'accum_var'],
};

type Class = { prototype: tf.Optimizer };

/**
 * Makes a class of optimizers try the op kernel first. `before` runs before a step of many ops, `after` after a step of
 * one.
 */
function fuse(
  cls: Class,
  fused: Fused,
  { before, after }: { before?: (o: AnyOptimizer) => void; after?: (o: AnyOptimizer) => void } = {},
): void {
  const stock = cls.prototype.applyGradients;
  cls.prototype.applyGradients = function (this: AnyOptimizer, gradients: Gradients) {
    if (updateFused(fused, this, gradients)) return after?.(this);
    before?.(this);
    stock.call(this, gradients as NamedTensor[]);
  };
}

/**
 * Makes the optimizers of TensorFlow.js update all parameters in one op kernel, and adds AdamW, Lion and Nadam to
 * `tf.train` and to the names that `compile` knows. Call it once.
 *
 * It corrects three faults of TensorFlow.js 4.22. Adadelta divides by the mean of squares that contains this step's
 * gradient, as Zeiler (2012, https://arxiv.org/abs/1212.5701), Keras and PyTorch do, instead of the one before. SGD and momentum follow `learningRate` and `setMomentum` as the other
 * optimizers do. Centered RMSProp adds ε to the variance, as TensorFlow does, instead of subtracting it, which makes
 * NaN where a gradient is zero.
 */
export function extendOptimizers(): void {
  const refreshRate = (o: AnyOptimizer) => (o as unknown as tf.SGDOptimizer).setLearningRate(o.learningRate);
  fuse(
    tf.SGDOptimizer,
    { rule: () => 'sgd', hyper: ({ learningRate }) => ({ learningRate }) },
    { before: refreshRate },
  );
  fuse(tf.MomentumOptimizer, momentum, {
    before: (o) => {
      refreshRate(o);
      o.m.dispose();
      o.m = tf.keep(tf.scalar(o.momentum));
    },
  });
  fuse(tf.AdagradOptimizer, adagrad);
  fuse(tf.AdamOptimizer, adam);
  fuse(tf.AdamaxOptimizer, adamax, { after: (o) => tf.tidy(() => o.iteration.assign(tf.add(o.iteration, 1))) });
  correctAdadelta();
  fuse(tf.AdadeltaOptimizer, adadelta);
  centerRmsProp();
  fuse(tf.RMSPropOptimizer, rmsprop);

  tf.serialization.registerClass(AdamWOptimizer);
  tf.serialization.registerClass(LionOptimizer);
  Object.assign(tf.train, { adamw, lion });
  extendByNadam();
  const compile = layers.LayersModel.prototype.compile;
  layers.LayersModel.prototype.compile = function (args) {
    if (typeof args.optimizer !== 'string') return compile.call(this, args);
    const name = plain(args.optimizer);
    const make = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (!make) return compile.call(this, { ...args, optimizer: stockName(args.optimizer) });
    compile.call(this, { ...args, optimizer: make() });
    // The model disposes of it
    (this as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  };
}

/** Corrects the steps of centered RMSProp that are many ops; the op kernel is correct. */
function centerRmsProp(): void {
  const stock = tf.RMSPropOptimizer.prototype.applyGradients;
  tf.RMSPropOptimizer.prototype.applyGradients = function (gradients) {
    const o = this as unknown as AnyOptimizer;
    // The stock formula subtracts ε: give it −ε
    if (o.centered) o.epsilon = -o.epsilon;
    try {
      stock.call(this, gradients);
    } finally {
      if (o.centered) o.epsilon = -o.epsilon;
    }
  };
}

/** The steps of Adadelta that are many ops. */
function correctAdadelta(): void {
  tf.AdadeltaOptimizer.prototype.applyGradients = function (gradients) {
    const o = this as unknown as AnyOptimizer;
    const hyper = { ...noHyper, ...adadelta.hyper(o) };
    const lists = adadelta.slots!(o);
    entries(gradients as Gradients).forEach(({ name, tensor }, i) => {
      const value = tf.engine().registeredVariables[name]!;
      const slots = lists.map(
        (list, k) => (list[i] ??= newSlot(`${name}/${adadelta.suffixes![k]!}`, value, 0)).variable,
      );
      if (tensor) updateByOps('adadelta', hyper, [value, tensor, ...slots]);
    });
    o.incrementIterations();
  };
}

const byName: Record<string, (() => tf.Optimizer) | undefined> = {
  adamw: () => adamw(),
  lion: () => lion(),
  nadam: () => nadam(),
};

/**
 * The name that TensorFlow.js has for an optimizer given in any of Keras's spellings.
 * @throws Error that lists the names
 */
function stockName(given: string): string {
  const stock = ['adadelta', 'adagrad', 'adam', 'adamax', 'rmsprop', 'sgd'];
  const name = plain(given);
  if (stock.includes(name)) return name;
  const names = [...stock, ...Object.keys(byName)].sort();
  const near = didYouMean(given, names);
  throw new Error(
    `compile: there is no optimizer "${given}"${near}${near ? ' The' : '. The'} names are ${names.join(', ')}; or ` +
      'make one: tf.train.momentum(0.01, 0.9).',
  );
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101).
 * @param weightDecay each step multiplies every parameter by 1 − learningRate · weightDecay first
 */
export function adamw(
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon: number | null = null,
  weightDecay = 0.01,
): AdamWOptimizer {
  return new AdamWOptimizer(learningRate, beta1, beta2, epsilon, weightDecay);
}

/**
 * Lion: steps of one size in the direction of the momentum's sign (Chen et al. 2023, https://arxiv.org/abs/2302.06675).
 * Its learning rates are three to ten times smaller than Adam's, its weight decays three to ten times larger.
 */
export function lion(learningRate = 0.0001, beta1 = 0.9, beta2 = 0.99, weightDecay = 0): LionOptimizer {
  return new LionOptimizer(learningRate, beta1, beta2, weightDecay);
}

/** θ ← (1 − ηλ)θ − η · m̂ / (√v̂ + ε), with Adam's m̂ and v̂, learning rate η and weight decay λ. */
export class AdamWOptimizer extends tf.AdamOptimizer {
  static override get className(): string {
    return 'AdamW';
  }
  private static readonly fused: Fused = {
    ...adam,
    hyper: (o) => ({ ...adam.hyper(o), weightDecay: o.weightDecay }),
  };

  constructor(
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number | null = null,
    protected weightDecay = 0.01,
  ) {
    super(learningRate, beta1, beta2, epsilon!);
  }

  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    if (updateFused(AdamWOptimizer.fused, this as unknown as AnyOptimizer, gradients)) return;
    decay(gradients, 1 - this.learningRate * this.weightDecay);
    super.applyGradients(gradients as NamedTensor[]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), weightDecay: this.weightDecay };
  }
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { learningRate, beta1, beta2, epsilon, weightDecay }: tf.serialization.ConfigDict,
  ): T {
    return new cls(learningRate, beta1, beta2, epsilon, weightDecay);
  }
}

/** θ ← (1 − ηλ)θ − η · sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g. */
export class LionOptimizer extends tf.Optimizer {
  static get className(): string {
    return 'Lion';
  }
  private static readonly fused: Fused = {
    rule: () => 'lion',
    hyper: ({ learningRate, beta1, beta2, weightDecay }) => ({ learningRate, beta1, beta2, weightDecay }),
    slots: (o) => [o.accumulatedFirstMoment],
    suffixes: ['m'],
  };
  private accumulatedFirstMoment: Slot[] = [];

  constructor(
    protected learningRate: number,
    protected beta1: number,
    protected beta2: number,
    protected weightDecay = 0,
  ) {
    super();
  }

  applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    if (updateFused(LionOptimizer.fused, this as unknown as AnyOptimizer, gradients)) return;
    const hyper = { ...noHyper, ...LionOptimizer.fused.hyper(this as unknown as AnyOptimizer) };
    entries(gradients).forEach(({ name, tensor }, i) => {
      const value = tf.engine().registeredVariables[name]!;
      const { variable } = (this.accumulatedFirstMoment[i] ??= newSlot(`${name}/m`, value, 0));
      if (tensor) updateByOps('lion', hyper, [value, tensor, variable]);
    });
    this.incrementIterations();
  }

  override dispose(): void {
    tf.dispose(this.accumulatedFirstMoment.map(({ variable }) => variable));
  }
  override async getWeights(): Promise<NamedTensor[]> {
    const moments = this.accumulatedFirstMoment.map((s) => ({ name: s.originalName, tensor: s.variable }));
    return [await this.saveIterations(), ...moments];
  }
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const moments = await this.extractIterations(weights);
    this.accumulatedFirstMoment = moments.map(({ name, tensor }) => ({
      originalName: name,
      variable: tensor.variable(false),
    }));
  }
  getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, weightDecay } = this;
    return { learningRate, beta1, beta2, weightDecay };
  }
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { learningRate, beta1, beta2, weightDecay }: tf.serialization.ConfigDict,
  ): T {
    return new cls(learningRate, beta1, beta2, weightDecay);
  }
}

export const entries = (gradients: Gradients): NamedTensor[] =>
  Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));

/** A function of formulas, or an operator, on tensors. A number among the operands is one for all elements. */
const functions: Record<string, (...operands: (tf.Tensor | number)[]) => tf.Tensor> = {
  '+': (a, b) => tf.add(a!, b!),
  '-': (a, b) => tf.sub(a!, b!),
  '*': (a, b) => tf.mul(a!, b!),
  '/': (a, b) => tf.div(a!, b!),
  abs: (x) => tf.abs(x!),
  max: (a, b) => tf.maximum(a!, b!),
  sqrt: (x) => tf.sqrt(x!),
  shrink: (w, by) => tf.sub(w!, tf.clipByValue(w!, -(by as number), by as number)),
  descend: (w, rate, direction) => tf.sub(w!, tf.mul(tf.sign(direction!), rate!)),
};

/**
 * A step of one parameter by ops of TensorFlow.js.
 * @param tensors the parameter, its gradient, and what the optimizer keeps for it, as in
 *   `UpdateParametersAttrs.tensors`
 */
export function updateByOps(
  rule: OptimizerRule,
  hyper: Hyperparameters,
  [value, gradient, ...slots]: tf.Tensor[],
): void {
  tf.tidy(() => {
    const values: Record<string, tf.Tensor | number> = { ...hyper, w: value!, g: gradient! };
    const variables = new Map([['w', value!], ...rules[rule].slots.map((slot, k) => [slot, slots[k]!] as const)]);
    for (const [name, variable] of variables) values[name] = variable;
    const evaluate = (e: Expression): tf.Tensor | number => {
      if (e.kind === 'number') return e.value;
      if (isScalar(e)) return valueOf(e, hyper as unknown as Record<string, number>);
      if (e.kind === 'name') return values[e.name]!;
      const [name, operands] = e.kind === 'call' ? [e.name, e.args] : [e.operator, [e.left, e.right]];
      return functions[name]!(...operands.map(evaluate));
    };
    for (const { name, value } of assignmentsOf(rule)) values[name] = evaluate(value);
    for (const [name, variable] of variables) (variable as tf.Variable).assign(values[name] as tf.Tensor);
  });
}

/** Multiplies all parameters that have a gradient. */
function decay(gradients: Gradients, factor: number): void {
  if (factor === 1) return;
  for (const { name, tensor } of entries(gradients)) {
    const value = tf.engine().registeredVariables[name]!;
    if (tensor) tf.tidy(() => value.assign(tf.mul(value, factor)));
  }
}
