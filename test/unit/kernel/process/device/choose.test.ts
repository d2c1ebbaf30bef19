// Which device is taken and why the others are not: with starters and graphics cards that the tests make up.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseDevice, type StartedDevice, type Starter } from '../../../../../kernel/process/device/choose.ts';
import { DEVICES, type DeviceName } from '../../../../../kernel/wire/limits.ts';

const works = (detail: string): Starter => vi.fn(() => Promise.resolve({ detail }));
const fails = (reason: string, remedy?: string): Starter =>
  vi.fn(() => Promise.reject(Object.assign(new Error(reason), remedy && { remedy })));

const all = { cuda: works('TensorFlow'), webgpu: works('a card'), cpu: works('WebAssembly') };
const notOnElectron = { electron: false };

describe('the order', () => {
  it('is cuda, webgpu, cpu, and what comes behind the first that works is not started', async () => {
    expect(DEVICES).toEqual(['cuda', 'webgpu', 'cpu']);
    const starters = { cuda: works('TensorFlow'), webgpu: works('a card'), cpu: works('WebAssembly') };
    const choice = await chooseDevice('auto', starters, notOnElectron);
    expect(choice).toEqual({ device: 'cuda', started: { detail: 'TensorFlow' }, refused: [] });
    expect(starters.webgpu).not.toHaveBeenCalled();
    expect(starters.cpu).not.toHaveBeenCalled();
  });

  it('goes on to the next device where one is not available, and keeps the reasons in order', async () => {
    const webgpu = { ...all, cuda: fails('no package') };
    expect(await chooseDevice('auto', webgpu, notOnElectron)).toMatchObject({
      device: 'webgpu',
      refused: [{ device: 'cuda', reason: 'no package' }],
    });
    const cpu = { ...webgpu, webgpu: fails('no card') };
    expect(await chooseDevice('auto', cpu, notOnElectron)).toMatchObject({
      device: 'cpu',
      refused: [
        { device: 'cuda', reason: 'no package' },
        { device: 'webgpu', reason: 'no card' },
      ],
    });
  });

  it('tells starters whether they were asked for by name, and says which is being started', async () => {
    const starters = { cuda: fails('no package'), webgpu: works('a card'), cpu: works('WebAssembly') };
    const trying = vi.fn();
    await chooseDevice('auto', starters, { electron: false, trying });
    expect(starters.webgpu).toHaveBeenCalledWith(false);
    expect(trying.mock.calls).toEqual([
      ['cuda', []],
      ['webgpu', [{ device: 'cuda', reason: 'no package' }]],
    ]);
    await chooseDevice('webgpu', starters, notOnElectron);
    expect(starters.webgpu).toHaveBeenLastCalledWith(true);
    expect(starters.cuda).toHaveBeenCalledTimes(1);
  });
});

describe('a device that was asked for', () => {
  it.each(['cuda', 'webgpu', 'cpu'] as const)('is taken alone: %s', async (device) => {
    expect(await chooseDevice(device, all, notOnElectron)).toMatchObject({ device, refused: [] });
  });

  it('and is not available is an error with reason and remedy, never another device', async () => {
    const starters = { ...all, cuda: fails('the package is broken', 'Install it again.'), webgpu: fails('no card') };
    const ways = 'Or choose "auto" or "cpu": in the status bar, in the setting "dlnb.device" or with --device.';
    await expect(chooseDevice('cuda', starters, notOnElectron)).rejects.toMatchObject({
      message: `The device "cuda" cannot be used: the package is broken. Install it again. ${ways}`,
      refusal: { device: 'cuda', reason: 'the package is broken' },
    });
    await expect(chooseDevice('webgpu', starters, notOnElectron)).rejects.toThrow(
      `The device "webgpu" cannot be used: no card. Install or update the driver of the graphics card. ${ways}`,
    );
  });

  it('cpu says itself why it does not start', async () => {
    const message = 'The device "cpu" takes 1 to 64 threads, not 99.';
    for (const setting of ['cpu', 'auto'] as const)
      await expect(
        chooseDevice(setting, { cuda: fails('a'), webgpu: fails('b'), cpu: fails(message) }, notOnElectron),
      ).rejects.toThrow(message);
  });
});

describe('on Electron', () => {
  it('only cpu is taken, the others are not even tried, and the reason says so', async () => {
    const starters = { cuda: works('TensorFlow'), webgpu: works('a card'), cpu: works('WebAssembly') };
    const { device, refused } = await chooseDevice('auto', starters, { electron: true });
    const reason = 'the kernel runs on the editor’s own Electron, and graphics cards need a real Node.js';
    expect([device, refused]).toEqual([
      'cpu',
      [
        { device: 'cuda', reason },
        { device: 'webgpu', reason },
      ],
    ]);
    expect(starters.cuda).not.toHaveBeenCalled();
    expect(starters.webgpu).not.toHaveBeenCalled();
    await expect(chooseDevice('webgpu', starters, { electron: true })).rejects.toThrow(
      `${reason}. Install Node.js 20 or newer, or name one in the setting "dlnb.nodePath". Or choose`,
    );
  });
});

// ---- webgpu with made-up graphics cards

const dawn = vi.hoisted(() => ({ createGpu: vi.fn() }));
vi.mock('../../../../../kernel/tensors/backends/webgpu/dawn.ts', () => dawn);

/** What Dawn gives for a graphics card, as far as starting the device looks at it. */
function card({ name = 'A Card', isFallbackAdapter = false } = {}) {
  let lose: (info: { message: string; reason: string }) => void = () => {};
  const listeners: ((event: object) => void)[] = [];
  const device = {
    lost: new Promise((resolve) => (lose = resolve)),
    addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    adapterInfo: { isFallbackAdapter },
    limits: {},
    features: new Set(),
    queue: { submit: () => {}, writeBuffer: () => {} },
    createBuffer: () => ({ destroy: () => {} }),
    destroy: () => lose({ message: '', reason: 'destroyed' }),
  };
  const info = { vendor: 'vendor', architecture: 'arch', device: '', description: name, isFallbackAdapter };
  const adapter = { info, features: new Set(['shader-f16']), limits: {}, requestDevice: () => Promise.resolve(device) };
  const error = (kind: string) => {
    const fault = new { [kind]: class {} }[kind]!();
    for (const listener of listeners) listener({ error: Object.assign(fault, { message: 'Dawn says why' }) });
  };
  return { adapter, device, error, lose: (message: string) => lose({ message, reason: 'unknown' }) };
}
const gpu = (adapter: unknown) => dawn.createGpu.mockReturnValue({ requestAdapter: () => Promise.resolve(adapter) });

describe('webgpu', () => {
  let library: typeof import('../../../../../kernel/tensors/index.ts');
  beforeAll(async () => {
    library = await import('../../../../../kernel/tensors/index.ts');
  }, 60_000);
  beforeEach(() => void dawn.createGpu.mockReset());
  const starters = (outOfMemory?: (reason: string) => void): Record<DeviceName, Starter> => ({
    ...all,
    cuda: fails('no package'),
    webgpu: (explicit) =>
      library.startWebGpu({ dist: '/none', software: explicit, ...(outOfMemory && { outOfMemory }) }),
  });
  const auto = () => chooseDevice('auto', starters(), notOnElectron);

  it('is passed over where there is no graphics card', async () => {
    gpu(null);
    const { device, refused } = await auto();
    expect(device).toBe('cpu');
    expect(refused[1]).toEqual({
      device: 'webgpu',
      reason: expect.stringMatching(/^no graphics card with a (Vulkan|Metal|Direct3D 12) driver was found$/) as string,
    });
  });

  it('is passed over where Dawn is missing', async () => {
    const reason = 'this build of DLNB comes without Dawn';
    dawn.createGpu.mockImplementation(() => {
      throw new Error(reason);
    });
    expect((await auto()).refused[1]).toEqual({ device: 'webgpu', reason });
  });

  it('is passed over where the only adapter is software, which is taken when asked for by name, with a notice', async () => {
    const name = 'SwiftShader';
    gpu(card({ name, isFallbackAdapter: true }).adapter);
    const { device, refused } = await auto();
    expect([device, refused[1]?.reason]).toEqual([
      'cpu',
      'the only adapter is SwiftShader, a program on the processor, which is slower than the device cpu',
    ]);
    const { started } = await chooseDevice('webgpu', starters(), notOnElectron);
    expect(started.detail).toBe('SwiftShader, in software');
    expect(started.notice).toBe(
      'The device "webgpu" is SwiftShader, in software: a program on the processor, correct but slower than the device "cpu".',
    );
  });

  it('is taken where there is a graphics card, and says when it is lost', async () => {
    const { adapter, lose } = card({ name: 'Radeon' });
    gpu(adapter);
    const choice = await auto();
    expect(choice).toMatchObject({ device: 'webgpu', refused: [{ device: 'cuda' }] });
    const { detail, notice, lost }: StartedDevice = choice.started;
    expect([detail, notice]).toEqual(['Radeon', undefined]);
    lose('the driver was updated');
    expect(await lost).toBe('the driver was updated');
  });

  it('says when its memory is full', async () => {
    const { adapter, error } = card();
    gpu(adapter);
    const outOfMemory = vi.fn();
    await chooseDevice('webgpu', starters(outOfMemory), notOnElectron);
    error('GPUValidationError');
    expect(outOfMemory).not.toHaveBeenCalled();
    error('GPUOutOfMemoryError');
    expect(outOfMemory).toHaveBeenCalledWith('the graphics card has no memory left');
  });
});
