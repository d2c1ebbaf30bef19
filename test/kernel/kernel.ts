// Starts real kernel processes for tests, in a folder of their own, and collects what cells show.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dist, testedNode } from '../paths.ts';
import { KernelProcess, type RunOutcome } from '../../kernel/host/client/index.ts';
import type { CellError } from '../../kernel/wire/errors.ts';
import type { KernelOptions } from '../../kernel/wire/options.ts';
import type { DeviceState, NotebookMessage, OutputEvent } from '../../kernel/wire/protocol.ts';

export interface Ran {
  outcome: RunOutcome;
  status: RunOutcome['status'];
  events: OutputEvent[];
  /** Text of the last displayed value. */
  text: string | undefined;
  stdout: string;
  stderr: string;
  error: CellError | undefined;
}

export class TestKernel {
  readonly dir: string;
  readonly process: KernelProcess;
  readonly messages: NotebookMessage[] = [];
  private count = 0;

  constructor(
    files: Record<string, string> = {},
    {
      dir = mkdtempSync(path.join(tmpdir(), 'dlnb-')),
      env,
      ...options
    }: { dir?: string; env?: NodeJS.ProcessEnv } & Partial<KernelOptions> = {},
  ) {
    this.dir = dir;
    this.write(files);
    this.process = KernelProcess.start({
      node: testedNode,
      main: path.join(dist, 'kernel.js'),
      options: {
        cwd: dir,
        notebook: path.join(dir, 'test.dlnb'),
        device: 'auto',
        logDir: path.join(dir, 'logs'),
        ...options,
      },
      env,
    });
    this.process.onMessage((m) => this.messages.push(m));
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.dir, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Runs code as a new cell; `c1` is the first. */
  async run(code: string, { cell = `c${++this.count}`, interruptAfter = 0 } = {}): Promise<Ran> {
    const from = this.messages.length;
    const timer = interruptAfter ? setTimeout(() => this.process.interrupt(), interruptAfter) : undefined;
    const order = Array.from({ length: Math.max(this.count, 1) }, (_, i) => `c${i + 1}`);
    const outcome = await this.process.run({ cell, language: 'typescript', code, order });
    clearTimeout(timer);
    return { outcome, status: outcome.status, ...summarize(this.messages.slice(from)) };
  }

  /** What has come since message number `from`. */
  since(from: number) {
    return summarize(this.messages.slice(from));
  }

  get device(): DeviceState | undefined {
    return this.messages.findLast((m) => m.type === 'device')?.state;
  }

  async stop(): Promise<void> {
    await this.process.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function summarize(messages: NotebookMessage[]) {
  const events = messages.flatMap((m) => (m.type === 'output' ? [m.event] : []));
  const stream = (name: string) =>
    events.flatMap((e) => (e.kind === 'stream' && e.name === name ? [e.text] : [])).join('');
  const shown = events.findLast((e) => e.kind === 'display' || e.kind === 'update');
  const item = shown && 'bundle' in shown ? shown.bundle.find((i) => i.mime === 'text/plain') : undefined;
  const failed = events.findLast((e) => e.kind === 'error');
  return {
    events,
    text: item && 'text' in item ? item.text : undefined,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    error: failed?.kind === 'error' ? failed.error : undefined,
  };
}
