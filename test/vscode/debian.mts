// The Debian packages that the tests need beyond Node and npm: Chromium, its fonts, a Vulkan loader, and a C++ compiler
// for VS Code's log files. They are installed if that is possible (root, apt-get); else an error names what is missing.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasSwiftShader } from '../swiftshader.mts';
import { findBrowser } from './browser.mts';

interface Need {
  /** What is missing, for the message to the user. */
  what: string;
  /** Debian packages that contain it. */
  packages: string[];
  present: () => boolean;
  /** The tests cannot run without it. */
  required: boolean;
}

const machine = process.arch === 'arm64' ? 'aarch64' : process.arch === 'x64' ? 'x86_64' : process.arch;
const onPath = (program: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((dir) => dir && existsSync(join(dir, program)));
const library = (name: string) =>
  ['/usr/lib', `/usr/lib/${machine}-linux-gnu`, '/usr/lib64'].some((dir) => existsSync(join(dir, name)));
const fontFolder = (name: string) => existsSync(join('/usr/share/fonts/truetype', name));

const needs: Need[] = [
  { what: 'Chromium', packages: ['chromium'], present: () => findBrowser() !== undefined, required: true },
  // Together with Chromium's SwiftShader it is the graphics card of the tests
  { what: 'a Vulkan loader', packages: ['libvulkan1'], present: () => library('libvulkan.so.1'), required: true },
  { what: 'SwiftShader', packages: ['chromium'], present: hasSwiftShader, required: false },
  { what: 'a C++ compiler', packages: ['g++'], present: () => onPath('g++'), required: false },
  { what: 'make', packages: ['make'], present: () => onPath('make'), required: false },
  { what: 'Python 3', packages: ['python3'], present: () => onPath('python3'), required: false },
  { what: 'a sans-serif font', packages: ['fonts-noto-core'], present: () => fontFolder('noto'), required: false },
  { what: 'a monospaced font', packages: ['fonts-dejavu-core'], present: () => fontFolder('dejavu'), required: false },
];

/**
 * Installs the missing Debian packages, or does nothing when all are there.
 * @throws Error that names what is missing and how to get it, when a required program cannot be installed from here.
 */
export async function ensureSystemPackages(log: (line: string) => void = console.log): Promise<void> {
  if (process.platform !== 'linux') return requireBrowser();
  const missing = needs.filter((n) => !n.present());
  if (missing.length === 0) return;
  const packages = missing.flatMap((n) => n.packages);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    const list = missing.map((n) => n.what).join(', ');
    const how = onPath('apt-get') ? `run, as root: ${command}` : 'install them with the package manager of this system';
    if (missing.some((n) => n.required)) throw new Error(`missing on this machine: ${list}; ${how}`);
    log(`missing on this machine, going on without: ${list}; to have all, ${how}`);
    return;
  }
  log(`installing ${packages.join(', ')}`);
  // Package lists of a fresh machine are empty or old; a machine that has them must work without a network
  if (!(await aptGet('install', '-y', '--no-install-recommends', ...packages))) {
    await aptGet('update');
    await aptGet('install', '-y', '--no-install-recommends', ...packages);
  }
  const still = needs.filter((n) => n.required && !n.present());
  if (still.length > 0) {
    throw new Error(`could not install ${still.map((n) => n.what).join(', ')} (see above); run by hand: ${command}`);
  }
}

/** @returns whether it worked */
function aptGet(...args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((done) => {
    const child = execFile('apt-get', ['-qq', ...args], { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) console.error(`apt-get ${args[0]}: ${(stderr || stdout).trim().split('\n').slice(-5).join('\n')}`);
      done(!error);
    });
    child.stdin?.end();
  });
}

function requireBrowser(): void {
  if (findBrowser()) return;
  throw new Error('no Chromium or Chrome found; install one, or name its program in the environment variable CHROMIUM');
}
