// viz.heatmap and viz.surface: a matrix of numbers, or a function of x and y, as colors or as heights.
import { checkOptions, type OptionNames } from '../options.ts';
import { COLOR_OPTIONS, coloredBy, type ColorOptions } from './colors.ts';
import { AXES_OPTIONS, escaped, Figure, heading, layoutOf, rowsOf, short, type Layout, type Trace } from './figure.ts';
import { spatialLayout } from './curves.ts';
import { cellSpan, PLANE_OPTIONS, readPlane, spanText, type PlaneOptions, type PlaneValues } from './plane.ts';
import { isEqual, square } from './square.ts';

/** Height of a surface plot relative to its width: a flat box is easier to read. */
export const SURFACE_HEIGHT = 0.65;

interface GridOptions extends PlaneOptions, ColorOptions {}

const GRID_OPTIONS = { ...AXES_OPTIONS, ...PLANE_OPTIONS, ...COLOR_OPTIONS } as const;

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

/** Room in pixels that the number of a row or a column needs. */
const TICK = { row: 17, column: 26 };

/**
 * Draws a matrix, or a function of x and y, as colors. Row 0 is at the top, as matrices are written, unless the rows have
 * coordinates. Cells are square by default if the matrix has no names and is not much wider than high.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.heatmap((x, y) => x * x + y * y, { xRange: [-2, 2], yRange: [-2, 2], xLabel: 'x₁', yLabel: 'x₂' });
 * ```
 * @param values [rows, columns], or a function, evaluated on a grid over `xRange` and `yRange` ([-1, 1] by default)
 */
export function heatmap(values: PlaneValues, options: HeatmapOptions = {}): Figure {
  const where = 'viz.heatmap';
  checkOptions(where, options, HEATMAP_OPTIONS);
  const grid = readPlane(values, options, where);
  const { data, rows, columns } = grid;
  const x = options.xNames?.map(escaped) ?? grid.x;
  const y = options.yNames?.map(escaped) ?? grid.y;
  checkNames(options.xNames, columns, `${where}: xNames`, 'columns');
  checkNames(options.yNames, rows, `${where}: yNames`, 'rows');
  const color = coloredBy(data, options, where);
  const annotate = options.annotate ?? (rows <= 12 && columns <= 12);
  const trace: Trace = {
    type: 'heatmap',
    z: rowsOf(color.values, columns),
    ...(x && { x }),
    ...(y && { y }),
    ...{ colorscale: color.scale, zmin: color.low, zmax: color.high },
    ...(annotate && { text: rowsOf(data, columns).map((row) => Array.from(row, short)), texttemplate: '%{text}' }),
    colorbar: color.colorbar,
    ...(options.logColors && { customdata: rowsOf(data, columns) }),
    hovertemplate: `${x && y ? '(%{x}, %{y})' : 'row %{y}, column %{x}'}<br>%{${options.logColors ? 'customdata' : 'z'}:.4~g}<extra></extra>`,
  };
  const layout = layoutOf(options, where);
  const [wide, high] = [cellSpan(grid.x, columns), cellSpan(grid.y, rows)];
  const isNamed = options.xNames !== undefined || options.yNames !== undefined;
  if (isEqual(options, !isNamed && (grid.x === undefined) === (grid.y === undefined), wide, high))
    square(layout, wide, high, { bar: true });
  const height = typeof layout['height'] === 'number' ? layout['height'] : 380;
  const width = typeof layout['width'] === 'number' ? layout['width'] : 560;
  // A category axis, because plotly would read names such as "1.1" as numbers
  Object.assign(layout['xaxis'] as object, {
    showgrid: false,
    zeroline: false,
    ...(!x && columns <= Math.min(20, (width - 140) / TICK.column) && { dtick: 1 }),
    ...(options.xNames && { type: 'category' }),
  });
  Object.assign(layout['yaxis'] as object, {
    showgrid: false,
    zeroline: false,
    ...(!y && rows <= Math.min(20, (height - 80) / TICK.row) && { dtick: 1 }),
    ...(options.yNames && { type: 'category' }),
    ...(!grid.y && { autorange: 'reversed' }),
  });
  return new Figure([trace], layout, `${heading('Heat map', options)}: ${spanText(rows, columns, data)}`);
}

/** Options of {@link surface}. */
export interface SurfaceOptions extends GridOptions {
  /** Label of the heights. */
  zLabel?: string;
  /** Logarithmic heights. */
  logZ?: boolean;
}

const SURFACE_OPTIONS: OptionNames<SurfaceOptions> = { ...GRID_OPTIONS, zLabel: 'text', logZ: 'boolean' };

/**
 * Draws a surface over a plane, in three dimensions.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.surface((x, y) => x * x - y * y, { xLabel: 'x₁', yLabel: 'x₂', zLabel: 'loss' });
 * ```
 * @param heights [rows, columns]: `heights[i][j]` stands at (x[j], y[i]); or a function of x and y, evaluated on a grid
 *   over `xRange` and `yRange` ([-1, 1] by default)
 */
export function surface(heights: PlaneValues, options: SurfaceOptions = {}): Figure {
  const where = 'viz.surface';
  checkOptions(where, options, SURFACE_OPTIONS);
  const { data, rows, columns, x, y } = readPlane(heights, options, where, 'heights');
  if (rows < 2 || columns < 2)
    throw new RangeError(
      `${where}: a surface needs at least 2 rows and 2 columns, got [${rows}, ${columns}]; use viz.line for one row`,
    );
  const log = options.logZ === true;
  const color = coloredBy(
    data,
    { ...options, colors: options.colors ?? 'sequential', ...(log && { logColors: true }) },
    where,
  );
  const trace: Trace = {
    type: 'surface',
    z: rowsOf(data, columns),
    ...(options.logColors || log ? { surfacecolor: rowsOf(color.values, columns) } : {}),
    ...(x && { x }),
    ...(y && { y }),
    ...{ colorscale: color.scale, cmin: color.low, cmax: color.high },
    // A canvas counts the bar's thickness in its own pixels: half of that of flat plots looks the same
    colorbar: { ...color.colorbar, len: 0.7 },
  };
  const layout = spatialLayout(options, SURFACE_HEIGHT);
  const scene = layout['scene'] as Record<'xaxis' | 'yaxis' | 'zaxis', Layout>;
  const axes = layoutOf({ ...options }, where) as Record<'xaxis' | 'yaxis', Layout>;
  for (const axis of ['xaxis', 'yaxis'] as const)
    for (const key of ['type', 'range', 'exponentformat'])
      if (axes[axis][key] !== undefined && !(key === 'range' && typeof heights === 'function'))
        scene[axis][key] = axes[axis][key];
  if (log) Object.assign(scene.zaxis, { type: 'log', exponentformat: 'power' });
  return new Figure([trace], layout, `${heading('Surface', options)}: ${spanText(rows, columns, data)}`);
}

/** @throws RangeError unless there is one name for each row or column */
export function checkNames(names: readonly string[] | undefined, n: number, where: string, what: string): void {
  if (names && names.length !== n)
    throw new RangeError(`${where} must hold one name for each of the ${n} ${what}, got ${names.length}`);
}
