// `tf.callbacks`, as in Keras: earlyStopping, with `restoreBestWeights`, reduceLROnPlateau and modelCheckpoint.
import * as tf from '@tensorflow/tfjs-core';
import { Callback, EarlyStopping } from '@tensorflow/tfjs-layers/dist/callbacks';
import { resolveScalarsInLogs } from '@tensorflow/tfjs-layers/dist/logs';
import { checkOptions } from './names.ts';
import type { Logs } from './types.ts';

type Weight = { read(): tf.Variable; write(value: tf.Tensor): unknown };
interface Trained {
  weights: Weight[];
  optimizer: tf.Optimizer & { learningRate: number };
  stopTraining: boolean;
  save(url: string, config?: object): Promise<unknown>;
}

const modelOf = (callback: Callback) => (callback as unknown as { model: Trained }).model;

/** Whether a value is better than the best one so far. */
type Better = (value: number, best: number) => boolean;

type Mode = 'auto' | 'min' | 'max';
const MODES: readonly string[] = ['auto', 'min', 'max'];

function betterBy(where: string, mode: Mode | undefined, monitor: string, minDelta: number): Better {
  if (mode !== undefined && !MODES.includes(mode))
    throw new RangeError(`${where}: mode must be "auto", "min" or "max", and is "${String(mode)}"`);
  const larger = mode === 'max' || (mode !== 'min' && /acc|precision|recall|auc|f1|r2/i.test(monitor));
  return larger ? (value, best) => value > best + minDelta : (value, best) => value < best - minDelta;
}

/** The value that a callback watches; undefined, with a warning, if there is none. */
async function watched(where: string, monitor: string, logs: Logs | undefined): Promise<number | undefined> {
  await resolveScalarsInLogs(logs as never);
  const value = logs?.[monitor] as number | undefined;
  if (value === undefined)
    console.warn(
      `${where}: there is no "${monitor}" to watch; there are: ${Object.keys(logs ?? {}).join(', ')}.` +
        (monitor.startsWith('val_') ? ' Give fit `validationData` or `validationSplit`.' : ''),
    );
  return value;
}

/** Options of `tf.callbacks.earlyStopping`. */
export interface EarlyStoppingOptions {
  monitor?: string;
  minDelta?: number;
  patience?: number;
  verbose?: number;
  mode?: Mode;
  baseline?: number;
  /** Whether the model ends with the weights of its best epoch instead of those of the last. */
  restoreBestWeights?: boolean;
  /** The first epoch that counts, from 0. */
  startFromEpoch?: number;
}

const EARLY_STOPPING = [
  'monitor',
  'minDelta',
  'patience',
  'verbose',
  'mode',
  'baseline',
  'restoreBestWeights',
  'startFromEpoch',
];

/** Ends a training when a value has not become better for `patience` epochs. */
class RestoringEarlyStopping extends EarlyStopping {
  private saved: tf.Tensor[] | undefined;
  private bestSaved: number | undefined;
  private readonly isBetter: Better;

  constructor(private readonly options: EarlyStoppingOptions) {
    const { restoreBestWeights: _, startFromEpoch: _from, mode, ...rest } = options;
    super(mode === undefined || !MODES.includes(mode) ? rest : { ...rest, mode });
    this.isBetter = betterBy(
      'earlyStopping',
      options.mode,
      options.monitor ?? 'val_loss',
      Math.abs(options.minDelta ?? 0),
    );
  }

  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    if (epoch < (this.options.startFromEpoch ?? 0)) return;
    if (this.options.restoreBestWeights) {
      await resolveScalarsInLogs(logs as never);
      const value = logs?.[this.options.monitor ?? 'val_loss'] as number | undefined;
      const { baseline } = this.options;
      const bar = this.bestSaved ?? (this.saved ? baseline : undefined);
      if (value !== undefined && (!this.saved || bar === undefined || this.isBetter(value, bar))) {
        this.bestSaved = baseline === undefined || this.isBetter(value, baseline) ? value : undefined;
        tf.dispose(this.saved ?? []);
        this.saved = modelOf(this).weights.map((weight) => tf.keep(tf.tidy(() => tf.mul(weight.read(), 1))));
      }
    }
    await super.onEpochEnd(epoch, logs as never);
  }

  override async onTrainEnd(logs?: Logs): Promise<void> {
    await super.onTrainEnd(logs as never);
    if (!this.saved) return;
    const saved = this.saved;
    modelOf(this).weights.forEach((weight, i) => weight.write(saved[i]!));
    tf.dispose(saved);
    this.saved = undefined;
    this.bestSaved = undefined;
    if (this.options.verbose) console.log('The model has the weights of its best epoch.');
  }
}

/** Options of `tf.callbacks.reduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  monitor?: string;
  /** What the learning rate is multiplied by, between 0 and 1; 0.1. */
  factor?: number;
  /** Epochs without a better value before it is; 10. */
  patience?: number;
  verbose?: number;
  mode?: Mode;
  /** How much better counts; 1e-4. */
  minDelta?: number;
  /** Epochs to wait after it; 0. */
  cooldown?: number;
  /** The smallest learning rate; 0. */
  minLr?: number;
}

const REDUCE = ['monitor', 'factor', 'patience', 'verbose', 'mode', 'minDelta', 'cooldown', 'minLr'];

/** Lowers the learning rate when a value has not become better for `patience` epochs. */
class ReduceLROnPlateau extends Callback {
  private best: number | undefined;
  private wait = 0;
  private cooling = 0;
  private readonly isBetter: Better;
  private readonly monitor: string;

  constructor(private readonly options: ReduceLROnPlateauOptions) {
    super();
    checkOptions('reduceLROnPlateau', options, REDUCE);
    const { factor = 0.1, monitor = 'val_loss', mode, minDelta = 1e-4 } = options;
    if (!(factor > 0 && factor < 1))
      throw new RangeError(`reduceLROnPlateau: factor must be between 0 and 1, and is ${String(factor)}`);
    this.monitor = monitor;
    this.isBetter = betterBy('reduceLROnPlateau', mode, monitor, minDelta);
  }

  override async onTrainBegin(): Promise<void> {
    this.best = undefined;
    this.wait = this.cooling = 0;
  }

  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    const value = await watched('reduceLROnPlateau', this.monitor, logs);
    const { optimizer } = modelOf(this);
    if (logs) logs['learningRate'] = optimizer.learningRate;
    if (value === undefined) return;
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, verbose } = this.options;
    if (this.cooling > 0) {
      this.cooling--;
      this.wait = 0;
    }
    if (this.best === undefined || this.isBetter(value, this.best)) {
      this.best = value;
      this.wait = 0;
      return;
    }
    if (this.cooling > 0 || ++this.wait < patience) return;
    const before = optimizer.learningRate;
    if (before <= minLr) return;
    optimizer.learningRate = Math.max(before * factor, minLr);
    this.cooling = cooldown;
    this.wait = 0;
    if (verbose) console.log(`Epoch ${epoch}: the learning rate is now ${optimizer.learningRate}.`);
  }
}

/** Options of `tf.callbacks.modelCheckpoint`. */
export interface ModelCheckpointOptions {
  /**
   * Where the model is saved, e.g. `file://checkpoints/best` or `file://checkpoints/{epoch}-{val_loss:.3f}`; the epoch
   * counts from 1.
   */
  filepath: string;
  monitor?: string;
  verbose?: number;
  /** Whether only a model that is better than all before is saved. */
  saveBestOnly?: boolean;
  mode?: Mode;
  /** `'epoch'`, or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** The value that the first saved model must be better than. */
  initialValueThreshold?: number;
  /** Whether the optimizer is saved with it, so that training can go on; true. */
  includeOptimizer?: boolean;
}

const CHECKPOINT = [
  'filepath',
  'monitor',
  'verbose',
  'saveBestOnly',
  'mode',
  'saveFreq',
  'initialValueThreshold',
  'includeOptimizer',
];

/** Saves the model while it is trained. */
class ModelCheckpoint extends Callback {
  private best: number | undefined;
  private batches = 0;
  private epoch = 0;
  private readonly isBetter: Better;

  constructor(private readonly options: ModelCheckpointOptions) {
    super();
    checkOptions('modelCheckpoint', options, CHECKPOINT);
    const { filepath, saveFreq = 'epoch', monitor = 'val_loss', mode } = options;
    if (typeof filepath !== 'string' || tf.io.getSaveHandlers(filepath).length === 0)
      throw new Error(
        `modelCheckpoint: filepath must be an address such as "file://checkpoints/best", and is ${JSON.stringify(filepath)}`,
      );
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq > 0))
      throw new RangeError(`modelCheckpoint: saveFreq must be "epoch" or a number of batches, and is ${saveFreq}`);
    this.isBetter = betterBy('modelCheckpoint', mode, monitor, 0);
    this.best = options.initialValueThreshold;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
  }
  override async onBatchEnd(_batch: number, logs?: Logs): Promise<void> {
    const { saveFreq = 'epoch' } = this.options;
    if (saveFreq !== 'epoch' && ++this.batches % saveFreq === 0) await this.save(logs);
  }
  override async onEpochEnd(_epoch: number, logs?: Logs): Promise<void> {
    if ((this.options.saveFreq ?? 'epoch') === 'epoch') await this.save(logs);
  }

  private async save(logs: Logs | undefined): Promise<void> {
    const { filepath, monitor = 'val_loss', saveBestOnly, includeOptimizer = true, verbose } = this.options;
    await resolveScalarsInLogs(logs as never);
    if (saveBestOnly) {
      const value = await watched('modelCheckpoint', monitor, logs);
      if (value === undefined || (this.best !== undefined && !this.isBetter(value, this.best))) return;
      this.best = value;
    }
    const url = filled(filepath, { ...(logs as Record<string, number>), epoch: this.epoch + 1 });
    await modelOf(this).save(url, { includeOptimizer });
    if (verbose) console.log(`Epoch ${this.epoch + 1}: the model is saved to ${url}.`);
  }
}

/** `{name}`, `{name:02d}` and `{name:.3f}` in an address, filled in. */
function filled(address: string, values: Record<string, number>): string {
  return address.replace(/\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?[df])?\}/g, (text, name: string, zero, width, digits) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`modelCheckpoint: there is no value for ${text}; there are: ${Object.keys(values).join(', ')}`);
    const number = digits === undefined ? String(value) : value.toFixed(Number(digits));
    return number.padStart(Number(width || 0), zero ? '0' : ' ');
  });
}

export const callbacks = {
  /**
   * Ends the training when a value has not become better for `patience` epochs. As in Keras 3, `restoreBestWeights`
   * gives the model the weights of its best epoch also if the training ends by itself.
   */
  earlyStopping(options: EarlyStoppingOptions = {}): Callback {
    checkOptions('earlyStopping', options, EARLY_STOPPING, 'callbacks.earlyStopping');
    return new RestoringEarlyStopping(options);
  },
  /** Multiplies the learning rate by `factor` when a value has not become better for `patience` epochs. */
  reduceLROnPlateau: (options: ReduceLROnPlateauOptions = {}): Callback => new ReduceLROnPlateau(options),
  /** Saves the model after epochs or batches, or whenever it is better than before. */
  modelCheckpoint: (options: ModelCheckpointOptions): Callback => new ModelCheckpoint(options),
};
