// `train.statistics`: gradients, activations and updates of a network by layer, measured every few steps of a training.
// What is measured in a step is computed on the device and read as one tensor, later.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../options.ts';
import { engineOf } from '../viz/graph/engine.ts';
import { short, type Figure } from '../viz/figure.ts';
import { statisticsFigure } from './statistics-figure.ts';
import { shownTable, tableText, type Cell, type Table } from './table.ts';
import { unrecorded } from './unrecorded.ts';

type Tensor = tfTypes.Tensor;

/** Options of `train.statistics`. */
export interface StatisticsOptions {
  /** Measures the first step and every so many after it; 10 by default. */
  every?: number;
  /** Whether outputs of layers are measured, too; true by default. */
  activations?: boolean;
}

const STATISTICS_OPTIONS: OptionNames<StatisticsOptions> = { every: 'number', activations: 'boolean' };

/** One tensor of one measured step. */
export interface LayerStatistics {
  /** Number of the step, from 1. */
  step: number;
  /** What was measured: the gradient of a weight, the change that the step made of it, or the output of a layer. */
  of: 'gradient' | 'update' | 'activation';
  layer: string;
  /** Name of the weight: `dense_1/kernel`; of an activation the name of the layer. */
  name: string;
  mean: number;
  /** Standard deviation. */
  std: number;
  /** √(Σ x²) */
  norm: number;
  /** Share of values that are exactly 0, from 0 to 1: units of a ReLU that do not fire. */
  zeros: number;
  /** Share of values within 0.03 of a bound of tanh or a sigmoid; 0 for other layers. */
  saturated: number;
  /** How many values are NaN or infinite. */
  notFinite: number;
  /**
   * Of an update: log₁₀ of its norm over the norm of the weight. About −3 is usual: far below nothing is learned, above
   * −2 the learning rate is large. NaN for a weight that is all 0.
   */
  ratio?: number;
}

/** What `train.statistics` returns. Shows itself: curves by layer. */
export interface TrainStatistics extends Displayable {
  /** A callback for `model.fit`: `callbacks: statistics.callback()`. The curves grow while it trains. */
  callback(): CustomCallback;
  /** Makes one step of a loop of one's own: what the function computes in it is measured. @returns what it returns */
  step<T>(f: () => T): T;
  /** All that was measured and read so far. */
  readonly rows: readonly LayerStatistics[];
  /** The last measured step as a table of all weights and layers. */
  table(): Displayable;
  /**
   * Settles when all values have been read; then the curves are whole.
   * @example
   * ```ts
   * const w = tf.variable(tf.ones([2]), true, 'w');
   * const measured = train.statistics({ w });
   * for (let i = 0; i < 5; i++) measured.step(() => optim.sgd().minimize(() => w.square().sum()));
   * await measured.done();
   * ```
   */
  done(): Promise<Figure>;
}

/** `statistics` of `train`. */
export interface StatisticsFunction {
  /**
   * Measures how a network trains, by layer: gradients, updates and activations, with mean, standard deviation, norm, the
   * share of zeros and of saturated units, NaN, and the ratio of update to weight.
   *
   * ```ts
   * import { tf, train } from 'dlnb';
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
   * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
   * const statistics = train.statistics(model, { every: 2 });
   * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 9, verbose: 0, callbacks: statistics.callback() });
   * statistics.table()
   * ```
   * @param model a model of tf.layers, or the variables that a loop of one's own trains, by name
   */
  (model: LayersModel | Record<string, tfTypes.Variable>, options?: StatisticsOptions): TrainStatistics;
}

interface Layer {
  name: string;
  getClassName(): string;
  layers?: Layer[];
  activation?: { getClassName?(): string } | null;
  trainableWeights: { originalName: string; name: string; val: tfTypes.Variable }[];
  call(...args: unknown[]): unknown;
}

interface Weight {
  layer: string;
  name: string;
  variable: tfTypes.Variable;
}

/** Largest number of measured steps; then every second one is left out, and half as many are measured. */
const MOST_STEPS = 400;
/** So many numbers are measured of each tensor. */
const NUMBERS = 6;
/** Least time between two drawings while it trains. */
const DRAW_MS = 2000;
/** Layers whose outputs say nothing new. */
const PASSES = new Set(['InputLayer', 'Flatten', 'Reshape', 'Dropout', 'Permute']);

/** A tensor of numbers about another one, and what it is about. */
interface Measured {
  of: LayerStatistics['of'];
  layer: string;
  name: string;
  numbers: Tensor;
}

/** @throws TypeError for what is neither a model nor variables */
function weightsOf(tf: TensorLibrary, where: string, model: unknown): { weights: Weight[]; layers: Layer[] } {
  const layers = (model as { layers?: unknown } | null)?.layers;
  if (Array.isArray(layers)) {
    const built = model as { built?: boolean; build?(): void };
    if (!built.built) built.build?.();
    const all = flat(layers as Layer[]);
    const weights = all.flatMap((layer) =>
      layer.trainableWeights.map(({ originalName, val }) => ({
        layer: layer.name,
        name: `${layer.name}/${originalName.split('/').at(-1)!}`,
        variable: val,
      })),
    );
    return { weights, layers: all };
  }
  const entries = typeof model === 'object' && model !== null ? Object.entries(model) : [];
  if (entries.length === 0 || !entries.every(([, v]) => v instanceof tf.Variable))
    throw new TypeError(`${where}: give a model of tf.layers, or variables by name: { w, b }, got ${shown(model)}`);
  return {
    weights: entries.map(([name, variable]) => ({ layer: name, name, variable: variable as tfTypes.Variable })),
    layers: [],
  };
}

/** The layers of a model, and those of models in it. */
const flat = (layers: readonly Layer[]): Layer[] =>
  layers.flatMap((layer) => (layer.layers && 'inputs' in layer ? flat(layer.layers) : [layer]));

/** Measures the steps of one training after another. */
export class StatisticsRecorder implements TrainStatistics {
  rows: LayerStatistics[] = [];
  private steps = 0;
  private every: number;
  private readonly weights: Weight[];
  private readonly layers: Layer[];
  /** Copies of the weights before the step that is measured; undefined if none is. */
  private before: Tensor[] | undefined;
  private measured: Measured[] = [];
  private undo: (() => void)[] = [];
  private reading: Promise<void> = Promise.resolve();
  private drawnAt = -Infinity;

  constructor(
    private readonly tf: TensorLibrary,
    model: unknown,
    options: StatisticsOptions,
    private readonly draw: (value: Displayable) => void,
  ) {
    const where = 'train.statistics';
    checkOptions(where, options, STATISTICS_OPTIONS);
    const { every = 10, activations = true } = options;
    this.every = checkCount(where, 'every', every);
    const { weights, layers } = weightsOf(tf, where, model);
    this.weights = weights;
    this.layers = activations ? layers.filter((layer) => !PASSES.has(layer.getClassName())) : [];
  }

  callback(): CustomCallback {
    return new this.tf.CustomCallback({
      onBatchBegin: async () => this.begin(),
      onBatchEnd: async () => this.end(true),
      onTrainEnd: async () => this.finish(),
    });
  }

  step<T>(f: () => T): T {
    if (typeof f !== 'function')
      throw new TypeError('statistics.step: give the function of a step: () => optimizer.minimize(…)');
    this.begin();
    let value: T;
    try {
      value = f();
    } catch (e) {
      this.giveUp();
      throw e;
    }
    if (!(value instanceof Promise)) {
      this.end(false);
      return value;
    }
    return value.then(
      (v: unknown) => {
        this.end(false);
        return v;
      },
      (e: unknown) => {
        this.giveUp();
        throw e;
      },
    ) as T;
  }

  /** Begins a step, which is measured if it is its turn. */
  begin(): void {
    // A step that was ended from outside has left its hooks behind
    if (this.before) this.giveUp();
    if (this.steps++ % this.every !== 0) return;
    const { tf } = this;
    const { hooks } = engineOf(tf);
    this.before = this.weights.map(({ variable }) => this.aside(() => tf.keep(tf.clone(variable))));
    const onGradients = (xs: readonly Tensor[], grads: readonly (Tensor | undefined)[]) => {
      for (const { layer, name, variable } of this.weights) {
        const dx = grads[xs.indexOf(variable)];
        if (dx) this.measure('gradient', layer, name, dx);
      }
    };
    hooks.onGradients = onGradients;
    this.undo.push(() => {
      if (hooks.onGradients === onGradients) hooks.onGradients = undefined;
    });
    for (const layer of this.layers) this.watch(layer);
  }

  /** Ends the step. @param live whether the curves are drawn as they grow */
  end(live: boolean): void {
    const { before, tf } = this;
    if (!before) return;
    this.before = undefined;
    this.release();
    this.weights.forEach(({ layer, name, variable }, i) => {
      const change = this.aside(() => tf.sub(variable, before[i]!));
      this.measure('update', layer, name, change, { weight: before[i]! });
      change.dispose();
    });
    tf.dispose(before);
    const measured = this.measured;
    this.measured = [];
    if (measured.length === 0) return;
    const all = this.aside(() => tf.tidy(() => tf.keep(tf.concat(measured.map(({ numbers }) => numbers)))));
    const sizes = measured.map(({ numbers }) => numbers.size);
    for (const { numbers } of measured) numbers.dispose();
    const step = this.steps;
    const values = all.data().finally(() => all.dispose());
    this.reading = Promise.all([this.reading, values]).then(([, numbers]) => {
      this.add(step, measured, sizes, numbers);
      const now = performance.now();
      if (!live || now - this.drawnAt < DRAW_MS) return;
      this.drawnAt = now;
      this.draw(this.figure());
    });
  }

  /** Waits for the last values and draws the whole. */
  async finish(): Promise<void> {
    this.giveUp();
    await this.reading;
    if (this.rows.length > 0) this.draw(this.figure());
  }

  async done(): Promise<Figure> {
    await this.reading;
    return this.figure();
  }

  table(): Displayable {
    return { [DISPLAY]: () => this.reading.then(() => shownTable(this.tableNow())[DISPLAY]()) };
  }

  async [DISPLAY](): Promise<Record<string, unknown>> {
    const figure = await this.done();
    return { ...figure[DISPLAY](), 'text/plain': `${figure.text}\n${tableText(this.tableNow())}` };
  }

  private figure(): Figure {
    return statisticsFigure(this.rows);
  }

  /** Leaves the step that is being measured without its numbers. */
  private giveUp(): void {
    this.release();
    this.tf.dispose([...(this.before ?? []), ...this.measured.map(({ numbers }) => numbers)]);
    this.before = undefined;
    this.measured = [];
  }

  private release(): void {
    for (const f of this.undo.reverse()) f();
    this.undo = [];
  }

  /** Has the outputs of a layer measured. */
  private watch(layer: Layer): void {
    if (Object.hasOwn(layer, 'call')) return;
    const original = layer.call;
    const bounds = boundsOf(layer);
    layer.call = (...args) => {
      const outputs = original.apply(layer, args);
      const [output] = [outputs].flat();
      if (output instanceof this.tf.Tensor && output.dtype === 'float32')
        this.measure('activation', layer.name, layer.name, output, { bounds });
      return outputs;
    };
    this.undo.push(() => Reflect.deleteProperty(layer, 'call'));
  }

  /** Runs ops that no gradient and no scope of the training knows. */
  private aside<T extends Tensor>(f: () => T): T {
    const { tf } = this;
    return unrecorded(tf, () => {
      const made = f();
      return tf.keep(made);
    });
  }

  private measure(
    of: LayerStatistics['of'],
    layer: string,
    name: string,
    x: Tensor,
    { bounds, weight }: { bounds?: readonly [number, number] | undefined; weight?: Tensor } = {},
  ): void {
    const { tf } = this;
    const numbers = this.aside(() =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(x);
        const share = (b: Tensor) => tf.mean(tf.cast(b, 'float32'));
        const norm = tf.sqrt(tf.sum(tf.square(x)));
        const list: Tensor[] = [
          mean,
          tf.sqrt(variance),
          norm,
          share(tf.equal(x, 0)),
          bounds
            ? share(tf.logicalOr(tf.less(x, bounds[0] + MARGIN), tf.greater(x, bounds[1] - MARGIN)))
            : tf.scalar(0),
          tf.sum(tf.cast(tf.logicalNot(tf.isFinite(x)), 'float32')),
        ];
        if (weight) list.push(tf.div(norm, tf.sqrt(tf.sum(tf.square(weight)))));
        return tf.stack(list);
      }),
    );
    this.measured.push({ of, layer, name, numbers });
  }

  private add(step: number, measured: readonly Measured[], sizes: readonly number[], numbers: ArrayLike<number>): void {
    let at = 0;
    measured.forEach(({ of, layer, name }, i) => {
      const [mean, std, norm, zeros, saturated, notFinite] = Array.from(
        { length: NUMBERS },
        (_, k) => numbers[at + k]!,
      );
      const row: LayerStatistics = {
        ...{ step, of, layer, name, mean: mean!, std: std!, norm: norm! },
        ...{ zeros: zeros!, saturated: saturated!, notFinite: notFinite! },
      };
      if (of === 'update') row.ratio = ratioOf(numbers[at + NUMBERS]!);
      this.rows.push(row);
      at += sizes[i]!;
    });
    const steps = [...new Set(this.rows.map((row) => row.step))];
    if (steps.length < MOST_STEPS) return;
    const left = new Set(steps.filter((_, i) => i % 2 === 0));
    this.rows = this.rows.filter((row) => left.has(row.step));
    this.every *= 2;
  }

  private tableNow(): Table {
    const last = this.rows.at(-1)?.step;
    const rows = this.rows.filter(({ step }) => step === last);
    const order = ['gradient', 'update', 'activation'] as const;
    const sorted = order.flatMap((of) => rows.filter((row) => row.of === of));
    const wrong = rows.reduce((sum, { notFinite }) => sum + notFinite, 0);
    return {
      caption: last === undefined ? 'No step has been measured yet' : `Step ${last}, after ${this.steps} steps`,
      columns: [
        { title: '' },
        { title: 'name' },
        ...['mean', 'std', 'norm', 'zeros', 'saturated', 'update / weight'].map((title) => ({ title, number: true })),
        ...(wrong > 0 ? [{ title: 'NaN, ∞', number: true }] : []),
      ],
      rows: sorted.map((row, i) => [
        sorted[i - 1]?.of === row.of ? '' : { text: row.of, color: 'dim' },
        row.name,
        short(row.mean),
        short(row.std),
        short(row.norm),
        shareCell(row.zeros),
        row.of === 'activation' ? shareCell(row.saturated) : '',
        row.ratio === undefined ? '' : ratioCell(row.ratio),
        ...(wrong > 0 ? [row.notFinite > 0 ? { text: String(row.notFinite), color: 'bad' as const } : '0'] : []),
      ]),
    };
  }
}

/** Distance from a bound within which a unit counts as saturated. */
const MARGIN = 0.03;

/** The bounds of the outputs of a layer, where they have any. */
function boundsOf({ activation }: Layer): readonly [number, number] | undefined {
  const name = (activation?.getClassName?.() ?? '').toLowerCase();
  if (name.includes('tanh')) return [-1, 1];
  return name.includes('sigmoid') ? [0, 1] : undefined;
}

const ratioOf = (ratio: number) => (Number.isFinite(ratio) ? Math.log10(ratio) : NaN);
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
const shareCell = (share: number): Cell => (share > 0.9 ? { text: percent(share), color: 'bad' } : percent(share));
const ratioCell = (ratio: number): Cell => {
  if (!Number.isFinite(ratio)) return '–';
  const text = `10^${ratio.toFixed(1)}`;
  return ratio > -1.5 ? { text, color: 'bad', title: 'a large learning rate' } : text;
};
