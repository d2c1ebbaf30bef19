// What gates of recurrent layers do with four numbers.
import { sigmoid4 } from './math';

/** The activation of a gate: the sigmoid, or if `hard` clip(0.2 x + 0.5, 0, 1). */
// @ts-ignore: decorator
@inline
export function activate(v: v128, hard: bool): v128 {
  if (!hard) return sigmoid4(v);
  const x = f32x4.add(f32x4.mul(v, f32x4.splat(0.2)), f32x4.splat(0.5));
  return f32x4.max(f32x4.min(x, f32x4.splat(1)), f32x4.splat(0));
}

/** The derivative of the gates' activation, from its value. */
// @ts-ignore: decorator
@inline
export function slope(v: v128, hard: bool): v128 {
  const one = f32x4.splat(1);
  if (!hard) return f32x4.mul(v, f32x4.sub(one, v));
  const inside = v128.and(f32x4.gt(v, f32x4.splat(0)), f32x4.lt(v, one));
  return v128.and(inside, f32x4.splat(0.2));
}
