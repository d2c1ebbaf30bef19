// Statistics for the first line of a displayed tensor: exact counts, extremes, moments and histogram over all values.
import type { TensorStatistics } from '../../wire/tensor.ts';
import type { TensorValues, TypedArray } from './values.ts';

/** Most bins of the histogram. */
export const BINS = 40;
/** Values at least, on average, for each bin: with fewer, evenly spaced values look like a comb. */
const BIN_VALUES = 4;
/** Bins at least, if there are so many values. */
const LEAST_BINS = 8;

const NONE = { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0 };

/** Values are processed as float64 in blocks of this many, which stay in the processor's cache. */
const BLOCK = 4096;

/**
 * Statistics over all values; for complex values, over their magnitudes. Undefined for texts.
 * Sums are in float64: for each block about its own mean, then joined (Chan, Golub and LeVeque, 1983), so that a large
 * mean costs no digits. The histogram needs a second pass, because its bins depend on the extremes. Integers beyond
 * 2^53 are rounded to float64.
 */
export function statisticsOf(values: TensorValues): TensorStatistics | undefined {
  const blocks = blocksOf(values);
  if (!blocks) return undefined;
  const seen = { ...NONE };
  const moments = { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };
  let special = false;
  blocks((block, length) => {
    let finite = length;
    if (!isFiniteBlock(block, length)) {
      special = true;
      finite = keepFinite(block, length, seen);
    }
    if (finite > 0) addMoments(moments, block, finite, seen);
  });
  if (moments.count === 0) return seen;
  const { count, mean, squares, min, max } = moments;
  // 0 for -0: JSON does not tell them apart
  const summary = { min: min + 0, max: max + 0, mean, std: Math.sqrt(squares / count) };
  return {
    ...seen,
    ...finiteOnly(summary),
    histogram: histogramOf(blocks, binsFor(values, count, min, max), min, max, special),
  };
}

/** Calls back with each block of values in turn; the same array is reused for each. */
type Blocks = (each: (block: Float64Array, length: number) => void) => void;

function blocksOf({ dtype, data }: TensorValues): Blocks | undefined {
  if (Array.isArray(data)) return undefined;
  const block = new Float64Array(BLOCK);
  const width = dtype === 'complex64' ? 2 : 1;
  const parts = width === 2 ? new Float64Array(2 * BLOCK) : block;
  return (each) => {
    for (let from = 0; from < data.length; from += BLOCK * width) {
      const part = data.subarray(from, Math.min(from + BLOCK * width, data.length));
      fill(parts, part);
      const length = part.length / width;
      if (width === 2) for (let i = 0; i < length; i++) block[i] = Math.hypot(parts[2 * i]!, parts[2 * i + 1]!);
      each(block, length);
    }
  };
}

function fill(target: Float64Array, part: TypedArray): void {
  if (part instanceof BigInt64Array || part instanceof BigUint64Array)
    for (let i = 0; i < part.length; i++) target[i] = Number(part[i]);
  else target.set(part);
}

/** False if a value is not finite, and for the rare block whose sum overflows. */
function isFiniteBlock(block: Float64Array, length: number): boolean {
  let even = 0;
  let odd = 0;
  for (let i = 1; i < length; i += 2) {
    even += block[i - 1]!;
    odd += block[i]!;
  }
  if (length % 2 === 1) even += block[length - 1]!;
  return Number.isFinite(even + odd);
}

/** Counts values that are not finite and moves the others to the front. @returns the number of the others */
function keepFinite(block: Float64Array, length: number, seen: TensorStatistics): number {
  let finite = 0;
  for (let i = 0; i < length; i++) {
    const value = block[i]!;
    if (Number.isFinite(value)) block[finite++] = value;
    else if (value === Infinity) seen.positiveInfinity++;
    else if (value === -Infinity) seen.negativeInfinity++;
    else seen.nan++;
  }
  return finite;
}

interface Moments {
  count: number;
  mean: number;
  /** Sum of the squared deviations from the mean. */
  squares: number;
  min: number;
  max: number;
}

function addMoments(all: Moments, block: Float64Array, length: number, seen: TensorStatistics): void {
  let { min, max } = all;
  const first = block[0]!;
  let shifted = 0;
  let zeros = 0;
  for (let i = 0; i < length; i++) {
    const value = block[i]!;
    shifted += value - first;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
  }
  const mean = first + shifted / length;
  let even = 0;
  let odd = 0;
  for (let i = 1; i < length; i += 2) {
    const a = block[i - 1]! - mean;
    const b = block[i]! - mean;
    even += a * a;
    odd += b * b;
  }
  if (length % 2 === 1) even += (block[length - 1]! - mean) ** 2;
  const count = all.count + length;
  const delta = mean - all.mean;
  all.squares += even + odd + delta * delta * ((all.count * length) / count);
  all.mean += delta * (length / count);
  all.count = count;
  all.min = min;
  all.max = max;
  seen.zeros += zeros;
}

/** Leaves out statistics that overflowed, as sums of values near the largest float64 do. */
function finiteOnly<T extends Record<string, number>>(numbers: T): Partial<T> {
  return Object.fromEntries(Object.entries(numbers).filter(([, n]) => Number.isFinite(n))) as Partial<T>;
}

/**
 * The number of bins: at most {@link BINS}, and fewer for few values. Of integers in a small range, one for each
 * integer. Else the number divides the number of values (of integers: that of possible values) if one near the limit
 * does, so that values which are spread evenly look even.
 */
function binsFor({ dtype }: TensorValues, count: number, min: number, max: number): number {
  if (min === max) return 1;
  const integers = /^(u?int|bool)/.test(dtype) ? max - min + 1 : undefined;
  if (integers !== undefined && integers <= BINS) return integers;
  const parts = integers ?? count;
  const byCount = Math.max(LEAST_BINS, Math.floor(count / BIN_VALUES));
  const most = Math.min(BINS, count, byCount, Math.max(LEAST_BINS, Math.floor(parts / BIN_VALUES)));
  for (let bins = most; bins > most / 2; bins--) if (parts % bins === 0) return bins;
  return most;
}

/** @param special whether there are values that are not finite; they belong to no bin */
function histogramOf(blocks: Blocks, count: number, min: number, max: number, special: boolean): number[] {
  const bins = new Int32Array(count);
  blocks((block, length) => {
    const finite = special ? keepFinite(block, length, { ...NONE }) : length;
    countInto(bins, block, finite, min, max);
  });
  return [...bins];
}

function countInto(bins: Int32Array, block: Float64Array, length: number, min: number, max: number): void {
  const last = bins.length - 1;
  // Halves, because the range itself may overflow
  const low = min / 2;
  const width = max / 2 - low;
  const scale = bins.length / width;
  if (Number.isFinite(scale)) {
    for (let i = 0; i < length; i++) {
      const at = ((block[i]! * 0.5 - low) * scale) | 0;
      bins[at < last ? at : last]!++;
    }
  } else {
    // A range of one value, or so small that its inverse overflows
    for (let i = 0; i < length; i++) {
      const at = width > 0 ? Math.floor(((block[i]! * 0.5 - low) / width) * bins.length) : 0;
      bins[Math.min(at, last)]!++;
    }
  }
}
