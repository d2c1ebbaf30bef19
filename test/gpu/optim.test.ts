// `optim` on the device `webgpu`: 50 steps of each optimizer against PyTorch, replay with a schedule, and state.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeOptim } from '../../kernel/dlnb/optim/index.ts';
import type { Optimizer } from '../../kernel/dlnb/optim/optimizers.ts';
import { root } from '../paths.ts';
import { compileStep, start, tf } from './device.ts';

beforeAll(() => start());
afterEach(() => tf.disposeVariables());
const optim = makeOptim(() => tf as never);

interface Case {
  optimizer: string;
  options: Record<string, unknown> & { gradientAccumulationSteps?: number };
  losses: number[];
  weights: number[][];
}
const fixtures = JSON.parse(readFileSync(join(root, 'test/built/kernel/dlnb/optim/fixtures.json'), 'utf8')) as {
  x: number[][];
  t: number[][];
  w: number[][];
  b: number[];
  cases: Record<string, Case>;
};
const make = ({ optimizer, options }: Case) =>
  (optim as unknown as Record<string, (o: object) => Optimizer>)[optimizer]!(options);

function network() {
  const [w, b] = [tf.tensor2d(fixtures.w).variable(), tf.tensor1d(fixtures.b).variable()];
  const [x, t] = [tf.tensor2d(fixtures.x), tf.tensor2d(fixtures.t)];
  const loss = (step: number, parts = 1) => {
    const [from, rows] = [
      [(step % parts) * (8 / parts), 0],
      [8 / parts, -1],
    ];
    const y = tf.tanh(tf.add(tf.matMul(tf.slice(x, from, rows), w), b));
    return tf.mean(tf.squaredDifference(y, tf.slice(t, from, rows))) as never;
  };
  return { w, b, loss };
}

describe('50 steps are those of PyTorch', () => {
  it.each(Object.entries(fixtures.cases))('%s', async (name, c) => {
    const { w, b, loss } = network();
    const optimizer = make(c);
    const parts = c.options.gradientAccumulationSteps ?? 1;
    const losses = c.losses.map((_, step) => optimizer.minimize(() => loss(step, parts), true)!);
    for (const [step, wanted] of c.losses.entries())
      expect(Math.abs((await losses[step]!.data())[0]! - wanted) / wanted, `loss ${step} of ${name}`).toBeLessThan(
        1e-4,
      );
    for (const [i, variable] of [w, b].entries())
      (await variable.data()).forEach((v: number, k: number) =>
        expect(Math.abs(v - c.weights[i]![k]!), `${name}: ${v}`).toBeLessThan(1e-4),
      );
  });
});

it('steps that are replayed follow a schedule, with the bits of steps that are not', async () => {
  const run = async (compiled: boolean) => {
    const { w, b, loss } = network();
    const optimizer = optim.adamw({ learningRate: optim.cosineDecay({ rate: 0.1, steps: 20, warmup: 4 }), l1: 0.01 });
    const f = () => void optimizer.minimize(() => loss(0), false, [w, b]);
    const step = compiled ? compileStep(f) : f;
    for (let i = 0; i < 20; i++) step();
    return [...(await w.data()), ...(await b.data())];
  };
  expect(await run(true)).toEqual(await run(false));
});

it('state that is saved and loaded makes the same next steps, bit for bit', async () => {
  for (const name of ['adam', 'nadam decay', 'accumulation', 'rmsprop centered']) {
    const c = fixtures.cases[name]!;
    const [one, other] = [network(), network()];
    const [first, second] = [make(c), make(c)];
    for (let step = 0; step < 6; step++) first.minimize(() => one.loss(step), false, [one.w, one.b]);
    other.w.assign(one.w);
    other.b.assign(one.b);
    const saved: NamedTensor[] = [];
    for (const { name, tensor } of await first.getWeights())
      saved.push({ name, tensor: tf.tensor(await tensor.data(), tensor.shape, tensor.dtype as never) as never });
    await second.setWeights(saved);
    for (let step = 6; step < 10; step++) {
      first.minimize(() => one.loss(step), false, [one.w, one.b]);
      second.minimize(() => other.loss(step), false, [other.w, other.b]);
    }
    expect([...(await other.w.data()), ...(await other.b.data())], name).toEqual([
      ...(await one.w.data()),
      ...(await one.b.data()),
    ]);
  }
});
