// What the elementwise op kernels compute for four numbers at once: a class for each op, whose method `at` is compiled into the loops of
// elementwise.ts. The classes have no instances. The order of operands at 0, ±∞ and NaN is that of TensorFlow.js's JavaScript kernels.
import { cos4, erf4, exp4, expm14, log1p4, log4, pow4, sigmoid4, sin4, softplus4, tanh4 } from './math';
import { madd } from './simd';

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// --- one operand, float32: x; p and q are the op's parameters

@unmanaged
export class Abs {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.abs(x);
  }
}
@unmanaged
export class Ceil {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.ceil(x);
  }
}
@unmanaged
export class ClipByValue {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmax(f32x4.pmin(x, q), p);
  }
}
@unmanaged
export class Cos {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return cos4(x);
  }
}
@unmanaged
export class Elu {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(expm14(x), x, f32x4.lt(x, splat(0)));
  }
}
@unmanaged
export class Erf {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return erf4(x);
  }
}
@unmanaged
export class Exp {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return exp4(x);
  }
}
@unmanaged
export class Expm1 {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return expm14(x);
  }
}
@unmanaged
export class Floor {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.floor(x);
  }
}
/** x · Φ(x), with Φ the distribution function of the standard normal distribution */
@unmanaged
export class Gelu {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const half = f32x4.mul(x, splat(0.5));
    return madd(half, erf4(f32x4.mul(x, splat(0.70710678118))), half);
  }
}
@unmanaged
export class LeakyRelu {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(p, x), x, f32x4.lt(x, splat(0)));
  }
}
@unmanaged
export class Log {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return log4(x);
  }
}
@unmanaged
export class Log1p {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return log1p4(x);
  }
}
@unmanaged
export class Neg {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.neg(x);
  }
}
@unmanaged
export class Reciprocal {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(splat(1), x);
  }
}
@unmanaged
export class Relu {
  @inline at(x: v128, p: v128, q: v128): v128 {
    // The sum makes 0 of −0
    return f32x4.pmax(f32x4.add(x, splat(0)), splat(0));
  }
}
@unmanaged
export class Relu6 {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(0)), splat(0)), splat(6));
  }
}
/** To the nearest integer, halves to the even one */
@unmanaged
export class Round {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.nearest(x);
  }
}
@unmanaged
export class Rsqrt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(splat(1), f32x4.sqrt(x));
  }
}

const SELU_SCALE: f32 = 1.05070098735548;
const SELU_SCALE_ALPHA: f32 = 1.758099340847376624;

@unmanaged
export class Selu {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const above = f32x4.mul(x, splat(SELU_SCALE));
    return v128.bitselect(f32x4.mul(expm14(x), splat(SELU_SCALE_ALPHA)), above, f32x4.lt(x, splat(0)));
  }
}
@unmanaged
export class Sigmoid {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return sigmoid4(x);
  }
}
/** 0 also for NaN */
@unmanaged
export class Sign {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const zero = splat(0);
    return v128.or(v128.and(f32x4.gt(x, zero), splat(1)), v128.and(f32x4.lt(x, zero), splat(-1)));
  }
}
@unmanaged
export class Sin {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return sin4(x);
  }
}
@unmanaged
export class Softplus {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return softplus4(x);
  }
}
@unmanaged
export class Sqrt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.sqrt(x);
  }
}
@unmanaged
export class Square {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, x);
  }
}
@unmanaged
export class Step {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const y = v128.bitselect(splat(1), p, f32x4.gt(x, splat(0)));
    return v128.bitselect(y, x, f32x4.eq(x, x));
  }
}
@unmanaged
export class Tanh {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return tanh4(x);
  }
}
/** ∞ for −∞, and 0 for −0, which the square root does not give */
@unmanaged
export class PowHalf {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const infinity = splat(Infinity);
    const y = f32x4.sqrt(f32x4.add(x, splat(0)));
    return v128.bitselect(infinity, y, f32x4.eq(f32x4.abs(x), infinity));
  }
}
@unmanaged
export class PowMinusHalf {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const y = f32x4.div(splat(1), f32x4.sqrt(f32x4.add(x, splat(0))));
    return v128.bitselect(splat(0), y, f32x4.eq(f32x4.abs(x), splat(Infinity)));
  }
}
@unmanaged
export class Cube {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(f32x4.mul(x, x), x);
  }
}
@unmanaged
export class PowMinusTwo {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return pow4(x, splat(-2));
  }
}

// --- one operand, int32

@unmanaged
export class AbsInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.abs(x);
  }
}
@unmanaged
export class NegInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.neg(x);
  }
}
@unmanaged
export class ReluInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.max_s(x, i32x4.splat(0));
  }
}
@unmanaged
export class Relu6Int {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.min_s(i32x4.max_s(x, i32x4.splat(0)), i32x4.splat(6));
  }
}
@unmanaged
export class SignInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.max_s(i32x4.min_s(x, i32x4.splat(1)), i32x4.splat(-1));
  }
}
@unmanaged
export class SquareInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return i32x4.mul(x, x);
  }
}
/** Towards 0, modulo 2³², and 0 for ±∞ and NaN: as JavaScript's typed arrays do */
@unmanaged
export class FloatToInt {
  @inline at(x: v128, p: v128, q: v128): v128 {
    const large = f32x4.ge(f32x4.abs(x), splat(2147483648));
    if (v128.any_true(large)) return toIntEach(x);
    return i32x4.trunc_sat_f32x4_s(x);
  }
}
@unmanaged
export class IntToFloat {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}

/** ECMAScript's ToInt32 */
function toInt(x: f64): i32 {
  if (!(abs(x) < Infinity)) return 0;
  const whole = trunc(x);
  const rest = whole - floor(whole / 4294967296) * 4294967296;
  return <i32>(<u32>rest);
}

function toIntEach(x: v128): v128 {
  let y = i32x4.splat(toInt(f32x4.extract_lane(x, 0)));
  y = i32x4.replace_lane(y, 1, toInt(f32x4.extract_lane(x, 1)));
  y = i32x4.replace_lane(y, 2, toInt(f32x4.extract_lane(x, 2)));
  return i32x4.replace_lane(y, 3, toInt(f32x4.extract_lane(x, 3)));
}

// --- one operand, float32, one at a time and in float64: for functions that nets seldom use

@unmanaged
export class Acos {
  @inline one(x: f64): f64 {
    return NativeMath.acos(x);
  }
}
@unmanaged
export class Acosh {
  @inline one(x: f64): f64 {
    return NativeMath.acosh(x);
  }
}
@unmanaged
export class Asin {
  @inline one(x: f64): f64 {
    return NativeMath.asin(x);
  }
}
@unmanaged
export class Asinh {
  @inline one(x: f64): f64 {
    return NativeMath.asinh(x);
  }
}
@unmanaged
export class Atan {
  @inline one(x: f64): f64 {
    return NativeMath.atan(x);
  }
}
@unmanaged
export class Atanh {
  @inline one(x: f64): f64 {
    return NativeMath.atanh(x);
  }
}
@unmanaged
export class Cosh {
  @inline one(x: f64): f64 {
    return NativeMath.cosh(x);
  }
}
@unmanaged
export class Sinh {
  @inline one(x: f64): f64 {
    return NativeMath.sinh(x);
  }
}
@unmanaged
export class Tan {
  @inline one(x: f64): f64 {
    return NativeMath.tan(x);
  }
}

// --- two operands, float32

@unmanaged
export class Add {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.add(a, b);
  }
}
@unmanaged
export class Sub {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.sub(a, b);
  }
}
@unmanaged
export class Multiply {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.mul(a, b);
  }
}
@unmanaged
export class RealDiv {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.div(a, b);
  }
}
@unmanaged
export class Pow {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return pow4(a, b);
  }
}
@unmanaged
export class Maximum {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.max(a, b);
  }
}
@unmanaged
export class Minimum {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.min(a, b);
  }
}
@unmanaged
export class SquaredDifference {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
}
@unmanaged
export class Prelu {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(b, a), a, f32x4.lt(a, splat(0)));
  }
}
/** The remainder with the divisor's sign */
@unmanaged
export class Mod {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = splat(mod(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, mod(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, mod(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, mod(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}
@unmanaged
export class Atan2 {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = splat(atan2(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, atan2(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, atan2(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, atan2(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}
/** ⌊a / b⌋ as int32 */
@unmanaged
export class FloorDiv {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = i32x4.splat(floorDiv(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = i32x4.replace_lane(y, 1, floorDiv(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = i32x4.replace_lane(y, 2, floorDiv(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return i32x4.replace_lane(y, 3, floorDiv(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}

function mod(a: f32, b: f32): f32 {
  const rest = <f64>a % <f64>b;
  if ((a < 0 && b < 0) || (a >= 0 && b >= 0)) return <f32>rest;
  return <f32>((rest + <f64>b) % <f64>b);
}

function atan2(a: f32, b: f32): f32 {
  return <f32>NativeMath.atan2(a, b);
}

function floorDiv(a: f32, b: f32): i32 {
  return toInt(floor(<f64>a / <f64>b));
}

// --- two operands, int32; results modulo 2³²

@unmanaged
export class AddInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.add(a, b);
  }
}
@unmanaged
export class SubInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.sub(a, b);
  }
}
@unmanaged
export class MultiplyInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.mul(a, b);
  }
}
@unmanaged
export class MaximumInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.max_s(a, b);
  }
}
@unmanaged
export class MinimumInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.min_s(a, b);
  }
}
@unmanaged
export class SquaredDifferenceInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    const d = i32x4.sub(a, b);
    return i32x4.mul(d, d);
  }
}
@unmanaged
export class BitwiseAndInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    return v128.and(a, b);
  }
}
@unmanaged
export class FloorDivInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = i32x4.splat(floorDivInt(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
    y = i32x4.replace_lane(y, 1, floorDivInt(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
    y = i32x4.replace_lane(y, 2, floorDivInt(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
    return i32x4.replace_lane(y, 3, floorDivInt(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
  }
}
@unmanaged
export class ModInt {
  @inline at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = i32x4.splat(modInt(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
    y = i32x4.replace_lane(y, 1, modInt(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
    y = i32x4.replace_lane(y, 2, modInt(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
    return i32x4.replace_lane(y, 3, modInt(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
  }
}

/** 0 for a divisor of 0; in int64, where −2³¹ / −1 exists */
function floorDivInt(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  const quotient = <i64>a / <i64>b;
  const inexact = quotient * b != a;
  return <i32>(inexact && (a ^ b) < 0 ? quotient - 1 : quotient);
}

function modInt(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  const rest = <i64>a % <i64>b;
  return <i32>(rest != 0 && (a ^ b) < 0 ? rest + b : rest);
}

// --- gradients: dy and the op's input x or output y

@unmanaged
export class ReluGrad {
  @inline at(dy: v128, y: v128, p: v128, q: v128): v128 {
    return v128.andnot(dy, f32x4.le(y, splat(0)));
  }
}
@unmanaged
export class Relu6Grad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return v128.andnot(dy, v128.or(f32x4.le(x, splat(0)), f32x4.gt(x, splat(6))));
  }
}
@unmanaged
export class LeakyReluGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(dy, p), dy, f32x4.le(x, splat(0)));
  }
}
/** y ≥ 0 : dy, else dy · (y + 1), the derivative of eˣ − 1 by its value */
@unmanaged
export class EluGrad {
  @inline at(dy: v128, y: v128, p: v128, q: v128): v128 {
    const below = f32x4.mul(dy, f32x4.add(y, splat(1)));
    return v128.bitselect(dy, below, f32x4.ge(y, splat(0)));
  }
}
@unmanaged
export class SeluGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    const below = f32x4.mul(f32x4.mul(dy, splat(SELU_SCALE_ALPHA)), exp4(x));
    return v128.bitselect(f32x4.mul(dy, splat(SELU_SCALE)), below, f32x4.gt(x, splat(0)));
  }
}
@unmanaged
export class SigmoidGrad {
  @inline at(dy: v128, y: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(splat(1), y)));
  }
}
@unmanaged
export class TanhGrad {
  @inline at(dy: v128, y: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(splat(1), f32x4.mul(y, y)));
  }
}
@unmanaged
export class SoftplusGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, sigmoid4(x));
  }
}
/** Φ(x) + x φ(x), with φ the density of the standard normal distribution */
@unmanaged
export class GeluGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    const distribution = madd(splat(0.5), erf4(f32x4.mul(x, splat(0.70710678118))), splat(0.5));
    const density = f32x4.mul(splat(0.3989422804), exp4(f32x4.mul(f32x4.mul(x, x), splat(-0.5))));
    return f32x4.mul(dy, madd(x, density, distribution));
  }
}
@unmanaged
export class SquareGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.add(x, x));
  }
}
@unmanaged
export class SqrtGrad {
  @inline at(dy: v128, y: v128, p: v128, q: v128): v128 {
    return f32x4.div(dy, f32x4.add(y, y));
  }
}
@unmanaged
export class AbsGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(dy, f32x4.neg(dy), f32x4.gt(x, splat(0)));
  }
}
@unmanaged
export class ClipByValueGrad {
  @inline at(dy: v128, x: v128, p: v128, q: v128): v128 {
    return v128.and(dy, v128.and(f32x4.ge(x, p), f32x4.le(x, q)));
  }
}

// --- comparisons of four numbers: all bits of a lane set or none

@unmanaged
export class Equal {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.eq(a, b);
  }
}
@unmanaged
export class NotEqual {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.ne(a, b);
  }
}
@unmanaged
export class Greater {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.gt(a, b);
  }
}
@unmanaged
export class GreaterEqual {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.ge(a, b);
  }
}
@unmanaged
export class EqualInt {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.eq(a, b);
  }
}
@unmanaged
export class NotEqualInt {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.ne(a, b);
  }
}
@unmanaged
export class GreaterInt {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.gt_s(a, b);
  }
}
@unmanaged
export class GreaterEqualInt {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.ge_s(a, b);
  }
}
@unmanaged
export class IsNan {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.ne(a, a);
  }
}
@unmanaged
export class IsInf {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.eq(f32x4.abs(a), splat(Infinity));
  }
}
@unmanaged
export class IsFinite {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.lt(f32x4.abs(a), splat(Infinity));
  }
}
@unmanaged
export class NonZero {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.ne(a, splat(0));
  }
}
@unmanaged
export class NonZeroInt {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.ne(a, i32x4.splat(0));
  }
}

// --- sixteen bytes of bool

@unmanaged
export class And {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(b, i8x16.ne(a, i8x16.splat(0)));
  }
}
@unmanaged
export class Or {
  @inline at(a: v128, b: v128): v128 {
    return v128.or(a, v128.and(b, i8x16.eq(a, i8x16.splat(0))));
  }
}
@unmanaged
export class EqualBool {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(i8x16.eq(a, b), i8x16.splat(1));
  }
}
@unmanaged
export class NotEqualBool {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(i8x16.ne(a, b), i8x16.splat(1));
  }
}
@unmanaged
export class GreaterBool {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(i8x16.gt_u(a, b), i8x16.splat(1));
  }
}
@unmanaged
export class GreaterEqualBool {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(i8x16.ge_u(a, b), i8x16.splat(1));
  }
}
@unmanaged
export class Not {
  @inline at(a: v128, b: v128): v128 {
    return v128.and(i8x16.eq(a, i8x16.splat(0)), i8x16.splat(1));
  }
}
