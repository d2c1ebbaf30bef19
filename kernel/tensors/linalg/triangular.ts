// Factorizations by elimination, for one matrix in double precision, by rows: LU with partial pivoting and Cholesky's,
// and what follows from them: solutions, determinants. (Golub and Van Loan, Matrix Computations, 4th ed., 2013.)

/** Rounding errors of double precision. */
const EPSILON = 2 ** -52;

/** A matrix as it is given to these functions: numbers by rows. They are changed in place. */
export type Numbers = Float64Array;

/** The factors of {@link luFactors}. */
export interface Lu {
  /** L below the diagonal, whose own is 1, and U on and above it. */
  lu: Numbers;
  /** Which row of the matrix is at each place. */
  order: Int32Array;
  /** 1 or −1: whether the rows were exchanged an even number of times. */
  sign: number;
  /** The column whose numbers are combinations of those before it, by rounding errors; −1 if there is none. */
  dependent: number;
}

/**
 * P A = L U of a square matrix, by Gaussian elimination with partial pivoting (algorithm 3.4.1). A pivot counts as 0
 * where it is a rounding error of its row.
 */
export function luFactors(a: Numbers, n: number): Lu {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const sizes = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sizes[i] = Math.max(sizes[i]!, Math.abs(a[i * n + j]!));
  let sign = 1;
  let dependent = -1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      for (let j = 0; j < n; j++) {
        const held = a[k * n + j]!;
        a[k * n + j] = a[pivot * n + j]!;
        a[pivot * n + j] = held;
      }
      [order[k], order[pivot]] = [order[pivot]!, order[k]!];
      [sizes[k], sizes[pivot]] = [sizes[pivot]!, sizes[k]!];
      sign = -sign;
    }
    const head = a[k * n + k]!;
    if (Math.abs(head) <= 4 * n * EPSILON * sizes[k]!) {
      if (dependent < 0) dependent = k;
      if (head === 0) continue;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = (a[i * n + k]! /= head);
      if (factor === 0) continue;
      let size = sizes[i]!;
      for (let j = k + 1; j < n; j++) {
        const part = factor * a[k * n + j]!;
        a[i * n + j]! -= part;
        size = Math.max(size, Math.abs(part));
      }
      sizes[i] = size;
    }
  }
  return { lu: a, order, sign, dependent };
}

/** Replaces b [n, k] by the solution of L x = b, L lower triangular, with 1 on the diagonal if `unit`. */
export function solveLower(l: Numbers, b: Numbers, n: number, unit: boolean): void {
  const k = b.length / n;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const factor = l[i * n + j]!;
      if (factor !== 0) for (let c = 0; c < k; c++) b[i * k + c]! -= factor * b[j * k + c]!;
    }
    if (!unit) for (let c = 0; c < k; c++) b[i * k + c]! /= l[i * n + i]!;
  }
}

/** Replaces b [n, k] by the solution of U x = b, U upper triangular. */
export function solveUpper(u: Numbers, b: Numbers, n: number): void {
  const k = b.length / n;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) {
      const factor = u[i * n + j]!;
      if (factor !== 0) for (let c = 0; c < k; c++) b[i * k + c]! -= factor * b[j * k + c]!;
    }
    for (let c = 0; c < k; c++) b[i * k + c]! /= u[i * n + i]!;
  }
}

/** The solution of A x = b [n, k] by the factors of A. */
export function luSolve({ lu, order }: Lu, b: Numbers, n: number): Numbers {
  const k = b.length / n;
  const x = new Float64Array(b.length);
  for (let i = 0; i < n; i++) x.set(b.subarray(order[i]! * k, (order[i]! + 1) * k), i * k);
  solveLower(lu, x, n, true);
  solveUpper(lu, x, n);
  return x;
}

/** Sign and logarithm of the size of the determinant. */
export function luDeterminant({ lu, sign, dependent }: Lu, n: number): { sign: number; log: number } {
  if (dependent >= 0) return { sign: 0, log: -Infinity };
  let log = 0;
  for (let i = 0; i < n; i++) {
    const d = lu[i * n + i]!;
    if (d < 0) sign = -sign;
    log += Math.log(Math.abs(d));
  }
  return { sign, log };
}

/**
 * L of A = L Lᵀ, lower triangular, for a symmetric matrix (algorithm 4.2.1).
 * @returns the row at which the matrix proves not to be positive definite, if it is not
 */
export function choleskyFactor(a: Numbers, n: number): Numbers | number {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 4 * n * EPSILON * Math.abs(a[i * n + i]!)) l[i * n + i] = Math.sqrt(sum);
      else return i;
    }
  }
  return l;
}
