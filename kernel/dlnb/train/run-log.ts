// Writes the file of one kept run while it trains. The number of its lines stays bounded: neighboring steps of a long
// run become their mean.
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import {
  lineOf,
  RUNS_FOLDER,
  runPath,
  type RunEnding,
  type RunOption,
  type RunStart,
} from '../../formats/run-files.ts';
import type { Clock } from '../progress/meter.ts';

/** What is known of a run before it begins. */
export type RunFacts = Omit<RunStart, 'version' | 'date' | 'pid' | 'host'>;

/** After so many lines of steps, each further line stands for twice as many steps. */
const LINES = 1000;
/** So long a line may wait for others: what a crash may lose. */
const WAIT_MS = 500;

/** Beginning of a file's name: date and time, so that a folder lists runs in their order. */
const stamp = (date: Date) => date.toISOString().slice(0, 19).replaceAll(':', '-');
const slug = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'run';

/** Says why a file or folder cannot be written. */
export function writeProblem(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOSPC: 'no space is left on the disk',
    EDQUOT: 'no space is left on the disk',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is a file',
    ENOENT: 'the folder is gone',
    EEXIST: 'a part of the path is a file',
  };
  return (code && known[code]) ?? message;
}

export class RunLog {
  private file: number | undefined;
  private buffer = '';
  private flushedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private begunAt: number | undefined;
  private steps = 0;
  private epochs = 0;
  private lines = 0;
  /** How many steps a line stands for. */
  private every = 1;
  private sum: { n: number; step: number; seconds: number; values: Record<string, { n: number; sum: number }> } =
    none();
  private failed = false;
  private options: Record<string, RunOption> = {};

  /**
   * @param facts asked when the run begins
   * @throws Error if the folder cannot be made
   */
  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly facts: () => RunFacts,
    private readonly clock: Clock,
  ) {
    const where = path.join(folder, RUNS_FOLDER);
    try {
      mkdirSync(where, { recursive: true });
    } catch (e) {
      throw new Error(
        `train: the run "${name}" cannot be kept in ${where}: ${writeProblem(e)}. Leave out the option "run", or make the folder writable`,
        { cause: e },
      );
    }
  }

  /** Adds options of the training, as they become known. */
  note(options: Record<string, RunOption>): void {
    Object.assign(this.options, options);
    if (this.file !== undefined) this.write(lineOf.options(options));
  }

  step(values: Record<string, number>): void {
    this.steps++;
    const { sum } = this;
    sum.n++;
    sum.step += this.steps;
    sum.seconds = this.seconds();
    for (const [name, value] of Object.entries(values)) {
      const of = (sum.values[name] ??= { n: 0, sum: 0 });
      of.n++;
      of.sum += value;
    }
    if (sum.n >= this.every) this.takeSteps();
  }

  epoch(values: Record<string, number>): void {
    this.epochs++;
    this.takeSteps();
    // Without steps, the epochs are counted
    const step = this.steps || this.epochs;
    this.write(lineOf.epoch({ epoch: this.epochs, step, seconds: this.seconds(), values }));
  }

  end(state: RunEnding): void {
    if (this.begunAt === undefined) return;
    this.takeSteps();
    this.write(lineOf.end({ state, steps: this.steps, epochs: this.epochs, seconds: this.seconds() }));
    this.flush();
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private seconds(): number {
    const now = this.clock();
    this.begunAt ??= now;
    return (now - this.begunAt) / 1000;
  }

  /** Writes the steps since the last line as one. */
  private takeSteps(): void {
    const { n, step, seconds, values } = this.sum;
    if (n === 0) return;
    this.sum = none();
    const means = Object.fromEntries(Object.entries(values).map(([name, of]) => [name, of.sum / of.n]));
    this.write(lineOf.step({ step: step / n, seconds, values: means }));
    if (++this.lines % LINES === 0) this.every *= 2;
  }

  private write(line: string): void {
    if (this.failed) return;
    this.open();
    this.buffer += line;
    const now = this.clock();
    if (now - this.flushedAt >= WAIT_MS) return this.flush();
    this.timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  }

  private path: string | undefined;

  private open(): void {
    if (this.file !== undefined || this.failed) return;
    this.attempt(() => {
      // A run that goes on after its end has a file already
      if (this.path !== undefined) return void (this.file = openSync(this.path, 'a'));
      const date = new Date();
      const id = `${stamp(date)}-${slug(this.name)}-${randomBytes(2).toString('hex')}`;
      this.path = runPath(this.folder, id);
      this.file = openSync(this.path, 'ax');
      const { options, ...facts } = this.facts();
      this.buffer = lineOf.start({
        version: 1,
        ...facts,
        options: { ...options, ...this.options },
        date: date.toISOString(),
        pid: process.pid,
        host: hostname(),
      });
    });
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushedAt = this.clock();
    const text = this.buffer;
    this.buffer = '';
    if (text === '' || this.file === undefined) return;
    const { file } = this;
    this.attempt(() => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
  }

  /** The training goes on without its file, and says so once. */
  private attempt(f: () => void): void {
    try {
      f();
    } catch (e) {
      this.failed = true;
      this.buffer = '';
      process.emitWarning(
        `train: the run "${this.name}" is not kept from here on: ${writeProblem(e)} (${path.join(this.folder, RUNS_FOLDER)})`,
        'RunNotKept',
      );
    }
  }
}

const none = (): RunLog['sum'] => ({ n: 0, step: 0, seconds: 0, values: {} });
