// Reads what cells give to a plot, numbers in arrays, typed arrays or tensors, into one form: a flat Float64Array with its shape.
import { Unread, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor, type TensorLike } from '../../outputs/tensor/values.ts';

/** A tensor of TensorFlow.js, as far as plots need it. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<number>;
}

/** One number per place: an array, a typed array, or a tensor of shape [n] (or [n, 1]). */
export type Vector = ArrayLike<number> | TensorValues;
/** Rows of numbers: an array of rows, or a tensor of shape [rows, columns]. */
export type Matrix = ArrayLike<ArrayLike<number>> | TensorValues;
/** Numbers of any of these shapes. */
export type Numbers = Vector | Matrix;

/** Numbers in row-major order. */
export interface Values {
  data: Float64Array;
  shape: number[];
  /** The tensor's type where it was one. */
  dtype?: string;
}

const listed = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/**
 * Reads numbers of one or two dimensions. Booleans count as 0 and 1, and null as a gap (NaN).
 * @param where begins the message of an error: the function and its argument, for example `viz.line: y`
 * @throws TypeError where the value is not numbers, RangeError where rows differ in length or a tensor has another rank, and {@link Unread}
 *   for a tensor whose values have to be waited for
 */
export function readNumbers(value: unknown, where: string): Values {
  if (isTensor(value)) return readTensor(value, where);
  if (ArrayBuffer.isView(value) && 'length' in value) {
    if (value instanceof BigInt64Array || value instanceof BigUint64Array)
      throw new TypeError(`${where} holds big integers; convert them first: Array.from(values, Number)`);
    return { data: Float64Array.from(value as unknown as ArrayLike<number>), shape: [value.length as number] };
  }
  if (!Array.isArray(value))
    throw new TypeError(`${where} must be an array, a typed array or a tensor of numbers, got ${kindOf(value)}`);
  if (value.length === 0) return { data: new Float64Array(0), shape: [0] };
  return isRow(value[0]) ? readRows(value, where) : { data: readRow(value, where), shape: [value.length] };
}

function readTensor(tensor: TensorLike, where: string): Values {
  const { shape, dtype } = tensor;
  if (tensor.isDisposed)
    throw new TypeError(`${where} is a tensor that has been disposed of; make the plot before that`);
  if (!['float32', 'int32', 'bool'].includes(dtype))
    throw new TypeError(`${where} must be a tensor of real numbers, got one of type ${dtype}`);
  if (shape.length < 1 || shape.length > 2)
    throw new RangeError(
      `${where} must be a tensor of shape [n] or [rows, columns], got ${listed(shape)}; use reshape, squeeze or slice`,
    );
  const data = valuesNow(tensor);
  if (!data) throw new Unread(where);
  return { data: Float64Array.from(data as ArrayLike<number>), shape: [...shape], dtype };
}

const isRow = (v: unknown): v is ArrayLike<unknown> => Array.isArray(v) || (ArrayBuffer.isView(v) && 'length' in v);

function readRows(rows: readonly unknown[], where: string): Values {
  const columns = (rows[0] as ArrayLike<unknown>).length;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    if (!isRow(row) || row.length !== columns)
      throw new RangeError(
        `${where}: row ${i} ${isRow(row) ? `has ${row.length} numbers` : `is ${kindOf(row)}`}, and row 0 has ${columns}; rows must be of one length`,
      );
    data.set(readRow(row, `${where}: row ${i}`), i * columns);
  });
  return { data, shape: [rows.length, columns] };
}

function readRow(row: ArrayLike<unknown>, where: string): Float64Array {
  return Float64Array.from(row, (v, i) => {
    if (typeof v === 'number') return v;
    if (typeof v === 'boolean') return Number(v);
    if (v === null) return NaN;
    throw new TypeError(`${where} must hold numbers, and number ${i} is ${kindOf(v)}`);
  });
}

/** As {@link readNumbers}, one dimension: [n], also of a shape [n, 1] or [1, n]. */
export function readVector(value: unknown, where: string): Float64Array {
  const { data, shape } = readNumbers(value, where);
  if (shape.length > 1 && shape[0] !== 1 && shape[1] !== 1)
    throw new RangeError(`${where} must be of shape [n], got ${listed(shape)}`);
  return data;
}

/** As {@link readNumbers}, two dimensions: [rows, columns]. */
export function readMatrix(value: unknown, where: string): { data: Float64Array; rows: number; columns: number } {
  const { data, shape } = readNumbers(value, where);
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined)
    throw new RangeError(
      `${where} must be of shape [rows, columns], got ${listed(shape)}; reshape it or give an array of rows`,
    );
  if (data.length === 0) throw new RangeError(`${where} holds no numbers (shape ${listed(shape)})`);
  return { data, rows, columns };
}

/**
 * Points of `dimensions` coordinates each: rows, a tensor [n, dimensions], or all coordinates row by row, as `data.moons()` gives them.
 */
export function readPoints(
  value: unknown,
  dimensions: readonly number[],
  where: string,
): { data: Float64Array; n: number; columns: number } {
  const { data, shape } = readNumbers(value, where);
  const columns = shape.length === 2 ? shape[1]! : dimensions[0]!;
  if (!dimensions.includes(columns) || data.length % columns !== 0)
    throw new RangeError(
      `${where} must be points of shape ${dimensions.map((d) => `[n, ${d}]`).join(' or ')}, got ${listed(shape)}`,
    );
  return { data, n: data.length / columns, columns };
}

/** Column `column` of rows of `columns` numbers. */
export function columnOf(data: Float64Array, columns: number, column: number): Float64Array {
  return Float64Array.from({ length: data.length / columns }, (_, i) => data[i * columns + column]!);
}

/**
 * Class numbers, from 0: integers [n], or scores or a one-hot coding [n, classes], of which the largest counts.
 * @throws RangeError for what is not a whole number of at least 0
 */
export function readClasses(value: unknown, where: string): Int32Array {
  const { data, shape } = readNumbers(value, where);
  const columns = shape[1] ?? 1;
  if (columns > 1) return Int32Array.from({ length: shape[0]! }, (_, i) => argMax(data, i * columns, columns));
  const wrong = data.findIndex((v) => !Number.isInteger(v) || v < 0);
  if (wrong >= 0)
    throw new RangeError(
      `${where} must be class numbers 0, 1, 2 …, and number ${wrong} is ${data[wrong]}; for scores or one-hot rows give the shape [n, classes]`,
    );
  return Int32Array.from(data);
}

/** Where the largest of `length` numbers from `from` is, counted from there; the first of several. */
export function argMax(data: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (data[from + i]! > data[from + best]!) best = i;
  return best;
}

/** Smallest and largest finite number, or undefined where there is none. */
export function extent(data: ArrayLike<number>): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : undefined;
}

/** @throws RangeError where two lists that belong together differ in length */
export function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>, where: string, what: string): void {
  if (a.length !== b.length)
    throw new RangeError(`${where}: ${what} must be of one length, got ${a.length} and ${b.length}`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
    return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (value instanceof Promise) return 'a promise (write await before it)';
  return Array.isArray(value)
    ? 'an array'
    : typeof value === 'function'
      ? 'a function'
      : `an object (${(value as object).constructor?.name ?? 'no class'})`;
}
