// Random numbers: xoshiro128+ of Blackman and Vigna (2018), four of them side by side. Every block of numbers has a
// generator of its own, started from the seed and the block's number, so that the numbers do not depend on the threads.
import { Distribution } from './distributions';
import { log4, sine } from './math';
import { args, bound, parallel, scratch, threadCount } from './pool';
import { madd } from './simd';

/** Numbers of a block. */
const BLOCK: i32 = 4096;

/** Random numbers of a kind with the parameters a and b. */
@unmanaged
export class RandomArgs {
  /** [n] float32, written. */
  to: usize;
  n: i32;
  /** A `Distribution`. */
  kind: i32;
  /** The lower half of the seed. */
  seed0: i32;
  /** The upper half of the seed. */
  seed1: i32;
  a: f32;
  b: f32;
}

/** Fills memory with random numbers. */
export function random(args: RandomArgs): void {
  const n = args.n;
  const blocks = (n + BLOCK - 1) / BLOCK;
  parallel(randomTask.index, threadCount() == 1 ? 1 : min(threadCount() * 4, max(1, blocks >> 1)));
}

function randomTask(chunk: i32, chunks: i32): void {
  const t = args<RandomArgs>();
  const end = bound(t.n, BLOCK, chunk + 1, chunks);
  for (let first = bound(t.n, BLOCK, chunk, chunks); first < end; first += BLOCK) {
    const count = min(BLOCK, t.n - first);
    start(t.seed0, t.seed1, first / BLOCK);
    const to = t.to + (<usize>first << 2);
    const whole = <usize>(count & ~7) << 2;
    fill(t.kind, to, whole);
    const rest = <usize>(count & 7) << 2;
    if (rest == 0) continue;
    // Eight are drawn at a time
    fill(t.kind, scratch(), 32);
    memory.copy(to + whole, scratch(), rest);
  }
}

/** Draws the next numbers; `bytes` is a multiple of 32. */
function fill(kind: i32, to: usize, bytes: usize): void {
  if (kind == Distribution.Uniform) uniforms(to, bytes);
  else if (kind == Distribution.Normal) normals(to, bytes);
  else if (kind == Distribution.TruncatedNormal) truncated(to, bytes);
  else masks(to, bytes);
}

// The state of the generators of this thread
let s0: v128 = i32x4.splat(0);
let s1: v128 = i32x4.splat(0);
let s2: v128 = i32x4.splat(0);
let s3: v128 = i32x4.splat(0);

/**
 * Starts the generators of a block: their states are words of a splitmix generator, as the authors of xoshiro advise.
 */
function start(seed0: i32, seed1: i32, block: i32): void {
  let state = (<u64>(<u32>seed1) << 32) | <u64>(<u32>seed0);
  state += <u64>block * 0xd1342543de82ef95;
  let a = v128.splat<i64>(0);
  let b = a;
  let c = a;
  let d = a;
  state = next64(state);
  a = i64x2.replace_lane(a, 0, <i64>mixed(state));
  state = next64(state);
  a = i64x2.replace_lane(a, 1, <i64>mixed(state));
  state = next64(state);
  b = i64x2.replace_lane(b, 0, <i64>mixed(state));
  state = next64(state);
  b = i64x2.replace_lane(b, 1, <i64>mixed(state));
  state = next64(state);
  c = i64x2.replace_lane(c, 0, <i64>mixed(state));
  state = next64(state);
  c = i64x2.replace_lane(c, 1, <i64>mixed(state));
  state = next64(state);
  d = i64x2.replace_lane(d, 0, <i64>mixed(state));
  state = next64(state);
  d = i64x2.replace_lane(d, 1, <i64>mixed(state));
  s0 = a;
  s1 = b;
  s2 = c;
  s3 = d;
}

// @ts-ignore: decorator
@inline
function next64(state: u64): u64 {
  return state + 0x9e3779b97f4a7c15;
}

// @ts-ignore: decorator
@inline
function mixed(state: u64): u64 {
  let z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Four numbers of [0, 1), multiples of 2⁻²⁴. */
// @ts-ignore: decorator
@inline
function draw(): v128 {
  const result = i32x4.add(s0, s3);
  const t = i32x4.shl(s1, 9);
  s2 = v128.xor(s2, s0);
  s3 = v128.xor(s3, s1);
  s1 = v128.xor(s1, s2);
  s0 = v128.xor(s0, s3);
  s2 = v128.xor(s2, t);
  s3 = v128.or(i32x4.shl(s3, 11), i32x4.shr_u(s3, 21));
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(result, 8)), f32x4.splat(5.9604644775390625e-8));
}

function uniforms(to: usize, bytes: usize): void {
  const a = f32x4.splat(args<RandomArgs>().a);
  const width = f32x4.splat(args<RandomArgs>().b - args<RandomArgs>().a);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, madd(draw(), width, a));
}

function masks(to: usize, bytes: usize): void {
  const keep = f32x4.splat(args<RandomArgs>().a);
  const scale = f32x4.splat(args<RandomArgs>().b);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.and(f32x4.lt(draw(), keep), scale));
}

/** Two vectors of normal numbers at a time; G. Box and M. Muller, 1958. */
function normals(to: usize, bytes: usize): void {
  const mean = f32x4.splat(args<RandomArgs>().a);
  const deviation = f32x4.splat(args<RandomArgs>().b);
  for (let i: usize = 0; i < bytes; i += 32) {
    // 1 − u is not 0
    const l = log4(f32x4.sub(f32x4.splat(1), draw()));
    const r = f32x4.mul(f32x4.sqrt(f32x4.mul(l, f32x4.splat(-2))), deviation);
    const angle = f32x4.mul(draw(), f32x4.splat(6.283185307179586));
    v128.store(to + i, madd(r, sine(angle, 1), mean));
    v128.store(to + i, madd(r, sine(angle, 0), mean), 16);
  }
}

/** erf(√2), the probability of two standard deviations. */
const WITHIN: f32 = 0.9544997361036416;

/**
 * √2 · erf⁻¹ of a uniform number of (−erf √2, erf √2); erf⁻¹ from M. Giles, "Approximating the erfinv function", 2010.
 */
function truncated(to: usize, bytes: usize): void {
  const mean = f32x4.splat(args<RandomArgs>().a);
  const deviation = f32x4.splat(args<RandomArgs>().b * 1.4142135623730951);
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    // Between the bounds: in the middle of a step of the generator
    const u = f32x4.sub(f32x4.mul(f32x4.add(draw(), f32x4.splat(2.98023223876953125e-8)), f32x4.splat(2)), one);
    const x = f32x4.mul(u, f32x4.splat(WITHIN));
    const w = f32x4.sub(f32x4.splat(-2.5), log4(f32x4.mul(f32x4.sub(one, x), f32x4.add(one, x))));
    let p = madd(f32x4.splat(2.81022636e-8), w, f32x4.splat(3.43273939e-7));
    p = madd(p, w, f32x4.splat(-3.5233877e-6));
    p = madd(p, w, f32x4.splat(-4.39150654e-6));
    p = madd(p, w, f32x4.splat(0.00021858087));
    p = madd(p, w, f32x4.splat(-0.00125372503));
    p = madd(p, w, f32x4.splat(-0.00417768164));
    p = madd(p, w, f32x4.splat(0.246640727));
    p = madd(p, w, f32x4.splat(1.50140941));
    v128.store(to + i, madd(f32x4.mul(p, x), deviation, mean));
  }
}
