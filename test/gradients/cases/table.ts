// How the tables of cases are written: op kernel → its cases.
import type { Case, Fn } from '../check.ts';
import type { Draw } from '../random.ts';

/** The cases of each op kernel; each case must make use of the gradient of that kernel. */
export type Table = Record<string, Case[]>;

export type Options = Omit<Case, 'name' | 'inputs' | 'f'>;

export const one = (name: string, inputs: Draw[], f: Fn, options: Options = {}): Case => ({
  name,
  inputs,
  f,
  ...options,
});

/** Shapes of rank 0 to 6, of sizes below, at and beyond the lanes and the tails of vector instructions. */
export const shapes: readonly number[][] = [
  [],
  [1],
  [3],
  [4],
  [7],
  [8],
  [67],
  [4, 9],
  [1, 5],
  [5, 1],
  [2, 3, 5],
  [130],
  [2, 2, 3, 3],
  [1, 2, 1, 3, 2],
  [2, 1, 2, 1, 2, 3],
  [17, 19],
];

export const text = (value: unknown): string => JSON.stringify(value)!.replaceAll('"', '');

/** All subsets of 0 … rank − 1, also the empty one, as lists of axes. */
export const subsets = (rank: number): number[][] =>
  Array.from({ length: 2 ** rank }, (_, mask) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => (mask >> axis) & 1),
  );

/** All orders of 0 … rank − 1. */
export const permutations = (rank: number): number[][] =>
  rank === 0
    ? [[]]
    : permutations(rank - 1).flatMap((p) =>
        Array.from({ length: rank }, (_, at) => [...p.slice(0, at), rank - 1, ...p.slice(at)]),
      );
