// What `train.fit` sets at an optimizer for the time of a training: a schedule of the learning rate, accumulation and
// clipping of gradients, and who looks at the gradients. At the end all is as it was.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import type { TensorLibrary } from '../library.ts';
import { clipByNorm, clipByValue, type Gradients } from '../nn/clip.ts';
import type { Plateau, PlateauState } from '../optim/plateau.ts';
import { checkCount, checkNumber, checkOptions, shown } from '../options.ts';
import { CLIP, type ClipOptions, type FitOptions } from './fit-api.ts';

type Schedule = number | ((step: number) => number);

/** An optimizer as far as it can be set: those of `optim` have a configuration and a rate that may be a schedule. */
interface Settable {
  config?: { gradientAccumulationSteps?: number; rule?: string };
  rate?: Schedule;
  learningRate?: unknown;
  setLearningRate?(rate: Schedule): void;
  applyGradients(gradients: Gradients): void;
}

/** State of {@link OptimizerSettings}, for a checkpoint. */
export interface SettingsState {
  /** The learning rate, where it is a number. */
  learningRate?: number;
  /** Of a plateau. */
  plateau?: PlateauState;
}

const isPlateau = (schedule: unknown): schedule is Plateau =>
  typeof schedule === 'function' && typeof (schedule as Partial<Plateau>).update === 'function';

/** The settings of one training. */
export class OptimizerSettings {
  private readonly settable: Settable | undefined;
  private readonly schedule: Schedule | undefined;
  private readonly accumulate: number;
  private readonly clip: ClipOptions | undefined;
  /** Undoes what was set, the last first. */
  private readonly undo: (() => void)[] = [];

  /** @throws TypeError, RangeError for wrong options, and for those that need another optimizer */
  constructor(
    private readonly tf: TensorLibrary,
    private readonly where: string,
    readonly optimizer: tfTypes.Optimizer | undefined,
    { schedule, accumulate, clip }: Pick<FitOptions<never>, 'schedule' | 'accumulate' | 'clip'>,
  ) {
    this.settable = optimizer as unknown as Settable | undefined;
    if (schedule !== undefined && typeof schedule !== 'function') checkNumber(where, 'schedule', schedule);
    this.schedule = schedule;
    this.accumulate = accumulate === undefined ? 1 : checkCount(where, 'accumulate', accumulate);
    if (clip !== undefined && typeof clip !== 'number') {
      checkOptions(`${where}: clip`, clip, CLIP);
      if ((clip.norm === undefined) === (clip.value === undefined))
        throw new TypeError(`${where}: clip must be a number, { norm } or { value }, got ${shown(clip)}`);
    }
    this.clip = typeof clip === 'number' ? { norm: clip } : clip;
    for (const [name, limit] of Object.entries(this.clip ?? {}) as [string, number][])
      if (!(checkNumber(`${where}: clip`, name, limit) > 0))
        throw new RangeError(`${where}: clip must be above 0: with 0, nothing is learned`);
    const asked = Object.entries({ schedule, accumulate, clip }).filter(([, v]) => v !== undefined);
    if (!optimizer && asked.length > 0)
      throw new TypeError(
        `${where}: ${asked.map(([name]) => name).join(', ')} needs an optimizer: give fit the option optimizer, and ` +
          'return the loss from the step function',
      );
    if (this.accumulate > 1 && !this.settable?.config?.rule)
      throw new TypeError(
        `${where}: accumulate needs an optimizer of optim, such as optim.adam(); this one is ${shown(optimizer)}`,
      );
  }

  /** @param look called with the gradients of each step */
  begin(look: ((gradients: readonly NamedTensor[]) => void) | undefined): void {
    const { settable, undo, tf, clip } = this;
    if (!settable) return;
    if (this.accumulate > 1) {
      const { config } = settable;
      const before = config!.gradientAccumulationSteps;
      config!.gradientAccumulationSteps = this.accumulate;
      undo.push(() => {
        if (before === undefined) delete config!.gradientAccumulationSteps;
        else config!.gradientAccumulationSteps = before;
      });
    }
    if (this.schedule !== undefined) {
      const before = settable.rate ?? settable.learningRate;
      undo.push(() => this.setRate(before as Schedule));
    }
    if (!clip && !look) return;
    const own = Object.hasOwn(settable, 'applyGradients') ? settable.applyGradients : undefined;
    const apply = settable.applyGradients.bind(settable);
    settable.applyGradients = (gradients) => {
      if (look) tf.tidy(() => look(entriesOf(gradients)));
      if (!clip) return apply(gradients);
      const clipped =
        clip.norm === undefined ? clipByValue(tf, gradients, clip.value!) : clipByNorm(tf, gradients, clip.norm);
      apply(clipped);
      tf.dispose(entriesOf(clipped).map(({ tensor }) => tensor));
    };
    undo.push(() => {
      if (own) settable.applyGradients = own;
      else Reflect.deleteProperty(settable, 'applyGradients');
    });
  }

  /** Sets the rate of the next step, counted from 0. */
  beforeStep(step: number): void {
    const { schedule } = this;
    if (schedule === undefined) return;
    const at = Math.floor(step / this.accumulate);
    const rate = typeof schedule === 'function' ? schedule(at) : schedule;
    if (!(typeof rate === 'number' && rate >= 0 && rate < Infinity))
      throw new RangeError(
        `${this.where}: the schedule gave ${shown(rate)} at step ${at}; it must give a learning rate`,
      );
    if (rate !== this.settable!.learningRate) this.setRate(rate);
  }

  private setRate(rate: Schedule): void {
    const { settable } = this;
    if (settable!.setLearningRate) settable!.setLearningRate(rate);
    else settable!.learningRate = rate;
  }

  /** The learning rate of the next step, where it is known. */
  get learningRate(): number | undefined {
    const rate = this.settable?.learningRate;
    return typeof rate === 'number' ? rate : undefined;
  }

  /** Gives a plateau of the option `schedule` the value of an epoch. */
  afterEpoch(values: Readonly<Record<string, number>>, monitor: string): void {
    const value = values[monitor] ?? values['loss'];
    if (isPlateau(this.schedule) && value !== undefined && !Number.isNaN(value)) this.schedule.update(value);
  }

  private get plateau(): Plateau | undefined {
    return [this.schedule, this.settable?.rate].find(isPlateau);
  }

  state(): SettingsState {
    const state = this.plateau?.getConfig().options.state;
    const { settable } = this;
    const rate = settable?.rate ?? settable?.learningRate;
    return {
      ...(typeof rate === 'number' && { learningRate: rate }),
      ...(state && { plateau: { ...state } }),
    };
  }

  setState({ learningRate, plateau }: SettingsState): void {
    if (learningRate !== undefined && this.settable && typeof (this.settable.rate ?? 0) === 'number')
      this.setRate(learningRate);
    if (plateau) this.plateau?.setState(plateau);
  }

  /** What the optimizer is called in a checkpoint: one of another kind cannot go on from its state. */
  get kind(): string {
    const { optimizer, settable } = this;
    if (!optimizer) return 'none';
    return settable?.config?.rule ?? (optimizer.constructor as { className?: string }).className ?? 'unknown';
  }

  end(): void {
    while (this.undo.length > 0) this.undo.pop()!();
  }
}

function entriesOf(gradients: Gradients): NamedTensor[] {
  if (Array.isArray(gradients)) return (gradients as NamedTensor[]).filter((g) => g?.tensor);
  return Object.entries(gradients as tfTypes.NamedTensorMap)
    .filter(([, tensor]) => tensor)
    .map(([name, tensor]) => ({ name, tensor }));
}
