// Numbers of cells as tensors for `train.fit`: tensors, typed arrays and nested arrays, in the shapes of a model; and
// the check that they are numbers.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { isArrayLike, shapeText, sizeOf } from '../shape.ts';

type Tensor = tfTypes.Tensor;
/** A tensor, a list of tensors, or tensors by name. */
export type Tensors = Tensor | Tensor[] | Record<string, Tensor>;
type Shape = readonly (number | null)[];

/** What a model says of its inputs and outputs, beside its type. */
interface ModelShapes {
  inputs: { shape: Shape }[];
  outputs: { shape: Shape }[];
  inputNames: string[];
  outputNames: string[];
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Tensors of values, and those of them that were made here. */
export interface Made<T> {
  value: T;
  made: Tensor[];
}

/**
 * The inputs or outputs of a model as tensors.
 * @throws TypeError for what is neither a tensor nor numbers, RangeError where a flat array does not fit
 */
export function modelTensors(
  tf: TensorLibrary,
  where: string,
  model: LayersModel,
  part: 'x' | 'y',
  value: unknown,
): Made<Tensors> {
  const { inputs, outputs, inputNames, outputNames } = model as unknown as ModelShapes;
  const [list, names] = part === 'x' ? [inputs, inputNames] : [outputs, outputNames];
  const made: Tensor[] = [];
  const one = (v: unknown, i: number): Tensor => {
    if (v instanceof tf.Tensor) return v;
    const t = tensorOf(tf, `${where}: ${names.length > 1 ? `${part} of ${names[i]}` : part}`, v, list[i]?.shape);
    made.push(t);
    return t;
  };
  if (value instanceof tf.Tensor) return { value, made };
  if (isPlain(value)) {
    const entries = Object.entries(value).map(([name, v]) => [name, one(v, names.indexOf(name))] as const);
    return { value: Object.fromEntries(entries), made };
  }
  const isList = Array.isArray(value) && value.some((v) => v instanceof tf.Tensor);
  if (isList || (names.length > 1 && Array.isArray(value) && value.length === names.length))
    return { value: (value as unknown[]).map(one), made };
  return { value: one(value, 0), made };
}

/** Flat numbers in the shape of a model's input or output; nested ones as they are. */
function tensorOf(tf: TensorLibrary, where: string, value: unknown, shape: Shape | undefined): Tensor {
  if (!isArrayLike(value)) throw new TypeError(`${where} must be a tensor or an array of numbers, got ${shown(value)}`);
  if (!ArrayBuffer.isView(value)) return nested(tf, where, value);
  const flat = value instanceof Int32Array || value instanceof Float32Array ? value : Float32Array.from(value as never);
  const rest = shape?.slice(1) ?? [];
  const each = rest.every((n) => n !== null) ? sizeOf(rest as number[]) : undefined;
  if (rest.length === 0 || each === undefined || each === 1) return tf.tensor(flat as Float32Array, [flat.length]);
  if (flat.length % each === 0) return tf.tensor(flat as Float32Array, [flat.length / each, ...(rest as number[])]);
  // Numbers of classes, for a loss that takes them
  if (where.endsWith('y')) return tf.tensor(flat as Float32Array, [flat.length]);
  throw new RangeError(
    `${where} has ${flat.length} numbers, and an example of the model's shape ${shapeText(shape!)} has ${each}: ` +
      `the length must be a multiple of ${each}`,
  );
}

function nested(tf: TensorLibrary, where: string, value: ArrayLike<unknown>): Tensor {
  if (value.length === 0) throw new RangeError(`${where} is an empty array, so there are 0 examples`);
  try {
    return tf.tensor(value as number[]);
  } catch (e) {
    throw new TypeError(`${where} cannot be made a tensor: ${(e as Error).message}`, { cause: e });
  }
}

/** A tree of values, as a step function gets its batches: the tensors in it, and how it is put together again. */
export interface Tree {
  leaves: Tensor[];
  /** The tree with other tensors. */
  build(leaves: readonly Tensor[]): unknown;
  made: Tensor[];
}

/**
 * The tensors of lists and objects; arrays of numbers become tensors.
 * @throws TypeError for what holds none
 */
export function treeOf(tf: TensorLibrary, where: string, value: unknown): Tree {
  const leaves: Tensor[] = [];
  const made: Tensor[] = [];
  type Build = (leaves: readonly Tensor[]) => unknown;
  const visit = (v: unknown, name: string): Build => {
    const at = leaves.length;
    if (v instanceof tf.Tensor) {
      leaves.push(v);
      return (list) => list[at];
    }
    if (isPlain(v)) {
      const parts = Object.entries(v).map(([key, part]) => [key, visit(part, `${name}.${key}`)] as const);
      return (list) => Object.fromEntries(parts.map(([key, build]) => [key, build(list)]));
    }
    const isList =
      Array.isArray(v) && v.some((part) => part instanceof tf.Tensor || ArrayBuffer.isView(part) || isPlain(part));
    if (isList) {
      const parts = (v as unknown[]).map((part, i) => visit(part, `${name}[${i}]`));
      return (list) => parts.map((build) => build(list));
    }
    const t = tensorOf(tf, name, v, undefined);
    leaves.push(t);
    made.push(t);
    return (list) => list[at];
  };
  const build = visit(value, `${where}: data`);
  if (leaves.length === 0) throw new TypeError(`${where}: the data hold no tensors; they are ${shown(value)}`);
  return { leaves, build, made };
}

/** The tensors of a tensor, list or record. */
export const listed = (tf: TensorLibrary, value: Tensors): Tensor[] =>
  value instanceof tf.Tensor ? [value] : Object.values(value as Record<string, Tensor>);

/** @throws RangeError that names the first example with NaN or ∞, with which nothing can be learned */
export async function checkFinite(tf: TensorLibrary, where: string, tensors: readonly Tensor[]): Promise<void> {
  for (const t of tensors) {
    if (t.dtype !== 'float32' || t.size === 0) continue;
    const all = tf.tidy(() => tf.all(tf.isFinite(t)));
    const [fine] = await all.data();
    all.dispose();
    if (fine) continue;
    const values = await t.data();
    const at = values.findIndex((v) => !Number.isFinite(v));
    const each = t.size / (t.shape[0] ?? 1);
    throw new RangeError(
      `${where} holds ${values[at]!} in example ${Math.floor(at / each)} (number ${at % each} of ${each}), with which ` +
        'nothing can be learned. Leave such examples out, or put numbers there.',
    );
  }
}
