// "DLNB: Install CUDA Runtime…" with a fake npm and a fake nvidia-smi on the PATH: nothing is downloaded here.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnose, installCuda, npmFailure, type InstallHost } from '../../kernel/host/client/cuda.ts';
import type { NodeChoice } from '../../kernel/host/client/node.ts';
import type { StandIn } from '../stand-ins/install.ts';
import { noDriver } from '../swiftshader.mts';

const standIns = path.resolve(import.meta.dirname, '../stand-ins');
const node: NodeChoice = {
  path: process.execPath,
  version: process.version,
  source: 'path',
  electron: false,
  passedOver: [],
};

let dir: string;
let calls: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'dlnb-install-'));
  calls = path.join(dir, 'calls.txt');
  mkdirSync(path.join(dir, 'bin'));
  symlinkSync(process.execPath, path.join(dir, 'bin/node'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const called = () => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');

/** A program on the test's PATH. */
function program(name: string, text: string): void {
  const file = path.join(dir, 'bin', name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}
const nvidiaSmi = (prints: string, code = 0) => program('nvidia-smi', `#!/bin/sh\necho '${prints}'\nexit ${code}\n`);

interface Fake {
  fail?: string[];
  hang?: boolean;
  install?: StandIn;
}

function host(fake: Fake | undefined, more: Partial<InstallHost> = {}) {
  const log: string[] = [];
  const asked: string[] = [];
  const abort = new AbortController();
  const PATH = [...(fake ? [path.join(standIns, 'fake-npm')] : []), path.join(dir, 'bin')].join(path.delimiter);
  const source = path.join(standIns, 'stand-in-tfjs-node-gpu');
  const given: InstallHost = {
    trusted: true,
    folder: path.join(dir, 'storage/cuda'),
    main: path.resolve(import.meta.dirname, '../../dist/kernel.js'),
    // Its own folder goes to the PATH, where there may be a real npm
    node: () => Promise.resolve({ ...node, path: path.join(dir, 'bin/node') }),
    ask: (question, detail) => {
      asked.push(`${question} ${detail}`);
      return Promise.resolve(true);
    },
    log: (line) => log.push(line),
    progress: (_, work) => work(() => {}, abort.signal),
    env: { ...noDriver, PATH, FAKE_NPM: JSON.stringify({ install: {}, ...fake, source }), FAKE_NPM_CALLS: calls },
    platform: 'linux',
    arch: 'x64',
    ...more,
  };
  return { host: given, log, asked, abort };
}

describe('it asks for nothing and runs nothing', () => {
  it.each<[string, Partial<InstallHost>, RegExp]>([
    ['where the workspace is not trusted', { trusted: false }, /not trusted/],
    ['on a Mac', { platform: 'darwin', arch: 'arm64' }, /Linux and Windows on x64.*darwin on arm64.*"webgpu"/],
    [
      'on Electron',
      { node: () => Promise.resolve({ ...node, electron: true }) },
      /needs a real Node\.js\. Install Node\.js 20 or newer/,
    ],
    ['without a Node', { node: () => Promise.reject(new Error('no Node.js 20 or newer')) }, /^no Node\.js/],
  ])('%s', async (_, more, reason) => {
    const { host: h, asked } = host({}, more);
    expect(await installCuda(h)).toEqual({ end: 'failed', text: expect.stringMatching(reason) as string });
    expect([asked, called()]).toEqual([[], '']);
  });

  it('without npm', async () => {
    const { host: h, asked } = host(undefined);
    expect(await installCuda(h)).toEqual({
      end: 'failed',
      text: 'There is no npm on the PATH. Install Node.js together with npm.',
    });
    expect(asked).toEqual([]);
  });
});

it('downloads nothing when the user says no', async () => {
  const { host: h } = host({}, { ask: () => Promise.resolve(false) });
  expect(await installCuda(h)).toEqual({ end: 'no', text: 'Nothing was installed.' });
  expect([called(), existsSync(h.folder)]).toEqual(['', false]);
});

it('says first what it brings from where, installs into a folder of its own, and tries it out', async () => {
  const { host: h, asked, log } = host({});
  expect(await installCuda(h)).toEqual({
    end: 'works',
    text: 'The device "cuda" works: TensorFlow 2.9.1, @tensorflow/tfjs-node-gpu 4.22.0. Kernels that start from now on can use it.',
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(
    /Download @tensorflow\/tfjs-node-gpu 4\.22\.0\?.*storage\.googleapis\.com.*hundred megabytes/,
  );
  expect(called()).toMatch(/cuda\.part install --no-audit .* \{"@tensorflow\/tfjs-node-gpu":"4\.22\.0"\}\n$/);
  expect(log).toContain('npm: added 1 package');
  expect([existsSync(`${h.folder}.part`), existsSync(path.join(h.folder, 'node_modules'))]).toEqual([false, true]);
});

it('says what is missing where the package sees no graphics card', async () => {
  const { host: h, log } = host({ install: { gpu: false } });
  nvidiaSmi('NVIDIA GeForce RTX 3080, 550.54.14, 10240 MiB');
  const { end, text } = await installCuda(h);
  expect(end).toBe('does not work');
  expect(text).toMatch(
    /^The package is installed but does not work yet: @tensorflow\/tfjs-node-gpu in .* sees no graphics card/,
  );
  expect(log).toContain("Driver: ok, NVIDIA's driver sees NVIDIA GeForce RTX 3080, 550.54.14, 10240 MiB");
  expect(log.some((l) => l.startsWith('Node.js: ok, v'))).toBe(true);
});

it('keeps what was installed before when npm fails, and says why in plain words', async () => {
  expect((await installCuda(host({}).host)).end).toBe('works');
  const fail = [
    'npm error code ENOTFOUND',
    'npm error request to https://storage.googleapis.com/x failed, reason: getaddrinfo ENOTFOUND storage.googleapis.com',
  ];
  const { host: h, log } = host({ fail });
  const { end, text } = await installCuda(h);
  expect(end).toBe('failed');
  expect(text).toMatch(
    /^npm cannot reach storage\.googleapis\.com: check the connection, the proxy and the firewall\. NVIDIA's driver is not installed/,
  );
  expect(log).toContain(`npm: ${fail[1]!}`);
  expect([existsSync(`${h.folder}.part`), existsSync(path.join(h.folder, 'node_modules'))]).toEqual([false, true]);
});

it('ends npm when it is canceled, and leaves nothing behind', async () => {
  const { host: h, abort } = host({ hang: true });
  const done = installCuda(h);
  let pid: string | undefined;
  while (pid === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    pid = /pid (\d+)\n/.exec(called())?.[1];
  }
  abort.abort();
  expect(await done).toEqual({ end: 'no', text: 'The installation was canceled; nothing was changed.' });
  expect(() => process.kill(Number(pid), 0)).toThrow();
  expect([existsSync(h.folder), existsSync(`${h.folder}.part`)]).toEqual([false, false]);
});

describe('the diagnosis', () => {
  it('looks at driver, CUDA, cuDNN and Node', async () => {
    const { env } = host({}).host;
    const driver = async () => (await diagnose({ env, platform: 'linux' }, node))[0];
    expect(await driver()).toEqual({
      what: 'Driver',
      ok: false,
      text: "NVIDIA's driver is not installed: no nvidia-smi on the PATH",
    });
    nvidiaSmi('Failed to initialize NVML: Driver/library version mismatch', 18);
    expect(await driver()).toMatchObject({
      ok: false,
      text: "NVIDIA's driver does not work (nvidia-smi: Failed to initialize NVML: Driver/library version mismatch)",
    });
    nvidiaSmi('NVIDIA H100, 550.1, 81559 MiB');
    expect(await driver()).toMatchObject({ ok: true, text: "NVIDIA's driver sees NVIDIA H100, 550.1, 81559 MiB" });
  });

  it('finds libraries in LD_LIBRARY_PATH', async () => {
    const names = [
      'cudart.so.11.0',
      'cublas.so.11',
      'cublasLt.so.11',
      'cufft.so.10',
      'curand.so.10',
      'cusolver.so.11',
      'cusparse.so.11',
    ];
    for (const name of names) writeFileSync(path.join(dir, `lib${name}`), '');
    const look = async () => (await diagnose({ env: { LD_LIBRARY_PATH: dir }, platform: 'linux' }, node))[1];
    expect(await look()).toMatchObject({ ok: false, text: 'cuDNN 8 (libcudnn.so.8) is missing' });
    writeFileSync(path.join(dir, 'libcudnn.so.8'), '');
    expect(await look()).toMatchObject({ ok: true });
  });

  it.each([
    [['npm error code ENOSPC'], 'npm failed: the disk is full.'],
    [['npm ERR! code E404'], 'npm failed: its registry does not provide @tensorflow/tfjs-node-gpu.'],
    [['npm error code EACCES'], /^npm failed: it has no permission to write/],
    [['node-pre-gyp ERR! Tried to download(404)', 'gyp ERR! find Python'], /needs Python and a C\+\+ compiler\.$/],
    [['connect ETIMEDOUT 142.250.1.2:443'], /^npm cannot reach .*: check the connection/],
    [
      ['x', 'npm error peer dep missing', 'npm error A complete log of this run can be found in: /x'],
      'npm failed: peer dep missing.',
    ],
    [[], 'npm failed: it said nothing.'],
  ])('reads what npm says: %j', (lines, text) => {
    if (typeof text === 'string') expect(npmFailure(lines)).toBe(text);
    else expect(npmFailure(lines)).toMatch(text);
  });
});
