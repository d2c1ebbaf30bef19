// A measured process, seen from the benchmark: sends it one request at a time, and ends it when a request takes too
// long.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Ran, Ready, Reply, Request } from './serve.ts';

/** Running processes. They are stopped most of the time, and would not notice the end of the benchmark. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A measured process. */
export class Child {
  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;
  private waiting: { resolve: (reply: Reply) => void; reject: (e: Error) => void } | undefined;
  private printed = '';
  /** Why the process has ended; undefined while it runs. */
  private end: Error | undefined;

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.process);
    this.process.stdin!.on('error', () => {}); // the end of the process is more informative
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
   * Lets the process build a work.
   * @throws Error with the first line of the process's error
   */
  async prepare(work: string, threads: number, seconds: number): Promise<Ready> {
    const reply = await this.ask({ prepare: { work, threads } }, seconds);
    if ('ready' in reply) return reply.ready;
    throw fault(reply);
  }

  /**
   * Lets the process run steps for `ms` milliseconds, at least one step.
   * @throws TooSlow if it was ended after `seconds`; Error with the first line of the process's error
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

  /**
   * Stops or continues the process. Between requests it is stopped, because spinning threads would take time from
   * others.
   */
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

  /** The last line of stderr that looks like an error. */
  private lastError(): string | undefined {
    return this.printed
      .split('\n')
      .filter((line) => /^\w*(Error|Exception)\b/.test(line))
      .at(-1);
  }
}

const fault = (reply: Reply) => new Error('error' in reply ? reply.error.split('\n')[0] : 'an unexpected answer');

/** The process was ended because a request took too long. */
export class TooSlow extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super(`a step takes longer than ${seconds} s`);
    this.seconds = seconds;
  }
}
