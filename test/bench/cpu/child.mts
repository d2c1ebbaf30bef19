// The benchmark's end of a measured process: sends it requests one at a time, and ends it when one takes too long.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Ran, Ready, Reply, Request } from './serve.ts';

/** Those that are running. They stand still most of the time, and would not notice that the benchmark has been ended. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export class Child {
  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;
  private waiting: { resolve: (reply: Reply) => void; reject: (e: Error) => void } | undefined;
  private printed = '';
  /** Why the process is no more. */
  private end: Error | undefined;

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.process);
    this.process.stdin!.on('error', () => {}); // the end of the process says more
    this.process.stderr!.on('data', (data) => (this.printed = (this.printed + String(data)).slice(-10_000)));
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) this.waiting?.resolve(JSON.parse(line) as Reply);
    });
    this.ended = new Promise((resolve) => {
      const end = (why: string) => {
        running.delete(this.process);
        this.end = new Error(why);
        this.waiting?.reject(this.end);
        resolve();
      };
      this.process.once('error', (e) => end(e.message));
      this.process.once('close', (code, signal) => end(this.lastError() ?? `the process ended (${signal ?? code})`));
    });
  }

  /**
   * Has the process build a work.
   * @throws Error with the first line of what went wrong
   */
  async prepare(work: string, threads: number, seconds: number): Promise<Ready> {
    const reply = await this.ask({ prepare: { work, threads } }, seconds);
    if ('ready' in reply) return reply.ready;
    throw fault(reply);
  }

  /**
   * Has it run steps until `ms` are spent, one at least.
   * @throws TooSlow when it was ended after so many seconds; Error with the first line of what went wrong
   */
  async run(ms: number, seconds: number): Promise<Ran> {
    const reply = await this.ask({ run: { ms } }, seconds);
    if ('ran' in reply) return reply.ran;
    throw fault(reply);
  }

  private async ask(request: Request, seconds: number): Promise<Reply> {
    if (this.end) throw this.end;
    let timer: NodeJS.Timeout | undefined;
    this.hold(false);
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.waiting = { resolve, reject };
        timer = setTimeout(() => {
          reject(new TooSlow(seconds));
          this.process.kill('SIGKILL');
        }, seconds * 1000);
        this.process.stdin!.write(`${JSON.stringify(request)}\n`);
      });
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
      this.hold(true);
    }
  }

  /** Stands still between requests: threads that look for work, or that still compute, would take others' time. */
  private hold(still: boolean): void {
    if (process.platform !== 'win32' && !this.end) this.process.kill(still ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Lets the process end. */
  async stop(): Promise<void> {
    this.hold(false);
    this.process.stdin!.end();
    const late = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(late);
  }

  /** The line of the error that ended the process. */
  private lastError(): string | undefined {
    return this.printed
      .split('\n')
      .filter((line) => /^\w*(Error|Exception)\b/.test(line))
      .at(-1);
  }
}

const fault = (reply: Reply) => new Error('error' in reply ? reply.error.split('\n')[0] : 'an answer out of turn');

/** The process was ended because it took too long. */
export class TooSlow extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super(`a step takes longer than ${seconds} s`);
    this.seconds = seconds;
  }
}
