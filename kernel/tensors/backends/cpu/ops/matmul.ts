// Matrix products.
import type * as tf from '@tensorflow/tfjs-core';
import { fused, isBias, type ActivationAttrs } from './activation.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';

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

const product = ({ inputs, attrs, backend }: OpCall): tf.TensorInfo | undefined => {
  const { transposeA, transposeB, activation } = attrs as unknown as MatMulAttrs;
  const a = inputs['a']!;
  const b = inputs['b']!;
  const bias = inputs['bias'] as tf.TensorInfo | undefined;
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || a.shape.length < 2 || b.shape.length < 2) return undefined;
  const [aBatch, aRows, aColumns] = dimensions(a);
  const [bBatch, bRows, bColumns] = dimensions(b);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [bk, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== bk) return undefined; // the stock op kernel reports the error
  if (!isBias(bias, n)) return undefined;
  const outer = a.shape.length === 2 && b.shape.length === 2 ? [] : batchShape(a.shape, b.shape, aBatch, bBatch);
  if (!outer) return undefined;
  const batch = Math.max(aBatch, bBatch);
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
