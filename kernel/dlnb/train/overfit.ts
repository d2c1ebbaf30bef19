// `train.overfitOneBatch`: whether a network can learn one batch by heart, the first thing to try when it does not learn.
// The model and its optimizer are as before afterwards.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { line } from '../viz/curves.ts';
import { short } from '../viz/figure.ts';
import { aside, compiledModel, type OwnedModel } from './spare-optimizer.ts';

type Tensor = tfTypes.Tensor;

/** Options of `train.overfitOneBatch`. */
export interface OverfitOptions {
  /** Largest number of steps; 300 by default. It ends earlier when the loss is small. */
  steps?: number;
  /** The loss counts as small below this share of the first loss; 0.01 by default. */
  target?: number;
}

const OVERFIT_OPTIONS: OptionNames<OverfitOptions> = { steps: 'number', target: 'number' };

/** What `train.overfitOneBatch` returns. Shows itself: the verdict, the curve, and the likely causes. */
export interface Overfit extends Displayable {
  /** Whether the loss became small. */
  readonly overfits: boolean;
  /** The loss of each step. */
  readonly losses: readonly number[];
  /** What probably keeps the loss from 0, the likeliest first; empty if nothing does. */
  readonly causes: readonly string[];
}

/** `overfitOneBatch` of `train`. */
export interface OverfitFunction {
  /**
   * Trains the model on one batch, over and over, and says whether the loss comes to almost 0. If it does not, something
   * is wrong that more data will not mend, and the usual causes are looked for: NaN, an output that cannot reach the
   * targets, equal inputs with different targets, no gradient, regularization, dropout, a learning rate that is too small
   * or too large. Weights and optimizer are as before afterwards.
   *
   * ```ts
   * import { tf, train } from 'dlnb';
   * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
   * model.compile({ optimizer: tf.train.adam(0.1), loss: 'meanSquaredError' });
   * await train.overfitOneBatch(model, tf.tensor2d([[0, 1], [1, 0]]), tf.tensor2d([[1], [2]]))
   * ```
   * @param model a compiled model
   * @param x inputs of one batch, and y its targets; with several inputs or outputs a list of tensors
   */
  (model: LayersModel, x: Tensor | Tensor[], y: Tensor | Tensor[], options?: OverfitOptions): Promise<Overfit>;
}

/** A loss counts as small below this, however small the first one is. */
const SMALL = 1e-5;

export async function overfitOneBatch(
  tf: TensorLibrary,
  given: LayersModel,
  x: Tensor | Tensor[],
  y: Tensor | Tensor[],
  options: OverfitOptions,
): Promise<Overfit> {
  const where = 'train.overfitOneBatch';
  checkOptions(where, options, OVERFIT_OPTIONS);
  const steps = checkCount(where, 'steps', options.steps ?? 300);
  const target = checkNumber(where, 'target', options.target ?? 0.01, 0, 1);
  const model = compiledModel(where, given);
  for (const [name, value] of Object.entries({ x, y }))
    if (![value].flat().every((t) => t instanceof tf.Tensor))
      throw new TypeError(`${where}: ${name} must be a tensor, or a list of tensors, got ${shown(value)}`);
  if ([x].flat().some((t) => t.shape[0] === 0)) throw new RangeError(`${where}: x has no examples`);
  const losses: number[] = [];
  let gradient = NaN;
  await aside(tf, model, async (gradientNorm) => {
    for (let i = 0; i < steps; i++) {
      const value = await model.trainOnBatch(x, y);
      const loss = [value].flat()[0]!;
      losses.push(loss);
      if (i === 0) gradient = await gradientNorm();
      if (!Number.isFinite(loss) || isSmall(losses, target)) break;
      // Lets an interrupt and other tasks in
      if (i % 16 === 15) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  });
  const overfits = isSmall(losses, target);
  const causes = overfits ? [] : await causesOf(tf, { model, x, y, losses, gradient });
  return new OverfitResult(overfits, losses, causes);
}

const isSmall = (losses: readonly number[], target: number) => {
  const last = losses.at(-1)!;
  // A loss below 0, as of a likelihood, has no 0 to come to
  return last >= 0 && last <= Math.max(SMALL, target * losses[0]!);
};

class OverfitResult implements Overfit {
  constructor(
    readonly overfits: boolean,
    readonly losses: readonly number[],
    readonly causes: readonly string[],
  ) {}

  private get verdict(): string {
    const { losses, overfits } = this;
    const way = `loss ${short(losses[0]!)} → ${short(losses.at(-1)!)} in ${losses.length} ${losses.length === 1 ? 'step' : 'steps'}`;
    return overfits
      ? `✓ The network learns one batch by heart: ${way}`
      : `✗ The network does not learn one batch by heart: ${way}`;
  }

  [DISPLAY](): Record<string, unknown> {
    const { losses, causes, verdict } = this;
    const positive = losses.some((v) => v > 0) && losses.every((v) => v > 0 || Number.isNaN(v));
    const title = [verdict, ...causes.slice(0, 1)].map((text) => (text.length > 110 ? `${text.slice(0, 109)}…` : text));
    const figure = line(losses, { xLabel: 'step', yLabel: 'loss', height: 300, logY: positive });
    Object.assign(figure.layout, {
      title: {
        text: title.map((t) => t.replace(/&/g, '&amp;').replace(/</g, '&lt;')).join('<br>'),
        font: { size: 13 },
        x: 0,
        xanchor: 'left',
      },
      margin: { t: 28 + 18 * title.length },
    });
    const text = [verdict, ...(causes.length > 0 ? ['Probable causes:', ...causes.map((c) => `- ${c}`)] : [])].join(
      '\n',
    );
    return { ...figure[DISPLAY](), 'text/plain': text };
  }
}

interface Case {
  model: OwnedModel;
  x: Tensor | Tensor[];
  y: Tensor | Tensor[];
  losses: readonly number[];
  gradient: number;
}

interface LayerLike {
  name: string;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  trainableWeights: readonly unknown[];
}

async function causesOf(tf: TensorLibrary, { model, x, y, losses, gradient }: Case): Promise<string[]> {
  const causes: string[] = [];
  const layers = model.layers as unknown as LayerLike[];
  const last = layers.at(-1)!;
  const activation = String(last.getConfig()['activation'] ?? '');
  const first = losses[0]!;
  const end = losses.at(-1)!;
  for (const [name, value] of Object.entries({ x, y }))
    for (const t of [value].flat()) {
      const wrong = await numberOf(
        tf.tidy(() => tf.sum(tf.cast(tf.logicalNot(tf.isFinite(tf.cast(t, 'float32'))), 'float32'))),
      );
      if (wrong > 0) causes.push(`${name} has ${wrong} values that are NaN or infinite`);
    }
  if (!Number.isFinite(end) && causes.length === 0)
    causes.push(
      losses.length === 1
        ? 'the first loss is not finite already: train.detectAnomaly(() => model.fit(x, y)) names the op'
        : `the loss is ${end} after ${losses.length} steps: the learning rate is too large, or an op leaves its domain (train.detectAnomaly)`,
    );
  if (model.trainableWeights.length === 0) causes.push('no weight is trainable');
  else if (gradient === 0)
    causes.push(
      'the gradient of all weights is 0: units of ReLU that never fire, an initial weight of 0, or a function without a slope (round, argMax) between',
    );
  if (activation === 'softmax' && (last.getConfig()['units'] as number) === 1)
    causes.push(
      `the last layer ${last.name} is a softmax of one unit, which is always 1; use a sigmoid, or one unit for each class`,
    );
  if (!Array.isArray(y)) causes.push(...(await outOfReach(tf, y, last.name, activation)));
  if (model.loss === 'softmaxCrossEntropy' && activation === 'softmax')
    causes.push('softmaxCrossEntropy takes logits, and the last layer has a softmax already: leave one of them out');
  const twins = Array.isArray(x) || Array.isArray(y) ? 0 : await contradictions(x, y);
  if (twins > 0)
    causes.push(
      `${twins === 1 ? '1 input occurs' : `${twins} inputs occur`} twice with different targets: no function has both`,
    );
  const regularized = layers.filter((layer) =>
    Object.entries(layer.getConfig()).some(([key, v]) => /Regularizer$/.test(key) && v),
  );
  if (regularized.length > 0)
    causes.push(`the loss includes the regularization of ${namesOf(regularized)}, which keeps it above 0`);
  const noisy = layers.filter((layer) => /Dropout|Noise|StochasticDepth|^Random/.test(layer.getClassName()));
  if (noisy.length > 0) causes.push(`${namesOf(noisy)} changes the outputs at random while it trains`);
  if (Number.isFinite(end) && gradient !== 0) {
    const least = losses.reduce((a, b) => Math.min(a, b));
    const late = losses[Math.floor(0.8 * losses.length)]!;
    if (end > 2 * least && end > 0.2 * first) causes.push('the loss jumps up again: the learning rate is too large');
    else if (late - end > 0.05 * Math.abs(late))
      causes.push('the loss is still falling: more steps, or a larger learning rate');
    else if (first - end < 0.02 * Math.abs(first))
      causes.push(
        'the loss hardly moves: a larger learning rate, other initial weights, or inputs that are scaled to about 1',
      );
  }
  if (causes.length === 0)
    causes.push('the network may be too small for the batch, or its loss has a least value above 0');
  return causes;
}

const namesOf = (layers: readonly LayerLike[]) =>
  layers
    .map(({ name }) => name)
    .slice(0, 4)
    .join(', ');

/** Reads a scalar and disposes of it. */
async function numberOf(t: Tensor): Promise<number> {
  const [value] = await t.data();
  t.dispose();
  return value!;
}

const RANGES: Record<string, readonly [number, number]> = {
  relu: [0, Infinity],
  softplus: [0, Infinity],
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
};

/** Whether targets lie where the last layer cannot reach. Labels that are classes are no outputs. */
async function outOfReach(tf: TensorLibrary, y: Tensor, name: string, activation: string): Promise<string[]> {
  const range = RANGES[activation];
  if (!range || y.dtype !== 'float32') return [];
  const [low, high] = await Promise.all([numberOf(tf.tidy(() => tf.min(y))), numberOf(tf.tidy(() => tf.max(y)))]);
  if (low >= range[0] && high <= range[1]) return [];
  const reach = range[1] === Infinity ? `not below ${range[0]}` : `from ${range[0]} to ${range[1]}`;
  return [
    `the targets go from ${short(low)} to ${short(high)}, and ${name} ends with ${activation}, whose values are ${reach}`,
  ];
}

/** Number of examples whose inputs are those of an earlier one with other targets. */
async function contradictions(x: Tensor, y: Tensor): Promise<number> {
  const n = x.shape[0]!;
  if (n === 0 || y.shape[0] !== n || x.size > 4_000_000) return 0;
  const [xs, ys] = await Promise.all([x.data(), y.data()]);
  const [inputs, targets] = [xs.length / n, ys.length / n];
  const seen = new Map<string, string>();
  let count = 0;
  for (let i = 0; i < n; i++) {
    const key = xs.subarray(i * inputs, (i + 1) * inputs).join();
    const value = ys.subarray(i * targets, (i + 1) * targets).join();
    const before = seen.get(key);
    if (before === undefined) seen.set(key, value);
    else if (before !== value) count++;
  }
  return count;
}
