// Starts a kernel for the command line, under the Node that runs it.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { KernelProcess } from '../client/index.ts';
import type { DeviceSetting } from '../../wire/protocol.ts';

/** The program's own folder `dist`. */
export const dist = __dirname;

export function startKernel(options: {
  cwd: string;
  notebook?: string;
  device: DeviceSetting;
  threads?: number | undefined;
  logDir: string;
}): KernelProcess {
  return KernelProcess.start({
    ...options,
    // Where the extension, or the user, has installed packages of the device cuda
    cuda: process.env['DLNB_CUDA'],
    node: { path: process.execPath, electron: false },
    main: path.join(dist, 'kernel.js'),
  });
}

/** A folder that no other run has; the kernel makes it when a cell prints more than is shown. */
export const temporaryLogs = () => path.join(os.tmpdir(), `dlnb-${randomUUID()}`);
