// What tests of readers share: the folder of the fixtures, which make.py wrote, and what is in them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { makeData } from '../../../../../../kernel/dlnb/data/index.ts';
import { makeProgress } from '../../../../../../kernel/dlnb/progress/index.ts';
import type { TensorLibrary } from '../../../../../../kernel/dlnb/library.ts';

export const fixtures = path.join(import.meta.dirname, 'fixtures');

/** What NumPy, Python and PIL see in the fixtures. */
export const expected = JSON.parse(readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as {
  npy: Record<string, { dtype: string; shape: number[]; values: (number | string)[] }>;
  wav: Record<string, number[]>;
  images: { pets: number[][]; large: number[]; jpeg: number[]; gray: number[] };
};

/** `data` as a notebook in a folder has it. */
export function dataIn(folder: string) {
  const cell = {};
  return makeData({
    loaded: () => tf as unknown as TensorLibrary,
    progress: makeProgress({ display: () => {}, run: () => cell, clock: () => performance.now() }).progress,
    signal: () => new AbortController().signal,
    folder: () => folder,
  });
}
