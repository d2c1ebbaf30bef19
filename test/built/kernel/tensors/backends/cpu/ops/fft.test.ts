// Fourier transforms of the device `cpu` against the sum that defines them, in double precision.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

const signal = (n: number, rate: number) => Float32Array.from({ length: n }, (_, k) => Math.sin(k * k * rate + 1));

/** Elements of the transform, by definition. */
function element(re: Float32Array, im: Float32Array, k: number, sign: 1 | -1): [number, number] {
  const n = re.length;
  let [a, b] = [0, 0];
  for (let j = 0; j < n; j++) {
    const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
    a += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
    b += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
  }
  return [a, b];
}

describe('the Fourier transform', () => {
  it.each([tf.fft, tf.ifft])('of a scalar is an error', (transform) =>
    expect(() => transform(tf.complex(1, 2))).toThrow('must have rank 1 or more'),
  );

  // Stages of 4, 2, 3, 5, other primes, and Bluestein's algorithm
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 30, 49, 60, 61, 64, 67, 77, 100, 122, 127, 134, 243, 1009, 1024, 2018];
  it.each(sizes)('of %i numbers is the sum that defines it, in three rows, and back', (n) => {
    const [re, im] = [signal(n, 0.37), signal(n, 0.11)];
    const rows = (x: Float32Array) => tf.tile(tf.tensor2d(x, [1, n]), [3, 1]);
    const x = tf.complex(rows(re), rows(im));
    for (const inverse of [false, true]) {
      const y = inverse ? tf.ifft(x) : tf.fft(x);
      expect(y.shape).toEqual([3, n]);
      const [yr, yi] = [tf.real(y).dataSync(), tf.imag(y).dataSync()];
      const scale = Math.sqrt(n);
      for (let k = 0; k < n; k += Math.max(1, Math.floor(n / 50))) {
        const [a, b] = element(re, im, k, inverse ? 1 : -1).map((v) => (inverse ? v / n : v)) as [number, number];
        for (const row of [0, 2]) {
          expect(Math.abs(yr[row * n + k]! - a)).toBeLessThan(2e-7 * (inverse ? 1 : scale));
          expect(Math.abs(yi[row * n + k]! - b)).toBeLessThan(2e-7 * (inverse ? 1 : scale));
        }
      }
    }
    const back = tf.real(tf.ifft(tf.fft(x))).dataSync();
    for (let k = 0; k < n; k++) expect(Math.abs(back[n + k]! - re[k]!)).toBeLessThan(5e-7);
  });

  it('of a thousand rows takes no more memory than its results and a few rows', () => {
    const x = tf.complex(tf.ones([1024, 1024]), tf.zeros([1024, 1024]));
    const before = device.backend.heap.used;
    const { peak } = device.backend.heap;
    const y = tf.fft(x);
    expect(device.backend.heap.used - before).toBeLessThan(2 * 4.7e6);
    expect(device.backend.heap.peak - Math.max(peak, before)).toBeLessThan(10e6);
    expect(tf.slice(tf.real(y), [1023, 0], [1, 2]).dataSync()).toEqual(new Float32Array([1024, 0]));
  });

  it('of a long real signal, and of its frames, is right', () => {
    const x = tf.tensor1d(signal(240000, 0.001));
    const y = tf.spectral.rfft(x);
    expect(y.shape).toEqual([120001]);
    const [a] = element(signal(240000, 0.001), new Float32Array(240000), 77, -1);
    expect(Math.abs(tf.real(y).dataSync()[77]! - a)).toBeLessThan(1e-3);
    expect(tf.signal.stft(tf.tensor1d(signal(65536, 0.01)), 512, 128).shape).toEqual([509, 257]);
  });

  it('keeps the parts of a complex tensor that is disposed of, and frees them after all who share them', () => {
    const { used } = device.backend.heap;
    const before = tf.memory().numTensors;
    const [re, im] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    const x = tf.complex(re, im);
    tf.dispose([re, im]);
    const [real, imag] = [tf.real(x), tf.imag(x)];
    x.dispose();
    expect([...real.dataSync(), ...imag.dataSync()]).toEqual([1, 2, 3, 4]);
    tf.dispose([real, imag]);
    expect(tf.memory().numTensors).toBe(before);
    expect(device.backend.heap.used).toBe(used);
  });
});
