// Products of small matrices, also with bias and activation. TensorFlow.js's programs for them have a workgroup for
// each element of the result, or do not share out long sums; its programs for large products are good, and stay.
import type * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../shader.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { runProduct, type Product } from '../shaders/tiled-product.ts';
import { activations, finishOf } from './activation.ts';

/** Elements of the result up to which a product runs here. */
const MOST = 128 * 128;

function product({ inputs, attrs, backend }: OpCall, activation: string): tf.TensorInfo | undefined {
  const { a, b, bias, preluActivationWeights } = inputs as Record<string, tf.TensorInfo | undefined>;
  const { transposeA = false, transposeB = false } = attrs as unknown as tf.BatchMatMulAttrs;
  if (!a || !b || a.shape.length !== b.shape.length || preluActivationWeights) return undefined;
  const rank = a.shape.length;
  const isOne = [a, b].every(({ shape, dtype }) => dtype === 'float32' && shape.slice(0, -2).every((n) => n === 1));
  if (!isOne || !(activation in activations)) return undefined;
  const [k, m] = transposeA ? a.shape.slice(-2) : a.shape.slice(-2).reverse();
  const n = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
  if ((transposeB ? b.shape.at(-1) : b.shape.at(-2)) !== k || m! * n > MOST || sizeOf(a) * sizeOf(b) === 0)
    return undefined;
  if (bias && (bias.dtype !== 'float32' || sizeOf(bias) !== n)) return undefined;
  const made: Product = {
    name: `matMul ${transposeA} ${transposeB}`,
    inputs: { x: 'f32', w: 'f32' },
    declarations: `
fn a(m: i32, k: i32) -> f32 { return x[${transposeA ? 'k * u.m + m' : 'm * u.k + k'}]; }
fn b(k: i32, n: i32) -> f32 { return w[${transposeB ? 'n * u.k + k' : 'k * u.n + n'}]; }`,
    m: m!,
    n,
    k: k!,
    along: transposeA ? 'm' : 'k',
    finish: finishOf(activation, bias),
  };
  return runProduct(backend, made, [a, b], [...a.shape.slice(0, rank - 2), m!, n]);
}

export const matmul: Record<string, OpKernel> = {
  BatchMatMul: (call) => product(call, 'linear'),
  _FusedMatMul: (call) => product(call, call.attrs['activation'] as string),
};
