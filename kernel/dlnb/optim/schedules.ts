// Schedules of the learning rate: functions of the step, which an optimizer, `compile` and loops of one's own take, and
// which can be saved. Those that `nn` has too are the same functions.
import {
  cosineDecay as cosine,
  exponentialDecay as exponential,
  stepDecay as stepwise,
  type CosineDecayOptions,
  type ExponentialDecayOptions,
  type StepDecayOptions,
} from '../nn/schedules.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { plateau, type PlateauConfig } from './plateau.ts';

/** What a schedule can be made of again, as plain values for JSON: {@link scheduleFromConfig}. */
export interface ScheduleConfig {
  kind: string;
  options: object;
}

/** The learning rate at a step, counted from 0, as the optimizers of `optim` take it. */
export interface RateSchedule {
  (step: number): number;
  /**
   * Its kind and options, for a file; {@link scheduleFromConfig} makes the schedule again.
   * @example
   * ```ts
   * optim.cosineDecay({ rate: 0.1, steps: 100 }).getConfig();
   * ```
   */
  getConfig(): ScheduleConfig;
}

/** Adds to a function what it can be made of again. */
export function saved(kind: string, options: object, schedule: (step: number) => number): RateSchedule {
  const own = (step: number) => schedule(step);
  return Object.assign(own, { getConfig: () => ({ kind, options: { ...options } }) });
}

/**
 * Constant between decays: rate · factorᵏ after k decays, as Keras's `PiecewiseConstantDecay` and PyTorch's `StepLR` and
 * `MultiStepLR`: `optim.stepDecay({ rate: 0.1, at: [30, 60], factor: 0.1 })`.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.stepDecay({ rate: 0.1, at: [30, 60], factor: 0.1 });
 * display(viz.line(Array.from({ length: 90 }, (_, t) => rate(t)), { logY: true }));
 * optim.sgd({ learningRate: rate }).learningRate; // → 0.1
 * ```
 */
export const stepDecay = (options: StepDecayOptions): RateSchedule => saved('stepDecay', options, stepwise(options));

/**
 * Exponential decay: rate · factor^(t / steps), t counted from the end of the warm-up:
 * `optim.exponentialDecay({ rate: 0.1, steps: 1000, factor: 0.5 })` halves the rate in 1000 steps.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.exponentialDecay({ rate: 0.1, steps: 1000, factor: 0.5 });
 * [rate(0), rate(1000), rate(2000)]; // → [0.1, 0.05, 0.025]
 * ```
 */
export const exponentialDecay = (options: ExponentialDecayOptions): RateSchedule =>
  saved('exponentialDecay', options, exponential(options));

/**
 * Decay along half a cosine wave: floor + (rate − floor) · (1 + cos(π · t / T)) / 2, where t and T are the step and the
 * number of steps without the warm-up (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983, eq. 5, without
 * restarts): `optim.cosineDecay({ rate: 0.1, steps: 1000, warmup: 50 })`.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.cosineDecay({ rate: 0.1, steps: 1000, warmup: 100 });
 * [rate(99), rate(550), rate(1000)]; // → [0.1, 0.05, 0]
 * ```
 */
export const cosineDecay = (options: CosineDecayOptions): RateSchedule =>
  saved('cosineDecay', options, cosine(options));

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The largest learning rate. */
  rate: number;
  /** Number of steps of the whole training. */
  steps: number;
  /** The part of the steps in which the rate grows; 0.3 by default. */
  pctStart?: number;
  /** The first rate is rate / divFactor; 25 by default. */
  divFactor?: number;
  /** The last rate is the first one / finalDivFactor; 10⁴ by default. */
  finalDivFactor?: number;
  /** The form of rise and fall: half a cosine wave, or a line; `'cosine'` by default. */
  anneal?: 'cosine' | 'linear';
}

const ONE_CYCLE: OptionNames<OneCycleOptions> = {
  rate: 'number',
  steps: 'number',
  pctStart: 'number',
  divFactor: 'number',
  finalDivFactor: 'number',
  anneal: ['cosine', 'linear'],
};

/**
 * One cycle: the rate grows from rate / divFactor to `rate` and falls to almost 0 (Smith & Topin 2018,
 * https://arxiv.org/abs/1708.07120), as PyTorch's `OneCycleLR`. After the last step it stays.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.oneCycle({ rate: 0.1, steps: 100, pctStart: 0.3 });
 * viz.line(Array.from({ length: 100 }, (_, t) => rate(t)), { xLabel: 'step', yLabel: 'η' });
 * ```
 */
export function oneCycle(options: OneCycleOptions): RateSchedule {
  const where = 'optim.oneCycle';
  checkOptions(where, options, ONE_CYCLE);
  const { rate, steps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, anneal = 'cosine' } = options;
  checkNumber(where, 'rate', rate);
  checkCount(where, 'steps', steps, 2);
  checkNumber(where, 'pctStart', pctStart, 0, 1);
  checkNumber(where, 'divFactor', divFactor, 1);
  checkNumber(where, 'finalDivFactor', finalDivFactor, 1);
  const first = rate / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * steps - 1;
  const between = (from: number, to: number, part: number) =>
    anneal === 'cosine' ? to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2 : from + (to - from) * part;
  return saved('oneCycle', options, (step) => {
    if (step <= top) return between(first, rate, Math.max(0, step / top));
    return between(rate, last, Math.min(1, (step - Math.max(0, top)) / (steps - 1 - Math.max(0, top))));
  });
}

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** Number of steps in which the rate grows along a line. */
  steps: number;
  /** The learning rate afterwards, or a schedule, whose steps are counted from the end of the warm-up. */
  then: number | ((step: number) => number);
  /** The part of the first rate of `then` from which it grows; 0 by default. */
  from?: number;
}

const WARM_UP: OptionNames<WarmUpOptions> = { steps: 'number', then: true, from: 'number' };

/**
 * A linear warm-up before any schedule (Goyal et al. 2017, https://arxiv.org/abs/1706.02677): at step t < steps, the
 * first rate of `then` times from + (1 − from) · (t + 1) / steps.
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.warmUp({ steps: 10, then: 0.1 });
 * [rate(0), rate(4), rate(9), rate(50)]; // → [0.01, 0.05, 0.1, 0.1]
 * ```
 */
export function warmUp(options: WarmUpOptions): RateSchedule {
  const where = 'optim.warmUp';
  checkOptions(where, options, WARM_UP);
  const { steps, then, from = 0 } = options;
  checkCount(where, 'steps', steps);
  checkNumber(where, 'from', from, 0, 1);
  if (typeof then !== 'function') checkNumber(where, 'then', then);
  const after = typeof then === 'function' ? then : () => then;
  const schedule = (step: number) =>
    step < steps ? after(0) * (from + ((1 - from) * (step + 1)) / steps) : after(step - steps);
  return Object.assign(schedule, {
    getConfig: () => ({ kind: 'warmUp', options: { steps, from, then: configOf(where, then) } }),
  });
}

function configOf(where: string, rate: number | ((step: number) => number)): unknown {
  if (typeof rate === 'number') return rate;
  const { getConfig } = rate as Partial<RateSchedule>;
  if (!getConfig)
    throw new Error(
      `${where}: a schedule that is a function of your own cannot be saved; use one of optim, such as ` +
        'optim.cosineDecay({ rate: 0.1, steps: 1000 })',
    );
  return getConfig();
}

const kinds: Readonly<Record<string, (options: never) => RateSchedule>> = {
  stepDecay,
  exponentialDecay,
  cosineDecay,
  oneCycle,
  plateau: (config: PlateauConfig) => plateau.fromConfig(config),
  warmUp: ({ then, ...rest }: WarmUpOptions) =>
    warmUp({ ...rest, then: typeof then === 'number' ? then : scheduleFromConfig(then as unknown as ScheduleConfig) }),
};

/**
 * The schedule that `getConfig()` of another one describes, with its state.
 * @throws TypeError for what is none
 * @example
 * ```ts
 * const saved = JSON.stringify(optim.cosineDecay({ rate: 0.1, steps: 100 }).getConfig());
 * optim.scheduleFromConfig(JSON.parse(saved))(50); // → 0.05
 * ```
 */
export function scheduleFromConfig(config: ScheduleConfig): RateSchedule {
  const { kind, options } = (config ?? {}) as Partial<ScheduleConfig>;
  const make = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!make)
    throw new TypeError(
      `optim.scheduleFromConfig: the configuration must be what getConfig() of a schedule gives, with a kind of ` +
        `${Object.keys(kinds).join(', ')}; got ${shown(config)}`,
    );
  return make(options as never);
}
