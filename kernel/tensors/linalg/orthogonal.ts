// Factorizations with orthonormal columns, for one matrix in double precision, by rows: QR by Householder's reflections,
// eigenvectors of symmetric matrices, and singular values. (Golub and Van Loan, Matrix Computations, 4th ed., 2013.)
import type { Numbers } from './triangular.ts';

/** Rounding errors of double precision. */
const EPSILON = 2 ** -52;
/** More than any matrix has been seen to take: QL takes about 2 for each eigenvalue, Jacobi's method about 10. */
const MOST_SWEEPS = 80;

/** A [m, n] transposed: [n, m]. */
export function transposed(a: Numbers, m: number, n: number): Numbers {
  const t = new Float64Array(a.length);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = a[i * n + j]!;
  return t;
}

/** Replaces x by the vector of the reflection that takes x to a multiple of its first axis (algorithm 5.1.1). */
function reflector(x: Float64Array): { beta: number; head: number } {
  let tail = 0;
  for (let i = 1; i < x.length; i++) tail = Math.hypot(tail, x[i]!);
  const first = x[0]!;
  if (tail === 0) return { beta: 0, head: first };
  const head = first > 0 ? -Math.hypot(first, tail) : Math.hypot(first, tail);
  x[0] = first - head;
  let squares = 0;
  for (const v of x) squares += v * v;
  return { beta: 2 / squares, head };
}

/**
 * A [m, n] = Q R with k = min(m, n): Q [m, k] with orthonormal columns, R [k, n] upper triangular, by Householder's
 * reflections, with the signs of LAPACK's (algorithm 5.2.1).
 */
export function qrFactors(a: Numbers, m: number, n: number): { q: Numbers; r: Numbers } {
  const k = Math.min(m, n);
  // By columns: a reflection goes along them
  const t = transposed(a, m, n);
  const reflections: { v: Float64Array; beta: number }[] = [];
  for (let c = 0; c < k; c++) {
    const v = t.slice(c * m + c, (c + 1) * m);
    const { beta, head } = reflector(v);
    reflections.push({ v, beta });
    for (let j = c + 1; j < n; j++) reflect(t.subarray(j * m + c, (j + 1) * m), v, beta);
    t[c * m + c] = head;
  }
  const r = new Float64Array(k * n);
  for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[i * n + j] = t[j * m + i]!;
  const q = new Float64Array(k * m);
  for (let j = 0; j < k; j++) {
    q[j * m + j] = 1;
    for (let c = k - 1; c >= 0; c--)
      reflect(q.subarray(j * m + c, (j + 1) * m), reflections[c]!.v, reflections[c]!.beta);
  }
  return { q: transposed(q, k, m), r };
}

/** x − β (v · x) v, in place. */
function reflect(x: Float64Array, v: Float64Array, beta: number): void {
  if (beta === 0) return;
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i]! * x[i]!;
  dot *= beta;
  for (let i = 0; i < v.length; i++) x[i]! -= dot * v[i]!;
}

/**
 * Eigenvalues, ascending, and eigenvectors of a symmetric matrix: it is made tridiagonal by Householder's reflections
 * (algorithm 8.3.1), and that diagonal by the implicit QL method with Wilkinson's shift (section 8.3.3; Bowdler,
 * Martin, Reinsch and Wilkinson, Numerische Mathematik 11, 1968).
 * @returns values [n], vectors [n, n], one in each column
 */
export function symmetricEigen(a: Numbers, n: number): { values: Float64Array; vectors: Numbers } {
  const { diagonal, beside, rows } = tridiagonal(a, n);
  diagonalize(diagonal, beside, rows, n);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const values = Float64Array.from(order, (i) => diagonal[i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, j) => {
    const row = rows.subarray(from * n, (from + 1) * n);
    const sign = signOf(row);
    for (let i = 0; i < n; i++) vectors[i * n + j] = sign * row[i]!;
  });
  return { values, vectors };
}

/** The sign by which a vector's largest component becomes positive: eigenvectors have none of their own. */
function signOf(x: Float64Array): number {
  let largest = 0;
  for (const v of x) if (Math.abs(v) > Math.abs(largest) * (1 + 1e-6)) largest = v;
  return largest < 0 ? -1 : 1;
}

/** A = Q T Qᵀ with T tridiagonal: its diagonal, the numbers beside it, and Qᵀ. */
function tridiagonal(a: Numbers, n: number) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflections: { v: Float64Array; beta: number }[] = [];
  for (let k = 0; k < n - 2; k++) {
    const m = n - k - 1;
    const v = Float64Array.from({ length: m }, (_, i) => a[(k + 1 + i) * n + k]!);
    const { beta, head } = reflector(v);
    reflections.push({ v, beta });
    beside[k] = head;
    if (beta === 0) continue;
    const w = new Float64Array(m);
    let dot = 0;
    for (let i = 0; i < m; i++) {
      const row = (k + 1 + i) * n + k + 1;
      let sum = 0;
      for (let j = 0; j < m; j++) sum += a[row + j]! * v[j]!;
      w[i] = beta * sum;
      dot += w[i]! * v[i]!;
    }
    const part = (beta * dot) / 2;
    for (let i = 0; i < m; i++) w[i]! -= part * v[i]!;
    for (let i = 0; i < m; i++) {
      const row = (k + 1 + i) * n + k + 1;
      const [vi, wi] = [v[i]!, w[i]!];
      for (let j = 0; j < m; j++) a[row + j]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  if (n > 1) beside[n - 2] = a[(n - 1) * n + n - 2]!;
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  // Row j of Qᵀ is Q applied to the axis j
  const rows = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    rows[j * n + j] = 1;
    for (let k = n - 3; k >= 0; k--)
      reflect(rows.subarray(j * n + k + 1, (j + 1) * n), reflections[k]!.v, reflections[k]!.beta);
  }
  return { diagonal, beside, rows };
}

/** Makes a tridiagonal matrix diagonal; its rotations are applied to `rows`. */
function diagonalize(d: Float64Array, e: Float64Array, rows: Numbers, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new Error('the eigenvalues of the matrix were not found');
      let shift = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      const size = Math.hypot(shift, 1);
      shift = d[m]! - d[l]! + e[l]! / (shift + (shift < 0 ? -size : size));
      let [sine, cosine, moved] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        const r = Math.hypot(f, shift);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= moved;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = shift / r;
        const rest = d[i + 1]! - moved;
        const t = (d[i]! - rest) * sine + 2 * cosine * b;
        moved = sine * t;
        d[i + 1] = rest + moved;
        shift = cosine * t - b;
        rotate(rows, i * n, (i + 1) * n, n, cosine, -sine);
      }
      if (i >= l) continue;
      d[l]! -= moved;
      e[l] = shift;
      e[m] = 0;
    }
  }
}

/** Rotates two vectors of a list in their plane: x ← c x + s y, y ← c y − s x. */
function rotate(list: Numbers, x: number, y: number, n: number, ...[c, s]: [c: number, s: number]): void {
  for (let k = 0; k < n; k++) {
    const [a, b] = [list[x + k]!, list[y + k]!];
    list[x + k] = c * a + s * b;
    list[y + k] = c * b - s * a;
  }
}

/** The factors of {@link singularValues}. */
export interface Svd {
  u: Numbers;
  s: Float64Array;
  v: Numbers;
}

/**
 * A [m, n] = U diag(s) Vᵀ with k = min(m, n): U [m, k], s [k] descending, V [n, k], by one-sided Jacobi rotations, which
 * find small singular values to high relative accuracy (section 8.6.3; Demmel and Veselić, SIAM J. Matrix Anal. 13,
 * 1992).
 */
export function singularValues(a: Numbers, m: number, n: number): Svd {
  const made = m < n ? flipped(tall(transposed(a, m, n), n, m)) : tall(a, m, n);
  const { u, s, v } = made;
  // The signs of a pair of vectors are free: those by which a column of U has a positive component of largest size
  const k = s.length;
  for (let j = 0; j < k; j++) {
    if (signOf(Float64Array.from({ length: m }, (_, i) => u[i * k + j]!)) > 0) continue;
    for (let i = 0; i < m; i++) u[i * k + j]! *= -1;
    for (let i = 0; i < n; i++) v[i * k + j]! *= -1;
  }
  return made;
}

const flipped = ({ u, s, v }: Svd): Svd => ({ u: v, s, v: u });

/** The factors of a matrix [m, n], m ≥ n. */
function tall(a: Numbers, m: number, n: number): Svd {
  if (m > n) {
    const { q, r } = qrFactors(a, m, n);
    const { u, s, v } = tall(r, n, n);
    return { u: product(q, u, m, n), s, v };
  }
  // By columns: rotations go along them
  const columns = transposed(a, n, n);
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) right[i * n + i] = 1;
  for (let sweep = 0; !isOrthogonal(columns, right, n); sweep++)
    if (sweep === MOST_SWEEPS) throw new Error('the singular values of the matrix were not found');
  return sorted(columns, right, n);
}

/** One sweep over all pairs of columns. @returns whether they were orthogonal before it */
function isOrthogonal(columns: Numbers, right: Numbers, n: number): boolean {
  let done = true;
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      const [x, y] = [i * n, j * n];
      let [xx, yy, xy] = [0, 0, 0];
      for (let k = 0; k < n; k++) {
        const [a, b] = [columns[x + k]!, columns[y + k]!];
        xx += a * a;
        yy += b * b;
        xy += a * b;
      }
      if (!(Math.abs(xy) > n * EPSILON * Math.sqrt(xx) * Math.sqrt(yy))) continue;
      done = false;
      const zeta = (yy - xx) / (2 * xy);
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const c = 1 / Math.hypot(1, t);
      rotate(columns, x, y, n, c, -c * t);
      rotate(right, x, y, n, c, -c * t);
    }
  }
  return done;
}

/** The factors, by the rotated columns U diag(s) and V. */
function sorted(columns: Numbers, right: Numbers, n: number): Svd {
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.hypot(...columns.subarray(j * n, (j + 1) * n)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!);
  const s = Float64Array.from(order, (j) => lengths[j]!);
  const u = new Float64Array(n * n);
  const v = new Float64Array(n * n);
  const none = n * EPSILON * (s[0] ?? 0);
  order.forEach((from, j) => {
    const left = columns.subarray(from * n, (from + 1) * n);
    // Columns that are 0 have no direction: any that is orthogonal to the others
    const unit = s[j]! > none ? left.map((x) => x / s[j]!) : orthogonalTo(u, j, n);
    u.set(unit, j * n);
    for (let i = 0; i < n; i++) v[i * n + j] = right[from * n + i]!;
  });
  return { u: transposed(u, n, n), s, v };
}

/** A unit vector that is orthogonal to the first `count` vectors of a list. */
function orthogonalTo(list: Numbers, count: number, n: number): Float64Array {
  let best = new Float64Array(n);
  let length = -1;
  for (let axis = 0; axis < n && length < 0.5; axis++) {
    const x = new Float64Array(n);
    x[axis] = 1;
    for (let again = 0; again < 2; again++)
      for (let j = 0; j < count; j++) reflect(x, list.subarray(j * n, (j + 1) * n), 1);
    const size = Math.hypot(...x);
    if (size > length) [best, length] = [x, size];
  }
  return best.map((v) => v / length);
}

/** A [m, n] B [n, n]. */
function product(a: Numbers, b: Numbers, m: number, n: number): Numbers {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0; j < n; j++) y[i * n + j]! += factor * b[k * n + j]!;
    }
  return y;
}
