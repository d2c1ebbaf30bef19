// One check of an op, a layer or a network on the device under test: its value is the reference's, and its gradient with respect to
// each input is that of finite differences of the reference, in double precision.
import { expect } from 'vitest';
import { reference, tf, type Tensor, type TF } from './device.ts';
import { randomOf, sizeOf, type Draw, type Values } from './random.ts';

// Ops take tensors of fixed ranks, which a table over many ranks cannot tell the compiler; a wrong one throws
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type X = any;

/** A function of tensors, written once for the device and for the reference. Several results are differentiated together. */
export type Fn = (tf: TF, ...inputs: X[]) => Tensor | Tensor[];

export interface Case {
  name: string;
  inputs: Draw[];
  f: Fn;
  /** The same function by other ops, where those of the reference are wrong or missing. */
  reference?: Fn;
  /** The function is constant almost everywhere, and all its gradients are zero. */
  constant?: boolean;
  /** Allowed error of a directional derivative, in units of the gradient's norm. */
  tolerance?: number;
  /** Allowed error of the value, in units of its largest element. */
  valueTolerance?: number;
  /**
   * Size that an element of a gradient is expected to have: one much smaller counts as this. For sums that cancel, as before a
   * normalization, where rounding leaves something of what would be zero.
   */
  scale?: number;
}

/**
 * Relative to an input of size 1: small enough that next to no kink lies within, large enough that a difference of numbers in
 * double precision has eight right digits.
 */
const STEP = 1e-7;
/** Directions that each gradient is compared along. */
const DIRECTIONS = 2;

/** Throws what differs. */
export async function check({
  name,
  inputs,
  f,
  reference: expected = f,
  constant = false,
  tolerance = 2e-4,
  valueTolerance = 2e-5,
  scale = 1e-6,
}: Case): Promise<void> {
  const random = randomOf(name);
  const xs = inputs.map((draw) => draw(random));
  const value = evaluate(expected, xs);
  const dy: Values = {
    shape: value.shape,
    values: value.values.map(() => Math.fround((0.5 + random()) * (random() < 0.5 ? -1 : 1))),
  };
  const ours = await differentiate(f, xs, dy);

  expect(ours.value.shape, 'shape of the value').toEqual(value.shape);
  const largest = Math.max(1e-6, ...value.values.map(Math.abs));
  ours.value.values.forEach((v, i) => {
    if (!(Math.abs(v - value.values[i]!) <= valueTolerance * largest))
      throw new Error(`value[${i}] is ${v}, not ${value.values[i]} (largest: ${largest})`);
  });

  let flat = true;
  ours.gradients.forEach((gradient, k) => {
    const x = xs[k]!;
    const of = inputs.length > 1 ? `gradient with respect to input ${k}` : 'gradient';
    expect(gradient.shape, `shape of the ${of}`).toEqual(x.shape);
    const size = norm(gradient.values);
    if (size > 0) flat = false;
    for (let i = 0; i < DIRECTIONS; i++) {
      const v = x.values.map(() => (0.5 + random()) * (random() < 0.5 ? -1 : 1));
      const along = dot(gradient.values, v);
      const difference = slope(expected, xs, k, v, dy);
      const unit = Math.max(size, Math.abs(difference) / (norm(v) || 1), scale * Math.sqrt(x.values.length));
      if (!(Math.abs(along - difference) <= tolerance * unit))
        throw new Error(
          `${of}: ${along} along a direction, differences give ${difference} (its norm: ${size})${worst(expected, xs, k, gradient, dy)}`,
        );
    }
  });
  // A gradient that is zero throughout agrees with much
  if (flat !== constant) throw new Error(constant ? 'a gradient is not zero' : 'all gradients are zero');
}

interface Gradients {
  value: Values;
  gradients: Values[];
}

/** Value and gradients on the device, for the gradient `dy` of the value. No tensor and no memory may be left behind. */
async function differentiate(f: Fn, xs: Values[], dy: Values): Promise<Gradients> {
  const before = inUse();
  const inputs = xs.map((x) => tf.tensor(x.values, x.shape));
  const seed = tf.tensor(dy.values, dy.shape);
  const { value, grads } = tf.valueAndGrads((...x) => joined(tf, f(tf, ...x)))(inputs, seed);
  const result = { value: await read(value), gradients: await Promise.all(grads.map(read)) };
  tf.dispose([...inputs, seed, value, ...grads]);
  expect(inUse(), 'tensors, and data of the backend').toEqual(before);
  return result;
}

const inUse = () => ({
  tensors: tf.memory().numTensors,
  data: (tf.backend() as unknown as { numDataIds(): number }).numDataIds(),
});

async function read(t: Tensor): Promise<Values> {
  expect(t.dtype).toBe('float32');
  return { shape: t.shape, values: Array.from(await t.data()) };
}

/** Several results as one. */
const joined = (tf: TF, y: Tensor | Tensor[]): Tensor =>
  Array.isArray(y) ? tf.concat(y.map((t) => t.reshape([-1]))) : y;

/** The value of the reference. */
function evaluate(f: Fn, xs: Values[]): Values {
  return reference.tidy(() => {
    const y = joined(reference, f(reference, ...xs.map((x) => reference.tensor(x.values, x.shape))));
    return { shape: y.shape, values: Array.from(y.dataSync()) };
  });
}

/** The derivative of Σ dy · f along `v`, a direction of input `k`, by a central difference of the reference. */
function slope(f: Fn, xs: Values[], k: number, v: number[], dy: Values): number {
  const at = (step: number) => {
    const x = xs[k]!;
    const moved = { shape: x.shape, values: x.values.map((value, i) => value + step * v[i]!) };
    return evaluate(f, xs.with(k, moved)).values;
  };
  const [up, down] = [at(STEP), at(-STEP)];
  return (
    dot(
      up.map((y, i) => y - down[i]!),
      dy.values,
    ) /
    (2 * STEP)
  );
}

/** Where a wrong gradient is wrong most, of the first elements. */
function worst(f: Fn, xs: Values[], k: number, gradient: Values, dy: Values): string {
  let found = { error: -1, text: '' };
  for (let i = 0; i < Math.min(300, sizeOf(gradient.shape)); i++) {
    const unit = gradient.values.map((_, j) => (i === j ? 1 : 0));
    const difference = slope(f, xs, k, unit, dy);
    const error = Math.abs(difference - gradient.values[i]!);
    if (!(error <= found.error))
      found = {
        error,
        text: `; [${i}] of shape [${gradient.shape.join()}] is ${gradient.values[i]}, not ${difference}`,
      };
  }
  return found.text;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const norm = (a: number[]) => Math.sqrt(dot(a, a));
