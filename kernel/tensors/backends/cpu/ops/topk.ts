// TopK: the largest numbers along the last axis.
import type { OpKernel } from '../op-kernel.ts';
import { SCRATCH_BYTES } from '../assembly/memory-map.ts';
import { sizeOf } from './size.ts';

/** NaN counts as the largest number, as in PyTorch; of equal numbers the first comes first. Always sorted. */
const topK: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const k = attrs['k'] as number;
  const n = x.shape.at(-1) ?? 0;
  const { dtype } = x;
  if ((dtype !== 'float32' && dtype !== 'int32') || sizeOf(x.shape) === 0) return undefined;
  if (!Number.isInteger(k) || k < 1 || k > n || k * 8 > SCRATCH_BYTES) return undefined;
  const shape = [...x.shape.slice(0, -1), k];
  const values = backend.output(shape, dtype);
  const indices = backend.output(shape, 'int32');
  backend.program.exports.topK({
    x: backend.address(x),
    values: backend.address(values),
    indices: backend.address(indices),
    rows: sizeOf(x.shape) / n,
    n,
    k,
    integers: dtype === 'int32',
  });
  return [values, indices];
};

export const largest: Record<string, OpKernel> = { TopK: topK };
