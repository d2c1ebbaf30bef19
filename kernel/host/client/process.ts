// The host's end of one kernel process: start, run, interrupt, end. Every pending run is ended when the process exits.
import { fork, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { AxisRange } from '../../wire/tensor.ts';
import type {
  ControlMessage,
  DeviceSetting,
  FinishedMessage,
  HostMessage,
  KernelMessage,
  Language,
  ReadyMessage,
  RunStatus,
  SaveResult,
  SliceResult,
} from '../../wire/protocol.ts';
import { cleanEnv, type NodeChoice } from './node.ts';

export interface KernelSpec {
  node: Pick<NodeChoice, 'path' | 'electron'>;
  /** Absolute path of `dist/kernel.js`. */
  main: string;
  /** The notebook's folder: where relative imports, npm packages and the working directory are. */
  cwd: string;
  /** Absolute path of the notebook's file, if it has one yet. */
  notebook?: string;
  device: DeviceSetting;
  /** Folder of the packages of the device `cuda` that the host has installed; others are found from the notebook's folder. */
  cuda?: string | undefined;
  /** Threads of the device `cpu`; by default one for each core. */
  threads?: number | undefined;
  /** Folder for the logs of cells that print more than is shown; made when needed. */
  logDir: string;
  env?: NodeJS.ProcessEnv;
}

/** Why a kernel process ended. */
export interface ExitReason {
  /** One sentence for the user. */
  text: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It ended because the host asked for it. */
  expected: boolean;
  /** Native code brought it down: a library or a driver. */
  crashed: boolean;
}

/** How a run ended. `died`: the kernel process ended before the run did. */
export type RunOutcome = { status: RunStatus; ms: number } | { status: 'died'; exit: ExitReason };

export interface RunRequest {
  cell: string;
  language: Language;
  code: string;
  order: string[];
}

/** What native code has written reaches the host later than what the kernel says. */
const QUIET_MS = 200;

/** One kernel process. Construct it with {@link KernelProcess.start}. */
export class KernelProcess {
  /** Settles when the kernel can run cells; rejects with a sentence for the user when it ends before. */
  readonly ready: Promise<ReadyMessage>;
  /** Settles when the process has ended. Never rejects. */
  readonly exited: Promise<ExitReason>;

  private readonly child: ChildProcess;
  private readonly control: Writable;
  private readonly pending = new Map<number, { cell: string; end: (outcome: RunOutcome) => void }>();
  private readonly listeners = new Set<(message: KernelMessage) => void>();
  /** Questions that are not answered yet. */
  private readonly asked = new Map<number, (result: SliceResult | SaveResult) => void>();
  private nextRun = 1;
  private nextQuestion = 1;
  private current: { run: number; cell: string } | undefined;
  private ending = false;
  private exitCalled: number | undefined;
  private stderrTail = '';
  private isReady = false;
  /** Until then native code is not heard: drivers speak of themselves while devices are looked for. */
  private quietUntil = 0;

  /** Starts a kernel process and returns at once; wait for {@link ready}. */
  static start(spec: KernelSpec): KernelProcess {
    return new KernelProcess(spec);
  }

  private constructor(private readonly spec: KernelSpec) {
    const env = cleanEnv(spec.env);
    if (spec.node.electron) env['ELECTRON_RUN_AS_NODE'] = '1';
    env['DLNB_KERNEL'] = JSON.stringify({
      notebook: spec.notebook,
      cwd: spec.cwd,
      device: spec.device,
      cuda: spec.cuda,
      threads: spec.threads,
      logDir: spec.logDir,
    });
    this.child = fork(spec.main, [], {
      execPath: spec.node.path,
      // vm.SourceTextModule runs relative imports; the kernel prints the warnings that are the user's
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      cwd: spec.cwd,
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      windowsHide: true,
    } as Parameters<typeof fork>[2]);
    this.control = this.child.stdio[4] as Writable;
    this.control.on('error', () => {}); // the process has gone; 'exit' tells

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
      // 'close' comes after the last output, which waits for a turn; a process that could not be spawned only reports 'error'
      this.child.once('close', (code, signal) => setImmediate(() => ended(code, signal)));
      this.child.once('error', () => this.child.pid === undefined && ended(null, null));
    });
    this.ready = new Promise((resolve, reject) => {
      const stop = this.onMessage((m) => {
        if (m.type !== 'ready') return;
        stop();
        this.isReady = true;
        resolve(m);
      });
      void this.exited.then((exit) => reject(new Error(exit.text)));
    });
    this.ready.catch(() => {});
    this.child.on('message', (m) => this.receive(m as KernelMessage));
    // What native code and child processes write past the kernel's own console
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = this.child[name]!;
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        if (name === 'stderr') this.stderrTail = (this.stderrTail + text).slice(-2000);
        // The message that says that a device is being started may have come at the same time
        setImmediate(() => {
          if (!this.current || !this.isReady || performance.now() < this.quietUntil) return;
          this.emit({ type: 'output', ...this.current, event: { kind: 'stream', name, text } });
        });
      });
    }
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Hears every message of the kernel, in order. Returns a function that ends it. */
  onMessage(listener: (message: KernelMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs a cell after those already sent. Never rejects: the outcome says how it ended. */
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

  /** A part of a tensor that was shown. Never rejects; a cell that computes lets it wait. */
  slice(source: string, axes: AxisRange[]): Promise<SliceResult> {
    return this.ask((request) => ({ type: 'slice', request, source, axes }));
  }

  /** Writes all values of a tensor that was shown as a `.npy` file. Never rejects; a cell that computes lets it wait. */
  save(source: string, file: string): Promise<SaveResult> {
    return this.ask((request) => ({ type: 'save', request, source, file }));
  }

  private ask<T extends SliceResult | SaveResult>(message: (request: number) => HostMessage): Promise<T> {
    const request = this.nextQuestion++;
    return new Promise((resolve) => {
      const answer = (result: SliceResult | SaveResult) => resolve(result as T);
      if (!this.child.connected) return answer({ reason: 'The kernel has ended.' });
      this.asked.set(request, answer);
      this.send(message(request));
    });
  }

  /** Asks the running cell to stop; state is kept. The run then ends as `interrupted`, unless native code holds the thread. */
  interrupt(): void {
    this.sendControl({ type: 'interrupt' });
  }

  /** Asks the runs of a training chart to end at their next step; the cell goes on after them. */
  stopTraining(chart: number): void {
    this.sendControl({ type: 'stopTraining', chart });
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

  private sendControl(message: ControlMessage): void {
    if (this.control.writable) this.control.write(`${JSON.stringify(message)}\n`);
  }

  private send(message: HostMessage): void {
    if (this.child.connected) this.child.send(message, () => {}); // a failed send is followed by 'close'
  }

  private receive(message: KernelMessage): void {
    if (message.type === 'started') this.current = { run: message.run, cell: message.cell };
    if (message.type === 'device')
      this.quietUntil = message.state.starting ? Infinity : Math.min(this.quietUntil, performance.now() + QUIET_MS);
    if (message.type === 'exiting') this.exitCalled = message.code;
    if (message.type === 'sliced' || message.type === 'saved') {
      this.asked.get(message.request)?.(message.result);
      this.asked.delete(message.request);
    }
    this.emit(message);
    if (message.type === 'finished') this.finish(message);
  }

  private finish({ run, status, ms }: FinishedMessage): void {
    const pending = this.pending.get(run);
    this.pending.delete(run);
    pending?.end({ status, ms });
  }

  private emit(message: KernelMessage): void {
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
