// The device `cpu` as it is built, in processes of its own and in real kernels: every supported Node.js, one thread and
// several, results that are the same bits, memory that stays flat, and what is said when there is no more.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_THREADS } from '../../kernel/wire/limits.ts';
import { ensureNode } from '../node.ts';
import { TestKernel } from './kernel.ts';
import { dist } from '../paths.ts';

/**
 * Runs the body of an async function with `tf` and `device` in a process of its own; what it returns comes back by way
 * of JSON.
 */
function inProcess<T>(body: string, { node = process.execPath, options = {} } = {}): T {
  const code = `
    const { tf, startCpu } = require(${JSON.stringify(path.join(dist, 'tf.js'))});
    (async () => {
      const device = await startCpu({ dist: ${JSON.stringify(dist)}, ...${JSON.stringify(options)} });
      const result = await (async () => { ${body} })();
      require('fs').writeSync(1, JSON.stringify(result));
      process.exit(0);
    })();`;
  return JSON.parse(execFileSync(node, ['-e', code], { encoding: 'utf8', maxBuffer: 2 ** 26 })) as T;
}

/** Ten steps of a small network with every kind of layer. */
const training = `
  const { layers } = tf;
  const seeded = (seed) => tf.initializers.glorotUniform({ seed });
  const net = tf.sequential({ layers: [
    layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [14, 14, 1], kernelInitializer: seeded(1) }),
    layers.batchNormalization(),
    layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', kernelInitializer: seeded(2) }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.depthwiseConv2d({ kernelSize: 3, activation: 'tanh', depthwiseInitializer: seeded(3) }),
    layers.flatten(),
    layers.dropout({ rate: 0.2, seed: 4 }),
    layers.dense({ units: 70, activation: 'sigmoid', kernelInitializer: seeded(5) }),
    layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(6) }),
  ] });
  net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  const x = tf.randomUniform([48, 14, 14, 1], 0, 1, 'float32', 7);
  const y = tf.oneHot(tf.range(0, 48, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
  const losses = [];
  for (let i = 0; i < 10; i++) losses.push(await net.trainOnBatch(x, y));
  const hash = require('crypto').createHash('sha256');
  for (const w of net.getWeights()) hash.update(new Uint8Array(w.dataSync().buffer));
  const weights = hash.digest('hex');`;

interface Trained {
  detail: string;
  losses: number[];
  /** A hash of all weights. */
  weights: string;
}
const train = (more: Parameters<typeof inProcess>[1]) =>
  inProcess<Trained>(`${training} return { detail: device.detail, losses, weights };`, more);

describe('training', () => {
  it.each([1, 2, 3])('gives the same bits twice, on %i threads', (threads) => {
    const [first, second] = [train({ options: { threads } }), train({ options: { threads } })];
    expect(first.detail).toContain(`${threads} thread`);
    expect(first.losses.at(-1)).toBeLessThan(first.losses[0]!);
    expect(second).toEqual(first);
  });

  it.each([20, 22, 24])('gives the same bits on Node.js %i as on this one', (major) => {
    const here = train({ options: { threads: 2 } });
    expect(here.detail).toBe('WebAssembly, relaxed SIMD, 2 threads');
    // Of Node 20, too, which knows fused multiply and add behind a flag only
    expect(train({ options: { threads: 2 }, node: ensureNode(major) })).toEqual(here);
  });
});

describe('without shared memory', () => {
  it('one thread computes the same, and the notice says so', () => {
    const code = `delete globalThis.SharedArrayBuffer;`;
    const script = (before: string) => `
      ${before}
      const { tf, startCpu } = require(${JSON.stringify(path.join(dist, 'tf.js'))});
      (async () => {
        const device = await startCpu({ dist: ${JSON.stringify(dist)}, threads: ${before ? 2 : 1} });
        ${training}
        require('fs').writeSync(1, JSON.stringify({ notice: device.notice, detail: device.detail, losses, weights }));
        process.exit(0);
      })();`;
    const run = (before: string) =>
      JSON.parse(execFileSync(process.execPath, ['-e', script(before)], { encoding: 'utf8' })) as Trained & {
        notice?: string;
      };
    const [without, shared] = [run(code), run('')];
    expect(shared.notice).toBeUndefined();
    expect(without.notice).toContain('SharedArrayBuffer');
    expect(without.detail).toContain('1 thread');
    expect(without.weights).toEqual(shared.weights);
  });

  let k: TestKernel | undefined;
  afterEach(() => k?.stop());

  it('the cell that starts the device says so, once', async () => {
    k = new TestKernel({}, { threads: 2 });
    await k.run('delete (globalThis as any).SharedArrayBuffer');
    const first = await k.run(`import * as tf from '@tensorflow/tfjs'; tf.ones([2]).sum().dataSync()[0]`);
    expect(first.text).toBe('2');
    expect(first.stderr).toContain('computes on one thread');
    const second = await k.run(`import * as tf from '@tensorflow/tfjs'; tf.ones([3]).sum().dataSync()[0]`);
    expect(second.text).toBe('3');
    expect(second.stderr).toBe('');
    expect(k.device).toMatchObject({ detail: expect.stringContaining('1 thread') as string });
  });
});

describe('the number of threads', () => {
  let k: TestKernel | undefined;
  afterEach(() => k?.stop());

  it(`is at most ${MAX_THREADS}, on a processor with more cores too`, async () => {
    k = new TestKernel({}, { device: 'cpu' });
    await k.run(`
      import os from 'node:os';
      const [core] = os.cpus();
      os.cpus = () => Array(96).fill(core);
      os.availableParallelism = () => 96;`);
    const { text, error } = await k.run(`import * as tf from '@tensorflow/tfjs'; tf.add(1, 2).dataSync()[0]`);
    expect([text, error]).toEqual(['3', undefined]);
    expect(k.device!.detail).toContain(`${MAX_THREADS} threads`);
  });

  it('is as asked for, up to that', async () => {
    k = new TestKernel({}, { device: 'cpu', threads: MAX_THREADS + 35 });
    const { text } = await k.run(`import * as tf from '@tensorflow/tfjs'; tf.add(1, 2).dataSync()[0]`);
    expect([text, k.device!.detail]).toEqual(['3', expect.stringContaining(`${MAX_THREADS} threads`)]);
  });
});

describe('memory', () => {
  let k: TestKernel | undefined;
  afterEach(() => k?.stop());

  it('stays flat in a loop that disposes of nothing', async () => {
    k = new TestKernel({}, { threads: 2 });
    const { error } = await k.run(`
      import * as tf from '@tensorflow/tfjs';
      const kernel = tf.variable(tf.randomNormal([3, 3, 1, 8], 0, 0.1));
      const hidden = tf.variable(tf.randomNormal([8 * 13 * 13, 100], 0, 0.1));
      const dense = tf.variable(tf.randomNormal([100, 10], 0, 0.1));
      const optimizer = tf.train.adam(0.001);
      const x = tf.randomUniform([16, 28, 28, 1]);
      const y = tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
      const losses: number[] = [];
      let peak = 0;
      // As people write it: nothing is disposed of, nothing tidied, and the loop awaits nothing
      function steps(n: number) {
        for (let i = 0; i < n; i++) {
          const { value, grads } = tf.variableGrads(() => {
            const h = tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid')), 2, 2, 'valid');
            return tf.losses.softmaxCrossEntropy(y, h.reshape([16, -1]).matMul(hidden).matMul(dense)).asScalar();
          });
          optimizer.applyGradients(grads);
          losses.push(value.dataSync()[0]!);
          peak = Math.max(peak, tf.memory().numTensors);
        }
      }
      function used(n: number) {
        peak = 0;
        steps(n);
        const { program } = tf.backend() as any;
        return { tensors: peak, wasm: program.memory.buffer.byteLength, rss: process.memoryUsage().rss };
      }`);
    expect(error).toBeUndefined();
    const after = async (n: number) => {
      const { text, error: fault } = await k!.run(`JSON.stringify(used(${n}))`);
      expect(fault).toBeUndefined();
      return JSON.parse(/\{.*\}/.exec(text!)![0]) as { tensors: number; wasm: number; rss: number };
    };
    const early = await after(500);
    const late = await after(3000);
    // The gradients of `hidden` alone are 1.9 GB by now, in some 40,000 tensors that nothing refers to. They are freed
    // now and then, the more seldom the more the collections cost: how much waits for one depends on the machine, but
    // it has a bound.
    const bound = 256 * 2 ** 20;
    expect(late.tensors).toBeLessThan(20_000);
    expect(late.wasm).toBeLessThan(early.wasm + bound);
    expect(late.wasm).toBeLessThan(bound + 128 * 2 ** 20);
    expect(late.rss).toBeLessThan(early.rss + bound + 50e6);
    const loss = await k.run('losses.at(-1)! < losses[0]!');
    expect(loss.text).toBe('true');
  });

  it('that is full is an error that names what holds it', () => {
    const { message, after } = inProcess<{ message: string; after: number }>(
      `const kept = [];
       let message = '';
       try { for (;;) kept.push(tf.ones([1024, 1024])); } catch (e) { message = e.message; }
       tf.dispose(kept);
       return { message, after: tf.ones([1024, 1024]).sum().dataSync()[0] };`,
      { options: { limit: 128 * 2 ** 20, threads: 1 } },
    );
    expect(message).toMatch(/The device "cpu" is out of memory: .* is wanted; .* held by \d+ tensors/);
    expect(message).toMatch(/\d+ × float32 \[1024, 1024\]: 1\d\d MB/);
    expect(after).toBe(2 ** 20);
  });

  it('that is full of what nothing refers to is freed', () => {
    const made = inProcess<number>(
      `let made = 0;
       for (; made < 400; made++) tf.ones([1024, 1024]);
       return made;`,
      { options: { limit: 128 * 2 ** 20, threads: 1 } },
    );
    expect(made).toBe(400);
  });
});
