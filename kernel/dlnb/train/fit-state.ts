// A training of `train.fit` as a checkpoint: which tensors and values make it whole, and how they come back.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import type { StoredDtype, StoredTensor } from '../../formats/safetensors.ts';
import type { Randomness } from '../../tensors/layers/fit-parts.ts';
import type { TensorLibrary } from '../library.ts';
import { shapeText } from '../shape.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FitStopped } from './fit-observer.ts';
import type { SettingsState } from './fit-optimizer.ts';
import type { BestState } from './fit-stopping.ts';
import type { NamedVariable } from './fit-trainee.ts';
import type { MeansState } from './fit-values.ts';

type Tensor = tfTypes.Tensor;

/** Where a training stands. */
export interface FitProgress {
  /** Epochs that are done. */
  epoch: number;
  /** Steps of the epoch that is going on, and of all. */
  batch: number;
  step: number;
  seconds: number;
  /** The values of each epoch. */
  history: Record<string, number>[];
  /** What ended it for good. */
  ended: FitStopped | undefined;
}

/** The values of a checkpoint. */
export interface FitState extends FitProgress {
  seed: number;
  /** Where the data stand, as their source says. */
  place: number;
  randomness: Randomness;
  means: MeansState;
  best: BestState;
  settings: SettingsState;
  /** What must be the same for the training to go on: see {@link differences}. */
  of: FitIdentity;
}

/** What makes a training the one that it is. */
export interface FitIdentity {
  weights: [name: string, shape: number[]][];
  optimizer: string;
  examples?: number | undefined;
  batchSize: number;
}

/** How the training of a checkpoint differs from this one; undefined if it can go on. */
export function differences(saved: FitIdentity, now: FitIdentity): string | undefined {
  const shapes = ({ weights }: FitIdentity) => weights.map(([, shape]) => shapeText(shape));
  const [before, after] = [shapes(saved), shapes(now)];
  if (before.length !== after.length) return `it has ${before.length} weights, and these are ${after.length}`;
  const at = before.findIndex((shape, i) => shape !== after[i]);
  if (at >= 0)
    return `its weight ${saved.weights[at]![0]} has shape ${before[at]}, and ${now.weights[at]![0]} has ${after[at]}`;
  if (saved.optimizer !== now.optimizer) return `its optimizer is ${saved.optimizer}, and this one is ${now.optimizer}`;
  if (saved.examples !== now.examples)
    return `it was of ${saved.examples ?? 'batches of their own'} examples, and there are ${now.examples ?? 'batches of their own'}`;
  if (saved.batchSize !== now.batchSize) return `its batchSize is ${saved.batchSize}, and now it is ${now.batchSize}`;
  return undefined;
}

const DTYPES: Readonly<Record<string, StoredDtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

/** The tensors of a checkpoint while they are gathered, by groups. */
export class StoredGroups {
  readonly tensors = new Map<string, StoredTensor>();

  constructor(private readonly where: string) {}

  /** Reads tensors from the device into a group, in their order. */
  async add(group: string, list: readonly (readonly [name: string, tensor: Tensor])[]): Promise<void> {
    const data = await Promise.all(list.map(([, tensor]) => tensor.data()));
    list.forEach(([name, tensor], i) => {
      const dtype = DTYPES[tensor.dtype];
      if (!dtype)
        throw new TypeError(`${this.where}: "${name}" is of type ${tensor.dtype}, which a checkpoint cannot hold`);
      const values = data[i]!;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      this.tensors.set(`${group}/${String(i).padStart(4, '0')}/${name}`, { dtype, shape: tensor.shape, data: bytes });
    });
  }
}

/** The tensors of a group of a checkpoint, in their order, with their names. The caller disposes of them. */
export function storedGroup(tf: TensorLibrary, { tensors }: Checkpoint, group: string): NamedTensor[] {
  return [...tensors.keys()]
    .filter((key) => key.startsWith(`${group}/`))
    .sort()
    .map((key) => {
      const { dtype, shape, data } = tensors.get(key)!;
      const name = key.slice(group.length + 6);
      // A copy, aligned
      const bytes = new Uint8Array(data);
      if (dtype === 'F32') return { name, tensor: tf.tensor(new Float32Array(bytes.buffer), [...shape], 'float32') };
      if (dtype === 'I32') return { name, tensor: tf.tensor(new Int32Array(bytes.buffer), [...shape], 'int32') };
      return { name, tensor: tf.tensor(bytes, [...shape], 'bool') };
    });
}

/** Gives variables the values of tensors, in their order, and frees the tensors. */
export function assignAll(
  tf: TensorLibrary,
  variables: readonly NamedVariable[],
  tensors: readonly NamedTensor[],
): void {
  variables.forEach(({ variable }, i) => variable.assign(tensors[i]!.tensor));
  tf.dispose(tensors.map(({ tensor }) => tensor));
}
