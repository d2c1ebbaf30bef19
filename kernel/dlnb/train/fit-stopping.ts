// Early stopping and the best epoch of `train.fit`. The best weights are kept by reference: a weight that is updated
// gets numbers of its own, so that they cost nothing until then, and come back bit for bit.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown } from '../options.ts';
import { EARLY_STOPPING, type EarlyStopping, type FitBest } from './fit-api.ts';
import type { NamedVariable } from './fit-trainee.ts';
import { isMoreBetter } from './run.ts';

/** State of {@link Best}, for a checkpoint. */
export interface BestState {
  best: FitBest | undefined;
  bad: number;
}

/** What is watched, and when it is to end the training. */
export class Best {
  best: FitBest | undefined;
  /** Epochs since then. */
  private bad = 0;
  private kept: tfTypes.Tensor[] | undefined;
  readonly keepsWeights: boolean;
  private readonly options: EarlyStopping | undefined;

  /** @param given the option `earlyStopping` @param monitor of the option `monitor`, or what it is by default */
  constructor(
    private readonly tf: TensorLibrary,
    private readonly where: string,
    given: boolean | EarlyStopping | undefined,
    private readonly monitor: string,
  ) {
    if (given !== undefined && typeof given !== 'boolean' && (typeof given !== 'object' || given === null))
      throw new TypeError(
        `${where}: earlyStopping must be true or options such as { patience: 5 }, got ${shown(given)}`,
      );
    this.options = given === true ? {} : given || undefined;
    if (this.options) {
      checkOptions(`${where}: earlyStopping`, this.options, EARLY_STOPPING);
      checkCount(`${where}: earlyStopping`, 'patience', this.options.patience ?? 5, 0);
      checkNumber(`${where}: earlyStopping`, 'minDelta', this.options.minDelta ?? 0);
      this.monitor = this.options.monitor ?? monitor;
    }
    this.keepsWeights = this.options !== undefined && (this.options.restoreBest ?? true);
  }

  /** Takes the values of an epoch, counted from 1. @returns whether it is the best so far, and whether to end */
  take(epoch: number, values: Readonly<Record<string, number>>, weights: () => NamedVariable[]) {
    const { options, monitor } = this;
    const value = values[monitor];
    if (value === undefined) {
      if (!options && !this.isNamed) return { isBest: false, ends: false };
      throw new Error(
        `${this.where}: there is no "${monitor}" to watch; there are: ${Object.keys(values).join(', ')}.` +
          (monitor.startsWith('val_') ? ' Give fit `validation`.' : ''),
      );
    }
    const more = (options?.mode ?? (isMoreBetter(monitor) ? 'max' : 'min')) === 'max';
    const by = options?.minDelta ?? 0;
    const { best } = this;
    const isBest = Number.isFinite(value) && (!best || (more ? value > best.value + by : value < best.value - by));
    if (isBest) {
      this.best = { epoch, monitor, value };
      this.bad = 0;
      if (this.keepsWeights) this.keep(weights());
    } else this.bad++;
    return { isBest, ends: options !== undefined && this.bad > 0 && this.bad >= (options.patience ?? 5) };
  }

  /** Whether `monitor` was given. */
  isNamed = false;

  private keep(weights: readonly NamedVariable[]): void {
    this.tf.dispose(this.kept ?? []);
    this.kept = weights.map(({ variable }) => this.tf.keep(variable.clone()));
  }

  /** Gives the weights the values of the best epoch. */
  restore(weights: readonly NamedVariable[]): void {
    const { kept } = this;
    if (kept) weights.forEach(({ variable }, i) => variable.assign(kept[i]!));
  }

  state(): BestState {
    return { best: this.best, bad: this.bad };
  }

  /** The best weights, in the order of the weights, for a checkpoint. */
  tensors(): readonly tfTypes.Tensor[] {
    return this.kept ?? [];
  }

  /** @param tensors the best weights, which are taken over */
  setState({ best, bad }: BestState, tensors: tfTypes.Tensor[]): void {
    this.best = best;
    this.bad = bad;
    this.tf.dispose(this.kept ?? []);
    this.kept = tensors.length > 0 ? tensors.map((t) => this.tf.keep(t)) : undefined;
  }

  dispose(): void {
    this.tf.dispose(this.kept ?? []);
    this.kept = undefined;
  }
}
