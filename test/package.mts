// `npm run package [-- --target linux-x64]`: makes out/dlnb-<version>-<target>.vsix with a production build. The package is
// put together in out/package/<target>/, so that dist/ stays as it is; package.json's "files" says what goes in.
import { createVSIX } from '@vscode/vsce';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thirdPartyNotices } from './notices.mts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** VS Code's names for platforms, and esbuild's package with the native program for each. */
const esbuildPackages: Record<string, string> = {
  'linux-x64': '@esbuild/linux-x64',
  'linux-arm64': '@esbuild/linux-arm64',
  'linux-armhf': '@esbuild/linux-arm',
  'alpine-x64': '@esbuild/linux-x64',
  'alpine-arm64': '@esbuild/linux-arm64',
  'darwin-x64': '@esbuild/darwin-x64',
  'darwin-arm64': '@esbuild/darwin-arm64',
  'win32-x64': '@esbuild/win32-x64',
  'win32-arm64': '@esbuild/win32-arm64',
};

interface Manifest {
  version: string;
  files: string[];
  [key: string]: unknown;
}

/** VS Code's name of this machine's platform. */
export const hostTarget = (): string => `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`;

/**
 * Builds and packs the extension for a platform and returns the path of the .vsix.
 * @throws Error for an unknown target, a failed build, or a native program that is not the one in the lock file.
 */
export async function packageExtension(target = hostTarget()): Promise<string> {
  if (!(target in esbuildPackages)) {
    throw new Error(`unknown target "${target}"; known: ${Object.keys(esbuildPackages).join(', ')}`);
  }
  const stage = join(root, 'out/package', target);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const dist = join(stage, 'dist');
  const inputs = `${stage}-inputs.json`;
  const args = ['esbuild.config.js', '--production', '--outdir', dist, '--inputs', inputs];
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  placeEsbuild(join(dist, 'esbuild'), target);
  writeFileSync(
    join(dist, 'THIRD-PARTY-NOTICES.txt'),
    thirdPartyNotices(root, JSON.parse(readFileSync(inputs, 'utf8')) as string[]),
  );

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  for (const name of manifest.files) {
    if (name !== 'dist' && !existsSync(join(root, name))) {
      throw new Error(`package.json lists "${name}" under "files", and it does not exist`);
    }
    if (name !== 'dist') cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  // What is only of use in the repository stays there
  const { scripts, devDependencies, allowScripts, ...shipped } = manifest;
  void [scripts, devDependencies, allowScripts];
  writeFileSync(join(stage, 'package.json'), JSON.stringify(shipped, null, 2));

  const vsix = join(root, 'out', `dlnb-${manifest.version}-${target}.vsix`);
  await createVSIX({
    cwd: stage,
    packagePath: vsix,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return vsix;
}

/** Leaves only the native esbuild program of the target in the folder. */
function placeEsbuild(folder: string, target: string): void {
  if (esbuildPackages[target] === esbuildPackages[hostTarget()]) return;
  for (const name of ['esbuild', 'esbuild.exe']) rmSync(join(folder, name), { force: true });
  const temp = mkdtempSync(join(tmpdir(), 'dlnb-esbuild-'));
  try {
    fetchEsbuild(esbuildPackages[target]!, temp);
    const inPackage = target.startsWith('win32') ? 'esbuild.exe' : 'bin/esbuild';
    const program = join(folder, target.startsWith('win32') ? 'esbuild.exe' : 'esbuild');
    cpSync(join(temp, 'package', inPackage), program);
    chmodSync(program, 0o755);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Downloads and unpacks the version of the package that the lock file names, and checks it against the lock's hash. */
function fetchEsbuild(name: string, folder: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked)
    throw new Error(`package-lock.json does not list ${name}; run "npm install" with all optional dependencies`);
  execFileSync('npm', ['pack', `${name}@${locked.version}`, '--pack-destination', folder, '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const archive = readdirSync(folder).find((f) => f.endsWith('.tgz'));
  if (!archive) throw new Error(`npm did not deliver ${name}@${locked.version}`);
  const integrity = `sha512-${createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64')}`;
  if (integrity !== locked.integrity) {
    throw new Error(`${name}@${locked.version} from the registry is not what package-lock.json names: ${integrity}`);
  }
  execFileSync('tar', ['-xzf', archive], { cwd: folder, stdio: 'inherit' });
  if (!existsSync(join(folder, 'package'))) throw new Error(`${archive} holds no folder "package"`);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  try {
    console.log(await packageExtension(values.target));
  } catch (e) {
    console.error((e as Error).message);
    process.exitCode = 1;
  }
}
