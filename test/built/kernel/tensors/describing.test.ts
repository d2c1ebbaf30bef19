// What tensors, layers, models and their histories say of themselves to JSON.stringify, structuredClone,
// assert.deepStrictEqual and util.inspect: quick, short, and what they are. And what a model saves of its layers' calls.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import path from 'node:path';
import { inspect } from 'node:util';
import type * as tfTypes from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CpuDevice } from '../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 1 });
});
afterAll(() => device.backend.program.stop());

const L = tf.layers;
const model = () => {
  const made = tf.sequential({ layers: [L.dense({ units: 3, inputShape: [2] }), L.dense({ units: 1 })] });
  made.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return made;
};
const json = (x: unknown) => JSON.parse(JSON.stringify(x)) as unknown;

describe('JSON.stringify', () => {
  it('of tensors has type, shape and the values of small ones', () => {
    expect(json(tf.tensor([[1, 2]]))).toEqual({ dtype: 'float32', shape: [1, 2], values: [[1, 2]] });
    expect(json({ loss: tf.scalar(0.5) })).toEqual({ loss: { dtype: 'float32', shape: [], values: 0.5 } });
    expect(json(tf.tensor(['a']))).toEqual({ dtype: 'string', shape: [1], values: ['a'] });
    expect(json(tf.tensor([true]))).toEqual({ dtype: 'bool', shape: [1], values: [true] });
    const name = `json ${Math.random()}`;
    expect(json(tf.variable(tf.ones([1]), true, name))).toEqual({ name, dtype: 'float32', shape: [1], values: [1] });
    const big = tf.ones([1000, 1000]);
    expect(json(big)).toEqual({ dtype: 'float32', shape: [1000, 1000], values: '1,000,000 values: await x.array()' });
    big.dispose();
    expect(json(big)).toEqual({ dtype: 'float32', shape: [1000, 1000], disposed: true });
    expect(JSON.stringify(tf.ones([2]).dataId).length).toBeLessThan(300);
  });

  it('of layers, weights and histories is short', async () => {
    const trained = model();
    expect(json(trained.layers[0])).toMatchObject({ className: 'Dense', config: { units: 3 } });
    expect(json(trained.inputs[0])).toMatchObject({ dtype: 'float32', shape: [null, 2] });
    expect(json(trained.getWeights())).toHaveLength(4);
    const history = await trained.fit(tf.ones([4, 2]), tf.ones([4, 1]), { epochs: 2, verbose: 0 });
    expect((json(history) as { history: { loss: number[] } }).history.loss).toHaveLength(2);
    expect(JSON.stringify(history).length).toBeLessThan(2000);
    expect(JSON.stringify(trained.optimizer).length).toBeLessThan(10_000);
  });
});

it('structuredClone of a tensor has its shape and type, and neither values nor the memory of the device', () => {
  expect(structuredClone(tf.ones([2, 3]))).toMatchObject({ shape: [2, 3], dtype: 'float32' });
  expect(JSON.stringify(structuredClone({ ...tf.ones([2]) })).length).toBeLessThan(1000);
});

it('structuredClone of a model, layer or optimizer says at once what to do instead, in lists and objects too', () => {
  const made = model();
  const begun = performance.now();
  const name = (e: unknown) => (e as Error).name;
  for (const [value, what] of [
    [made, /the model "sequential_\w+" holds functions.* model\.save\(.*tf\.loadLayersModel\(.*setWeights/],
    [tf.sequential({ layers: [L.dense({ units: 1, inputShape: [2] })] }), /the model .*model\.save/],
    [made.layers[0], /the layer "dense_\w+" .*layer\.getConfig\(\) .*layer\.getWeights\(\)/],
    [made.optimizer, /the optimizer Adam .*getConfig\(\).*getWeights\(\)/],
    [{ list: [1, made] }, /structuredClone: the model "sequential_\w+"/],
  ] as const) {
    expect(() => structuredClone(value)).toThrow(what);
    let error: unknown;
    try {
      structuredClone(value);
    } catch (e) {
      error = e;
    }
    expect(name(error)).toBe('DataCloneError');
  }
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(() => structuredClone({ f: () => 1 })).toThrow('() => 1 could not be cloned.');
  const bytes = new Uint8Array([1, 2]);
  expect(structuredClone({ a: [1, new Date(0)], bytes }, { transfer: [bytes.buffer] })).toEqual({ a: [1, new Date(0)], bytes: new Uint8Array([1, 2]) }); // prettier-ignore
  expect(bytes.length).toBe(0);
});

it('array and arraySync of complex numbers have the shape of the tensor, with a pair for each element', async () => {
  const x = tf.complex([[1, 2, 3], [4, 5, 6]], [[-1, -2, -3], [-4, -5, -6]]); // prettier-ignore
  const pairs = [[[1, -1], [2, -2], [3, -3]], [[4, -4], [5, -5], [6, -6]]]; // prettier-ignore
  expect(x.arraySync()).toEqual(pairs);
  expect(await x.array()).toEqual(pairs);
  expect(json(x)).toEqual({ dtype: 'complex64', shape: [2, 3], values: pairs });
  expect(tf.complex(1, 2).arraySync()).toEqual([1, 2]);
  expect(tf.complex([1], [2]).arraySync()).toEqual([[1, 2]]);
  expect(tf.complex(tf.zeros([2, 0]), tf.zeros([2, 0])).arraySync()).toEqual([]);
  expect(tf.tensor([[true], [false]]).arraySync()).toEqual([[1], [0]]);
  expect(await tf.tensor(['a']).array()).toEqual(['a']);
});

it('assert.deepStrictEqual ends, with a difference that is short', () => {
  const [a, b] = [model(), model()];
  for (const [x, y] of [
    [tf.ones([2]), tf.ones([2])],
    [a, b],
    [a.layers[0], b.layers[0]],
    [a.inputs, b.inputs],
  ] as const)
    expect(() => assert.deepStrictEqual(x, y)).toThrow(assert.AssertionError);
  assert.deepStrictEqual(a, a);
  assert.deepStrictEqual({ x: a.weights[0] }, { x: a.weights[0] });
});

it('util.inspect says in a line what a layer or model is', () => {
  const made = model();
  expect(inspect(made)).toMatch(/^Sequential "sequential_\w+" \[null, 2\] → \[null, 1\]: 2 layers, 13 parameters$/);
  expect(inspect(made.layers[0])).toMatch(/^Dense "dense_\w+" → \[null, 3\]: 9 parameters$/);
  expect(inspect(made.inputs[0])).toMatch(/^SymbolicTensor float32 \[null, 2\] "/);
  expect(inspect(tf.ones([2]).dataId).length).toBeLessThan(400);
  expect(inspect({ made }).length).toBeLessThan(200);
});

describe('a model whose layer was called with an initial state', () => {
  const warn = () => vi.spyOn(console, 'warn').mockImplementation(() => undefined);

  it('is saved without a warning, and computes the same when it is loaded', async () => {
    const warned = warn();
    const x = tf.input({ shape: [4, 3] });
    const state = L.dense({ units: 2 }).apply(tf.input({ shape: [5] })) as tfTypes.SymbolicTensor;
    const start = state.sourceLayer.inboundNodes[0]!.inputTensors[0]!;
    const y = L.gru({ units: 2 }).apply(x, { initialState: state } as never) as tfTypes.SymbolicTensor;
    const made = tf.model({ inputs: [x, start], outputs: y });
    const inputs = [tf.randomNormal([2, 4, 3]), tf.randomNormal([2, 5])];
    const expected = made.predict(inputs) as tfTypes.Tensor;
    const begun = performance.now();
    let saved: tfTypes.io.ModelArtifacts | undefined;
    await made.save(tf.io.withSaveHandler((artifacts) => ((saved = artifacts), Promise.resolve({} as never))));
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(warned).not.toHaveBeenCalled();
    const loaded = await tf.loadLayersModel({ load: () => Promise.resolve(json2(saved!)) });
    expect((loaded.predict(inputs) as tfTypes.Tensor).arraySync()).toEqual(expected.arraySync());
    warned.mockRestore();
  });
  /** As it comes back from a file. */
  const json2 = (a: tfTypes.io.ModelArtifacts) => ({
    ...a,
    modelTopology: JSON.parse(JSON.stringify(a.modelTopology)) as object,
  });

  it('is saved with a warning if the state is a tensor, which is lost', () => {
    const warned = warn();
    const x = tf.input({ shape: [4, 3] });
    const y = L.simpleRNN({ units: 2 }).apply(x, { initialState: [tf.ones([1, 2])] } as never);
    const text = tf.model({ inputs: x, outputs: y as tfTypes.SymbolicTensor }).toJSON() as string;
    expect(text).not.toContain('initial_state');
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('which is not saved'));
    warned.mockRestore();
  });
});

describe('complex numbers in another shape', () => {
  it('leave the original as it is, and live on their own', () => {
    const x = tf.complex([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]);
    const [table, row] = [x.reshape([2, 3]), x.expandDims(0)];
    for (const part of [tf.real, tf.imag]) {
      expect(part(x).shape).toEqual([6]);
      expect(part(table).shape).toEqual([2, 3]);
      expect(part(row).shape).toEqual([1, 6]);
      expect(part(row.squeeze()).shape).toEqual([6]);
    }
    x.dispose();
    expect(tf.imag(table).arraySync()).toEqual([[6, 5, 4], [3, 2, 1]]); // prettier-ignore
    table.dispose();
    expect(tf.real(row).arraySync()).toEqual([[1, 2, 3, 4, 5, 6]]);
    const before = tf.backend().numDataIds();
    const y = tf.tidy(() => tf.complex([1, 2], [3, 4]).reshape([2, 1]));
    y.dispose();
    expect(tf.backend().numDataIds()).toBe(before);
  });
});
