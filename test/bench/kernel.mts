// Measures waiting times of users: the start of the kernel (and of Node alone, for comparison), a warm cell, the first
// import of TensorFlow.js, streamed text, and the activation of the extension in a real extension host.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KernelProcess } from '../../kernel/host/client/index.ts';
import { hostTarget, packageExtension } from '../package.mts';
import { ensureSystemPackages } from '../vscode/debian.mts';
import { runInExtensionHost } from '../vscode/exthost.mts';
import { ensureVSCode, outDir, root } from '../vscode/server.mts';
import { loadBundled } from './bundled.mts';
import { summarize, timeEach, type Measurement } from './measure.mts';

/** The packaged extension. */
const packageDir = join(outDir, 'package', hostTarget());

const client = await loadBundled<typeof import('../../kernel/host/client/index.ts')>(
  'kernel/host/client/index.ts',
  'client.mjs',
);

export async function measure(): Promise<Measurement[]> {
  await packageExtension();
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  try {
    return [
      summarize('start of Node alone (node -e 0)', 'ms', await nodeStarts(20)),
      summarize('kernel start to the first result (1+1)', 'ms', await kernelStarts(dir, 20), '< 700 ms'),
      summarize('warm cell (1+1), round trip', 'ms', await warmCells(dir, 1000), '< 5 ms'),
      summarize("first import of '@tensorflow/tfjs'", 'ms', await firstImports(dir, '@tensorflow/tfjs', 5)),
      summarize('console.log of 200,000 lines', 'lines/s', await streamRates(dir, 5)),
      summarize('activation of the extension', 'ms', await activations(5), '< 150 ms'),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function nodeStarts(times: number): Promise<number[]> {
  const run = promisify(execFile);
  return timeEach(times, () => run(process.execPath, ['-e', '0']));
}

function startKernel(dir: string): KernelProcess {
  return client.KernelProcess.start({
    node: { path: process.execPath, electron: false },
    main: join(packageDir, 'dist/kernel.js'),
    options: { cwd: dir, device: 'cpu', logDir: join(dir, 'logs') },
  });
}

/** Runs a cell and waits for its end. @throws Error unless it ends well */
export async function runCell(kernel: KernelProcess, code: string): Promise<void> {
  const outcome = await kernel.run({ cell: 'bench', language: 'typescript', code, order: ['bench'] });
  if (outcome.status === 'ok') return;
  throw new Error(
    outcome.status === 'died' ? outcome.exit.text : `a cell of the benchmark ended as ${outcome.status}: ${code}`,
  );
}

export async function withKernel<T>(dir: string, use: (kernel: KernelProcess) => Promise<T>): Promise<T> {
  const kernel = startKernel(dir);
  try {
    await kernel.ready;
    return await use(kernel);
  } finally {
    await kernel.shutdown();
  }
}

/** Milliseconds from the call that starts the process to the result of the first cell. */
async function kernelStarts(dir: string, times: number): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    const kernel = startKernel(dir);
    await runCell(kernel, '1+1');
    ms.push(performance.now() - from);
    await kernel.shutdown();
  }
  return ms;
}

function warmCells(dir: string, times: number): Promise<number[]> {
  return withKernel(dir, async (kernel) => {
    await timeEach(50, () => runCell(kernel, '1+1')); // warm up
    return timeEach(times, () => runCell(kernel, '1+1'));
  });
}

async function firstImports(dir: string, module: string, times: number): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const code = `import * as tf from '${module}'; tf.scalar(1).dataSync()[0]`;
    ms.push(...(await withKernel(dir, (kernel) => timeEach(1, () => runCell(kernel, code)))));
  }
  return ms;
}

/** Lines that a cell prints per second, until the host has received the shown part of them. */
function streamRates(dir: string, times: number): Promise<number[]> {
  const lines = 200_000;
  const code = `for (let i = 0; i < ${lines}; i++) console.log('line ' + i)`;
  return withKernel(dir, async (kernel) => {
    await runCell(kernel, '1+1');
    return (await timeEach(times, () => runCell(kernel, code))).map((ms) => (lines / ms) * 1000);
  });
}

/** Activates the extension in new extension hosts, which measure `extension.activate()`. */
async function activations(times: number): Promise<number[]> {
  ensureSystemPackages();
  await ensureVSCode();
  const tests = join(outDir, 'bench/activation.js');
  await build({
    entryPoints: [join(root, 'test/bench/activation.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const artifacts = join(outDir, 'bench/exthost');
    for (const result of await runInExtensionHost({ extension: packageDir, tests, files: {}, artifacts }))
      ms.push(result.ms);
  }
  return ms;
}
