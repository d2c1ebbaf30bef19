// The host's end of one kernel process: start, run, ask, interrupt, end. When the process exits, every pending run ends
// too.
import { fork, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelOptions } from '../../wire/options.ts';
import {
  handle,
  type Answer,
  type ControlMessage,
  type ControlReply,
  type Handlers,
  type HostMessage,
  type InputAnswer,
  type KernelMessage,
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
import { cleanEnv, type NodeChoice } from './node.ts';

export interface KernelSpec {
  node: Pick<NodeChoice, 'path' | 'electron'>;
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
  private stderrTail = '';
  private isReady = false;
  /** Text of native code is ignored until this time: drivers print about themselves while devices are tried. */
  private quietUntil = 0;

  private readonly handlers: Handlers<ProcessMessage> = {
    ready: (message) => this.becomeReady(message),
    exiting: ({ code }) => (this.exitCalled = code),
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
    this.child = fork(spec.main, [], {
      execPath: spec.node.path,
      // vm.SourceTextModule runs relative imports; the kernel itself prints warnings about the user's code
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      cwd: spec.options.cwd,
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      windowsHide: true,
    } as Parameters<typeof fork>[2]);
    this.control = this.child.stdio[4] as Duplex;
    this.hearQuestions();
    this.control.on('error', () => {}); // the process has ended: 'close' reports it

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
      // 'close' comes after the last output, which is handled a turn later; a process that was not spawned reports only
      // 'error'
      this.child.once('close', (code, signal) => setImmediate(() => ended(code, signal)));
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
    this.child.on('message', (m) => this.receive(m as KernelMessage));
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
      if (!this.child.connected) return resolve({ reason: 'The kernel has ended.' });
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
    const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process at once. */
  kill(): Promise<ExitReason> {
    this.ending = true;
    this.child.kill('SIGKILL');
    return this.exited;
  }

  /** Questions of cells come over the control pipe, because the kernel's main thread may wait for the answer. */
  private hearQuestions(): void {
    let rest = '';
    this.control.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const message = JSON.parse(line) as ControlReply;
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
    if (this.child.connected) this.child.send(message, () => {}); // a failed send is followed by 'close'
  }

  private receive(message: KernelMessage): void {
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

const crashSignals = new Set<NodeJS.Signals>(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);
const signalMeaning: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed from outside, often because memory ran out',
  SIGSEGV: 'a native library crashed',
  SIGABRT: 'a native library or V8 aborted',
  SIGBUS: 'a native library crashed',
  SIGILL: 'a native library used an instruction this processor lacks',
  SIGTERM: 'ended from outside',
};
