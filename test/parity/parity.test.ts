// Parity with PyTorch: values, all gradients, and 50 steps of each optimizer, against what make.py stored. The device
// is `cpu`, or that named by DLNB_TEST_DEVICE; DLNB_TEST_SEEDS limits the seeds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomOf, shuffled, sizeOf } from '../gradients/random.ts';
import { dist } from '../paths.ts';
import { kinds, optimizers, type Options, type TF } from './kinds.ts';

interface Case {
  name: string;
  kind: string;
  inputs: [shape: number[], draw: string][];
  options: Options;
  /** Shape of the value. */
  shape: number[];
}
interface Cases {
  seeds: number;
  /** Elements that are stored of each tensor. */
  samples: number;
  steps: number;
  optimizers: string[];
  cases: Case[];
}

const FORWARD = 1e-5;
const GRADIENT = 1e-4;
/**
 * Of kinds that go through a Fourier transform, on the device `webgpu`: WGSL's sine and cosine may be off by this much,
 * and those of software adapters are.
 */
const WGSL_ANGLE = 2 ** -11;
const isFourier = (kind: string) => kind === 'fft' || kind === 'spectrum';
/** Of losses and weights, after steps that each add a rounding in single precision. */
const TRAJECTORY = 2e-5;

const file = (name: string) => readFileSync(join(import.meta.dirname, name));
const { seeds, samples, steps, optimizers: names, cases } = JSON.parse(file('cases.json').toString()) as Cases;
const expected = new Float64Array(new Uint8Array(file('expected.bin')).buffer);

const tf = await start();
const { DLNB_TEST_SEEDS: limit } = process.env;
const seedsToRun = limit === undefined ? seeds : Math.min(seeds, Number(limit));

async function start(): Promise<TF> {
  const built = createRequire(import.meta.url)(join(dist, 'tf.js')) as {
    tf: TF;
    startCpu(options: { dist: string; threads: number }): Promise<unknown>;
    startWebGpu(options: { dist: string; software: boolean }): Promise<unknown>;
  };
  if (process.env['DLNB_TEST_DEVICE'] === 'webgpu') await built.startWebGpu({ dist, software: true });
  else await built.startCpu({ dist, threads: 2 });
  return built.tf;
}

/** As `draw` of make.py. */
function draw(kind: string, shape: number[], text: string): Float32Array {
  const random = randomOf(text);
  const n = sizeOf(shape);
  const uniform = (low: number, high: number) => Array.from({ length: n }, () => low + (high - low) * random());
  if (kind.startsWith('int:'))
    return Float32Array.from({ length: n }, () => Math.floor(random() * Number(kind.slice(4))));
  if (kind === 'distinct') return Float32Array.from(shuffled(n, random), (i) => ((i + 0.25) / n) * 2 - 1);
  const row = shape.at(-1)!;
  if (kind === 'onehot') {
    const values = new Float32Array(n);
    for (let i = 0; i < n; i += row) values[i + Math.floor(random() * row)] = 1;
    return values;
  }
  if (kind === 'prob') {
    const values = uniform(0.1, 1.1);
    const sums = values.map((_, i) => sum(values.slice(i - (i % row), i - (i % row) + row)));
    return Float32Array.from(values, (v, i) => v / sums[i]!);
  }
  if (kind === 'sparse') {
    // The last two steps of the first row, and the first of the second, are masked
    const values = Float32Array.from(uniform(-1, 1));
    const [, time, width] = shape as [number, number, number];
    return values.fill(0, (time - 2) * width, (time + 1) * width);
  }
  const ranges: Record<string, [number, number]> = { any: [-1, 1], positive: [0.2, 1.2], wide: [-6, 6] };
  return Float32Array.from(uniform(...ranges[kind]!));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const isLabel = (kind: string) => kind.startsWith('int') || kind === 'onehot';

/** Compares a tensor with what is stored at a place, and returns the place behind it. */
async function checkTensor(t: Tensor, at: number, text: string, tolerance: number): Promise<number> {
  const values = Array.from(await t.data());
  const [size, product] = [expected[at]!, expected[at + 1]!];
  // Rounding is relative to the largest terms, of which a tensor that cancels out shows nothing: 0.1 a number at least
  const scale = Math.max(size, 0.1 * values.length);
  expect(Math.abs(sum(values.map(Math.abs)) - size) / scale, `${text}: sum of sizes`).toBeLessThan(tolerance);
  const random = randomOf(text);
  const products = sum(values.map((v) => v * (random() * 2 - 1)));
  expect(Math.abs(products - product) / scale, `${text}: sum of products`).toBeLessThan(tolerance);
  for (let i = 0; i < samples; i++) {
    const place = Math.floor(random() * values.length);
    const [a, e] = [values[place]!, expected[at + 2 + i]!];
    const off = Math.abs(a - e) / Math.max(Math.abs(e), scale / values.length);
    expect(off, `${text}: element ${place} is ${a}, not ${e}`).toBeLessThan(tolerance);
  }
  return at + 2 + samples;
}

async function checkCase(c: Case, seed: number, from: number): Promise<void> {
  const text = `${c.name}/${seed}`;
  const [forward, backward] =
    isFourier(c.kind) && process.env['DLNB_TEST_DEVICE'] === 'webgpu' ? [WGSL_ANGLE, WGSL_ANGLE] : [FORWARD, GRADIENT];
  const inputs = c.inputs.map(([shape, kind], i) => {
    const values = tf.tensor(draw(kind, shape, `${text}/${i}`), shape, kind.startsWith('int') ? 'int32' : 'float32');
    return isLabel(kind) ? values : tf.variable(values);
  });
  const { f, variables = inputs.filter((_, i) => !isLabel(c.inputs[i]![1])) as Variable[] } = kinds[c.kind]!(
    tf,
    c.options,
    ...inputs,
  );
  const value = f();
  expect(value.shape).toEqual(c.shape);
  let at = await checkTensor(value, from, `${text}/y`, forward);
  const weights = tf.tensor(draw('any', c.shape, `${text}/weights`), c.shape);
  const { grads } = tf.variableGrads(() => f().mul(weights).sum(), variables);
  let n = -1;
  for (const variable of variables) {
    do n++;
    while (isLabel(c.inputs[n]![1]));
    const gradient = grads[variable.name] ?? tf.zerosLike(variable);
    at = await checkTensor(gradient, at, `${text}/gradient ${n}`, backward);
  }
}

/** Numbers stored of a case and seed: those of the value and of each gradient. */
const storedOf = (c: Case) => (2 + samples) * (1 + c.inputs.filter(([, kind]) => !isLabel(kind)).length);

let place = 0;
describe('values and gradients are those of PyTorch', () => {
  for (const c of cases) {
    const from = place;
    place += seeds * storedOf(c);
    it(c.name, async () => {
      for (let seed = 0; seed < seedsToRun; seed++) {
        tf.engine().startScope();
        try {
          await checkCase(c, seed, from + seed * storedOf(c));
        } finally {
          tf.engine().endScope();
        }
      }
    });
  }
});

describe(`${steps} steps of an optimizer are those of PyTorch`, () => {
  for (const name of names) {
    const shapes: [string, number[]][] = [
      ['w1', [4, 8]],
      ['b1', [8]],
      ['w2', [8, 3]],
      ['b2', [3]],
    ];
    const from = place;
    place += steps + sum(shapes.map(([, shape]) => sizeOf(shape)));
    it(name, async () => {
      const at = (what: string, shape: number[]) =>
        tf.tensor2d(draw('any', shape, `optimizer/${what}`), shape as [number, number]);
      const params = shapes.map(([what, shape]) =>
        tf.variable(tf.tensor(draw('any', shape, `optimizer/${what}`), shape)),
      );
      const [w1, b1, w2, b2] = params as [Variable, Variable, Variable, Variable];
      const [x, t] = [at('x', [16, 4]), at('t', [16, 3])];
      const optimizer = optimizers[name]!(tf);
      const loss = () => tf.losses.meanSquaredError(t, tf.tanh(x.matMul(w1).add(b1)).matMul(w2).add(b2)).asScalar();
      for (let step = 0; step < steps; step++) {
        const [value] = await optimizer.minimize(loss, true)!.data();
        const wanted = expected[from + step]!;
        expect(Math.abs(value! - wanted) / wanted, `loss of step ${step} is ${value}, not ${wanted}`).toBeLessThan(
          TRAJECTORY,
        );
      }
      let i = from + steps;
      for (const p of params)
        for (const v of await p.data()) {
          const wanted = expected[i++]!;
          expect(Math.abs(v - wanted), `a weight is ${v}, not ${wanted}`).toBeLessThan(TRAJECTORY);
        }
    });
  }
});

describe('the fixtures', () => {
  it('are all read', () => expect(place).toBe(expected.length));
});
