// Ops of the device `cpu` that count, search and normalize, against plain loops.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCpu, type CpuDevice } from '../../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../../paths.ts';

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.dispose());

const numbers = (n: number, rate = 0.37) => Float32Array.from({ length: n }, (_, k) => Math.sin(k * k * rate));
const draws = (n: number, below: number) => Int32Array.from({ length: n }, (_, k) => ((k * 7919) >> 3) % below);
const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;

describe('bincount', () => {
  it('counts, sums weights, and leaves out what is too large', () => {
    const [x, w] = [draws(1000, 12), numbers(1000)];
    const [counts, sums] = [new Float32Array(10), new Float32Array(10)];
    x.forEach((v, i) => {
      if (v >= 10) return;
      counts[v]!++;
      sums[v]! += w[i]!;
    });
    expect(tf.bincount(tf.tensor1d(x, 'int32'), tf.tensor1d([]), 10).dataSync()).toEqual(counts);
    expect(tf.bincount(tf.tensor1d(x, 'int32'), tf.tensor1d(w), 10).dataSync()).toEqual(sums);
  });

  it('counts each row, or whether a value occurs there', () => {
    const x = tf.tensor2d([0, 1, 1, 2, 2, 2], [2, 3], 'int32');
    expect([...tf.denseBincount(x, tf.tensor2d([], [0, 0]), 3).dataSync()]).toEqual([1, 2, 0, 0, 0, 3]);
    expect([...tf.denseBincount(x, tf.tensor2d([], [0, 0]), 3, true).dataSync()]).toEqual([1, 1, 0, 0, 0, 1]);
  });

  it('refuses negative values', () => {
    expect(() => tf.bincount(tf.tensor1d([1, -1], 'int32'), tf.tensor1d([]), 3)).toThrow('must be non-negative');
  });
});

describe('searchSorted', () => {
  it.each(['left', 'right'] as const)('counts from the %s in each row', (side) => {
    const rows = [
      [-1, 0, 0, 0, 2, 5],
      [1, 1, 2, 3, 5, 8],
    ];
    const values = [
      [0, -2, 5, 6],
      [1, 8, 4, 9],
    ];
    const expected = values.map((list, r) =>
      list.map((v) => rows[r]!.filter((s) => (side === 'left' ? s < v : s <= v)).length),
    );
    for (const dtype of ['float32', 'int32'] as const) {
      const [sorted, wanted] = [tf.tensor2d(rows, [2, 6], dtype), tf.tensor2d(values, [2, 4], dtype)];
      expect(tf.searchSorted(sorted, wanted, side).arraySync()).toEqual(expected);
    }
  });
});

describe('unique', () => {
  it('has each number once, in the order of their first place', () => {
    const { values, indices } = tf.unique(tf.tensor1d([3, NaN, 0, -0, 3, NaN, 7]));
    expect([...values.dataSync()]).toEqual([3, NaN, 0, 7]);
    expect([...indices.dataSync()]).toEqual([0, 1, 2, 2, 0, 1, 3]);
  });

  it('has each row once', () => {
    const x = tf.tensor2d(draws(3000, 4), [1000, 3], 'int32');
    const { values, indices } = tf.unique(x, 0);
    const rows = x.arraySync().map(String);
    const first = [...new Set(rows)];
    expect(values.arraySync()).toEqual(first.map((row) => row.split(',').map(Number)));
    expect([...indices.dataSync()]).toEqual(rows.map((row) => first.indexOf(row)));
  });
});

describe('multinomial', () => {
  it('draws events as often as their probabilities say', () => {
    const p = [0.1, 0, 0.6, 0.3];
    const x = tf.multinomial(tf.tensor2d([...p, ...p], [2, 4]), 20000, 3, true);
    const drawn = x.dataSync();
    for (const [event, share] of p.entries())
      expect(drawn.slice(0, 20000).filter((v) => v === event).length / 20000).toBeCloseTo(share, 1);
    expect(x.shape).toEqual([2, 20000]);
  });

  it('draws for each row by numbers of its own, the same for the same seed', () => {
    const rows = tf.tensor2d(new Float32Array(400 * 2).fill(0.5), [400, 2]);
    const drawn = tf.multinomial(rows, 50, 3, true).arraySync() as number[][];
    const lists = drawn.map(String);
    expect(new Set(lists).size).toBe(400);
    // Neighbors agree in half of their draws: the deviation of this mean is 1/2 / √20,000
    const pairs = drawn.slice(1).flatMap((row, i) => row.map((v, k) => Number(v === drawn[i]![k])));
    expect(Math.abs(pairs.reduce((a, b) => a + b, 0) / pairs.length - 0.5)).toBeLessThan(0.018);
    const again = tf.multinomial(rows, 50, 3, true).arraySync() as number[][];
    expect(again).toEqual(drawn);
    expect(String(tf.multinomial(rows, 50, 4, true).arraySync())).not.toBe(String(drawn));
    // The first row's are TensorFlow.js's
    const first = tf.multinomial(tf.tensor1d([0.5, 0.5]), 50, 3, true);
    expect([...first.dataSync()]).toEqual(drawn[0]);
  });
});

describe('complex tensors', () => {
  it('have the absolute values of PyTorch, beside NaN and infinities too', () => {
    const x = tf.complex(
      [3, Infinity, NaN, NaN, 1e30, 1e-30, 0, -5, 1],
      [4, NaN, 1, -Infinity, 1e30, 1e-30, -0, 12, 1],
    );
    const root = Math.SQRT2;
    const expected = [5, Infinity, NaN, Infinity, root * Math.fround(1e30), root * Math.fround(1e-30), 0, 13, root];
    expect([...tf.abs(x).dataSync()]).toEqual(expected.map(Math.fround));
    const many = numbers(40003);
    const y = tf.abs(tf.complex(many, tf.reverse(tf.tensor1d(many)))).dataSync();
    y.forEach((v, i) => {
      const exact = Math.fround(Math.hypot(many[i]!, many[many.length - 1 - i]!));
      if (Math.abs(v - exact) > 6e-8 * exact) expect.fail(`element ${i} is ${v}, not ${exact}`);
    });
    expect(tf.abs(tf.complex([], [])).shape).toEqual([0]);
  });

  it('are added, subtracted and multiplied, rows with matrices', () => {
    const complex = (re: number[], im: number[], shape: number[]) =>
      tf.complex(tf.tensor(re, shape), tf.tensor(im, shape));
    const [a, b] = [complex([1, 2, 3, 4], [5, 6, 7, 8], [2, 2]), complex([2, -1], [1, 3], [2])];
    expect([...tf.add(a, b).dataSync()]).toEqual([3, 6, 1, 9, 5, 8, 3, 11]);
    expect([...tf.sub(a, b).dataSync()]).toEqual([-1, 4, 3, 3, 1, 6, 5, 5]);
    expect([...tf.mul(a, b).dataSync()]).toEqual([-3, 11, -20, 0, -1, 17, -28, 4]);
    expect([...tf.mul(tf.reshape(a, [4]), tf.reshape(a, [4])).dataSync()]).toEqual([
      -24, 10, -32, 24, -40, 42, -48, 64,
    ]);
  });
});

describe('local response normalization', () => {
  it.each([0.5, 0.75, 1, 0.6])('and its gradient, with the power %d', (beta) => {
    const [shape, radius, bias, alpha] = [[2, 3, 2, 7] as [number, number, number, number], 2, 1.5, 0.8];
    const [x, dy] = [numbers(84), numbers(84, 0.21)];
    const normalized = (v: Float64Array | Float32Array) =>
      Float64Array.from(v, (value, i) => {
        const [pixel, c] = [i - (i % 7), i % 7];
        let sum = 0;
        for (let k = Math.max(0, c - radius); k <= Math.min(6, c + radius); k++) sum += v[pixel + k]! ** 2;
        return value * (bias + alpha * sum) ** -beta;
      });
    const attrs = { depthRadius: radius, bias, alpha, beta };
    const [tx, tdy] = [tf.tensor4d(x, shape), tf.tensor4d(dy, shape)];
    const y = run('LRN', { x: tx }, attrs);
    normalized(x).forEach((v, i) => expect(y.dataSync()[i]).toBeCloseTo(v, 6));
    const dx = run('LRNGrad', { x: tx, y, dy: tdy }, attrs).dataSync();
    for (let i = 0; i < 84; i += 5) {
      const at = (step: number) => {
        const moved = Float64Array.from(x);
        moved[i]! += step;
        return normalized(moved).reduce((sum, v, k) => sum + v * dy[k]!, 0);
      };
      expect(dx[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
  });
});

describe('dilation', () => {
  it('is the largest sum of each window, and its gradients go there', () => {
    const [image, size] = [[2, 6, 5, 3] as [number, number, number, number], [3, 2, 3] as [number, number, number]];
    const [x, w] = [numbers(180), numbers(18, 0.21)];
    const attrs = { strides: [2, 1], pad: 'same', dilations: 1 };
    const info = tf.backend_util.computeDilation2DInfo(image, size, [2, 1], 'same', 'NHWC', 1);
    const [, height, width] = info.outShape as [number, number, number, number];
    const dy = numbers(2 * height * width * 3, 0.13);
    const y = new Float32Array(dy.length).fill(-Infinity);
    const [dx, dw] = [new Float32Array(180), new Float32Array(18)];
    for (let o = 0; o < y.length; o++) {
      const [c, ox, oy, b] = [o % 3, Math.floor(o / 3) % width, Math.floor(o / 3 / width) % height, 0];
      const n = Math.floor(o / (3 * width * height)) + b;
      let [from, tap] = [0, 0];
      for (let t = 0; t < 6; t++) {
        const [iy, ix] = [oy * 2 + (t >> 1) - info.padInfo.top, ox + (t & 1) - info.padInfo.left];
        if (iy < 0 || iy >= 6 || ix < 0 || ix >= 5) continue;
        const at = ((n * 6 + iy) * 5 + ix) * 3 + c;
        if (x[at]! + w[t * 3 + c]! > y[o]!) [y[o], from, tap] = [x[at]! + w[t * 3 + c]!, at, t * 3 + c];
      }
      dx[from]! += dy[o]!;
      dw[tap]! += dy[o]!;
    }
    const inputs = { x: tf.tensor4d(x, image), filter: tf.tensor3d(w, size) };
    const more = { ...inputs, dy: tf.tensor4d(dy, info.outShape as [number, number, number, number]) };
    const close = (name: string, given: Record<string, tf.Tensor>, expected: Float32Array) =>
      run(name, given, attrs)
        .dataSync()
        .forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 5));
    close('Dilation2D', inputs, y);
    close('Dilation2DBackpropInput', more, dx);
    close('Dilation2DBackpropFilter', more, dw);
  });
});
