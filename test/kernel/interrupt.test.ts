// Interrupt: within half a second, whatever the cell does, with all variables kept.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel({
    'spin.ts': 'export function spin() { for (;;); }',
    'node_modules/spin/package.json': '{ "name": "spin", "main": "m.js" }',
    'node_modules/spin/m.js': 'module.exports = () => { while (true); };',
  });
  await k.run(
    "import * as tf from '@tensorflow/tfjs'; import { spin } from './spin.ts'; import spinPackage from 'spin'; let kept = { n: 41 };",
  );
});
afterAll(() => k.stop());

const cases: [string, string][] = [
  ['a loop', 'kept.n++; while (true) {}'],
  ['a loop without a body block', 'for (;;) kept.n;'],
  [
    'a recursion',
    'const rec = (d: number): number => { for (let i = 0; i < 1e6; i++) kept.n; return d > 100 ? rec(0) : rec(d + 1) + 1 }; for (;;) try { rec(0) } catch (e) { if ((e as Error).name === "InterruptError") throw e }',
  ],
  ['a recursion of expressions', 'const fib = (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2); fib(60)'],
  ['a hanging await', 'await new Promise(() => {})'],
  ['a loop that awaits', 'while (true) await new Promise((r) => setTimeout(r, 1))'],
  ['a loop after an await', 'await null; while (true) {}'],
  ['a loop that catches everything', 'for (;;) { try { while (true) {} } catch {} }'],
  ['a loop in a file', 'spin()'],
  ['a loop in a package, which has no tests in it', 'spinPackage()'],
  ['the display method of its value', "({ [Symbol.for('Jupyter.display')]() { for (;;); } })"],
  [
    'the display method of its value, after it has waited',
    "({ async [Symbol.for('Jupyter.display')]() { await null; await new Promise((r) => setTimeout(r, 10)); spinPackage(); } })",
  ],
  [
    'toJSON of its value',
    "({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { toJSON() { spinPackage(); } } }) })",
  ],
  ["its value's own inspection", "({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })"],
  [
    'the message of its error',
    'class Endless extends Error { get message(): string { for (;;); } } throw new Endless()',
  ],
  [
    'the stack of its error',
    "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { spinPackage(); } }); throw e",
  ],
  [
    'the cause of its error',
    "class E extends Error { get message(): string { spinPackage(); return '' } } throw new Error('x', { cause: new E() })",
  ],
  ['a regular expression', '/^(x+x+)+y/.test("x".repeat(50))'],
  [
    'a regular expression after an await',
    'await new Promise((r) => setTimeout(r, 10)); /^(x+x+)+y/.test("x".repeat(50))',
  ],
  ['a package after an import', "await import('node:fs'); spinPackage()"],
  [
    'a regular expression in a timer',
    'setTimeout(() => /^(x+x+)+y/.test("x".repeat(50)), 10); await new Promise(() => {})',
  ],
  [
    'a regular expression in a promise of a nested async function',
    'await (async () => { await null; await Promise.all([1].map(async () => { await null; /^(x+x+)+y/.test("x".repeat(50)) })) })()',
  ],
  [
    'a regular expression in process.nextTick',
    'await null; await new Promise(() => process.nextTick(() => /^(x+x+)+y/.test("x".repeat(50))))',
  ],
  [
    'a regular expression inside an AsyncLocalStorage of the cell',
    "import { AsyncLocalStorage } from 'node:async_hooks'; await new AsyncLocalStorage().run(1, async () => { await null; /^(x+x+)+y/.test('x'.repeat(50)) })",
  ],
  [
    'a loop whose work is followed by an async hook of the cell',
    "import { createHook } from 'node:async_hooks'; let made = 0; const hook = createHook({ init() { for (let i = 0; i < 3; i++) made++; }, before() { made++; } }).enable(); try { for (;;) { await null; setTimeout(() => {}, 0); } } finally { hook.disable(); }",
  ],
  [
    'a regular expression while an async hook of the cell is on',
    "let inits = 0; const on = (await import('node:async_hooks')).createHook({ init() { for (const x of [1]) inits += x; } }).enable(); try { await null; /^(x+x+)+y/.test('x'.repeat(50)) } finally { on.disable(); }",
  ],
  [
    'a training loop of op kernels',
    'const w = tf.variable(tf.zeros([64, 64])); const sgd = tf.train.sgd(0.1); for (;;) { sgd.minimize(() => w.square().mean() as any); await tf.nextFrame(); }',
  ],
  [
    'a synchronous training loop',
    'const w2 = tf.variable(tf.zeros([64, 64])); const adam = tf.train.adam(0.1); for (;;) adam.minimize(() => tf.tidy(() => w2.matMul(w2).square().mean()) as any)',
  ],
  [
    'model.fit',
    "const m = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [8] })] }); m.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }); await m.fit(tf.ones([512, 8]), tf.ones([512, 1]), { epochs: 1e6, verbose: 0 })",
  ],
];

describe('interrupt', () => {
  it.each(cases)('ends %s and keeps variables', async (_, code) => {
    await k.run('kept.n = 41');
    const wait = 250;
    const started = performance.now();
    const { status, error } = await k.run(code, { interruptAfter: wait });
    const took = performance.now() - started - wait;
    expect({ status, name: error?.name }).toEqual({ status: 'interrupted', name: 'InterruptError' });
    expect(took).toBeLessThan(500);
    expect((await k.run('kept.n >= 41 && tf.tensor([1, 2]).sum().dataSync()[0]')).text).toBe('3');
  });

  it('is no matter for async hooks of cells: one that throws is reported, and the kernel lives on', async () => {
    const { status } = await k.run(
      "import { createHook as create } from 'node:async_hooks'; create({ init() { throw new Error('in a hook') } }).enable(); await new Promise((r) => setTimeout(r, 20)); kept.n = 43",
    );
    expect(status).toBe('ok');
    expect(await k.run('kept.n')).toMatchObject({ status: 'ok', text: '43' });
  });

  it('aborts the signal of the cell, so that what waits on it ends with its own words', async () => {
    const ran = await k.run(
      "import { signal } from 'dlnb'; import { setTimeout as sleep } from 'node:timers/promises'; try { await sleep(60_000, 0, { signal: signal() }) } finally { console.log('cleaned up') }",
      { interruptAfter: 150 },
    );
    expect(ran).toMatchObject({ status: 'interrupted', stdout: 'cleaned up\n' });
  });

  it('ends a loop of the interrupted run that wakes up later, and leaves later runs alone', async () => {
    await k.run(
      'let ticks = 0; (async () => { while (true) { await new Promise((r) => setTimeout(r, 5)); ticks++ } })(); await new Promise(() => {})',
      { interruptAfter: 150 },
    );
    expect(
      await k.run(
        'const before = ticks; for (let i = 0; i < 1e6; i++) {} await new Promise((r) => setTimeout(r, 100)); ticks - before',
      ),
    ).toMatchObject({ status: 'ok', text: '0' });
  });

  it('without a run does nothing', async () => {
    k.process.interrupt();
    await new Promise((r) => setTimeout(r, 400));
    expect(await k.run('let s = 0; for (let i = 0; i < 100; i++) s += i; s')).toMatchObject({
      status: 'ok',
      text: '4950',
    });
  });

  it('leaves a kernel that lives on when the memory of the abandoned cell is collected', async () => {
    await k.run(
      "import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'; setFlagsFromString('--expose-gc'); const collect = runInNewContext('gc') as () => void;",
    );
    const waits = ['await new Promise(() => {})', 'globalThis.setTimeout(collect, 20); await new Promise(() => {})'];
    for (const code of waits) {
      expect(await k.run(code, { interruptAfter: 150 })).toMatchObject({ status: 'interrupted' });
      expect(await k.run('collect(); await null; collect(); 1 + 1')).toMatchObject({ status: 'ok', text: '2' });
    }
  });

  it('leaves the engine usable: no open scope, no open gradient', async () => {
    await k.run('tf.tidy(() => { for (;;) tf.ones([10]).square() })', { interruptAfter: 100 });
    await k.run('tf.tidy(() => { const a = tf.ones([10]); /^(x+x+)+y/.test("x".repeat(50)); return a })', {
      interruptAfter: 100,
    });
    const { text } = await k.run(
      'const n0 = tf.memory().numTensors; tf.tidy(() => { tf.ones([3]).add(1); }); const g = tf.grad((x) => x.square().sum())(tf.tensor([3])).dataSync()[0]; [tf.memory().numTensors - n0, g, (tf.engine() as any).state.scopeStack.length]',
    );
    expect(text).toBe('[ 2, 6, 0 ]');
  });
});
