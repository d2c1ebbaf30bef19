// viz.line and viz.scatter: curves, and points in two or three dimensions.
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import {
  columnOf,
  extent,
  readClasses,
  readNumbers,
  readPoints,
  readVector,
  sameLength,
  type Numbers,
  type Vector,
} from './arrays.ts';
import {
  counted,
  escaped,
  Figure,
  heading,
  layoutOf,
  short,
  AXES_OPTIONS,
  type AxesOptions,
  type PlotOptions,
  type Trace,
} from './figure.ts';

/** One curve: its y values [n], or the points of a path [n, 2]. */
export type Curve = Numbers;

/** Options of {@link line}. */
export interface LineOptions extends AxesOptions {
  /** x values [n] for the curves that are given as y values; 0, 1, 2 … by default. */
  x?: Vector;
  /** Also draw a dot at each point. */
  markers?: boolean;
}

const LINE_OPTIONS: OptionNames<LineOptions> = { ...AXES_OPTIONS, x: true, markers: 'boolean' };

/**
 * Draws curves: `viz.line(losses)`, `viz.line({ train, validation }, { logY: true })`. NaN leaves a gap.
 * @param curves one curve, or several by name; each is y values [n] or points [n, 2]
 * @throws TypeError or RangeError that names the curve and says what is wrong with it
 * @example
 * ```ts
 * const steps = Array.from({ length: 50 }, (_, i) => i);
 * viz.line(
 *   { train: steps.map((t) => 0.9 ** t), validation: steps.map((t) => 0.9 ** t + 0.05) },
 *   { logY: true, xLabel: 'epoch', yLabel: 'loss' },
 * );
 * ```
 */
export function line(curves: Curve | Record<string, Curve>, options: LineOptions = {}): Figure {
  checkOptions('viz.line', options, LINE_OPTIONS);
  const x = options.x === undefined ? undefined : readVector(options.x, 'viz.line: x');
  const named = isNamed(curves) ? Object.entries(curves) : ([[undefined, curves]] as const);
  if (named.length === 0) throw new TypeError('viz.line: there is no curve in {}; give for example { train: losses }');
  const read = named.map(([name, curve]) => ({
    name,
    ...readCurve(curve, x, `viz.line: ${name === undefined ? 'y' : `"${name}"`}`),
  }));
  const traces = read.map(({ name, x, y }): Trace => ({
    type: 'scatter',
    mode: options.markers || y.length === 1 ? 'lines+markers' : 'lines',
    ...(name !== undefined && { name: escaped(name) }),
    x,
    y,
  }));
  const texts = read.map(({ name, y }) => `${name === undefined ? '' : `${name}: `}${described(y)}`);
  return new Figure(traces, layoutOf(options), `${heading('Line plot', options)}: ${texts.join('; ')}`);
}

function readCurve(curve: Curve, x: Float64Array | undefined, where: string): { x: Float64Array; y: Float64Array } {
  const { data, shape } = readNumbers(curve, where);
  if (shape.length === 2 && shape[1] === 2) return { x: columnOf(data, 2, 0), y: columnOf(data, 2, 1) };
  if (shape.length === 2 && shape[1] !== 1)
    throw new RangeError(
      `${where} must be y values [n] or points [n, 2], got ${shapeText(shape)}; draw several curves by name: { a, b }`,
    );
  if (x) sameLength(x, data, where, 'x and y');
  return { x: x ?? Float64Array.from(data, (_, i) => i), y: data };
}

/** `100 points, 2.31 → 0.12`. */
function described(y: Float64Array): string {
  if (y.length === 0) return 'no points';
  return `${counted(y.length, 'point')}, ${short(y[0]!)} → ${short(y.at(-1)!)}`;
}

/** Options of {@link scatter}. */
export interface ScatterOptions extends AxesOptions {
  /** Class of each point, [n] or one-hot [n, classes]. Each class has its color and an entry in the legend. */
  labels?: Numbers;
  /** Names of the classes. */
  classNames?: readonly string[];
  /** A number for each point, [n]. A color scale maps it to the color of the point. */
  values?: Vector;
  /** Label of the color scale. */
  valueLabel?: string;
  /** Label of the third axis. */
  zLabel?: string;
  /** Diameter of the dots in pixels. */
  size?: number;
}

const SCATTER_OPTIONS: OptionNames<ScatterOptions> = {
  ...AXES_OPTIONS,
  labels: true,
  classNames: true,
  values: true,
  valueLabel: 'text',
  zLabel: 'text',
  size: 'number',
};

/**
 * Draws points in two or three dimensions, colored by class or by a number.
 * @param points [n, 2] or [n, 3]
 * @example
 * ```ts
 * const { points, labels, shape } = data.moons({ n: 200 });
 * viz.scatter(tf.tensor2d(points, shape), { labels, classNames: ['upper', 'lower'] });
 * ```
 */
export function scatter(points: Numbers, options: ScatterOptions = {}): Figure {
  const where = 'viz.scatter';
  checkOptions(where, options, SCATTER_OPTIONS);
  const { data, n, columns } = readPoints(points, [2, 3], `${where}: points`);
  if (options.labels !== undefined && options.values !== undefined)
    throw new TypeError(`${where}: give labels or values, not both: each point has one color`);
  const groups = options.labels === undefined ? undefined : classesOf(options.labels, n, where, options.classNames);
  const marker = { size: options.size ?? (columns === 3 ? 3 : n > 2000 ? 4 : 6) };
  const base = { type: columns === 3 ? 'scatter3d' : 'scatter', mode: 'markers' };
  const traces = groups
    ? groups.map(({ name, rows }) => ({
        ...base,
        name: escaped(name),
        ...coordinates(data, columns, rows),
        marker: { ...marker, opacity: 0.85 },
      }))
    : [{ ...base, ...coordinates(data, columns), marker: { ...marker, ...valueColors(options, n, where) } }];
  const layout = columns === 3 ? spatialLayout(options) : layoutOf(options);
  const classes = groups ? ` in ${counted(groups.length, 'class').replace(/classs$/, 'classes')}` : '';
  const spans = Array.from({ length: columns }, (_, c) => extent(columnOf(data, columns, c)))
    .map((span, c) => (span ? `${'xyz'[c]} from ${short(span[0])} to ${short(span[1])}` : ''))
    .filter(Boolean);
  return new Figure(
    traces,
    layout,
    [`${heading('Scatter plot', options)}: ${counted(n, 'point')}${classes}`, ...spans].join(', '),
  );
}

/** The points of each class. */
export interface PointClass {
  /** Its number. */
  label: number;
  name: string;
  rows: number[];
}

/**
 * Groups points by class.
 * @throws RangeError if there is not one label for each point, or a class has no name
 */
export function classesOf(labels: Numbers, n: number, where: string, names?: readonly string[]): PointClass[] {
  const classes = readClasses(labels, `${where}: labels`);
  if (classes.length !== n)
    throw new RangeError(
      `${where}: there must be one label for each point, got ${classes.length} for ${counted(n, 'point')}`,
    );
  const groups = new Map<number, number[]>();
  classes.forEach((label, row) => (groups.get(label) ?? groups.set(label, []).get(label)!).push(row));
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([label, rows]) => {
      const name = names ? names[label] : `class ${label}`;
      if (name === undefined)
        throw new RangeError(
          `${where}: classNames has ${counted(names!.length, 'name')}, and there is a point of class ${label}`,
        );
      return { label, name, rows };
    });
}

/** The coordinates x, y and, in three dimensions, z of these rows; of all rows by default. */
export function coordinates(data: Float64Array, columns: number, rows?: readonly number[]): Trace {
  const all = 'xyz'.slice(0, columns).split('');
  return Object.fromEntries(
    all.map((axis, c) => [
      axis,
      rows ? Float64Array.from(rows, (r) => data[r * columns + c]!) : columnOf(data, columns, c),
    ]),
  );
}

function valueColors({ values, valueLabel }: ScatterOptions, n: number, where: string): Trace {
  if (values === undefined) return { opacity: 0.85 };
  const color = readVector(values, `${where}: values`);
  if (color.length !== n)
    throw new RangeError(
      `${where}: there must be one value for each point, got ${color.length} for ${counted(n, 'point')}`,
    );
  return {
    color,
    colorscale: 'Viridis',
    showscale: true,
    colorbar: { ...(valueLabel && { title: { text: escaped(valueLabel) } }), outlinewidth: 0 },
  };
}

/**
 * The layout of a plot with three axes, in a box whose proportions do not depend on the ranges of the axes.
 * @param z height of the box relative to its width
 */
export function spatialLayout(options: PlotOptions & { zLabel?: string }, z = 1): Trace {
  const { title, xLabel = 'x', yLabel = 'y', zLabel = 'z', height } = options;
  const axis = (label: string) => ({ title: { text: escaped(label) } });
  return {
    ...(title !== undefined && { title: { text: escaped(title) } }),
    ...(height !== undefined && { height }),
    scene: {
      ...{ xaxis: axis(xLabel), yaxis: axis(yLabel), zaxis: axis(zLabel) },
      ...{ aspectmode: 'manual', aspectratio: { x: 1, y: 1, z } },
      // A flat box fits into the view from nearer
      ...(z < 1 && { camera: { eye: { x: 1.26, y: 1.26, z: 0.75 }, center: { x: 0, y: 0, z: -0.13 } } }),
    },
  };
}

function isNamed(curves: unknown): curves is Record<string, Curve> {
  const prototype: unknown = typeof curves === 'object' && curves !== null ? Object.getPrototypeOf(curves) : undefined;
  return prototype === Object.prototype || prototype === null;
}
