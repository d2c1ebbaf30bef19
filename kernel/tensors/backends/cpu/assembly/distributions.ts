// The numbers of the random distributions: shared by ops/random.ts and random.ts.

/** What is drawn, with the parameters a and b. */
export const enum Distribution {
  /** Uniform in [a, b). */
  Uniform,
  /** With mean a and standard deviation b. */
  Normal,
  /** The same, within two standard deviations. */
  TruncatedNormal,
  /** b with probability a, else 0. */
  Mask,
}
