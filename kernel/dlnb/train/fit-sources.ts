// Which source the data of `train.fit` are: tells tensors, arrays, data sets and loops apart, checks them, and takes a
// part for the validation.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { FitParts } from '../../tensors/layers/fit-parts.ts';
import { Batches } from '../data/batches.ts';
import { Dataset, type DatasetSource } from '../data/dataset.ts';
import { random } from '../data/random.ts';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { isArrayLike, shapeText } from '../shape.ts';
import {
  batchesSource,
  loopOf,
  loopSource,
  stepsSource,
  tensorSource,
  type Source,
  type SourceBatch,
  type ToBatch,
} from './fit-data.ts';
import { checkFinite, listed, modelTensors, treeOf, type Tensors } from './fit-numbers.ts';

type Tensor = tfTypes.Tensor;
type Ins = (Tensor | null)[];

/** What sources need to know. */
export interface SourceSettings {
  tf: TensorLibrary;
  where: string;
  parts: FitParts;
  /** Undefined where a step function is trained. */
  model: LayersModel | undefined;
  batchSize: number;
  stepsPerEpoch: number | undefined;
  /** Whether the examples are to be shuffled; undefined for what is usual. */
  shuffle: boolean | undefined;
  seed: number;
  classWeights: unknown;
  sampleWeight: unknown;
  /** Makes a data set of the arrays of a generator. */
  dataset(source: DatasetSource): Dataset;
}

/** A source of batches, and what is measured after each epoch. */
export interface Sources {
  training: Source;
  validation: Source | undefined;
}

/** @throws TypeError, RangeError for data that are none, or do not fit */
export async function sourcesOf(settings: SourceSettings, data: unknown, validation: unknown): Promise<Sources> {
  const { where } = settings;
  const given = labeled(settings, data);
  if (typeof validation !== 'number') {
    const training = await sourceOf(settings, given);
    if (validation === undefined || validation === null) return { training, validation: undefined };
    // The weights are those of the examples to train with
    const plain = { ...settings, where: `${where}: validation`, shuffle: false, classWeights: undefined };
    const measured = { ...plain, sampleWeight: undefined, stepsPerEpoch: undefined };
    return { training, validation: await sourceOf(measured, labeled(settings, validation)) };
  }
  if (!(validation > 0 && validation < 1))
    throw new RangeError(
      `${where}: validation must be a part of the examples between 0 and 1, as 0.2, or data, got ${shown(validation)}`,
    );
  if (given instanceof Dataset) {
    const [rest, part] = given.split([1 - validation, validation], { seed: settings.seed });
    return {
      training: await sourceOf(settings, given.isShuffled ? rest!.shuffle(settings.seed) : rest),
      validation: await sourceOf({ ...settings, shuffle: false }, part),
    };
  }
  if (given instanceof Batches || loopOfData(given))
    throw new TypeError(
      `${where}: a part for the validation can be taken of examples, and the data are batches already. Give ` +
        'validation data of their own: set.split([0.8, 0.2]) makes two data sets',
    );
  const all = await examplesOf(settings, given);
  return divided(settings, all, validation);
}

/** Arrays of a generator as a data set. */
function labeled({ dataset }: SourceSettings, data: unknown): unknown {
  if (data instanceof Dataset || data instanceof Batches) return data;
  const { labels, shape } = (data ?? {}) as { labels?: unknown; shape?: unknown };
  return typeof data === 'object' && isArrayLike(labels) && Array.isArray(shape)
    ? dataset(data as DatasetSource)
    : data;
}

/** Whether data are batches to go through: not arrays of examples. */
function loopOfData(data: unknown) {
  if (Array.isArray(data) && !isBatchList(data)) return undefined;
  if (ArrayBuffer.isView(data)) return undefined;
  return loopOf(data);
}

/** Whether an array holds batches, as [{ xs, ys }, …] or [[x, y], …], and not the inputs and targets of examples. */
const isBatchList = (list: readonly unknown[]): boolean =>
  list.length > 0 &&
  list.every((one) => {
    if (Array.isArray(one)) return one.length >= 2 && one.every((t) => isTensorLike(t));
    return typeof one === 'object' && one !== null && 'xs' in one && 'ys' in one;
  });
const isTensorLike = (t: unknown) => Array.isArray((t as { shape?: unknown } | null)?.shape);

async function sourceOf(settings: SourceSettings, data: unknown): Promise<Source> {
  const { where, batchSize, stepsPerEpoch, seed, shuffle, sampleWeight } = settings;
  if (data === null || data === undefined) {
    if (settings.model || data === undefined)
      throw new TypeError(`${where}: there are no data; give [x, y], or a data set of data.dataset(…)`);
    if (stepsPerEpoch === undefined)
      throw new TypeError(`${where}: without data, stepsPerEpoch must say how many steps an epoch has`);
    return stepsSource(stepsPerEpoch);
  }
  const isSet = data instanceof Dataset || data instanceof Batches;
  const loop = isSet ? undefined : loopOfData(data);
  if (!isSet && !loop) {
    const { ins, build, dispose, checked } = await examplesOf(settings, data);
    const order = (shuffle ?? true) ? seed : undefined;
    const source = tensorSource(settings.tf, ins, { batchSize, order, build, dispose });
    return { ...source, checked };
  }
  if (sampleWeight !== undefined && sampleWeight !== null)
    throw new TypeError(
      `${where}: sampleWeight goes with arrays of examples; batches have weights of their own, as { xs, ys, sampleWeight }`,
    );
  const toBatch = batchMaker(settings);
  if (loop) {
    if (shuffle)
      throw new TypeError(
        `${where}: batches come as they are; shuffle works with examples: data.dataset(…), or [x, y]`,
      );
    return loopSource(loop, stepsPerEpoch, toBatch);
  }
  return batchesSource(batchesOf(settings, data as Dataset | Batches), toBatch);
}

/** Batches of a data set, in random order if nothing else is said. */
function batchesOf({ where, shuffle, seed, batchSize }: SourceSettings, data: Dataset | Batches): Batches {
  if (data instanceof Batches) {
    if (shuffle)
      throw new TypeError(`${where}: the data are batches already; shuffle before: set.shuffle(1).batch(32)`);
    return checkedSize(where, data);
  }
  const isRandom = shuffle ?? true;
  return checkedSize(where, (data.isShuffled || !isRandom ? data : data.shuffle(seed)).batch(batchSize));
}

function checkedSize(where: string, batches: Batches): Batches {
  if (batches.size === 0) throw new RangeError(`${where}: the data set is empty, so there are 0 examples`);
  return batches;
}

/** All examples as tensors. */
interface Examples {
  ins: Ins;
  build(ins: Ins): unknown;
  dispose(): void;
  /** Whether the labels are known to be classes. */
  checked: boolean;
}

async function examplesOf(settings: SourceSettings, data: unknown): Promise<Examples> {
  const { tf, where, parts, model } = settings;
  if (!model) {
    const tree = treeOf(tf, where, data);
    const [first] = tree.leaves;
    const other = tree.leaves.find((t) => t.shape[0] !== first!.shape[0]);
    if (first!.rank === 0 || other)
      throw new RangeError(
        `${where}: all tensors of the data must have the same number of examples as first axis; there are shapes ` +
          tree.leaves.map((t) => shapeText(t.shape)).join(', '),
      );
    if (first!.shape[0] === 0)
      throw new RangeError(`${where}: the data have shape ${shapeText(first!.shape)}, so there are 0 examples`);
    await checkFinite(tf, where, tree.leaves);
    return {
      ins: tree.leaves,
      build: (ins) => tree.build(ins as Tensor[]),
      dispose: () => tf.dispose(tree.made),
      checked: true,
    };
  }
  const { x, y } = pairOf(where, data);
  const xs = modelTensors(tf, where, model, 'x', x);
  const ys = modelTensors(tf, where, model, 'y', y);
  const made = [...xs.made, ...ys.made];
  try {
    const prepared = await parts.prepare(where, model as never, {
      xs: xs.value,
      ys: ys.value,
      sampleWeight: settings.sampleWeight as never,
      classWeight: classWeightOf(settings),
    });
    await checkFinite(tf, `${where}: x`, listed(tf, xs.value));
    await checkFinite(tf, `${where}: y`, listed(tf, ys.value));
    const build = (ins: Ins) => modelBatch(model, ins);
    const dispose = () => {
      prepared.dispose();
      tf.dispose(made);
    };
    return { ins: prepared.ins, build, dispose, checked: true };
  } catch (e) {
    tf.dispose(made);
    throw e;
  }
}

/** What observers see of the batch of a model. */
function modelBatch(model: LayersModel, ins: Ins) {
  const n = model.inputs.length;
  const one = (list: Ins) => (list.length === 1 ? list[0] : list);
  return { xs: one(ins.slice(0, n)), ys: one(ins.slice(n, n + model.outputs.length)) };
}

const classWeightOf = ({ classWeights }: SourceSettings): unknown =>
  Array.isArray(classWeights)
    ? Object.fromEntries(classWeights.map((w, k) => [k, w as number]))
    : (classWeights ?? undefined);

function pairOf(where: string, data: unknown): { x: unknown; y: unknown } {
  const wanted = 'must be [x, y] or { x, y } of tensors or arrays, a data set of data.dataset(…), or batches';
  if (Array.isArray(data)) {
    if (data.length === 2) return { x: data[0], y: data[1] };
    throw new TypeError(`${where}: the data ${wanted}; they are an array of ${data.length}`);
  }
  const { x, y } = (data ?? {}) as { x?: unknown; y?: unknown };
  if (typeof data === 'object' && x != null && y != null) return { x, y };
  throw new TypeError(`${where}: the data ${wanted}, got ${shown(data)}`);
}

/** Part of the examples, drawn at random, for the validation. */
function divided(settings: SourceSettings, all: Examples, share: number): Sources {
  const { tf, where, batchSize, seed, shuffle } = settings;
  const n = all.ins.find((t) => t !== null)!.shape[0]!;
  const count = Math.round(n * share);
  if (count === 0 || count === n) {
    all.dispose();
    throw new RangeError(
      `${where}: validation ${share} of ${n} examples leaves none to ${count === 0 ? 'measure' : 'train'} with`,
    );
  }
  const order = random(seed).permutation(n);
  const rows = (index: Int32Array): Ins => {
    const at = tf.tensor1d(index.slice().sort(), 'int32');
    const list = all.ins.map((t) => t && tf.gather(t, at));
    at.dispose();
    return list;
  };
  const [train, held] = [rows(order.subarray(count)), rows(order.subarray(0, count))];
  all.dispose();
  const source = (ins: Ins, seed: number | undefined) => ({
    ...tensorSource(tf, ins, {
      batchSize,
      order: seed,
      build: all.build,
      dispose: () => tf.dispose(ins.filter((t) => t !== null)),
    }),
    checked: all.checked,
  });
  return { training: source(train, (shuffle ?? true) ? seed : undefined), validation: source(held, undefined) };
}

/** Makes batches of the elements of data sets and loops. */
function batchMaker(settings: SourceSettings): ToBatch {
  const { tf, where, parts, model } = settings;
  const tensorsIn = (value: unknown): Tensor[] => {
    if (value instanceof tf.Tensor) return [value];
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
    return Object.values(value).flatMap(tensorsIn);
  };
  if (!model)
    return (element, owned) => {
      const tensors = tensorsIn(element);
      return {
        value: element,
        ins: tensors,
        size: tensors[0]?.shape[0] ?? 1,
        dispose: () => void (owned && tf.dispose(tensors)),
      };
    };
  return (element, owned) => {
    const { xs, ys, sampleWeight } = elementOf(where, element);
    const x = modelTensors(tf, where, model, 'x', xs);
    const y = modelTensors(tf, where, model, 'y', ys);
    const classWeight = classWeightOf(settings);
    const given = { xs: x.value, ys: y.value, sampleWeight: sampleWeight as never, classWeight };
    const batch = (prepared: { ins: Ins; size: number; dispose(): void }): SourceBatch => ({
      value: given,
      ins: prepared.ins,
      size: prepared.size,
      dispose() {
        prepared.dispose();
        tf.dispose([...x.made, ...y.made]);
        if (owned) tf.dispose(tensorsIn(element));
      },
    });
    if (classWeight === undefined) return batch(parts.prepareNow(where, model as never, given));
    return parts.prepare(where, model as never, given).then(batch);
  };
}

function elementOf(where: string, element: unknown): { xs: Tensors; ys: Tensors; sampleWeight?: unknown } {
  if (Array.isArray(element) && (element.length === 2 || element.length === 3))
    return { xs: element[0] as Tensors, ys: element[1] as Tensors, sampleWeight: element[2] };
  const { xs, ys } = (element ?? {}) as { xs?: unknown; ys?: unknown };
  if (typeof element === 'object' && xs != null && ys != null) return element as { xs: Tensors; ys: Tensors };
  throw new TypeError(`${where}: a batch must be { xs, ys } or [xs, ys], got ${shown(element)}`);
}
