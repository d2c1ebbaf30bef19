// The device `cpu` beside TensorFlow.js's own backends, jax-js and PyTorch: the same training steps in one run, in turns, on the same number of
// threads.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Child } from './cpu/child.mts';
import { findPyTorch } from './cpu/pytorch.mts';
import { works, type Work } from './cpu/works.mts';
import { outDir, root } from '../vscode/server.mts';
import { buildLibrary, buildScripts } from './build.mts';
import { align, contest, digits, pick, type Row, type Starters } from './contest.mts';

/**
 * PyTorch stands here twice: as it is started by anyone, and with a C library that keeps freed memory (`pytorch-tuned`). By default glibc
 * gives the memory of a step's activations back and fetches it again in the next step, or does not, by chance of their order.
 */
export const impls = ['dlnb', 'tfjs-cpu', 'tfjs-wasm', 'jax-js', 'pytorch', 'pytorch-tuned'] as const;
export type Impl = (typeof impls)[number];

export interface CompareOptions {
  /** Only works with this in their name, in whatever case. */
  only?: string | undefined;
  impl?: readonly Impl[] | undefined;
  /** How often each implementation has its turn. */
  rounds?: number | undefined;
  threads?: number | undefined;
  /** Folder with a build of the library to measure, instead of one made for the purpose. */
  dist?: string | undefined;
  /** Folder with another build of the library, the implementation `before`: it takes turns with the first. */
  before?: string | undefined;
}

/** Milliseconds of a turn where two builds take turns: many short ones, so that a change of the machine's pace meets both. */
const SHORT_TURN = 100;

/** Has glibc keep the memory that is freed. */
const KEEP_MEMORY = { MALLOC_TRIM_THRESHOLD_: '4294967295', MALLOC_MMAP_THRESHOLD_: '4294967295' };

/** Measures, printing each row as it comes. */
export async function compare(options: CompareOptions = {}): Promise<Row[]> {
  const { only, impl: chosen = impls, rounds = 5, threads = availableParallelism(), dist, before } = options;
  const picked = pick(works, only);
  const starters = await prepareStarters(chosen, threads, dist);
  if (before === undefined) return contest(picked, starters, { rounds, threads });
  const script = join(outDir, 'bench/cpu/dlnb.cjs');
  const old: Starters = { before: () => new Child(process.execPath, [script, resolve(before)]) };
  return contest(picked, { ...old, ...starters }, { rounds, threads, turn: SHORT_TURN, enough: Infinity });
}

/** How to start each implementation's processes, or why it cannot be. */
async function prepareStarters(chosen: readonly Impl[], threads: number, dist?: string): Promise<Starters> {
  const starters: Starters = {};
  const require = createRequire(import.meta.url);
  const folder = join(outDir, 'bench/cpu');
  const script = (impl: Impl, ...args: string[]) => {
    return () => new Child(process.execPath, [join(folder, `${impl}.cjs`), ...args]);
  };
  const scripts = chosen.filter((impl) => !impl.startsWith('pytorch'));
  const pytorch = scripts.length < chosen.length ? findPyTorch(threads) : { missing: '' };
  if ('missing' in pytorch && pytorch.missing)
    console.log(`Without PyTorch, and so without ratios: ${pytorch.missing}.\n`);
  const startPyTorch = (more: NodeJS.ProcessEnv) => {
    if ('missing' in pytorch) return pytorch.missing;
    return () => new Child(pytorch.python, [join(root, 'test/bench/cpu/pytorch.py')], { ...pytorch.env, ...more });
  };
  for (const impl of chosen) {
    if (impl === 'dlnb') starters[impl] = script(impl, dist === undefined ? buildLibrary() : resolve(dist));
    else if (impl === 'tfjs-cpu') starters[impl] = script(impl);
    else if (impl === 'tfjs-wasm')
      starters[impl] = script(
        impl,
        dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm')),
      );
    else if (impl === 'jax-js') starters[impl] = (work) => script(impl, String(jaxThreads(work, threads)))();
    else if (impl === 'pytorch') starters[impl] = startPyTorch({});
    else if (impl === 'pytorch-tuned') starters[impl] = startPyTorch(KEEP_MEMORY);
  }
  await buildScripts('cpu', scripts, folder);
  return starters;
}

/** Its threads take tasks as messages, which pays where there is much to do in each: convolutions, large products. */
const jaxThreads = (work: Work, threads: number) => (/matmul|CNN|ResNet/.test(work.name) ? threads : 1);

/** The rows as a table of text. The quickest steps stand beside the medians. */
export function table(rows: Row[]): string {
  const quickest = (row: Row) => {
    const pytorch = rows.find((r) => r.work === row.work && r.impl === 'pytorch')?.min_ms;
    return row.min_ms === undefined || pytorch === undefined ? '' : digits(row.min_ms / pytorch);
  };
  const lines = rows.map((row) => {
    const work = works.find((w) => w.name === row.work)!;
    const aim = row.impl === 'dlnb' ? work.aim : undefined;
    return [
      row.work,
      row.impl,
      row.ms === null ? '–' : digits(row.ms),
      row.ratio_to_pytorch === null ? '' : digits(row.ratio_to_pytorch),
      row.ratio_to_tuned === undefined ? '' : digits(row.ratio_to_tuned),
      row.ratio_to_before === undefined ? '' : digits(row.ratio_to_before),
      row.min_ms === undefined ? '' : digits(row.min_ms),
      quickest(row),
      row.gflops === undefined ? '' : digits(row.gflops),
      row.peak_mb === null ? '' : String(row.peak_mb),
      aim === undefined ? '' : 'ratio' in aim ? `≤ ${aim.ratio}` : `≥ ${aim.gflops} GFLOP/s`,
      row.note ?? '',
    ];
  });
  const head = [
    'work',
    'impl',
    'ms',
    '÷ PyTorch',
    '÷ tuned',
    '÷ before',
    'min ms',
    'min ÷ min',
    'GFLOP/s',
    'peak MB',
    'aim',
    'note',
  ];
  return align([head, ...lines], (i) => i >= 2 && i <= 9, rows);
}
