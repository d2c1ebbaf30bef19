// `linalg` on the device `cpu` against PyTorch: values, first and second derivatives (expected.json, made by make.py).
// What it refuses, and what has a value of its own: singular, not symmetric, not finite, nothing.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLinalg } from '../../../../../kernel/dlnb/linalg/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../../tensors/layers/library.ts';
import { calls, type Expected } from './calls.ts';

const tf = libraryOf(dist);
const linalg = makeLinalg(() => tf as never);
const expected = JSON.parse(readFileSync(path.join(import.meta.dirname, 'expected.json'), 'utf8')) as Expected[];

const distance = (actual: ArrayLike<number>, wanted: number[]) => {
  const size = Math.max(1e-3, ...wanted.map(Math.abs));
  return Math.max(0, ...wanted.map((v, i) => Math.abs(actual[i]! - v))) / size;
};

describe.each(
  expected.map((e, i): [string, Expected] => [`${e.name} ${e.inputs.map((x) => `[${x.shape}]`)} (${i})`, e]),
)('%s', (_, { name, inputs, outputs, gradients, second }) => {
  const xs = () => inputs.map(({ values, shape }) => tf.tensor(values, shape));
  const total = (...x: Tensor[]) => {
    const ys = calls(tf)[name]!(linalg, ...x);
    const weighted = ys.map((y) => y.mul(tf.cos(tf.range(1, y.size + 1)).reshape(y.shape)).sum());
    return tf.addN(weighted) as never;
  };

  it('has the values', () => {
    const ys = calls(tf)[name]!(linalg, ...xs());
    expect(ys.map((y) => y.shape)).toEqual(outputs.map(({ shape }) => shape));
    ys.forEach((y, i) => expect(distance(y.dataSync(), outputs[i]!.values), `output ${i}`).toBeLessThan(3e-6));
  });

  it('has the gradient', () => {
    const dxs = tf.grads(total)(xs());
    dxs.forEach((dx, i) => expect(distance(dx.dataSync(), gradients[i]!.values), `input ${i}`).toBeLessThan(2e-4));
  });

  it('has the second derivative', () => {
    const squares = (...x: Tensor[]) =>
      tf.addN(
        tf
          .grads(total)(x)
          .map((g) => g.square().sum()),
      ) as never;
    if (second.every(({ values }) => values.every((v) => v === 0))) return;
    const dxs = tf.grads(squares)(xs());
    dxs.forEach((dx, i) => expect(distance(dx.dataSync(), second[i]!.values), `input ${i}`).toBeLessThan(3e-3));
  });
});

describe('what it refuses', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'singular',
      () =>
        linalg.solve(
          [
            [1, 2],
            [2, 4],
          ],
          [1, 2],
        ),
      /^linalg\.solve: the matrix \[2, 2\] is singular: column 1/,
    ],
    [
      'singular by rounding',
      () =>
        linalg.inv([
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ]),
      /^linalg\.inv: .*singular.*linalg\.pinv/,
    ],
    [
      'one of a batch',
      () =>
        linalg.inv([
          [
            [1, 0],
            [0, 1],
          ],
          [
            [0, 0],
            [0, 1],
          ],
        ]),
      /matrix 1 of the batch/,
    ],
    [
      'not positive definite',
      () =>
        linalg.cholesky([
          [1, 2],
          [2, 1],
        ]),
      /^linalg\.cholesky: .*not positive definite: its first 2/,
    ],
    [
      'not symmetric',
      () =>
        linalg.eigh([
          [1, 2],
          [3, 1],
        ]),
      /^linalg\.eigh: .*not symmetric: element \[1, 0\] is 3/,
    ],
    ['not square', () => linalg.det([[1, 2]]), /needs a square matrix \[\.\.\., n, n\], got \[1, 2\]/],
    ['a vector', () => linalg.svd([1, 2]), /needs a matrix/],
    [
      'another height',
      () =>
        linalg.solve(
          [
            [1, 0],
            [0, 1],
          ],
          [1, 2, 3],
        ),
      /b must be \[2\] or \[\.\.\., 2, k\], got \[3\]/,
    ],
    ['other batches', () => linalg.solve(tf.ones([2, 1, 1]), tf.ones([3, 1, 1])), /batches/],
    ['nothing', () => linalg.qr(tf.zeros([0, 2])), /no number/],
    ['no numbers', () => linalg.inv('x' as never), /real numbers/],
    ['unknown option', () => linalg.norm([1], { order: 2 } as never), /no option "order"/],
    ['unknown norm', () => linalg.norm([[1]], { ord: 3 }), /ord of matrices must be/],
    ['no axis', () => linalg.norm(tf.ones([1, 1, 1]), { ord: 1 }), /give the axis/],
    ['an axis that is not there', () => linalg.sort([1, 2], { axis: 1 }), /axis must be an integer from -1 to 0/],
    ['a quantile above 1', () => linalg.quantile([1, 2], 2), /q must be a number from 0 to 1, got 2/],
    ['a quantile of nothing', () => linalg.median([]), /no numbers/],
    ['no numbers left', () => linalg.std([1], { correction: 1 }), /correction 1 leaves none/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('keeps no tensor after an error', () => {
    const before = tf.memory().numTensors;
    expect(() => linalg.inv([[0]])).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what has a value', () => {
  const values = (x: Tensor) => Array.from(x.dataSync());

  it('badly scaled matrices that are regular', () => {
    expect(
      values(
        linalg.solve(
          [
            [1e-20, 0],
            [0, 1e20],
          ],
          [1e-20, 1e20],
        ),
      ),
    ).toEqual([1, 1]);
    expect(values(linalg.slogdet(tf.eye(60).mul(1e-3)).logAbsDet)[0]).toBeCloseTo(-60 * Math.log(1000), 3);
  });

  it('the determinant of a singular matrix, and its gradient', () => {
    expect(
      values(
        linalg.det([
          [1, 2],
          [2, 4],
        ]),
      ),
    ).toEqual([0]);
    expect(
      values(
        linalg.slogdet([
          [1, 2],
          [2, 4],
        ]).sign,
      ),
    ).toEqual([0]);
    const dx = tf.grad((x) => linalg.det(x))(
      tf.tensor2d([
        [1, 2],
        [2, 4],
      ]),
    );
    values(dx).forEach((v, i) => expect(v).toBeCloseTo([4, -2, -2, 1][i]!, 5));
  });

  it('a matrix without full rank has orthonormal factors', () => {
    const a = tf.tensor2d([
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
      [0, 0, 0],
    ]);
    const { u, s, v } = linalg.svd(a);
    for (const q of [u, v]) {
      const wrong = tf
        .sub(tf.matMul(q as never, q as never, true), tf.eye(3))
        .abs()
        .max();
      expect(values(wrong)[0]).toBeLessThan(1e-6);
    }
    expect(values(s)[0]).toBeCloseTo(14, 5);
    expect(Math.abs(values(s)[1]!)).toBeLessThan(1e-12);
    const again = tf.matMul(tf.matMul(a, linalg.pinv(a) as never), a);
    values(again).forEach((x, i) => expect(x).toBeCloseTo(values(a)[i]!, 4));
  });

  it('equal eigenvalues: a gradient that is finite, and exact for what does not depend on the choice of vectors', () => {
    const f = (x: Tensor) => {
      const { values: w, vectors: q } = linalg.eigh(x);
      return tf.matMul(tf.matMul(q as never, tf.diag(tf.exp(w)) as never), q as never, false, true).sum() as never;
    };
    const dx = tf.grad(f)(tf.eye(3));
    values(dx).forEach((v, i) => expect(v, `${i}`).toBeCloseTo([0, 4, 8].includes(i) ? Math.E : 0, 4));
  });

  it('NaN and infinity give NaN, for that matrix alone', () => {
    const x = tf.tensor3d([NaN, 0, 0, 1, 2, 0, 0, 4], [2, 2, 2]);
    expect(values(linalg.inv(x))).toEqual([NaN, NaN, NaN, NaN, 0.5, 0, 0, 0.25]);
    for (const y of [linalg.eigh(x).values, linalg.svd(x).s, linalg.qr(x).q, linalg.det(x)])
      expect(Number.isNaN(values(y as Tensor)[0])).toBe(true);
  });

  it('order: NaN is the largest, equal numbers stay in their order, whole numbers stay whole', () => {
    expect(values(linalg.sort([3, NaN, -1, Infinity, 0, -0, 3]))).toEqual([-1, 0, -0, 3, 3, Infinity, NaN]);
    expect(values(linalg.argsort([3, NaN, -1, 3, 1]))).toEqual([2, 4, 0, 3, 1]);
    expect(values(linalg.argsort([3, NaN, -1, 3, 1], { descending: true }))).toEqual([1, 0, 3, 4, 2]);
    const whole = linalg.sort(tf.tensor1d([5, -2147483648, 7], 'int32'));
    expect([whole.dtype, ...values(whole)]).toEqual(['int32', -2147483648, 5, 7]);
    expect(values(linalg.sort(4))).toEqual([4]);
    expect(linalg.sort(tf.zeros([2, 0])).shape).toEqual([2, 0]);
  });

  it('as many numbers as a data set has', () => {
    const n = 100_000;
    const x = tf.randomNormal([n], 0, 1, 'float32', 4);
    expect(values(linalg.sort(x))).toEqual(Array.from(x.dataSync()).sort((a, b) => a - b));
  });

  it('a quantile among which is NaN is NaN; with keepDims the axis stays', () => {
    expect(
      values(
        linalg.quantile(
          [
            [1, NaN],
            [3, 5],
          ],
          0.5,
          { axis: 1 },
        ),
      ),
    ).toEqual([NaN, 4]);
    expect(linalg.quantile(tf.ones([2, 3]), [0.1, 0.2], { axis: 0, keepDims: true }).shape).toEqual([2, 1, 3]);
    expect(linalg.std(tf.ones([2, 3]), { axis: 1, keepDims: true }).shape).toEqual([2, 1]);
  });

  it('the gradient of the standard deviation and of a norm at 0 is 0', () => {
    expect(values(tf.grad((x) => linalg.std(x) as never)(tf.ones([3])))).toEqual([0, 0, 0]);
    expect(values(tf.grad((x) => linalg.norm(x, { ord: 3 }) as never)(tf.zeros([3])))).toEqual([0, 0, 0]);
  });

  it('leaves no tensors beside its results', () => {
    const before = tf.memory().numTensors;
    const made = [linalg.solve([[2]], [4]), linalg.pinv([[1, 2]]), linalg.median([1, 2, 3]), linalg.qr([[1, 2]]).r];
    expect(tf.memory().numTensors - before).toBe(made.length + 1);
  });
});
