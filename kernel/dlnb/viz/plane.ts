// Values over a plane: a matrix with the coordinates of its columns and rows, or a function that is evaluated on a grid.
import { shown } from '../options.ts';
import { extent, readMatrix, readVector, type Matrix, type Vector } from './arrays.ts';
import { rangeOption, short, type AxesOptions } from './figure.ts';

/** A matrix, or a function of the two coordinates. */
export type PlaneValues = Matrix | ((x: number, y: number) => number);

/** Where the values are. */
export interface PlaneOptions extends AxesOptions {
  /** x coordinate of each column, [columns]; 0, 1, 2 … by default. */
  x?: Vector;
  /** y coordinate of each row, [rows]; 0, 1, 2 … by default. */
  y?: Vector;
  /** Points along each axis at which a function is evaluated; 81 by default. */
  resolution?: number;
}

/** Names of {@link PlaneOptions} that are not those of all plots. */
export const PLANE_OPTIONS = { x: true, y: true, resolution: 'number' } as const;

export interface PlaneGrid {
  data: Float64Array;
  rows: number;
  columns: number;
  /** Coordinates of columns and rows, if they are given. */
  x: Float64Array | undefined;
  y: Float64Array | undefined;
}

/**
 * Reads a matrix with its coordinates, or evaluates a function on a grid over `xRange` and `yRange`.
 * @throws TypeError or RangeError that says what is wrong
 */
export function readPlane(values: unknown, options: PlaneOptions, where: string, what = 'values'): PlaneGrid {
  if (typeof values === 'function') return evaluated(values as (x: number, y: number) => number, options, where);
  if (options.resolution !== undefined && options.resolution !== null)
    throw new TypeError(`${where}: resolution is for a function of x and y; a matrix has its own`);
  const { data, rows, columns } = readMatrix(values, `${where}: ${what}`);
  const x = places(options.x, columns, `${where}: x`, 'columns');
  const y = places(options.y, rows, `${where}: y`, 'rows');
  return { data, rows, columns, x, y };
}

function evaluated(f: (x: number, y: number) => number, options: PlaneOptions, where: string): PlaneGrid {
  const n = options.resolution ?? 81;
  if (!Number.isSafeInteger(n) || n < 2 || n > 1000)
    throw new RangeError(`${where}: resolution must be a whole number from 2 to 1000, got ${shown(n)}`);
  const along = (own: Vector | undefined, range: readonly [number, number] | undefined, name: 'x' | 'y') => {
    if (own !== undefined && own !== null) return readVector(own, `${where}: ${name}`);
    const [low, high] = rangeOption(range, `${where}: ${name}Range`) ?? [-1, 1];
    return Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
  };
  const [x, y] = [along(options.x, options.xRange, 'x'), along(options.y, options.yRange, 'y')];
  const data = new Float64Array(x.length * y.length);
  y.forEach((b, r) =>
    x.forEach((a, c) => {
      const v: unknown = f(a, b);
      if (typeof v !== 'number')
        throw new TypeError(
          `${where}: the function must return a number for x and y, and at (${short(a)}, ${short(b)}) it returned ${shown(v)}`,
        );
      data[r * x.length + c] = v;
    }),
  );
  return { data, rows: y.length, columns: x.length, x, y };
}

function places(value: Vector | undefined, n: number, where: string, what: string): Float64Array | undefined {
  if (value === undefined || value === null) return undefined;
  const read = readVector(value, where);
  if (read.length !== n)
    throw new RangeError(`${where} must hold one number for each of the ${n} ${what}, got ${read.length}`);
  return read;
}

/** What a grid of cells covers along an axis: half a cell more than the coordinates at both ends. */
export function cellSpan(places: Float64Array | undefined, n: number): [number, number] {
  const [low, high] = (places && extent(places)) ?? [0, n - 1];
  const half = n > 1 ? (high - low) / (n - 1) / 2 : 0.5;
  return [low - half, high + half];
}

/** `[81, 81], from 0 to 2`. */
export function spanText(rows: number, columns: number, data: Float64Array): string {
  const span = extent(data);
  return `[${rows}, ${columns}], ${span ? `from ${short(span[0])} to ${short(span[1])}` : 'no finite values'}`;
}
