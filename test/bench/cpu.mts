// The device `cpu` beside TensorFlow.js's own backends, jax-js and PyTorch: the same training steps in one run, in turns, on the same number of
// threads. Each (work, implementation) is a process of its own; all of a work are alive together, and one computes at a time.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Child, TooSlow } from './cpu/child.mts';
import { findPyTorch } from './cpu/pytorch.mts';
import { works, type Work } from './cpu/works.mts';
import { outDir, root } from '../vscode/server.mts';
import { quantile } from './measure.mts';

/** One line of the result. */
export interface Row {
  work: string;
  impl: Impl;
  /** Median of a step; null where it cannot be had, for the reason in `note`. */
  ms: number | null;
  /** Time over PyTorch's in the same run. */
  ratio_to_pytorch: number | null;
  /** Time over that of `pytorch-tuned`, where that is measured. */
  ratio_to_tuned?: number;
  /** Peak resident memory of the process, its runtime included. */
  peak_mb: number | null;
  /** How many steps the median is of. */
  steps: number;
  gflops?: number;
  /** The quickest step. */
  min_ms?: number;
  /** Where a step takes too long: seconds after which it was ended. */
  over_s?: number;
  /** The part of the processors that other programs took during the steps that count, where it is more than little. */
  others?: number;
  /** The losses of the very first step and the last. */
  loss?: [number, number];
  /** Implementation, version, threads. */
  about?: string;
  note?: string;
}

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
}

/** A turn, and the first steps that are not counted. */
const TURN_MS = 400;
const WARM_UP_MS = 600;
/** An implementation whose first step takes longer has no second one. */
const SLOW_SECONDS = 20;
/** What a step may take at most; then the process is ended. */
const LIMIT_SECONDS = 60;
/** Beyond this time an implementation has no further turn. */
const ENOUGH_MS = 6_000;
/** A turn in which other programs took a larger part of the processors counts only where there is none better. */
const DISTURBED = 0.1;
/** So many steps must lower the loss on a batch that stays the same. */
const CHECKED_STEPS = 20;

/** Has glibc keep the memory that is freed. */
const KEEP_MEMORY = { MALLOC_TRIM_THRESHOLD_: '4294967295', MALLOC_MMAP_THRESHOLD_: '4294967295' };

/** Measures, printing each row as it comes. */
export async function compare(options: CompareOptions = {}): Promise<Row[]> {
  const { only = '', impl: chosen = impls, rounds = 5, threads = availableParallelism(), dist } = options;
  const picked = works.filter((w) => w.name.toLowerCase().includes(only.toLowerCase()));
  if (picked.length === 0) throw new Error(`no work "${only}"; there are: ${works.map((w) => w.name).join('; ')}`);
  const starters = await prepareStarters(chosen, threads, dist);
  const rows: Row[] = [];
  for (const work of picked) {
    const contestants: Contestant[] = [];
    for (const impl of chosen) {
      const start = starters[impl];
      const hopeless = typeof start === 'string' ? start : tooSlowFor(work, impl, rows);
      const child = typeof start === 'function' && hopeless === undefined ? start(work) : undefined;
      contestants.push(new Contestant(work, impl, threads, child ?? hopeless!));
    }
    try {
      for (const c of contestants) await c.warmUp();
      for (let round = 0; round < rounds; round++) for (const c of contestants) await c.turn();
    } finally {
      await Promise.all(contestants.map((c) => c.stop()));
    }
    const done = contestants.map((c) => c.row());
    const msOf = (impl: Impl) => done.find((r) => r.impl === impl)?.ms;
    const [pytorch, tuned] = [msOf('pytorch'), msOf('pytorch-tuned')];
    for (const row of done) {
      if (row.ms !== null && pytorch) row.ratio_to_pytorch = row.ms / pytorch;
      if (row.ms !== null && tuned) row.ratio_to_tuned = row.ms / tuned;
      console.log(describe(row));
      rows.push(row);
    }
  }
  return rows;
}

interface Turn {
  /** Of each step. */
  ms: number[];
  /** The part of the processors that other programs took meanwhile. */
  others: number;
}

/** One implementation at one work. */
class Contestant {
  private readonly work: Work;
  private readonly impl: Impl;
  private readonly threads: number;
  private child: Child | undefined;
  private readonly turns: Turn[] = [];
  private steps = 0;
  private first: number | undefined;
  private last: number | undefined;
  private peak: number | null = null;
  private about: string | undefined;
  private readonly notes: string[] = [];
  private over: number | undefined;
  private failed = false;
  private done = false;

  /** @param child its process, or why it is not even begun */
  constructor(work: Work, impl: Impl, threads: number, child: Child | string) {
    this.work = work;
    this.impl = impl;
    this.threads = threads;
    if (typeof child === 'string') this.fail(child);
    else this.child = child;
  }

  /** Builds the network and runs the first steps, which compile, allocate and settle. */
  async warmUp(): Promise<void> {
    if (this.failed) return;
    try {
      const { parameters, about, note } = await this.child!.prepare(this.work.name, this.threads, 2 * LIMIT_SECONDS);
      this.about = about;
      if (note) this.notes.push(note);
      const { work, impl } = this;
      const expected = (impl.startsWith('pytorch') ? work.pytorchParameters : undefined) ?? work.parameters;
      if (parameters !== expected) throw new Error(`${parameters} parameters instead of ${expected}`);
      const first = await this.run(0);
      if (first.ms[0]! > SLOW_SECONDS * 1000) {
        this.turns.push(first);
        this.notes.push('the first step only');
        this.done = true;
      } else await this.run(WARM_UP_MS - first.ms[0]!);
    } catch (e) {
      if (e instanceof TooSlow) this.over = e.seconds;
      this.fail((e as Error).message);
    }
  }

  async turn(): Promise<void> {
    if (this.failed || this.done) return;
    try {
      const ran = await this.run(TURN_MS);
      this.turns.push(ran);
      if (sum(this.turns.flatMap((t) => t.ms)) + ran.ms.at(-1)! > ENOUGH_MS) this.done = true;
    } catch (e) {
      this.fail((e as Error).message);
    }
  }

  private async run(ms: number): Promise<Turn> {
    const [begun, busy] = [performance.now(), busyMs()];
    const ran = await this.child!.run(Math.max(0, ms), LIMIT_SECONDS);
    const others = (busyMs() - busy - ran.cpu_ms) / (cpus().length * (performance.now() - begun));
    this.steps += ran.ms.length;
    this.first ??= ran.first;
    this.last = ran.last;
    this.peak = ran.peak_mb;
    return { ms: ran.ms, others: Math.max(0, others) };
  }

  private fail(note: string): void {
    this.failed = true;
    this.notes.push(note);
  }

  async stop(): Promise<void> {
    await this.child?.stop();
  }

  row(): Row {
    const { work, impl, first, last, about } = this;
    if (!this.failed && work.parameters > 0 && this.steps >= CHECKED_STEPS && !(last! < first!))
      this.fail(`the loss has not fallen in ${this.steps} steps: from ${first} to ${last}`);
    const quiet = this.turns.filter((t) => t.others < DISTURBED);
    const turns = quiet.length > 0 ? quiet : this.turns;
    const counted = turns.flatMap((t) => t.ms);
    const ms = this.failed ? null : quantile(counted, 0.5);
    const others = ms === null || quiet.length > 0 ? 0 : sum(turns.map((t) => t.others)) / turns.length;
    if (others > 0) this.notes.push(`other programs took ${Math.round(others * 100)} % of the processors`);
    return {
      work: work.name,
      impl,
      ms,
      ratio_to_pytorch: null,
      peak_mb: this.peak === null ? null : Math.round(this.peak),
      steps: counted.length,
      ...(ms !== null && work.flops ? { gflops: work.flops / (ms * 1e6) } : {}),
      ...(ms === null ? {} : { min_ms: Math.min(...counted) }),
      ...(others > 0 ? { others: Number(others.toPrecision(2)) } : {}),
      ...(this.over === undefined ? {} : { over_s: this.over }),
      ...(work.parameters > 0 && first !== undefined ? { loss: [first, last!] as [number, number] } : {}),
      ...(about ? { about } : {}),
      ...(this.notes.length > 0 ? { note: this.notes.join('; ') } : {}),
    };
  }
}

/** Why a work need not be begun: the time on the smaller batch says enough. */
function tooSlowFor({ smaller }: Work, impl: Impl, rows: Row[]): string | undefined {
  const row = rows.find((r) => r.work === smaller?.work && r.impl === impl);
  if (!row || !smaller) return undefined;
  if (row.ms === null) return row.over_s === undefined ? undefined : `not tried after ${row.work}`;
  const seconds = (row.ms * smaller.factor) / 1000;
  return seconds < LIMIT_SECONDS ? undefined : `not tried: about ${Math.round(seconds)} s, judging by ${row.work}`;
}

type Starter = (work: Work) => Child;

/** How to start each implementation's processes, or why it cannot be. */
async function prepareStarters(
  chosen: readonly Impl[],
  threads: number,
  dist?: string,
): Promise<Partial<Record<Impl, Starter | string>>> {
  const starters: Partial<Record<Impl, Starter | string>> = {};
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
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(scripts.map((impl) => [impl, `test/bench/cpu/${impl}.ts`])),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['util', 'string_decoder'],
    alias: { 'node-fetch': './kernel/dl/node-fetch.ts' },
    logLevel: 'error',
  });
  return starters;
}

/** Its threads take tasks as messages, which pays where there is much to do in each: convolutions, large products. */
const jaxThreads = (work: Work, threads: number) => (/matmul|CNN|ResNet/.test(work.name) ? threads : 1);

/** Builds the library as it is shipped, apart from dist/, and returns the folder. */
function buildLibrary(): string {
  const dist = join(outDir, 'bench/dist');
  const args = ['esbuild.config.js', '--production', '--only=tf', '--outdir', dist];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' });
  return dist;
}

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
      row.min_ms === undefined ? '' : digits(row.min_ms),
      quickest(row),
      row.gflops === undefined ? '' : digits(row.gflops),
      row.peak_mb === null ? '' : String(row.peak_mb),
      aim === undefined ? '' : 'ratio' in aim ? `≤ ${aim.ratio}` : `≥ ${aim.gflops} GFLOP/s`,
      row.note ?? '',
    ];
  });
  const all = [
    ['work', 'impl', 'ms', '÷ PyTorch', '÷ tuned', 'min ms', 'min ÷ min', 'GFLOP/s', 'peak MB', 'aim', 'note'],
    ...lines,
  ];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  const numeric = (i: number) => i >= 2 && i <= 8;
  return all
    .map((line) =>
      line
        .map((text, i) => (numeric(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .concat('', ...new Set(rows.flatMap((row) => (row.about ? [`${row.impl}: ${row.about}`] : []))))
    .join('\n');
}

function describe(row: Row): string {
  const time = row.ms === null ? 'no time' : `${digits(row.ms)} ms`;
  const ratio = row.ratio_to_pytorch === null ? '' : `, ${digits(row.ratio_to_pytorch)} × PyTorch`;
  return `${row.work}: ${row.impl} ${time}${ratio}${row.note ? ` (${row.note})` : ''}`;
}

/** Time that the processors have worked since they were started, all of them together. */
function busyMs(): number {
  return sum(cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq));
}

const digits = (x: number) => (x >= 1000 ? String(Math.round(x)) : String(Number(x.toPrecision(3))));
const sum = (values: number[]) => values.reduce((total, x) => total + x, 0);
