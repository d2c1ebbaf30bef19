// Discrete Fourier transforms of rows of complex numbers, computed in double precision: Stockham's algorithm with the
// factors 4, 2, 3, 5 and other small primes, which needs no reordering; and Bluestein's for sizes with a large prime
// factor, as a convolution of a size that has none.
import { args, bound, parallel, threadCount, threadId } from './pool';

/** Rows y[r] = scale · Σⱼ x[r, j] · e^(−2πi·j·k / n). For the inverse the real and the imaginary parts change places. */
@unmanaged
export class FftArgs {
  /** [rows, n] float32, the real parts. */
  real: usize;
  /** [rows, n] float32, the imaginary parts. */
  imag: usize;
  /** [rows, n] float32, written. */
  outReal: usize;
  /** [rows, n] float32, written. */
  outImag: usize;
  /** e^(−2πi·k / size), k = 0 … size − 1: pairs of float64. */
  roots: usize;
  /** e^(−πi·k² / n), k = 0 … n − 1: pairs of float64; 0 where size = n. */
  chirp: usize;
  /** Working memory, as many bytes as `fftWorkBytes` says. */
  work: usize;
  rows: i32;
  n: i32;
  /** What is transformed in stages: n, or with a chirp at least 2n − 1. It has no large prime factor. */
  size: i32;
  /** 1, or 1 / n for the inverse. */
  scale: f32;
}

/** Bytes of a complex number. */
const PAIR: usize = 16;

// @ts-ignore: decorator
@inline
function buffers(a: FftArgs): usize {
  return a.chirp ? 3 : 2;
}

/** Bytes of working memory. */
export function fftWorkBytes(args: FftArgs): usize {
  const a = args;
  const each = buffers(a) * <usize>a.size * PAIR;
  const filter: usize = a.chirp ? <usize>a.size * PAIR : 0;
  return filter + <usize>min(threadCount(), a.rows) * each;
}

/** Transforms all rows. */
export function fft(args: FftArgs): void {
  const a = args;
  if (a.chirp) prepareFilter(a);
  parallel(fftTask.index, min(a.rows, threadCount() * 8));
}

/** The transform of the conjugate chirp, at the beginning of the working memory: what all rows are convolved with. */
function prepareFilter(a: FftArgs): void {
  const size = a.size;
  const x = a.work + <usize>size * PAIR;
  memory.fill(x, 0, <usize>size * PAIR);
  for (let k = 0; k < a.n; k++) {
    const c = conjugate(v128.load(a.chirp + <usize>k * PAIR));
    v128.store(x + <usize>k * PAIR, c);
    if (k > 0) v128.store(x + <usize>(size - k) * PAIR, c);
  }
  const y = transform(x, x + <usize>size * PAIR, size, a.roots);
  memory.copy(a.work, y, <usize>size * PAIR);
}

function fftTask(chunk: i32, chunks: i32): void {
  const a = args<FftArgs>();
  const n = a.n;
  const size = a.size;
  const bytes = <usize>size * PAIR;
  // With fewer rows than threads, a chunk has one row and its own memory
  const slot = a.rows < threadCount() ? chunk : threadId();
  const x = a.work + (a.chirp ? bytes : 0) + <usize>slot * buffers(a) * bytes;
  const scale = f64x2.splat(<f64>a.scale);
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const offset = (<usize>r * <usize>n) << 2;
    const real = a.real + offset;
    const imag = a.imag + offset;
    for (let k = 0; k < n; k++) {
      const at = <usize>k << 2;
      store<f64>(x + <usize>k * PAIR, <f64>load<f32>(real + at));
      store<f64>(x + <usize>k * PAIR, <f64>load<f32>(imag + at), 8);
    }
    const y = a.chirp ? convolve(a, x) : transform(x, x + bytes, size, a.roots);
    const toReal = a.outReal + offset;
    const toImag = a.outImag + offset;
    for (let k = 0; k < n; k++) {
      const v = f64x2.mul(v128.load(y + <usize>k * PAIR), scale);
      store<f32>(toReal + (<usize>k << 2), <f32>f64x2.extract_lane(v, 0));
      store<f32>(toImag + (<usize>k << 2), <f32>f64x2.extract_lane(v, 1));
    }
  }
}

/**
 * Bluestein's algorithm: j·k = (j² + k² − (k − j)²) / 2 makes the transform a convolution with the chirp. The n numbers
 * at x are changed. @returns where the result lies
 */
function convolve(a: FftArgs, x: usize): usize {
  const n = a.n;
  const size = a.size;
  const bytes = <usize>size * PAIR;
  for (let k = 0; k < n; k++) {
    const at = <usize>k * PAIR;
    v128.store(x + at, product(v128.load(x + at), v128.load(a.chirp + at)));
  }
  memory.fill(x + <usize>n * PAIR, 0, <usize>(size - n) * PAIR);
  const y = transform(x, x + bytes, size, a.roots);
  // The inverse is the conjugate of the transform of the conjugate
  for (let k = 0; k < size; k++) {
    const at = <usize>k * PAIR;
    v128.store(y + at, conjugate(product(v128.load(y + at), v128.load(a.work + at))));
  }
  const z = transform(y, x + 2 * bytes, size, a.roots);
  const scale = f64x2.splat(1.0 / <f64>size);
  for (let k = 0; k < n; k++) {
    const at = <usize>k * PAIR;
    v128.store(z + at, product(f64x2.mul(conjugate(v128.load(z + at)), scale), v128.load(a.chirp + at)));
  }
  return z;
}

/** a · b. */
// @ts-ignore: decorator
@inline
function product(a: v128, b: v128): v128 {
  const re = v128.shuffle<i64>(b, b, 0, 0);
  const im = v128.shuffle<i64>(b, b, 1, 1);
  return f64x2.add(f64x2.mul(a, re), f64x2.mul(turned(a), im));
}

/** i · a. */
// @ts-ignore: decorator
@inline
function turned(a: v128): v128 {
  return v128.xor(v128.shuffle<i64>(a, a, 1, 0), i64x2(0x8000000000000000, 0));
}

// @ts-ignore: decorator
@inline
function conjugate(a: v128): v128 {
  return v128.xor(a, i64x2(0, 0x8000000000000000));
}

/** The smallest factor that the next stage takes: 4 if possible. */
function radixOf(n: i32): i32 {
  if ((n & 3) == 0) return 4;
  if ((n & 1) == 0) return 2;
  for (let r = 3; r * r <= n; r += 2) if (n % r == 0) return r;
  return n;
}

/**
 * The transform of the `size` numbers at x; both places are written to.
 * @param roots the roots of unity of order `size`
 * @returns where the result lies: x or y
 */
function transform(x: usize, y: usize, size: i32, roots: usize): usize {
  let n = size;
  let stride = 1;
  while (n > 1) {
    const r = radixOf(n);
    const m = n / r;
    if (r == 4) stage4(x, y, m, stride, roots);
    else if (r == 2) stage2(x, y, m, stride, roots);
    else if (r == 3) stage3(x, y, m, stride, roots);
    else if (r == 5) stage5(x, y, m, stride, roots);
    else stage(r, x, y, m, stride, roots, size / r);
    const z = x;
    x = y;
    y = z;
    n = m;
    stride *= r;
  }
  return x;
}

// Each stage turns x[p + m·j][q] into y[r·p + k][q] = root(p·k) · Σⱼ x[p + m·j][q] · e^(−2πi·j·k / r), for p < m and
// q < stride.

// @ts-ignore: decorator
@inline
function root(roots: usize, i: i32): v128 {
  return v128.load(roots + <usize>i * PAIR);
}

function stage4(x: usize, y: usize, m: i32, stride: i32, roots: usize): void {
  const row = <usize>stride * PAIR;
  const quarter = <usize>m * row;
  for (let p = 0; p < m; p++, x += row, y += 4 * row) {
    const w1 = root(roots, p * stride);
    const w2 = root(roots, 2 * p * stride);
    const w3 = root(roots, 3 * p * stride);
    for (let q: usize = 0; q < row; q += PAIR) {
      const a = v128.load(x + q);
      const b = v128.load(x + q + quarter);
      const c = v128.load(x + q + 2 * quarter);
      const d = v128.load(x + q + 3 * quarter);
      const ac = f64x2.add(a, c);
      const bd = f64x2.add(b, d);
      const minus = f64x2.sub(a, c);
      const i = turned(f64x2.sub(b, d));
      v128.store(y + q, f64x2.add(ac, bd));
      v128.store(y + q + row, product(f64x2.sub(minus, i), w1));
      v128.store(y + q + 2 * row, product(f64x2.sub(ac, bd), w2));
      v128.store(y + q + 3 * row, product(f64x2.add(minus, i), w3));
    }
  }
}

function stage2(x: usize, y: usize, m: i32, stride: i32, roots: usize): void {
  const row = <usize>stride * PAIR;
  const half = <usize>m * row;
  for (let p = 0; p < m; p++, x += row, y += 2 * row) {
    const w = root(roots, p * stride);
    for (let q: usize = 0; q < row; q += PAIR) {
      const a = v128.load(x + q);
      const b = v128.load(x + q + half);
      v128.store(y + q, f64x2.add(a, b));
      v128.store(y + q + row, product(f64x2.sub(a, b), w));
    }
  }
}

function stage3(x: usize, y: usize, m: i32, stride: i32, roots: usize): void {
  const row = <usize>stride * PAIR;
  const third = <usize>m * row;
  const half = f64x2.splat(0.5);
  const sine = f64x2.splat(0.8660254037844386);
  for (let p = 0; p < m; p++, x += row, y += 3 * row) {
    const w1 = root(roots, p * stride);
    const w2 = root(roots, 2 * p * stride);
    for (let q: usize = 0; q < row; q += PAIR) {
      const a = v128.load(x + q);
      const b = v128.load(x + q + third);
      const c = v128.load(x + q + 2 * third);
      const sum = f64x2.add(b, c);
      const even = f64x2.sub(a, f64x2.mul(sum, half));
      const odd = turned(f64x2.mul(f64x2.sub(b, c), sine));
      v128.store(y + q, f64x2.add(a, sum));
      v128.store(y + q + row, product(f64x2.sub(even, odd), w1));
      v128.store(y + q + 2 * row, product(f64x2.add(even, odd), w2));
    }
  }
}

function stage5(x: usize, y: usize, m: i32, stride: i32, roots: usize): void {
  const row = <usize>stride * PAIR;
  const fifth = <usize>m * row;
  const c1 = f64x2.splat(0.30901699437494745);
  const c2 = f64x2.splat(-0.8090169943749475);
  const s1 = f64x2.splat(0.9510565162951535);
  const s2 = f64x2.splat(0.5877852522924731);
  for (let p = 0; p < m; p++, x += row, y += 5 * row) {
    const w1 = root(roots, p * stride);
    const w2 = root(roots, 2 * p * stride);
    const w3 = root(roots, 3 * p * stride);
    const w4 = root(roots, 4 * p * stride);
    for (let q: usize = 0; q < row; q += PAIR) {
      const a = v128.load(x + q);
      const b = v128.load(x + q + fifth);
      const c = v128.load(x + q + 2 * fifth);
      const d = v128.load(x + q + 3 * fifth);
      const e = v128.load(x + q + 4 * fifth);
      const outer = f64x2.add(b, e);
      const inner = f64x2.add(c, d);
      const b_e = f64x2.sub(b, e);
      const c_d = f64x2.sub(c, d);
      const even1 = f64x2.add(a, f64x2.add(f64x2.mul(outer, c1), f64x2.mul(inner, c2)));
      const even2 = f64x2.add(a, f64x2.add(f64x2.mul(outer, c2), f64x2.mul(inner, c1)));
      const odd1 = turned(f64x2.add(f64x2.mul(b_e, s1), f64x2.mul(c_d, s2)));
      const odd2 = turned(f64x2.sub(f64x2.mul(b_e, s2), f64x2.mul(c_d, s1)));
      v128.store(y + q, f64x2.add(a, f64x2.add(outer, inner)));
      v128.store(y + q + row, product(f64x2.sub(even1, odd1), w1));
      v128.store(y + q + 2 * row, product(f64x2.sub(even2, odd2), w2));
      v128.store(y + q + 3 * row, product(f64x2.add(even2, odd2), w3));
      v128.store(y + q + 4 * row, product(f64x2.add(even1, odd1), w4));
    }
  }
}

/** A stage of any factor. @param unit step between roots of unity of order r */
function stage(r: i32, x: usize, y: usize, m: i32, stride: i32, roots: usize, unit: i32): void {
  const row = <usize>stride * PAIR;
  const part = <usize>m * row;
  for (let p = 0; p < m; p++, x += row, y += <usize>r * row) {
    for (let k = 0; k < r; k++) {
      const w = root(roots, p * k * stride);
      const to = y + <usize>k * row;
      for (let q: usize = 0; q < row; q += PAIR) {
        let sum = v128.load(x + q);
        let from = x + q;
        for (let j = 1, at = k; j < r; j++) {
          from += part;
          sum = f64x2.add(sum, product(v128.load(from), root(roots, at * unit)));
          at += k;
          if (at >= r) at -= r;
        }
        v128.store(to + q, product(sum, w));
      }
    }
  }
}
