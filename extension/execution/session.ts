// The session of one notebook: connects its queue of cells, its kernel, the model of its outputs and the editor.
import * as vscode from 'vscode';
import {
  hostError,
  type ExitReason,
  type InspectAnswer,
  type InspectAsk,
  type WantedDevice,
} from '../../kernel/host/client/index.ts';
import type { ControlsNews, ControlsRequest } from '../../kernel/wire/controls.ts';
import type { TrainingDelta } from '../../kernel/wire/training.ts';
import type { Answer, Language, Question, Questions } from '../../kernel/wire/protocol.ts';
import { DevicePolicy, suspicion } from '../device/policy.ts';
import { log } from '../log.ts';
import { newerVersionText, type NotebookMetadata } from '../notebook/data.ts';
import { cellId, findCell, idsOf } from '../notebook/ids.ts';
import { settings } from '../settings.ts';
import { InputBoxes } from './input.ts';
import { NotebookKernel, type KernelState } from './kernel-process.ts';
import { workingFolder, type KernelStarter } from './kernel-starter.ts';
import { OutputsModel, type RunEnd, type RunEvent } from './outputs-model.ts';
import { OutputProjection } from './projection.ts';
import { CellQueue, type RunningCell } from './queue.ts';

/** When a cell has run this long without output, the outputs of its earlier run are removed. */
const SETTLE_MS = 250;
/** A kernel that computes does not answer; a save waits for it no longer than this. */
const REFRESH_MS = 1000;

export class NotebookSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeState = this.changed.event;
  private readonly training = new vscode.EventEmitter<TrainingDelta>();
  /** A training has new points. */
  readonly onTraining = this.training.event;

  private readonly controls = new vscode.EventEmitter<ControlsNews>();
  /** Views of controls have news. */
  readonly onControls = this.controls.event;

  private readonly model = new OutputsModel();
  private readonly projection: OutputProjection;
  private readonly queue = new CellQueue({
    run: (running) => this.runCell(running),
    canceled: (cell) => this.end(cell, 'canceled'),
    empty: () => this.state.phase === 'busy' && this.kernel.setState({ phase: 'idle' }),
  });
  private readonly device = new DevicePolicy({
    pid: () => this.kernel.process?.pid,
    restart: () => this.restart(),
    restartOnCpu: () => this.restartOnCpu(),
  });
  private readonly boxes = new InputBoxes();
  private readonly kernel: NotebookKernel;
  /** Number of runs since the kernel started. */
  private order = 0;

  constructor(
    public notebook: vscode.NotebookDocument,
    controller: vscode.NotebookController,
    private readonly starter: KernelStarter,
  ) {
    this.projection = new OutputProjection(controller, notebook);
    this.kernel = new NotebookKernel(starter, {
      changed: () => this.changed.fire(),
      starting: () => {
        this.device.kernelStarts(this.wanted);
        this.order = 0;
        this.boxes.dispose();
        this.kernelGone();
      },
      messages: {
        started: ({ cell }) => this.apply({ type: 'started', cell, order: ++this.order, time: Date.now() }),
        output: ({ cell, event }) => this.apply({ type: 'output', cell, event }),
        training: ({ delta }) => this.training.fire(delta),
        controls: ({ news }) => this.controls.fire(news),
        input: (question) =>
          void this.boxes.ask(question, this.notebook, (answer) => this.kernel.process?.answer(answer)),
        inputOver: ({ request }) => this.boxes.takeBack(request),
        device: ({ state }) => {
          this.kernel.setState({ device: state });
          this.device.changed(state);
        },
      },
      gone: () => this.kernelGone(),
      died: (exit, wasReady) => this.died(exit, wasReady),
    });
  }

  get state(): KernelState {
    return this.kernel.state;
  }

  /** The device of the next kernel. */
  get wanted(): WantedDevice {
    return this.device.wanted(this.notebook);
  }

  /** Whether {@link wanted} comes from neither the notebook nor the settings. */
  get isForced(): boolean {
    return this.device.isForced;
  }

  get isRunning(): boolean {
    const { phase } = this.state;
    return phase === 'idle' || phase === 'busy';
  }

  /** Whether the running kernel was started with another device than {@link wanted}; it keeps that device. */
  get hasOtherDevice(): boolean {
    return this.isRunning && this.state.asked !== this.wanted.device;
  }

  /** A device was chosen for this notebook or for all: it replaces the forced one. */
  unforce(): void {
    this.device.force(undefined);
    this.changed.fire();
  }

  /** Whether the running kernel has run a cell, and so may hold variables. */
  get hasRun(): boolean {
    return this.isRunning && this.order > 0;
  }

  get busy(): boolean {
    return this.queue.busy;
  }

  /** Runs cells after those that are waiting already. Settles when no cell is running or waiting any more. */
  run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    for (const cell of cells) {
      const id = cellId(cell);
      if (!this.projection.queue(cell, id)) continue;
      this.apply({ type: 'queued', cell: id });
      this.queue.add(id);
    }
    return this.queue.drain();
  }

  /** Stops the running cell and takes the others out of the queue. Variables are kept. */
  interrupt(): void {
    const { running } = this.queue;
    const exists = (cell: string) => findCell(this.notebook, cell) !== undefined;
    // The editor also calls this when a waiting cell is deleted; the running one goes on
    if (running && exists(running.cell) && this.queue.cancelWaiting((cell) => !exists(cell)) > 0) return;
    this.queue.cancel();
    if (!running || !this.kernel.process) return; // a kernel that is starting: the run ends when it has started
    log().info(`interrupt of cell ${running.cell}`);
    this.kernel.process.interrupt();
    setTimeout(() => void this.offerRestart(running), settings.interruptTimeout() * 1000);
  }

  /** Asks the kernel about a tensor that a cell has shown. No kernel is started for it. */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Answer<Q>> {
    return this.kernel.ask(question, ask);
  }

  /** What names of the notebook hold now, also while a cell computes. Undefined where no kernel has run a cell. */
  inspect(ask: InspectAsk): Promise<InspectAnswer | { reason: string }> | undefined {
    return this.hasRun ? this.kernel.process?.inspect(ask) : undefined;
  }

  /** Brings trainings and progress bars that are running up to date, as far as the kernel answers in time. */
  async refresh(): Promise<void> {
    if (!this.model.hasRunning) return;
    const shown = this.kernel.ask('refresh', {}).then(() => this.projection.settled());
    await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, REFRESH_MS))]);
  }

  /** Asks the runs of a training chart to end at their next step. The cell continues after them. */
  stopTraining(chart: number): void {
    log().info(`stop of training ${chart}`);
    this.kernel.process?.stopTraining(chart);
  }

  /** Passes on what a view of controls asks; without a kernel, the view is told so. */
  askControls(request: ControlsRequest): void {
    const { process } = this.kernel;
    if (!process || !this.isRunning) return this.controls.fire({ type: 'gone', panel: request.panel });
    if (request.type === 'stop') process.interrupt();
    else process.controls(request);
  }

  /** Ends the kernel and starts a fresh one. Running and waiting cells end. */
  async restart(): Promise<void> {
    this.queue.cancel();
    this.kernel.setState({ phase: 'restarting' });
    await this.kernel.stop(this.queue.running !== undefined);
    await this.queue.drained();
    try {
      await this.kernel.ensure('restarting', this.notebook, this.wanted.device);
    } catch (e) {
      void vscode.window.showErrorMessage(`DLNB: ${(e as Error).message}`);
    }
  }

  /** Ends the kernel; the next run starts another. Running and waiting cells end. */
  async shutDown(): Promise<void> {
    this.queue.cancel();
    await this.kernel.stop(this.queue.running !== undefined);
    await this.queue.drained();
    this.kernelGone();
    this.kernel.forget();
  }

  /** As {@link restart}, but on the processor until the notebook is closed. */
  restartOnCpu(): Promise<void> {
    this.device.force('cpu');
    return this.restart();
  }

  /** The notebook's file was renamed, or an untitled notebook was saved. Kernel and variables stay. */
  move(notebook: vscode.NotebookDocument): void {
    log().info(`${this.notebook.uri.toString(true)} is now ${notebook.uri.toString(true)}`);
    this.starter.logs.move(this.notebook.uri, notebook.uri);
    this.notebook = notebook;
    this.projection.move(notebook);
    for (const cell of idsOf(notebook).values())
      this.apply({ type: 'removed', cell, keys: new Set(this.model.keys(cell)) });
    this.changed.fire();
  }

  /** Tells the user when the notebook is in another folder than its kernel, and offers a restart. */
  async checkFolder(): Promise<void> {
    const { cwd } = this.kernel;
    if (cwd === undefined || cwd === workingFolder(this.notebook)) return;
    const restart = 'Restart Kernel';
    const choice = await vscode.window.showInformationMessage(
      `DLNB: the kernel keeps its variables, but resolves imports and relative paths from ${cwd} until it is restarted.`,
      restart,
    );
    if (choice === restart) await this.restart();
  }

  /** The user changed outputs by hand: removed outputs are not written to any more. */
  outputsChanged(cell: vscode.NotebookCell): void {
    const id = cellId(cell);
    const keys = this.projection.takeRemoved(cell, id);
    if (keys.size > 0) this.apply({ type: 'removed', cell: id, keys });
  }

  /** Ends the kernel and the session. */
  async close(): Promise<void> {
    this.queue.cancel();
    await this.kernel.stop(this.queue.running !== undefined);
    this.dispose();
  }

  dispose(): void {
    this.kernel.kill();
    this.boxes.dispose();
    this.projection.dispose();
    this.changed.dispose();
    this.training.dispose();
    this.controls.dispose();
  }

  private kernelGone(): void {
    this.apply({ type: 'kernelGone' });
    this.controls.fire({ type: 'gone' });
  }

  private async runCell(running: RunningCell): Promise<RunEnd> {
    const id = running.cell;
    const { newer } = this.notebook.metadata as NotebookMetadata;
    if (newer !== undefined) return this.fail(id, 'Error', newerVersionText(newer), true);
    let kernel;
    try {
      kernel = await this.kernel.ensure('starting', this.notebook, this.wanted.device);
    } catch (e) {
      return running.canceled ? this.end(id, 'canceled') : this.fail(id, 'Kernel', (e as Error).message, true);
    }
    const cell = findCell(this.notebook, id);
    if (running.canceled || !cell) return this.end(id, 'canceled');
    this.kernel.setState({ phase: 'busy' });
    const settle = setTimeout(() => this.apply({ type: 'settled', cell: id }), SETTLE_MS);
    const outcome = await kernel.run({
      cell: id,
      language: cell.document.languageId as Language,
      code: cell.document.getText().replace(/\r\n?/g, '\n'),
      order: [...idsOf(this.notebook).values()],
    });
    clearTimeout(settle);
    if (outcome.status === 'died') this.boxes.dispose();
    if (outcome.status !== 'died') return this.end(id, outcome.status);
    if (outcome.exit.expected) return this.end(id, 'canceled');
    return this.fail(id, 'Kernel', outcome.exit.text + suspicion(outcome.exit, this.state.device), false);
  }

  private end(cell: string, end: RunEnd): RunEnd {
    this.apply({ type: 'finished', cell, end, time: Date.now() });
    return end;
  }

  /** @param transient the error is about this machine and is not saved */
  private fail(cell: string, name: string, message: string, transient: boolean): RunEnd {
    log().error(`cell ${cell}: ${message}`);
    const { bundle } = hostError(name, message);
    this.apply({ type: 'failed', cell, bundle, transient, time: Date.now() });
    return 'error';
  }

  private apply(event: RunEvent): void {
    this.projection.push(this.model.apply(event));
  }

  private died(exit: ExitReason, wasReady: boolean): void {
    if (this.device.crashed(exit, this.state.device)) return;
    // A running cell shows the error, and so does a failed start
    if (!this.queue.running && wasReady) void vscode.window.showWarningMessage(`DLNB: ${exit.text}`);
  }

  private async offerRestart(running: RunningCell): Promise<void> {
    if (this.queue.running !== running) return;
    const restart = 'Restart Kernel';
    const choice = await vscode.window.showWarningMessage(
      'DLNB: the cell has not stopped yet. It may be inside a native operation. A restart ends it and loses all variables.',
      restart,
    );
    if (choice === restart && this.queue.running === running) await this.restart();
  }
}
