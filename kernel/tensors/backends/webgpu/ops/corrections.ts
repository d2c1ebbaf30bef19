// Op kernels of tfjs-backend-webgpu 4.22 that are wrong, put right: here what is around the program is at fault, not what it computes.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import { sizeOf, type Shader } from '../shader.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';

type Stock = (call: OpCall) => tf.TensorInfo | tf.TensorInfo[];

/** Has TensorFlow.js's op kernel run with other inputs. */
export type Correction = (call: OpCall, stock: Stock) => tf.TensorInfo | tf.TensorInfo[];

const flat = (t: tf.TensorInfo): tf.TensorInfo => ({ ...t, shape: [sizeOf(t)] });
const withShape = ({ dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo => ({ dataId, dtype, shape });

/** It has the shape without the reduced axes also where they are to be kept. */
const prod: Correction = (call, stock) => {
  const { x } = call.inputs as { x: tf.TensorInfo };
  const axes = tf.util.parseAxisParam(call.attrs['axis'] as number[], x.shape);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const y = stock({ ...call, attrs: { ...call.attrs, keepDims: false } }) as tf.TensorInfo;
  return call.attrs['keepDims'] ? withShape(y, kept) : y;
};

/** Its program takes a list; numbers in a tensor of several axes make another, which is not valid. */
const bincount: Correction = ({ inputs, ...call }, stock) => {
  const { x, weights } = inputs as { x: tf.TensorInfo; weights: tf.TensorInfo };
  return stock({ ...call, inputs: { x: flat(x), weights: flat(weights) } });
};

/** A canvas says what is in it when asked. */
const fromPixels: Correction = ({ inputs, ...call }, stock) => {
  const { pixels } = inputs as unknown as { pixels: Canvas & { data?: unknown } };
  const given =
    pixels && !pixels.data && typeof pixels.getContext === 'function'
      ? {
          width: pixels.width,
          height: pixels.height,
          data: pixels.getContext('2d').getImageData(0, 0, pixels.width, pixels.height).data,
        }
      : pixels;
  return stock({ ...call, inputs: { pixels: given } as never });
};
interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: unknown } };
}

/** Of a list it makes a list of one. */
const argument: Correction = (call, stock) => {
  const { x } = call.inputs as { x: tf.TensorInfo };
  const [axis] = tf.util.parseAxisParam(call.attrs['axis'] as number[], x.shape);
  return withShape(
    stock(call) as tf.TensorInfo,
    x.shape.filter((_, d) => d !== axis),
  );
};

/** A program binds all tensors at once, and there may be more than it can. */
const addN: Correction = (call, stock) => {
  const { backend } = call;
  const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
  let rest = Object.values(call.inputs);
  let sum: tf.TensorInfo | undefined;
  while (rest.length > 0) {
    const part = sum ? [sum, ...rest.slice(0, most - 1)] : rest.slice(0, most);
    rest = rest.slice(sum ? most - 1 : most);
    const next = stock({ ...call, inputs: part as unknown as tf.NamedTensorInfoMap }) as tf.TensorInfo;
    if (sum) backend.disposeData(sum.dataId);
    sum = next;
  }
  return sum!;
};

export const corrections: Record<string, Correction> = {
  AddN: addN,
  ArgMax: argument,
  ArgMin: argument,
  Prod: prod,
  Bincount: bincount,
  FromPixels: fromPixels,
};

/**
 * Op kernels that the processor runs instead wherever the values are known to the host: a program cannot say that an index is wrong, and that of
 * GatherNd leaves tensors behind there.
 */
export const preferHost = new Set(['SparseSegmentMean', 'SparseSegmentSum', 'GatherNd']);

/**
 * Sums or products up to each element along an axis. The stock one finds its program by a key without the length of the axis, which is in
 * its code, and computes with that of another tensor. Here a workgroup goes along a row block by block.
 */
function cumulative(name: 'sum' | 'product'): OpKernel {
  const [operator, neutral] = name === 'sum' ? ['+', '0'] : ['*', '1'];
  const shader = (type: 'f32' | 'i32'): Shader => ({
    name: `cumulative ${name} ${type}`,
    outputs: { y: type },
    inputs: { x: type },
    uniforms: { length: 'u32', inner: 'u32', rows: 'u32', exclusive: 'u32', reverse: 'u32' },
    workgroup: [BLOCK],
    declarations: `
var<workgroup> part: array<${type}, ${BLOCK}>;
fn place(row: u32, i: u32) -> u32 {
  let j = select(i, u.length - 1u - i, u.reverse == 1u);
  return (row / u.inner) * u.length * u.inner + j * u.inner + row % u.inner;
}`,
    main: `
  let row = group.x + groups.x * group.y;
  let isRow = row < u.rows;
  var before = ${type}(${neutral});
  for (var first = 0u; first < u.length; first += ${BLOCK}u) {
    let i = first + at;
    var value = ${type}(${neutral});
    if (isRow && i < u.length) { value = x[place(row, i)]; }
    part[at] = value;
    workgroupBarrier();
    for (var step = 1u; step < ${BLOCK}u; step *= 2u) {
      var left = ${type}(${neutral});
      if (at >= step) { left = part[at - step]; }
      workgroupBarrier();
      part[at] = part[at] ${operator} left;
      workgroupBarrier();
    }
    if (isRow && i < u.length) {
      var result = before ${operator} part[at];
      if (u.exclusive == 1u) {
        result = before;
        if (at > 0u) { result = before ${operator} part[at - 1u]; }
      }
      y[place(row, i)] = result;
    }
    before = before ${operator} part[${BLOCK - 1}];
    workgroupBarrier();
  }`,
  });
  const shaders = { float32: shader('f32'), int32: shader('i32'), bool: shader('i32') };
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    if (!(x.dtype in shaders)) return undefined;
    const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
    const [at] = tf.util.parseAxisParam(axis, x.shape) as [number];
    const length = x.shape[at] ?? 1;
    const size = sizeOf(x);
    const y = backend.makeTensorInfo(x.shape, x.dtype);
    const inner = tf.util.sizeFromShape(x.shape.slice(at + 1));
    const rows = size / length;
    const values = { length, inner, rows, exclusive: Number(exclusive), reverse: Number(reverse) };
    if (size > 0) backend.runShader(shaders[x.dtype as 'float32'], [y], [x], values, rows);
    else empty(backend, y);
    return y;
  };
}
const BLOCK = 64;

const empty = (backend: WebGpuBackend, t: tf.TensorInfo) =>
  (backend.dataOf(t.dataId).values = tf.util.getTypedArrayFromDType(t.dtype as 'float32', 0));

export const scans: Record<string, OpKernel> = { Cumsum: cumulative('sum'), Cumprod: cumulative('product') };
