// Compares the device `webgpu` with tfjs-node-gpu and PyTorch on one graphics card: the same training steps in one run,
// in turns. Without a card it measures what a step costs the host, and compares that with TensorFlow.js's own WebGPU
// backend. Nothing here needs more than Node, so that
// `npm run bench -- bundle` can carry it to a machine with a card.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { adapterEnv } from '../swiftshader.mts';
import { align, contest, digits, pick, type Row, type Starter, type Starters } from './contest.mts';
import { Child } from './cpu/child.mts';
import { findPyTorch } from './cpu/pytorch.mts';
import { gpuWorks, hostWorks } from './cpu/works.mts';
import type { GpuAdapter } from './gpu/steps.ts';

export const gpuAdapters: readonly GpuAdapter[] = ['hardware', 'software', 'null'];
export const gpuImpls = ['webgpu', 'webgpu-replayed', 'cuda', 'pytorch', 'pytorch-tf32', 'pytorch-compile'] as const;
export const hostImpls = ['stock', 'webgpu', 'webgpu-replayed'] as const;
/** The scripts of the measured processes; `test/bench/gpu/NAME.ts`. */
export const gpuScripts = ['dlnb', 'stock', 'cuda'] as const;

export interface GpuOptions {
  /** Folder with the scripts, as `.cjs`. */
  scripts: string;
  /** Folder with the build of the library. */
  dist: string;
  /** The script that measures PyTorch. */
  python: string;
  /** Folder with @tensorflow/tfjs-node-gpu, like that of a notebook. */
  folder?: string | undefined;
  adapter?: GpuAdapter | undefined;
  only?: string | undefined;
  impl?: string[] | undefined;
  rounds?: number | undefined;
  /** Whether PyTorch may be installed from Debian. */
  install?: boolean | undefined;
  /** Called after each work with the report so far. */
  progress?: ((report: GpuReport) => void) | undefined;
}

export interface GpuReport {
  adapter: GpuAdapter;
  /** Why only the host was measured, if so. */
  noCard?: string;
  rows: Row[];
}

/** Measures all works and prints each row when it is done. */
export async function compareGpu(options: GpuOptions): Promise<GpuReport> {
  const { only, rounds = 5, impl } = options;
  const start = (name: (typeof gpuScripts)[number], adapter: GpuAdapter, ...args: string[]): Starter => {
    const env = { ...process.env, ...(adapter === 'software' ? adapterEnv(adapter) : {}) };
    return () => new Child(process.execPath, [join(options.scripts, `${name}.cjs`), ...args], env);
  };
  const webgpu = (adapter: GpuAdapter, mode: string) => start('dlnb', adapter, options.dist, adapter, mode);
  const noCard = options.adapter ? undefined : await whyNoCard(webgpu('hardware', 'eager'));
  const adapter = options.adapter ?? (noCard === undefined ? 'hardware' : 'null');
  if (noCard !== undefined)
    console.log(
      `No graphics card to measure: ${noCard}.\nInstead, what a step costs the host, on Dawn's null backend: processor time of its thread.\n`,
    );
  const report = (rows: Row[]): GpuReport => ({ adapter, ...(noCard === undefined ? {} : { noCard }), rows });
  const progress = (rows: Row[]) => options.progress?.(report(rows));
  const chosen = (starters: Starters) =>
    Object.fromEntries(Object.entries(starters).filter(([name]) => !impl || impl.includes(name)));
  if (adapter === 'null') {
    const starters = chosen({
      stock: start('stock', adapter, options.dist, adapter),
      webgpu: webgpu(adapter, 'eager'),
      'webgpu-replayed': webgpu(adapter, 'replayed'),
    });
    const rules = { rounds, turn: 800, learns: false, ownTime: true, progress };
    return report(await contest(pick(hostWorks, only), starters, rules));
  }
  const folder = resolve(options.folder ?? '.');
  const pytorch = startPyTorch(options.python, options.install ?? true);
  const starters = chosen({
    webgpu: webgpu(adapter, 'eager'),
    'webgpu-replayed': webgpu(adapter, 'replayed'),
    cuda: cudaMissing(folder) ?? start('cuda', adapter, folder),
    pytorch: pytorch(),
    'pytorch-tf32': pytorch('tf32'),
    'pytorch-compile': pytorch('compile'),
  });
  // Long limits: PyTorch starts and compiles slowly
  const rules = {
    rounds,
    threads: availableParallelism(),
    limit: 240,
    turn: 250,
    warmUp: 400,
    together: true,
    progress,
  };
  return report(await contest(pick(gpuWorks, only), starters, rules));
}

/** Why there is no graphics card with a driver; undefined if there is one. */
async function whyNoCard(start: Starter): Promise<string | undefined> {
  const child = start(hostWorks[0]!);
  try {
    await child.prepare('XOR', 1, 60);
    return undefined;
  } catch (e) {
    return (e as Error).message;
  } finally {
    await child.stop();
  }
}

function cudaMissing(folder: string): string | undefined {
  try {
    createRequire(join(folder, 'notebook.dlnb')).resolve('@tensorflow/tfjs-node-gpu');
    return undefined;
  } catch {
    return `there is no @tensorflow/tfjs-node-gpu in ${folder}`;
  }
}

/** PyTorch on the card, if it finds one, else on the processor. */
function startPyTorch(script: string, install: boolean): (...args: string[]) => Starter | string {
  const found = findPyTorch(availableParallelism(), install);
  if ('missing' in found) {
    console.log(`There is no PyTorch, and so there are no ratios: ${found.missing}.\n`);
    return () => found.missing;
  }
  const { python, env } = found;
  const { status } = spawnSync(python, ['-c', 'import torch; assert torch.cuda.is_available()'], { stdio: 'ignore' });
  const device = status === 0 ? ['cuda'] : [];
  if (status !== 0) console.log('PyTorch finds no CUDA here and computes on the processor.\n');
  return (...args) => {
    if (args.includes('tf32') && device.length === 0) return 'only graphics cards have TF32';
    return () => new Child(python, [script, ...device, ...args], env);
  };
}

/** The rows as a table of text. */
export function gpuTable({ adapter, rows }: GpuReport): string {
  const works = [...gpuWorks, ...hostWorks];
  const number = (x: number | null | undefined) => (x === null || x === undefined ? '' : digits(x));
  const reference = adapter === 'null' ? 'stock' : 'pytorch';
  const quickest = ({ work, min_ms }: Row) => {
    const peer = rows.find((r) => r.work === work && r.impl === reference)?.min_ms;
    return min_ms === undefined || peer === undefined ? undefined : min_ms / peer;
  };
  const columns: [string, (row: Row) => string][] = [
    ['work', (r) => r.work],
    ['impl', (r) => r.impl],
    ['ms', (r) => (r.ms === null ? '–' : digits(r.ms))],
    ...(adapter === 'null'
      ? ([
          ['÷ stock', (r) => number(r.ratio_to_stock)],
          ['dispatches', (r) => number(r.dispatches)],
          ['submissions', (r) => number(r.submissions)],
          ['µs/dispatch', (r) => (r.ms === null || !r.dispatches ? '' : digits((r.ms * 1000) / r.dispatches))],
        ] satisfies [string, (row: Row) => string][])
      : ([
          ['÷ PyTorch', (r) => number(r.ratio_to_pytorch)],
          ['dispatches', (r) => number(r.dispatches)],
          ['GFLOP/s', (r) => number(r.gflops)],
          ['device MB', (r) => number(r.device_mb)],
        ] satisfies [string, (row: Row) => string][])),
    ['min ms', (r) => number(r.min_ms)],
    ['min ÷ min', (r) => number(quickest(r))],
    [
      'aim',
      ({ work, impl }) => {
        const aim =
          impl.startsWith('webgpu') && adapter !== 'null' ? works.find((w) => w.name === work)?.aim : undefined;
        return aim && 'ratio' in aim ? `≤ ${aim.ratio}` : '';
      },
    ],
    ['note', (r) => r.note ?? ''],
  ];
  const lines = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  return align(lines, (i) => i >= 2 && i <= 8, rows);
}
