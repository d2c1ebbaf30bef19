// The op kernels of linear algebra and of sorting in JavaScript, for any device whose values the host can read: matrix
// by matrix, in double precision. A matrix with a number that is not finite gives NaN.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrs, LinearSolveAttrs, SortAttrs } from './attrs.ts';
import { qrFactors, singularValues, symmetricEigen, transposed } from './orthogonal.ts';
import { sortRow } from './sort.ts';
import {
  choleskyFactor,
  luDeterminant,
  luFactors,
  luSolve,
  solveLower,
  solveUpper,
  type Numbers,
} from './triangular.ts';

/** The ops of this folder. */
export type LinalgOp =
  'LinearSolve' | 'Determinant' | 'LogDeterminant' | 'Cofactor' | 'Cholesky' | 'QR' | 'SymmetricEigen' | 'SVD' | 'Sort';

/** A matrix of a batch, or a vector of one row. */
interface Input {
  values: Numbers;
  rows: number;
  columns: number;
}
type Output = ArrayLike<number>;
/** Computes one matrix of the batch: the values of each output. */
type OfOne = (inputs: Input[], attrs: Record<string, unknown>, text: string) => Output[];

interface HostOp {
  /** The shapes of the outputs, without the batch. */
  shapes: (inputs: readonly number[][]) => number[][];
  compute: OfOne;
}

const last2 = (shape: readonly number[]) => shape.slice(-2) as [number, number];

/** @throws Error that says what to do where there is no inverse */
function refuseSingular(where: string, dependent: number, n: number, text: string): void {
  if (dependent < 0) return;
  throw new Error(
    `${where}: ${text} [${n}, ${n}] is singular: column ${dependent} is a combination of the columns before it. ` +
      'Remove what is redundant, add a small multiple of the identity, or use linalg.pinv, which takes any matrix.',
  );
}

function solve([a, b]: Input[], attrs: Record<string, unknown>, text: string): Output[] {
  const { form, adjoint, where } = attrs as unknown as LinearSolveAttrs;
  const n = a!.rows;
  const x = b!.values;
  if (form === 'full') {
    const lu = luFactors(adjoint ? transposed(a!.values, n, n) : a!.values, n);
    refuseSingular(where, lu.dependent, n, text);
    return [luSolve(lu, x, n)];
  }
  for (let i = 0; i < n; i++) if (a!.values[i * n + i] === 0) refuseSingular(where, i, n, text);
  const triangle = adjoint ? transposed(a!.values, n, n) : a!.values;
  if ((form === 'lower') === adjoint) solveUpper(triangle, x, n);
  else solveLower(triangle, x, n, false);
  return [x];
}

/** The derivative of the determinant: det · A⁻ᵀ, and its limit for a singular matrix, by the singular values. */
function cofactor({ values, rows: n }: Input): Output {
  const lu = luFactors(values.slice(), n);
  if (lu.dependent < 0) {
    const { sign, log } = luDeterminant(lu, n);
    const identity = new Float64Array(n * n);
    for (let i = 0; i < n; i++) identity[i * n + i] = 1;
    const det = sign * Math.exp(log);
    return transposed(luSolve(lu, identity, n), n, n).map((v) => det * v);
  }
  const { u, s, v } = singularValues(values, n, n);
  const signOf = (q: Numbers) => luDeterminant(luFactors(q.slice(), n), n).sign;
  const sign = signOf(u) * signOf(v);
  const y = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    let others = sign;
    for (let j = 0; j < n; j++) if (j !== k) others *= s[j]!;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) y[i * n + j]! += others * u[i * n + k]! * v[j * n + k]!;
  }
  return y;
}

/** The largest difference of mirrored elements that rounding may make, of the largest element. */
const SYMMETRIC = 1e-3;

/** The mean of a matrix and its transpose. @throws Error where they differ by more than rounding */
function symmetric({ values, rows: n }: Input, where: string, text: string): Numbers {
  const size = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [low, high] = [values[i * n + j]!, values[j * n + i]!];
      if (Math.abs(low - high) > SYMMETRIC * size)
        throw new Error(
          `${where}: ${text} [${n}, ${n}] is not symmetric: element [${i}, ${j}] is ${low}, and [${j}, ${i}] is ${high}. ` +
            'Give a symmetric matrix, such as tf.matMul(x, x, true).',
        );
      values[i * n + j] = values[j * n + i] = (low + high) / 2;
    }
  }
  return values;
}

const squares = (shape: readonly number[]) => [shape.slice(-2)];

const hostOps: Record<Exclude<LinalgOp, 'Sort'>, HostOp> = {
  LinearSolve: { shapes: ([, b]) => [last2(b!)], compute: solve },
  Determinant: {
    shapes: () => [[]],
    compute: ([a]) => {
      const { sign, log } = luDeterminant(luFactors(a!.values, a!.rows), a!.rows);
      return [[sign * Math.exp(log)]];
    },
  },
  LogDeterminant: {
    shapes: () => [[], []],
    compute: ([a]) => {
      const { sign, log } = luDeterminant(luFactors(a!.values, a!.rows), a!.rows);
      return [[sign], [log]];
    },
  },
  Cofactor: { shapes: ([a]) => squares(a!), compute: ([a]) => [cofactor(a!)] },
  Cholesky: {
    shapes: ([a]) => squares(a!),
    compute: ([a], attrs, text) => {
      const { where } = attrs as unknown as NamedAttrs;
      const l = choleskyFactor(symmetric(a!, where, text), a!.rows);
      if (typeof l !== 'number') return [l];
      throw new Error(
        `${where}: ${text} [${a!.rows}, ${a!.rows}] is not positive definite: its first ${l + 1} rows and columns are not. ` +
          'A covariance of fewer examples than features is so; add a small multiple of the identity.',
      );
    },
  },
  QR: {
    shapes: ([a]) => {
      const [m, n] = last2(a!);
      const k = Math.min(m, n);
      return [
        [m, k],
        [k, n],
      ];
    },
    compute: ([a]) => {
      const { q, r } = qrFactors(a!.values, a!.rows, a!.columns);
      return [q, r];
    },
  },
  SymmetricEigen: {
    shapes: ([a]) => [[last2(a!)[0]], last2(a!)],
    compute: ([a], attrs, text) => {
      const { where } = attrs as unknown as NamedAttrs;
      const { values, vectors } = symmetricEigen(symmetric(a!, where, text), a!.rows);
      return [values, vectors];
    },
  },
  SVD: {
    shapes: ([a]) => {
      const [m, n] = last2(a!);
      const k = Math.min(m, n);
      return [[m, k], [k], [n, k]];
    },
    compute: ([a]) => {
      const { u, s, v } = singularValues(a!.values, a!.rows, a!.columns);
      return [u, s, v];
    },
  },
};

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);

/** Anything that holds values which the host can read and write. */
interface Readable {
  readSync(dataId: object): ArrayLike<number>;
  write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object;
}
interface Call {
  inputs: tf.NamedTensorInfoMap;
  attrs?: object | undefined;
  backend: unknown;
}

function computeMatrices(name: Exclude<LinalgOp, 'Sort'>, { inputs, attrs, backend }: Call): tf.TensorInfo[] {
  const { shapes, compute } = hostOps[name];
  const host = backend as Readable;
  const infos = Object.values(inputs as Record<string, tf.TensorInfo>);
  const batch = infos[0]!.shape.slice(0, -2);
  const count = sizeOf(batch);
  const outShapes = shapes(infos.map(({ shape }) => shape));
  // In tests of double precision, Float32Array is another type
  const outputs = outShapes.map((shape) => new Float32Array(count * sizeOf(shape)));
  const values = infos.map(({ dataId }) => host.readSync(dataId));
  for (let i = 0; i < count; i++) {
    const parts = infos.map(({ shape }, k): Input => {
      const [rows, columns] = last2(shape);
      const size = rows * columns;
      const part = Array.prototype.slice.call(values[k], i * size, (i + 1) * size) as number[];
      return { values: Float64Array.from(part), rows, columns };
    });
    const text = count > 1 ? `matrix ${i} of the batch` : 'the matrix';
    const isFinite = parts.every((part) => part.values.every(Number.isFinite));
    const made = isFinite ? compute(parts, (attrs ?? {}) as Record<string, unknown>, text) : undefined;
    outputs.forEach((output, k) => {
      const size = sizeOf(outShapes[k]!);
      if (made) output.set(made[k]!, i * size);
      else output.fill(NaN, i * size, (i + 1) * size);
    });
  }
  return outputs.map((output, k) => {
    const shape = [...batch, ...outShapes[k]!];
    return { dataId: host.write(output, shape, 'float32'), shape, dtype: 'float32' };
  });
}

function computeSort({ inputs, attrs, backend }: Call): tf.TensorInfo[] {
  const { descending } = attrs as unknown as SortAttrs;
  const { dataId, shape, dtype } = inputs['x']!;
  const host = backend as Readable;
  const x = host.readSync(dataId) as Float32Array | Int32Array;
  const n = shape.at(-1)!;
  const values = x.slice();
  const places = new Int32Array(x.length);
  for (let from = 0; from < x.length; from += n) {
    const row = x.subarray(from, from + n);
    const order = sortRow(row, descending, dtype !== 'float32');
    for (let i = 0; i < n; i++) {
      places[from + i] = order[i]!;
      values[from + i] = row[order[i]!]!;
    }
  }
  return [
    { dataId: host.write(values, shape, dtype), shape, dtype },
    { dataId: host.write(places, shape, 'int32'), shape, dtype: 'int32' },
  ];
}

/** The op kernel of an op of this folder, on the host. */
export function hostKernel(name: LinalgOp): (call: Call) => tf.TensorInfo[] | tf.TensorInfo {
  return (call) => {
    const made = name === 'Sort' ? computeSort(call) : computeMatrices(name, call);
    return made.length === 1 ? made[0]! : made;
  };
}

/** The names of the ops of this folder. */
export const LINALG_OPS = [...Object.keys(hostOps), 'Sort'] as LinalgOp[];

/** All op kernels of this folder, by name. */
export const hostKernels = Object.fromEntries(LINALG_OPS.map((name) => [name, hostKernel(name)]));
