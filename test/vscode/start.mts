// `npm start` builds, and opens real VS Code with the extension and the perceptron notebook: desktop VS Code if its
// command `code` is on the PATH, else VS Code for the web on a free port of this machine. `npm start -- --headless`
// runs the samples without an editor and writes their outputs to out/report.html.
import { createVSIX } from '@vscode/vsce';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { packageExtension } from '../package.mts';
import { readIndex } from '../samples/index.mts';
import { ensureVSCode, installVsix, makeProfile, outDir, root, startServer, workbenchUrl } from './server.mts';

/** Keeps the user's copies of the samples and the web editor's profile from one start to the next. */
const home = join(outDir, 'start');
const firstNotebook = 'perceptron.dlnb';

const { values } = parseArgs({ options: { headless: { type: 'boolean', default: false } } });
try {
  build();
  if (values.headless) process.exitCode = runSamples();
  else if (spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0) openDesktop();
  else await openWeb();
} catch (e) {
  console.error((e as Error).message);
  process.exitCode = 1;
}

function build(): void {
  const { status } = spawnSync(process.execPath, ['esbuild.config.js'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the build failed, see above');
}

/** Runs every sample with the command line, makes the report, and returns the exit code. */
function runSamples(): number {
  mkdirSync(join(outDir, 'samples'), { recursive: true });
  const executed: string[] = [];
  let failed = 0;
  for (const { id } of readIndex()) {
    const out = join(outDir, 'samples', `${id}.dlnb`);
    console.log(`== ${id}`);
    const args = ['dist/cli.js', 'run', join('samples', `${id}.dlnb`), '--out', out];
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) failed++;
    if (existsSync(out)) executed.push(out);
  }
  const report = join(outDir, 'report.html');
  execFileSync(process.execPath, ['dist/cli.js', 'report', ...executed, '--out', report], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`${executed.length} samples, ${failed} failed; outputs: ${relative(process.cwd(), report)}`);
  return failed === 0 ? 0 : 1;
}

/** Copies the samples for the user to change. Existing copies stay as they are. */
function sampleFiles(): Record<string, string> {
  const folder = join(root, 'samples');
  const names = readdirSync(folder).filter((name) => name !== 'index.json');
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}

function openDesktop(): void {
  const folder = join(home, 'ws');
  mkdirSync(folder, { recursive: true });
  for (const [name, from] of Object.entries(sampleFiles())) {
    cpSync(from, join(folder, name), { recursive: true, force: false });
  }
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, folder, join(folder, firstNotebook)];
  spawnSync('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`VS Code shows ${join(folder, firstNotebook)}, a copy that you may change.`);
}

/** Serves VS Code for the web until Ctrl-C. */
async function openWeb(): Promise<void> {
  await ensureVSCode();
  console.log('packaging the extension');
  const vsix = await packageExtension();
  const profile = makeProfile({ files: sampleFiles(), keepIn: home });
  installVsix(profile, vsix);
  installVsix(profile, await makeOpener());
  const server = await startServer({ profile, port: await steadyPort() });
  console.log(`\nDLNB is open at\n\n    ${workbenchUrl(server, profile.folder, [])}\n`);
  console.log(`Notebooks: ${profile.folder} (copies of the samples; yours to change). Ctrl-C ends it.`);
  const signal = await new Promise((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => done(name));
  });
  console.log(`\n${String(signal)}: stopping`);
  await server.stop();
  profile.remove();
  process.exit(0);
}

/**
 * The port of the last start if it is free, else any free one. VS Code keeps unsaved edits by the address of the
 * workspace, so that another port would not find them.
 */
async function steadyPort(): Promise<number> {
  const file = join(home, 'port');
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const free = (port: number) =>
    new Promise<number | undefined>((done) => {
      const probe = createServer().once('error', () => done(undefined));
      probe.listen(port, '127.0.0.1', () => {
        const { port: got } = probe.address() as { port: number };
        probe.close(() => done(got));
      });
    });
  const port = (await free(last)) ?? (await free(0)) ?? 0;
  writeFileSync(file, String(port));
  return port;
}

/**
 * A few lines of an extension that open the first notebook when nothing is open. VS Code's own `openFile` in the
 * address opens a file before it knows the notebook types of a newly installed extension, and so as text.
 */
async function makeOpener(): Promise<string> {
  const dir = join(home, 'opener');
  mkdirSync(dir, { recursive: true });
  const manifest = {
    name: 'first-notebook',
    publisher: 'dlnb',
    version: '1.0.0',
    description: 'Opens the first notebook of "npm start"',
    license: 'MIT',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    files: ['main.js'],
    activationEvents: ['onStartupFinished'],
  };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
  const code = `const vscode = require('vscode');
exports.activate = async () => {
  if (vscode.window.tabGroups.all.some((g) => g.tabs.length > 0)) return;
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) return;
  const notebook = vscode.Uri.joinPath(folder.uri, ${JSON.stringify(firstNotebook)});
  await vscode.commands.executeCommand('vscode.openWith', notebook, 'dlnb');
};
`;
  writeFileSync(join(dir, 'main.js'), code);
  const vsix = join(home, 'opener.vsix');
  await createVSIX({
    cwd: dir,
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  return vsix;
}
