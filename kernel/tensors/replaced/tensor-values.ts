// How values given in JavaScript become tensors. This module replaces tfjs-core's tensor_util_env and
// ops/tensor_ops_util (modules.js), which take the shape of a nested list from its first elements and never compare the
// rest with it, and do not know half of JavaScript's typed arrays. Here every list, row and element is checked while it
// is copied: what comes out are the numbers that went in, or an error that names the place.
import type * as tf from '@tensorflow/tfjs-core';
import { ENGINE } from '@tensorflow/tfjs-core/dist/engine';
import { env } from '@tensorflow/tfjs-core/dist/environment';
import type * as stock from '@tensorflow/tfjs-core/dist/tensor_util_env';
import { inferShape as stockInferShape } from '@tensorflow/tfjs-core/dist/tensor_util_env';
import { isWebGLData, isWebGPUData } from '@tensorflow/tfjs-core/dist/types';
import * as util from '@tensorflow/tfjs-core/dist/util';
import { debugging } from '../engine/flags.ts';
import { isTensor } from '../engine/is-tensor.ts';

type Numbers = Float32Array | Int32Array | Uint8Array;
type View = ArrayBufferView & ArrayLike<number | bigint>;
type NumericType = 'float32' | 'int32' | 'bool';

const MAX_INT32 = 2 ** 31 - 1;
const MIN_INT32 = -(2 ** 31);

/** Whether it is a typed array of any kind. */
const isView = (x: unknown): x is View => ArrayBuffer.isView(x) && !(x instanceof DataView);

/** `Float64Array`, say, also if it comes from another realm. */
const viewName = (view: View): string => (view as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];

const isFloats = (view: View) => viewName(view).startsWith('Float');
const isBigInts = (view: View) => viewName(view).startsWith('Big');

/** The type that values have by themselves: that of the first one. */
function typeOf(values: unknown): tf.DataType {
  let first = values;
  while (Array.isArray(first)) first = (first as unknown[])[0];
  if (isView(first)) return isFloats(first) ? 'float32' : 'int32';
  if (typeof first === 'string') return 'string';
  if (typeof first === 'boolean') return 'bool';
  return typeof first === 'bigint' ? 'int32' : 'float32';
}

// — Messages

/** The place of an element: `values[1][2]`. */
const place = (position: readonly number[], name = 'values') => name + position.map((i) => `[${i}]`).join('');

const plural = (n: number) => `${n} element${n === 1 ? '' : 's'}`;

/** What something is that is not a number, and what to do about it. */
function described(x: unknown): string {
  if (x === null || x === undefined) return `${x}: write NaN where a number is missing`;
  if (isTensor(x)) return `a tensor [${x.shape.join(', ')}]: tf.stack and tf.concat put tensors together`;
  if (Array.isArray(x) || isView(x)) return `a list of ${plural(x.length)}`;
  if (typeof x === 'string') return `the string ${JSON.stringify(x.length > 40 ? `${x.slice(0, 40)}…` : x)}`;
  if (typeof x === 'function' || typeof x === 'symbol') return `a ${typeof x}`;
  if (typeof x === 'bigint') return `the BigInt ${x}n`;
  if (typeof x !== 'object') return `the ${typeof x} ${x as number}`;
  if (x instanceof Date) return 'a Date: date.getTime() is a number';
  if (typeof (x as PromiseLike<unknown>).then === 'function') return 'a promise: await it first';
  return `an object (${x.constructor?.name ?? 'Object'}): take the numbers out of it`;
}

/** Copies nested lists into one list of numbers. */
class Reader {
  private at = 0;
  /** Where it is: an index for each level. */
  private readonly position: number[] = [];
  /** Set when a list that was thought to hold booleans or whole numbers has others. */
  isFloat = false;

  /**
   * @param shape of the values, as the first elements have it
   * @param type 'float32' also stands for types that follow from the values
   * @param isGiven whether the user has named the type
   */
  constructor(
    private readonly caller: string,
    private readonly shape: readonly number[],
    private readonly type: NumericType,
    private readonly out: Numbers,
    private readonly isGiven: boolean,
  ) {}

  /** @returns false if the values need the type float32 */
  read(values: unknown): boolean {
    if (this.shape.length === 0) this.out[0] = this.number(values);
    else this.list(values, 0);
    return !this.isFloat;
  }

  private list(list: unknown, level: number): void {
    const { shape } = this;
    const length = shape[level]!;
    const isLast = level === shape.length - 1;
    this.position.length = level;
    if (!Array.isArray(list) && !(isLast && isView(list))) this.fail(list, level);
    const items = list as ArrayLike<unknown>;
    if (items.length !== length) {
      const first = place(Array<number>(level).fill(0));
      throw this.error(
        `has ${plural(items.length)}, but ${first} has ${length}: lists beside each other are equally long`,
      );
    }
    if (!isLast) for (let i = 0; i < length; i++) this.item(items[i], i, level);
    else if (isView(items)) this.view(items);
    else this.elements(items);
  }

  private item(x: unknown, i: number, level: number): void {
    this.position[level] = i;
    this.list(x, level + 1);
  }

  private elements(items: ArrayLike<unknown>): void {
    const { out, type } = this;
    let { at } = this;
    if (type === 'float32') {
      for (let i = 0; i < items.length; i++) {
        const x = items[i];
        out[at++] = typeof x === 'number' ? x : this.numberAt(x, i);
      }
    } else
      for (let i = 0; i < items.length; i++) {
        const x = items[i];
        out[at++] = type === 'bool' && typeof x === 'boolean' ? (x as unknown as number) : this.numberAt(x, i);
      }
    this.at = at;
  }

  private view(view: View): void {
    const { out, type, at } = this;
    this.at = at + view.length;
    if (!this.isGiven && type !== 'float32' && isFloats(view)) this.isFloat = true;
    const isPlain = type === 'float32' || (type === 'int32' && !isFloats(view) && viewName(view) !== 'Uint32Array');
    if (isPlain && !isBigInts(view)) out.set(view as ArrayLike<number>, at);
    else for (let i = 0; i < view.length; i++) out[at + i] = this.numberAt(view[i], i);
  }

  private numberAt(x: unknown, i: number): number {
    const { position } = this;
    position.push(i);
    const n = this.number(x);
    position.pop();
    return n;
  }

  /** The number that an element becomes. */
  private number(x: unknown): number {
    const { type, isGiven } = this;
    const n = typeof x === 'number' ? x : this.converted(x);
    if (type === 'float32') return n;
    if (!isGiven && typeof x === 'number' && type === 'bool') this.isFloat = true;
    if (!isGiven && typeof x === 'number' && !Number.isInteger(x)) this.isFloat = true;
    if (this.isFloat) return n;
    if (type === 'bool') return Math.round(n) !== 0 ? 1 : 0;
    if (n > MIN_INT32 - 1 && n < MAX_INT32 + 1) return n;
    throw this.error(`is ${x as number}, which int32 cannot hold: name the dtype 'float32'`);
  }

  private converted(x: unknown): number {
    if (typeof x === 'boolean') return x ? 1 : 0;
    if (typeof x === 'bigint') {
      const n = Number(x);
      if (Number.isSafeInteger(n)) return n;
      throw this.error(`is ${x}n, and beyond 2^53 numbers are not exact: write Number(x) if that is meant`);
    }
    if (typeof x === 'string') {
      const n = Number(x);
      if (x.trim() !== '' && (!Number.isNaN(n) || x === 'NaN')) return n;
    }
    throw this.error(`is ${described(x)}. A number is wanted`);
  }

  private fail(list: unknown, level: number): never {
    const length = this.shape[level]!;
    throw this.error(
      `is ${described(list)}. A list of ${plural(length)} is wanted, as ${place(Array<number>(level).fill(0))} is`,
    );
  }

  private error(what: string): Error {
    return new Error(`${this.caller}: ${place(this.position)} ${what}.`);
  }
}

/** The strings of nested lists, in one list. Strings may be given as bytes. */
function stringsOf(caller: string, values: unknown, shape: readonly number[]): (string | Uint8Array)[] {
  const out: (string | Uint8Array)[] = [];
  const read = (x: unknown, position: readonly number[]): void => {
    const level = position.length;
    const error = (what: string) => new Error(`${caller}: ${place(position)} ${what}.`);
    if (level === shape.length) {
      if (typeof x !== 'string' && !(x instanceof Uint8Array)) throw error(`is ${described(x)}. A string is wanted`);
      out.push(x);
      return;
    }
    if (!Array.isArray(x)) throw error(`is ${described(x)}. A list of ${plural(shape[level]!)} is wanted`);
    if (x.length !== shape[level])
      throw error(`has ${plural(x.length)}, but ${place(Array<number>(level).fill(0))} has ${shape[level]}`);
    x.forEach((y, i) => read(y, [...position, i]));
  };
  read(values, []);
  return out;
}

/** A typed array as it is, if it needs no conversion. */
function asIs(values: unknown, dtype: NumericType): Numbers | undefined {
  if (dtype === 'float32') return values instanceof Float32Array ? values : undefined;
  if (dtype === 'int32') return values instanceof Int32Array ? values : undefined;
  return values instanceof Uint8Array && values.every((x) => x <= 1) ? values : undefined;
}

/** The values in one list, and their type. */
interface Flat {
  values: Numbers | (string | Uint8Array)[];
  dtype: tf.DataType;
}

function empty(size: number, dtype: NumericType): Numbers {
  if (dtype === 'float32') return new Float32Array(size);
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
}

function flat(caller: string, values: unknown, shape: readonly number[], dtype: tf.DataType, isGiven: boolean): Flat {
  if (dtype === 'string') return { values: stringsOf(caller, values, shape), dtype };
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(
      `${caller}: Unknown data type ${dtype as string}: there are float32, int32, bool, string, and complex64 by tf.complex.`,
    );
  const same = asIs(values, dtype);
  let out = same ?? empty(util.sizeFromShape(shape as number[]), dtype);
  let type: NumericType = dtype;
  if (!same && !new Reader(caller, shape, dtype, out, isGiven).read(values)) {
    type = 'float32';
    out = empty(out.length, type);
    new Reader(caller, shape, type, out, true).read(values);
  }
  if (debugging()) util.checkConversionForErrors(out as never, type);
  return { values: out, dtype: type };
}

// — The functions of tfjs-core's modules

/** The shape of values, as their first elements have it. */
export const inferShape: typeof stock.inferShape = (values, dtype) => {
  if (isView(values)) return dtype === 'string' ? [] : [(values as View).length];
  if (!Array.isArray(values) || env().getBool('TENSORLIKE_CHECK_SHAPE_CONSISTENCY'))
    return stockInferShape(values, dtype);
  const shape: number[] = [];
  for (let x: unknown = values; Array.isArray(x) || (isView(x) && dtype !== 'string'); x = (x as unknown[])[0])
    shape.push((x as unknown[]).length);
  return shape;
};

const isScalar = (x: unknown) =>
  typeof x === 'number' || typeof x === 'boolean' || typeof x === 'string' || typeof x === 'bigint';

/** Whether it is a shape for a flat list of so many values. */
function holds(shape: readonly unknown[], count: number): boolean {
  let size = 1;
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 0) return false;
    size *= n;
  }
  return size === count;
}

/** Compares a shape that the user has given with the one that the values have. */
function checkShape(shape: number[], inferred: number[]): void {
  if (inferred.length === 1 && Array.isArray(shape) && holds(shape, inferred[0]!)) return;
  util.assertNonNegativeIntegerDimensions(shape);
  const [given, count] = [util.sizeFromShape(shape), util.sizeFromShape(inferred)];
  util.assert(
    given === count,
    () => `Based on the provided shape, [${shape}], the tensor should have ${given} values but has ${count}`,
  );
  inferred.forEach((n, i) => {
    const isRest = i === inferred.length - 1 && n === util.sizeFromShape(shape.slice(i));
    util.assert(
      n === shape[i] || isRest,
      () => `Error creating a new Tensor. Inferred shape (${inferred}) does not match the provided shape (${shape}). `,
    );
  });
}

/**
 * A tensor of values.
 * @param shape the shape that the user has given
 * @param inferred the shape by `inferShape`
 * @throws Error that names the list or element that does not fit
 */
export function makeTensor(
  values: unknown,
  shape: number[] | null | undefined,
  inferred: number[],
  dtype?: tf.DataType | null,
): tf.Tensor {
  if (values instanceof Float32Array && (dtype ?? 'float32') === 'float32' && !debugging()) {
    if (shape !== null && shape !== undefined) checkShape(shape, inferred);
    return ENGINE.makeTensor(values, shape ?? inferred, 'float32');
  }
  if (dtype === 'complex64')
    throw new Error('Cannot construct a complex64 tensor directly. Please use tf.complex(real, imag).');
  if (isWebGPUData(values) || isWebGLData(values)) {
    const type = dtype ?? 'float32';
    if (type !== 'float32' && type !== 'int32')
      throw new Error(
        `Creating tensor from GPU data only supports 'float32'|'int32' dtype, while the dtype is ${type}.`,
      );
    return ENGINE.backend.createTensorFromGPUData(values as never, shape ?? inferred, type);
  }
  if (!isView(values) && !Array.isArray(values) && !isScalar(values))
    throw new Error(
      'values passed to tensor(values) must be a number/boolean/string or an array of numbers/booleans/strings, ' +
        `or a TypedArray, but it is ${described(values)}`,
    );
  if (shape !== null && shape !== undefined) checkShape(shape, inferred);
  const isGiven = dtype !== null && dtype !== undefined;
  const made = flat('tf.tensor', values, inferred, dtype ?? typeOf(values), isGiven);
  return ENGINE.makeTensor(made.values as never, shape ?? inferred, made.dtype);
}

function checkType(wanted: string, actual: string, argument: string, caller: string): void {
  if (wanted === 'string_or_numeric') return;
  if (wanted === null || wanted === undefined) throw new Error('Expected dtype cannot be null.');
  if (wanted === 'numeric' ? actual === 'string' : wanted !== actual)
    throw new Error(`Argument '${argument}' passed to '${caller}' must be ${wanted} tensor, but got ${actual} tensor`);
}

/** A tensor as it is, or one of values. */
export const convertToTensor = ((x: unknown, argument: string, caller: string, wanted: string = 'numeric') => {
  if (isTensor(x)) {
    checkType(wanted, x.dtype, argument, caller);
    return x;
  }
  let dtype = typeOf(x);
  const isGiven = dtype !== 'string' && (wanted === 'bool' || wanted === 'int32' || wanted === 'float32');
  if (isGiven) dtype = wanted as tf.DataType;
  checkType(wanted, dtype, argument, caller);
  if (typeof x === 'number' && dtype === 'float32') return ENGINE.makeTensor(Float32Array.of(x), [], dtype);
  if (!isView(x) && !Array.isArray(x) && !isScalar(x)) {
    const type = x === null || x === undefined ? 'null' : ((x as object).constructor?.name ?? 'Object');
    throw new Error(`Argument '${argument}' passed to '${caller}' must be a Tensor or TensorLike, but got '${type}'`);
  }
  const shape = inferShape(x as tf.TensorLike, dtype);
  const made = flat(`Argument '${argument}' of ${caller}`, x, shape, dtype, isGiven);
  return ENGINE.makeTensor(made.values as never, shape, made.dtype);
}) as typeof stock.convertToTensor;

/** A list of tensors or values, as tensors. */
export const convertToTensorArray = ((list: unknown, argument: string, caller: string, wanted: never) => {
  if (!Array.isArray(list))
    throw new Error(`Argument ${argument} passed to ${caller} must be a \`Tensor[]\` or \`TensorLike[]\``);
  return list.map((x, i) => convertToTensor(x as tf.TensorLike, `${argument}[${i}]`, caller, wanted));
}) as typeof stock.convertToTensorArray;
