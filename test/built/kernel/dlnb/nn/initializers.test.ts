// Initializers: their spread by the formulas of the papers, orthogonal matrices in little time and without warnings,
// and the biases of gates for long memories.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { initializerClasses } from '../../../../../kernel/dlnb/nn/initializers.ts';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, reloaded, type Tensor } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
initializerClasses(tf as never);
const nn = makeNn(() => tf as never);
type Name = Exclude<keyof typeof nn.initializers, 'orthogonal'>;
afterEach(() => void vi.restoreAllMocks());

describe('nn.initializers', () => {
  const spread = (name: Name, options: object, shape: number[]) => {
    const values = nn.initializers[name]({ seed: 1, ...options }).apply(shape as never);
    const { mean, variance } = tf.moments(values);
    const largest = tf.max(tf.abs(values)).dataSync()[0]!;
    return { mean: mean.dataSync()[0]!, deviation: Math.sqrt(variance.dataSync()[0]!), largest };
  };

  it.each<[Name, object, number[], number]>([
    // The number of course and paper: 100 and 100 units, σ = 0.1 and ±0.1732
    ['xavierNormal', {}, [100, 100], 0.1],
    ['xavierUniform', {}, [100, 100], 0.1],
    ['xavierUniform', { gain: 5 / 3 }, [100, 100], 1 / 6],
    ['heNormal', {}, [50, 200], 0.2],
    ['heUniform', {}, [50, 200], 0.2],
    ['heNormal', { mode: 'fanOut' }, [50, 200], 0.1],
    // A kernel 3 × 3 over 8 channels: 72 inputs of a filter
    ['heNormal', {}, [3, 3, 8, 100], Math.sqrt(2 / 72)],
    ['lecunNormal', {}, [100, 100], 0.1],
    ['lecunUniform', { mode: 'fanOut' }, [100, 400], 0.05],
  ])('%s %o of %j has its standard deviation', (name, options, shape, deviation) => {
    const found = spread(name, options, shape);
    expect(found.deviation / deviation).toBeCloseTo(1, 1.3);
    expect(Math.abs(found.mean)).toBeLessThan(0.05 * deviation);
    if (name.endsWith('Uniform')) expect(found.largest).toBeLessThanOrEqual(Math.sqrt(3) * deviation * 1.000001);
    else expect(found.largest).toBeGreaterThan(2.5 * deviation);
  });

  it('are saved with a model, and give the same numbers with the same seed', async () => {
    const dense = () =>
      tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: nn.initializers.heNormal({ seed: 5 }) });
    const model = tf.sequential({ layers: [dense()] });
    expect([...model.getWeights()[0]!.dataSync()]).toEqual([
      ...tf
        .sequential({ layers: [dense()] })
        .getWeights()[0]!
        .dataSync(),
    ]);
    const again = await reloaded(model);
    expect(again.layers[0]!.getConfig()['kernelInitializer']).toEqual({
      className: 'FanNormal',
      config: { gain: Math.SQRT2, mode: 'fanIn', seed: 5 },
    });
  });

  it('say what is wrong', () => {
    expect(() => nn.initializers.xavierNormal({ mode: 'fanIn' } as never)).toThrow(
      'nn.initializers.xavierNormal: there is no option "mode"',
    );
    expect(() => nn.initializers.heUniform({ gain: -1 })).toThrow(
      'nn.initializers.heUniform: gain must be a number of at least 0, got -1',
    );
    expect(() => nn.initializers.orthogonal({ seed: 'x' as never })).toThrow(
      'nn.initializers.orthogonal: seed must be a number',
    );
    expect(() => nn.initializers.orthogonal().apply([3] as never)).toThrow(
      'the shape must have at least 2 axes, and is [3]',
    );
  });
});

describe('orthogonal', () => {
  const isOrthonormal = (q: Tensor, gain: number) => {
    const flat = tf.reshape(q, [-1, q.shape.at(-1)!]);
    const product = tf.matMul(flat, flat, flat.shape[0]! >= flat.shape[1]!, flat.shape[0]! < flat.shape[1]!);
    const off = tf.sub(product, tf.mul(tf.eye(product.shape[0]!), gain ** 2));
    return tf.max(tf.abs(off)).dataSync()[0]! < 1e-5 * gain ** 2;
  };

  it.each([[[4, 4]], [[6, 3]], [[3, 6]], [[3, 3, 2, 8]], [[1, 5]]])('%j has orthonormal rows or columns', (shape) => {
    const q = nn.initializers.orthogonal({ gain: 2, seed: 1 }).apply(shape as never) as Tensor;
    expect(q.shape).toEqual(shape);
    expect(isOrthonormal(q, 2)).toBe(true);
  });

  it('is the Q of the same numbers, with a positive diagonal of R', () => {
    const q = tf.initializers.orthogonal({ gain: 1, seed: 7 }).apply([3, 3] as never) as Tensor;
    const r = tf.matMul(q, tf.randomNormal([3, 3], 0, 1, 'float32', 7), true, false).arraySync() as number[][];
    r.forEach((row, i) =>
      row.forEach((v, j) => (i > j ? expect(v).toBeCloseTo(0, 5) : i === j && expect(v).toBeGreaterThan(0))),
    );
  });

  it('is quick and silent also for recurrent layers of 256 units', () => {
    const warn = vi.spyOn(console, 'warn');
    const start = performance.now();
    const layer = tf.layers.lstm({ units: 256 });
    layer.apply(tf.zeros([1, 2, 3]));
    // TensorFlow.js takes 20 s and more
    expect(performance.now() - start).toBeLessThan(4000);
    expect(warn).not.toHaveBeenCalled();
    expect(isOrthonormal(layer.getWeights()[1]!, 1)).toBe(true);
  });
});

describe('nn.chrono', () => {
  const biasOf = (layer: { getWeights(): Tensor[]; apply(x: Tensor): unknown }) => {
    layer.apply(numbers([1, 2, 3]));
    return layer.getWeights()[2]!;
  };

  it('lets the forget gates of an LSTM begin at log U(1, T − 1), and the input gates at the negative', () => {
    const [input, forget, rest] = tf.split(biasOf(nn.chrono(tf.layers.lstm({ units: 200 }), { steps: 50, seed: 1 })), [200, 200, 400]) as [Tensor, Tensor, Tensor]; // prettier-ignore
    const times = [...tf.exp(forget).dataSync()];
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThanOrEqual(49);
    expect(Math.abs(times.reduce((a, b) => a + b) / 200 - 25)).toBeLessThan(4);
    expect([...input.dataSync()]).toEqual([...forget.dataSync()].map((v) => -v));
    expect([...rest.dataSync()].every((v) => v === 0)).toBe(true);
  });

  it('of a GRU keeps by its update gate, in both forms', () => {
    for (const resetAfter of [false, true]) {
      const bias = biasOf(nn.chrono(tf.layers.gru({ units: 4, resetAfter } as never), { steps: 20, seed: 1 }));
      expect(bias.shape).toEqual(resetAfter ? [2, 12] : [12]);
      const values = [...bias.dataSync()];
      expect(values.slice(0, 4).every((v) => v > 0 && v < Math.log(19))).toBe(true);
      expect(values.slice(4).every((v) => v === 0)).toBe(true);
    }
  });

  it('lets the first of 50 steps count: its gradient is far above that of usual biases', () => {
    const ratio = (layer: { apply(x: Tensor): unknown }) => {
      const g = tf.grad((x) => tf.sum(layer.apply(x) as Tensor))(numbers([4, 50, 3])) as Tensor;
      const size = (at: number) => tf.norm(tf.slice(g, [0, at, 0], [4, 1, 3])).dataSync()[0]!;
      return size(0) / size(49);
    };
    const options = { units: 32, recurrentInitializer: tf.initializers.orthogonal({ seed: 1, gain: 1 }), kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }; // prettier-ignore
    expect(ratio(tf.layers.lstm(options))).toBeLessThan(1e-6);
    expect(ratio(nn.chrono(tf.layers.lstm(options), { steps: 50, seed: 1 }))).toBeGreaterThan(0.001);
    expect(ratio(tf.layers.gru(options))).toBeLessThan(1e-3);
    expect(ratio(nn.chrono(tf.layers.gru(options), { steps: 50, seed: 1 }))).toBeGreaterThan(0.001);
  });

  it('also of both directions, and saved with a model', async () => {
    const layer = nn.chrono(tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 2 }) as never }), {
      steps: 9,
      seed: 1,
    });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4, 3] }), layer] });
    const biases = model.getWeights().filter(({ shape }) => shape.length === 1);
    expect(biases.map((b) => [...b.dataSync()].slice(2, 4).every((v) => v > 0))).toEqual([true, true]);
    const again = await reloaded(model);
    const x = numbers([2, 4, 3]);
    expect([...(again.predict(x) as Tensor).dataSync()]).toEqual([...(model.predict(x) as Tensor).dataSync()]);
  });

  it('says what is wrong', () => {
    const lstm = tf.layers.lstm({ units: 2 });
    lstm.apply(numbers([1, 2, 3]));
    expect(() => nn.chrono(lstm, { steps: 9 })).toThrow('has its weights already; call nn.chrono before it is applied');
    expect(() => nn.chrono(tf.layers.dense({ units: 1 }), { steps: 9 })).toThrow(
      'must be an LSTM or GRU layer, such as tf.layers.lstm({ units: 32 }), got Dense',
    );
    expect(() => nn.chrono(tf.layers.gru({ units: 1 }), { steps: 2 })).toThrow(
      'nn.chrono: steps must be an integer of at least 3, got 2',
    );
    expect(() => nn.chrono(tf.layers.gru({ units: 1, useBias: false }), { steps: 9 })).toThrow('has no biases');
  });
});
