// Finds a Python with PyTorch, or installs it from Debian if allowed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How to start Python with PyTorch. */
export interface PyTorch {
  python: string;
  env: NodeJS.ProcessEnv;
}

const PACKAGES = ['python3-torch', 'libopenblas0-openmp'];

/**
 * Finds a Python with PyTorch, or says why there is none.
 * @param install whether missing packages may be installed from Debian
 */
export function findPyTorch(threads: number, install = true): PyTorch | { missing: string } {
  const debian = process.platform === 'linux' && existsSync('/usr/bin/apt-get');
  const mayInstall = install && debian && process.getuid?.() === 0;
  let python = pythonWithTorch();
  // Debian's PyTorch uses the reference BLAS by default, which is twenty times slower than any BLAS used for training
  const wanted = debian && (!python || (isDebians(python) && !openBlas())) ? PACKAGES : [];
  if (wanted.length > 0 && mayInstall) {
    console.log(`installing ${wanted.join(' and ')}`);
    if (!installPackages(wanted)) {
      aptGet('update');
      installPackages(wanted);
    }
    python ??= pythonWithTorch();
  }
  if (!python)
    return {
      missing: `no Python with PyTorch here${debian ? ` (as root: apt-get install ${PACKAGES.join(' ')})` : ''}`,
    };
  const blas = isDebians(python) ? openBlas() : undefined;
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  // OpenBLAS on OpenMP shares PyTorch's threads; the variant with its own threads competes with them
  return { python, env: blas ? { ...env, LD_LIBRARY_PATH: blas } : env };
}

function pythonWithTorch(): string | undefined {
  const has = (python: string) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(has);
}

function isDebians(python: string): boolean {
  const { stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__file__)'], { encoding: 'utf8' });
  return stdout.startsWith('/usr/lib/python3/');
}

/** The folder of Debian's OpenBLAS on OpenMP; undefined if it is not installed. */
function openBlas(): string | undefined {
  const lib = '/usr/lib';
  const folders = existsSync(lib) ? readdirSync(lib).map((arch) => join(lib, arch, 'openblas-openmp')) : [];
  return folders.find((folder) => existsSync(join(folder, 'libblas.so.3')));
}

const installPackages = (packages: string[]) => aptGet('install', '-y', '--no-install-recommends', ...packages);

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}
