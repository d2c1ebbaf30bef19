// Generators of labeled points for classifiers: blobs, two moons, spirals and XOR.
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { random, type Random } from './random.ts';

/** Points with a class each, in random order: `tf.tensor2d(set.points, set.shape)`. */
export interface PointSet {
  /** Coordinates, row by row: `[n, dimensions]`. */
  points: Float32Array;
  /** Class of each point, from 0: `[n]`. */
  labels: Int32Array;
  /** `[n, dimensions]`, the shape of {@link points}. */
  shape: [number, number];
}

interface Common {
  /** Number of points. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
}

const COMMON_OPTIONS = { n: 'number', seed: 'number' } as const;

/** Options of {@link blobs}. */
export interface BlobsOptions extends Common {
  /** One center per class, all of the same dimension; (−1, −1) and (1, 1) by default. */
  centers?: readonly (readonly number[])[];
  /** Standard deviation of every coordinate around its center; 0.4 by default. */
  spread?: number;
  /**
   * Largest distance of a point from its center, in units of `spread`; points farther away are drawn again. Two classes
   * are certainly linearly separable if their centers are more than `2 · spread · cut` apart. No limit by default.
   */
  cut?: number;
}

const BLOBS_OPTIONS: OptionNames<BlobsOptions> = { ...COMMON_OPTIONS, centers: true, spread: 'number', cut: 'number' };

/**
 * Draws round clouds of points, one per center: class `k` is normally distributed around `centers[k]`. The sizes of the
 * classes differ by at most one.
 * @example
 * ```ts
 * const { points, labels, shape } = data.blobs({ n: 300, centers: [[0, 0], [3, 3]], spread: 0.7 });
 * viz.scatter(tf.tensor2d(points, shape), { labels });
 * ```
 */
export function blobs(options: BlobsOptions = {}): PointSet {
  checkOptions('blobs', options, BLOBS_OPTIONS);
  const {
    n = 200,
    seed = 0,
    centers = [
      [-1, -1],
      [1, 1],
    ],
    spread = 0.4,
    cut = Infinity,
  } = options;
  checkCount('blobs', 'n', n);
  checkNumber('blobs', 'spread', spread);
  if (cut !== Infinity) checkNumber('blobs', 'cut', cut, 0.5);
  const dimensions = Array.isArray(centers) ? (centers[0]?.length ?? 0) : 0;
  if (dimensions === 0 || centers.some((c) => c.length !== dimensions || !c.every(Number.isFinite))) {
    throw new RangeError('blobs: centers must be a list of points of one dimension, such as [[-1, -1], [1, 1]]');
  }
  return build(n, dimensions, seed, (rng, i) => {
    const label = i % centers.length;
    for (;;) {
      const offset = Array.from({ length: dimensions }, () => rng.normal());
      if (Math.hypot(...offset) > cut) continue;
      return { label, point: offset.map((z, k) => centers[label]![k]! + spread * z) };
    }
  });
}

/** Options of {@link moons}. */
export interface MoonsOptions extends Common {
  /** Standard deviation of the noise on each coordinate; 0.1 by default. */
  noise?: number;
}

const MOONS_OPTIONS: OptionNames<MoonsOptions> = { ...COMMON_OPTIONS, noise: 'number' };

/**
 * Draws two half circles of radius 1 that interlock, class 0 above and class 1 below. `[n, 2]`
 * @example
 * ```ts
 * const [train, test] = data.dataset(data.moons({ n: 500, noise: 0.1, seed: 1 })).split([0.8, 0.2]);
 * [train.size, test.size]; // → [400, 100]
 * ```
 */
export function moons(options: MoonsOptions = {}): PointSet {
  checkOptions('moons', options, MOONS_OPTIONS);
  const { n = 200, seed = 0, noise = 0.1 } = options;
  checkCount('moons', 'n', n);
  checkNumber('moons', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const label = i % 2;
    const angle = rng.uniform(0, Math.PI);
    const x = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
    const y = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
    // Centered on the origin: the two moons span [−1, 2] × [−0.5, 1]
    return { label, point: [x - 0.5 + rng.normal(0, noise), y - 0.25 + rng.normal(0, noise)] };
  });
}

/** Options of {@link spirals}. */
export interface SpiralsOptions extends Common {
  /** Number of arms, which is the number of classes; 2 by default. */
  arms?: number;
  /** Turns of each arm around the origin; 1.5 by default. */
  turns?: number;
  /** Standard deviation of the noise on each coordinate; 0.03 by default. */
  noise?: number;
}

const SPIRALS_OPTIONS: OptionNames<SpiralsOptions> = {
  ...COMMON_OPTIONS,
  arms: 'number',
  turns: 'number',
  noise: 'number',
};

/**
 * Draws arms that wind around the origin out to radius 1, one class each. `[n, 2]`
 * @example
 * ```ts
 * const { points, labels, shape } = data.spirals({ n: 300, arms: 3 });
 * viz.scatter(tf.tensor2d(points, shape), { labels });
 * ```
 */
export function spirals(options: SpiralsOptions = {}): PointSet {
  checkOptions('spirals', options, SPIRALS_OPTIONS);
  const { n = 300, seed = 0, arms = 2, turns = 1.5, noise = 0.03 } = options;
  checkCount('spirals', 'n', n);
  checkCount('spirals', 'arms', arms);
  checkNumber('spirals', 'turns', turns);
  checkNumber('spirals', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const label = i % arms;
    // The square root spreads the points evenly along the arm, whose outer turns are longer
    const along = Math.sqrt(rng.uniform());
    const angle = 2 * Math.PI * (turns * along + label / arms);
    const x = along * Math.cos(angle) + rng.normal(0, noise);
    const y = along * Math.sin(angle) + rng.normal(0, noise);
    return { label, point: [x, y] };
  });
}

/** Options of {@link xor}. */
export interface XorOptions extends Common {
  /** Standard deviation of the noise around the four corners; 0.25 by default, 0 gives the corners themselves. */
  noise?: number;
}

const XOR_OPTIONS: OptionNames<XorOptions> = { ...COMMON_OPTIONS, noise: 'number' };

/**
 * Draws the four corners (±1, ±1) with noise. The class is 1 if the signs of the corner differ: `n: 4, noise: 0` gives
 * the truth table of exclusive or. No line separates the classes. `[n, 2]`
 * @example
 * ```ts
 * const { labels } = data.xor({ n: 4, noise: 0 });
 * [...labels].sort(); // → [0, 0, 1, 1]
 * ```
 */
export function xor(options: XorOptions = {}): PointSet {
  checkOptions('xor', options, XOR_OPTIONS);
  const { n = 200, seed = 0, noise = 0.25 } = options;
  checkCount('xor', 'n', n);
  checkNumber('xor', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const x = i % 2 === 0 ? -1 : 1;
    const y = i % 4 < 2 ? -1 : 1;
    return { label: x * y < 0 ? 1 : 0, point: [x + rng.normal(0, noise), y + rng.normal(0, noise)] };
  });
}

/** Makes `n` points in random order. `make` draws point `i`. */
function build(
  n: number,
  dimensions: number,
  seed: number,
  make: (rng: Random, i: number) => { label: number; point: number[] },
): PointSet {
  const rng = random(seed);
  const points = new Float32Array(n * dimensions);
  const labels = new Int32Array(n);
  const order = rng.permutation(n);
  for (let i = 0; i < n; i++) {
    const { label, point } = make(rng, i);
    points.set(point, order[i]! * dimensions);
    labels[order[i]!] = label;
  }
  return { points, labels, shape: [n, dimensions] };
}
