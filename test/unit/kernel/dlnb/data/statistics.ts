// Statistics of samples, for tests of random data.

export const mean = (v: ArrayLike<number>) => Array.from(v).reduce((a, b) => a + b, 0) / v.length;

export const variance = (v: ArrayLike<number>) => {
  const m = mean(v);
  return mean(Array.from(v, (x) => (x - m) ** 2));
};

/** How often each class occurs. */
export const counts = (labels: Int32Array, classes: number) =>
  Array.from({ length: classes }, (_, k) => labels.filter((l) => l === k).length);
