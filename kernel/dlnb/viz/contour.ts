// viz.contour: lines of equal value over a plane, with the regions between them filled or not.
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { extent } from './arrays.ts';
import { COLOR_OPTIONS, coloredBy, type ColorOptions } from './colors.ts';
import { AXES_OPTIONS, Figure, heading, layoutOf, rowsOf, short, type Trace } from './figure.ts';
import { asOnePath, labelled, levelLines, type LevelGrid } from './level-lines.ts';
import { PLANE_OPTIONS, readPlane, spanText, type PlaneOptions, type PlaneValues } from './plane.ts';
import { isEqual, square } from './square.ts';

/** Options of {@link contour}. */
export interface ContourOptions extends PlaneOptions, ColorOptions {
  /** About how many lines, 12 by default; or the values at which lines are drawn. */
  levels?: number | readonly number[];
  /** Fill the regions between the lines; on by default. */
  filled?: boolean;
  /** Write the values upon the lines. */
  labels?: boolean;
}

const CONTOUR_OPTIONS: OptionNames<ContourOptions> = {
  ...AXES_OPTIONS,
  ...PLANE_OPTIONS,
  ...COLOR_OPTIONS,
  levels: true,
  filled: 'boolean',
  labels: 'boolean',
};

const MOST_LEVELS = 100;

/**
 * Draws lines of equal value: the landscape of a loss under the paths of optimizers (with `viz.overlay` or as the
 * `background` of `viz.animate`), or the boundary at one value.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const loss = viz.contour((x, y) => x * x + 4 * y * y, { xRange: [-3, 3], yRange: [-2, 2], colors: 'pale' });
 * viz.overlay(loss, viz.line([[-2.5, 1.5], [-1, -0.6], [0, 0]], { markers: true }));
 * ```
 * @param values [rows, columns], a value at each (x[column], y[row]); or a function of x and y, evaluated on a grid over
 *   `xRange` and `yRange` ([-1, 1] by default)
 * @throws TypeError or RangeError that names the argument, for example a grid of fewer than 2 × 2 values
 */
export function contour(values: PlaneValues, options: ContourOptions = {}): Figure {
  const where = 'viz.contour';
  checkOptions(where, options, CONTOUR_OPTIONS);
  if (options.colors === 'categorical')
    throw new TypeError(`${where}: there are no lines between classes; use viz.heatmap for categorical colors`);
  const { data, rows, columns, x, y } = readPlane(values, options, where);
  if (rows < 2 || columns < 2)
    throw new RangeError(`${where}: contours need at least 2 rows and 2 columns, got [${rows}, ${columns}]`);
  const color = coloredBy(data, options, where);
  const { filled = true, labels = false } = options;
  const levels = levelsOf(options.levels, options.logColors === true, where);
  const base: Trace = {
    type: 'contour',
    z: rowsOf(color.values, columns),
    ...(x && { x }),
    ...(y && { y }),
    ...{ colorscale: color.scale, zmin: color.low, zmax: color.high },
    ...(options.logColors && { customdata: rowsOf(data, columns) }),
    hovertemplate: `(%{x:.4~g}, %{y:.4~g})<br>%{${options.logColors ? 'customdata' : 'z'}:.4~g}<extra></extra>`,
  };
  const line = { color: `theme(foreground, ${filled ? 0.45 : 0.8})`, width: filled ? 0.7 : 1.2 };
  const label = labels && { showlabels: true, labelfont: { size: 10, color: 'theme(foreground)' } };
  const coloring = filled ? 'fill' : options.colors === undefined ? 'none' : 'lines';
  const traces: Trace[] = [];
  if (typeof levels === 'number') {
    const contours = { coloring, ...label, ...evenLevels(color.low, color.high, levels) };
    traces.push({
      ...base,
      autocontour: false,
      contours,
      line,
      colorbar: color.colorbar,
      showscale: coloring !== 'none',
    });
  } else {
    // Plotly's levels are evenly spaced: the colors are a map of their own, and the lines are found here
    if (filled) traces.push({ ...base, type: 'heatmap', zsmooth: 'best', colorbar: color.colorbar });
    const grid = { data: color.values, rows, columns, x: x ?? counting(columns), y: y ?? counting(rows) };
    const names = levels.map((level) => short(options.logColors ? 10 ** level : level));
    traces.push(...linesAt(grid, levels, { names, labels, filled, line: { ...line, width: 1.2 } }));
  }
  const layout = layoutOf(options, where);
  for (const axis of ['xaxis', 'yaxis']) Object.assign(layout[axis] as object, { showgrid: false, zeroline: false });
  const spans = [x ? extent(x) : [0, columns - 1], y ? extent(y) : [0, rows - 1]] as [number, number][];
  if (isEqual(options, (x === undefined) === (y === undefined), spans[0], spans[1]))
    square(layout, spans[0], spans[1], { bar: coloring !== 'none' });
  // Lines alone do not reach to the ends of the plane
  if (typeof levels !== 'number' && !filled)
    for (const [k, axis] of ['xaxis', 'yaxis'].entries())
      if (!(k === 0 ? options.logX : options.logY)) layout[axis] = { range: spans[k]!, ...(layout[axis] as object) };
  const text =
    typeof levels === 'number'
      ? ''
      : `, lines at ${levels.map((v) => short(options.logColors ? 10 ** v : v)).join(', ')}`;
  return new Figure(traces, layout, `${heading('Contours', options)}: ${spanText(rows, columns, data)}${text}`);
}

const counting = (n: number) => Float64Array.from({ length: n }, (_, i) => i);

/** Pixels of the plane for which the room of a label is reckoned, and those of a label. */
const PLANE = { width: 440, height: 300 };
const LABEL = { letter: 6, around: 8, height: 14 };

/** The lines of each level, and their labels. */
function linesAt(
  grid: LevelGrid,
  levels: readonly number[],
  { names, labels, filled, line }: { names: readonly string[]; labels: boolean; filled: boolean; line: Trace },
): Trace[] {
  const span = (values: ArrayLike<number>) => {
    const [low, high] = extent(values) ?? [0, 1];
    return high - low;
  };
  const unit = { x: span(grid.x) / PLANE.width, y: span(grid.y) / PLANE.height };
  const base: Trace = {
    ...{ type: 'scatter', showlegend: false },
    ...(filled && { hoverinfo: 'skip' }),
  };
  const notes: { at: [number, number]; text: string }[] = [];
  const traces = levels.map((level, k) => {
    const text = names[k]!;
    const [wide, high] = [((LABEL.letter * text.length + LABEL.around) / 2) * unit.x, (LABEL.height / 2) * unit.y];
    const lines = levelLines(grid, level).flatMap((own) => {
      const room = labels ? labelled(own, wide, high) : undefined;
      if (room) notes.push({ at: room.at, text });
      return room?.lines ?? [own];
    });
    return {
      ...{ ...base, mode: 'lines', ...asOnePath(lines), line },
      ...(!filled && { hovertemplate: `(%{x:.4~g}, %{y:.4~g})<br>${text}<extra></extra>` }),
    };
  });
  if (!labels) return traces;
  const written: Trace = {
    ...{ ...base, mode: 'text', hoverinfo: 'skip', text: notes.map(({ text }) => text) },
    ...{ x: notes.map(({ at }) => at[0]), y: notes.map(({ at }) => at[1]) },
    textfont: { size: 10, color: 'theme(foreground)' },
  };
  return [...traces, written];
}

/** The number of levels, or the levels in the units of the colors. */
function levelsOf(levels: unknown, log: boolean, where: string): number | number[] {
  if (levels === undefined || levels === null) return 12;
  if (typeof levels === 'number') {
    if (!Number.isSafeInteger(levels) || levels < 1 || levels > MOST_LEVELS)
      throw new RangeError(
        `${where}: levels must be a number from 1 to ${MOST_LEVELS} or a list, got ${shown(levels)}`,
      );
    return levels;
  }
  if (
    !Array.isArray(levels) ||
    levels.length === 0 ||
    !levels.every((v) => typeof v === 'number' && Number.isFinite(v))
  )
    throw new TypeError(`${where}: levels must be a number or a list of finite numbers, got ${shown(levels)}`);
  if (levels.length > MOST_LEVELS)
    throw new RangeError(`${where}: ${levels.length} levels are more than the ${MOST_LEVELS} that can be drawn`);
  if (log && levels.some((v) => v <= 0))
    throw new RangeError(`${where}: with logColors, levels must be above 0, got ${shown(levels)}`);
  return (levels as number[]).map((v) => (log ? Math.log10(v) : v));
}

/** Levels at round numbers: about `n` of them between two values. */
function evenLevels(low: number, high: number, n: number): { start: number; end: number; size: number } {
  const least = (high - low) / (n + 1) || 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const size = ([1, 2, 2.5, 5].find((f) => f * power >= least * (1 - 1e-9)) ?? 10) * power;
  const start = Math.ceil(low / size + 1e-9) * size;
  return { start, end: Math.max(start, Math.floor(high / size - 1e-9) * size), size };
}
