// Starts a kernel for the command line, on the same Node.
import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
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

/** How long the logs of runs without `--out` are kept. */
const LOGS_DAYS = 7;
const LOGS = /^dlnb-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A new folder for each run; the kernel makes it when a cell prints more than is shown. Removes those of this user that
 * are older than a week.
 */
export function temporaryLogs(): string {
  const folder = os.tmpdir();
  const own = os.userInfo().uid;
  try {
    for (const name of readdirSync(folder)) {
      if (!LOGS.test(name)) continue;
      const { uid, mtimeMs } = lstatSync(path.join(folder, name));
      if ((own < 0 || uid === own) && Date.now() - mtimeMs > LOGS_DAYS * 86_400_000)
        rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // Another process removes them too
  }
  return path.join(folder, `dlnb-${randomUUID()}`);
}
