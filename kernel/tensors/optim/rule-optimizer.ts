// The optimizers of `dlnb`: one class for all rules, with schedules, penalties, clipping and gradient accumulation. A
// step is one op kernel for all parameters where the device has it, two where some parameters are not penalized.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import { rules, type Hyperparameters, type OptimizerRule, type PlainRule } from '../backends/optimizer-rules.ts';
import { runInPlace } from '../engine/run.ts';
import { entries, isOwnFloat, noHyper, updateByOps } from '../fused/optimizers.ts';
import { power } from '../layers/optimizer-weights.ts';
import { ops, type UpdateParametersAttrs } from '../ops.ts';
import { clip } from './clip.ts';
import { penalizedOf } from './penalized.ts';

type Gradients = tf.NamedTensorMap | NamedTensor[];

/** A learning rate that depends on the step, counted from 0. */
export interface RateSchedule {
  (step: number): number;
  /** What it can be made of again; a schedule without it cannot be saved. */
  getConfig?(): object;
}

/** What makes an optimizer. All of it but the schedule are plain values, which a model's file has. */
export interface RuleConfig {
  rule: PlainRule;
  learningRate: number | RateSchedule;
  /** Of the rule. */
  hyper: Partial<Hyperparameters>;
  /** What the slots begin with; 0 by default. */
  initial?: number;
  /** Of Nadam: μₜ = β₁ (1 − 0.96^(momentumDecay · t) / 2). */
  momentumDecay?: number;
  weightDecay?: number;
  l1?: number;
  l2?: number;
  proximalL1?: number;
  /** Parts of the names of variables without penalties and decay; undefined for biases and normalizations. */
  exclude?: readonly string[];
  clipValue?: number;
  clipNorm?: number;
  globalClipNorm?: number;
  gradientAccumulationSteps?: number;
}

/** What is kept for parameters that are updated together. */
interface Group {
  /** β₁ᵗ and β₂ᵗ, as far as the rule has them. */
  powers: tf.Variable[];
  /** The step, counted from 0, that they are for. */
  step: number;
}

/** The rules that decay parameters without being regularized. */
const DECAYING: ReadonlySet<string> = new Set<PlainRule>(['adam', 'amsgrad', 'lion']);
const BETAS: Partial<Record<PlainRule, number>> = { adam: 2, amsgrad: 2, nadam: 2, adamax: 1 };

const ACCUMULATED = 'accumulated';
/** Underscores, which the reading of model files would take for the joints of snake_case. */
const encoded = (text: string) => text.replaceAll('%', '%25').replaceAll('_', '%5F');
const decoded = (text: string) => text.replaceAll('%5F', '_').replaceAll('%25', '%');

/** An optimizer by a rule of backends/optimizer-rules.ts. */
export class RuleOptimizer extends tf.Optimizer {
  static get className(): string {
    return 'dlnb>Optimizer';
  }
  /** Makes the schedule that a model's file describes. The module `dlnb` sets it. */
  static revive: ((config: object) => RateSchedule) | undefined;

  private rate: number | RateSchedule;
  /** By the names of variables: what the rule keeps for one. */
  private slots = new Map<string, tf.Variable[]>();
  /** Sums of gradients that wait for their step, by the names of variables. */
  private sums = new Map<string, tf.Variable>();
  /** How many gradients they hold. */
  private waiting = 0;
  /** What was loaded and has no variable yet, in the order in which it was saved. */
  private loaded: { name: string; slots: tf.Variable[]; sum?: tf.Variable }[] = [];
  private readonly groups: [Group, Group] = [
    { powers: [], step: -1 },
    { powers: [], step: -1 },
  ];
  private penalized: { names: string[]; which: boolean[] } | undefined;
  /** Π μ₁…ₜ of Nadam at step t. */
  private nadam = { step: 0, product: 1 };

  constructor(readonly config: Readonly<RuleConfig>) {
    super();
    this.rate = config.learningRate;
  }

  /** The learning rate of the next step. */
  get learningRate(): number {
    return typeof this.rate === 'number' ? this.rate : this.rate(this.iterations);
  }
  /** @throws Error if the optimizer follows a schedule */
  set learningRate(rate: number) {
    if (typeof this.rate !== 'number')
      throw new Error(
        'This optimizer follows a schedule, so its learningRate cannot be set; replace the schedule with ' +
          'optimizer.setLearningRate(0.01).',
      );
    this.setLearningRate(rate);
  }

  /** Sets the learning rate from the next step on: a number, or a schedule. */
  setLearningRate(rate: number | RateSchedule): void {
    if (typeof rate !== 'function' && !(typeof rate === 'number' && rate >= 0 && rate < Infinity))
      throw new RangeError(
        `setLearningRate takes a number of at least 0, or a function of the step, and got ${String(rate)}`,
      );
    this.rate = rate;
  }

  override applyGradients(gradients: Gradients): void {
    tf.tidy(() => {
      const given = this.gathered(entries(gradients));
      if (given) this.step(clip(given, this.config));
    });
  }

  /** The gradients of a step; undefined while they are gathered. */
  private gathered(list: NamedTensor[]): NamedTensor[] | undefined {
    const { gradientAccumulationSteps: count = 1 } = this.config;
    if (count <= 1) return list;
    this.adopt(list);
    const isLast = ++this.waiting >= count;
    const mean = list.map(({ name, tensor }) => {
      const sum = this.sums.get(name);
      if (!isLast) {
        if (tensor && sum) sum.assign(tf.add(sum, tensor));
        else if (tensor) this.sums.set(name, tf.variable(tensor, false));
        return { name, tensor };
      }
      const total = tensor && sum ? tf.add(sum, tensor) : (tensor ?? sum);
      return { name, tensor: total ? tf.div(total, count) : total! };
    });
    if (!isLast) return undefined;
    for (const sum of this.sums.values()) sum.assign(tf.zerosLike(sum));
    this.waiting = 0;
    return mean;
  }

  private step(list: NamedTensor[]): void {
    this.adopt(list);
    const { config } = this;
    const { weightDecay = 0, l1 = 0, l2 = 0, proximalL1 = 0 } = config;
    const rate = this.learningRate;
    if (!(typeof rate === 'number' && rate >= 0 && rate < Infinity))
      throw new RangeError(`The schedule of the optimizer gave ${String(rate)} at step ${this.iterations}.`);
    const hyper = { ...noHyper, ...config.hyper, learningRate: rate, ...this.nadamFactors() };
    const given = list.filter(({ tensor }) => tensor);
    if (weightDecay === 0 && l1 === 0 && l2 === 0 && proximalL1 === 0) this.update(0, config.rule, hyper, given);
    else {
      const penalized = this.penalizedOf(list.map(({ name }) => name));
      const part = (which: boolean) => list.filter(({ tensor }, i) => tensor && penalized[i] === which);
      const isPlain = l1 === 0 && l2 === 0 && proximalL1 === 0 && DECAYING.has(config.rule);
      const rule: OptimizerRule = isPlain ? config.rule : `${config.rule}Regularized`;
      this.update(0, rule, { ...hyper, weightDecay, l1, l2, proximalL1 }, part(true));
      this.update(1, config.rule, hyper, part(false));
    }
    this.incrementIterations();
  }

  /** Which of the variables are penalized; kept, since steps are mostly of the same ones. */
  private penalizedOf(names: string[]): boolean[] {
    const before = this.penalized?.names;
    if (before?.length !== names.length || names.some((name, i) => name !== before[i])) {
      const registered = tf.engine().registeredVariables;
      const variables = names.map((name) => variableOf(registered, name));
      this.penalized = { names, which: penalizedOf(variables, this.config.exclude) };
    }
    return this.penalized!.which;
  }

  /** The factors of Nadam's formula at this step, as in Keras and PyTorch. */
  private nadamFactors(): Partial<Hyperparameters> {
    const { rule, momentumDecay = 1, hyper } = this.config;
    if (rule !== 'nadam') return {};
    const mu = (t: number) => hyper.beta1! * (1 - 0.5 * 0.96 ** (momentumDecay * t));
    const t = this.iterations + 1;
    if (this.nadam.step >= t) this.nadam = { step: 0, product: 1 };
    while (this.nadam.step < t) this.nadam.product *= mu(++this.nadam.step);
    const { product } = this.nadam;
    return { ofMoment: mu(t + 1) / (1 - product * mu(t + 1)), ofGradient: (1 - mu(t)) / (1 - product) };
  }

  /** Updates parameters with one rule: in one op kernel where that is possible. */
  private update(which: 0 | 1, rule: OptimizerRule, hyper: Hyperparameters, list: NamedTensor[]): void {
    if (list.length === 0) return;
    const registered = tf.engine().registeredVariables;
    const tensors: tf.Tensor[] = [];
    let isFusible = new Set(list.map(({ name }) => name)).size === list.length;
    for (const { name, tensor: gradient } of list) {
      const value = variableOf(registered, name);
      if (!tf.util.arraysEqual(gradient.shape, value.shape))
        throw new Error(
          `The gradient of ${name} has shape [${gradient.shape.join(', ')}], and must have that of the variable, ` +
            `[${value.shape.join(', ')}].`,
        );
      const slots = this.slotsOf(name, value);
      isFusible &&= gradient.dtype === 'float32' && [value, ...slots].every((v) => isOwnFloat(v, value.size));
      tensors.push(value, gradient, ...slots);
    }
    const count = rules[rule].slots.length;
    const kernel = isFusible ? tf.getKernel(ops.UpdateParameters.name, tf.getBackend()) : undefined;
    const betas = [hyper.beta1, hyper.beta2].slice(0, BETAS[this.config.rule] ?? 0);
    const step = this.iterations;
    if (kernel) {
      const powers = this.powersOf(this.groups[which], betas);
      const attrs: Omit<UpdateParametersAttrs, 'tensors' | 'powers'> = { rule, hyper, slots: count };
      runInPlace(kernel, { tensors, powers }, attrs);
      this.groups[which].step = step + 1;
      return;
    }
    const [unbias1 = 0, unbias2 = 0] = betas.map((beta) => 1 - power(beta, step + 1));
    const numbers = { ...hyper, unbias1, unbias2 };
    for (let i = 0; i < tensors.length; i += 2 + count) updateByOps(rule, numbers, tensors.slice(i, i + 2 + count));
  }

  /** The powers of β for this step, on the device. */
  private powersOf(group: Group, betas: number[]): tf.Variable[] {
    const step = this.iterations;
    if (group.step === step) {
      for (const variable of group.powers) isOwnFloat(variable, 1);
      return group.powers;
    }
    betas.forEach((beta, k) => {
      const value = tf.scalar(power(beta, step + 1));
      if (group.powers[k]) group.powers[k].assign(value);
      else group.powers[k] = tf.variable(value, false);
    });
    return group.powers;
  }

  private slotsOf(name: string, value: tf.Variable): tf.Variable[] {
    let slots = this.slots.get(name);
    if (!slots) {
      const { rule, initial = 0 } = this.config;
      // A new tensor for each: a variable shares the data of the tensor that it is made of
      slots = rules[rule].slots.map(() => tf.variable(tf.fill(value.shape, initial), false));
      this.slots.set(name, slots);
    }
    return slots;
  }

  /** Gives variables what was loaded for them: by name, or, where names are other ones, in the order of saving. */
  private adopt(list: NamedTensor[]): void {
    if (this.loaded.length === 0) return;
    const registered = tf.engine().registeredVariables;
    for (const { name } of list) {
      if (this.slots.has(name) || this.loaded.length === 0) continue;
      const byName = this.loaded.findIndex((kept) => kept.name === name);
      const [kept] = this.loaded.splice(Math.max(0, byName), 1);
      const { shape } = variableOf(registered, name);
      const wrong = [...kept!.slots, ...(kept!.sum ? [kept!.sum] : [])].find(
        (slot) => !tf.util.arraysEqual(slot.shape, shape),
      );
      if (wrong)
        throw new Error(
          `The loaded state of the optimizer does not fit: for ${kept!.name} it has shape [${wrong.shape.join(', ')}], ` +
            `and ${name} has [${shape.join(', ')}]. Load it into an optimizer of the same variables.`,
        );
      if (kept!.slots.length > 0) this.slots.set(name, kept!.slots);
      if (kept!.sum) this.sums.set(name, kept!.sum);
    }
  }

  private variables(): tf.Variable[] {
    return [
      ...[...this.slots.values()].flat(),
      ...this.sums.values(),
      ...this.loaded.flatMap(({ slots, sum }) => (sum ? [...slots, sum] : slots)),
    ];
  }

  override dispose(): void {
    tf.dispose([...this.variables(), ...this.groups.flatMap(({ powers }) => powers)]);
    this.forget();
    for (const group of this.groups) Object.assign(group, { powers: [], step: -1 });
  }

  private forget(): void {
    this.slots = new Map();
    this.sums = new Map();
    this.loaded = [];
    this.waiting = 0;
  }

  override async getWeights(): Promise<NamedTensor[]> {
    const names = rules[this.config.rule].slots;
    const of = (name: string, slots: readonly tf.Variable[], sum: tf.Variable | undefined): NamedTensor[] => [
      ...slots.map((tensor, k) => ({ name: `${name}/${names[k]!}`, tensor })),
      ...(sum ? [{ name: `${name}/${ACCUMULATED}`, tensor: sum }] : []),
    ];
    const known = new Set([...this.slots.keys(), ...this.sums.keys()]);
    return [
      await this.saveIterations(),
      ...[...known].flatMap((name) => of(name, this.slots.get(name) ?? [], this.sums.get(name))),
      ...this.loaded.flatMap(({ name, slots, sum }) => of(name, slots, sum)),
      ...(this.waiting > 0 ? [{ name: ACCUMULATED, tensor: tf.scalar(this.waiting, 'int32') }] : []),
    ];
  }

  /** @throws Error if they are not those of an optimizer by the same rule */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const all = await this.extractIterations(weights);
    const names: readonly string[] = rules[this.config.rule].slots;
    tf.dispose(this.variables());
    this.forget();
    const byName = new Map<string, { name: string; slots: tf.Variable[]; sum?: tf.Variable }>();
    for (const { name, tensor } of all) {
      if (name === ACCUMULATED) {
        this.waiting = (await tensor.data())[0]!;
        continue;
      }
      const at = name.lastIndexOf('/');
      const [of, what] = [name.slice(0, at), name.slice(at + 1)];
      const k = names.indexOf(what);
      if (k < 0 && what !== ACCUMULATED)
        throw new Error(
          `The state of another optimizer was loaded: it has "${what}", and this one keeps ` +
            `${names.length > 0 ? names.join(', ') : 'nothing'} for each variable.`,
        );
      const kept = byName.get(of) ?? { name: of, slots: [] };
      byName.set(of, kept);
      const variable = tf.tidy(() => tf.variable(tf.mul(tensor, 1), false));
      if (k < 0) kept.sum = variable;
      else kept.slots[k] = variable;
    }
    this.loaded = [...byName.values()];
    this.nadam = { step: 0, product: 1 };
    for (const group of this.groups) group.step = -1;
  }

  /** @throws Error if the learning rate is a function that cannot be saved */
  getConfig(): tf.serialization.ConfigDict {
    const { rate } = this;
    if (typeof rate !== 'number' && !rate.getConfig)
      throw new Error(
        'The learning rate of this optimizer is a function of your own, which cannot be saved. Use a schedule of ' +
          'optim, such as optim.cosineDecay({ rate: 0.1, steps: 1000 }), or save the model without its optimizer.',
      );
    const { exclude } = this.config;
    return {
      ...this.config,
      ...(exclude && { exclude: exclude.map(encoded) }),
      learningRate: typeof rate === 'number' ? rate : rate.getConfig!(),
    } as unknown as tf.serialization.ConfigDict;
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const {
      learningRate: rate,
      exclude,
      customObjects: _,
      ...rest
    } = config as Record<string, unknown> & {
      exclude?: string[];
    };
    const isSchedule = typeof rate === 'object' && rate !== null;
    if (isSchedule && !RuleOptimizer.revive)
      throw new Error("The optimizer of this model follows a schedule of the module dlnb. Import it: from 'dlnb'");
    return new cls({
      ...rest,
      ...(exclude && { exclude: exclude.map(decoded) }),
      learningRate: isSchedule ? RuleOptimizer.revive!(rate) : rate,
    });
  }
}

function variableOf(registered: Record<string, tf.Variable>, name: string): tf.Variable {
  const variable = registered[name];
  if (!variable) throw new Error(`There is no variable ${name}: it may have been disposed of.`);
  return variable;
}

/** Registers the class for model files, and gives it to the module `dlnb`, which knows TensorFlow.js by `tf` alone. */
export function installRuleOptimizers(): void {
  tf.serialization.registerClass(RuleOptimizer as never);
  Object.defineProperty(tf.train, 'RuleOptimizer', { value: RuleOptimizer });
}
