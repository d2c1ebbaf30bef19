// Runs the code cells of a notebook in order and collects their outputs. Knows kernels and time limits, not terminals
// or files.
import { endRunning } from '../client/ended.ts';
import { NotebookOutputs } from '../client/outputs.ts';
import { hostError, type KernelProcess } from '../client/index.ts';
import { isRunnable } from '../../notebook/format/languages.ts';
import type { CodeCell, Notebook } from '../../notebook/format/types.ts';
import {
  handle,
  type ControlQuestion,
  type DeviceState,
  type Handlers,
  type InputAnswer,
  type Language,
  type NotebookMessage,
  type OutputEvent,
} from '../../wire/protocol.ts';

/**
 * `skipped`: not a language of the kernel. `not run`: the run ended first. `died`: the kernel ended during the cell.
 */
export type CellStatus = 'ok' | 'error' | 'interrupted' | 'died' | 'skipped' | 'not run';

export interface CellResult {
  cell: CodeCell;
  /** Position among all cells, from 1. */
  number: number;
  status: CellStatus;
  /** Milliseconds in the kernel; 0 for a cell that was not run. */
  ms: number;
}

/** An answer to a cell's question. */
export type GivenAnswer = Pick<InputAnswer, 'text' | 'problem' | 'echoed'>;

/** Why a run ends early. */
export type StopReason = 'timeout' | 'signal';

export interface ExecuteOptions {
  start: () => KernelProcess;
  /** Also run the cells after one that failed. */
  keepGoing: boolean;
  /** Milliseconds for the whole notebook. */
  timeoutMs?: number;
  onCell?: (result: CellResult, index: number, total: number) => void;
  onOutput?: (event: OutputEvent, cell: CodeCell) => void;
  /** Answers a cell's question. Never rejects. */
  onInput?: (question: Extract<ControlQuestion, { type: 'input' }>) => Promise<GivenAnswer>;
  /** Milliseconds to wait after the last cell for what still runs. */
  waitMs?: number;
  /** Called when the wait takes a while, and again when it is given up. */
  onWait?: (names: string[], end: 'waits' | 'gives up') => void;
  /** Called with the state of a training, in one line, at most 20 times a second. */
  onTraining?: (text: string) => void;
  onCellEnd?: (result: CellResult) => void;
}

/** A cell must stop within this time after an interrupt. */
const GRACE_MS = 3000;
/** After the last cell, timers and promises of the cells may still print for this long. */
const SETTLE_MS = 50;
/** So long a wait is not worth a word. */
const QUIET_MS = 1000;
/** The end of a notebook waits for the pictures of its outputs, unless none comes for this long. */
const PICTURES_MS = 20_000;
/** How often it looks for them. */
const LOOK_MS = 20;

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
  private readonly handlers: Handlers<NotebookMessage> = {
    started: () => {},
    output: ({ cell, event }) => {
      const result = this.results.find((r) => r.cell.id === cell);
      if (result) this.show(result.cell, event);
    },
    device: ({ state }) => (this.device = state),
    input: (question) => void this.answer(question),
    inputOver: () => {},
    training: ({ text }) => this.options.onTraining?.(text),
    controls: () => {},
  };

  constructor(notebook: Notebook, options: ExecuteOptions) {
    this.notebook = notebook;
    this.options = options;
    this.results = notebook.cells.flatMap((cell, i): CellResult[] => {
      if (cell.kind !== 'code') return [];
      return [{ cell, number: i + 1, status: isRunnable(cell.language) ? 'not run' : 'skipped', ms: 0 }];
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
      if (this.kernel && !this.stopped) await sleep(SETTLE_MS);
      const ended = runnable.every(({ status }) => status === 'ok') || keepGoing;
      if (ended) await this.waitForRest(runnable.at(-1)?.cell);
      // Grids of controls, which time limits of their own bound
      if (this.kernel && !this.stopped && this.outputs.hasControls) await this.kernel.ask('settle', {});
      await this.pictures();
      await this.kernel?.shutdown();
    } finally {
      this.timers.forEach(clearTimeout);
      await this.kernel?.kill();
    }
  }

  /** Waits until nothing runs any more that the cells have started, or the time is over. */
  private async waitForRest(last: CodeCell | undefined): Promise<void> {
    const { waitMs = 0, onWait } = this.options;
    const { kernel } = this;
    if (!kernel || !last) return;
    const began = performance.now();
    let names: string[] = [];
    let told = false;
    while (this.kernel && !this.stopped && waitMs > 0) {
      const left = began + waitMs - performance.now();
      if (left <= 0) return onWait?.(names, 'gives up');
      // A cell's timer may compute, so that the kernel does not answer
      const answer = await Promise.race([kernel.ask('pending', {}), sleep(left, false)]);
      if (answer && 'names' in answer) names = answer.names;
      if (!this.kernel || (answer && names.length === 0)) break;
      if (!told && performance.now() - began > QUIET_MS) {
        told = true;
        onWait?.(names, 'waits');
      }
      await sleep(Math.min(SETTLE_MS, left));
    }
    if (this.kernel || this.stopped) return;
    const exit = await kernel.exited;
    if (exit.code !== 0) this.show(last, hostError('Kernel ended', exit.text));
  }

  /**
   * Interrupts the running cell, and kills the kernel if the cell does not stop in time. A second call kills it at
   * once.
   */
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

  /**
   * A copy of the notebook with the outputs of this run. Cells that were not run have none: old outputs are of another
   * run.
   */
  executed(): Notebook {
    const skipped = new Set(this.results.filter(({ status }) => status === 'skipped').map(({ cell }) => cell));
    const cells = this.notebook.cells.map((cell) =>
      cell.kind === 'code' && !skipped.has(cell) ? { ...cell, outputs: this.outputs.of(cell.id) } : cell,
    );
    // What tasks that no cell awaited were still doing ended with the kernel
    return endRunning({ ...this.notebook, cells });
  }

  /** The kernel, started if necessary; undefined if the run has been stopped. */
  private async ready(): Promise<KernelProcess | undefined> {
    if (this.stopped) return undefined;
    if (this.kernel) return this.kernel;
    const kernel = (this.kernel = this.options.start());
    kernel.onMessage((m) => handle(this.handlers, m));
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

  private async answer(question: Extract<ControlQuestion, { type: 'input' }>): Promise<void> {
    const { kernel } = this;
    const nobody = { text: null, problem: 'this command gives no input.' };
    const answer = (await this.options.onInput?.(question)) ?? nobody;
    kernel?.answer({ request: question.request, ...answer });
  }

  /** Waits for pictures that are not there yet. */
  private async pictures(): Promise<void> {
    let [awaited, since] = [Infinity, performance.now()];
    while (this.kernel && !this.stopped && performance.now() - since < PICTURES_MS) {
      const now = this.outputs.awaitedPictures;
      if (now === 0) return;
      if (now < awaited) [awaited, since] = [now, performance.now()];
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
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
    // An error of a timer or an unawaited promise makes the cell fail, too
    if (result.status === 'ok' || outcome.status !== 'ok') result.status = outcome.status;
    result.ms = outcome.status === 'died' ? performance.now() - started : outcome.ms;
    if (outcome.status === 'died') {
      this.kernel = undefined; // the next cell starts a fresh one
      const killed = 'The cell did not stop after the interrupt, so its kernel was killed.';
      this.show(cell, hostError('Kernel ended', this.killed ? killed : outcome.exit.text));
    }
    onCellEnd?.(result);
  }

  private show(cell: CodeCell, event: OutputEvent): void {
    this.outputs.apply(cell.id, event);
    if (event.kind === 'error') {
      // It may also come after the cell's end, from a timer or a promise that nobody awaits
      const result = this.results.find((r) => r.cell === cell)!;
      if (result.status === 'ok') result.status = 'error';
    }
    this.options.onOutput?.(event, cell);
  }
}

/** @param holds whether the program waits for it */
const sleep = (ms: number, holds = true) =>
  new Promise<undefined>((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    if (!holds) timer.unref();
  });
