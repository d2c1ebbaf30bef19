// The real VS Code server (server, web workbench and extension host, from the npm package code-server), each with a
// throw-away profile. Its workbench is opened in a browser; see browser.mts and workbench.mts.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** The repository's root. */
export const root = resolve(here, '../..');
/** Where artifacts of test runs go (not in version control). */
export const outDir = join(root, 'out');

const modules = join(here, 'node_modules');
const serverNode = join(modules, `node-linux-${process.arch}`, 'bin/node');
const serverMain = join(modules, 'code-server/lib/vscode/out/server-main.js');

/**
 * Installs VS Code into this folder, or does nothing when it is there.
 * @throws Error that says why it cannot run on this machine.
 */
export async function ensureVSCode(log: (line: string) => void = console.log): Promise<void> {
  if (process.platform !== 'linux') {
    throw new Error(
      `code-server is set up on Linux only and this is ${process.platform}: use desktop VS Code (npm start), or "npm run test:electron"`,
    );
  }
  const child = spawn('bash', [join(here, 'setup.sh')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = await outputOf(child, log);
  if (child.exitCode !== 0) throw new Error(`setup of VS Code failed:\n${text.slice(-3000)}`);
}

async function outputOf(child: ChildProcess, log?: (line: string) => void): Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (stream === child.stdout)
        for (const line of chunk.split('\n')) if (line.startsWith('[')) log?.(line.replace(/^\[.*?\] /, ''));
    });
  }
  await new Promise<void>((done, fail) => child.once('close', () => done()).once('error', fail));
  return text;
}

/** Functions that clean up if this process ends early. */
const leftovers = new Set<() => void>();
process.once('exit', () => {
  for (const clear of leftovers) clear();
});

/** Settings that keep VS Code quiet: no welcome page, no telemetry, no look-ups, no AI. */
const quietSettings: Record<string, unknown> = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.simpleDialog.enable': true,
};

/** A profile of VS Code, with a workspace folder. */
export interface Profile {
  dir: string;
  userData: string;
  extensions: string;
  /** The workspace folder: a copy, free to be changed. */
  folder: string;
  /** Temporary files of the server and its child processes. */
  tmp: string;
  remove(): void;
}

export interface ProfileOptions {
  /** Files and folders to copy into the workspace folder: target name to source path. */
  files?: Record<string, string>;
  settings?: Record<string, unknown>;
  /** Ask whether the workspace is trusted, as VS Code does by default. Without it every workspace is trusted. */
  workspaceTrust?: boolean;
  /** A folder that keeps the profile from one start to the next. Default: a temporary one, removed at the end. */
  keepIn?: string;
  /** A folder of extensions that are installed already, for several profiles. Default: one of this profile. */
  extensions?: string;
}

/** Makes a profile, or opens a kept one. Files that are in the workspace folder already stay as they are. */
export function makeProfile(options: ProfileOptions = {}): Profile {
  const { files = {}, settings = {}, workspaceTrust = false, keepIn, extensions } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'dlnb-')); // a short path: sockets lie below it, and their length is limited
  const dir = keepIn ?? scratch;
  const at = (name: string) => join(dir, name);
  const profile: Profile = {
    dir,
    userData: at('ud'),
    extensions: extensions ?? at('ext'),
    folder: at('ws'),
    tmp: join(scratch, 't'),
    remove: () => {
      leftovers.delete(profile.remove);
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const folders = [
    join(profile.userData, 'User'),
    join(profile.userData, 'Machine'),
    profile.extensions,
    profile.folder,
  ];
  for (const d of [...folders, profile.tmp]) mkdirSync(d, { recursive: true });
  const all = { ...quietSettings, 'security.workspace.trust.enabled': workspaceTrust, ...settings };
  const settingsFile = join(profile.userData, 'User/settings.json');
  if (!existsSync(settingsFile)) writeFileSync(settingsFile, JSON.stringify(all, null, 2));
  for (const [name, source] of Object.entries(files)) {
    cpSync(source, join(profile.folder, name), { recursive: true, force: false });
  }
  if (!process.env['KEEP']) leftovers.add(profile.remove);
  return profile;
}

const profileArgs = (p: Profile) => [
  '--accept-server-license-terms',
  '--server-data-dir',
  join(p.dir, 'sd'),
  '--user-data-dir',
  p.userData,
  '--extensions-dir',
  p.extensions,
];

/**
 * The environment of a server: without the variables of an editor or a test runner that started us, without a
 * marketplace.
 */
function serverEnv(profile: Profile, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (/^(VSCODE_|ELECTRON_|VITEST|NODE_OPTIONS$|NODE_V8_COVERAGE$|NODE_ENV$|npm_)/.test(name)) continue;
    env[name] = value;
  }
  env['EXTENSIONS_GALLERY'] = '{"serviceUrl":""}';
  return { ...env, TMPDIR: profile.tmp, XDG_RUNTIME_DIR: profile.tmp, ...extra };
}

/** Installs a packaged extension into a profile. */
export function installVsix(profile: Profile, vsix: string): void {
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing; run "npm run package" first`);
  execFileSync(serverNode, [serverMain, ...profileArgs(profile), '--install-extension', vsix, '--force'], {
    env: serverEnv(profile),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A running VS Code server on a free port of the loopback address. */
export interface Server {
  origin: string;
  authority: string;
  pid: number;
  /** Everything it has written to stdout and stderr. */
  output(): string;
  /** Ends the server and its child processes. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  profile: Profile;
  /**
   * VS Code's smoke-test driver. Only with it does a built web workbench take `extensionDevelopmentPath` and
   * `extensionTestsPath` from the URL; it also mutes notifications. Off: VS Code as a user sees it.
   */
  driver?: boolean;
  workspaceTrust?: boolean;
  env?: NodeJS.ProcessEnv;
  /** Port of the loopback address. Default: a free one. */
  port?: number;
  timeoutMs?: number;
}

/**
 * Starts a server and waits until it listens.
 * @throws Error with the server's output when it does not start.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { profile, driver = false, workspaceTrust = false, env, port = 0, timeoutMs = 60_000 } = options;
  if (!existsSync(serverMain)) throw new Error('VS Code is not set up; run: bash test/vscode/setup.sh');
  const args = [
    serverMain,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--without-connection-token',
    '--telemetry-level',
    'off',
  ];
  args.push(...profileArgs(profile));
  if (!workspaceTrust) args.push('--disable-workspace-trust');
  if (driver) args.push('--enable-smoke-test-driver');
  // Its own process group: the pty host and the extension hosts end with it
  const child = spawn(serverNode, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnv(profile, env),
    detached: true,
    cwd: profile.dir,
  });
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // the group has ended
    }
  };
  const killAll = () => kill('SIGKILL');
  leftovers.add(killAll);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(timer);
    }
    killAll(); // stragglers of the group
    leftovers.delete(killAll);
  };

  let text = '';
  const listening = new Promise<number>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the VS Code server did not start:\n${text}`)), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const port = /Extension host agent listening on (\d+)/.exec(text)?.[1];
        if (port) done(Number(port));
        if (port) clearTimeout(timer);
      });
    }
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`the VS Code server ended with exit code ${code}:\n${text}`)));
  });
  try {
    const port = await listening;
    const authority = `127.0.0.1:${port}`;
    return { origin: `http://${authority}`, authority, pid: child.pid!, output: () => text, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}

/** Entries of the start-up payload that VS Code for the web takes from its URL. */
export type Payload = [key: string, value: string][];

/** No welcome page and no walkthrough, as tests need it. */
export const SKIP_WELCOME: Payload[number] = ['skipWelcome', 'true'];

/** The address of the workbench with a folder open. */
export function workbenchUrl(server: Server, folder: string, payload: Payload = [SKIP_WELCOME]): string {
  const url = new URL(`${server.origin}/`);
  url.searchParams.set('folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** The URI of a file on the server's machine, as the workbench names it. */
export const remoteUri = (server: Server, path: string): string => `vscode-remote://${server.authority}${path}`;
