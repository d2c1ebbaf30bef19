// Matrix products, fused and not, and sums of products by letters.
import type { Case, Fn, X } from '../check.ts';
import type { Tensor, TF } from '../device.ts';
import { given, offZero, uniform } from '../random.ts';
import { one, text, type Table } from './table.ts';

/** Rows, inner size, columns: around the tiles of a blocked product. */
const sizes: readonly [number, number, number][] = [
  [1, 1, 1],
  [1, 5, 3],
  [5, 1, 7],
  [2, 3, 1],
  [4, 8, 8],
  [6, 8, 16],
  [7, 9, 5],
  [13, 17, 11],
  [33, 20, 37],
  [65, 33, 66],
  [70, 130, 9],
  [3, 300, 4],
];
const ways = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;
const way = (a: boolean, b: boolean) => `${a ? ', a transposed' : ''}${b ? ', b transposed' : ''}`;
const shape = (rows: number, columns: number, transposed: boolean, batch: number[] = []) =>
  transposed ? [...batch, columns, rows] : [...batch, rows, columns];

/** The batch axes of both operands. */
const batches: readonly [number[], number[]][] = [
  [[2], [2]],
  [[1], [1]],
  [[3], []],
  [[], [3]],
  [[3], [1]],
  [[1], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
  ],
  [[2, 3], [3]],
  [[2], [3, 1]],
];

const products: Case[] = [
  ...sizes.flatMap(([m, k, n]) =>
    ways.map(([a, b]) =>
      one(`${m}×${k}×${n}${way(a, b)}`, [uniform(shape(m, k, a)), uniform(shape(k, n, b))], (tf, x, y) =>
        tf.matMul(x, y, a, b),
      ),
    ),
  ),
  ...batches.flatMap(([s, t]) => {
    /** The batch axes of the product; the reference's own op kernel has those wrong that are broadcast both ways. */
    const all = (tf: TF) => tf.backend_util.assertAndGetBroadcastShape(s, t);
    const full = (tf: TF, x: X) => tf.broadcastTo(x, [...all(tf), ...x.shape.slice(-2)] as never) as X;
    return ways.map(([a, b]) =>
      one(
        `batches ${text(s)} and ${text(t)}${way(a, b)}`,
        [uniform(shape(5, 9, a, s)), uniform(shape(9, 6, b, t))],
        (tf, x, y) => tf.matMul(x, y, a, b),
        { reference: (tf, x, y) => tf.matMul(full(tf, x), full(tf, y), a, b) },
      ),
    );
  }),
  one('with itself', [uniform([5, 5])], (tf, x) => tf.matMul(x, x, false, true)),
  one('dot of vectors', [uniform([7]), uniform([7])], (tf, x, y) => tf.dot(x, y)),
  one('dot of matrix and vector', [uniform([3, 7]), uniform([7])], (tf, x, y) => tf.dot(x, y)),
  one('dot of vector and matrix', [uniform([7]), uniform([7, 2])], (tf, x, y) => tf.dot(x, y)),
];

/** How long the axes of these letters are. */
const sizeOfLetter: Record<string, number> = { a: 2, b: 3, c: 4, d: 5, h: 2, i: 3, j: 4, k: 2, l: 5, q: 6 };
const equations = [
  ...['ij,jk->ik', 'ij,jk->ki', 'ba,bc->ac', 'ij,kj->ik', 'ij , jk -> ki'],
  ...[
    'bij,bkj->bik',
    'bij,jk->bik',
    'abc,abd->acd',
    'abc,cd->abd',
    'aij,bjk->abik',
    'bhqd,bhkd->bhqk',
    'bhqk,bhkd->bhqd',
  ],
  ...['ij->i', 'ij->j', 'ij->', 'ij->ji', 'ij->ij', 'abc->cab', 'abc->ca'],
  ...['i,i->', 'i,i->i', 'i,j->ij', 'ij,ij->', 'ij,ij->ij', 'ij,i->ij', 'ij,ji->i', 'ij,jk->ijk'],
  ...['ij,kj->', 'ij,jk->k', 'ij,jk->', 'abc,abc->b', 'abcd,cb->da'],
  ...['ij,jk,kl->il', 'ij,jk,ik->', 'i,j,k->kij', 'bqd,bkd,bk->bq'],
];

/** Each operand spread over all letters, their product summed over those that are not in the result. */
const byBroadcasting =
  (equation: string): Fn =>
  (tf, ...x) => {
    const [left = '', out = ''] = equation.replaceAll(' ', '').split('->');
    const letters = out + [...new Set(left.replaceAll(',', ''))].filter((l) => !out.includes(l)).join('');
    const spread = left.split(',').map((term, i) => {
      const order = [...letters].filter((l) => term.includes(l));
      const moved = tf.transpose(
        x[i] as Tensor,
        order.map((l) => term.indexOf(l)),
      );
      return moved.reshape([...letters].map((l) => (term.includes(l) ? sizeOfLetter[l]! : 1)));
    });
    const product = spread.reduce((a, b) => tf.mul(a, b));
    const summed = [...letters].map((_, i) => i).slice(out.length);
    return summed.length > 0 ? tf.sum(product, summed) : product;
  };

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
export type Activation = (typeof activations)[number];

/**
 * Each activation, with and without a bias: what `f` makes of `inputs` and the options of a fused op whose result has
 * `channels`. The weights of prelu are inputs too.
 */
export const fusedWith = (
  name: string,
  inputs: Case['inputs'],
  channels: number,
  f: (
    tf: Parameters<Case['f']>[0],
    x: X[],
    more: { bias?: X; activation: X; leakyreluAlpha?: number; preluActivationWeights?: X },
  ) => X,
): Case[] =>
  activations.flatMap((activation) =>
    [true, false].map((biased) =>
      one(
        `${name}, ${activation}${biased ? ', bias' : ''}`,
        [
          ...inputs,
          ...(biased ? [uniform([channels])] : []),
          ...(activation === 'prelu' ? [offZero([channels], 0.1, 0.4)] : []),
        ],
        (tf, ...x) => {
          const [bias, alpha] = biased ? x.slice(inputs.length) : [undefined, x[inputs.length]];
          return f(tf, x, {
            ...(biased ? { bias } : {}),
            activation,
            // left to its default, the op kernels for images take it for not a number
            ...(activation === 'leakyrelu' ? { leakyreluAlpha: 0.3 } : {}),
            ...(alpha ? { preluActivationWeights: alpha } : {}),
          });
        },
      ),
    ),
  );

export const linear: Table = {
  BatchMatMul: products,
};

/** Made of the above by tfjs, or with gradients that are not in the registry. */
export const linearMade: Table = {
  einsum: equations.map((equation) =>
    one(
      equation,
      equation
        .replaceAll(' ', '')
        .split('->')[0]!
        .split(',')
        .map((term) => uniform([...term].map((l) => sizeOfLetter[l]!))),
      (tf, ...x) => tf.einsum(equation, ...x),
      { reference: byBroadcasting(equation) },
    ),
  ),
  'fused.matMul': [
    ...ways.flatMap(([transposeA, transposeB]) =>
      fusedWith(
        `5×9×6${way(transposeA, transposeB)}`,
        [uniform(shape(5, 9, transposeA)), uniform(shape(9, 6, transposeB))],
        6,
        (tf, [a, b], more) => tf.fused.matMul({ a, b, transposeA, transposeB, ...more }),
      ),
    ),
    ...fusedWith('66×33×37', [uniform([66, 33], -0.4, 0.4), uniform([33, 37], -0.4, 0.4)], 37, (tf, [a, b], more) =>
      tf.fused.matMul({ a, b, ...more }),
    ),
    one('bias for all columns', [uniform([3, 4]), uniform([4, 5]), uniform([1])], (tf, a, b, bias) =>
      tf.fused.matMul({ a, b, bias, activation: 'relu' }),
    ),
  ],
  'linalg.gramSchmidt': [one('3 vectors', [uniform([3, 4])], (tf, x) => tf.linalg.gramSchmidt(x) as never)],
  'linalg.qr': [
    one('5×3', [uniform([5, 3])], (tf, x) => {
      const [q, r] = tf.linalg.qr(x);
      return [q.mul(0.5), r];
    }),
  ],
  basicLSTMCell: [
    one(
      'one step',
      [uniform([]), uniform([7, 16]), uniform([16]), uniform([3, 3]), uniform([3, 4]), uniform([3, 4])],
      (tf, ...inputs) => tf.basicLSTMCell(...(inputs as [X, X, X, X, X, X])),
    ),
  ],
  multiRNNCell: [
    one(
      'two cells',
      [
        uniform([7, 16]),
        uniform([6, 8]),
        uniform([16]),
        uniform([8]),
        uniform([1, 3]),
        uniform([1, 4]),
        uniform([1, 2]),
      ],
      (tf, ...[k1, k2, b1, b2, data, state1, state2]) => {
        const cell = (kernel: X, bias: X) => (x: X, c: X, h: X) =>
          tf.basicLSTMCell(tf.scalar(1), kernel, bias, x, c, h);
        const [c, h] = tf.multiRNNCell(
          [cell(k1, b1), cell(k2, b2)],
          data,
          [state1, state2],
          [state1.mul(0.5), state2.mul(0.5)],
        );
        return [...c, ...h];
      },
    ),
  ],
  'a stack of one matrix': [one('eye', [given([1, 1], [3])], (tf, x) => tf.matMul(x, x))],
};
