// `train.dryRun`: shapes, parameters, memory and time of a training before it begins, and whether it fits a budget.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Displayable } from '../../wire/displayable.ts';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { clockText } from '../progress/meter.ts';
import { DISPLAY } from '../../wire/displayable.ts';
import { shownTable, type Cell, type Table } from './table.ts';
import { aside, compiledModel, type OwnedModel } from './spare-optimizer.ts';

type Tensor = tfTypes.Tensor;

/** Options of `train.dryRun`. */
export interface DryRunOptions {
  /** Examples of a step; 32 by default. */
  batchSize?: number;
  /** Examples of an epoch, for its time; those of `x` by default. */
  samples?: number;
  /** Epochs, for the time of the training; 1 by default. */
  epochs?: number;
  /** How many steps are timed, after one that is not; 3 by default, 0 for none. */
  steps?: number;
  /** Data for the timed steps; zeros of the model's shapes by default. */
  x?: Tensor | Tensor[];
  y?: Tensor | Tensor[];
  /** What the training may take. */
  budget?: { seconds?: number; megabytes?: number };
}

const DRY_RUN_OPTIONS: OptionNames<DryRunOptions> = {
  batchSize: 'number',
  samples: 'number',
  epochs: 'number',
  steps: 'number',
  x: true,
  y: true,
  budget: true,
};
const BUDGET: OptionNames<NonNullable<DryRunOptions['budget']>> = { seconds: 'number', megabytes: 'number' };

/** A layer of a dry run. */
export interface DryRunLayer {
  name: string;
  /** Its class. */
  type: string;
  /** Shape of its output, with the batch; several if it has several outputs. */
  shape: number[] | number[][];
  parameters: number;
  /** Megabytes of its output for one batch. */
  megabytes: number;
}

/** What `train.dryRun` returns. Shows itself as a table with the verdict. */
export interface DryRun extends Displayable {
  readonly layers: readonly DryRunLayer[];
  readonly parameters: number;
  /** Parameters that are trained. */
  readonly trainable: number;
  /** Megabytes (10⁶ bytes) of a training with this batch size. */
  readonly megabytes: Readonly<
    Record<'weights' | 'gradients' | 'optimizer' | 'activations' | 'batch' | 'total', number>
  >;
  /** Median of the timed steps; undefined if none was timed. */
  readonly secondsPerStep: number | undefined;
  /** Undefined where the number of examples is not known, or no step was timed. */
  readonly stepsPerEpoch: number | undefined;
  readonly secondsPerEpoch: number | undefined;
  /** Of all epochs. */
  readonly seconds: number | undefined;
  /** Whether it fits the budget; true without one. */
  readonly fits: boolean;
  /** Why it does not fit, with what would. */
  readonly reasons: readonly string[];
}

/** `dryRun` of `train`. */
export interface DryRunFunction {
  /**
   * Says before a training what it will take: the shapes through the model, its parameters, the memory of weights,
   * gradients, optimizer and activations, and the time of a step and an epoch from a few timed steps. With a budget it
   * says whether the training fits, and what would. Weights and optimizer are as before afterwards. A training needs at
   * least this memory: devices hold more than one layer's scratch values on top.
   *
   * ```ts
   * import { tf, train } from 'dlnb';
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 10, inputShape: [784] })] });
   * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
   * await train.dryRun(model, { samples: 60000, epochs: 5, budget: { seconds: 60, megabytes: 500 } })
   * ```
   * @param model a compiled model
   */
  (model: LayersModel, options?: DryRunOptions): Promise<DryRun>;
}

const FLOAT = 4;
const MB = 1e6;

interface LayerLike {
  name: string;
  getClassName(): string;
  outputShape: unknown;
  countParams(): number;
}

export async function dryRun(tf: TensorLibrary, given: LayersModel, options: DryRunOptions): Promise<DryRun> {
  const where = 'train.dryRun';
  checkOptions(where, options, DRY_RUN_OPTIONS);
  const batchSize = checkCount(where, 'batchSize', options.batchSize ?? 32);
  const epochs = checkCount(where, 'epochs', options.epochs ?? 1);
  const steps = checkCount(where, 'steps', options.steps ?? 3, 0);
  const { budget = {} } = options;
  checkOptions(`${where}: budget`, budget, BUDGET);
  for (const name of ['seconds', 'megabytes'] as const)
    if (budget[name] !== undefined) checkNumber(where, `budget.${name}`, budget[name]);
  const model = compiledModel(where, given);
  const [x, y] = [dataOf(tf, where, 'x', options.x), dataOf(tf, where, 'y', options.y)];
  if ((x === undefined) !== (y === undefined)) throw new TypeError(`${where}: give x and y, or neither`);
  const samples = options.samples === undefined ? x?.[0]?.shape[0] : checkCount(where, 'samples', options.samples);

  const layers = (model.layers as unknown as LayerLike[]).map((layer): DryRunLayer => {
    const shapes = shapesOf(layer, batchSize);
    return {
      name: layer.name,
      type: layer.getClassName(),
      shape: shapes.length === 1 ? shapes[0]! : shapes,
      parameters: layer.countParams(),
      megabytes: (shapes.reduce((sum, shape) => sum + sizeOf(shape), 0) * FLOAT) / MB,
    };
  });
  const count = (weights: readonly { shape: readonly (number | null)[] }[]) =>
    weights.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0);
  const [parameters, trainable] = [count(model.weights), count(model.trainableWeights)];
  const inputs = model.inputs.map(({ shape }) => batched(shape, batchSize));
  const outputs = model.outputs.map(({ shape }) => batched(shape, batchSize));
  const megabytes = {
    weights: (FLOAT * parameters) / MB,
    gradients: (FLOAT * trainable) / MB,
    optimizer: (FLOAT * trainable * copiesOf(model.optimizer)) / MB,
    activations: layers.reduce((sum, { type, megabytes }) => sum + (SHARES.has(type) ? 0 : megabytes), 0),
    batch: (FLOAT * [...inputs, ...outputs].reduce((sum, shape) => sum + sizeOf(shape), 0)) / MB,
    total: 0,
  };
  megabytes.total = Object.values(megabytes).reduce((a, b) => a + b, 0);
  const tooLarge = budget.megabytes !== undefined && megabytes.total > budget.megabytes;
  // What does not fit is not tried
  const secondsPerStep =
    steps === 0 || tooLarge
      ? undefined
      : await timed(tf, model, steps, batchOf(tf, { x, y, inputs, outputs, batchSize, model }));
  const stepsPerEpoch = samples === undefined ? undefined : Math.ceil(samples / batchSize);
  const secondsPerEpoch =
    secondsPerStep === undefined || stepsPerEpoch === undefined ? undefined : secondsPerStep * stepsPerEpoch;
  const seconds = secondsPerEpoch === undefined ? undefined : secondsPerEpoch * epochs;
  const reasons: string[] = [];
  if (tooLarge) reasons.push(memoryReason(megabytes, budget.megabytes!, batchSize));
  if (budget.seconds !== undefined && seconds !== undefined && seconds > budget.seconds)
    reasons.push(timeReason(seconds, budget.seconds, { epochs, secondsPerEpoch: secondsPerEpoch!, samples: samples! }));
  if (budget.seconds !== undefined && seconds === undefined && !tooLarge)
    throw new TypeError(
      `${where}: a budget of seconds needs samples, the number of examples of an epoch, and steps above 0`,
    );
  const facts = { batchSize, epochs, budget };
  return resultOf(
    {
      layers,
      parameters,
      trainable,
      megabytes,
      secondsPerStep,
      stepsPerEpoch,
      secondsPerEpoch,
      seconds,
      fits: reasons.length === 0,
      reasons,
    },
    facts,
  );
}

/** Layers whose output is their input in another shape. */
const SHARES = new Set(['InputLayer', 'Flatten', 'Reshape']);

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** A shape with the batch; an axis that is not known counts as 1. */
const batched = (shape: readonly (number | null)[], n: number) =>
  shape.map((size, axis) => (axis === 0 ? n : (size ?? 1)));

function shapesOf(layer: LayerLike, n: number): number[][] {
  let shape: unknown;
  try {
    shape = layer.outputShape;
  } catch {
    // A layer that is used more than once has an output for each use
    const { inboundNodes = [] } = layer as { inboundNodes?: { outputShapes: unknown }[] };
    shape = inboundNodes.map(({ outputShapes }) => outputShapes);
  }
  const all: number[][] = [];
  const add = (s: unknown) => {
    const list = s as unknown[];
    if (list.length > 0 && Array.isArray(list[0])) for (const inner of list) add(inner);
    else all.push(batched(list as (number | null)[], n));
  };
  add(shape);
  return all;
}

/** How many numbers an optimizer keeps for each weight. */
function copiesOf(optimizer: tfTypes.Optimizer): number {
  const { centered, amsgrad, momentum } = optimizer.getConfig();
  const copies: Record<string, number> = {
    SGD: momentum ? 1 : 0,
    Momentum: 1,
    Adagrad: 1,
    Adadelta: 2,
    RMSProp: 2 + (centered ? 1 : 0),
    Adam: 2 + (amsgrad ? 1 : 0),
    AdamW: 2 + (amsgrad ? 1 : 0),
    Nadam: 2,
    NAdam: 2,
    Adamax: 2,
    Lion: 1,
  };
  const name = (optimizer as unknown as { getClassName(): string }).getClassName();
  return copies[name] ?? 2;
}

function dataOf(tf: TensorLibrary, where: string, name: string, data: DryRunOptions['x']): Tensor[] | undefined {
  if (data === undefined) return undefined;
  const list = [data].flat();
  if (list.length === 0 || !list.every((t) => t instanceof tf.Tensor))
    throw new TypeError(`${where}: ${name} must be a tensor, or a list of tensors, got ${shown(data)}`);
  return list;
}

interface BatchSource {
  x: Tensor[] | undefined;
  y: Tensor[] | undefined;
  inputs: number[][];
  outputs: number[][];
  batchSize: number;
  model: OwnedModel;
}

/** One batch: the first examples of the data, or zeros. */
function batchOf(tf: TensorLibrary, { x, y, inputs, outputs, batchSize, model }: BatchSource): [Tensor[], Tensor[]] {
  const cut = (t: Tensor) => {
    const n = Math.min(batchSize, t.shape[0]!);
    return tf.slice(t, [0], [n]);
  };
  if (x && y) return [x.map(cut), y.map(cut)];
  const classes = /sparse/i.test(String(model.loss));
  return [
    inputs.map((shape) => tf.zeros(shape)),
    outputs.map((shape) => tf.zeros(classes ? [...shape.slice(0, -1), 1] : shape)),
  ];
}

/** The median seconds of a step, after one that compiles and allocates. */
async function timed(
  tf: TensorLibrary,
  model: OwnedModel,
  steps: number,
  [xs, ys]: [Tensor[], Tensor[]],
): Promise<number> {
  const one = <T>(list: T[]) => (list.length === 1 ? list[0]! : list);
  try {
    return await aside(tf, model, async () => {
      const times: number[] = [];
      for (let i = 0; i <= steps; i++) {
        const start = performance.now();
        // It reads the loss, and so waits for the device
        await model.trainOnBatch(one(xs) as Tensor, one(ys) as Tensor);
        if (i > 0) times.push((performance.now() - start) / 1000);
      }
      times.sort((a, b) => a - b);
      return times[Math.floor(times.length / 2)]!;
    });
  } finally {
    tf.dispose([xs, ys]);
  }
}

const mb = (v: number) => `${v >= 100 ? Math.round(v).toLocaleString('en') : Number(v.toPrecision(2))} MB`;

/** A duration: `3.2 ms`, `4.1 s`, `1:02:00`. */
const time = (seconds: number) =>
  seconds < 1
    ? `${Number((1000 * seconds).toPrecision(2))} ms`
    : seconds < 60
      ? `${seconds.toFixed(1)} s`
      : clockText(seconds);

function memoryReason(megabytes: DryRun['megabytes'], budget: number, batchSize: number): string {
  const perExample = (megabytes.activations + megabytes.batch) / batchSize;
  const fixed = megabytes.total - perExample * batchSize;
  const most = Math.floor((budget - fixed) / perExample);
  const advice =
    most >= 1
      ? `a batch size of ${most} would fit`
      : `weights, gradients and optimizer alone take ${mb(fixed)}: only a smaller network, or an optimizer with less state, would fit`;
  return `it takes ${mb(megabytes.total)}, and the budget is ${mb(budget)}: ${advice}`;
}

function timeReason(
  seconds: number,
  budget: number,
  { epochs, secondsPerEpoch, samples }: { epochs: number; secondsPerEpoch: number; samples: number },
): string {
  const most = Math.floor(budget / secondsPerEpoch);
  const advice =
    most >= 1 && epochs > 1
      ? `${most} ${most === 1 ? 'epoch' : 'epochs'} would fit`
      : `not one epoch, but about ${Math.floor((samples * budget) / secondsPerEpoch).toLocaleString('en')} examples would fit`;
  return `it takes about ${time(seconds)}, and the budget is ${time(budget)}: ${advice}`;
}

type Facts = Omit<DryRun, typeof DISPLAY>;

/** What was asked for. */
interface Asked {
  batchSize: number;
  epochs: number;
  budget: NonNullable<DryRunOptions['budget']>;
}

/** The facts as a value that shows itself. */
const resultOf = (facts: Facts, asked: Asked): DryRun =>
  Object.defineProperty({ ...facts }, DISPLAY, {
    value: () => shownTable(tableOf(facts, asked))[DISPLAY](),
  }) as DryRun;

function tableOf(facts: Facts, { batchSize, epochs, budget }: Asked): Table {
  const { layers, megabytes, secondsPerStep, secondsPerEpoch, stepsPerEpoch, seconds, reasons, fits } = facts;
  const shape = (s: DryRunLayer['shape']) =>
    (Array.isArray(s[0]) ? (s as number[][]) : [s as number[]]).map((one) => `[${one.join(', ')}]`).join(' ');
  const parts = (['weights', 'gradients', 'optimizer', 'activations', 'batch'] as const)
    .map((name) => `${name} ${mb(megabytes[name])}`)
    .join(' · ');
  const times = [
    ...(secondsPerStep === undefined ? [] : [`a step ${time(secondsPerStep)}`]),
    ...(secondsPerEpoch === undefined
      ? []
      : [`an epoch of ${stepsPerEpoch!.toLocaleString('en')} steps ${time(secondsPerEpoch)}`]),
    ...(seconds === undefined || epochs === 1 ? [] : [`${epochs} epochs ${time(seconds)}`]),
  ];
  const asked = budget.seconds !== undefined || budget.megabytes !== undefined;
  const verdict: Cell[] = fits
    ? asked
      ? [{ text: '✓ It fits the budget', color: 'good' }]
      : []
    : reasons.map((reason) => ({ text: `✗ It will not fit: ${reason}`, color: 'bad' as const }));
  return {
    caption: `${facts.parameters.toLocaleString('en')} parameters, ${facts.trainable.toLocaleString('en')} trained; batch size ${batchSize}`,
    columns: [
      { title: 'layer' },
      { title: 'type' },
      { title: 'output' },
      { title: 'parameters', number: true },
      { title: 'output in memory', number: true },
    ],
    rows: layers.map((l) => [
      l.name,
      { text: l.type, color: 'dim' },
      shape(l.shape),
      l.parameters.toLocaleString('en'),
      mb(l.megabytes),
    ]),
    notes: [
      `Memory: ${mb(megabytes.total)} (${parts})`,
      ...(times.length > 0 ? [`Time, about: ${times.join(' · ')}`] : []),
      ...verdict,
    ],
  };
}
