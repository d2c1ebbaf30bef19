// Evenly spaced numbers on the device `cpu`. Expected values are computed in float64, each from its place, or are
// PyTorch's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { dist } from '../../../../../../paths.ts';
import { agree, floats, ints, own, startBackends, stock } from './agreement.ts';

let backends: CpuBackend[] = [];
beforeAll(async () => {
  backends = await startBackends(dist);
});
afterAll(() => backends.forEach((backend) => backend.dispose()));

describe('range', () => {
  it('has TensorFlow.js’s whole numbers', () => {
    for (const dtype of ['float32', 'int32'])
      for (const [start, stop, step] of [
        [0, 5, 1],
        [0, 0, 1],
        [5, 0, 1],
        [5, 0, -2],
        [0, 5, -1],
        [5, 0, 2],
        [-3, 9, 4],
        [0, 100000, 1],
        [7, 8, 100],
        [2147483640, 2147483647, 3],
      ] as const)
        // prettier-ignore
        if (dtype === 'int32' || stop < 2 ** 24) agree(backends, 'Range', {}, { start, stop, step, dtype });
  });

  it('has as many fractions as TensorFlow.js, and none of their errors', () => {
    for (const [start, stop, step] of [
      [0, 1, 0.1],
      [0.5, -3, -0.3],
      [0, 1000, 0.01],
      [1e8, 1e8 + 64, 1],
    ] as const) {
      // prettier-ignore
      const attrs = { start, stop, step, dtype: 'float32' };
      const { shape } = stock('Range', {}, attrs)[0]!;
      agree(backends, 'Range', {}, attrs, { expected: [floats(shape, (i) => start + i * step)] });
    }
  });
});

describe('linspace', () => {
  it('ends at its ends, and has no errors that add up', () => {
    const of = (start: number, stop: number, num: number) =>
      own(backends[0]!, 'LinSpace', {}, { start, stop, num })[0]!.values;
    expect([...of(2, 5, 1)]).toEqual([2]);
    expect([...of(3, -1, 2)]).toEqual([3, -1]);
    expect([...of(0, 1, 5)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect([...of(1, 1, 3)]).toEqual([1, 1, 1]);
    // torch.linspace(0.1, 0.7, 7, dtype=torch.float64).float()
    expect([...of(0.1, 0.7, 7)]).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map(Math.fround));
    const many = of(0, 1, 100000);
    for (let i = 0; i < many.length; i++) expect(Math.abs(many[i]! - i / 99999)).toBeLessThan(6e-8);
    expect(of(NaN, 1, 3)[0]).toBeNaN();
  });
});

describe('raggedRange', () => {
  it('has TensorFlow.js’s rows', () => {
    const cases = [
      [ints([3], [0, 5, 8]), ints([3], [8, 7, 8]), ints([], [1])],
      [ints([], [0]), ints([], [0]), ints([], [1])],
      [ints([2], [5, 0]), ints([2], [0, 5]), ints([2], [-2, -1])],
      [floats([2], [0, 1]), floats([2], [1, 0]), floats([], [0.3])],
      [floats([2], [0, 1]), floats([], [-4]), floats([2], [-1.5, 0.25])],
      [ints([0], []), ints([0], []), ints([], [2])],
      [ints([500], (i) => i % 5), ints([500], (i) => 6 + (i % 24)), ints([], [1])],
    ] as const;
    for (const [starts, limits, deltas] of cases) agree(backends, 'RaggedRange', { starts, limits, deltas });
  });

  it.each([
    ['a step of 0', ints([1], [0]), ints([1], [3]), ints([1], [0])],
    ['different lengths', ints([1], [0]), ints([2], [3, 4]), ints([1], [1])],
    ['limits that are no numbers', floats([1], [0]), floats([1], [NaN]), floats([1], [1])],
    ['an infinity', floats([1], [0]), floats([1], [Infinity]), floats([1], [1])],
  ])('leaves %s to be reported', (_, starts, limits, deltas) => {
    expect(() => own(backends[0]!, 'RaggedRange', { starts, limits, deltas })).toThrow('left to the stock op kernel');
  });
});
