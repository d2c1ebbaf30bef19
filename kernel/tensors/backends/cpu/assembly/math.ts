// Exponentials, logarithms and their kin for four float32 at once, to one or two units in the last place: exact at 0,
// right at ±∞, NaN, overflow, underflow and denormal numbers. Polynomials come from the Cephes library (S. Moshier),
// SLEEF (N. Shibata) and N. Juffa's erff.
import { madd, nmadd } from './simd';

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * The i-th of a table of numbers, in all lanes. Loaded, since V8 builds a vector constant of several words again
 * wherever it is used: that would take as long as all the rest.
 */
// @ts-ignore: decorator
@inline
function at(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/** Its bits are those of the exponent 0. */
const ONE: usize = memory.data<f32>([1]);
/** The bit of the sign. */
const SIGN: usize = memory.data<u32>([0x80000000]);

/** 2ⁿ for an integer n of −126…127 in each lane */
// @ts-ignore: decorator
@inline
function exp2i(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), at(ONE, 0));
}

const EXP_TAIL_NUMBERS: usize = memory.data<f32>([
  0.00019852761, 0.0013930436, 0.008333361, 0.041666485, 0.16666667, 0.5,
]);

/** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2; SLEEF's expf */
// @ts-ignore: decorator
@inline
function expTail(r: v128): v128 {
  let p = madd(at(EXP_TAIL_NUMBERS, 0), r, at(EXP_TAIL_NUMBERS, 1));
  p = madd(p, r, at(EXP_TAIL_NUMBERS, 2));
  p = madd(p, r, at(EXP_TAIL_NUMBERS, 3));
  p = madd(p, r, at(EXP_TAIL_NUMBERS, 4));
  return madd(p, r, at(EXP_TAIL_NUMBERS, 5));
}

// Bounds of x; log₂ e; 1.5 · 2²³, whose addition rounds to an integer that then stands in the low bits; ln 2 in two
// parts, the product of the second with a small integer being exact
const EXP_NUMBERS: usize = memory.data<f32>([
  -104, 89, 1.4426950408889634, 12582912, 1.428606765330187e-6, 0.693145751953125, 1,
]);

/** eˣ */
// @ts-ignore: decorator
@inline
export function exp4(v: v128): v128 {
  // Beyond these bounds the result is 0 or ∞; NaN goes through
  const x = f32x4.pmin(f32x4.pmax(v, at(EXP_NUMBERS, 0)), at(EXP_NUMBERS, 1));
  const rounded = madd(x, at(EXP_NUMBERS, 2), at(EXP_NUMBERS, 3));
  const n = i32x4.sub(rounded, at(EXP_NUMBERS, 3));
  const k = f32x4.sub(rounded, at(EXP_NUMBERS, 3));
  const r = nmadd(k, at(EXP_NUMBERS, 4), nmadd(k, at(EXP_NUMBERS, 5), x));
  const p = f32x4.add(at(EXP_NUMBERS, 6), madd(f32x4.mul(r, r), expTail(r), r));
  // In two steps, since 2ⁿ itself may not be a normal number
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, exp2i(half)), exp2i(i32x4.sub(n, half)));
}

const EXPM_NUMBERS: usize = memory.data<f32>([
  -30, 89, 1.4426950408889634, 12582912, 1.428606765330187e-6, 0.693145751953125, 0.5,
]);

/** eˣ − 1, without loss near 0 */
// @ts-ignore: decorator
@inline
export function expm14(v: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(v, at(EXPM_NUMBERS, 0)), at(EXPM_NUMBERS, 1));
  const rounded = madd(x, at(EXPM_NUMBERS, 2), at(EXPM_NUMBERS, 3));
  const n = i32x4.sub(rounded, at(EXPM_NUMBERS, 3));
  const k = f32x4.sub(rounded, at(EXPM_NUMBERS, 3));
  const r = nmadd(k, at(EXPM_NUMBERS, 4), nmadd(k, at(EXPM_NUMBERS, 5), x));
  const p = madd(f32x4.mul(r, r), expTail(r), r);
  // 2ⁿ(1 + p) − 1, by way of half of it: 2¹²⁸ is no number. For n = 0 it is p, unless that is −0.
  const s = exp2i(i32x4.sub(n, i32x4.splat(1)));
  const y = madd(s, p, f32x4.sub(s, at(EXPM_NUMBERS, 6)));
  const y2 = f32x4.add(y, y);
  return v128.bitselect(v, y2, f32x4.eq(v, splat(0)));
}

const LOG_TAIL_NUMBERS: usize = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, -2.12194440e-4, 0.5, 0.693359375,
]);

/** ln(1 + f) for f of √½ − 1 … √2 − 1, plus e · ln 2; Cephes' logf */
// @ts-ignore: decorator
@inline
function logTail(f: v128, e: v128, correction: v128): v128 {
  let p = madd(at(LOG_TAIL_NUMBERS, 0), f, at(LOG_TAIL_NUMBERS, 1));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 2));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 3));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 4));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 5));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 6));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 7));
  p = madd(p, f, at(LOG_TAIL_NUMBERS, 8));
  const f2 = f32x4.mul(f, f);
  let low = madd(f32x4.mul(f2, f), p, correction);
  low = madd(e, at(LOG_TAIL_NUMBERS, 9), low);
  low = nmadd(at(LOG_TAIL_NUMBERS, 10), f2, low);
  return madd(e, at(LOG_TAIL_NUMBERS, 11), f32x4.add(f, low));
}

const LOG_NUMBERS: usize = memory.data<f32>([1.1754944e-38, 8388608, 23, 1]);

/** ln x */
// @ts-ignore: decorator
@inline
export function log4(v: v128): v128 {
  const tiny = f32x4.lt(v, at(LOG_NUMBERS, 0));
  const x = v128.bitselect(f32x4.mul(v, at(LOG_NUMBERS, 1)), v, tiny);
  // x = 2ᵉ · m with m of √½ … √2
  const e = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(x, i32x4.shl(e, 23));
  const exponent = f32x4.sub(f32x4.convert_i32x4_s(e), v128.and(tiny, at(LOG_NUMBERS, 2)));
  const y = logTail(f32x4.sub(m, at(LOG_NUMBERS, 3)), exponent, splat(0));
  return logSpecial(v, y);
}

const LOG_SPECIAL_NUMBERS: usize = memory.data<f32>([Infinity, -Infinity, NaN]);

/** What the logarithm is where it is not a number: −∞ at 0, ∞ at ∞, NaN below 0 and at NaN. */
// @ts-ignore: decorator
@inline
function logSpecial(x: v128, y: v128): v128 {
  const infinity = at(LOG_SPECIAL_NUMBERS, 0);
  const positive = f32x4.gt(x, splat(0));
  const finite = v128.and(positive, f32x4.lt(x, infinity));
  // x − x is NaN for NaN and 0/0 for what is below 0
  const atZero = v128.bitselect(at(LOG_SPECIAL_NUMBERS, 1), at(LOG_SPECIAL_NUMBERS, 2), f32x4.eq(x, splat(0)));
  return v128.bitselect(y, v128.bitselect(infinity, atZero, positive), finite);
}

const LOG1P_NUMBERS: usize = memory.data<f32>([1]);

/** ln(1 + x), without loss near 0 */
// @ts-ignore: decorator
@inline
export function log1p4(v: v128): v128 {
  const u = f32x4.add(v, at(LOG1P_NUMBERS, 0));
  const e = i32x4.shr_s(i32x4.sub(u, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(u, i32x4.shl(e, 23));
  // What rounding took from u, as part of it: c = (1 + x − u) / u
  const big = f32x4.gt(v, at(LOG1P_NUMBERS, 0));
  const lost = f32x4.sub(
    v128.bitselect(at(LOG1P_NUMBERS, 0), v, big),
    f32x4.sub(u, v128.bitselect(v, at(LOG1P_NUMBERS, 0), big)),
  );
  const y = logTail(f32x4.sub(m, at(LOG1P_NUMBERS, 0)), f32x4.convert_i32x4_s(e), f32x4.div(lost, u));
  // Where u is 1, f and e are 0, and the correction is all there is; −0 must stay
  return v128.bitselect(v, logSpecial(u, y), f32x4.eq(u, at(LOG1P_NUMBERS, 0)));
}

const SIGMOID_NUMBERS: usize = memory.data<f32>([1]);

/** 1 / (1 + e⁻ˣ) */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = at(SIGMOID_NUMBERS, 0);
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const above = f32x4.ge(x, splat(0));
  return f32x4.div(v128.bitselect(one, e, above), f32x4.add(one, e));
}

const TANH_NUMBERS: usize = memory.data<f32>([
  -7.90531110763549805, 7.90531110763549805, -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
  5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6,
  1.18534705686654e-4, 2.26843463243900e-3, 4.89352518554385e-3, 1, 9.0109133, 4e-4,
]);

/**
 * tanh x as a ratio of polynomials, of degrees 13 and 6, within 4 units in the last place; the coefficients are those
 * of the Eigen library.
 */
// @ts-ignore: decorator
@inline
export function tanh4(v: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(v, at(TANH_NUMBERS, 0)), at(TANH_NUMBERS, 1));
  const s = f32x4.mul(x, x);
  let p = madd(at(TANH_NUMBERS, 2), s, at(TANH_NUMBERS, 3));
  p = madd(p, s, at(TANH_NUMBERS, 4));
  p = madd(p, s, at(TANH_NUMBERS, 5));
  p = madd(p, s, at(TANH_NUMBERS, 6));
  p = madd(p, s, at(TANH_NUMBERS, 7));
  p = madd(p, s, at(TANH_NUMBERS, 8));
  let q = madd(at(TANH_NUMBERS, 9), s, at(TANH_NUMBERS, 10));
  q = madd(q, s, at(TANH_NUMBERS, 11));
  q = madd(q, s, at(TANH_NUMBERS, 12));
  const y = f32x4.div(f32x4.mul(p, x), q);
  const a = f32x4.abs(v);
  const one = v128.or(at(TANH_NUMBERS, 13), v128.and(v, at(SIGN, 0)));
  // Where x² vanishes it is x, which keeps −0 too
  return v128.bitselect(v, v128.bitselect(one, y, f32x4.gt(a, at(TANH_NUMBERS, 14))), f32x4.lt(a, at(TANH_NUMBERS, 15)));
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻|ˣ|) */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p4(e));
}

const ERF_NUMBERS: usize = memory.data<f32>([
  -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1, 0.927734375, 4,
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1, 1,
]);

/** The error function; N. Juffa's erff: a polynomial near 0, 1 − e^p beyond */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const t = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let q = madd(at(ERF_NUMBERS, 0), s, at(ERF_NUMBERS, 1));
  q = madd(q, s, at(ERF_NUMBERS, 2));
  q = madd(q, s, at(ERF_NUMBERS, 3));
  q = madd(q, s, at(ERF_NUMBERS, 4));
  q = madd(q, s, at(ERF_NUMBERS, 5));
  const near = madd(q, x, x);
  const far = f32x4.gt(t, at(ERF_NUMBERS, 6));
  if (!v128.any_true(far)) return near;
  // From 4 on the result is 1; the polynomial only holds so far
  const a = f32x4.pmin(t, at(ERF_NUMBERS, 7));
  const a2 = f32x4.mul(a, a);
  let p = madd(at(ERF_NUMBERS, 8), a, at(ERF_NUMBERS, 9));
  p = madd(p, a2, madd(at(ERF_NUMBERS, 10), a, at(ERF_NUMBERS, 11)));
  p = madd(p, a, at(ERF_NUMBERS, 12));
  p = madd(p, a, at(ERF_NUMBERS, 13));
  p = madd(p, a, at(ERF_NUMBERS, 14));
  p = madd(p, a, f32x4.neg(a));
  const y = f32x4.sub(at(ERF_NUMBERS, 15), exp4(p));
  return v128.bitselect(v128.bitselect(x, y, at(SIGN, 0)), near, far);
}

const SINE_NUMBERS: usize = memory.data<f32>([
  0.63661975, 1.5703125, 4.837512969970703e-4, 7.549789954891882e-8, -1.9515295891e-4, 8.3321608736e-3,
  -1.6666654611e-1, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, 0.5, 1,
]);

/** sin(x + quarter · π/2). The reduction by Cody and Waite, the polynomials from Cephes' sinf and cosf */
// @ts-ignore: decorator
@inline
export function sine(x: v128, quarter: i32): v128 {
  const k = f32x4.nearest(f32x4.mul(x, at(SINE_NUMBERS, 0)));
  const n = i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(quarter));
  // π/2 in three parts; the products of the first two with an integer below 2¹³ are exact
  let r = nmadd(k, at(SINE_NUMBERS, 1), x);
  r = nmadd(k, at(SINE_NUMBERS, 2), r);
  r = nmadd(k, at(SINE_NUMBERS, 3), r);
  const z = f32x4.mul(r, r);
  let s = madd(at(SINE_NUMBERS, 4), z, at(SINE_NUMBERS, 5));
  s = madd(s, z, at(SINE_NUMBERS, 6));
  s = madd(f32x4.mul(s, z), r, r);
  let c = madd(at(SINE_NUMBERS, 7), z, at(SINE_NUMBERS, 8));
  c = madd(c, z, at(SINE_NUMBERS, 9));
  c = madd(f32x4.mul(c, z), z, nmadd(at(SINE_NUMBERS, 10), z, at(SINE_NUMBERS, 11)));
  const odd = i32x4.eq(v128.and(n, i32x4.splat(1)), i32x4.splat(1));
  const sign = i32x4.shl(v128.and(n, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

/** Up to here the reduction of sin4 and cos4 is exact. */
const REDUCIBLE: usize = memory.data<f32>([8192]);

/** Whether a lane is too large for the reduction, infinite or NaN. */
// @ts-ignore: decorator
@inline
function irreducible(x: v128): bool {
  return !i32x4.all_true(f32x4.le(f32x4.abs(x), at(REDUCIBLE, 0)));
}

/** sin x */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  return irreducible(x) ? sinEach(x) : sine(x, 0);
}

/** cos x */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  return irreducible(x) ? cosEach(x) : sine(x, 1);
}

function sinEach(x: v128): v128 {
  let y = splat(<f32>NativeMath.sin(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>NativeMath.sin(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>NativeMath.sin(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>NativeMath.sin(f32x4.extract_lane(x, 3)));
}

function cosEach(x: v128): v128 {
  let y = splat(<f32>NativeMath.cos(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>NativeMath.cos(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>NativeMath.cos(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>NativeMath.cos(f32x4.extract_lane(x, 3)));
}

/**
 * log₂ of two positive finite float64 that were float32, to 2⁻⁴⁰: 2 atanh(s) / ln 2 with s = (m − 1) / (m + 1), by its
 * series
 */
// @ts-ignore: decorator
@inline
function log2d(x: v128): v128 {
  const one = f64x2.splat(1);
  // x = 2ᵉ · m with m of √½ … √2; a float32 is never denormal here
  const t = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const m = i64x2.add(
    v128.and(t, i64x2.splat(0x000fffffffffffff)),
    i64x2.splat(0x3fe6a09e667f3bcd),
  );
  // An integer in the low bits of 2⁵² is 2⁵² plus it
  const e = f64x2.sub(
    v128.or(i64x2.shr_u(t, 52), i64x2.splat(0x4330000000000000)),
    f64x2.splat(4503599627370496 + 1023),
  );
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.splat(2.885390081777927 / 15);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 13));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 11));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 9));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 7));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 5));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927 / 3));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.885390081777927));
  return f64x2.add(e, f64x2.mul(s, p));
}

/** 2ˣ for two float64 of −1000…1000, by its series to 2⁻³⁶ */
// @ts-ignore: decorator
@inline
function exp2d(x: v128): v128 {
  const k = f64x2.nearest(x);
  const r = f64x2.mul(f64x2.sub(x, k), f64x2.splat(0.6931471805599453));
  let p = f64x2.splat(1.0 / 362880.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  // The integer k + 1023 stands in the low bits of 2⁵² + 1023 + k
  const scale = i64x2.shl(f64x2.add(k, f64x2.splat(4503599627370496 + 1023)), 52);
  return f64x2.mul(p, scale);
}

/** |a|ᵇ of two lanes; log₂ 0 = −∞ and log₂ ∞ = ∞ */
// @ts-ignore: decorator
@inline
function powd(a: v128, b: v128): v128 {
  const infinity = f64x2.splat(Infinity);
  let l = v128.bitselect(infinity, log2d(a), f64x2.eq(a, infinity));
  l = v128.bitselect(f64x2.splat(-Infinity), l, f64x2.eq(a, f64x2.splat(0)));
  // ±∞ · 0 is NaN, as it should be: 1 to the power of ±∞ is NaN in JavaScript
  const y = f64x2.mul(b, l);
  const z = exp2d(f64x2.pmin(f64x2.pmax(y, f64x2.splat(-1000)), f64x2.splat(1000)));
  return v128.bitselect(z, f64x2.splat(NaN), f64x2.eq(y, y));
}

const POW_NUMBERS: usize = memory.data<f32>([0.5, -Infinity, NaN, 1]);

/** aᵇ with the special cases of JavaScript's Math.pow; computed in float64 */
// @ts-ignore: decorator
@inline
export function pow4(a: v128, b: v128): v128 {
  const zero = splat(0);
  const base = f32x4.abs(a);
  const low = powd(f64x2.promote_low_f32x4(base), f64x2.promote_low_f32x4(b));
  const high = powd(
    f64x2.promote_low_f32x4(i8x16.shuffle(base, base, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)),
    f64x2.promote_low_f32x4(i8x16.shuffle(b, b, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)),
  );
  const p = i8x16.shuffle(
    f32x4.demote_f64x2_zero(low),
    f32x4.demote_f64x2_zero(high),
    0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
  );
  const whole = f32x4.eq(f32x4.floor(b), b);
  const half = f32x4.mul(b, at(POW_NUMBERS, 0));
  const odd = v128.andnot(whole, f32x4.eq(f32x4.floor(half), half));
  const sign = v128.and(v128.and(a, odd), at(SIGN, 0));
  // Below 0, only whole powers exist, except for −∞
  const none = v128.andnot(v128.and(f32x4.lt(a, zero), f32x4.ne(a, at(POW_NUMBERS, 1))), whole);
  const nan = v128.or(none, v128.or(f32x4.ne(a, a), f32x4.ne(b, b)));
  const y = v128.bitselect(at(POW_NUMBERS, 2), v128.or(p, sign), nan);
  return v128.bitselect(at(POW_NUMBERS, 3), y, f32x4.eq(b, zero));
}
