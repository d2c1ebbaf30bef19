// Functions that the code of elementwise ops calls (kernel/tensors/backends/elementwise.ts); those of four numbers with
// polynomials are in math.ts.

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** ECMAScript's ToInt32 */
export function toInt(x: f64): i32 {
  if (!(abs(x) < Infinity)) return 0;
  const whole = trunc(x);
  const rest = whole - floor(whole / 4294967296) * 4294967296;
  return <i32>(<u32>rest);
}

/** The same for four numbers of float32 */
export function toIntEach(x: v128): v128 {
  let y = i32x4.splat(toInt(f32x4.extract_lane(x, 0)));
  y = i32x4.replace_lane(y, 1, toInt(f32x4.extract_lane(x, 1)));
  y = i32x4.replace_lane(y, 2, toInt(f32x4.extract_lane(x, 2)));
  return i32x4.replace_lane(y, 3, toInt(f32x4.extract_lane(x, 3)));
}

/** The remainder with the divisor's sign */
export function mod(a: f32, b: f32): f32 {
  const rest = <f64>a % <f64>b;
  if ((a < 0 && b < 0) || (a >= 0 && b >= 0)) return <f32>rest;
  return <f32>((rest + <f64>b) % <f64>b);
}

export function atan2(a: f32, b: f32): f32 {
  return <f32>NativeMath.atan2(a, b);
}

/** ⌊a / b⌋ */
export function floorDiv(a: f32, b: f32): i32 {
  return toInt(floor(<f64>a / <f64>b));
}

/** ⌊a / b⌋, and 0 for a divisor of 0; in int64, where −2³¹ / −1 exists */
export function floorDivInt(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  const quotient = <i64>a / <i64>b;
  const inexact = quotient * b != a;
  return <i32>(inexact && (a ^ b) < 0 ? quotient - 1 : quotient);
}

/** The remainder with the divisor's sign, and 0 for a divisor of 0 */
export function modInt(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  const rest = <i64>a % <i64>b;
  return <i32>(rest != 0 && (a ^ b) < 0 ? rest + b : rest);
}
