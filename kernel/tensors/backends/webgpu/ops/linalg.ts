// Linear algebra and sorting on the graphics card. Where the host knows the values, it computes them in double
// precision. A matrix that cannot be solved or factored gives NaN, and an error where values are awaited next: whether
// it can is known only on the card.
import type * as tf from '@tensorflow/tfjs-core';
import type { LinearSolveAttrs, NamedAttrs, SortAttrs } from '../../../linalg/attrs.ts';
import { hostKernels, LINALG_OPS, type LinalgOp } from '../../../linalg/host.ts';
import { isOnHost } from '../host.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { NAN_BITS, sizeOf, typeOf } from '../shader.ts';
import {
  choleskyShader,
  determinantShader,
  eigenShader,
  qrShader,
  solveShader,
  sortShader,
  svdShader,
} from '../shaders/factors.ts';

const INFINITY_BITS = 0x7f800000;

/** Sizes of a batch of matrices, and functions that make tensors for it. */
function batchOf({ inputs, backend }: OpCall, name = 'a') {
  const { shape } = inputs[name]!;
  const batch = shape.slice(0, -2);
  const [m, n] = shape.slice(-2) as [number, number];
  const count = sizeOf({ shape: batch });
  const make = (...more: number[]) => backend.makeTensorInfo([...batch, ...more], 'float32');
  const free = (...scratch: tf.TensorInfo[]) => scratch.forEach(({ dataId }) => backend.disposeData(dataId));
  return { count, m, n, make, free };
}

/** Makes an error of what the program says about each matrix. */
const report = ({ backend }: OpCall, info: tf.TensorInfo, message: (place: string) => string): void =>
  backend.verify(info, (i) => new Error(message(sizeOf(info) > 1 ? `matrix ${i} of the batch` : 'the matrix')));

const solve: OpKernel = (call) => {
  const { inputs, attrs, backend } = call;
  const { form, adjoint, where } = attrs as unknown as LinearSolveAttrs;
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { count, n, make, free } = batchOf(call);
  const x = backend.makeTensorInfo(b.shape, 'float32');
  const [lu, info] = [make(n, n), make()];
  const lower = (form === 'lower') !== adjoint;
  const values = { count, n, k: b.shape.at(-1)!, form: form === 'full' ? 0 : lower ? 1 : 2, adjoint: Number(adjoint) };
  backend.runShader(solveShader, [x, lu, info], [a, b], { ...values, nan: NAN_BITS }, count);
  free(lu);
  report(
    call,
    info,
    (place) =>
      `${where}: ${place} [${n}, ${n}] is singular. Remove what is redundant, add a small multiple of the identity, or use linalg.pinv.`,
  );
  return x;
};

function determinant(call: OpCall) {
  const { count, n, make, free } = batchOf(call);
  const [det, sign, log, lu] = [make(), make(), make(), make(n, n)];
  const values = { count, n, infinity: INFINITY_BITS };
  call.backend.runShader(determinantShader, [det, sign, log, lu], [call.inputs['a']!], values, count);
  free(lu);
  return { det, sign, log, free };
}

const cholesky: OpKernel = (call) => {
  const { where } = call.attrs as unknown as NamedAttrs;
  const { count, n, make } = batchOf(call);
  const [l, info] = [make(n, n), make()];
  call.backend.runShader(choleskyShader, [l, info], [call.inputs['a']!], { count, n, nan: NAN_BITS }, count);
  report(
    call,
    info,
    (place) =>
      `${where}: ${place} [${n}, ${n}] is not positive definite. Add a small multiple of the identity, if it is a covariance.`,
  );
  return l;
};

const qr: OpKernel = (call) => {
  const { count, m, n, make, free } = batchOf(call);
  const k = Math.min(m, n);
  const [q, r, work, betas] = [make(m, k), make(k, n), make(m, n), make(k)];
  call.backend.runShader(qrShader, [q, r, work, betas], [call.inputs['a']!], { count, n, m }, count);
  free(work, betas);
  return [q, r];
};

const eigen: OpKernel = (call) => {
  const { count, n, make, free } = batchOf(call);
  const [w, v, work, turned, angles] = [make(n), make(n, n), make(n, n), make(n, n), make(n + 1, 2)];
  call.backend.runShader(eigenShader, [w, v, work, turned, angles], [call.inputs['a']!], { count, n }, count);
  free(work, turned, angles);
  return [w, v];
};

const svd: OpKernel = (call) => {
  const { count, m, n, make, free } = batchOf(call);
  const [high, low] = [Math.max(m, n), Math.min(m, n)];
  const [left, s, right] = [make(high, low), make(low), make(low, low)];
  const [work, turned] = [make(high, low), make(low, low)];
  const values = { count, n: low, m: high, adjoint: Number(m < n) };
  call.backend.runShader(svdShader, [left, s, right, work, turned], [call.inputs['a']!], values, count);
  free(work, turned);
  return m < n ? [right, s, left] : [left, s, right];
};

const shaders = { f32: sortShader('f32'), i32: sortShader('i32') };

const sort: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { descending } = attrs as unknown as SortAttrs;
  const n = x.shape.at(-1)!;
  const rows = sizeOf(x) / n;
  const size = 2 ** Math.ceil(Math.log2(n));
  const values = backend.makeTensorInfo(x.shape, x.dtype);
  const places = backend.makeTensorInfo(x.shape, 'int32');
  const work = backend.makeTensorInfo([rows, size, 2], 'int32');
  const uniforms = { count: rows, n, size, descending: Number(descending) };
  backend.runShader(shaders[typeOf(x.dtype)!], [values, places, work], [x], uniforms, rows);
  backend.disposeData(work.dataId);
  return [values, places];
};

const onCard: Record<Exclude<LinalgOp, 'Cofactor'>, OpKernel> = {
  LinearSolve: solve,
  Determinant: (call) => {
    const { det, sign, log, free } = determinant(call);
    free(sign, log);
    return det;
  },
  LogDeterminant: (call) => {
    const { det, sign, log, free } = determinant(call);
    free(det);
    return [sign, log];
  },
  Cholesky: cholesky,
  QR: qr,
  SymmetricEigen: eigen,
  SVD: svd,
  Sort: sort,
};

/** Writes tensors as the host's op kernels do. */
const hostOf = (backend: OpCall['backend']) => ({
  readSync: (dataId: object) => backend.readSync(dataId),
  write: (values: tf.BackendValues, shape: number[], dtype: tf.DataType) =>
    backend.makeTensorInfo(shape, dtype, values as never).dataId,
});

export const linalg: Record<string, OpKernel> = Object.fromEntries(
  LINALG_OPS.filter((name) => name !== 'Cofactor').map((name): [string, OpKernel] => [
    name,
    (call) => {
      // A recorded step is the same on the card, whatever the host knows
      if (!call.backend.step && isOnHost(call as never))
        return hostKernels[name]!({ ...call, backend: hostOf(call.backend) });
      return onCard[name as Exclude<LinalgOp, 'Cofactor'>](call);
    },
  ]),
);
