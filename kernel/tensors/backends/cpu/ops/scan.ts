// Running sums and products: Cumsum and Cumprod.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { Op } from '../assembly/reductions.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { axesMask } from './reduce.ts';
import { sizeOf } from './size.ts';

/** Running sums and products along one axis. */
function scan(float: Op, integer: Op | undefined): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const { shape, dtype } = x;
    const op = dtype === 'float32' ? float : dtype === 'int32' ? integer : undefined;
    // null is "not given"
    const axis = (attrs['axis'] as number | null) ?? 0;
    if (axesMask(axis, shape.length) < 0 || (dtype !== 'float32' && dtype !== 'int32')) return undefined;
    const at = axis < 0 ? axis + shape.length : axis;
    // The stock op kernel turns an axis that is counted from the end twice
    if (sizeOf(shape) === 0) return backend.output(shape, dtype);
    if (op === undefined) return productsOfIntegers(x, at, attrs, backend);
    const [outer, inner] = [sizeOf(shape, 0, at), sizeOf(shape, at + 1)];
    const y = backend.output(shape, dtype);
    backend.program.exports.scan({
      op,
      x: backend.address(x),
      y: backend.address(y),
      outer,
      n: shape[at]!,
      inner,
      exclusive: Boolean(attrs['exclusive']),
      reverse: Boolean(attrs['reverse']),
    });
    return y;
  };
}

/** Running products of int32, modulo 2³²: so rare that they stay in JavaScript. */
function productsOfIntegers(x: TensorInfo, axis: number, attrs: OpCall['attrs'], backend: CpuBackend): TensorInfo {
  const n = x.shape[axis]!;
  const inner = sizeOf(x.shape, axis + 1);
  const y = backend.output(x.shape, 'int32');
  const [from, to] = [backend.address(x) >>> 2, backend.address(y) >>> 2];
  const all = backend.ints();
  const reverse = Boolean(attrs['reverse']);
  for (let row = 0; row < sizeOf(x.shape); row += n * inner)
    for (let column = 0; column < inner; column++) {
      let product = 1;
      for (let i = 0; i < n; i++) {
        const at = row + (reverse ? n - 1 - i : i) * inner + column;
        if (attrs['exclusive']) all[to + at] = product;
        product = Math.imul(product, all[from + at]!);
        if (!attrs['exclusive']) all[to + at] = product;
      }
    }
  return y;
}

export const scans: Record<string, OpKernel> = {
  Cumsum: scan(Op.Sum, Op.SumInt),
  Cumprod: scan(Op.Prod, undefined),
};
