// The work of "DLNB: Install CUDA Runtime…", without an editor: npm installs @tensorflow/tfjs-node-gpu in a folder, a
// kernel tries it, and if it fails, a check of driver, CUDA, cuDNN and Node tells why.
import { execFile, spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeMissing, hasCudaPackage, missingLibraries } from '../../tensors/backends/cuda/libraries.ts';
import type { DeviceState } from '../../wire/protocol.ts';
import { cleanEnv, programsOnPath, type NodeChoice } from './node.ts';
import { tryDevice } from './try-device.ts';

export const CUDA_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const CUDA_VERSION = '4.22.0';

export interface InstallHost {
  trusted: boolean;
  /** The folder of the package. An older package is replaced when the new one is complete. */
  folder: string;
  /** The kernel's program, `dist/kernel.js`, which tries the package. */
  main: string;
  node: () => Promise<NodeChoice>;
  /** Asks the user whether to continue. */
  ask(question: string, detail: string): Promise<boolean>;
  log(line: string): void;
  /** Shows the progress, with a way to cancel. */
  progress<T>(title: string, work: (report: (text: string) => void, signal: AbortSignal) => Promise<T>): Promise<T>;
  env?: NodeJS.ProcessEnv;
  platform?: string;
  arch?: string;
}

/** The result, in words for the user. `no`: the user declined or canceled. */
export interface InstallResult {
  end: 'works' | 'does not work' | 'failed' | 'no';
  text: string;
}

/** Never rejects. */
export async function installCuda(host: InstallHost): Promise<InstallResult> {
  const { folder, platform = process.platform, arch = process.arch, env = process.env } = host;
  const failed = (text: string): InstallResult => ({ end: 'failed', text });
  if (!host.trusted) return failed('This workspace is not trusted, so nothing is installed for it.');
  if (!hasCudaPackage(platform, arch))
    return failed(
      `${CUDA_PACKAGE} is made for Linux and Windows on x64 processors, and this is ${platform} on ${arch}. The device "webgpu" reaches the graphics cards of such machines.`,
    );
  let node: NodeChoice;
  try {
    node = await host.node();
  } catch (e) {
    return failed((e as Error).message);
  }
  if (node.electron)
    return failed(
      `${CUDA_PACKAGE} needs a real Node.js. Install Node.js 20 or newer, or name one in the setting "dlnb.nodePath".`,
    );
  const [npm] = await programsOnPath('npm', pathWith(env, node), '.cmd');
  if (!npm) return failed('There is no npm on the PATH. Install Node.js together with npm.');
  const question = `Download ${CUDA_PACKAGE} ${CUDA_VERSION}?`;
  const detail =
    `npm installs it in ${folder}, and its install script downloads TensorFlow's library from storage.googleapis.com: several hundred megabytes. ` +
    'It needs an NVIDIA card with its driver, CUDA 11.2 and cuDNN 8.1. This command does not install them.';
  if (!(await host.ask(question, detail))) return { end: 'no', text: 'Nothing was installed.' };
  try {
    return await host.progress('Installing CUDA runtime', async (report, signal) => {
      host.log(`${npm} installs ${CUDA_PACKAGE} ${CUDA_VERSION} into ${folder}`);
      await install(npm, { ...host, env: pathWith(env, node) }, report, signal);
      report('trying the package');
      const state = await tryCuda(host, node);
      if ('detail' in state)
        return {
          end: 'works',
          text: `The device "cuda" works: ${state.detail}. Kernels that start from now on can use it.`,
        };
      return {
        end: 'does not work',
        text: `The package is installed but does not work yet: ${state.reason}. ${await advice(host, node)}`,
      };
    });
  } catch (e) {
    const { message, name } = e as Error;
    if (name === 'AbortError') return { end: 'no', text: 'The installation was canceled; nothing was changed.' };
    host.log(message);
    return failed(`${message} ${await advice(host, node)}`.trim());
  }
}

/** Adds the folder of the kernels' Node at the end: the user's own `npm` comes first. */
function pathWith(env: NodeJS.ProcessEnv, node: NodeChoice): NodeJS.ProcessEnv {
  const clean = cleanEnv(env);
  const name = Object.keys(clean).find((n) => n.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...clean, [name]: [clean[name], path.dirname(node.path)].filter(Boolean).join(path.delimiter) };
}

// ---- npm

/** @throws Error with a sentence for the user; an AbortError if it was canceled */
async function install(
  npm: string,
  { folder, env, log }: InstallHost,
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  try {
    const manifest = {
      private: true,
      dependencies: { [CUDA_PACKAGE]: CUDA_VERSION },
      // npm runs install scripts only with permission, and this one downloads the library
      allowScripts: { [CUDA_PACKAGE]: true },
    };
    await writeFile(path.join(part, 'package.json'), JSON.stringify(manifest, undefined, 2));
    await runNpm(npm, part, env, signal, (line) => {
      log(`npm: ${line}`);
      report(line.slice(0, 100));
    });
    await rm(folder, { recursive: true, force: true }).catch(() => {
      throw new Error(
        `${folder} cannot be replaced: a kernel may be using it. Close notebooks that run on cuda, and try again.`,
      );
    });
    await rename(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true }).catch(() => {});
  }
}

function runNpm(
  npm: string,
  cwd: string,
  env: NodeJS.ProcessEnv | undefined,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const windows = process.platform === 'win32';
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--foreground-scripts'];
  // npm leads a process group, so that its install scripts end with it; npm.cmd needs a shell
  const child = spawn(windows ? `"${npm}"` : npm, args, {
    cwd,
    env,
    detached: !windows,
    shell: windows,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split(/\r?\n|\r/);
      rest = lines.pop()!.slice(-2000);
      for (const line of lines) hear(line);
    });
    stream.on('end', () => hear(rest));
  }
  const hear = (line: string) => {
    if (line.trim() === '') return;
    said.push(line);
    if (said.length > 400) said.shift();
    onLine(line);
  };
  const end = () => {
    if (child.pid === undefined) return;
    if (windows) execFile('taskkill', ['/pid', String(child.pid), '/T', '/F'], () => {});
    else
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // npm has already ended
      }
  };
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    child.once('error', (e) => reject(new Error(`npm cannot be run: ${e.message}.`)));
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted)
        reject(signal.reason instanceof Error ? signal.reason : new DOMException('canceled', 'AbortError'));
      else if (code === 0) resolve();
      else reject(new Error(npmFailure(said)));
    });
  });
}

/** The reason for a failure of npm, as a sentence. */
export function npmFailure(lines: readonly string[]): string {
  const text = lines.join('\n');
  const network = /(?:getaddrinfo \w+|connect \w+|request to|fetch) (?:https?:\/\/)?([\w.-]+\.[a-z]{2,}|[\d.]+)/i.exec(
    text,
  )?.[1];
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network (?:timeout|request)/.test(text))
    return `npm cannot reach ${network ?? 'the network'}: check the connection, the proxy and the firewall.`;
  if (/ENOSPC/.test(text)) return 'npm failed: the disk is full.';
  if (/EACCES|EPERM/.test(text))
    return 'npm failed: it has no permission to write. Check the permissions of the folder and of npm’s cache.';
  if (/\bE(404|403|401)\b/.test(text)) return `npm failed: its registry does not provide ${CUDA_PACKAGE}.`;
  if (/gyp ERR|node-pre-gyp ERR/.test(text))
    return 'npm failed: the native part of the package could not be downloaded, and building it needs Python and a C++ compiler.';
  const error = lines.findLast((l) => /^npm (?:error|ERR!)/.test(l) && !/log of this run|A complete log/.test(l));
  return `npm failed: ${(error ?? lines.at(-1) ?? 'it said nothing').replace(/^npm (?:error|ERR!)\s*/, '').slice(0, 300)}.`;
}

// ---- trying the package

async function tryCuda(host: InstallHost, node: NodeChoice): Promise<DeviceState | { reason: string }> {
  const { state, works, reason } = await tryDevice({
    node,
    main: host.main,
    options: {
      cwd: host.folder,
      device: 'cuda',
      cuda: host.folder,
      logDir: path.join(os.tmpdir(), 'dlnb-cuda'),
    },
    env: host.env,
  });
  return works ? state : { reason };
}

// ---- what is missing

export interface Finding {
  what: 'Driver' | 'CUDA and cuDNN' | 'Node.js';
  ok: boolean;
  /** A sentence without its full stop. */
  text: string;
}

/** Checks whether the machine has everything that the package needs. */
export async function diagnose(
  { env = process.env, platform }: Pick<InstallHost, 'env' | 'platform'>,
  node: NodeChoice,
): Promise<Finding[]> {
  const missing = await missingLibraries(env, platform);
  const ofToolkit = describeMissing(missing.filter(({ of }) => of !== 'driver'));
  return [
    await driver(env),
    {
      what: 'CUDA and cuDNN',
      ok: ofToolkit === '',
      text: ofToolkit || 'all libraries of CUDA 11 and cuDNN 8 are installed',
    },
    { what: 'Node.js', ok: !node.electron, text: `${node.version} at ${node.path}` },
  ];
}

async function driver(env: NodeJS.ProcessEnv): Promise<Finding> {
  const what = 'Driver';
  try {
    const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { env, timeout: 10_000, windowsHide: true });
    const cards = stdout.trim().split('\n').filter(Boolean);
    if (cards.length === 0) return { what, ok: false, text: "NVIDIA's driver sees no graphics card" };
    return { what, ok: true, text: `NVIDIA's driver sees ${cards.join('; ')}` };
  } catch (e) {
    const { code, stdout = '', message } = e as NodeJS.ErrnoException & { stdout?: string };
    if (code === 'ENOENT')
      return { what, ok: false, text: "NVIDIA's driver is not installed: no nvidia-smi on the PATH" };
    const said = (stdout.trim() || message).split('\n')[0]!.replace(/\.$/, '');
    return { what, ok: false, text: `NVIDIA's driver does not work (nvidia-smi: ${said})` };
  }
}

/** The problems of the machine, as sentences; all findings go to the log. */
async function advice(host: InstallHost, node: NodeChoice): Promise<string> {
  const findings = await diagnose(host, node);
  for (const { what, ok, text } of findings) host.log(`${what}: ${ok ? 'ok' : 'not ok'}, ${text}`);
  return findings
    .filter(({ ok }) => !ok)
    .map(({ text }) => `${text[0]!.toUpperCase()}${text.slice(1)}.`)
    .join(' ');
}
