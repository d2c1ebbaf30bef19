// Resizing of images [batch, height, width, channels] and its gradients.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';

declare module '../program.ts' {
  interface Exports {
    resizeShape(
      batch: number,
      height: number,
      width: number,
      channels: number,
      newHeight: number,
      newWidth: number,
      rows: number,
      columns: number,
    ): void;
    resizeNearest(x: number, y: number): void;
    resizeNearestGrad(dy: number, dx: number): void;
    resizeBilinear(x: number, y: number): void;
    resizeBilinearGrad(dy: number, dx: number): void;
  }
}

interface Convention {
  alignCorners?: boolean;
  halfPixelCenters?: boolean;
}

/** Writes a table, at `at` in words, of where each of `newN` places lies among `n`. */
type Table = (backend: CpuBackend, at: number, n: number, newN: number, convention: Convention) => void;

/** How many old places a new one is wide. */
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

/**
 * Runs an op between images of two sizes.
 * @param small the shape of the original, `large` that of the resized images
 * @param words per place in the tables
 */
function resize(
  backend: CpuBackend,
  name: 'resizeNearest' | 'resizeNearestGrad' | 'resizeBilinear' | 'resizeBilinearGrad',
  table: Table,
  words: number,
  small: number[],
  large: number[],
  convention: Convention,
  from: tf.TensorInfo,
  to: tf.TensorInfo,
): tf.TensorInfo {
  const [batch, height, width, channels] = small as [number, number, number, number];
  const [, newHeight, newWidth] = large as [number, number, number];
  const columnsAt = newHeight * words * 4;
  backend.withMemory(columnsAt + newWidth * words * 4, [to], (rows) => {
    const columns = rows + columnsAt;
    table(backend, rows >>> 2, height, newHeight, convention);
    table(backend, columns >>> 2, width, newWidth, convention);
    const { exports } = backend.program;
    exports.resizeShape(batch, height, width, channels, newHeight, newWidth, rows, columns);
    exports[name](backend.address(from), backend.address(to));
  });
  return to;
}

const empty = (shape: readonly number[]) => shape.length !== 4 || shape.some((n) => !(n > 0));

function forward({ inputs, attrs, backend }: OpCall, bilinear: boolean): tf.TensorInfo | undefined {
  const images = inputs['images']!;
  const { size } = attrs as unknown as tf.ResizeBilinearAttrs;
  const convention = attrs as Convention;
  // int32 stays what it is where elements are only copied
  if (images.dtype !== 'float32' && (bilinear || images.dtype !== 'int32')) return undefined;
  const shape = [images.shape[0]!, ...size, images.shape[3]!];
  if (empty(images.shape) || empty(shape)) return undefined;
  const y = backend.output(shape, images.dtype);
  const [name, table, words] = bilinear
    ? (['resizeBilinear', linear, 3] as const)
    : (['resizeNearest', nearest, 1] as const);
  return resize(backend, name, table, words, images.shape, shape, convention, images, y);
}

/** dL/dx from dL/dy; it takes the same convention as the forward pass, which the JavaScript op kernels do for `alignCorners` only. */
function gradient({ inputs, attrs, backend }: OpCall, bilinear: boolean): tf.TensorInfo | undefined {
  const images = inputs['images']!;
  const dy = inputs['dy']!;
  const convention = attrs as Convention;
  if (images.dtype !== 'float32' || dy.dtype !== 'float32' || empty(images.shape) || empty(dy.shape)) return undefined;
  const dx = backend.output(images.shape, 'float32');
  const [name, table, words] = bilinear
    ? (['resizeBilinearGrad', linear, 3] as const)
    : (['resizeNearestGrad', nearest, 1] as const);
  return resize(backend, name, table, words, images.shape, dy.shape, convention, dy, dx);
}

export const resizing: Record<string, OpKernel> = {
  ResizeNearestNeighbor: (call) => forward(call, false),
  ResizeNearestNeighborGrad: (call) => gradient(call, false),
  ResizeBilinear: (call) => forward(call, true),
  ResizeBilinearGrad: (call) => gradient(call, true),
};
