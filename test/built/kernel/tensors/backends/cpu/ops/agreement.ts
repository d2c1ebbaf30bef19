// Runs an op kernel of the device `cpu` and the one of TensorFlow.js's JavaScript backend on the same numbers.
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { opKernels } from '../../../../../../../kernel/tensors/backends/cpu/ops/index.ts';
import { startProgram } from '../../../../../../../kernel/tensors/backends/cpu/program.ts';

export type DType = 'float32' | 'int32' | 'bool';
type Numbers = Float32Array | Int32Array | Uint8Array;
export interface Value {
  shape: number[];
  dtype: DType;
  values: Numbers;
}
type Inputs = Record<string, Value>;

const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

let state = 1;
/** A number in [0, 1), the same ones in each run. */
export function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** A tensor of given numbers, or of what `of` gives for each place. */
export function value(dtype: DType, shape: number[], of: ((i: number) => number) | number[]): Value {
  const values = new kinds[dtype](product(shape));
  for (let i = 0; i < values.length; i++) values[i] = typeof of === 'function' ? of(i) : of[i]!;
  return { dtype, shape, values };
}
export const floats = (shape: number[], of: ((i: number) => number) | number[] = () => random() * 2 - 1) =>
  value('float32', shape, of);
export const ints = (shape: number[], of: ((i: number) => number) | number[]) => value('int32', shape, of);

/** Backends on one thread and on two. `dist` is the folder of the build. */
export async function startBackends(dist: string): Promise<CpuBackend[]> {
  const backends: CpuBackend[] = [];
  for (const threads of [1, 2]) {
    const program = await startProgram(dist, threads);
    expect(program.threads).toBe(threads);
    backends.push(new CpuBackend(program, 2 ** 31));
  }
  return backends;
}

const stockBackend = new MathBackendCPU();
const map = <T>(inputs: Inputs, f: (v: Value) => T) =>
  Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, f(v)]));
const list = (r: tf.TensorInfo | tf.TensorInfo[]) => (Array.isArray(r) ? r : [r]);

/** What TensorFlow.js computes. */
export function stock(name: string, inputs: Inputs, attrs: object = {}): Value[] {
  const tensors = map(inputs, (v) => stockBackend.makeTensorInfo(v.shape, v.dtype, v.values));
  const { kernelFunc } = tf.getKernel(name, 'cpu');
  const result = kernelFunc({ inputs: tensors, backend: stockBackend, attrs: attrs as tf.NamedAttrMap });
  return list(result).map(({ dataId, shape, dtype }) => ({
    shape,
    dtype: dtype as DType,
    values: stockBackend.data.get(dataId).values as Numbers,
  }));
}

/** What ours computes, which must not be left to TensorFlow.js's op kernel; all working memory must be given back. */
export function own(backend: CpuBackend, name: string, inputs: Inputs, attrs: object = {}): Value[] {
  const before = backend.heap.used;
  const tensors = map(inputs, ({ shape, dtype, values }) => ({
    dataId: backend.write(values, shape, dtype),
    shape,
    dtype,
  }));
  // So that memory that an op kernel forgets to set does not hold zeros by chance
  backend.withMemory(1 << 20, [], (at) => backend.bytes().fill(0x7f, at, at + (1 << 20)));
  try {
    const result = opKernels[name]!({ inputs: tensors, attrs: attrs as Record<string, unknown>, backend });
    if (result === undefined) throw new Error(`${name} was left to the stock op kernel`);
    return list(result).map(({ dataId, shape, dtype }) => {
      const values = backend.readSync(dataId as object) as Numbers;
      backend.disposeData(dataId as object);
      return { shape, dtype: dtype as DType, values };
    });
  } finally {
    for (const t of Object.values(tensors)) backend.disposeData(t.dataId);
    expect(backend.heap.used, `${name}: memory in use afterwards`).toBe(before);
  }
}

/** Compares element by element; NaN is NaN, and −0 is 0. */
export function expectSame(actual: Value, expected: Value, tolerance: number, what: string): void {
  expect([actual.dtype, ...actual.shape], what).toEqual([expected.dtype, ...expected.shape]);
  expect(actual.values.length, what).toBe(expected.values.length);
  for (let i = 0; i < expected.values.length; i++) {
    const [a, b] = [actual.values[i]!, expected.values[i]!];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * Math.abs(b)) continue;
    expect.fail(`${what}: element ${i} is ${a}, not ${b}`);
  }
}

/**
 * Expects ours, on each backend, to be what TensorFlow.js computes, or what is given.
 * @param tolerance relative to each number
 */
export function agree(
  backends: CpuBackend[],
  name: string,
  inputs: Inputs,
  attrs: object = {},
  { expected = stock(name, inputs, attrs), tolerance = 0 }: { expected?: Value[]; tolerance?: number } = {},
): void {
  for (const backend of backends) {
    const results = own(backend, name, inputs, attrs);
    const shapes = Object.entries(inputs).map(([k, v]) => `${k} ${v.dtype} [${v.shape.join(', ')}]`);
    const what = `${name} ${JSON.stringify(attrs)} of ${shapes.join(', ')}, ${backend.program.threads} thread(s)`;
    expect(results.length, what).toBe(expected.length);
    results.forEach((r, i) => expectSame(r, expected[i]!, tolerance, `${what}, output ${i}`));
  }
}
