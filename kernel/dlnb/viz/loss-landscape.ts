// viz.lossLandscape: the loss around the weights of a model, along two directions in weight space.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { random } from '../data/random.ts';
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import {
  escaped,
  Figure,
  heading,
  layoutOf,
  PLOT_OPTIONS,
  rowsOf,
  short,
  type PlotOptions,
  type Trace,
} from './figure.ts';
import { spatialLayout } from './curves.ts';
import { SURFACE_HEIGHT } from './grids.ts';
import type { TensorLibrary } from '../library.ts';

/** Weights: a model of tf.layers, or a list of variables. */
export type Weights = { readonly trainableWeights: readonly object[] } | readonly tfTypes.Variable[];

/** A direction in weight space: for each trainable weight, in order, a tensor of its shape. */
export type Direction = readonly tfTypes.Tensor[];

/** Evaluates the loss with the current weights. */
export type EvaluateLoss = () => number | tfTypes.Tensor | Promise<number | tfTypes.Tensor>;

/** Options of {@link lossLandscape}. */
export interface LossLandscapeOptions extends PlotOptions {
  /** Two directions, which are not normalized; by default random ones, normalized by filter. */
  directions?: readonly [Direction, Direction];
  /** Distance along each direction, to both sides; 1 by default. */
  range?: number;
  /**
   * Points along each direction, an odd number, so that the middle one is at the weights; 21 by default. The loss is
   * evaluated resolution² times.
   */
  resolution?: number;
  /** Seed of the random directions; 0 by default. */
  seed?: number;
  /** `surface` in three dimensions, or `contour` lines. */
  kind?: 'surface' | 'contour';
  /** Draw the logarithm of the loss, which makes valleys visible. */
  logScale?: boolean;
}

const LOSS_LANDSCAPE_OPTIONS: OptionNames<LossLandscapeOptions> = {
  ...PLOT_OPTIONS,
  directions: true,
  range: 'number',
  resolution: 'number',
  seed: 'number',
  kind: ['contour', 'surface'],
  logScale: 'boolean',
};

/**
 * The figure with its numbers: `losses[i * resolution + j]` at weights + steps[j] · direction 1 + steps[i] · direction
 * 2.
 */
export class LossLandscapeFigure extends Figure {
  constructor(
    readonly steps: Float64Array,
    readonly losses: Float64Array,
    ...figure: ConstructorParameters<typeof Figure>
  ) {
    super(...figure);
  }
}

/** Begins a progress bar of `total` evaluations. `step` is awaited, so that other tasks get their turn. */
export type LandscapeProgress = (total: number) => { step(): void | Promise<void>; end(): void };

/**
 * Draws the loss along two directions around a model's weights. Afterward, also after an error, the weights are the
 * same again, bit for bit.
 *
 * The random directions are Gaussian and normalized by filter: each filter (the last axis of a kernel) of a direction
 * gets the norm of the corresponding filter of the weights; weights of one axis (biases, scales) do not change. Li, Xu,
 * Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets", NeurIPS 2018, section 4.
 * @param model a model of tf.layers, or a list of variables
 * @param loss evaluates the loss with the current weights, always on the same data; returns a number or a scalar
 * @example
 * ```ts
 * const w = tf.variable(tf.tensor2d([[1, 2], [3, 4]]));
 * await viz.lossLandscape([w], () => w.sub(1).square().mean(), { resolution: 11, kind: 'contour' });
 * ```
 */
export async function lossLandscape(
  tf: TensorLibrary,
  model: Weights,
  loss: EvaluateLoss,
  options: LossLandscapeOptions = {},
  progress?: LandscapeProgress,
): Promise<LossLandscapeFigure> {
  const where = 'viz.lossLandscape';
  checkOptions(where, options, LOSS_LANDSCAPE_OPTIONS);
  const { range = 1, resolution = 21 } = options;
  if (!Number.isSafeInteger(resolution) || resolution < 3 || resolution > 201 || resolution % 2 === 0)
    throw new RangeError(`${where}: resolution must be an odd number from 3 to 201, got ${String(resolution)}`);
  if (!(range > 0) || !Number.isFinite(range))
    throw new RangeError(`${where}: range must be a number above 0, got ${String(range)}`);
  if (typeof loss !== 'function')
    throw new TypeError(
      `${where}: loss must be a function that returns the loss, for example () => model.evaluate(xs, ys)`,
    );
  const weights = variablesOf(model, where);
  const steps = Float64Array.from({ length: resolution }, (_, i) =>
    2 * i === resolution - 1 ? 0 : range * ((2 * i) / (resolution - 1) - 1),
  );
  const directions = options.directions
    ? checked(options.directions, weights, where)
    : randomDirections(tf, weights, options.seed ?? 0);
  const losses = await evaluate(tf, { weights, directions, steps, loss, where }, progress);
  if (!options.directions) tf.dispose(directions.flat());
  return draw(steps, losses, options);
}

function variablesOf(model: Weights, where: string): tfTypes.Variable[] {
  const list: unknown[] = Array.isArray(model)
    ? [...(model as readonly tfTypes.Variable[])]
    : ((model as { trainableWeights?: { val?: unknown }[] })?.trainableWeights ?? []).map((w) => w.val);
  if (list.length === 0 || list.some((v) => typeof (v as { assign?: unknown } | undefined)?.assign !== 'function'))
    throw new TypeError(
      `${where}: model must be a built model of tf.layers with trainable weights, or a list of tf.Variable`,
    );
  return list as tfTypes.Variable[];
}

function checked(
  directions: readonly [Direction, Direction],
  weights: readonly tfTypes.Variable[],
  where: string,
): Direction[] {
  if (!Array.isArray(directions) || directions.length !== 2)
    throw new TypeError(`${where}: directions must be two lists of tensors`);
  for (const direction of directions) {
    const wrong = weights.findIndex((w, i) => String(direction[i]?.shape) !== String(w.shape));
    if (wrong >= 0 || direction.length !== weights.length)
      throw new RangeError(
        `${where}: a direction must hold a tensor of the shape of each of the ${weights.length} trainable weights; weight ${Math.max(wrong, 0)} has shape ${shapeText(weights[Math.max(wrong, 0)]!.shape)}`,
      );
  }
  return [...directions];
}

function randomDirections(tf: TensorLibrary, weights: readonly tfTypes.Variable[], seed: number): Direction[] {
  const rng = random(seed);
  const normal = (w: tfTypes.Variable) =>
    tf.tensor(
      Float32Array.from({ length: w.size }, () => rng.normal()),
      w.shape,
    );
  return [0, 1].map(() =>
    weights.map((w) => tf.tidy(() => (w.rank < 2 ? tf.zerosLike(w) : filterNormalized(tf, normal(w), w)))),
  );
}

/** Scales each filter of a direction to the norm of the weights' filter. Filters are along the last axis. */
export function filterNormalized(tf: TensorLibrary, direction: tfTypes.Tensor, weight: tfTypes.Tensor): tfTypes.Tensor {
  return tf.tidy(() => {
    const axes = weight.shape.slice(0, -1).map((_, i) => i);
    const norm = (t: tfTypes.Tensor) => tf.sqrt(tf.sum(tf.square(t), axes, true));
    return tf.mul(direction, tf.div(norm(weight), tf.maximum(norm(direction), 1e-10)));
  });
}

/** The losses to evaluate: at all combinations of steps along two directions. */
interface Sweep {
  weights: readonly tfTypes.Variable[];
  directions: readonly Direction[];
  steps: Float64Array;
  loss: EvaluateLoss;
  /** The function that the user called, for errors. */
  where: string;
}

async function evaluate(
  tf: TensorLibrary,
  sweep: Sweep,
  progress: LandscapeProgress | undefined,
): Promise<Float64Array> {
  const { weights, steps, loss, where } = sweep;
  const [first, second] = sweep.directions;
  const n = steps.length;
  const losses = new Float64Array(n * n);
  const originals = weights.map((w) => tf.clone(w));
  const bar = progress?.(n * n);
  const move = (a: number, b: number) =>
    tf.tidy(() =>
      weights.forEach((w, i) => w.assign(tf.addN([originals[i]!, tf.mul(first![i]!, a), tf.mul(second![i]!, b)]))),
    );
  try {
    for (let i = 0; i < n * n; i++) {
      const [a, b] = [steps[i % n]!, steps[Math.floor(i / n)]!];
      if (a === 0 && b === 0) weights.forEach((w, k) => w.assign(originals[k]!));
      else move(a, b);
      losses[i] = await numberOf(await loss(), where);
      await bar?.step();
    }
  } finally {
    weights.forEach((w, i) => w.assign(originals[i]!));
    tf.dispose(originals);
    bar?.end();
  }
  return losses;
}

async function numberOf(value: unknown, where: string): Promise<number> {
  // `evaluate` of a model with metrics returns a list, the loss first
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return first;
  const scalar = first as tfTypes.Tensor | undefined;
  if (typeof scalar?.data !== 'function' || scalar.size !== 1)
    throw new TypeError(`${where}: loss must return a number or a scalar tensor`);
  const [number] = await scalar.data();
  for (const t of (Array.isArray(value) ? value : [value]) as tfTypes.Tensor[]) t.dispose?.();
  return number!;
}

function draw(steps: Float64Array, losses: Float64Array, options: LossLandscapeOptions): LossLandscapeFigure {
  const { kind = 'surface', logScale } = options;
  const n = steps.length;
  const shown = logScale ? losses.map((v) => Math.log10(v)) : losses;
  const z = rowsOf(shown, n);
  const label = logScale ? 'log₁₀ loss' : 'loss';
  const bar = { title: { text: escaped(label) }, outlinewidth: 0, thickness: 14 };
  const base: Trace = { x: steps, y: steps, z, colorscale: 'Viridis', colorbar: bar };
  const here = losses[((n - 1) / 2) * (n + 1)]!;
  const axes = { xLabel: 'direction 1', yLabel: 'direction 2', zLabel: label, ...options };
  const lowest = losses.reduce((a, b) => (b < a ? b : a), Infinity);
  const text = `${heading('Loss landscape', options)}: ${n} × ${n} points, ${short(here)} at the weights, lowest ${short(lowest)}`;
  const point = {
    name: 'weights',
    showlegend: false,
    mode: 'markers',
    x: [0],
    y: [0],
    hovertemplate: `the weights: ${short(here)}<extra></extra>`,
  };
  if (kind === 'contour') {
    const traces = [
      { type: 'contour', ...base, contours: { showlabels: true, labelfont: { size: 10 } }, ncontours: 20 },
      {
        type: 'scatter',
        ...point,
        marker: {
          symbol: 'cross',
          size: 11,
          color: 'theme(foreground)',
          line: { color: 'theme(background)', width: 1 },
        },
      },
    ];
    return new LossLandscapeFigure(steps, losses, traces, layoutOf(axes), text);
  }
  const traces = [
    {
      type: 'surface',
      ...base,
      colorbar: { ...bar, len: 0.7 },
      contours: { z: { show: true, usecolormap: true, project: { z: true } } },
    },
    {
      type: 'scatter3d',
      ...point,
      z: [logScale ? Math.log10(here) : here],
      marker: { size: 4, color: 'theme(series-3)' },
    },
  ];
  return new LossLandscapeFigure(steps, losses, traces, spatialLayout(axes, SURFACE_HEIGHT), text);
}
