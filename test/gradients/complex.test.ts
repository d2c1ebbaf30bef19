// Complex numbers on the device under test: ops against the same by hand on real and imaginary parts, and gradients
// through spectra, and of ops that TensorFlow.js has no gradient for, against finite differences.
import { describe, expect, it } from 'vitest';
import { tf, type Tensor } from './device.ts';

type F = (x: Tensor) => Tensor;
const read = async (t: Tensor) => Array.from(await t.data());

function close(actual: number[], expected: number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    if (!(Math.abs(v - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!))))
      throw new Error(`[${i}] is ${v}, not ${expected[i]}: ${actual.join(', ')} for ${expected.join(', ')}`);
  });
}

const numbers = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** The gradient of Σ f · w against differences, element by element. */
async function differentiates(f: F, x: Tensor): Promise<void> {
  const shape = f(x).shape;
  const w = numbers(shape, 99);
  const loss: F = (t) => f(t).mul(w).sum();
  const gradient = await read(tf.grad(loss)(x));
  const step = 1 / 64;
  const values = await read(x);
  const differences: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const at = async (by: number) => {
      const moved = values.map((v, j) => (j === i ? v + by : v));
      return (await read(loss(tf.tensor(moved, x.shape))))[0]!;
    };
    // Fourth order, so that a step may be large
    const [a, b, c, d] = [await at(-2 * step), await at(-step), await at(step), await at(2 * step)];
    differences.push((a - 8 * b + 8 * c - d) / (12 * step));
  }
  close(gradient, differences, 2e-3);
}

const spectrum = (x: Tensor) => tf.spectral.rfft(x);
const complexOf = (x: Tensor) => tf.complex(x, tf.mul(x, 0.5).add(0.25));
const both: F = (z) => tf.concat([tf.real(z).flatten(), tf.imag(z).flatten()]);

describe('gradients', () => {
  const cases: Record<string, [F, Tensor]> = {
    'real and imag': [(x) => both(complexOf(x).mul(complexOf(x))), numbers([3], 1)],
    'abs of rfft': [(x) => tf.abs(spectrum(x)), numbers([2, 6], 2)],
    'rfft of an odd length': [(x) => both(spectrum(x)), numbers([5], 3)],
    'rfft with padding': [(x) => both(tf.spectral.rfft(x, 8)), numbers([5], 3)],
    fft: [(x) => both(tf.spectral.fft(complexOf(x))), numbers([2, 4], 4)],
    ifft: [(x) => both(tf.spectral.ifft(complexOf(x))), numbers([3], 5)],
    'irfft of rfft': [(x) => tf.spectral.irfft(spectrum(x)).square(), numbers([8], 6)],
    stft: [(x) => tf.abs(tf.signal.stft(x as import('@tensorflow/tfjs').Tensor1D, 4, 2)), numbers([12], 7)],
    division: [(x) => both(tf.div(complexOf(x), complexOf(x.reverse()).add(tf.scalar(2)))), numbers([3], 8)],
    exp: [(x) => both(tf.exp(complexOf(x))), numbers([3], 9)],
    matMul: [(x) => both(tf.matMul(complexOf(x), complexOf(x), true)), numbers([2, 3], 10)],
    'slice, transpose, gather': [
      (x) =>
        both(
          tf
            .gather(tf.transpose(tf.slice(complexOf(x), [0, 1], [2, 2])), tf.tensor1d([1, 0, 1], 'int32'))
            .mul(tf.scalar(2)),
        ),
      numbers([2, 3], 11),
    ],
    'concat, stack, sum, mean, neg': [
      (x) => {
        const z = complexOf(x);
        const c = tf.concat([z, z.neg()]);
        return both(tf.stack([c.sum(0), c.mul(c).mean(0)]));
      },
      numbers([2, 2], 12),
    ],
    'reshape, expandDims, squeeze': [
      (x) => both(complexOf(x).reshape([3, 2]).expandDims(0).squeeze().square()),
      numbers([6], 13),
    ],
    'a product of spectra, as in convolution': [
      (x) => tf.spectral.irfft(spectrum(x).mul(spectrum(x.reverse()))),
      numbers([6], 14),
    ],
    'cropAndResize, bilinear': [
      (x) =>
        tf.image.cropAndResize(
          x as import('@tensorflow/tfjs').Tensor4D,
          [
            [0, 0, 1, 1],
            [0.1, 0.2, 0.7, 1.3],
            [0.9, 0.1, 0.2, 0.8],
          ],
          [0, 1, 0],
          [3, 2],
        ),
      numbers([2, 4, 3, 2], 15),
    ],
    'cropAndResize, one pixel, nearest': [
      (x) =>
        tf.image.cropAndResize(
          x as import('@tensorflow/tfjs').Tensor4D,
          [[0.1, 0.2, 0.7, 0.9]],
          [0],
          [1, 4],
          'nearest',
        ),
      numbers([1, 4, 3, 2], 16),
    ],
    'depthToSpace, channels first': [
      (x) => tf.depthToSpace(x as import('@tensorflow/tfjs').Tensor4D, 2, 'NCHW'),
      numbers([2, 8, 2, 3], 18),
    ],
    'tensorScatterUpdate: the tensor': [
      (x) => tf.tensorScatterUpdate(x, tf.tensor2d([[1], [3]], [2, 1], 'int32'), tf.tensor1d([5, 6])),
      numbers([5], 17),
    ],
    'tensorScatterUpdate: the updates': [
      (x) => tf.tensorScatterUpdate(tf.ones([5]), tf.tensor2d([[1], [3]], [2, 1], 'int32'), x),
      numbers([2], 18),
    ],
    'bincount: the weights': [
      (x) => tf.bincount(tf.tensor1d([0, 2, 2, 1, 7], 'int32'), x as import('@tensorflow/tfjs').Tensor1D, 4),
      numbers([5], 19),
    ],
    'denseBincount of rows: the weights': [
      (x) =>
        tf.denseBincount(tf.tensor2d([0, 2, 2, 1, 1, 9], [2, 3], 'int32'), x as import('@tensorflow/tfjs').Tensor2D, 4),
      numbers([2, 3], 20),
    ],
  };
  it.each(Object.entries(cases))('%s', async (_, [f, x]) => differentiates(f, x));

  it('the slope of |z| at 0 is 0', async () => {
    close(await read(tf.grad((x) => tf.abs(tf.complex(x, tf.zerosLike(x))))(tf.tensor1d([0, 2]))), [0, 1]);
  });

  it('a complex result says what to do', () => {
    expect(() => tf.grad((x) => complexOf(x))(tf.ones([2]))).toThrow(/is complex64, and must be real: use tf.real/);
  });
});

describe('values', () => {
  const z = () => tf.complex([1, 2, 3, 4, 5, 6], [-1, 0, 1, 2, 0.5, -2]);
  const parts = async (t: Tensor) => {
    expect(t.dtype).toBe('complex64');
    return [t.shape, await read(tf.real(t)), await read(tf.imag(t))];
  };

  it('reshape leaves the original as it is', async () => {
    const x = z();
    const y = x.reshape([2, 3]);
    expect(tf.real(x).shape).toEqual([6]);
    expect(tf.real(y).shape).toEqual([2, 3]);
    expect(await parts(y)).toEqual([
      [2, 3],
      [1, 2, 3, 4, 5, 6],
      [-1, 0, 1, 2, 0.5, -2],
    ]);
  });

  it('ops', async () => {
    const x = z();
    expect(await parts(x.neg())).toEqual([[6], [-1, -2, -3, -4, -5, -6], [1, -0, -1, -2, -0.5, 2]]);
    expect(await parts(x.sum())).toEqual([[], [21], [0.5]]);
    expect(await parts(x.mean())).toEqual([[], [3.5], [Math.fround(0.5 / 6)]]);
    expect(await parts(x.slice([1], [2]))).toEqual([[2], [2, 3], [0, 1]]);
    expect(await parts(x.mul(x).slice([0], [1]))).toEqual([[1], [0], [-2]]);
    expect(await parts(x.mul(tf.scalar(2)).slice([0], [1]))).toEqual([[1], [2], [-2]]);
    expect(await parts(x.div(x).slice([3], [1]))).toEqual([[1], [1], [0]]);
    expect(await parts(tf.split(x, 2)[1]!)).toEqual([[3], [4, 5, 6], [2, 0.5, -2]]);
    expect(await parts(tf.unstack(x.reshape([2, 3]))[0]!)).toEqual([[3], [1, 2, 3], [-1, 0, 1]]);
    const m = x.reshape([2, 3]);
    expect(await parts(m.transpose())).toEqual([
      [3, 2],
      [1, 4, 2, 5, 3, 6],
      [-1, 2, 0, 0.5, 1, -2],
    ]);
    // (1 − i)² + 2² + (3 + i)² = −2i + 4 + 8 + 6i
    expect(await parts(tf.matMul(m.slice([0, 0], [1, 3]), m.slice([0, 0], [1, 3]), false, true))).toEqual([
      [1, 1],
      [12],
      [4],
    ]);
  });

  it('irfft of a vector is a vector', async () => {
    const y = tf.spectral.irfft(tf.spectral.rfft(tf.tensor1d([1, 2, 3, 4])));
    expect(y.shape).toEqual([4]);
    close(await read(y), [1, 2, 3, 4]);
    expect(tf.spectral.irfft(tf.spectral.rfft(tf.ones([2, 3, 2, 6]))).shape).toEqual([2, 3, 2, 6]);
  });

  it('no tensor is left behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void tf.grad((x) => tf.abs(spectrum(x)).sum())(tf.ones([8])));
    const x = z();
    x.add(x).dispose();
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
