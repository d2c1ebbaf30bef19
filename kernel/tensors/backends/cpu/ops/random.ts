// Random numbers.
import type { OpKernel } from './index.ts';

declare module '../program.ts' {
  interface Exports {
    random(to: number, n: number, kind: number, seed0: number, seed1: number, a: number, b: number): void;
  }
}

/** What is drawn; the same numbers as in assembly/random.ts. */
const kinds = { uniform: 0, normal: 1, truncatedNormal: 2, mask: 3 } as const;

/** What the attributes of the op kernel `Random` are; it has no inputs. */
export interface RandomAttrs {
  shape: number[];
  /** `uniform` in [a, b); `normal` with mean a and standard deviation b, `truncatedNormal` within two of those; `mask`: b with probability a, else 0. */
  kind: keyof typeof kinds;
  a: number;
  b: number;
  /** Two integers of 32 bits, from which all numbers follow. */
  seed: [number, number];
}

const draw: OpKernel = ({ attrs, backend }) => {
  const { shape, kind, a, b, seed } = attrs as unknown as RandomAttrs;
  const y = backend.output(shape, 'float32');
  const n = shape.reduce((size, d) => size * d, 1);
  if (n > 0) backend.program.exports.random(backend.address(y), n, kinds[kind], seed[0], seed[1], a, b);
  return y;
};

export const random: Record<string, OpKernel> = { Random: draw };
