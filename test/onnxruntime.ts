// Provides ONNX Runtime, with which our ONNX files are compared. It is 290 MB with the programs of all systems, and its
// install script downloads more: so it is no dependency of the project, but installed once below out/ for the tests.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as ort from 'onnxruntime-common';

const VERSION = '1.30.0';
const folder = join(import.meta.dirname, '../out/onnxruntime', VERSION);
const main = join(folder, 'node_modules/onnxruntime-node/package.json');

/** Installs it unless it is there. One process calls this before the tests do. */
export function ensureOnnxRuntime(): void {
  if (existsSync(main)) return;
  execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    [
      ...['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
      `onnxruntime-node@${VERSION}`,
    ],
    { stdio: 'pipe' },
  );
}

export const onnxRuntime = (): typeof ort => createRequire(main)('onnxruntime-node') as typeof ort;

// As a global setup of vitest
export { ensureOnnxRuntime as setup };
