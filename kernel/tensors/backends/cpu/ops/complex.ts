// Sums, differences, products and absolute values of complex tensors, and their real parts as numbers: each part is a
// tensor.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { complexOf, partsOf } from './fft.ts';
import { sizeOf } from './size.ts';

type Pair = readonly [tf.TensorInfo, tf.TensorInfo];
type Combine = (backend: CpuBackend, x: tf.TensorInfo, y: tf.TensorInfo) => tf.TensorInfo;

/** The op kernel of reals as a function. */
const of =
  (op: OpKernel): Combine =>
  (backend, a, b) =>
    op({ inputs: { a, b }, attrs: {}, backend }) as tf.TensorInfo;

/** An op kernel that also takes two complex tensors. */
function complexToo(op: OpKernel, parts: (backend: CpuBackend, a: Pair, b: Pair) => Pair): OpKernel {
  return (call) => {
    const { inputs, backend } = call;
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (a.dtype !== 'complex64' || b.dtype !== 'complex64') return op(call);
    const [x, y] = [a, b].map((t) => {
      const { real, imag } = partsOf(backend, t);
      // The parts of a tensor that was reshaped keep its former shape
      return [backend.share(real, t.shape), backend.share(imag, t.shape)] as const;
    }) as [Pair, Pair];
    const [real, imag] = parts(backend, x, y);
    for (const t of [...x, ...y]) backend.disposeIntermediateTensorInfo(t);
    return complexOf(backend, real, imag);
  };
}

const complexAbs: OpKernel = ({ inputs, backend }) => {
  const x = inputs['x']!;
  if (x.dtype !== 'complex64') return undefined;
  const { real, imag } = partsOf(backend, x);
  if (real.dtype !== 'float32' || imag.dtype !== 'float32') return undefined;
  const y = backend.output(x.shape, 'float32');
  const n = sizeOf(x.shape);
  const [from, to] = [backend.address(real), backend.address(y)];
  if (n > 0) backend.program.exports.complexAbs({ real: from, imag: backend.address(imag), y: to, n });
  return y;
};

/** @param ops the op kernels of reals */
export function complexOps({ Add, Sub, Multiply, Cast }: Record<string, OpKernel>): Record<string, OpKernel> {
  const [add, sub, mul] = [of(Add!), of(Sub!), of(Multiply!)];
  const each =
    (op: Combine) =>
    (backend: CpuBackend, a: Pair, b: Pair): Pair => [op(backend, a[0], b[0]), op(backend, a[1], b[1])];
  return {
    Add: complexToo(Add!, each(add)),
    Sub: complexToo(Sub!, each(sub)),
    Multiply: complexToo(Multiply!, (backend, a, b) => {
      const products = [mul(backend, a[0], b[0]), mul(backend, a[1], b[1])];
      products.push(mul(backend, a[0], b[1]), mul(backend, a[1], b[0]));
      const [rr, ii, ri, ir] = products as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
      const pair: Pair = [sub(backend, rr, ii), add(backend, ri, ir)];
      for (const t of products) backend.disposeIntermediateTensorInfo(t);
      return pair;
    }),
    ComplexAbs: complexAbs,
    Cast: (call) => {
      const x = call.inputs['x']!;
      if (x.dtype !== 'complex64' || call.attrs['dtype'] !== 'float32') return Cast!(call);
      return call.backend.share(partsOf(call.backend, x).real, x.shape);
    },
  };
}
