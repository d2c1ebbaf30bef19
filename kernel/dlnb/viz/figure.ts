// The figure that functions of `viz` return: a plotly figure that shows itself, with a description as plain text. Also
// the options and helpers that plots share.
import { plainJson } from '../../outputs/bundle.ts';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { PLOTLY } from '../../wire/mime.ts';
import type { PlotlyFigure } from '../../wire/plotly.ts';
import { shown } from '../options.ts';

export type Trace = Record<string, unknown>;
export type Layout = Record<string, unknown>;

/** Options of every plot. */
export interface PlotOptions {
  title?: string;
  /** Labels of the axes. */
  xLabel?: string;
  yLabel?: string;
  /** Pixels; 380 by default, 460 in three dimensions. The rows of a legend above the plot are added. */
  height?: number;
}

/** Options of plots with two axes of numbers. */
export interface AxesOptions extends PlotOptions {
  /** Logarithmic axes. */
  logX?: boolean;
  logY?: boolean;
  /** Ranges of the axes, `[low, high]`; all values by default. */
  xRange?: readonly [number, number];
  yRange?: readonly [number, number];
  /**
   * Whether a unit is equally long on both axes. By default where both axes are space (points, decision boundaries, grids
   * over a plane) and one extent is at most three times the other.
   */
  equal?: boolean;
}

/** Names of {@link PlotOptions}. */
export const PLOT_OPTIONS = { title: 'text', xLabel: 'text', yLabel: 'text', height: 'number' } as const;

/** Names of {@link AxesOptions}. */
export const AXES_OPTIONS = {
  ...PLOT_OPTIONS,
  logX: 'boolean',
  logY: 'boolean',
  xRange: true,
  yRange: true,
  equal: 'boolean',
} as const;

/** Arrays of at least this many numbers are written as bytes. */
const PACKED = 64;

/**
 * A plot. As the last value of a cell it is drawn; `display(figure, { id })` draws it and later updates it in place.
 * `data`, `layout` and `frames` are plotly's, and may be changed before it is shown.
 *
 * Colors may come from the editor's theme: `theme(series-0)` to `theme(series-7)`, `theme(foreground)`, `theme(muted)`,
 * `theme(background)`, `theme(grid)`, each with an optional opacity: `theme(series-0, 0.3)`. The renderer inserts the
 * colors.
 */
export class Figure implements Displayable {
  constructor(
    readonly data: Trace[],
    readonly layout: Layout = {},
    /** The description shown where nothing can be drawn. */
    readonly text: string = 'Plot',
    readonly frames: object[] = [],
  ) {}

  [DISPLAY](): Record<string, unknown> {
    const { data, layout, frames } = this;
    const figure: PlotlyFigure = { data, layout, ...(frames.length > 0 && { frames }) };
    return { [PLOTLY]: plainJson(packed(figure)), 'text/plain': this.text };
  }
}

/** Long typed arrays as plotly's packed arrays, which are smaller and exact, and keep NaN. */
function packed(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return packedArray(value as unknown as Float64Array);
  if (Array.isArray(value))
    return isMatrix(value) ? packedArray(joined(value), `${value.length}, ${value[0]!.length}`) : value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, packed(v)]));
}

/** Whether these are rows of equal length, long enough together to be packed as one array. */
function isMatrix(rows: readonly unknown[]): rows is Float64Array[] {
  const columns = rows[0] instanceof Float64Array ? rows[0].length : 0;
  return columns * rows.length >= PACKED && rows.every((row) => row instanceof Float64Array && row.length === columns);
}

function joined(rows: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rows.length * rows[0]!.length);
  rows.forEach((row, i) => all.set(row, i * row.length));
  return all;
}

/** @param shape the shape of a matrix in plotly's notation */
function packedArray(values: Float64Array | Float32Array | Int32Array, shape?: string): unknown {
  if (values.length < PACKED) return Array.from(values);
  const [dtype, exact] =
    values instanceof Int32Array
      ? ['i4', values]
      : values instanceof Float64Array && values.some((v) => Math.fround(v) !== v && !Number.isNaN(v))
        ? ['f8', values]
        : ['f4', Float32Array.from(values)];
  return {
    dtype,
    bdata: Buffer.from(exact.buffer, exact.byteOffset, exact.byteLength).toString('base64'),
    ...(shape && { shape }),
  };
}

/** The rows of a matrix, the form in which plotly takes it. */
export function rowsOf(data: Float64Array, columns: number): Float64Array[] {
  return Array.from({ length: data.length / columns }, (_, i) => data.subarray(i * columns, (i + 1) * columns));
}

/**
 * The layout that the shared options ask for.
 * @throws TypeError or RangeError that names a range that is none
 */
export function layoutOf(options: AxesOptions, where = 'viz'): Layout {
  const { title, xLabel, yLabel, height, logX, logY } = options;
  const xRange = rangeOption(options.xRange, `${where}: xRange`, logX);
  const yRange = rangeOption(options.yRange, `${where}: yRange`, logY);
  const axis = (label?: string, log?: boolean, range?: readonly [number, number]) => ({
    ...(label !== undefined && { title: { text: escaped(label) } }),
    ...(log && { type: 'log', exponentformat: 'power' }),
    ...(range && { range: log ? range.map(Math.log10) : [...range] }),
  });
  return {
    ...(title !== undefined && { title: { text: escaped(title) } }),
    ...(height !== undefined && { height }),
    xaxis: axis(xLabel, logX, xRange),
    yaxis: axis(yLabel, logY, yRange),
  };
}

/**
 * A range `[low, high]` of an option, or undefined. @param log whether it belongs to a logarithmic axis
 * @throws TypeError or RangeError that names it
 */
export function rangeOption(
  range: readonly [number, number] | null | undefined,
  where: string,
  log = false,
): readonly [number, number] | undefined {
  if (range === undefined || range === null) return undefined;
  if (!Array.isArray(range) || range.length !== 2 || !range.every((v) => typeof v === 'number'))
    throw new TypeError(`${where} must be two numbers [low, high], got ${shown(range)}`);
  const [low, high] = range as [number, number];
  if (!Number.isFinite(high - low) || low === high)
    throw new RangeError(`${where} must be two finite numbers [low, high] that differ, got [${low}, ${high}]`);
  if (log && !(Math.min(low, high) > 0))
    throw new RangeError(`${where} of a logarithmic axis must be above 0, got [${low}, ${high}]`);
  return range as readonly [number, number];
}

/** Escapes a text of a cell: plotly would interpret a few tags and entities in it. */
export const escaped = (text: string) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** The beginning of a description: `Line plot "loss"`. */
export const heading = (kind: string, { title }: PlotOptions) => (title === undefined ? kind : `${kind} "${title}"`);

/** A number with about four digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** `12 points`, `1 point`. */
export const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
