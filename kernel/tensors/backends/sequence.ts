// Evenly spaced numbers, for all devices: each is computed from its place, so that rounding does not add up.

/**
 * How many numbers there are from `start` to before `stop`; as TensorFlow.js, which counts down where `step` is 1 and
 * `stop` is below `start`, and has none where the step goes the other way.
 */
export function rangeOf(start: number, stop: number, step: number): { count: number; step: number } {
  if (start === stop || (start < stop && step < 0) || (stop < start && step > 1)) return { count: 0, step };
  const count = Math.abs(Math.ceil((stop - start) / step));
  return { count, step: stop < start && step === 1 ? -1 : step };
}

/** Writes start + i · step. */
export function fillRange(to: Float32Array | Int32Array, start: number, step: number): void {
  for (let i = 0; i < to.length; i++) to[i] = start + i * step;
}

/** Writes numbers from `start` to `stop`, both included: each from the nearer end, as PyTorch does. */
export function fillLinSpace(to: Float32Array, start: number, stop: number): void {
  const n = to.length;
  if (n === 0) return;
  const step = n > 1 ? (stop - start) / (n - 1) : 0;
  const half = n >> 1;
  if (n > 1) for (let i = 0; i < half; i++) to[i] = start + i * step;
  for (let i = half; i < n; i++) to[i] = n === 1 ? start : stop - (n - 1 - i) * step;
}
