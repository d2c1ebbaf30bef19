// Labelled points for classifiers: blobs, two moons, spirals and XOR.
import { checkOptions, type OptionNames } from '../options.ts';
import { amount, count } from './checks.ts';
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

const COMMON = { n: true, seed: true } as const;

/** Options of {@link blobs}. */
export interface BlobsOptions extends Common {
  /** One centre per class, all of the same dimension; (−1, −1) and (1, 1) by default. */
  centers?: readonly (readonly number[])[];
  /** Standard deviation of every coordinate about its centre; 0.4 by default. */
  spread?: number;
  /**
   * Farthest that a point may lie from its centre, in units of `spread`; farther draws are made again. Two classes are
   * certain to be linearly separable where their centres are more than `2 · spread · cut` apart. No limit by default.
   */
  cut?: number;
}

const BLOBS: OptionNames<BlobsOptions> = { ...COMMON, centers: true, spread: true, cut: true };

/**
 * Round clouds of points, one per centre: class `k` is normal about `centers[k]`. The classes are as equal in number as
 * `n` allows.
 */
export function blobs(options: BlobsOptions = {}): PointSet {
  checkOptions('blobs', options, BLOBS);
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
  count('blobs', 'n', n);
  amount('blobs', 'spread', spread);
  if (cut !== Infinity) amount('blobs', 'cut', cut, 0.5);
  const dimensions = centers[0]?.length ?? 0;
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

const MOONS: OptionNames<MoonsOptions> = { ...COMMON, noise: true };

/** Two half circles of radius 1 that reach into one another, class 0 above and class 1 below. `[n, 2]` */
export function moons(options: MoonsOptions = {}): PointSet {
  checkOptions('moons', options, MOONS);
  const { n = 200, seed = 0, noise = 0.1 } = options;
  count('moons', 'n', n);
  amount('moons', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const label = i % 2;
    const angle = rng.uniform(0, Math.PI);
    const x = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
    const y = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
    // Centred on the origin: the two moons span [−1, 2] × [−0.5, 1]
    return { label, point: [x - 0.5 + rng.normal(0, noise), y - 0.25 + rng.normal(0, noise)] };
  });
}

/** Options of {@link spirals}. */
export interface SpiralsOptions extends Common {
  /** Number of arms, which is the number of classes; 2 by default. */
  arms?: number;
  /** Turns that each arm makes about the origin; 1.5 by default. */
  turns?: number;
  /** Standard deviation of the noise on each coordinate; 0.03 by default. */
  noise?: number;
}

const SPIRALS: OptionNames<SpiralsOptions> = { ...COMMON, arms: true, turns: true, noise: true };

/** Arms that wind about the origin out to radius 1, one class each. `[n, 2]` */
export function spirals(options: SpiralsOptions = {}): PointSet {
  checkOptions('spirals', options, SPIRALS);
  const { n = 300, seed = 0, arms = 2, turns = 1.5, noise = 0.03 } = options;
  count('spirals', 'n', n);
  count('spirals', 'arms', arms);
  amount('spirals', 'turns', turns);
  amount('spirals', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const label = i % arms;
    // The square root spreads the points evenly along the arm, which is longer per turn farther out
    const along = Math.sqrt(rng.uniform());
    const angle = 2 * Math.PI * (turns * along + label / arms);
    const x = along * Math.cos(angle) + rng.normal(0, noise);
    const y = along * Math.sin(angle) + rng.normal(0, noise);
    return { label, point: [x, y] };
  });
}

/** Options of {@link xor}. */
export interface XorOptions extends Common {
  /** Standard deviation of the noise about the four corners; 0 gives the corners themselves, 0.25 is the default. */
  noise?: number;
}

const XOR: OptionNames<XorOptions> = { ...COMMON, noise: true };

/**
 * The four corners (±1, ±1) with noise; the class is 1 where the signs of the corner differ. With `n: 4, noise: 0` it is
 * the truth table of exclusive or. No line separates the classes. `[n, 2]`
 */
export function xor(options: XorOptions = {}): PointSet {
  checkOptions('xor', options, XOR);
  const { n = 200, seed = 0, noise = 0.25 } = options;
  count('xor', 'n', n);
  amount('xor', 'noise', noise);
  return build(n, 2, seed, (rng, i) => {
    const x = i % 2 === 0 ? -1 : 1;
    const y = i % 4 < 2 ? -1 : 1;
    return { label: x * y < 0 ? 1 : 0, point: [x + rng.normal(0, noise), y + rng.normal(0, noise)] };
  });
}

/** Makes `n` points by their number and puts them into random order. */
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
