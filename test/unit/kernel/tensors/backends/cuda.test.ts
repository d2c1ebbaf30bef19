// The device `cuda` with a stand-in for its package: where the package is found, why it is refused, and that a refusal
// leaves nothing behind.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCuda, type CudaOptions } from '../../../../../kernel/tensors/backends/cuda/index.ts';
import {
  describeMissing,
  hasCudaPackage,
  missingLibraries,
} from '../../../../../kernel/tensors/backends/cuda/libraries.ts';
import { answerIn } from '../../../../../kernel/process/cell/modules/one-engine.ts';
import { installStandIn, type StandIn } from '../../../../stand-ins/install.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'dlnb-cuda-'))));
afterEach(() => {
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
  rmSync(dir, { recursive: true, force: true });
});
const folder = (name: string) => {
  mkdirSync(path.join(dir, name), { recursive: true });
  return path.join(dir, name);
};

const library = { ...tf } as unknown as CudaOptions['library'];
const start = (options: Partial<CudaOptions> = {}) =>
  startCuda({ cwd: folder('notebook'), explicit: false, library, answerIn, ...options });

/**
 * Why a package is refused, in a folder of its own since Node loads a package once. The text calls the folder `HERE`.
 */
let refused = 0;
async function refusal(standIn: StandIn, options: Partial<CudaOptions> = {}): Promise<string> {
  const cwd = folder(`refused-${++refused}`);
  installStandIn(cwd, standIn);
  const { message } = await start({ cwd, ...options }).then(
    () => new Error('started'),
    (e: Error) => e,
  );
  // The second attempt says the same
  expect(await start({ cwd, ...options }).catch((e: Error) => e.message)).toBe(message);
  return message.replace(cwd, 'HERE');
}

describe('the package', () => {
  it('computes as the backend of the one engine', async () => {
    installStandIn(folder('notebook'));
    const { detail, backend } = await start();
    expect(detail).toBe('TensorFlow 2.9.1, @tensorflow/tfjs-node-gpu 4.22.0');
    expect([tf.getBackend(), tf.backend()]).toEqual(['tensorflow', backend]);
    expect(process.env['TF_FORCE_GPU_ALLOW_GROWTH']).toBe('true');
    const product = tf.matMul([[1, 2]], [[3], [4]]);
    expect(product).toBeInstanceOf(tf.Tensor);
    expect(await product.array()).toEqual([[11]]);
  });

  it('is found beside the notebook, through links, above it, or where the command puts it', async () => {
    const installed = folder('installed');
    installStandIn(installed);
    expect((await start({ cuda: installed })).detail).toContain('4.22.0');
    installStandIn(dir, { version: '4.21.7' });
    expect((await start({ cuda: installed })).detail).toContain('4.21.7');
    const linked = folder('linked/node_modules/@tensorflow');
    symlinkSync(
      path.join(installed, 'node_modules/@tensorflow/tfjs-node-gpu'),
      path.join(linked, 'tfjs-node-gpu'),
      'junction',
    );
    expect((await start({ cwd: folder('linked') })).detail).toContain('4.22.0');
  });

  it('gets the kernel’s copy of the library and the functions that Node 23 has removed; other modules do not', async () => {
    const at = installStandIn(folder('notebook'));
    await start();
    const require = createRequire(path.join(at, 'package.json'));
    expect((require(at) as { isOneCore: boolean }).isOneCore).toBe(true);
    const major = Number(process.versions.node.split('.')[0]);
    expect('isNullOrUndefined' in util).toBe(major < 23);
    expect(() => createRequire(path.join(dir, 'x.js'))('@tensorflow/tfjs')).toThrow(/Cannot find module/);
  });

  it('leaves models as files and progress bars to the kernel', async () => {
    const routers = vi.spyOn(tf.io, 'registerLoadRouter');
    installStandIn(folder('notebook'));
    await start();
    expect(routers).not.toHaveBeenCalled();
    expect(tf.io.getLoadHandlers('file://model.json')).toEqual([]);
  });

  it('explains full memory in plain words, and goes on', async () => {
    installStandIn(folder('notebook'), { memory: 100 });
    const outOfMemory = vi.fn();
    await start({ outOfMemory });
    const a = tf.ones([11, 11]);
    expect(() => tf.matMul(a, a)).toThrow(/^The graphics card has no memory left\. Use smaller batches .* \(OOM when/);
    expect(outOfMemory).toHaveBeenCalledWith('the graphics card has no memory left');
    expect(await tf.matMul([[1, 2]], [[3], [4]]).array()).toEqual([[11]]);
  });
});

describe('a refusal', () => {
  const where = '@tensorflow/tfjs-node-gpu in HERE';

  it('names what is wrong', async () => {
    expect(await start().catch((e: Error) => e.message)).toBe(
      hasCudaPackage()
        ? '@tensorflow/tfjs-node-gpu is not installed'
        : '@tensorflow/tfjs-node-gpu is made for Linux and Windows on x64 processors only',
    );
    const dlopen = 'libtensorflow.so.2: cannot open shared object file: No such file or directory';
    expect(await refusal({ dlopen })).toBe(`${where} does not find the library libtensorflow.so.2`);
    expect(await refusal({ noBinding: true })).toBe(
      `${where} has no native part: it was neither downloaded nor built when the package was installed`,
    );
    expect(await refusal({ dlopen: 'Module did not self-register: tfjs_b.node.\nmore' })).toBe(
      `${where} cannot be loaded (Module did not self-register: tfjs_b.node)`,
    );
    expect(await refusal({ gpu: false })).toMatch(`${where} sees no graphics card`);
    expect(await refusal({ broken: 'CUDNN_STATUS_INTERNAL_ERROR' })).toBe(
      `${where} sees a graphics card and cannot compute on it (CUDNN_STATUS_INTERNAL_ERROR)`,
    );
    expect(await refusal({ version: '3.21.0' })).toBe(
      `${where} is version 3.21.0, and TensorFlow.js here is version ${tf.version_core}`,
    );
  });

  it("of tfjs-node says that it is the processor's build, unless its library was replaced by one for graphics cards", async () => {
    const name = 'tfjs-node';
    const reason = "@tensorflow/tfjs-node in HERE is the processor's build, slower than the device cpu";
    expect(await refusal({ name, gpu: false })).toBe(reason);
    expect(await refusal({ name, gpu: false }, { explicit: true })).toBe(reason);
    expect(await refusal({ name, gpu: true })).toBe(reason);
    installStandIn(folder('other'), { name, gpu: true });
    expect((await start({ cwd: folder('other'), explicit: true })).detail).toBe(
      'TensorFlow 2.9.1, @tensorflow/tfjs-node 4.22.0',
    );
  });

  it('leaves the engine as it was', async () => {
    await tf.setBackend('cpu');
    const { _load } = createRequire(import.meta.url)('node:module') as { _load: unknown };
    expect(await refusal({ gpu: false })).toContain('sees no graphics card');
    expect(tf.findBackendFactory('tensorflow')).toBeNull();
    expect((createRequire(import.meta.url)('node:module') as { _load: unknown })._load).toBe(_load);
    await tf.setBackend('cpu');
    expect(await tf.add(1, 2).array()).toBe(3);
  });
});

describe('the libraries', () => {
  it('that are missing are named by where they come from', async () => {
    expect(describeMissing([])).toBe('');
    expect(describeMissing([{ file: 'libcudnn.so.8', of: 'cuDNN 8' }])).toBe('cuDNN 8 (libcudnn.so.8) is missing');
    const two = [
      { file: 'libcudart.so.11.0', of: 'CUDA 11' },
      { file: 'libcufft.so.10', of: 'CUDA 11' },
      { file: 'libcudnn.so.8', of: 'cuDNN 8' },
    ] as const;
    expect(describeMissing(two)).toBe(
      'CUDA 11 (libcudart.so.11.0, libcufft.so.10) and cuDNN 8 (libcudnn.so.8) are missing',
    );
    expect(describeMissing([{ file: 'libcuda.so.1', of: 'driver' }, ...two])).toBe("NVIDIA's driver is not installed");
    for (const { file } of await missingLibraries()) expect(file).toMatch(/^lib|dll$/);
  });

  it('exist for two platforms', () => {
    expect(hasCudaPackage('linux', 'x64') && hasCudaPackage('win32', 'x64')).toBe(true);
    expect(hasCudaPackage('darwin', 'arm64') || hasCudaPackage('linux', 'arm64')).toBe(false);
  });
});
