// viz.line and viz.scatter: curves, and points in two or three dimensions.
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { COLOR_OPTIONS, coloredBy, type ColorOptions } from './colors.ts';
import { extentOf, isEqual, square } from './square.ts';
import { keptOfCloud, keptOfCurve, pick } from './thin.ts';
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
  /** The first x of curves that are given as y values, for example 1 for epochs; 0 by default. */
  start?: number;
  /** Also draw a dot at each point. */
  markers?: boolean;
}

const LINE_OPTIONS: OptionNames<LineOptions> = {
  ...AXES_OPTIONS,
  x: true,
  start: 'number',
  markers: 'boolean',
};

/**
 * Draws curves: `viz.line(losses)`, `viz.line({ train, validation }, { logY: true })`. NaN leaves a gap. A curve of more
 * than 20,000 points keeps the least and the greatest of each stretch. Paths that turn back have equal axes by default.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.line({ train: [2.3, 0.9, 0.4], validation: [2.3, 1.1, 0.8] }, { start: 1, xLabel: 'epoch', logY: true });
 * ```
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
  const where = 'viz.line';
  checkOptions(where, options, LINE_OPTIONS);
  const read = readCurves(curves, options, where);
  const traces = read.map(({ name, x, y }): Trace => ({
    type: 'scatter',
    mode: options.markers || y.length === 1 ? 'lines+markers' : 'lines',
    ...(name !== undefined && { name: escaped(name) }),
    ...thinCurve(x, y),
  }));
  const texts = read.map(({ name, y }) => `${name === undefined ? '' : `${name}: `}${described(y)}`);
  const layout = layoutOf(options, where);
  const [wide, high] = [extentOf(read.map((c) => c.x)), extentOf(read.map((c) => c.y))];
  const turning = read.length > 0 && read.every(({ isPath, x }) => isPath && turns(x));
  if (isEqual(options, turning, wide, high))
    square(layout, options.xRange ?? wide, options.yRange ?? high, { names: read.flatMap(({ name }) => name ?? []) });
  return new Figure(traces, layout, `${heading('Line plot', options)}: ${texts.join('; ')}`);
}

/** A curve with its name, if it has one. */
export interface ReadCurve {
  name: string | undefined;
  x: Float64Array;
  y: Float64Array;
  /** Whether it was given as points [n, 2]. */
  isPath: boolean;
}

/** Reads one curve, or several by name, with `x` or `start` of the options. */
export function readCurves(
  curves: Curve | Record<string, Curve>,
  options: Pick<LineOptions, 'x' | 'start'>,
  where: string,
): ReadCurve[] {
  const { start } = options;
  const x = options.x === undefined || options.x === null ? undefined : readVector(options.x, `${where}: x`);
  if (x && start !== undefined && start !== null)
    throw new TypeError(`${where}: give x or start, not both: start is the first of x values 1 apart`);
  const named = isNamed(curves) ? Object.entries(curves) : ([[undefined, curves]] as const);
  if (named.length === 0) throw new TypeError(`${where}: there is no curve in {}; give for example { train: losses }`);
  return named.map(([name, curve]) => ({
    name,
    ...readCurve(curve, { x, start: start ?? 0 }, `${where}: ${name === undefined ? 'y' : `"${name}"`}`),
  }));
}

function readCurve(
  curve: Curve,
  { x, start }: { x: Float64Array | undefined; start: number },
  where: string,
): Omit<ReadCurve, 'name'> {
  const { data, shape } = readNumbers(curve, where);
  if (shape.length === 2 && shape[1] === 2) return { x: columnOf(data, 2, 0), y: columnOf(data, 2, 1), isPath: true };
  if (shape.length === 2 && shape[1] !== 1)
    throw new RangeError(
      `${where} must be y values [n] or points [n, 2], got ${shapeText(shape)}; draw several curves by name: { a, b }`,
    );
  if (x) sameLength(x, data, where, 'x and y');
  return { x: x ?? Float64Array.from(data, (_, i) => start + i), y: data, isPath: false };
}

/** The points of a curve that are drawn. A path that turns back is thinned too: it keeps its peaks in y. */
export function thinCurve(x: Float64Array, y: Float64Array): { x: Float64Array; y: Float64Array } {
  const kept = keptOfCurve(y);
  return { x: pick(x, kept), y: pick(y, kept) };
}

/** Whether x values go forth and back. */
function turns(x: Float64Array): boolean {
  let [up, down] = [false, false];
  for (let i = 1; i < x.length; i++) {
    up ||= x[i]! > x[i - 1]!;
    down ||= x[i]! < x[i - 1]!;
  }
  return up && down;
}

/** `100 points, 2.31 → 0.12`. */
function described(y: Float64Array): string {
  if (y.length === 0) return 'no points';
  return `${counted(y.length, 'point')}, ${short(y[0]!)} → ${short(y.at(-1)!)}`;
}

/** Options of {@link scatter}. */
export interface ScatterOptions extends AxesOptions, ColorOptions {
  /** Class of each point, [n] or one-hot [n, classes]. Each class has its color and an entry in the legend; from the ninth on, also another form. */
  labels?: Numbers;
  /** A number for each point, [n]. A color scale maps it to the color of the point. */
  values?: Vector;
  /** Label of the third axis. */
  zLabel?: string;
  /** Diameter of the dots in pixels. */
  size?: number;
}

const SCATTER_OPTIONS: OptionNames<ScatterOptions> = {
  ...AXES_OPTIONS,
  ...COLOR_OPTIONS,
  labels: true,
  values: true,
  zLabel: 'text',
  size: 'number',
};

/**
 * Draws points in two or three dimensions, colored by class or by a number. Of more than 20,000 points, those at almost
 * the same place are drawn once.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.scatter([[0, 0], [0, 1], [1, 0], [1, 1]], { labels: [0, 1, 1, 0], classNames: ['off', 'on'] });
 * ```
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
  const axes = Array.from({ length: columns }, (_, c) => columnOf(data, columns, c));
  const spans = axes.map((axis) => extent(axis));
  const drawn = (rows?: readonly number[]) => {
    const own = rows ? axes.map((axis) => pick(axis, rows)) : axes;
    const kept = keptOfCloud(own, spans);
    return rows ? (kept?.map((i) => rows[i]!) ?? rows) : kept;
  };
  const all = drawn();
  const traces = groups
    ? groups.map(({ name, rows }, k) => ({
        ...base,
        name: escaped(name),
        ...coordinates(data, columns, drawn(rows)),
        marker: { ...marker, opacity: 0.85, ...symbolOf(k, columns) },
      }))
    : [{ ...base, ...coordinates(data, columns, all), marker: { ...marker, ...valueColors(options, n, all, where) } }];
  const layout = columns === 3 ? spatialLayout(options) : layoutOf(options, where);
  if (columns === 2 && isEqual(options, true, spans[0], spans[1]))
    square(layout, options.xRange ?? wider(spans[0]), options.yRange ?? wider(spans[1]), {
      bar: options.values !== undefined,
      names: groups?.map(({ name }) => name) ?? [],
    });
  const classes = groups ? ` in ${counted(groups.length, 'class').replace(/classs$/, 'classes')}` : '';
  const extents = spans
    .map((span, c) => (span ? `${'xyz'[c]} from ${short(span[0])} to ${short(span[1])}` : ''))
    .filter(Boolean);
  return new Figure(
    traces,
    layout,
    [`${heading('Scatter plot', options)}: ${counted(n, 'point')}${classes}`, ...extents].join(', '),
  );
}

/** Forms of dots, one after another for each eight classes: there are eight colors. In space there are five forms. */
const SYMBOLS = ['circle', 'square', 'diamond', 'cross', 'x', 'triangle-up', 'triangle-down', 'star'];

const symbolOf = (k: number, columns: number): Trace =>
  k < 8 ? {} : { symbol: SYMBOLS[Math.floor(k / 8) % (columns === 3 ? 5 : SYMBOLS.length)] };

/** The room that plotly gives dots: a little more than their extent. */
const wider = (span: readonly [number, number] | undefined): [number, number] | undefined =>
  span && [span[0] - 0.06 * (span[1] - span[0]), span[1] + 0.06 * (span[1] - span[0])];

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

function valueColors(options: ScatterOptions, n: number, kept: readonly number[] | undefined, where: string): Trace {
  if (options.values === undefined) return { opacity: 0.85 };
  const values = readVector(options.values, `${where}: values`);
  if (values.length !== n)
    throw new RangeError(
      `${where}: there must be one value for each point, got ${values.length} for ${counted(n, 'point')}`,
    );
  const color = coloredBy(values, options, where);
  return {
    color: pick(color.values, kept),
    ...{ colorscale: color.scale, cmin: color.low, cmax: color.high },
    showscale: true,
    colorbar: color.colorbar,
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

/** Whether these are curves by name. */
export function isNamed(curves: unknown): curves is Record<string, Curve> {
  const prototype: unknown = typeof curves === 'object' && curves !== null ? Object.getPrototypeOf(curves) : undefined;
  return prototype === Object.prototype || prototype === null;
}
