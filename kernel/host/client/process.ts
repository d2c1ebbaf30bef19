// The host's end of one kernel process: start, run, ask, interrupt, end. When the process exits, every pending run ends
// too.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { openChannel, type Channel } from '../../wire/channel.ts';
import type { KernelOptions } from '../../wire/options.ts';
import {
  handle,
  type Answer,
  type ControlMessage,
  type Handlers,
  type HostMessage,
  type InputAnswer,
  type NotebookMessage,
  type ProcessMessage,
  type Question,
  type Questions,
  type ReadyMessage,
  type RunMessage,
  type RunStatus,
} from '../../wire/protocol.ts';
import type { ControlsRequest } from '../../wire/controls.ts';
import type { InspectAnswer, InspectAsk } from '../../wire/inspect.ts';
import { isControlReply, isKernelMessage } from '../../wire/valid.ts';
import { cleanEnv, type NodeChoice } from './node.ts';
import { endGroup, hasGroups, signalGroup } from './process-group.ts';

export interface KernelSpec {
  node: Pick<NodeChoice, 'path' | 'electron'> & Partial<Pick<NodeChoice, 'version'>>;
  /** Absolute path of `dist/kernel.js`. */
  main: string;
  options: KernelOptions;
  /** Environment of the process; by default this process's. */
  env?: NodeJS.ProcessEnv | undefined;
}

/** Why a kernel process ended. */
export interface ExitReason {
  /** One sentence for the user. */
  text: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The host ended it. */
  expected: boolean;
  /** Native code crashed it: a library or a driver. */
  crashed: boolean;
}

/** How a run ended. `died`: the kernel process ended before the run did. */
export type RunOutcome = { status: RunStatus; ms: number } | { status: 'died'; exit: ExitReason };

/** A cell to run. */
export type RunRequest = Omit<RunMessage, 'type' | 'run'>;

/** How long an ended kernel's last output may keep us waiting without any more of it coming, and in all. */
const LAST_OUTPUT_MS = 200;
const LAST_OUTPUT_MOST_MS = 1000;
/** How long a kernel may take from the call of `process.exit` to its end. */
const EXIT_MS = 2000;
/** Text of native code reaches the host later than the kernel's messages. */
const QUIET_MS = 200;
/** How long {@link KernelProcess.inspect} waits for the main thread before it looks into the code that computes. */
const INSPECT_IDLE_MS = 100;
/** How long it waits for an answer at all. */
const INSPECT_MS = 1500;

/** One kernel process. Construct it with {@link KernelProcess.start}. */
export class KernelProcess {
  /** Settles when the kernel can run cells; rejects with a sentence for the user when it ends first. */
  readonly ready: Promise<ReadyMessage>;
  /** Settles when the process has ended. Never rejects. */
  readonly exited: Promise<ExitReason>;

  private readonly child: ChildProcess;
  private readonly channel: Channel;
  private readonly control: Duplex;
  private readonly pending = new Map<number, { cell: string; end: (outcome: RunOutcome) => void }>();
  private readonly listeners = new Set<(message: NotebookMessage) => void>();
  /** Questions without an answer yet. */
  private readonly asked = new Map<number, (answer: Answer<Question>) => void>();
  private nextRun = 1;
  private nextQuestion = 1;
  private current: { run: number; cell: string } | undefined;
  private ending = false;
  private exitCalled: number | undefined;
  /** What came from the kernel was no message: why, as the rest of a sentence. */
  private brokenBy: string | undefined;
  private stderrTail = '';
  private isReady = false;
  /** Text of native code is ignored until this time: drivers print about themselves while devices are tried. */
  private quietUntil = 0;

  private readonly handlers: Handlers<ProcessMessage> = {
    ready: (message) => this.becomeReady(message),
    exiting: ({ code }) => {
      this.exitCalled = code;
      // Node may wait for itself when it ends (nodejs/node#54918)
      this.killAfter(EXIT_MS);
    },
    finished: ({ run, status, ms }) => {
      const pending = this.pending.get(run);
      this.pending.delete(run);
      pending?.end({ status, ms });
    },
    answer: ({ request, answer }) => {
      this.asked.get(request)?.(answer);
      this.asked.delete(request);
    },
  };
  private becomeReady: (message: ReadyMessage) => void = () => {};

  /** Starts a kernel process and returns at once; wait for {@link ready}. */
  static start(spec: KernelSpec): KernelProcess {
    return new KernelProcess(spec);
  }

  private constructor(private readonly spec: KernelSpec) {
    const env = cleanEnv(spec.env);
    if (spec.node.electron) env['ELECTRON_RUN_AS_NODE'] = '1';
    env['DLNB_KERNEL'] = JSON.stringify(spec.options);
    // vm.SourceTextModule runs relative imports; the kernel itself prints warnings about the user's code
    const args = ['--experimental-vm-modules', '--no-warnings', ...exitFlags(spec.node.version), spec.main];
    this.child = spawn(spec.node.path, args, {
      cwd: spec.options.cwd,
      env,
      // Descriptor 3 is for messages, 4 for control
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A group of its own
      detached: hasGroups,
      windowsHide: true,
    });
    this.channel = openChannel(this.child.stdio[3] as Duplex, {
      message: (message) => this.receive(message),
      broken: (reason) => this.broken(reason),
    });
    this.control = this.child.stdio[4] as Duplex;
    this.hearQuestions();
    this.control.on('error', () => {}); // the process has ended: 'exit' reports it

    let startError: Error | undefined;
    this.child.on('error', (e) => (startError ??= e));
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        const exit = this.describeExit(code, signal, startError);
        for (const { end } of this.pending.values()) end({ status: 'died', exit });
        this.pending.clear();
        for (const answer of this.asked.values()) answer({ reason: exit.text });
        this.asked.clear();
        resolve(exit);
      };
      this.child.once('exit', (code, signal) => void this.afterExit().then(() => ended(code, signal)));
      // A process that was not spawned reports nothing else
      this.child.once('error', () => this.child.pid === undefined && ended(null, null));
    });
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = (message) => {
        this.isReady = true;
        resolve(message);
      };
      void this.exited.then((exit) => reject(new Error(exit.text)));
    });
    this.ready.catch(() => {});
    // Text that native code and child processes write past the kernel's own console
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = this.child[name]!;
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        if (name === 'stderr') this.stderrTail = (this.stderrTail + text).slice(-2000);
        // The message that a device is being started may arrive in the same turn
        setImmediate(() => {
          if (!this.current || !this.isReady || performance.now() < this.quietUntil) return;
          this.emit({ type: 'output', ...this.current, event: { kind: 'stream', name, text, native: true } });
        });
      });
    }
  }

  /**
   * Waits for the last output of a process that has ended, and ends its children. One of them may hold the pipes, and
   * keep them open for ever: then we close them.
   */
  private async afterExit(): Promise<void> {
    const streams = this.child.stdio.filter((s) => s !== null && s !== undefined) as (Readable | Duplex)[];
    let last = performance.now();
    const most = last + LAST_OUTPUT_MOST_MS;
    for (const stream of streams) stream.on('data', () => (last = performance.now()));
    const children = endGroup(this.child.pid!);
    while (!streams.every((s) => s.closed)) {
      await sleep(5);
      const now = performance.now();
      if (now - last > LAST_OUTPUT_MS || now > most) break;
    }
    for (const stream of streams) stream.destroy();
    await children;
    // What came last is handled a turn later
    await new Promise(setImmediate);
  }

  /** Ends the kernel, since what came from it cannot be read. */
  private broken(reason: string): void {
    this.brokenBy ??= reason;
    this.killNow();
  }

  private killNow(): void {
    this.child.kill('SIGKILL');
    if (this.child.pid !== undefined) signalGroup(this.child.pid, 'SIGTERM');
  }

  private killAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.killNow(), ms).unref();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Calls `listener` with each message for the notebook, in order. @returns a function that ends it */
  onMessage(listener: (message: NotebookMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs a cell after all earlier ones. Never rejects: the outcome says how it ended. */
  run(request: RunRequest): Promise<RunOutcome> {
    const run = this.nextRun++;
    return new Promise((resolve) => {
      this.pending.set(run, { cell: request.cell, end: resolve });
      void this.exited.then((exit) => {
        if (this.pending.delete(run)) resolve({ status: 'died', exit });
      });
      this.send({ type: 'run', run, ...request });
    });
  }

  /** Asks the kernel something. Never rejects. A cell that computes delays the answer. */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Answer<Q>> {
    const request = this.nextQuestion++;
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        return resolve({ reason: 'The kernel has ended.' });
      this.asked.set(request, (answer) => resolve(answer as Answer<Q>));
      this.send({ type: 'ask', request, question, ask });
    });
  }

  /**
   * Names of the notebook as they are now, also while a cell computes. Runs no code of the notebook: no getters. On a
   * graphics card, tensors have no statistics while a cell computes. Never rejects; the reason is `The cell is
   * computing.` where nothing can be read.
   */
  async inspect(ask: InspectAsk): Promise<InspectAnswer | { reason: string }> {
    const idle = this.ask('inspect', ask);
    const wait = (ms: number) => sleep(ms, undefined, { ref: false });
    const soon = await Promise.race([idle, wait(INSPECT_IDLE_MS)]);
    if (soon) return soon;
    const request = this.nextQuestion++;
    const amid = new Promise<Answer<'inspect'>>((resolve) => {
      this.asked.set(request, (answer) => resolve(answer as Answer<'inspect'>));
      this.sendControl({ type: 'inspect', request, ask });
    });
    // An answer that reads nothing leaves the other its time
    const read = amid.then((answer) => ('reason' in answer ? idle : answer));
    const found = await Promise.race([idle, read, wait(INSPECT_MS)]);
    this.asked.delete(request);
    return found ?? { reason: 'The cell is computing.' };
  }

  /**
   * Asks the running cell to stop; state is kept. The run ends as `interrupted`, unless native code holds the thread.
   */
  interrupt(): void {
    this.sendControl({ type: 'interrupt' });
  }

  /** Asks the runs of a training chart to end at their next step; the cell continues after them. */
  stopTraining(chart: number): void {
    this.sendControl({ type: 'stopTraining', chart });
  }

  /** Passes on what a view of controls asks. */
  controls(request: ControlsRequest): void {
    this.sendControl({ type: 'controls', request });
  }

  /** Answers a cell's question. */
  answer(answer: Omit<InputAnswer, 'type'>): void {
    this.sendControl({ type: 'inputAnswer', ...answer });
  }

  /** Lets the kernel flush its output and end; kills it after `graceMs`. */
  async shutdown(graceMs = 2000): Promise<ExitReason> {
    this.ending = true;
    this.send({ type: 'shutdown' });
    const timer = setTimeout(() => this.killNow(), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process at once. */
  kill(): Promise<ExitReason> {
    this.ending = true;
    this.killNow();
    return this.exited;
  }

  /** Questions of cells come over the control pipe, because the kernel's main thread may wait for the answer. */
  private hearQuestions(): void {
    let rest = '';
    this.control.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const message = parsed(line);
        if (!isControlReply(message)) return this.broken('a line on the control pipe that is no message');
        if (message.type === 'inspected') {
          this.handlers.answer({ ...message, type: 'answer' });
          continue;
        }
        // The text that the cell printed before comes by the other channel
        setImmediate(() => this.emit(message));
      }
    });
  }

  private sendControl(message: ControlMessage): void {
    if (this.control.writable) this.control.write(`${JSON.stringify(message)}\n`);
  }

  private send(message: HostMessage): void {
    this.channel.send(message);
  }

  private receive(message: unknown): void {
    if (this.brokenBy !== undefined) return;
    if (!isKernelMessage(message)) return this.broken(`a message of another form: ${brief(message)}`);
    if (handle(this.handlers, message)) return;
    const shown = message as NotebookMessage;
    if (shown.type === 'started') this.current = { run: shown.run, cell: shown.cell };
    if (shown.type === 'device')
      this.quietUntil = shown.state.starting ? Infinity : Math.min(this.quietUntil, performance.now() + QUIET_MS);
    this.emit(shown);
  }

  private emit(message: NotebookMessage): void {
    for (const listener of [...this.listeners]) listener(message);
  }

  private describeExit(code: number | null, signal: NodeJS.Signals | null, startError?: Error): ExitReason {
    const expected = this.ending;
    const said = this.stderrTail.trim();
    let text;
    let crashed = false;
    if (this.child.pid === undefined) {
      text = `The kernel cannot start: ${this.spec.node.path} could not be run (${startError?.message ?? 'unknown reason'}).`;
    } else if (expected) {
      text = 'The kernel was stopped.';
    } else if (!this.isReady) {
      text = `The kernel cannot start: ${this.spec.node.path} ended with ${signal ?? `exit code ${code}`}${said ? `:\n${said}` : '.'}`;
    } else if (this.brokenBy !== undefined) {
      text = `The kernel was ended: what it sent cannot be read (${this.brokenBy}). Code that writes to the descriptors 3 and 4 of its process disturbs it. Variables are lost; the next run starts a fresh kernel.`;
    } else if (this.exitCalled !== undefined) {
      text = `The kernel ended because process.exit(${this.exitCalled}) was called. Variables are lost; the next run starts a fresh kernel.`;
    } else {
      const how = signal
        ? `The kernel was ended by ${signal}${signalMeaning[signal] ? ` (${signalMeaning[signal]})` : ''}.`
        : `The kernel ended with exit code ${code}.`;
      const fatal = /FATAL ERROR: .*/.exec(said)?.[0];
      const memory = fatal?.includes('heap') ? ' JavaScript ran out of memory.' : '';
      crashed = !memory && (signal ? crashSignals.has(signal) : code !== 0);
      text = `${how}${memory}${fatal ? ` ${fatal}` : ''} Variables are lost; the next run starts a fresh kernel.`;
    }
    return { text, code, signal, expected, crashed };
  }
}

/** Node 24 may hang at its end while V8 compiles beside it (nodejs/node#54918). */
const exitFlags = (version = '') => (/^v24\./.test(version) ? ['--no-concurrent-sparkplug'] : []);

/** A line of JSON; undefined for another one. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const brief = (value: unknown): string =>
  inspect(value, { depth: 1, maxStringLength: 40, breakLength: Infinity }).slice(0, 120);

const crashSignals = new Set<NodeJS.Signals>(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);
const signalMeaning: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed from outside, often because memory ran out',
  SIGSEGV: 'a native library crashed',
  SIGABRT: 'a native library or V8 aborted',
  SIGBUS: 'a native library crashed',
  SIGILL: 'a native library used an instruction this processor lacks',
  SIGTERM: 'ended from outside',
};
