// Ragged tensors: ranges of several lengths, and checks of what TensorFlow.js's op kernels take as it is.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { written } from './counting.ts';

/** The elements of a tensor in place. */
function numbersOf(backend: CpuBackend, t: tf.TensorInfo): Float32Array | Int32Array {
  return backend.data.get(t.dataId).values as Float32Array | Int32Array;
}

/** The rows' lengths and numbers; invalid arguments are left to TensorFlow.js's op kernel, which reports them. */
const raggedRange: OpKernel = ({ inputs, backend }) => {
  const tensors = [inputs['starts']!, inputs['limits']!, inputs['deltas']!] as const;
  const { dtype } = tensors[0];
  if (dtype !== 'float32' && dtype !== 'int32') return undefined;
  const lists = tensors.filter((t) => t.shape.length > 0);
  const rows = lists[0]?.shape[0] ?? 1;
  if (lists.some((t) => t.shape.length > 1 || t.shape[0] !== rows)) return undefined;
  const [starts, limits, deltas] = tensors.map((t) => numbersOf(backend, t)) as [Int32Array, Int32Array, Int32Array];
  const [a, b, c] = tensors.map((t) => (t.shape.length === 0 ? 0 : 1)) as [number, number, number];
  const splits = new Int32Array(rows + 1);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const [span, delta] = [limits[i * b]! - starts[i * a]!, deltas[i * c]!];
    if (delta === 0 || Number.isNaN(span)) return undefined;
    if (delta > 0 === span >= 0 || span === 0) total += Math.ceil(Math.abs(span / delta));
    if (!(total < 2 ** 31)) return undefined;
    splits[i + 1] = total;
  }
  const values = backend.output([total], dtype);
  if (total > 0) {
    const all = numbersOf(backend, values);
    for (let i = 0, at = 0; i < rows; i++) {
      const end = splits[i + 1]!;
      const delta = deltas[i * c]!;
      for (let value = starts[i * a]!; at < end; value += delta) all[at++] = value;
    }
  }
  return [written(backend, splits, [rows + 1], 'int32'), values];
};

/** @throws Error if an input that is a list of tensors is none */
function checkList(op: string, name: string, value: unknown): tf.TensorInfo[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new Error(
      `${op}: ${name} must be a list of one or more tensors, and is ${value === undefined ? 'missing' : 'none'}`,
    );
  return value as tf.TensorInfo[];
}

const raggedGather: OpKernel = ({ inputs }) => {
  checkList('raggedGather', 'paramsNestedSplits', inputs['paramsNestedSplits']);
  return undefined;
};

/** TensorFlow.js fills what splits beyond the values ask for, number by number. */
const raggedTensorToTensor: OpKernel = ({ inputs, attrs, backend }) => {
  const { shape } = inputs['values']!;
  const partitions = checkList('raggedTensorToTensor', 'rowPartitionTensors', inputs['rowPartitionTensors']);
  const types = attrs['rowPartitionTypes'] as string[];
  const last = partitions.at(-1);
  if (types.at(-1) !== 'ROW_SPLITS' || last?.dtype !== 'int32') return undefined;
  const splits = numbersOf(backend, last);
  for (const split of splits)
    if (split < 0 || split > shape[0]!)
      throw new Error(`raggedTensorToTensor: the row split ${split} is outside of the ${shape[0]} rows of values`);
  return undefined;
};

export const ragged: Record<string, OpKernel> = {
  RaggedGather: raggedGather,
  RaggedRange: raggedRange,
  RaggedTensorToTensor: raggedTensorToTensor,
};
