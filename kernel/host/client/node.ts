// Chooses the Node that runs kernels: the one in the setting, else a `node` on the PATH that is new enough, else the
// program that runs this code (the editor's own Electron or Node). The choice names its source, which the status bar
// shows.
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The oldest Node that the kernel runs on. */
export const OLDEST_NODE = 20;

export interface NodeChoice {
  /** Absolute path of the executable. */
  path: string;
  /** For example `v24.21.0`. */
  version: string;
  /** `setting`: named by the user. `path`: found on the PATH. `editor`: the program that runs this code. */
  source: 'setting' | 'path' | 'editor';
  /** The executable is an Electron, to be started as Node. */
  electron: boolean;
  /** Rejected candidates, one sentence each. */
  passedOver: string[];
}

export interface FindNodeOptions {
  /** Path or command name from the setting; empty or absent: none. A wrong one is an error, never ignored. */
  setting?: string;
  /** Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** The last resort. Default: the running program. */
  own?: { path: string; version: string; electron: boolean };
}

const run = promisify(execFile);
const versions = new Map<string, string>();

/**
 * Finds the Node to run the kernel with.
 * @throws Error if the program in the setting is missing, is not Node or is too old; the message says which and what to
 * do
 */
export async function findNode({
  setting = '',
  env = process.env,
  own = { path: process.execPath, version: process.version, electron: !!process.versions['electron'] },
}: FindNodeOptions = {}): Promise<NodeChoice> {
  const wanted = setting.trim();
  if (wanted) {
    const file = path.isAbsolute(wanted) ? wanted : (await programsOnPath(wanted, env))[0];
    const remedy = 'Correct the setting "dlnb.nodePath", or clear it to use the node on the PATH.';
    if (!file) throw new Error(`dlnb.nodePath: no program named "${wanted}" on the PATH. ${remedy}`);
    let version;
    try {
      version = await nodeVersion(file, env);
    } catch (e) {
      throw new Error(`dlnb.nodePath: ${(e as Error).message}. ${remedy}`);
    }
    if (major(version) < OLDEST_NODE) throw new Error(`dlnb.nodePath: ${tooOld(file, version)}. ${remedy}`);
    return { path: file, version, source: 'setting', electron: false, passedOver: [] };
  }
  const passedOver: string[] = [];
  for (const file of await programsOnPath('node', env)) {
    try {
      const version = await nodeVersion(file, env);
      if (major(version) >= OLDEST_NODE) return { path: file, version, source: 'path', electron: false, passedOver };
      passedOver.push(tooOld(file, version));
    } catch (e) {
      passedOver.push((e as Error).message);
    }
  }
  if (major(own.version) < OLDEST_NODE) {
    throw new Error(
      `no Node.js ${OLDEST_NODE} or newer: ${[...passedOver, tooOld(own.path, own.version)].join('; ')}. ` +
        'Install Node.js, or name one in the setting "dlnb.nodePath".',
    );
  }
  return { ...own, source: 'editor', passedOver };
}

const major = (version: string) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
const tooOld = (file: string, version: string) =>
  `${file} is ${version}, too old: the kernel needs Node.js ${OLDEST_NODE} or newer`;

/**
 * All executables with this name, in the order of the PATH.
 * @param suffix their suffix on Windows
 */
export async function programsOnPath(name: string, env: NodeJS.ProcessEnv, suffix = '.exe'): Promise<string[]> {
  const windows = process.platform === 'win32';
  const list = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter(Boolean);
  const found: string[] = [];
  for (const dir of list) {
    for (const ext of windows && !path.extname(name) ? [suffix] : ['']) {
      const file = path.resolve(dir, name + ext);
      try {
        await access(file, windows ? constants.F_OK : constants.X_OK);
        if (!found.includes(file)) found.push(file);
      } catch {
        // not in this folder
      }
    }
  }
  return found;
}

async function nodeVersion(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  let key;
  try {
    key = `${file} ${(await stat(file)).mtimeMs}`;
  } catch {
    throw new Error(`${file} does not exist`);
  }
  const known = versions.get(key);
  if (known) return known;
  let stdout;
  try {
    ({ stdout } = await run(file, ['-p', 'process.version'], {
      env: cleanEnv(env),
      timeout: 10_000,
      windowsHide: true,
    }));
  } catch (e) {
    throw new Error(`${file} does not run (${(e as Error).message.split('\n')[0]})`);
  }
  const version = stdout.trim();
  if (!/^v\d+\.\d+/.test(version))
    throw new Error(`${file} is not Node.js (asked for its version, it printed "${version.slice(0, 40)}")`);
  versions.set(key, version);
  return version;
}

/** The environment without the variables that the editor sets for its own processes. */
export function cleanEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const clean: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    if (/^(VSCODE_|ELECTRON_|NODE_CHANNEL_|NODE_UNIQUE_ID$)/.test(name)) continue;
    if (name === 'NODE_OPTIONS' && value?.includes('js-debug')) continue; // the editor's auto-attach
    clean[name] = value;
  }
  return clean;
}
