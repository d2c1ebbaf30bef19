// The seeded random number generator of all data sets: the same seed gives the same numbers on every machine.
import { shown } from '../options.ts';

/** A sequence that {@link Random.shuffle} can reorder in place: an array or a typed array. */
export interface Shuffleable {
  readonly length: number;
  [index: number]: unknown;
}

/** A seeded stream of random numbers. Not for cryptography. */
export interface Random {
  /**
   * 32 random bits as an integer in [0, 2³²).
   * @example
   * ```ts
   * data.random(1).bits();
   * ```
   */
  bits(): number;
  /**
   * A number in [low, high) with 53 random bits; [0, 1) by default.
   * @example
   * ```ts
   * const x = data.random(1).uniform(-1, 1);
   * x >= -1 && x < 1; // → true
   * ```
   */
  uniform(low?: number, high?: number): number;
  /**
   * A draw from the normal distribution with this mean and standard deviation; N(0, 1) by default.
   * @example
   * ```ts
   * const random = data.random(1);
   * viz.histogram(Array.from({ length: 1000 }, () => random.normal(10, 2)));
   * ```
   */
  normal(mean?: number, deviation?: number): number;
  /**
   * An integer in [0, n), each equally likely. `n` is an integer from 1 to 2³².
   * @example
   * ```ts
   * const random = data.random(1);
   * Array.from({ length: 5 }, () => random.int(6) + 1);
   * ```
   */
  int(n: number): number;
  /**
   * Reorders the sequence in place, each order equally likely, and returns it.
   * @example
   * ```ts
   * data.random(1).shuffle(['a', 'b', 'c', 'd']);
   * ```
   */
  shuffle<S extends Shuffleable>(items: S): S;
  /**
   * The integers 0 … n−1 in random order.
   * @example
   * ```ts
   * data.random(1).permutation(5);
   * ```
   */
  permutation(n: number): Int32Array;
}

/**
 * Makes a generator. It is sfc32, Chris Doty-Humphrey's "small fast counting" generator (PractRand, 2010): 128 bits of
 * state that contain a counter, so that no seed has a period shorter than 2³². Normal numbers by Marsaglia's polar
 * method.
 *
 * @param seed any integer that a double holds exactly
 * @throws RangeError if the seed is not such an integer
 * @example
 * ```ts
 * const random = data.random(1);
 * const coin = random.uniform() < 0.5 ? 'heads' : 'tails';
 * [coin, random.int(6) + 1, random.normal(10, 2)];
 * ```
 */
export function random(seed: number): Random {
  checkSeed('random', seed);
  return new Sfc32(seed);
}

/** @throws RangeError for a seed that is not an integer that a double holds exactly */
export function checkSeed(where: string, seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`${where}: the seed must be an integer, got ${shown(seed)}`);
}

class Sfc32 implements Random {
  private a: number;
  private b: number;
  private c = 0;
  private counter = 1;
  /** The polar method draws normal numbers in pairs; this is the second one. */
  private spare: number | undefined;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = Math.floor(seed / 2 ** 32) | 0;
    // Neighboring seeds differ in a bit or two: run until every bit of the state depends on every bit of the seed
    for (let i = 0; i < 15; i++) this.bits();
  }

  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  uniform(low = 0, high = 1): number {
    const unit = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
    return low + (high - low) * unit;
  }

  normal(mean = 0, deviation = 1): number {
    if (this.spare !== undefined) {
      const z = this.spare;
      this.spare = undefined;
      return mean + deviation * z;
    }
    for (;;) {
      const u = this.uniform(-1, 1);
      const v = this.uniform(-1, 1);
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = v * factor;
      return mean + deviation * u * factor;
    }
  }

  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`int: n must be an integer from 1 to 2^32, got ${String(n)}`);
    }
    // The last, incomplete run of n among the 2³² values would favor small results: draw again there
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = this.bits();
      if (value < limit) return value % n;
    }
  }

  shuffle<S extends Shuffleable>(items: S): S {
    const slots: Shuffleable = items;
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = slots[i];
      slots[i] = slots[j];
      slots[j] = held;
    }
    return items;
  }

  permutation(n: number): Int32Array {
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    return this.shuffle(order);
  }
}
