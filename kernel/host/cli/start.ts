// Starts a kernel for the command line, on the same Node.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { KernelProcess } from '../client/index.ts';
import type { KernelOptions } from '../../wire/options.ts';

/** The program's own folder `dist`. */
export const dist = __dirname;

/**
 * Starts a kernel. The packages of the device `cuda` that the extension or the user has installed are in `DLNB_CUDA`.
 */
export function startKernel(options: Omit<KernelOptions, 'cuda'>): KernelProcess {
  return KernelProcess.start({
    node: { path: process.execPath, version: process.version, electron: false },
    main: path.join(dist, 'kernel.js'),
    options: { ...options, cuda: process.env['DLNB_CUDA'] },
  });
}

/** A new folder for each run; the kernel makes it when a cell prints more than is shown. */
export const temporaryLogs = () => path.join(os.tmpdir(), `dlnb-${randomUUID()}`);
