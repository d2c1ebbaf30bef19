// Values and gradients where functions have kinks and limits: ties of max and min, zeros, infinities, weights that are
// all 0, NaN; and noise layers with a seed. On the device under test, against PyTorch (fixtures/edges.py) or a
// definition.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf, type Tensor } from './device.ts';

type Nested = number | '-Infinity' | Nested[];
interface Expected {
  value: Nested;
  grads: Nested[];
}
const fixture = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/edges.json'), 'utf8')) as {
  cases: Record<string, Expected>;
  adadelta: number[][];
};

const flat = (x: Nested): number[] => [x].flat(10).map(Number);
const read = async (t: Tensor) => Array.from(await t.data());

function close(actual: number[], expected: number[], tolerance = 2e-6): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    const e = expected[i]!;
    const isClose = Object.is(v, e) || v === e || Math.abs(v - e) <= tolerance * Math.max(1, Math.abs(e));
    if (!isClose) throw new Error(`[${i}] is ${v}, not ${e}: ${actual.join(', ')} for ${expected.join(', ')}`);
  });
}

const matrix = [
  [2, 2, 1],
  [3, 1, 3],
  [0, 0, 0],
];
const around = [0, 1, -1, 0, 2.5];
const cases: Record<string, { inputs: (number | number[] | number[][])[]; f: (...x: Tensor[]) => Tensor }> = {
  'max of all': { inputs: [matrix], f: (x) => tf.max(x!) },
  'max of rows': { inputs: [matrix], f: (x) => tf.max(x!, 1) },
  'max of columns': { inputs: [matrix], f: (x) => tf.max(x!, 0, true) },
  'min of all': { inputs: [matrix], f: (x) => tf.min(x!) },
  'min of rows': { inputs: [matrix], f: (x) => tf.min(x!, -1) },
  'norm infinity': { inputs: [[2, -2, 1]], f: (x) => tf.norm(x!, Infinity) },
  abs: { inputs: [around], f: (x) => tf.abs(x!) },
  'norm 1': { inputs: [around], f: (x) => tf.norm(x!, 1) },
  'norm 2 of zeros': { inputs: [[0, 0, 0]], f: (x) => tf.norm(x!) },
  'norm 2 of rows': {
    inputs: [
      [
        [0, 0],
        [3, 4],
      ],
    ],
    f: (x) => tf.norm(x!, 2, 1),
  },
  'logSumExp with -inf': { inputs: [[-Infinity, 1, 1]], f: (x) => tf.logSumExp(x!) },
  pow: {
    inputs: [
      [0, 0, 0, 2],
      [0, 1, 2, 3],
    ],
    f: (a, b) => tf.pow(a!, b!),
  },
  absoluteDifference: { inputs: [[0, 0, 5]], f: (p) => tf.losses.absoluteDifference([0, 1, 2], p!) },
  sigmoidCrossEntropy: { inputs: [[0, 0, 0]], f: (x) => tf.losses.sigmoidCrossEntropy([0, 1, 0.25], x!) },
};

describe('as in PyTorch', () => {
  it.each(Object.keys(fixture.cases))('%s', async (name) => {
    const { inputs, f } = cases[name]!;
    const { value, grads } = tf.valueAndGrads(f)(inputs.map((x) => tf.tensor(x)));
    const expected = fixture.cases[name]!;
    close(await read(value), flat(expected.value));
    for (const [i, gradient] of grads.entries()) close(await read(gradient), flat(expected.grads[i]!));
  });

  it('50 steps of Adadelta', async () => {
    const w = tf.variable(tf.tensor1d([0.5, -1.5, 2]));
    const optimizer = tf.train.adadelta(1, 0.95, 1e-6);
    const loss = () => tf.sub(w, [1, 2, -3]).square().mul([1, 0.1, 3]).sum() as import('@tensorflow/tfjs').Scalar;
    for (const expected of fixture.adadelta) {
      optimizer.minimize(loss, false, [w]);
      close(await read(w), expected, 1e-5);
    }
    w.dispose();
    optimizer.dispose();
  });
});

describe('by definition', () => {
  const gradient = async (f: (x: Tensor) => Tensor, x: Tensor) => read(tf.grad(f)(x));

  it('the gradient of a maximum over several axes, one of them kept, is shared', async () => {
    const x = tf.ones([2, 3, 4]);
    close(await gradient((t) => tf.max(t, [0, 2]), x), Array<number>(24).fill(1 / 8));
    close(await gradient((t) => tf.min(t, [0, 2], true), x), Array<number>(24).fill(1 / 8));
  });

  it('global max pooling passes on the gradient once', async () => {
    const pool = tf.layers.globalMaxPooling1d({});
    const x = tf.tensor3d([2, 2, 2, 0], [1, 4, 1]);
    close(await gradient((t) => pool.apply(t) as Tensor, x), [1 / 3, 1 / 3, 1 / 3, 0]);
  });

  it('the second derivative of |x|, and of the norm at 0, is no NaN', async () => {
    const second = (f: (x: Tensor) => Tensor) => (x: Tensor) => tf.grad((t) => tf.grad(f)(t).sum())(x);
    close(await read(second((x) => tf.abs(x).square())(tf.tensor1d([0, 2]))), [0, 2]);
    close(await read(second((x) => tf.norm(x, 2, 1))(tf.zeros([1, 2]))), [0, 0]);
    // d/dx of Σ x / |x| is (|x|² − x Σ x) / |x|³
    close(await read(second((x) => tf.norm(x))(tf.tensor1d([3, 4]))), [(25 - 21) / 125, (25 - 28) / 125]);
  });

  it('an l1 regularizer leaves weights of 0 alone', async () => {
    for (const kernelRegularizer of [tf.regularizers.l1({ l1: 0.1 }), tf.regularizers.l1l2({ l1: 0.1, l2: 0.1 })]) {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({
            ...{ units: 2, inputShape: [3], kernelInitializer: 'zeros', kernelRegularizer },
            biasRegularizer: tf.regularizers.l1({ l1: 0.1 }),
          }),
        ],
      });
      model.compile({ optimizer: tf.train.sgd(1), loss: 'meanSquaredError' });
      await model.fit(tf.ones([4, 3]), tf.zeros([4, 2]), { verbose: 0 });
      for (const w of model.getWeights()) close(await read(w), Array<number>(w.size).fill(0));
      model.dispose();
    }
  });

  it('mean absolute error and binary cross-entropy have the right slope where they begin', async () => {
    const zeros = tf.zeros([1, 3]);
    const labels = tf.tensor2d([[0, 1, 0.25]]);
    close(await gradient((p) => tf.metrics.meanAbsoluteError(labels, p), zeros), [0, -1 / 3, -1 / 3]);
    const ofLogits = (x: Tensor) => tf.metrics.binaryCrossentropy(labels, tf.sigmoid(x));
    close(await gradient(ofLogits, zeros), [0.5 / 3, -0.5 / 3, 0.25 / 3]);
  });

  it('logSumExp of infinities', async () => {
    close(await read(tf.logSumExp([-Infinity, -Infinity])), [-Infinity]);
    close(await read(tf.tensor1d([Infinity, 1]).logSumExp()), [Infinity]);
    close(await read(tf.logSumExp([[-Infinity, NaN, 0]], 1, true)), [NaN]);
    close(await gradient((x) => tf.logSumExp(x), tf.tensor1d([-Infinity, -Infinity])), [0, 0]);
    const rows = tf.tensor2d([
      [1, 2],
      [-Infinity, -Infinity],
    ]);
    close(await read(tf.logSumExp(rows, 1)), [Math.log(Math.E + Math.E ** 2), -Infinity]);
  });

  it.each(['absoluteDifference', 'meanSquaredError', 'huberLoss', 'hingeLoss', 'logLoss'] as const)(
    'losses.%s without any weight is 0',
    async (name) => {
      const [labels, p] = [tf.tensor1d([1, 0]), tf.tensor1d([0.25, 0.5])];
      for (const reduction of [tf.Reduction.SUM_BY_NONZERO_WEIGHTS, tf.Reduction.MEAN]) {
        const f = (x: Tensor) =>
          name === 'logLoss'
            ? tf.losses.logLoss(labels, x, tf.zeros([2]), 1e-7, reduction)
            : name === 'huberLoss'
              ? tf.losses.huberLoss(labels, x, tf.zeros([2]), 1, reduction)
              : tf.losses[name](labels, x, tf.zeros([2]), reduction);
        close(await read(f(p)), [0]);
        close(await gradient(f, p), [0, 0]);
      }
    },
  );

  it('losses with weights are what they were', async () => {
    const f = (reduction: number) => tf.losses.meanSquaredError([1, 2, 3], [0, 0, 0], [0, 0.5, 1], reduction);
    close(await read(f(tf.Reduction.SUM_BY_NONZERO_WEIGHTS)), [11 / 2]);
    close(await read(f(tf.Reduction.MEAN)), [11 / 1.5]);
    close(await read(f(tf.Reduction.SUM)), [11]);
    expect(() => f(7)).toThrow(/computeWeightedLoss: the reduction is 7, and must be one of/);
  });

  it('the mean of no numbers is NaN', async () => {
    close(await read(tf.mean(tf.zeros([0]))), [NaN]);
    close(await read(tf.mean(tf.zeros([0, 2]), 0, true)), [NaN, NaN]);
    expect(tf.mean(tf.zeros([0, 2], 'int32'), 0, true).shape).toEqual([1, 2]);
    expect(tf.mean(tf.zeros([0, 2]), 1).shape).toEqual([0]);
  });

  it.each([1, 3, 15, 16, 17, 40, 300, 4099])('argMax and argMin of %d numbers take the first NaN', async (n) => {
    const values = Float32Array.from({ length: n }, (_, i) => (i * 37) % 101);
    const largest = values.indexOf(Math.max(...values));
    const at = Math.floor(n / 2);
    const withNan = values.map((v, i) => (i === at || i === n - 1 ? NaN : v));
    for (const [f, plain] of [
      [tf.argMax, largest],
      [tf.argMin, values.indexOf(Math.min(...values))],
    ] as const) {
      expect(await read(f(tf.tensor1d(values)))).toEqual([plain]);
      expect(await read(f(tf.tensor1d(withNan)))).toEqual([at]);
      expect(await read(f(tf.tensor1d(values.map((v, i) => (i === 0 ? Infinity : i === 1 ? -Infinity : v)))))).toEqual([
        n === 1 ? 0 : f === tf.argMax ? 0 : 1,
      ]);
      // Columns: 23 of them, NaN in some
      const columns = tf.tensor2d(
        Float32Array.from({ length: n * 23 }, (_, i) => {
          const row = Math.floor(i / 23);
          return i % 3 === 0 && row === at ? NaN : values[row]!;
        }),
        [n, 23],
      );
      const places = await read(f(columns, 0));
      places.forEach((place, c) => expect(place).toBe((at * 23 + c) % 3 === 0 ? at : plain));
    }
  });
});

describe('noise layers', () => {
  const layers = {
    dropout: () => tf.layers.dropout({ rate: 0.5, seed: 3 }),
    spatialDropout1d: () => tf.layers.spatialDropout1d({ rate: 0.5, seed: 3 }),
    gaussianDropout: () => tf.layers.gaussianDropout({ rate: 0.5, seed: 3 } as never),
    gaussianNoise: () => tf.layers.gaussianNoise({ stddev: 1, seed: 0 } as never),
    alphaDropout: () => tf.layers.alphaDropout({ rate: 0.5, seed: 3 } as never),
  };
  const apply = async (layer: { apply(x: Tensor, kwargs?: object): unknown }, x: Tensor, kwargs = { training: true }) =>
    read(layer.apply(x, kwargs) as Tensor);

  it.each(Object.entries(layers))(
    '%s draws anew in each call, and the same again from the same seed',
    async (_, make) => {
      const x = tf.ones([2, 8, 8]);
      const [a, b] = [make(), make()];
      const [first, second, third] = [await apply(a, x), await apply(a, x), await apply(a, x)];
      expect(second).not.toEqual(first);
      expect(third).not.toEqual(second);
      expect([await apply(b, x), await apply(b, x), await apply(b, x)]).toEqual([first, second, third]);
      expect(await apply(a, x, { training: false })).toEqual(await read(x));
      expect((a.getConfig() as { seed?: number }).seed).toBeTypeOf('number');
    },
  );

  it.each([0.1, 0.2, 0.5])('alphaDropout keeps mean 0 and variance 1 at rate %d', async (rate) => {
    const n = 40_000;
    const y = await apply(tf.layers.alphaDropout({ rate, seed: 1 } as never), tf.randomNormal([n], 0, 1, 'float32', 5));
    const mean = y.reduce((sum, v) => sum + v, 0) / n;
    const variance = y.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('alphaDropout sets dropped units to the saturation value, with a noise shape', async () => {
    const layer = tf.layers.alphaDropout({ rate: 0.5, noiseShape: [4, 1] });
    const y = await apply(layer, tf.zeros([4, 3]));
    const s = -1.6732632423543772 * 1.0507009873554805;
    const scale = (0.5 * (1 + 0.5 * s * s)) ** -0.5;
    for (let row = 0; row < 4; row++) {
      const isDropped = y[3 * row]! < 0;
      close(y.slice(3 * row, 3 * row + 3), Array<number>(3).fill((isDropped ? s * scale : 0) - scale * s * 0.5));
    }
  });

  it('a model with dropout and a seed trains the same way each time', async () => {
    const train = async () => {
      const model = tf.sequential();
      model.add(tf.layers.dense({ units: 8, inputShape: [4], kernelInitializer: 'ones' }));
      model.add(tf.layers.dropout({ rate: 0.5, seed: 7 }));
      model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones' }));
      model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
      await model.fit(tf.ones([8, 4]), tf.zeros([8, 1]), { epochs: 5, verbose: 0, shuffle: false });
      const weights = await Promise.all(model.getWeights().map(read));
      model.dispose();
      return weights;
    };
    expect(await train()).toEqual(await train());
  });
});
