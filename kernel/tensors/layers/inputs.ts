// What `fit`, `evaluate` and `predict` are given: tensors, weights of examples and of classes, with errors that say
// what came and what is wanted.
import * as tf from '@tensorflow/tfjs-core';
import { standardizeClassWeights, standardizeWeights } from '@tensorflow/tfjs-layers/dist/engine/training_utils';
import { shapeText } from './extend.ts';
import { checkLabels } from './labels.ts';
import type { Data, LossOrMetric, Model } from './types.ts';

/** Weights of examples: numbers or a tensor; one for each output, as a list or by name, where there are several. */
export type SampleWeight = tf.Tensor | ArrayLike<number> | SampleWeight[] | { [output: string]: SampleWeight };

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return Array.isArray(value[0]) ? 'an array of arrays' : 'an array';
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Checks what is not a tensor, and the ranks of tensors.
 * @param where the function and its argument, e.g. `predict: x`
 * @param names names of the model's inputs or outputs
 * @param shapes their shapes; undefined if they need not be checked
 * @throws TypeError that says what came and what is wanted
 */
export function checkTensors(
  where: string,
  data: unknown,
  names: readonly string[],
  shapes?: readonly (readonly (number | null)[])[],
): void {
  const wanted = (i: number) => (shapes?.[i] ? ` of shape ${shapeText(shapes[i])}` : '');
  const isTensor = data instanceof tf.Tensor;
  const list = isTensor
    ? [data]
    : Array.isArray(data)
      ? (data as unknown[])
      : data && Object.getPrototypeOf(data) === Object.prototype
        ? Object.values(data)
        : undefined;
  const bad = list ? list.find((x) => !(x instanceof tf.Tensor)) : data;
  if (!list || bad !== undefined || list.length === 0 || list.includes(undefined)) {
    const remedy = Array.isArray(data) && typeof bad !== 'object' ? 'tf.tensor1d(…)' : 'tf.tensor(…)';
    const held = list && list.length > 0 ? `an object that holds ${kindOf(bad)}` : 'an empty object';
    const got = list && !Array.isArray(data) ? held : kindOf(data);
    const one =
      names.length > 1 ? `${names.length} tensors, one for each of ${names.join(', ')}` : `a tensor${wanted(0)}`;
    throw new TypeError(`${where} is ${got}, and must be ${one}; make one with ${remedy}`);
  }
  (list as tf.Tensor[]).forEach((x, i) => {
    const shape = shapes?.[i];
    if (!shape || list.length !== names.length || (!isTensor && !Array.isArray(data))) return;
    // A list of numbers is taken as examples of one number each
    const fits = x.rank === 1 && shape.length === 2 && (shape[1] === 1 || shape[1] === null);
    if (x.rank === shape.length || x.rank !== 1 || fits) return;
    const isExample = x.rank === shape.length - 1 && shape.slice(1).every((n, k) => n === null || n === x.shape[k]);
    const remedy = isExample
      ? ` It looks like one example: make it a batch with x.expandDims(0), of shape [1, ${x.shape.join(', ')}].`
      : '';
    throw new Error(`${where} has shape ${shapeText(x.shape)}, and must have shape ${shapeText(shape)}.${remedy}`);
  });
}

/** One weight tensor, a new one, for each output; null for those without. */
function perOutput(weight: SampleWeight, ys: tf.Tensor[], names: readonly string[]): (tf.Tensor | null)[] {
  const isOne =
    weight instanceof tf.Tensor || ArrayBuffer.isView(weight) || typeof (weight as ArrayLike<number>)[0] === 'number';
  let parts: (SampleWeight | null | undefined)[];
  if (isOne) parts = ys.map(() => weight);
  else if (Array.isArray(weight)) {
    if (weight.length !== ys.length)
      throw new Error(`sampleWeight is a list of ${weight.length}, and the model has ${ys.length} outputs`);
    parts = weight;
  } else {
    const unknown = Object.keys(weight).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new Error(`sampleWeight names "${unknown}", and the model's outputs are ${names.join(', ')}`);
    parts = names.map((name) => (weight as Record<string, SampleWeight>)[name]);
  }
  return parts.map((part, i) => {
    if (part == null) return null;
    const values = ArrayBuffer.isView(part) ? Float32Array.from(part as Float32Array) : (part as number[]);
    const w = part instanceof tf.Tensor ? tf.cast(tf.clone(part), 'float32') : tf.tensor(values, undefined, 'float32');
    const [n, of] = [w.shape[0], ys[i]!.shape[0]];
    if (w.rank > 0 && n === of) return w;
    const shape = shapeText(w.shape);
    w.dispose();
    throw new Error(`sampleWeight has shape ${shape}, and must begin with ${of}, the number of examples`);
  });
}

/**
 * The weights of the examples of a batch or data set, as new tensors.
 * @returns one for each output, or null if there are none
 */
export async function weightsOf(
  ys: tf.Tensor[],
  names: string[],
  sampleWeight: SampleWeight | null | undefined,
  classWeight: unknown,
): Promise<(tf.Tensor | null)[] | null> {
  const bySample = sampleWeight == null ? undefined : sampleWeights(ys, names, sampleWeight);
  if (classWeight == null) return bySample ?? null;
  const classes = standardizeClassWeights(classWeight as never, names);
  return Promise.all(
    ys.map(async (y, i) => {
      const own = classes[i];
      const byClass = own ? await standardizeWeights(y, null as never, own as never) : null;
      const sample = bySample?.[i] ?? null;
      if (!byClass || !sample) return byClass ?? sample;
      const both = tf.tidy(() =>
        tf.mul(tf.reshape(byClass, [byClass.size, ...new Array<number>(sample.rank - 1).fill(1)]), sample),
      );
      tf.dispose([byClass, sample]);
      return both;
    }),
  );
}

/** As `weightsOf`, without weights of classes. */
export const sampleWeights = (ys: tf.Tensor[], names: string[], weight: SampleWeight): (tf.Tensor | null)[] =>
  tf.tidy(() => perOutput(weight, ys, names) as tf.Tensor[]);

/** Checks the labels of sparse losses. @param sparse the loss whose labels are numbers of classes */
export async function checkAllLabels(model: Model, ys: tf.Tensor[], sparse: LossOrMetric): Promise<void> {
  for (const [i, y] of ys.entries()) {
    const classes = model.feedOutputShapes[i]?.at(-1);
    if (model.lossFunctions[i] === sparse && typeof classes === 'number') await checkLabels(y, classes);
  }
}

/**
 * The inputs of `predict` as a list.
 * @param data a tensor, a list, or tensors by the names of the inputs
 * @throws Error for a name that is missing or that the model does not have
 */
export function listOf(where: string, data: Data, names: readonly string[]): tf.Tensor | tf.Tensor[] {
  if (data instanceof tf.Tensor || Array.isArray(data)) return data;
  const unknown = Object.keys(data).find((name) => !names.includes(name)) ?? names.find((name) => !(name in data));
  if (unknown !== undefined)
    throw new Error(`${where}: x has ${Object.keys(data).join(', ')}, and the model's inputs are ${names.join(', ')}`);
  return names.map((name) => data[name]!);
}

/** @throws Error if there is no example, or if inputs have unequal numbers of examples */
export function checkNotEmpty(where: string, xs: tf.Tensor[]): void {
  const [first] = xs;
  if (first?.shape[0] === 0)
    throw new Error(`${where}: x has shape ${shapeText(first.shape)}, so there are 0 examples`);
  const other = xs.findIndex((x) => x.shape[0] !== first!.shape[0]);
  if (other > 0)
    throw new Error(
      `${where}: all inputs must have the same number of examples, and x[0] has ${first!.shape[0]}, ` +
        `x[${other}] has ${xs[other]!.shape[0]}`,
    );
}
