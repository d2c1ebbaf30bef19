// The op kernels of the device `cpu` that move data, pool and convolve depthwise, against those of TensorFlow.js's JavaScript backend:
// the same inputs, with one thread and with two. Needs the build in dist/.
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CpuBackend } from '../../kernel/backends/cpu/backend.ts';
import { opKernels } from '../../kernel/backends/cpu/ops/index.ts';
import { startProgram } from '../../kernel/backends/cpu/program.ts';

type DType = 'float32' | 'int32' | 'bool';
type Numbers = Float32Array | Int32Array | Uint8Array;

interface Operand {
  shape: number[];
  dtype: DType;
  values: Numbers;
}

const dist = process.env['DLNB_DIST'] ?? path.resolve(import.meta.dirname, '../../dist');
const stockBackend = new MathBackendCPU();
const ours: CpuBackend[] = [];

beforeAll(async () => {
  for (const threads of [1, 2]) {
    const program = await startProgram(dist, threads);
    expect(program.threads).toBe(threads);
    ours.push(new CpuBackend(program, 2 ** 31));
  }
});
afterAll(() => ours.forEach((backend) => backend.dispose()));

let state = 1;
/** A number in [0, 1), the same ones in each run. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const integer = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
const pick = <T>(list: readonly T[]): T => list[integer(0, list.length - 1)]!;
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

function operand(shape: number[], dtype: DType = 'float32', of: () => number = () => random() * 2 - 1): Operand {
  const n = sizeOf(shape);
  const values = dtype === 'float32' ? new Float32Array(n) : dtype === 'int32' ? new Int32Array(n) : new Uint8Array(n);
  const element = dtype === 'float32' ? of : dtype === 'int32' ? () => integer(-99, 99) : () => integer(0, 1);
  for (let i = 0; i < n; i++) values[i] = element();
  return { shape, dtype, values };
}

interface Result {
  shape: number[];
  dtype: string;
  values: Numbers;
}

const asList = (r: tf.TensorInfo | tf.TensorInfo[]) => (Array.isArray(r) ? r : [r]);

function stock(name: string, inputs: Record<string, Operand>, attrs: object): Result[] {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([k, o]) => [k, stockBackend.makeTensorInfo(o.shape, o.dtype, o.values)]),
  );
  const result = tf
    .getKernel(name, 'cpu')
    .kernelFunc({ inputs: tensors, backend: stockBackend, attrs: attrs as tf.NamedAttrMap });
  return asList(result).map(({ dataId, shape, dtype }) => ({
    shape,
    dtype,
    values: stockBackend.data.get(dataId).values as Numbers,
  }));
}

/** What ours computes, which must not be left to the stock op kernel; all its working memory must be given back. */
function own(backend: CpuBackend, name: string, inputs: Record<string, Operand>, attrs: object): Result[] {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([k, { shape, dtype, values }]) => [
      k,
      { dataId: backend.write(values, shape, dtype), shape, dtype },
    ]),
  );
  // So that memory that an op kernel forgets to set does not hold zeros by chance
  const dirt = backend.borrow(1 << 20);
  backend.bytes().fill(0x7f, dirt, dirt + (1 << 20));
  backend.release(dirt, 1 << 20);
  const result = opKernels[name]!({ inputs: tensors, attrs: attrs as Record<string, unknown>, backend });
  if (result === undefined) throw new Error(`${name} was left to the stock op kernel`);
  const list = asList(result).map((t) => ({
    shape: t.shape,
    dtype: t.dtype,
    values: backend.readSync(t.dataId as object) as Numbers,
    dataId: t.dataId as object,
  }));
  for (const { dataId } of list) backend.disposeData(dataId);
  for (const t of Object.values(tensors)) backend.disposeData(t.dataId);
  expect(backend.heap.used, `${name}: memory in use afterwards`).toBe(0);
  return list;
}

/** @param tolerance relative to the largest element; 0 for what is only moved */
function compare(name: string, inputs: Record<string, Operand>, attrs: object = {}, tolerance = 0): void {
  const expected = stock(name, inputs, attrs);
  for (const backend of ours) {
    const results = own(backend, name, inputs, attrs);
    const what = () =>
      `${name} ${JSON.stringify(attrs)} of ${Object.entries(inputs)
        .map(([k, o]) => `${k} ${o.dtype} [${o.shape.join(', ')}]`)
        .join(', ')}, ${backend.program.threads} thread(s)`;
    expect(results.length, what()).toBe(expected.length);
    results.forEach((r, i) => {
      const e = expected[i]!;
      expect([r.dtype, ...r.shape], what()).toEqual([e.dtype, ...e.shape]);
      if (r.values.length !== e.values.length) expect.fail(`${what()}: ${r.values.length} elements`);
      let largest = 0;
      for (const v of e.values) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
      for (let j = 0; j < e.values.length; j++) {
        const [a, b] = [r.values[j]!, e.values[j]!];
        if (a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * largest) continue;
        expect.fail(`${what()}: element ${j} of output ${i} is ${a}, not ${b}`);
      }
    });
  }
}

describe('pooling', () => {
  const withNaN = () => (random() < 0.1 ? NaN : random() < 0.2 ? 0.5 : random() * 2 - 1);
  const cases = function* (n: number) {
    for (let i = 0; i < n; i++) {
      const filterSize = [integer(1, 4), integer(1, 4)];
      const strides = [integer(1, 4), integer(1, 4)];
      const pad = pick([
        'valid',
        'same',
        0,
        1,
        [
          [0, 0],
          [integer(0, 2), integer(0, 2)],
          [integer(0, 2), integer(0, 2)],
          [0, 0],
        ],
      ]);
      const channels = pick([1, 2, 3, 4, 5, 6, 7, 8, 16, 19, 32, 37]);
      const shape = [integer(1, 3), integer(4, 15), integer(4, 15), channels];
      const dimRoundingMode = pick(['floor', 'ceil', 'round']);
      yield { shape, attrs: { filterSize, strides, pad, dimRoundingMode } };
    }
  };
  const large = [
    { shape: [32, 26, 26, 32], attrs: { filterSize: 2, strides: 2, pad: 'valid' } },
    { shape: [32, 11, 11, 64], attrs: { filterSize: 2, strides: 2, pad: 'valid' } },
    { shape: [8, 32, 32, 24], attrs: { filterSize: 3, strides: 2, pad: 'same' } },
    { shape: [8, 32, 32, 6], attrs: { filterSize: [3, 2], strides: 1, pad: 'same' } },
    { shape: [1, 64, 64, 64], attrs: { filterSize: 3, strides: 1, pad: 'valid' } },
  ];
  const outShape = (shape: number[], { filterSize, strides, pad, dimRoundingMode }: Record<string, unknown>) =>
    tf.backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize as number,
      strides as number,
      1,
      pad as number,
      dimRoundingMode as 'floor',
    ).outShape;

  it('takes the largest element and the mean of any window', () => {
    for (const { shape, attrs } of [...cases(300), ...large]) {
      compare('MaxPool', { x: operand(shape, 'float32', withNaN) }, attrs);
      compare('AvgPool', { x: operand(shape) }, attrs, 1e-6);
    }
  });
  it('gives the gradient of the largest element to the first of them', () => {
    for (const { shape, attrs } of [...cases(300), ...large]) {
      for (const of of [withNaN, () => -1 - random(), () => integer(-1, 1)]) {
        const input = operand(shape, 'float32', of);
        const dy = operand(outShape(shape, attrs));
        compare('MaxPoolGrad', { dy, input, output: operand(dy.shape) }, attrs, 1e-6);
      }
    }
  });
  it('gives the gradient of a mean to all elements of the window', () => {
    for (const { shape, attrs } of [...cases(300), ...large]) {
      // The stock op kernel does not know of rounding
      const { dimRoundingMode: _, ...rest } = { dimRoundingMode: '', ...attrs };
      compare('AvgPoolGrad', { dy: operand(outShape(shape, rest)), input: operand(shape) }, rest, 1e-6);
    }
  });
});
