// Fourier transforms of complex tensors along their last axis.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

/** Larger prime factors are left to Bluestein's algorithm: a stage costs as many products a number as its factor is. */
const LARGEST_FACTOR = 61;
/** Bytes of roots of unity that are kept for the next transform. */
const KEPT_BYTES = 2 ** 25;

/** Roots of unity by their order, the last used one last. */
const kept = new Map<number, Float64Array>();
let keptBytes = 0;

function largestFactor(n: number): number {
  let largest = 1;
  for (let r = 2; r * r <= n; r++) {
    while (n % r === 0) {
      largest = r;
      n /= r;
    }
  }
  return Math.max(largest, n);
}

/** The smallest number from n on without a factor above 5: products of these sizes are the fastest. */
function smooth(n: number): number {
  let best = Infinity;
  for (let fives = 1; fives < best; fives *= 5)
    for (let threes = fives; threes < best; threes *= 3) {
      let size = threes;
      while (size < n) size *= 2;
      if (size < best) best = size;
    }
  return best;
}

/** e^(−2πi·k / n), k = 0 … count − 1, as pairs; `power` maps k to the exponent. */
function unitRoots(n: number, count: number, power: (k: number) => number): Float64Array {
  const roots = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) {
    const angle = (-2 * Math.PI * power(k)) / n;
    roots[2 * k] = Math.cos(angle);
    roots[2 * k + 1] = Math.sin(angle);
  }
  return roots;
}

/** The roots of order n; negative for the chirp of n: e^(−πi·k² / n). */
function rootsOf(n: number): Float64Array {
  let roots = kept.get(n);
  if (roots) kept.delete(n);
  else {
    // k² is reduced before it is an angle; it is exact below 2²⁶, and one more step keeps it so above
    roots =
      n > 0
        ? unitRoots(n, n, (k) => k)
        : unitRoots(-2 * n, -n, (k) => Number((BigInt(k) * BigInt(k)) % BigInt(-2 * n)));
    keptBytes += roots.byteLength;
  }
  kept.set(n, roots);
  for (const [first, { byteLength }] of kept) {
    if (keptBytes <= KEPT_BYTES || first === n) break;
    kept.delete(first);
    keptBytes -= byteLength;
  }
  return roots;
}

/** The parts of a complex tensor. */
export function partsOf(backend: CpuBackend, x: tf.TensorInfo): { real: tf.TensorInfo; imag: tf.TensorInfo } {
  return backend.data.get(x.dataId).complexTensorInfos!;
}

/** A complex tensor that owns its parts. */
export function complexOf(backend: CpuBackend, real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
  const info = backend.makeTensorInfo(real.shape, 'complex64');
  backend.data.get(info.dataId).complexTensorInfos = { real, imag };
  return info;
}

function transform(inverse: boolean): OpKernel {
  return ({ inputs, backend }) => {
    const x = inputs['input']!;
    if (x.shape.length === 0)
      throw new Error(`${inverse ? 'ifft' : 'fft'}: the input must have rank 1 or more, and is a single number`);
    const total = sizeOf(x.shape);
    if (x.dtype !== 'complex64' || total === 0) return undefined;
    const { exports } = backend.program;
    const n = x.shape.at(-1)!;
    const direct = largestFactor(n) <= LARGEST_FACTOR;
    const size = direct ? n : smooth(2 * n - 1);
    const { real, imag } = partsOf(backend, x);
    const outReal = backend.output(x.shape, 'float32');
    const outImag = backend.output(x.shape, 'float32');
    const results = [outReal, outImag];
    const [roots, chirp] = [rootsOf(size), direct ? undefined : rootsOf(-n)];
    const tableBytes = roots.byteLength + (chirp?.byteLength ?? 0);
    const [from, to] = [[real, imag].map((t) => backend.address(t)), results.map((t) => backend.address(t))];
    if (inverse) {
      from.reverse();
      to.reverse();
    }
    const args = {
      ...{ real: from[0]!, imag: from[1]!, outReal: to[0]!, outImag: to[1]! },
      ...{ roots: 0, chirp: chirp ? 1 : 0, work: 0 },
      ...{ rows: total / n, n, size, scale: inverse ? 1 / n : 1 },
    };
    return backend.withMemory(tableBytes + exports.fftWorkBytes(args), results, (at) => {
      const numbers = new Float64Array(backend.program.memory.buffer, at, tableBytes >>> 3);
      numbers.set(roots);
      args.roots = at;
      if (chirp) {
        numbers.set(chirp, roots.length);
        args.chirp = at + roots.byteLength;
      }
      args.work = at + tableBytes;
      exports.fft(args);
      return complexOf(backend, outReal, outImag);
    });
  };
}

export const fourier: Record<string, OpKernel> = {
  FFT: transform(false),
  IFFT: transform(true),
  Complex: ({ inputs, backend }) => {
    const { real, imag } = inputs as { real: tf.TensorInfo; imag: tf.TensorInfo };
    if (real.dtype !== 'float32' || imag.dtype !== 'float32') return undefined;
    return complexOf(backend, backend.share(real), backend.share(imag));
  },
  Real: ({ inputs, backend }) => {
    const x = inputs['input']!;
    return x.dtype === 'complex64' ? backend.share(partsOf(backend, x).real, x.shape) : undefined;
  },
  Imag: ({ inputs, backend }) => {
    const x = inputs['input']!;
    return x.dtype === 'complex64' ? backend.share(partsOf(backend, x).imag, x.shape) : undefined;
  },
};
