// The callbacks of `train.fit`: functions of a cell, and the callback objects of TensorFlow.js.
import type { BaseCallback } from '@tensorflow/tfjs-layers/dist/base_callbacks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import type { FitCallbacks } from './fit-api.ts';

const NAMES: OptionNames<FitCallbacks> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onStep: true,
};
type Name = keyof FitCallbacks;
type Call = (...args: unknown[]) => unknown;

/** What callbacks of TensorFlow.js are told of a training. */
export interface FitParams {
  epochs: number;
  steps: number | null;
  samples: number | null;
  batchSize: number | null;
}

const isBase = (value: object): value is BaseCallback =>
  typeof (value as Partial<BaseCallback>).setModel === 'function' &&
  typeof (value as Partial<BaseCallback>).setParams === 'function';

/** The callbacks of one training. */
export class Callbacks {
  private readonly calls: Record<Name, Call[]>;
  private readonly bases: BaseCallback[] = [];

  /** @throws TypeError for what is no callback, and for an unknown function */
  constructor(where: string, given: unknown, model: LayersModel | undefined) {
    const list: unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
    this.calls = Object.fromEntries(Object.keys(NAMES).map((name) => [name, []])) as unknown as Record<Name, Call[]>;
    list.forEach((callback, i) => {
      const what = `${where}: callbacks${Array.isArray(given) ? `[${i}]` : ''}`;
      if (typeof callback !== 'object' || callback === null)
        throw new TypeError(
          `${what} must be an object of functions, as { onEpochEnd: (epoch, logs) => … }, or one of tf.callbacks, got ` +
            shown(callback),
        );
      if (isBase(callback)) {
        if (!model)
          throw new TypeError(
            `${what} is a callback of TensorFlow.js, which needs a model; give a step function an object of functions, ` +
              'as { onEpochEnd: (epoch, logs) => … }',
          );
        this.bases.push(callback);
      } else checkOptions(what, callback as FitCallbacks, NAMES);
      for (const name of Object.keys(NAMES) as Name[]) {
        const f = (callback as Record<string, unknown>)[name];
        if (f === undefined || f === null) continue;
        if (typeof f !== 'function') throw new TypeError(`${what}: ${name} must be a function, got ${shown(f)}`);
        this.calls[name].push((...args) => (f as Call).apply(callback, args));
      }
    });
  }

  begin(model: LayersModel | undefined, params: FitParams): void {
    for (const base of this.bases) {
      base.setParams(params as never);
      base.setModel(model as never);
    }
  }

  /** Whether a function of this name is there. */
  has(name: Name): boolean {
    return this.calls[name].length > 0;
  }

  /** Calls the functions of a name one after another, and waits for each. */
  async call(name: Name, ...args: unknown[]): Promise<void> {
    for (const f of this.calls[name]) await f(...args);
  }
}
