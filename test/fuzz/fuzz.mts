// Random calls of the ops of `tf` on the device `cpu`, compared with stock TensorFlow.js in another process. A process
// that ends or hangs is a fault of the call that it was at; the run goes on behind it.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callOf, written } from './calls.mts';
import type { Outcome, Task } from './child.mts';
import { compare } from './compare.mts';
import { leftOut, ops, opNames } from './ops.mts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

/** Milliseconds in which a process must have started. */
const PATIENCE_START = 30_000;
/** The same for a batch of calls. One that takes longer is repeated call by call. */
const PATIENCE = 5_000;
/** The same for one call. */
const PATIENCE_ONE = 20_000;
const BATCH = 100;
/** Faults in the report, and characters of each. The log has them all. */
const MAX_FAULTS = 20;
const MAX_CHARS = 300;

export interface FuzzOptions {
  calls: number;
  seed: number;
  /** Number of the first call. */
  from?: number;
  threads?: number;
  /** The folder of the build, instead of dist/. */
  dist?: string;
  /** Called with each fault as it is found. */
  log?: (fault: string) => void;
}

export interface FuzzOutcome {
  passed: number;
  failed: number;
  detail: string;
}

export async function fuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const { calls, seed, from = 0, threads = 2, dist = join(root, 'dist'), log = () => undefined } = options;
  const task = { dist, threads, seed, from, to: from + calls };
  const [ours, stock] = await Promise.all([
    outcomes({ ...task, library: 'ours', batch: BATCH }),
    outcomes({ ...task, library: 'stock', batch: BATCH }),
  ]);
  const faults = missingOps().map((op) => `tf.${op} is in no list of test/fuzz/ops.mts`);
  const reasons = new Map<string, number>();
  let [passed, errors] = [0, 0];
  for (let i = 0; i < calls; i++) {
    const call = callOf(seed, from + i);
    const verdict = compare(call, ours[i]!, stock[i]!);
    if (verdict.same) {
      passed++;
      if (ours[i]!.error !== undefined) errors++;
      if ('reason' in verdict) reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
    } else {
      const fault = `call ${from + i} of seed ${seed}: ${written(call)}\n  ${verdict.fault}`;
      log(fault);
      faults.push(fault);
    }
  }
  const lines = [
    `${calls} calls of ${opNames.length} ops, seed ${seed}: ${passed} right, of them ${errors} with an error`,
    ...[...reasons].map(([reason, n]) => `differs on purpose, ${n} times: ${reason}`),
    ...faults.slice(0, MAX_FAULTS).map((f) => `FAILED: ${cut(f)}`),
    ...(faults.length > MAX_FAULTS ? [`… and ${faults.length - MAX_FAULTS} more`] : []),
  ];
  return { passed, failed: faults.length, detail: lines.join('\n') };
}

/** Each line of a fault, cut. */
const cut = (fault: string): string =>
  fault
    .split('\n')
    .slice(0, 3)
    .map((line) => (line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS - 1)}…`))
    .join('\n');

/** The ops of TensorFlow.js that the table lacks. */
function missingOps(): string[] {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as Record<string, unknown>;
  const names: string[] = [];
  const walk = (from: Record<string, unknown>, prefix: string): void => {
    for (const [key, value] of Object.entries(from)) {
      // `op()` of TensorFlow.js names what it makes so
      if (typeof value === 'function' && value.name.endsWith('__op')) names.push(prefix + key);
      else if (typeof value === 'object' && value !== null && /^[a-z]+$/.test(key) && prefix === '')
        walk(value as Record<string, unknown>, `${key}.`);
    }
  };
  walk(tf, '');
  return names.filter((name) => !(name in ops) && !leftOut.has(name));
}

/** What each call gave. */
async function outcomes(task: Task): Promise<Outcome[]> {
  const all: Outcome[] = [];
  while (all.length < task.to - task.from) {
    const at = task.from + all.length;
    const end = await run({ ...task, from: at }, PATIENCE, all);
    if (end === undefined) break;
    // Once more with each call by itself, up to the one that does it
    const last = Math.min(task.from + all.length + task.batch, task.to);
    const again = await run({ ...task, from: task.from + all.length, to: last, batch: 1 }, PATIENCE_ONE, all);
    if (again !== undefined) all.push({ error: `${task.library === 'ours' ? '' : 'stock: '}${again}`, ended: true });
  }
  return all;
}

/** Runs calls in a process. @returns why it ended before it was done; undefined if it was done */
async function run(task: Task, patience: number, all: Outcome[]): Promise<string | undefined> {
  const child = fork(join(here, 'child.mts'), [JSON.stringify(task)], {
    cwd: root,
    silent: true,
    execArgv: ['--max-old-space-size=2048'],
    serialization: 'advanced',
  });
  let text = '';
  child.stdout!.resume();
  child.stderr!.setEncoding('utf8').on('data', (d: string) => (text = (text + d).slice(-4000)));
  let hung = false;
  const hang = () => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, PATIENCE_START);
  let [count, started] = [0, false];
  child.on('message', (message) => {
    clearTimeout(timer);
    timer = setTimeout(hang, patience);
    started = true;
    all.push(...(message as Outcome[]));
    count += (message as Outcome[]).length;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((done, fail) =>
    child.once('error', fail).once('close', (c, s) => done([c, s])),
  );
  clearTimeout(timer);
  if (count >= task.to - task.from) return undefined;
  if (!started) throw new Error(`the library "${task.library}" could not be started (${signal ?? code}):\n${text}`);
  if (hung) return `the call was not done after ${patience / 1000} s`;
  return `the process ended with ${signal ?? code}: ${text.trim().split('\n').slice(-12).join(' | ')}`;
}
