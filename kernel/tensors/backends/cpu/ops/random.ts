// Random numbers.
import { ops, type RandomAttrs } from '../../../ops.ts';
import { Distribution } from '../assembly/distributions.ts';
import type { OpKernel } from '../op-kernel.ts';

const kinds = {
  uniform: Distribution.Uniform,
  normal: Distribution.Normal,
  truncatedNormal: Distribution.TruncatedNormal,
  mask: Distribution.Mask,
} as const satisfies Record<RandomAttrs['kind'], Distribution>;

const draw: OpKernel = ({ attrs, backend }) => {
  const { shape, kind, a, b, seed } = attrs as unknown as RandomAttrs;
  const y = backend.output(shape, 'float32');
  const n = shape.reduce((size, d) => size * d, 1);
  const to = backend.address(y);
  if (n > 0) backend.program.exports.random({ to, n, kind: kinds[kind], seed0: seed[0], seed1: seed[1], a, b });
  return y;
};

export const random: Record<string, OpKernel> = { [ops.Random.name]: draw };
