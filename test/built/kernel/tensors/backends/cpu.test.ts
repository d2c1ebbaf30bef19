// Sums and means of tens of millions of numbers: right to 1e-6, whole and along each axis.
import { afterEach, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist);
const tenth = Math.fround(0.1);
let made: { dispose(): void }[] = [];
afterEach(() => {
  tf.dispose(made as never);
  made = [];
});

/** Within 1e-6 of the exact number, relative to it. */
const expectNear = (x: unknown, exact: number) => {
  let worst = 0;
  for (const value of (x as { dataSync(): Float32Array }).dataSync()) worst = Math.max(worst, Math.abs(value - exact));
  expect(worst / Math.abs(exact)).toBeLessThan(1e-6);
};

it.each([24, 26])('of 2^%i tenths', { timeout: 60_000 }, (power) => {
  const n = 2 ** power;
  const x = tf.fill([n], 0.1);
  made.push(x);
  expectNear(tf.sum(x), n * tenth);
  expectNear(tf.mean(x), tenth);
  const rows = x.reshape([64, n / 64]);
  expectNear(rows.sum(0), 64 * tenth);
  expectNear(rows.sum(1), (n / 64) * tenth);
  expectNear(rows.mean(1), tenth);
  const columns = x.reshape([n / 64, 64]);
  expectNear(columns.sum(0), (n / 64) * tenth);
});

it('of 2^24 numbers of very different sizes', { timeout: 60_000 }, () => {
  const n = 2 ** 24;
  const values = new Float32Array(n);
  let exact = 0;
  for (let i = 0; i < n; i++) exact += values[i] = i % 1024 === 0 ? 1e6 : 1e-3 * (i % 7);
  const x = tf.tensor1d(values);
  made.push(x);
  expectNear(tf.sum(x), exact);
  expectNear(tf.mean(x), exact / n);
});
