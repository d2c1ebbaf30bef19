// The op kernels of the device `cpu` that move data, pool and convolve depthwise, against those of TensorFlow.js's
// JavaScript backend: the same inputs, with one thread and with two. Needs the build in dist/.
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { opKernels } from '../../../../../../../kernel/tensors/backends/cpu/ops/index.ts';
import { startProgram } from '../../../../../../../kernel/tensors/backends/cpu/program.ts';
import { dist } from '../../../../../../paths.ts';

type DType = 'float32' | 'int32' | 'bool';
type Numbers = Float32Array | Int32Array | Uint8Array;

interface Operand {
  shape: number[];
  dtype: DType;
  values: Numbers;
}

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
/** A random order of 0 … n − 1. */
function shuffled(n: number): number[] {
  const list = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integer(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

function operand(shape: number[], dtype: DType = 'float32', of: () => number = () => random() * 2 - 1): Operand {
  const n = sizeOf(shape);
  const values = dtype === 'float32' ? new Float32Array(n) : dtype === 'int32' ? new Int32Array(n) : new Uint8Array(n);
  const element = dtype === 'float32' ? of : dtype === 'int32' ? () => integer(-99, 99) : () => integer(0, 1);
  for (let i = 0; i < n; i++) values[i] = element();
  return { shape, dtype, values };
}

const ints = (shape: number[], of: () => number): Operand => ({
  shape,
  dtype: 'int32',
  values: Int32Array.from({ length: sizeOf(shape) }, of),
});

interface Result {
  shape: number[];
  dtype: string;
  values: Numbers;
}

const asList = (r: tf.TensorInfo | tf.TensorInfo[]) => (Array.isArray(r) ? r : [r]);

/** Inputs are a record or, where an op takes any number of them, a list. */
function each(inputs: Record<string, Operand>, f: (o: Operand) => tf.TensorInfo): Record<string, tf.TensorInfo> {
  if (Array.isArray(inputs)) return inputs.map(f) as unknown as Record<string, tf.TensorInfo>;
  return Object.fromEntries(Object.entries(inputs).map(([k, o]) => [k, f(o)]));
}

function stock(name: string, inputs: Record<string, Operand>, attrs: object): Result[] {
  const tensors = each(inputs, (o) => stockBackend.makeTensorInfo(o.shape, o.dtype, o.values));
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
  const tensors = each(inputs, ({ shape, dtype, values }) => ({
    dataId: backend.write(values, shape, dtype),
    shape,
    dtype,
  }));
  // So that memory that an op kernel forgets to set does not hold zeros by chance
  backend.withMemory(1 << 20, [], (at) => backend.bytes().fill(0x7f, at, at + (1 << 20)));
  const result = opKernels[name]!({ inputs: tensors, attrs: attrs as Record<string, unknown>, backend });
  if (result === undefined) {
    for (const t of Object.values(tensors)) backend.disposeData(t.dataId);
    expect(backend.heap.used, `${name}: memory in use afterwards`).toBe(0);
    throw new Error(`${name} was left to the stock op kernel`);
  }
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
    results.forEach((r, i) => expectClose(r, expected[i]!, tolerance, () => `${what()}, output ${i}`));
  }
}

function expectClose(r: Result, e: Result, tolerance: number, what: () => string): void {
  expect([r.dtype, ...r.shape], what()).toEqual([e.dtype, ...e.shape]);
  if (r.values.length !== e.values.length) expect.fail(`${what()}: ${r.values.length} elements`);
  let largest = 0;
  for (const v of e.values) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
  for (let j = 0; j < e.values.length; j++) {
    const [a, b] = [r.values[j]!, e.values[j]!];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * largest) continue;
    expect.fail(`${what()}: element ${j} is ${a}, not ${b}`);
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
    { shape: [6, 26, 26, 32], attrs: { filterSize: 2, strides: 2, pad: 'valid' } },
    { shape: [8, 11, 11, 64], attrs: { filterSize: 2, strides: 2, pad: 'valid' } },
    { shape: [4, 32, 32, 24], attrs: { filterSize: 3, strides: 2, pad: 'same' } },
    { shape: [4, 32, 32, 6], attrs: { filterSize: [3, 2], strides: 1, pad: 'same' } },
    { shape: [1, 32, 32, 64], attrs: { filterSize: 3, strides: 1, pad: 'valid' } },
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

describe('moving data', () => {
  const dtypes = ['float32', 'int32', 'bool'] as const;
  const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17];
  /** A shape of at most some thousands of elements. */
  const someShape = (from = 1, to = 5): number[] => {
    const shape = Array.from({ length: integer(from, to) }, () => pick(lengths));
    while (sizeOf(shape) > 5000) shape[shape.indexOf(Math.max(...shape))] = integer(1, 4);
    return shape;
  };

  it('transposes any permutation', () => {
    for (let i = 0; i < 400; i++) {
      const shape = someShape(1, 6);
      compare('Transpose', { x: operand(shape, pick(dtypes)) }, { perm: shuffled(shape.length) });
    }
    for (const [shape, perm] of [
      [
        [1000, 70],
        [1, 0],
      ],
      [
        [128, 512],
        [1, 0],
      ],
      [
        [3, 9999],
        [1, 0],
      ],
      [
        [40000, 5],
        [1, 0],
      ],
      [
        [4, 32, 4, 32],
        [0, 2, 1, 3],
      ],
      [
        [4, 31, 31, 6],
        [0, 3, 1, 2],
      ],
    ] as const)
      compare('Transpose', { x: operand([...shape]) }, { perm: [...perm] });
    compare('Transpose', { x: operand([0, 3]) }, { perm: [1, 0] });
  });
  it('slices', () => {
    for (let i = 0; i < 300; i++) {
      const shape = someShape();
      const begin = shape.map((n) => integer(0, n - 1));
      const size = shape.map((n, d) => (random() < 0.2 ? -1 : integer(random() < 0.05 ? 0 : 1, n - begin[d]!)));
      if (random() < 0.3) {
        const rank = integer(1, shape.length);
        [begin, size].forEach((list) => (list.length = rank));
      }
      compare('Slice', { x: operand(shape, pick(dtypes)) }, { begin, size });
    }
    compare('Slice', { x: operand([300, 400]) }, { begin: [7, 11], size: [290, 381] });
    compare('Slice', { x: operand([300000]) }, { begin: [7], size: [290001] });
  });
  it('slices with strides, of either sign', () => {
    for (let i = 0; i < 300; i++) {
      const shape = someShape(1, 4);
      const strides = shape.map(() => pick([1, 1, 2, 3, -1, -2]));
      const begin = shape.map((n, d) => (strides[d]! < 0 ? n - 1 : integer(0, n - 1)));
      const end = shape.map((n, d) => (strides[d]! < 0 ? -n - 1 : n));
      const attrs = {
        begin,
        end,
        strides,
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      };
      compare('StridedSlice', { x: operand(shape, pick(dtypes)) }, attrs);
    }
    // The JavaScript op kernel takes the wrong elements where it drops a dimension and has strides
    const x = operand([3, 5]);
    const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 1 };
    for (const backend of ours) {
      const [y] = own(backend, 'StridedSlice', { x }, { begin: [2, 0], end: [3, 5], strides: [1, 2], ...masks });
      expect(y!.shape).toEqual([3]);
      expect([...y!.values]).toEqual([x.values[10], x.values[12], x.values[14]]);
    }
  });
  it('joins and cuts', () => {
    for (let i = 0; i < 200; i++) {
      const shape = someShape(1, 4);
      const axis = integer(-shape.length, shape.length - 1);
      const at = axis < 0 ? axis + shape.length : axis;
      const dtype = pick(dtypes);
      const sizes = Array.from({ length: integer(1, 4) }, () => integer(random() < 0.1 ? 0 : 1, 9));
      const parts = sizes.map((n) =>
        operand(
          shape.map((s, d) => (d === at ? n : s)),
          dtype,
        ),
      );
      compare('Concat', parts as unknown as Record<string, Operand>, { axis });
      const whole = shape.map((s, d) => (d === at ? sizes.reduce((a, b) => a + b, 0) : s));
      compare('SplitV', { x: operand(whole, dtype) }, { numOrSizeSplits: sizes, axis });
      const same = sizes.map(() => operand(shape, dtype));
      compare('Pack', same as unknown as Record<string, Operand>, { axis });
      compare('Unpack', { value: operand(shape, dtype) }, { axis });
    }
    const large = [operand([100, 300]), operand([100, 500])];
    compare('Concat', large as unknown as Record<string, Operand>, { axis: 1 });
    compare('SplitV', { x: operand([6, 90000]) }, { numOrSizeSplits: 3, axis: 0 });
  });
  it('pads with a constant and with mirror images', () => {
    for (let i = 0; i < 300; i++) {
      const shape = someShape(1, 4);
      const paddings = shape.map(() => (random() < 0.5 ? [0, 0] : [integer(0, 3), integer(0, 3)]));
      const constantValue = pick([0, 1, 7]);
      compare('PadV2', { x: operand(shape, pick(dtypes)) }, { paddings, constantValue });
      const mode = pick(['reflect', 'symmetric']);
      const most = (n: number) => Math.min(3, mode === 'reflect' ? n - 1 : n);
      const mirrored = shape.map((n) => (random() < 0.3 ? [0, 0] : [integer(0, most(n)), integer(0, most(n))]));
      compare('MirrorPad', { x: operand(shape, pick(dtypes)) }, { paddings: mirrored, mode });
    }
    const paddings = [
      [0, 0],
      [1, 1],
      [2, 1],
      [0, 0],
    ];
    compare('PadV2', { x: operand([8, 32, 32, 16]) }, { paddings, constantValue: 0.5 });
    compare('PadV2', { x: operand([0, 3]) }, { paddings: [[1, 1], [0, 0]], constantValue: 2 }); // prettier-ignore
  });
  it('repeats and reverses', () => {
    for (let i = 0; i < 300; i++) {
      const shape = someShape(1, 4);
      const reps = shape.map(() => integer(random() < 0.05 ? 0 : 1, 3));
      compare('Tile', { x: operand(shape, pick(dtypes)) }, { reps });
      const dims = shape.flatMap((_, d) => (random() < 0.5 ? [d] : []));
      compare('Reverse', { x: operand(shape, pick(dtypes)) }, { dims });
    }
    compare('Tile', { x: operand([1, 128]) }, { reps: [1024, 1] });
    compare('Tile', { x: operand([1024, 1]) }, { reps: [1, 99] });
    compare('Reverse', { x: operand([100, 801]) }, { dims: [1] });
    compare('Reverse', { x: operand([100000]) }, { dims: [0] });
    compare('Reverse', { x: operand([]) }, { dims: [] });
  });
  it('gathers rows and adds them up', () => {
    for (let i = 0; i < 200; i++) {
      const shape = someShape(1, 4);
      const axis = integer(0, shape.length - 1);
      const dtype = pick(dtypes);
      const index = () => integer(0, shape[axis]! - 1);
      compare('GatherV2', { x: operand(shape, dtype), indices: ints(pick([[1], [7], [2, 5]]), index) }, { axis });
      if (axis > 0) {
        const indices = ints([shape[0]!, 5], index);
        compare('GatherV2', { x: operand(shape, dtype), indices }, { axis, batchDims: 1 });
      }
      const numSegments = integer(1, 9);
      const segmentIds = ints([shape[0]!], () => integer(-1, numSegments));
      compare('UnsortedSegmentSum', { x: operand(shape), segmentIds }, { numSegments }, 1e-6);
    }
    const indices = ints([700], () => integer(0, 99));
    compare('GatherV2', { x: operand([100, 300]), indices }, { axis: 0 });
    compare('UnsortedSegmentSum', { x: operand([700, 130]), segmentIds: indices }, { numSegments: 100 }, 1e-6);
    compare('UnsortedSegmentSum', { x: operand([700, 30]), segmentIds: indices }, { numSegments: 300 }, 1e-6);
  });
  it('gathers and scatters by coordinates', () => {
    for (let i = 0; i < 200; i++) {
      const shape = someShape(1, 4);
      const rank = integer(1, shape.length);
      const n = integer(1, 20);
      const indices = ints([n, rank], () => 0);
      for (let k = 0; k < n * rank; k++) indices.values[k] = integer(0, shape[k % rank]! - 1);
      compare('GatherNd', { params: operand(shape, pick(dtypes)), indices });
      const updates = operand([n, ...shape.slice(rank)], pick(['float32', 'int32']));
      compare('ScatterNd', { indices, updates }, { shape }, 1e-6);
    }
  });
  it('leaves indices that are none to the JavaScript op kernel, which says so', () => {
    const backend = ours[0]!;
    for (const [name, inputs, attrs] of [
      ['GatherV2', { x: operand([3, 4]), indices: ints([2], () => 3) }, { axis: 0 }],
      ['GatherNd', { params: operand([3, 4]), indices: ints([2, 1], () => -1) }, {}],
      ['ScatterNd', { indices: ints([2, 1], () => 3), updates: operand([2, 4]) }, { shape: [3, 4] }],
      ['Slice', { x: operand([3, 4]) }, { begin: [0, 2], size: [3, 3] }],
      ['Reshape', { x: operand([3, 4]) }, { shape: [5, -1] }],
      ['Concat', [operand([3, 4]), operand([3, 5])] as unknown as Record<string, Operand>, { axis: 0 }],
      ['Pack', [operand([3, 4]), operand([3, 5])] as unknown as Record<string, Operand>, { axis: 0 }],
    ] as [string, Record<string, Operand>, object][]) {
      expect(() => own(backend, name, inputs, attrs), name).toThrow('left to the stock op kernel');
      expect(() => stock(name, inputs, attrs), name).toThrow();
    }
  });
  it('encodes one-hot', () => {
    for (let i = 0; i < 60; i++) {
      const indices = ints(someShape(1, 2), () => integer(-2, 11));
      const attrs = { depth: integer(1, 12), onValue: pick([1, 5]), offValue: pick([0, 2]), dtype: pick(dtypes) };
      compare('OneHot', { indices }, attrs);
    }
    compare('OneHot', { indices: ints([5000], () => integer(0, 9)) }, { depth: 10, onValue: 1, offValue: 0, dtype: 'float32' }); // prettier-ignore
  });
  it('gives other shapes to the same elements', () => {
    for (const dtype of dtypes) {
      const x = operand([2, 3, 4], dtype);
      compare('Identity', { x });
      compare('Reshape', { x }, { shape: [4, -1] });
      compare('Reshape', { x }, { shape: [24] });
      for (const dim of [0, 1, 3, -1, -4]) compare('ExpandDims', { input: x }, { dim });
    }
    compare('Reshape', { x: operand([]) }, { shape: [1, 1] });
    compare('Reshape', { x: operand([0, 3]) }, { shape: [3, 0] });
  });
  it('moves between space, batch and depth', () => {
    for (let i = 0; i < 60; i++) {
      const b = [integer(1, 3), integer(1, 3)];
      const [h, w, c, n] = [integer(1, 4), integer(1, 4), integer(1, 5), integer(1, 2)] as const;
      const pads = b.map((s) => {
        const before = integer(0, 2);
        return [before, (s - (before % s)) % s];
      });
      const shape = [n, h * b[0]!, w * b[1]!, c];
      compare('SpaceToBatchND', { x: operand(shape) }, { blockShape: b, paddings: pads });
      const crops = pick([pads.map(() => [0, 0]), b.map((s) => [integer(0, s - 1), 0])]);
      compare('BatchToSpaceND', { x: operand([n * b[0]! * b[1]!, h, w, c]) }, { blockShape: b, crops });
      const blockSize = b[0]!;
      const x = operand([n, h, w, c * blockSize * blockSize], pick(['float32', 'int32']));
      compare('DepthToSpace', { x }, { blockSize, dataFormat: 'NHWC' });
    }
  });
});

describe('resizing', () => {
  const cases = function* () {
    for (let i = 0; i < 150; i++) {
      const shape = [integer(1, 3), integer(1, 9), integer(1, 9), pick([1, 3, 4, 5, 8, 17])];
      const attrs = pick([
        { alignCorners: true },
        { alignCorners: false },
        { alignCorners: false, halfPixelCenters: true },
      ]);
      yield { shape, size: [integer(1, 15), integer(1, 15)], attrs };
    }
    yield { shape: [4, 16, 16, 64], size: [32, 32], attrs: { alignCorners: false } };
    yield { shape: [1, 64, 64, 3], size: [200, 150], attrs: { alignCorners: true } };
  };
  it('takes the nearest element and the weighted mean of four', () => {
    for (const { shape, size, attrs } of cases()) {
      compare('ResizeNearestNeighbor', { images: operand(shape, pick(['float32', 'int32'])) }, { size, ...attrs });
      compare('ResizeBilinear', { images: operand(shape) }, { size, ...attrs }, 2e-6);
    }
  });
  it('has the gradients of these', () => {
    // ⟨resize(x), dy⟩ = ⟨x, grad(dy)⟩, as both are linear; the JavaScript op kernels are wrong for more than one image
    // and half pixels
    const dot = (a: Numbers, b: Numbers) => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
      return sum;
    };
    for (const { shape, size, attrs } of cases()) {
      const images = operand(shape);
      const dy = operand([shape[0]!, ...size, shape[3]!]);
      for (const backend of ours) {
        for (const name of ['ResizeNearestNeighbor', 'ResizeBilinear']) {
          const [y] = own(backend, name, { images }, { size, ...attrs });
          const [dx] = own(backend, `${name}Grad`, { images, dy }, attrs);
          expect(dx!.shape).toEqual(shape);
          const what = `${name} [${shape.join(', ')}] to [${size.join(', ')}] ${JSON.stringify(attrs)}`;
          const scale = Math.sqrt(dot(y!.values, y!.values) * dot(dy.values, dy.values));
          expect(Math.abs(dot(y!.values, dy.values) - dot(images.values, dx!.values)), what).toBeLessThan(1e-5 * scale);
        }
      }
      // The JavaScript op kernels turn height and width round, and do not end where there is one row
      const [batch, h, w] = shape;
      if (batch !== 1 || 'halfPixelCenters' in attrs || h === 1 || w === 1) continue;
      if (h === w) compare('ResizeBilinearGrad', { images, dy }, attrs, 1e-5);
      compare('ResizeNearestNeighborGrad', { images, dy }, attrs, 1e-6);
    }
  });
});

describe('depthwise convolution', () => {
  interface Case {
    shape: number[];
    filterShape: number[];
    attrs: { strides: number[]; dilations: number[]; pad: unknown; dimRoundingMode?: string };
  }
  const cases = function* (): Iterable<Case> {
    for (let i = 0; i < 200; i++) {
      const channels = pick([1, 2, 3, 4, 5, 7, 8, 12, 16, 19]);
      const dilated = random() < 0.3;
      yield {
        shape: [integer(1, 3), integer(5, 14), integer(5, 14), channels],
        filterShape: [integer(1, 4), pick([1, 2, 3, 3, 4, 5, 6]), channels, pick([1, 1, 2, 3])],
        attrs: {
          strides: dilated ? [1, 1] : [integer(1, 3), integer(1, 3)],
          dilations: dilated ? [integer(1, 2), integer(1, 2)] : [1, 1],
          pad: pick([
            'valid',
            'same',
            [
              [0, 0],
              [integer(0, 3), integer(0, 3)],
              [integer(0, 5), integer(0, 5)],
              [0, 0],
            ],
          ]),
          dimRoundingMode: pick(['floor', 'ceil']),
        },
      };
    }
    const attrs = { strides: [1, 1], dilations: [1, 1], pad: 'same' };
    yield { shape: [4, 32, 32, 16], filterShape: [3, 3, 16, 1], attrs };
    yield { shape: [4, 16, 16, 64], filterShape: [3, 3, 64, 1], attrs: { ...attrs, strides: [2, 2] } };
    yield { shape: [2, 16, 16, 32], filterShape: [5, 5, 32, 2], attrs };
  };
  /** None where the filter is larger than the image. */
  const outShapeOf = ({ shape, filterShape, attrs }: Case) => {
    const { outShape } = tf.backend_util.computeConv2DInfo(
      shape as [number, number, number, number],
      filterShape as [number, number, number, number],
      attrs.strides as [number, number],
      attrs.dilations as [number, number],
      attrs.pad as number,
      attrs.dimRoundingMode as 'floor',
      true,
    );
    return outShape.every((n) => n > 0) ? outShape : undefined;
  };

  it('filters each channel for itself', () => {
    for (const c of cases()) {
      const outShape = outShapeOf(c);
      if (!outShape) continue;
      const inputs = { x: operand(c.shape), filter: operand(c.filterShape) };
      compare('DepthwiseConv2dNative', inputs, c.attrs, 2e-6);
      const bias = operand([outShape[3]!]);
      const activation = pick(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu']);
      const alpha: Record<string, Operand> =
        activation === 'prelu' ? { preluActivationWeights: operand([outShape[3]!]) } : {};
      const attrs = { ...c.attrs, activation, leakyreluAlpha: 0.3 };
      compare('FusedDepthwiseConv2D', { ...inputs, bias, ...alpha }, attrs, 1e-5);
    }
  });
  it('has the gradients of this', () => {
    for (const c of cases()) {
      const outShape = outShapeOf(c);
      if (!outShape) continue;
      const [x, filter, dy] = [operand(c.shape), operand(c.filterShape), operand(outShape)];
      const attrs = { ...c.attrs, inputShape: c.shape, filterShape: c.filterShape };
      // The JavaScript op kernels of the gradients know nothing of dilation: a filter with zeros between its elements
      // is the same
      const [dh, dw] = c.attrs.dilations as [number, number];
      const [h, w, ...depth] = c.filterShape as [number, number, number, number];
      const d = sizeOf(depth);
      const wide: Operand = operand([(h - 1) * dh + 1, (w - 1) * dw + 1, ...depth], 'float32', () => 0);
      const place = (i: number) => {
        const [pixel, k] = [Math.floor(i / d), i % d];
        return (Math.floor(pixel / w) * dh * wide.shape[1]! + (pixel % w) * dw) * d + k;
      };
      filter.values.forEach((v, i) => (wide.values[place(i)] = v));
      const spread = { ...attrs, dilations: [1, 1], filterShape: wide.shape };
      const [dx] = stock('DepthwiseConv2dNativeBackpropInput', { dy, filter: wide }, spread);
      const [dwide] = stock('DepthwiseConv2dNativeBackpropFilter', { x, dy }, spread);
      const dfilter = {
        shape: c.filterShape,
        dtype: 'float32',
        values: filter.values.map((_, i) => dwide!.values[place(i)]!),
      };
      for (const backend of ours) {
        const [mine] = own(backend, 'DepthwiseConv2dNativeBackpropInput', { dy, filter }, attrs);
        expectClose(mine!, dx!, 1e-5, () => `dx ${JSON.stringify(c)}`);
        const [mineToo] = own(backend, 'DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs);
        expectClose(mineToo!, dfilter, 1e-5, () => `dw ${JSON.stringify(c)}`);
      }
    }
  });
});
