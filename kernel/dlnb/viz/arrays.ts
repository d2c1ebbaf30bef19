// Reads the numbers that cells give to plots. Arrays, typed arrays and tensors become a flat Float64Array with its
// shape.
import { Unread, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor, type TensorLike } from '../../outputs/tensor/values.ts';
import { isArrayLike, shapeText } from '../shape.ts';

/** The part of a TensorFlow.js tensor that plots need. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<number>;
}

/** A vector: an array, a typed array, or a tensor of shape [n] or [n, 1]. */
export type Vector = ArrayLike<number> | TensorValues;
/** A matrix: an array of rows, or a tensor of shape [rows, columns]. */
export type Matrix = ArrayLike<ArrayLike<number>> | TensorValues;
/** A vector or a matrix. */
export type Numbers = Vector | Matrix;

/** Numbers in row-major order, with their shape. */
export interface FlatNumbers {
  data: Float64Array;
  shape: number[];
  /** The type of the tensor that they come from, if they come from one. */
  dtype?: string;
}

/**
 * Reads numbers of one or two dimensions. Booleans count as 0 and 1, and null as a gap (NaN).
 * @param where the function and its argument, the beginning of error messages: `viz.line: y`
 * @throws TypeError for a value that is not numbers, RangeError for rows of different lengths or a tensor of another
 *   rank, and {@link Unread} for a tensor whose values must be awaited
 */
export function readNumbers(value: unknown, where: string): FlatNumbers {
  if (isTensor(value)) return readTensor(value, where);
  if (ArrayBuffer.isView(value) && 'length' in value) {
    if (value instanceof BigInt64Array || value instanceof BigUint64Array)
      throw new TypeError(`${where} holds big integers; convert them first: Array.from(values, Number)`);
    return { data: Float64Array.from(value as unknown as ArrayLike<number>), shape: [value.length as number] };
  }
  if (!Array.isArray(value))
    throw new TypeError(`${where} must be an array, a typed array or a tensor of numbers, got ${kindOf(value)}`);
  if (value.length === 0) return { data: new Float64Array(0), shape: [0] };
  return isArrayLike(value[0]) ? readRows(value, where) : { data: readRow(value, where), shape: [value.length] };
}

/**
 * Reads all numbers of a tensor of any shape, or of arrays like {@link readNumbers}, without their shape.
 * @throws the errors of {@link readNumbers}
 */
export function readAny(value: unknown, where: string): Float64Array {
  if (!isTensor(value) || value.shape.length <= 2) {
    const scalar = isTensor(value) && value.shape.length === 0;
    if (!scalar) return readNumbers(value, where).data;
  }
  if (value.isDisposed)
    throw new TypeError(`${where} is a tensor that has been disposed of; make the plot before you dispose of it`);
  if (!['float32', 'int32', 'bool'].includes(value.dtype))
    throw new TypeError(`${where} must be a tensor of real numbers, got one of type ${value.dtype}`);
  const data = valuesNow(value);
  if (!data) throw new Unread(where);
  return Float64Array.from(data as ArrayLike<number>);
}

function readTensor(tensor: TensorLike, where: string): FlatNumbers {
  const { shape, dtype } = tensor;
  if (tensor.isDisposed)
    throw new TypeError(`${where} is a tensor that has been disposed of; make the plot before you dispose of it`);
  if (!['float32', 'int32', 'bool'].includes(dtype))
    throw new TypeError(`${where} must be a tensor of real numbers, got one of type ${dtype}`);
  if (shape.length < 1 || shape.length > 2)
    throw new RangeError(
      `${where} must be a tensor of shape [n] or [rows, columns], got ${shapeText(shape)}; use reshape, squeeze or slice`,
    );
  const data = valuesNow(tensor);
  if (!data) throw new Unread(where);
  return { data: Float64Array.from(data as ArrayLike<number>), shape: [...shape], dtype };
}

function readRows(rows: readonly unknown[], where: string): FlatNumbers {
  const columns = (rows[0] as ArrayLike<unknown>).length;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    if (!isArrayLike(row) || row.length !== columns)
      throw new RangeError(
        `${where}: row ${i} ${isArrayLike(row) ? `has ${row.length} numbers` : `is ${kindOf(row)}`}, and row 0 has ${columns}; all rows must have the same length`,
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

/** Reads a vector like {@link readNumbers}: shape [n], [n, 1] or [1, n]. */
export function readVector(value: unknown, where: string): Float64Array {
  const { data, shape } = readNumbers(value, where);
  if (shape.length > 1 && shape[0] !== 1 && shape[1] !== 1)
    throw new RangeError(`${where} must be of shape [n], got ${shapeText(shape)}`);
  return data;
}

/** Reads a matrix like {@link readNumbers}: shape [rows, columns]. */
export function readMatrix(value: unknown, where: string): { data: Float64Array; rows: number; columns: number } {
  const { data, shape } = readNumbers(value, where);
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined)
    throw new RangeError(
      `${where} must be of shape [rows, columns], got ${shapeText(shape)}; reshape it or give an array of rows`,
    );
  if (data.length === 0) throw new RangeError(`${where} holds no numbers (shape ${shapeText(shape)})`);
  return { data, rows, columns };
}

/**
 * Reads points of `dimensions` coordinates each: rows, a tensor [n, dimensions], or a flat array of all coordinates,
 * row by row, as `data.moons()` returns.
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
      `${where} must be points of shape ${dimensions.map((d) => `[n, ${d}]`).join(' or ')}, got ${shapeText(shape)}`,
    );
  return { data, n: data.length / columns, columns };
}

/** Column `column` of a matrix with `columns` columns. */
export function columnOf(data: Float64Array, columns: number, column: number): Float64Array {
  return Float64Array.from({ length: data.length / columns }, (_, i) => data[i * columns + column]!);
}

/**
 * Reads class numbers, from 0: integers [n], or scores or one-hot rows [n, classes], where the largest value of a row
 * is its class.
 * @throws RangeError for numbers that are not integers of at least 0
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

/** The index, relative to `from`, of the largest of `length` numbers; the first one if several are equal. */
export function argMax(data: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (data[from + i]! > data[from + best]!) best = i;
  return best;
}

/** The smallest and the largest finite number; undefined if there is none. */
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

/** @throws RangeError if two lists that belong together differ in length */
export function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>, where: string, what: string): void {
  if (a.length !== b.length)
    throw new RangeError(`${where}: ${what} must have the same length, got ${a.length} and ${b.length}`);
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
