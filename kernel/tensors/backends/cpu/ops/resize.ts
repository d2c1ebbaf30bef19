// Resizing of images [batch, height, width, channels] and its gradients.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';

interface Convention {
  alignCorners?: boolean;
  halfPixelCenters?: boolean;
}

/** Writes a table, at `at` in words, of where each of `newN` places lies among `n`. */
type Table = (backend: CpuBackend, at: number, n: number, newN: number, convention: Convention) => void;

/** The width of a new place, in old ones. */
const ratio = (n: number, newN: number, { alignCorners }: Convention) =>
  alignCorners && newN > 1 ? (n - 1) / (newN - 1) : n / newN;

const nearest: Table = (backend, at, n, newN, convention) => {
  const { alignCorners, halfPixelCenters } = convention;
  const ints = backend.ints();
  const step = ratio(n, newN, convention);
  for (let i = 0; i < newN; i++) {
    const place = step * (halfPixelCenters ? i + 0.5 : i);
    ints[at + i] = Math.max(0, Math.min(n - 1, alignCorners ? Math.round(place) : Math.floor(place)));
  }
};

/** The place before, the place after, and the weight of the place after. */
const linear: Table = (backend, at, n, newN, convention) => {
  const ints = backend.ints();
  const floats = backend.floats();
  const step = ratio(n, newN, convention);
  for (let i = 0; i < newN; i++) {
    const place = convention.halfPixelCenters ? step * (i + 0.5) - 0.5 : step * i;
    const before = Math.max(0, Math.floor(place));
    ints[at + i] = before;
    ints[at + newN + i] = Math.min(n - 1, Math.ceil(place));
    floats[at + 2 * newN + i] = place - before;
  }
};

/** An op between images of two sizes: its function in the program, and the tables that it reads. */
interface Method {
  name: 'resizeNearest' | 'resizeNearestGrad' | 'resizeBilinear' | 'resizeBilinearGrad';
  table: Table;
  /** Per place in the tables. */
  words: number;
}
const methods = {
  nearest: { name: 'resizeNearest', table: nearest, words: 1 },
  nearestGrad: { name: 'resizeNearestGrad', table: nearest, words: 1 },
  bilinear: { name: 'resizeBilinear', table: linear, words: 3 },
  bilinearGrad: { name: 'resizeBilinearGrad', table: linear, words: 3 },
} as const satisfies Record<string, Method>;

/**
 * Runs an op between the original images x and the resized ones y, or their gradients.
 * @param result the one of the two that it writes
 */
function resize(
  backend: CpuBackend,
  { name, table, words }: Method,
  convention: Convention,
  x: tf.TensorInfo,
  y: tf.TensorInfo,
  result: tf.TensorInfo,
): tf.TensorInfo {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [, newHeight, newWidth] = y.shape as [number, number, number, number];
  const columnsAt = newHeight * words * 4;
  return backend.withMemory(columnsAt + newWidth * words * 4, [result], (rows) => {
    const columns = rows + columnsAt;
    table(backend, rows >>> 2, height, newHeight, convention);
    table(backend, columns >>> 2, width, newWidth, convention);
    backend.program.exports[name]({
      x: backend.address(x),
      y: backend.address(y),
      ...{ rows, columns, batch, height, width, channels, newHeight, newWidth },
    });
    return result;
  });
}

const empty = (shape: readonly number[]) => shape.length !== 4 || shape.some((n) => !(n > 0));

function forward({ inputs, attrs, backend }: OpCall, bilinear: boolean): tf.TensorInfo | undefined {
  const images = inputs['images']!;
  const { size } = attrs as unknown as tf.ResizeBilinearAttrs;
  const convention = attrs as Convention;
  // int32 stays int32 where elements are only copied
  if (images.dtype !== 'float32' && (bilinear || images.dtype !== 'int32')) return undefined;
  const shape = [images.shape[0]!, ...size, images.shape[3]!];
  if (empty(images.shape) || empty(shape)) return undefined;
  const y = backend.output(shape, images.dtype);
  return resize(backend, bilinear ? methods.bilinear : methods.nearest, convention, images, y, y);
}

/**
 * dL/dx from dL/dy; it follows the convention of the forward pass; the JavaScript op kernels do so for `alignCorners`
 * only.
 */
function gradient({ inputs, attrs, backend }: OpCall, bilinear: boolean): tf.TensorInfo | undefined {
  const images = inputs['images']!;
  const dy = inputs['dy']!;
  const convention = attrs as Convention;
  if (images.dtype !== 'float32' || dy.dtype !== 'float32' || empty(images.shape) || empty(dy.shape)) return undefined;
  const dx = backend.output(images.shape, 'float32');
  return resize(backend, bilinear ? methods.bilinearGrad : methods.nearestGrad, convention, dx, dy, dx);
}

export const resizing: Record<string, OpKernel> = {
  ResizeNearestNeighbor: (call) => forward(call, false),
  ResizeNearestNeighborGrad: (call) => gradient(call, false),
  ResizeBilinear: (call) => forward(call, true),
  ResizeBilinearGrad: (call) => gradient(call, true),
};
