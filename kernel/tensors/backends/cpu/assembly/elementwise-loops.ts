// The loops over elements that all elementwise ops share, with NumPy's broadcasting. What is computed at each place is
// a class without instances whose method `at`, or `one`, is compiled into the loop: assembly/generated/elementwise.ts
// has one for each op. Loads reach up to 63 bytes beyond an operand's last element, since blocks of memory are whole
// cache lines. Stores never do, since the neighboring bytes may be another thread's.
import { args, bound, scratch } from './pool';
import { entry, Table } from './tables';

/** y = f(x); x, y [n] of four bytes each. */
@unmanaged
export class UnaryArgs {
  /** Number of f in the table of elementwise ops. */
  op: i32;
  x: usize;
  /** Written. */
  y: usize;
  n: i32;
  /** The first attribute of f, if it has any. */
  p: f32;
  /** The second attribute of f. */
  q: f32;
  /** Fewer elements are not worth a second thread. */
  grain: i32;
}

/** An outer axis of a broadcast; strides in elements. */
@unmanaged
export class Axis {
  length: i32;
  aStride: i32;
  bStride: i32;
}

/**
 * y = f(a, b), with y [n] read as rows of `inner` elements. Along a row an operand has consecutive elements (`aInner`,
 * `bInner` 1) or is one element (0); from row to row, along the outer axes, it has any strides. Without broadcasting, y
 * is one row.
 */
@unmanaged
export class BinaryArgs {
  /** Number of f in the table of elementwise ops. */
  op: i32;
  a: usize;
  b: usize;
  /** Written. */
  y: usize;
  n: i32;
  inner: i32;
  aInner: i32;
  bInner: i32;
  /** The first attribute of f, if it has any. */
  p: f32;
  /** The second attribute of f. */
  q: f32;
  /** Bytes of an element of a and of b. */
  bytes: i32;
  /** Number of outer axes. */
  outer: i32;
  /** [outer], from the inside out. */
  axes: Table<Axis>;
  /** Fewer elements are not worth a second thread. */
  grain: i32;
}

/** The first `count` of four words, 1…3 */
// @ts-ignore: decorator
@inline
export function storePart(y: usize, v: v128, count: usize): void {
  if (count == 1) {
    v128.store32_lane(y, v, 0);
    return;
  }
  v128.store64_lane(y, v, 0);
  if (count == 3) v128.store32_lane(y, v, 2, 8);
}

/** Four numbers at a time */
export function map<F>(chunk: i32, chunks: i32): void {
  const a = args<UnaryArgs>();
  const f = changetype<F>(0);
  const p = f32x4.splat(a.p);
  const q = f32x4.splat(a.q);
  let x = a.x + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  let y = a.y + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  const end = a.y + ((<usize>bound(a.n, 16, chunk + 1, chunks)) << 2);
  for (; y + 16 <= end; y += 16) {
    v128.store(y, f.at(v128.load(x), p, q));
    x += 16;
  }
  if (y < end) storePart(y, f.at(v128.load(x), p, q), (end - y) >> 2);
}

/** Sixteen at a time, for ops of a few instructions */
export function mapWide<F>(chunk: i32, chunks: i32): void {
  const a = args<UnaryArgs>();
  const f = changetype<F>(0);
  const p = f32x4.splat(a.p);
  const q = f32x4.splat(a.q);
  let x = a.x + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  let y = a.y + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  const end = a.y + ((<usize>bound(a.n, 16, chunk + 1, chunks)) << 2);
  for (; y + 64 <= end; y += 64) {
    v128.store(y, f.at(v128.load(x), p, q));
    v128.store(y, f.at(v128.load(x, 16), p, q), 16);
    v128.store(y, f.at(v128.load(x, 32), p, q), 32);
    v128.store(y, f.at(v128.load(x, 48), p, q), 48);
    x += 64;
  }
  for (; y + 16 <= end; y += 16) {
    v128.store(y, f.at(v128.load(x), p, q));
    x += 16;
  }
  if (y < end) storePart(y, f.at(v128.load(x), p, q), (end - y) >> 2);
}

/** One at a time */
export function mapEach<F>(chunk: i32, chunks: i32): void {
  const a = args<UnaryArgs>();
  const f = changetype<F>(0);
  let x = a.x + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  let y = a.y + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  const end = a.y + ((<usize>bound(a.n, 16, chunk + 1, chunks)) << 2);
  for (; y < end; y += 4) {
    store<f32>(y, <f32>f.one(<f64>load<f32>(x)));
    x += 4;
  }
}

/**
 * The rows of a chunk, or the parts of rows in it: the inner loop `K` with the op `F`. Chunks begin at multiples of 16
 * elements.
 */
export function combine<F, K>(chunk: i32, chunks: i32): void {
  const k = changetype<K>(0);
  const g = args<BinaryArgs>();
  let at = bound(g.n, 16, chunk, chunks);
  const end = bound(g.n, 16, chunk + 1, chunks);
  if (at == end) return;
  const inner = g.inner;
  const outer = g.outer;
  const axes = g.axes;
  const aInner = g.aInner;
  const bInner = g.bInner;
  const p = f32x4.splat(g.p);
  const q = f32x4.splat(g.q);
  const first = at / inner;
  let column = at - first * inner;
  let a = g.a;
  let b = g.b;
  const aCopies = scratch();
  const bCopies = aCopies + 64;
  const indices = aCopies + 128;
  let rest = first;
  for (let i = 0; i < outer; i++) {
    const along = entry<Axis>(axes, i);
    const index = rest % along.length;
    rest /= along.length;
    store<i32>(indices + ((<usize>i) << 2), index);
    a += (<usize>(index * along.aStride)) << k.shift();
    b += (<usize>(index * along.bStride)) << k.shift();
  }
  while (true) {
    const n = min(inner - column, end - at);
    let rowA = a;
    let rowB = b;
    // An operand that is one element is read from 64 bytes of copies of it
    if (aInner != 0) rowA += (<usize>column) << k.shift();
    else {
      k.copies(aCopies, a);
      rowA = aCopies;
    }
    if (bInner != 0) rowB += (<usize>column) << k.shift();
    else {
      k.copies(bCopies, b);
      rowB = bCopies;
    }
    k.row<F>(rowA, aInner, rowB, bInner, g.y + ((<usize>at) << k.shiftOut()), n, p, q);
    at += n;
    if (at == end) return;
    column = 0;
    for (let i = 0; i < outer; i++) {
      const along = entry<Axis>(axes, i);
      a += (<usize>along.aStride) << k.shift();
      b += (<usize>along.bStride) << k.shift();
      const index = load<i32>(indices + ((<usize>i) << 2)) + 1;
      if (index < along.length) {
        store<i32>(indices + ((<usize>i) << 2), index);
        break;
      }
      a -= (<usize>(along.aStride * along.length)) << k.shift();
      b -= (<usize>(along.bStride * along.length)) << k.shift();
      store<i32>(indices + ((<usize>i) << 2), 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function fourWords(to: usize, from: usize): void {
  const v = v128.load32_splat(from);
  v128.store(to, v);
  v128.store(to, v, 16);
  v128.store(to, v, 32);
  v128.store(to, v, 48);
}

/** Operands and results of four bytes each, ops of a few instructions */
@unmanaged
export class Words {
  @inline shift(): usize {
    return 2;
  }
  @inline shiftOut(): usize {
    return 2;
  }
  @inline copies(to: usize, from: usize): void {
    fourWords(to, from);
  }
  @inline row<F>(a: usize, aInner: i32, b: usize, bInner: i32, y: usize, n: i32, p: v128, q: v128): void {
    const f = changetype<F>(0);
    const end = y + ((<usize>n) << 2);
    const aStep = (<usize>aInner) << 6;
    const bStep = (<usize>bInner) << 6;
    for (; y + 64 <= end; y += 64) {
      v128.store(y, f.at(v128.load(a), v128.load(b), p, q));
      v128.store(y, f.at(v128.load(a, 16), v128.load(b, 16), p, q), 16);
      v128.store(y, f.at(v128.load(a, 32), v128.load(b, 32), p, q), 32);
      v128.store(y, f.at(v128.load(a, 48), v128.load(b, 48), p, q), 48);
      a += aStep;
      b += bStep;
    }
    for (; y + 16 <= end; y += 16) {
      v128.store(y, f.at(v128.load(a), v128.load(b), p, q));
      a += aStep >> 2;
      b += bStep >> 2;
    }
    if (y < end) storePart(y, f.at(v128.load(a), v128.load(b), p, q), (end - y) >> 2);
  }
}

/** Operands and results of four bytes each, longer ops */
@unmanaged
export class Slow {
  @inline shift(): usize {
    return 2;
  }
  @inline shiftOut(): usize {
    return 2;
  }
  @inline copies(to: usize, from: usize): void {
    fourWords(to, from);
  }
  @inline row<F>(a: usize, aInner: i32, b: usize, bInner: i32, y: usize, n: i32, p: v128, q: v128): void {
    const f = changetype<F>(0);
    const end = y + ((<usize>n) << 2);
    const aStep = (<usize>aInner) << 4;
    const bStep = (<usize>bInner) << 4;
    while (y < end) {
      const v = f.at(v128.load(a), v128.load(b), p, q);
      if (y + 16 <= end) v128.store(y, v);
      else storePart(y, v, (end - y) >> 2);
      y += 16;
      a += aStep;
      b += bStep;
    }
  }
}

/** Operands of four bytes, results bool: sixteen at a time, since sixteen bytes are stored at once */
@unmanaged
export class Flags {
  @inline shift(): usize {
    return 2;
  }
  @inline shiftOut(): usize {
    return 0;
  }
  @inline copies(to: usize, from: usize): void {
    fourWords(to, from);
  }
  @inline row<F>(a: usize, aInner: i32, b: usize, bInner: i32, y: usize, n: i32, p: v128, q: v128): void {
    const f = changetype<F>(0);
    const end = y + <usize>n;
    const aStep = (<usize>aInner) << 6;
    const bStep = (<usize>bInner) << 6;
    for (; y + 16 <= end; y += 16) {
      const low = i16x8.narrow_i32x4_s(
        f.at(v128.load(a), v128.load(b), p, q),
        f.at(v128.load(a, 16), v128.load(b, 16), p, q),
      );
      const high = i16x8.narrow_i32x4_s(
        f.at(v128.load(a, 32), v128.load(b, 32), p, q),
        f.at(v128.load(a, 48), v128.load(b, 48), p, q),
      );
      v128.store(y, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
      a += aStep;
      b += bStep;
    }
    while (y < end) {
      const bits = i32x4.bitmask(f.at(v128.load(a), v128.load(b), p, q));
      for (let i = 0; i < 4 && y < end; i++) {
        store<u8>(y, <u8>((bits >> i) & 1));
        y++;
      }
      a += aStep >> 2;
      b += bStep >> 2;
    }
  }
}

/** Operands and results bool */
@unmanaged
export class Bools {
  @inline shift(): usize {
    return 0;
  }
  @inline shiftOut(): usize {
    return 0;
  }
  @inline copies(to: usize, from: usize): void {
    v128.store(to, v128.load8_splat(from));
  }
  @inline row<F>(a: usize, aInner: i32, b: usize, bInner: i32, y: usize, n: i32, p: v128, q: v128): void {
    const f = changetype<F>(0);
    const end = y + <usize>n;
    for (; y + 16 <= end; y += 16) {
      v128.store(y, f.at(v128.load(a), v128.load(b), p, q));
      a += (<usize>aInner) << 4;
      b += (<usize>bInner) << 4;
    }
    if (y < end) storeBytes(y, f.at(v128.load(a), v128.load(b), p, q), end);
  }
}

/** The first of sixteen bytes, up to the address `end` */
export function storeBytes(y: usize, v: v128, end: usize): void {
  const copy = scratch() + 256;
  v128.store(copy, v);
  for (let i: usize = 0; y + i < end; i++) store<u8>(y + i, load<u8>(copy + i));
}
