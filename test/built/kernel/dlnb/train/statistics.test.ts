// `train.statistics`: its numbers against those computed by hand, and a training that is the same as without.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { engineOf } from '../../../../../kernel/dlnb/viz/graph/engine.ts';
import { StatisticsRecorder, type StatisticsOptions } from '../../../../../kernel/dlnb/train/statistics.ts';
import { DISPLAY, type Displayable } from '../../../../../kernel/wire/displayable.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
afterEach(() => {
  expect(engineOf(tf).hooks.onGradients).toBeUndefined();
  tf.disposeVariables();
});

const of = (model: unknown, options: StatisticsOptions = {}, drawn: Displayable[] = []) =>
  new StatisticsRecorder(tf, model, options, (value) => void drawn.push(value));

function network(activation: 'relu' | 'tanh' | 'sigmoid' = 'relu', scale = 1): LayersModel {
  const m = tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [3], activation, name: 'hidden' }),
      tf.layers.dropout({ rate: 0.5, name: 'off', seed: 1 }),
      tf.layers.dense({ units: 1, name: 'last' }),
    ],
  });
  const [k1, , k2] = m.getWeights();
  m.setWeights([tf.mul(numbers(k1!.shape, 2), scale), tf.zeros([5]), numbers(k2!.shape, 3), tf.zeros([1])]);
  m.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return m;
}
const x = () => numbers([8, 3], 7);
const y = () => numbers([8, 1], 8);

/** Statistics of numbers, by their definitions. */
function facts(values: ArrayLike<number>) {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return {
    mean,
    std: Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length),
    norm: Math.hypot(...list),
    zeros: list.filter((v) => v === 0).length / list.length,
  };
}

describe('one step of a loop of one’s own', () => {
  it('has the numbers of gradients and updates', async () => {
    const w = tf.variable(numbers([4, 2], 1), true, 'w');
    const b = tf.variable(tf.zeros([2]), true, 'b');
    const [wBefore, data] = [w.dataSync(), numbers([6, 4], 5)];
    const loss = () => tf.sum(tf.square(tf.add(tf.matMul(data, w), b))) as tfTypes.Scalar;
    const { grads } = tf.variableGrads(loss, [w, b]);
    const s = of({ w, b });
    const optimizer = tf.train.sgd(0.01);
    const value = s.step(() => optimizer.minimize(loss, true, [w, b]))!;
    expect(value.dataSync()[0]).toBeGreaterThan(0);
    await s.done();
    const row = (kind: string, name: string) => s.rows.find((r) => r.of === kind && r.name === name)!;
    const close = (actual: object, wanted: Record<string, number>) => {
      for (const [key, v] of Object.entries(wanted)) expect((actual as typeof wanted)[key], key).toBeCloseTo(v, 4);
    };
    for (const name of ['w', 'b']) close(row('gradient', name), facts(grads[name]!.dataSync()));
    const change = Array.from(w.dataSync(), (v, i) => v - wBefore[i]!);
    close(row('update', 'w'), { ...facts(change), ratio: Math.log10(Math.hypot(...change) / Math.hypot(...wBefore)) });
    // A weight of zeros has no ratio
    expect(row('update', 'b').ratio).toBeNaN();
    expect(s.rows.every(({ step, notFinite }) => step === 1 && notFinite === 0)).toBe(true);
  });

  it('counts NaN, and lets errors through without leaving anything', async () => {
    const w = tf.variable(tf.tensor([0, 4]), true, 'w');
    const s = of({ w }, { every: 1 });
    const optimizer = tf.train.sgd(0.1);
    const before = tf.memory().numTensors;
    s.step(() => void optimizer.minimize(() => tf.sum(tf.sqrt(w)), false, [w]));
    await s.done();
    expect(s.rows.map(({ of, notFinite }) => [of, notFinite])).toEqual([['gradient', 1], ['update', 1]]); // prettier-ignore
    expect(() =>
      s.step(() => {
        tf.tidy(() => void tf.grad((v) => tf.sum(v))(w));
        throw new Error('own');
      }),
    ).toThrow('own');
    await expect(s.step(() => Promise.reject(new Error('late')))).rejects.toThrow('late');
    expect(await s.step(async () => 5)).toBe(5);
    await s.done();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a fit', () => {
  it('is measured in the first step and every few after it', async () => {
    const drawn: Displayable[] = [];
    const s = of(network(), { every: 3 }, drawn);
    await network().fit(x(), y(), { epochs: 1, verbose: 0 });
    const m = network();
    const own = of(m, { every: 3 }, drawn);
    await m.fit(x(), y(), { epochs: 4, batchSize: 4, shuffle: false, verbose: 0, callbacks: own.callback() });
    expect(s.rows).toEqual([]);
    expect([...new Set(own.rows.map(({ step }) => step))]).toEqual([1, 4, 7]);
    expect(own.rows.filter(({ step }) => step === 1).map(({ of, name }) => `${of} ${name}`).sort()).toEqual([
      ...['activation hidden', 'activation last'],
      ...['gradient hidden/bias', 'gradient hidden/kernel', 'gradient last/bias', 'gradient last/kernel'],
      ...['update hidden/bias', 'update hidden/kernel', 'update last/bias', 'update last/kernel'],
    ]); // prettier-ignore
    expect(drawn.length).toBeGreaterThan(0);
  });

  it('has the zeros of a ReLU and the saturated units of tanh and sigmoid', async () => {
    for (const [activation, key] of [['relu', 'zeros'], ['tanh', 'saturated'], ['sigmoid', 'saturated']] as const) {
      const m = network(activation, 20);
      const hidden = tf.tidy(() => (m.layers[0]!.apply(x()) as tfTypes.Tensor).dataSync());
      const low = activation === 'tanh' ? -1 : 0;
      const wanted =
        Array.from(hidden).filter((v) => (key === 'zeros' ? v === 0 : v < low + 0.03 || v > 0.97)).length / hidden.length;
      const s = of(m, { every: 1 });
      await m.fit(x(), y(), { epochs: 1, batchSize: 8, shuffle: false, verbose: 0, callbacks: s.callback() });
      const row = s.rows.find(({ of, name }) => of === 'activation' && name === 'hidden')!;
      expect(wanted).toBeGreaterThan(0.2);
      expect(row[key]).toBeCloseTo(wanted, 5);
      if (key === 'zeros') expect(row.saturated).toBe(0);
    } // prettier-ignore
  });

  it('gives the same weights as without, and keeps no tensors', async () => {
    const train = async (m: LayersModel, callbacks?: ReturnType<StatisticsRecorder['callback']>) => {
      const data = [x(), y()] as const;
      await m.fit(...data, { epochs: 3, batchSize: 4, shuffle: false, verbose: 0, ...(callbacks && { callbacks }) });
      tf.dispose([...data]);
      return m.getWeights().map((w) => Array.from(w.dataSync()));
    };
    const plain = await train(network());
    const m = network();
    const s = of(m, { every: 2 });
    const before = tf.memory().numTensors;
    expect(await train(m, s.callback())).toEqual(plain);
    expect(s.rows.length).toBeGreaterThan(10);
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.hasOwn(m.layers[0]!, 'call')).toBe(false);
  });

  it('stays small however long it is', async () => {
    const w = tf.variable(tf.scalar(1), true, 'w');
    const s = of({ w }, { every: 1 });
    const optimizer = tf.train.sgd(0.001);
    for (let i = 0; i < 1700; i++) s.step(() => void optimizer.minimize(() => tf.square(w), false, [w]));
    await s.done();
    expect(s.rows.length).toBeLessThan(2 * 400);
    const steps = s.rows.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps[0]).toBe(1);
  });
});

describe('what it shows', () => {
  it('is curves by layer and a table', async () => {
    const m = network();
    const s = of(m, { every: 1 });
    await m.fit(x(), y(), { epochs: 5, batchSize: 8, verbose: 0, callbacks: s.callback() });
    const figure = await s.done();
    expect(figure.data.map(({ name, xaxis }) => `${String(name)} ${String(xaxis)}`)).toEqual([
      ...['hidden x', 'last x', 'hidden x2', 'last x2', 'hidden x3', 'last x3', 'hidden x4', 'last x4'],
    ]);
    expect(figure.data.filter(({ showlegend }) => showlegend)).toHaveLength(2);
    const text = ((await s.table()[DISPLAY]()) as { 'text/plain': string })['text/plain'];
    expect(text).toMatch(
      /^Step 5, after 5 steps\n +name +mean +std +norm +zeros +saturated +update \/ weight\ngradient +hidden\/kernel/,
    );
    expect(((await s[DISPLAY]()) as { 'text/plain': string })['text/plain']).toContain('hidden: gradient: norm');
  });

  it('is said of wrong arguments', () => {
    expect(() => of(5)).toThrow('give a model of tf.layers, or variables by name');
    expect(() => of({ w: tf.scalar(1) })).toThrow('variables by name');
    expect(() => of(network(), { every: 0 })).toThrow('every must be an integer of at least 1');
    expect(() => of(network(), { each: 1 } as never)).toThrow('no option "each"');
    expect(() => of(network()).step(5 as never)).toThrow('give the function of a step');
  });
});
