// Corrections of op kernels of tfjs-backend-webgpu 4.22 that have no op kernel of ours beside them: their programs are
// right, but not what is around them. Other corrections are in the files of their ops.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import type { Correction } from '../op-kernel.ts';
import { sizeOf } from '../shader.ts';

const flat = (t: tf.TensorInfo): tf.TensorInfo => ({ ...t, shape: [sizeOf(t)] });

/** The stock op kernel makes an invalid program for numbers in more than one axis. */
const bincount: Correction = ({ inputs, ...call }, stock) => {
  const { x, weights } = inputs as { x: tf.TensorInfo; weights: tf.TensorInfo };
  return stock({ ...call, inputs: { x: flat(x), weights: flat(weights) } });
};

/** The stock op kernel takes data only; a canvas is asked for its data. */
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

/**
 * The stock op kernels share the complex numbers, whose parts keep the old shape. Here the result has parts of its own,
 * which share the numbers.
 */
function complexInShape(x: tf.TensorInfo, shape: number[], backend: WebGpuBackend): tf.TensorInfo {
  const { real, imag } = backend.dataOf(x.dataId).complexTensorInfos!;
  const y = backend.makeTensorInfo(shape, 'complex64');
  for (const part of [real, imag]) backend.incRef(part.dataId);
  backend.dataOf(y.dataId).complexTensorInfos = { real: { ...real, shape }, imag: { ...imag, shape } };
  return y;
}

/** `shape` is what the stock op kernel makes of the shape, with its checks. */
const reshaped =
  (input: string): Correction =>
  (call, stock) => {
    const made = stock(call) as tf.TensorInfo;
    if (made.dtype !== 'complex64') return made;
    const { backend } = call;
    const y = complexInShape(call.inputs[input] as tf.TensorInfo, made.shape, backend);
    backend.disposeData(made.dataId);
    return y;
  };
/** The stock program of a tensor and a row of numbers cannot index five axes or more: the row is given all axes. */
const rowOfManyAxes: Correction = ({ inputs, ...call }, stock) => {
  const tensors = Object.entries(inputs as Record<string, tf.TensorInfo>);
  const rank = Math.max(...tensors.map(([, { shape }]) => shape.length));
  if (rank < 5) return stock({ ...call, inputs });
  const wide = (t: tf.TensorInfo) =>
    t.shape.length === 1 ? { ...t, shape: [...Array<number>(rank - 1).fill(1), t.shape[0]!] } : t;
  return stock({ ...call, inputs: Object.fromEntries(tensors.map(([name, t]) => [name, wide(t)])) });
};

/** The stock program reads a transform for each image: one for all is repeated. */
const transform: Correction = ({ inputs, ...call }, stock) => {
  const { image, transforms } = inputs as { image: tf.TensorInfo; transforms: tf.TensorInfo };
  if (transforms.shape[0] === image.shape[0]) return stock({ ...call, inputs });
  const { backend } = call;
  const { kernelFunc: tile } = tf.getKernel('Tile', 'webgpu');
  const all = tile({ inputs: { x: transforms }, attrs: { reps: [image.shape[0]!, 1] }, backend }) as tf.TensorInfo;
  const y = stock({ ...call, inputs: { image, transforms: all } });
  backend.disposeData(all.dataId);
  return y;
};

const ofTwo = [
  ...['Add', 'Atan2', 'Equal', 'FloorDiv', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'],
  ...['Maximum', 'Minimum', 'Mod', 'Multiply', 'NotEqual', 'Pow', 'Prelu', 'RealDiv', 'SquaredDifference', 'Sub'],
];

export const otherCorrections: Record<string, Correction> = {
  ...Object.fromEntries(ofTwo.map((name) => [name, rowOfManyAxes])),
  Bincount: bincount,
  FromPixels: fromPixels,
  Transform: transform,
  Reshape: reshaped('x'),
  ExpandDims: reshaped('input'),
};

/**
 * Op kernels that the processor runs instead if the host knows all values: a program on the graphics card cannot report
 * a wrong index, and the stock one of GatherNd leaks tensors in this case.
 */
export const preferHost = new Set(['SparseSegmentMean', 'SparseSegmentSum', 'GatherNd']);
