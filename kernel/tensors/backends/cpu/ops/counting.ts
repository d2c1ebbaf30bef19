// Ops that count and search: Bincount, DenseBincount, SearchSorted, Multinomial and Unique.
import * as tf from '@tensorflow/tfjs-core';
import * as seedrandom from 'seedrandom';
import { SCRATCH_BYTES } from '../assembly/memory-map.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';
import { softmaxes } from './softmax.ts';

/** @param shape of the result: [size] or [rows, size] */
function count({ inputs, attrs, backend }: OpCall, rows: number, shape: number[]): tf.TensorInfo | undefined {
  const { x, weights } = inputs as { x: tf.TensorInfo; weights: tf.TensorInfo };
  const { dtype } = weights;
  const size = attrs['size'] as number;
  const n = sizeOf(x.shape);
  if (x.dtype !== 'int32' || (dtype !== 'float32' && dtype !== 'int32') || n === 0 || !(size > 0)) return undefined;
  const weighted = sizeOf(weights.shape);
  if (weighted !== 0 && weighted !== n) return undefined;
  const y = backend.output(shape, dtype);
  const valid = backend.program.exports.bincount({
    x: backend.address(x),
    weights: weighted > 0 ? backend.address(weights) : 0,
    y: backend.address(y),
    rows,
    n: n / rows,
    size,
    integers: dtype === 'int32',
    once: Boolean(attrs['binaryOutput']),
  });
  if (valid) return y;
  backend.disposeIntermediateTensorInfo(y);
  return undefined; // the JavaScript op kernel reports the negative number
}

const denseBincount: OpKernel = (call) => {
  const { shape } = call.inputs['x']!;
  const size = call.attrs['size'] as number;
  if (shape.length === 1) return count(call, 1, [size]);
  return shape.length === 2 ? count(call, shape[0]!, [shape[0]!, size]) : undefined;
};

const searchSorted: OpKernel = ({ inputs, attrs, backend }) => {
  const { sortedSequence, values } = inputs as { sortedSequence: tf.TensorInfo; values: tf.TensorInfo };
  const { dtype } = values;
  if (sortedSequence.dtype !== dtype || (dtype !== 'float32' && dtype !== 'int32')) return undefined;
  if (values.shape.length !== 2 || sortedSequence.shape.length !== 2 || sizeOf(values.shape) === 0) return undefined;
  const [rows, n] = sortedSequence.shape as [number, number];
  if (rows !== values.shape[0]) return undefined;
  const y = backend.output(values.shape, 'int32');
  backend.program.exports.searchSorted({
    sorted: backend.address(sortedSequence),
    values: backend.address(values),
    y: backend.address(y),
    rows,
    n,
    count: values.shape[1]!,
    right: attrs['side'] !== 'left',
    integers: dtype === 'int32',
  });
  return y;
};

/** Each row is drawn for by numbers of its own; those of the first row are TensorFlow.js's for all rows. */
const multinomial: OpKernel = ({ inputs, attrs, backend }) => {
  const logits = inputs['logits']!;
  const { numSamples: samples, seed, normalized } = attrs as unknown as tf.MultinomialAttrs;
  const [rows = 0, events = 0] = logits.shape;
  if (logits.dtype !== 'float32' || logits.shape.length !== 2 || rows * events === 0 || !(samples > 0))
    return undefined;
  if (events * 4 > SCRATCH_BYTES) return undefined;
  const probabilities = normalized
    ? backend.share(logits)
    : (softmaxes['Softmax']!({ inputs: { logits }, attrs: { dim: -1 }, backend }) as tf.TensorInfo | undefined);
  if (!probabilities) return undefined;
  const y = backend.output([rows, samples], 'int32');
  const random = seedrandom.alea(seed.toString());
  const count = rows * samples;
  backend.withMemory(count * 8, [probabilities, y], (draws) => {
    const numbers = new Float64Array(backend.program.memory.buffer, draws, count);
    for (let i = 0; i < count; i++) numbers[i] = random();
    const [from, to] = [backend.address(probabilities), backend.address(y)];
    backend.program.exports.multinomial({ probabilities: from, draws, y: to, rows, events, samples });
  });
  backend.disposeIntermediateTensorInfo(probabilities);
  return y;
};

const whole = new Float32Array(1);
const bits = new Int32Array(whole.buffer);

/** Bits that are the same for equal numbers: zeros of both signs, and all NaN. */
function bitsOf(value: number): number {
  whole[0] = value === 0 ? 0 : value;
  return value === value ? bits[0]! : 0x7fc00000;
}

/** The places of the first of each group of equal rows [n, width], and the group of each row: by hashing. */
function groupsOf(rows: Float32Array | Int32Array, n: number, width: number): { first: number[]; group: Int32Array } {
  const floats = rows instanceof Float32Array;
  const words = new Int32Array(n * width);
  for (let i = 0; i < words.length; i++) words[i] = floats ? bitsOf(rows[i]!) : rows[i]!;
  const slots = 2 ** Math.ceil(Math.log2(2 * n + 1));
  const table = new Int32Array(slots).fill(-1);
  const group = new Int32Array(n);
  const first: number[] = [];
  for (let i = 0; i < n; i++) {
    const at = i * width;
    let hash = 0;
    for (let j = 0; j < width; j++) {
      hash = Math.imul(hash ^ words[at + j]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const found = table[slot]!;
      if (found < 0) {
        table[slot] = group[i] = first.length;
        first.push(i);
        break;
      }
      const other = first[found]! * width;
      let j = 0;
      while (j < width && words[other + j] === words[at + j]) j++;
      if (j < width) continue;
      group[i] = found;
      break;
    }
  }
  return { first, group };
}

/** Of tensors whose equal slices are wanted along the first axis. */
const unique: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { shape, dtype } = x;
  const n = shape[0] ?? 0;
  if ((dtype !== 'float32' && dtype !== 'int32') || sizeOf(shape) === 0) return undefined;
  if (tf.util.parseAxisParam(attrs['axis'] as number, shape)[0] !== 0) return undefined;
  const width = sizeOf(shape) / n;
  const at = backend.address(x) >>> 2;
  const memory = dtype === 'float32' ? backend.floats() : backend.ints();
  const rows = memory.slice(at, at + n * width);
  const { first, group } = groupsOf(rows, n, width);
  const values = dtype === 'float32' ? new Float32Array(first.length * width) : new Int32Array(first.length * width);
  first.forEach((row, i) => values.set(rows.subarray(row * width, (row + 1) * width), i * width));
  const result = (data: Float32Array | Int32Array, to: number[], type: 'float32' | 'int32') =>
    written(backend, data, to, type);
  return [result(values, [first.length, ...shape.slice(1)], dtype), result(group, [n], 'int32')];
};

export function written(
  backend: CpuBackend,
  data: Float32Array | Int32Array,
  shape: number[],
  dtype: 'float32' | 'int32',
): tf.TensorInfo {
  return { dataId: backend.write(data, shape, dtype), shape, dtype };
}

export const counting: Record<string, OpKernel> = {
  Bincount: (call) =>
    call.inputs['x']!.shape.length === 1 ? count(call, 1, [call.attrs['size'] as number]) : undefined,
  DenseBincount: denseBincount,
  SearchSorted: searchSorted,
  Multinomial: multinomial,
  Unique: unique,
};
