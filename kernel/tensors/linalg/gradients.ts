// The gradients of the ops of linear algebra and of sorting, made of the same ops and of TensorFlow.js's: so they have
// gradients themselves. (Giles, An extended collection of matrix derivative results for forward and reverse mode
// algorithmic differentiation, 2008.)
import * as tf from '@tensorflow/tfjs-core';
import { has, recording, run, unrecorded } from '../engine/call.ts';
import { registerOwn } from '../gradients/register.ts';
import { ops } from '../ops.ts';
import type { LinearSolveAttrs } from './attrs.ts';

type Form = LinearSolveAttrs['form'];

/** The last two axes exchanged. */
export function adjointOf(x: tf.Tensor): tf.Tensor {
  const order = [...x.shape.keys()];
  const n = order.length;
  return tf.transpose(x, [...order.slice(0, -2), n - 1, n - 2]);
}

const product = (a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false) =>
  tf.matMul(a, b, transposeA, transposeB);

const solve = (a: tf.Tensor, b: tf.Tensor, form: Form, adjoint: boolean, where: string) =>
  run(ops.LinearSolve, { a, b }, { form, adjoint, where });

/** The identity [n, n], in every matrix of a batch like that of x. */
const identityLike = (x: tf.Tensor) => tf.add(tf.zerosLike(x), tf.eye(x.shape.at(-1)!));

/** 1 on and below the diagonal, or above it; the diagonal has its own value. */
function triangle(n: number, side: 'lower' | 'upper', diagonal: number): tf.Tensor {
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) values[i * n + j] = i === j ? diagonal : (side === 'lower') === i > j ? 1 : 0;
  return tf.tensor2d(values, [n, n]);
}

/** 1 / (x_j − x_i) as element [i, j]; 0 on the diagonal, and where the two are equal to seven digits. */
function reciprocalDifferences(x: tf.Tensor, largest: tf.Tensor): tf.Tensor {
  const d = tf.sub(tf.expandDims(x, -2), tf.expandDims(x, -1));
  const same = tf.cast(tf.lessEqual(tf.abs(d), tf.mul(largest, 1e-6)), 'float32');
  return tf.div(tf.sub(1, same), tf.add(tf.mul(d, tf.sub(1, same)), same));
}

const largestOf = (x: tf.Tensor) => tf.expandDims(tf.max(tf.abs(x), -1, true), -1);

/** 1 / x, 0 where x is 0. */
function reciprocal(x: tf.Tensor): tf.Tensor {
  const zero = tf.cast(tf.equal(x, 0), 'float32');
  return tf.div(tf.sub(1, zero), tf.add(x, zero));
}

function ofSolve(): void {
  registerOwn(ops.LinearSolve, { inputsToSave: ['a'], outputsToSave: [true] }, (dy, saved, attrs) => {
    const [a, x] = saved as [tf.Tensor, tf.Tensor];
    const { form, adjoint, where } = attrs;
    const db = solve(a, dy, form, !adjoint, where);
    return {
      a: () => {
        const da = tf.neg(adjoint ? product(x, db, false, true) : product(db, x, false, true));
        return form === 'full' ? da : tf.mul(da, triangle(a.shape.at(-1)!, form, 1));
      },
      b: () => db,
    };
  });
}

function ofDeterminants(): void {
  const inverse = (a: tf.Tensor, where: string) => solve(a, identityLike(a), 'full', true, where);
  const wide = (x: tf.Tensor) => tf.expandDims(tf.expandDims(x, -1), -1);
  registerOwn(ops.Determinant, { inputsToSave: ['a'], outputsToSave: [true] }, (dy, saved) => {
    const [a, y] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => {
        // Also of a singular matrix, which has no inverse
        if (has(ops.Cofactor) && !recording()) return tf.mul(wide(dy), run(ops.Cofactor, { a }));
        return tf.mul(wide(tf.mul(dy, y)), inverse(a, 'gradient of linalg.det'));
      },
    };
  });
  registerOwn(ops.LogDeterminant, { inputsToSave: ['a'] }, ([, dlog], saved) => {
    const [a] = saved as [tf.Tensor];
    return { a: () => tf.mul(wide(dlog), inverse(a, 'gradient of linalg.slogdet')) };
  });
}

/** Iain Murray, Differentiation of the Cholesky decomposition, 2016, https://arxiv.org/abs/1602.07527, equation 10. */
function ofCholesky(): void {
  registerOwn(ops.Cholesky, { inputsToSave: [], outputsToSave: [true] }, (dy, saved) => {
    const [l] = saved as [tf.Tensor];
    return {
      a: () => {
        const back = (x: tf.Tensor) => solve(l, x, 'lower', true, 'gradient of linalg.cholesky');
        const half = tf.mul(product(l, dy, true), triangle(l.shape.at(-1)!, 'lower', 0.5));
        const s = back(adjointOf(back(half)));
        return tf.mul(tf.add(s, adjointOf(s)), 0.5);
      },
    };
  });
}

/** For as many rows as columns or more (Walter and Lehmann, 2018, https://arxiv.org/abs/1009.6112). */
function ofQr(): void {
  registerOwn(ops.QR, { inputsToSave: [], outputsToSave: [true, true] }, ([dq, dr], saved) => {
    const [q, r] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => {
        const m = tf.sub(product(r, dr, false, true), product(dq, q, true));
        const n = r.shape.at(-1)!;
        const low = tf.mul(m, triangle(n, 'lower', 1));
        const copied = tf.add(low, adjointOf(tf.mul(m, triangle(n, 'lower', 0))));
        const inner = tf.add(dq, product(q, copied));
        return adjointOf(solve(r, adjointOf(inner), 'upper', false, 'gradient of linalg.qr'));
      },
    };
  });
}

function ofEigen(): void {
  registerOwn(ops.SymmetricEigen, { inputsToSave: [], outputsToSave: [true, true] }, ([dw, dv], saved) => {
    const [w, v] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => {
        const turned = tf.mul(reciprocalDifferences(w, largestOf(w)), product(v, dv, true));
        const diagonal = tf.mul(tf.eye(w.shape.at(-1)!), tf.expandDims(dw, -1));
        const s = product(product(v, tf.add(diagonal, turned)), v, false, true);
        return tf.mul(tf.add(s, adjointOf(s)), 0.5);
      },
    };
  });
}

/** James Townsend, Differentiating the singular value decomposition, 2016. */
function ofSvd(): void {
  registerOwn(ops.SVD, { inputsToSave: [], outputsToSave: [true, true, true] }, ([du, ds, dv], saved) => {
    const [u, s, v] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      a: () => {
        const squares = tf.square(s);
        const f = reciprocalDifferences(squares, largestOf(squares));
        const row = tf.expandDims(s, -2);
        const column = tf.expandDims(s, -1);
        const skew = (x: tf.Tensor, dx: tf.Tensor) => {
          const p = product(x, dx, true);
          return tf.mul(f, tf.sub(p, adjointOf(p)));
        };
        const core = tf.addN([
          tf.mul(skew(u, du), row),
          tf.mul(skew(v, dv), column),
          tf.mul(tf.eye(s.shape.at(-1)!), tf.expandDims(ds, -1)),
        ]);
        const inside = product(product(u, core), v, false, true);
        // What the reduced factors do not span
        const beside = (x: tf.Tensor, dx: tf.Tensor) =>
          tf.mul(tf.sub(dx, product(x, product(x, dx, true))), reciprocal(row));
        const left = product(beside(u, du), v, false, true);
        const right = product(u, beside(v, dv), false, true);
        return tf.addN([inside, left, right]);
      },
    };
  });
}

function ofSort(): void {
  registerOwn(ops.Sort, { inputsToSave: [], outputsToSave: [false, true] }, ([dy], saved) => {
    const [places] = saved as [tf.Tensor];
    return {
      x: () => {
        // Where each element has gone to: places have no gradient
        const from = unrecorded(() => {
          const n = places.shape.at(-1)!;
          const rows = places.size / Math.max(1, n);
          const [, inverse] = run(ops.Sort, { x: places }, { descending: false });
          const starts = tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(n, 'int32'));
          return tf.reshape(tf.add(tf.reshape(inverse!, [rows, n]), tf.expandDims(starts, 1)), [-1]);
        });
        return tf.reshape(tf.gather(tf.reshape(dy, [-1]), from as tf.Tensor1D), places.shape);
      },
    };
  });
}

/** Registers the gradients. */
export function registerLinalgGradients(): void {
  ofSolve();
  ofDeterminants();
  ofCholesky();
  ofQr();
  ofEigen();
  ofSvd();
  ofSort();
}
