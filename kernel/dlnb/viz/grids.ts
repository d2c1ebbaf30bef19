// viz.heatmap and viz.surface: a matrix of numbers as colors or as heights.
import { checkOptions, type OptionNames } from '../options.ts';
import { extent, readMatrix, readVector, type Matrix, type Vector } from './arrays.ts';
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

/** Height of a surface plot relative to its width: a flat box is easier to read. */
export const SURFACE_HEIGHT = 0.65;

interface GridOptions extends PlotOptions {
  /** x coordinate of each column, [columns]; 0, 1, 2 … by default. */
  x?: Vector;
  /** y coordinate of each row, [rows]; 0, 1, 2 … by default. */
  y?: Vector;
  /** Label of the values. */
  valueLabel?: string;
  /**
   * `sequential` for amounts (Viridis); `diverging` for numbers around zero: blue below, red above, the background at
   * zero. By default diverging if there are values on both sides of zero.
   */
  colors?: 'sequential' | 'diverging';
}

const GRID_OPTIONS = {
  ...PLOT_OPTIONS,
  x: true,
  y: true,
  valueLabel: 'text',
  colors: ['sequential', 'diverging'],
} as const;

/** Options of {@link heatmap}. */
export interface HeatmapOptions extends GridOptions {
  /** Names of the columns and rows, instead of numbers. */
  xNames?: readonly string[];
  yNames?: readonly string[];
  /** Write each value into its cell. By default for at most 12 × 12 cells. */
  annotate?: boolean;
}

const HEATMAP_OPTIONS: OptionNames<HeatmapOptions> = {
  ...GRID_OPTIONS,
  xNames: true,
  yNames: true,
  annotate: 'boolean',
};

/**
 * Draws a matrix as colors. Row 0 is at the top, as matrices are written, unless `y` gives the coordinates of the rows.
 * @param values [rows, columns]
 * @example
 * ```ts
 * viz.heatmap([[1, 0.3], [0.3, 1]], { xNames: ['x', 'y'], yNames: ['x', 'y'], colors: 'diverging' });
 * ```
 */
export function heatmap(values: Matrix, options: HeatmapOptions = {}): Figure {
  const where = 'viz.heatmap';
  checkOptions(where, options, HEATMAP_OPTIONS);
  const { data, rows, columns } = readMatrix(values, `${where}: values`);
  const x = options.xNames?.map(escaped) ?? places(options.x, columns, `${where}: x`, 'columns');
  const y = options.yNames?.map(escaped) ?? places(options.y, rows, `${where}: y`, 'rows');
  checkNames(options.xNames, columns, `${where}: xNames`, 'columns');
  checkNames(options.yNames, rows, `${where}: yNames`, 'rows');
  const annotate = options.annotate ?? (rows <= 12 && columns <= 12);
  const trace: Trace = {
    type: 'heatmap',
    z: rowsOf(data, columns),
    ...(x && { x }),
    ...(y && { y }),
    ...scaleOf(data, options),
    ...(annotate && { text: rowsOf(data, columns).map((row) => Array.from(row, short)), texttemplate: '%{text}' }),
    colorbar: colorbar(options),
    hovertemplate: 'row %{y}, column %{x}<br>%{z:.4~g}<extra></extra>',
  };
  const layout = layoutOf(options);
  // A category axis, because plotly would read names such as "1.1" as numbers
  Object.assign(layout['xaxis'] as object, {
    showgrid: false,
    zeroline: false,
    ...(!x && columns <= 20 && { dtick: 1 }),
    ...(options.xNames && { type: 'category' }),
  });
  Object.assign(layout['yaxis'] as object, {
    showgrid: false,
    zeroline: false,
    ...(!y && rows <= 20 && { dtick: 1 }),
    ...(options.yNames && { type: 'category' }),
    ...(options.y === undefined && { autorange: 'reversed' }),
  });
  return new Figure([trace], layout, `${heading('Heat map', options)}: ${spanText(rows, columns, data)}`);
}

/** Options of {@link surface}. */
export interface SurfaceOptions extends GridOptions {
  /** Label of the heights. */
  zLabel?: string;
}

const SURFACE_OPTIONS: OptionNames<SurfaceOptions> = { ...GRID_OPTIONS, zLabel: 'text' };

/**
 * Draws a surface over a grid, in three dimensions.
 * @param heights [rows, columns]: `heights[i][j]` stands at (x[j], y[i])
 * @example
 * ```ts
 * const x = tf.linspace(-2, 2, 21);
 * const heights = x.square().expandDims(1).add(x.square().mul(3));
 * viz.surface(heights as tf.Tensor2D, { x, y: x, zLabel: 'loss' });
 * ```
 */
export function surface(heights: Matrix, options: SurfaceOptions = {}): Figure {
  const where = 'viz.surface';
  checkOptions(where, options, SURFACE_OPTIONS);
  const { data, rows, columns } = readMatrix(heights, `${where}: heights`);
  if (rows < 2 || columns < 2)
    throw new RangeError(
      `${where}: a surface needs at least 2 rows and 2 columns, got [${rows}, ${columns}]; use viz.line for one row`,
    );
  const x = places(options.x, columns, `${where}: x`, 'columns');
  const y = places(options.y, rows, `${where}: y`, 'rows');
  const trace: Trace = {
    type: 'surface',
    z: rowsOf(data, columns),
    ...(x && { x }),
    ...(y && { y }),
    ...scaleOf(data, { ...options, colors: options.colors ?? 'sequential' }, 'c'),
    colorbar: { ...colorbar(options), len: 0.7 },
  };
  return new Figure(
    [trace],
    spatialLayout(options, SURFACE_HEIGHT),
    `${heading('Surface', options)}: ${spanText(rows, columns, data)}`,
  );
}

/** plotly's color attributes for these values: `zmin` and `zmax` for heat maps, `cmin` and `cmax` for surfaces. */
export function scaleOf(data: Float64Array, { colors }: Pick<GridOptions, 'colors'>, prefix: 'z' | 'c' = 'z'): Trace {
  const [low, high] = extent(data) ?? [0, 1];
  if ((colors ?? (low < 0 && high > 0 ? 'diverging' : 'sequential')) === 'sequential') return { colorscale: 'Viridis' };
  const most = Math.max(-low, high) || 1;
  const colorscale = [
    [0, 'theme(series-0)'],
    [0.5, 'theme(background)'],
    [1, 'theme(series-3)'],
  ];
  return { colorscale, [`${prefix}min`]: -most, [`${prefix}max`]: most };
}

function colorbar({ valueLabel }: GridOptions): Trace {
  return { ...(valueLabel && { title: { text: escaped(valueLabel) } }), outlinewidth: 0, thickness: 14 };
}

function places(value: Vector | undefined, n: number, where: string, what: string): Float64Array | undefined {
  if (value === undefined) return undefined;
  const read = readVector(value, where);
  if (read.length !== n)
    throw new RangeError(`${where} must hold one number for each of the ${n} ${what}, got ${read.length}`);
  return read;
}

function checkNames(names: readonly string[] | undefined, n: number, where: string, what: string): void {
  if (names && names.length !== n)
    throw new RangeError(`${where} must hold one name for each of the ${n} ${what}, got ${names.length}`);
}

function spanText(rows: number, columns: number, data: Float64Array): string {
  const span = extent(data);
  return `[${rows}, ${columns}], ${span ? `from ${short(span[0])} to ${short(span[1])}` : 'no finite values'}`;
}
