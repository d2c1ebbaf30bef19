// Where all random numbers of the library come from that have no seed of their own: initializers, dropout, shuffles,
// `tf.random*`. While bundling, `Math.random` of TensorFlow.js and of this folder becomes `nextRandom`
// (esbuild.config.js); cells keep theirs.

/** That of the realm, which a cell may have replaced: found at each call. */
const numbers = Math;

/** Draws a number in [0, 1) of 32 random bits. */
let draw: (() => number) | undefined;

/** As `Math.random`; from the seed, if there is one. */
export const nextRandom = (): number => (draw ? draw() : numbers.random());

/**
 * Starts the numbers again, from a seed, an integer; without one they differ in each session. The generator is sfc32
 * (Chris Doty-Humphrey, PractRand, 2010), as that of `data.random`.
 */
export function seedRandom(seed: number | undefined): void {
  if (seed === undefined) return void (draw = undefined);
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1];
  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Until every bit depends on every bit of the seed
  for (let i = 0; i < 15; i++) bits();
  draw = () => bits() / 2 ** 32;
}
