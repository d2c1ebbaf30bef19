// The differential test: random programs, each as one cell and as one cell a statement, and random last expressions, in
// a real kernel against Node.js itself. The programs are compiled for Node by TypeScript and run as modules, so that
// both ways share nothing.
//
// Choices of cells that differ from a module on purpose. The generator makes no program that depends on them:
// - Names have no temporal dead zone: a name whose declaration was not reached is undefined. A session keeps its names
//   between cells, and a failed cell must not poison a name.
// - A constant may be assigned in a later cell, and any name may be declared again: that is how notebooks are edited.
//   An assignment in the same cell is refused before the cell runs, where a module throws when it gets there.
// - An enum or a namespace of a later cell starts afresh, so that a cell that runs again does not merge with itself.
//   Within one cell they merge as in a module.
// - A cell that is one object literal as a whole, such as `{ a: 1 }`, is that object and not a block, as in Node's REPL.
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import ts from 'typescript';
import { KernelProcess } from '../../kernel/host/client/index.ts';
import type { OutputEvent } from '../../kernel/wire/protocol.ts';
import { makeLast, type LastExpression } from './last.ts';
import type { Behavior, Task } from './oracle.ts';
import { makeProgram, type Program } from './program.ts';

export interface DifferentialOptions {
  /** Number of programs. There are half as many last expressions. */
  programs: number;
  /** The seed of the first; the others follow. */
  seed: number;
  /** Folder of the build. */
  dist: string;
  /** The program that runs modules in Node. */
  oracle: string;
  /** How many differences to describe in full, made as small as may be; of the others only the seeds are told. */
  describe?: number;
  log?: (line: string) => void;
}

export interface DifferentialOutcome {
  passed: number;
  failed: number;
  /** The differences. */
  detail: string;
}

/** Cells of one kernel process. Its memory grows with the names of the programs. */
const CELLS_PER_KERNEL = 6000;
/** The tags of names have one length, so that lines of values break at the same places. */
const tagged = (text: string, way: 'm' | 'w' | 'c', id: number) =>
  text.replaceAll(PLACE, `_${way}${String(id).padStart(7, '0')}`);
const PLACE = '_t0000000';
const TAG = /_[tmwc]\d{7}/g;

/** Compares programs and last expressions with Node. Two kernels take turns with two processes of Node. */
export async function differential(options: DifferentialOptions): Promise<DifferentialOutcome> {
  const { programs, seed, log } = options;
  const outcome: DifferentialOutcome = { passed: 0, failed: 0, detail: '' };
  const jobs: Job[] = [];
  for (let i = 0; i < programs; i++) {
    jobs.push({ kind: 'program', seed: seed + i });
    if (i % 2 === 0) jobs.push({ kind: 'last', seed: seed + i });
  }
  const total = jobs.length;
  const seeds: string[] = [];
  const work = async () => {
    await using bench = new Bench(options);
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const difference = await compare(job, bench);
      if (difference === undefined) outcome.passed++;
      else {
        outcome.failed++;
        seeds.push(`${job.kind} ${job.seed}`);
        if (outcome.failed <= (options.describe ?? 10)) outcome.detail += await describe(job, bench, difference);
      }
      if (jobs.length % 1000 === 0) log?.(`differential: ${total - jobs.length} of ${total}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  if (seeds.length) outcome.detail += `all that differ: ${seeds.join(', ')}\n`;
  return outcome;
}

interface Job {
  kind: 'program' | 'last';
  seed: number;
}

/** A kernel and a process of Node. */
class Bench implements AsyncDisposable {
  private kernel: Kernel | undefined;
  private readonly node: Node;
  private cells = 0;
  private ids = 0;

  constructor(private readonly options: DifferentialOptions) {
    this.node = new Node(options.oracle);
  }

  /** A number for a tag that no other program of this bench has. */
  id(): number {
    return ++this.ids;
  }

  /**
   * Runs cells, up to the first error, and a cell that reports the values of names.
   * @param names if undefined, the value that the last cell shows is reported instead
   */
  async inKernel(cells: string[], names: string[] | undefined): Promise<Behavior> {
    if (this.cells > CELLS_PER_KERNEL) await this.restart();
    const kernel = (this.kernel ??= new Kernel(this.options.dist));
    this.cells += cells.length + 1;
    const behavior: Behavior = { stdout: '', stderr: '', values: {} };
    for (const [i, code] of cells.entries()) {
      const { status, events } = await kernel.run(code);
      behavior.stdout += printed(events, 'stdout');
      behavior.stderr += printed(events, 'stderr');
      const shown = events.flatMap((e) =>
        e.kind === 'display' ? [e.bundle.find((m) => m.mime === 'text/plain')] : [],
      );
      if (i === cells.length - 1 && names === undefined)
        for (const item of shown) behavior.values['(shown)'] = item && 'text' in item ? item.text : '(no text)';
      if (shown.length > 1) behavior.values['(values shown)'] = String(shown.length);
      if (status === 'ok') continue;
      const error = events.findLast((e) => e.kind === 'error')?.error;
      behavior.error = error ? `${error.name}: ${error.message}` : `(${status})`;
      if (status === 'died') await this.restart();
      break;
    }
    if (!names?.length || !this.kernel) return behavior;
    const { events } = await kernel.run(
      `for (const read of [${names.map((n) => `() => ${n}`).join(', ')}]) { let v; try { v = require('node:util').inspect(read()) } catch { v = 'undefined' } console.log(JSON.stringify(v)) }`,
    );
    const lines = printed(events, 'stdout').split('\n');
    names.forEach((n, i) => (behavior.values[n] = lines[i] ? (JSON.parse(lines[i]) as string) : 'undefined'));
    return behavior;
  }

  /**
   * What Node does with a program compiled by TypeScript. Where its output is no JavaScript (`if (await /a/.test(x))`
   * prints wrong in modules), Node's own compiler decides.
   */
  async inNode(text: string, names: string[]): Promise<Behavior> {
    const reads = names.map((n) => `${n}: () => ${n}`).join(', ');
    const run = (code: string) => this.node.run(`globalThis.__oracle.names({ ${reads} });\n${code}\nexport {};`);
    const { outputText } = ts.transpileModule(`${text}\nexport {};`, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        isolatedModules: true,
      },
    });
    const behavior = await run(outputText);
    if (!behavior.error?.startsWith('SyntaxError')) return behavior;
    try {
      return await run(stripTypeScriptTypes(text, { mode: 'transform' }));
    } catch {
      return behavior;
    }
  }

  private async restart(): Promise<void> {
    await this.kernel?.stop();
    this.kernel = undefined;
    this.cells = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.restart();
    this.node.end();
  }
}

/** A kernel as users have it. Every cell replaces the one before, so that little of them is kept. */
class Kernel {
  private readonly folder = mkdtempSync(join(tmpdir(), 'dlnb-'));
  private readonly process: KernelProcess;
  private events: OutputEvent[] = [];

  constructor(dist: string) {
    const cwd = this.folder;
    this.process = KernelProcess.start({
      node: { path: process.execPath, electron: false },
      main: join(dist, 'kernel.js'),
      options: { cwd, notebook: join(cwd, 'test.dlnb'), device: 'cpu', logDir: join(cwd, 'logs') },
    });
    this.process.onMessage((m) => m.type === 'output' && this.events.push(m.event));
  }

  async run(code: string): Promise<{ status: string; events: OutputEvent[] }> {
    this.events = [];
    const { status } = await this.process.run({ cell: 'c1', language: 'typescript', code, order: ['c1'] });
    return { status, events: this.events };
  }

  async stop(): Promise<void> {
    await this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const printed = (events: OutputEvent[], name: 'stdout' | 'stderr') =>
  events.map((e) => (e.kind === 'stream' && e.name === name ? e.text : '')).join('');

/** A process of Node that runs programs as modules. */
class Node {
  private readonly child: ChildProcess;
  private count = 0;

  constructor(oracle: string) {
    this.child = fork(oracle, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--no-warnings'] });
  }

  run(code: string): Promise<Behavior> {
    const id = ++this.count;
    // Node evaluates the same text once: the comment makes every module another one
    const task: Task = { id, code: `${code}\n// program ${id}` };
    return new Promise((resolve, reject) => {
      const heard = (m: { id: number; behavior: Behavior }) => {
        if (m.id !== task.id) return;
        this.child.off('message', heard).off('exit', ended);
        resolve(m.behavior);
      };
      const ended = () => reject(new Error(`Node ended in a program:\n${code}`));
      this.child.on('message', heard).on('exit', ended);
      this.child.send(task);
    });
  }

  end(): void {
    this.child.removeAllListeners('exit').kill();
  }
}

/** How the kernel differs from Node; undefined if it does not. */
function compare({ kind, seed }: Job, bench: Bench): Promise<string | undefined> {
  return kind === 'last' ? compareLast(bench, makeLast(seed, PLACE)) : compareProgram(bench, makeProgram(seed, PLACE));
}

async function compareProgram(bench: Bench, program: Pick<Program, 'parts' | 'names' | 'whole'>) {
  const id = bench.id();
  const all = program.parts.join('\n');
  const names = (way: 'm' | 'w' | 'c') => program.names.map((n) => tagged(n, way, id));
  const expected = await bench.inNode(tagged(all, 'm', id), names('m'));
  const one = difference(expected, await bench.inKernel([tagged(all, 'w', id)], names('w')));
  if (one !== undefined) return `as one cell, ${one}`;
  if (program.whole) return undefined;
  const cells = program.parts.map((text) => tagged(text, 'c', id));
  const many = difference(expected, await bench.inKernel(cells, names('c')));
  return many === undefined ? undefined : `as one cell a statement, ${many}`;
}

async function compareLast(bench: Bench, { before, prelude, expression, end }: LastExpression) {
  const id = bench.id();
  const shown = expression === '' ? '' : `\nglobalThis.__oracle.show((${expression}\n));`;
  const expected = await bench.inNode(tagged(`${before.join('\n;')}\n;${prelude}${shown}`, 'm', id), []);
  const cells = [...before, `${prelude}${expression}${end}`].map((text) => tagged(text, 'c', id));
  return difference(expected, await bench.inKernel(cells, undefined));
}

/** The first difference of two behaviors, in words. */
function difference(node: Behavior, cell: Behavior): string | undefined {
  const [a, b] = [plain(node), plain(cell)];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    if (a[key] !== b[key]) return `${key} differs:\n  Node:   ${inspect(a[key])}\n  kernel: ${inspect(b[key])}\n`;
  return undefined;
}

/** A behavior by name, without the tags of names. */
function plain({ stdout, stderr, error, values }: Behavior): Record<string, string> {
  const all: Record<string, string> = { error: error ?? 'none', stdout, stderr, ...values };
  return Object.fromEntries(Object.entries(all).map(([k, v]) => [k.replace(TAG, ''), v.replace(TAG, '')]));
}

/** Errors of a program that has lost something that it needs. */
const BROKEN = /Node: .*(?:SyntaxError|is not defined|before initialization)/;

/** Describes a difference, by the smallest program that still shows one. */
async function describe({ kind, seed }: Job, bench: Bench, found: string): Promise<string> {
  if (kind === 'last') {
    const { before, prelude, expression, end } = makeLast(seed, '');
    return `last expression, seed ${seed}: ${found}${indent([...before, '// the cell:', `${prelude}${expression}${end}`].join('\n'))}\n`;
  }
  let program: Pick<Program, 'parts' | 'names' | 'whole'> = makeProgram(seed, PLACE);
  let shown = found;
  for (const split of [(text: string) => [text], (text: string) => text.split(/(?<=\n)/)]) {
    const pieces = program.parts.flatMap(split);
    program = { ...program, parts: pieces };
    for (let i = program.parts.length - 1; i >= 0; i--) {
      const parts = program.parts.filter((_, n) => n !== i);
      const names = program.names.filter((n) => parts.some((text) => text.includes(n)));
      const still = await compareProgram(bench, { ...program, parts, names }).catch(() => undefined);
      if (still !== undefined && !BROKEN.test(still)) [program, shown] = [{ ...program, parts, names }, still];
    }
  }
  return `program, seed ${seed}: ${shown}${indent(program.parts.join('\n').replaceAll(PLACE, ''))}\n`;
}

const indent = (text: string) => text.replace(/^/gm, '    ');
