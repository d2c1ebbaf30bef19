// Measures waiting times of users: the start of the kernel (and of Node alone, for comparison), a warm cell, the first
// import of TensorFlow.js, streamed text, and the activation of the extension in a real extension host.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

/**
 * @param before the folder of another build (its dist/), measured in turns with this one: its rows are named "before"
 */
export async function measure(before?: string): Promise<Measurement[]> {
  await packageExtension();
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  const builds = [join(packageDir, 'dist'), ...(before === undefined ? [] : [resolve(before)])];
  const rows = (name: string, unit: Measurement['unit'], all: number[][], aim?: string) =>
    all.map((values, i) => summarize(i === 0 ? name : `${name}, before`, unit, values, i === 0 ? aim : undefined));
  try {
    return [
      summarize('start of Node alone (node -e 0)', 'ms', await nodeStarts(20)),
      ...rows('kernel start to the first result (1+1)', 'ms', await kernelStarts(builds, dir, 20), '< 700 ms'),
      ...rows('warm cell (1+1), round trip', 'ms', await warmCells(builds, dir, '1+1'), '< 5 ms'),
      ...rows('warm cell with types, round trip', 'ms', await warmCells(builds, dir, TYPED), '< 5 ms'),
      ...rows("first import of '@tensorflow/tfjs'", 'ms', await firstImports(builds, dir, '@tensorflow/tfjs', 5)),
      ...rows('console.log of 200,000 lines', 'lines/s', await streamRates(builds, dir, 5)),
      summarize('activation of the extension', 'ms', await activations(5), '< 150 ms'),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A cell that acorn cannot read. */
const TYPED = 'const answer: number = 41; answer + 1';

async function nodeStarts(times: number): Promise<number[]> {
  const run = promisify(execFile);
  return timeEach(times, () => run(process.execPath, ['-e', '0']));
}

function startKernel(dir: string, dist = join(packageDir, 'dist')): KernelProcess {
  return client.KernelProcess.start({
    node: { path: process.execPath, electron: false },
    main: join(dist, 'kernel.js'),
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

export async function withKernel<T>(
  dir: string,
  use: (kernel: KernelProcess) => Promise<T>,
  dist?: string,
): Promise<T> {
  const kernel = startKernel(dir, dist);
  try {
    await kernel.ready;
    return await use(kernel);
  } finally {
    await kernel.shutdown();
  }
}

/** Runs a task several times with each build, in turns. @returns for each build, the samples of all its turns */
async function inTurns(
  builds: string[],
  times: number,
  task: (dist: string, build: number) => Promise<number[]>,
): Promise<number[][]> {
  const all: number[][] = builds.map(() => []);
  for (let i = 0; i < times; i++)
    for (const [build, dist] of builds.entries()) all[build]!.push(...(await task(dist, build)));
  return all;
}

/** Milliseconds from the call that starts the process to the result of the first cell. */
function kernelStarts(builds: string[], dir: string, times: number): Promise<number[][]> {
  return inTurns(builds, times, async (dist) => {
    const from = performance.now();
    const kernel = startKernel(dir, dist);
    await runCell(kernel, '1+1');
    const ms = performance.now() - from;
    await kernel.shutdown();
    return [ms];
  });
}

/** Round trips of a cell: 20 turns of 50, after 100 to warm up. */
async function warmCells(builds: string[], dir: string, code: string): Promise<number[][]> {
  const kernels = builds.map((dist) => startKernel(dir, dist));
  try {
    for (const kernel of kernels) await timeEach(100, () => runCell(kernel, code));
    return await inTurns(builds, 20, (_, build) => timeEach(50, () => runCell(kernels[build]!, code)));
  } finally {
    for (const kernel of kernels) await kernel.shutdown();
  }
}

function firstImports(builds: string[], dir: string, module: string, times: number): Promise<number[][]> {
  const code = `import * as tf from '${module}'; tf.scalar(1).dataSync()[0]`;
  return inTurns(builds, times, (dist) => withKernel(dir, (kernel) => timeEach(1, () => runCell(kernel, code)), dist));
}

/** Lines that a cell prints per second, until the host has received the shown part of them. */
function streamRates(builds: string[], dir: string, times: number): Promise<number[][]> {
  const lines = 200_000;
  const code = `for (let i = 0; i < ${lines}; i++) console.log('line ' + i)`;
  return inTurns(builds, times, (dist) =>
    withKernel(
      dir,
      async (kernel) => {
        await runCell(kernel, '1+1');
        return (await timeEach(1, () => runCell(kernel, code))).map((ms) => (lines / ms) * 1000);
      },
      dist,
    ),
  );
}

/** Activates the extension in new extension hosts, which measure `extension.activate()`. */
async function activations(times: number): Promise<number[]> {
  await ensureSystemPackages();
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
