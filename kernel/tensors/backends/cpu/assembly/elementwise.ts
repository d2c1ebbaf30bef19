// Op kernels that treat each element for itself: the loops over elements, shared by all of them, with NumPy's broadcasting. What is computed
// at each place is in elementwise-ops.ts. Loads reach up to 63 bytes beyond an operand's last element: blocks of memory are whole cache
// lines. Stores never do, since the neighbouring bytes may be another thread's.
import { Binary, Unary } from './codes';
import * as ops from './elementwise-ops';
import { args, bound, chunksOf, parallel, scratch } from './pool';

@unmanaged
class UnaryArgs {
  op: i32;
  x: usize;
  y: usize;
  n: i32;
  p: f32;
  q: f32;
}

/**
 * y = f(x), f by its number in `Unary`, with parameters p and q; x, y [n] of four bytes each
 * @param grain elements below which a second thread is not worth its start
 */
export function unary(op: i32, x: usize, y: usize, n: i32, p: f32, q: f32, grain: i32): void {
  const a = args<UnaryArgs>();
  a.op = op;
  a.x = x;
  a.y = y;
  a.n = n;
  a.p = p;
  a.q = q;
  parallel(unaryTask.index, chunksOf(n, grain));
}

function unaryTask(chunk: i32, chunks: i32): void {
  switch (args<UnaryArgs>().op) {
    case Unary.Relu:
      return mapWide<ops.Relu>(chunk, chunks);
    case Unary.Abs:
      return mapWide<ops.Abs>(chunk, chunks);
    case Unary.Neg:
      return mapWide<ops.Neg>(chunk, chunks);
    case Unary.Square:
      return mapWide<ops.Square>(chunk, chunks);
    case Unary.Sqrt:
      return mapWide<ops.Sqrt>(chunk, chunks);
    case Unary.Rsqrt:
      return mapWide<ops.Rsqrt>(chunk, chunks);
    case Unary.Reciprocal:
      return mapWide<ops.Reciprocal>(chunk, chunks);
    case Unary.Exp:
      return map<ops.Exp>(chunk, chunks);
    case Unary.Log:
      return map<ops.Log>(chunk, chunks);
    case Unary.Sigmoid:
      return map<ops.Sigmoid>(chunk, chunks);
    case Unary.Tanh:
      return map<ops.Tanh>(chunk, chunks);
    case Unary.Step:
      return mapWide<ops.Step>(chunk, chunks);
    case Unary.ClipByValue:
      return mapWide<ops.ClipByValue>(chunk, chunks);
    case Unary.Relu6:
      return mapWide<ops.Relu6>(chunk, chunks);
    case Unary.LeakyRelu:
      return mapWide<ops.LeakyRelu>(chunk, chunks);
    case Unary.Elu:
      return map<ops.Elu>(chunk, chunks);
    case Unary.Selu:
      return map<ops.Selu>(chunk, chunks);
    case Unary.Gelu:
      return map<ops.Gelu>(chunk, chunks);
    case Unary.Softplus:
      return map<ops.Softplus>(chunk, chunks);
    case Unary.Expm1:
      return map<ops.Expm1>(chunk, chunks);
    case Unary.Log1p:
      return map<ops.Log1p>(chunk, chunks);
    case Unary.Erf:
      return map<ops.Erf>(chunk, chunks);
    case Unary.Sin:
      return map<ops.Sin>(chunk, chunks);
    case Unary.Cos:
      return map<ops.Cos>(chunk, chunks);
    case Unary.Floor:
      return mapWide<ops.Floor>(chunk, chunks);
    case Unary.Ceil:
      return mapWide<ops.Ceil>(chunk, chunks);
    case Unary.Round:
      return mapWide<ops.Round>(chunk, chunks);
    case Unary.Sign:
      return mapWide<ops.Sign>(chunk, chunks);
    case Unary.PowHalf:
      return mapWide<ops.PowHalf>(chunk, chunks);
    case Unary.PowMinusHalf:
      return mapWide<ops.PowMinusHalf>(chunk, chunks);
    case Unary.PowMinusTwo:
      return map<ops.PowMinusTwo>(chunk, chunks);
    case Unary.Cube:
      return mapWide<ops.Cube>(chunk, chunks);
    case Unary.Acos:
      return mapEach<ops.Acos>(chunk, chunks);
    case Unary.Acosh:
      return mapEach<ops.Acosh>(chunk, chunks);
    case Unary.Asin:
      return mapEach<ops.Asin>(chunk, chunks);
    case Unary.Asinh:
      return mapEach<ops.Asinh>(chunk, chunks);
    case Unary.Atan:
      return mapEach<ops.Atan>(chunk, chunks);
    case Unary.Atanh:
      return mapEach<ops.Atanh>(chunk, chunks);
    case Unary.Cosh:
      return mapEach<ops.Cosh>(chunk, chunks);
    case Unary.Sinh:
      return mapEach<ops.Sinh>(chunk, chunks);
    case Unary.Tan:
      return mapEach<ops.Tan>(chunk, chunks);
    case Unary.AbsInt:
      return mapWide<ops.AbsInt>(chunk, chunks);
    case Unary.NegInt:
      return mapWide<ops.NegInt>(chunk, chunks);
    case Unary.ReluInt:
      return mapWide<ops.ReluInt>(chunk, chunks);
    case Unary.Relu6Int:
      return mapWide<ops.Relu6Int>(chunk, chunks);
    case Unary.SignInt:
      return mapWide<ops.SignInt>(chunk, chunks);
    case Unary.SquareInt:
      return mapWide<ops.SquareInt>(chunk, chunks);
    case Unary.FloatToInt:
      return map<ops.FloatToInt>(chunk, chunks);
    case Unary.IntToFloat:
      return mapWide<ops.IntToFloat>(chunk, chunks);
  }
}

/** The first `count` of four words, 1…3 */
// @ts-ignore: decorator
@inline
function storePart(y: usize, v: v128, count: usize): void {
  if (count == 1) {
    v128.store32_lane(y, v, 0);
    return;
  }
  v128.store64_lane(y, v, 0);
  if (count == 3) v128.store32_lane(y, v, 2, 8);
}

/** Four numbers at a time */
function map<F>(chunk: i32, chunks: i32): void {
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
function mapWide<F>(chunk: i32, chunks: i32): void {
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
function mapEach<F>(chunk: i32, chunks: i32): void {
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
 * y = f(a, b), with y read as rows of `inner` elements. Along a row an operand has consecutive elements (stride 1) or one alone (0); from
 * row to row, along the outer axes, it has any strides. Without broadcasting all of y is one row.
 */
@unmanaged
class BinaryArgs {
  op: i32;
  a: usize;
  b: usize;
  y: usize;
  /** elements of y */
  n: i32;
  inner: i32;
  aInner: i32;
  bInner: i32;
  p: f32;
  q: f32;
  /** How many outer axes follow this record, from the inside out */
  outer: i32;
}

/** An outer axis; strides in elements */
@unmanaged
class Axis {
  length: i32;
  aStride: i32;
  bStride: i32;
}

// @ts-ignore: decorator
@inline
function axis(i: i32): Axis {
  return changetype<Axis>(
    changetype<usize>(args<BinaryArgs>()) + offsetof<BinaryArgs>() + <usize>i * offsetof<Axis>(),
  );
}

/**
 * y = f(a, b), f by its number in `Binary`, with parameters p and q; y [n], a and b [n] or [1]
 * @param aInner 1, or 0 if a is one element; `bInner` likewise
 * @param grain elements below which a second thread is not worth its start
 */
export function binary(
  op: i32,
  a: usize,
  b: usize,
  y: usize,
  n: i32,
  aInner: i32,
  bInner: i32,
  p: f32,
  q: f32,
  grain: i32,
): void {
  const g = args<BinaryArgs>();
  g.op = op;
  g.a = a;
  g.b = b;
  g.y = y;
  g.n = n;
  g.inner = n;
  g.aInner = aInner;
  g.bInner = bInner;
  g.p = p;
  g.q = q;
  g.outer = 0;
  parallel(binaryTask.index, chunksOf(n, grain));
}

/** Rows shorter than this many elements are put together to longer ones. */
const SHORT = 64;
/** Where the main thread's scratch memory holds them */
const TILE: usize = 1024;

/**
 * The same with broadcasting over y [outer axes …, inner].
 * @param length of the first outer axis from the inside, `aStride` and `bStride` along it
 * @param outer how many outer axes there are, 1…7; where the further ones are described, as `Axis` records: `axes`
 */
export function broadcast(
  op: i32,
  a: usize,
  b: usize,
  y: usize,
  n: i32,
  inner: i32,
  aInner: i32,
  bInner: i32,
  length: i32,
  aStride: i32,
  bStride: i32,
  outer: i32,
  axes: usize,
  grain: i32,
): void {
  const g = args<BinaryArgs>();
  g.op = op;
  g.a = a;
  g.b = b;
  g.y = y;
  g.n = n;
  g.inner = inner;
  g.aInner = aInner;
  g.bInner = bInner;
  g.outer = outer;
  const first = axis(0);
  first.length = length;
  first.aStride = aStride;
  first.bStride = bStride;
  memory.copy(changetype<usize>(axis(1)), axes, <usize>(outer - 1) * offsetof<Axis>());
  if (outer == 1 && inner < SHORT && aInner != 0 && bInner != 0) {
    // One operand is the same row for all: with copies of it side by side, several rows are one
    const rows = min(length, 4 * SHORT / inner);
    const shift: usize = op < Binary.And ? 2 : 0;
    const bytes = (<usize>inner) << shift;
    const tile = scratch() + TILE;
    const source = aStride == 0 ? a : b;
    for (let i = 0; i < rows; i++) memory.copy(tile + <usize>i * bytes, source, bytes);
    if (aStride == 0) g.a = tile;
    else g.b = tile;
    g.inner = rows * inner;
    first.length = i32.MAX_VALUE;
    first.aStride = aStride * rows;
    first.bStride = bStride * rows;
  }
  parallel(binaryTask.index, chunksOf(n, grain));
}

function binaryTask(chunk: i32, chunks: i32): void {
  switch (args<BinaryArgs>().op) {
    case Binary.Add:
      return combine<ops.Add, Words>(chunk, chunks);
    case Binary.Sub:
      return combine<ops.Sub, Words>(chunk, chunks);
    case Binary.Multiply:
      return combine<ops.Multiply, Words>(chunk, chunks);
    case Binary.RealDiv:
      return combine<ops.RealDiv, Words>(chunk, chunks);
    case Binary.Maximum:
      return combine<ops.Maximum, Words>(chunk, chunks);
    case Binary.Minimum:
      return combine<ops.Minimum, Words>(chunk, chunks);
    case Binary.SquaredDifference:
      return combine<ops.SquaredDifference, Words>(chunk, chunks);
    case Binary.Prelu:
      return combine<ops.Prelu, Words>(chunk, chunks);
    case Binary.Pow:
      return combine<ops.Pow, Slow>(chunk, chunks);
    case Binary.Mod:
      return combine<ops.Mod, Slow>(chunk, chunks);
    case Binary.Atan2:
      return combine<ops.Atan2, Slow>(chunk, chunks);
    case Binary.ReluGrad:
      return combine<ops.ReluGrad, Words>(chunk, chunks);
    case Binary.Relu6Grad:
      return combine<ops.Relu6Grad, Words>(chunk, chunks);
    case Binary.LeakyReluGrad:
      return combine<ops.LeakyReluGrad, Words>(chunk, chunks);
    case Binary.EluGrad:
      return combine<ops.EluGrad, Words>(chunk, chunks);
    case Binary.SeluGrad:
      return combine<ops.SeluGrad, Slow>(chunk, chunks);
    case Binary.SigmoidGrad:
      return combine<ops.SigmoidGrad, Words>(chunk, chunks);
    case Binary.TanhGrad:
      return combine<ops.TanhGrad, Words>(chunk, chunks);
    case Binary.SoftplusGrad:
      return combine<ops.SoftplusGrad, Slow>(chunk, chunks);
    case Binary.GeluGrad:
      return combine<ops.GeluGrad, Slow>(chunk, chunks);
    case Binary.SquareGrad:
      return combine<ops.SquareGrad, Words>(chunk, chunks);
    case Binary.SqrtGrad:
      return combine<ops.SqrtGrad, Words>(chunk, chunks);
    case Binary.AbsGrad:
      return combine<ops.AbsGrad, Words>(chunk, chunks);
    case Binary.ClipByValueGrad:
      return combine<ops.ClipByValueGrad, Words>(chunk, chunks);
    case Binary.AddInt:
      return combine<ops.AddInt, Words>(chunk, chunks);
    case Binary.SubInt:
      return combine<ops.SubInt, Words>(chunk, chunks);
    case Binary.MultiplyInt:
      return combine<ops.MultiplyInt, Words>(chunk, chunks);
    case Binary.FloorDivInt:
      return combine<ops.FloorDivInt, Slow>(chunk, chunks);
    case Binary.ModInt:
      return combine<ops.ModInt, Slow>(chunk, chunks);
    case Binary.MaximumInt:
      return combine<ops.MaximumInt, Words>(chunk, chunks);
    case Binary.MinimumInt:
      return combine<ops.MinimumInt, Words>(chunk, chunks);
    case Binary.SquaredDifferenceInt:
      return combine<ops.SquaredDifferenceInt, Words>(chunk, chunks);
    case Binary.BitwiseAndInt:
      return combine<ops.BitwiseAndInt, Words>(chunk, chunks);
    case Binary.FloorDiv:
      return combine<ops.FloorDiv, Slow>(chunk, chunks);
    case Binary.Equal:
      return combine<ops.Equal, Flags>(chunk, chunks);
    case Binary.NotEqual:
      return combine<ops.NotEqual, Flags>(chunk, chunks);
    case Binary.Greater:
      return combine<ops.Greater, Flags>(chunk, chunks);
    case Binary.GreaterEqual:
      return combine<ops.GreaterEqual, Flags>(chunk, chunks);
    case Binary.NonZero:
      return combine<ops.NonZero, Flags>(chunk, chunks);
    case Binary.IsNan:
      return combine<ops.IsNan, Flags>(chunk, chunks);
    case Binary.IsInf:
      return combine<ops.IsInf, Flags>(chunk, chunks);
    case Binary.IsFinite:
      return combine<ops.IsFinite, Flags>(chunk, chunks);
    case Binary.EqualInt:
      return combine<ops.EqualInt, Flags>(chunk, chunks);
    case Binary.NotEqualInt:
      return combine<ops.NotEqualInt, Flags>(chunk, chunks);
    case Binary.GreaterInt:
      return combine<ops.GreaterInt, Flags>(chunk, chunks);
    case Binary.GreaterEqualInt:
      return combine<ops.GreaterEqualInt, Flags>(chunk, chunks);
    case Binary.NonZeroInt:
      return combine<ops.NonZeroInt, Flags>(chunk, chunks);
    case Binary.And:
      return combine<ops.And, Bools>(chunk, chunks);
    case Binary.Or:
      return combine<ops.Or, Bools>(chunk, chunks);
    case Binary.EqualBool:
      return combine<ops.EqualBool, Bools>(chunk, chunks);
    case Binary.NotEqualBool:
      return combine<ops.NotEqualBool, Bools>(chunk, chunks);
    case Binary.GreaterBool:
      return combine<ops.GreaterBool, Bools>(chunk, chunks);
    case Binary.GreaterEqualBool:
      return combine<ops.GreaterEqualBool, Bools>(chunk, chunks);
    case Binary.Not:
      return combine<ops.Not, Bools>(chunk, chunks);
  }
}

/** All rows of a chunk, or what of them is in it, by the inner loop `K` with the op `F` in it. Chunks begin at multiples of 16 elements. */
function combine<F, K>(chunk: i32, chunks: i32): void {
  const k = changetype<K>(0);
  const g = args<BinaryArgs>();
  let at = bound(g.n, 16, chunk, chunks);
  const end = bound(g.n, 16, chunk + 1, chunks);
  if (at == end) return;
  const inner = g.inner;
  const outer = g.outer;
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
    const along = axis(i);
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
    // An operand that is one element alone is read from 64 bytes of copies of it
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
      const along = axis(i);
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
class Words {
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
class Slow {
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
class Flags {
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
        f.at(v128.load(a), v128.load(b)),
        f.at(v128.load(a, 16), v128.load(b, 16)),
      );
      const high = i16x8.narrow_i32x4_s(
        f.at(v128.load(a, 32), v128.load(b, 32)),
        f.at(v128.load(a, 48), v128.load(b, 48)),
      );
      v128.store(y, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
      a += aStep;
      b += bStep;
    }
    while (y < end) {
      const bits = i32x4.bitmask(f.at(v128.load(a), v128.load(b)));
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
class Bools {
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
      v128.store(y, f.at(v128.load(a), v128.load(b)));
      a += (<usize>aInner) << 4;
      b += (<usize>bInner) << 4;
    }
    if (y < end) storeBytes(y, f.at(v128.load(a), v128.load(b)), end);
  }
}

/** The first of sixteen bytes, up to the address `end` */
function storeBytes(y: usize, v: v128, end: usize): void {
  const copy = scratch() + 256;
  v128.store(copy, v);
  for (let i: usize = 0; y + i < end; i++) store<u8>(y + i, load<u8>(copy + i));
}

@unmanaged
class SelectArgs {
  condition: usize;
  t: usize;
  e: usize;
  y: usize;
  n: i32;
  bytes: i32;
}

/** y = condition is 1 : t, else e; condition [n] bool; t, e, y [n] of `bytes` bytes each, 4 or 1 */
export function select(condition: usize, t: usize, e: usize, y: usize, n: i32, bytes: i32): void {
  const a = args<SelectArgs>();
  a.condition = condition;
  a.t = t;
  a.e = e;
  a.y = y;
  a.n = n;
  a.bytes = bytes;
  parallel(selectTask.index, chunksOf(n, 16384));
}

function selectTask(chunk: i32, chunks: i32): void {
  const a = args<SelectArgs>();
  let i = <usize>bound(a.n, 16, chunk, chunks);
  const end = <usize>bound(a.n, 16, chunk + 1, chunks);
  const one = i8x16.splat(1);
  if (a.bytes == 1) {
    for (; i < end; i += 16) {
      const mask = i8x16.eq(v128.load(a.condition + i), one);
      const v = v128.bitselect(v128.load(a.t + i), v128.load(a.e + i), mask);
      if (i + 16 <= end) v128.store(a.y + i, v);
      else storeBytes(a.y + i, v, a.y + end);
    }
    return;
  }
  for (; i + 16 <= end; i += 16) {
    const mask = i8x16.eq(v128.load(a.condition + i), one);
    const low = i16x8.extend_low_i8x16_s(mask);
    const high = i16x8.extend_high_i8x16_s(mask);
    const t = a.t + (i << 2);
    const e = a.e + (i << 2);
    const y = a.y + (i << 2);
    v128.store(y, v128.bitselect(v128.load(t), v128.load(e), i32x4.extend_low_i16x8_s(low)));
    v128.store(y, v128.bitselect(v128.load(t, 16), v128.load(e, 16), i32x4.extend_high_i16x8_s(low)), 16);
    v128.store(y, v128.bitselect(v128.load(t, 32), v128.load(e, 32), i32x4.extend_low_i16x8_s(high)), 32);
    v128.store(y, v128.bitselect(v128.load(t, 48), v128.load(e, 48), i32x4.extend_high_i16x8_s(high)), 48);
  }
  for (; i < end; i += 4) {
    const t = a.t + (i << 2);
    const e = a.e + (i << 2);
    const y = a.y + (i << 2);
    // Four bytes, each made four times as wide
    const mask = i8x16.eq(v128.load32_zero(a.condition + i), one);
    const wide = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(mask));
    const v = v128.bitselect(v128.load(t), v128.load(e), wide);
    if (i + 4 <= end) v128.store(y, v);
    else storePart(y, v, end - i);
  }
}

@unmanaged
class WidenArgs {
  x: usize;
  y: usize;
  n: i32;
  toFloat: i32;
}

/** y = x; x [n] bool, y [n] float32 or int32 */
export function widen(x: usize, y: usize, n: i32, toFloat: i32): void {
  const a = args<WidenArgs>();
  a.x = x;
  a.y = y;
  a.n = n;
  a.toFloat = toFloat;
  parallel(widenTask.index, chunksOf(n, 16384));
}

function widenTask(chunk: i32, chunks: i32): void {
  const a = args<WidenArgs>();
  let i = <usize>bound(a.n, 16, chunk, chunks);
  const end = <usize>bound(a.n, 16, chunk + 1, chunks);
  for (; i < end; i += 4) {
    let v = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(a.x + i)));
    if (a.toFloat) v = f32x4.convert_i32x4_s(v);
    if (i + 4 <= end) v128.store(a.y + (i << 2), v);
    else storePart(a.y + (i << 2), v, end - i);
  }
}

@unmanaged
class AddNArgs {
  list: usize;
  count: i32;
  y: usize;
  n: i32;
  float: i32;
}

/** y = x₀ + x₁ + …; `list` holds the `count` addresses; x, y [n] float32 or int32 */
export function addN(list: usize, count: i32, y: usize, n: i32, float: i32): void {
  const a = args<AddNArgs>();
  a.list = list;
  a.count = count;
  a.y = y;
  a.n = n;
  a.float = float;
  parallel(addNTask.index, chunksOf(n, 16384));
}

function addNTask(chunk: i32, chunks: i32): void {
  const a = args<AddNArgs>();
  let i = (<usize>bound(a.n, 16, chunk, chunks)) << 2;
  const end = (<usize>bound(a.n, 16, chunk + 1, chunks)) << 2;
  const last = a.list + ((<usize>a.count) << 2);
  for (; i < end; i += 16) {
    let sum = v128.load(<usize>load<u32>(a.list) + i);
    for (let at = a.list + 4; at < last; at += 4) {
      const v = v128.load(<usize>load<u32>(at) + i);
      sum = a.float ? f32x4.add(sum, v) : i32x4.add(sum, v);
    }
    if (i + 16 <= end) v128.store(a.y + i, sum);
    else storePart(a.y + i, sum, (end - i) >> 2);
  }
}

@unmanaged
class FillArgs {
  y: usize;
  n: i32;
  bits: u32;
}

/** y = the float32 or int32 with these bits; y [n] */
export function fill(y: usize, n: i32, bits: u32): void {
  const a = args<FillArgs>();
  a.y = y;
  a.n = n;
  a.bits = bits;
  parallel(fillTask.index, chunksOf(n, 65536));
}

function fillTask(chunk: i32, chunks: i32): void {
  const a = args<FillArgs>();
  let y = a.y + ((<usize>bound(a.n, 16, chunk, chunks)) << 2);
  const end = a.y + ((<usize>bound(a.n, 16, chunk + 1, chunks)) << 2);
  if (a.bits == 0) {
    memory.fill(y, 0, end - y);
    return;
  }
  const v = i32x4.splat(a.bits);
  for (; y + 16 <= end; y += 16) v128.store(y, v);
  if (y < end) storePart(y, v, (end - y) >> 2);
}
