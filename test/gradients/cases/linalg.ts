// Linear algebra and sorting: first derivatives, and those of Σ f² / 2, against differences in double precision.
import { ops } from '../../../kernel/tensors/ops.ts';
import type { Case, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { uniform, type Draw } from '../random.ts';
import { one, text, type Options } from './table.ts';

const run = (tf: TF, name: string, inputs: object, attrs: object = {}): X =>
  tf.engine().runKernel(name, inputs as X, attrs as X);

const squares = (tf: TF, y: Tensor | Tensor[]): Tensor =>
  tf.addN([y].flat().map((t, i) => t.square().sum().mul(0.5 + i))); // prettier-ignore

const both = (name: string, inputs: Draw[], f: (tf: TF, ...x: X[]) => X, options: Options = {}): Case[] => [
  one(name, inputs, f, { tolerance: 1e-3, valueTolerance: 1e-4, ...options }),
  one(`${name}, second derivatives`, inputs, (tf, ...x) => tf.grads((...t) => squares(tf, f(tf, ...t)))(x), {
    ...{ tolerance: 5e-3, valueTolerance: 1e-3, ...options },
  }),
];

/** With a diagonal that makes it regular, and its eigenvalues apart. */
const regular = (tf: TF, x: X): X => {
  const n = x.shape.at(-1) as number;
  return tf.add(x.mul(0.5), tf.diag(tf.range(1, n + 1)).mul(1.5));
};
const where = 'linalg.test';
const matrices = [[1, 1], [3, 3], [2, 4, 4]] as const; // prettier-ignore
const transposed = (tf: TF, x: X): X => tf.transpose(x, [...[...x.shape.keys()].slice(0, -2), x.rank - 1, x.rank - 2]);

export const linalg = {
  LinearSolve: (['full', 'lower', 'upper'] as const).flatMap((form) =>
    [false, true].flatMap((adjoint) =>
      both(`${form}, ${adjoint ? 'adjoint' : 'plain'}`, [uniform([2, 3, 3]), uniform([2, 3, 2])], (tf, x, b) =>
        run(tf, ops.LinearSolve.name, { a: regular(tf, x), b }, { form, adjoint, where }),
      ),
    ),
  ),
  Determinant: matrices.flatMap((shape) =>
    both(text(shape), [uniform(shape)], (tf, x) => run(tf, ops.Determinant.name, { a: regular(tf, x) })),
  ),
  LogDeterminant: matrices.flatMap((shape) =>
    both(text(shape), [uniform(shape)], (tf, x) => run(tf, ops.LogDeterminant.name, { a: regular(tf, x) })[1]),
  ),
  Cholesky: matrices.flatMap((shape) =>
    both(text(shape), [uniform(shape)], (tf, x) => {
      const a = regular(tf, x);
      return run(tf, ops.Cholesky.name, { a: tf.matMul(a, a, false, true) }, { where });
    }),
  ),
  QR: (
    [
      [1, 1],
      [3, 3],
      [2, 4, 3],
      [5, 2],
    ] as const
  ).flatMap((shape) =>
    // prettier-ignore
    both(text(shape), [uniform(shape)], (tf, x) => run(tf, ops.QR.name, { a: x })),
  ),
  SymmetricEigen: matrices.flatMap((shape) =>
    both(text(shape), [uniform(shape)], (tf, x) => {
      const a = regular(tf, x);
      return run(tf, ops.SymmetricEigen.name, { a: tf.add(a, transposed(tf, a)) }, { where });
    }),
  ),
  SVD: (
    [
      [1, 1],
      [3, 3],
      [2, 4, 2],
      [2, 3],
    ] as const
  ).flatMap((shape) =>
    // prettier-ignore
    both(text(shape), [uniform(shape)], (tf, x) => run(tf, ops.SVD.name, { a: x })),
  ),
  Sort: ([[7], [3, 5], [2, 3, 4]] as const).flatMap((shape) =>
    [false, true].flatMap((descending) =>
      both(`${text(shape)}${descending ? ', descending' : ''}`, [uniform(shape)], (tf, x) => {
        const y = run(tf, ops.Sort.name, { x }, { descending })[0];
        return tf.mul(y, tf.range(1, y.size + 1).reshape(y.shape));
      }),
    ),
  ),
};
