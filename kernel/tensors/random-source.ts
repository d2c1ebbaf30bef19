// Where all random numbers of the library come from that have no seed of their own: initializers, dropout, shuffles,
// `tf.random*`. While bundling, `Math.random` of TensorFlow.js and of this folder becomes `nextRandom`
// (esbuild.config.js); cells keep theirs.

/** That of the realm, which a cell may have replaced: found at each call. */
const numbers = Math;

/** The state of the generator: its three words and its counter. */
export type RandomState = [a: number, b: number, c: number, counter: number];

/** That of the seeded generator, if there is one. */
let state: RandomState | undefined;

/** As `Math.random`; from the seed, if there is one. */
export const nextRandom = (): number => (state ? bits(state) / 2 ** 32 : numbers.random());

/** The next 32 random bits. The generator is sfc32 (Chris Doty-Humphrey, PractRand, 2010), as that of `data.random`. */
function bits(state: RandomState): number {
  const [a, b, c, counter] = state;
  const sum = (((a + b) | 0) + counter) | 0;
  state[3] = (counter + 1) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
  return sum >>> 0;
}

/** Starts the numbers again, from a seed, an integer; without one they differ in each session. */
export function seedRandom(seed: number | undefined): void {
  if (seed === undefined) return void (state = undefined);
  state = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1];
  // Until every bit depends on every bit of the seed
  for (let i = 0; i < 15; i++) bits(state);
}

/** The state of the numbers; undefined without a seed. */
export const randomState = (): RandomState | undefined => state && [...state];

/** Lets the numbers go on from a state. */
export function restoreRandom(from: RandomState | undefined): void {
  state = from && [...from];
}
