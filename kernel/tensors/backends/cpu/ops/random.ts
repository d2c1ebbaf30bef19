// Random numbers.
import { ops, type RandomAttrs } from '../../../ops.ts';
import type { OpKernel } from '../op-kernel.ts';

declare module '../program.ts' {
  interface Exports {
    random(to: number, n: number, kind: number, seed0: number, seed1: number, a: number, b: number): void;
  }
}

/** What is drawn; the same numbers as in assembly/random.ts. */
const kinds = { uniform: 0, normal: 1, truncatedNormal: 2, mask: 3 } as const satisfies Record<
  RandomAttrs['kind'],
  number
>;

const draw: OpKernel = ({ attrs, backend }) => {
  const { shape, kind, a, b, seed } = attrs as unknown as RandomAttrs;
  const y = backend.output(shape, 'float32');
  const n = shape.reduce((size, d) => size * d, 1);
  if (n > 0) backend.program.exports.random(backend.address(y), n, kinds[kind], seed[0], seed[1], a, b);
  return y;
};

export const random: Record<string, OpKernel> = { [ops.Random.name]: draw };
