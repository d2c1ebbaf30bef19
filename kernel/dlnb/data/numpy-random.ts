// NumPy's old random numbers (`numpy.random.seed`), so that a data set which is published with a seed is the same here,
// number by number. For all else, random.ts has better ones.

/** Words of the state, and the word that is mixed into another. */
const N = 624;
const M = 397;

/**
 * The stream of `numpy.random.seed(seed)`: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), with the
 * methods that NumPy keeps for old seeds.
 */
export class NumpyRandom {
  private readonly state = new Uint32Array(N);
  private at = N;
  /** The polar method draws normal numbers in pairs; this is the second one. */
  private spare: number | undefined;

  /** @param seed an integer in [0, 2^32) */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < N; i++) {
      const before = this.state[i - 1]! ^ (this.state[i - 1]! >>> 30);
      this.state[i] = Math.imul(before, 1812433253) + i;
    }
  }

  /** 32 random bits. */
  private bits(): number {
    if (this.at === N) this.refill();
    let y = this.state[this.at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  /** `rand()`: a number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** `randn()`: Marsaglia's polar method, whose second number comes first. */
  normal(): number {
    if (this.spare !== undefined) {
      const z = this.spare;
      this.spare = undefined;
      return z;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = factor * u;
      return factor * v;
    }
  }

  /** An integer from 0 to `most`: bits below the next power of two, drawn again while they are larger. */
  upTo(most: number): number {
    if (most === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = (this.bits() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  /** `permutation(n)`: 0 … n − 1 in random order. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
