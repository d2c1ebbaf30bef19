// `data.mnist1d`: signals of 40 numbers in ten classes, drawn from templates that look like digits (Greydanus,
// "Scaling down Deep Learning", 2020).
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { NumpyRandom } from './numpy-random.ts';
import type { PointSet } from './points.ts';

/** Signals with their classes, in two parts. */
export interface Mnist1d {
  /** The first 80 % of the signals: `points` `[n, 40]`, `labels` `[n]`. */
  train: PointSet & { classNames: string[] };
  /** The others. */
  test: PointSet & { classNames: string[] };
  /** The templates of the ten classes, row by row: `[10, 12]`. */
  templates: Float32Array;
}

/** Options of {@link mnist1d}. The defaults are those of the reference generator. */
export interface Mnist1dOptions {
  /** Number of signals of both parts, a multiple of ten; 5000 by default: 4000 to train and 1000 to test. */
  n?: number;
  /** Seed, from 0 to 2^32 − 1; 42 by default, which gives the published data set. */
  seed?: number;
  /** Share of the signals in `train`; 0.8 by default. */
  trainShare?: number;
  /** Length of the signals; 40 by default. */
  length?: number;
  /** Least and largest number of zeros behind a template; [36, 60] by default. */
  padding?: readonly [least: number, most: number];
  /** Amplitudes are multiplied by 1 ± half of this; 0.4 by default. */
  scale?: number;
  /** Signals are rolled by 0 to this minus one places, of 12 + the largest padding; 48 by default. */
  shift?: number;
  /** Deviation of the noise that is smoothed and put where the signal is zero; 0.25 by default. */
  correlatedNoise?: number;
  /** Deviation of the noise on each number; 0.02 by default. */
  noise?: number;
  /** Slope: up to half of this times a line from −0.5 to 0.5 is taken away; 0.75 by default. */
  shear?: number;
  /** Put the 40 places into one random order, the same for all: a signal without neighborhood. False by default. */
  permute?: boolean;
}

const OPTIONS: OptionNames<Mnist1dOptions> = {
  n: 'number',
  seed: 'number',
  trainShare: 'number',
  length: 'number',
  padding: true,
  scale: 'number',
  shift: 'number',
  correlatedNoise: 'number',
  noise: 'number',
  shear: 'number',
  permute: 'boolean',
};

/** Heights of the ten templates, as published. */
const TEMPLATES = [
  [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
  [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
  [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
  [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
  [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
  [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
  [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
  [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
];
const LENGTH = 12;

/** The templates with mean 0 and deviation 1, moved so that they begin at 0, and divided by six. */
const templates = TEMPLATES.map((heights) => {
  const mean = heights.reduce((a, b) => a + b, 0) / LENGTH;
  const deviation = Math.sqrt(heights.reduce((sum, v) => sum + (v - mean) ** 2, 0) / LENGTH);
  const standard = heights.map((v) => (v - mean) / deviation);
  return standard.map((v) => (v - standard[0]!) / 6);
});

type Settings = Required<Omit<Mnist1dOptions, 'n' | 'seed' | 'trainShare' | 'permute'>>;

/**
 * Draws MNIST-1D: each signal is a template that is padded, stretched, scaled, shifted, made noisy, sheared and resampled
 * to 40 numbers; all together have mean 0 and deviation 1. A linear classifier reads about a third of them, a
 * convolutional network more than nine tenths. With the defaults it is the published data set, number by number: the
 * random numbers are NumPy's.
 *
 * @returns `train` and `test`, each with points `[n, 40]` and labels `[n]`: `data.dataset(data.mnist1d().train)`
 * @throws RangeError for an option that is out of range
 * @example
 * ```ts
 * const { train, test } = data.mnist1d({ n: 100 });
 * display(viz.line(train.points.slice(0, 40), { title: train.classNames[train.labels[0]] }));
 * [train.shape, test.shape]; // → [[80, 40], [20, 40]]
 * ```
 */
export function mnist1d(options: Mnist1dOptions = {}): Mnist1d {
  checkOptions('mnist1d', options, OPTIONS);
  const { n = 5000, seed = 42, trainShare = 0.8, permute = false, length = 40, padding = [36, 60] } = options;
  const { scale = 0.4, shift = 48, correlatedNoise = 0.25, noise = 0.02, shear = 0.75 } = options;
  checkCount('mnist1d', 'n', n, 10);
  if (n % 10 !== 0) throw new RangeError(`mnist1d: n must be a multiple of 10, as many of each class, got ${n}`);
  checkCount('mnist1d', 'seed', seed, 0);
  checkNumber('mnist1d', 'seed', seed, 0, 2 ** 32 - 1);
  checkNumber('mnist1d', 'trainShare', trainShare, 0, 1);
  checkCount('mnist1d', 'length', length, 2);
  if (!Array.isArray(padding) || padding.length !== 2)
    throw new RangeError(`mnist1d: padding must be [least, most], got ${shown(padding)}`);
  checkCount('mnist1d', 'padding[0]', padding[0] as number, 0);
  checkCount('mnist1d', 'padding[1]', padding[1] as number, padding[0] as number);
  checkCount('mnist1d', 'shift', shift);
  checkNumber('mnist1d', 'shift', shift, 1, LENGTH + (padding[1] as number));
  for (const [name, value] of Object.entries({ scale, correlatedNoise, noise, shear }))
    checkNumber('mnist1d', name, value);
  const rng = new NumpyRandom(seed);
  const settings = { length, padding: padding as [number, number], scale, shift, correlatedNoise, noise, shear };
  const signals = Array.from({ length: n }, (_, i) => signal(templates[Math.floor((10 * i) / n)]!, settings, rng));
  const order = rng.permutation(n);
  const places = permute ? rng.permutation(length) : undefined;
  const mixed = new Float64Array(n * length);
  order.forEach((from, to) => {
    const one = signals[from]!;
    for (let k = 0; k < length; k++) mixed[to * length + k] = one[places ? places[k]! : k]!;
  });
  const points = standardized(mixed);
  const labels = Int32Array.from(order, (from) => Math.floor((10 * from) / n));
  const split = Math.floor(n * trainShare);
  const part = (from: number, to: number) => ({
    points: points.slice(from * length, to * length),
    labels: labels.slice(from, to),
    shape: [to - from, length] as [number, number],
    classNames: Array.from({ length: 10 }, (_, k) => String(k)),
  });
  return { train: part(0, split), test: part(split, n), templates: Float32Array.from(templates.flat()) };
}

/** One signal. The random numbers are drawn in the order of the reference generator. */
function signal(template: readonly number[], settings: Settings, rng: NumpyRandom): Float64Array {
  const { length, padding, scale, shift, correlatedNoise, noise, shear } = settings;
  const zeros = padding[0] + Math.floor(rng.uniform() * (padding[1] - padding[0] + 1));
  const padded = new Float64Array(LENGTH + zeros);
  // A little more than 0, so that zeros of the template differ from the padding
  template.forEach((v, i) => (padded[i] = v + 1e-8));
  const wide = resampled(padded, LENGTH + padding[1]);
  const amplitude = 1 + scale * (rng.uniform() - 0.5);
  const k = rng.upTo(shift - 1);
  const n = wide.length;
  const rolled = wide.map((_, i) => wide[(i - k + n) % n]! * amplitude);
  const white = wide.map(() => correlatedNoise * rng.normal());
  const noisy = rolled.map((v, i) => (v === 0 ? smoothed(white, i) : v)).map((v) => v + noise * rng.normal());
  const slope = shear * (rng.uniform() - 0.5);
  return resampled(noisy.map((v, i) => v - slope * (i / (n - 1) - 0.5)), length); // prettier-ignore
}

/** The numbers at `n` places that are spread evenly from the first to the last, by lines between neighbors. */
function resampled(values: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const at = (i * (values.length - 1)) / (n - 1);
    const low = Math.min(Math.floor(at), values.length - 2);
    return values[low]! + (at - low) * (values[low + 1]! - values[low]!);
  });
}

/** Weights of a Gaussian filter of deviation 2, which ends at four deviations. */
const RADIUS = 8;
const gauss = Array.from({ length: 2 * RADIUS + 1 }, (_, k) => Math.exp(-((k - RADIUS) ** 2) / 8));
const gaussSum = gauss.reduce((a, b) => a + b, 0);

/** Number `i` through the Gaussian filter; at the ends the signal is mirrored, its last number twice. */
function smoothed(values: Float64Array, i: number): number {
  const n = values.length;
  let sum = 0;
  for (let k = -RADIUS; k <= RADIUS; k++) {
    const at = (i + k + 2 * n * RADIUS) % (2 * n);
    sum += gauss[k + RADIUS]! * values[at < n ? at : 2 * n - 1 - at]!;
  }
  return sum / gaussSum;
}

/** All numbers with mean 0 and deviation 1. */
function standardized(values: Float64Array): Float32Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return Float32Array.from(values, (v) => (v - mean) / deviation);
}
