// Updates by index, diagonals and reductions by segment on the device `cpu`, against TensorFlow.js.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { dist } from '../../../../../../paths.ts';
import { agree, floats, ints, own, random, startBackends, value } from './agreement.ts';

let backends: CpuBackend[] = [];
beforeAll(async () => {
  backends = await startBackends(dist);
});
afterAll(() => backends.forEach((backend) => backend.dispose()));

const special = [NaN, Infinity, -Infinity, -0, 1e38];
const some = () => (random() < 0.1 ? special[Math.floor(random() * special.length)]! : random() * 2 - 1);
const below = (n: number) => Math.floor(random() * n);
const types = ['float32', 'int32', 'bool'] as const;
const any = (dtype: (typeof types)[number], shape: number[]) =>
  value(dtype, shape, dtype === 'float32' ? some : () => (dtype === 'bool' ? below(2) : below(200) - 100));

describe('tensorScatterUpdate', () => {
  it('sets elements and rows; of several updates the last one stays', () => {
    for (const dtype of types)
      for (const [shape, count, rank] of [
        [[1], 1, 1],
        [[7], 12, 1],
        [[5, 3], 4, 1],
        [[5, 3], 20, 2],
        [[4, 3, 9], 6, 2],
        [[1000, 64], 500, 1],
        [[6, 200], 4, 1],
      ] as const) {
        // prettier-ignore
        const indices = ints([count, rank], (i) => below(shape[i % rank]!));
        const updates = any(dtype, [count, ...shape.slice(rank)]);
        agree(backends, 'TensorScatterUpdate', { tensor: any(dtype, [...shape]), indices, updates });
      }
  });

  it('leaves a wrong index to be reported', () => {
    const inputs = { tensor: floats([3]), indices: ints([1, 1], [3]), updates: floats([1]) };
    expect(() => own(backends[0]!, 'TensorScatterUpdate', inputs)).toThrow('left to the stock op kernel');
  });
});

describe('sparseToDense', () => {
  it('sets elements, the others to the default', () => {
    for (const dtype of types)
      for (const [outputShape, count] of [
        [[1], 1],
        [[9], 5],
        [[4, 6], 9],
        [[3, 4, 5], 8],
        [[256, 256], 500],
      ] as const)
        // prettier-ignore
        for (const isOne of [true, false]) {
          const rank = outputShape.length;
          const indices = ints(rank === 1 ? [count] : [count, rank], (i) => below(outputShape[i % rank]!));
          const values = any(dtype, isOne ? [] : [count]);
          const inputs = { sparseIndices: indices, sparseValues: values, defaultValue: any(dtype, []) };
          agree(backends, 'SparseToDense', inputs, { outputShape: [...outputShape] });
        }
  });
});

describe('diag', () => {
  it('has the numbers in the diagonal', () => {
    for (const dtype of types)
      for (const shape of [[0], [1], [5], [2, 3], [2, 1, 3, 2], [300]])
        agree(backends, 'Diag', { x: any(dtype, shape) });
  });
});

describe.each(['SparseSegmentSum', 'SparseSegmentMean'])('%s', (name) => {
  it('reduces the rows of each segment', () => {
    for (const dtype of ['float32', 'int32'] as const)
      for (const [shape, count, gap] of [
        [[1], 1, 0],
        [[9], 30, 2],
        [[4, 3], 12, 3],
        [[10, 5, 7], 40, 1],
        [[1000, 64], 2000, 0.2],
        [[3, 1, 2], 6, 0],
      ] as const) {
        // prettier-ignore
        let id = 0;
        const segmentIds = ints([count], () => (id += random() < 0.4 ? Math.ceil(random() * gap) : 0));
        const indices = ints([count], () => below(shape[0]));
        agree(backends, name, { data: any(dtype, [...shape]), indices, segmentIds });
      }
  });

  it.each([
    ['ids that descend', [1, 0], [0, 0]],
    ['a negative id', [-1, 0], [0, 0]],
    ['an index that is no row', [0, 1], [0, 2]],
    ['a negative index', [0, 1], [0, -1]],
  ])('leaves %s to be reported', (_, ids, indices) => {
    const inputs = { data: floats([2, 2]), indices: ints([2], indices), segmentIds: ints([2], ids) };
    expect(() => own(backends[0]!, name, inputs)).toThrow('left to the stock op kernel');
  });
});
