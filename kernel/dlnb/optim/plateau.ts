// The schedule that lowers the learning rate when a value, such as the validation loss, does not become better.
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';

/** Options of {@link plateau}. */
export interface PlateauOptions {
  /** The first learning rate. */
  rate: number;
  /** What the rate is multiplied by, between 0 and 1; 0.1 by default. */
  factor?: number;
  /** How many values in a row may be no better before the rate falls with the next such one; 10 by default. */
  patience?: number;
  /** How much better than the best one so far counts: a part of it, or an amount; 10⁻⁴ by default. */
  threshold?: number;
  /** Whether `threshold` is a part of the best value or an amount; `'relative'` by default. */
  thresholdMode?: 'relative' | 'absolute';
  /** How many values are ignored after the rate has fallen; 0 by default. */
  cooldown?: number;
  /** The smallest learning rate; 0 by default. */
  floor?: number;
  /** Whether small or large values are good; `'min'` by default. */
  mode?: 'min' | 'max';
}

/** The state of a {@link Plateau}. */
export interface PlateauState {
  rate: number;
  best: number | null;
  bad: number;
  cooling: number;
}

/** What a {@link Plateau} can be made of again. */
export type PlateauConfig = PlateauOptions & { state?: PlateauState };

/** A schedule that follows a measured value instead of the step. */
export interface Plateau {
  /** The learning rate now, whatever the step. */
  (step?: number): number;
  /**
   * Takes the next value, such as the validation loss of an epoch.
   * @throws RangeError for what is no number
   * @example
   * ```ts
   * const rate = optim.plateau({ rate: 1, factor: 0.5, patience: 0 });
   * rate.update(2);
   * rate.update(3);
   * rate(); // → 0.5
   * ```
   */
  update(value: number): void;
  /**
   * For `fit`: takes the value of that name after each epoch, `'val_loss'` by default.
   * @throws Error, in `fit`, if there is none of that name
   * @example
   * ```ts
   * const rate = optim.plateau({ rate: 0.1, patience: 3 });
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: optim.sgd({ learningRate: rate }), loss: 'meanSquaredError' });
   * await model.fit(tf.ones([8, 1]), tf.ones([8, 1]), { epochs: 5, verbose: 0, callbacks: rate.callback('loss') });
   * ```
   */
  callback(monitor?: string): { onEpochEnd(epoch: number, logs?: Record<string, number>): void };
  /**
   * Takes over the state that `getConfig().options.state` of a like schedule had: a training goes on.
   * @example
   * ```ts
   * const before = optim.plateau({ rate: 0.1, patience: 1 });
   * for (const loss of [1, 1, 1]) before.update(loss);
   * const after = optim.plateau({ rate: 0.1, patience: 1 });
   * after.setState(before.getConfig().options.state!);
   * after(0) === before(0); // → true
   * ```
   */
  setState(state: PlateauState): void;
  /**
   * Its kind, options and state, for a file; `optim.scheduleFromConfig` makes the schedule again.
   * @example
   * ```ts
   * optim.plateau({ rate: 0.1 }).getConfig();
   * ```
   */
  getConfig(): { kind: string; options: PlateauConfig };
}

const PLATEAU: OptionNames<PlateauOptions> = {
  rate: 'number',
  factor: 'number',
  patience: 'number',
  threshold: 'number',
  thresholdMode: ['relative', 'absolute'],
  cooldown: 'number',
  floor: 'number',
  mode: ['min', 'max'],
};

/**
 * Multiplies the learning rate by `factor` when more than `patience` values in a row were no better than the best one,
 * as PyTorch's `ReduceLROnPlateau`. Give it the values with `update(value)`, or with `callback()` in `fit`:
 * @throws TypeError, RangeError for wrong options
 * @example
 * ```ts
 * const rate = optim.plateau({ rate: 0.1, factor: 0.5, patience: 2 });
 * const optimizer = optim.sgd({ learningRate: rate });
 * for (const loss of [1, 0.8, 0.9, 0.9, 0.9]) rate.update(loss);
 * rate(); // → 0.05
 * ```
 */
export function plateau(options: PlateauOptions): Plateau {
  const where = 'optim.plateau';
  checkOptions(where, options, PLATEAU);
  return make(options, { rate: options.rate, best: null, bad: 0, cooling: 0 });
}

/** The schedule that `getConfig()` described, with its state. */
plateau.fromConfig = ({ state, ...options }: PlateauConfig): Plateau => {
  const made = plateau(options);
  return state ? make(options, { ...state, best: state.best ?? null }) : made;
};

function make(options: PlateauOptions, state: PlateauState): Plateau {
  const where = 'optim.plateau';
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, floor = 0, mode = 'min' } = options;
  const { thresholdMode = 'relative' } = options;
  checkNumber(where, 'rate', options.rate);
  checkNumber(where, 'factor', factor, 0, 1);
  if (factor === 1) throw new RangeError(`${where}: factor must be below 1, or the rate never falls`);
  checkCount(where, 'patience', patience, 0);
  checkNumber(where, 'threshold', threshold);
  checkCount(where, 'cooldown', cooldown, 0);
  checkNumber(where, 'floor', floor);
  const isBetter = (value: number, best: number): boolean => {
    const by = thresholdMode === 'absolute' ? threshold : best * threshold;
    return mode === 'min' ? value < best - by : value > best + by;
  };
  const schedule = () => state.rate;
  return Object.assign(schedule, {
    update(value: number) {
      if (typeof value !== 'number' || Number.isNaN(value))
        throw new RangeError(`${where}: update takes a number, such as a loss, and got ${shown(value)}`);
      if (state.best === null || isBetter(value, state.best)) {
        state.best = value;
        state.bad = 0;
      } else state.bad++;
      if (state.cooling > 0) {
        state.cooling--;
        state.bad = 0;
      }
      if (state.bad <= patience) return;
      state.rate = Math.max(state.rate * factor, floor);
      state.cooling = cooldown;
      state.bad = 0;
    },
    callback(monitor = 'val_loss') {
      return {
        onEpochEnd: (_epoch: number, logs: Record<string, number> = {}) => {
          const value = logs[monitor];
          if (value === undefined)
            throw new Error(
              `${where}: there is no "${monitor}" to watch; there are: ${Object.keys(logs).join(', ')}.` +
                (monitor.startsWith('val_') ? ' Give fit `validationData` or `validationSplit`.' : ''),
            );
          this.update(value);
        },
      };
    },
    setState: (from: PlateauState) => void Object.assign(state, from),
    getConfig: () => ({ kind: 'plateau', options: { ...options, state: { ...state } } }),
  });
}
