// GRU with `resetAfter`, against its formula written out here (Keras, `GRUCell` with reset_after).
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, numbers, reloaded, type Tensor } from './library.ts';

const tf = libraryOf(dist);
const UNITS = 3;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The states after each step of one sequence. */
function states(x: number[][], [kernel, recurrent, bias]: number[][][], initial = [0, 0, 0]): number[][] {
  let h = initial;
  const product = (v: number[], matrix: number[][], of: number) =>
    Array.from({ length: 3 * UNITS }, (_, j) => v.reduce((sum, a, i) => sum + a * matrix[i]![j]!, bias![of]![j]!));
  return x.map((input) => {
    const [a, b] = [product(input, kernel!, 0), product(h, recurrent!, 1)];
    const before = h;
    h = h.map((old, i) => {
      const z = sigmoid(a[i]! + b[i]!);
      const r = sigmoid(a[UNITS + i]! + b[UNITS + i]!);
      const n = Math.tanh(a[2 * UNITS + i]! + r * b[2 * UNITS + i]!);
      return z * before[i]! + (1 - z) * n + 0 * old;
    });
    return h;
  });
}

const config = { units: UNITS, resetAfter: true, recurrentActivation: 'sigmoid' } as const;
const weights = (seed = 1) => [numbers([2, 9], seed), numbers([3, 9], seed + 1), numbers([2, 9], seed + 2)];
const values = (tensors: Tensor[]) => tensors.map((t) => t.arraySync() as number[][]);

describe('gru with resetAfter', () => {
  it('computes its sequences', () => {
    const layer = tf.layers.gru({ ...config, returnSequences: true } as never);
    const x = numbers([2, 4, 2], 9);
    layer.apply(x);
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([
      [2, 9],
      [3, 9],
      [2, 9],
    ]);
    layer.setWeights(weights());
    const expected = (x.arraySync() as number[][][]).map((one) => states(one, values(weights())));
    expectTensor(layer.apply(x) as Tensor, [2, 4, 3], expected.flat(2));
  });

  it('without bias, and a cell of its own', () => {
    const cell = tf.layers.gruCell({ ...config, useBias: false } as never);
    const layer = tf.layers.rnn({ cell });
    const x = numbers([1, 4, 2], 9);
    layer.apply(x);
    layer.setWeights(weights().slice(0, 2));
    const zero = Array.from({ length: 2 }, () => Array<number>(9).fill(0));
    const last = states((x.arraySync() as number[][][])[0]!, [...values(weights().slice(0, 2)), zero]).at(-1)!;
    expectTensor(layer.apply(x) as Tensor, [1, 3], last);
  });

  it('skips masked steps', () => {
    const x = tf.concat([numbers([1, 2, 2], 9), tf.zeros([1, 2, 2])], 1);
    const model = tf.sequential({
      layers: [tf.layers.masking({ inputShape: [4, 2] }), tf.layers.gru(config as never)],
    });
    model.setWeights(weights());
    const last = states((x.arraySync() as number[][][])[0]!.slice(0, 2), values(weights())).at(-1)!;
    expectTensor(model.predict(x) as Tensor, [1, 3], last);
  });

  it('keeps its state from batch to batch', () => {
    const model = tf.sequential({
      layers: [tf.layers.gru({ ...config, stateful: true, batchInputShape: [1, 2, 2] } as never)],
    });
    model.setWeights(weights());
    const x = numbers([1, 4, 2], 9);
    model.predict(tf.slice(x, [0, 0, 0], [1, 2, 2]));
    const second = model.predict(tf.slice(x, [0, 2, 0], [1, 2, 2])) as Tensor;
    const expected = states((x.arraySync() as number[][][])[0]!, values(weights()));
    expectTensor(second, [1, 3], expected.at(-1)!);
    model.resetStates();
    const first = model.predict(tf.slice(x, [0, 0, 0], [1, 2, 2])) as Tensor;
    expectTensor(first, [1, 3], expected[1]!);
  });

  it('runs in both directions, trains, and stays with a saved model', async () => {
    const layer = tf.layers.gru({ ...config, dropout: 0.1, recurrentDropout: 0.1 } as never);
    const model = tf.sequential({ layers: [tf.layers.bidirectional({ layer, inputShape: [4, 2] } as never)] });
    model.setWeights([...weights(), ...weights(20)]);
    const x = numbers([1, 4, 2], 9);
    const [one] = x.arraySync() as number[][][];
    const forward = states(one!, values(weights())).at(-1)!;
    const backward = states([...one!].reverse(), values(weights(20))).at(-1)!;
    expectTensor(model.predict(x) as Tensor, [1, 6], [...forward, ...backward]);
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const { history } = await model.fit(x, numbers([1, 6], 4), { epochs: 30, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0] as number);
    const after = model.predict(x) as Tensor;
    expectTensor((await reloaded(model)).predict(x) as Tensor, [1, 6], after.dataSync());
  });

  it('leaves the other form as it was', () => {
    const layer = tf.layers.gru({ units: UNITS });
    layer.build([1, 4, 2]);
    expect(layer.getWeights()[2]!.shape).toEqual([9]);
    expect(layer.getConfig()['resetAfter']).toBe(false);
    expect(() => tf.layers.gru({ units: 2, resetAfter: 'yes' } as never)).toThrow('resetAfter must be true or false');
  });
});
