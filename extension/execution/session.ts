// The session behind one notebook: its kernel process, its queue of cells, its state. Cells run one after another;
// after one that fails, those behind it are not run.
import * as vscode from 'vscode';
import { CELL_ERROR, ERROR } from '../../kernel/wire/mime.ts';
import type { CellError, PlainError } from '../../kernel/wire/errors.ts';
import type { AxisRange } from '../../kernel/wire/tensor.ts';
import type { TrainingDelta } from '../../kernel/wire/training.ts';
import { deviceOf, type ExitReason, type NodeChoice, type WantedDevice } from '../../kernel/host/client/index.ts';
import type {
  DeviceName,
  DeviceSetting,
  DeviceState,
  KernelMessage,
  Language,
  MimeBundle,
  SaveResult,
  SliceResult,
} from '../../kernel/wire/protocol.ts';
import { log } from '../log.ts';
import { newerVersionText, type NotebookMetadata } from '../notebook/data.ts';
import { cellId, findCell, idsOf } from '../notebook/ids.ts';
import { settings } from '../settings.ts';
import { workingFolder, type KernelStarter, type StartedKernel } from './kernel-process.ts';
import { NotebookModel, type RunEnd, type RunEvent } from './outputs-model.ts';
import { OutputProjection } from './projection.ts';

/** After so long without output, the outputs of a cell's earlier run are removed. */
const SETTLE_MS = 250;

export const NO_KERNEL = 'No kernel is running: run the cell to see more of its values.';

export type SessionPhase = 'none' | 'starting' | 'idle' | 'busy' | 'restarting' | 'dead';

export interface SessionState {
  phase: SessionPhase;
  node?: NodeChoice;
  pid?: number;
  device?: DeviceState;
  /** What the kernel was started with. */
  asked?: DeviceSetting;
  /** Why the kernel is dead. */
  reason?: string;
}

export class NotebookSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeState = this.changed.event;
  private readonly training = new vscode.EventEmitter<TrainingDelta>();
  /** A training has new points. */
  readonly onTraining = this.training.event;
  state: SessionState = { phase: 'none' };

  private readonly model = new NotebookModel();
  private readonly projection: OutputProjection;
  private kernel: StartedKernel | undefined;
  private starting: Promise<StartedKernel> | undefined;
  private queue: string[] = [];
  private running: { cell: string; cancelled: boolean } | undefined;
  private draining: Promise<void> | undefined;
  private order = 0;
  /** The device of all kernels until the notebook is closed, whatever is set. */
  private forced: DeviceSetting | undefined;
  /** What the metadata say wrongly has been told. */
  private toldProblem: string | undefined;
  /** That the graphics card has no memory was told of this kernel. */
  private toldMemory = false;

  constructor(
    public notebook: vscode.NotebookDocument,
    controller: vscode.NotebookController,
    private readonly starter: KernelStarter,
  ) {
    this.projection = new OutputProjection(controller, notebook);
  }

  /** The device that the next kernel is to have. */
  get wanted(): WantedDevice {
    return this.forced === undefined ? wantedDevice(this.notebook) : { device: this.forced, own: false };
  }

  /** Whether {@link wanted} is neither in the notebook nor in the settings. */
  get isForced(): boolean {
    return this.forced !== undefined;
  }

  /** Whether a kernel runs that was started with another device than {@link wanted}, and cannot take it up. */
  get hasOtherDevice(): boolean {
    const { phase, asked } = this.state;
    return (phase === 'idle' || phase === 'busy') && asked !== this.wanted.device;
  }

  /** A device was chosen, for this notebook or for all: it goes before what was forced. */
  unforce(): void {
    this.forced = undefined;
    this.changed.fire();
  }

  get busy(): boolean {
    return this.running !== undefined || this.queue.length > 0;
  }

  // ---- what the user asks for

  /** Runs cells after those that are waiting already. Settles when none is running or waiting any more. */
  run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    for (const cell of cells) {
      const id = cellId(cell);
      if (!this.projection.queue(cell, id)) continue;
      this.apply({ type: 'queued', cell: id });
      this.queue.push(id);
    }
    if (this.queue.length === 0) return Promise.resolve();
    return (this.draining ??= this.drain());
  }

  /** Stops the running cell and takes the others from the queue. Variables are kept. */
  interrupt(): void {
    // The editor also calls this when a waiting cell is deleted; the one that runs goes on
    const gone = this.queue.filter((id) => !findCell(this.notebook, id));
    if (gone.length > 0 && this.running && findCell(this.notebook, this.running.cell)) {
      this.queue = this.queue.filter((id) => !gone.includes(id));
      for (const id of gone) this.cancel(id);
      return;
    }
    this.cancelQueue();
    const running = this.running;
    if (!running) return;
    running.cancelled = true;
    if (!this.kernel) return; // it is starting: the run ends as soon as that is over
    log().info(`interrupt of cell ${running.cell}`);
    this.kernel.process.interrupt();
    setTimeout(() => void this.offerRestart(running), settings.interruptTimeout() * 1000);
  }

  /** A part of a tensor that a cell has shown; else why there is none. No kernel is started for it. */
  slice(source: string, axes: AxisRange[]): Promise<SliceResult> {
    if (this.kernel) return this.kernel.process.slice(source, axes);
    return Promise.resolve({ reason: NO_KERNEL });
  }

  /** Writes all values of a tensor that a cell has shown as a `.npy` file; says why not where there is a reason. */
  save(source: string, file: string): Promise<SaveResult> {
    return this.kernel ? this.kernel.process.save(source, file) : Promise.resolve({ reason: NO_KERNEL });
  }

  /** Asks the runs of a training chart to end at their next step. The cell goes on after them. */
  stopTraining(chart: number): void {
    log().info(`stop of training ${chart}`);
    this.kernel?.process.stopTraining(chart);
  }

  /** Ends the kernel and starts a fresh one. Running and waiting cells end. */
  async restart(): Promise<void> {
    this.cancelQueue();
    if (this.running) this.running.cancelled = true;
    this.setState({ phase: 'restarting' });
    await this.stopKernel();
    await this.draining;
    try {
      await this.ensureKernel('restarting');
    } catch (e) {
      void vscode.window.showErrorMessage(`DLNB: ${(e as Error).message}`);
    }
  }

  /** As {@link restart}, and on the processor until the notebook is closed. */
  restartOnCpu(): Promise<void> {
    this.forced = 'cpu';
    return this.restart();
  }

  /** The notebook's file has another name now, or an untitled notebook got one. Kernel and variables stay. */
  move(notebook: vscode.NotebookDocument): void {
    log().info(`${this.notebook.uri.toString(true)} is now ${notebook.uri.toString(true)}`);
    this.starter.logs.move(this.notebook.uri, notebook.uri);
    this.notebook = notebook;
    this.projection.move(notebook);
    for (const cell of idsOf(notebook).values())
      this.apply({ type: 'removed', cell, keys: new Set(this.model.keys(cell)) });
    this.changed.fire();
  }

  /** Says so where the notebook has moved to another folder: the kernel still resolves imports from where it began. */
  async checkFolder(): Promise<void> {
    const now = workingFolder(this.notebook);
    if (!this.kernel || this.kernel.cwd === now) return;
    const restart = 'Restart Kernel';
    const choice = await vscode.window.showInformationMessage(
      `DLNB: the kernel goes on with its variables, but resolves imports and relative paths from ${this.kernel.cwd} until it is restarted.`,
      restart,
    );
    if (choice === restart) await this.restart();
  }

  /** The user changed outputs by hand: what they removed is written to no more. */
  outputsChanged(cell: vscode.NotebookCell): void {
    const id = cellId(cell);
    const keys = this.projection.takeRemoved(cell, id);
    if (keys.size > 0) this.apply({ type: 'removed', cell: id, keys });
  }

  /** Ends the kernel; the session is over. */
  async close(): Promise<void> {
    this.cancelQueue();
    if (this.running) this.running.cancelled = true;
    await this.stopKernel();
    this.dispose();
  }

  dispose(): void {
    void this.kernel?.process.kill();
    this.kernel = undefined;
    this.projection.dispose();
    this.changed.dispose();
    this.training.dispose();
  }

  // ---- running

  private async drain(): Promise<void> {
    try {
      for (let id = this.queue.shift(); id !== undefined; id = this.queue.shift()) {
        const running = { cell: id, cancelled: false };
        this.running = running;
        const end = await this.runOne(running);
        this.running = undefined;
        if (end !== 'ok') this.cancelQueue();
      }
    } finally {
      // In the same turn as the last look at the queue: a cell that comes later begins a new round
      this.draining = undefined;
      this.running = undefined;
    }
    if (this.state.phase === 'busy') this.setState({ phase: 'idle' });
  }

  private async runOne(running: { cell: string; cancelled: boolean }): Promise<RunEnd> {
    const id = running.cell;
    const { newer } = this.notebook.metadata as NotebookMetadata;
    if (newer !== undefined) return this.fail(id, 'Error', newerVersionText(newer), true);
    let kernel: StartedKernel;
    try {
      kernel = await this.ensureKernel('starting');
    } catch (e) {
      return running.cancelled ? this.end(id, 'cancelled') : this.fail(id, 'Kernel', (e as Error).message, true);
    }
    const cell = findCell(this.notebook, id);
    if (running.cancelled || !cell) return this.end(id, 'cancelled');
    this.setState({ phase: 'busy' });
    const settle = setTimeout(() => this.apply({ type: 'settled', cell: id }), SETTLE_MS);
    const outcome = await kernel.process.run({
      cell: id,
      language: cell.document.languageId as Language,
      code: cell.document.getText().replace(/\r\n?/g, '\n'),
      order: [...idsOf(this.notebook).values()],
    });
    clearTimeout(settle);
    if (outcome.status !== 'died') return this.end(id, outcome.status);
    if (outcome.exit.expected) return this.end(id, 'cancelled');
    return this.fail(id, 'Kernel', outcome.exit.text + this.suspicion(outcome.exit), false);
  }

  private end(cell: string, end: RunEnd): RunEnd {
    this.apply({ type: 'finished', cell, end, time: Date.now() });
    return end;
  }

  private fail(cell: string, name: string, message: string, transient: boolean): RunEnd {
    log().error(`cell ${cell}: ${message}`);
    this.apply({ type: 'failed', cell, bundle: errorBundle(name, message), transient, time: Date.now() });
    return 'error';
  }

  private cancel(cell: string): void {
    this.apply({ type: 'finished', cell, end: 'cancelled', time: Date.now() });
  }

  private cancelQueue(): void {
    for (const id of this.queue.splice(0)) this.cancel(id);
  }

  private async offerRestart(running: object): Promise<void> {
    if (this.running !== running) return;
    const restart = 'Restart Kernel';
    const choice = await vscode.window.showWarningMessage(
      'DLNB: the cell has not stopped yet. It may be inside a native operation. A restart ends it and loses all variables.',
      restart,
    );
    if (choice === restart && this.running === running) await this.restart();
  }

  private apply(event: RunEvent): void {
    this.projection.push(this.model.apply(event));
  }

  // ---- the process

  private ensureKernel(phase: 'starting' | 'restarting'): Promise<StartedKernel> {
    if (this.kernel) return Promise.resolve(this.kernel);
    return (this.starting ??= this.startKernel(phase).finally(() => (this.starting = undefined)));
  }

  private async startKernel(phase: 'starting' | 'restarting'): Promise<StartedKernel> {
    const { wanted } = this;
    this.state = { phase, asked: wanted.device };
    this.toldMemory = false;
    this.changed.fire();
    if (wanted.problem !== undefined && wanted.problem !== this.toldProblem)
      void vscode.window.showWarningMessage(`DLNB: ${wanted.problem}`);
    this.toldProblem = wanted.problem;
    this.order = 0;
    this.apply({ type: 'kernelGone' });
    try {
      const kernel = await this.starter.start(this.notebook, wanted.device);
      this.kernel = kernel;
      kernel.process.onMessage((m) => this.receive(kernel, m));
      void kernel.process.exited.then((exit) => this.exited(kernel, exit));
      const ready = await kernel.process.ready;
      log().info(`kernel ${ready.pid} is ready: Node ${ready.node}, ${Math.round(ready.startMs)} ms`);
      this.setState({ phase: 'idle', node: kernel.node, pid: ready.pid });
      return kernel;
    } catch (e) {
      const { message } = e as Error;
      log().error(message);
      this.setState({ phase: 'dead', reason: message });
      throw e;
    }
  }

  private receive(kernel: StartedKernel, message: KernelMessage): void {
    if (kernel !== this.kernel) return;
    switch (message.type) {
      case 'started':
        this.apply({ type: 'started', cell: message.cell, order: ++this.order, time: Date.now() });
        break;
      case 'output':
        this.apply({ type: 'output', cell: message.cell, event: message.event });
        break;
      case 'training':
        this.training.fire(message.delta);
        break;
      case 'device':
        this.deviceChanged(message.state);
        break;
    }
  }

  private deviceChanged(state: DeviceState): void {
    const { device, detail, refused, starting, fault } = state;
    this.setState({ device: state });
    if (starting) return log().info(`device ${starting} is being started`);
    log().info(`device ${device}: ${detail}`);
    for (const { device, reason } of refused) log().info(`device ${device} not taken: ${reason}`);
    if (!fault) return;
    log().warn(`device ${device}: ${fault.reason}`);
    if (fault.kind === 'lost')
      void this.offerCpu(
        `the device "${device}" was lost (${fault.reason}). Tensors that were on it are gone; other variables are as they were until a restart.`,
      );
    else if (!this.toldMemory) {
      this.toldMemory = true;
      void this.offerCpu(`${fault.reason}. Variables are as they were until a restart.`);
    }
  }

  /** The graphics card's device that computed, or was being started, when a kernel crashed. */
  private suspect({ crashed }: ExitReason): DeviceName | undefined {
    const { device, starting } = this.state.device ?? {};
    const used = starting ?? device;
    return crashed && used !== undefined && used !== 'none' && used !== 'cpu' ? used : undefined;
  }

  private suspicion(exit: ExitReason): string {
    const device = this.suspect(exit);
    return device
      ? ` The device was "${device}": where its driver is at fault, "DLNB: Restart Kernel on CPU" helps.`
      : '';
  }

  private async offerCpu(text: string): Promise<void> {
    const { kernel } = this;
    const [onCpu, restart] = ['Restart on CPU', 'Restart Kernel'];
    const choice = await vscode.window.showWarningMessage(`DLNB: ${text}`, onCpu, restart);
    // A restart of a kernel that is long gone would lose the variables of the one that has followed it
    if (choice === undefined || (kernel !== this.kernel && this.kernel !== undefined)) return;
    await (choice === onCpu ? this.restartOnCpu() : this.restart());
  }

  private exited(kernel: StartedKernel, exit: ExitReason): void {
    log().info(`kernel ${kernel.process.pid ?? ''} ended (code ${exit.code}, signal ${exit.signal}): ${exit.text}`);
    if (this.kernel !== kernel) return;
    this.kernel = undefined;
    if (exit.expected) return;
    const started = this.state.node !== undefined;
    const device = this.suspect(exit);
    this.setState({ phase: 'dead', reason: exit.text });
    // A run that was going on shows it in its cell, and so does a start that failed
    if (device) void this.offerCpu(`${exit.text} The device was "${device}".`);
    else if (!this.running && started) void vscode.window.showWarningMessage(`DLNB: ${exit.text}`);
  }

  private async stopKernel(): Promise<void> {
    const starting = this.starting;
    const kernel = this.kernel ?? (await starting?.catch(() => undefined));
    if (!kernel) return;
    this.kernel = undefined;
    const exit = this.running ? kernel.process.kill() : kernel.process.shutdown();
    await exit;
  }

  private setState(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    this.changed.fire();
  }
}

/** The device that a notebook asks for, else the setting. */
export function wantedDevice(notebook: vscode.NotebookDocument): WantedDevice {
  return deviceOf((notebook.metadata as NotebookMetadata).metadata, settings.device());
}

/** An error of ours as the kernel would send one of the cell's. */
export function errorBundle(name: string, message: string): MimeBundle {
  const [first = '', ...hint] = message.split(/(?<=\.)\s+(?=[A-Z])/);
  const error: CellError = {
    version: 1,
    name,
    message: first,
    frames: [],
    ...(hint.length > 0 && { hint: hint.join(' ') }),
  };
  const plain: PlainError = { name, message, stack: '' };
  return [
    { mime: CELL_ERROR, json: error },
    { mime: ERROR, json: plain },
  ];
}
