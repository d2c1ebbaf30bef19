// Seeded random numbers, and the values that cases draw for their inputs. All are exact in single precision, so that
// device and reference compute with the same.

export type Random = () => number;

/** Uniform in [0, 1), from a text: the generator mulberry32 seeded by the hash FNV-1a. */
export function randomOf(seed: string): Random {
  let s = 0x811c9dc5;
  for (const c of seed) s = Math.imul(s ^ c.codePointAt(0)!, 0x01000193);
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Values {
  shape: number[];
  values: number[];
}

/** How the values of an input are drawn. */
export type Draw = (random: Random) => Values;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Uniform in [low, high). */
export const uniform =
  (shape: readonly number[], low = -1, high = 1): Draw =>
  (random) => ({
    shape: [...shape],
    values: Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * random())),
  });

/** Either sign, its size uniform in [low, high): away from zero. */
export const offZero =
  (shape: readonly number[], low = 0.2, high = 1.2): Draw =>
  (random) => {
    const { values } = uniform(shape, low, high)(random);
    return { shape: [...shape], values: values.map((v) => (random() < 0.5 ? -v : v)) };
  };

/** Multiples of `gap` in random order: no two are equal, or nearly. */
export const distinct =
  (shape: readonly number[], gap = 0.1, first?: number): Draw =>
  (random) => {
    const n = sizeOf(shape);
    const from = first ?? (-gap * n) / 2 + gap / 4;
    return { shape: [...shape], values: shuffled(n, random).map((i) => Math.fround(from + gap * i)) };
  };

/** 0 … n − 1 in random order. */
export function shuffled(n: number, random: Random): number[] {
  const list = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** These very values. */
export const given =
  (shape: readonly number[], values: readonly number[]): Draw =>
  () => ({ shape: [...shape], values: values.map(Math.fround) });
