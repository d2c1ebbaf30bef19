// Solutions and factorizations of matrices. Each function takes one matrix or a batch of them: the last two axes are
// rows and columns.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { adjointOf, matrixOf, runOp, tensorOf, type Numeric } from './inputs.ts';

type Tensor = tfTypes.Tensor;

/** What `linalg.slogdet` returns. */
export interface Slogdet {
  /** The sign of the determinant `[...]`: 1, −1, or 0 for a singular matrix. */
  sign: tfTypes.Tensor;
  /** log |det A| `[...]`, −∞ for a singular matrix. */
  logAbsDet: tfTypes.Tensor;
}

/** What `linalg.qr` returns. */
export interface Qr {
  /** `[..., m, k]`, k = min(m, n): orthonormal columns. */
  q: tfTypes.Tensor;
  /** `[..., k, n]`: upper triangular. */
  r: tfTypes.Tensor;
}

/** What `linalg.eigh` returns. */
export interface Eigh {
  /** The eigenvalues `[..., n]`, ascending. */
  values: tfTypes.Tensor;
  /** `[..., n, n]`: the eigenvectors, one in each column, of length 1. */
  vectors: tfTypes.Tensor;
}

/** What `linalg.svd` returns. */
export interface Svd {
  /** `[..., m, k]`, k = min(m, n): orthonormal columns. */
  u: tfTypes.Tensor;
  /** The singular values `[..., k]`, descending. */
  s: tfTypes.Tensor;
  /** `[..., n, k]`: orthonormal columns. (NumPy and PyTorch return its transpose.) */
  v: tfTypes.Tensor;
}

/** Options of `linalg.pinv`. */
export interface PinvOptions {
  /**
   * Singular values up to this part of the largest count as 0; by default max(m, n) · 1.19e-7, the rounding error of
   * float32, as in NumPy.
   */
  rcond?: number;
}

const PINV_OPTIONS: OptionNames<PinvOptions> = { rcond: 'number' };
/** The distance from 1 to the next float32. */
const EPSILON = 2 ** -23;

/** Both with the same batch, the larger of each axis. */
function sameBatch(tf: TensorLibrary, where: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const [m, n] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  let batch: number[];
  try {
    batch = tf.broadcast_util.assertAndGetBroadcastShape(m, n);
  } catch {
    throw new Error(`${where}: the batches of ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit`);
  }
  const to = (x: Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return [batch.length === m.length && batch.every((d, i) => d === m[i]) ? a : to(a), to(b)];
}

/**
 * Solves A x = b by elimination with partial pivoting (LU; Golub and Van Loan, algorithm 3.4.1), without the inverse:
 * `linalg.solve([[2, 1], [1, 3]], [3, 5])` is [0.8, 1.4].
 * @param a `[..., n, n]`
 * @param b `[..., n, k]`, or a vector `[n]`; batches are broadcast
 * @returns x of b's shape
 * @throws Error if a matrix is singular, or shapes do not fit
 * @example
 * ```ts
 * linalg.solve([[2, 1], [1, 3]], [3, 5]); // → [0.8, 1.4]
 * ```
 */
export function solve(tf: TensorLibrary, a: Numeric, b: Numeric): tfTypes.Tensor {
  const where = 'linalg.solve';
  return tf.tidy(() => {
    const left = matrixOf(tf, where, a, true);
    const given = tensorOf(tf, where, b);
    const n = left.shape.at(-1)!;
    const isVector = given.rank === 1;
    if (given.rank === 0 || given.shape.at(isVector ? -1 : -2) !== n || given.size === 0)
      throw new Error(
        `${where}: for a matrix ${shapeText(left.shape)}, b must be [${n}] or [..., ${n}, k], got ${shapeText(given.shape)}`,
      );
    const [m, right] = sameBatch(tf, where, left, isVector ? tf.reshape(given, [n, 1]) : given);
    const x = runOp<Tensor>(tf, 'LinearSolve', { a: m, b: right }, { form: 'full', adjoint: false, where });
    return isVector ? tf.squeeze(x, [-1]) : x;
  });
}

/**
 * The inverse of a square matrix, by elimination with partial pivoting. `linalg.solve(a, b)` is faster and more precise
 * than `tf.matMul(linalg.inv(a), b)`.
 * @param a `[..., n, n]`
 * @returns `[..., n, n]`
 * @throws Error if a matrix is singular
 * @example
 * ```ts
 * linalg.inv([[2, 0], [0, 4]]); // → [[0.5, 0], [0, 0.25]]
 * ```
 */
export function inv(tf: TensorLibrary, a: Numeric): tfTypes.Tensor {
  const where = 'linalg.inv';
  return tf.tidy(() => {
    const m = matrixOf(tf, where, a, true);
    const b = tf.broadcastTo(tf.eye(m.shape.at(-1)!), m.shape);
    return runOp<Tensor>(tf, 'LinearSolve', { a: m, b }, { form: 'full', adjoint: false, where });
  });
}

/**
 * The determinant, 0 for a singular matrix; its gradient det · A⁻ᵀ, on the device `cpu` also of a singular matrix.
 * @param a `[..., n, n]`
 * @returns `[...]`
 * @example
 * ```ts
 * linalg.det([[1, 2], [3, 4]]); // → -2
 * ```
 */
export function det(tf: TensorLibrary, a: Numeric): tfTypes.Tensor {
  return tf.tidy(() => runOp<Tensor>(tf, 'Determinant', { a: matrixOf(tf, 'linalg.det', a, true) }));
}

/**
 * Sign and logarithm of the determinant, which itself would be too large or too small for float32: the term log |Σ| of
 * a normal distribution is `linalg.slogdet(sigma).logAbsDet`.
 * @param a `[..., n, n]`
 * @example
 * ```ts
 * const { sign, logAbsDet } = linalg.slogdet([[1, 2], [3, 4]]);
 * [sign.dataSync()[0], logAbsDet.dataSync()[0]]; // → [-1, 0.6931472]
 * ```
 */
export function slogdet(tf: TensorLibrary, a: Numeric): Slogdet {
  const [sign, logAbsDet] = tf.tidy(() =>
    runOp<Tensor[]>(tf, 'LogDeterminant', { a: matrixOf(tf, 'linalg.slogdet', a, true) }),
  ) as [Tensor, Tensor];
  return { sign, logAbsDet };
}

/**
 * L of A = L Lᵀ (Golub and Van Loan, algorithm 4.2.1): with z of a standard normal distribution, L z has the covariance
 * A.
 * @param a `[..., n, n]`, symmetric and positive definite
 * @returns `[..., n, n]`, lower triangular, with a positive diagonal
 * @throws Error if a matrix is not symmetric, or not positive definite
 * @example
 * ```ts
 * const l = linalg.cholesky([[4, 2], [2, 5]]);
 * l; // → [[2, 0], [1, 2]]
 * ```
 */
export function cholesky(tf: TensorLibrary, a: Numeric): tfTypes.Tensor {
  const where = 'linalg.cholesky';
  return tf.tidy(() => runOp<Tensor>(tf, 'Cholesky', { a: matrixOf(tf, where, a, true) }, { where }));
}

/**
 * A = Q R by Householder's reflections (Golub and Van Loan, algorithm 5.2.1), with the signs of NumPy and PyTorch: the
 * diagonal of R may be negative.
 * @param a `[..., m, n]`
 * @example
 * ```ts
 * const { q, r } = linalg.qr([[1, 2], [3, 4]]);
 * check.close(tf.matMul(q, r), [[1, 2], [3, 4]], 'Q R is the matrix');
 * ```
 */
export function qr(tf: TensorLibrary, a: Numeric): Qr {
  const [q, r] = tf.tidy(() => {
    const x = matrixOf(tf, 'linalg.qr', a);
    const [m, n] = x.shape.slice(-2) as [number, number];
    if (m >= n) return runOp<Tensor[]>(tf, 'QR', { a: x });
    // The first m columns give Q; so the gradient is that of a square matrix
    const begin = x.shape.map(() => 0);
    const part = (from: number, width: number) =>
      tf.slice(x, [...begin.slice(0, -1), from], [...x.shape.slice(0, -1), width]);
    const [left, triangle] = runOp<[Tensor, Tensor]>(tf, 'QR', { a: part(0, m) });
    return [left, tf.concat([triangle, tf.matMul(left, part(m, n - m), true)], -1)];
  }) as [Tensor, Tensor];
  return { q, r };
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, A = V diag(w) Vᵀ (tridiagonal form and implicit QL on `cpu`,
 * Jacobi's rotations on `webgpu`; Golub and Van Loan, chapter 8). A vector's component of largest size is positive. The
 * gradient of a vector is defined where its value is no other's; equal ones count as having no part in each other's.
 * @param a `[..., n, n]`, symmetric
 * @throws Error if a matrix is not symmetric
 * @example
 * ```ts
 * const { values, vectors } = linalg.eigh([[2, 1], [1, 2]]);
 * values; // → [1, 3]
 * ```
 */
export function eigh(tf: TensorLibrary, a: Numeric): Eigh {
  const where = 'linalg.eigh';
  const [values, vectors] = tf.tidy(() =>
    runOp<Tensor[]>(tf, 'SymmetricEigen', { a: matrixOf(tf, where, a, true) }, { where }),
  ) as [Tensor, Tensor];
  return { values, vectors };
}

/**
 * Singular values and vectors, A = U diag(s) Vᵀ, by one-sided Jacobi rotations (Golub and Van Loan, section 8.6.3), which
 * find small values as precisely as large ones. A column of U has a positive component of largest size. The gradient
 * of a vector is defined where its value is no other's.
 * @param a `[..., m, n]`
 * @example
 * ```ts
 * const { u, s, v } = linalg.svd([[3, 0], [4, 5]]);
 * s; // → [6.7082038, 2.236068]
 * ```
 */
export function svd(tf: TensorLibrary, a: Numeric): Svd {
  const [u, s, v] = tf.tidy(() => runOp<Tensor[]>(tf, 'SVD', { a: matrixOf(tf, 'linalg.svd', a) })) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return { u, s, v };
}

/**
 * The Moore–Penrose inverse A⁺, by the singular values: A⁺ b is the least-squares solution of A x = b of least norm. The
 * gradient is that of a matrix whose rank stays the same (Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973).
 * @param a `[..., m, n]`
 * @returns `[..., n, m]`
 * @example
 * ```ts
 * // A line through three points: slope and height by least squares
 * tf.matMul(linalg.pinv([[0, 1], [1, 1], [2, 1]]), [[1], [3], [5]]); // → [[2], [1]]
 * ```
 */
export function pinv(tf: TensorLibrary, a: Numeric, options: PinvOptions = {}): tfTypes.Tensor {
  const where = 'linalg.pinv';
  checkOptions(where, options, PINV_OPTIONS);
  return tf.tidy(() => {
    const x = matrixOf(tf, where, a);
    const { rcond = Math.max(...x.shape.slice(-2)) * EPSILON } = options;
    checkNumber(where, 'rcond', rcond);
    const inverse = tf.customGrad(((x: Tensor, save: (saved: Tensor[]) => void) => {
      const p = pseudoInverse(tf, x, rcond);
      save([x, p]);
      return { value: p, gradFunc: (dy: Tensor, saved: Tensor[]) => pinvGrad(tf, dy, saved as [Tensor, Tensor]) };
    }) as never);
    return inverse(x);
  });
}

function pseudoInverse(tf: TensorLibrary, x: Tensor, rcond: number): Tensor {
  const [u, s, v] = runOp<[Tensor, Tensor, Tensor]>(tf, 'SVD', { a: x });
  const kept = tf.cast(tf.greater(s, tf.mul(tf.max(s, -1, true), rcond)), 'float32');
  const reciprocal = tf.div(kept, tf.add(s, tf.sub(1, kept)));
  return tf.matMul(tf.mul(v, tf.expandDims(reciprocal, -2)), u, false, true);
}

function pinvGrad(tf: TensorLibrary, dy: Tensor, [a, p]: [Tensor, Tensor]): Tensor {
  const dyT = adjointOf(tf, dy);
  const first = tf.matMul(tf.matMul(p, dy, true), p, false, true);
  // (I − A P) dyᵀ P Pᵀ and Pᵀ P dyᵀ (I − P A)
  const outside = tf.sub(dyT, tf.matMul(a, tf.matMul(p, dyT)));
  const second = tf.matMul(outside, tf.matMul(p, p, false, true));
  const inside = tf.sub(dyT, tf.matMul(tf.matMul(dyT, p), a));
  const third = tf.matMul(tf.matMul(p, p, true), inside);
  return tf.sub(tf.add(second, third), first);
}
