// The libraries of NVIDIA that TensorFlow 2.9 (in tfjs-node-gpu 4.22) opens when it looks for graphics cards: CUDA 11
// and cuDNN 8. If one is missing, TensorFlow finds no card and does not say why.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Needed {
  file: string;
  /** The product that it is part of. */
  of: 'driver' | 'CUDA 11' | 'cuDNN 8';
}

const linux: Needed[] = [
  { file: 'libcuda.so.1', of: 'driver' },
  ...['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10'].map(cuda),
  ...['libcusolver.so.11', 'libcusparse.so.11'].map(cuda),
  { file: 'libcudnn.so.8', of: 'cuDNN 8' },
];
const windows: Needed[] = [
  { file: 'nvcuda.dll', of: 'driver' },
  ...['cudart64_110.dll', 'cublas64_11.dll', 'cublasLt64_11.dll', 'cufft64_10.dll', 'curand64_10.dll'].map(cuda),
  ...['cusolver64_11.dll', 'cusparse64_11.dll'].map(cuda),
  { file: 'cudnn64_8.dll', of: 'cuDNN 8' },
];

function cuda(file: string): Needed {
  return { file, of: 'CUDA 11' };
}

/** Whether tfjs-node-gpu exists for a platform. */
export const hasCudaPackage = (platform: string = process.platform, arch: string = process.arch): boolean =>
  arch === 'x64' && (platform === 'linux' || platform === 'win32');

/**
 * The libraries that are not where the system's loader looks; on Linux it asks `ldconfig`. The loader may find a
 * library in other ways, so this explains a failure but does not predict one.
 */
export async function missingLibraries(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): Promise<Needed[]> {
  if (platform === 'win32') {
    const root = env['SystemRoot'] ?? 'C:\\Windows';
    const folders = [path.join(root, 'System32'), ...(env['PATH'] ?? env['Path'] ?? '').split(';')];
    return windows.filter(({ file }) => !folders.some((dir) => dir && existsSync(path.join(dir, file))));
  }
  const folders = [...(env['LD_LIBRARY_PATH'] ?? '').split(':'), '/usr/lib', '/lib', '/usr/lib64', '/lib64'];
  const cache = await ldconfig();
  return linux.filter(
    ({ file }) => !cache.has(file) && !folders.some((dir) => dir && existsSync(path.join(dir, file))),
  );
}

/** Milliseconds that `ldconfig` may take, and bytes that it may write: a system has thousands of libraries. */
const LDCONFIG_LIMITS = { timeout: 5_000, maxBuffer: 2 ** 24 };

/** The files that the system's loader knows; none if that cannot be found out. */
async function ldconfig(): Promise<Set<string>> {
  for (const program of ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['-p'], LDCONFIG_LIMITS);
      return new Set(Array.from(stdout.matchAll(/^\s+(\S+) \(/gm), ([, file]) => file!));
    } catch {
      // There is no such program: try the next
    }
  }
  return new Set();
}

/** `CUDA 11 (libcudart.so.11.0) and cuDNN 8 (libcudnn.so.8) are missing`; empty if nothing is missing. */
export function describeMissing(missing: readonly Needed[]): string {
  if (missing.length === 0) return '';
  if (missing.some(({ of }) => of === 'driver')) return "NVIDIA's driver is not installed";
  const of = (part: Needed['of']) => missing.filter((m) => m.of === part).map(({ file }) => file);
  const parts = (['CUDA 11', 'cuDNN 8'] as const).filter((part) => of(part).length > 0);
  const text = parts.map((part) => `${part} (${of(part).join(', ')})`);
  return `${text.join(' and ')} ${parts.length > 1 ? 'are' : 'is'} missing`;
}
