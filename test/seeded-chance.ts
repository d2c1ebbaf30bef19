// For tests in the process of the library: `Math.random`, from which initial weights, dropout and shuffles are drawn, gives
// the same numbers in each run of a file. A test that passes does so always.

/** sfc32, as kernel/tensors/random-source.ts, over four words that stand for one fixed seed. */
let [a, b, c, counter] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 1];
Math.random = () => {
  const sum = (((a + b) | 0) + counter) | 0;
  counter = (counter + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + sum) | 0;
  return (sum >>> 0) / 2 ** 32;
};
