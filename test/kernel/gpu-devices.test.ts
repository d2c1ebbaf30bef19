// The devices of graphics cards in real kernels: `cuda` with a stand-in for its package, `webgpu` on SwiftShader; what
// is said when they are not available, are lost, or crash the process.
import { afterEach, describe, expect, it } from 'vitest';
import { installStandIn, type StandIn } from '../stand-ins/install.ts';
import { onSwiftShader, noDriver, swiftShader } from '../swiftshader.mts';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
afterEach(() => k.stop());
const start = (options: ConstructorParameters<typeof TestKernel>[1] = {}) =>
  (k = new TestKernel({}, { ...options, env: { ...process.env, ...noDriver, ...options.env } }));

const tfjs = `import * as tf from '@tensorflow/tfjs';`;

describe('cuda, by a stand-in', () => {
  const cuda = (standIn?: StandIn, device: 'auto' | 'cuda' = 'auto') => {
    start({ device });
    installStandIn(k.dir, standIn);
  };

  it('is the first that auto takes, and trains with our optimizers, gradients and files', async () => {
    cuda();
    const { error, text, stderr } = await k.run(`${tfjs} import { seed } from 'dlnb';
      seed(1);
      const losses: number[][] = [];
      for (const optimizer of [tf.train.sgd(0.1), tf.train.adam(0.05), tf.train.adamw(0.05), tf.train.lion(0.01)]) {
        const net = tf.sequential({ layers: [
          tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
          tf.layers.dense({ units: 1 }),
        ] });
        net.compile({ optimizer, loss: 'meanSquaredError' });
        const [x, y] = [tf.randomNormal([64, 2], 0, 1, 'float32', 1), tf.randomNormal([64, 1], 0, 1, 'float32', 2)];
        const { history } = await net.fit(x, y, { epochs: 5 });
        losses.push([history.loss[0] as number, history.loss[4] as number]);
        await net.save('file://./saved');
        (await tf.loadLayersModel('file://./saved/model.json')).dispose();
      }
      // TensorFlow.js has this gradient wrong, on every device
      const padded = tf.grad((t: tf.Tensor) => tf.mul(tf.mirrorPad(t, [[2, 2]], 'reflect'), tf.range(0, 7)).sum())(tf.tensor1d([1, 2, 3]));
      const own = tf.getKernel('UpdateParameters', 'tensorflow') !== undefined;
      const { node: { isOneCore } } = await import('@tensorflow/tfjs-node-gpu') as any;
      JSON.stringify([tf.getBackend(), losses.every(([a, b]) => b! < a!), own, isOneCore, await padded.array()])`);
    expect([error, stderr]).toEqual([undefined, '']);
    // 0 1 2 3 4 5 6 · [3 2 1 2 3 2 1]: what stands at the places of each number
    expect(text).toContain('["tensorflow",true,false,true,[8,9,4]]');
    expect(k.device).toEqual({
      device: 'cuda',
      detail: 'TensorFlow 2.9.1, @tensorflow/tfjs-node-gpu 4.22.0',
      refused: [],
    });
  });

  it('is passed over with the reason where it sees no graphics card, and the next device computes', async () => {
    cuda({ gpu: false });
    expect((await k.run(`${tfjs} await tf.add(1, 2).array()`)).text).toBe('3');
    expect(k.device?.refused[0]).toEqual({
      device: 'cuda',
      reason: expect.stringMatching(/^@tensorflow\/tfjs-node-gpu in .* sees no graphics card/) as string,
    });
  });

  it('asked for by name and broken is an error that says what to do, each time', async () => {
    cuda({ dlopen: 'libtensorflow.so.2: cannot open shared object file: No such file or directory' }, 'cuda');
    const { error } = await k.run(tfjs);
    expect(error?.message).toMatch(
      /^The device "cuda" cannot be used: .* does not find the library libtensorflow\.so\.2\. Install it again, .* Or choose/,
    );
    expect(k.device).toMatchObject({ device: 'none', refused: [{ device: 'cuda' }] });
    expect((await k.run(tfjs)).error?.message).toBe(error?.message);
  });

  it('without memory says so in the cell and to the host', async () => {
    cuda({ memory: 100 });
    const { error } = await k.run(`${tfjs} let kept = 41; tf.matMul(tf.ones([20, 20]), tf.ones([20, 20]));`);
    expect(error?.message).toMatch(/^The graphics card has no memory left/);
    expect(k.device?.fault).toEqual({ kind: 'memory', reason: 'the graphics card has no memory left' });
    expect((await k.run('kept + 1')).text).toBe('42');
  });
});

describe.runIf(onSwiftShader)('webgpu on SwiftShader', () => {
  const webgpu = (device: 'auto' | 'webgpu' = 'webgpu') => start({ device, env: swiftShader });

  it('is taken when it is asked for by name, with a notice', async () => {
    webgpu();
    const { text, stderr } = await k.run(`${tfjs} await tf.matMul([[1, 2]], [[3], [4]]).array()`);
    expect([text, k.device?.device]).toEqual(['[ [ 11 ] ]', 'webgpu']);
    expect(stderr).toMatch(/^The device "webgpu" is .*SwiftShader.*slower than the device "cpu"\.\n$/);
    // Computed by the processor
    const unique = await k.run('await tf.unique(tf.tensor1d([1, 2, 2])).values.array()');
    expect([unique.text, unique.stderr]).toEqual(['[ 1, 2 ]', '']);
  });

  it('is never taken by auto', async () => {
    webgpu('auto');
    const { text, stderr } = await k.run(`${tfjs} tf.getBackend()`);
    expect([text, stderr]).toEqual(["'cpu'", '']);
    expect(k.device?.refused[1]?.reason).toMatch(/SwiftShader.* a program on the processor/);
  });

  it('that is lost is an error in the cell and told to the host, and other variables are kept', async () => {
    webgpu();
    await k.run(`${tfjs} let kept = 41; const x = tf.ones([2000]).square(); await x.data();`);
    await k.run('(tf.backend() as any).device.destroy()');
    const { error } = await k.run('await x.square().data()');
    expect(error?.message).toMatch(/^The graphics card was lost/);
    expect(k.device).toMatchObject({ device: 'webgpu', fault: { kind: 'lost' } });
    expect((await k.run('kept + 1')).text).toBe('42');
  });

  it('that takes the process with it is a crash, with the device that computed', async () => {
    webgpu();
    await k.run(`${tfjs} await tf.add(1, 2).data();`);
    const { outcome } = await k.run(`process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {});`);
    expect(outcome).toMatchObject({ status: 'died', exit: { crashed: true, signal: 'SIGSEGV' } });
    expect(k.device?.device).toBe('webgpu');
  });
});

describe('without a graphics card', () => {
  it('what drivers say while they are looked for is not shown in the cell', async () => {
    start();
    const { stderr, events } = await k.run(`${tfjs} await tf.add(1, 2).array()`);
    expect([stderr, events.length]).toEqual(['', 1]);
    const states = k.messages.flatMap((m) => (m.type === 'device' ? [m.state] : []));
    expect(states.map(({ device, starting }) => [device, starting])).toEqual([
      ['none', 'cuda'],
      ['none', 'webgpu'],
      ['cpu', undefined],
    ]);
  });
});
