// Devices on the command line: which is taken where there is a graphics card that is none, by option, and by the
// notebook's metadata.
import { describe, expect, it } from 'vitest';
import { installStandIn } from '../stand-ins/install.ts';
import { onSwiftShader, noDriver, swiftShader } from '../swiftshader.mts';
import { Folder, notebook, start } from './cli.ts';

const dlnb = (folder: Folder, env: NodeJS.ProcessEnv, ...args: string[]) => start(folder.path, args, env).result;

const training = `import { seed, tf } from 'dlnb';
seed(1);
const net = tf.sequential({ layers: [
  tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
  tf.layers.flatten(),
  tf.layers.dense({ units: 2, activation: 'softmax' }),
] });
net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
const x = tf.randomUniform([16, 8, 8, 1], 0, 1, 'float32', 1);
const y = tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(2, 'int32')), 2);
const { history } = await net.fit(x, y, { epochs: 10, verbose: 0 });
console.log(tf.getBackend(), history.loss.at(-1)! < history.loss[0]!);`;

/** A notebook that prints its backend, with metadata. */
const asking = (device: unknown) =>
  JSON.stringify({
    ...(JSON.parse(notebook("import * as tf from '@tensorflow/tfjs'; console.log(tf.getBackend());")) as object),
    metadata: { device },
  });

describe('dlnb devices', () => {
  it('says in a sentence each why the others are passed over, where there is no driver', async () => {
    using folder = new Folder();
    const { code, stdout, stderr } = await dlnb(folder, noDriver, 'devices');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^cpu +taken: WebAssembly.*\ncuda +passed over: [^\n]+\nwebgpu +passed over: [^\n]+\nnode /);
  });

  it.runIf(onSwiftShader)('passes over a graphics card that is a program, unless it is asked for', async () => {
    using folder = new Folder();
    const { stdout } = await dlnb(folder, swiftShader, 'devices');
    expect(stdout).toMatch(/^cpu +taken: /);
    expect(stdout).toMatch(/^webgpu +passed over: the only adapter is SwiftShader.*, a program on the processor/m);
    const asked = await dlnb(folder, swiftShader, 'devices', '--device', 'webgpu');
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toMatch(/^webgpu +taken: SwiftShader.*, in software$/m);
  });

  it('says why the requested one is not available, with what to do', async () => {
    using folder = new Folder();
    const { code, stdout, stderr } = await dlnb(folder, noDriver, 'devices', '--device', 'webgpu');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^webgpu +not available: \S/);
    expect(stderr).toMatch(/The device "webgpu" cannot be used: .*\. .*--device\.$/m);
  });

  it('finds the package of the device cuda where DLNB_CUDA says', async () => {
    using folder = new Folder();
    installStandIn(folder.file('runtime'));
    const { stdout } = await dlnb(folder, { ...noDriver, DLNB_CUDA: folder.file('runtime') }, 'devices');
    expect(stdout).toMatch(/^cuda +taken: TensorFlow 2\.9\.1, @tensorflow\/tfjs-node-gpu 4\.22\.0$/m);
  });
});

describe('dlnb run', () => {
  it.runIf(onSwiftShader)('trains on webgpu when it is asked for', async () => {
    using folder = new Folder({ 'n.dlnb': notebook(training) });
    const { code, stdout, stderr } = await dlnb(folder, swiftShader, 'run', 'n.dlnb', '--device', 'webgpu');
    expect([code, stdout]).toEqual([0, 'webgpu true\n']);
    expect(stderr).toMatch(/^The device "webgpu" is [^\n]*SwiftShader[^\n]*\n$/);
  });

  it('takes the device that the notebook asks for, and --device before that', async () => {
    using folder = new Folder({ 'n.dlnb': asking('cuda') });
    const env = { ...noDriver, DLNB_CUDA: folder.file('runtime') };
    expect((await dlnb(folder, env, 'run', 'n.dlnb')).stderr).toContain('The device "cuda" cannot be used');
    installStandIn(folder.file('runtime'));
    expect((await dlnb(folder, env, 'run', 'n.dlnb')).stdout).toBe('tensorflow\n');
    expect((await dlnb(folder, env, 'run', 'n.dlnb', '--device', 'cpu')).stdout).toBe('cpu\n');
  });

  it.each(['tpu', 7, { a: 1 }])('says so where it asks for %j, and goes on with auto', async (device) => {
    using folder = new Folder({ 'n.dlnb': asking(device) });
    const { code, stdout, stderr } = await dlnb(folder, noDriver, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect([code, stdout]).toEqual([0, 'cpu\n']);
    expect(stderr).toBe(
      `dlnb: The notebook's metadata name the device ${JSON.stringify(device)}. There is no such device, so "auto" is used. ` +
        'The devices are auto, cpu, webgpu, cuda.\n',
    );
    expect(JSON.parse(folder.read('o.dlnb'))).toMatchObject({ metadata: { device } });
  });
});
