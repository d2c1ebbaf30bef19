// `train.knobs`: controls that change a training while it runs: the learning rate, the rate of dropout, any number.
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import { valueText } from '../../wire/controls.ts';
import { declare, type ControlSpecs, type ValuesOf } from '../explore/declare.ts';
import type { ExploreSession } from '../explore/index.ts';
import type { Panel } from '../explore/panel.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';

/** Options of {@link TrainKnobs.knobs}. */
export interface KnobsOptions {
  /** Stands above the knobs. */
  title?: string;
}

const KNOBS_OPTIONS: OptionNames<KnobsOptions> = { title: 'text' };

/** What knobs turn: an optimizer, or a model with its optimizer and its dropout layers. */
export interface Turned {
  learningRate?: unknown;
  optimizer?: unknown;
  layers?: unknown;
}

/** Knobs that {@link TrainKnobs.knobs} has shown. */
export interface Knobs<S extends ControlSpecs> {
  /** The values now, for loops of one's own. */
  readonly values: ValuesOf<S>;
  /**
   * Lets the knobs turn a model or an optimizer from now on. It gets their present values at once: `rate` or
   * `learningRate` is the learning rate of the optimizer, `dropout` the rate of all dropout layers of a model. Knobs of
   * other names turn nothing by themselves.
   * @throws TypeError for what is neither
   * @example
   * ```ts
   * const optimizer = optim.sgd({ learningRate: 0.1 });
   * const knobs = train.knobs({ rate: { from: 1e-4, to: 1, log: true, value: 0.01 } });
   * knobs.turn(optimizer);
   * knobs.values.rate; // → 0.01
   * ```
   */
  turn(target: Turned): this;
  /** A callback for `model.fit` that lets the knobs turn its model: `callbacks: [train.callback(), knobs.callback()]`. */
  callback(): CustomCallback;
}

/** `knobs` of `train`. */
export interface TrainKnobs {
  /**
   * Shows controls, as those of `explore`, that change a running training. When one is moved, the curves of the chart
   * get a mark. A training begins with the values of the knobs; say `value` for another than the middle.
   *
   * ```ts
   * import { train } from 'dlnb';
   * const knobs = train.knobs({ rate: [1e-4, 1, { log: true, value: 0.1 }] });
   * const run = train.record('w²');
   * let w = 3;
   * for await (const i of run.steps(50)) {
   *   w -= knobs.values.rate * 2 * w;
   *   run.step({ loss: w * w });
   * }
   * ```
   *
   * @throws TypeError or RangeError for a control that cannot be shown
   */
  knobs<const S extends ControlSpecs>(controls: S, options?: KnobsOptions): Knobs<S>;
}

/** What knobs need from their session. */
export interface KnobsHost {
  exploring: ExploreSession;
  loaded: LoadedLibrary;
  /** Marks the curves of the trainings that run. */
  mark(name: string, text: string): void;
  /** From now on, each step of a training looks whether a knob was moved. */
  heed(): void;
  isShown(value: object): void;
}

export function makeKnobs({ exploring, loaded, mark, heed, isShown }: KnobsHost): TrainKnobs {
  return {
    knobs<const S extends ControlSpecs>(specs: S, options: KnobsOptions = {}): Knobs<S> {
      checkOptions('train.knobs', options, KNOBS_OPTIONS);
      const targets = new Set<Turned>();
      const panel: Panel = exploring.panel(declare('train.knobs', specs), {
        of: 'knobs',
        title: options.title,
        changed(names) {
          const values = panel.given();
          targets.forEach((target) => turn(target, values));
          for (const control of panel.controls)
            if (names.includes(control.name))
              mark(control.name, `${control.label ?? control.name} ${valueText(control)}`);
        },
      });
      heed();
      const made: Knobs<S> = {
        get values() {
          return panel.given() as ValuesOf<S>;
        },
        turn(target) {
          checkTarget(target);
          turn(target, panel.given());
          targets.add(target);
          return made;
        },
        callback() {
          const tf = needLibrary(loaded, 'train.knobs');
          let model: LayersModel | undefined;
          class KnobsCallback extends tf.CustomCallback {
            override setModel(m: unknown): void {
              model = m as LayersModel;
            }
          }
          return new KnobsCallback({
            onTrainBegin: async () => void (model && made.turn(model)),
            onTrainEnd: async () => void (model && targets.delete(model)),
          });
        },
      };
      isShown(made);
      return made;
    },
  };
}

const isOptimizer = (value: unknown): value is { learningRate: number } =>
  typeof value === 'object' && value !== null && 'learningRate' in value;

function checkTarget(target: unknown): void {
  const { optimizer, layers } = (target ?? {}) as Turned;
  if (!isOptimizer(target) && !isOptimizer(optimizer) && !Array.isArray(layers))
    throw new TypeError(`train.knobs: turn needs a model or an optimizer with a learningRate, got ${shown(target)}`);
}

function turn(target: Turned, values: Record<string, unknown>): void {
  const rate = values['rate'] ?? values['learningRate'];
  const optimizer = isOptimizer(target) ? target : target.optimizer;
  if (typeof rate === 'number' && isOptimizer(optimizer)) optimizer.learningRate = rate;
  const { dropout } = values;
  if (typeof dropout === 'number') turnDropout(target.layers, dropout);
}

/** Sets the rate of dropout layers, also of models inside the model. */
function turnDropout(layers: unknown, rate: number): void {
  if (!Array.isArray(layers)) return;
  for (const layer of layers as { getClassName?(): string; rate?: unknown; layers?: unknown }[]) {
    if (/Dropout/.test(layer.getClassName?.() ?? '') && typeof layer.rate === 'number') layer.rate = rate;
    turnDropout(layer.layers, rate);
  }
}
