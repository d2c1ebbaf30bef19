// Random calls of the ops of `tf` on the device `cpu`, compared with stock TensorFlow.js in another process. A process
// that ends or hangs is a fault of the call that it was at; the run goes on behind it.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Call, callOf, written } from './calls.mts';
import type { Given, Outcome, Task } from './child.mts';
import { compare, isUndecided, judgeGradients, sameGradients, type Verdict } from './compare.mts';
import { leftOut, ops, opNames } from './ops.mts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

/** Milliseconds of the processor in which a process must have started: on a busy machine much more time may pass. */
const PATIENCE_START = 30_000;
/** The same for a batch of calls. One that takes longer is repeated call by call. */
const PATIENCE = 10_000;
/** The same for one call: of ours, and of stock, where a call that does not end is no fault of ours. */
const PATIENCE_ONE = { ours: 40_000, stock: 5_000 };
/** A process that used less than this part of the processor for so many milliseconds waits for what never comes. */
const WAITS = { part: 0.01, milliseconds: 30_000 };
/** How often a process is looked at, in milliseconds. */
const LOOK = 1000;
/** Runs of a call that differs, with inputs a rounding error apart. */
const TIMES = 5;
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
  const excuse = (reason: string) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const suspects: { number: number; fault: string | undefined }[] = [];
  let [errors, gradients] = [0, 0];
  for (let i = 0; i < calls; i++) {
    const call = callOf(seed, from + i);
    const verdict = compare(call, ours[i]!, stock[i]!);
    // Where values differ on purpose, gradients do, too
    const sameGradient = !verdict.same || 'reason' in verdict || sameGradients(ours[i]!, stock[i]!);
    if (ours[i]!.gradients !== undefined) gradients++;
    if (!verdict.same || !sameGradient)
      suspects.push({ number: from + i, fault: verdict.same ? undefined : verdict.fault });
    else {
      if (ours[i]!.error !== undefined) errors++;
      if ('reason' in verdict) excuse(verdict.reason);
    }
  }
  const again = await repeated(
    { ...task, library: 'stock', batch: 1 },
    suspects.map(({ number }) => number),
  );
  suspects.forEach(({ number, fault }, k) => {
    const verdict = judge(callOf(seed, number), fault, ours[number - from]!, again[k] ?? []);
    if (verdict.same) {
      if ('reason' in verdict) excuse(verdict.reason);
      return;
    }
    const text = `call ${number} of seed ${seed}: ${written(callOf(seed, number))}\n  ${verdict.fault}`;
    log(text);
    faults.push(text);
  });
  const passed = calls - (faults.length - missingOps().length);
  const lines = [
    `${calls} calls of ${opNames.length} ops, seed ${seed}: ${passed} right, of them ${errors} with an error, ${gradients} with gradients`,
    ...[...reasons].map(([reason, n]) => `differs on purpose, ${n} times: ${reason}`),
    ...faults.slice(0, MAX_FAULTS).map((f) => `FAILED: ${cut(f)}`),
    ...(faults.length > MAX_FAULTS ? [`… and ${faults.length - MAX_FAULTS} more`] : []),
  ];
  return { passed, failed: faults.length, detail: lines.join('\n') };
}

/** Judges a call that differs, by what stock gives for it once more and for inputs a rounding error apart. */
function judge(call: Call, fault: string | undefined, ours: Outcome, again: readonly Outcome[]): Verdict {
  if (fault !== undefined) {
    const lists = again.map(({ tensors }) => tensors);
    if (
      ours.overwritten ||
      !ours.tensors ||
      lists.length === 0 ||
      !lists.every((l) => l?.length === ours.tensors!.length)
    )
      return { same: false, fault };
    if (!isUndecided(ours.tensors, lists as Given[][])) return { same: false, fault };
  }
  if (ours.gradients === undefined || again.length === 0 || sameGradients(ours, again[0]!))
    return { same: true, reason: 'within what stock gives for inputs a rounding error apart' };
  return judgeGradients(call, ours, again);
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
    const one = { ...task, from: task.from + all.length, to: last, batch: 1 };
    const again = await run(one, PATIENCE_ONE[task.library], all);
    if (again !== undefined) all.push({ error: again, ended: true });
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
  const begun = Date.now();
  let [hung, isWaiting] = [false, false];
  let [count, started] = [0, false];
  // When it was last seen to work, and how much of the processor it had used at its last message
  let [worked, workedUsed, messageUsed] = [Date.now(), 0, 0];
  const timer = setInterval(() => {
    // Where the system does not say, the time that passed
    const used = processorTime(child.pid!) ?? Date.now() - begun;
    if (used - workedUsed >= WAITS.part * (Date.now() - worked)) [worked, workedUsed] = [Date.now(), used];
    // Threads that wait for each other use no processor
    isWaiting = Date.now() - worked >= WAITS.milliseconds;
    if (!isWaiting && used - messageUsed < (started ? patience : PATIENCE_START)) return;
    hung = true;
    child.kill('SIGKILL');
  }, LOOK);
  child.on('message', (message) => {
    messageUsed = processorTime(child.pid!) ?? Date.now() - begun;
    started = true;
    all.push(...(message as Outcome[]));
    count += (message as Outcome[]).length;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((done, fail) =>
    child.once('error', fail).once('close', (c, s) => done([c, s])),
  );
  clearInterval(timer);
  if (count >= (task.again ? task.again.calls.length * task.again.times : task.to - task.from)) return undefined;
  if (!started) throw new Error(`the library "${task.library}" could not be started (${signal ?? code}):\n${text}`);
  if (isWaiting) return `the call waits: it used no processor for ${WAITS.milliseconds / 1000} s`;
  if (hung) return `the call was not done after ${patience / 1000} s of the processor`;
  return `the process ended with ${signal ?? code}: ${text.trim().split('\n').slice(-12).join(' | ')}`;
}

/** Milliseconds that a process, with its threads, has used of the processor; undefined where the system does not say. */
function processorTime(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    // Fields 14 and 15 of `man proc`, in hundredths of a second
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

/** What stock gives for calls, each `TIMES` times with inputs a rounding error apart; empty for one that ends it. */
async function repeated(task: Task, calls: number[]): Promise<Outcome[][]> {
  const all: Outcome[][] = [];
  while (all.length < calls.length) {
    const list: Outcome[] = [];
    const again = { calls: calls.slice(all.length), times: TIMES };
    const end = await run({ ...task, from: 0, to: 0, again }, PATIENCE_ONE.stock, list);
    for (let i = 0; i + TIMES <= list.length; i += TIMES) all.push(list.slice(i, i + TIMES));
    if (end !== undefined && all.length < calls.length) all.push([]);
  }
  return all;
}
