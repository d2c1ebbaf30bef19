// Programs that factor matrices, one workgroup for each matrix of a batch: elimination, Cholesky's and Householder's
// factors, and Jacobi's rotations in the order of a tournament, in which each pair of columns meets once in a sweep.
import type { Shader } from '../shader.ts';

/** Invocations of a workgroup. */
const WIDE = 64;
const sized = { count: 'u32', n: 'u32' } as const;
const begin = `
  let matrix = group.x + groups.x * group.y;
  if (matrix >= u.count) { return; }
  let n = u.n;
  let from_ = matrix * n * n;`;
/** The sum of a number over the workgroup, for each invocation. */
const total = `
var<workgroup> part: array<f32, ${WIDE}>;
fn total(at: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${WIDE >> 1}u; half > 0u; half /= 2u) {
    if (at < half) { part[at] += part[at + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}`;
const pivoting = `
var<workgroup> sizes: array<f32, ${WIDE}>;
var<workgroup> places: array<u32, ${WIDE}>;`;

/** Elimination with partial pivoting of `lu`; `more` does to the right side what is done to its rows. */
const eliminate = (more: { swap: string; subtract: string }) => `
  for (var k = 0u; k < n; k++) {
    var best = -1.0;
    var place = k;
    for (var i = k + at; i < n; i += ${WIDE}u) {
      let size = abs(lu[from_ + i * n + k]);
      if (size > best) { best = size; place = i; }
    }
    sizes[at] = best;
    places[at] = place;
    workgroupBarrier();
    if (at == 0u) {
      for (var i = 1u; i < ${WIDE}u; i++) {
        if (sizes[i] > best || (sizes[i] == best && places[i] < place)) { best = sizes[i]; place = places[i]; }
      }
      places[0] = place;
    }
    workgroupBarrier();
    let p = places[0];
    if (p != k) {
      if (at == 0u) { sign = -sign; }
      for (var c = at; c < n; c += ${WIDE}u) {
        let held = lu[from_ + k * n + c];
        lu[from_ + k * n + c] = lu[from_ + p * n + c];
        lu[from_ + p * n + c] = held;
      }
      ${more.swap}
    }
    storageBarrier();
    let head = lu[from_ + k * n + k];
    if (head == 0.0) { regular = false; }
    for (var i = k + 1u + at; i < n; i += ${WIDE}u) {
      let factor = select(lu[from_ + i * n + k] / head, 0.0, head == 0.0);
      for (var j = k + 1u; j < n; j++) { lu[from_ + i * n + j] -= factor * lu[from_ + k * n + j]; }
      ${more.subtract}
    }
    storageBarrier();
  }`;

/** A x = b. `form`: 0 full, 1 lower, 2 upper triangular, after `adjoint`. Info: 1 for a singular matrix. */
export const solveShader: Shader = {
  name: 'linear solve',
  outputs: { x: 'f32', lu: 'f32', info: 'f32' },
  inputs: { a: 'f32', b: 'f32' },
  uniforms: { ...sized, k: 'u32', form: 'u32', adjoint: 'u32', nan: 'u32' },
  workgroup: [WIDE],
  declarations: pivoting,
  main: `${begin}
  let width = u.k;
  let right = matrix * n * width;
  for (var i = at; i < n * n; i += ${WIDE}u) {
    lu[from_ + i] = select(a[from_ + i], a[from_ + (i % n) * n + i / n], u.adjoint == 1u);
  }
  for (var i = at; i < n * width; i += ${WIDE}u) { x[right + i] = b[right + i]; }
  storageBarrier();
  var regular = true;
  var sign = 1.0;
  if (u.form == 0u) {
    ${eliminate({
      swap: `for (var c = at; c < width; c += ${WIDE}u) {
        let held = x[right + k * width + c];
        x[right + k * width + c] = x[right + p * width + c];
        x[right + p * width + c] = held;
      }`,
      subtract: 'for (var c = 0u; c < width; c++) { x[right + i * width + c] -= factor * x[right + k * width + c]; }',
    })}
  }
  if (u.form == 1u) {
    for (var i = 0u; i < n; i++) {
      let head = lu[from_ + i * n + i];
      if (head == 0.0) { regular = false; }
      for (var j = i + 1u + at; j < n; j += ${WIDE}u) {
        let factor = lu[from_ + j * n + i] / head;
        for (var c = 0u; c < width; c++) { x[right + j * width + c] -= factor * x[right + i * width + c]; }
      }
      storageBarrier();
    }
  } else {
    for (var back = 0u; back < n; back++) {
      let i = n - 1u - back;
      let head = lu[from_ + i * n + i];
      if (head == 0.0) { regular = false; }
      for (var j = at; j < i; j += ${WIDE}u) {
        let factor = lu[from_ + j * n + i] / head;
        for (var c = 0u; c < width; c++) { x[right + j * width + c] -= factor * x[right + i * width + c]; }
      }
      storageBarrier();
    }
  }
  for (var i = at; i < n * width; i += ${WIDE}u) {
    let row = i / width;
    x[right + i] = select(bitcast<f32>(u.nan), x[right + i] / lu[from_ + row * n + row], regular);
  }
  if (at == 0u) { info[matrix] = select(1.0, 0.0, regular); }`,
};

export const determinantShader: Shader = {
  name: 'determinant',
  outputs: { det: 'f32', signs: 'f32', logs: 'f32', lu: 'f32' },
  inputs: { a: 'f32' },
  uniforms: { ...sized, infinity: 'u32' },
  workgroup: [WIDE],
  declarations: pivoting,
  main: `${begin}
  for (var i = at; i < n * n; i += ${WIDE}u) { lu[from_ + i] = a[from_ + i]; }
  storageBarrier();
  var regular = true;
  var sign = 1.0;
  ${eliminate({ swap: '', subtract: '' })}
  if (at == 0u) {
    var product = sign;
    var sum = 0.0;
    for (var i = 0u; i < n; i++) {
      let d = lu[from_ + i * n + i];
      product *= d;
      if (d < 0.0) { sign = -sign; }
      if (regular) { sum += log(abs(d)); }
    }
    det[matrix] = product;
    signs[matrix] = select(0.0, sign, regular);
    logs[matrix] = select(-bitcast<f32>(u.infinity), sum, regular);
  }`,
};

/** Info: 1 for a matrix that is not positive definite. */
export const choleskyShader: Shader = {
  name: 'cholesky',
  outputs: { l: 'f32', info: 'f32' },
  inputs: { a: 'f32' },
  uniforms: { ...sized, nan: 'u32' },
  workgroup: [WIDE],
  main: `${begin}
  for (var i = at; i < n * n; i += ${WIDE}u) {
    l[from_ + i] = 0.5 * (a[from_ + i] + a[from_ + (i % n) * n + i / n]);
  }
  storageBarrier();
  var good = true;
  for (var k = 0u; k < n; k++) {
    let d = l[from_ + k * n + k];
    if (!(d > 0.0)) { good = false; }
    let root = sqrt(max(d, 1e-37));
    storageBarrier();
    for (var i = k + at; i < n; i += ${WIDE}u) {
      l[from_ + i * n + k] = select(l[from_ + i * n + k] / root, root, i == k);
    }
    storageBarrier();
    for (var i = k + 1u + at; i < n; i += ${WIDE}u) {
      let factor = l[from_ + i * n + k];
      for (var j = k + 1u; j <= i; j++) { l[from_ + i * n + j] -= factor * l[from_ + j * n + k]; }
    }
    storageBarrier();
  }
  for (var i = at; i < n * n; i += ${WIDE}u) {
    let value = select(l[from_ + i], 0.0, i % n > i / n);
    l[from_ + i] = select(bitcast<f32>(u.nan), value, good);
  }
  if (at == 0u) { info[matrix] = select(1.0, 0.0, good); }`,
};

/** Householder's reflections; `work` [m, n] and `betas` [k] are for the program alone. */
export const qrShader: Shader = {
  name: 'qr',
  outputs: { q: 'f32', r: 'f32', work: 'f32', betas: 'f32' },
  inputs: { a: 'f32' },
  uniforms: { ...sized, m: 'u32' },
  workgroup: [WIDE],
  declarations: total,
  main: `
  let matrix = group.x + groups.x * group.y;
  if (matrix >= u.count) { return; }
  let n = u.n;
  let m = u.m;
  let k = min(m, n);
  let w = matrix * m * n;
  let toQ = matrix * m * k;
  let toR = matrix * k * n;
  for (var i = at; i < m * n; i += ${WIDE}u) { work[w + i] = a[w + i]; }
  for (var i = at; i < k * n; i += ${WIDE}u) { r[toR + i] = 0.0; }
  for (var i = at; i < m * k; i += ${WIDE}u) { q[toQ + i] = select(0.0, 1.0, i / k == i % k); }
  storageBarrier();
  for (var c = 0u; c < k; c++) {
    var squares = 0.0;
    for (var i = c + 1u + at; i < m; i += ${WIDE}u) { squares += work[w + i * n + c] * work[w + i * n + c]; }
    squares = total(at, squares);
    let first = work[w + c * n + c];
    let length = sqrt(first * first + squares);
    let head = select(select(length, -length, first > 0.0), first, squares == 0.0);
    let lead = first - head;
    let beta = select(2.0 / (lead * lead + squares), 0.0, squares == 0.0);
    storageBarrier();
    if (at == 0u) {
      work[w + c * n + c] = lead;
      betas[matrix * k + c] = beta;
      r[toR + c * n + c] = head;
    }
    storageBarrier();
    for (var j = c + 1u + at; j < n; j += ${WIDE}u) {
      var dot = 0.0;
      for (var i = c; i < m; i++) { dot += work[w + i * n + c] * work[w + i * n + j]; }
      for (var i = c; i < m; i++) { work[w + i * n + j] -= beta * dot * work[w + i * n + c]; }
      r[toR + c * n + j] = work[w + c * n + j];
    }
    storageBarrier();
  }
  for (var j = at; j < k; j += ${WIDE}u) {
    for (var back = 0u; back < k; back++) {
      let c = k - 1u - back;
      let beta = betas[matrix * k + c];
      var dot = 0.0;
      for (var i = c; i < m; i++) { dot += work[w + i * n + c] * q[toQ + i * k + j]; }
      for (var i = c; i < m; i++) { q[toQ + i * k + j] -= beta * dot * work[w + i * n + c]; }
    }
  }`,
};

/** The two columns of a pair in a round of the tournament; `n` or more: no column. */
const tournament = `
fn pairOf(p: u32, round: u32, players: u32) -> vec2u {
  let rest = players - 1u;
  let i = select((round + p) % rest, players - 1u, p == 0u);
  let j = select((round + rest - p) % rest, round, p == 0u);
  return vec2u(min(i, j), max(i, j));
}
/// Cosine and sine of the rotation that makes xy zero
fn rotation(xx: f32, yy: f32, xy: f32) -> vec2f {
  let zeta = (yy - xx) / (2.0 * xy);
  let t = select(1.0, -1.0, zeta < 0.0) / (abs(zeta) + sqrt(1.0 + zeta * zeta));
  let c = inverseSqrt(1.0 + t * t);
  return vec2f(c, c * t);
}
var<workgroup> moved: atomic<u32>;
var<workgroup> goOn: u32;`;

/** Sweeps after which rotations end; they have converged long before. */
const MOST_SWEEPS = 24;

/** One more sweep while `body` rotates columns. */
const sweeps = (body: string) => `
  let players = n + n % 2u;
  for (var sweep = 0u; sweep < ${MOST_SWEEPS}u; sweep++) {
    if (at == 0u) { atomicStore(&moved, 0u); }
    workgroupBarrier();
    for (var round = 0u; round + 1u < players; round++) { ${body} }
    if (at == 0u) { goOn = atomicLoad(&moved); }
    if (workgroupUniformLoad(&goOn) == 0u) { break; }
  }`;

/** Jacobi's rotations from both sides. `work`, `turned` [n, n], `angles` [n + 1] are for the program alone. */
export const eigenShader: Shader = {
  name: 'symmetric eigen',
  outputs: { values: 'f32', vectors: 'f32', work: 'f32', turned: 'f32', angles: 'vec2f' },
  inputs: { a: 'f32' },
  uniforms: { ...sized },
  workgroup: [WIDE],
  declarations: tournament,
  main: `${begin}
  let angle = matrix * (n + 1u);
  for (var i = at; i < n * n; i += ${WIDE}u) {
    work[from_ + i] = 0.5 * (a[from_ + i] + a[from_ + (i % n) * n + i / n]);
    turned[from_ + i] = select(0.0, 1.0, i / n == i % n);
  }
  storageBarrier();
  ${sweeps(`
      for (var p = at; p < players / 2u; p += ${WIDE}u) {
        let pair = pairOf(p, round, players);
        var turn = vec2f(1.0, 0.0);
        if (pair.y < n) {
          let xx = work[from_ + pair.x * n + pair.x];
          let yy = work[from_ + pair.y * n + pair.y];
          let xy = work[from_ + pair.x * n + pair.y];
          if (abs(xy) > 1e-9 * (abs(xx) + abs(yy))) {
            turn = rotation(xx, yy, xy);
            if (abs(xy) > 3e-8 * (abs(xx) + abs(yy))) { atomicStore(&moved, 1u); }
          }
        }
        angles[angle + p] = turn;
      }
      storageBarrier();
      for (var e = at; e < players / 2u * n; e += ${WIDE}u) {
        let pair = pairOf(e / n, round, players);
        if (pair.y < n) {
          let turn = angles[angle + e / n];
          let row = from_ + (e % n) * n;
          let x = work[row + pair.x];
          let y = work[row + pair.y];
          work[row + pair.x] = turn.x * x - turn.y * y;
          work[row + pair.y] = turn.y * x + turn.x * y;
          let vx = turned[row + pair.x];
          let vy = turned[row + pair.y];
          turned[row + pair.x] = turn.x * vx - turn.y * vy;
          turned[row + pair.y] = turn.y * vx + turn.x * vy;
        }
      }
      storageBarrier();
      for (var e = at; e < players / 2u * n; e += ${WIDE}u) {
        let pair = pairOf(e / n, round, players);
        if (pair.y < n) {
          let turn = angles[angle + e / n];
          let rowX = from_ + pair.x * n + e % n;
          let rowY = from_ + pair.y * n + e % n;
          let x = work[rowX];
          let y = work[rowY];
          work[rowX] = turn.x * x - turn.y * y;
          work[rowY] = turn.y * x + turn.x * y;
        }
      }
      storageBarrier();`)}
  for (var j = at; j < n; j += ${WIDE}u) {
    let value = work[from_ + j * n + j];
    var rank = 0u;
    for (var i = 0u; i < n; i++) {
      let other = work[from_ + i * n + i];
      if (other < value || (other == value && i < j)) { rank++; }
    }
    values[matrix * n + rank] = value;
    var largest = 0.0;
    for (var i = 0u; i < n; i++) {
      let v = turned[from_ + i * n + j];
      if (abs(v) > abs(largest) * 1.000001) { largest = v; }
    }
    let sign = select(1.0, -1.0, largest < 0.0);
    for (var i = 0u; i < n; i++) { vectors[from_ + i * n + rank] = sign * turned[from_ + i * n + j]; }
  }`,
};

/**
 * Jacobi's rotations of the columns of a matrix [m, n], m ≥ n, or of its transpose. `work` [m, n] and `turned` [n, n]
 * are for the program alone.
 */
export const svdShader: Shader = {
  name: 'svd',
  outputs: { left: 'f32', s: 'f32', right: 'f32', work: 'f32', turned: 'f32' },
  inputs: { a: 'f32' },
  uniforms: { ...sized, m: 'u32', adjoint: 'u32' },
  workgroup: [WIDE],
  declarations: tournament,
  main: `${begin}
  let m = u.m;
  let w = matrix * m * n;
  for (var i = at; i < m * n; i += ${WIDE}u) {
    work[w + i] = select(a[w + i], a[w + (i % n) * m + i / n], u.adjoint == 1u);
  }
  for (var i = at; i < n * n; i += ${WIDE}u) { turned[from_ + i] = select(0.0, 1.0, i / n == i % n); }
  storageBarrier();
  ${sweeps(`
      for (var p = at; p < players / 2u; p += ${WIDE}u) {
        let pair = pairOf(p, round, players);
        if (pair.y < n) {
          var xx = 0.0;
          var yy = 0.0;
          var xy = 0.0;
          for (var i = 0u; i < m; i++) {
            let x = work[w + i * n + pair.x];
            let y = work[w + i * n + pair.y];
            xx += x * x;
            yy += y * y;
            xy += x * y;
          }
          if (abs(xy) > 3e-7 * sqrt(xx) * sqrt(yy) && abs(xy) > 1e-9 * (xx + yy)) {
            atomicStore(&moved, 1u);
            let turn = rotation(xx, yy, xy);
            for (var i = 0u; i < m; i++) {
              let x = work[w + i * n + pair.x];
              let y = work[w + i * n + pair.y];
              work[w + i * n + pair.x] = turn.x * x - turn.y * y;
              work[w + i * n + pair.y] = turn.y * x + turn.x * y;
            }
            for (var i = 0u; i < n; i++) {
              let x = turned[from_ + i * n + pair.x];
              let y = turned[from_ + i * n + pair.y];
              turned[from_ + i * n + pair.x] = turn.x * x - turn.y * y;
              turned[from_ + i * n + pair.y] = turn.y * x + turn.x * y;
            }
          }
        }
      }
      storageBarrier();`)}
  // The lengths of the columns, in the place of the rotations' sizes
  for (var j = at; j < n; j += ${WIDE}u) {
    var squares = 0.0;
    for (var i = 0u; i < m; i++) { squares += work[w + i * n + j] * work[w + i * n + j]; }
    s[matrix * n + j] = sqrt(squares);
  }
  storageBarrier();
  var largest = 0.0;
  for (var i = 0u; i < n; i++) { largest = max(largest, s[matrix * n + i]); }
  let none = f32(n) * 1.2e-7 * largest;
  for (var j = at; j < n; j += ${WIDE}u) {
    let value = s[matrix * n + j];
    var rank = 0u;
    for (var i = 0u; i < n; i++) {
      let other = s[matrix * n + i];
      if (other > value || (other == value && i < j)) { rank++; }
    }
    var top = 0.0;
    let isLeft = u.adjoint == 0u;
    for (var i = 0u; i < select(n, m, isLeft); i++) {
      var v = turned[from_ + min(i, n - 1u) * n + j];
      if (isLeft) { v = work[w + i * n + j]; }
      if (abs(v) > abs(top) * 1.000001) { top = v; }
    }
    let sign = select(1.0, -1.0, top < 0.0);
    // 0 where the column has no direction, to be filled below
    for (var i = 0u; i < m; i++) {
      left[w + i * n + rank] = select(0.0, sign * work[w + i * n + j] / value, value > none);
    }
    for (var i = 0u; i < n; i++) { right[from_ + i * n + rank] = sign * turned[from_ + i * n + j]; }
  }
  storageBarrier();
  if (at == 0u) {
    for (var i = 1u; i < n; i++) {
      let value = s[matrix * n + i];
      var j = i;
      while (j > 0u && s[matrix * n + j - 1u] < value) {
        s[matrix * n + j] = s[matrix * n + j - 1u];
        j--;
      }
      s[matrix * n + j] = value;
    }
    for (var j = 0u; j < n; j++) {
      if (s[matrix * n + j] > none) { continue; }
      for (var axis = 0u; axis < m; axis++) {
        for (var i = 0u; i < m; i++) { left[w + i * n + j] = select(0.0, 1.0, i == axis); }
        for (var again = 0; again < 2; again++) {
          for (var c = 0u; c < j; c++) {
            var dot = 0.0;
            for (var i = 0u; i < m; i++) { dot += left[w + i * n + c] * left[w + i * n + j]; }
            for (var i = 0u; i < m; i++) { left[w + i * n + j] -= dot * left[w + i * n + c]; }
          }
        }
        var squares = 0.0;
        for (var i = 0u; i < m; i++) { squares += left[w + i * n + j] * left[w + i * n + j]; }
        if (squares >= 0.9 * f32(m - j) / f32(m)) {
          for (var i = 0u; i < m; i++) { left[w + i * n + j] *= inverseSqrt(squares); }
          break;
        }
      }
    }
  }`,
};

/** A bitonic sort of each row (Batcher 1968), `size` being its length rounded up to a power of two. */
export const sortShader = (type: 'f32' | 'i32'): Shader => ({
  name: `sort ${type}`,
  outputs: { values: type, places: 'i32', work: 'vec2u' },
  inputs: { x: type },
  uniforms: { count: 'u32', n: 'u32', size: 'u32', descending: 'u32' },
  workgroup: [256],
  declarations: `
fn keyOf(bits: u32) -> u32 {
  ${
    type === 'i32'
      ? 'return bits ^ 0x80000000u;'
      : `if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if ((bits & 0x7fffffffu) == 0u) { return 0x80000000u; }
  return select(bits ^ 0x80000000u, ~bits, (bits >> 31u) == 1u);`
  }
}`,
  main: `
  let row = group.x + groups.x * group.y;
  if (row >= u.count) { return; }
  let from_ = row * u.size;
  for (var i = at; i < u.size; i += 256u) {
    var key = 0xffffffffu;
    if (i < u.n) {
      key = keyOf(bitcast<u32>(x[row * u.n + i]));
      if (u.descending == 1u) { key = ~key; }
    }
    work[from_ + i] = vec2u(key, i);
  }
  storageBarrier();
  for (var block = 2u; block <= u.size; block *= 2u) {
    for (var step = block / 2u; step > 0u; step /= 2u) {
      for (var i = at; i < u.size; i += 256u) {
        let j = i ^ step;
        if (j > i) {
          let p = work[from_ + i];
          let q = work[from_ + j];
          let isAfter = p.x > q.x || (p.x == q.x && p.y > q.y);
          if (isAfter == ((i & block) == 0u)) {
            work[from_ + i] = q;
            work[from_ + j] = p;
          }
        }
      }
      storageBarrier();
    }
  }
  for (var i = at; i < u.n; i += 256u) {
    let place = work[from_ + i].y;
    values[row * u.n + i] = x[row * u.n + place];
    places[row * u.n + i] = i32(place);
  }`,
});
