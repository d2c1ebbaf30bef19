// Runs the code cells of a notebook in order and gathers what they show. Knows kernels and time limits, not terminals or files.
import { NotebookOutputs } from '../client/outputs.ts';
import type { ExitReason, KernelProcess } from '../client/index.ts';
import { CELL_ERROR, ERROR } from '../../wire/mime.ts';
import type { CellError, PlainError } from '../../wire/errors.ts';
import type { CodeCell, Notebook } from '../../notebook/format/types.ts';
import type { DeviceState, KernelMessage, Language, OutputEvent } from '../../wire/protocol.ts';

/** `skipped`: the kernel does not know the cell's language. `not run`: the run ended before. `died`: the kernel ended during the cell. */
export type CellStatus = 'ok' | 'error' | 'interrupted' | 'died' | 'skipped' | 'not run';

export interface CellResult {
  cell: CodeCell;
  /** All cells counted, from 1. */
  number: number;
  status: CellStatus;
  /** Milliseconds in the kernel; 0 for a cell that was not run. */
  ms: number;
}

/** Why a run ends early. */
export type StopReason = 'timeout' | 'signal';

export interface ExecuteOptions {
  start: () => KernelProcess;
  /** Run the cells after one that failed, too. */
  keepGoing: boolean;
  /** Milliseconds for the whole notebook. */
  timeoutMs?: number;
  onCell?: (result: CellResult, index: number, total: number) => void;
  onOutput?: (event: OutputEvent, cell: CodeCell) => void;
  /** How a training stands, in a line; at most 20 times a second. */
  onTraining?: (text: string) => void;
  onCellEnd?: (result: CellResult) => void;
}

/** How long a cell may take to follow an interrupt. */
const GRACE_MS = 3000;
/** How long timers and promises that cells left behind may still speak after the last cell. */
const SETTLE_MS = 50;

export class NotebookRun {
  readonly outputs = new NotebookOutputs();
  readonly results: CellResult[];
  /** The version of the Node that ran the kernel. */
  node: string | undefined;
  device: DeviceState | undefined;
  stopped: StopReason | undefined;

  private kernel: KernelProcess | undefined;
  private killed = false;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly notebook: Notebook;
  private readonly options: ExecuteOptions;

  constructor(notebook: Notebook, options: ExecuteOptions) {
    this.notebook = notebook;
    this.options = options;
    this.results = notebook.cells.flatMap((cell, i): CellResult[] => {
      if (cell.kind !== 'code') return [];
      return [{ cell, number: i + 1, status: isRunnable(cell) ? 'not run' : 'skipped', ms: 0 }];
    });
  }

  get failed(): boolean {
    return (
      this.stopped !== undefined ||
      this.results.some(({ status }) => status === 'error' || status === 'interrupted' || status === 'died')
    );
  }

  get began(): boolean {
    return this.results.some(({ status }) => status !== 'not run' && status !== 'skipped');
  }

  /**
   * Runs to the end, the first failing cell, or {@link stop}. Once only.
   * @throws Error with a sentence for the user when the kernel cannot start.
   */
  async run(): Promise<void> {
    const { timeoutMs, keepGoing } = this.options;
    if (timeoutMs !== undefined) this.timers.push(setTimeout(() => this.stop('timeout'), timeoutMs));
    const runnable = this.results.filter(({ status }) => status === 'not run');
    try {
      for (const [i, result] of runnable.entries()) {
        const kernel = await this.ready();
        if (!kernel) break;
        await this.runCell(kernel, result, i, runnable.length);
        if (this.stopped || (result.status !== 'ok' && !keepGoing)) break;
      }
      if (this.kernel && !this.stopped) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      await this.kernel?.shutdown();
    } finally {
      this.timers.forEach(clearTimeout);
      await this.kernel?.kill();
    }
  }

  /** Interrupts the running cell, and kills the kernel when that takes too long; at once when it was asked before. */
  stop(reason: StopReason): void {
    if (this.stopped) return this.kill();
    this.stopped = reason;
    this.kernel?.interrupt();
    this.timers.push(setTimeout(() => this.kill(), GRACE_MS));
  }

  kill(): void {
    this.stopped ??= 'signal';
    this.killed = true;
    void this.kernel?.kill();
  }

  /** A copy of the notebook with what this run showed. Cells that were not run show nothing: their old outputs belong to another run. */
  executed(): Notebook {
    const skipped = new Set(this.results.filter(({ status }) => status === 'skipped').map(({ cell }) => cell));
    const cells = this.notebook.cells.map((cell) =>
      cell.kind === 'code' && !skipped.has(cell) ? { ...cell, outputs: this.outputs.of(cell.id) } : cell,
    );
    return { ...this.notebook, cells };
  }

  /** The kernel, started when there is none; undefined when the run was stopped meanwhile. */
  private async ready(): Promise<KernelProcess | undefined> {
    if (this.stopped) return undefined;
    if (this.kernel) return this.kernel;
    const kernel = (this.kernel = this.options.start());
    kernel.onMessage((m) => this.receive(m));
    void kernel.exited.then(() => {
      if (this.kernel === kernel) this.kernel = undefined;
    });
    try {
      this.node = (await kernel.ready).node;
    } catch (e) {
      if (this.stopped) return undefined;
      throw e;
    }
    return this.stopped ? undefined : kernel;
  }

  private async runCell(kernel: KernelProcess, result: CellResult, index: number, total: number): Promise<void> {
    const { cell } = result;
    const { onCell, onCellEnd } = this.options;
    this.outputs.start(cell.id);
    result.status = 'ok';
    onCell?.(result, index, total);
    const started = performance.now();
    const order = this.notebook.cells.map(({ id }) => id);
    const outcome = await kernel.run({ cell: cell.id, language: cell.language as Language, code: cell.source, order });
    // An error of a timer or a lost promise fails the cell that otherwise went well
    if (result.status === 'ok' || outcome.status !== 'ok') result.status = outcome.status;
    result.ms = outcome.status === 'died' ? performance.now() - started : outcome.ms;
    if (outcome.status === 'died') {
      this.kernel = undefined; // the next cell gets a fresh one
      this.show(cell, this.endedError(outcome.exit));
    }
    onCellEnd?.(result);
  }

  private receive(message: KernelMessage): void {
    if (message.type === 'device') this.device = message.state;
    if (message.type === 'training') this.options.onTraining?.(message.text);
    if (message.type !== 'output') return;
    const result = this.results.find(({ cell }) => cell.id === message.cell);
    if (result) this.show(result.cell, message.event);
  }

  private show(cell: CodeCell, event: OutputEvent): void {
    this.outputs.apply(cell.id, event);
    if (event.kind === 'error') {
      // Also one that comes after the cell: from a timer, or a promise that nobody awaits
      const result = this.results.find((r) => r.cell === cell)!;
      if (result.status === 'ok') result.status = 'error';
    }
    this.options.onOutput?.(event, cell);
  }

  private endedError(exit: ExitReason): OutputEvent {
    const message = this.killed ? 'The cell did not follow the interrupt, so its kernel was killed.' : exit.text;
    const error: CellError = { version: 1, name: 'Kernel ended', message, frames: [] };
    const plain: PlainError = { name: error.name, message, stack: `${error.name}: ${message}` };
    return {
      kind: 'error',
      error,
      bundle: [
        { mime: CELL_ERROR, json: error },
        { mime: ERROR, json: plain },
      ],
    };
  }
}

const isRunnable = ({ language }: CodeCell) => language === 'typescript' || language === 'javascript';
