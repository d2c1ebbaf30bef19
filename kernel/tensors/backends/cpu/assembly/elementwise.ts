// What JavaScript calls for elementwise op kernels: functions of one tensor and of two, choices, casts, sums of many
// tensors and fills.
import { Axis, BinaryArgs, storeBytes, storePart, UnaryArgs } from './elementwise-loops';
import { binaryTask, unaryTask } from './generated/elementwise';
import { args, bound, chunksOf, parallel, scratch } from './pool';
import { entry } from './tables';

/** y = f(x). */
export function unary(args: UnaryArgs): void {
  parallel(unaryTask.index, chunksOf(args.n, args.grain));
}

/** Rows of fewer elements are put together to longer ones. */
const SHORT = 64;
/** Where the main thread's scratch memory holds them */
const TILE: usize = 1024;

/** y = f(a, b) with broadcasting. It overwrites a part of the arguments. */
export function binary(args: BinaryArgs): void {
  const inner = args.inner;
  if (args.outer == 1 && inner < SHORT && args.aInner != 0 && args.bInner != 0) {
    // One operand is the same row for all: with copies of it side by side, several rows are one
    const first = entry<Axis>(args.axes, 0);
    const rows = min(first.length, 4 * SHORT / inner);
    const bytes = <usize>(inner * args.bytes);
    const tile = scratch() + TILE;
    const source = first.aStride == 0 ? args.a : args.b;
    for (let i = 0; i < rows; i++) memory.copy(tile + <usize>i * bytes, source, bytes);
    if (first.aStride == 0) args.a = tile;
    else args.b = tile;
    args.inner = rows * inner;
    first.length = i32.MAX_VALUE;
    first.aStride *= rows;
    first.bStride *= rows;
  }
  parallel(binaryTask.index, chunksOf(args.n, args.grain));
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
