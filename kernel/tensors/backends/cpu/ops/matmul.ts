// Matrix products.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { MatMulIntArgs } from '../exports.ts';
import { fused, isBias, type ActivationAttrs } from './activation.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { transposed } from './move.ts';

interface MatMulAttrs extends ActivationAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

/** The last two dimensions, and how many matrices there are. */
function dimensions({ shape }: tf.TensorInfo): [batch: number, rows: number, columns: number] {
  const rank = shape.length;
  let batch = 1;
  for (let i = 0; i < rank - 2; i++) batch *= shape[i]!;
  return [batch, shape[rank - 2]!, shape[rank - 1]!];
}

/** The common batch dimensions, if one operand has all of them and the other the same or none. */
function batchShape(a: number[], b: number[], aBatch: number, bBatch: number): number[] | undefined {
  const [outerA, outerB] = [a.slice(0, -2), b.slice(0, -2)];
  if (bBatch === 1 && outerB.length <= outerA.length) return outerA;
  if (aBatch === 1 && outerA.length <= outerB.length) return outerB;
  return outerA.length === outerB.length && outerA.every((n, i) => n === outerB[i]) ? outerA : undefined;
}

/** A matrix or many as they are, or each transposed. */
function turned(backend: CpuBackend, x: tf.TensorInfo, transpose: boolean): tf.TensorInfo {
  const rank = x.shape.length;
  const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 || !transpose ? i : 2 * rank - 3 - i));
  return transposed(backend, x, order)!;
}

/** The product of int32, modulo 2³². Disposes of the operands. */
function integerProduct(
  backend: CpuBackend,
  operands: readonly [tf.TensorInfo, tf.TensorInfo],
  sizes: Omit<MatMulIntArgs, 'a' | 'b' | 'c'>,
  outer: number[],
): tf.TensorInfo {
  const { batch, m, n, k } = sizes;
  const c = backend.output([...outer, m, n], 'int32');
  const [a, b] = operands.map((t) => backend.address(t)) as [number, number];
  const to = backend.address(c);
  if (k === 0) backend.ints().fill(0, to >>> 2, (to >>> 2) + batch * m * n);
  else if (batch * m * n > 0) backend.program.exports.matMulInt({ ...sizes, a, b, c: to });
  for (const t of operands) backend.disposeIntermediateTensorInfo(t);
  return c;
}

const product = ({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined => {
  const { transposeA, transposeB, activation } = attrs as unknown as MatMulAttrs;
  const a = inputs['a']!;
  const b = inputs['b']!;
  const bias = inputs['bias'] as tf.TensorInfo | undefined;
  const integers = a.dtype === 'int32' && b.dtype === 'int32' && !bias;
  if (!integers && (a.dtype !== 'float32' || b.dtype !== 'float32')) return undefined;
  if (a.shape.length < 2 || b.shape.length < 2) return undefined;
  const [aBatch, aRows, aColumns] = dimensions(a);
  const [bBatch, bRows, bColumns] = dimensions(b);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [bk, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== bk) return undefined; // the stock op kernel reports the error
  if (!isBias(bias, n)) return undefined;
  const outer = a.shape.length === 2 && b.shape.length === 2 ? [] : batchShape(a.shape, b.shape, aBatch, bBatch);
  if (!outer) return undefined;
  const batch = Math.max(aBatch, bBatch);
  if (integers) {
    const sizes = { batch, m, n, k, aBatch: aBatch > 1, bBatch: bBatch > 1 };
    return integerProduct(backend, [turned(backend, a, transposeA), turned(backend, b, transposeB)], sizes, outer);
  }
  const c = backend.output([...outer, m, n], 'float32');
  if (aBatch === 0 || bBatch === 0 || m * n === 0) return c;
  backend.program.exports.matMul({
    a: backend.address(a),
    b: backend.address(b),
    c: backend.address(c),
    bias: bias ? backend.address(bias) : 0,
    batch,
    m,
    n,
    k,
    aBatch: aBatch > 1,
    bBatch: bBatch > 1,
    transposeA,
    transposeB,
    relu: activation === 'relu',
  });
  return c;
};

export const matmul: Record<string, OpKernel> = {
  BatchMatMul: product,
  _FusedMatMul: fused(product),
};
