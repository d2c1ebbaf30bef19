// The optimizers: one op kernel for all parameters against TensorFlow.js's own steps of many ops, and AdamW and Lion
// against their formulas. Needs the build in dist/.
import { createRequire } from 'node:module';
import path from 'node:path';
import * as stock from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type * as Layers from '@tensorflow/tfjs-layers';
import type * as Bundle from '../../../../../kernel/tensors/index.ts';
import { ops } from '../../../../../kernel/tensors/ops.ts';
import type { adamw, lion } from '../../../../../kernel/tensors/fused/optimizers.ts';
import { dist } from '../../../../paths.ts';

const bundle = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as typeof Bundle;
/**
 * The library of cells. Its classes are not those of `stock`, but both have one engine and one registry of op kernels.
 */
const tf = bundle.tf as unknown as typeof stock & typeof Layers;
const train = tf.train as typeof stock.train & { adamw: typeof adamw; lion: typeof lion };

const NAME = ops.UpdateParameters.name;
/** Runs `f` without the op kernel for all parameters, as on a backend that lacks it. */
function withoutOpKernel<T>(f: () => T): T {
  const config = stock.getKernel(NAME, 'cpu');
  stock.unregisterKernel(NAME, 'cpu');
  try {
    return f();
  } finally {
    stock.registerKernel(config);
  }
}

let calls = 0;
async function start(threads: number): Promise<void> {
  await bundle.startCpu({ dist, threads });
  const config = stock.getKernel(NAME, 'cpu');
  stock.unregisterKernel(NAME, 'cpu');
  const kernelFunc: stock.KernelFunc = (call) => {
    calls++;
    return config.kernelFunc(call);
  };
  stock.registerKernel({ ...config, kernelFunc });
}
beforeAll(() => start(2));
afterEach(() => {
  tf.disposeVariables();
  calls = 0;
});

let state = 1;
/** Numbers in [-1, 1), the same in each run. */
function random(n: number): Float32Array {
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

const shapes = [[], [1], [3], [4], [5, 7], [0], [16], [2, 3, 5], [70], [4096], [33_001]];

/** The stock Adadelta divides by the mean of squares before the step; this one by that of Zeiler (2012) after it. */
class Zeiler extends stock.AdadeltaOptimizer {
  override applyGradients(gradients: stock.NamedTensorMap | { name: string; tensor: stock.Tensor }[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const o = this as unknown as Record<
      'accumulatedGrads' | 'accumulatedUpdates',
      { originalName: string; variable: stock.Variable }[]
    > & { rho: number; epsilon: number };
    list.forEach(({ name, tensor: g }, i) => {
      const w = stock.engine().registeredVariables[name]!;
      const slot = (end: string) => ({
        originalName: `${name}/${end}`,
        variable: stock.variable(stock.zeros(w.shape), false),
      });
      const { variable: squares } = (o.accumulatedGrads[i] ??= slot('accum_grad'));
      const { variable: updates } = (o.accumulatedUpdates[i] ??= slot('accum_var'));
      if (!g) return;
      stock.tidy(() => {
        squares.assign(squares.mul(o.rho).add(g.square().mul(1 - o.rho)));
        const step = updates.add(o.epsilon).sqrt().div(squares.add(o.epsilon).sqrt()).mul(g);
        updates.assign(updates.mul(o.rho).add(step.square().mul(1 - o.rho)));
        w.assign(w.sub(step.mul(this.learningRate)));
      });
    });
    this.incrementIterations();
  }
}

type Make = (t: typeof stock.train) => stock.Optimizer;
const kinds: [string, Make][] = [
  ['SGD', (t) => t.sgd(0.1)],
  ['momentum', (t) => t.momentum(0.1, 0.8)],
  ['momentum, Nesterov', (t) => t.momentum(0.1, 0.8, true)],
  ['AdaGrad', (t) => t.adagrad(0.1)],
  ['AdaGrad from another sum', (t) => t.adagrad(0.1, 0.5)],
  ['RMSProp', (t) => t.rmsprop(0.05, 0.8)],
  ['RMSProp with momentum', (t) => t.rmsprop(0.05, 0.8, 0.5, 1e-3)],
  // The stock one has the wrong sign before ε
  ['RMSProp, centered, with momentum', (t) => t.rmsprop(0.05, 0.8, 0.5, t === train ? 1e-2 : -1e-2, true)],
  ['Adam', (t) => t.adam(0.05)],
  ['Adam with other numbers', (t) => t.adam(0.05, 0.7, 0.9, 1e-2)],
  ['Adamax', (t) => t.adamax(0.05)],
  ['Adamax with decay', (t) => t.adamax(0.05, 0.8, 0.9, 1e-4, 0.5)],
  ['Adadelta', (t) => (t === train ? t.adadelta(0.5, 0.8) : new Zeiler(0.5, 0.8, 1e-7))],
];

/**
 * Steps of several optimizers from the same values with the same gradients; each step lacks one gradient.
 * @returns for each optimizer the values of all parameters
 */
function steps(optimizers: stock.Optimizer[], { count = 4, asMap = false } = {}): Float32Array[][] {
  const first = shapes.map((s) => random(sizeOf(s)));
  const sets = optimizers.map(() => shapes.map((s, i) => tf.variable(tf.tensor(first[i]!, s))));
  for (let step = 0; step < count; step++) {
    const gradients = shapes.map((s) => tf.tensor(random(sizeOf(s)), s));
    optimizers.forEach((optimizer, o) => {
      const named = sets[o]!.map(({ name }, i) => ({ name, tensor: i === step + 4 ? null! : gradients[i]! }));
      const map = Object.fromEntries(named.map(({ name, tensor }) => [name, tensor])) as stock.NamedTensorMap;
      optimizer.applyGradients(asMap ? (map as never) : named);
    });
    tf.dispose(gradients);
  }
  return sets.map((set) => set.map((v) => v.dataSync() as Float32Array));
}

/** The greatest difference, relative for values beyond 1. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    // NaN counts as infinitely far
    worst = Math.max(worst, Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!)) || (a[i] === b[i] ? 0 : Infinity));
  }
  return worst;
}

describe.each(kinds)('%s', (_, make) => {
  it.each([{ asMap: false }, { asMap: true }])('does the steps of TensorFlow.js, %j', (options) => {
    const [ours, theirs] = steps([make(train), make(stock.train)], options);
    expect(calls).toBe(4);
    ours!.forEach((values, i) => expect(difference(values, theirs![i]!)).toBeLessThan(3e-6));
  });

  it('does the same steps where the backend lacks the op kernel', () => {
    const [ours, theirs] = withoutOpKernel(() => steps([make(train), make(stock.train)]));
    ours!.forEach((values, i) => expect(difference(values, theirs![i]!)).toBeLessThan(3e-6));
  });

  it('keeps as many tensors as TensorFlow.js, under the same names, and disposes of as many', async () => {
    const owned = async (t: typeof stock.train) => {
      const w = tf.variable(tf.tensor1d([1, 2]), true, `w${Math.random()}`);
      const before = tf.memory();
      const optimizer = make(t);
      for (let i = 0; i < 3; i++) tf.tidy(() => optimizer.applyGradients([{ name: w.name, tensor: tf.ones([2]) }]));
      const during = tf.memory();
      const weights = await optimizer.getWeights().catch((e: Error) => e.message);
      const names = Array.isArray(weights) ? weights.map((n) => n.name.replace(w.name, '')) : weights;
      if (Array.isArray(weights)) weights[0]!.tensor.dispose();
      const { iterations } = optimizer;
      optimizer.dispose();
      const after = tf.memory();
      w.dispose();
      const counts = [during, after].map((m) => [m.numTensors - before.numTensors, m.numBytes - before.numBytes]);
      return { counts, names, iterations };
    };
    const theirs = await owned(stock.train);
    // Adamax cannot be saved in TensorFlow.js
    if (typeof theirs.names === 'string') theirs.names = ['iter', '/m', '/v'];
    expect(await owned(train)).toEqual(theirs);
  });

  it('goes on after getWeights and setWeights as if nothing had been', async () => {
    const gradient = () => tf.tensor1d(random(5));
    const values = tf.tensor1d(random(5));
    const [a, b] = [tf.variable(values), tf.variable(values)];
    const [one, two] = [make(train), make(train)];
    const apply = (o: stock.Optimizer, name: string, tensor: stock.Tensor) => o.applyGradients([{ name, tensor }]);
    for (let i = 0; i < 3; i++) {
      const g = gradient();
      apply(one, a.name, g);
      apply(two, b.name, g);
    }
    const three = make(train);
    await three.setWeights((await two.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() })));
    const g = gradient();
    apply(one, a.name, g);
    apply(three, b.name, g);
    expect(three.iterations).toBe(4);
    expect(difference(b.dataSync(), a.dataSync())).toBeLessThan(1e-6);
  });
});

const own: [string, () => stock.Optimizer, (w: number[], gradients: number[][]) => number[]][] = [
  ['AdamW', () => train.adamw(0.05, 0.8, 0.9, 1e-3, 0.3), (w, gs) => adamReference(w, gs, [0.05, 0.8, 0.9, 1e-3, 0.3])],
  ['AdamW, its defaults', () => train.adamw(), (w, gs) => adamReference(w, gs, [1e-3, 0.9, 0.999, 1e-7, 0.01])],
  ['Lion', () => train.lion(0.05, 0.8, 0.9, 0.3), (w, gs) => lionReference(w, gs, [0.05, 0.8, 0.9, 0.3])],
  ['Lion, its defaults', () => train.lion(), (w, gs) => lionReference(w, gs, [1e-4, 0.9, 0.99, 0])],
];

// Algorithm 2 of Loshchilov & Hutter 2019, with the schedule's multiplier as the learning rate
function adamReference(w: number[], gs: number[][], hyper: [number, number, number, number, number]) {
  const [lr, b1, b2, eps, decay] = hyper;
  return w.map((x, i) => {
    let [m, v] = [0, 0];
    gs.forEach((g, t) => {
      m = b1 * m + (1 - b1) * g[i]!;
      v = b2 * v + (1 - b2) * g[i]! ** 2;
      x -= lr * (m / (1 - b1 ** (t + 1)) / (Math.sqrt(v / (1 - b2 ** (t + 1))) + eps) + decay * x);
    });
    return x;
  });
}
// Algorithm 2 of Chen et al. 2023
function lionReference(w: number[], gs: number[][], [lr, b1, b2, decay]: [number, number, number, number]) {
  return w.map((x, i) => {
    let m = 0;
    for (const g of gs) {
      x -= lr * (Math.sign(b1 * m + (1 - b1) * g[i]!) + decay * x);
      m = b2 * m + (1 - b2) * g[i]!;
    }
    return x;
  });
}

describe.each(own)('%s', (name, make, reference) => {
  const values = Array.from(random(37));
  const gradients = [1, 2, 3, 4].map(() => Array.from(random(37)));
  const run = (optimizer: stock.Optimizer) => {
    const w = tf.variable(tf.tensor1d(values));
    for (const g of gradients) optimizer.applyGradients([{ name: w.name, tensor: tf.tensor1d(g) }]);
    return w.dataSync();
  };

  it('follows its formula', () => {
    expect(difference(run(make()), reference(values, gradients))).toBeLessThan(1e-6);
    expect(calls).toBe(4);
  });
  it('follows it where the backend lacks the op kernel', () => {
    expect(
      difference(
        withoutOpKernel(() => run(make())),
        reference(values, gradients),
      ),
    ).toBeLessThan(1e-6);
  });
  it('is made again from its configuration', () => {
    const optimizer = make();
    const [className] = name.split(',');
    expect(optimizer.getClassName()).toBe(className);
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    const [cls, fromConfig] = classNameMap[className!]!;
    const again = fromConfig(cls, optimizer.getConfig()) as stock.Optimizer;
    expect(again.getConfig()).toEqual(optimizer.getConfig());
    expect(run(again)).toEqual(run(make()));
  });
  it('goes on after getWeights and setWeights, and disposes of what it keeps', async () => {
    const before = tf.memory().numTensors;
    const [a, b] = [tf.variable(tf.tensor1d(values)), tf.variable(tf.tensor1d(values))];
    const [one, two, three] = [make(), make(), make()];
    const g = gradients.map((v) => tf.tensor1d(v));
    one.applyGradients([{ name: a.name, tensor: g[0]! }]);
    two.applyGradients([{ name: b.name, tensor: g[0]! }]);
    const weights = await two.getWeights();
    await three.setWeights(weights);
    one.applyGradients({ [a.name]: g[1]! } as never);
    three.applyGradients({ [b.name]: g[1]! } as never);
    expect(difference(b.dataSync(), a.dataSync())).toBeLessThan(1e-6);
    weights[0]!.tensor.dispose();
    for (const o of [one, two, three]) o.dispose();
    tf.dispose([a, b, g]);
    expect(tf.memory().numTensors).toBe(before + 2); // what the variables were made of
  });
});

it('results are the same bits on one thread and on two', async () => {
  const bits: string[] = [];
  for (const threads of [1, 2]) {
    await start(threads);
    state = 7;
    const [values] = steps([train.adamw(0.05)]);
    bits.push(Buffer.concat(values!.map((v) => Buffer.from(v.buffer))).toString('hex'));
  }
  expect(bits[0]).toBe(bits[1]);
});

it.each(['clone', 'reshape'])(
  'a %s taken before a step keeps its values, of the parameter and of what is kept for it',
  async (by) => {
    const w = tf.variable(tf.tensor1d([1, 2, 3, 4]));
    const optimizer = train.momentum(0.1, 0.9);
    const tensor = tf.ones([4]) as stock.Tensor;
    const copy = (t: stock.Tensor) => (by === 'clone' ? t.clone() : t.reshape([2, 2]));
    optimizer.applyGradients([{ name: w.name, tensor }]);
    const weights = copy(w);
    const velocity = copy((await optimizer.getWeights())[1]!.tensor);
    const [was, wasVelocity] = [weights.dataSync(), velocity.dataSync()];
    optimizer.applyGradients([{ name: w.name, tensor }]);
    optimizer.applyGradients([{ name: w.name, tensor }]);
    expect(weights.dataSync()).toEqual(was);
    expect(velocity.dataSync()).toEqual(wasVelocity);
    expect(
      difference(
        w.dataSync(),
        [1, 2, 3, 4].map((x) => x - 0.1 * (1 + 1.9 + 2.71)),
      ),
    ).toBeLessThan(1e-6);
  },
);

it('the tensor that a variable was made of keeps its values', () => {
  const initial = tf.tensor1d([1, 2]);
  const w = tf.variable(initial);
  train.sgd(1).minimize(() => w.sum());
  expect([Array.from(initial.dataSync()), Array.from(w.dataSync())]).toEqual([
    [1, 2],
    [0, 1],
  ]);
});

it('a gradient that is another parameter itself is read before that one changes', () => {
  // d(a·b)/da is b, in any order
  const a = tf.variable(tf.tensor1d([2, 3]));
  const b = tf.variable(tf.tensor1d([5, 7]));
  const f = tf.customGrad((...args: unknown[]) => {
    const [x, y] = args as stock.Tensor[];
    return { value: tf.mul(x!, y!).sum(), gradFunc: () => [y!.clone(), x!.clone()] };
  });
  train.sgd(1).minimize(() => f(a, b) as stock.Scalar);
  expect([...a.dataSync(), ...b.dataSync()]).toEqual([-3, -4, 3, 4]);
});

describe('what one pass cannot do is left to the steps of many ops', () => {
  it('a parameter named twice is updated twice', () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const tensor = tf.ones([2]) as stock.Tensor;
    const named = { name: w.name, tensor };
    train.sgd(0.25).applyGradients([named, named]);
    expect([Array.from(w.dataSync()), calls]).toEqual([[0.5, 1.5], 0]);
  });
  it('a gradient that is broadcast', () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    train.sgd(1).applyGradients([{ name: w.name, tensor: tf.scalar(1) }]);
    expect([Array.from(w.dataSync()), calls]).toEqual([[0, 1], 0]);
  });
  it('a gradient that has been disposed of is an error', () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const tensor = tf.ones([2]) as stock.Tensor;
    tensor.dispose();
    expect(() => train.sgd(1).applyGradients([{ name: w.name, tensor }])).toThrow();
    expect(Array.from(w.dataSync())).toEqual([1, 2]);
  });
});

it.each([
  ['SGD', () => train.sgd(1)],
  ['momentum', () => train.momentum(1, 0.5)],
  ['Adam', () => train.adam(1)],
] as [string, () => stock.Optimizer][])('%s follows its learning rate', (_, make) => {
  for (const wrap of [(f: () => void) => f(), withoutOpKernel]) {
    const w = tf.variable(tf.zeros([1]));
    const optimizer = make() as stock.Optimizer & { learningRate: number };
    wrap(() => {
      optimizer.applyGradients([{ name: w.name, tensor: tf.ones([1]) as stock.Tensor }]);
      const first = w.dataSync()[0]!;
      optimizer.learningRate = 0;
      optimizer.applyGradients([{ name: w.name, tensor: tf.ones([1]) as stock.Tensor }]);
      expect(first).toBeLessThan(-0.5);
      expect(w.dataSync()[0]).toBe(first);
    });
  }
});

it('momentum follows setMomentum', () => {
  for (const wrap of [(f: () => void) => f(), withoutOpKernel]) {
    const w = tf.variable(tf.zeros([1]));
    const optimizer = train.momentum(1, 0.5) as stock.MomentumOptimizer;
    optimizer.setMomentum(0);
    wrap(() => {
      for (let i = 0; i < 2; i++) optimizer.applyGradients([{ name: w.name, tensor: tf.ones([1]) as stock.Tensor }]);
    });
    expect(w.dataSync()[0]).toBe(-2);
  }
});

it('centered RMSProp stays a number where a gradient is zero', () => {
  for (const wrap of [(f: () => void) => f(), withoutOpKernel]) {
    const w = tf.variable(tf.ones([2]));
    const optimizer = train.rmsprop(0.1, 0.9, 0, 1e-7, true);
    wrap(() => optimizer.applyGradients([{ name: w.name, tensor: tf.tensor1d([0, 1]) }]));
    expect(difference(w.dataSync(), [1, 1 - 0.1 / Math.sqrt(0.1 - 0.01 + 1e-7)])).toBeLessThan(1e-6);
  }
});

describe('compile', () => {
  it.each(['adamw', 'AdamW', 'lion', 'Lion'])(
    'knows %s by name, and disposes of its own optimizer with the model',
    (name) => {
      const before = tf.memory().numTensors;
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
      model.compile({ optimizer: name as 'adam', loss: 'meanSquaredError' });
      expect(model.optimizer.getClassName().toLowerCase()).toBe(name.toLowerCase());
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('trains with an optimizer of either class, and saves and loads it', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: train.adamw(0.1, 0.9, 0.999, null, 0.05), loss: 'meanSquaredError' });
    const x = tf.tensor2d([[0, 1], [1, 0], [1, 1]]); // prettier-ignore
    const y = tf.tensor2d([[1], [2], [3]]);
    const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(0.5 * (history['loss']![0] as number));
    let saved: stock.io.ModelArtifacts | undefined;
    const save = { save: (artifacts: stock.io.ModelArtifacts) => ((saved = artifacts), Promise.resolve({} as never)) };
    await model.save(save, { includeOptimizer: true });
    const again = await tf.loadLayersModel({ load: () => Promise.resolve(saved!) });
    expect(again.optimizer.getClassName()).toBe('AdamW');
    expect(again.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    expect(await again.trainOnBatch(x, y)).toBeCloseTo((await model.trainOnBatch(x, y)) as number, 5);
  });
});
