// `npm run package [-- --target linux-x64]`: makes out/dlnb-<version>-<target>.vsix with a production build. The
// package is put together in out/package/<target>/, and dist/ is left alone; "files" in package.json lists what goes
// in. `--target universal` is for platforms without a package of their own: it holds no native program.
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
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thirdPartyNotices } from './notices.mts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

interface Platform {
  /** esbuild's package with its program. */
  esbuild: string;
  /** Folder of the package `webgpu` that holds Dawn for this platform. Without Dawn there is only the device `cpu`. */
  dawn?: string;
  /** Ending of the package with TypeScript's native program. Without it cells have no types. */
  typescript?: string;
}

/** By VS Code's names for platforms. */
const platforms: Record<string, Platform> = {
  'linux-x64': { esbuild: '@esbuild/linux-x64', dawn: 'linux-x64', typescript: 'linux-x64' },
  'linux-arm64': { esbuild: '@esbuild/linux-arm64', dawn: 'linux-arm64', typescript: 'linux-arm64' },
  'linux-armhf': { esbuild: '@esbuild/linux-arm', typescript: 'linux-arm' },
  'alpine-x64': { esbuild: '@esbuild/linux-x64', typescript: 'linux-x64' },
  'alpine-arm64': { esbuild: '@esbuild/linux-arm64', typescript: 'linux-arm64' },
  'darwin-x64': { esbuild: '@esbuild/darwin-x64', dawn: 'darwin-universal', typescript: 'darwin-x64' },
  'darwin-arm64': { esbuild: '@esbuild/darwin-arm64', dawn: 'darwin-universal', typescript: 'darwin-arm64' },
  'win32-x64': { esbuild: '@esbuild/win32-x64', dawn: 'win32-x64', typescript: 'win32-x64' },
  'win32-arm64': { esbuild: '@esbuild/win32-arm64', dawn: 'win32-arm64', typescript: 'win32-arm64' },
  universal: { esbuild: 'esbuild-wasm' },
};
export const targets = Object.keys(platforms);

interface Manifest {
  version: string;
  files: string[];
  [key: string]: unknown;
}

/** VS Code's name of this machine's platform. */
export const hostTarget = (): string => `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`;

/**
 * Builds and packs the extension for a platform and returns the path of the .vsix.
 * @throws Error for an unknown target, a failed build, or a native program that differs from the lock file's.
 */
export async function packageExtension(target = hostTarget(), build?: Build): Promise<string> {
  if (!(target in platforms)) throw new Error(`unknown target "${target}"; known: ${targets.join(', ')}`);
  const stage = stageExtension(target, build ?? buildForPackage());
  const { version } = JSON.parse(readFileSync(join(stage, 'package.json'), 'utf8')) as Manifest;
  const vsix = join(root, 'out', `dlnb-${version}-${target}.vsix`);
  await createVSIX({
    cwd: stage,
    packagePath: vsix,
    ...(target === 'universal' ? {} : { target }),
    // Without dependencies, a folder node_modules is left out
    useYarn: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return vsix;
}

/** Puts together the contents of the package for a platform. @returns the folder */
export function stageExtension(target: string, build: Build): string {
  const stage = join(root, 'out/package', target);
  const dist = join(stage, 'dist');
  rmSync(stage, { recursive: true, force: true });
  cpSync(build.dist, dist, { recursive: true });
  const plugins = 'node_modules/dlnb-typescript-plugin';
  cpSync(join(build.dist, '..', plugins), join(stage, plugins), { recursive: true });
  placeEsbuild(join(dist, 'esbuild'), target);
  const files = build.inputs.filter((file) => !/node_modules[\\/](webgpu|@typescript)[\\/]/.test(file));
  if (placeTypescript(join(dist, 'typescript'), target))
    files.push(...build.inputs.filter((file) => /node_modules[\\/]@typescript[\\/]/.test(file)));
  // Only the language server reads the types of cells
  else rmSync(join(dist, 'types'), { recursive: true });
  files.push(...placeDawn(join(dist, 'dawn'), target));
  writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, files));

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  for (const name of manifest.files) {
    if (name !== 'dist' && !existsSync(join(root, name))) {
      throw new Error(`package.json lists "${name}" under "files", and it does not exist`);
    }
    if (name !== 'dist') cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  writeFileSync(join(stage, 'README.md'), withOwnPictures(readFileSync(join(root, 'README.md'), 'utf8')));
  // Fields that only the repository uses
  const { scripts, devDependencies, optionalDependencies, allowScripts, ...shipped } = manifest;
  void [scripts, devDependencies, optionalDependencies, allowScripts];
  // The packer takes what npm lists as installed
  Object.assign(shipped, {
    files: [...manifest.files, plugins],
    dependencies: { [basename(plugins)]: manifest.version },
  });
  writeFileSync(join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
  return stage;
}

/**
 * Makes a text in Markdown independent of files beside it: pictures become `data:` URLs, and links to files of the
 * repository, which the package does not hold, become their text. VS Code's page of an extension never finds a relative
 * picture: it shows the README without its folder. Markdown previews show pictures in the text; so does the page,
 * except in recent versions, which show https pictures only and the alternative text of others.
 * @throws Error when a picture does not exist
 */
export function withOwnPictures(markdown: string): string {
  const link = /(!?)\[([^\][]*)\]\(([^)\s]+)\)/g;
  return markdown.replace(link, (whole, picture: string, text: string, target: string) => {
    if (/^(https?:|#)/.test(target)) return whole;
    if (picture === '') return text;
    const data = readFileSync(join(root, target)).toString('base64');
    return `![${text}](data:image/${extname(target).slice(1)};base64,${data})`;
  });
}

/** The compiled op kernels of the device `cpu`. */
export const OP_KERNELS = ['cpu-plain.wasm', 'cpu-relaxed.wasm'];

/** A production build. */
export interface Build {
  dist: string;
  /** All files that went into it. */
  inputs: string[];
}

/** Where {@link buildForPackage} builds. */
const buildFolder = join(root, 'out/package/build');

/** Name of a variable of the environment that a run of all tests sets when the build is made. */
export const PACKAGE_IS_BUILT = 'DLNB_PACKAGE_IS_BUILT';

/** Makes a production build, with this machine's native programs. */
export function buildForPackage(): Build {
  const dist = join(buildFolder, 'dist');
  const inputs = join(buildFolder, 'inputs.json');
  const made = () => ({ dist, inputs: JSON.parse(readFileSync(inputs, 'utf8')) as string[] });
  if (process.env[PACKAGE_IS_BUILT] && existsSync(inputs)) return made();
  rmSync(buildFolder, { recursive: true, force: true });
  mkdirSync(buildFolder, { recursive: true });
  // Their compilation takes most of the time. The build compiles them again unless the hash of their sources fits
  for (const name of ['cpu.hash', ...OP_KERNELS]) {
    const compiled = join(root, 'dist/wasm', name);
    if (existsSync(compiled)) cpSync(compiled, join(dist, 'wasm', name));
  }
  const args = ['esbuild.config.js', '--production', '--outdir', dist, '--inputs', inputs];
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  return made();
}

/** Leaves only the target's Dawn in the folder, or no folder. @returns the files that were copied */
function placeDawn(folder: string, target: string): string[] {
  const { dawn } = platforms[target]!;
  rmSync(folder, { recursive: true, force: true });
  if (dawn === undefined) return [];
  const from = `node_modules/webgpu/dist/${dawn}`;
  cpSync(join(root, from), folder, { recursive: true });
  return readdirSync(folder).map((name) => `${from}/${name}`);
}

/** Leaves only the target's TypeScript in the folder, or no folder. @returns whether there is one */
function placeTypescript(folder: string, target: string): boolean {
  const { typescript } = platforms[target]!;
  if (typescript === platforms[hostTarget()]?.typescript) return typescript !== undefined;
  rmSync(folder, { recursive: true, force: true });
  if (typescript === undefined) return false;
  const temp = mkdtempSync(join(tmpdir(), 'dlnb-typescript-'));
  try {
    fetchPackage(`@typescript/typescript-${typescript}`, temp);
    for (const name of ['LICENSE', 'NOTICE.txt', 'lib'])
      cpSync(join(temp, 'package', name), join(folder, name), { recursive: true });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return true;
}

/** Leaves only the esbuild of the target in the folder. */
function placeEsbuild(folder: string, target: string): void {
  const { esbuild } = platforms[target]!;
  if (esbuild === platforms[hostTarget()]?.esbuild) return;
  for (const name of ['esbuild', 'esbuild.exe']) rmSync(join(folder, name), { force: true });
  const temp = mkdtempSync(join(tmpdir(), 'dlnb-esbuild-'));
  try {
    fetchPackage(esbuild, temp);
    if (target === 'universal') return placeEsbuildWasm(folder, join(temp, 'package'));
    const inPackage = target.startsWith('win32') ? 'esbuild.exe' : 'bin/esbuild';
    const program = join(folder, target.startsWith('win32') ? 'esbuild.exe' : 'esbuild');
    cpSync(join(temp, 'package', inPackage), program);
    chmodSync(program, 0o755);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/**
 * Puts esbuild as WebAssembly where the kernel finds the package `esbuild` when there is no program beside it. It runs
 * on all platforms and starts more slowly.
 */
function placeEsbuildWasm(folder: string, from: string): void {
  const to = join(folder, '../node_modules/esbuild');
  rmSync(folder, { recursive: true });
  for (const name of [
    'LICENSE.md',
    'bin',
    'esbuild.wasm',
    'lib/main.js',
    'wasm_exec.js',
    'wasm_exec_node.js',
    'package.json',
  ])
    cpSync(join(from, name), join(to, name), { recursive: true });
  // There may be no program `node`: the kernel may run on the editor's own Node
  const main = join(to, 'lib/main.js');
  const text = readFileSync(main, 'utf8');
  const starts = 'return ["node", [';
  if (!text.includes(starts)) throw new Error(`esbuild-wasm is not as expected: no '${starts}' in ${main}`);
  writeFileSync(main, text.replaceAll(starts, 'return [process.execPath, ['));
}

/** Downloads and unpacks the version of the package that the lock file names, and checks it against the lock's hash. */
function fetchPackage(name: string, folder: string): void {
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
