// From values to colors: the values at the ends of a scale, and the pixel of each value.
import type { TensorStatistics } from '../../kernel/wire/tensor.ts';
import type { ColorScale, ScaleName } from './color-scale.ts';

/** The values at the ends of a scale. Values beyond are outliers. */
export interface ValueRange {
  low: number;
  high: number;
  /** Whether there are values beyond the ends, by the statistics. */
  clipped: boolean;
}

/** How many standard deviations the scale covers. */
const SIGMAS = 3;
/** If all values are within this multiple of it, the scale covers them all. */
const SLACK = 1.1;

/**
 * The range of a scale. `diverging`: centered at zero, to the largest magnitude, or 3σ about zero if that is less
 * (σ² = mean² + std²). The others: from the least to the greatest value, each end at most 3σ from the mean.
 */
export function rangeOf(name: ScaleName, { min, max, mean, std }: Partial<TensorStatistics>): ValueRange {
  if (min === undefined || max === undefined) return { low: name === 'diverging' ? -1 : 0, high: 1, clipped: false };
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (name === 'diverging') {
    const sigma = Math.hypot(mean ?? 0, std ?? Infinity);
    const end = (largest <= SLACK * SIGMAS * sigma ? largest : SIGMAS * sigma) || 1;
    return { low: -end, high: end, clipped: largest > end };
  }
  const low = Math.max(min, (mean ?? 0) - SIGMAS * (std ?? Infinity));
  const high = Math.min(max, (mean ?? 0) + SIGMAS * (std ?? Infinity));
  // Rounding may swap the ends of a constant tensor
  if (!(low < high)) return { low: min - 0.5, high: max + 0.5, clipped: false };
  return { low, high, clipped: min < low || max > high };
}

/** Statistics of the given values, for parts that come without. */
export function momentsOf(values: ArrayLike<number>): Partial<TensorStatistics> {
  let [count, sum, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    squares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return {};
  const mean = sum / count;
  return { min, max, mean, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** The pixel of a value. */
export function pixelOf(value: number, scale: ColorScale, { low, high }: ValueRange): number {
  if (value >= low && value <= high) {
    const t = (value / 2 - low / 2) / (high / 2 - low / 2);
    return scale.steps[Math.round(t * 255)]!;
  }
  if (value > high) return value === Infinity ? scale.positiveInfinity : scale.over;
  if (value < low) return value === -Infinity ? scale.negativeInfinity : scale.under;
  return scale.nan;
}
