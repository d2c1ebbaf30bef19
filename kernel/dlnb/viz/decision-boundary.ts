// viz.decisionBoundary: the answers of a classifier over the whole plane, together with labeled points.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { goOn, onHost } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { argMax, columnOf, extent, readNumbers, readPoints, type FlatNumbers, type Numbers } from './arrays.ts';
import { classesOf, coordinates, type PointClass } from './curves.ts';
import {
  counted,
  escaped,
  Figure,
  heading,
  layoutOf,
  PLOT_OPTIONS,
  rowsOf,
  type PlotOptions,
  type Trace,
} from './figure.ts';
import { isEqual, square } from './square.ts';
import type { TensorLibrary } from '../library.ts';

/** Options of {@link decisionBoundary}. */
export interface DecisionBoundaryOptions extends PlotOptions {
  /** The part of the plane that is shown; by default the points with a margin. */
  range?: { x?: readonly [number, number]; y?: readonly [number, number] };
  /** Margin around the points, relative to their extent; 0.15 by default. */
  margin?: number;
  /** Grid points along each axis; 120 by default. The classifier is called once, with resolution² points. */
  resolution?: number;
  /**
   * A single score above this is class 1, else class 0; 0.5 by default, which suits a sigmoid. Use 0 for logits and
   * signs.
   */
  threshold?: number;
  classNames?: readonly string[];
  /** Whether a unit is equally long on both axes; by default unless one extent is many times the other. */
  equal?: boolean;
}

const DECISION_BOUNDARY_OPTIONS: OptionNames<DecisionBoundaryOptions> = {
  ...PLOT_OPTIONS,
  range: true,
  margin: 'number',
  resolution: 'number',
  threshold: 'number',
  classNames: true,
  equal: 'boolean',
};

/** A grid over the plane: `x` [columns], `y` [rows]. */
export interface PlaneGrid {
  x: Float64Array;
  y: Float64Array;
}

/** The figure with the grid and the predicted class at each grid point: `classes[row * columns + column]`. */
export class DecisionBoundaryFigure extends Figure {
  constructor(
    readonly grid: PlaneGrid,
    readonly classes: Int32Array,
    ...figure: ConstructorParameters<typeof Figure>
  ) {
    super(...figure);
  }
}

/** A classifier of points [n, 2]; see {@link decisionBoundary} for what it may return. */
export type Predict = (points: tfTypes.Tensor2D) => tfTypes.Tensor | tfTypes.Tensor[] | Numbers;

/**
 * Draws the regions that a classifier assigns to its classes, and their boundaries.
 * @param predict takes points [n, 2]. It returns scores of all classes [n, classes]; or one score per point, [n] or
 *   [n, 1], which is above the threshold for class 1; or the classes themselves as integers (int32, like `argMax`) or
 *   booleans. Runs inside `tf.tidy`.
 * @param points the points to draw, [n, 2]
 * @param labels their classes, [n] or one-hot [n, classes]
 * @returns a promise if the answer must be read back from the device asynchronously
 * @throws RangeError unless there is one answer for each point
 * @example
 * ```ts
 * const { points, labels, shape } = data.xor({ n: 100 });
 * const xor = (x: tf.Tensor2D) => tf.sigmoid(tf.prod(x, 1).mul(-5));
 * viz.decisionBoundary(xor, tf.tensor2d(points, shape), labels, { title: 'x₁ x₂ < 0' });
 * ```
 */
export function decisionBoundary(
  tf: TensorLibrary,
  predict: Predict,
  points: Numbers,
  labels: Numbers,
  options: DecisionBoundaryOptions = {},
): DecisionBoundaryFigure | Promise<DecisionBoundaryFigure> {
  const where = 'viz.decisionBoundary';
  checkOptions(where, options, DECISION_BOUNDARY_OPTIONS);
  if (typeof predict !== 'function')
    throw new TypeError(`${where}: predict must be a function of points [n, 2], for example (p) => model.predict(p)`);
  const { data, n } = readPoints(points, [2], `${where}: points`);
  const groups = classesOf(labels, n, where, options.classNames);
  const grid = planeGrid(data, options, where);
  return goOn(ask(tf, predict, grid), ({ said }) => {
    const answer = readAnswer(said, grid, where);
    return draw(answer, grid, { data, n, groups }, options);
  });
}

/** The points that are drawn, [n, 2], and their classes. */
interface LabeledPoints {
  data: Float64Array;
  n: number;
  groups: PointClass[];
}

function draw(
  answer: FlatNumbers,
  grid: PlaneGrid,
  { data, n, groups }: LabeledPoints,
  options: DecisionBoundaryOptions,
): DecisionBoundaryFigure {
  const columns = grid.x.length;
  const { traces, classes } = regions(answer, grid, options.threshold ?? 0.5);
  const names = new Map(groups.map(({ label, name }) => [label, name]));
  const layout = layoutOf({ xLabel: 'x₁', yLabel: 'x₂', ...options });
  const axis = (values: Float64Array) => ({ range: [values[0], values.at(-1)], showgrid: false, zeroline: false });
  Object.assign(layout['xaxis'] as object, axis(grid.x));
  Object.assign(layout['yaxis'] as object, axis(grid.y));
  const [wide, high] = [extent(grid.x), extent(grid.y)];
  if (isEqual(options, true, wide, high)) square(layout, wide, high, { names: groups.map(({ name }) => name) });
  const right = groups.reduce(
    (sum, g) => sum + g.rows.filter((r) => classes[nearest(grid, data, r)] === g.label).length,
    0,
  );
  const text = `${heading('Decision boundary', options)}: ${counted(n, 'point')}, ${right} in the region of their class; ${sharesText(classes, names)} on a grid of ${columns} × ${grid.y.length}`;
  return new DecisionBoundaryFigure(
    grid,
    classes,
    [...traces, ...groups.map((g) => pointTrace(data, g))],
    layout,
    text,
  );
}

/** The grid over the given range, by default over the points and their margin. */
export function planeGrid(points: Float64Array, options: DecisionBoundaryOptions, where: string): PlaneGrid {
  const { margin = 0.15, resolution = 120, range = {} } = options;
  if (!Number.isSafeInteger(resolution) || resolution < 2 || resolution > 1000)
    throw new RangeError(`${where}: resolution must be a whole number from 2 to 1000, got ${String(resolution)}`);
  if (!(margin >= 0)) throw new RangeError(`${where}: margin must be a share of at least 0, got ${String(margin)}`);
  const axis = (name: 'x' | 'y', column: number): Float64Array => {
    const [low, high] = range[name] ?? padded(extent(columnOf(points, 2, column)), margin);
    if (!(high > low) || !Number.isFinite(high - low))
      throw new RangeError(`${where}: range.${name} must be [low, high] with low < high, got [${low}, ${high}]`);
    return Float64Array.from({ length: resolution }, (_, i) => low + ((high - low) * i) / (resolution - 1));
  };
  return { x: axis('x', 0), y: axis('y', 1) };
}

function padded(span: [number, number] | undefined, margin: number): [number, number] {
  const [low, high] = span ?? [-1, 1];
  const pad = (high - low || 2) * margin || (high === low ? 1 : 0);
  return [low - pad, high + pad];
}

interface Answer {
  said: unknown;
}

/** The classifier's answer for all grid points, row by row. Values of a tensor are read. */
function ask(tf: TensorLibrary, predict: Predict, { x, y }: PlaneGrid): Answer | Promise<Answer> {
  const n = x.length * y.length;
  const flat = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) flat.set([x[i % x.length]!, y[Math.floor(i / x.length)]!], 2 * i);
  let answer: Answer | Promise<Answer> | undefined;
  tf.tidy(() => {
    const said: unknown = predict(tf.tensor2d(flat, [n, 2]));
    const one: unknown = Array.isArray(said) && said.length === 1 ? said[0] : said;
    answer = isTensor(one) ? goOn(onHost(one), (read): Answer => ({ said: read })) : { said: one };
  });
  return answer!;
}

/** @throws TypeError or RangeError unless there is one answer for each grid point */
function readAnswer(said: unknown, { x, y }: PlaneGrid, where: string): FlatNumbers {
  const n = x.length * y.length;
  const answer = readNumbers(said, `${where}: what predict returns`);
  const { shape } = answer;
  if (shape[0] !== n)
    throw new RangeError(
      `${where}: predict must answer [n] or [n, classes] for points [n, 2]; for ${n} points it answered ${shapeText(shape)}`,
    );
  return answer;
}

/** The regions of the classes as traces, and the class at each grid point. */
function regions(
  { data, shape, dtype }: FlatNumbers,
  grid: PlaneGrid,
  threshold: number,
): { traces: Trace[]; classes: Int32Array } {
  const count = shape[1] ?? 1;
  if (count > 1) {
    const n = shape[0]!;
    const classes = Int32Array.from({ length: n }, (_, i) => argMax(data, i * count, count));
    const lead = (k: number) => Float64Array.from({ length: n }, (_, i) => leadOf(data, i * count, count, k));
    return { traces: Array.from({ length: count }, (_, k) => regionTrace(lead(k), grid, k)), classes };
  }
  const classes = Int32Array.from(data, (v) => (dtype === 'int32' ? v : Number(v > threshold)));
  // Integers and booleans cannot be interpolated: the boundary follows the grid
  if (dtype === 'int32' || dtype === 'bool') {
    const present = [...new Set(classes)].sort((a, b) => a - b);
    return {
      traces: present.map((k) =>
        regionTrace(
          Float64Array.from(classes, (c) => (c === k ? 0.5 : -0.5)),
          grid,
          k,
        ),
      ),
      classes,
    };
  }
  return { traces: scoreTraces(data, grid, threshold), classes };
}

/** The score of class k minus the largest score of the other classes. */
function leadOf(data: Float64Array, from: number, count: number, k: number): number {
  let other = -Infinity;
  for (let j = 0; j < count; j++) if (j !== k) other = Math.max(other, data[from + j]!);
  return data[from + k]! - other;
}

/** The region where `lead` is above 0, in the color of class k. */
function regionTrace(lead: Float64Array, grid: PlaneGrid, k: number): Trace {
  return {
    type: 'contour',
    ...grid,
    z: rowsOf(lead, grid.x.length),
    // Plotly fills the region that the constraint excludes
    contours: { type: 'constraint', operation: '<', value: 0 },
    fillcolor: `theme(series-${k % 8}, 0.28)`,
    line: { color: 'theme(foreground, 0.6)', width: 1, smoothing: 0 },
    showscale: false,
    showlegend: false,
    hoverinfo: 'skip',
  };
}

/** A score as shades from the color of class 0 to the color of class 1, and a line at the threshold. */
function scoreTraces(data: Float64Array, grid: PlaneGrid, threshold: number): Trace[] {
  const z = rowsOf(data, grid.x.length);
  const [low, high] = extent(data) ?? [threshold, threshold];
  const most = Math.max(high - threshold, threshold - low) || 1;
  return [
    {
      type: 'heatmap',
      ...grid,
      z,
      zmin: threshold - most,
      zmax: threshold + most,
      zsmooth: 'best',
      opacity: 0.55,
      colorscale: [
        [0, 'theme(series-0)'],
        [0.5, 'theme(background)'],
        [1, 'theme(series-1)'],
      ],
      showscale: false,
      hovertemplate: '(%{x:.3~g}, %{y:.3~g}): %{z:.3~g}<extra></extra>',
    },
    {
      type: 'contour',
      ...grid,
      z,
      contours: { coloring: 'none', start: threshold, end: threshold, size: 1 },
      line: { color: 'theme(foreground)', width: 2 },
      showscale: false,
      showlegend: false,
      hoverinfo: 'skip',
    },
  ];
}

function pointTrace(data: Float64Array, { label, name, rows }: PointClass): Trace {
  return {
    type: 'scatter',
    mode: 'markers',
    name: escaped(name),
    ...coordinates(data, 2, rows),
    marker: { color: `theme(series-${label % 8})`, size: 7, line: { color: 'theme(background)', width: 1 } },
  };
}

/** Index of the grid point nearest to a point. */
function nearest({ x, y }: PlaneGrid, points: Float64Array, row: number): number {
  const index = (axis: Float64Array, v: number) => {
    const step = axis[1]! - axis[0]!;
    return Math.max(0, Math.min(axis.length - 1, Math.round((v - axis[0]!) / step)));
  };
  return index(y, points[2 * row + 1]!) * x.length + index(x, points[2 * row]!);
}

function sharesText(classes: Int32Array, names: ReadonlyMap<number, string>): string {
  const counts = new Map<number, number>();
  for (const c of classes) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([c, n]) => `${names.get(c) ?? `class ${c}`} ${Math.round((100 * n) / classes.length)} %`)
    .join(', ');
}
