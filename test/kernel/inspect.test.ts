// Names of the notebook as they are now, between runs and in the middle of code that computes: tensors, models, other
// values and keys, without running any code of the notebook.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inspected, InspectedKey } from '../../kernel/wire/inspect.ts';
import { onSwiftShader, swiftShader } from '../swiftshader.mts';
import { TestKernel } from './kernel.ts';

const kernel = new TestKernel({}, { device: 'cpu' });
afterAll(() => kernel.stop());

async function inspect(name: string, path: string[] = [], keys = false): Promise<Inspected | null> {
  const answer = await kernel.process.inspect({ names: [{ name, path }], keys });
  if ('reason' in answer) throw new Error(answer.reason);
  return answer.values[0]!;
}
const textOf = async (name: string, ...path: string[]) => {
  const found = await inspect(name, path);
  return found?.kind === 'value' ? found.text : found;
};
const names = (list: InspectedKey[] | undefined) => list?.map(({ key }) => key);

/** What would have been called. */
const traps = `
let called: string[] = [];
const trap = (name: string) => () => { called.push(name); throw new Error(name); };
const loud = (name: string) => new Proxy({}, new Proxy({}, { get: (_, t) => () => { called.push(name + String(t)); } }));
const getters = Object.defineProperties({ own: 1 }, {
  g: { get: trap('getter'), enumerable: true },
  [Symbol.toStringTag]: { get: trap('tag') }, constructor: { get: trap('constructor') }, then: { get: trap('then') },
  toString: { value: trap('toString') }, toJSON: { value: trap('toJSON') }, valueOf: { value: trap('valueOf') },
  [Symbol.toPrimitive]: { value: trap('toPrimitive') }, [Symbol.iterator]: { value: trap('iterator') },
  [Symbol.for('nodejs.util.inspect.custom')]: { value: trap('inspect') },
  shape: { get: trap('shape') }, dataId: { get: trap('dataId') }, dtype: { get: trap('dtype') }, name: { get: trap('name') },
});
const proxy = loud('proxy');
const heir = Object.create(loud('prototype'), { a: { value: 1, enumerable: true } });
const revocable = Proxy.revocable([], {}); revocable.revoke();
const revoked = revocable.proxy;
class Loud extends Map { get size(): number { called.push('size'); return 0; } entries(): never { called.push('entries'); throw 1; } [Symbol.iterator](): never { called.push('iterator'); throw 1; } get(): never { called.push('get'); throw 1; } }
const map = new Loud(); Map.prototype.set.call(map, 'a', 1);
class Bits extends Float32Array { get length(): number { called.push('length'); return 0; } subarray(): never { called.push('subarray'); throw 1; } set(): never { called.push('set'); throw 1; } }
const bits = new Bits([1, 2, NaN]);
const fake = { dataId: { get engineInfo() { called.push('engineInfo'); return {}; } }, rankType: 'R1', dtype: 'float32', shape: [2] };
const fake2 = { dataId: { engineInfo: { isIn: trap('isIn'), get backend() { called.push('backend'); return {}; } } }, rankType: 'R1', dtype: 'float32', shape: [2] };
const fn = Object.assign(function f() {}, { [Symbol.for('nodejs.util.inspect.custom')]: trap('fn') });
const err = Object.defineProperty(new Error('said'), 'stack', { get: trap('stack') });
const date = Object.assign(new Date(0), { toISOString: trap('iso'), getTime: trap('time') });
const regexp = Object.defineProperty(/a/g, 'source', { get: trap('source') });
const layered = { name: 'm', built: true, inboundNodes: [], get layers() { called.push('layers'); return []; } };
const evil = [1, 2]; Object.defineProperty(evil, 1, { get: trap('element'), enumerable: true }); Object.defineProperty(evil, 'map', { get: trap('map') });
Object.defineProperty(globalThis, 'lurking', { get: trap('lurking'), configurable: true });
`;

describe('values', () => {
  beforeAll(async () => {
    const { status, stderr } = await kernel.run(`
      import * as tf from '@tensorflow/tfjs';
      const x = tf.tensor2d([[1, 2], [NaN, -Infinity]]);
      const ints = tf.range(0, 10, 1, 'int32');
      const words = tf.tensor(['a', 'b']);
      const gone = tf.ones([3]); gone.dispose();
      const v = tf.variable(tf.zeros([2]));
      const complex = tf.complex([1], [2]);
      const big = tf.ones([5000, 1001]);
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] }), tf.layers.batchNormalization()] });
      const input = tf.input({ shape: [5, 2] });
      const both = tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 3 }) as tf.RNN, mergeMode: 'concat' }).apply(input) as tf.SymbolicTensor;
      const recurrent = tf.model({ inputs: input, outputs: both });
      const history = { epoch: [0, 1], history: { loss: [0.5, 0.25], val_loss: [1] }, params: null };
      const rows = [{ city: 'Bern', size: 1 }, { city: 'Wien', height: 2 }];
      const million: Record<string, number> = {}; for (let i = 0; i < 1e6; i++) million['k' + i] = i;
      const huge = new Array(2 ** 31); huge[0] = 1;
      const circle: any = { name: 'c' }; circle.self = circle;
      class Point { x = 1; #hidden = 2; get norm() { return 1; } scale() {} static zero = 0; }
      const point = new Point();
      const map = new Map<unknown, unknown>([['a', 1], [{}, 2]]); const set = new Set([1, 'x']);
      const text = 'x'.repeat(1000), n = -0, large = 2n ** 100000n, nothing = null, symbol = Symbol('s');
      const promise = Promise.resolve(1), when = new Date(0), pattern = /a/g, error = new TypeError('no'), f = () => 1;
      let unset: number | undefined;
    `);
    expect(stderr).toBe('');
    expect(status).toBe('ok');
  });

  it('of tensors: dtype, shape, device and statistics', async () => {
    const { kind, dtype, shape } = { kind: 'tensor', dtype: 'float32', shape: [2, 2] };
    const statistics = { min: 1, max: 2, mean: 1.5, nan: 1, infinite: 1 };
    expect(await inspect('x')).toEqual({ kind, type: 'Tensor', dtype, shape, device: 'cpu', statistics });
    expect(await inspect('ints')).toMatchObject({ dtype: 'int32', statistics: { min: 0, max: 9, mean: 4.5, nan: 0 } });
    expect(await inspect('words')).toEqual({ kind, type: 'Tensor', dtype: 'string', shape: [2], device: 'cpu' });
    expect(await inspect('v')).toMatchObject({ type: 'Variable', statistics: { mean: 0 } });
    expect(await inspect('complex')).toMatchObject({ dtype: 'complex64', shape: [1] });
    expect(await inspect('big')).toMatchObject({ statistics: { min: 1, max: 1, mean: 1 }, sample: 976 * 4096 });
  });

  it('of disposed tensors: that they are', async () => {
    expect(await inspect('gone')).toEqual({
      kind: 'tensor',
      type: 'Tensor',
      dtype: 'float32',
      shape: [3],
      disposed: true,
    });
  });

  it('of models: layers and parameters', async () => {
    const found = await inspect('model');
    expect(found).toMatchObject({ kind: 'model', type: 'Sequential', parameters: 27, trainable: 21 });
    expect(found).toHaveProperty(
      'layers.0',
      expect.objectContaining({ type: 'Dense', shape: [null, 3], parameters: 15 }),
    );
    expect(found).toHaveProperty('layers.1', expect.objectContaining({ type: 'BatchNormalization', parameters: 12 }));
  });

  it('of models with layers in layers', async () => {
    // 4 gates · 3 units · (2 inputs + 3 states + 1) in each direction
    expect(await inspect('recurrent')).toMatchObject({ type: 'LayersModel', parameters: 144, trainable: 144 });
  });

  it('of anything else: a line', async () => {
    expect(await textOf('history')).toBe('{ epoch: Array(2), history: {…}, params: null }');
    expect(await textOf('history', 'history', 'loss')).toBe('[ 0.5, 0.25 ]');
    expect(await textOf('huge')).toMatch(/^Array\(2147483648\) \[ 1, <empty>, .*… 2147483640 more \]$/);
    expect(await textOf('circle')).toBe('{ name: "c", self: {…} }');
    expect(await textOf('point')).toBe('Point { x: 1 }');
    expect(await textOf('map')).toBe('Map(2) { "a" => 1, {…} => 2 }');
    expect(await textOf('set')).toBe('Set(2) { 1, "x" }');
    expect(((await textOf('text')) as string).length).toBeLessThan(130);
    expect(await textOf('n')).toBe('-0');
    expect(await textOf('large')).toBe('a BigInt of many digits');
    expect(await textOf('nothing')).toBe('null');
    expect(await textOf('unset')).toBe('undefined');
    expect(await textOf('symbol')).toBe('Symbol(s)');
    expect(await textOf('promise')).toBe('Promise');
    expect(await textOf('when')).toBe('1970-01-01T00:00:00.000Z');
    expect(await textOf('pattern')).toBe('/a/');
    expect(await textOf('error')).toBe('TypeError: no');
    expect(await textOf('f')).toBe('function f');
    expect(await textOf('Point')).toBe('class Point');
  });

  it('of a million keys: those that fit, listed once', async () => {
    const ask = { names: [{ name: 'million' }], keys: true };
    await kernel.process.ask('inspect', ask);
    const started = performance.now();
    const found = await inspect('million', [], true);
    expect(performance.now() - started).toBeLessThan(600);
    expect(found).toMatchObject({ keys: { more: 1e6 - 500 } });
  });

  it('has the keys of objects at a path, the columns of tables and the names of classes', async () => {
    expect(names((await inspect('history', ['history'], true))?.keys?.list)).toEqual(['loss', 'val_loss']);
    const table = await inspect('rows', [], true);
    expect(names(table?.keys?.list)).toEqual([]);
    expect(names(table?.keys?.columns)).toEqual(['city', 'size', 'height']);
    expect((await inspect('point', [], true))?.keys?.list).toEqual([
      { key: 'x', kind: 'value', text: '1' },
      { key: 'norm', kind: 'accessor', text: '[getter]' },
      { key: 'scale', kind: 'function', text: 'function scale' },
    ]);
    expect(names((await inspect('map', [], true))?.keys?.entries)).toEqual(['a']);
    expect(await textOf('map', 'a')).toBe('1');
  });

  it('is nothing for what the notebook has not declared', async () => {
    for (const name of ['missing', 'process', 'Math', '__proto__', '', 'a b', 'class', 'a;b', 'globalThis'])
      expect(await inspect(name)).toBe(null);
    expect(await inspect('history', ['history', 'nowhere', 'x'])).toBe(null);
  });
});

describe('while a cell computes', () => {
  it('answers in the middle of a loop, also for names of that cell', async () => {
    const running = kernel.run(`let turns = 0; const inLoop = tf.tensor1d([1, 2]); for (;;) turns++;`, {
      interruptAfter: 4000,
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const started = performance.now();
    const [first, second] = [await textOf('turns'), await textOf('turns')];
    expect(performance.now() - started).toBeLessThan(2000);
    expect(Number(second)).toBeGreaterThan(Number(first));
    expect(await inspect('inLoop')).toMatchObject({ shape: [2], statistics: { mean: 1.5 } });
    expect(await inspect('x')).toMatchObject({ device: 'cpu', statistics: { nan: 1 } });
    expect((await running).status).toBe('interrupted');
    expect(await textOf('turns')).toMatch(/^\d+$/);
  });

  it('answers while a cell waits, and while tensors are computed', async () => {
    const waiting = kernel.run('const before = 7; await new Promise((r) => setTimeout(r, 600));');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await textOf('before')).toBe('7');
    await waiting;
    const busy = kernel.run(
      'let sum = tf.zeros([300, 300]); for (let i = 0; i < 400; i++) sum = tf.matMul(sum, sum).add(1);',
    );
    for (let i = 0; i < 5; i++) expect(await inspect('x')).toMatchObject({ statistics: { mean: 1.5 } });
    expect((await busy).status).toBe('ok');
  });
});

it('runs no code of the notebook', async () => {
  const { status, stderr } = await kernel.run(traps);
  expect([status, stderr]).toEqual(['ok', '']);
  const all = [...traps.matchAll(/(?:const|class) (\w+)/g)].map(([, name]) => name!).concat('lurking', 'called');
  for (const name of all) await inspect(name, [], true);
  for (const path of [['g'], ['a', 'b'], ['then'], ['dataId'], ['0'], ['layers', '0']])
    for (const name of ['getters', 'proxy', 'heir', 'map', 'evil', 'layered', 'revoked'])
      await inspect(name, path, true);
  expect(await textOf('called')).toBe('[]');
  expect(await textOf('proxy')).toBe('Proxy');
  expect(await textOf('revoked')).toBe('Proxy');
  expect(await textOf('heir')).toMatch(/\{ a: 1 \}$/);
  expect(await textOf('evil')).toBe('[ 1, [getter] ]');
  expect(await inspect('bits')).toMatchObject({ dtype: 'float32', shape: [3], statistics: { mean: 1.5, nan: 1 } });
  expect(await textOf('map')).toBe('Loud(1) { "a" => 1 }');
  expect(await textOf('err')).toBe('Error: said');
  expect(await inspect('fake2')).toEqual({ kind: 'tensor', type: 'Object', dtype: 'float32', shape: [2] });
  expect(await inspect('lurking')).toBe(null);
});

it.runIf(onSwiftShader)('reads small tensors back from a graphics card, and none while a cell computes', async () => {
  const card = new TestKernel({}, { device: 'webgpu', env: { ...process.env, ...swiftShader } });
  try {
    const { status } = await card.run(
      `import * as tf from '@tensorflow/tfjs'; const g = tf.ones([4]).mul(3); let on = 0;`,
    );
    expect(status).toBe('ok');
    const known = { kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: [4], device: 'webgpu' };
    const ask = { names: [{ name: 'g' }] };
    const statistics = { min: 3, max: 3, mean: 3, nan: 0, infinite: 0 };
    expect(await card.process.ask('inspect', ask)).toEqual({ values: [{ ...known, statistics }] });
    const running = card.run('for (;;) on++;', { interruptAfter: 3000 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await card.process.inspect(ask)).toEqual({ values: [known] });
    expect((await running).status).toBe('interrupted');
  } finally {
    await card.stop();
  }
});

it('gives a reason when the kernel has ended', async () => {
  const other = new TestKernel();
  await other.stop();
  expect(await other.process.inspect({ names: [{ name: 'a' }] })).toEqual({ reason: 'The kernel has ended.' });
});
