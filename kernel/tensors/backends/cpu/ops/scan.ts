// Running sums and products: Cumsum and Cumprod.
import { Op } from '../assembly/reductions.ts';
import type { OpKernel } from '../op-kernel.ts';
import { axesMask } from './reduce.ts';
import { sizeOf } from './size.ts';

/** Running sums and products along one axis. */
function scan(float: Op, integer: Op | undefined): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const { shape, dtype } = x;
    const op = dtype === 'float32' ? float : dtype === 'int32' ? integer : undefined;
    const axis = attrs['axis'] as number;
    if (op === undefined || axesMask(axis, shape.length) < 0 || sizeOf(shape) === 0) return undefined;
    const at = axis < 0 ? axis + shape.length : axis;
    const [outer, inner] = [sizeOf(shape, 0, at), sizeOf(shape, at + 1)];
    const y = backend.output(shape, dtype as 'float32' | 'int32');
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

export const scans: Record<string, OpKernel> = {
  Cumsum: scan(Op.Sum, Op.SumInt),
  Cumprod: scan(Op.Prod, undefined),
};
