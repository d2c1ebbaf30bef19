// `optim`: 50 steps of each optimizer against PyTorch (fixtures.json, made by make.py), in one op kernel and by many
// ops; state that is saved and loaded; penalties, clipping, accumulation, schedules; `compile` and model files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import type { Variable } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { makeOptim } from '../../../../../kernel/dlnb/optim/index.ts';
import { reviveSchedules, type Optimizer } from '../../../../../kernel/dlnb/optim/optimizers.ts';
import { ops } from '../../../../../kernel/tensors/ops.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, reloaded } from '../../tensors/layers/library.ts';

interface Case {
  optimizer: string;
  options: Record<string, unknown> & { gradientAccumulationSteps?: number };
  losses: number[];
  weights: number[][];
}
const fixtures = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures.json'), 'utf8')) as Record<
  'x' | 't' | 'w',
  number[][]
> & { b: number[]; cases: Record<string, Case> };

const tf = libraryOf(dist);
const optim = makeOptim(() => tf);
reviveSchedules(tf);
type Make = (options: object) => Optimizer;
const make = ({ optimizer, options }: Case): Optimizer =>
  (optim as unknown as Record<string, Make>)[optimizer]!(options);

/** The small network of make.py. */
function network() {
  const w = tf.variable(tf.tensor2d(fixtures.w));
  const b = tf.variable(tf.tensor1d(fixtures.b));
  const [x, t] = [tf.tensor2d(fixtures.x), tf.tensor2d(fixtures.t)];
  const loss = (step: number, parts = 1) => {
    const from = [(step % parts) * (8 / parts), 0];
    const rows = [8 / parts, -1];
    const [xs, ts] = [tf.slice(x, from, rows), tf.slice(t, from, rows)];
    return tf.mean(tf.squaredDifference(tf.tanh(tf.add(tf.matMul(xs, w), b)), ts)).asScalar();
  };
  return { w, b, loss };
}

const CLOSE = 3e-5;
async function followsPyTorch(name: string, c: Case): Promise<void> {
  const { w, b, loss } = network();
  const optimizer = make(c);
  const parts = c.options.gradientAccumulationSteps ?? 1;
  for (const [step, wanted] of c.losses.entries()) {
    const [value] = await optimizer.minimize(() => loss(step, parts), true)!.data();
    expect(Math.abs(value! - wanted) / wanted, `loss of step ${step} of ${name}`).toBeLessThan(CLOSE);
  }
  for (const [i, variable] of [w, b].entries())
    (await variable.data()).forEach((value, k) =>
      expect(Math.abs(value - c.weights[i]![k]!), `${name}: ${value} for ${c.weights[i]![k]}`).toBeLessThan(CLOSE),
    );
  optimizer.dispose();
}

const NAME = ops.UpdateParameters.name;
async function withoutOpKernel(f: () => Promise<void>): Promise<void> {
  const config = tf.getKernel(NAME, 'cpu')!;
  tf.unregisterKernel(NAME, 'cpu');
  try {
    await f();
  } finally {
    tf.registerKernel(config);
  }
}

afterEach(() => tf.disposeVariables());

describe('50 steps are those of PyTorch', () => {
  for (const [name, c] of Object.entries(fixtures.cases)) {
    it(`${name}, in one op kernel`, () => followsPyTorch(name, c));
    it(`${name}, by ops of TensorFlow.js`, () => withoutOpKernel(() => followsPyTorch(name, c)));
  }
});

const bytes = async (...variables: Variable[]) =>
  (await Promise.all(variables.map((v) => v.data()))).map((data) => [...new Uint32Array(data.slice().buffer)]);

describe('state', () => {
  for (const [name, c] of Object.entries(fixtures.cases)) {
    it(`of ${name} makes the same next steps, bit for bit`, async () => {
      const parts = c.options.gradientAccumulationSteps ?? 1;
      const one = network();
      const first = make(c);
      for (let step = 0; step < 7; step++) first.minimize(() => one.loss(step, parts));
      const other = network();
      other.w.assign(one.w);
      other.b.assign(one.b);
      const second = make(c);
      // As a file has it
      const saved = (await first.getWeights()).map(({ name, tensor }) => ({
        name,
        tensor: tf.tensor(tensor.dataSync().slice(), tensor.shape, tensor.dtype),
      }));
      await second.setWeights(saved as NamedTensor[]);
      tf.dispose(saved.map(({ tensor }) => tensor));
      expect(second.iterations).toBe(first.iterations);
      for (let step = 7; step < 12; step++) {
        first.minimize(() => one.loss(step, parts));
        second.minimize(() => other.loss(step, parts));
        expect(await bytes(other.w, other.b)).toEqual(await bytes(one.w, one.b));
      }
      expect((await second.getWeights()).length).toBe((await first.getWeights()).length);
    });
  }

  it('of another optimizer, or of other variables, is refused', async () => {
    const { loss } = network();
    const adam = optim.adam();
    adam.minimize(() => loss(0));
    await expect(
      optim
        .lion()
        .setWeights([...(await optim.sgd({ momentum: 0.9 }).getWeights()), ...(await adam.getWeights()).slice(2)]),
    ).rejects.toThrow(/another optimizer was loaded: it has "v", and this one keeps m/);
    const other = optim.adam();
    await other.setWeights(await adam.getWeights());
    const v = tf.variable(tf.zeros([5]));
    expect(() => other.minimize(() => tf.sum(tf.square(v)).asScalar(), false, [v])).toThrow(
      /does not fit: for \d+ it has shape \[3, 2\], and \d+ has \[5\]/,
    );
  });

  it('leaves no tensors behind', () => {
    const { loss } = network();
    const optimizer = optim.adamw({ globalClipNorm: 1, gradientAccumulationSteps: 2, l1: 0.1 });
    for (let i = 0; i < 2; i++) optimizer.minimize(() => loss(0));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 4; i++) optimizer.minimize(() => loss(0));
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    // Two slots and a sum for each of two variables, two powers for each of two groups
    expect(before - tf.memory().numTensors).toBe(2 * 3 + 2 * 2);
  });
});

describe('penalties and decay', () => {
  /** Which variables one step with a gradient of 0 changes, by their names. */
  function changed(variables: Variable[], options: object): string[] {
    const before = variables.map((v) => v.dataSync().slice());
    const optimizer = optim.sgd({ learningRate: 0.5, weightDecay: 0.5, ...options });
    optimizer.applyGradients(variables.map((v) => ({ name: v.name, tensor: tf.zerosLike(v) })));
    return variables.filter((v, i) => v.dataSync()[0] !== before[i]![0]).map((v) => v.name);
  }
  const ones = (shape: number[], name?: string) => tf.variable(tf.ones(shape), true, name);

  it('leave out biases and normalizations of layers by default', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [2], biasInitializer: 'ones', name: 'd' }),
        tf.layers.batchNormalization({ betaInitializer: 'ones' }),
        tf.layers.layerNormalization({ betaInitializer: 'ones' }),
      ],
    });
    const variables = model.trainableWeights.map((w) => w.read() as Variable);
    expect(changed(variables, {})).toEqual([expect.stringMatching(/kernel/)]);
    expect(changed(variables, { exclude: [] })).toHaveLength(variables.length);
    expect(changed(variables, { exclude: ['kernel', 'gamma'] })).toHaveLength(variables.length - 3);
  });

  it('leave out vectors beside matrices where variables have no names', () => {
    const [w, b] = [ones([2, 3]), ones([3])];
    expect(changed([w, b], {})).toEqual([w.name]);
    const [v, c] = [ones([3]), ones([])];
    expect(changed([v, c], {})).toEqual([v.name]);
    expect(changed([ones([])], {})).toHaveLength(1);
    expect(changed([ones([2], 'own/w1'), ones([2], 'own/b1')], {})).toEqual(['own/w1']);
  });

  it('of proximal L1 make weights exactly 0, and keep NaN', async () => {
    const w = tf.variable(tf.tensor1d([0.3, -0.3, 1, -1, 0, NaN]));
    optim.sgd({ learningRate: 1, proximalL1: 0.5 }).applyGradients({ [w.name]: tf.zeros([6]) });
    expect([...(await w.data())]).toEqual([0, 0, 0.5, -0.5, 0, NaN]);
    // Least squares with a useless feature: ordinary L1 gives a small weight, the proximal one 0
    const x = numbers([64, 4]);
    const y = tf.matMul(x, tf.tensor2d([[1], [0], [-2], [0]]));
    const fitted = async (options: object) => {
      const v = tf.variable(tf.ones([4, 1]));
      const optimizer = optim.sgd({ learningRate: 0.1, ...options });
      for (let i = 0; i < 300; i++)
        optimizer.minimize(() => tf.mean(tf.squaredDifference(tf.matMul(x, v), y)).asScalar());
      return [...(await v.data())];
    };
    expect((await fitted({ proximalL1: 0.1 })).map((value) => value === 0)).toEqual([false, true, false, true]);
    expect((await fitted({ l1: 0.1 })).every((value) => value !== 0)).toBe(true);
  });
});

describe('a schedule', () => {
  it('gives the rate of each step, also to compile', async () => {
    const w = tf.variable(tf.scalar(0));
    const optimizer = optim.sgd({ learningRate: (step) => 1 / (step + 1) });
    for (let i = 0; i < 3; i++) optimizer.minimize(() => tf.mul(w, 1).asScalar());
    expect(w.dataSync()[0]).toBeCloseTo(-(1 + 1 / 2 + 1 / 3));
    expect(optimizer.learningRate).toBe(1 / 4);
    expect(() => (optimizer.learningRate = 1)).toThrow(/follows a schedule.*setLearningRate/);
    optimizer.setLearningRate(0.5);
    expect(optimizer.learningRate).toBe(0.5);
    optimizer.learningRate = 0.25;
    expect(optimizer.learningRate).toBe(0.25);

    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })],
    });
    const rate = optim.stepDecay({ rate: 0.1, at: [2], factor: 0 });
    model.compile({ optimizer: optim.sgd({ learningRate: rate }), loss: 'meanSquaredError' });
    const weight = () => model.getWeights()[0]!.dataSync()[0]!;
    const train = () => model.fit(tf.ones([4, 1]), tf.zeros([4, 1]), { batchSize: 4, epochs: 2, verbose: 0 });
    const start = weight();
    await train();
    const after = weight();
    expect(after).not.toBe(start);
    await train();
    expect(weight()).toBe(after);
  });

  it('that gives no rate is an error', () => {
    const w = tf.variable(tf.scalar(0));
    const optimizer = optim.adam({ learningRate: () => NaN });
    expect(() => optimizer.minimize(() => tf.mul(w, 1).asScalar())).toThrow(
      /schedule of the optimizer gave NaN at step 0/,
    );
  });
});

describe('a model file', () => {
  it.each([
    [
      'Adam with a schedule',
      () => optim.adam({ learningRate: optim.cosineDecay({ rate: 0.1, steps: 20, warmup: 3 }) }),
    ],
    [
      'AdamW without a named part',
      () => optim.adamw({ weightDecay: 0.3, exclude: ['no_such%part'], globalClipNorm: 1 }),
    ],
    ['Nadam', () => optim.nadam({ momentumDecay: 0.004, gradientAccumulationSteps: 2 })],
    [
      'a warm-up before one cycle',
      () => optim.lion({ learningRate: optim.warmUp({ steps: 3, then: optim.oneCycle({ rate: 0.1, steps: 9 }) }) }),
    ],
  ])('brings back %s, and the same next step', async (_, optimizer) => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3], activation: 'tanh' }), tf.layers.dense({ units: 1 })],
    });
    model.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
    const [x, y] = [numbers([16, 3]), numbers([16, 1], 2)];
    const train = (m: typeof model) => m.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, shuffle: false });
    await train(model);
    const other = (await reloaded(model)) as typeof model;
    expect(other.optimizer.getConfig()).toEqual(JSON.parse(JSON.stringify(model.optimizer.getConfig())));
    await train(model);
    await train(other);
    const values = (m: typeof model) => m.getWeights().map((w) => [...w.dataSync()]);
    expect(values(other)).toEqual(values(model));
  });

  it('cannot hold a function', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: optim.sgd({ learningRate: (step) => 1 / (step + 1) }), loss: 'meanSquaredError' });
    await expect(reloaded(model)).rejects.toThrow(
      /function of your own, which cannot be saved. Use a schedule of optim/,
    );
  });
});

describe('wrong options', () => {
  it.each([
    [() => optim.sgd({ learningRate: -1 }), /optim.sgd: learningRate must be a number of at least 0, or a function/],
    [() => optim.sgd({ nesterov: true }), /nesterov needs a momentum/],
    [() => optim.sgd({ momentum: 1 }), /momentum must be below 1/],
    [() => optim.adam({ beta_1: 0.9 } as never), /there is no option "beta_1".*did you mean "beta1"/],
    [() => optim.adam({ epsilon: 0 }), /epsilon must be above 0/],
    [() => optim.adamw({ weightDecay: -0.1 }), /optim.adamw: weightDecay must be a number of at least 0, got -0.1/],
    [() => optim.lion({ clipNorm: 0 }), /clipNorm must be above 0/],
    [
      () => optim.rmsprop({ gradientAccumulationSteps: 1.5 }),
      /gradientAccumulationSteps must be an integer of at least 1/,
    ],
    [() => optim.adagrad({ exclude: 'bias' as never }), /exclude must be an array of parts of names/],
    [() => optim.nadam({ momentumDecay: NaN }), /momentumDecay must be a number/],
    [() => makeOptim(() => undefined).adam(), /optim.adam needs TensorFlow.js. Import it first/],
  ])('%s', (f, message) => {
    expect(f).toThrow(message);
  });

  it('and gradients of another shape are errors that name the variable', () => {
    const w = tf.variable(tf.zeros([2]));
    expect(() => optim.adam().applyGradients({ [w.name]: tf.zeros([3]) })).toThrow(
      /gradient of \d+ has shape \[3\], and must have that of the variable, \[2\]/,
    );
  });
});
